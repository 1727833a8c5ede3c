"""一事一档: everything that is kept of one problem, in one answer."""

from uuid import UUID

from fastapi import APIRouter

from services.tasks.evidence.queries import evidence_among
from services.tasks.evidence.schemas import EvidenceOut
from services.tasks.problems.endpoints.asked import AskedDep
from services.tasks.problems.queries import five_steps, look_backs, problems
from services.tasks.problems.schemas.files import LookedBack, ProblemFile
from services.tasks.problems.schemas.five_steps import (
    AnnouncementOut,
    DemandOut,
    OfficeOut,
    PunishmentOut,
    ToldOut,
)
from services.tasks.problems.schemas.problems import (
    AcceptanceOut,
    ExtensionOut,
    ProblemStepOut,
)
from shared.auth.policy import may
from shared.http.access import policy
from shared.http.routing import Route

router = APIRouter(prefix="/problems", tags=["problems"], route_class=Route)


@router.get("/{problem_id}/file", dependencies=[policy("problem.read")])
async def read_problem_file(problem_id: UUID, asked: AskedDep) -> ProblemFile:
    """Steps, acceptance, time, lists, evidence, the five steps and look-backs of one problem.

    Evidence is listed for who may read it.
    """
    session = asked.session
    problem = await problems.problem(session, problem_id)
    lists = await five_steps.lists(session, problem.inspection_id)
    reads = may(
        asked.actor, "evidence.read", division=problem.division, participants=problem.parties
    )
    proof = await evidence_among(session, problem.proof) if reads else ()
    return ProblemFile(
        problem=await asked.whole(problem),
        steps=[
            ProblemStepOut.model_validate(each)
            for each in await problems.steps(session, problem.id)
        ],
        acceptances=[
            AcceptanceOut.model_validate(each)
            for each in await problems.acceptances(session, problem.id)
        ],
        extensions=[
            ExtensionOut.model_validate(each)
            for each in await problems.extensions(session, problem.id)
        ],
        evidence=[EvidenceOut.model_validate(each) for each in proof],
        told=[
            ToldOut.model_validate(each) for each in lists.told if problem.id in each.problem_ids
        ],
        demands=[DemandOut.model_validate(each) for each in lists.demands],
        offices=[
            OfficeOut.model_validate(each)
            for each in lists.in_charge
            if each.kind is problem.category
        ],
        punishments=[
            PunishmentOut.model_validate(each)
            for each in lists.punishments
            if each.problem_id == problem.id
        ],
        publications=[
            AnnouncementOut.model_validate(each)
            for each in lists.publications
            if each.problem_id == problem.id
        ],
        look_backs=[
            LookedBack.model_validate(each)
            for each in await look_backs.samples_of(session, problem.id)
        ],
    )
