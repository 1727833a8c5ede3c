"""Bodies of rosters, swaps, hand-overs and what is watched over."""

from datetime import datetime, time
from typing import Annotated, Self
from uuid import UUID

from pydantic import ConfigDict, Field

from services.regions.duty.domain.changes import RosterState, SwapState
from services.regions.duty.domain.holes import Fault, FaultKind
from services.regions.duty.queries.rosters import RosterFile
from services.regions.duty.use_cases.drafting import Wanted
from services.regions.officers.domain import Period
from shared.http.body import Body, Instant, Out, Reason, ShortText

People = Annotated[list[UUID], Field(min_length=1, max_length=100)]
TimeOfDay = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", examples=["08:00"])]


class RosterIn(Body):
    """A desk, a period from change-over to change-over (Shanghai time), and whose turn it is.

    `seats` counts the leader on duty and the duty officers of a shift.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "bureau_id": "01890a5d-ac96-774b-bcce-b302099a8057",
                "title": "舟山市指挥中心值班表(3月第2周)",
                "starts_at": "2026-03-09T08:00:00+08:00",
                "ends_at": "2026-03-16T08:00:00+08:00",
                "changes_at": ["08:00", "20:00"],
                "seats": 3,
                "leaders": ["01890a5d-ac96-774b-bcce-b302099a8058"],
                "officers": ["01890a5d-ac96-774b-bcce-b302099a8059"],
            }
        }
    )

    bureau_id: UUID
    title: ShortText
    starts_at: Instant
    ends_at: Instant
    changes_at: Annotated[list[TimeOfDay], Field(min_length=1, max_length=4)]
    seats: Annotated[int, Field(ge=1, le=8)]
    leaders: People
    officers: People

    def value(self) -> Wanted:
        return Wanted(
            bureau_id=self.bureau_id,
            title=self.title,
            period=Period(self.starts_at, self.ends_at),
            changes_at=tuple(map(time.fromisoformat, self.changes_at)),
            seats=self.seats,
            leaders=tuple(self.leaders),
            officers=tuple(self.officers),
        )


class TurnIn(Body):
    """Whose turn it is, in this order; the draft is made anew."""

    leaders: People
    officers: People


class AssignIn(Body):
    """Who sits on a seat of a draft; nobody if left out."""

    shift_id: UUID
    seat: Annotated[int, Field(ge=0, le=8)]
    officer_id: UUID | None = None


class RosterReasonIn(Body):
    reason: Reason


class CutIn(Body):
    """At which change-over ahead the roster ends instead."""

    ends_at: Instant
    reason: Reason


class ReplaceIn(Body):
    """Who takes over, from when on (at once if left out), and why."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "stint_id": "01890a5d-ac96-774b-bcce-b302099a8060",
                "officer_id": "01890a5d-ac96-774b-bcce-b302099a8059",
                "reason": "突发疾病",
            }
        }
    )

    stint_id: UUID
    officer_id: UUID
    at: Instant | None = None
    reason: Reason


class SwapIn(Body):
    """One's own duty, and the one asked for."""

    stint_id: UUID
    other_stint_id: UUID
    reason: Reason


class FaultOut(Out):
    """What is wrong from when to when."""

    kind: FaultKind
    starts_at: datetime
    ends_at: datetime
    seat: int | None
    officer_id: UUID | None
    shift_id: UUID | None

    @classmethod
    def of(cls, fault: Fault) -> Self:
        return cls(
            kind=fault.kind,
            starts_at=fault.period.starts_at,
            ends_at=fault.period.ends_at,
            seat=fault.seat,
            officer_id=fault.officer_id,
            shift_id=fault.shift_id,
        )


class StintOut(Out):
    """One person's time on a seat; seat 0 is the leader's."""

    id: UUID
    seat: int
    officer_id: UUID
    starts_at: datetime
    ends_at: datetime
    urgent: bool
    reason: str | None


class ShiftOut(Out):
    id: UUID
    starts_at: datetime
    ends_at: datetime
    stints: list[StintOut]


class SwapOut(Out):
    id: UUID
    stint_id: UUID
    other_stint_id: UUID
    reason: str
    state: SwapState
    proposed_at: datetime
    consented_at: datetime | None
    decided_at: datetime | None
    decline_reason: str | None


class RosterStepOut(Out):
    action: str
    state: RosterState
    actor_name: str
    reason: str | None
    at: datetime


class RosterLineOut(Out):
    """A roster in a list."""

    id: UUID
    bureau_id: UUID
    division: str
    title: str
    starts_at: datetime
    ends_at: datetime
    changes_at: list[str]
    seats: int
    state: RosterState
    published_at: datetime | None
    version: int


class RosterOut(RosterLineOut):
    """A roster with its shifts, what is wrong with it now, its swaps and its history."""

    leaders: list[UUID]
    officers: list[UUID]
    shifts: list[ShiftOut]
    faults: list[FaultOut]
    swaps: list[SwapOut]
    steps: list[RosterStepOut]
    actions: list[str]

    @classmethod
    def of(cls, file: RosterFile, faults: list[Fault], actions: list[str]) -> Self:
        row = file.roster
        return cls(
            **RosterLineOut.model_validate(row).model_dump(),
            leaders=list(map(UUID, row.leaders)),
            officers=list(map(UUID, row.officers)),
            shifts=[
                ShiftOut(
                    id=shift.id,
                    starts_at=shift.starts_at,
                    ends_at=shift.ends_at,
                    stints=[
                        StintOut.model_validate(each)
                        for each in file.stints
                        if each.shift_id == shift.id
                    ],
                )
                for shift in file.shifts
            ],
            faults=list(map(FaultOut.of, faults)),
            swaps=[SwapOut.model_validate(each) for each in file.swaps],
            steps=[RosterStepOut.model_validate(each) for each in file.steps],
            actions=actions,
        )
