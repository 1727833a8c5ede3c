"""Training (培训) and joint help (联合帮扶): one division convenes, several come."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Final

from shared.errors import IllegalStep, InvalidInput, RuleViolation

HOUR: Final = timedelta(hours=1)
TENTH: Final = Decimal("0.1")


class TrainingKind(StrEnum):
    TRAINING = "training"  # 培训
    CASE_TALK = "case_talk"  # 我的案件我来讲
    DRILL = "drill"  # 大练兵
    JOINT_HELP = "joint_help"  # 联合帮扶


class TrainingState(StrEnum):
    CONVENED = "convened"  # 已通知
    HELD = "held"  # 已举办
    CLOSED = "closed"  # 已归档
    CANCELLED = "cancelled"  # 取消


class Step(StrEnum):
    REGISTER = "register"
    DECLINE = "decline"
    HOLD = "hold"
    EVALUATE = "evaluate"
    CLOSE = "close"
    CANCEL = "cancel"


TRANSITIONS: Final[Mapping[TrainingState, Mapping[Step, TrainingState]]] = {
    TrainingState.CONVENED: {
        Step.REGISTER: TrainingState.CONVENED,
        Step.DECLINE: TrainingState.CONVENED,
        Step.HOLD: TrainingState.HELD,
        Step.CANCEL: TrainingState.CANCELLED,
    },
    TrainingState.HELD: {Step.EVALUATE: TrainingState.HELD, Step.CLOSE: TrainingState.CLOSED},
    TrainingState.CLOSED: {},
    TrainingState.CANCELLED: {},
}


class BadTraining(InvalidInput):
    code = "bad_training"
    zh = "培训安排有误:{reason}"
    en = "The training does not hold together: {reason}"


class PlacesFull(RuleViolation):
    code = "places_full"
    zh = "名额已满,剩余 {left} 个。"
    en = "There are {left} places left."


class NotHeldYet(RuleViolation):
    """Attendance is a fact: it is recorded once the training has begun."""

    code = "not_begun_yet"
    zh = "尚未到举办时间。"
    en = "It has not begun yet."


class BegunAlready(RuleViolation):
    code = "training_begun"
    zh = "已到举办时间,不能再报名、取消。"
    en = "It has begun: nobody registers or cancels any more."


class BadAttendance(InvalidInput):
    """Who attended had registered; of named people only those named."""

    code = "bad_attendance"
    zh = "到场登记与报名不符:{division}"
    en = "The attendance of {division} is not what it registered."


class NobodyAttended(RuleViolation):
    code = "nobody_attended"
    zh = "未到场的单位不作评价。"
    en = "Who did not attend does not evaluate."


@dataclass(frozen=True, slots=True)
class Registered:
    """How many a division sends, and which of its officers by name."""

    people: int
    officers: frozenset[str]


def step(state: TrainingState, taken: Step) -> TrainingState:
    """Where `taken` leads from `state`; IllegalStep if it leads nowhere."""
    try:
        return TRANSITIONS[state][taken]
    except KeyError:
        allowed = [each.value for each in TRANSITIONS[state]]
        raise IllegalStep(state=state.value, action=taken.value, allowed=allowed) from None


def require_sound(
    *,
    convener: str,
    invited: Sequence[str],
    starts_at: datetime,
    ends_at: datetime,
    longest_hours: int,
    now: datetime,
) -> None:
    """Ahead of time, and several divisions: each once, the convener itself not invited."""
    if ends_at <= starts_at:
        raise BadTraining(reason="ends before it begins", pointer="/ends_at")
    if ends_at - starts_at > longest_hours * HOUR:
        raise BadTraining(reason=f"longer than {longest_hours} hours", pointer="/ends_at")
    if starts_at <= now:
        raise BadTraining(reason="begins in the past", pointer="/starts_at")
    if convener in invited or len(set(invited)) < len(invited):
        raise BadTraining(reason="each other division once", pointer="/invited")


def require_places(places: int, *, taken: int, wanted: int) -> None:
    if taken + wanted > places:
        raise PlacesFull(left=max(places - taken, 0))


def require_attendance(
    division: str, registered: Registered, *, people: int, officers: Iterable[str]
) -> None:
    """BadAttendance unless those who came had been registered."""
    came = frozenset(officers)
    if people > registered.people or not came <= registered.officers or len(came) > people:
        raise BadAttendance(reason=division, division=division, pointer="/attendance")


def hours(starts_at: datetime, ends_at: datetime, *, people: int) -> Decimal:
    """Person-hours (学时), to a tenth."""
    taught = Decimal(str((ends_at - starts_at) / HOUR))
    return (taught * people).quantize(TENTH, ROUND_HALF_UP)
