"""What time does to an activation: its box ends, and silence is told to the superior."""

from typing import Final

from services.regions.activations.use_cases.calls import escalate, lapse
from shared.jobs import Job

# Silence first: what lapses in the same round was not answered either.
JOBS: Final = (Job("activations.escalate", escalate), Job("activations.lapse", lapse))
