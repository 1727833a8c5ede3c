"""Officers' files over HTTP: who they are, what they hold and can do."""

from datetime import date
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query, status

from services.regions.officers import queries
from services.regions.officers.endpoints.asked import AskedDep
from services.regions.officers.queries import OfficerFilter
from services.regions.officers.schemas.people import (
    CertificateIn,
    DeactivateIn,
    LeavePostIn,
    OfficerIn,
    OfficerLineOut,
    OfficerOut,
    PostIn,
    SkillsIn,
    SkillsOut,
)
from services.regions.officers.use_cases import personnel
from shared import divisions
from shared.clocks.days import legal_day
from shared.http.access import policy
from shared.http.body import Code, Division, ShortText
from shared.http.now import Now
from shared.http.pages import Page, PageDep
from shared.http.preconditions import ExpectedVersion
from shared.http.routing import Route, SessionDep

EVERYWHERE: Final = divisions.division_of(divisions.NATION)
router = APIRouter(prefix="/officers", tags=["officers"], route_class=Route)


async def _wanted(
    division: Division | None = None,
    bureau_id: UUID | None = None,
    name: ShortText | None = None,
    active: Annotated[bool | None, Query()] = None,
    skill: Code | None = None,
    certificate_expires_before: Annotated[
        date | None, Query(description="whose last certificate ends before this day")
    ] = None,
) -> OfficerFilter:
    return OfficerFilter(division, bureau_id, name, active, skill, certificate_expires_before)


@router.get("", dependencies=[policy("officer.read")])
async def list_officers(
    session: SessionDep,
    page: PageDep,
    now: Now,
    wanted: Annotated[OfficerFilter, Depends(_wanted)],
) -> Page[OfficerLineOut]:
    """Officers the caller may know of, with the certificate of the day."""
    [after] = page.after or (None,)
    rows = await queries.officers(
        session, wanted, after=UUID(after) if after else None, limit=page.limit
    )
    files = await queries.files(session, page.cut(rows, lambda row: (str(row.id),)), since=now)
    return Page(items=[OfficerLineOut.of(each, now=now) for each in files], next=page.next)


@router.post("", status_code=status.HTTP_201_CREATED, dependencies=[policy("officer.manage")])
async def create_officer(body: OfficerIn, asked: AskedDep) -> OfficerOut:
    """Add an officer to a bureau."""
    officer = await personnel.create(
        asked.session,
        asked.actor,
        bureau_id=body.bureau_id,
        name=body.name,
        account_id=body.account_id,
        certificate=body.certificate.value() if body.certificate else None,
        skills=body.skills,
        now=asked.now,
    )
    asked.response.headers["Location"] = f"/api/v1/officers/{officer.id}"
    return await asked.answer(officer)


@router.get("/skills", dependencies=[policy("officer.read")])
async def read_skills(session: SessionDep, now: Now, division: Division | None = None) -> SkillsOut:
    """The skills an officer of the division can have; without one, those that hold everywhere."""
    skills = await personnel.skills_in_force(
        session, division=division or EVERYWHERE, on_day=legal_day(now)
    )
    return SkillsOut(skills=dict(skills))


@router.get("/{officer_id}", dependencies=[policy("officer.read")])
async def read_officer(officer_id: UUID, asked: AskedDep) -> OfficerOut:
    """An officer's file; declared interests only for those who decide on recusal."""
    return await asked.answer(await queries.officer(asked.session, officer_id))


@router.post("/{officer_id}/certificates", dependencies=[policy("officer.manage")])
async def renew_certificate(
    officer_id: UUID, body: CertificateIn, asked: AskedDep, expected_version: ExpectedVersion
) -> OfficerOut:
    """Record the first or the next certificate."""
    officer = await personnel.renew_certificate(
        asked.session,
        asked.actor,
        officer_id,
        certificate=body.value(),
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(officer)


@router.post("/{officer_id}/skills", dependencies=[policy("officer.manage")])
async def set_skills(
    officer_id: UUID, body: SkillsIn, asked: AskedDep, expected_version: ExpectedVersion
) -> OfficerOut:
    """Say which skills the officer has."""
    officer = await personnel.set_skills(
        asked.session,
        asked.actor,
        officer_id,
        skills=body.skills,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(officer)


@router.post("/{officer_id}/posts", dependencies=[policy("officer.manage")])
async def take_post(
    officer_id: UUID, body: PostIn, asked: AskedDep, expected_version: ExpectedVersion
) -> OfficerOut:
    """Record a post of the officer's."""
    officer = await personnel.take_post(
        asked.session,
        asked.actor,
        officer_id,
        title=body.title,
        held_from=body.held_from,
        held_to=body.held_to,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(officer)


@router.post("/{officer_id}/posts/{post_id}/end", dependencies=[policy("officer.manage")])
async def leave_post(
    officer_id: UUID,
    post_id: UUID,
    body: LeavePostIn,
    asked: AskedDep,
    expected_version: ExpectedVersion,
) -> OfficerOut:
    """The officer leaves a post; the day is the last one in it."""
    officer = await personnel.leave_post(
        asked.session,
        asked.actor,
        officer_id,
        post_id,
        last_day=body.last_day,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(officer)


@router.post("/{officer_id}/deactivate", dependencies=[policy("officer.manage")])
async def deactivate_officer(
    officer_id: UUID, body: DeactivateIn, asked: AskedDep, expected_version: ExpectedVersion
) -> OfficerOut:
    """The officer has left."""
    officer = await personnel.deactivate(
        asked.session,
        asked.actor,
        officer_id,
        reason=body.reason,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(officer)
