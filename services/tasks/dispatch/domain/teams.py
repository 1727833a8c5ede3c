"""Who may form the team that carries a task out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from services.tasks.enterprises.domain.visits import Method
from shared import divisions
from shared.errors import RuleViolation

# 行政处罚法 art. 42: officers act in no smaller number.
MIN_OFFICERS: Final = 2
# Officers come from another area than the object's (DOMAIN 3.3, S79).
CROSSING: Final = frozenset({Method.CROSS, Method.NIGHT})


class TooFewOfficers(RuleViolation):
    code = "too_few_officers"
    zh = "执法人员不得少于 {needed} 人,现为 {named} 人(行政处罚法第四十二条)。"
    en = "At least {needed} officers are needed, not {named} (Administrative Penalty Law art. 42)."


class OfficersBarred(RuleViolation):
    code = "officers_barred"
    zh = "以下人员不能参加:{officers}"
    en = "These officers cannot take part: {officers}"


class DivisionUnrepresented(RuleViolation):
    code = "division_unrepresented"
    zh = "参与方 {missing} 没有人员参加。"
    en = "No officer represents {missing}."


class NobodyOfThePlace(RuleViolation):
    """行政处罚法 art. 22 and 23: competent is an organ of the place, of a county or above."""

    code = "nobody_of_the_place"
    zh = "至少一名执法人员须来自违法行为发生地 {place} 或其上级(行政处罚法第二十二条、第二十三条)。"
    en = (
        "One officer must be of the place of the act, {place}, or of a division that holds it"
        " (Administrative Penalty Law art. 22, 23)."
    )


class CrossingFromBelow(RuleViolation):
    """Who sends officers of elsewhere answers for the place itself: its superior (art. 22)."""

    code = "crossing_from_below"
    zh = "交叉、夜间检查的任务须由 {place} 的上级负责派出,现由 {division} 负责。"
    en = "A cross or night check is sent by a superior of {place}; it lies with {division}."


class OutsideTerritory(RuleViolation):
    code = "outside_territory"
    zh = "只能从本辖区调派人员:{divisions}"
    en = "Officers are called from the own territory only: {divisions}"


class LeaderNotInTeam(RuleViolation):
    code = "leader_not_in_team"
    zh = "组长须为小组成员。"
    en = "The leader must be one of the team."


class InvalidPeriod(RuleViolation):
    code = "invalid_period"
    zh = "检查时段须先起后止,且尚未结束。"
    en = "The period must end after it begins, and not in the past."


@dataclass(frozen=True, slots=True)
class Candidate:
    """An officer as `regions` judges them; `barred_by` are the codes of what excludes them."""

    officer_id: UUID
    name: str
    division: str
    account_id: UUID | None = None
    certificate_number: str = ""
    certificate_valid_to: date | None = None
    barred_by: tuple[str, ...] = ()
    # The joint operation that the task came from holds the officer for its team.
    held_for_this: bool = False


@dataclass(frozen=True, slots=True)
class Member:
    """An officer fit to be sent, with the certificate shown on site."""

    officer_id: UUID
    account_id: UUID
    name: str
    division: str
    certificate_number: str
    certificate_valid_to: date
    is_leader: bool


def check_period(starts_at: datetime, ends_at: datetime, *, now: datetime) -> None:
    if not starts_at < ends_at or ends_at <= now:
        raise InvalidPeriod


def is_crossing(methods: Iterable[str]) -> bool:
    """Whether one of the methods wants officers from another area than the object's."""
    return not CROSSING.isdisjoint(methods)


def check_crossing(division: str, *, place: str) -> None:
    """Whoever is in charge of a crossing task is above the place, since nobody of it goes."""
    if divisions.scope(place) == divisions.scope(division) or not divisions.covers(
        divisions.scope(division), place
    ):
        raise CrossingFromBelow(place=place, division=division)


