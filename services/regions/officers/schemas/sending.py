"""Bodies of the question who can go, and of what is held."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from services.regions.officers import domain, queries
from services.regions.officers.domain import EquipmentKind, Need, Period
from services.regions.officers.queries import OfficerFile
from services.regions.officers.use_cases.judging import Answer, Availability, Judgement
from shared.contracts.regions import (
    Eligibility,
    EligibleOfficer,
    EquipmentAvailability,
    ExcludedOfficer,
    FreeItem,
    StandInFor,
)
from shared.http.body import Body, Code, Division, Instant, Out, ShortText

MOST_SKILLS = 20


class EligibleIn(Body):
    """The question `shared.contracts.regions.EligibilityQuery`, strictly read."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "divisions": ["330281", "330282"],
                "starts_at": "2026-03-10T22:00:00+08:00",
                "ends_at": "2026-03-11T02:00:00+08:00",
                "object_name": "慈溪市星河电镀有限公司",
                "near": "330282",
                "skills": ["voc_detection"],
                "equipment": ["pid"],
                "other_area_than": "330282",
            }
        }
    )

    divisions: Annotated[list[Division], Field(min_length=1, max_length=50)]
    starts_at: Instant
    ends_at: Instant
    object_name: ShortText | None = None
    object_code: Code | None = None
    task_id: UUID | None = None
    operation_id: UUID | None = None
    near: Division | None = None
    skills: Annotated[list[Code], Field(max_length=MOST_SKILLS)] = Field(default_factory=list)
    equipment: Annotated[list[EquipmentKind], Field(max_length=len(EquipmentKind))] = Field(
        default_factory=list
    )
    other_area_than: Division | None = None

    def need(self) -> Need:
        return Need(
            Period(self.starts_at, self.ends_at),
            self.object_name,
            self.object_code,
            frozenset(self.skills),
            self.other_area_than,
        )


class BookingIn(Body):
    """All officers a task or an operation holds from now on, and for when.

    `equipment_ids` is all equipment it holds then; left out, that stays as it is. `operation_id` is
    the operation the task came from: whom that holds is taken over.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "task_id": "01890a5d-ac96-774b-bcce-b302099a8057",
                "officer_ids": ["01890a5d-ac96-774b-bcce-b302099a8058"],
                "starts_at": "2026-03-10T22:00:00+08:00",
                "ends_at": "2026-03-11T02:00:00+08:00",
            }
        }
    )

    task_id: UUID
    officer_ids: Annotated[list[UUID], Field(min_length=1, max_length=50)]
    starts_at: Instant
    ends_at: Instant
    object_name: ShortText | None = None
    object_code: Code | None = None
    operation_id: UUID | None = None
    equipment_ids: Annotated[list[UUID], Field(max_length=50)] | None = None

    def need(self) -> Need:
        return Need(Period(self.starts_at, self.ends_at), self.object_name, self.object_code)


class BookedOut(Out):
    """Whom the task holds now, and what; null if that was left as it was."""

    task_id: UUID
    officers: list[EligibleOfficer]
    equipment_ids: list[UUID] | None


def eligibility(
    answer: Answer, available: list[Availability], asked: EligibleIn, *, day: date
) -> Eligibility:
    return Eligibility(
        eligible=[eligible(each, day=day) for each in answer.judged if not each.reasons],
        excluded=[_excluded(each, answer) for each in answer.judged if each.reasons],
        equipment=[_available(kind, available) for kind in dict.fromkeys(asked.equipment)],
    )


def eligible(judged: Judgement, *, day: date) -> EligibleOfficer:
    return _eligible(
        judged.file, day=day, load=judged.load, proximity=judged.proximity and str(judged.proximity)
    )


def booked(file: OfficerFile, *, day: date) -> EligibleOfficer:
    return _eligible(file, day=day)


def _eligible(
    file: OfficerFile, *, day: date, load: int | None = None, proximity: str | None = None
) -> EligibleOfficer:
    """An officer who holds a certificate on the day."""
    officer = file.officer
    held = domain.current(map(queries.certificate, file.certificates), day)
    assert held is not None  # noqa: S101 -- without one nobody is eligible
    return EligibleOfficer(
        officer_id=officer.id,
        account_id=officer.account_id,
        name=officer.name,
        division=officer.division,
        certificate_number=held.number,
        certificate_valid_to=held.valid_to,
        bureau_id=officer.bureau_id,
        skills=officer.skills,
        load=load,
        proximity=proximity,
    )


def _excluded(judged: Judgement, answer: Answer) -> ExcludedOfficer:
    officer = judged.file.officer
    return ExcludedOfficer(
        officer_id=officer.id,
        name=officer.name,
        division=officer.division,
        reasons=[each.value for each in judged.reasons],
        missing_skills=list(judged.missing_skills),
        substitutes=[
            StandInFor(
                officer_id=each.substitute_id,
                name=answer.people[each.substitute_id].name,
                division=answer.people[each.substitute_id].division,
                stands_in_for=each.officer_id,
                starts_at=each.starts_at,
                ends_at=each.ends_at,
            )
            for each in judged.substitutes
        ],
    )


def _available(kind: EquipmentKind, available: list[Availability]) -> EquipmentAvailability:
    of_kind = [each for each in available if each.equipment.kind is kind]
    return EquipmentAvailability(
        kind=kind.value,
        free=[
            FreeItem(
                equipment_id=each.equipment.id,
                label=each.equipment.label,
                bureau_id=each.equipment.bureau_id,
                bureau_name=each.bureau_name,
                division=each.equipment.division,
                holder_id=each.equipment.holder_id,
                calibration_valid_to=each.equipment.calibration_valid_to,
            )
            for each in of_kind
            if not each.reasons
        ],
        barred={
            reason: sum(reason in each.reasons for each in of_kind)
            for reason in sorted({reason.value for each in of_kind for reason in each.reasons})
        },
    )
