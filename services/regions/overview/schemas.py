"""Bodies of the figures."""

from datetime import date, datetime
from typing import Self
from uuid import UUID

from services.regions.duty.use_cases.watching import Coverage
from services.regions.overview.domain import Balance, FlowKind
from services.regions.overview.queries import Fairness
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
    """Hours until `receiver` answered `sender`.

    Of letters the reply, of calls (`activation`) the word to come, of an `order` its
    acknowledgement or refusal.
    """

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


class FlowOut(Out):
    """Person-days from one division to another; `receiver` may be a body outside, by its name."""

    giver: str
    receiver: str
    days: int


class BalanceOut(Out):
    """One kind of person-days: given and received come to the same `total`."""

    kind: FlowKind
    total: int
    given: dict[str, int]
    received: dict[str, int]
    flows: list[FlowOut]

    @classmethod
    def of(cls, balance: Balance) -> Self:
        return cls(
            kind=balance.kind,
            total=balance.total,
            given=dict(balance.given),
            received=dict(balance.received),
            flows=[FlowOut.model_validate(each) for each in balance.flows],
        )


class PersonDaysOut(Out):
    """人天 by kind. Kinds are not added: one day of one officer may be of two kinds."""

    division: str
    since: date
    until: date
    kinds: list[BalanceOut]


class RotaFairnessOut(Out):
    """A running rota; `furthest` is how far a unit is from its exact share at most, in persons.

    `ledger` is where the account of every unit and person is read.
    """

    rota_id: UUID
    division: str
    title: str
    units: int
    drawn: int
    owing: int
    furthest: float
    ledger: str

    @classmethod
    def of(cls, found: Fairness) -> Self:
        return cls(
            rota_id=found.id,
            division=found.division,
            title=found.title,
            units=found.units,
            drawn=found.drawn,
            owing=found.owing,
            furthest=float(found.furthest),
            ledger=f"/api/v1/rotas/{found.id}/ledger",
        )


class FairnessOut(Out):
    division: str
    rotas: list[RotaFairnessOut]


class DeskCoverageOut(Out):
    """A duty desk: minutes it had to be kept and was; where it was not is read at `coverage`."""

    bureau_id: UUID
    division: str
    required_minutes: int
    covered_minutes: int
    holes: int
    late_handovers: int

    @classmethod
    def of(cls, found: Coverage) -> Self:
        return cls(
            bureau_id=found.bureau.id,
            division=found.bureau.division,
            required_minutes=found.required_minutes,
            covered_minutes=found.covered_minutes,
            holes=len(found.holes),
            late_handovers=found.handovers_late,
        )


class DutyCoverageOut(Out):
    """Duty desks of a division and below; desks that never had a roster are not in here."""

    division: str
    since: date
    until: date
    desks: list[DeskCoverageOut]
    coverage: str
