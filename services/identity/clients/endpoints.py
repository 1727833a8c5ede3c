"""Platform clients over HTTP."""

from uuid import UUID

from fastapi import APIRouter, Response

from services.identity.clients import queries
from services.identity.clients.models import Client
from services.identity.clients.schemas import ClientOut
from shared.http.access import policy
from shared.http.pages import Page, PageDep
from shared.http.preconditions import etag
from shared.http.routing import Route, SessionDep

router = APIRouter(prefix="/clients", tags=["clients"], route_class=Route)


def _out(client: Client) -> ClientOut:
    return ClientOut(
        id=client.id,
        client_id=client.client_id,
        kind=client.kind,
        display_name=client.display_name,
        division=client.division,
        created_at=client.created_at,
        disabled_at=client.disabled_at,
        version=client.version,
        actions=[],
    )


@router.get("", dependencies=[policy("client.read")])
async def list_clients(session: SessionDep, page: PageDep) -> Page[ClientOut]:
    """Platforms of the caller's area, oldest first."""
    after = UUID(page.after[0]) if page.after else None
    rows = await queries.clients(session, after=after, limit=page.limit)
    items = [_out(row) for row in page.cut(rows, key=lambda row: (str(row.id),))]
    return Page(items=items, next=page.next)


@router.get("/{row_id:uuid}", dependencies=[policy("client.read")])
async def read_client(row_id: UUID, session: SessionDep, response: Response) -> ClientOut:
    client = await queries.client(session, row_id)
    response.headers["ETag"] = etag(client.version)
    return _out(client)
