"""The life of a scheme and of an assessment (年度考核).

Rules are set before what they judge. A result is computed, announced to the units, objected to,
decided by others than who computed it, and published; the target duty outside (目标责任制) takes it
over from there.
"""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from shared.clocks.days import DAY, end_of_day, legal_day
from shared.clocks.term import LegalBasis, Term, Unit
from shared.errors import IllegalStep, InvalidInput, ReasonMissing, RuleViolation

RULES: Final = LegalBasis(
    "assessment-scheme", "", "年度考核办法(考核单位制定)", "Assessment rules (of who assesses)"
)


class SchemeState(StrEnum):
    DRAFT = "draft"  # 拟定
    PUBLISHED = "published"  # 公布
    SUPERSEDED = "superseded"  # 被新版本替代
    WITHDRAWN = "withdrawn"  # 撤回


class SchemeStep(StrEnum):
    CHANGE = "change"
    PUBLISH = "publish"
    WITHDRAW = "withdraw"


class State(StrEnum):
    COMPUTED = "computed"  # 已计算
    ANNOUNCED = "announced"  # 已告知被考核单位
    PUBLISHED = "published"  # 已公布
    WITHDRAWN = "withdrawn"  # 撤销


class Step(StrEnum):
    COMPUTE = "compute"
    ANNOUNCE = "announce"
    AGREE = "agree"
    OBJECT = "object"
    DECIDE = "decide"
    CONFIRM = "confirm"
    PUBLISH = "publish"
    HAND_OVER = "hand_over"
    WITHDRAW = "withdraw"


class ObjectionState(StrEnum):
    FILED = "filed"  # 已提出
    PROPOSED = "proposed"  # 拟采纳, until a second person says so
    ACCEPTED = "accepted"  # 采纳
    REFUSED = "refused"  # 不采纳


SCHEME_TRANSITIONS: Final[Mapping[SchemeState, Mapping[SchemeStep, SchemeState]]] = {
    SchemeState.DRAFT: {
        SchemeStep.CHANGE: SchemeState.DRAFT,
        SchemeStep.PUBLISH: SchemeState.PUBLISHED,
        SchemeStep.WITHDRAW: SchemeState.WITHDRAWN,
    },
    SchemeState.PUBLISHED: {},
    SchemeState.SUPERSEDED: {},
    SchemeState.WITHDRAWN: {},
}
TRANSITIONS: Final[Mapping[State, Mapping[Step, State]]] = {
    State.COMPUTED: {
        Step.COMPUTE: State.COMPUTED,
        Step.ANNOUNCE: State.ANNOUNCED,
        Step.WITHDRAW: State.WITHDRAWN,
    },
    State.ANNOUNCED: {
        Step.COMPUTE: State.COMPUTED,
        Step.AGREE: State.ANNOUNCED,
        Step.OBJECT: State.ANNOUNCED,
        Step.DECIDE: State.ANNOUNCED,
        Step.CONFIRM: State.ANNOUNCED,
        Step.PUBLISH: State.PUBLISHED,
        Step.WITHDRAW: State.WITHDRAWN,
    },
    State.PUBLISHED: {Step.HAND_OVER: State.PUBLISHED, Step.WITHDRAW: State.WITHDRAWN},
    State.WITHDRAWN: {},
}
OBJECTION_TRANSITIONS: Final[Mapping[ObjectionState, frozenset[Step]]] = {
    ObjectionState.FILED: frozenset({Step.DECIDE}),
    ObjectionState.PROPOSED: frozenset({Step.CONFIRM}),
    ObjectionState.ACCEPTED: frozenset(),
    ObjectionState.REFUSED: frozenset(),
}


class YearOver(RuleViolation):
    code = "assessment_year_over"
    zh = "{year} 年度已结束,不能再制定或变更该年度的考核方案。"
    en = "The year {year} is over: its rules are not changed any more."


class UnitOutside(InvalidInput):
    code = "unit_outside"
    zh = "{division} 不是考核单位下辖的区划。"
    en = "{division} does not lie below who assesses."


class SchemeNotInForce(RuleViolation):
    code = "scheme_not_in_force"
    zh = "考核方案尚未公布或已撤回。"
    en = "The scheme is not published, or was withdrawn."


class BadPeriod(InvalidInput):
    code = "bad_assessment_period"
    zh = "考核期间有误:{reason}"
    en = "The period cannot be assessed: {reason}"


class PeriodRunning(RuleViolation):
    """An interim result is for those who compute it."""

    code = "assessment_period_running"
    zh = "考核期间尚未结束,或计算时点早于期末;中期结果不对外告知。"
    en = "The period is not over, or was computed before its end: it is not announced."


