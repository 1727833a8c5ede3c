"""The life of a joint group (联动组, DOMAIN 4.2) and who may sit in it.

Cities do not command one another: a group is drafted by one, and each member's city or county
confirms it. Silence is no consent; the common superior decides what stays open (行政处罚法
art. 25).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from services.regions.agreements.domain import Form
from services.regions.agreements.domain.consent import Answer
from services.regions.agreements.domain.rotation import Skip, lead_of
from services.regions.groups.domain.territory import city
from shared import divisions
from shared.clocks.days import add_months
from shared.divisions import Level
from shared.errors import IllegalStep, InvalidInput, RuleViolation


class GroupState(StrEnum):
    DRAFT = "draft"  # 拟定
    CONFIRMING = "confirming"  # 征求确认
    ACTIVE = "active"  # 运行
    ENDED = "ended"  # 终止


class GroupAction(StrEnum):
    REVISE = "revise"
    SUBMIT = "submit"
    CONFIRM = "confirm"
    ACTIVATE = "activate"
    ASK_DECISION = "ask_decision"
    DECIDE = "decide"
    INVITE = "invite"
    LEAVE = "leave"
    HAND_OVER = "hand_over"
    TAKE_OVER = "take_over"
    SKIP = "skip"
    LIAISE = "liaise"
    END = "end"


class MemberRole(StrEnum):
    LEAD = "lead"  # 牵头(轮值)
    MEMBER = "member"  # 成员
    OBSERVER = "observer"  # 列席


class MemberStatus(StrEnum):
    INVITED = "invited"  # 待确认
    TAKING_PART = "taking_part"  # 在组
    DECLINED = "declined"  # 不加入
    LEFT = "left"  # 已退出


TRANSITIONS: Final[Mapping[GroupState, Mapping[GroupAction, GroupState]]] = {
    GroupState.DRAFT: {
        GroupAction.REVISE: GroupState.DRAFT,
        GroupAction.SUBMIT: GroupState.CONFIRMING,
        GroupAction.END: GroupState.ENDED,
    },
    GroupState.CONFIRMING: {
        GroupAction.REVISE: GroupState.DRAFT,
        GroupAction.CONFIRM: GroupState.CONFIRMING,
        GroupAction.ACTIVATE: GroupState.ACTIVE,
        GroupAction.ASK_DECISION: GroupState.CONFIRMING,
        GroupAction.DECIDE: GroupState.ACTIVE,
        GroupAction.LIAISE: GroupState.CONFIRMING,
        GroupAction.END: GroupState.ENDED,
    },
    GroupState.ACTIVE: {
        GroupAction.CONFIRM: GroupState.ACTIVE,
        GroupAction.INVITE: GroupState.ACTIVE,
        GroupAction.LEAVE: GroupState.ACTIVE,
        GroupAction.HAND_OVER: GroupState.ACTIVE,
        GroupAction.TAKE_OVER: GroupState.ACTIVE,
        GroupAction.SKIP: GroupState.ACTIVE,
        GroupAction.LIAISE: GroupState.ACTIVE,
        GroupAction.END: GroupState.ENDED,
    },
    GroupState.ENDED: {},
}


class BadGroup(InvalidInput):
    """A group that could not work as described."""

    code = "bad_group"
    zh = "联动组设置有误:{reason}"
    en = "The group does not hold together: {reason}"


class TooFewCities(RuleViolation):
    code = "too_few_cities"
    zh = "联动组至少应跨 {needed} 个市,现为 {cities} 个。"
    en = "A group spans {needed} cities at least; this one would span {cities}."


class AlreadyInAGroup(RuleViolation):
    code = "already_in_a_group"
    zh = "按年度方案,{divisions} 不能同时参加两个联动组。"
    en = "By the plan a division sits in one group; already in another: {divisions}."


class ConfirmationMissing(RuleViolation):
    code = "confirmation_missing"
    zh = "以下成员尚未确认:{members};可由其共同上一级决定。"
    en = "Not every member confirmed ({members}); their common superior may decide."


class NotAMember(InvalidInput):
    code = "not_a_member"
    zh = "{division} 不是本组成员。"
    en = "{division} is not a member of this group."


class AlreadyAMember(RuleViolation):
    code = "already_a_member"
    zh = "{division} 已是本组成员或已受邀。"
    en = "{division} is a member of this group, or invited, already."


class NothingToAnswer(RuleViolation):
    code = "nothing_to_answer"
    zh = "{division} 没有待确认的事项。"
    en = "{division} has nothing to confirm."


class LeadMustHandOver(RuleViolation):
    code = "lead_must_hand_over"
    zh = "轮值牵头单位 {division} 应先移交,再退出。"
    en = "{division} leads now and must hand over before it leaves."


class HandoverNotDue(RuleViolation):
    code = "hand_over_not_due"
    zh = "尚无待接收的移交,且本轮任期至 {until}。"
    en = "Nothing was handed over yet, and the term runs until {until}."


class HandoverOpen(RuleViolation):
    code = "hand_over_not_taken"
    zh = "上一次移交尚未接收。"
    en = "The hand-over before has not been taken yet."


def step(state: GroupState, action: GroupAction) -> GroupState:
    """Where `action` leads from `state`; IllegalStep if it leads nowhere."""
    try:
        return TRANSITIONS[state][action]
    except KeyError:
        allowed = [each.value for each in TRANSITIONS[state]]
        raise IllegalStep(state=state.value, action=action.value, allowed=allowed) from None


@dataclass(frozen=True, slots=True)
class Draft:
    """A group as somebody proposes it. `rotation` holds who leads in turn."""

    drafter: str
    form: Form
    members: Mapping[str, MemberRole]
    rotation: tuple[str, ...]
    rotation_offset: int
    term_months: int
    valid_from: date
    valid_to: date

    @property
    def acting(self) -> tuple[str, ...]:
        """Those who act; observers only look on."""
        return acting(self.members)


def acting(members: Mapping[str, MemberRole]) -> tuple[str, ...]:
    return tuple(sorted(code for code, role in members.items() if role is not MemberRole.OBSERVER))


def require_sound(draft: Draft, *, min_cities: int) -> None:
    """BadGroup or TooFewCities unless the group could work as it is described."""
    _require_members(draft)
    if sorted(draft.rotation) != sorted(draft.acting):
        raise BadGroup(reason="each acting member leads once a round", pointer="/rotation")
    if not 0 <= draft.rotation_offset < len(draft.rotation):
        raise BadGroup(reason="the offset lies outside the round", pointer="/rotation_offset")
    if draft.valid_from > draft.valid_to:
        raise BadGroup(reason="the days are not in order", pointer="/valid_to")
    levels = {divisions.level(each) for each in draft.acting}
    if draft.form is Form.COMPREHENSIVE and Level.COUNTY in levels:
        raise BadGroup(reason="comprehensive action is of the city level", pointer="/form")
    require_cities(draft.acting, min_cities=min_cities)


def _require_members(draft: Draft) -> None:
    if any(role is MemberRole.LEAD for role in draft.members.values()):
        raise BadGroup(reason="who leads follows from the rotation", pointer="/members")
    nested = [
        inner
        for inner in draft.members
        for outer in draft.members
        if inner != outer and divisions.covers(divisions.scope(outer), inner)
    ]
    if nested:
        raise BadGroup(reason=f"{nested[0]} lies in another member", pointer="/members")
    known = [*draft.members, divisions.division_of(divisions.common_superior(draft.members))]
    if not any(divisions.covers(divisions.scope(draft.drafter), each) for each in known):
        raise BadGroup(reason="the drafter is neither member nor above one", pointer="/drafter")


def require_cities(members: Iterable[str], *, min_cities: int) -> None:
    """TooFewCities unless the members lie in so many cities (两两交界)."""
    cities = {city(each) for each in members}
    if len(cities) < min_cities:
        raise TooFewCities(needed=min_cities, cities=len(cities))


def unconfirmed(consents: Mapping[str, Answer]) -> tuple[str, ...]:
    """The members that have not agreed, whether they declined or kept silent."""
    return tuple(sorted(code for code, said in consents.items() if said is not Answer.AGREED))


def may_speak_for(division: str) -> tuple[str, ...]:
    """Whose word counts as a member's: the division's own and that of its city."""
    return tuple(dict.fromkeys((division, city(division))))


def term_ends_on(started_on: date, *, term_months: int) -> date:
    """The last day of a term of office (S65: one year each)."""
    return add_months(started_on, term_months) - timedelta(days=1)


def next_round(
    term: int,
    order: Sequence[str],
    offset: int,
    skips: Iterable[Skip],
    *,
    joining: Collection[str] = (),
    leaving: Collection[str] = (),
) -> tuple[str, ...]:
    """The order from `term` on when members change: who waits keeps its place, who is new is last.

    `term` is counted from where `order` begins, as in `lead_of`.
    """
    passed_over = tuple(skips)
    turns = range(term, term + 2 * len(order))  # two rounds hold everybody
    upcoming = dict.fromkeys(lead_of(each, order, offset, passed_over) for each in turns)
    kept = [each for each in upcoming if each not in leaving]
    return (*kept, *(each for each in sorted(joining) if each not in kept))
