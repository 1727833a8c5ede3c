"""Draw → tasks: what was drawn becomes a task on its day, and not before (DOMAIN 3.3: secret)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.dispatch.use_cases.carrying_out import Wanted, ask_for
from services.tasks.draws.domain.life import NotDrawn, State
from services.tasks.draws.models.draws import Draw
from services.tasks.draws.queries import draws, library
from services.tasks.draws.queries.draws import Drawn
from services.tasks.enterprises.domain import visits
from services.tasks.enterprises.domain.visits import Agency, AgencyKind, LegalKind, Method
from services.tasks.enterprises.queries import registry
from services.tasks.orders import queries
from services.tasks.orders.models import DrawOrder, DrawOrderRefusal
from services.tasks.orders.use_cases.judging import (
    judged_mode,
    problem_of,
    sender_columns,
    sender_of,
)
from shared import divisions
from shared.audit.trace import record
from shared.auth.actor import Actor
from shared.auth.policy import require
from shared.clocks.days import legal_day
from shared.contracts.origins import Matter, Origin, OriginKind
from shared.crashpoint import crashpoint
from shared.errors import AppError

BATCH: Final = 50


@dataclass(frozen=True, slots=True)
class Asked:
    """What the checks of a draw are about."""

    title: str
    facts: str
    media: tuple[str, ...] = ()


async def want_tasks(
    session: AsyncSession,
    actor: Actor,
    draw_id: UUID,
    asked: Asked,
    *,
    expected_version: int,
    now: datetime,
) -> DrawOrder:
    """Let each object of a staffed draw become a task on its day.

    Asked again, what was refused is tried again, and nothing becomes a task twice.
    """
    draw = await draws.draw(session, draw_id)
    require(actor, "task_order.send", division=draw.division)
    draw.require_version(expected_version)
    if draw.state is not State.STAFFED:
        raise NotDrawn
    await queries.claim_draw(session, draw_id)
    order = await queries.draw_order(session, draw_id)
    if order is None:
        order = DrawOrder(draw_id=draw_id, **_columns(actor, asked), sent_at=now)
    else:
        for name, value in _columns(actor, asked).items():
            setattr(order, name, value)
        await queries.forget_refusals(session, draw_id)
    session.add(order)
    await session.flush()
    await record(
        session,
        actor,
        "draw.want_tasks",
        object_kind="draw",
        object_id=draw_id,
        now=now,
        seen_by=[draw.division],
        after=order.model_dump(mode="json"),
    )
    return order


def _columns(actor: Actor, asked: Asked) -> dict[str, Any]:
    about: dict[str, Any] = {"title": asked.title, "facts": asked.facts, "media": [*asked.media]}
    return about | sender_columns(actor)


async def make_slice(session: AsyncSession, now: datetime) -> int:
    """Make the next tasks of a draw whose day has come; 0 if none waits. For the system."""
    today = legal_day(now)
    order = await queries.lock_draw_order(session, today)
    if order is None:
        return 0
    draw = await draws.draw(session, order.draw_id)
    waiting = await queries.waiting_of_draw(session, draw.id, today)
    due = [each for each in await draws.drawn(session, draw.id, on_day=today) if each.id in waiting]
    for each in due[:BATCH]:
        await _make(session, order, draw, each, now=now)
    crashpoint("orders.draw")
    return len(due[:BATCH])


async def _make(
    session: AsyncSession, order: DrawOrder, draw: Draw, drawn: Drawn, *, now: datetime
) -> None:
    try:
        async with session.begin_nested():
            await _apply(session, order, draw, drawn, now=now)
    except AppError as error:
        refused = DrawOrderRefusal(drawn_object_id=drawn.id, problem=problem_of(error), at=now)
        session.add(refused)
        await session.flush()


async def _apply(
    session: AsyncSession, order: DrawOrder, draw: Draw, drawn: Drawn, *, now: datetime
) -> None:
    enterprise = await registry.enterprise(session, drawn.enterprise_id)
    due_on = max(draw.closes_on, legal_day(now))
    parties = _parties(draw, drawn)
    plan = await library.plan(session, draw.plan_id)
    methods = (Method.DOUBLE_RANDOM, *([Method.CROSS] if plan.cross else []))
    wanted = visits.Wanted(
        agency=Agency(AgencyKind.ECOLOGY_ENVIRONMENT, order.actor_name, parties[0]),
        kind=LegalKind.ROUTINE,
        mode=drawn.mode,
        day=due_on,
        methods=methods,
        # The draw is what a visit inside the quiet days is for.
        reason=order.title,
    )
    # What went on the list after the draw is spared its visit too.
    mode = await judged_mode(session, enterprise, wanted, off_site_instead=True)
    matter = Matter(
        title=order.title,
        division=enterprise.division,
        media=order.media,
        place=enterprise.address,
        facts=order.facts,
        object_name=drawn.object_name,
        object_code=drawn.object_code,
    )
    await ask_for(
        session,
        origin=Origin(kind=OriginKind.DRAW, id=drawn.id),
        parties=parties,
        matter=matter,
        due_on=due_on,
        now=now,
        wanted=Wanted(
            enterprise_id=enterprise.id,
            legal_kind=LegalKind.ROUTINE,
            mode=mode,
            methods=methods,
        ),
        asked_by=sender_of(order),
    )


def _parties(draw: Draw, drawn: Drawn) -> Sequence[str]:
    """Who drew is in charge; the place takes part where that lies elsewhere (art. 22)."""
    above = divisions.covers(divisions.scope(draw.division), drawn.division)
    return [draw.division] if above else [draw.division, drawn.division]
