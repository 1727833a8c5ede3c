"""一企一档: one file per object, of everything the service keeps of it."""

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter

from services.tasks.enterprise_files import queries
from services.tasks.enterprise_files.schemas import EntryOut
from services.tasks.enterprises.queries.registry import enterprise
from shared.http.access import policy
from shared.http.pages import Page, PageDep
from shared.http.routing import Route, SessionDep

router = APIRouter(prefix="/enterprises", tags=["enterprises"], route_class=Route)


@router.get("/{enterprise_id}/file", dependencies=[policy("enterprise.read")])
async def read_file(enterprise_id: UUID, session: SessionDep, page: PageDep) -> Page[EntryOut]:
    """Visits, tasks, inspections and problems of the object, newest first, as the caller sees them.

    A task that names no object of the register is found by its credit code and place.
    """
    row = await enterprise(session, enterprise_id)
    after = (datetime.fromisoformat(page.after[0]), UUID(page.after[1])) if page.after else None
    found = await queries.entries(session, row, after=after, limit=page.limit + 1)
    entries = page.cut(found, key=lambda each: (each.at.isoformat(), str(each.id)))
    return Page(items=[EntryOut.model_validate(each) for each in entries], next=page.next)
