"""Every SELECT on evidence. What the caller may not see is absent by policy."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.evidence.domain import UploadState
from services.tasks.evidence.models import Custody, Evidence, EvidenceUpload
from shared.errors import NotFound


async def evidence(session: AsyncSession, evidence_id: UUID) -> Evidence:
    found = (await session.exec(select(Evidence).where(Evidence.id == evidence_id))).one_or_none()
    if found is None:
        raise NotFound(what="evidence")
    return found


async def evidence_among(session: AsyncSession, ids: Iterable[UUID]) -> Sequence[Evidence]:
    """Those of the ids that exist for the caller."""
    return (await session.exec(select(Evidence).where(col(Evidence.id).in_([*ids])))).all()


async def last_link(session: AsyncSession, task_id: UUID) -> Evidence | None:
    """The end of the task's chain; the caller holds the task's lock."""
    statement = (
        select(Evidence)
        .where(Evidence.task_id == task_id)
        .order_by(col(Evidence.number).desc())
        .limit(1)
    )
    return (await session.exec(statement)).first()


async def evidence_of_task(
    session: AsyncSession, task_id: UUID, *, after: UUID | None, limit: int
) -> Sequence[Evidence]:
    """Evidence in the order it was received."""
    statement = select(Evidence).where(Evidence.task_id == task_id)
    if after is not None:
        statement = statement.where(col(Evidence.id) > after)
    return (await session.exec(statement.order_by(col(Evidence.id)).limit(limit))).all()


async def custody(session: AsyncSession, evidence_id: UUID) -> Sequence[Custody]:
    """Who had it in hand, oldest first."""
    statement = select(Custody).where(Custody.evidence_id == evidence_id).order_by(col(Custody.id))
    return (await session.exec(statement)).all()


async def same_file(session: AsyncSession, task_id: UUID, sha256: str) -> Evidence | None:
    """The first evidence of the task with this content."""
    statement = select(Evidence).where(Evidence.task_id == task_id, Evidence.sha256 == sha256)
    return (await session.exec(statement.order_by(col(Evidence.number)).limit(1))).first()


async def declared_upload(session: AsyncSession, upload_id: UUID) -> EvidenceUpload | None:
    statement = select(EvidenceUpload).where(EvidenceUpload.id == upload_id)
    return (await session.exec(statement)).one_or_none()


async def upload(session: AsyncSession, upload_id: UUID, *, of: UUID) -> EvidenceUpload:
    """An upload for the account that declared it; for everybody else there is none."""
    found = await declared_upload(session, upload_id)
    if found is None or found.account_id != of:
        raise NotFound(what="evidence upload")
    return found


async def lock_upload(session: AsyncSession, upload_id: UUID, *, of: UUID) -> EvidenceUpload:
    """The upload, locked until the transaction ends: one piece after the other."""
    statement = (
        select(EvidenceUpload)
        .where(EvidenceUpload.id == upload_id, EvidenceUpload.account_id == of)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    found = (await session.exec(statement)).one_or_none()
    if found is None:
        raise NotFound(what="evidence upload")
    return found


async def lock_overdue_uploads(
    session: AsyncSession, now: datetime, *, limit: int
) -> Sequence[EvidenceUpload]:
    """Uploads whose time is over, except those a piece of which is just coming in."""
    statement = (
        select(EvidenceUpload)
        .where(EvidenceUpload.state == UploadState.ARRIVING, EvidenceUpload.expires_at <= now)
        .order_by(col(EvidenceUpload.expires_at))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return (await session.exec(statement)).all()
