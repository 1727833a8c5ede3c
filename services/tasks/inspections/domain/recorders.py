"""执法记录仪: the recorder runs from arrival to departure, and a gap says why (S15 art. 18-27)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from shared.clocks.term import LegalBasis, Term, Unit
from shared.errors import InvalidInput, RuleViolation

STORE_DAYS: Final = "inspection.recording_stored_workdays"
SAID: Final = "inspection.recorder_said"
# What is shorter is the moment between two switches.
NO_GAP: Final = timedelta(seconds=60)
CLOCK: Final = "recording_stored"
SUBJECT: Final = "recording"


class SaidItem(StrEnum):
    """What is said into the recorder; those present are told that it runs."""

    TIME = "time"
    PLACE = "place"
    OFFICERS = "officers"
    CONDUCT = "conduct"  # 执法行为
    FOCUS = "focus"  # 记录重点
    TOLD = "told"  # 告知在场人员


class NoteKind(StrEnum):
    """What came of following an inspection from behind."""

    IN_ORDER = "in_order"  # 规范
    REMINDER = "reminder"  # 提醒
    CORRECTION = "correction"  # 纠正


class RecorderAsItIs(RuleViolation):
    code = "recorder_as_it_is"
    zh = "执法记录仪已处于该状态。"
    en = "The recorder is in that state already."


class DeviceNotAssigned(InvalidInput):
    code = "device_not_assigned"
    zh = "执法记录仪 {device} 未配发给在场执法人员。"
    en = "Recorder {device} is not assigned to an officer who is present."


class OfficerHasDevice(RuleViolation):
    code = "officer_has_device"
    zh = "该执法人员已配发执法记录仪 {device}。"
    en = "The officer has recorder {device} already."


class DeviceInUse(RuleViolation):
    code = "device_in_use"
    zh = "执法记录仪 {device} 已配发给他人。"
    en = "Recorder {device} is assigned to somebody else."


class DeviceReturned(RuleViolation):
    code = "device_returned"
    zh = "执法记录仪已交回。"
    en = "The recorder was returned."


class RecordingNotStored(InvalidInput):
    """The file is evidence of the same task and made by a recorder."""

    code = "not_a_recording"
    zh = "所指证据不是本任务的视听资料。"
    en = "The evidence is no audio-visual record of this task."


class RecordingStored(RuleViolation):
    code = "recording_stored"
    zh = "该段记录已存储,或者记录尚未结束。"
    en = "The recording is stored already, or still runs."


class NothingToFollow(RuleViolation):
    code = "nothing_to_follow"
    zh = "检查已结束,不能再实时督导。"
    en = "The inspection is over; there is nothing to follow live."


class TeamFollowsItself(RuleViolation):
    code = "team_follows_itself"
    zh = "小组成员不得督导本组检查。"
    en = "A member of the team does not supervise its own inspection."


@dataclass(frozen=True, slots=True)
class Span:
    """One recording; `reason` says why it ended before the departure."""

    from_at: datetime
    to_at: datetime
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Gap:
    from_at: datetime
    to_at: datetime
    reason: str | None


def gaps(
    spans: Sequence[Span], *, arrived: datetime, left: datetime, first_reason: str | None
) -> Iterator[Gap]:
    """What was not recorded between arrival and departure, each with the reason that was given."""
    end, reason = arrived, first_reason
    for span in sorted(spans, key=lambda each: each.from_at):
        if span.from_at - end >= NO_GAP:
            yield Gap(end, span.from_at, reason)
        if span.to_at >= end:
            end, reason = span.to_at, span.reason
    if left - end >= NO_GAP:
        yield Gap(end, left, reason)


def storing_term(days: int) -> Term:
    return Term(
        days,
        Unit.WORKING_DAYS,
        LegalBasis(
            law_code="guangdong-full-record-rules",
            article="23",
            title_zh="广东省行政执法全过程记录办法",
            title_en="Guangdong rules on full records of enforcement",
        ),
        evidence="S15",
    )
