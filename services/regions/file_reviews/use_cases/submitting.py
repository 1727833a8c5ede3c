"""A division's own files: handing them in and taking them back."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.file_reviews import queries
from services.regions.file_reviews.domain import blinding, life
from services.regions.file_reviews.domain.life import (
    EnoughFiles,
    FileNotFitting,
    FileState,
    FileStep,
    NotRedacted,
    Step,
    UnfitReviewer,
)
from services.regions.file_reviews.models import ReviewFile
from services.regions.file_reviews.use_cases.convening import require_taking_part
from services.regions.file_reviews.use_cases.record import note_own
from services.regions.helpers.domain.engaged import require_credit_code
from services.regions.officers import queries as officers
from shared import divisions
from shared.auth.actor import Actor
from shared.auth.policy import require
from shared.db.session import beyond_scope
from shared.errors import AlreadyExists
from shared.ids import uuid7


@dataclass(frozen=True, slots=True)
class FileFacts:
    """A closed case as its own bureau knows it, and its redacted copy by hash."""

    division: str
    reference: str
    cause: str
    kind: str
    closed_on: date
    handlers: tuple[UUID, ...]
    sha256: str
    pages: int
    redacted: bool
    object_name: str | None
    object_code: str | None


async def submit_file(
    session: AsyncSession,
    actor: Actor,
    round_id: UUID,
    facts: FileFacts,
    *,
    expected_version: int,
    now: datetime,
) -> ReviewFile:
    """Hand in a file; from here on others know it by its code alone."""
    file = await queries.lock_round(session, round_id)
    row = file.round
    require(actor, "file_review.submit", division=facts.division)
    row.require_version(expected_version)
    require_taking_part(file, facts.division)
    life.step(row.state, Step.SUBMIT_FILE)
    if not facts.redacted:
        raise NotRedacted(reason="redacted", pointer="/redacted")
    if facts.kind not in row.kinds:
        raise FileNotFitting(reason=facts.kind, pointer="/kind")
    if not row.closed_from <= facts.closed_on <= row.closed_to:
        raise FileNotFitting(reason=facts.closed_on.isoformat(), pointer="/closed_on")
    if facts.object_code is not None:
        require_credit_code(facts.object_code, pointer="/object_code")
    await _require_handlers(session, facts)
    async with beyond_scope(session):
        others = await queries.files_of_round(session, row.id)
        secret = await queries.secret(session, row.id)
    own = [each for each in others if each.division == facts.division]
    if len(own) >= row.files_per_division:
        raise EnoughFiles(files=row.files_per_division)
    if any(each.reference == facts.reference for each in own) or any(
        each.sha256 == facts.sha256 for each in others
    ):
        raise AlreadyExists
    key = uuid7()
    submitted = ReviewFile(
        id=key,
        round_id=row.id,
        code=blinding.blind(secret.key, "file", key),
        division=facts.division,
        reference=facts.reference,
        cause=facts.cause,
        kind=facts.kind,
        closed_on=facts.closed_on,
        object_name=facts.object_name,
        object_code=facts.object_code,
        handlers=list(facts.handlers),
        sha256=facts.sha256,
        pages=facts.pages,
        state=FileState.SUBMITTED,
        submitted_at=now,
        submitted_by=actor.id,
        changed_at=now,
        visible_to=[divisions.scope(facts.division)],
    )
    session.add(submitted)
    await note_own(
        session,
        actor,
        row,
        Step.SUBMIT_FILE,
        division=facts.division,
        reason=facts.reference,
        now=now,
    )
    return submitted


async def withdraw_file(
    session: AsyncSession,
    actor: Actor,
    round_id: UUID,
    file_id: UUID,
    *,
    reason: str,
    expected_version: int,
    now: datetime,
) -> ReviewFile:
    """Take a file back before the assignment."""
    held = await queries.lock_round(session, round_id)
    file = await queries.file(session, round_id, file_id)
    require(actor, "file_review.submit", division=file.division)
    file.require_version(expected_version)
    life.step(held.round.state, Step.WITHDRAW_FILE)
    file.state = life.file_step(file.state, FileStep.WITHDRAW)
    file.changed_at = now
    told = f"{file.reference}; {reason}"
    await note_own(
        session,
        actor,
        held.round,
        Step.WITHDRAW_FILE,
        division=file.division,
        reason=told,
        now=now,
    )
    return file


async def _require_handlers(session: AsyncSession, facts: FileFacts) -> None:
    """UnfitReviewer unless the handlers are officers this bureau knows: they recuse."""
    known = await officers.officers_by_id(session, facts.handlers)
    unknown = [str(each) for each in facts.handlers if each not in known]
    if unknown:
        reasons = ", ".join(unknown)
        raise UnfitReviewer(reason=reasons, reasons=reasons, pointer="/handlers")
