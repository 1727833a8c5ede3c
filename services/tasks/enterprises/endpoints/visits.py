"""The visit ledger over HTTP."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response, status

from services.tasks.enterprises.domain.visits import VisitState
from services.tasks.enterprises.models.visits import EnterpriseVisit, EnterpriseVisitStep
from services.tasks.enterprises.queries import visits as queries
from services.tasks.enterprises.queries.visits import Wanted
from services.tasks.enterprises.schemas.visits import (
    CallOffIn,
    LedgerStateOut,
    ObjectCode,
    OutcomeIn,
    SiteNumber,
    VisitOut,
    VisitPlanIn,
    VisitReportIn,
    VisitStepOut,
    YearOut,
)
from services.tasks.enterprises.use_cases import visits
from services.tasks.enterprises.use_cases.visit_record import rules_for
from services.tasks.enterprises.use_cases.visits import Named
from shared.clocks.days import legal_day
from shared.http.access import ActorDep, policy
from shared.http.body import FIRST_YEAR, LAST_YEAR, Division
from shared.http.now import Now
from shared.http.pages import Page, PageDep
from shared.http.preconditions import ExpectedVersion, etag
from shared.http.routing import Route, SessionDep

# Paths of a collection's own acts stand beside it: one is a list, the others are not.
router = APIRouter(tags=["enterprise visits"], route_class=Route)
VISITS = "/enterprise-visits"
Year = Annotated[int, Query(ge=FIRST_YEAR, le=LAST_YEAR)]


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks for a visit, when, and where the answer goes."""

    actor: ActorDep
    session: SessionDep
    now: Now
    response: Response

    def answer(self, visit: EnterpriseVisit) -> VisitOut:
        self.response.headers["ETag"] = etag(visit.version)
        return VisitOut.of(visit, self.actor)

    def created(self, visit: EnterpriseVisit) -> VisitOut:
        self.response.headers["Location"] = f"/api/v1{VISITS}/{visit.id}"
        return self.answer(visit)


AskedDep = Annotated[Asked, Depends()]


@router.get(VISITS, dependencies=[policy("visit.read")])
async def list_visits(
    asked: AskedDep,
    page: PageDep,
    enterprise_id: UUID | None = None,
    agency_division: Division | None = None,
    state: VisitState | None = None,
    year: Year | None = None,
) -> Page[VisitOut]:
    """Planned and made visits, the latest day first."""
    after = (date.fromisoformat(page.after[0]), UUID(page.after[1])) if page.after else None
    wanted = Wanted(enterprise_id, agency_division, state, year)
    found = await queries.visits(asked.session, wanted, after=after, limit=page.limit + 1)
    rows = page.cut(found, key=lambda row: (row.day.isoformat(), str(row.id)))
    return Page(items=[VisitOut.of(row, asked.actor) for row in rows], next=page.next)


@router.post(VISITS, status_code=status.HTTP_201_CREATED, dependencies=[policy("visit.plan")])
async def plan_visit(body: VisitPlanIn, asked: AskedDep) -> VisitOut:
    """Plan a visit; a routine one on site takes a place under the yearly cap at once."""
    visit = await visits.plan(
        asked.session, asked.actor, body.named(), body.wanted(), now=asked.now
    )
    return asked.created(visit)


@router.post(
    f"{VISITS}:report", status_code=status.HTTP_201_CREATED, dependencies=[policy("visit.report")]
)
async def report_visit(body: VisitReportIn, asked: AskedDep) -> VisitOut:
    """Record a visit that any agency made; the same 行政行为码 is recorded once."""
    visit = await visits.report(
        asked.session, asked.actor, body.named(), body.wanted(), body.outcome(), now=asked.now
    )
    return asked.created(visit)


