"""The fairness ledger of a rota: per unit and person, and how often is drawn."""

from datetime import date
from typing import Self
from uuid import UUID

from services.regions.rota.domain.life import SwapState
from services.regions.rota.domain.pace import Drift, Pace
from services.regions.rota.schemas.setup import ExcuseOut, UnitOut
from shared.http.body import Out


class PersonOut(Out):
    """One person's account; who has the lowest `place` of a unit is next."""

    staff_id: UUID
    name: str
    place: int
    lap: int
    left: bool
    drawn: int
    served: int
    days: int
    excused: int
    swapped: int
    excuses: list[ExcuseOut]


class UnitLedgerOut(Out):
    """A unit's account and its people's; the spread is between those who have not left."""

    unit: UnitOut
    spread: int
    people: list[PersonOut]


class SwapLineOut(Out):
    draw_id: UUID
    taker: str
    state: SwapState
    asker_name: str
    decider_name: str | None
    reason: str


class PaceOut(Out):
    """Rounds of the quarter and their mean a month, exact and rounded; a drift is a warning."""

    quarter: str
    first: date
    last: date
    rounds: int
    mean: str
    mean_rounded: float
    least: int
    most: int
    drift: Drift | None

    @classmethod
    def of(cls, pace: Pace, *, least: int, most: int) -> Self:
        return cls(
            quarter=pace.quarter.name,
            first=pace.quarter.first,
            last=pace.quarter.last,
            rounds=pace.rounds,
            mean=f"{pace.mean.numerator}/{pace.mean.denominator}",
            mean_rounded=round(float(pace.mean), 2),
            least=least,
            most=most,
            drift=pace.drift,
        )


class PersonDaysOut(Out):
    """人天 the unit of the division `of` gave in the quarter, received by the division `to`."""

    unit: str
    of: str
    to: str
    days: int


class LedgerOut(Out):
    """全员执法台账: `person_times` is the number of turns that stand, from the first round on."""

    rota_id: UUID
    person_times: int
    pace: PaceOut
    units: list[UnitLedgerOut]
    swaps: list[SwapLineOut]
    person_days: list[PersonDaysOut]
