"""Over HTTP: which of several bodies accepts (art. 24)."""

from typing import Final
from uuid import UUID

from fastapi import APIRouter, Response
from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.handling import queries
from services.petitions.handling.domain.competence import Act
from services.petitions.handling.models import CompetenceQuestion
from services.petitions.handling.schemas import CompetenceIn, CompetenceOut, LeadIn, MeetingIn
from services.petitions.handling.use_cases import competence as use_cases
from services.petitions.intake.endpoints import Keys
from services.petitions.intake.models import Petition
from services.petitions.intake.queries import petition as read_petition
from shared.auth.actor import Actor
from shared.http.access import ActorDep, policy
from shared.http.now import Now
from shared.http.preconditions import ExpectedVersion, etag
from shared.http.routing import Route, SessionDep

router: Final = APIRouter(prefix="/petitions", tags=["petitions"], route_class=Route)


@router.get("/{petition_id}/competence", dependencies=[policy("petition.read")])
async def read_competence(
    petition_id: UUID, actor: ActorDep, session: SessionDep, response: Response
) -> CompetenceOut:
    """The latest question of competence about the petition."""
    petition = await read_petition(session, petition_id)
    question = await queries.last_question(session, petition_id)
    return await _shown(session, actor, petition, question, response)


@router.post(
    "/{petition_id}/competence", status_code=201, dependencies=[policy("petition.competence")]
)
async def ask_competence(
    petition_id: UUID,
    body: CompetenceIn,
    version: ExpectedVersion,
    keys: Keys,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    response: Response,
) -> CompetenceOut:
    """Ask which of several bodies accepts; `If-Match` is the petition's version."""
    question = await use_cases.ask(
        session,
        actor,
        petition_id,
        bodies=body.bodies,
        lead=body.lead,
        reason=body.reason,
        keys=keys,
        version=version,
        now=now,
    )
    petition = await read_petition(session, petition_id)
    return await _shown(session, actor, petition, question, response)


@router.post("/{petition_id}/competence/answer", dependencies=[policy("competence.answer")])
async def answer_competence(
    petition_id: UUID,
    body: LeadIn,
    version: ExpectedVersion,
    keys: Keys,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    response: Response,
) -> CompetenceOut:
    """A body says whom it holds competent; `If-Match` is the question's version."""
    turn = await use_cases.begin_act(
        session, actor, petition_id, Act.ANSWER, keys=keys, version=version, now=now
    )
    question = await use_cases.answer(turn, lead=body.lead, reason=body.reason)
    return await _shown(session, actor, turn.petition, question, response)


@router.post("/{petition_id}/competence/decide", dependencies=[policy("competence.decide")])
async def decide_competence(
    petition_id: UUID,
    body: LeadIn,
    version: ExpectedVersion,
    keys: Keys,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    response: Response,
) -> CompetenceOut:
    """The common superior designates who accepts."""
    turn = await use_cases.begin_act(
        session, actor, petition_id, Act.DECIDE, keys=keys, version=version, now=now
    )
    question = await use_cases.decide(turn, lead=body.lead, reason=body.reason)
    return await _shown(session, actor, turn.petition, question, response)


@router.post("/{petition_id}/competence/meeting", dependencies=[policy("competence.meet")])
async def record_meeting(
    petition_id: UUID,
    body: MeetingIn,
    version: ExpectedVersion,
    keys: Keys,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    response: Response,
) -> CompetenceOut:
    """Record a joint meeting; every body confirms it by its answer."""
    turn = await use_cases.begin_act(
        session, actor, petition_id, Act.MEET, keys=keys, version=version, now=now
    )
    question = await use_cases.meet(
        turn, held_on=body.held_on, minutes=body.minutes, lead=body.lead
    )
    return await _shown(session, actor, turn.petition, question, response)


async def _shown(
    session: AsyncSession,
    actor: Actor,
    petition: Petition,
    question: CompetenceQuestion,
    response: Response,
) -> CompetenceOut:
    given = await queries.answers(session, question)
    response.headers["ETag"] = etag(question.version)
    return CompetenceOut.model_validate(
        {
            **question.model_dump(),
            "answers": [each.model_dump() for each in given],
            "actions": use_cases.actions(actor, petition, question, given),
        }
    )
