"""What an inspection is: its legal kind, mode, methods and time (DOMAIN 3.2).

Who asked for the task said most of it; what is said again must not contradict that.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from services.tasks.enterprises.domain.visits import Ground, LegalKind, Method, Mode
from shared import divisions
from shared.clocks.days import SHANGHAI
from shared.errors import InvalidInput, RuleViolation

# 噪声污染防治法 art. 88: a city may shift the night, its length stays.
NIGHT: Final = timedelta(hours=8)
DAY: Final = timedelta(days=1)
NIGHT_STARTS: Final = "inspection.night_starts"
TURN_GROUNDS: Final = "inspection.turn_grounds"
MIN_OUTSIDERS: Final = "inspection.flying_outsiders"


class TurnGround(StrEnum):
    """What turns a check from afar into a visit (转现场); a setting says which of them hold."""

    ABNORMAL_DATA = "abnormal_data"  # 数据异常
    REFUSAL = "refusal"  # 拒不配合非现场检查
    COMPLAINT = "complaint"  # 投诉举报
    CLUE = "clue"  # 问题线索
    ACCIDENT = "accident"  # 突发环境事件
    DATA_MISSING = "data_missing"  # 监控数据缺失,远程无法核实


# In the ledger a turned visit is an individual one with a ground of its own.
LEDGER_GROUND: Final[Mapping[TurnGround, Ground]] = {
    TurnGround.ABNORMAL_DATA: Ground.ABNORMAL_DATA,
    TurnGround.REFUSAL: Ground.CLUE,
    TurnGround.COMPLAINT: Ground.COMPLAINT,
    TurnGround.CLUE: Ground.CLUE,
    TurnGround.ACCIDENT: Ground.ACCIDENT,
    TurnGround.DATA_MISSING: Ground.ABNORMAL_DATA,
}


class ContradictsTask(RuleViolation):
    code = "contradicts_task"
    zh = "{field}:任务要求“{asked}”,所填为“{given}”;检查须按任务开展。"
    en = "{field}: the task asks for “{asked}”, not “{given}”."


class ModeMissing(InvalidInput):
    code = "mode_missing"
    zh = "任务未指定检查形式,须填写现场或者非现场。"
    en = "The task does not say whether the check is on site; the inspection must."


class OffSiteFirst(RuleViolation):
    """What can be checked remotely is not checked on site (DOMAIN 3.2 [S24])."""

    code = "off_site_first"
    zh = "任务为非现场检查;转为现场检查须说明情形和理由并经批准。"
    en = "The task is off-site; turning it into a visit needs a stated ground and an approver."


class TurnGroundNotInForce(InvalidInput):
    code = "turn_ground_not_in_force"
    zh = "“{ground}”不属于本地规定的非现场转现场情形({known})。"
    en = "“{ground}” is no ground here for turning off-site into on-site ({known})."


class NothingToTurn(RuleViolation):
    code = "nothing_to_turn"
    zh = "该任务不是非现场检查,无须转现场。"
    en = "The task is not off-site; there is nothing to turn."


class TurnPending(RuleViolation):
    code = "turn_pending"
    zh = "已有转现场申请待批或者已批准。"
    en = "A request to turn on site is waiting or was approved already."


class OwnTurn(RuleViolation):
    code = "own_turn"
    zh = "不得批准本人提出的转现场申请。"
    en = "Nobody approves a turn of one's own."


class FlyingNeedsOutsiders(RuleViolation):
    """飞行检查 (row 2-08): unscheduled, by officers of elsewhere."""

    code = "flying_needs_outsiders"
    zh = "飞行检查须有至少 {needed} 名外地执法人员,现为 {present} 名。"
    en = "A flying check needs at least {needed} officers of elsewhere, not {present}."


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody said of an inspection; None or empty is not said."""

    legal_kind: LegalKind | None = None
    mode: Mode | None = None
    methods: tuple[Method, ...] = ()
    enterprise_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """What the inspection is."""

    legal_kind: LegalKind
    mode: Mode
    methods: tuple[Method, ...]


