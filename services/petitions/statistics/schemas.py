"""Bodies of statistics."""

from collections.abc import Mapping
from datetime import date, datetime
from fractions import Fraction
from typing import Self
from uuid import UUID

from pydantic import BaseModel

from services.petitions.intake.domain import State
from services.petitions.profiles.domain import Channel, Track
from services.petitions.statistics.domain.counting import rounded_percent
from services.petitions.statistics.domain.definitions import Definition, Metric, Unit
from services.petitions.statistics.domain.dimensions import Dimension
from services.petitions.statistics.domain.facts import NOT_ROLLED_BACK, WORDS, Sentence
from services.petitions.statistics.domain.figures import Compared, Comparison, Figure, Part, Ranking
from services.petitions.statistics.domain.periods import By
from services.petitions.statistics.use_cases.asking import Question
from services.petitions.statistics.use_cases.breakdowns import Breakdown
from services.petitions.statistics.use_cases.figures import Point, Row


def _exact(value: Fraction | None) -> str | None:
    return None if value is None else str(value)


def _percent(value: Fraction | None, decimals: int) -> str | None:
    return None if value is None else rounded_percent(value, decimals)


class AskedOut(BaseModel):
    """Whose figures, of which legal days, as of when, by which filters."""

    division: str
    first_day: date
    last_day: date
    as_of: datetime
    filters: dict[str, str]

    @staticmethod
    def asked(question: Question) -> dict[str, object]:
        return {
            "division": question.division,
            "first_day": question.period.first,
            "last_day": question.period.last,
            "as_of": question.as_of,
            "filters": question.filters.used,
        }


class DefinitionOut(BaseModel):
    """A rule in words. `current`: what is answered when no version is asked for."""

    metric: Metric
    version: str
    current: bool
    unit: Unit
    name_zh: str
    name_en: str
    rule_zh: str
    rule_en: str
    numerator_zh: str
    numerator_en: str
    denominator_zh: str | None
    denominator_en: str | None
    switch: str | None

    @staticmethod
    def said(rule: Definition) -> dict[str, object]:
        above = WORDS[rule.numerator].said(marked=rule.only_marked(of_denominator=False))
        below = rule.denominator and WORDS[rule.denominator].said(
            marked=rule.only_marked(of_denominator=True)
        )
        return {
            "metric": rule.metric,
            "version": rule.code,
            "current": rule.current,
            "unit": rule.unit,
            "name_zh": rule.zh,
            "name_en": rule.en,
            "rule_zh": rule.rule_zh,
            "rule_en": rule.rule_en,
            "numerator_zh": above.zh,
            "numerator_en": above.en,
            "denominator_zh": below.zh if below else None,
            "denominator_en": below.en if below else None,
            "switch": rule.switch,
        }


class SentenceOut(BaseModel):
    zh: str
    en: str

    @classmethod
    def of(cls, sentence: Sentence) -> Self:
        return cls(zh=sentence.zh, en=sentence.en)


class DefinitionsOut(BaseModel):
    """Every version of every rule, and what an as-of instant cannot bring back."""

    items: list[DefinitionOut]
    not_rolled_back: list[SentenceOut]

    @classmethod
    def of(cls, rules: tuple[Definition, ...]) -> Self:
        return cls(
            items=[DefinitionOut.model_validate(DefinitionOut.said(each)) for each in rules],
            not_rolled_back=[SentenceOut.of(each) for each in NOT_ROLLED_BACK],
        )


class NumbersOut(BaseModel):
    """Exact fractions such as `1/4` or `7`; `rounded` is half up and `percent` only of rates.

    `approximate`: of a batch whose total is a lower bound ("359余件").
    """

    numerator: str
    denominator: str | None
    value: str | None
    percent: str | None
    rounded: str | None
    approximate: bool

    @staticmethod
    def numbers(figure: Figure, decimals: int) -> dict[str, object]:
        return {
            "numerator": str(figure.numerator),
            "denominator": _exact(figure.denominator),
            "value": _exact(figure.value),
            "percent": figure.percent(decimals),
            "rounded": figure.shown(decimals),
            "approximate": figure.approximate,
        }


class ComparisonOut(NumbersOut):
    """An earlier figure by the same rule, and how it changed: (this - last) / last.

    `change` is absent where the earlier one is nothing. `points` are of rates only.
    """

    first_day: date
    last_day: date
    change: str | None
    change_percent: str | None
    points: str | None
    points_rounded: str | None

    @classmethod
    def of(cls, comparison: Comparison | None, decimals: int) -> Self | None:
        if comparison is None:
            return None
        return cls.model_validate(
            cls.numbers(comparison.last, decimals)
            | {
                "first_day": comparison.period.first,
                "last_day": comparison.period.last,
                "change": _exact(comparison.change),
                "change_percent": _percent(comparison.change, decimals),
                "points": _exact(comparison.points),
                "points_rounded": _percent(comparison.points, decimals),
            }
        )


