"""Call-backs over HTTP."""

from collections.abc import Sequence
from datetime import date
from typing import Final
from uuid import UUID

from fastapi import APIRouter, Response

from services.petitions.callbacks import queries, use_cases
from services.petitions.callbacks.models import Callback, CallbackPlan
from services.petitions.callbacks.schemas import CallbackIn, CallbackOut, DueOut
from services.petitions.intake.endpoints import Keys
from services.petitions.intake.models import Petition
from services.petitions.intake.queries import petition as read_petition
from shared.clocks.days import legal_day
from shared.http.access import ActorDep, policy
from shared.http.body import Division
from shared.http.now import Now
from shared.http.pages import Page, PageDep
from shared.http.preconditions import ExpectedVersion, etag
from shared.http.routing import Route, SessionDep

router: Final = APIRouter(prefix="/petitions", tags=["callbacks"], route_class=Route)
worklist: Final = APIRouter(prefix="/callbacks", tags=["callbacks"], route_class=Route)


@router.post(
    "/{petition_id}/callbacks",
    status_code=201,
    dependencies=[policy("petition.call_back")],
    response_model=CallbackOut,
)
async def call_back(
    petition_id: UUID,
    body: CallbackIn,
    version: ExpectedVersion,
    keys: Keys,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    response: Response,
) -> Callback:
    """Record a call to the petitioner, by somebody who did not handle the matter."""
    callback = await use_cases.call_back(
        session,
        actor,
        petition_id,
        result=body.result,
        solved=body.solved,
        note=body.note,
        keys=keys,
        version=version,
        now=now,
    )
    petition = await read_petition(session, petition_id)
    response.headers["ETag"] = etag(petition.version)
    return callback


@router.get("/{petition_id}/callbacks", dependencies=[policy("petition.read")])
async def callbacks(petition_id: UUID, session: SessionDep) -> list[CallbackOut]:
    """Every call to this petitioner, oldest first."""
    petition = await read_petition(session, petition_id)
    rows = await queries.callbacks_of(session, petition.id)
    return [CallbackOut.model_validate(each) for each in rows]


@worklist.get("", dependencies=[policy("petition.read")])
async def calls_to_make(
    session: SessionDep,
    page: PageDep,
    now: Now,
    due: date | None = None,
    division: Division | None = None,
) -> Page[DueOut]:
    """Petitioners to be called back, the most urgent first; `due` leaves out later ones."""
    after = page.after and (date.fromisoformat(page.after[0]), UUID(page.after[1]))
    rows = await queries.due(session, division=division, by=due, after=after, limit=page.limit + 1)
    items = page.cut(rows, key=lambda each: (each[0].due_on.isoformat(), str(each[1].id)))
    calls = await queries.calls_about(session, [petition.id for _, petition in items])
    return Page(
        items=[_due(plan, petition, calls, today=legal_day(now)) for plan, petition in items],
        next=page.next,
    )


def _due(
    plan: CallbackPlan, petition: Petition, calls: Sequence[Callback], *, today: date
) -> DueOut:
    tried = {
        legal_day(each.at)
        for each in calls
        if each.petition_id == petition.id and each.at >= plan.replied_at
    }
    return DueOut(
        petition_id=petition.id,
        number=petition.number,
        title=petition.redacted_title,
        holder=petition.holder,
        divisions=petition.divisions,
        replied_at=plan.replied_at,
        due_on=plan.due_on,
        overdue=plan.due_on < today,
        tried_on=sorted(tried),
    )
