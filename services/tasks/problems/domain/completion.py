"""When a task is done, as its inspections and problems have it."""

from shared.errors import RuleViolation


class NothingInspected(RuleViolation):
    code = "nothing_inspected"
    zh = "任务尚未开展检查,不能办结。"
    en = "A task without an inspection cannot be completed."


class InspectionsOpen(RuleViolation):
    code = "inspections_open"
    zh = "尚有 {open} 次检查未结束。"
    en = "{open} inspection(s) are not finished."


class ProblemsOpen(RuleViolation):
    """整改问题 100 %."""

    code = "problems_open"
    zh = "尚有 {open} 个问题未销号。"
    en = "{open} problem(s) are not closed."


def check_completion(*, inspections: int, inspections_open: int, problems_open: int) -> None:
    """A task is done when it was inspected, every inspection ended and 100 % of problems closed."""
    if inspections == 0:
        raise NothingInspected
    if inspections_open:
        raise InspectionsOpen(open=inspections_open)
    if problems_open:
        raise ProblemsOpen(open=problems_open)
