"""Bodies of calendar, law and deadlines."""

from datetime import date, datetime
from typing import Annotated, Any, Self

from pydantic import ConfigDict, Field

from services.regions.calendars.domain import Calculation, ExtensionAsked
from services.regions.calendars.models import PublishedYear
from shared.clocks import term as terms
from shared.clocks.explanation import StepKind
from shared.clocks.ledger import Pause
from shared.clocks.term import LONGEST, ExtensionRule, Term, Unit, day_unit
from shared.http.body import Body, Code, Instant, Out, ShortText

Article = Annotated[str, Field(pattern=r"^[0-9A-Za-z().]{1,32}$", examples=["34"])]
Amount = Annotated[int, Field(ge=1, le=LONGEST)]


class HolidayOut(Out):
    """Days a year's notice frees or claims, for one holiday."""

    name_zh: str
    name_en: str
    days: list[date]


class CalendarOut(Out):
    """One year: weekdays off and weekend days worked; every other day is Monday to Friday."""

    year: int
    version: int
    notice: str | None
    published_at: datetime
    days_off: list[HolidayOut]
    make_up: list[HolidayOut]
    actions: tuple[str, ...] = ()

    @classmethod
    def of(cls, year: PublishedYear) -> Self:
        return cls(
            year=year.year,
            version=year.version,
            notice=year.notice,
            published_at=year.published_at,
            days_off=_holidays(year.year, year.days_off),
            make_up=_holidays(year.year, year.make_up),
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
