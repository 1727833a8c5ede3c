"""Bodies of assessments, objections and deliveries."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import ConfigDict, Field

from services.regions.assessment.domain.life import ObjectionState, State
from services.regions.assessment.domain.scoring import Key
from services.regions.assessment.models import AssessmentEvent
from services.regions.assessment.queries.files import AssessmentFile
from services.regions.assessment.schemas.schemes import StepOut
from services.regions.assessment.use_cases.computing import Proof
from services.regions.assessment.use_cases.publishing import Comparison
from shared.http.body import Body, Division, Instant, LongText, Out, ShortText

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", examples=["0" * 64])]


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
