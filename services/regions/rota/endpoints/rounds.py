"""Rounds, draws and swaps over HTTP: one route an act."""

from datetime import date
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query, status

from services.regions.rota.domain.life import DrawState, RoundState
from services.regions.rota.endpoints.asked import AskedDep, StepDep
from services.regions.rota.queries import people, rounds
from services.regions.rota.queries.rounds import DrawFilter, RoundFilter
from services.regions.rota.schemas.rounds import (
    DrawOut,
    RoundIn,
    RoundLineOut,
    RoundOut,
    ServeIn,
    SwapIn,
    TurnOut,
    VerificationOut,
)
from services.regions.rota.schemas.setup import ReasonIn
from services.regions.rota.use_cases import drawing, serving, swapping
from services.regions.rota.use_cases.record import Asking, Turn, draw_actions
from shared.http.access import ActorDep, policy
from shared.http.body import Division
from shared.http.pages import Page, PageDep
from shared.http.routing import Route, SessionDep

router = APIRouter(prefix="/rotas", tags=["all-staff rota"], route_class=Route)
turns = APIRouter(prefix="/rotas", tags=["all-staff rota"], route_class=Route)
ROUND: Final = "/{rota_id}/rounds/{rota_round_id}"
DRAW: Final = ROUND + "/draws/{rota_draw_id}"
SWAP: Final = DRAW + "/swaps/{rota_swap_id}"
TurnDep = Annotated[Turn, Depends()]
AskingDep = Annotated[Asking, Depends()]


@turns.get("/turns", dependencies=[policy("rota.read")])
async def list_turns(
    actor: ActorDep,
    session: SessionDep,
    page: PageDep,
    state: DrawState | None = None,
    division: Division | None = None,
    mine: Annotated[bool | None, Query(description="the turns of the officer who asks")] = None,
) -> Page[TurnOut]:
    """Who was drawn, the newest turn first."""
    [after] = page.after or (None,)
    wanted = DrawFilter(state, division, actor.id if mine else None)
    rows = await rounds.draws(
        session, wanted, after=UUID(after) if after else None, limit=page.limit
    )
    items = []
    for draw, row in page.cut(rows, lambda found: (str(found[0].id),)):
        actions = draw_actions(
            actor,
            row,
            draw,
            account_id=wanted.account_id,
        )
        shown = DrawOut.of(draw, swaps=[], actions=actions)
        items.append(
            TurnOut(**shown.model_dump(), rota_id=row.rota_id, place=row.place, purpose=row.purpose)
        )
    return Page(items=items, next=page.next)


@router.get("/{rota_id}/rounds", dependencies=[policy("rota.read")])
async def list_rota_rounds(
    rota_id: UUID,
    session: SessionDep,
    page: PageDep,
    state: RoundState | None = None,
    serves: Division | None = None,
    since: date | None = None,
    until: date | None = None,
) -> Page[RoundLineOut]:
    """Rounds of the rota, the newest first; `serves` is the division that receives the people."""
    await people.rota(session, rota_id)
    [after] = page.after or (None,)
    rows = await rounds.rounds(
        session,
        rota_id,
        RoundFilter(state, serves, since, until),
        after=UUID(after) if after else None,
        limit=page.limit,
    )
    cut = page.cut(rows, lambda row: (str(row.id),))
    return Page(items=[RoundLineOut.model_validate(row) for row in cut], next=page.next)


@router.post(
    "/{rota_id}/rounds",
    status_code=status.HTTP_201_CREATED,
    dependencies=[policy("rota.prepare")],
)
async def prepare_round(rota_id: UUID, body: RoundIn, asked: AskedDep) -> RoundOut:
    """预抽: who would go. Nobody is told yet."""
    row = await drawing.prepare(asked.session, asked.actor, rota_id, body.value(), now=asked.now)
    asked.response.headers["Location"] = f"/api/v1/rotas/{rota_id}/rounds/{row.id}"
    return await asked.round(row)


@router.get(ROUND, dependencies=[policy("rota.read")])
async def read_round(rota_id: UUID, rota_round_id: UUID, asked: AskedDep) -> RoundOut:
    """One round with everybody drawn."""
    return await asked.round(await rounds.round_of(asked.session, rota_id, rota_round_id))


@router.get(ROUND + "/verification", dependencies=[policy("rota.read")])
async def verify_round(rota_id: UUID, rota_round_id: UUID, session: SessionDep) -> VerificationOut:
    """Draw the round again from its kept input: the same must come of it."""
    row = await rounds.round_of(session, rota_id, rota_round_id)
    return VerificationOut.of(row, await drawing.verify(session, row))


