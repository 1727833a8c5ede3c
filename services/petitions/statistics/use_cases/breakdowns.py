"""Figures broken down and ranked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.statistics.domain.definitions import Definition
from services.petitions.statistics.domain.dimensions import (
    OVERLAPPING,
    Dimension,
    keyed,
    require_breakdown,
)
from services.petitions.statistics.domain.figures import (
    Counted,
    Figure,
    Part,
    Ranking,
    figure,
    parts,
    ranking,
)
from services.petitions.statistics.use_cases.asking import Question, counted
from shared import reference
from shared.clocks.days import legal_day

PLACES: Final = frozenset({Dimension.COUNTY, Dimension.CITY})


@dataclass(frozen=True, slots=True)
class Breakdown:
    """A whole and its parts; where the parts overlap, their shares exceed one."""

    by: Dimension
    whole: Figure
    parts: Sequence[Part]
    names: Mapping[str, str]

    @property
    def overlapping(self) -> bool:
        return self.by in OVERLAPPING


async def breakdown(
    session: AsyncSession, question: Question, rule: Definition, by: Dimension
) -> Breakdown:
    """The figure of every county, channel and so on, and each one's share of the whole."""
    require_breakdown(rule, by)
    period = question.period
    keys = dict.fromkeys(rule.facts, by)
    found = (await counted(session, question, rule.facts, [period], by=keys))[period]
    alone = found
    if by in OVERLAPPING:
        # The parts say nothing about the whole: an item is in several of them.
        alone = (await counted(session, question, rule.facts, [period]))[period]
    whole = figure(rule, alone, question.scope)
    lines = lie(question, rule, by, found, whole)
    return Breakdown(by, whole, lines, await _names(session, question, by, lines))


def lie(
    question: Question, rule: Definition, by: Dimension, found: Counted, whole: Figure
) -> list[Part]:
    """The parts of a whole, out of what was counted by their keys."""
    apart = {fact: keyed(found[fact], by, question.scope) for fact in rule.facts}
    return parts(rule, apart, question.scope, whole)


async def _names(
    session: AsyncSession, question: Question, by: Dimension, lines: Sequence[Part]
) -> Mapping[str, str]:
    """What divisions were called at the period's end; an object brings its name along."""
    if by is Dimension.OBJECT:
        return {str(line.key[0]): str(line.key[1]) for line in lines if line.key[0]}
    if by not in PLACES:
        return {}
    codes = [str(line.key[0]) for line in lines]
    day = min(question.period.last, legal_day(question.as_of))
    return await reference.division_names(session, codes, on_day=day)


async def ranked(
    session: AsyncSession,
    question: Question,
    rule: Definition,
    by: Dimension,
    *,
    top: int,
    by_value: bool,
) -> tuple[Breakdown, Ranking]:
    """The counties or objects with most of it, and what the first `top` come to together."""
    whole = await breakdown(session, question, rule, by)
    return whole, ranking(whole.parts, whole=whole.whole, top=top, by_value=by_value)
