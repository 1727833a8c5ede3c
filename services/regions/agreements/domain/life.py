"""The life of a cooperation agreement (合作协议, DOMAIN 4.2): from the draft to its end."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from services.regions.agreements.domain.consent import (
    Answer,
    BoundBy,
    Consents,
    NoCommonSuperior,
    NotAParty,
    common_superior,
    decider,
)
from shared.clocks.days import add_months
from shared.clocks.term import LegalBasis, Term, Unit
from shared.errors import IllegalStep, InvalidInput, RuleViolation


class State(StrEnum):
    DRAFT = "draft"  # 草拟
    NEGOTIATING = "negotiating"  # 协商
    SIGNED = "signed"  # 已签署
    IN_FORCE = "in_force"  # 生效
    EXPIRING = "expiring"  # 即将到期
    EXPIRED = "expired"  # 已到期
    TERMINATED = "terminated"  # 终止
    RENEWED = "renewed"  # 已续签


class Action(StrEnum):
    REVISE = "revise"
    NEGOTIATE = "negotiate"
    BREAK_OFF = "break_off"
    SIGN = "sign"
    DECLINE = "decline"
    CONCLUDE = "conclude"  # the last signature
    ASK_DECISION = "ask_decision"
    DECIDE = "decide"
    COME_INTO_FORCE = "come_into_force"
    NEAR_END = "near_end"
    EXPIRE = "expire"
    GIVE_NOTICE = "give_notice"
    WITHDRAW_NOTICE = "withdraw_notice"
    JOIN_NOTICE = "join_notice"
    TERMINATE = "terminate"
    SKIP_TURN = "skip_turn"
    RENEW = "renew"
    SUPERSEDE = "supersede"


_BINDING: Final = (
    Action.GIVE_NOTICE,
    Action.WITHDRAW_NOTICE,
    Action.JOIN_NOTICE,
    Action.SKIP_TURN,
)


def _while_binding(state: State) -> dict[Action, State]:
    return {**dict.fromkeys(_BINDING, state), Action.TERMINATE: State.TERMINATED}


TRANSITIONS: Final[Mapping[State, Mapping[Action, State]]] = {
    State.DRAFT: {
        Action.REVISE: State.DRAFT,
        Action.NEGOTIATE: State.NEGOTIATING,
        Action.BREAK_OFF: State.TERMINATED,
    },
    State.NEGOTIATING: {
        Action.REVISE: State.NEGOTIATING,
        Action.SIGN: State.NEGOTIATING,
        Action.DECLINE: State.NEGOTIATING,
        Action.CONCLUDE: State.SIGNED,
        Action.ASK_DECISION: State.NEGOTIATING,
        Action.DECIDE: State.SIGNED,
        Action.BREAK_OFF: State.TERMINATED,
    },
    State.SIGNED: {Action.COME_INTO_FORCE: State.IN_FORCE, **_while_binding(State.SIGNED)},
    State.IN_FORCE: {
        Action.NEAR_END: State.EXPIRING,
        Action.EXPIRE: State.EXPIRED,
        Action.RENEW: State.IN_FORCE,
        Action.SUPERSEDE: State.RENEWED,
        **_while_binding(State.IN_FORCE),
    },
    State.EXPIRING: {
        Action.EXPIRE: State.EXPIRED,
        Action.RENEW: State.EXPIRING,
        Action.SUPERSEDE: State.RENEWED,
        **_while_binding(State.EXPIRING),
    },
    # Signed anew a little late, it is a renewal all the same.
    State.EXPIRED: {Action.RENEW: State.EXPIRED, Action.SUPERSEDE: State.RENEWED},
    State.TERMINATED: {},
    State.RENEWED: {},
}
# What time, the last signature or a successor does, never a person.
BY_ITSELF: Final = frozenset(
    {
        Action.CONCLUDE,
        Action.COME_INTO_FORCE,
        Action.NEAR_END,
        Action.EXPIRE,
        Action.TERMINATE,
        Action.SUPERSEDE,
    }
)
# States in which the text binds the parties.
BINDING: Final = (State.SIGNED, State.IN_FORCE, State.EXPIRING)
IN_EFFECT: Final = (State.IN_FORCE, State.EXPIRING)


class NoticeTooShort(InvalidInput):
    code = "notice_too_short"
    zh = "终止日期不得早于 {earliest}。"
    en = "Notice can end the agreement on {earliest} at the earliest."


class NoticeStands(RuleViolation):
    code = "notice_stands"
    zh = "{division} 已通知终止。"
    en = "{division} has given notice already."


class NoNotice(RuleViolation):
    """There is none, or it is another party's to take back."""

    code = "no_notice"
    zh = "没有可撤回或可同意的终止通知。"
    en = "There is no notice to take back or to join."


