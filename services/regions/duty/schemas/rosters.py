"""Bodies of rosters, swaps, hand-overs and what is watched over."""

from datetime import datetime, time
from typing import Annotated, Self
from uuid import UUID

from pydantic import ConfigDict, Field

from services.regions.bureaus.models import Bureau
from services.regions.duty.domain.changes import RosterState, SwapState
from services.regions.duty.domain.handing import HandoverState, handover_state, is_late
from services.regions.duty.domain.holes import Fault, FaultKind
from services.regions.duty.domain.shifts import LEADER_SEAT
from services.regions.duty.domain.watch import AlertKind
from services.regions.duty.queries.rosters import RosterFile, ShiftFile
from services.regions.duty.use_cases.drafting import Wanted
from services.regions.duty.use_cases.watching import Coverage, OnDuty, Threat
from services.regions.officers.domain import Period
from shared.http.body import Body, Instant, LongText, Out, Reason, ShortText
from shared.masking import masked_name

People = Annotated[list[UUID], Field(min_length=1, max_length=200)]
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
    changes_at: Annotated[list[TimeOfDay], Field(min_length=1, max_length=8)]
    seats: Annotated[int, Field(ge=1, le=20)]
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
    seat: Annotated[int, Field(ge=0, le=20)]
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


class HandOverIn(Body):
    """Who of the shift writes the note, and what the next one has to know."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "officer_id": "01890a5d-ac96-774b-bcce-b302099a8059",
                "remarks": "定海现场人员未返回,0点前电话核实",
            }
        }
    )

    officer_id: UUID
    remarks: LongText


class TakeOverIn(Body):
    """Who of the next shift takes over, with what reservations, if any."""

    officer_id: UUID
    reservations: LongText | None = None


class PeriodOut(Out):
    starts_at: datetime
    ends_at: datetime


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


class OpenIncidentOut(Out):
    id: UUID
    title: str
    state: str


class HandoverOut(Out):
    """交接班记录: of which shift, what was open, and whether somebody took over in time."""

    shift_id: UUID
    roster_id: UUID
    bureau_id: UUID
    starts_at: datetime
    ends_at: datetime
    on_duty: list[UUID]
    state: HandoverState
    overdue: bool
    open_incidents: list[OpenIncidentOut]
    remarks: str | None
    written_at: datetime | None
    written_by: UUID | None
    taken_at: datetime | None
    taken_by: UUID | None
    reservations: str | None
    version: Annotated[int, Field(description="of the roster")]

    @classmethod
    def of(cls, file: ShiftFile, *, minutes: int, now: datetime) -> Self:
        note = file.handover
        taken_at = None if note is None else note.taken_at
        reservations = None if note is None else note.reservations
        ended = file.shift.ends_at
        return cls(
            shift_id=file.shift.id,
            roster_id=file.roster.id,
            bureau_id=file.roster.bureau_id,
            starts_at=file.shift.starts_at,
            ends_at=ended,
            on_duty=[each.officer_id for each in file.stints],
            state=handover_state(
                written=note is not None, taken_at=taken_at, reservations=reservations
            ),
            overdue=is_late(ended, taken_at=taken_at, minutes=minutes, now=now),
            open_incidents=[]
            if note is None
            else [OpenIncidentOut.model_validate(each) for each in note.open_incidents],
            remarks=None if note is None else note.remarks,
            written_at=None if note is None else note.written_at,
            written_by=None if note is None else note.written_by,
            taken_at=taken_at,
            taken_by=None if note is None else note.taken_by,
            reservations=reservations,
            version=file.roster.version,
        )


class ThreatOut(Out):
    """A published shift that may not be kept as planned."""

    bureau_id: UUID
    bureau_name: str
    roster_id: UUID
    fault: FaultOut

    @classmethod
    def of(cls, threat: Threat) -> Self:
        return cls(
            bureau_id=threat.bureau.id,
            bureau_name=threat.bureau.name,
            roster_id=threat.roster_id,
            fault=FaultOut.of(threat.fault),
        )


class AlertOut(Out):
    id: UUID
    bureau_id: UUID
    kind: AlertKind
    subject_id: UUID
    detail: str
    raised_at: datetime
    cleared_at: datetime | None


class PersonOnDutyOut(Out):
    """Somebody on duty; the name is masked beyond the asker's own area."""

    name: str
    is_leader: bool
    seat: int


class OnDutyOut(Out):
    """A desk's office and phone, and who answers there now."""

    bureau_id: UUID
    division: str
    name: str
    phone: str | None
    shift_ends_at: datetime | None
    people: list[PersonOnDutyOut]

    @classmethod
    def of(cls, found: OnDuty, *, masks: bool) -> Self:
        stints = [] if found.shift is None else found.shift.stints
        there = [each for each in stints if each.starts_at <= found.at < each.ends_at]
        return cls(
            bureau_id=found.bureau.id,
            division=found.bureau.division,
            name=found.bureau.name,
            phone=found.bureau.phone,
            shift_ends_at=None if found.shift is None else found.shift.shift.ends_at,
            people=[
                PersonOnDutyOut(
                    name=masked_name(found.people[each.officer_id].name)
                    if masks
                    else found.people[each.officer_id].name,
                    is_leader=each.seat == LEADER_SEAT,
                    seat=each.seat,
                )
                for each in there
            ],
        )


class DutiesOut(Out):
    """What a person's duties in a time count for."""

    officer_id: UUID
    shifts: int
    nights: int
    weekends: int
    holidays: int


class CoverageOut(Out):
    """One desk: minutes owed and kept, what was missing, hand-overs, and who had how much."""

    bureau_id: UUID
    bureau_name: str
    division: str
    required_minutes: int
    covered_minutes: int
    percent: float
    holes: list[PeriodOut]
    threatened: list[FaultOut]
    handovers: int
    handovers_late: int
    people: list[DutiesOut]

    @classmethod
    def of(cls, found: Coverage) -> Self:
        bureau: Bureau = found.bureau
        share = found.covered_minutes / found.required_minutes if found.required_minutes else 1.0
        return cls(
            bureau_id=bureau.id,
            bureau_name=bureau.name,
            division=bureau.division,
            required_minutes=found.required_minutes,
            covered_minutes=found.covered_minutes,
            percent=round(100 * share, 4),
            holes=[PeriodOut.model_validate(each) for each in found.holes],
            threatened=list(map(FaultOut.of, found.threats)),
            handovers=found.handovers,
            handovers_late=found.handovers_late,
            people=[
                DutiesOut(
                    officer_id=officer,
                    shifts=weight.shifts,
                    nights=weight.nights,
                    weekends=weight.weekends,
                    holidays=weight.holidays,
                )
                for officer, weight in sorted(found.people.items())
            ],
        )


class CoverageListOut(Out):
    """Desks of a division and below, from `starts_at` up to `ends_at`."""

    division: str
    starts_at: datetime
    ends_at: datetime
    desks: list[CoverageOut]
