"""What a calendar that moves clocks means here."""

from typing import Final

from services.regions.agreements.use_cases.record import NEGOTIATION
from shared.clock_rows.projection import Listener, copied_to

CLOCK_LISTENERS: Final[tuple[Listener, ...]] = (
    copied_to("agreement", "negotiate_until", kind=NEGOTIATION),
)
