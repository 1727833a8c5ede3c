"""Tasks and teams over HTTP."""

from services.tasks.dispatch.endpoints import asking, tasks, teams
from services.tasks.dispatch.endpoints.asked import AskedDep

__all__ = ["ROUTERS", "AskedDep"]

ROUTERS = (tasks.router, asking.router, teams.router)
