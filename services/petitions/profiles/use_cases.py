"""Adding and ending profiles, and setting the figures of practice."""

from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.profiles import queries
from services.petitions.profiles.domain import PROFILES, Profile, require_lawful
from services.petitions.profiles.domain.figures import Value, require_ahead, require_allowed
from services.petitions.profiles.models import HandlingProfile
from shared import divisions
from shared.audit.trace import SYSTEM_ACTOR, record
from shared.auth.actor import Actor
from shared.auth.policy import require
from shared.clocks.days import legal_day
from shared.clocks.json_form import term_to_json
from shared.db.session import beyond_scope
from shared.errors import AlreadyExists
from shared.rule_settings import Setting, keep_setting
from shared.succession.lineage import Succession

RIGHT: Final = "profile.manage"
# So that the successor's code of six digits fits behind it.
LONGEST_STEM: Final = 25


async def add(
    session: AsyncSession, actor: Actor, profile: Profile, *, reason: str, now: datetime
) -> HandlingProfile:
    """A dated row: whoever may manage the place binds it, from today at the earliest."""
    division = divisions.division_of(profile.scope)
    require(actor, RIGHT, division=division)
    require_ahead(profile.valid_from, today=legal_day(now))
    require_lawful(profile)
    taken = {each.code for each in await queries.rows(session)}
    if profile.code in taken | {each.code for each in PROFILES}:
        raise AlreadyExists
    row = HandlingProfile(
        code=profile.code,
        scope=profile.scope,
        channels=sorted(profile.channels),
        tracks=sorted(profile.tracks),
        momentary_only=profile.momentary_only,
        valid_from=profile.valid_from,
        valid_to=profile.valid_to,
        accept=term_to_json(profile.accept),
        begin=term_to_json(profile.begin) if profile.begin else None,
        close=term_to_json(profile.close) if profile.close else None,
        sender_agrees=profile.sender_agrees,
        pausable=profile.pausable,
        created_by=actor.id,
        created_at=now,
    )
    # Terms are published by the system, at the word of an administrator.
    async with beyond_scope(session):
        session.add(row)
        await session.flush()
    await _record(session, actor, row, "handling_profile.add", reason=reason, now=now)
    return row


async def end(
    session: AsyncSession,
    actor: Actor,
    profile_id: UUID,
    *,
    valid_to: date,
    reason: str,
    version: int,
    now: datetime,
) -> HandlingProfile:
    """The last day of receipt a profile holds for; what was received until then keeps it."""
    async with beyond_scope(session):
        row = await queries.lock_row(session, profile_id)
        row.require_version(version)
        require(actor, RIGHT, division=divisions.division_of(row.scope))
        require_ahead(valid_to, today=max(legal_day(now), row.valid_from))
        row.valid_to = valid_to
    await _record(session, actor, row, "handling_profile.end", reason=reason, now=now)
    return row


async def follow_division(session: AsyncSession, succession: Succession, *, now: datetime) -> None:
    """Let a profile of the ended division's own hold for its successors. Repeating adds none.

    For a session of the system.
    """
    taken = {each.code for each in await queries.rows(session)}
    for row in await queries.rows_of(session, divisions.scope(succession.predecessor)):
        if row.valid_to is not None and row.valid_to < succession.effective_on:
            continue
        for heir in succession.successors:
            code = f"{row.code[:LONGEST_STEM]}-{heir}"
            if heir == succession.predecessor or code in taken:
                continue
            copy = HandlingProfile(
                **row.model_dump(exclude={"id", "version", "code", "scope", "valid_from"}),
                code=code,
                scope=divisions.scope(heir),
                valid_from=max(row.valid_from, succession.effective_on),
            )
            copy.created_by, copy.created_at = SYSTEM_ACTOR.id, now
            session.add(copy)
            await session.flush()
            reason = f"{succession.predecessor} → {heir}: {succession.document}"
            await _record(
                session, SYSTEM_ACTOR, copy, "handling_profile.add", reason=reason, now=now
            )


async def _record(
    session: AsyncSession,
    actor: Actor,
    row: HandlingProfile,
    action: str,
    *,
    reason: str,
    now: datetime,
) -> None:
    await record(
        session,
        actor,
        action,
        object_kind="handling_profile",
        object_id=row.id,
        now=now,
        seen_by=[divisions.division_of(row.scope)],
        reason=reason,
        after=row.model_dump(mode="json", exclude={"version"}),
    )


async def set_figure(
    session: AsyncSession,
    actor: Actor,
    *,
    name: str,
    division: str,
    valid_from: date,
    value: Value,
    basis: str,
    now: datetime,
) -> Setting:
    """One dated figure for a place and everything below it."""
    require(actor, RIGHT, division=division)
    require_allowed(name, value)
    require_ahead(valid_from, today=legal_day(now))
    setting = Setting(name, divisions.scope(division), valid_from, value, basis)
    async with beyond_scope(session):
        await keep_setting(session, setting)
    await record(
        session,
        actor,
        "setting.set",
        object_kind="setting",
        object_id=name,
        now=now,
        seen_by=[division],
        reason=basis,
        after={"scope": setting.scope, "valid_from": valid_from.isoformat(), "value": value},
    )
    return setting
