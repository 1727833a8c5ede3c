"""Those who help, over HTTP."""

from typing import Final

from services.regions.helpers.endpoints import experts, supervisors, teams

ROUTERS: Final = (experts.router, teams.router, supervisors.router)
