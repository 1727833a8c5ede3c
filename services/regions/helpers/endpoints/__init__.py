"""Those who help, over HTTP."""

from typing import Final

from services.regions.helpers.endpoints import experts, supervisors, taking_part, teams

ROUTERS: Final = (experts.router, teams.router, taking_part.router, supervisors.router)
