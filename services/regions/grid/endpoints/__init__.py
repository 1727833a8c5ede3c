"""The grid over HTTP. What has a name of its own comes before what has a key."""

from typing import Final

from services.regions.grid.endpoints import areas, cells, findings, overview, plans, practice

ROUTERS: Final = (
    areas.router,
    overview.router,
    plans.router,
    findings.router,
    practice.router,
    cells.router,
)
