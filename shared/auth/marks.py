"""Rows for named people: marks that stand in `visible_to` where otherwise a place stands.

What must stay secret within a bureau (an unannounced check before it starts, 四不两直) is seen by
the people named and by nobody else, whatever their division. A row with marks only is in no
division's subtree, so that list, detail, count and trace leave it out by the policy they have.
"""

from uuid import UUID

from shared import divisions
from shared.auth.actor import Actor, Role


def person(account_id: UUID) -> str:
    """The mark of one account."""
    return f"{divisions.MARK}{account_id}"


def head_of(division: str) -> str:
    """The mark of whoever heads the bureau of a division."""
    return f"{divisions.MARK}head:{divisions.scope(division)}"


def of(actor: Actor) -> tuple[str, ...]:
    """The marks a caller answers to."""
    headed = {each.scope for each in actor.grants if each.role is Role.DEPARTMENT_HEAD}
    return (
        person(actor.id),
        *sorted(f"{divisions.MARK}head:{scope}" for scope in headed),
    )
