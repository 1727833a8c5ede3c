"""Bodies of schemes, assessments, objections and deliveries."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import ConfigDict, Field

from services.regions.assessment.domain.catalogue import CATALOGUE, Direction, Formula
from services.regions.assessment.domain.life import ObjectionState, SchemeState, State
from services.regions.assessment.domain.scoring import Adjustment, Key, Line
from services.regions.assessment.models import AssessmentEvent
from services.regions.assessment.queries.files import AssessmentFile, SchemeFile
from services.regions.assessment.use_cases.computing import Proof
from services.regions.assessment.use_cases.publishing import Comparison
from services.regions.assessment.use_cases.schemes import Said
from shared.http.body import Body, Code, Division, Instant, LongText, Out, ShortText

Year = Annotated[int, Field(ge=2020, le=2199)]
Marks = Annotated[Decimal, Field(ge=0, le=1000, max_digits=6, decimal_places=2)]
Points = Annotated[Decimal, Field(ge=-1000, le=1000, max_digits=6, decimal_places=2)]
Level = Annotated[Decimal, Field(ge=0, le=10_000, max_digits=8, decimal_places=2)]
Count = Annotated[int, Field(ge=0, le=1000)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", examples=["0" * 64])]


class LineIn(Body):
    """An indicator of the catalogue, its weight of 100, the values of no and of full marks."""

    indicator: Code
    weight: Annotated[Decimal, Field(gt=0, le=100, max_digits=5, decimal_places=2)]
    zero_at: Level
    full_at: Level
    minimum_events: Count = 1

    def value(self) -> Line:
        return Line(**self.model_dump())


class AdjustmentIn(Body):
    """Points for each counted unit, above 0 a bonus, below a malus, and the most they make."""

    indicator: Code
    points: Points
    cap: Marks

    def value(self) -> Adjustment:
        return Adjustment(**self.model_dump())


class SchemeContentIn(Body):
    """What a scheme says. What is left out is the default scheme's; units are all counties."""

    title: ShortText
    document: ShortText | None = None
    units: Annotated[list[Division], Field(min_length=1, max_length=300)] | None = None
    full_marks: Annotated[Marks, Field(gt=0)] | None = None
    lines: Annotated[list[LineIn], Field(min_length=1, max_length=50)] | None = None
    adjustments: Annotated[list[AdjustmentIn], Field(max_length=50)] | None = None
    bonus_cap: Marks | None = None
    malus_cap: Marks | None = None
    minimum_weight: Annotated[Decimal, Field(ge=0, le=100, decimal_places=2)] | None = None
    caution_below: Count | None = None

    def value(self) -> Said:
        return Said(
            title=self.title,
            document=self.document,
            units=None if self.units is None else tuple(self.units),
            full_marks=self.full_marks,
            lines=None if self.lines is None else tuple(each.value() for each in self.lines),
            adjustments=None
            if self.adjustments is None
            else tuple(each.value() for each in self.adjustments),
            bonus_cap=self.bonus_cap,
            malus_cap=self.malus_cap,
            minimum_weight=self.minimum_weight,
            caution_below=self.caution_below,
        )


class SchemeIn(SchemeContentIn):
    """年度考核方案, by the division that assesses the units below it."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "division": "330900",
                "year": 2026,
                "title": "舟山市2026年度生态环境执法联动考核方案",
                "document": "舟环发〔2025〕31号",
                "lines": [
                    {
                        "indicator": "letters_acknowledged",
                        "weight": "40",
                        "zero_at": "50",
                        "full_at": "100",
                        "minimum_events": 2,
                    },
                    {
                        "indicator": "letters_answered",
                        "weight": "60",
                        "zero_at": "50",
                        "full_at": "100",
                        "minimum_events": 2,
                    },
                ],
            }
        }
    )

    division: Division
    year: Year


class SchemePublicationIn(Body):
    """Why the scheme comes after the year began, if it does: it judges what comes after it."""

    late_reason: LongText | None = None


class ReasonIn(Body):
    reason: LongText


class AssessmentIn(Body):
    """A period of the scheme's year; `as_of` is now unless said otherwise."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "scheme_id": "01900000-0000-7000-8000-000000000001",
                "title": "2026年度联动考核",
                "first_day": "2026-01-01",
                "last_day": "2026-12-31",
            }
        }
    )

    scheme_id: UUID
    title: ShortText
    first_day: date
    last_day: date
    as_of: Instant | None = None


