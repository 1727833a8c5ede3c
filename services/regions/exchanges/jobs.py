"""What the day does to an exchange: guests arrive, return, have left; silence is no consent."""

from typing import Final

from services.regions.exchanges.use_cases.agreeing import lapse
from services.regions.exchanges.use_cases.staying import advance
from shared.jobs import Job

JOBS: Final = (Job("exchanges.lapse", lapse), Job("exchanges.advance", advance))