def settle(asked: Said, given: Said, *, turned: bool) -> Terms:
    """The task's word taken over; ContradictsTask, OffSiteFirst or ModeMissing otherwise.

    A task from afar that was `turned` is visited as an individual check.
    """
    _agree("enterprise_id", asked.enterprise_id, given.enterprise_id)
    missing = [each for each in asked.methods if given.methods and each not in given.methods]
    if missing:
        raise ContradictsTask(
            field="methods", asked=", ".join(missing), given=", ".join(given.methods)
        )
    methods = tuple(dict.fromkeys([*asked.methods, *given.methods]))
    if asked.mode is Mode.OFF_SITE and given.mode is Mode.ON_SITE:
        if not turned:
            raise OffSiteFirst
        _agree("legal_kind", LegalKind.INDIVIDUAL, given.legal_kind)
        return Terms(LegalKind.INDIVIDUAL, Mode.ON_SITE, methods)
    _agree("legal_kind", asked.legal_kind, given.legal_kind)
    _agree("mode", asked.mode, given.mode)
    mode = asked.mode or given.mode
    if mode is None:
        raise ModeMissing(reason="missing", pointer="/mode")
    kind = asked.legal_kind or given.legal_kind or LegalKind.INDIVIDUAL
    return Terms(kind, mode, methods)


def _agree(field: str, asked: object | None, given: object | None) -> None:
    if asked is not None and given is not None and asked != given:
        raise ContradictsTask(field=field, asked=str(asked), given=str(given))


def require_turnable(asked_mode: Mode | None, ground: TurnGround, in_force: Sequence[str]) -> None:
    """NothingToTurn or TurnGroundNotInForce."""
    if asked_mode is not Mode.OFF_SITE:
        raise NothingToTurn
    if ground not in in_force:
        raise TurnGroundNotInForce(
            reason="ground", pointer="/ground", ground=ground, known=", ".join(in_force)
        )


def is_outsider(division: str, place: str) -> bool:
    """Neither of the place, nor below it, nor above it."""
    inside = divisions.covers(divisions.scope(place), division)
    return not inside and not divisions.covers(divisions.scope(division), place)


def crosses(present: Iterable[str], place: str) -> bool:
    """Whether officers of elsewhere took part (交叉); otherwise it was the place's own check."""
    return any(is_outsider(each, place) for each in present)


def require_flying(
    methods: Collection[Method], present: Iterable[str], place: str, *, needed: int
) -> None:
    """FlyingNeedsOutsiders unless enough who flew in are of elsewhere or of above."""
    if Method.FLYING not in methods:
        return
    own = divisions.scope(place)
    came = sum(not divisions.covers(own, each) for each in present)
    if came < needed:
        raise FlyingNeedsOutsiders(needed=needed, present=came)


def methods_by_time(
    methods: Iterable[Method], *, at_night: bool, on_rest_day: bool
) -> tuple[Method, ...]:
    """Night and holiday are not what was meant to be but what the clock says it was."""
    happened = {Method.NIGHT: at_night, Method.HOLIDAY: on_rest_day}
    kept = [each for each in methods if happened.get(each, True)]
    return tuple(dict.fromkeys([*kept, *(each for each, did in happened.items() if did)]))


def touches_night(started_at: datetime, finished_at: datetime, *, night_starts: int) -> bool:
    """Whether any of it lay in the night, eight hours from `night_starts` o'clock in Shanghai."""
    first = started_at.astimezone(SHANGHAI)
    dusk = first.replace(hour=night_starts, minute=0, second=0, microsecond=0)
    for begins in (dusk - DAY, dusk):
        if first < begins + NIGHT:
            return finished_at >= begins
    return finished_at >= dusk + DAY
