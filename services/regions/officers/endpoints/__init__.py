"""Officers over HTTP: their files, who can go, equipment, and the closing of a bureau."""

from typing import Final

from services.regions.officers.endpoints import (
    absences,
    closing,
    equipment,
    interests,
    people,
    sending,
)

ROUTERS: Final = (
    sending.router,
    people.router,
    absences.router,
    interests.router,
    equipment.router,
    closing.router,
)
