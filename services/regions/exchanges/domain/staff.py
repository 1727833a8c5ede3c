"""Officers sent both ways (互派人员), or called up by a superior (抽调): DOMAIN 4.1, 3-14, 3-41.

Each side binds itself alone, and silence is no consent. Who goes is held for the days, is commanded
by who receives, and stays an officer of the place it came from: what a host alone must do still
needs an officer of the host.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from shared import divisions
from shared.errors import IllegalStep, InvalidInput, RuleViolation


class ExchangeKind(StrEnum):
    MUTUAL = "mutual"  # 互派
    SECONDMENT = "secondment"  # 上级抽调


class Purpose(StrEnum):
    """What the exchange form (交流联动) is for."""

    AUDIT = "audit"  # 稽查
    FILE_REVIEW = "file_review"  # 案卷评查
    JOINT_CASE = "joint_case"  # 跨区域案件办理
    TRAINING = "training"  # 培训
    JOINT_HELP = "joint_help"  # 联合帮扶


class Basis(StrEnum):
    """Under what the sides exchange people, if under anything written."""

    AGREEMENT = "agreement"
    PLAN_ITEM = "plan_item"
    OPERATION = "operation"


class ExchangeState(StrEnum):
    PROPOSED = "proposed"  # 征求意见
    AGREED = "agreed"  # 双方同意
    RUNNING = "running"  # 派驻中
    ENDED = "ended"  # 期满
    RECALLED = "recalled"  # 提前召回
    REPORTED = "reported"  # 已总结
    DECLINED = "declined"  # 未达成
    CALLED_OFF = "called_off"  # 取消


class Step(StrEnum):
    NAME = "name"
    ANSWER = "answer"
    AGREE = "agree"  # the last side's word
    DECLINE = "decline"
    CALL_OFF = "call_off"
    LAPSE = "lapse"  # the first day went by without consent
    BEGIN = "begin"  # the first day has come
    ASK_EXTENSION = "ask_extension"
    ANSWER_EXTENSION = "answer_extension"
    RECALL = "recall"
    END = "end"  # the last day is over
    END_EARLY = "end_early"  # everybody was recalled
    REPORT = "report"
    REMARK = "remark"
    CLOSE = "close"  # the last report or remark came in


class Stay(StrEnum):
    """How far one guest is."""

    NAMED = "named"  # 拟派
    PRESENT = "present"  # 在岗
    RETURNED = "returned"  # 期满返回
    RECALLED = "recalled"  # 召回
    LEFT = "left"  # 离职
    DROPPED = "dropped"  # 未成行


TRANSITIONS: Final[Mapping[ExchangeState, Mapping[Step, ExchangeState]]] = {
    ExchangeState.PROPOSED: {
        Step.NAME: ExchangeState.PROPOSED,
        Step.ANSWER: ExchangeState.PROPOSED,
        Step.AGREE: ExchangeState.AGREED,
        Step.DECLINE: ExchangeState.DECLINED,
        Step.CALL_OFF: ExchangeState.CALLED_OFF,
        Step.LAPSE: ExchangeState.CALLED_OFF,
    },
    ExchangeState.AGREED: {
        Step.CALL_OFF: ExchangeState.CALLED_OFF,
        Step.BEGIN: ExchangeState.RUNNING,
    },
    ExchangeState.RUNNING: {
        Step.ASK_EXTENSION: ExchangeState.RUNNING,
        Step.ANSWER_EXTENSION: ExchangeState.RUNNING,
        Step.RECALL: ExchangeState.RUNNING,
        Step.REPORT: ExchangeState.RUNNING,
        Step.REMARK: ExchangeState.RUNNING,
        Step.END: ExchangeState.ENDED,
        Step.END_EARLY: ExchangeState.RECALLED,
    },
    ExchangeState.ENDED: {
        Step.REPORT: ExchangeState.ENDED,
        Step.REMARK: ExchangeState.ENDED,
        Step.CLOSE: ExchangeState.REPORTED,
    },
    ExchangeState.RECALLED: {
        Step.REPORT: ExchangeState.RECALLED,
        Step.REMARK: ExchangeState.RECALLED,
        Step.CLOSE: ExchangeState.REPORTED,
    },
    ExchangeState.REPORTED: {},
    ExchangeState.DECLINED: {},
    ExchangeState.CALLED_OFF: {},
}
# Taken by time or with the last word, not asked for.
BY_ITSELF: Final = frozenset(
    {Step.AGREE, Step.DECLINE, Step.LAPSE, Step.BEGIN, Step.END, Step.END_EARLY, Step.CLOSE}
)
HERE: Final = frozenset({Stay.NAMED, Stay.PRESENT})
WAS_HERE: Final = frozenset({Stay.RETURNED, Stay.RECALLED, Stay.LEFT})


class BadExchange(InvalidInput):
    """An exchange that could not be carried out."""

    code = "bad_exchange"
    zh = "交流安排有误:{reason}"
    en = "The exchange does not hold together: {reason}"


class BasisOfOthers(InvalidInput):
    code = "basis_of_others"
    zh = "所依据的协议、方案或行动与双方无关。"
    en = "The agreement, plan or operation named is not one of both sides."


class NotOfSender(InvalidInput):
    """A side names its own people and nobody else's."""

    code = "not_of_sender"
    zh = "所派人员不是 {division} 的执法人员。"
    en = "Somebody named is not an officer of {division}."


