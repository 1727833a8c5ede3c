"""What a calendar that moves clocks means here."""

from typing import Final

from services.regions.plans.use_cases.record import COUNTERSIGNING
from shared.clock_rows.projection import Listener, copied_to

CLOCK_LISTENERS: Final[tuple[Listener, ...]] = (
    copied_to("plan", "countersign_until", kind=COUNTERSIGNING),
)
