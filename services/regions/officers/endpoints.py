"""Officers over HTTP."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response, status

from services.regions.officers import queries
from services.regions.officers.domain import Period
from services.regions.officers.models import Officer
from services.regions.officers.schemas import (
    AbsenceIn,
    BookedOut,
    BookingIn,
    CertificateIn,
    DeactivateIn,
    EligibleIn,
    InterestIn,
    OfficerIn,
    OfficerLineOut,
    OfficerOut,
    eligibility,
    eligible,
)
from services.regions.officers.use_cases import personnel, sending
from shared.auth.policy import may
from shared.clocks.days import legal_day
from shared.contracts.regions import Eligibility
from shared.http.access import ActorDep, policy
from shared.http.body import Division, ShortText
from shared.http.now import Now
from shared.http.pages import Page, PageDep
from shared.http.preconditions import ExpectedVersion, etag
from shared.http.routing import COMPUTES, Route, SessionDep

router = APIRouter(prefix="/officers", tags=["officers"], route_class=Route)


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, when, and where the answer goes."""

    actor: ActorDep
    session: SessionDep
    now: Now
    response: Response

    async def answer(self, officer: Officer) -> OfficerOut:
        """The officer's file as this caller may see it."""
        [file] = await queries.files(self.session, [officer])
        reads = may(self.actor, "officer.read_interests", division=officer.division)
        self.response.headers["ETag"] = etag(officer.version)
        return OfficerOut.full(
            file,
            actions=personnel.actions(self.actor, officer),
            shows_interests=reads or personnel.is_self(self.actor, officer),
            now=self.now,
        )


AskedDep = Annotated[Asked, Depends()]


@router.get("", dependencies=[policy("officer.read")])
async def list_officers(
    session: SessionDep,
    page: PageDep,
    now: Now,
    division: Division | None = None,
    bureau_id: UUID | None = None,
    name: ShortText | None = None,
    active: Annotated[bool | None, Query()] = None,
) -> Page[OfficerLineOut]:
    """Officers the caller may know of, with the certificate of the day."""
    [after] = page.after or (None,)
    rows = await queries.officers(
        session,
        division=division,
        bureau_id=bureau_id,
        name=name,
        active=active,
        after=UUID(after) if after else None,
        limit=page.limit,
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
        now=asked.now,
    )
    asked.response.headers["Location"] = f"/api/v1/officers/{officer.id}"
    return await asked.answer(officer)


@router.get("/{officer_id}", dependencies=[policy("officer.read")])
async def read_officer(officer_id: UUID, asked: AskedDep) -> OfficerOut:
    """An officer's file; declared interests only for those who decide on recusal."""
    return await asked.answer(await queries.officer(asked.session, officer_id))


@router.post("/eligible", dependencies=[policy("officer.ask")], openapi_extra=COMPUTES)
async def eligible_officers(body: EligibleIn, asked: AskedDep) -> Eligibility:
    """Who of these divisions can go, and why the others cannot. Nothing is stored."""
    judged = await sending.judge(
        asked.session,
        asked.actor,
        codes=body.divisions,
        need=body.need(),
        besides=body.task_id,
        now=asked.now,
    )
    return eligibility(judged, day=legal_day(body.starts_at))


@router.post("/bookings", dependencies=[policy("officer.book")])
async def book_officers(body: BookingIn, asked: AskedDep) -> BookedOut:
    """Hold exactly these officers for a task; who it held besides is free again."""
    files = await sending.book(
        asked.session,
        asked.actor,
        task_id=body.task_id,
        officer_ids=body.officer_ids,
        need=body.need(),
        now=asked.now,
    )
    day = legal_day(body.starts_at)
    return BookedOut(task_id=body.task_id, officers=[eligible(each, day=day) for each in files])


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


@router.post("/{officer_id}/absences", dependencies=[policy("officer.manage")])
async def record_absence(
    officer_id: UUID, body: AbsenceIn, asked: AskedDep, expected_version: ExpectedVersion
) -> OfficerOut:
    """Record a time in which the officer cannot be sent."""
    officer = await personnel.record_absence(
        asked.session,
        asked.actor,
        officer_id,
        period=Period(body.starts_at, body.ends_at),
        reason=body.reason,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(officer)


@router.post("/{officer_id}/interests", dependencies=[policy("officer.declare_interest")])
async def declare_interest(
    officer_id: UUID, body: InterestIn, asked: AskedDep, expected_version: ExpectedVersion
) -> OfficerOut:
    """Declare an interest in an object: the officer recuses from it."""
    officer = await personnel.declare_interest(
        asked.session,
        asked.actor,
        officer_id,
        object_name=body.object_name,
        object_code=body.object_code,
        relation=body.relation,
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
