"""Bodies of officers' files."""

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import ConfigDict, Field

from services.regions.officers import domain, queries
from services.regions.officers.domain import Certificate, Period
from services.regions.officers.queries import OfficerFile
from services.regions.officers.use_cases.absences import Named
from shared.clocks.days import legal_day
from shared.http.body import Body, Code, Instant, Out, Reason, ShortText

Skills = Annotated[list[Code], Field(max_length=50, examples=[["air", "drone_pilot"]])]


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
    skills: Skills = Field(default_factory=list)


class SkillsIn(Body):
    """All skills the officer has from now on, by code (`GET /officers/skills`)."""

    skills: Skills


class PostIn(Body):
    """职务, held from the first day to the last, both included."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"title": "大队长", "held_from": "2024-03-01"}}
    )

    title: ShortText
    held_from: date
    held_to: date | None = None


class LeavePostIn(Body):
    last_day: date


class AbsenceIn(Body):
    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "starts_at": "2026-03-16T00:00:00+08:00",
                "ends_at": "2026-03-21T00:00:00+08:00",
                "reason": "年休假",
            }
        }
    )

    starts_at: Instant
    ends_at: Instant
    reason: ShortText


class SubstituteIn(Body):
    """Who stands in; without times for the whole absence. Of another bureau with a reason."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"substitute_id": "01890a5d-ac96-774b-bcce-b302099a8057", "reason": "借调"}
        }
    )

    substitute_id: UUID
    starts_at: Instant | None = None
    ends_at: Instant | None = None
    reason: Reason | None = None

    def named(self) -> Named:
        if self.starts_at is None and self.ends_at is None:
            return Named(self.substitute_id, None, self.reason)
        if self.starts_at is None or self.ends_at is None:
            raise domain.EmptyPeriod(reason="period", pointer="/ends_at")
        return Named(self.substitute_id, Period(self.starts_at, self.ends_at), self.reason)


class InterestIn(Body):
    """An object the officer recuses from, by name, by credit code (18 characters) or by both."""

    object_name: ShortText | None = None
    object_code: Code | None = None
    relation: ShortText


class ReasonIn(Body):
    reason: Reason


class DeactivateIn(Body):
    reason: ShortText


class CloseBureauIn(Body):
    """`last_day` is today if it is not named."""

    reason: Reason
    last_day: date | None = None


class SkillsOut(Out):
    """The skills in force: code and Chinese name."""

    skills: dict[str, str]


class CertificateOut(Out):
    number: str
    valid_from: date
    valid_to: date


class PostOut(Out):
    id: UUID
    title: str
    held_from: date
    held_to: date | None


class AbsenceOut(Out):
    id: UUID
    starts_at: datetime
    ends_at: datetime
    reason: str
    withdrawn_at: datetime | None


class SubstituteOut(Out):
    id: UUID
    absence_id: UUID
    substitute_id: UUID
    starts_at: datetime
    ends_at: datetime
    reason: str | None
    ended_at: datetime | None


class InterestOut(Out):
    id: UUID
    object_name: str | None
    object_code: str | None
    relation: str
    declared_at: datetime
    ended_at: datetime | None
    end_reason: str | None


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
    skills: list[str]
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
            skills=officer.skills,
            certificate=CertificateOut.model_validate(held) if held else None,
            version=officer.version,
        )


class OfficerOut(OfficerLineOut):
    """An officer's file. Interests are for the officer and who decides on recusal, else null."""

    certificates: list[CertificateOut]
    posts: list[PostOut]
    absences: list[AbsenceOut]
    substitutes: list[SubstituteOut]
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
            posts=[PostOut.model_validate(each) for each in file.posts],
            absences=[AbsenceOut.model_validate(each) for each in file.absences],
            substitutes=[SubstituteOut.model_validate(each) for each in file.substitutes],
            bookings=[BookingOut.model_validate(each) for each in file.bookings],
            interests=interests if shows_interests else None,
            actions=actions,
        )
