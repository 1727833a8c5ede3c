"""五步三清单 over HTTP."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from services.tasks.enterprises.queries.registry import enterprise
from services.tasks.inspections.queries import inspection as an_inspection
from services.tasks.problems.domain.five_steps import DemandAction, DemandState
from services.tasks.problems.endpoints.asked import AskedDep
from services.tasks.problems.models.five_steps import ServiceDemand
from services.tasks.problems.queries import five_steps as queries
from services.tasks.problems.schemas.five_steps import (
    AnnouncementIn,
    AnnouncementOut,
    CaseIn,
    DemandIn,
    DemandItem,
    FeedItem,
    FiveSteps,
    OfficeOut,
    OfficesIn,
    OutcomeIn,
    PunishIn,
    ServiceIn,
    TellingIn,
    ToldOut,
)
from services.tasks.problems.schemas.problems import ProblemOut
from services.tasks.problems.use_cases import five_steps
from shared.http.access import ActorDep, policy
from shared.http.body import Division
from shared.http.now import Now
from shared.http.pages import Page, PageDep
from shared.http.preconditions import ExpectedVersion, etag
from shared.http.routing import Route, SessionDep

router = APIRouter(tags=["five steps"], route_class=Route)


@dataclass(frozen=True, slots=True)
class DemandAsked:
    """Who asks of a demand, when, and where the answer goes."""

    actor: ActorDep
    session: SessionDep
    now: Now
    response: Response

    def answer(self, row: ServiceDemand) -> DemandItem:
        """The demand as this caller sees it, with its version as ETag."""
        self.response.headers["ETag"] = etag(row.version)
        return DemandItem.of(row, self.actor)


DemandAskedDep = Annotated[DemandAsked, Depends()]


@router.post("/problems:tell", status_code=201, dependencies=[policy("problem.tell")])
async def tell_problems(body: TellingIn, asked: AskedDep) -> ToldOut:
    """一查: the list of problems was told to the legal representative."""
    told = await five_steps.tell(
        asked.session, asked.actor, body.inspection_id, body.telling(), now=asked.now
    )
    return ToldOut.model_validate(told)


@router.post("/service-demands", status_code=201, dependencies=[policy("service_demand.state")])
async def state_demand(body: DemandIn, asked: DemandAskedDep) -> DemandItem:
    """二服: what help the enterprise asks for, or that it asked for none."""
    row = await five_steps.state_demand(
        asked.session,
        asked.actor,
        body.inspection_id,
        kind=body.kind,
        demand=body.demand,
        stated_by=body.stated_by,
        now=asked.now,
    )
    asked.response.headers["Location"] = f"/api/v1/service-demands/{row.id}"
    return asked.answer(row)


@router.get("/service-demands", dependencies=[policy("problem.read")])
async def list_demands(
    asked: DemandAskedDep,
    page: PageDep,
    division: Division | None = None,
    state: DemandState | None = None,
    inspection_id: UUID | None = None,
) -> Page[DemandItem]:
    """Demands in the order they were stated."""
    after = UUID(page.after[0]) if page.after else None
    found = await queries.demands(
        asked.session,
        division=division,
        state=state,
        inspection_id=inspection_id,
        after=after,
        limit=page.limit + 1,
    )
    rows = page.cut(found, key=lambda row: (str(row.id),))
    return Page(items=[DemandItem.of(row, asked.actor) for row in rows], next=page.next)


@router.get("/service-demands/{service_demand_id}", dependencies=[policy("problem.read")])
async def read_demand(service_demand_id: UUID, asked: DemandAskedDep) -> DemandItem:
    """One demand and what came of it."""
    return asked.answer(await queries.demand(asked.session, service_demand_id))


@router.post(
    "/service-demands/{service_demand_id}/serve", dependencies=[policy("service_demand.serve")]
)
async def serve_demand(
    service_demand_id: UUID,
    body: ServiceIn,
    asked: DemandAskedDep,
    expected_version: ExpectedVersion,
) -> DemandItem:
    """Name the tailored service and who gives it."""
    row = await five_steps.move_demand(
        asked.session,
        asked.actor,
        service_demand_id,
        DemandAction.SERVE,
        outcome=body.service,
        provider=body.provider,
        expected_version=expected_version,
        now=asked.now,
    )
    return asked.answer(row)


@router.post(
    "/service-demands/{service_demand_id}/finish", dependencies=[policy("service_demand.serve")]
)
async def finish_demand(
    service_demand_id: UUID,
    body: OutcomeIn,
    asked: DemandAskedDep,
    expected_version: ExpectedVersion,
) -> DemandItem:
    """The service was given."""
    row = await five_steps.move_demand(
        asked.session,
        asked.actor,
        service_demand_id,
        DemandAction.FINISH,
        outcome=body.outcome,
        expected_version=expected_version,
        now=asked.now,
    )
    return asked.answer(row)


@router.post(
    "/service-demands/{service_demand_id}/decline", dependencies=[policy("service_demand.serve")]
)
async def decline_demand(
    service_demand_id: UUID,
    body: OutcomeIn,
    asked: DemandAskedDep,
    expected_version: ExpectedVersion,
) -> DemandItem:
    """The demand cannot be met, and why."""
    row = await five_steps.move_demand(
        asked.session,
        asked.actor,
        service_demand_id,
        DemandAction.DECLINE,
        outcome=body.outcome,
        expected_version=expected_version,
        now=asked.now,
    )
    return asked.answer(row)


@router.post(
    "/problems:name-offices", status_code=201, dependencies=[policy("problem.name_offices")]
)
async def name_offices(body: OfficesIn, asked: AskedDep) -> list[OfficeOut]:
    """三督: an office and a person for each kind of problem; the latest of a kind holds."""
    rows = await five_steps.name_offices(
        asked.session, asked.actor, body.inspection_id, body.named(), now=asked.now
    )
    return [OfficeOut.model_validate(row) for row in rows]


@router.post("/problems/{problem_id}/punish", dependencies=[policy("problem.punish")])
async def punish_problem(
    problem_id: UUID, body: PunishIn, asked: AskedDep, expected_version: ExpectedVersion
) -> ProblemOut:
    """四罚: offer the problem for a case, after steps one to three and the time given."""
    problem = await five_steps.punish(
        asked.session,
        asked.actor,
        problem_id,
        ground=body.ground,
        facts=body.facts,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(problem)


@router.post("/problems/{problem_id}/take-case", dependencies=[policy("problem.punish")])
async def take_case(
    problem_id: UUID, body: CaseIn, asked: AskedDep, expected_version: ExpectedVersion
) -> ProblemOut:
    """The number of the case that was filed for it."""
    problem = await five_steps.take_case(
        asked.session,
        asked.actor,
        problem_id,
        case_ref=body.case_ref,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(problem)


@router.post("/problems:publicise", status_code=201, dependencies=[policy("problem.publicise")])
async def publicise_problem(body: AnnouncementIn, asked: AskedDep) -> AnnouncementOut:
    """五公开: a penalty published, a bad case exposed, an entry for the credit platform."""
    row = await five_steps.publicise(
        asked.session, asked.actor, body.problem_id, body.announcement(), now=asked.now
    )
    return AnnouncementOut.model_validate(row)


@router.get("/problems:credit-feed", dependencies=[policy("problem.read")])
async def read_credit_feed(session: SessionDep, page: PageDep) -> Page[FeedItem]:
    """What the credit platform is to hear, oldest first; the cursor is where to go on."""
    after = (datetime.fromisoformat(page.after[0]), UUID(page.after[1])) if page.after else None
    found = await queries.credit_feed(session, after=after, limit=page.limit + 1)
    rows = page.cut(found, key=lambda pair: (pair[0].recorded_at.isoformat(), str(pair[0].id)))
    return Page(items=[FeedItem.of_pair(*pair) for pair in rows], next=page.next)


@router.get("/inspections/{inspection_id}/five-steps", dependencies=[policy("problem.read")])
async def read_five_steps(inspection_id: UUID, session: SessionDep) -> FiveSteps:
    """The five steps of one inspection and its three lists."""
    inspection = await an_inspection(session, inspection_id)
    return FiveSteps.of(inspection, await queries.lists(session, inspection.id))


@router.get("/enterprises/{enterprise_id}/five-steps", dependencies=[policy("problem.read")])
async def read_five_steps_of_enterprise(
    enterprise_id: UUID, session: SessionDep, page: PageDep
) -> Page[FiveSteps]:
    """The five steps of every inspection of an object that found something, the latest first."""
    row = await enterprise(session, enterprise_id)
    after = UUID(page.after[0]) if page.after else None
    found = await queries.inspections_of(session, row.id, after=after, limit=page.limit + 1)
    cut = page.cut(found, key=lambda each: (str(each.id),))
    items = [FiveSteps.of(each, await queries.lists(session, each.id)) for each in cut]
    return Page(items=items, next=page.next)