class OutsideDays(InvalidInput):
    code = "outside_days"
    zh = "派驻起止应在 {first} 至 {last} 之间。"
    en = "A stay lies between {first} and {last}."


class TooLongStay(InvalidInput):
    code = "stay_too_long"
    zh = "派驻期最长 {days} 天。"
    en = "A stay lasts {days} days at most."


class NobodySent(RuleViolation):
    """互派: each side sends somebody before either can agree."""

    code = "nobody_sent"
    zh = "{division} 尚未确定派出人员。"
    en = "{division} has named nobody to send yet."


class CommanderMissing(InvalidInput):
    """Who receives says who commands and instructs the guests."""

    code = "commander_missing"
    zh = "接收方应明确带教和指挥人员。"
    en = "Who receives guests names who commands and instructs them."


class BegunAlready(InvalidInput):
    code = "begun_already"
    zh = "派驻起始日已过。"
    en = "The first day lies in the past."


class DaysPassed(RuleViolation):
    """Nobody agrees to days that lie behind: they would count as served."""

    code = "days_passed"
    zh = "有派驻起始日已过,请重新确定派出人员。"
    en = "The first day of a stay lies behind; name the guests anew."


class NoExtension(RuleViolation):
    code = "no_extension_asked"
    zh = "没有待答复的延期。"
    en = "No extension has been asked for."


class ExtensionRefused(RuleViolation):
    code = "extension_refused_by_rule"
    zh = "不能延期:{reason}"
    en = "No extension: {reason}"


class NobodyToRecall(RuleViolation):
    code = "nobody_to_recall"
    zh = "没有可召回的在岗人员。"
    en = "Nobody of those named is there to be recalled."


class StayNotOver(RuleViolation):
    code = "stay_not_over"
    zh = "派驻尚未结束或未成行。"
    en = "The stay is not over, or never began."


class SaidAlready(RuleViolation):
    code = "said_already"
    zh = "已提交,不能更改。"
    en = "It has been said and stands."


@dataclass(frozen=True, slots=True)
class Going:
    """An officer a side wants to send, from the first day to the last, both included."""

    from_on: date
    to_on: date


def step(state: ExchangeState, taken: Step) -> ExchangeState:
    """Where `taken` leads from `state`; IllegalStep if it leads nowhere."""
    try:
        return TRANSITIONS[state][taken]
    except KeyError:
        allowed = [each.value for each in TRANSITIONS[state]]
        raise IllegalStep(state=state.value, action=taken.value, allowed=allowed) from None


