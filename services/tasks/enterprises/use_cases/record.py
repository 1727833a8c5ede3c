"""What every act on an object shares: the lock, the right, the line of its history, the trace."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.enterprises.domain.registry import (
    DECIDED,
    TRANSITIONS,
    Act,
    UnknownDivision,
    object_code,
    step,
)
from services.tasks.enterprises.models.registry import Enterprise, EnterpriseChange
from services.tasks.enterprises.queries import registry
from shared.audit.trace import record
from shared.auth.actor import Actor
from shared.auth.policy import may, require

FACTS: Final = (
    "credit_code",
    "site_number",
    "own_code",
    "kind",
    "name",
    "division",
    "address",
    "longitude",
    "latitude",
    "industry",
    "permit_number",
    "permit_kind",
    "permit_valid_from",
    "permit_valid_to",
    "flags",
    "parent_id",
    "closed_on",
    "closing_ground",
    "successor_id",
    "merged_into_id",
)


def right(act: Act) -> str:
    return "enterprise.decide" if act in DECIDED else "enterprise.manage"


def code_of(enterprise: Enterprise) -> str:
    """By which everybody may name it."""
    return object_code(enterprise.credit_code, enterprise.site_number, enterprise.own_code)


def actions(actor: Actor, enterprise: Enterprise) -> list[str]:
    """What this caller may do with the object now."""
    possible: list[str] = [
        act
        for act in TRANSITIONS[enterprise.status]
        if may(actor, right(act), division=enterprise.division)
    ]
    if Act.AMEND in TRANSITIONS[enterprise.status]:
        possible += [
            name
            for name, needed in (
                ("grade", "enterprise.grade"),
                ("override_grade", "enterprise.override_grade"),
            )
            if may(actor, needed, division=enterprise.division)
        ]
    return possible


async def lock_for(
    session: AsyncSession, actor: Actor, enterprise_id: UUID, act: Act, *, expected_version: int
) -> Enterprise:
    """The object, locked, for an act this caller may do to it."""
    enterprise = await registry.lock_enterprise(session, enterprise_id)
    require(actor, right(act), division=enterprise.division)
    enterprise.require_version(expected_version)
    step(enterprise.status, act)
    return enterprise


async def require_known(session: AsyncSession, code: str, *, on_day: date, pointer: str) -> None:
    """UnknownDivision unless it is a division in force."""
    if not await registry.standing_divisions(session, [code], on_day=on_day):
        raise UnknownDivision(reason=code, codes=code, pointer=pointer)


async def keep(
    session: AsyncSession,
    actor: Actor,
    enterprise: Enterprise,
    act: Act,
    *,
    valid_from: date,
    reason: str | None = None,
    before: Mapping[str, Any] | None = None,
    now: datetime,
) -> None:
    """Write the object as it is now: a new version, the facts from this day on, the trace."""
    enterprise.facts_since = valid_from
    enterprise.changed_at = now
    session.add(enterprise)
    await session.flush()
    whole = enterprise.model_dump(mode="json")
    session.add(
        EnterpriseChange(
            enterprise_id=enterprise.id,
            act=act,
            status=enterprise.status,
            valid_from=valid_from,
            facts={name: whole[name] for name in FACTS},
            reason=reason,
            actor_id=actor.id,
            actor_name=actor.name,
            at=now,
        )
    )
    await session.flush()
    await trace(session, actor, act, enterprise, reason=reason, before=before, now=now)


async def trace(
    session: AsyncSession,
    actor: Actor,
    act: str,
    enterprise: Enterprise,
    *,
    reason: str | None = None,
    before: Mapping[str, Any] | None = None,
    now: datetime,
) -> None:
    await record(
        session,
        actor,
        f"enterprise.{act}",
        object_kind="enterprise",
        object_id=enterprise.id,
        now=now,
        seen_by=[enterprise.division],
        reason=reason,
        before=before,
        after=enterprise.model_dump(mode="json"),
    )
