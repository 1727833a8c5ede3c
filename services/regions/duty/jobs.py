"""What time does to duty: rosters end, silence is told to the next level, alerts are raised."""

from typing import Final

from services.regions.duty.use_cases.orders import escalate
from services.regions.duty.use_cases.watching import end_rosters, watch
from shared.jobs import Job

# Silence first: what is told upwards in this round is among its alerts.
JOBS: Final = (
    Job("duty.escalate", escalate),
    Job("duty.end_rosters", end_rosters),
    Job("duty.watch", watch),
)
