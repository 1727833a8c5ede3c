"""Telling results, objections to them, closing, and putting right what was found."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.orm.attributes import flag_modified
from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.file_reviews import queries
from services.regions.file_reviews.domain import life, scoring
from services.regions.file_reviews.domain.life import (
    SCORED,
    AlreadyRemedied,
    FileState,
    FileStep,
    FilesUnsettled,
    NotReadYet,
    ObjectionLate,
    ObjectionsOpen,
    OwnCause,
    Purpose,
    ReadingState,
    Step,
)
from services.regions.file_reviews.domain.scoring import Mark
from services.regions.file_reviews.models import FileReview, ReviewFault, ReviewFile
from services.regions.file_reviews.queries import RoundFile
from services.regions.file_reviews.use_cases.convening import KIND, LADDER, OBJECTION_CLOCK
from services.regions.file_reviews.use_cases.reading import judged_alone, keep_outcome
from services.regions.file_reviews.use_cases.record import note, note_own
from shared import divisions
from shared.auth.actor import Actor
from shared.auth.policy import require
from shared.clock_rows.rows import drop_clocks, start_clock
from shared.db.session import beyond_scope
from shared.ids import uuid7

IN_DISPUTE: Final = (FileState.OBJECTED, FileState.REREADING)


async def meet(
    session: AsyncSession,
    actor: Actor,
    round_id: UUID,
    *,
    code: str,
    marks: Sequence[Mark],
    minutes: str,
    expected_version: int,
    now: datetime,
) -> FileReview:
    """The convener records what those who read the file agreed on in a meeting.

    OwnCause for a file of the convener's own: that goes to another reader.
    """
    file = await _begin(session, actor, round_id, Step.MEET, expected_version)
    scoring.require_marks(file.rubric, marks)
    async with beyond_scope(session):
        read = await queries.file_by_code(session, round_id, code)
        if read.division == file.round.convener:
            raise OwnCause
        read.state = life.file_step(read.state, FileStep.MEET)
        read.minutes = minutes
        keep_outcome(read, judged_alone(file, marks), now=now)
    await note(session, actor, file.round, Step.MEET, reason=code, now=now)
    return file.round


async def publish(
    session: AsyncSession, actor: Actor, round_id: UUID, *, expected_version: int, now: datetime
) -> FileReview:
    """Tell each division what its files came to; from here on it may object."""
    file = await _begin(session, actor, round_id, Step.PUBLISH, expected_version)
    row = file.round
    row.state = life.step(row.state, Step.PUBLISH)
    async with beyond_scope(session):
        files = await _taking_part(session, file)
    unsettled = [each.code for each in files if each.state not in SCORED]
    if unsettled:
        raise FilesUnsettled(codes=", ".join(unsettled))
    row.published_at = now
    due = await start_clock(
        session,
        subject_kind=KIND,
        subject_id=row.id,
        kind=OBJECTION_CLOCK,
        term=life.working_days(file.rules.objection_working_days),
        ladder=LADDER,
        started_at=now,
        seen_by=[row.convener, *file.codes],
    )
    row.objection_due_at = due.due_at
    await note(session, actor, row, Step.PUBLISH, reason=None, now=now)
    return row


async def object_to(
    session: AsyncSession,
    actor: Actor,
    round_id: UUID,
    file_id: UUID,
    *,
    reasons: str,
    expected_version: int,
    now: datetime,
) -> ReviewFile:
    """A division objects to a result, once a file and within the time."""
    held = await queries.lock_round(session, round_id)
    file = await queries.file(session, round_id, file_id)
    require(actor, "file_review.object", division=file.division)
    file.require_version(expected_version)
    life.step(held.round.state, Step.OBJECT)
    due = held.round.objection_due_at
    if due is not None and due <= now:
        raise ObjectionLate
    file.state = life.file_step(file.state, FileStep.OBJECT)
    file.objection, file.objected_at = reasons, now
    file.changed_at = now
    await note_own(
        session, actor, held.round, Step.OBJECT, division=file.division, reason=file.code, now=now
    )
    return file


async def decide(
    session: AsyncSession,
    actor: Actor,
    round_id: UUID,
    *,
    code: str,
    grants: bool,
    reason: str,
    expected_version: int,
    now: datetime,
) -> FileReview:
    """Whether the score of the other reader takes the place of the first result.

    For a file of the convener's own it always does: nobody decides in his own cause.
    """
    file = await _begin(session, actor, round_id, Step.DECIDE, expected_version)
    async with beyond_scope(session):
        read = await queries.file_by_code(session, round_id, code)
        state = life.file_step(read.state, FileStep.DECIDE)
        [other] = await queries.that_count(session, read.id, [Purpose.REREAD])
        if other.state is not ReadingState.SCORED:
            raise NotReadYet
        if not grants and read.division == file.round.convener:
            raise OwnCause
        read.state, read.decision = state, reason
        read.changed_at = now
        if grants:
            marks = scoring.marks_from_json(other.marks or ())
            keep_outcome(read, judged_alone(file, marks), now=now)
    told = f"{code}: {'granted' if grants else 'not granted'}"
    await note(session, actor, file.round, Step.DECIDE, reason=told, now=now)
    return file.round


async def close(
    session: AsyncSession, actor: Actor, round_id: UUID, *, expected_version: int, now: datetime
) -> FileReview:
    """通报: averages for all, and for each division the list of what it has to put right."""
    file = await _begin(session, actor, round_id, Step.CLOSE, expected_version)
    row = file.round
    row.state = life.step(row.state, Step.CLOSE)
    if row.objection_due_at is None or now < row.objection_due_at:
        raise ObjectionsOpen
    async with beyond_scope(session):
        files = await _taking_part(session, file)
        disputed = [each.code for each in files if each.state in IN_DISPUTE]
        if disputed:
            raise FilesUnsettled(codes=", ".join(disputed))
        for each in files:
            # What was hidden from those above while it ran they may see now.
            each.visible_to = divisions.visibility([each.division])
            _list_faults(session, each, now=now)
        await drop_clocks(session, subject_id=row.id, at=now)
    row.closed_at = now
    await note(session, actor, row, Step.CLOSE, reason=None, now=now)
    return row


def _list_faults(session: AsyncSession, file: ReviewFile, *, now: datetime) -> None:
    for each in file.faults or ():
        session.add(
            ReviewFault(
                id=uuid7(),
                round_id=file.round_id,
                file_id=file.id,
                division=file.division,
                item=each["item"],
                points=each["points"],
                reasons=each["reasons"],
                changed_at=now,
                visible_to=file.visible_to,
            )
        )


async def remedy(
    session: AsyncSession,
    actor: Actor,
    round_id: UUID,
    fault_id: UUID,
    *,
    what: str,
    expected_version: int,
    now: datetime,
) -> ReviewFault:
    """A division has put a fault right."""
    held = await queries.lock_round(session, round_id)
    fault = await queries.lock_fault(session, round_id, fault_id)
    require(actor, "file_review.submit", division=fault.division)
    fault.require_version(expected_version)
    life.step(held.round.state, Step.REMEDY)
    if fault.remedied_at is not None:
        raise AlreadyRemedied
    fault.remedied_at, fault.remedy = now, what
    fault.changed_at = now
    flag_modified(fault, "changed_at")  # a version even if no time has passed
    told = f"{fault.item}: {what}"
    await note_own(
        session, actor, held.round, Step.REMEDY, division=fault.division, reason=told, now=now
    )
    return fault


async def _begin(
    session: AsyncSession, actor: Actor, round_id: UUID, step: Step, expected_version: int
) -> RoundFile:
    """The round locked, for a step of the convener's."""
    file = await queries.lock_round(session, round_id)
    require(actor, "file_review.convene", division=file.round.convener)
    file.round.require_version(expected_version)
    life.step(file.round.state, step)
    return file


async def _taking_part(session: AsyncSession, file: RoundFile) -> list[ReviewFile]:
    codes = {each.division for each in file.parties if each.takes_part}
    files = await queries.files_of_round(session, file.round.id)
    return [each for each in files if each.division in codes]
