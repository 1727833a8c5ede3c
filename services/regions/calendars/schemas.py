"""Bodies of calendar, law and deadlines."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Final, Self
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints

from services.regions.calendars.domain import Calculation, ExtensionAsked
from services.regions.calendars.models import LegalBasis, PublishedYear
from services.regions.calendars.use_cases.law import End
from services.regions.calendars.use_cases.publication import Notice, Proposal
from shared.auth.actor import Actor
from shared.auth.policy import may
from shared.clocks import term as terms
from shared.clocks.explanation import StepKind
from shared.clocks.law import LegalBasisFact
from shared.clocks.ledger import Pause
from shared.clocks.term import LONGEST, ExtensionRule, Term, Unit, day_unit
from shared.contracts.regions import ClockPreview, MovedClock
from shared.http.body import (
    FIRST_YEAR,
    LAST_YEAR,
    Body,
    Code,
    Instant,
    Out,
    Reason,
    SafeText,
    ShortText,
)

Article = Annotated[str, Field(pattern=r"^[0-9A-Za-z().]{1,32}$", examples=["34"])]
Amount = Annotated[int, Field(ge=1, le=LONGEST)]


class HolidayOut(Out):
    """Days a year's notice frees or claims, for one holiday."""

    name_zh: str
    name_en: str
    days: list[date]


MonthAndDay = Annotated[
    str, Field(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$", examples=["10-01"])
]
Name = Annotated[SafeText, StringConstraints(min_length=1, max_length=64, pattern=r"^\S")]
Days = Annotated[list[MonthAndDay], Field(min_length=1, max_length=60)]
# The form of the repository's own files: Chinese name, English name, days.
GroupIn = tuple[Name, Name, Days]
NoticeNumber = Annotated[Name, Field(examples=["国办发明电〔2025〕7号"])]
# Days off in 2027 as an example: New Year's Day alone, and a made-up exchange.
EXAMPLE: Final[dict[str, Any]] = {
    "year": 2027,
    "notice": "国办发明电〔2026〕示例号",
    "title": "国务院办公厅关于2027年部分节假日安排的通知",
    "days_off": [["元旦", "New Year's Day", ["01-01"]]],
    "make_up": [["春节", "Spring Festival", ["02-14"]]],
}


class NoticeIn(Body):
    """A year's notice: weekdays off and weekend days worked, by holiday.

    Weekend days that are off anyway are not listed.
    """

    model_config = ConfigDict(json_schema_extra={"example": EXAMPLE})

    year: Annotated[int, Field(ge=FIRST_YEAR, le=LAST_YEAR)]
    notice: NoticeNumber
    title: ShortText
    days_off: Annotated[list[GroupIn], Field(min_length=1, max_length=30)]
    make_up: Annotated[list[GroupIn], Field(max_length=30)] = Field(default_factory=list)

    def value(self) -> Notice:
        return Notice(self.year, self.notice, self.title, self.days_off, self.make_up)


class PreviewIn(NoticeIn):
    """`most`: how many of each service's moving clocks are listed; all are counted."""

    most: Annotated[int, Field(ge=0, le=1000)] = 200


class PublicationIn(NoticeIn):
    """The notice with why it is published; the version it follows stands in If-Match."""

    model_config = ConfigDict(
        json_schema_extra={"example": {**EXAMPLE, "reason": "国务院办公厅通知已发布"}}
    )

    reason: Reason


class ServicePreviewOut(Out):
    """One service's running clocks under the proposed year; null figures if it does not answer.

    `checked` may move, `moved` do; `clocks` are the first of them, the earliest deadline first.
    """

    service: str
    reachable: bool
    checked: int | None
    moved: int | None
    clocks: list[MovedClock]

    @classmethod
    def of(cls, service: str, preview: ClockPreview | None) -> Self:
        return cls(
            service=service,
            reachable=preview is not None,
            checked=preview.checked if preview else None,
            moved=preview.moved if preview else None,
            clocks=preview.clocks if preview else [],
        )


class PreviewOut(Out):
    """What publishing the notice would do. `version` is what the year would have then."""

    year: int
    version: int
    # Against the version before, or against Monday to Friday.
    new_rest_days: list[date]
    new_workdays: list[date]
    moved: int
    # False: a service did not answer, and `moved` leaves its clocks out.
    complete: bool
    services: list[ServicePreviewOut]

    @classmethod
    def of(cls, proposal: Proposal, answers: Mapping[str, ClockPreview | None]) -> Self:
        answered = [each for each in answers.values() if each is not None]
        return cls(
            year=proposal.year.year,
            version=proposal.year.version,
            new_rest_days=list(proposal.changed.rested),
            new_workdays=list(proposal.changed.worked),
            moved=sum(each.moved for each in answered),
            complete=len(answered) == len(answers),
            services=[ServicePreviewOut.of(name, each) for name, each in answers.items()],
        )


class CalendarOut(Out):
    """One year: weekdays off and weekend days worked; every other day is Monday to Friday."""

    year: int
    version: int
    notice: str | None
    title: str | None
    published_at: datetime
    published_by: UUID | None
    reason: str | None
    days_off: list[HolidayOut]
    make_up: list[HolidayOut]
    actions: tuple[str, ...] = ()

    @classmethod
    def of(cls, year: PublishedYear, actor: Actor) -> Self:
        return cls(
            year=year.year,
            version=year.version,
            notice=year.notice,
            title=year.title,
            published_at=year.published_at,
            published_by=year.published_by,
            reason=year.reason,
            days_off=_holidays(year.year, year.days_off),
            make_up=_holidays(year.year, year.make_up),
            actions=("publish",) if may(actor, "calendar.publish") else (),
        )


def _holidays(year: int, groups: list[Any]) -> list[HolidayOut]:
    return [
        HolidayOut(
            name_zh=zh, name_en=en, days=[date.fromisoformat(f"{year:04}-{day}") for day in days]
        )
        for zh, en, days in groups
    ]


class LegalBasisOut(Out):
    """An article in force from–to; article "" is the law as a whole."""

    law_code: str
    article: str
    title_zh: str
    title_en: str
    subject_zh: str
    subject_en: str
    text_date: date
    valid_from: date
    valid_to: date | None
    superseded_by: str | None
    version: int
    actions: tuple[str, ...] = ()

    @classmethod
    def of(cls, row: LegalBasis, actor: Actor) -> Self:
        actions = ("end",) if may(actor, "legal_basis.publish") else ()
        return cls.model_validate(row).model_copy(update={"actions": actions})


Successor = Annotated[
    str,
    Field(
        pattern=r"^[A-Za-z0-9_.:-]{1,64}(/[0-9A-Za-z().]{1,32})?$",
        examples=["ecological-environment-code/1018"],
    ),
]
# "" is the law as a whole.
ArticleOrWhole = Annotated[str, Field(pattern=r"^[0-9A-Za-z().]{0,32}$", examples=["34"])]
LegalDay = Annotated[date, Field(ge=date(FIRST_YEAR, 1, 1), le=date(LAST_YEAR, 12, 31))]


class LegalBasisIn(Body):
    """A new text of an article (DOMAIN 1.4). The text before it is ended first."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "law_code": "example-measures",
                "article": "12",
                "title_zh": "示例办法",
                "title_en": "Example Measures",
                "subject_zh": "示例期限",
                "subject_en": "An example term",
                "text_date": "2026-10-01",
                "valid_from": "2027-01-01",
                "reason": "新办法公布",
            }
        }
    )

    law_code: Code
    article: ArticleOrWhole
    title_zh: ShortText
    title_en: ShortText
    subject_zh: ShortText
    subject_en: ShortText
    text_date: LegalDay
    valid_from: LegalDay
    valid_to: LegalDay | None = None
    superseded_by: Successor | None = None
    reason: Reason

    def value(self) -> LegalBasisFact:
        return LegalBasisFact(**self.model_dump(exclude={"reason"}))


class LegalBasisEndIn(Body):
    """The last day of a text of an article; what takes its place may be filled in later."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "law_code": "administrative-penalty-law",
                "article": "85",
                "valid_from": "2021-07-15",
                "valid_to": "2027-12-31",
                "reason": "修订后的法律施行",
            }
        }
    )

    law_code: Code
    article: ArticleOrWhole
    valid_from: LegalDay
    valid_to: LegalDay
    superseded_by: Successor | None = None
    reason: Reason

    def value(self) -> End:
        return End(**self.model_dump(exclude={"reason"}))


