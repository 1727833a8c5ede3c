"""What the common superior of two organs does, and how a late letter comes before it."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.assistance import queries
from services.regions.assistance.domain import course
from services.regions.assistance.domain.course import (
    Action,
    BadLetter,
    ClockKind,
    LetterKind,
    NotEscalated,
)
from services.regions.assistance.queries import AnyLetter
from services.regions.assistance.use_cases.acting import Act
from services.regions.assistance.use_cases.course import begin, drop, stop, take
from services.regions.assistance.use_cases.forwarding import forward
from shared import divisions
from shared.audit.trace import SYSTEM_ACTOR

BATCH: Final = 100


async def designate(act: Act, *, reason: str) -> AnyLetter:
    """The superior says the receiver is competent: its time runs anew, it objects no more."""
    letter = (await act.open(Action.DESIGNATE)).letter
    letter.designated = True
    await act.take(letter, Action.DESIGNATE, reason=reason)
    await begin(act.session, letter, ClockKind.REPLY, at=act.now)
    if letter.urgent:
        await begin(act.session, letter, ClockKind.MEASURES, at=act.now)
    return letter


async def reassign(
    act: Act, *, receiver: str, receiver_bureau_id: UUID | None, reason: str
) -> AnyLetter:
    """The superior designates another organ below it, which gets the same as a new letter."""
    file = await act.open(Action.REASSIGN)
    superior = course.common_superior(file.letter.sender, file.letter.receiver) or ""
    if not divisions.covers(superior, receiver):
        raise BadLetter(reason="not below the common superior", pointer="/receiver")
    await act.take(file.letter, Action.REASSIGN, reason=reason)
    await drop(act.session, file.letter, at=act.now)
    await forward(
        act, file, receiver=receiver, receiver_bureau_id=receiver_bureau_id, designated=True
    )
    return file.letter


async def urge(act: Act, *, reason: str) -> AnyLetter:
    """督办: what came before the superior is late; it tells the receiver what to do until when.

    The receiver's duty stays what it was. NotEscalated before the letter went up.
    """
    letter = (await act.open(Action.URGE)).letter
    if letter.escalated_at is None:
        raise NotEscalated
    await act.take(letter, Action.URGE, reason=reason)
    return letter


async def note_lateness(session: AsyncSession, now: datetime) -> int:
    """A duty ran out: the time begins after which the letter goes up. For a session of the system.

    It counts from the last day of the term, however late the job runs.
    """
    moved = 0
    for kind in LetterKind:
        for letter_id, due_at in await queries.late(session, kind, now, limit=BATCH):
            letter = await queries.lock_letter(session, kind, letter_id)
            await begin(session, letter, ClockKind.ESCALATION, at=course.within_last_day(due_at))
            moved += 1
    return moved


async def escalate(session: AsyncSession, now: datetime) -> int:
    """What is still owed goes to the common superior by itself, once. For a session of the system.

    Across provinces it is written down that there is none; both provinces see it unresolved.
    """
    moved = 0
    for kind in LetterKind:
        for letter_id in await queries.to_escalate(session, kind, now, limit=BATCH):
            letter = await queries.lock_letter(session, kind, letter_id)
            superior = course.common_superior(letter.sender, letter.receiver)
            letter.escalated_at, letter.escalated_to = now, superior
            reason = superior or course.NoCommonSuperior.code
            await take(session, SYSTEM_ACTOR, letter, Action.ESCALATE, reason=reason, now=now)
            await stop(session, letter, ClockKind.ESCALATION, at=now)
            moved += 1
    return moved
