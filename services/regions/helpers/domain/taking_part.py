"""What environmental supervisors (环保监督员) take part in (seed 002, row 2-23).

Visits, petitions, and exchange days of firms and residents (企业与居民交流日), where a firm
promises something by a day and somebody looks afterwards whether it kept its word.
"""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Final

from services.regions.bureaus.domain import BureauKind
from services.regions.helpers.domain.engaged import Days
from shared.errors import InvalidInput, RuleViolation


class ActivityKind(StrEnum):
    VISIT = "visit"  # 巡查走访
    EXCHANGE_DAY = "exchange_day"  # 企业与居民交流日
    PETITION = "petition"  # 参与信访事项


class PromiseState(StrEnum):
    OPEN = "open"  # 承诺中
    KEPT = "kept"  # 已兑现
    BROKEN = "broken"  # 未兑现


# A word that was not kept may be kept late.
PROMISES: Final[Mapping[PromiseState, frozenset[PromiseState]]] = {
    PromiseState.OPEN: frozenset({PromiseState.KEPT, PromiseState.BROKEN}),
    PromiseState.BROKEN: frozenset({PromiseState.KEPT}),
    PromiseState.KEPT: frozenset(),
}
# Who convenes an exchange day: the office of a park or of a township, or the county's bureau.
CONVENERS: Final = (
    BureauKind.INDUSTRIAL_PARK,
    BureauKind.TOWNSHIP_GOVERNMENT,
    BureauKind.ECOLOGY_BUREAU,
)


class NotInOffice(RuleViolation):
    """A supervisor takes part between the first and the last day of the engagement."""

    code = "supervisor_not_in_office"
    zh = "该环保监督员当日不在聘期内:{names}"
    en = "Not in office on that day: {names}"


class NotYet(InvalidInput):
    code = "not_yet"
    zh = "不能登记尚未发生的活动。"
    en = "What has not happened yet is not recorded."


class NoConvener(InvalidInput):
    code = "no_convener"
    zh = "交流日由园区、乡镇(街道)或者生态环境部门召集。"
    en = "An exchange day is convened by a park, a township or the ecology bureau."


class OtherPlace(InvalidInput):
    code = "other_place"
    zh = "该环保监督员不属于本地:{names}"
    en = "These supervisors are of another place: {names}"


class PromiseSettled(RuleViolation):
    code = "promise_settled"
    zh = "该承诺已回头看,结论为 {state}。"
    en = "Somebody looked at the promise already: it is {state}."


class RemarkMissing(InvalidInput):
    code = "remark_missing"
    zh = "应说明未兑现的情况。"
    en = "Say how the promise was broken."


class TooEarly(RuleViolation):
    """A promise is broken once its day is over, not before."""

    code = "promise_not_due"
    zh = "承诺期限 {due_on} 未到,不能认定未兑现。"
    en = "The promise is due on {due_on}; it is not broken yet."


def require_in_office(first: date, last: date | None, *, day: date, name: str) -> None:
    days = Days(first, last)
    if day < days.first or (days.last is not None and day > days.last):
        raise NotInOffice(names=name)


def require_past(day: date, *, today: date, pointer: str) -> None:
    if day > today:
        raise NotYet(reason=day.isoformat(), pointer=pointer)


def require_convener(kind: BureauKind) -> None:
    if kind not in CONVENERS:
        raise NoConvener(reason=kind.value, pointer="/bureau_id")


def looked_back(
    state: PromiseState, *, kept: bool, due_on: date, today: date, remark: str | None
) -> PromiseState:
    """What a promise is after somebody looked; who finds it broken says how."""
    found = PromiseState.KEPT if kept else PromiseState.BROKEN
    if found not in PROMISES[state]:
        raise PromiseSettled(state=state.value)
    if not kept and remark is None:
        raise RemarkMissing(reason="broken", pointer="/remark")
    if not kept and today <= due_on:
        raise TooEarly(due_on=due_on.isoformat())
    return found
