"""Bureaus over HTTP."""

from uuid import UUID

from fastapi import APIRouter, Response, status

from services.regions.bureaus import queries, use_cases
from services.regions.bureaus.domain import BureauKind
from services.regions.bureaus.models import Bureau
from services.regions.bureaus.schemas import BureauIn, BureauOut
from shared.http.access import ActorDep, policy
from shared.http.body import Division
from shared.http.now import Now
from shared.http.pages import Page, PageDep
from shared.http.preconditions import etag
from shared.http.routing import Route, SessionDep

router = APIRouter(prefix="/bureaus", tags=["bureaus"], route_class=Route)


@router.get("", dependencies=[policy("bureau.read")])
async def list_bureaus(
    session: SessionDep,
    page: PageDep,
    division: Division | None = None,
    kind: BureauKind | None = None,
) -> Page[BureauOut]:
    """Bureaus of a division and what lies below it, or all."""
    [after] = page.after or (None,)
    rows = await queries.bureaus(
        session,
        division=division,
        kind=kind,
        after=UUID(after) if after else None,
        limit=page.limit,
    )
    cut = page.cut(rows, lambda row: (str(row.id),))
    return Page(items=[BureauOut.model_validate(row) for row in cut], next=page.next)


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    response_model=BureauOut,
    dependencies=[policy("bureau.manage")],
)
async def create_bureau(
    body: BureauIn, actor: ActorDep, session: SessionDep, now: Now, response: Response
) -> Bureau:
    """Add an office of a division."""
    bureau = await use_cases.create(session, actor, **body.model_dump(), now=now)
    response.headers["ETag"] = etag(bureau.version)
    response.headers["Location"] = f"/api/v1/bureaus/{bureau.id}"
    return bureau


@router.get("/{bureau_id}", response_model=BureauOut, dependencies=[policy("bureau.read")])
async def read_bureau(bureau_id: UUID, session: SessionDep, response: Response) -> Bureau:
    """One office."""
    bureau = await queries.bureau(session, bureau_id)
    response.headers["ETag"] = etag(bureau.version)
    return bureau
