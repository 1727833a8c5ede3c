"""Who stands in for whom: for a time within an absence, never in a ring, and not without end."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from services.regions.officers.domain.eligibility import Period
from shared.errors import InvalidInput, RuleViolation

LONGEST_CHAIN: Final = "officer.substitute_chain_most"


class OwnSubstitute(InvalidInput):
    code = "own_substitute"
    zh = "不能由本人代理本人。"
    en = "Nobody stands in for himself or herself."


class SubstituteNeedsReason(InvalidInput):
    code = "substitute_needs_reason"
    zh = "代理人不属于同一机构的,应说明理由。"
    en = "A substitute of another bureau needs a reason."


class OutsideAbsence(InvalidInput):
    code = "outside_absence"
    zh = "代理期间应在缺勤期间之内。"
    en = "A substitute stands in within the absence."


class SubstituteInactive(RuleViolation):
    code = "substitute_inactive"
    zh = "代理人已不在岗。"
    en = "The substitute has left."


class SubstituteNamed(RuleViolation):
    code = "substitute_named"
    zh = "该期间已有代理人。"
    en = "Somebody stands in at that time already."


class CircularSubstitutes(RuleViolation):
    code = "circular_substitutes"
    zh = "代理关系不得循环。"
    en = "Substitutes may not stand in for each other in a ring."


class ChainTooLong(RuleViolation):
    code = "substitute_chain_too_long"
    zh = "代理链条不得超过 {most} 级。"
    en = "A chain of substitutes has at most {most} links."


class SubstitutionEnded(RuleViolation):
    code = "substitution_ended"
    zh = "该代理已结束。"
    en = "The substitution has ended already."


@dataclass(frozen=True, slots=True)
class StandIn:
    """`substitute_id` does what `officer_id` would do, for a time."""

    officer_id: UUID
    substitute_id: UUID
    starts_at: datetime
    ends_at: datetime

    @property
    def period(self) -> Period:
        return Period(self.starts_at, self.ends_at)

    def within(self, period: Period) -> "StandIn | None":
        """The part of it that lies in the period, if any does."""
        starts_at, ends_at = (
            max(self.starts_at, period.starts_at),
            min(self.ends_at, period.ends_at),
        )
        if starts_at >= ends_at:
            return None
        return StandIn(self.officer_id, self.substitute_id, starts_at, ends_at)


def require_stand_in(new: StandIn, others: Sequence[StandIn], *, most: int) -> None:
    """Raise the first rule that bars naming this substitute beside the others there are."""
    if new.officer_id == new.substitute_id:
        raise OwnSubstitute(reason="officer", pointer="/substitute_id")
    if any(each.officer_id == new.officer_id and each.within(new.period) for each in others):
        raise SubstituteNamed
    after = chains(new, others)
    if any(link.substitute_id == new.officer_id for chain in after for link in chain):
        raise CircularSubstitutes
    before = chains(new, others, backwards=True)
    longest = max(
        len(down) + len(up) - 1 for down in after for up in before if up[-1].within(down[-1].period)
    )
    if longest > most:
        raise ChainTooLong(most=most)


def stand_ins(officer_id: UUID, period: Period, others: Sequence[StandIn]) -> tuple[StandIn, ...]:
    """Who stands in for the officer in the period, and who for them in turn, in that order."""
    links: dict[StandIn, None] = {}
    for first in others:
        part = first.within(period) if first.officer_id == officer_id else None
        for chain in chains(part, others) if part else ():
            links.update(dict.fromkeys(chain))
    return tuple(links)


def chains(
    first: StandIn, others: Iterable[StandIn], *, backwards: bool = False
) -> list[tuple[StandIn, ...]]:
    """Every chain that begins with a link, each further link cut to the time of the one before.

    Forwards a link's substitute is stood in for by the next; backwards it is the other way round.
    A ring ends where it closes. The chains that only begin a longer one are among them.
    """
    known = tuple(others)
    found: list[tuple[StandIn, ...]] = [(first,)]
    for chain in found:
        last = chain[-1]
        for each in known:
            joins = (
                each.substitute_id == last.officer_id
                if backwards
                else each.officer_id == last.substitute_id
            )
            part = each.within(last.period) if joins else None
            if part and not _closes(chain, part):
                found.append((*chain, part))
    return found


def _closes(chain: tuple[StandIn, ...], link: StandIn) -> bool:
    """Whether a ring was closed before this link, so that following it would never end."""
    return any(
        (each.officer_id, each.substitute_id) == (link.officer_id, link.substitute_id)
        for each in chain
    )
