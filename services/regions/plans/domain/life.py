"""The states of a joint plan, and the consent that moves it: silence is none (DOMAIN 4.3)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final, Self

from services.regions.agreements.domain.consent import (
    SILENT,
    Answer,
    BoundBy,
    Consents,
    NoCommonSuperior,
    NotAParty,
    common_superior,
    decider,
)
from shared.errors import IllegalStep, RuleViolation


class State(StrEnum):
    DRAFT = "draft"  # 拟定
    COUNTERSIGN = "countersign"  # 会签
    ISSUED = "issued"  # 印发
    RUNNING = "running"  # 实施
    CLOSED = "closed"  # 归档


class Action(StrEnum):
    REVISE = "revise"
    COUNTERSIGN = "countersign"
    WITHDRAW = "withdraw"
    ANSWER = "answer"
    ASK_DECISION = "ask_decision"
    DECIDE = "decide"
    ISSUE = "issue"
    START = "start"
    PROGRESS = "progress"
    CLOSE = "close"


TRANSITIONS: Final[Mapping[State, Mapping[Action, State]]] = {
    State.DRAFT: {Action.REVISE: State.DRAFT, Action.COUNTERSIGN: State.COUNTERSIGN},
    State.COUNTERSIGN: {
        Action.REVISE: State.COUNTERSIGN,
        Action.WITHDRAW: State.DRAFT,
        Action.ANSWER: State.COUNTERSIGN,
        Action.ASK_DECISION: State.COUNTERSIGN,
        Action.DECIDE: State.ISSUED,
        Action.ISSUE: State.ISSUED,
    },
    State.ISSUED: {Action.START: State.RUNNING},
    State.RUNNING: {Action.PROGRESS: State.RUNNING, Action.CLOSE: State.CLOSED},
    State.CLOSED: {},
}
# What the first day of the plan does, never a person.
BY_ITSELF: Final = frozenset({Action.START})
# A plan groups and operations may stand on.
IN_EFFECT: Final = (State.ISSUED, State.RUNNING)


class ConsentMissing(RuleViolation):
    code = "consent_missing"
    zh = "尚未取得以下各方同意:{parties};可提请其共同上一级决定。"
    en = "Not every party agreed ({parties}); their common superior may be asked to decide."


class MattersOpen(RuleViolation):
    """What a plan set out to do was done, or dropped with a reason, before it is closed."""

    code = "matters_open"
    zh = "尚有 {count} 项未办结或取消。"
    en = "{count} matters are neither done nor dropped."


class NotInEffect(RuleViolation):
    """A plan stands on what binds its parties."""

    code = "not_in_effect"
    zh = "其上的协议或方案未生效。"
    en = "The agreement or plan above it is not in effect."


def step(state: State, action: Action) -> State:
    """Where `action` leads from `state`; IllegalStep if it leads nowhere."""
    try:
        return TRANSITIONS[state][action]
    except KeyError:
        allowed = [each.value for each in TRANSITIONS[state]]
        raise IllegalStep(state=state.value, action=action.value, allowed=allowed) from None


@dataclass(frozen=True, slots=True)
class Countersigning:
    """A plan as far as consent moves it."""

    state: State
    consents: Consents
    asked: bool = False
    until: datetime | None = None
    issued_by: BoundBy | None = None

    def send(self, lead: str, *, until: datetime | None) -> Self:
        """Before the parties; a lead that is one of them agrees by sending its plan."""
        consents = self.consents
        if lead in consents.words:
            own = consents.text_hash
            consents = consents.said(lead, Answer.AGREED, text_hash=own, reason=None)
        state = step(self.state, Action.COUNTERSIGN)
        return replace(self, state=state, consents=consents, until=until, asked=False)

    def withdraw(self) -> Self:
        """Back to the lead's desk, and nobody has agreed to anything."""
        words = dict.fromkeys(self.consents.words, SILENT)
        consents = replace(self.consents, words=words)
        state = step(self.state, Action.WITHDRAW)
        return replace(self, state=state, consents=consents, asked=False, until=None)

    def revise(self, lead: str, text_hash: str) -> Self:
        """Another text: consent to the one before is none to this; the lead's comes with it."""
        state = step(self.state, Action.REVISE)
        consents = self.consents.on(text_hash)
        if state is State.COUNTERSIGN and lead in consents.words:
            consents = consents.said(lead, Answer.AGREED, text_hash=text_hash, reason=None)
        return replace(self, state=state, consents=consents)

    def answer(self, party: str, answer: Answer, *, text_hash: str, reason: str | None) -> Self:
        """A party's word, which it may change until the plan is issued."""
        state = step(self.state, Action.ANSWER)
        consents = self.consents.said(party, answer, text_hash=text_hash, reason=reason)
        return replace(self, state=state, consents=consents)

    def ask(self, party: str) -> Self:
        """A party asks the common superior to decide; NoCommonSuperior if there is none."""
        state = step(self.state, Action.ASK_DECISION)
        if party not in self.consents.words:
            raise NotAParty(reason=party, division=party, pointer="/division")
        if common_superior(self.consents.words) is None:
            raise NoCommonSuperior
        return replace(self, state=state, asked=True)

    def issue(self) -> Self:
        """Binding by the consent of all; ConsentMissing names those who have not given it."""
        state = step(self.state, Action.ISSUE)
        if missing := self.consents.missing:
            raise ConsentMissing(parties=", ".join(missing))
        return replace(self, state=state, issued_by=BoundBy.CONSENT)

    def decider(self, now: datetime) -> str:
        """The division whose head may issue it now; an error says why nobody may."""
        step(self.state, Action.DECIDE)
        return decider(self.consents.words, asked=self.asked, until=self.until, now=now)

    def decide(self, now: datetime) -> Self:
        """Binding by the common superior's word; the parties' own stay beside it."""
        self.decider(now)
        state = step(self.state, Action.DECIDE)
        return replace(self, state=state, issued_by=BoundBy.COMMON_SUPERIOR)