class FigureOut(DefinitionOut, NumbersOut):
    """A figure with everything needed to check it."""

    year_on_year: ComparisonOut | None
    period_on_period: ComparisonOut | None

    @classmethod
    def of(cls, compared: Compared, decimals: int) -> Self:
        rule = compared.figure.rule
        return cls.model_validate(
            DefinitionOut.said(rule)
            | NumbersOut.numbers(compared.figure, decimals)
            | {
                "year_on_year": ComparisonOut.of(compared.year_on_year, decimals),
                "period_on_period": ComparisonOut.of(compared.period_on_period, decimals),
            }
        )


class OneFigureOut(AskedOut, FigureOut):
    """One figure of a division and period."""

    @classmethod
    def answer(cls, question: Question, compared: Compared, decimals: int) -> Self:
        return cls.model_validate(
            AskedOut.asked(question) | FigureOut.of(compared, decimals).model_dump()
        )


class PointOut(NumbersOut):
    """One bucket; `partial` where the asked period cuts it."""

    label: str
    first_day: date
    last_day: date
    partial: bool
    year_on_year: ComparisonOut | None

    @classmethod
    def of(cls, point: Point, decimals: int) -> Self:
        return cls.model_validate(
            cls.numbers(point.compared.figure, decimals)
            | {
                "label": point.bucket.label,
                "first_day": point.bucket.period.first,
                "last_day": point.bucket.period.last,
                "partial": point.bucket.partial,
                "year_on_year": ComparisonOut.of(point.compared.year_on_year, decimals),
            }
        )


class SeriesOut(AskedOut, DefinitionOut):
    """A figure over time. Items called back or due in two buckets count in both."""

    by: By
    items: list[PointOut]


class PartOut(NumbersOut):
    """One line; without a key are the items that have none. `share` is of the whole's numerator."""

    key: str | None
    name: str | None
    share: str | None
    share_percent: str | None

    @classmethod
    def facts_of(cls, part: Part, names: Mapping[str, str], decimals: int) -> dict[str, object]:
        key = part.key[0]
        return cls.numbers(part.figure, decimals) | {
            "key": key,
            "name": names.get(key) if key else None,
            "share": _exact(part.share),
            "share_percent": _percent(part.share, decimals),
        }


class BreakdownOut(AskedOut, DefinitionOut):
    """A figure and its parts, largest first. Where they overlap, the shares exceed 100 %."""

    by: Dimension
    overlapping: bool
    whole: NumbersOut
    shares_together: str | None
    shares_together_percent: str | None
    items: list[PartOut]

    @classmethod
    def facts_of(cls, found: Breakdown, decimals: int) -> dict[str, object]:
        shares = [each.share for each in found.parts if each.share is not None]
        together = sum(shares, Fraction(0)) if shares else None
        return {
            "by": found.by,
            "overlapping": found.overlapping,
            "whole": NumbersOut.numbers(found.whole, decimals),
            "shares_together": _exact(together),
            "shares_together_percent": _percent(together, decimals),
            "items": [PartOut.facts_of(each, found.names, decimals) for each in found.parts],
        }


class RankedOut(PartOut):
    """Equal ones share a rank, and the next one's counts them all: 1, 1, 3."""

    rank: int


class RankingOut(AskedOut, DefinitionOut):
    """The first `top`; together they are `share` of all. So many more share the last rank."""

    by: Dimension
    order: str
    top: int
    whole: NumbersOut
    together: str
    share: str | None
    share_percent: str | None
    more_tied: int
    items: list[RankedOut]

    @classmethod
    def facts_of(cls, found: Breakdown, ranking: Ranking, decimals: int) -> dict[str, object]:
        return {
            "by": found.by,
            "whole": NumbersOut.numbers(found.whole, decimals),
            "together": str(ranking.together),
            "share": _exact(ranking.share),
            "share_percent": _percent(ranking.share, decimals),
            "more_tied": ranking.more_tied,
            "items": [
                PartOut.facts_of(each.part, found.names, decimals) | {"rank": each.rank}
                for each in ranking.lines
            ],
        }


class DistributionOut(BaseModel):
    """How the items of a count lie: how far they are, what call-backs said."""

    metric: Metric
    by: Dimension
    whole: NumbersOut
    items: list[PartOut]

    @classmethod
    def of(cls, found: Breakdown, decimals: int) -> Self:
        return cls.model_validate(
            {"metric": found.whole.rule.metric} | BreakdownOut.facts_of(found, decimals)
        )


class StatisticsOut(AskedOut):
    """The figures of a division and period, as of an instant."""

    rates: list[FigureOut]
    counts: list[FigureOut]
    durations: list[FigureOut]
    distributions: list[DistributionOut]


class RowOut(BaseModel):
    """One item behind a figure. `weight` is what it adds, in items or days; `at` when it counted.

    `id` is the petition's, or the escalation's or the spot check's where these are counted.
    """

    id: UUID
    petition_id: UUID
    number: str
    state: State
    channel: Channel
    media: list[str]
    industry: str | None
    track: Track
    divisions: list[str]
    title: str
    object_name: str | None
    received_at: datetime
    accepted_at: datetime | None
    closed_at: datetime | None
    approximate: bool
    at: datetime
    weight: str

    @classmethod
    def of(cls, row: Row) -> Self:
        return cls.model_validate(dict(row.facts) | {"weight": str(row.weight)})
