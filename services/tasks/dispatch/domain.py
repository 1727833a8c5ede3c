"""A task's way from request to completion, and who may form the team that carries it out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from shared import divisions
from shared.errors import Forbidden, IllegalStep, RuleViolation

# 行政处罚法 art. 42: officers act in no smaller number.
MIN_OFFICERS: Final = 2


class TaskState(StrEnum):
    """任务状态: asked for, sent to a team, taken up by it, under way, done or called off."""

    REQUESTED = "requested"
    DISPATCHED = "dispatched"
    ACCEPTED = "accepted"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    WITHDRAWN = "withdrawn"


class TaskAction(StrEnum):
    """`inspect` is done by starting an inspection, the others by their own routes."""

    DISPATCH = "dispatch"
    ACCEPT = "accept"
    RETURN = "return"
    INSPECT = "inspect"
    COMPLETE = "complete"
    WITHDRAW = "withdraw"


# What only a member of the standing team may do.
OF_THE_TEAM: Final = frozenset(
    {TaskAction.ACCEPT, TaskAction.RETURN, TaskAction.INSPECT, TaskAction.COMPLETE}
)

TRANSITIONS: Final[Mapping[TaskState, Mapping[TaskAction, TaskState]]] = {
    TaskState.REQUESTED: {
        TaskAction.DISPATCH: TaskState.DISPATCHED,
        TaskAction.WITHDRAW: TaskState.WITHDRAWN,
    },
    TaskState.DISPATCHED: {
        TaskAction.ACCEPT: TaskState.ACCEPTED,
        TaskAction.RETURN: TaskState.REQUESTED,
        TaskAction.WITHDRAW: TaskState.WITHDRAWN,
    },
    TaskState.ACCEPTED: {
        TaskAction.INSPECT: TaskState.IN_PROGRESS,
        TaskAction.RETURN: TaskState.REQUESTED,
        TaskAction.WITHDRAW: TaskState.WITHDRAWN,
    },
    TaskState.IN_PROGRESS: {
        TaskAction.INSPECT: TaskState.IN_PROGRESS,
        TaskAction.COMPLETE: TaskState.COMPLETED,
    },
    TaskState.COMPLETED: {},
    TaskState.WITHDRAWN: {},
}


class NotOfTheTeam(Forbidden):
    code = "not_of_the_team"
    zh = "仅任务小组成员可执行此操作({action})。"
    en = "Only a member of the task's team may do this ({action})."


class DispatchUnderWay(RuleViolation):
    code = "dispatch_under_way"
    zh = "该任务正在由他人派出。"
    en = "Somebody else is dispatching this task."


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
    """行政处罚法 art. 22: the organ of the place of the act has the competence."""

    code = "nobody_of_the_place"
    zh = "至少一名执法人员须来自违法行为发生地 {place}(行政处罚法第二十二条)。"
    en = (
        "One officer must be of the place of the act, {place} (Administrative Penalty Law art. 22)."
    )


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


def step(state: TaskState, action: TaskAction) -> TaskState:
    """Where `action` leads from `state`; IllegalStep if it leads nowhere."""
    try:
        return TRANSITIONS[state][action]
    except KeyError:
        raise IllegalStep(state=state, action=action, allowed=[*TRANSITIONS[state]]) from None


def check_period(starts_at: datetime, ends_at: datetime, *, now: datetime) -> None:
    if not starts_at < ends_at or ends_at <= now:
        raise InvalidPeriod


def team(
    chosen: Sequence[UUID],
    candidates: Iterable[Candidate],
    *,
    leader: UUID,
    parties: Iterable[str],
    place: str,
) -> tuple[Member, ...]:
    """The chosen officers as a team for these parties; the first rule it breaks is raised.

    Every party sends somebody, the place of the act does, and nobody barred goes along.
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
    _require_represented(members, parties=parties, place=place)
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


def stands(divisions_of: Mapping[UUID, str], *, leader: UUID | None, place: str) -> bool:
    """Whether who is left of a team, by division, may go as one."""
    return (
        len(divisions_of) >= MIN_OFFICERS
        and leader in divisions_of
        and any(divisions.covers(divisions.scope(place), each) for each in divisions_of.values())
    )


def _require_represented(members: Sequence[Member], *, parties: Iterable[str], place: str) -> None:
    missing = [party for party in parties if not _has_officer_of(members, party)]
    if missing:
        raise DivisionUnrepresented(missing=", ".join(missing))
    if not _has_officer_of(members, place):
        raise NobodyOfThePlace(place=place)


def _has_officer_of(members: Iterable[Member], division: str) -> bool:
    """A division is represented by an officer of its own or of one below it."""
    own = divisions.scope(division)
    return any(divisions.covers(own, each.division) for each in members)
