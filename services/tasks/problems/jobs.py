"""What time brings about: problems that are long overdue are told upwards."""

from typing import Final

from services.tasks.problems.use_cases.allowing import raise_overdue
from shared.jobs import Job

JOBS: Final = (Job("problems.raise_overdue", raise_overdue),)
