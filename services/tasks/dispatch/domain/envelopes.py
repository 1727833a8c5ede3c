"""密封清单: what a sealed task is about is nobody's to know before the team sets out (S79)."""

from datetime import datetime, timedelta
from typing import Final

from shared.errors import Forbidden, RuleViolation

# What a task says in the place of what its envelope holds.
SEALED_TITLE: Final = "密封任务"
HIDDEN: Final = ""
# Reasons of `regions` that would tell who or where the object is.
TELLING: Final = frozenset({"recused", "own_area"})
NOT_AVAILABLE: Final = "not_available"


class AlreadySealed(RuleViolation):
    code = "already_sealed"
    zh = "该任务已装入密封清单。"
    en = "The task is sealed already."


class EnvelopeSealed(RuleViolation):
    code = "envelope_sealed"
    zh = "密封清单尚未启封,不能执行此操作。"
    en = "The envelope is still sealed; this waits until it is opened."


class NothingSealed(RuleViolation):
    code = "nothing_sealed"
    zh = "该任务没有待启封的密封清单。"
    en = "There is no sealed envelope to open."


class OpenedTooEarly(RuleViolation):
    code = "opened_too_early"
    zh = "密封清单应在出发时启封,最早为 {earliest}。"
    en = "The envelope is opened on departure, not before {earliest}."


class LeaderOpens(Forbidden):
    code = "leader_opens"
    zh = "密封清单由组长启封。"
    en = "The envelope is opened by the team's leader."


class EnvelopeForbids(RuleViolation):
    """In the place of a rule whose text would tell where the object is."""

    code = "envelope_forbids"
    zh = "该小组与密封清单的要求不符。"
    en = "What the envelope holds does not allow this team."


def check_opening(*, starts_at: datetime, minutes_before: int, now: datetime) -> None:
    """Not earlier than so many minutes before the period the team was sent for."""
    earliest = starts_at - timedelta(minutes=minutes_before)
    if now < earliest:
        raise OpenedTooEarly(earliest=earliest.isoformat())
