"""What time brings about: draws lapse, officers are told on the day, secrecy ends."""

from typing import Final

from services.tasks.draws.use_cases import drawing, opening, staffing
from shared.jobs import Job

JOBS: Final = (
    Job("draws.lapse", drawing.lapse),
    Job("draws.tell", staffing.tell),
    Job("draws.open", opening.open_over),
)
