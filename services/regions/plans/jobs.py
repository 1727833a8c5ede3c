"""Plans start by their first day."""

from typing import Final

from services.regions.plans.use_cases.conduct import start_due
from shared.jobs import Job

JOBS: Final = (Job("plans.start", start_due),)
