"""The figure of a period beside earlier ones; a series of it; the rows behind it."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.statistics.domain.counting import MICROS_IN_DAY, weight
from services.petitions.statistics.domain.definitions import Definition, NoSuchRule, Unit
from services.petitions.statistics.domain.figures import Compared, Comparison, figure
from services.petitions.statistics.domain.periods import (
    Bucket,
    By,
    bucket_year_before,
    buckets,
    period_before,
    year_before,
)
from services.petitions.statistics.queries import figures as queries
from services.petitions.statistics.use_cases.asking import Question, counted


async def one(session: AsyncSession, question: Question, rule: Definition) -> Compared:
    """The figure of a period, last year's, and that of the period before."""
    this = question.period
    last, previous = year_before(this), period_before(this)
    found = await counted(session, question, rule.facts, [this, last, previous])
    now, year, step = (figure(rule, found[each], question.scope) for each in (this, last, previous))
    return Compared(now, this, Comparison(now, last, year), Comparison(now, previous, step))


@dataclass(frozen=True, slots=True)
class Point:
    """One bucket of a series."""

    bucket: Bucket
    compared: Compared


async def series(
    session: AsyncSession, question: Question, rule: Definition, by: By
) -> list[Point]:
    """The figure of every bucket of the period, each with the same bucket's of last year."""
    cut = buckets(question.period, by)
    last = {each.period: bucket_year_before(each.period, by) for each in cut}
    periods = [each.period for each in cut] + [each for each in last.values() if each]
    found = await counted(session, question, rule.facts, periods)
    points = []
    for bucket in cut:
        now = figure(rule, found[bucket.period], question.scope)
        before = last[bucket.period]
        year = None
        if before is not None:
            year = Comparison(now, before, figure(rule, found[before], question.scope))
        points.append(Point(bucket, Compared(now, bucket.period, year)))
    return points


@dataclass(frozen=True, slots=True)
class Row:
    """One item behind a figure and what it adds to it: its weight, or its weighted days."""

    id: UUID
    weight: Fraction
    facts: Any


async def rows(
    session: AsyncSession,
    question: Question,
    rule: Definition,
    *,
    of_denominator: bool,
    after: UUID | None,
    limit: int,
) -> list[Row]:
    """The items a figure's numerator or denominator is made of, as the caller may see them."""
    fact = rule.denominator if of_denominator else rule.numerator
    if fact is None:
        raise NoSuchRule(
            reason="part", pointer="part", metric=rule.metric.value, asked="denominator"
        )
    found = await queries.rows(
        session,
        fact,
        question.period,
        question.look,
        marked=rule.only_marked(of_denominator=of_denominator),
        after=after,
        limit=limit,
    )
    in_days = rule.unit is Unit.DAYS and not of_denominator
    return [
        Row(
            each["id"],
            weight(each["shares"], question.scope)
            * (Fraction(each["micros"], MICROS_IN_DAY) if in_days else 1),
            each,
        )
        for each in found
    ]
