"""At what hour an audit began, and what its topics ask for.

白加黑、五加二: an audit may start on any day at any hour; the record says which, by the working
calendar. The topics and their check items are data (setting `unit_audit.topics`).
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from services.regions.unit_audits.domain.life import BadAudit, CheckResult
from shared.clocks.calendar import DayKind, WorkCalendar
from shared.clocks.days import SHANGHAI
from shared.errors import InvalidInput, RuleViolation


class HourClass(StrEnum):
    """When an audit began. A make-up workday (调休) is a workday; night is as the setting says."""

    WORKDAY = "workday"  # 工作日白天
    WORKDAY_NIGHT = "workday_night"  # 工作日夜间
    WEEKEND = "weekend"  # 周末白天
    WEEKEND_NIGHT = "weekend_night"  # 周末夜间
    HOLIDAY = "holiday"  # 法定节假日白天
    HOLIDAY_NIGHT = "holiday_night"  # 法定节假日夜间


HOURS: Final[Mapping[DayKind, tuple[HourClass, HourClass]]] = {
    DayKind.WORKDAY: (HourClass.WORKDAY, HourClass.WORKDAY_NIGHT),
    DayKind.MAKE_UP: (HourClass.WORKDAY, HourClass.WORKDAY_NIGHT),
    DayKind.WEEKEND: (HourClass.WEEKEND, HourClass.WEEKEND_NIGHT),
    DayKind.HOLIDAY: (HourClass.HOLIDAY, HourClass.HOLIDAY_NIGHT),
}


class UnknownTopic(InvalidInput):
    code = "unknown_topic"
    zh = "不是现行稽查内容:{codes}"
    en = "Not a topic in force, or not one of this audit: {codes}"


class UnknownItem(InvalidInput):
    code = "unknown_check_item"
    zh = "稽查内容 {topic} 没有检查项 {item}。"
    en = "The topic {topic} has no check item {item}."


class ChecksMissing(RuleViolation):
    code = "checks_missing"
    zh = "尚未记录的检查项:{items}"
    en = "These check items are not recorded: {items}"


class FaultWithoutFinding(RuleViolation):
    code = "fault_without_finding"
    zh = "检查项有问题但未记录问题:{items}"
    en = "At fault, but without a finding: {items}"


@dataclass(frozen=True, slots=True)
class Item:
    """One thing looked at under a topic."""

    topic: str
    item: str

    @property
    def label(self) -> str:
        return f"{self.topic}/{self.item}"


def hour_class(calendar: WorkCalendar, at: datetime, *, night: Mapping[str, int]) -> HourClass:
    """Which of the six an instant is; `night` is `{"from": 18, "to": 6}`, its end not included."""
    local = at.astimezone(SHANGHAI)
    is_night = local.hour >= night["from"] or local.hour < night["to"]
    return HOURS[calendar.kind(local.date())][is_night]


def items_of(topics: Iterable[Mapping[str, Any]], chosen: Collection[str]) -> tuple[Item, ...]:
    """The check items of the chosen topics; UnknownTopic names what is none."""
    known = {each["code"]: each for each in topics}
    if unknown := [each for each in chosen if each not in known]:
        listed = ", ".join(unknown)
        raise UnknownTopic(reason=listed, codes=listed, pointer="/topics")
    return tuple(
        Item(code, item["code"]) for code in dict.fromkeys(chosen) for item in known[code]["items"]
    )


def require_item(items: Collection[Item], item: Item, *, pointer: str) -> None:
    if item.topic not in {each.topic for each in items}:
        raise UnknownTopic(reason=item.topic, codes=item.topic, pointer=pointer)
    if item not in items:
        raise UnknownItem(reason=item.label, topic=item.topic, item=item.item, pointer=pointer)


def require_checked(
    items: Iterable[Item], results: Mapping[Item, CheckResult], found: Collection[Item]
) -> None:
    """ChecksMissing or FaultWithoutFinding unless each item has a result, a fault its fact."""
    missing = [each.label for each in items if each not in results]
    if missing:
        raise ChecksMissing(items=", ".join(missing))
    bare = [
        each.label
        for each, result in results.items()
        if result is CheckResult.FAULT and each not in found
    ]
    if bare:
        raise FaultWithoutFinding(items=", ".join(sorted(bare)))


def require_period(starts_at: datetime, ends_at: datetime, *, now: datetime) -> None:
    if ends_at <= max(starts_at, now):
        raise BadAudit(reason="the time is over, or ends before it begins", pointer="/planned_to")
