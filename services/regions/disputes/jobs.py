"""What time settles in a dispute."""

from typing import Final

from services.regions.disputes.use_cases.negotiating import refer_lapsed
from shared.jobs import Job

JOBS: Final = (Job("disputes.refer", refer_lapsed),)
