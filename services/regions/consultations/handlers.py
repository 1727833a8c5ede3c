"""What a calendar that moves clocks means here."""

from typing import Final

from services.regions.consultations.use_cases.record import MEASURE_CLOCK
from shared.clock_rows.projection import Listener, copied_to

CLOCK_LISTENERS: Final[tuple[Listener, ...]] = (
    copied_to("consultation_measure", "due_at", kind=MEASURE_CLOCK),
)
