"""What can be done with joint groups. Operations report their drafts and results here."""

from services.regions.groups.use_cases.slots import (
    slot_done,
    slot_drafted,
    slot_planned,
    slot_reopened,
)

__all__ = ["slot_done", "slot_drafted", "slot_planned", "slot_reopened"]
