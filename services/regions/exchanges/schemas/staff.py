"""Bodies of staff exchanges."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import ConfigDict, Field

from services.regions.calendars.schemas import LegalDay
from services.regions.exchanges.domain import days
from services.regions.exchanges.domain.staff import (
    Basis,
    ExchangeKind,
    ExchangeState,
    Purpose,
    Stay,
)
from services.regions.exchanges.models import ExchangeGuest
from services.regions.exchanges.queries.staff import ExchangeFile, presence, promised
from services.regions.exchanges.use_cases.agreeing import Named, Terms
from shared.clocks.calendar import WorkCalendar
from shared.contracts.regions import GuestGrants
from shared.http.body import Body, Division, LongText, Out, ShortText


class GuestIn(Body):
    """An officer to be sent, from the first day to the last, both included."""

    officer_id: UUID
    from_on: LegalDay
    to_on: LegalDay
    purpose: Purpose
    duties: LongText

    def value(self) -> Named:
        return Named(**self.model_dump())


Guests = Annotated[list[GuestIn], Field(max_length=100)]


class ExchangeIn(Body):
    """An exchange laid before the other side: `partner` by code, or `host_body` above by name.

    `guests` are those of the proposer; the partner names its own.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "kind": "mutual",
                "title": "新都—广汉互派执法人员",
                "proposer": "510114",
                "partner": "510681",
                "cost_bearer": "派出方承担",
                "from_on": "2026-03-02",
                "to_on": "2026-03-06",
                "guests": [
                    {
                        "officer_id": "01900000-0000-7000-8000-000000000001",
                        "from_on": "2026-03-02",
                        "to_on": "2026-03-06",
                        "purpose": "joint_case",
                        "duties": "参与跨区域案件办理",
                    }
                ],
            }
        }
    )

    kind: ExchangeKind
    title: ShortText
    proposer: Division
    partner: Division | None = None
    host_body: ShortText | None = None
    document: ShortText | None = None
    cost_bearer: ShortText
    basis: Basis | None = None
    basis_id: UUID | None = None
    from_on: LegalDay
    to_on: LegalDay
    guests: Guests = Field(default_factory=list)

    def value(self) -> Terms:
        fields = self.model_dump(exclude={"guests", "basis", "basis_id"})
        whole = self.basis is not None and self.basis_id is not None
        return Terms(
            **fields,
            basis=self.basis if whole else None,
            basis_id=self.basis_id if whole else None,
            guests=[each.value() for each in self.guests],
        )


class NameIn(Body):
    """A side's own people, in place of those it named before."""

    division: Division
    guests: Guests


class ExchangeAnswerIn(Body):
    """A side's word in its own name; who receives names the `commander`, who declines says why."""

    division: Division
    agrees: bool
    commander: ShortText | None = None
    reason: LongText | None = None


class SideReasonIn(Body):
    division: Division
    reason: LongText


class RecallIn(Body):
    """Which side calls whom; all it sent if nobody is named."""

    division: Division
    guest_ids: Annotated[list[UUID], Field(max_length=100)] = Field(default_factory=list)
    reason: LongText


class ExtensionIn(Body):
    division: Division
    to_on: LegalDay
    reason: LongText


class ExtensionAnswerIn(Body):
    division: Division
    agrees: bool
    reason: LongText | None = None


class GuestReportIn(Body):
    guest_id: UUID
    report: LongText


class GuestRemarkIn(Body):
    guest_id: UUID
    remark: LongText


class DaysOut(Out):
    """人次, calendar days, and working days of the published calendar."""

    person_times: int
    calendar_days: int
    working_days: int


class GuestOut(Out):
    """`has_login`: without one, nothing can be granted at the host."""

    id: UUID
    officer_id: UUID
    name: str
    certificate_number: str
    has_login: bool
    home: str
    host: str | None
    host_body: str | None
    purpose: Purpose
    duties: str
    from_on: date
    to_on: date
    stay: Stay
    last_on: date | None
    end_reason: str | None
    days: DaysOut
    report: str | None
    reported_at: datetime | None
    remark: str | None
    remarked_at: datetime | None

    @classmethod
    def of(cls, row: ExchangeGuest, *, today: date, calendar: WorkCalendar) -> Self:
        found = presence(row, today=today)
        counted = days.counted(found, found.first, found.last, calendar) if found else days.Days()
        return cls(
            **row.model_dump(
                exclude={"visible_to", "exchange_id", "account_id", "reported_by", "remarked_by"}
            ),
            has_login=row.account_id is not None,
            days=DaysOut.model_validate(counted),
        )


