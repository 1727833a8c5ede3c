"""Problems over HTTP, one route for each step."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends

from services.tasks.dispatch.use_cases.crews import crews
from services.tasks.problems.domain.five_steps import PunishmentState
from services.tasks.problems.domain.life import ListLevel, ProblemState, Severity
from services.tasks.problems.endpoints.asked import AskedDep
from services.tasks.problems.models.problems import ProblemStep
from services.tasks.problems.queries import problems as queries
from services.tasks.problems.queries.problems import ProblemFilter
from services.tasks.problems.schemas.problems import (
    ApprovalIn,
    AssignmentIn,
    MeasuresIn,
    ProblemIn,
    ProblemLine,
    ProblemOut,
    ProblemStepOut,
    PublicationIn,
    RejectionIn,
    SubmissionIn,
    VerificationIn,
)
from services.tasks.problems.use_cases import closing, rectification
from shared.http.access import policy
from shared.http.body import Division
from shared.http.pages import Page, PageDep
from shared.http.preconditions import ExpectedVersion
from shared.http.routing import Route, SessionDep

router = APIRouter(prefix="/problems", tags=["problems"], route_class=Route)


async def _wanted(
    state: ProblemState | None = None,
    severity: Severity | None = None,
    division: Division | None = None,
    task_id: UUID | None = None,
    list_level: ListLevel | None = None,
    punishment: PunishmentState | None = None,
    raised_to: Division | None = None,
) -> ProblemFilter:
    return ProblemFilter(state, severity, division, task_id, list_level, punishment, raised_to)


@router.post("", status_code=201, dependencies=[policy("problem.find")])
async def find_problem(body: ProblemIn, asked: AskedDep) -> ProblemOut:
    """File what an inspection under way has found; its time to be put right starts."""
    problem = await rectification.find(
        asked.session, asked.actor, body.inspection_id, body.finding(), now=asked.now
    )
    asked.response.headers["Location"] = f"/api/v1/problems/{problem.id}"
    return await asked.answer(problem)


@router.get("", dependencies=[policy("problem.read")])
async def list_problems(
    asked: AskedDep, page: PageDep, wanted: Annotated[ProblemFilter, Depends(_wanted)]
) -> Page[ProblemLine]:
    """Problems by the instant they are due."""
    found = await queries.worklist(
        asked.session, wanted, after=_after(page.after), limit=page.limit + 1
    )
    cut = page.cut(found, key=lambda problem: (problem.due_at.isoformat(), str(problem.id)))
    teams = await crews(asked.session, [problem.task_id for problem in cut])
    items = [
        ProblemLine.of(problem, teams.get(problem.task_id), asked.actor, asked.now)
        for problem in cut
    ]
    return Page(items=items, next=page.next)


@router.get("/{problem_id}", dependencies=[policy("problem.read")])
async def read_problem(problem_id: UUID, asked: AskedDep) -> ProblemOut:
    """One problem with its deadlines explained."""
    return await asked.answer(await queries.problem(asked.session, problem_id))


@router.get(
    "/{problem_id}/steps",
    dependencies=[policy("problem.read")],
    response_model=list[ProblemStepOut],
)
async def read_problem_steps(problem_id: UUID, session: SessionDep) -> Sequence[ProblemStep]:
    """What happened to the problem, oldest first."""
    problem = await queries.problem(session, problem_id)
    return await queries.steps(session, problem.id)


@router.post("/{problem_id}/assign", dependencies=[policy("problem.assign")])
async def assign_problem(
    problem_id: UUID,
    body: AssignmentIn,
    asked: AskedDep,
    expected_version: ExpectedVersion,
) -> ProblemOut:
    """Name the unit and the person that answer for the rectification."""
    problem = await rectification.assign(
        asked.session,
        asked.actor,
        problem_id,
        responsibility=body.responsibility(),
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(problem)


@router.post("/{problem_id}/rectify", dependencies=[policy("problem.rectify")])
async def rectify_problem(
    problem_id: UUID,
    body: MeasuresIn,
    asked: AskedDep,
    expected_version: ExpectedVersion,
) -> ProblemOut:
    """File the measures, or what was added to them."""
    problem = await rectification.rectify(
        asked.session,
        asked.actor,
        problem_id,
        measures=body.measures,
        long_term=body.long_term,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(problem)


@router.post("/{problem_id}/submit", dependencies=[policy("problem.submit")])
async def submit_problem(
    problem_id: UUID,
    body: SubmissionIn,
    asked: AskedDep,
    expected_version: ExpectedVersion,
) -> ProblemOut:
    """Ask for closing, with proof taken after the finding; the clock stops."""
    problem = await rectification.submit(
        asked.session,
        asked.actor,
        problem_id,
        proof=body.proof,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(problem)


@router.post("/{problem_id}/verify", dependencies=[policy("problem.verify")])
async def verify_problem(
    problem_id: UUID,
    body: VerificationIn,
    asked: AskedDep,
    expected_version: ExpectedVersion,
) -> ProblemOut:
    """Enter the on-site check by two officers, none of whom put the problem right."""
    problem = await closing.verify(
        asked.session,
        asked.actor,
        problem_id,
        officer_ids=body.officer_ids,
        result=body.result,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(problem)


@router.post("/{problem_id}/approve", dependencies=[policy("problem.approve")])
async def approve_problem(
    problem_id: UUID,
    body: ApprovalIn,
    asked: AskedDep,
    expected_version: ExpectedVersion,
) -> ProblemOut:
    """Sign for the accepting unit, at the level of its highest list, each standard answered."""
    problem = await closing.approve(
        asked.session,
        asked.actor,
        problem_id,
        standards=body.assessed(),
        opinion=body.opinion,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(problem)


@router.post("/{problem_id}/publish", dependencies=[policy("problem.publish")])
async def publish_problem(
    problem_id: UUID,
    body: PublicationIn,
    asked: AskedDep,
    expected_version: ExpectedVersion,
) -> ProblemOut:
    """Note the publication that the list of the problem demands."""
    problem = await closing.publish(
        asked.session,
        asked.actor,
        problem_id,
        publication_ref=body.publication_ref,
        external_list_ref=body.external_list_ref,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(problem)


@router.post("/{problem_id}/close", dependencies=[policy("problem.close")])
async def close_problem(
    problem_id: UUID,
    asked: AskedDep,
    expected_version: ExpectedVersion,
) -> ProblemOut:
    """Strike the problem off."""
    problem = await closing.close(
        asked.session,
        asked.actor,
        problem_id,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(problem)


@router.post("/{problem_id}/reject", dependencies=[policy("problem.reject")])
async def reject_problem(
    problem_id: UUID,
    body: RejectionIn,
    asked: AskedDep,
    expected_version: ExpectedVersion,
) -> ProblemOut:
    """Send the problem back to rectification; its clock runs on from the finding."""
    problem = await closing.reject(
        asked.session,
        asked.actor,
        problem_id,
        reason=body.reason,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(problem)


def _after(values: tuple[Any, ...] | None) -> tuple[datetime, UUID] | None:
    return None if values is None else (datetime.fromisoformat(values[0]), UUID(values[1]))
