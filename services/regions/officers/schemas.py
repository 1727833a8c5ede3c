"""Bodies of officers."""

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import ConfigDict, Field

from services.regions.officers import domain, queries
from services.regions.officers.domain import Certificate, Need, Period
from services.regions.officers.queries import OfficerFile
from services.regions.officers.use_cases.sending import Judgement
from shared.clocks.days import legal_day
from shared.contracts.regions import Eligibility, EligibleOfficer, ExcludedOfficer
from shared.http.body import Body, Code, Division, Instant, Out, ShortText


class CertificateIn(Body):
    """执法证件, valid from the first day to the last, both included."""

    number: Code
    valid_from: date
    valid_to: date

    def value(self) -> Certificate:
        return Certificate(self.number, self.valid_from, self.valid_to)


class OfficerIn(Body):
    bureau_id: UUID
    name: ShortText
    account_id: UUID | None = None
    certificate: CertificateIn | None = None


class AbsenceIn(Body):
    starts_at: Instant
    ends_at: Instant
    reason: ShortText


class InterestIn(Body):
    """An object the officer recuses from, by name, by credit code (18 characters) or by both."""

    object_name: ShortText | None = None
    object_code: Code | None = None
    relation: ShortText


class DeactivateIn(Body):
    reason: ShortText


class EligibleIn(Body):
    """The question `shared.contracts.regions.EligibilityQuery`, strictly read."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "divisions": ["330281", "330282"],
                "starts_at": "2026-03-10T22:00:00+08:00",
                "ends_at": "2026-03-11T02:00:00+08:00",
                "object_name": "慈溪市星河电镀有限公司",
            }
        }
    )

    divisions: Annotated[list[Division], Field(min_length=1, max_length=50)]
    starts_at: Instant
    ends_at: Instant
    object_name: ShortText | None = None
    object_code: Code | None = None
    task_id: UUID | None = None

    def need(self) -> Need:
        return Need(Period(self.starts_at, self.ends_at), self.object_name, self.object_code)


class BookingIn(Body):
    """All officers a task holds from now on, and for when."""

    task_id: UUID
    officer_ids: Annotated[list[UUID], Field(min_length=1, max_length=50)]
    starts_at: Instant
    ends_at: Instant
    object_name: ShortText | None = None
    object_code: Code | None = None

    def need(self) -> Need:
        return Need(Period(self.starts_at, self.ends_at), self.object_name, self.object_code)


class CertificateOut(Out):
    number: str
    valid_from: date
    valid_to: date


class AbsenceOut(Out):
    starts_at: datetime
    ends_at: datetime
    reason: str


class InterestOut(Out):
    object_name: str | None
    object_code: str | None
    relation: str
    declared_at: datetime


class BookingOut(Out):
    task_id: UUID
    starts_at: datetime
    ends_at: datetime


class OfficerLineOut(Out):
    """An officer in a list, with the certificate of the day."""

    id: UUID
    division: str
    bureau_id: UUID
    account_id: UUID | None
    name: str
    active: bool
    certificate: CertificateOut | None
    version: int

    @classmethod
    def of(cls, file: OfficerFile, *, now: datetime) -> Self:
        officer = file.officer
        held = domain.current(map(queries.certificate, file.certificates), legal_day(now))
        return cls(
            id=officer.id,
            division=officer.division,
            bureau_id=officer.bureau_id,
            account_id=officer.account_id,
            name=officer.name,
            active=officer.left_at is None,
            certificate=CertificateOut.model_validate(held) if held else None,
            version=officer.version,
        )


class OfficerOut(OfficerLineOut):
    """An officer's file. Interests are for the officer and who decides on recusal, else null."""

    certificates: list[CertificateOut]
    absences: list[AbsenceOut]
    bookings: list[BookingOut]
    interests: list[InterestOut] | None
    actions: list[str]

    @classmethod
    def full(
        cls, file: OfficerFile, *, actions: list[str], shows_interests: bool, now: datetime
    ) -> Self:
        interests = [InterestOut.model_validate(each) for each in file.interests]
        return cls(
            **OfficerLineOut.of(file, now=now).model_dump(),
            certificates=[CertificateOut.model_validate(each) for each in file.certificates],
            absences=[AbsenceOut.model_validate(each) for each in file.absences],
            bookings=[BookingOut.model_validate(each) for each in file.bookings],
            interests=interests if shows_interests else None,
            actions=actions,
        )


class BookedOut(Out):
    """Whom the task holds now."""

    task_id: UUID
    officers: list[EligibleOfficer]


def eligibility(judged: list[Judgement], *, day: date) -> Eligibility:
    return Eligibility(
        eligible=[eligible(each.file, day=day) for each in judged if not each.reasons],
        excluded=[_excluded(each) for each in judged if each.reasons],
    )


def eligible(file: OfficerFile, *, day: date) -> EligibleOfficer:
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
    )


def _excluded(judged: Judgement) -> ExcludedOfficer:
    officer = judged.file.officer
    return ExcludedOfficer(
        officer_id=officer.id,
        name=officer.name,
        division=officer.division,
        reasons=[each.value for each in judged.reasons],
    )
