"""Leads over HTTP, one route for each step."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from services.tasks.leads.domain.grading import Priority
from services.tasks.leads.domain.life import LeadAction, LeadState
from services.tasks.leads.domain.sources import Source
from services.tasks.leads.models.leads import Lead
from services.tasks.leads.queries import leads as queries
from services.tasks.leads.queries.leads import LeadFilter, SourceFigures
from services.tasks.leads.schemas.leads import (
    AcceptIn,
    AssignIn,
    BatchIn,
    BatchOut,
    EnteredOut,
    GradeIn,
    LeadDeadlineOut,
    LeadIn,
    LeadLine,
    LeadOut,
    LeadStepOut,
    MergeIn,
    ProposalOut,
    ReasonIn,
    SourceFiguresOut,
    VerifyIn,
)
from services.tasks.leads.use_cases import entering, grading, merging, steps, verifying
from services.tasks.leads.use_cases.entering import Entered
from shared import divisions, reference
from shared.clock_rows.rows import clocks_of
from shared.http.access import ActorDep, policy
from shared.http.body import FIRST_YEAR, LAST_YEAR, Division
from shared.http.now import Now
from shared.http.pages import Page, PageDep
from shared.http.preconditions import ExpectedVersion, etag
from shared.http.problems import language_of
from shared.http.routing import Route, SessionDep

router = APIRouter(tags=["leads"], route_class=Route)


Day = Annotated[date, Query(ge=date(FIRST_YEAR, 1, 1), le=date(LAST_YEAR, 12, 31))]


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, when, and where the answer goes."""

    actor: ActorDep
    session: SessionDep
    now: Now
    request: Request
    response: Response

    async def answer(self, lead: Lead) -> LeadOut:
        """The lead as this caller may know it, with its version as ETag."""
        self.response.headers["ETag"] = etag(lead.version)
        language = language_of(self.request.headers)
        calendar = await reference.calendar(self.session)
        clocks = await clocks_of(self.session, [lead.id])
        [line] = await self.lines([lead])
        return LeadOut(
            **line.model_dump(),
            deadlines=[LeadDeadlineOut.of(clock, calendar, language) for clock in clocks],
        )

    async def lines(self, leads: Sequence[Lead]) -> list[LeadLine]:
        named = [each.task_id for each in leads if each.task_id is not None]
        sealed = await queries.sealed_tasks(self.session, named) if named else ()
        return [LeadLine.of(each, self.actor, sealed=sealed) for each in leads]


AskedDep = Annotated[Asked, Depends()]


async def _wanted(
    actor: ActorDep,
    state: LeadState | None = None,
    division: Division | None = None,
    priority: Priority | None = None,
    source: Source | None = None,
    enterprise_id: UUID | None = None,
    mine: bool = False,  # noqa: FBT001, FBT002 -- FastAPI calls by keyword
) -> LeadFilter:
    return LeadFilter(state, division, priority, source, enterprise_id, actor.id if mine else None)


@router.post("/leads", status_code=201, dependencies=[policy("lead.enter")])
async def enter_lead(body: LeadIn, asked: AskedDep) -> LeadOut:
    """Enter a lead; what a reporter's reference stands for already is answered with 200."""
    lead, entered = await entering.enter(asked.session, asked.actor, body.report(), now=asked.now)
    if entered is Entered.KNOWN:
        asked.response.status_code = 200
    asked.response.headers["Location"] = f"/api/v1/leads/{lead.id}"
    return await asked.answer(lead)


@router.post("/leads:batch", dependencies=[policy("lead.enter")])
async def enter_leads(body: BatchIn, asked: AskedDep) -> BatchOut:
    """Enter a list, each lead by itself, with a result for each."""
    results = await entering.enter_all(
        asked.session, asked.actor, [each.report() for each in body.leads], now=asked.now
    )
    language = language_of(asked.request.headers)
    return BatchOut(
        results=[EnteredOut.of(index, each, language) for index, each in enumerate(results)]
    )


@router.get("/leads", dependencies=[policy("lead.read")])
async def list_leads(
    asked: AskedDep, page: PageDep, wanted: Annotated[LeadFilter, Depends(_wanted)]
) -> Page[LeadLine]:
    """Matters by the instant by which they must be checked; `mine` were pushed to the caller."""
    found = await queries.worklist(
        asked.session, wanted, after=_after(page.after), limit=page.limit + 1
    )
    cut = page.cut(found, key=lambda lead: (lead.work_due_at.isoformat(), str(lead.id)))
    return Page(items=await asked.lines(cut), next=page.next)


@router.get(
    "/leads:statistics",
    dependencies=[policy("lead.read")],
    response_model=list[SourceFiguresOut],
)
async def lead_figures(
    session: SessionDep, now: Now, division: Division, first_day: Day, last_day: Day
) -> list[SourceFigures]:
    """Per source what a division and those below it received, checked and confirmed."""
    return await queries.figures(
        session,
        first_day=first_day,
        last_day=last_day,
        scope=divisions.scope(division),
        now=now,
    )


@router.get("/leads/{lead_id}", dependencies=[policy("lead.read")])
async def read_lead(lead_id: UUID, asked: AskedDep) -> LeadOut:
    """One lead with its deadlines explained."""
    return await asked.answer(await queries.lead(asked.session, lead_id))


