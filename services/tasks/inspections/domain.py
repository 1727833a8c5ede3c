"""An inspection on the spot or from afar: what it is, and what it needs to be finished."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from services.tasks.enterprises.domain.visits import Mode
from shared.clocks.days import SHANGHAI, legal_day
from shared.errors import IllegalStep, RuleViolation

# 行政处罚法 art. 42.
MIN_OFFICERS: Final = 2
# 噪声污染防治法 art. 88: a city may shift the night, its length stays.
NIGHT: Final = timedelta(hours=8)
DAY: Final = timedelta(days=1)


class Signature(StrEnum):
    """How the party answered the record (行政处罚法 art. 55)."""

    SIGNED = "signed"
    REFUSED = "refused"
    ABSENT = "absent"


class InspectionState(StrEnum):
    UNDER_WAY = "under_way"
    FINISHED = "finished"


class InspectionAction(StrEnum):
    """`find` is done by filing a problem, the others by their own routes."""

    RECORD = "record"
    SWITCH_RECORDER = "switch_recorder"
    HAND_INTEGRITY_SHEET = "hand_integrity_sheet"
    FIND = "find"
    FINISH = "finish"


TRANSITIONS: Final[Mapping[InspectionState, Mapping[InspectionAction, InspectionState]]] = {
    InspectionState.UNDER_WAY: {
        InspectionAction.RECORD: InspectionState.UNDER_WAY,
        InspectionAction.SWITCH_RECORDER: InspectionState.UNDER_WAY,
        InspectionAction.HAND_INTEGRITY_SHEET: InspectionState.UNDER_WAY,
        InspectionAction.FIND: InspectionState.UNDER_WAY,
        InspectionAction.FINISH: InspectionState.FINISHED,
    },
    InspectionState.FINISHED: {},
}


class StartOutOfPeriod(RuleViolation):
    code = "start_out_of_period"
    zh = "检查开始时间须在小组派出时段内,且不晚于当前时间。"
    en = "An inspection starts within the period its team was sent for, and not in the future."


class OfficerNotOfTheTeam(RuleViolation):
    code = "officer_not_of_the_team"
    zh = "检查人员 {officer_id} 不是任务小组成员。"
    en = "Officer {officer_id} is not of the task's team."


class Unfinished(RuleViolation):
    """Something the law wants of an inspection is missing."""


class TooFewPresent(Unfinished):
    code = "too_few_officers"
    zh = (
        "持有效执法证件的在场执法人员不得少于 {needed} 人,现为 {present} 人(行政处罚法第四十二条)。"
    )
    en = (
        "At least {needed} officers with a valid certificate must be present, not {present}"
        " (Administrative Penalty Law art. 42)."
    )


class CertificateNotShown(Unfinished):
    code = "certificate_not_shown"
    zh = "执法人员须主动出示执法证件,未出示:{names}(行政处罚法第五十五条)。"
    en = "Officers show their certificates first; not shown by: {names} (ibid. art. 55)."


class NoRecord(Unfinished):
    code = "record_missing"
    zh = "询问或者检查应当制作笔录(行政处罚法第五十五条)。"
    en = "An inspection needs a written record (Administrative Penalty Law art. 55)."


class NoIntegritySheet(Unfinished):
    code = "integrity_sheet_missing"
    zh = "未发放《执法人员廉政反馈表》(一次检查一张)。"
    en = "The integrity feedback sheet was not handed over; every visit needs one."


class RecorderUnexplained(Unfinished):
    code = "recorder_unexplained"
    zh = "执法记录仪未开启且未说明原因(广东省行政执法全过程记录办法第十八条至第二十条)。"
    en = "The recorder was off and nothing says why (Guangdong full-record rules art. 18-20)."


@dataclass(frozen=True, slots=True)
class Presence:
    """An officer at the inspection."""

    officer_id: UUID
    name: str
    certificate_valid_to: date
    certificate_shown: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """What finishing is judged by."""

    mode: Mode
    started_at: datetime
    present: tuple[Presence, ...]
    has_record: bool
    recorder_on: bool
    recorder_reason: str | None
    sheet_handed: bool


def step(state: InspectionState, action: InspectionAction) -> InspectionState:
    """Where `action` leads from `state`; IllegalStep if it leads nowhere."""
    try:
        return TRANSITIONS[state][action]
    except KeyError:
        raise IllegalStep(state=state, action=action, allowed=[*TRANSITIONS[state]]) from None


def shortcomings(facts: Facts) -> Iterable[Unfinished]:
    """Everything the inspection still lacks, in the order it should have happened."""
    day = legal_day(facts.started_at)
    qualified = [each for each in facts.present if each.certificate_valid_to >= day]
    if len(qualified) < MIN_OFFICERS:
        yield TooFewPresent(needed=MIN_OFFICERS, present=len(qualified))
    if facts.mode is Mode.ON_SITE:
        yield from _shortcomings_on_site(facts)
    if not facts.has_record:
        yield NoRecord()


def require_complete(facts: Facts) -> None:
    """The first shortcoming is raised, if there is one."""
    for shortcoming in shortcomings(facts):
        raise shortcoming


def touches_night(started_at: datetime, finished_at: datetime, *, night_starts: int) -> bool:
    """Whether any of it lay in the night, eight hours from `night_starts` o'clock in Shanghai."""
    first = started_at.astimezone(SHANGHAI)
    dusk = first.replace(hour=night_starts, minute=0, second=0, microsecond=0)
    for begins in (dusk - DAY, dusk):
        if first < begins + NIGHT:
            return finished_at >= begins
    return finished_at >= dusk + DAY


def _shortcomings_on_site(facts: Facts) -> Iterable[Unfinished]:
    silent = [each.name for each in facts.present if not each.certificate_shown]
    if silent:
        yield CertificateNotShown(names=", ".join(silent))
    if not facts.recorder_on and not facts.recorder_reason:
        yield RecorderUnexplained()
    if not facts.sheet_handed:
        yield NoIntegritySheet()
