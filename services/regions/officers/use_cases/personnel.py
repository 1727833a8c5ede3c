"""What is recorded about officers: who they are, what they hold, when they are away."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm.attributes import flag_modified
from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.bureaus import queries as bureaus
from services.regions.officers import queries
from services.regions.officers.domain import (
    AccountTaken,
    AlreadyInactive,
    Certificate,
    CertificateOverlaps,
    CertificateTaken,
    InterestWithoutObject,
    Period,
)
from services.regions.officers.models import (
    Officer,
    OfficerAbsence,
    OfficerCertificate,
    OfficerInterest,
)
from shared import divisions
from shared.audit.trace import record
from shared.auth.actor import Actor
from shared.auth.policy import may, require
from shared.db.session import beyond_scope
from shared.ids import uuid7


async def create(
    session: AsyncSession,
    actor: Actor,
    *,
    bureau_id: UUID,
    name: str,
    account_id: UUID | None,
    certificate: Certificate | None,
    now: datetime,
) -> Officer:
    """`add_officer` by somebody who keeps the officers of the bureau's division."""
    bureau = await bureaus.bureau(session, bureau_id)
    require(actor, "officer.manage", division=bureau.division)
    return await add_officer(
        session,
        actor,
        bureau_id=bureau_id,
        name=name,
        account_id=account_id,
        certificate=certificate,
        now=now,
    )


async def add_officer(
    session: AsyncSession,
    actor: Actor,
    *,
    bureau_id: UUID,
    name: str,
    account_id: UUID | None,
    certificate: Certificate | None,
    now: datetime,
) -> Officer:
    """A new officer of the bureau, and of its division; the certificate may follow later."""
    bureau = await bureaus.bureau(session, bureau_id)
    async with beyond_scope(session):
        if account_id is not None and await queries.account_taken(session, account_id):
            raise AccountTaken
    officer = Officer(
        id=uuid7(),
        bureau_id=bureau.id,
        division=bureau.division,
        account_id=account_id,
        name=name,
        created_at=now,
        changed_at=now,
        visible_to=divisions.visibility([bureau.division]),
    )
    session.add(officer)
    await session.flush()
    if certificate is not None:
        await _certify(session, officer, certificate)
    await _trace(session, actor, "officer.create", officer, now=now)
    return officer


async def renew_certificate(
    session: AsyncSession,
    actor: Actor,
    officer_id: UUID,
    *,
    certificate: Certificate,
    expected_version: int,
    now: datetime,
) -> Officer:
    """Record a certificate: the first one, or the next after the one held."""
    officer = await queries.lock_officer(session, officer_id)
    require(actor, "officer.manage", division=officer.division)
    officer.require_version(expected_version)
    await _certify(session, officer, certificate)
    await _change(session, actor, "officer.renew_certificate", officer, now=now)
    return officer


async def record_absence(
    session: AsyncSession,
    actor: Actor,
    officer_id: UUID,
    *,
    period: Period,
    reason: str,
    expected_version: int,
    now: datetime,
) -> Officer:
    """A time in which the officer cannot be sent. What is booked already stays booked."""
    officer = await queries.lock_officer(session, officer_id)
    require(actor, "officer.manage", division=officer.division)
    officer.require_version(expected_version)
    absence = OfficerAbsence(
        id=uuid7(),
        officer_id=officer.id,
        starts_at=period.starts_at,
        ends_at=period.ends_at,
        reason=reason,
        visible_to=officer.visible_to,
    )
    session.add(absence)
    await _change(session, actor, "officer.record_absence", officer, now=now, reason=reason)
    return officer


async def declare_interest(
    session: AsyncSession,
    actor: Actor,
    officer_id: UUID,
    *,
    object_name: str | None,
    object_code: str | None,
    relation: str,
    expected_version: int,
    now: datetime,
) -> Officer:
    """An object the officer recuses from: declared by the officer, or recorded by the bureau."""
    officer = await queries.lock_officer(session, officer_id)
    if not is_self(actor, officer):
        require(actor, "officer.manage", division=officer.division)
    officer.require_version(expected_version)
    if object_name is None and object_code is None:
        raise InterestWithoutObject(reason="object", pointer="/object_name")
    interest = OfficerInterest(
        id=uuid7(),
        officer_id=officer.id,
        object_name=object_name,
        object_code=object_code,
        relation=relation,
        declared_at=now,
        declared_by=actor.id,
        visible_to=officer.visible_to,
    )
    session.add(interest)
    await _change(session, actor, "officer.declare_interest", officer, now=now)
    return officer


async def deactivate(
    session: AsyncSession,
    actor: Actor,
    officer_id: UUID,
    *,
    reason: str,
    expected_version: int,
    now: datetime,
) -> Officer:
    """The officer has left: nobody sends him or her from now on."""
    officer = await queries.lock_officer(session, officer_id)
    require(actor, "officer.manage", division=officer.division)
    officer.require_version(expected_version)
    if officer.left_at is not None:
        raise AlreadyInactive
    officer.left_at = now
    await _change(session, actor, "officer.deactivate", officer, now=now, reason=reason)
    return officer


def is_self(actor: Actor, officer: Officer) -> bool:
    return officer.account_id is not None and officer.account_id == actor.id


def actions(actor: Actor, officer: Officer) -> list[str]:
    """What this caller may do with the officer's file now."""
    manages = may(actor, "officer.manage", division=officer.division)
    kept = ["renew_certificate", "record_absence", "declare_interest"] if manages else []
    if manages and officer.left_at is None:
        return [*kept, "deactivate"]
    return kept or (["declare_interest"] if is_self(actor, officer) else [])


async def _certify(session: AsyncSession, officer: Officer, certificate: Certificate) -> None:
    [held] = await queries.files(session, [officer])
    if any(certificate.overlaps(queries.certificate(each)) for each in held.certificates):
        raise CertificateOverlaps
    async with beyond_scope(session):
        if await queries.number_taken(session, certificate.number, by_other_than=officer.id):
            raise CertificateTaken
    line = OfficerCertificate(
        id=uuid7(),
        officer_id=officer.id,
        number=certificate.number,
        valid_from=certificate.valid_from,
        valid_to=certificate.valid_to,
        visible_to=officer.visible_to,
    )
    session.add(line)


async def _change(
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
    await _trace(session, actor, action, officer, now=now, reason=reason)


async def _trace(
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
    lines = (held.certificates, held.absences, held.interests)
    return {
        "officer": held.officer.model_dump(mode="json"),
        "lines": [row.model_dump(mode="json") for rows in lines for row in rows],
    }
