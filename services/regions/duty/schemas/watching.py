"""Bodies of hand-overs, and of what is watched over at a desk."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import ConfigDict, Field

from services.regions.bureaus.models import Bureau
from services.regions.duty.domain.handing import HandoverState, due_by, handover_state, is_late
from services.regions.duty.domain.shifts import LEADER_SEAT
from services.regions.duty.domain.watch import AlertKind
from services.regions.duty.queries.rosters import ShiftFile
from services.regions.duty.schemas.rosters import FaultOut
from services.regions.duty.use_cases.watching import Coverage, OnDuty, Threat
from shared.http.body import Body, LongText, Out
from shared.masking import masked_name


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


class OpenIncidentOut(Out):
    id: UUID
    title: str
    state: str


class ShiftHandoverOut(Out):
    """交接班记录: of which shift, what was open, and whether somebody took over in time."""

    shift_id: UUID
    roster_id: UUID
    bureau_id: UUID
    starts_at: datetime
    ends_at: datetime
    on_duty: list[UUID]
    state: HandoverState
    due_at: datetime
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
            due_at=due_by(ended, minutes=minutes),
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


class DeskCoverageOut(Out):
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
    desks: list[DeskCoverageOut]
