"""What can be done about an inspection; `lock_for_finding` is what problems are filed by."""

from services.tasks.inspections.use_cases.visiting import lock_for_finding

__all__ = ["lock_for_finding"]
