"""What a calendar that moves clocks means here."""

from typing import Final

from services.regions.activations.use_cases.record import REPORT_CLOCK
from shared.clock_rows.projection import Listener, copied_to

CLOCK_LISTENERS: Final[tuple[Listener, ...]] = (
    copied_to("activation", "report_due_at", kind=REPORT_CLOCK),
)
