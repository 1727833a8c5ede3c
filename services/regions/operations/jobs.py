"""What time brings about: operations that groups owe."""

from typing import Final

from services.regions.operations.use_cases.owed import draft_owed
from shared.jobs import Job

JOBS: Final = (Job("operations.draft_owed", draft_owed),)
