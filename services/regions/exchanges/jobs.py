"""What the day does to an exchange: guests arrive, return, or have left the service."""

from typing import Final

from services.regions.exchanges.use_cases.staying import advance
from shared.jobs import Job

JOBS: Final = (Job("exchanges.advance", advance),)
