"""Bodies of the figures."""

from datetime import date, datetime

from shared.http.body import Out


class LoadOut(Out):
    """In how many open matters of each kind a division has a part, as far as the asker may see."""

    name: str | None
    operations: int = 0
    handovers_in: int = 0
    handovers_out: int = 0
    requests_in: int = 0
    requests_out: int = 0
    activations: int = 0
    groups: int = 0


class MapPairOut(Out):
    """Two divisions that touch, face each other or meet.

    `km` is of their common border, `sea_km` the way over the water, where there is one.

    Letters, operations and activations are those of the days asked for, groups those of now.
    """

    a: str
    b: str
    km: float | None
    sea_km: float | None
    same_city: bool
    groups: int = 0
    operations: int = 0
    letters: int = 0
    activations: int = 0


class MapOut(Out):
    """What a map of cooperation shows: loads by division code, and the pairs between them."""

    division: str
    since: date
    until: date
    divisions: dict[str, LoadOut]
    pairs: list[MapPairOut]


class LettersOut(Out):
    """Letters of one kind (`request`, `handover`) from one division to another, not yet answered.

    Late is what a clock of theirs has run out on; escalated what the common superior was told of.
    """

    kind: str
    sender: str
    receiver: str
    open: int
    late: int
    escalated: int
    oldest_sent_at: datetime


class OpenLettersOut(Out):
    """What waits for an answer, by pair, with its sums."""

    division: str
    open: int
    late: int
    escalated: int
    pairs: list[LettersOut]


class ResponseOut(Out):
    """Hours until `receiver` answered `sender`: of letters the reply, of calls the word to come."""

    kind: str
    sender: str
    receiver: str
    answered: int
    median_hours: float
    p90_hours: float


class ResponseTimesOut(Out):
    division: str
    since: date
    until: date
    pairs: list[ResponseOut]
