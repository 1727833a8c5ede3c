"""Moving an import on: its state and its trace are one act."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.imports.domain.life import ENDED, ImportStep, step
from services.petitions.imports.models import FileImport
from shared.audit.trace import record
from shared.auth.actor import Actor, ActorKind, Grant, Role

KIND: Final = "import"


async def take(
    session: AsyncSession, batch: FileImport, taken: ImportStep, *, actor: Actor, now: datetime
) -> None:
    """The only place an import's state changes."""
    before = {"state": batch.state}
    batch.state = step(batch.state, taken)
    if batch.state in ENDED:
        batch.ended_at = now
    await session.flush()
    await trace(session, batch, f"import.{taken}", actor=actor, now=now, before=before)


async def trace(
    session: AsyncSession,
    batch: FileImport,
    action: str,
    *,
    actor: Actor,
    now: datetime,
    before: Mapping[str, str] | None = None,
    facts: Mapping[str, int] | None = None,
) -> None:
    """Who did what with the import; what the file holds is in no trace."""
    await record(
        session,
        actor,
        action,
        object_kind=KIND,
        object_id=batch.id,
        now=now,
        seen_by=[batch.office],
        before=before,
        after={"state": batch.state, "sha256": batch.sha256, **(facts or {})},
    )


def orderer(batch: FileImport) -> Actor:
    """Who sent the file or confirmed its loading, with the rights of that moment."""
    return Actor(
        id=batch.actor_id,
        kind=ActorKind(batch.actor_kind),
        name=batch.actor_name,
        grants=tuple(Grant(Role(role), scope) for role, scope in batch.grants),
    )


def ordered_by(batch: FileImport, actor: Actor) -> None:
    """Let the jobs act in this person's right."""
    batch.actor_id, batch.actor_kind, batch.actor_name = actor.id, actor.kind.value, actor.name
    batch.grants = [[grant.role.value, grant.scope] for grant in actor.grants]
