"""What time settles in handling."""

from typing import Final

from services.petitions.handling.use_cases.routing import deem_competent
from shared.jobs import Job

JOBS: Final = (Job("handling.deem_competent", deem_competent),)
