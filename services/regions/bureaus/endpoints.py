"""Bureaus over HTTP. Closing one is an act of `officers`, who know whom it still has."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response, status

from services.regions.bureaus import queries, use_cases
from services.regions.bureaus.domain import BureauKind
from services.regions.bureaus.queries import BureauFilter
from services.regions.bureaus.schemas import BureauAmendIn, BureauIn, BureauOut
from shared.http.access import ActorDep, policy
from shared.http.body import Division, ShortText
from shared.http.now import Now
from shared.http.pages import Page, PageDep
from shared.http.preconditions import ExpectedVersion, etag
from shared.http.routing import Route, SessionDep

router = APIRouter(prefix="/bureaus", tags=["bureaus"], route_class=Route)


async def _wanted(
    division: Division | None = None,
    kind: BureauKind | None = None,
    name: ShortText | None = None,
    superior_id: Annotated[UUID | None, Query(description="directly below this bureau")] = None,
    active_on: Annotated[date | None, Query(description="open on this day")] = None,
) -> BureauFilter:
    return BureauFilter(division, kind, name, superior_id, active_on)


@router.get("", dependencies=[policy("bureau.read")])
async def list_bureaus(
    actor: ActorDep,
    session: SessionDep,
    page: PageDep,
    wanted: Annotated[BureauFilter, Depends(_wanted)],
) -> Page[BureauOut]:
    """Bureaus of a division and what lies below it, or all."""
    [after] = page.after or (None,)
    rows = await queries.bureaus(
        session, wanted, after=UUID(after) if after else None, limit=page.limit
    )
    cut = page.cut(rows, lambda row: (str(row.id),))
    return Page(items=[BureauOut.of(row, actor) for row in cut], next=page.next)


@router.post("", status_code=status.HTTP_201_CREATED, dependencies=[policy("bureau.manage")])
async def create_bureau(
    body: BureauIn, actor: ActorDep, session: SessionDep, now: Now, response: Response
) -> BureauOut:
    """Add an office of a division."""
    bureau = await use_cases.create(
        session,
        actor,
        division=body.division,
        kind=body.kind,
        particulars=body.particulars(),
        now=now,
    )
    response.headers["ETag"] = etag(bureau.version)
    response.headers["Location"] = f"/api/v1/bureaus/{bureau.id}"
    return BureauOut.of(bureau, actor)


@router.get("/{bureau_id}", dependencies=[policy("bureau.read")])
async def read_bureau(
    bureau_id: UUID, actor: ActorDep, session: SessionDep, response: Response
) -> BureauOut:
    """One office."""
    bureau = await queries.bureau(session, bureau_id)
    response.headers["ETag"] = etag(bureau.version)
    return BureauOut.of(bureau, actor)


@router.post("/{bureau_id}/amend", dependencies=[policy("bureau.manage")])
async def amend_bureau(
    bureau_id: UUID,
    body: BureauAmendIn,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    response: Response,
    expected_version: ExpectedVersion,
) -> BureauOut:
    """Change what is known of an office; its division and kind stay."""
    bureau = await use_cases.amend(
        session,
        actor,
        bureau_id,
        particulars=body.particulars(),
        reason=body.reason,
        expected_version=expected_version,
        now=now,
    )
    response.headers["ETag"] = etag(bureau.version)
    return BureauOut.of(bureau, actor)
