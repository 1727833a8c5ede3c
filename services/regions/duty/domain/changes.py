"""Changes of a roster that stands: a swap of two duties, somebody else in a person's place.

Both hand time on from one person to another and never drop any: what one gives up is exactly what
the other takes.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from services.regions.duty.domain.holes import Fault, FaultKind
from services.regions.duty.domain.shifts import LEADER_SEAT, Stint
from services.regions.officers.domain import Period
from shared.errors import IllegalStep, InvalidInput, RuleViolation


class RosterState(StrEnum):
    DRAFT = "draft"  # 编制中
    PUBLISHED = "published"  # 已发布
    ENDED = "ended"  # 已执行完
    WITHDRAWN = "withdrawn"  # 草案撤回


class RosterStep(StrEnum):
    ASSIGN = "assign"
    GENERATE = "generate"
    PUBLISH = "publish"
    WITHDRAW = "withdraw"
    REPLACE = "replace"
    SWAP = "swap"
    CUT = "cut"  # the roster ends early, at a change-over
    END = "end"  # its time is over


ROSTER_TRANSITIONS: Final[Mapping[RosterState, Mapping[RosterStep, RosterState]]] = {
    RosterState.DRAFT: {
        RosterStep.ASSIGN: RosterState.DRAFT,
        RosterStep.GENERATE: RosterState.DRAFT,
        RosterStep.PUBLISH: RosterState.PUBLISHED,
        RosterStep.WITHDRAW: RosterState.WITHDRAWN,
    },
    RosterState.PUBLISHED: {
        RosterStep.REPLACE: RosterState.PUBLISHED,
        RosterStep.SWAP: RosterState.PUBLISHED,
        RosterStep.CUT: RosterState.PUBLISHED,
        RosterStep.END: RosterState.ENDED,
    },
    RosterState.ENDED: {},
    RosterState.WITHDRAWN: {},
}


class SwapState(StrEnum):
    PROPOSED = "proposed"  # 待对方同意
    CONSENTED = "consented"  # 待批准
    APPROVED = "approved"  # 已换班
    DECLINED = "declined"  # 未同意或未批准


class SwapStep(StrEnum):
    CONSENT = "consent"
    APPROVE = "approve"
    DECLINE = "decline"


SWAP_TRANSITIONS: Final[Mapping[SwapState, Mapping[SwapStep, SwapState]]] = {
    SwapState.PROPOSED: {
        SwapStep.CONSENT: SwapState.CONSENTED,
        SwapStep.DECLINE: SwapState.DECLINED,
    },
    SwapState.CONSENTED: {
        SwapStep.APPROVE: SwapState.APPROVED,
        SwapStep.DECLINE: SwapState.DECLINED,
    },
    SwapState.APPROVED: {},
    SwapState.DECLINED: {},
}


class NotAtADesk(InvalidInput):
    """Duty is kept by a command centre or an enforcement corps with a desk of its own."""

    code = "not_a_duty_desk"
    zh = "仅指挥中心或综合行政执法队伍可以编制值班表。"
    en = "Duty is kept by a command centre or an enforcement corps."


class TooFewSeats(InvalidInput):
    code = "too_few_seats"
    zh = "每班不得少于 {least} 人。"
    en = "A shift has {least} people at least."


class NotNextInLine(RuleViolation):
    """A roster begins where the one before it ends."""

    code = "not_next_in_line"
    zh = "上一值班表止于 {ends_at},新表应由此时开始,不得中断或重叠。"
    en = "The roster before ends at {ends_at}; the next one begins there, no earlier and no later."


class BegunAlready(RuleViolation):
    code = "duty_over"
    zh = "该时段已开始或已结束,不能再变更。"
    en = "That time has begun or is over."


class DifferentSeats(InvalidInput):
    code = "different_seats"
    zh = "带班领导只能与带班领导换班,值班人员只能与值班人员换班。"
    en = "A leader on duty swaps with another leader, an officer with another officer."


class SwapWithOneself(InvalidInput):
    code = "swap_with_oneself"
    zh = "换班双方应为两人。"
    en = "A swap is between two people."


class NotOnesOwnDuty(RuleViolation):
    code = "not_ones_own_duty"
    zh = "须由当事人本人办理。"
    en = "Only the person whose duty it is does this."


class OwnApproval(RuleViolation):
    code = "own_swap"
    zh = "换班双方不能自行批准。"
    en = "Those who swap do not approve it themselves."


class NotOfTheDesk(InvalidInput):
    code = "not_of_the_desk"
    zh = "人员不属于该单位所在行政区划或已不在岗。"
    en = "The person is not of the desk's division, or has left."


class NoChangeOver(InvalidInput):
    code = "no_change_over"
    zh = "提前结束的时刻应为今后的交接班时刻。"
    en = "A roster ends early at a change-over that lies ahead."


def roster_step(state: RosterState, taken: RosterStep) -> RosterState:
    """Where `taken` leads from `state`; IllegalStep if it leads nowhere."""
    try:
        return ROSTER_TRANSITIONS[state][taken]
    except KeyError:
        allowed = [each.value for each in ROSTER_TRANSITIONS[state]]
        raise IllegalStep(state=state.value, action=taken.value, allowed=allowed) from None


def swap_step(state: SwapState, taken: SwapStep) -> SwapState:
    """Where `taken` leads from `state`; IllegalStep if it leads nowhere."""
    try:
        return SWAP_TRANSITIONS[state][taken]
    except KeyError:
        allowed = [each.value for each in SWAP_TRANSITIONS[state]]
        raise IllegalStep(state=state.value, action=taken.value, allowed=allowed) from None


@dataclass(frozen=True, slots=True)
class Change:
    """Stints that end, one of them perhaps cut short instead, and those that take their place."""

    gone: tuple[Stint, ...]
    came: tuple[Stint, ...]

    def applied(self, stints: Iterable[Stint]) -> tuple[Stint, ...]:
        gone = {each.id for each in self.gone}
        return (*(each for each in stints if each.id not in gone), *self.came)


def swapped(one: Stint, other: Stint, *, ids: tuple[UUID, UUID], now: datetime) -> Change:
    """Two people take one another's duty.

    SwapWithOneself, DifferentSeats, or BegunAlready once one of the duties has begun.
    """
    if one.officer_id == other.officer_id:
        raise SwapWithOneself(reason="officer", pointer="/other_stint_id")
    if (one.seat == LEADER_SEAT) != (other.seat == LEADER_SEAT):
        raise DifferentSeats(reason="seats", pointer="/other_stint_id")
    if min(one.period.starts_at, other.period.starts_at) <= now:
        raise BegunAlready
    return Change(
        (one, other),
        (
            one.given_to(other.officer_id, as_id=ids[0]),
            other.given_to(one.officer_id, as_id=ids[1]),
        ),
    )


def replaced(
    stint: Stint, officer_id: UUID, *, at: datetime, ids: tuple[UUID, UUID], now: datetime
) -> Change:
    """Somebody takes the seat from `at` on, at the earliest now; the rest of it, whole.

    BegunAlready when that time is over.
    """
    begins = max(at, now, stint.period.starts_at)
    if begins >= stint.period.ends_at:
        raise BegunAlready
    rest = stint.given_to(officer_id, as_id=ids[0], period=Period(begins, stint.period.ends_at))
    if begins == stint.period.starts_at:
        return Change((stint,), (rest,))
    until = Period(stint.period.starts_at, begins)
    return Change((stint,), (stint.given_to(stint.officer_id, as_id=ids[1], period=until), rest))


def barring(
    found: Iterable[Fault], *, before: Iterable[Fault], new: Iterable[Stint], urgent: bool
) -> list[Fault]:
    """What of the faults a change has to answer for: those of the people and shifts it touches.

    Not what was wrong before: one absence is seen to after the other. In an emergency too little
    rest is better than nobody.
    """
    known = {(each.kind, each.shift_id, each.officer_id) for each in before}
    brought = {each.officer_id for each in new}
    shifts = {each.shift_id for each in new}
    return [
        each
        for each in found
        if (each.officer_id in brought or (each.officer_id is None and each.shift_id in shifts))
        and (each.kind, each.shift_id, each.officer_id) not in known
        and not (urgent and each.kind is FaultKind.TOO_LITTLE_REST)
    ]
