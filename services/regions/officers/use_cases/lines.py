"""What every act on an officer's file shares: the lock, the right, the version and the trace."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm.attributes import flag_modified
from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.officers import queries
from services.regions.officers.models import Officer
from shared.audit.trace import record
from shared.auth.actor import Actor
from shared.auth.policy import require


async def lock_for(
    session: AsyncSession, actor: Actor, officer_id: UUID, right: str, *, expected_version: int
) -> Officer:
    """The officer, locked, for somebody who holds the right and has read the last version."""
    officer = await queries.lock_officer(session, officer_id)
    require(actor, right, division=officer.division)
    officer.require_version(expected_version)
    return officer


async def change(
    session: AsyncSession,
    actor: Actor,
    action: str,
    officer: Officer,
    *,
    now: datetime,
    reason: str | None = None,
) -> None:
    """Every act is a new version of the officer and a line in the trace."""
    officer.changed_at = now
    flag_modified(officer, "changed_at")  # a version even if no time has passed
    await trace(session, actor, action, officer, now=now, reason=reason)


async def trace(
    session: AsyncSession,
    actor: Actor,
    action: str,
    officer: Officer,
    *,
    now: datetime,
    reason: str | None = None,
) -> None:
    await session.flush()
    [held] = await queries.files(session, [officer])
    await record(
        session,
        actor,
        action,
        object_kind="officer",
        object_id=officer.id,
        now=now,
        seen_by=[officer.division],
        reason=reason,
        after=_state(held),
    )


def _state(held: queries.OfficerFile) -> Mapping[str, Any]:
    lines = (held.certificates, held.absences, held.interests, held.posts, held.substitutes)
    return {
        "officer": held.officer.model_dump(mode="json"),
        "lines": [row.model_dump(mode="json") for rows in lines for row in rows],
    }