def check_lenders(lenders: Iterable[str], *, division: str, parties: Iterable[str]) -> None:
    """Officers are called from below, or from those who take part anyhow."""
    known = {*parties}
    outside = [
        each
        for each in lenders
        if each not in known and not divisions.covers(divisions.scope(division), each)
    ]
    if outside:
        raise OutsideTerritory(divisions=", ".join(outside))


def team(
    chosen: Sequence[UUID],
    candidates: Iterable[Candidate],
    *,
    leader: UUID,
    parties: Iterable[str],
    place: str,
    crossing: bool = False,
) -> tuple[Member, ...]:
    """The chosen officers as a team for these parties; the first rule it breaks is raised.

    Every party sends somebody, the place of the act does, and nobody barred goes along. On a
    crossing task those of the place stay at home.
    """
    if len(set(chosen)) < MIN_OFFICERS:
        raise TooFewOfficers(needed=MIN_OFFICERS, named=len(set(chosen)))
    if leader not in chosen:
        raise LeaderNotInTeam
    known = {each.officer_id: each for each in candidates}
    barred = {officer: reasons for officer in chosen if (reasons := _barred_by(known.get(officer)))}
    if barred:
        raise OfficersBarred(officers=_sentence(barred, known))
    members = tuple(_member(known[officer], leader) for officer in dict.fromkeys(chosen))
    going = [
        each
        for each in parties
        if not (crossing and divisions.covers(divisions.scope(place), each))
    ]
    _require_represented(members, parties=going)
    if not crossing and not _has_competent((each.division for each in members), place):
        raise NobodyOfThePlace(place=place)
    return members


def _barred_by(candidate: Candidate | None) -> tuple[str, ...]:
    if candidate is None:
        return ("unknown",)
    if candidate.barred_by:
        return candidate.barred_by
    # Who has no login cannot show afterwards that it was they who acted.
    return () if candidate.account_id and candidate.certificate_valid_to else ("no_account",)


def _sentence(barred: Mapping[UUID, tuple[str, ...]], known: Mapping[UUID, Candidate]) -> str:
    names = {
        officer: known[officer].name if officer in known else str(officer) for officer in barred
    }
    return "; ".join(f"{names[officer]}: {', '.join(why)}" for officer, why in barred.items())


def _member(candidate: Candidate, leader: UUID) -> Member:
    assert candidate.account_id is not None  # noqa: S101 -- `_barred_by` has refused the others
    assert candidate.certificate_valid_to is not None  # noqa: S101 -- same
    return Member(
        officer_id=candidate.officer_id,
        account_id=candidate.account_id,
        name=candidate.name,
        division=candidate.division,
        certificate_number=candidate.certificate_number,
        certificate_valid_to=candidate.certificate_valid_to,
        is_leader=candidate.officer_id == leader,
    )


def sent_by(division: str, parties: Iterable[str]) -> str | None:
    """The party an officer of `division` goes for: the nearest that has it in its territory."""
    over = [each for each in parties if divisions.covers(divisions.scope(each), division)]
    return max(over, key=lambda each: len(divisions.scope(each)), default=None)


def stands(divisions_of: Mapping[UUID, str], *, leader: UUID | None, place: str | None) -> bool:
    """Whether who is left of a team, by division, may go as one; without a place from anywhere."""
    return (
        len(divisions_of) >= MIN_OFFICERS
        and leader in divisions_of
        and (place is None or _has_competent(divisions_of.values(), place))
    )


def _has_competent(sent_from: Iterable[str], place: str) -> bool:
    """Whether somebody is of the place, or of a city or province in whose territory it lies."""
    return any(
        divisions.covers(divisions.scope(place), each)
        or divisions.covers(divisions.scope(each), place)
        for each in sent_from
    )


def _require_represented(members: Sequence[Member], *, parties: Iterable[str]) -> None:
    missing = [party for party in parties if not _has_officer_of(members, party)]
    if missing:
        raise DivisionUnrepresented(missing=", ".join(missing))


def _has_officer_of(members: Iterable[Member], division: str) -> bool:
    """A division is represented by an officer of its own or of one below it."""
    return any(divisions.covers(divisions.scope(division), each.division) for each in members)