class RenewalUnderWay(RuleViolation):
    code = "renewal_under_way"
    zh = "该协议的续签文本已在协商或已签署。"
    en = "A successor of this agreement is being negotiated or was signed."


def step(state: State, action: Action) -> State:
    """Where `action` leads from `state`; IllegalStep if it leads nowhere."""
    try:
        return TRANSITIONS[state][action]
    except KeyError:
        allowed = [each.value for each in TRANSITIONS[state]]
        raise IllegalStep(state=state.value, action=action.value, allowed=allowed) from None


@dataclass(frozen=True, slots=True)
class Talks:
    """An agreement as far as consent and time move it: the rules of its whole life on one value."""

    state: State
    consents: Consents
    asked: bool = False
    until: datetime | None = None
    bound_by: BoundBy | None = None

    def negotiate(self, *, until: datetime | None) -> "Talks":
        """Put the draft before the parties. Nobody has signed it yet, not even its drafter."""
        return replace(self, state=step(self.state, Action.NEGOTIATE), until=until)

    def revise(self, text_hash: str) -> "Talks":
        """Put another text on the table: whoever signed the one before has signed nothing."""
        state = step(self.state, Action.REVISE)
        return replace(self, state=state, consents=self.consents.on(text_hash))

    def sign(self, party: str, *, text_hash: str) -> "Talks":
        """A party binds itself; with the last one the agreement is signed."""
        state = step(self.state, Action.SIGN)
        consents = self.consents.said(party, Answer.AGREED, text_hash=text_hash, reason=None)
        signed = replace(self, state=state, consents=consents)
        return signed if consents.missing else _bound(signed, Action.CONCLUDE, BoundBy.CONSENT)

    def decline(self, party: str, *, text_hash: str, reason: str | None) -> "Talks":
        """A party says no, and why; it may still sign later."""
        state = step(self.state, Action.DECLINE)
        said = self.consents.said(party, Answer.DECLINED, text_hash=text_hash, reason=reason)
        return replace(self, state=state, consents=said)

    def ask(self, party: str) -> "Talks":
        """A party asks the common superior to decide; NoCommonSuperior if there is none."""
        state = step(self.state, Action.ASK_DECISION)
        if party not in self.consents.words:
            raise NotAParty(reason=party, division=party, pointer="/division")
        if common_superior(self.consents.words) is None:
            raise NoCommonSuperior
        return replace(self, state=state, asked=True)

    def decider(self, now: datetime) -> str:
        """The division whose head may bind the parties now; an error says why nobody may."""
        step(self.state, Action.DECIDE)
        return decider(self.consents.words, asked=self.asked, until=self.until, now=now)

    def decide(self, now: datetime) -> "Talks":
        """The common superior binds the text as it stands; the parties' words stay beside it."""
        self.decider(now)
        return _bound(self, Action.DECIDE, BoundBy.COMMON_SUPERIOR)


def _bound(talks: Talks, action: Action, by: BoundBy) -> Talks:
    return replace(talks, state=step(talks.state, action), bound_by=by)


@dataclass(frozen=True, slots=True)
class Days:
    """The days that move a binding agreement; `ends_on` is the first no longer bound by notice."""

    valid_from: date
    valid_to: date | None
    expiring_on: date | None
    ends_on: date | None


def due_step(state: State, days: Days, *, today: date) -> Action | None:
    """What time has brought for the agreement, one step at a time; None if nothing."""
    if state not in BINDING:
        return None
    if days.ends_on is not None and today >= days.ends_on:
        return Action.TERMINATE
    if state is State.SIGNED:
        return Action.COME_INTO_FORCE if today >= days.valid_from else None
    if days.valid_to is not None and today > days.valid_to:
        return Action.EXPIRE
    if state is State.IN_FORCE and days.expiring_on is not None and today >= days.expiring_on:
        return Action.NEAR_END
    return None


def expiring_on(valid_from: date, valid_to: date | None, *, months: int) -> date | None:
    """From which day an agreement counts as expiring: `months` before its last day."""
    return None if valid_to is None else max(valid_from, add_months(valid_to, -months))


def require_notice(ends_on: date, *, today: date, days: int) -> None:
    """NoticeTooShort unless the other parties have `days` to get ready."""
    earliest = date.fromordinal(today.toordinal() + days)
    if ends_on < earliest:
        raise NoticeTooShort(reason="ends_on", earliest=earliest.isoformat(), pointer="/ends_on")


DEFAULT: Final = LegalBasis(
    law_code="practice",
    title_zh="本系统默认值(法律未规定期限)",
    title_en="Default of this system; no law names a term",
)


def term_in_days(days: int) -> Term:
    """A term of natural days nobody's law names, rolling as T4 has it."""
    return Term(days, Unit.NATURAL_DAYS, DEFAULT, evidence="DD")
