"""The life of a round, of each draw in it and of a swap, and what bars a step."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Final

from shared.errors import Forbidden, IllegalStep, InvalidInput, RuleViolation


class RoundState(StrEnum):
    PREPARED = "prepared"  # 已预抽
    PUBLISHED = "published"  # 已公布
    SERVED = "served"  # 已完成
    CLOSED = "closed"  # 归档
    CALLED_OFF = "called_off"  # 取消


class RoundStep(StrEnum):
    REFRESH = "refresh"
    PUBLISH = "publish"
    SERVE = "serve"  # the last one drawn has served, or is excused
    CLOSE = "close"
    CALL_OFF = "call_off"


class DrawState(StrEnum):
    DRAWN = "drawn"  # 已抽中、已告知
    CONFIRMED = "confirmed"  # 已确认
    SERVED = "served"  # 已到岗
    EXCUSED = "excused"  # 免除本轮
    SWAPPED = "swapped"  # 已调换
    CALLED_OFF = "called_off"  # 轮次取消


class DrawStep(StrEnum):
    CONFIRM = "confirm"
    SERVE = "serve"
    EXCUSE = "excuse"
    SWAP = "swap"
    CALL_OFF = "call_off"


class SwapState(StrEnum):
    ASKED = "asked"  # 已提出
    AGREED = "agreed"  # 对方同意
    APPROVED = "approved"  # 已批准
    REFUSED = "refused"  # 不同意


class SwapStep(StrEnum):
    AGREE = "agree"
    APPROVE = "approve"
    REFUSE = "refuse"


class Source(StrEnum):
    """How somebody came into a round."""

    TURN = "turn"  # 按序抽调
    REPLACEMENT = "replacement"  # 递补
    SWAP = "swap"  # 调换


class Excuse(StrEnum):
    """Why somebody cannot be drawn."""

    LEAVE = "leave"  # 请假
    RECUSAL = "recusal"  # 回避
    EXEMPTION = "exemption"  # 免抽


class Barred(StrEnum):
    """What stands against drawing somebody now."""

    LEAVE = "leave"
    RECUSAL = "recusal"
    EXEMPTION = "exemption"
    ABSENT = "absent"  # by the officer's file
    BOOKED = "booked"  # elsewhere at that time
    DRAWN = "drawn"  # in another round at that time


class Quality(StrEnum):
    """The leader's word on the work."""

    EXCELLENT = "excellent"  # 优
    GOOD = "good"  # 良
    FAIR = "fair"  # 中
    POOR = "poor"  # 差


ROUND_TRANSITIONS: Final[Mapping[RoundState, Mapping[RoundStep, RoundState]]] = {
    RoundState.PREPARED: {
        RoundStep.REFRESH: RoundState.PREPARED,
        RoundStep.PUBLISH: RoundState.PUBLISHED,
        RoundStep.CALL_OFF: RoundState.CALLED_OFF,
    },
    RoundState.PUBLISHED: {
        RoundStep.SERVE: RoundState.SERVED,
        RoundStep.CALL_OFF: RoundState.CALLED_OFF,
    },
    RoundState.SERVED: {RoundStep.CLOSE: RoundState.CLOSED},
    RoundState.CLOSED: {},
    RoundState.CALLED_OFF: {},
}
DRAW_TRANSITIONS: Final[Mapping[DrawState, Mapping[DrawStep, DrawState]]] = {
    DrawState.DRAWN: {
        DrawStep.CONFIRM: DrawState.CONFIRMED,
        DrawStep.EXCUSE: DrawState.EXCUSED,
        DrawStep.SWAP: DrawState.SWAPPED,
        DrawStep.CALL_OFF: DrawState.CALLED_OFF,
    },
    DrawState.CONFIRMED: {
        DrawStep.SERVE: DrawState.SERVED,
        DrawStep.EXCUSE: DrawState.EXCUSED,
        DrawStep.SWAP: DrawState.SWAPPED,
        DrawStep.CALL_OFF: DrawState.CALLED_OFF,
    },
    DrawState.SERVED: {},
    DrawState.EXCUSED: {},
    DrawState.SWAPPED: {},
    DrawState.CALLED_OFF: {},
}
SWAP_TRANSITIONS: Final[Mapping[SwapState, Mapping[SwapStep, SwapState]]] = {
    SwapState.ASKED: {SwapStep.AGREE: SwapState.AGREED, SwapStep.REFUSE: SwapState.REFUSED},
    SwapState.AGREED: {SwapStep.APPROVE: SwapState.APPROVED, SwapStep.REFUSE: SwapState.REFUSED},
    SwapState.APPROVED: {},
    SwapState.REFUSED: {},
}
# Who is or was in a round for good.
STANDING: Final = (DrawState.DRAWN, DrawState.CONFIRMED, DrawState.SERVED)
RUNNING: Final = (DrawState.DRAWN, DrawState.CONFIRMED)


