"""What `regions` tells others."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from typing_extensions import override

from shared.contracts.events import Event
from shared.contracts.origins import Matter, Origin


class CalendarPublished(Event):
    """One year of the working calendar: `days_off` and `make_up` by holiday, as month-day."""

    topic: ClassVar[str] = "regions.calendar.published.v1"

    year: int
    version: int
    # The number of the notice and what it is called.
    notice: str | None
    title: str | None = None
    days_off: list[tuple[str, str, list[str]]]
    make_up: list[tuple[str, str, list[str]]]

    @property
    @override
    def key(self) -> str:
        return f"calendar:{self.year}"


class LegalBasisEntry(BaseModel):
    """One text of an article; article "" is the law as a whole."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    article: str
    title_zh: str
    title_en: str
    subject_zh: str
    subject_en: str
    text_date: date
    valid_from: date
    valid_to: date | None = None
    superseded_by: str | None = None


class LegalBasesPublished(Event):
    """Every text of one law's articles as it now stands; `total` counts those of all laws."""

    topic: ClassVar[str] = "regions.legal_bases.published.v1"

    law_code: str
    bases: list[LegalBasisEntry]
    total: int

    @property
    @override
    def key(self) -> str:
        return f"law:{self.law_code}"


class ClockPreviewQuery(BaseModel):
    """Which running clocks this year's notice would move; answered by every service with clocks.

    At most `most` of them are listed, the earliest deadline first; all are counted.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    calendar: CalendarPublished
    most: int


class MovedClock(BaseModel):
    """A running clock whose deadline another calendar moves: ids and kinds, no business data."""

    model_config = ConfigDict(frozen=True, from_attributes=True, extra="ignore")

    clock_id: UUID
    subject_kind: str
    subject_id: UUID
    kind: str
    due_before: date
    due_after: date
    days_moved: int
    why_zh: str
    why_en: str


class ClockPreview(BaseModel):
    """`checked` clocks rest on the year and may move, `moved` do; the first of them in `clocks`."""

    model_config = ConfigDict(frozen=True, from_attributes=True, extra="ignore")

    checked: int
    moved: int
    clocks: list[MovedClock]


class DivisionEntry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    code: str
    name: str
    valid_from: date
    valid_to: date | None = None


class DivisionsPublished(Event):
    """Divisions of one province as they now stand; `total` counts those of all provinces."""

    topic: ClassVar[str] = "regions.divisions.published.v1"

    province: str
    divisions: list[DivisionEntry]
    total: int = 0

    @property
    @override
    def key(self) -> str:
        return f"divisions:{self.province}"


class BordersPublished(Event):
    """Shared borders of one province's counties: (lower code, higher code, kilometres)."""

    topic: ClassVar[str] = "regions.borders.published.v1"

    province: str
    pairs: list[tuple[str, str, float]]
    total: int = 0
    # Pairs that are no more, since a county of theirs ended.
    removed: list[tuple[str, str]] = Field(default_factory=list)

    @property
    @override
    def key(self) -> str:
        return f"borders:{self.province}"


class ChangeDocument(BaseModel):
    """The document (批复) a change of divisions is based on."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    title: str
    number: str


class Assignment(BaseModel):
    """One row of open work that goes to another successor than the main one."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    kind: str
    id: UUID
    code: str


class DivisionSucceeded(Event):
    """From `effective_on` on, `successors` stand in the place of `predecessors`.

    `main` takes what nobody assigned. A code among both goes on, with less territory than before.
    """

    topic: ClassVar[str] = "regions.division.succeeded.v1"
    AGGREGATE: ClassVar[str] = "change_id"
    CONCERNED: ClassVar[tuple[str, ...]] = ("predecessors", "successors")

    change_id: UUID
    predecessors: list[str]
    successors: list[str]
    main: str
    assignments: list[Assignment]
    effective_on: date
    document: ChangeDocument


class DivisionWorkQuery(BaseModel):
    """What open work lies with these divisions (asked by `regions` of every service)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    divisions: list[str]


class WorkOfKind(BaseModel):
    """Open rows of one kind with one division: how many, some of them, their running clocks."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    division: str
    kind: str
    open: int
    ids: list[str]
    clocks: dict[str, int]