class ExchangePartyOut(Out):
    division: str
    agrees: bool | None
    reason: str | None
    commander: str | None
    answered_at: datetime | None
    answered_name: str | None


class ExchangeStepOut(Out):
    action: str
    state: ExchangeState
    division: str | None
    actor_name: str
    reason: str | None
    at: datetime


class SideDaysOut(Out):
    """What a side gives by what was agreed, and gave and received up to today."""

    division: str
    promised: DaysOut
    given: DaysOut
    received: DaysOut


class ExchangeLineOut(Out):
    id: UUID
    kind: ExchangeKind
    title: str
    proposer: str
    partner: str | None
    host_body: str | None
    from_on: date
    to_on: date
    state: ExchangeState
    version: int


class ExchangeOut(ExchangeLineOut):
    document: str | None
    cost_bearer: str
    basis: Basis | None
    basis_id: UUID | None
    proposed_at: datetime
    extensions: int
    extension_to_on: date | None
    extension_by: str | None
    extension_reason: str | None
    parties: list[ExchangePartyOut]
    guests: list[GuestOut]
    reciprocity: list[SideDaysOut]
    # Who, of those still to come or there, cannot be given a grant.
    without_login: list[str]
    steps: list[ExchangeStepOut]
    actions: list[str]

    @classmethod
    def of(
        cls, file: ExchangeFile, actions: list[str], *, today: date, calendar: WorkCalendar
    ) -> Self:
        row = file.exchange
        return cls(
            **row.model_dump(exclude={"visible_to", "proposed_by", "changed_at"}),
            parties=[ExchangePartyOut.model_validate(each) for each in file.parties],
            guests=[GuestOut.of(each, today=today, calendar=calendar) for each in file.guests],
            reciprocity=_reciprocity(file, today=today, calendar=calendar),
            without_login=[
                each.name for each in file.here if each.account_id is None and each.host
            ],
            steps=[ExchangeStepOut.model_validate(each) for each in file.steps],
            actions=actions,
        )


def _reciprocity(file: ExchangeFile, *, today: date, calendar: WorkCalendar) -> list[SideDaysOut]:
    agreed = [
        (each, days.counted(each, each.first, each.last, calendar))
        for each in map(promised, file.guests)
    ]
    were = [found for each in file.guests if (found := presence(each, today=today))]
    real = [(each, days.counted(each, each.first, each.last, calendar)) for each in were]
    return [
        SideDaysOut(
            division=code,
            promised=_total(each for found, each in agreed if found.home == code),
            given=_total(each for found, each in real if found.home == code),
            received=_total(each for found, each in real if found.host == code),
        )
        for code in file.codes
    ]


def _total(counted: Iterable[days.Days]) -> DaysOut:
    return DaysOut.model_validate(sum(counted, days.Days()))


class BalanceLineOut(Out):
    """With one other side for one purpose; a body above by its name."""

    other: str
    purpose: Purpose
    given: DaysOut
    received: DaysOut


class BalanceOut(Out):
    """Of the division with all below it, from `since` to `until`, both included."""

    division: str
    since: date
    until: date
    given: DaysOut
    received: DaysOut
    # Calendar days given less those received.
    balance: int
    lines: list[BalanceLineOut]

    @classmethod
    def of(cls, division: str, found: days.Balance, *, since: date, until: date) -> Self:
        return cls(
            division=division,
            since=since,
            until=until,
            given=DaysOut.model_validate(found.given),
            received=DaysOut.model_validate(found.received),
            balance=found.given.calendar_days - found.received.calendar_days,
            lines=[BalanceLineOut.model_validate(each) for each in found.lines],
        )


class GuestGrantOut(Out):
    """A guest's right at the host as `identity` holds it, in machine time."""

    guest_id: UUID
    grant_id: UUID
    state: str
    valid_from: datetime
    valid_to: datetime
    withdrawn_at: datetime | None
    reason: str | None


class GuestGrantsOut(Out):
    grants: list[GuestGrantOut]

    @classmethod
    def of(cls, found: GuestGrants) -> Self:
        return cls(grants=[GuestGrantOut.model_validate(each) for each in found.grants])
