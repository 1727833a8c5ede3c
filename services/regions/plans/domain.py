"""The joint plan (联动实施方案, DOMAIN 4.3): its states, its months, and what its items came to."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final, Self

from services.regions.agreements.domain import Form, Season
from services.regions.agreements.domain.consent import (
    SILENT,
    Answer,
    BoundBy,
    Consents,
    IllegalStep,
    NoCommonSuperior,
    NotAParty,
    common_superior,
    decider,
)
from shared import divisions
from shared.clocks.days import DAY, MONTHS_IN_YEAR
from shared.errors import InvalidInput, RuleViolation


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


class ItemState(StrEnum):
    """Where a matter of the plan stands."""

    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"


class Outcome(StrEnum):
    """What is told of a matter of the plan."""

    UNDER_WAY = "under_way"
    DONE = "done"
    DROPPED = "dropped"


class Period(StrEnum):
    """For what time a quota is counted."""

    PLAN_YEAR = "plan_year"


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


class BadPlan(InvalidInput):
    """A plan that could not be carried out."""

    code = "bad_plan"
    zh = "方案有误:{reason}"
    en = "The plan does not hold together: {reason}"


class NotInEffect(RuleViolation):
    """A plan stands on what binds its parties."""

    code = "not_in_effect"
    zh = "其上的协议或方案未生效。"
    en = "The agreement or plan above it is not in effect."


class NotOpen(RuleViolation):
    code = "item_not_open"
    zh = "该事项已办结或已取消。"
    en = "The matter is done or dropped already."


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


@dataclass(frozen=True, slots=True)
class Window:
    """Months in which the city level acts comprehensively, the first and the last included."""

    season: Season
    form: Form
    first_month: int
    last_month: int

    def days(self, year: int) -> tuple[date, date]:
        """Its first and its last day in a year."""
        return date(year, self.first_month, 1), last_day(year, self.last_month)


@dataclass(frozen=True, slots=True)
class Quota:
    """At least so many operations a group owes in each period, and when the windows are."""

    min_ops: int
    period: Period
    windows: tuple[Window, ...]


def last_day(year: int, month: int) -> date:
    """The last day of a month."""
    following = date(year + month // MONTHS_IN_YEAR, month % MONTHS_IN_YEAR + 1, 1)
    return following - DAY


@dataclass(frozen=True, slots=True)
class ItemFact:
    """A matter of the plan as its figures need it; `due_on` is the last day of its months."""

    state: ItemState
    responsible: str
    form: Form
    due_on: date


@dataclass(frozen=True, slots=True)
class Figures:
    """How far a plan is. Dropped matters are no part of what is to be completed."""

    total: int
    done: int
    dropped: int
    open: int
    overdue: int

    @property
    def completed_percent(self) -> float | None:
        """Of what was not dropped, to one place; None if nothing is left to complete."""
        owed = self.total - self.dropped
        return round(100 * self.done / owed, 1) if owed else None


def figures(items: Iterable[ItemFact], *, today: date) -> Figures:
    """The completion figures of these matters on a day."""
    rows = list(items)
    still_open = [each for each in rows if each.state is ItemState.OPEN]
    return Figures(
        total=len(rows),
        done=sum(each.state is ItemState.DONE for each in rows),
        dropped=sum(each.state is ItemState.DROPPED for each in rows),
        open=len(still_open),
        overdue=sum(each.due_on < today for each in still_open),
    )


def require_sound(
    *,
    lead: str,
    parties: Sequence[str],
    year: int | None,
    valid_from: date,
    valid_to: date,
    items: Sequence[tuple[str, int, int, int]],
) -> None:
    """BadPlan unless parties, days and items fit; an item is (responsible, year, months)."""
    if len(set(parties)) < len(parties):
        raise BadPlan(reason="a party is named twice", pointer="/parties")
    if len(set(parties)) < 2:  # noqa: PLR2004 -- joint means two
        raise BadPlan(reason="a joint plan has two parties at least", pointer="/parties")
    if not any(divisions.covers(divisions.scope(lead), each) for each in parties):
        raise BadPlan(reason="the lead is no party and above none", pointer="/lead")
    if valid_to < valid_from:
        raise BadPlan(reason="the days are not in order", pointer="/valid_to")
    if year is not None and not valid_from.year == valid_to.year == year:
        raise BadPlan(reason="a yearly plan lies in its year", pointer="/year")
    _require_sound_items(items, parties, valid_from, valid_to)


def _require_sound_items(
    items: Sequence[tuple[str, int, int, int]],
    parties: Sequence[str],
    valid_from: date,
    valid_to: date,
) -> None:
    for place, (responsible, item_year, first, last) in enumerate(items):
        pointer = f"/items/{place}"
        if responsible not in parties:
            raise BadPlan(reason="only a party answers for an item", pointer=pointer)
        if first > last:
            raise BadPlan(reason="the months are not in order", pointer=pointer)
        if last_day(item_year, last) < valid_from or date(item_year, first, 1) > valid_to:
            raise BadPlan(reason="the months lie outside the plan", pointer=pointer)


def require_open(state: ItemState) -> None:
    if state is not ItemState.OPEN:
        raise NotOpen
