"""What a calendar that moves clocks means here."""

from typing import Final

from services.regions.unit_audits.use_cases.record import RECTIFY_CLOCK, STATEMENT_CLOCK
from shared.clock_rows.projection import Listener, copied_to

CLOCK_LISTENERS: Final[tuple[Listener, ...]] = (
    copied_to("unit_audit", "statement_due_at", kind=STATEMENT_CLOCK),
    copied_to("unit_audit_finding", "rectify_due_at", kind=RECTIFY_CLOCK),
)
