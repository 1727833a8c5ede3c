"""What is recorded about officers: who they are, what they hold and can do."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.bureaus import queries as bureaus
from services.regions.bureaus.use_cases import open_bureau
from services.regions.officers import queries
from services.regions.officers.domain import (
    AccountTaken,
    AlreadyInactive,
    Certificate,
    CertificateOverlaps,
    CertificateTaken,
    EmptyPeriod,
    PostEnded,
    PostTaken,
    UnknownSkill,
)
from services.regions.officers.models import Officer, OfficerCertificate, OfficerPost
from services.regions.officers.use_cases.lines import change, lock_for, trace
from shared import divisions
from shared.auth.actor import Actor
from shared.auth.policy import may, require
from shared.clocks.days import legal_day
from shared.db.session import beyond_scope
from shared.errors import NotFound
from shared.ids import uuid7
from shared.rule_settings import rule_settings

SKILLS: Final = "officer.skills"


async def create(
    session: AsyncSession,
    actor: Actor,
    *,
    bureau_id: UUID,
    name: str,
    account_id: UUID | None,
    certificate: Certificate | None,
    skills: Iterable[str] = (),
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
        skills=skills,
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
    skills: Iterable[str] = (),
) -> Officer:
    """A new officer of the bureau, and of its division; the certificate may follow later."""
    bureau = await open_bureau(session, bureau_id)
    async with beyond_scope(session):
        if account_id is not None and await queries.account_taken(session, account_id):
            raise AccountTaken
    officer = Officer(
        id=uuid7(),
        bureau_id=bureau.id,
        division=bureau.division,
        account_id=account_id,
        name=name,
        skills=await _known_skills(session, skills, division=bureau.division, now=now),
        created_at=now,
        changed_at=now,
        visible_to=divisions.visibility([bureau.division]),
    )
    session.add(officer)
    await session.flush()
    if certificate is not None:
        await _certify(session, officer, certificate)
    await trace(session, actor, "officer.create", officer, now=now)
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
    officer = await lock_for(
        session, actor, officer_id, "officer.manage", expected_version=expected_version
    )
    await _certify(session, officer, certificate)
    await change(session, actor, "officer.renew_certificate", officer, now=now)
    return officer


async def skills_in_force(
    session: AsyncSession, *, division: str, on_day: date
) -> Mapping[str, str]:
    """The skills an officer of the division can have: code and Chinese name."""
    settings = await rule_settings(session, division=division, on_day=on_day)
    skills: Mapping[str, str] = settings[SKILLS]
    return skills


async def set_skills(
    session: AsyncSession,
    actor: Actor,
    officer_id: UUID,
    *,
    skills: Iterable[str],
    expected_version: int,
    now: datetime,
) -> Officer:
    """The officer has exactly these skills from now on; UnknownSkill if one is not in force."""
    officer = await lock_for(
        session, actor, officer_id, "officer.manage", expected_version=expected_version
    )
    officer.skills = await _known_skills(session, skills, division=officer.division, now=now)
    await change(session, actor, "officer.set_skills", officer, now=now)
    return officer


async def take_post(
    session: AsyncSession,
    actor: Actor,
    officer_id: UUID,
    *,
    title: str,
    held_from: date,
    held_to: date | None,
    expected_version: int,
    now: datetime,
) -> Officer:
    """Record a post the officer holds, held or will hold; PostTaken if at that time already."""
    officer = await lock_for(
        session, actor, officer_id, "officer.manage", expected_version=expected_version
    )
    if held_to is not None and held_to < held_from:
        raise EmptyPeriod(reason="post", pointer="/held_to")
    [file] = await queries.files(session, [officer])
    if any(_at_once(each, title, held_from, held_to) for each in file.posts):
        raise PostTaken
    session.add(
        OfficerPost(
            id=uuid7(),
            officer_id=officer.id,
            title=title,
            held_from=held_from,
            held_to=held_to,
            visible_to=officer.visible_to,
        )
    )
    await change(session, actor, "officer.take_post", officer, now=now)
    return officer


async def leave_post(
    session: AsyncSession,
    actor: Actor,
    officer_id: UUID,
    post_id: UUID,
    *,
    last_day: date,
    expected_version: int,
    now: datetime,
) -> Officer:
    """The officer holds the post up to this day, the day included."""
    officer = await lock_for(
        session, actor, officer_id, "officer.manage", expected_version=expected_version
    )
    [file] = await queries.files(session, [officer])
    post = next((each for each in file.posts if each.id == post_id), None)
    if post is None:
        raise NotFound(what="post")
    if post.held_to is not None and post.held_to <= last_day:
        raise PostEnded
    if last_day < post.held_from:
        raise EmptyPeriod(reason="post", pointer="/last_day")
    post.held_to = last_day
    await change(session, actor, "officer.leave_post", officer, now=now)
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
    """The officer has left: nobody sends him or her from now on; assigned things are the pool's."""
    officer = await lock_for(
        session, actor, officer_id, "officer.manage", expected_version=expected_version
    )
    if officer.left_at is not None:
        raise AlreadyInactive
    officer.left_at = now
    for each in await queries.equipment.held_by(session, officer.id):
        each.holder_id = None
        each.changed_at = now
    await change(session, actor, "officer.deactivate", officer, now=now, reason=reason)
    return officer


def is_self(actor: Actor, officer: Officer) -> bool:
    return officer.account_id is not None and officer.account_id == actor.id


def actions(actor: Actor, officer: Officer) -> list[str]:
    """What this caller may do with the officer's file now."""
    if not may(actor, "officer.manage", division=officer.division):
        return ["declare_interest"] if is_self(actor, officer) else []
    kept = [
        "renew_certificate",
        "set_skills",
        "take_post",
        "leave_post",
        "record_absence",
        "withdraw_absence",
        "name_substitute",
        "end_substitute",
        "declare_interest",
        "end_interest",
    ]
    return kept if officer.left_at else [*kept, "deactivate"]


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


async def _known_skills(
    session: AsyncSession, skills: Iterable[str], *, division: str, now: datetime
) -> list[str]:
    named = set(skills)
    if not named:
        return []
    known = await skills_in_force(session, division=division, on_day=legal_day(now))
    if unknown := named - known.keys():
        listed = ", ".join(sorted(unknown))
        raise UnknownSkill(reason=listed, codes=listed, pointer="/skills")
    return sorted(named)


def _at_once(post: OfficerPost, title: str, held_from: date, held_to: date | None) -> bool:
    begins_before_end = held_to is None or post.held_from <= held_to
    ends_after_start = post.held_to is None or post.held_to >= held_from
    return post.title == title and begins_before_end and ends_after_start