class SamePerson(RuleViolation):
    code = "rota_same_person"
    zh = "预抽与公布、提出或同意与批准应由不同人员办理。"
    en = "Who prepares does not publish, and who asks or agrees does not approve."


class PreviewStale(RuleViolation):
    """What would be drawn now is not what was previewed."""

    code = "preview_stale"
    zh = "预抽后情况已变化,请重新预抽后再公布。"
    en = "Things have changed since the preview; refresh it before publishing."


class LaterRoundDrawn(RuleViolation):
    code = "later_round_drawn"
    zh = "此后已有轮次公布,应先取消后一轮次。"
    en = "A later round was drawn on this one; call that off first."


class ServedAlready(RuleViolation):
    code = "served_already"
    zh = "已有人员到岗,不能取消该轮次。"
    en = "Somebody has served in this round; it cannot be called off."


class NoUnits(RuleViolation):
    code = "rota_without_units"
    zh = "该轮值表尚无可抽调的单位。"
    en = "The rota has no unit to draw from."


class RotaEnded(RuleViolation):
    code = "rota_ended"
    zh = "该轮值表已停用。"
    en = "The rota has ended."


class UnitClosed(RuleViolation):
    code = "rota_unit_closed"
    zh = "该单位已退出轮值。"
    en = "The unit has left the rota."


class UnitUnsent(RuleViolation):
    """A unit or a person in the middle of a round does not leave it unseen."""

    code = "rota_still_drawn"
    zh = "尚有人员在未完成的轮次中,应先办结或免除。"
    en = "Somebody is still drawn in a round; it is served or excused first."


class StaffLeft(RuleViolation):
    code = "rota_staff_left"
    zh = "该人员已离开轮值。"
    en = "This person has left the rota."


class SwapUnavailable(RuleViolation):
    code = "swap_unavailable"
    zh = "对方该期间不能参加({why})。"
    en = "The other one cannot go at that time ({why})."


class SwapUnfair(RuleViolation):
    """A swap swaps turns; it does not send anybody twice before all others."""

    code = "swap_unfair"
    zh = "对方本轮次序内已被抽调,调换将使其在他人之前再次被抽。"
    en = "The other one has had the turn of this lap; the swap would draw him or her twice."


class OtherUnit(RuleViolation):
    code = "swap_other_unit"
    zh = "只能在同一单位内调换。"
    en = "Turns are swapped within one unit."


class SwapPending(RuleViolation):
    code = "swap_pending"
    zh = "该人员已有未办结的调换申请。"
    en = "A swap of this draw is pending already."


class CapacityOutside(InvalidInput):
    code = "capacity_outside"
    zh = "每轮人数应为 {least} 至 {most} 人。"
    en = "A round draws from {least} to {most} persons."


class UnitExists(RuleViolation):
    code = "rota_unit_exists"
    zh = "该单位或编号已在轮值表中。"
    en = "The unit or its code is in the rota already."


class ForeignUnit(InvalidInput):
    code = "rota_foreign_unit"
    zh = "只能抽调本级机关处室及所属单位。"
    en = "A rota draws from offices and bodies of its own division and below."


class HeadcountMissing(InvalidInput):
    code = "headcount_missing"
    zh = "应填写编制在职人数。"
    en = "The headcount on establishment and in office is missing."


class StaffListed(RuleViolation):
    code = "staff_listed"
    zh = "该人员已在轮值表中。"
    en = "This person is listed in the rota already."


class NotOfUnit(InvalidInput):
    code = "officer_not_of_unit"
    zh = "该执法人员不属于该单位所在机构或已离岗。"
    en = "The officer is not of the unit's bureau, or has left."


class BadDays(InvalidInput):
    code = "bad_days"
    zh = "日期有误:{why}。"
    en = "The days are wrong: {why}."


class NotYours(Forbidden):
    code = "not_your_draw"
    zh = "执法人员只能办理本人的抽调事项。"
    en = "An officer acts on his or her own draw only."


def round_step(state: RoundState, step: RoundStep) -> RoundState:
    """IllegalStep unless the round allows it."""
    if step not in ROUND_TRANSITIONS[state]:
        raise IllegalStep(state=state.value, action=step.value)
    return ROUND_TRANSITIONS[state][step]


def draw_step(state: DrawState, step: DrawStep) -> DrawState:
    if step not in DRAW_TRANSITIONS[state]:
        raise IllegalStep(state=state.value, action=step.value)
    return DRAW_TRANSITIONS[state][step]


def swap_step(state: SwapState, step: SwapStep) -> SwapState:
    if step not in SWAP_TRANSITIONS[state]:
        raise IllegalStep(state=state.value, action=step.value)
    return SWAP_TRANSITIONS[state][step]


def require_days(first: date, last: date, *, most: int) -> None:
    """A round or an excuse lasts from its first day to its last, both included."""
    if last < first:
        raise BadDays(reason="days", pointer="/ends_on", why="the last precedes the first")
    if (last - first).days + 1 > most:
        raise BadDays(reason="days", pointer="/ends_on", why=f"more than {most} days")