class ComputeIn(Body):
    """Read again, as of now or another instant; a reason where it was announced already."""

    as_of: Instant | None = None
    reason: LongText | None = None


class UnitIn(Body):
    division: Division


class ObjectionIn(Body):
    """The row that must not count, and why."""

    division: Division
    event_id: UUID
    grounds: LongText


class ObjectionDecisionIn(Body):
    accepts: bool
    reason: LongText


class ObjectionConfirmationIn(Body):
    """The second person's word on what the first would accept."""

    confirms: bool
    reason: LongText


class HandOverIn(Body):
    """By what receipt which document went into which system outside (美丽舟山, 目标责任制)."""

    system: ShortText
    reference: ShortText
    handed_on: date
    document_sha256: Sha256
    remark: LongText | None = None


class IndicatorOut(Out):
    """An indicator of the catalogue, and which events it is counted from."""

    code: str
    zh: str
    en: str
    unit: str
    formula: Formula
    direction: Direction
    counts_zh: str
    counts_en: str

    @classmethod
    def all(cls) -> list[Self]:
        return [cls.model_validate(each) for each in CATALOGUE.values()]


class StepOut(Out):
    action: str
    state: str
    division: str | None
    actor_name: str
    reason: str | None
    at: datetime


class LineOut(Out):
    indicator: str
    weight: Decimal
    zero_at: Decimal
    full_at: Decimal
    minimum_events: int


class AdjustmentOut(Out):
    indicator: str
    points: Decimal
    cap: Decimal


class SchemeLineOut(Out):
    """A scheme in a list."""

    id: UUID
    division: str
    year: int
    number: int | None
    title: str
    document: str | None
    state: SchemeState
    published_at: datetime | None
    effective_from: datetime | None
    ends_at: datetime | None
    late_reason: str | None
    version: int


class SchemeOut(SchemeLineOut):
    """A scheme whole: events count from `effective_from` on, up to `ends_at`."""

    units: list[str]
    full_marks: Decimal
    lines: list[LineOut]
    adjustments: list[AdjustmentOut]
    bonus_cap: Decimal
    malus_cap: Decimal
    minimum_weight: Decimal
    caution_below: int
    steps: list[StepOut]
    actions: list[str]

    @classmethod
    def of(cls, file: SchemeFile, actions: list[str]) -> Self:
        row = file.scheme
        return cls(
            **SchemeLineOut.model_validate(row).model_dump(),
            units=row.units,
            full_marks=row.full_marks,
            lines=[LineOut.model_validate(each) for each in row.lines],
            adjustments=[AdjustmentOut.model_validate(each) for each in row.adjustments],
            bonus_cap=row.bonus_cap,
            malus_cap=row.malus_cap,
            minimum_weight=row.minimum_weight,
            caution_below=row.caution_below,
            steps=[StepOut.model_validate(each) for each in file.steps],
            actions=actions,
        )


class MarkOut(Out):
    """What a line came to: `numerator` of `denominator` events; no `marks` where not assessed.

    `effective_weight` is the weight with its part of those not assessed; `step` the marks that one
    event more or less in time makes; `few` warns of small numbers.
    """

    indicator: str
    numerator: Decimal
    denominator: int
    value: Decimal | None
    weight: Decimal
    effective_weight: Decimal
    marks: Decimal | None
    step: Decimal | None
    few: bool


class AdjustedOut(Out):
    indicator: str
    quantity: Decimal
    events: int
    points: Decimal


class ResultOut(Out):
    """A unit's result; without a score it was not assessed. Equals share a rank."""

    division: str
    score: Decimal | None
    rank: int | None
    caution: bool
    assessed_weight: Decimal
    marks: list[MarkOut]
    adjusted: list[AdjustedOut]


class ObjectionOut(Out):
    id: UUID
    division: str
    event_id: UUID
    grounds: str
    state: ObjectionState
    filed_at: datetime
    filed_name: str
    decided_at: datetime | None
    decision: str | None
    confirmed_at: datetime | None


class DeliveryOut(Out):
    system: str
    reference: str
    handed_on: date
    document_sha256: str
    note: str | None
    actor_name: str
    at: datetime


class AssessmentLineOut(Out):
    """An assessment in a list."""

    id: UUID
    division: str
    scheme_id: UUID
    year: int
    title: str
    first_day: date
    last_day: date
    state: State
    as_of: datetime
    announced_at: datetime | None
    objections_due_at: datetime | None
    published_at: datetime | None
    version: int