@router.post(ROUND + "/refresh", dependencies=[policy("rota.prepare")])
async def refresh_round(rota_id: UUID, rota_round_id: UUID, step: StepDep) -> RoundOut:
    """Preview again with what is known now."""
    asked = step.asked
    row = await drawing.refresh(asked.session, asked.actor, rota_id, rota_round_id, **step.call)
    return await asked.round(row)


@router.post(ROUND + "/publish", dependencies=[policy("rota.publish")])
async def publish_round(rota_id: UUID, rota_round_id: UUID, step: StepDep) -> RoundOut:
    """公布: who was previewed is drawn; by somebody else than who prepared it."""
    asked = step.asked
    row = await drawing.publish(asked.session, asked.actor, rota_id, rota_round_id, **step.call)
    return await asked.round(row)


@router.post(ROUND + "/call-off", dependencies=[policy("rota.publish")])
async def call_off_round(
    rota_id: UUID, rota_round_id: UUID, body: ReasonIn, step: StepDep
) -> RoundOut:
    """The round does not take place; everybody keeps the turn."""
    asked = step.asked
    row = await drawing.call_off(
        asked.session, asked.actor, rota_id, rota_round_id, reason=body.reason, **step.call
    )
    return await asked.round(row)


@router.post(ROUND + "/close", dependencies=[policy("rota.publish")])
async def close_round(rota_id: UUID, rota_round_id: UUID, step: StepDep) -> RoundOut:
    """归档: everybody has served or is excused."""
    asked = step.asked
    row = await drawing.close(asked.session, asked.actor, rota_id, rota_round_id, **step.call)
    return await asked.round(row)


@router.post(DRAW + "/confirm", dependencies=[policy("rota.answer")])
async def confirm_turn(at: TurnDep, step: StepDep) -> RoundOut:
    """Who is drawn says so, or the leader for office staff without a login."""
    asked = step.asked
    row = await serving.confirm(asked.session, asked.actor, at, **step.call)
    return await asked.round(row)


@router.post(DRAW + "/serve", dependencies=[policy("rota.remark")])
async def serve_turn(at: TurnDep, body: ServeIn, step: StepDep) -> RoundOut:
    """The leader on duty says on which days the person served, and how."""
    asked = step.asked
    row = await serving.serve(
        asked.session,
        asked.actor,
        at,
        **body.model_dump(),
        **step.call,
    )
    return await asked.round(row)


@router.post(DRAW + "/excuse", dependencies=[policy("rota.excuse")])
async def excuse_turn(at: TurnDep, body: ReasonIn, step: StepDep) -> RoundOut:
    """Somebody cannot go: the next of the unit goes instead, and the place is kept."""
    asked = step.asked
    row = await serving.excuse(
        asked.session,
        asked.actor,
        at,
        reason=body.reason,
        **step.call,
    )
    return await asked.round(row)


@router.post(DRAW + "/swaps", dependencies=[policy("rota.answer")])
async def ask_for_swap(at: TurnDep, body: SwapIn, step: StepDep) -> RoundOut:
    """Who is drawn asks a colleague of the unit to swap turns."""
    asked = step.asked
    row = await swapping.ask(
        asked.session,
        asked.actor,
        at,
        **body.model_dump(),
        **step.call,
    )
    return await asked.round(row)


@router.post(SWAP + "/agree", dependencies=[policy("rota.answer")])
async def agree_to_swap(at: AskingDep, step: StepDep) -> RoundOut:
    """The colleague agrees."""
    asked = step.asked
    row = await swapping.agree(asked.session, asked.actor, at, **step.call)
    return await asked.round(row)


@router.post(SWAP + "/approve", dependencies=[policy("rota.publish")])
async def approve_swap(at: AskingDep, step: StepDep) -> RoundOut:
    """Each has the other's turn and place from now on."""
    asked = step.asked
    row = await swapping.approve(asked.session, asked.actor, at, **step.call)
    return await asked.round(row)


@router.post(SWAP + "/refuse", dependencies=[policy("rota.answer")])
async def refuse_swap(at: AskingDep, body: ReasonIn, step: StepDep) -> RoundOut:
    """The colleague does not agree, or a leader does not approve."""
    asked = step.asked
    row = await swapping.refuse(
        asked.session,
        asked.actor,
        at,
        reason=body.reason,
        **step.call,
    )
    return await asked.round(row)
