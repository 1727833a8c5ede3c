"""Bodies of statistics."""

from datetime import date, datetime
from typing import Self

from pydantic import BaseModel

from services.petitions.statistics.domain import Metric, Rate


class RateOut(BaseModel):
    """A rate with everything needed to check it; fractions are exact, such as `1/4` or `7`."""

    metric: Metric
    version: str
    rule_zh: str
    rule_en: str
    numerator: str
    denominator: str
    value: str | None
    percent: str | None

    @classmethod
    def of(cls, rate: Rate) -> Self:
        return cls(
            metric=rate.metric,
            version=rate.rule.version,
            rule_zh=rate.rule.zh,
            rule_en=rate.rule.en,
            numerator=str(rate.numerator),
            denominator=str(rate.denominator),
            value=None if rate.value is None else str(rate.value),
            percent=rate.percent,
        )


class StatisticsOut(BaseModel):
    """The figures of a division and period, as of an instant."""

    division: str
    first_day: date
    last_day: date
    as_of: datetime
    rates: list[RateOut]