@router.get(f"{VISITS}:ledger", dependencies=[policy("visit.plan")])
async def read_ledger(
    asked: AskedDep, code: ObjectCode, site_number: SiteNumber = 1, year: Year | None = None
) -> LedgerStateOut:
    """How many routine visits an object has left, for any agency that may plan one.

    Days, agencies and counts, whoever sees the object itself; never why an agency came.
    """
    named = Named(code=code, site_number=site_number)
    state = await visits.ledger_state(asked.session, asked.actor, named, year=year, now=asked.now)
    return LedgerStateOut.of(state)


@router.get(f"{VISITS}:statistics", dependencies=[policy("visit.read")])
async def list_years(
    asked: AskedDep, page: PageDep, year: Year, division: Division | None = None
) -> Page[YearOut]:
    """Visits of a year per object against its cap, in the order objects were registered."""
    last = UUID(page.after[0]) if page.after else None
    found = await queries.by_year(
        asked.session, year=year, division=division, after=last, limit=page.limit + 1
    )
    rows = page.cut(found, key=lambda row: (str(row.enterprise_id),))
    day = min(legal_day(asked.now), date(year, 12, 31))
    items = [
        YearOut(
            enterprise_id=row.enterprise_id,
            name=row.name,
            division=row.division,
            year=year,
            cap=(await rules_for(asked.session, row.division, on_day=day)).cap,
            counted=row.counted,
            planned=row.planned,
            over_cap=row.over_cap,
            special=row.special,
            individual=row.individual,
            off_site=row.off_site,
        )
        for row in rows
    ]
    return Page(items=items, next=page.next)


@router.get(f"{VISITS}/{{enterprise_visit_id}}", dependencies=[policy("visit.read")])
async def read_visit(enterprise_visit_id: UUID, asked: AskedDep) -> VisitOut:
    """One entry of the ledger."""
    return asked.answer(await queries.visit(asked.session, enterprise_visit_id))


@router.get(
    f"{VISITS}/{{enterprise_visit_id}}/steps",
    dependencies=[policy("visit.read")],
    response_model=list[VisitStepOut],
)
async def read_visit_steps(
    enterprise_visit_id: UUID, session: SessionDep
) -> Sequence[EnterpriseVisitStep]:
    """What became of the entry, oldest first."""
    visit = await queries.visit(session, enterprise_visit_id)
    return await queries.steps(session, visit.id)


@router.post(f"{VISITS}/{{enterprise_visit_id}}/approve", dependencies=[policy("visit.approve")])
async def approve_visit(
    enterprise_visit_id: UUID, asked: AskedDep, expected_version: ExpectedVersion
) -> VisitOut:
    """Let a visit for a complaint, a clue or an accident go ahead although the cap is reached."""
    visit = await visits.approve(
        asked.session,
        asked.actor,
        enterprise_visit_id,
        expected_version=expected_version,
        now=asked.now,
    )
    return asked.answer(visit)


@router.post(f"{VISITS}/{{enterprise_visit_id}}/make", dependencies=[policy("visit.plan")])
async def make_visit(
    enterprise_visit_id: UUID, body: OutcomeIn, asked: AskedDep, expected_version: ExpectedVersion
) -> VisitOut:
    """Say that the visit was made, and what it came to."""
    visit = await visits.make(
        asked.session,
        asked.actor,
        enterprise_visit_id,
        body.outcome(),
        expected_version=expected_version,
        now=asked.now,
    )
    return asked.answer(visit)


@router.post(f"{VISITS}/{{enterprise_visit_id}}/call-off", dependencies=[policy("visit.plan")])
async def call_off_visit(
    enterprise_visit_id: UUID, body: CallOffIn, asked: AskedDep, expected_version: ExpectedVersion
) -> VisitOut:
    """The visit is not made; its place is free for others."""
    visit = await visits.call_off(
        asked.session,
        asked.actor,
        enterprise_visit_id,
        reason=body.reason,
        expected_version=expected_version,
        now=asked.now,
    )
    return asked.answer(visit)