def require_sound(
    kind: ExchangeKind,
    *,
    proposer: str,
    partner: str | None,
    host_body: str | None,
    document: str | None,
    days: Going,
    today: date,
    longest: int,
) -> None:
    """BadExchange unless two sides can agree on this; days ahead, and no longer than allowed.

    A superior without a login here, such as the ministry, speaks by the document it called by.
    """
    if (partner is None) == (host_body is None):
        raise BadExchange(reason="one other side, by code or by name", pointer="/partner")
    if kind is ExchangeKind.MUTUAL and partner is None:
        raise BadExchange(reason="officers go both ways between divisions", pointer="/partner")
    if host_body is not None and document is None:
        raise BadExchange(reason="a body outside speaks by its document", pointer="/document")
    if partner == proposer:
        raise BadExchange(reason="two sides", pointer="/partner")
    if kind is ExchangeKind.SECONDMENT and partner is not None and not _is_above(partner, proposer):
        raise BadExchange(reason="a superior calls up", pointer="/partner")
    if days.from_on < today:
        raise BegunAlready(reason=days.from_on.isoformat(), pointer="/from_on")
    require_length(days, longest=longest)


def require_length(days: Going, *, longest: int) -> None:
    if days.to_on < days.from_on:
        raise BadExchange(reason="ends before it begins", pointer="/to_on")
    if (days.to_on - days.from_on).days >= longest:
        raise TooLongStay(reason=str(longest), days=longest, pointer="/to_on")


def require_within(stays: Iterable[Going], days: Going) -> None:
    """Each stay lies within the days of the exchange."""
    for index, each in enumerate(stays):
        if not days.from_on <= each.from_on <= each.to_on <= days.to_on:
            raise OutsideDays(
                reason="stay", first=days.from_on, last=days.to_on, pointer=f"/guests/{index}"
            )


def require_ahead(stays: Iterable[Going], today: date) -> None:
    """DaysPassed unless each stay begins today or later."""
    if any(each.from_on < today for each in stays):
        raise DaysPassed


def _is_above(superior: str, code: str) -> bool:
    return superior != code and divisions.covers(divisions.scope(superior), code)


def senders(kind: ExchangeKind, proposer: str, partner: str | None) -> tuple[str, ...]:
    """Who has to send somebody."""
    return (proposer, partner) if kind is ExchangeKind.MUTUAL and partner else (proposer,)


def require_manned(needed: Sequence[str], sending: Iterable[str]) -> None:
    """NobodySent unless each side that sends has named somebody."""
    named = set(sending)
    for each in needed:
        if each not in named:
            raise NobodySent(division=each)


def require_extension(
    *, to_on: date, current: Sequence[Going], extensions: int, most: int, longest: int
) -> None:
    """ExtensionRefused unless the new last day is later for everybody and the rules allow it."""
    if not current:
        raise ExtensionRefused(reason="nobody is there")
    if extensions >= most:
        raise ExtensionRefused(reason=f"extended {extensions} times already")
    for each in current:
        if to_on <= each.to_on:
            raise ExtensionRefused(reason="not later than the last day agreed")
        if (to_on - each.from_on).days >= longest:
            raise ExtensionRefused(reason=f"longer than {longest} days")


def after_recall(
    stay: Stay, *, from_on: date, to_on: date, today: date
) -> tuple[Stay, date | None]:
    """What a recalled guest is, and the last day there: the day of the recall, if there at all."""
    if stay is Stay.PRESENT and today >= from_on:
        return Stay.RECALLED, min(today, to_on)
    return Stay.DROPPED, None


def after_leaving(
    stay: Stay, *, from_on: date, to_on: date, left_on: date
) -> tuple[Stay, date | None]:
    """What a guest is who left the service: there until that day, if there at all."""
    if stay is Stay.PRESENT and left_on >= from_on:
        return Stay.LEFT, min(left_on, to_on)
    return Stay.DROPPED, None
