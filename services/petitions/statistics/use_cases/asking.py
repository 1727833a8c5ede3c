"""What is asked about: whose figures, of which days, as of when."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final

from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.statistics.domain.counting import Group
from services.petitions.statistics.domain.definitions import (
    DEFINITIONS,
    Definition,
    Denominator,
    Metric,
    definition,
)
from services.petitions.statistics.domain.dimensions import Dimension, Filters
from services.petitions.statistics.domain.facts import Fact
from services.petitions.statistics.domain.periods import Period, layers
from services.petitions.statistics.queries import figures as queries
from services.petitions.statistics.queries.figures import Look
from shared import divisions
from shared.clocks.days import legal_day
from shared.rule_settings import rule_settings

SWITCH: Final = "statistics.dissatisfaction_denominator"


@dataclass(frozen=True, slots=True)
class Question:
    division: str
    period: Period
    filters: Filters
    as_of: datetime
    now: datetime

    @property
    def scope(self) -> str:
        return divisions.scope(self.division)

    @property
    def look(self) -> Look:
        return Look(self.scope, self.filters, self.as_of, back=self.as_of < self.now)


async def rule_for(
    session: AsyncSession,
    question: Question,
    metric: Metric,
    *,
    denominator: Denominator | None = None,
    version: str | None = None,
) -> Definition:
    """The rule asked for; the place's own denominator where none is named."""
    if denominator is None and version is None and metric is Metric.DISSATISFACTION_RATE:
        denominator = await _denominator(session, question)
    return definition(metric, denominator=denominator, version=version)


async def rules(session: AsyncSession, question: Question) -> list[Definition]:
    """Every rule in force at the place, one a metric."""
    denominator = await _denominator(session, question)
    return [each for each in DEFINITIONS if each.current and each.switch in (None, denominator)]


async def _denominator(session: AsyncSession, question: Question) -> Denominator:
    settings = await rule_settings(
        session, division=question.division, on_day=legal_day(question.as_of)
    )
    return Denominator(settings[SWITCH])


async def counted(
    session: AsyncSession,
    question: Question,
    facts: Iterable[Fact],
    periods: Iterable[Period],
    *,
    by: Mapping[Fact, Dimension] = MappingProxyType({}),
) -> Mapping[Period, Mapping[Fact, Sequence[Group]]]:
    """What each fact comes to in each period, told apart where `by` says; a statement a layer."""
    found: dict[Period, dict[Fact, Sequence[Group]]] = {}
    rows = layers(periods)
    for fact in dict.fromkeys(facts):
        for row in rows:
            groups = await queries.count(session, fact, row, question.look, by=by.get(fact))
            for period, own in groups.items():
                found.setdefault(period, {})[fact] = own
    return found
