"""What time settles in groups."""

from typing import Final

from services.regions.groups.use_cases.changing import end_past, let_go
from services.regions.groups.use_cases.slots import open_due
from shared.jobs import Job

JOBS: Final = (
    Job("groups.open_quota_slots", open_due),
    Job("groups.let_go", let_go),
    Job("groups.end_past", end_past),
)
