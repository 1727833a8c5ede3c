"""The exchange form over HTTP: staff exchanges, trainings, honours."""

from typing import Final

from services.regions.exchanges.endpoints import honours, staff, trainings

ROUTERS: Final = (staff.router, trainings.router, honours.router)
