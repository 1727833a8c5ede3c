"""What a calendar that moves clocks means here."""

from typing import Final

from services.regions.assessment.use_cases.record import OBJECTION_CLOCK
from shared.clock_rows.projection import Listener, copied_to

CLOCK_LISTENERS: Final[tuple[Listener, ...]] = (
    copied_to("assessment", "objections_due_at", kind=OBJECTION_CLOCK),
)
