"""Items, grounds and plans of draws over HTTP."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response, status

from services.tasks.draws.models.library import DrawGround, DrawItem, DrawPlan
from services.tasks.draws.queries import library as queries
from services.tasks.draws.schemas.library import (
    DrawGroundIn,
    DrawGroundOut,
    DrawItemIn,
    DrawItemOut,
    DrawPlanIn,
    DrawPlanOut,
    EndIn,
)
from services.tasks.draws.use_cases import library
from services.tasks.enterprises.queries.registry import enterprise, names
from shared.http.access import ActorDep, policy
from shared.http.body import Division
from shared.http.now import Now
from shared.http.pages import Page, PageDep
from shared.http.preconditions import ExpectedVersion, etag
from shared.http.routing import Route, SessionDep

router = APIRouter(tags=["draws"], route_class=Route)
READ, CONFIGURE = policy("draw.read"), policy("draw.configure")


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, when, and where the answer goes."""

    actor: ActorDep
    session: SessionDep
    now: Now
    response: Response

    def item(self, row: DrawItem) -> DrawItemOut:
        self.response.headers["ETag"] = etag(row.version)
        return DrawItemOut.of(row, self.actor)

    async def ground(self, row: DrawGround) -> DrawGroundOut:
        self.response.headers["ETag"] = etag(row.version)
        of = await enterprise(self.session, row.enterprise_id)
        return DrawGroundOut.of(row, of, self.actor)

    def plan(self, row: DrawPlan) -> DrawPlanOut:
        self.response.headers["ETag"] = etag(row.version)
        return DrawPlanOut.of(row, self.actor)

    def made(self, path: str, key: UUID) -> None:
        self.response.headers["Location"] = f"/api/v1/{path}/{key}"


AskedDep = Annotated[Asked, Depends()]


def _last(page: PageDep) -> UUID | None:
    return UUID(page.after[0]) if page.after else None


@router.get("/draw-items", dependencies=[READ])
async def list_draw_items(
    asked: AskedDep, page: PageDep, division: Division | None = None
) -> Page[DrawItemOut]:
    """随机抽查事项清单, newest first, with what was withdrawn."""
    found = await queries.items(
        asked.session, division=division, after=_last(page), limit=page.limit + 1
    )
    rows = page.cut(found, key=lambda row: (str(row.id),))
    return Page(items=[DrawItemOut.of(row, asked.actor) for row in rows], next=page.next)


@router.post("/draw-items", status_code=status.HTTP_201_CREATED, dependencies=[CONFIGURE])
async def add_draw_item(body: DrawItemIn, asked: AskedDep) -> DrawItemOut:
    """Add an item; one of a code stands in a division."""
    row = await library.add_item(asked.session, asked.actor, body.wanted(), now=asked.now)
    asked.made("draw-items", row.id)
    return asked.item(row)


@router.get("/draw-items/{draw_item_id}", dependencies=[READ])
async def read_draw_item(draw_item_id: UUID, asked: AskedDep) -> DrawItemOut:
    """One item with its laws."""
    return asked.item(await queries.item(asked.session, draw_item_id))


@router.post("/draw-items/{draw_item_id}/end", dependencies=[CONFIGURE])
async def withdraw_draw_item(
    draw_item_id: UUID, body: EndIn, asked: AskedDep, expected_version: ExpectedVersion
) -> DrawItemOut:
    """Withdraw an item from the list."""
    row = await library.withdraw_item(
        asked.session,
        asked.actor,
        draw_item_id,
        reason=body.reason,
        expected_version=expected_version,
        now=asked.now,
    )
    return asked.item(row)


@router.get("/draw-grounds", dependencies=[READ])
async def list_draw_grounds(
    asked: AskedDep, page: PageDep, enterprise_id: UUID | None = None, on_day: date | None = None
) -> Page[DrawGroundOut]:
    """What makes objects special, newest first; with a day what holds on it."""
    found = await queries.grounds(
        asked.session,
        enterprise_id=enterprise_id,
        on_day=on_day,
        after=_last(page),
        limit=page.limit + 1,
    )
    rows = page.cut(found, key=lambda row: (str(row.id),))
    of = await names(asked.session, [row.enterprise_id for row in rows])
    items = [DrawGroundOut.of(row, of[row.enterprise_id], asked.actor) for row in rows]
    return Page(items=items, next=page.next)


@router.post("/draw-grounds", status_code=status.HTTP_201_CREATED, dependencies=[CONFIGURE])
async def add_draw_ground(body: DrawGroundIn, asked: AskedDep) -> DrawGroundOut:
    """Name a fact that makes an object special, with its reason."""
    row = await library.name_special(asked.session, asked.actor, body.wanted(), now=asked.now)
    asked.made("draw-grounds", row.id)
    return await asked.ground(row)


@router.get("/draw-grounds/{draw_ground_id}", dependencies=[READ])
async def read_draw_ground(draw_ground_id: UUID, asked: AskedDep) -> DrawGroundOut:
    """One ground."""
    return await asked.ground(await queries.ground(asked.session, draw_ground_id))


@router.post("/draw-grounds/{draw_ground_id}/end", dependencies=[CONFIGURE])
async def end_draw_ground(
    draw_ground_id: UUID, body: EndIn, asked: AskedDep, expected_version: ExpectedVersion
) -> DrawGroundOut:
    """The ground is gone."""
    row = await library.end_special(
        asked.session,
        asked.actor,
        draw_ground_id,
        reason=body.reason,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.ground(row)


@router.get("/draw-plans", dependencies=[READ])
async def list_draw_plans(
    asked: AskedDep, page: PageDep, division: Division | None = None
) -> Page[DrawPlanOut]:
    """Plans, newest first."""
    found = await queries.plans(
        asked.session, division=division, after=_last(page), limit=page.limit + 1
    )
    rows = page.cut(found, key=lambda row: (str(row.id),))
    return Page(items=[DrawPlanOut.of(row, asked.actor) for row in rows], next=page.next)


@router.post("/draw-plans", status_code=status.HTTP_201_CREATED, dependencies=[CONFIGURE])
async def make_draw_plan(body: DrawPlanIn, asked: AskedDep) -> DrawPlanOut:
    """Make a plan; it draws no less than the rule in force."""
    row = await library.make_plan(asked.session, asked.actor, body.wanted(), now=asked.now)
    asked.made("draw-plans", row.id)
    return asked.plan(row)


@router.get("/draw-plans/{draw_plan_id}", dependencies=[READ])
async def read_draw_plan(draw_plan_id: UUID, asked: AskedDep) -> DrawPlanOut:
    """One plan."""
    return asked.plan(await queries.plan(asked.session, draw_plan_id))


@router.post("/draw-plans/{draw_plan_id}/end", dependencies=[CONFIGURE])
async def end_draw_plan(
    draw_plan_id: UUID, body: EndIn, asked: AskedDep, expected_version: ExpectedVersion
) -> DrawPlanOut:
    """End a plan; draws that were begun go on."""
    row = await library.end_plan(
        asked.session,
        asked.actor,
        draw_plan_id,
        reason=body.reason,
        expected_version=expected_version,
        now=asked.now,
    )
    return asked.plan(row)
