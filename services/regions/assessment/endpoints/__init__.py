"""Assessments over HTTP."""

from typing import Final

from services.regions.assessment.endpoints import assessments, schemes

ROUTERS: Final = (schemes.router, assessments.router)
