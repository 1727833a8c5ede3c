"""What every step with a letter shares: its clocks, its history, its trace."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm.attributes import flag_modified
from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.assistance import queries
from services.regions.assistance.domain import course
from services.regions.assistance.domain.course import Action, BadLetter, ClockKind
from services.regions.assistance.domain.evidence import EvidenceItem, Receipt
from services.regions.assistance.models import AssistanceStep, Handover, LetterEvidence
from services.regions.assistance.queries import AnyLetter, LetterFile, kind_of
from services.regions.bureaus import queries as bureaus
from shared.audit.trace import record
from shared.auth.actor import Actor
from shared.clock_rows.rows import Ladder, drop_clocks, is_running, start_clock, stop_clock
from shared.clocks.days import legal_day
from shared.ids import uuid7
from shared.rule_settings import rule_settings

SEND = "send"


async def lock(session: AsyncSession, kind: course.LetterKind, letter_id: UUID) -> LetterFile:
    """The letter with all that hangs on it, locked until the transaction ends."""
    return await queries.file(session, await queries.lock_letter(session, kind, letter_id))


async def settings_of(session: AsyncSession, division: str, at: datetime) -> Mapping[str, Any]:
    """The figures that hold for the organ whose duty it is."""
    return await rule_settings(session, division=division, on_day=legal_day(at))


async def require_bureau(
    session: AsyncSession, bureau_id: UUID | None, receiver: str, *, now: datetime
) -> None:
    """BadLetter unless the organ named is one of the receiver's division, and not closed."""
    if bureau_id is None:
        return
    found = await bureaus.bureau(session, bureau_id)
    if found.division != receiver:
        raise BadLetter(reason="the organ is another division's", pointer="/receiver_bureau_id")
    if found.active_to is not None and found.active_to < legal_day(now):
        raise BadLetter(reason="the organ is closed", pointer="/receiver_bureau_id")


async def new_number(
    session: AsyncSession, kind: course.LetterKind, sender: str, now: datetime
) -> str:
    """The next number of the sender's own."""
    year = legal_day(now).year
    return course.number(kind, sender, year, await queries.next_number(session, kind, sender, year))


async def begin(session: AsyncSession, letter: AnyLetter, kind: ClockKind, *, at: datetime) -> None:
    """Start one of the letter's clocks."""
    settings = await settings_of(session, letter.receiver, at)
    await start_clock(
        session,
        subject_kind=kind_of(letter),
        subject_id=letter.id,
        kind=kind,
        term=course.term(kind, settings),
        ladder=Ladder(*course.ladder_hours(settings)),
        started_at=at,
        seen_by=[letter.sender, letter.receiver],
    )


async def stop(session: AsyncSession, letter: AnyLetter, kind: ClockKind, *, at: datetime) -> None:
    """What the clock waited for was done; it may have been done before."""
    if await is_running(session, subject_id=letter.id, kind=kind):
        await stop_clock(session, subject_id=letter.id, kind=kind, at=at)


async def drop(
    session: AsyncSession, letter: AnyLetter, *, at: datetime, kinds: set[ClockKind] | None = None
) -> None:
    await drop_clocks(session, subject_id=letter.id, at=at, kinds=kinds)


async def list_evidence(
    session: AsyncSession, letter: AnyLetter, items: Sequence[EvidenceItem], *, first: int = 1
) -> None:
    """Put the items on the letter's custody list, not yet received."""
    is_handover = isinstance(letter, Handover)
    session.add_all(
        LetterEvidence(
            id=uuid7(),
            handover_id=letter.id if is_handover else None,
            assistance_request_id=None if is_handover else letter.id,
            position=position,
            title=each.title,
            sha256=each.sha256,
            kind=each.kind,
            taken_at=each.taken_at,
            taken_by=list(each.taken_by),
            chain=[
                {"at": step.at.isoformat(), "giver": step.giver, "taker": step.taker}
                | {"what": step.what}
                for step in each.chain
            ],
            cma_number=each.cma_number,
            method_standard=each.method_standard,
            receipt=Receipt.PENDING,
            lacks=[],
            visible_to=letter.visible_to,
        )
        for position, each in enumerate(items, first)
    )
    await session.flush()


async def take(
    session: AsyncSession,
    actor: Actor,
    letter: AnyLetter,
    action: Action,
    *,
    reason: str | None,
    now: datetime,
) -> None:
    """The only place a letter's state changes: state, version, history and trace are one act."""
    before = {"state": letter.state}
    letter.state = course.step(letter.state, action)
    letter.changed_at = now
    flag_modified(letter, "changed_at")  # a version even if no time has passed
    await write_down(session, actor, letter, action, before=before, reason=reason, now=now)


async def write_down(
    session: AsyncSession,
    actor: Actor,
    letter: AnyLetter,
    action: str,
    *,
    before: Mapping[str, Any] | None,
    reason: str | None,
    now: datetime,
) -> None:
    """A line of history and a line in the trace."""
    kind = kind_of(letter)
    session.add(
        AssistanceStep(
            id=uuid7(),
            subject_kind=kind,
            subject_id=letter.id,
            action=action,
            state=letter.state,
            actor_id=actor.id,
            actor_name=actor.name,
            reason=reason,
            at=now,
            visible_to=letter.visible_to,
        )
    )
    await session.flush()
    await record(
        session,
        actor,
        f"{kind}.{action}",
        object_kind=kind,
        object_id=letter.id,
        now=now,
        seen_by=[letter.sender, letter.receiver],
        reason=reason,
        before=before,
        after=letter.model_dump(mode="json"),
    )
