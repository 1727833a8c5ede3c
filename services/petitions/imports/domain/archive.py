"""What became of a petition that was handled before: its end state, its lines, its clocks.

An archive tells only what it tells: a step without a date is no line, and a clock without both its
ends is none, unless the petition is still open and the clock runs.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from services.petitions.callbacks.domain import Result, Solved, step_after
from services.petitions.exports.domain.columns import Column
from services.petitions.handling.domain.acceptance import RefusalReason
from services.petitions.handling.domain.answer import Outcome
from services.petitions.imports.domain.problems import Code
from services.petitions.imports.domain.values import LONG, Cells, Moment
from services.petitions.intake.domain import State, Step
from services.petitions.profiles.domain import ClockKind
from services.petitions.through_train.domain import Trigger, trigger_of
from shared.clocks.days import legal_day


@dataclass(frozen=True, slots=True)
class Call:
    """A call-back as the archive tells of it."""

    at: datetime
    result: Result
    solved: Solved


@dataclass(frozen=True, slots=True)
class History:
    """What is known of the handling; all of it may be nothing."""

    accepted_at: datetime | None = None
    refused_at: datetime | None = None
    ground: RefusalReason | None = None
    replied_at: datetime | None = None
    outcome: Outcome | None = None
    reply: str | None = None
    call: Call | None = None
    closed_at: datetime | None = None
    pushed_at: datetime | None = None
    resolved_at: datetime | None = None

    @property
    def ended_at(self) -> datetime | None:
        """When it was closed; solved on the through-train or a good call-back closes too."""
        if self.refused_at or self.closed_at or self.resolved_at:
            return self.refused_at or self.closed_at or self.resolved_at
        if self.call and step_after(self.call.result, self.call.solved) is Step.SETTLE:
            return self.call.at
        return None

    @property
    def state(self) -> State:
        if self.refused_at:
            return State.NOT_ACCEPTED
        if self.ended_at:
            return State.CLOSED
        if self.call and step_after(self.call.result, self.call.solved) is Step.REOPEN:
            return State.REOPENED
        if self.replied_at:
            return State.REPLIED
        return State.ACCEPTED if self.accepted_at else State.REGISTERED


NONE: Final = History()


@dataclass(slots=True)
class _Order:
    """The steps one after another: none lies before the one it follows.

    A day without a time is no earlier than what happened on it before.
    """

    cells: Cells
    now: datetime
    last: datetime

    def next(self, column: Column, *, counts: bool = True) -> datetime | None:
        moment = self.cells.moment(column, now=self.now)
        if moment is None:
            return None
        at = _on_the_day(moment, self.last)
        if at < self.last:
            self.cells.wrong(column, Code.OUT_OF_ORDER)
        elif counts:
            self.last = at
        return at


def _on_the_day(moment: Moment, last: datetime) -> datetime:
    same_day = legal_day(moment.at) == legal_day(last)
    return max(moment.at, last) if moment.whole_day and same_day else moment.at


# What says nothing without the other.
_TOGETHER: Final = (
    (Column.REFUSAL_GROUND, Column.REFUSED_AT),
    (Column.OUTCOME, Column.REPLIED_AT),
    (Column.REPLY, Column.REPLIED_AT),
    (Column.CALLBACK_AT, Column.CALLBACK_RESULT),
    (Column.CALLBACK_RESULT, Column.CALLBACK_AT),
    (Column.CALLBACK_SOLVED, Column.CALLBACK_RESULT),
    (Column.RESOLVED_ON, Column.PUSHED_ON),
)
# What an office does only with what it accepted.
_HANDLED: Final = (
    Column.ACCEPTED_AT,
    Column.REPLIED_AT,
    Column.CALLBACK_AT,
    Column.CLOSED_AT,
    Column.PUSHED_ON,
)


def read_history(cells: Cells, *, received_at: datetime, now: datetime) -> History:
    """The history a row tells; what is wrong with it is noted in `cells`."""
    for column, other in _TOGETHER:
        if cells.has(column) and not cells.has(other):
            cells.wrong(other, Code.INCOMPLETE)
    if cells.has(Column.REFUSED_AT):
        for column in _HANDLED:
            if cells.has(column):
                cells.wrong(column, Code.CONTRADICTION)
    order = _Order(cells, now, received_at)
    refused_at = order.next(Column.REFUSED_AT, counts=False)
    accepted_at = order.next(Column.ACCEPTED_AT)
    replied_at = order.next(Column.REPLIED_AT)
    closed_at = order.next(Column.CLOSED_AT, counts=False)
    call = _call(cells, order.next(Column.CALLBACK_AT, counts=False))
    pushed_at = order.next(Column.PUSHED_ON)
    return History(
        accepted_at=accepted_at,
        refused_at=refused_at,
        ground=cells.code(Column.REFUSAL_GROUND, RefusalReason),
        replied_at=replied_at,
        outcome=cells.code(Column.OUTCOME, Outcome),
        reply=cells.text(Column.REPLY, most=LONG),
        call=call,
        closed_at=closed_at,
        pushed_at=pushed_at,
        resolved_at=order.next(Column.RESOLVED_ON),
    )


def _call(cells: Cells, at: datetime | None) -> Call | None:
    result = cells.code(Column.CALLBACK_RESULT, Result)
    solved = cells.code(Column.CALLBACK_SOLVED, Solved)
    return Call(at, result, solved or Solved.UNKNOWN) if at and result else None


@dataclass(frozen=True, slots=True)
class Line:
    """A step that has a date."""

    at: datetime
    step: Step | None
    state: State
    facts: dict[str, str] = field(default_factory=dict)


def lines_of(history: History, *, received_at: datetime) -> list[Line]:
    """The petition's history, oldest first, as far as it has dates."""
    lines = [Line(received_at, None, State.REGISTERED)]
    if history.accepted_at:
        lines.append(Line(history.accepted_at, Step.ACCEPT, State.ACCEPTED))
    if history.refused_at:
        facts = {"ground": history.ground.value} if history.ground else {}
        lines.append(Line(history.refused_at, Step.REFUSE, State.NOT_ACCEPTED, facts))
    if history.replied_at:
        facts = {"outcome": history.outcome.value} if history.outcome else {}
        lines.append(Line(history.replied_at, Step.REPLY, State.REPLIED, facts))
    lines += sorted(_endings(history), key=lambda line: line.at)
    return lines


