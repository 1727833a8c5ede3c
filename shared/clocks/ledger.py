"""What happened to a running term: its start, its pauses, its extensions. Nothing derived."""

from dataclasses import dataclass
from datetime import date, datetime

from shared.clocks.days import legal_day
from shared.clocks.term import LegalBasis


class NaiveInstant(ValueError):
    """A legal day cannot be told from a time without offset."""


def _require_offset(*instants: datetime | None) -> None:
    for instant in instants:
        if instant is not None and instant.utcoffset() is None:
            raise NaiveInstant


@dataclass(frozen=True, slots=True)
class Pause:
    """Time that is not counted; open while `until` is None. `authority` is who ordered it."""

    since: datetime
    until: datetime | None
    reason: str
    authority: str

    def __post_init__(self) -> None:
        _require_offset(self.since, self.until)


@dataclass(frozen=True, slots=True)
class Extension:
    """Time granted on top, in the unit of the term, with the cap and article that allowed it."""

    amount: int
    reason: str
    requested_by: str
    approved_by: str
    at: datetime
    cap: int
    basis: LegalBasis

    def __post_init__(self) -> None:
        _require_offset(self.at)


@dataclass(frozen=True, slots=True)
class Ledger:
    """Everything a deadline is recomputed from, with the term and the calendar.

    Pauses are in order and do not overlap; only the last may be open (see shared.clocks.acts).
    """

    started_at: datetime
    pauses: tuple[Pause, ...] = ()
    extensions: tuple[Extension, ...] = ()

    def __post_init__(self) -> None:
        _require_offset(self.started_at)

    @property
    def start_day(self) -> date:
        return legal_day(self.started_at)

    @property
    def open_pause(self) -> Pause | None:
        return self.pauses[-1] if self.pauses and self.pauses[-1].until is None else None

    @property
    def extended_by(self) -> int:
        return sum(each.amount for each in self.extensions)
