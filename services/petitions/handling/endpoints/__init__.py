"""Handling over HTTP: one route per step of the procedure, by topic."""

from typing import Final

from services.petitions.handling.endpoints import (
    acceptance,
    answer,
    asking,
    competence,
    extension,
    merging,
    recusal,
    routing,
    supervisors,
    urgency,
)

ROUTERS: Final = (
    routing.router,
    competence.router,
    acceptance.router,
    extension.router,
    answer.router,
    asking.router,
    urgency.router,
    recusal.router,
    merging.router,
    supervisors.router,
)
