"""What other services may ask about the clocks of this one."""

from typing import Final

from fastapi import APIRouter

from shared.clock_rows.projection import preview
from shared.clocks.json_form import calendar_year_from_json
from shared.contracts.regions import ClockPreview, ClockPreviewQuery
from shared.http.access import internal
from shared.http.routing import Route, SystemSessionDep

PREVIEW: Final = "/internal/clocks/preview"


def clock_preview_router() -> APIRouter:
    """Asked by `regions` before a year's notice is published; answers ids and kinds alone."""
    router = APIRouter(route_class=Route)

    @router.post(PREVIEW, dependencies=[internal()], include_in_schema=False)
    async def preview_clocks(query: ClockPreviewQuery, session: SystemSessionDep) -> ClockPreview:
        year = calendar_year_from_json(query.calendar.model_dump())
        return ClockPreview.model_validate(await preview(session, year, most=query.most))

    return router
