"""The clocks of a task: the time a team has to answer, and the time until the due day."""

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.dispatch import domain
from services.tasks.dispatch.domain import SUBJECT, Allowance, TaskClock
from services.tasks.dispatch.models import Task
from shared.clock_rows.rows import Ladder, drop_clocks, is_running, start_clock, stop_clock
from shared.clocks.days import legal_day
from shared.clocks.deadline import Deadline
from shared.clocks.term import Term
from shared.rule_settings import rule_settings


async def allowance(session: AsyncSession, division: str, now: datetime) -> Allowance:
    """The figures in force where the task lies."""
    rules = await rule_settings(session, division=division, on_day=legal_day(now))
    return Allowance.of(rules)


async def start_due(session: AsyncSession, task: Task, *, now: datetime) -> None:
    """Count until the due day; a task of the release before begins with its next step."""
    if await is_running(session, subject_id=task.id, kind=TaskClock.DUE):
        return
    figures = await allowance(session, task.division, now)
    term, begins = domain.due_term(task.due_on, asked_at=now, allowance=figures)
    await _start(session, task, TaskClock.DUE, term, figures, begins=begins)


async def start_answer(session: AsyncSession, task: Task, *, now: datetime) -> None:
    """A team was sent: from now on it has so long to accept or return."""
    await drop_answer(session, task, now=now)
    figures = await allowance(session, task.division, now)
    term = domain.answer_term(figures)
    due = await _start(session, task, TaskClock.ANSWER, term, figures, begins=now)
    task.answer_due_at = due.due_at


async def stop_answer(session: AsyncSession, task: Task, *, now: datetime) -> None:
    """The team answered, in time or not."""
    if task.answer_due_at is not None:
        await stop_clock(session, subject_id=task.id, kind=TaskClock.ANSWER, at=now)
        task.answer_due_at = None


async def drop_answer(session: AsyncSession, task: Task, *, now: datetime) -> None:
    """Nobody waits for this team's answer any more."""
    if task.answer_due_at is not None:
        await drop_clocks(session, subject_id=task.id, at=now, kinds={TaskClock.ANSWER})
        task.answer_due_at = None


async def end_clocks(session: AsyncSession, task: Task, *, done: bool, now: datetime) -> None:
    """The task is over: its time is kept or missed if it was done, else it had no duty left."""
    task.answer_due_at = None
    if done and await is_running(session, subject_id=task.id, kind=TaskClock.DUE):
        await stop_clock(session, subject_id=task.id, kind=TaskClock.DUE, at=now)
    await drop_clocks(session, subject_id=task.id, at=now)


async def _start(
    session: AsyncSession,
    task: Task,
    kind: TaskClock,
    term: Term,
    figures: Allowance,
    *,
    begins: datetime,
) -> Deadline:
    return await start_clock(
        session,
        subject_kind=SUBJECT,
        subject_id=task.id,
        kind=kind,
        term=term,
        ladder=Ladder(*figures.rungs(kind)),
        started_at=begins,
        seen_by=[*task.parties, task.place],
    )