def _endings(history: History) -> Iterator[Line]:
    """The call-back, and a closing that is not the call-back's own."""
    taken = history.call and step_after(history.call.result, history.call.solved)
    if history.call and taken:
        facts = {"result": history.call.result.value, "solved": history.call.solved.value}
        reopened = taken is Step.REOPEN and history.state is State.REOPENED
        state = State.REOPENED if reopened else State.CLOSED
        yield Line(history.call.at, taken, state, facts)
    filed_at = history.closed_at or history.resolved_at
    if filed_at and not (taken is Step.SETTLE and history.call and history.call.at <= filed_at):
        yield Line(filed_at, Step.FILE, State.CLOSED)


@dataclass(frozen=True, slots=True)
class Span:
    """A clock from its event to the act it waited for; it still runs if that has not come."""

    kind: ClockKind
    started_at: datetime
    ended_at: datetime | None


def spans_of(history: History, *, received_at: datetime) -> list[Span]:
    """The clocks of an archived petition."""
    if history.state is State.REGISTERED:
        waiting = (ClockKind.ROUTING, ClockKind.NOTICE, ClockKind.ACCEPTANCE)
        return [Span(kind, received_at, None) for kind in waiting]
    spans = []
    if decided := history.accepted_at or history.refused_at:
        spans.append(Span(ClockKind.ACCEPTANCE, received_at, decided))
    if history.accepted_at:
        answered = history.replied_at or history.ended_at
        if answered or history.state is State.ACCEPTED:
            spans.append(Span(ClockKind.CLOSING, history.accepted_at, answered))
    return spans


def trigger(history: History, *, repeat: bool) -> Trigger:
    """Why the matter was pushed: its call-back says so, or it is a repeat (DOMAIN 2.8)."""
    found = history.call and trigger_of(history.call.result, history.call.solved)
    return found or (Trigger.REPEAT if repeat else Trigger.UNRESOLVED)
