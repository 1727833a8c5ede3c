"""What a calendar that moves clocks means here."""

from typing import Final

from services.regions.groups.use_cases.waiting import CONFIRMING
from shared.clock_rows.projection import Listener, copied_to

CLOCK_LISTENERS: Final[tuple[Listener, ...]] = (
    copied_to("joint_group", "confirm_until", kind=CONFIRMING),
)
