"""Statistics over HTTP."""

from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Query

from services.petitions.statistics.domain.definitions import (
    DEFINITIONS,
    Definition,
    Unit,
)
from services.petitions.statistics.domain.dimensions import Dimension
from services.petitions.statistics.domain.periods import By
from services.petitions.statistics.endpoints.asking import KNOWN_ONLY, Asked, Decimals, Rule
from services.petitions.statistics.schemas import (
    AskedOut,
    BreakdownOut,
    DefinitionOut,
    DefinitionsOut,
    DistributionOut,
    FigureOut,
    OneFigureOut,
    PointOut,
    RankingOut,
    RowOut,
    SeriesOut,
    StatisticsOut,
)
from services.petitions.statistics.use_cases import breakdowns, figures
from services.petitions.statistics.use_cases.asking import Question
from services.petitions.statistics.use_cases.overview import overview
from shared.http.access import policy
from shared.http.pages import Page, PageDep
from shared.http.routing import Route, SessionDep

router: Final = APIRouter(
    prefix="/petition-statistics", tags=["petition-statistics"], route_class=Route
)
READ: Final = [policy("statistics.read"), KNOWN_ONLY]


def _said(question: Question, rule: Definition) -> dict[str, Any]:
    return AskedOut.asked(question) | DefinitionOut.said(rule)


@router.get("", dependencies=READ)
async def statistics(session: SessionDep, question: Asked, decimals: Decimals = 1) -> StatisticsOut:
    """All key figures with numerator, denominator, rule, and last year's."""
    found = await overview(session, question)
    shown = {
        unit: [FigureOut.of(each, decimals) for each in found.figures if each.unit is unit]
        for unit in Unit
    }
    return StatisticsOut.model_validate(
        AskedOut.asked(question)
        | {
            "rates": shown[Unit.PERCENT],
            "counts": shown[Unit.ITEMS],
            "durations": shown[Unit.DAYS],
            "distributions": [DistributionOut.of(each, decimals) for each in found.distributions],
        }
    )


@router.get("/definitions", dependencies=READ)
async def definitions() -> DefinitionsOut:
    """Every rule in every version: what was published by one can be counted by it again."""
    return DefinitionsOut.of(DEFINITIONS)


@router.get("/rankings", dependencies=READ)
async def rankings(
    session: SessionDep,
    question: Asked,
    rule: Rule,
    by: Literal[Dimension.COUNTY, Dimension.CITY, Dimension.OBJECT],
    order: Annotated[
        Literal["count", "value"], Query(description="By the numerator, or by the rate")
    ] = "count",
    top: Annotated[int, Query(ge=1, le=200)] = 10,
    decimals: Decimals = 1,
) -> RankingOut:
    """The counties or the objects with most, and what they come to together."""
    whole, ranking = await breakdowns.ranked(
        session, question, rule, by, top=top, by_value=order == "value"
    )
    return RankingOut.model_validate(
        _said(question, rule)
        | RankingOut.facts_of(whole, ranking, decimals)
        | {"order": order, "top": top}
    )


@router.get("/{metric}", dependencies=READ)
async def one(
    session: SessionDep,
    question: Asked,
    rule: Rule,
    decimals: Decimals = 1,
) -> OneFigureOut:
    """One figure, with last year's and that of the period before."""
    found = await figures.one(session, question, rule)
    return OneFigureOut.answer(question, found, decimals)


@router.get("/{metric}/series", dependencies=READ)
async def series(
    session: SessionDep,
    question: Asked,
    rule: Rule,
    by: By,
    decimals: Decimals = 1,
) -> SeriesOut:
    """The figure of every day, week, month, quarter or year of the period."""
    points = await figures.series(session, question, rule, by)
    items = [PointOut.of(each, decimals) for each in points]
    return SeriesOut.model_validate(_said(question, rule) | {"by": by, "items": items})


@router.get("/{metric}/breakdown", dependencies=READ)
async def breakdown(
    session: SessionDep,
    question: Asked,
    rule: Rule,
    by: Dimension,
    decimals: Decimals = 1,
) -> BreakdownOut:
    """The figure of every county, channel, medium or industry, and each one's share."""
    found = await breakdowns.breakdown(session, question, rule, by)
    return BreakdownOut.model_validate(
        _said(question, rule) | BreakdownOut.facts_of(found, decimals)
    )


@router.get("/{metric}/rows", dependencies=READ)
async def rows(
    session: SessionDep,
    question: Asked,
    rule: Rule,
    page: PageDep,
    part: Annotated[Literal["numerator", "denominator"], Query()] = "numerator",
) -> Page[RowOut]:
    """The items behind a figure; the weights of all pages add up to the part asked for."""
    found = await figures.rows(
        session,
        question,
        rule,
        of_denominator=part == "denominator",
        after=UUID(page.after[0]) if page.after else None,
        limit=page.limit + 1,
    )
    items = page.cut(found, key=lambda row: (str(row.id),))
    return Page(items=[RowOut.of(each) for each in items], next=page.next)
