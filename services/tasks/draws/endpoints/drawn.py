"""Drawn objects and what follows them, over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.tasks.draws.endpoints.asked import AskedDep, LibraryDep
from services.tasks.draws.queries import draws as queries
from services.tasks.draws.schemas.draws import (
    AssignIn,
    DecideIn,
    DrawnObjectOut,
    FollowUpOut,
    FollowUpReportIn,
    PublishIn,
    ResolveIn,
    ResultIn,
)
from services.tasks.draws.use_cases import checking, following, staffing
from shared.http.access import policy
from shared.http.pages import Page, PageDep
from shared.http.preconditions import ExpectedVersion, etag
from shared.http.routing import Route

router = APIRouter(tags=["draws"], route_class=Route)
DRAWN = "/drawn-objects"
ONE = f"{DRAWN}/{{drawn_object_id}}"
Flag = Annotated[bool, Query()]


@router.get(DRAWN, dependencies=[policy("draw.read_list")])
async def list_drawn_objects(
    asked: AskedDep,
    page: PageDep,
    draw_id: UUID | None = None,
    mine: Flag = False,  # noqa: FBT002 -- FastAPI calls by keyword
    open_problems: Flag = False,  # noqa: FBT002
) -> Page[DrawnObjectOut]:
    """What the caller may know of: `mine` to check, `open_problems` is the dynamic list."""
    return await asked.drawn_page(
        page,
        draw_id=draw_id,
        mine=asked.actor.id if mine else None,
        open_problems=open_problems,
    )


@router.get(ONE, dependencies=[policy("draw.read_list")])
async def read_drawn_object(drawn_object_id: UUID, asked: AskedDep) -> DrawnObjectOut:
    """One drawn object with its officers."""
    return await asked.drawn(await queries.drawn_object(asked.session, drawn_object_id))


@router.post(f"{ONE}/assign", dependencies=[policy("draw.assign")])
async def assign_officers(
    drawn_object_id: UUID,
    body: AssignIn,
    asked: AskedDep,
    officers: LibraryDep,
    expected_version: ExpectedVersion,
) -> DrawnObjectOut:
    """The superior names officers, where fewer than two were left in the pool."""
    row = await staffing.assign(
        asked.session,
        asked.actor,
        drawn_object_id,
        officer_ids=body.officer_ids,
        officers=officers,
        bodies=body.bodies,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.drawn(row)


@router.post(f"{ONE}/report", dependencies=[policy("draw.report")])
async def report_check(
    drawn_object_id: UUID, body: ResultIn, asked: AskedDep, expected_version: ExpectedVersion
) -> DrawnObjectOut:
    """The result of the check; the object is no secret from then on."""
    row = await checking.report(
        asked.session,
        asked.actor,
        drawn_object_id,
        body.outcome(),
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.drawn(row)


@router.post(f"{ONE}/resolve", dependencies=[policy("draw.report")])
async def resolve_problem(
    drawn_object_id: UUID, body: ResolveIn, asked: AskedDep, expected_version: ExpectedVersion
) -> DrawnObjectOut:
    """A problem was put right and leaves the dynamic list."""
    row = await checking.resolve(
        asked.session,
        asked.actor,
        drawn_object_id,
        problem=body.problem,
        note=body.note,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.drawn(row)


@router.post(f"{ONE}/decide", dependencies=[policy("draw.publish")])
async def decide_on_check(
    drawn_object_id: UUID, body: DecideIn, asked: AskedDep, expected_version: ExpectedVersion
) -> DrawnObjectOut:
    """A penalty, or another result; 7 or 20 working days to publish it begin."""
    row = await checking.decide(
        asked.session,
        asked.actor,
        drawn_object_id,
        decision=body.decision,
        decided_at=body.decided_at,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.drawn(row)


@router.post(f"{ONE}/publish", dependencies=[policy("draw.publish")])
async def publish_result(
    drawn_object_id: UUID, body: PublishIn, asked: AskedDep, expected_version: ExpectedVersion
) -> DrawnObjectOut:
    """The result was published; its text is kept as data."""
    row = await checking.publish(
        asked.session,
        asked.actor,
        drawn_object_id,
        place=body.place,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.drawn(row)


@router.get("/draw-follow-ups", dependencies=[policy("draw.read")])
async def list_follow_ups(
    asked: AskedDep, page: PageDep, draw_id: UUID | None = None
) -> Page[FollowUpOut]:
    """Look-backs and integrity call-backs, oldest first."""
    last = UUID(page.after[0]) if page.after else None
    found = await queries.follow_ups(
        asked.session, draw_id=draw_id, after=last, limit=page.limit + 1
    )
    rows = page.cut(found, key=lambda row: (str(row.id),))
    return Page(items=[FollowUpOut.of(row, asked.actor) for row in rows], next=page.next)


@router.get("/draw-follow-ups/{draw_follow_up_id}", dependencies=[policy("draw.read")])
async def read_follow_up(draw_follow_up_id: UUID, asked: AskedDep) -> FollowUpOut:
    """One look-back or call-back."""
    row = await queries.follow_up(asked.session, draw_follow_up_id)
    asked.response.headers["ETag"] = etag(row.version)
    return FollowUpOut.of(row, asked.actor)


@router.post(
    "/draw-follow-ups/{draw_follow_up_id}/report",
    dependencies=[policy("draw.report_follow_up")],
)
async def report_follow_up(
    draw_follow_up_id: UUID,
    body: FollowUpReportIn,
    asked: AskedDep,
    expected_version: ExpectedVersion,
) -> FollowUpOut:
    """What came out, and who answers for it; a call-back is the discipline group's or auditor's."""
    row = await following.report(
        asked.session,
        asked.actor,
        draw_follow_up_id,
        found=body.found,
        note=body.note,
        liability=body.liability,
        liability_note=body.liability_note,
        expected_version=expected_version,
        now=asked.now,
    )
    asked.response.headers["ETag"] = etag(row.version)
    return FollowUpOut.of(row, asked.actor)