class BasisIn(Body):
    law_code: Code
    article: Article

    def value(self) -> terms.LegalBasis:
        return terms.LegalBasis(self.law_code, self.article)


class ExtensionRuleIn(Body):
    """How far the term may be extended, and by which article."""

    each: Amount
    times: Annotated[int, Field(ge=1, le=100)] = 1
    basis: BasisIn

    def value(self) -> ExtensionRule:
        return ExtensionRule(self.each, self.basis.value(), self.times)


class PauseIn(Body):
    """Time that is not counted; open without `until`."""

    since: Instant
    until: Instant | None = None
    reason: ShortText
    authority: ShortText

    def value(self) -> Pause:
        return Pause(self.since, self.until, self.reason, self.authority)


class ExtensionIn(Body):
    amount: Amount
    at: Instant
    reason: ShortText
    requested_by: ShortText
    approved_by: ShortText

    def value(self) -> ExtensionAsked:
        return ExtensionAsked(
            amount=self.amount,
            reason=self.reason,
            requested_by=self.requested_by,
            approved_by=self.approved_by,
            at=self.at,
        )


class DeadlineIn(Body):
    """A term and what happened to it. Without `unit`, days are what the law means by 日."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "started_at": "2026-03-02T10:30:00+08:00",
                "amount": 60,
                "unit": "natural_days",
                "basis": {"law_code": "regulations-on-petition-work", "article": "34"},
            }
        }
    )

    started_at: Instant
    amount: Amount
    unit: Unit | None = None
    rolls: bool = True
    basis: BasisIn
    extension: ExtensionRuleIn | None = None
    pauses: Annotated[list[PauseIn], Field(max_length=100)] = Field(default_factory=list)
    extensions: Annotated[list[ExtensionIn], Field(max_length=100)] = Field(default_factory=list)

    def term(self) -> Term:
        rule = self.extension
        return Term(
            amount=self.amount,
            unit=self.unit or day_unit(self.basis.law_code, self.amount),
            basis=self.basis.value(),
            rolls=self.rolls,
            extension=rule.value() if rule else None,
        )


class StepOut(Out):
    kind: StepKind
    zh: str
    en: str


class DeadlineOut(Out):
    """When the term runs out; neither day nor instant is known while a pause is open.

    `provisional`: a year it rests on has no published calendar (version 0), so it may still move.
    """

    due_on: date | None
    due_at: datetime | None
    unit: Unit
    suspended: bool
    provisional: bool
    law_code: str
    article: str
    calendar_versions: dict[str, int]
    explanation: list[StepOut]

    @classmethod
    def of(cls, calculation: Calculation) -> Self:
        due = calculation.due
        return cls(
            due_on=due.due_on,
            due_at=due.due_at,
            unit=due.unit,
            suspended=due.suspended,
            provisional=due.provisional,
            law_code=due.basis.law_code,
            article=due.basis.article,
            calendar_versions={str(year): version for year, version in due.versions},
            explanation=[StepOut.model_validate(step) for step in calculation.steps],
        )
