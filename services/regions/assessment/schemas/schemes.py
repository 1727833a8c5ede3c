"""Bodies of assessment schemes."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Self
from uuid import UUID

from pydantic import ConfigDict, Field

from services.regions.assessment.domain.catalogue import CATALOGUE, Direction, Formula
from services.regions.assessment.domain.life import SchemeState
from services.regions.assessment.domain.scoring import Adjustment, Line
from services.regions.assessment.queries.files import SchemeFile
from services.regions.assessment.use_cases.schemes import Said
from shared.http.body import Body, Code, Division, LongText, Out, ShortText

Year = Annotated[int, Field(ge=2020, le=2199)]
Marks = Annotated[Decimal, Field(ge=0, le=1000, max_digits=6, decimal_places=2)]
Points = Annotated[Decimal, Field(ge=-1000, le=1000, max_digits=6, decimal_places=2)]
Level = Annotated[Decimal, Field(ge=0, le=10_000, max_digits=8, decimal_places=2)]
Count = Annotated[int, Field(ge=0, le=1000)]


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