class AsOfAhead(InvalidInput):
    code = "as_of_ahead"
    zh = "计算时点不能晚于现在。"
    en = "Nothing is computed as of an instant to come."


class OtherUnitsRow(InvalidInput):
    """A row that is not the unit's own, or not of the rows counted now."""

    code = "not_the_units_row"
    zh = "该明细不属于本单位或不在当前计算结果中。"
    en = "The row is not the unit's, or not among those counted now."


class ObjectionsClosed(RuleViolation):
    code = "objections_closed"
    zh = "申诉期限已过。"
    en = "The time to object is over."


class ObjectedAlready(RuleViolation):
    code = "objected_already"
    zh = "对该明细已提出过申诉。"
    en = "This row was objected to already."


class ObjectionsOpen(RuleViolation):
    code = "objections_open"
    zh = "申诉期未满且尚有单位未确认,或有申诉未处理完毕。"
    en = "Objections may still come, or wait for a decision."


class SamePerson(RuleViolation):
    """Who computed does not decide, and who decided does not confirm."""

    code = "same_person"
    zh = "须由另一人办理。"
    en = "Another person does this."


class OtherDocument(RuleViolation):
    code = "other_document"
    zh = "移交的文件与公布的结果不一致。"
    en = "What was handed over is not the published result."


class HandedOnLater(InvalidInput):
    code = "handed_on_later"
    zh = "移交日期不能早于公布日或晚于今天。"
    en = "It was handed over between its publication and today."


def scheme_step(state: SchemeState, taken: SchemeStep) -> SchemeState:
    """Where `taken` leads from `state`; IllegalStep if it leads nowhere."""
    try:
        return SCHEME_TRANSITIONS[state][taken]
    except KeyError:
        allowed = [each.value for each in SCHEME_TRANSITIONS[state]]
        raise IllegalStep(state=state.value, action=taken.value, allowed=allowed) from None


def step(state: State, taken: Step) -> State:
    """Where `taken` leads from `state`; IllegalStep if it leads nowhere."""
    try:
        return TRANSITIONS[state][taken]
    except KeyError:
        allowed = [each.value for each in TRANSITIONS[state]]
        raise IllegalStep(state=state.value, action=taken.value, allowed=allowed) from None


def require_objection_step(state: ObjectionState, taken: Step) -> None:
    """IllegalStep unless the objection waits for this."""
    if taken not in OBJECTION_TRANSITIONS[state]:
        allowed = sorted(each.value for each in OBJECTION_TRANSITIONS[state])
        raise IllegalStep(state=state.value, action=taken.value, allowed=allowed)


def effective_from(year: int, *, published_at: datetime, late_reason: str | None) -> datetime:
    """From when on a scheme judges: the year's begin, or its publication if that comes later.

    ReasonMissing if it comes later without one; YearOver once there is nothing left to judge.
    """
    begins, ends = year_bounds(year)
    if published_at >= ends:
        raise YearOver(year=year)
    if published_at < begins:
        return begins
    if late_reason is None:
        raise ReasonMissing(reason="late rules", pointer="/late_reason")
    return published_at


def year_bounds(year: int) -> tuple[datetime, datetime]:
    """The first instant of a year, and the first one after it."""
    return end_of_day(date(year, 1, 1) - DAY), end_of_day(date(year, 12, 31))


def counted(
    first_day: date, last_day: date, *, year: int, begins: datetime, ends: datetime | None
) -> tuple[datetime, datetime]:
    """The instants between which events count: the period, as far as the scheme's reign goes."""
    if first_day > last_day:
        raise BadPeriod(reason="it ends before it begins", pointer="/last_day")
    if first_day.year != year or last_day.year != year:
        raise BadPeriod(reason="it leaves the scheme's year", pointer="/first_day")
    start, end = end_of_day(first_day - DAY), end_of_day(last_day)
    since, until = max(start, begins), end if ends is None else min(end, ends)
    if since >= until:
        raise BadPeriod(reason="the scheme was not in force", pointer="/first_day")
    return since, until


def require_over(last_day: date, *, as_of: datetime) -> None:
    """PeriodRunning unless the result was computed after the last day."""
    if as_of < end_of_day(last_day):
        raise PeriodRunning


def require_handed_on(day: date, *, published_at: datetime, today: date) -> None:
    if not legal_day(published_at) <= day <= today:
        raise HandedOnLater(reason=day.isoformat(), pointer="/handed_on")


def objection_term(working_days: int) -> Term:
    """How long units may object, from the announcement."""
    return Term(working_days, Unit.WORKING_DAYS, RULES, evidence="DD")
