"""What a team must be before it acts: certificated, of the place, mixed where that is asked.

At least two certificated officers are present at an inspection (行政处罚法 art. 42); the organ of
the place of the act has the competence (art. 22), so that one of them is its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from shared import divisions
from shared.errors import RuleViolation

# Written in the law (行政处罚法 art. 42), so not a setting.
LEAST_CERTIFICATED: Final = 2
LEAST_DIVISIONS_OF_A_MIXED_TEAM: Final = 2


class TooFewCertificated(RuleViolation):
    code = "too_few_certificated"
    zh = "持证执法人员不得少于 {needed} 人,现为 {named} 人(行政处罚法第四十二条)。"
    en = (
        "At least {needed} certificated officers are needed, not {named}"
        " (Administrative Penalty Law art. 42)."
    )


class NobodyOfThePlace(RuleViolation):
    code = "nobody_of_the_place"
    zh = "至少一名持证执法人员须来自违法行为发生地 {place}(行政处罚法第二十二条)。"
    en = (
        "One certificated officer must be of the place of the act, {place}"
        " (Administrative Penalty Law art. 22)."
    )


class NotMixed(RuleViolation):
    code = "not_mixed"
    zh = "联合小组须由至少两个行政区划的人员混合编组。"
    en = "A mixed team has officers of at least two divisions."


@dataclass(frozen=True, slots=True)
class TeamMember:
    """Somebody of a team; `certificated` on every day the team acts."""

    officer_id: UUID
    division: str
    certificated: bool


def require_team(members: Sequence[TeamMember], *, place: str, mixed: bool) -> None:
    """Raise the first rule the team breaks; an officer named twice counts once.

    Who is of a division below `place` is of the place.
    """
    named = {each.officer_id: each for each in members}.values()
    certificated = [each for each in named if each.certificated]
    if len(certificated) < LEAST_CERTIFICATED:
        raise TooFewCertificated(needed=LEAST_CERTIFICATED, named=len(certificated))
    own = divisions.scope(place)
    if not any(divisions.covers(own, each.division) for each in certificated):
        raise NobodyOfThePlace(place=place)
    if mixed and len({each.division for each in named}) < LEAST_DIVISIONS_OF_A_MIXED_TEAM:
        raise NotMixed
