"""交接班: a shift ends with a note that somebody takes over, in time or visibly late."""

from datetime import datetime, timedelta
from enum import StrEnum

from shared.errors import RuleViolation


class HandoverState(StrEnum):
    DUE = "due"  # 待交班
    WRITTEN = "written"  # 已交班待接班
    TAKEN = "taken"  # 已接班
    RESERVED = "reserved"  # 有保留接班


class TooEarly(RuleViolation):
    code = "shift_not_begun"
    zh = "该班次尚未开始。"
    en = "The shift has not begun."


class HandedOver(RuleViolation):
    code = "handed_over_already"
    zh = "该班次已办理交接。"
    en = "The shift was handed over already."


class NotWrittenYet(RuleViolation):
    code = "handover_not_written"
    zh = "交班人员尚未填写交接记录。"
    en = "Who goes has not written the note yet."


class NobodyFollows(RuleViolation):
    code = "nobody_follows"
    zh = "下一班次尚未发布,无人接班。"
    en = "No shift follows yet: nobody can take over."


def handover_state(
    *, written: bool, taken_at: datetime | None, reservations: str | None
) -> HandoverState:
    if not written:
        return HandoverState.DUE
    if taken_at is None:
        return HandoverState.WRITTEN
    return HandoverState.TAKEN if reservations is None else HandoverState.RESERVED


def due_by(ends_at: datetime, *, minutes: int) -> datetime:
    """By when the shift that ends then is taken over."""
    return ends_at + timedelta(minutes=minutes)


def is_late(ends_at: datetime, *, taken_at: datetime | None, minutes: int, now: datetime) -> bool:
    """Whether the shift was, or still is, taken over later than so many minutes after its end."""
    return (taken_at or now) > due_by(ends_at, minutes=minutes)
