"""What time settles between organs."""

from typing import Final

from services.regions.assistance.use_cases.superior import escalate, note_lateness
from shared.jobs import Job

JOBS: Final = (
    Job("assistance.note_lateness", note_lateness),
    Job("assistance.escalate", escalate),
)
