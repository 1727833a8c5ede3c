"""What a calendar that moves clocks means here."""

from typing import Final

from services.regions.file_reviews.use_cases.convening import OBJECTION_CLOCK, SUBMIT_CLOCK
from services.regions.file_reviews.use_cases.drawing import READING_CLOCK
from shared.clock_rows.projection import Listener, copied_to

CLOCK_LISTENERS: Final[tuple[Listener, ...]] = (
    copied_to("file_review", "submit_due_at", kind=SUBMIT_CLOCK),
    copied_to("file_review", "objection_due_at", kind=OBJECTION_CLOCK),
    copied_to("review_reading", "due_at", kind=READING_CLOCK),
)
