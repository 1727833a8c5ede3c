"""Orders follow their petition."""

from typing import Final

from services.petitions.oversight.use_cases.orders import follow
from shared.jobs import Job

JOBS: Final = (Job("oversight.follow", follow),)