class PublishedUnitOut(Out):
    """A line of the published table."""

    division: str
    name: str | None
    assessed: bool
    score: Decimal | None
    rank: int | None
    caution: bool


class AssessmentOut(AssessmentLineOut):
    """An assessment as the caller sees it.

    `results` are those of units the caller may look into, `table` the published one of all.
    """

    scheme_number: int | None
    counts_from: datetime
    counts_until: datetime
    run: int
    computed_at: datetime
    result_sha256: str
    document_sha256: str | None
    withdraw_reason: str | None
    results: list[ResultOut]
    table: list[PublishedUnitOut]
    objections: list[ObjectionOut]
    deliveries: list[DeliveryOut]
    steps: list[StepOut]
    actions: list[str]

    @classmethod
    def of(cls, file: AssessmentFile, actions: list[str]) -> Self:
        row = file.assessment
        table: list[dict[str, Any]] = row.document["units"] if row.document is not None else []
        return cls(
            **AssessmentLineOut.model_validate(row).model_dump(),
            scheme_number=file.scheme.number,
            counts_from=row.counts_from,
            counts_until=row.counts_until,
            run=row.run,
            computed_at=row.computed_at,
            result_sha256=row.result_sha256,
            document_sha256=row.document_sha256,
            withdraw_reason=row.withdraw_reason,
            results=[ResultOut.model_validate(each) for each in file.results],
            table=[PublishedUnitOut.model_validate(each) for each in table],
            objections=[ObjectionOut.model_validate(each) for each in file.objections],
            deliveries=[DeliveryOut.model_validate(each) for each in file.deliveries],
            steps=[StepOut.model_validate(each) for each in file.steps],
            actions=actions,
        )


class RowOut(Out):
    """One row that was counted, or that an accepted objection (`left_out_by`) left out.

    `subject_kind` and `subject_id` say what can be opened, under the reader's own rights.
    """

    id: UUID
    division: str
    indicator: str
    subject_kind: str
    subject_id: str
    source_id: str
    at: datetime
    due_at: datetime | None
    done_at: datetime | None
    good: bool
    value: Decimal
    left_out_by: UUID | None

    @classmethod
    def of(cls, row: AssessmentEvent, left_out_by: UUID | None) -> Self:
        return cls(
            id=row.id,
            division=row.division,
            indicator=row.indicator,
            subject_kind=row.subject_kind,
            subject_id=row.subject_id,
            source_id=row.source_id,
            at=row.at,
            due_at=row.due_at,
            done_at=row.done_at,
            good=row.good,
            value=row.value,
            left_out_by=left_out_by,
        )


class RowKeyOut(Out):
    indicator: str
    division: str
    source_id: str

    @classmethod
    def of(cls, key: Key) -> Self:
        indicator, division, source_id = key
        return cls(indicator=indicator, division=division, source_id=source_id)


class ProofOut(Out):
    """Whether the kept rows give the result again, and what was corrected at the source since."""

    same_result: bool
    same_sources: bool
    kept_sha256: str
    again_sha256: str
    corrected: list[RowKeyOut]
    added: list[RowKeyOut]
    gone: list[RowKeyOut]

    @classmethod
    def of(cls, proof: Proof) -> Self:
        return cls(
            same_result=proof.same_result,
            same_sources=proof.same_sources,
            kept_sha256=proof.kept_sha256,
            again_sha256=proof.again_sha256,
            corrected=[RowKeyOut.of(each) for each in proof.corrected],
            added=[RowKeyOut.of(each) for each in proof.added],
            gone=[RowKeyOut.of(each) for each in proof.gone],
        )


class BesideOut(Out):
    """A unit this year and the last; indicators may be compared where both schemes have them."""

    division: str
    score: Decimal | None
    score_before: Decimal | None
    rank: int | None
    rank_before: int | None
    difference: Decimal | None
    values: dict[str, Decimal | None]
    values_before: dict[str, Decimal | None]


class ComparisonOut(Out):
    """`comparable`: both years were assessed by the same rules, so that scores may be compared."""

    before_id: UUID | None
    before_year: int | None
    comparable: bool
    units: list[BesideOut]

    @classmethod
    def of(cls, comparison: Comparison) -> Self:
        before = comparison.before
        return cls(
            before_id=before.id if before is not None else None,
            before_year=before.year if before is not None else None,
            comparable=comparison.comparable,
            units=[BesideOut.model_validate(each) for each in comparison.units],
        )


class DocumentOut(Out):
    """The published result for systems outside: the same bytes whenever it is read."""

    sha256: str
    document: dict[str, Any]
