"""All key figures of a division and period in one go."""

from dataclasses import dataclass
from typing import Final

from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.statistics.domain.definitions import Metric, definition
from services.petitions.statistics.domain.dimensions import Dimension
from services.petitions.statistics.domain.facts import Fact
from services.petitions.statistics.domain.figures import Compared, Comparison, figure
from services.petitions.statistics.domain.periods import year_before
from services.petitions.statistics.use_cases.asking import Question, counted, rules
from services.petitions.statistics.use_cases.breakdowns import Breakdown, lie

# How far the items received are, and what call-backs said: counted with the figures themselves.
DISTRIBUTED: Final = {
    Fact.RECEIVED: (Metric.RECEIVED, Dimension.PROGRESS),
    Fact.CALLED_BACK: (Metric.CALLED_BACK, Dimension.SATISFACTION),
}


@dataclass(frozen=True, slots=True)
class Overview:
    figures: list[Compared]
    distributions: list[Breakdown]


async def overview(session: AsyncSession, question: Question) -> Overview:
    """Each rule in force with last year's figure, and how items and call-backs lie."""
    this, last = question.period, year_before(question.period)
    asked = await rules(session, question)
    facts = [fact for rule in asked for fact in rule.facts]
    keys = {fact: by for fact, (_, by) in DISTRIBUTED.items()}
    found = await counted(session, question, facts, [this, last], by=keys)
    figures = []
    for rule in asked:
        now, before = (figure(rule, found[each], question.scope) for each in (this, last))
        figures.append(Compared(now, this, Comparison(now, last, before)))
    distributions = []
    for metric, by in DISTRIBUTED.values():
        rule = definition(metric)
        whole = figure(rule, found[this], question.scope)
        distributions.append(Breakdown(by, whole, lie(question, rule, by, found[this], whole), {}))
    return Overview(figures, distributions)
