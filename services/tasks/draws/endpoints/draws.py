"""Draws over HTTP: commit, freeze, reveal, staff; the file by which anybody draws again."""

from collections.abc import Sequence
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response, status

from services.tasks.draws.domain.life import State
from services.tasks.draws.endpoints.asked import AskedDep, LibraryDep
from services.tasks.draws.models.draws import DrawStep
from services.tasks.draws.queries import draws as queries
from services.tasks.draws.queries.draws import Wanted
from services.tasks.draws.schemas.draws import (
    AbortIn,
    CommitIn,
    DrawnObjectOut,
    DrawOut,
    DrawStepOut,
    FollowUpIn,
    RedrawIn,
    SampleOut,
)
from services.tasks.draws.use_cases import drawing, following, opening, staffing
from shared.http.access import policy
from shared.http.body import Division
from shared.http.pages import Page, PageDep
from shared.http.preconditions import ExpectedVersion
from shared.http.routing import Route

router = APIRouter(prefix="/draws", tags=["draws"], route_class=Route)
JSON: Final = "application/json"
A_FILE: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {JSON: {"schema": {"type": "object"}}}, "description": "Canonical JSON."}
}
Period = Annotated[str, Query(pattern=r"^[0-9]{4}Q[1-4]$", examples=["2026Q1"])]


async def _wanted(
    division: Division | None = None, period: Period | None = None, state: State | None = None
) -> Wanted:
    return Wanted(division, period, state)


@router.get("", dependencies=[policy("draw.read")])
async def list_draws(
    asked: AskedDep, page: PageDep, wanted: Annotated[Wanted, Depends(_wanted)]
) -> Page[DrawOut]:
    """Draws, newest first, those given up, lapsed and superseded among them."""
    last = UUID(page.after[0]) if page.after else None
    found = await queries.draws(asked.session, wanted, after=last, limit=page.limit + 1)
    rows = page.cut(found, key=lambda row: (str(row.id),))
    return Page(items=await asked.answers(rows), next=page.next)


@router.post("", status_code=status.HTTP_201_CREATED, dependencies=[policy("draw.commit")])
async def commit_draw(body: CommitIn, asked: AskedDep) -> DrawOut:
    """Begin a draw: the nonce is drawn and its hash published before there is a pool."""
    row = await drawing.commit(asked.session, asked.actor, body.wanted(), now=asked.now)
    asked.response.headers["Location"] = f"/api/v1/draws/{row.id}"
    return await asked.answer(row)


@router.get("/{draw_id}", dependencies=[policy("draw.read")])
async def read_draw(draw_id: UUID, asked: AskedDep) -> DrawOut:
    """One draw: its steps and hashes, never what was drawn."""
    return await asked.answer(await queries.draw(asked.session, draw_id))


@router.get(
    "/{draw_id}/steps", dependencies=[policy("draw.read")], response_model=list[DrawStepOut]
)
async def list_draw_steps(draw_id: UUID, asked: AskedDep) -> Sequence[DrawStep]:
    """Who did what and when, oldest first."""
    row = await queries.draw(asked.session, draw_id)
    return await queries.steps(asked.session, row.id)


@router.post("/{draw_id}/freeze", dependencies=[policy("draw.freeze")])
async def freeze_draw(
    draw_id: UUID, asked: AskedDep, officers: LibraryDep, expected_version: ExpectedVersion
) -> DrawOut:
    """Another person freezes the pool and its hash is published."""
    row = await drawing.freeze(
        asked.session,
        asked.actor,
        draw_id,
        officers=officers,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(row)


@router.post("/{draw_id}/reveal", dependencies=[policy("draw.reveal")])
async def reveal_draw(draw_id: UUID, asked: AskedDep, expected_version: ExpectedVersion) -> DrawOut:
    """The nonce makes the seed and the seed draws."""
    row = await drawing.reveal(
        asked.session, asked.actor, draw_id, expected_version=expected_version, now=asked.now
    )
    return await asked.answer(row)


@router.post("/{draw_id}/staff", dependencies=[policy("draw.staff")])
async def staff_draw(
    draw_id: UUID, asked: AskedDep, officers: LibraryDep, expected_version: ExpectedVersion
) -> DrawOut:
    """Match two officers to every drawn object by the seed; the result's hash is published."""
    row = await staffing.staff(
        asked.session,
        asked.actor,
        draw_id,
        officers=officers,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(row)


@router.post("/{draw_id}/abort", dependencies=[policy("draw.abort")])
async def abort_draw(
    draw_id: UUID, body: AbortIn, asked: AskedDep, expected_version: ExpectedVersion
) -> DrawOut:
    """Give a draw up before anything was drawn; it is counted."""
    row = await drawing.abort(
        asked.session,
        asked.actor,
        draw_id,
        reason=body.reason,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(row)


@router.post("/{draw_id}/redraw", dependencies=[policy("draw.commit")])
async def redraw(
    draw_id: UUID, body: RedrawIn, asked: AskedDep, expected_version: ExpectedVersion
) -> DrawOut:
    """Commit a draw in place of this one, which stays visible, for a reason."""
    row = await drawing.redraw(
        asked.session,
        asked.actor,
        draw_id,
        opens_on=body.opens_on,
        closes_on=body.closes_on,
        reason=body.reason,
        expected_version=expected_version,
        now=asked.now,
    )
    asked.response.headers["Location"] = f"/api/v1/draws/{row.id}"
    return await asked.answer(row)


@router.get("/{draw_id}/objects", dependencies=[policy("draw.read_list")])
async def list_drawn(draw_id: UUID, asked: AskedDep, page: PageDep) -> Page[DrawnObjectOut]:
    """What was drawn, of that what the caller may know of yet."""
    row = await queries.draw(asked.session, draw_id)
    return await asked.drawn_page(page, draw_id=row.id)


@router.get(
    "/{draw_id}/file",
    dependencies=[policy("draw.read_file")],
    response_class=Response,
    responses=A_FILE,
)
async def read_draw_file(draw_id: UUID, asked: AskedDep) -> Response:
    """Everything a stranger needs to draw again; the discipline group reads it before others."""
    content = await opening.file(asked.session, asked.actor, draw_id, now=asked.now)
    return Response(content, media_type=JSON)


@router.post("/{draw_id}/follow-ups", dependencies=[policy("draw.follow_up")])
async def draw_follow_ups(
    draw_id: UUID, body: FollowUpIn, asked: AskedDep, expected_version: ExpectedVersion
) -> DrawOut:
    """Draw which checks are looked back at, or asked about for integrity."""
    row = await following.draw_again(
        asked.session,
        asked.actor,
        draw_id,
        body.kind,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(row)


@router.get("/{draw_id}/follow-ups", dependencies=[policy("draw.read")])
async def list_samples(draw_id: UUID, asked: AskedDep) -> list[SampleOut]:
    """How the look-backs were drawn, to be drawn again by anybody."""
    row = await queries.draw(asked.session, draw_id)
    found = await queries.follow_up_samples(asked.session, row.id)
    return [SampleOut.of(each) for each in found]
