"""What time settles in groups."""

from typing import Final

from services.regions.groups.use_cases.slots import open_due
from shared.jobs import Job

JOBS: Final = (Job("groups.open_quota_slots", open_due),)