class DivisionWork(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    work: list[WorkOfKind]


class OperationTeam(BaseModel):
    """Who goes together, where and when, as the parties named them."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: str
    place: str
    officer_ids: list[UUID]
    starts_at: datetime
    ends_at: datetime


class OperationStarted(Event):
    """A joint operation runs: its inspections are to be made by officers of `divisions`.

    `division` leads it; `divisions` are the parties that agreed. The officers of its `teams` are
    held under `operation_id`; who books the inspection does so under the same id.
    """

    topic: ClassVar[str] = "regions.operation.started.v1"
    AGGREGATE: ClassVar[str] = "operation_id"
    CONCERNED: ClassVar[tuple[str, ...]] = ("division", "divisions")

    operation_id: UUID
    division: str
    divisions: list[str]
    matter: Matter
    due_on: date
    teams: tuple[OperationTeam, ...] = ()


class OperationPartyLeft(Event):
    """`division` left a joint operation that had started; `divisions` go on without it.

    `matter` and `due_on` are those of its start, so that the order of the two does not count.
    """

    topic: ClassVar[str] = "regions.operation.party_left.v1"
    AGGREGATE: ClassVar[str] = "operation_id"
    CONCERNED: ClassVar[tuple[str, ...]] = ("lead", "division")

    operation_id: UUID
    lead: str
    division: str
    divisions: list[str]
    matter: Matter
    due_on: date
    left_at: datetime


class OperationCalledOff(Event):
    """A joint operation that had started was called off; `divisions` took part until then.

    `matter` and `due_on` are those of its start, so that the order of the two does not count.
    """

    topic: ClassVar[str] = "regions.operation.called_off.v1"
    AGGREGATE: ClassVar[str] = "operation_id"
    CONCERNED: ClassVar[tuple[str, ...]] = ("division", "divisions")

    operation_id: UUID
    division: str
    divisions: list[str]
    matter: Matter
    due_on: date
    reason: str
    called_off_at: datetime


class OperationDropped(Event):
    """An operation that `origin` asked for was called off after its draft: it brings no result.

    `divisions` still took part. Nobody is told of one that was secret still.
    """

    topic: ClassVar[str] = "regions.operation.dropped.v1"
    AGGREGATE: ClassVar[str] = "operation_id"
    CONCERNED: ClassVar[tuple[str, ...]] = ("division", "divisions")

    operation_id: UUID
    division: str
    divisions: list[str]
    origin: Origin
    reason: str
    called_off_at: datetime


class OperationSummarised(Event):
    """A joint operation has its joint report; `origin` is what asked for it, if anything did."""

    topic: ClassVar[str] = "regions.operation.summarised.v1"
    AGGREGATE: ClassVar[str] = "operation_id"
    CONCERNED: ClassVar[tuple[str, ...]] = ("division", "divisions")

    operation_id: UUID
    division: str
    divisions: list[str]
    origin: Origin | None
    inspections: int
    problems_found: int
    problems_closed: int
    summarised_at: datetime
    summary: str


class GuestArrived(Event):
    """An officer of `home` works at `host` up to `ends_at`, in business time: a staff exchange.

    Said again with another `ends_at` when the stay was prolonged.
    """

    topic: ClassVar[str] = "regions.guest.arrived.v1"
    AGGREGATE: ClassVar[str] = "guest_id"
    CONCERNED: ClassVar[tuple[str, ...]] = ("home", "host")

    guest_id: UUID
    exchange_id: UUID
    title: str
    account_id: UUID
    home: str
    host: str
    ends_at: datetime


class GuestLeft(Event):
    """A guest's stay is over, by time, by recall or because the officer left the service."""

    topic: ClassVar[str] = "regions.guest.left.v1"
    AGGREGATE: ClassVar[str] = "guest_id"
    CONCERNED: ClassVar[tuple[str, ...]] = ("home", "host")

    guest_id: UUID
    exchange_id: UUID
    home: str
    host: str
    left_at: datetime
    reason: str


class GuestGrantsQuery(BaseModel):
    """What became of the grants of an exchange (asked by `regions` of `identity`)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    exchange_id: UUID


class GuestGrant(BaseModel):
    """A guest's grant at the host, in machine time.

    `state` is `in_force`, `over` (with the stay), `withdrawn` (by an administrator of the host) or
    `refused` (never given); `reason` says why it is no more, or was not given.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    guest_id: UUID
    grant_id: UUID
    state: str
    valid_from: datetime
    valid_to: datetime
    withdrawn_at: datetime | None = None
    reason: str | None = None


class GuestGrants(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    grants: list[GuestGrant]


class EligibilityQuery(BaseModel):
    """Who of these divisions can go, in this time, to this object (answered by `regions`).

    What `task_id` holds already does not stand in its own way, nor what the operation holds that
    the task came from. The nearest to `near` come first. `skills` each must have; of each kind of
    `equipment` the answer says what is free. With `other_area_than`, the division of the object,
    nobody of that division goes (交叉执法).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    divisions: list[str]
    starts_at: datetime
    ends_at: datetime
    object_name: str | None = None
    object_code: str | None = None
    task_id: UUID | None = None
    operation_id: UUID | None = None
    near: str | None = None
    skills: list[str] = []
    equipment: list[str] = []
    other_area_than: str | None = None


class EligibleOfficer(BaseModel):
    """`account_id` is the officer's login, by which tasks knows who acts.

    `load` counts the officer's bookings of the year; `proximity` is `same`, `neighbouring`,
    `same_city` or `elsewhere` as seen from the place asked about.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    officer_id: UUID
    account_id: UUID | None
    name: str
    division: str
    certificate_number: str
    certificate_valid_to: date
    bureau_id: UUID | None = None
    skills: list[str] = []
    load: int | None = None
    proximity: str | None = None


class StandInFor(BaseModel):
    """Who stands in for whom of a chain that begins with an absent officer."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    officer_id: UUID
    name: str
    division: str
    stands_in_for: UUID
    starts_at: datetime
    ends_at: datetime


class ExcludedOfficer(BaseModel):
    """`reasons` are stable codes such as `certificate_expired`, `recused`, `absent`.

    Never what an interest is, only that there is one in the object asked about.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    officer_id: UUID
    name: str
    division: str
    reasons: list[str]
    missing_skills: list[str] = []
    substitutes: list[StandInFor] = []


class FreeItem(BaseModel):
    """An item that can be taken along; with a holder only together with that officer."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    equipment_id: UUID
    label: str
    bureau_id: UUID
    bureau_name: str
    division: str
    holder_id: UUID | None
    calibration_valid_to: date | None


class EquipmentAvailability(BaseModel):
    """Of one kind what is free in the period, and how many items what bars: `booked` and so on."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    kind: str
    free: list[FreeItem]
    barred: dict[str, int]


class Eligibility(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    eligible: list[EligibleOfficer]
    excluded: list[ExcludedOfficer]
    equipment: list[EquipmentAvailability] = []