@router.get("/leads/{lead_id}/steps", dependencies=[policy("lead.read")])
async def read_lead_steps(lead_id: UUID, asked: AskedDep) -> list[LeadStepOut]:
    """What happened to the lead and who had it, oldest first."""
    lead = await queries.lead(asked.session, lead_id)
    found = await queries.steps(asked.session, lead.id)
    return [LeadStepOut.of(each, lead, asked.actor) for each in found]


@router.get("/leads/{lead_id}/reports", dependencies=[policy("lead.read")])
async def read_lead_reports(lead_id: UUID, asked: AskedDep) -> list[LeadLine]:
    """The leads this matter took in, each as it came."""
    lead = await queries.lead(asked.session, lead_id)
    return await asked.lines(await queries.merged_into(asked.session, lead.id))


@router.get("/leads/{lead_id}/duplicates", dependencies=[policy("lead.read")])
async def propose_duplicates(lead_id: UUID, asked: AskedDep) -> list[ProposalOut]:
    """Open leads that may be about the same object, each with why."""
    lead = await queries.lead(asked.session, lead_id)
    found = await merging.proposals(asked.session, lead)
    lines = await asked.lines([each for each, _ in found])
    return [ProposalOut(why=why, lead=line) for line, (_, why) in zip(lines, found, strict=True)]


@router.post("/leads/{lead_id}/grade", dependencies=[policy("lead.grade")])
async def grade_lead(
    lead_id: UUID, body: GradeIn, asked: AskedDep, expected_version: ExpectedVersion
) -> LeadOut:
    """Grade by the points, or by hand with a reason; the time to check follows."""
    lead = await grading.grade(
        asked.session,
        asked.actor,
        lead_id,
        priority=body.priority,
        reason=body.reason,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(lead)


@router.post("/leads/{lead_id}/merge", dependencies=[policy("lead.merge")])
async def merge_leads(
    lead_id: UUID, body: MergeIn, asked: AskedDep, expected_version: ExpectedVersion
) -> LeadOut:
    """Make one matter of the leads; the answer is the lead that carries it on."""
    lead = await merging.merge(
        asked.session,
        asked.actor,
        lead_id,
        others=body.lead_ids,
        reason=body.reason,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(lead)


@router.post("/leads/{lead_id}/unmerge", dependencies=[policy("lead.merge")])
async def unmerge_lead(
    lead_id: UUID, body: ReasonIn, asked: AskedDep, expected_version: ExpectedVersion
) -> LeadOut:
    """Part the lead from its matter again."""
    lead = await merging.unmerge(
        asked.session,
        asked.actor,
        lead_id,
        reason=body.reason,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(lead)


@router.post("/leads/{lead_id}/assign", dependencies=[policy("lead.assign")])
async def assign_lead(
    lead_id: UUID, body: AssignIn, asked: AskedDep, expected_version: ExpectedVersion
) -> LeadOut:
    """Offer the lead to a division, one's own, below or beside, and push it to officers."""
    lead = await steps.assign(
        asked.session,
        asked.actor,
        lead_id,
        division=body.division,
        officers=body.officers,
        note=body.note,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(lead)


@router.post("/leads/{lead_id}/accept", dependencies=[policy("lead.answer")])
async def accept_lead(
    lead_id: UUID, body: AcceptIn, asked: AskedDep, expected_version: ExpectedVersion
) -> LeadOut:
    """The division it was offered to takes it."""
    lead = await steps.answer(
        asked.session,
        asked.actor,
        lead_id,
        LeadAction.ACCEPT,
        officers=body.officers,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(lead)


@router.post("/leads/{lead_id}/refuse", dependencies=[policy("lead.answer")])
async def refuse_lead(
    lead_id: UUID, body: ReasonIn, asked: AskedDep, expected_version: ExpectedVersion
) -> LeadOut:
    """The division it was offered to gives it back with a reason."""
    lead = await steps.answer(
        asked.session,
        asked.actor,
        lead_id,
        LeadAction.REFUSE,
        reason=body.reason,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(lead)


@router.post("/leads/{lead_id}/verify", dependencies=[policy("lead.verify")])
async def verify_lead(
    lead_id: UUID, body: VerifyIn, asked: AskedDep, expected_version: ExpectedVersion
) -> LeadOut:
    """Enter what the check came to."""
    lead = await verifying.verify(
        asked.session,
        asked.actor,
        lead_id,
        result=body.result,
        note=body.note,
        forwarded_to=body.forwarded_to,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(lead)


@router.post("/leads/{lead_id}/close", dependencies=[policy("lead.close")])
async def close_lead(lead_id: UUID, asked: AskedDep, expected_version: ExpectedVersion) -> LeadOut:
    """End the matter, which has a result."""
    lead = await verifying.close(
        asked.session, asked.actor, lead_id, expected_version=expected_version, now=asked.now
    )
    return await asked.answer(lead)


def _after(values: tuple[Any, ...] | None) -> tuple[datetime, UUID] | None:
    return None if values is None else (datetime.fromisoformat(values[0]), UUID(values[1]))
