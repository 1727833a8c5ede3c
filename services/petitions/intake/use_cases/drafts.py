"""Petitions half entered: sealed like the vault, without a number, used up by registering."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson
from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.intake import queries
from services.petitions.intake.models import PetitionDraft
from services.petitions.vault.use_cases import VaultKeys, locked, unlocked
from shared import divisions
from shared.audit.trace import record
from shared.auth.actor import Actor
from shared.auth.policy import may, require
from shared.ids import uuid7

KIND: Final = "petition_draft"
RIGHT: Final = "petition.draft"


def offices_of(actor: Actor) -> list[str]:
    """The offices whose drafts the caller keeps."""
    heads = map(divisions.division_of, actor.scopes)
    return [office for office in heads if may(actor, RIGHT, division=office)]


async def write(
    session: AsyncSession,
    actor: Actor,
    *,
    office: str,
    content: Mapping[str, Any],
    keys: VaultKeys,
    now: datetime,
) -> PetitionDraft:
    """Begin a draft. Only its office sees it: not even a superior has received anything yet."""
    require(actor, RIGHT, division=office)
    draft_id = uuid7()
    draft = PetitionDraft(
        id=draft_id,
        office=office,
        sealed=locked(keys, draft_id, orjson.dumps(content)),
        created_by=actor.id,
        created_by_name=actor.name,
        created_at=now,
        changed_at=now,
        visible_to=[divisions.scope(office)],
    )
    session.add(draft)
    await session.flush()
    await _record(session, actor, draft, "write", now=now)
    return draft


async def change(
    session: AsyncSession,
    actor: Actor,
    draft_id: UUID,
    *,
    content: Mapping[str, Any],
    keys: VaultKeys,
    version: int,
    now: datetime,
) -> PetitionDraft:
    """Replace what the draft holds."""
    draft = await take_up(session, actor, draft_id, version=version)
    draft.sealed = locked(keys, draft.id, orjson.dumps(content))
    draft.changed_at = now
    await session.flush()
    await _record(session, actor, draft, "change", now=now)
    return draft


async def take_up(
    session: AsyncSession, actor: Actor, draft_id: UUID, *, version: int
) -> PetitionDraft:
    """The draft, locked, as the caller saw it."""
    draft = await queries.draft(session, draft_id, lock=True)
    draft.require_version(version)
    require(actor, RIGHT, division=draft.office)
    return draft


async def read(
    session: AsyncSession, actor: Actor, draft_id: UUID, *, keys: VaultKeys, now: datetime
) -> tuple[PetitionDraft, dict[str, Any]]:
    """The draft and what it holds; it may name a petitioner, so that reading it leaves a trace."""
    draft = await queries.draft(session, draft_id)
    require(actor, RIGHT, division=draft.office)
    await _record(session, actor, draft, "read", now=now)
    return draft, content_of(draft, keys)


def content_of(draft: PetitionDraft, keys: VaultKeys) -> dict[str, Any]:
    content: dict[str, Any] = orjson.loads(unlocked(keys, draft.id, draft.sealed))
    return content


async def use_up(
    session: AsyncSession, actor: Actor, draft: PetitionDraft, *, act: str, now: datetime
) -> None:
    """Nothing of the draft stays: it was registered, or is not wanted any more."""
    await session.delete(draft)
    await session.flush()
    await _record(session, actor, draft, act, now=now)


async def _record(
    session: AsyncSession, actor: Actor, draft: PetitionDraft, act: str, *, now: datetime
) -> None:
    await record(
        session,
        actor,
        f"{KIND}.{act}",
        object_kind=KIND,
        object_id=draft.id,
        now=now,
        seen_by=[draft.office],
    )
