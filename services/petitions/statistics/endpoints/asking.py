"""What is asked of the figures, out of a query; what is not known is refused, never overlooked."""

from datetime import date
from typing import Annotated, Final
from uuid import UUID

from fastapi import Depends, Query, Request, params
from fastapi.dependencies.utils import get_flat_params
from fastapi.routing import APIRoute
from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from services.petitions.intake.domain import Form, Medium
from services.petitions.intake.queries import scopes_asked
from services.petitions.profiles.domain import Channel, Track
from services.petitions.statistics.domain.definitions import Definition, Denominator, Metric
from services.petitions.statistics.domain.dimensions import Filters, Progress
from services.petitions.statistics.domain.periods import period_of
from services.petitions.statistics.use_cases.asking import Question, rule_for
from shared.errors import InvalidInput, NotFound
from shared.http.access import ActorDep
from shared.http.body import FIRST_YEAR, LAST_YEAR, Division, Instant
from shared.http.now import Now
from shared.http.routing import SessionDep


class UnknownFilter(InvalidInput):
    code = "unknown_filter"
    zh = "不支持的查询参数:{name}"
    en = "There is no filter {name}."


class FilterTwice(InvalidInput):
    code = "filter_twice"
    zh = "查询参数重复:{name}"
    en = "The filter {name} is given twice."


class AsOfInFuture(InvalidInput):
    code = "as_of_in_future"
    zh = "统计时点不能晚于现在。"
    en = "Nothing is known as of an instant to come."


async def _known_only(request: Request) -> None:
    """A filter misspelt would answer with the figure of everything."""
    route: APIRoute = request.scope["route"]
    known = {
        each.alias
        for each in get_flat_params(route.dependant)
        if isinstance(each.field_info, params.Query)
    }
    given = [name for name, _ in request.query_params.multi_items()]
    for name in given:
        if name not in known:
            raise UnknownFilter(reason=name, pointer=name, name=name)
        if given.count(name) > 1:
            raise FilterTwice(reason=name, pointer=name, name=name)


KNOWN_ONLY: Final = Depends(_known_only)


def _plausible(day: date) -> date:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise PydanticCustomError("implausible_time", "implausible time")
    return day


Day = Annotated[date, AfterValidator(_plausible)]


async def _filters(
    channel: Channel | None = None,
    medium: Medium | None = None,
    industry: Annotated[
        str | None,
        Query(
            pattern=r"^[A-Z]?[0-9]{0,4}$", min_length=1, description="GB/T 4754, or how it begins"
        ),
    ] = None,
    track: Track | None = None,
    form: Form | None = None,
    import_id: Annotated[UUID | None, Query(description="Only of this import")] = None,
    progress: Progress | None = None,
) -> Filters:
    return Filters(channel, medium, industry, track, form, import_id, progress)


async def _question(
    actor: ActorDep,
    now: Now,
    filters: Annotated[Filters, Depends(_filters)],
    division: Division,
    first_day: Annotated[Day, Query(description="First legal day counted")],
    last_day: Annotated[Day, Query(description="Last legal day counted")],
    as_of: Annotated[
        Instant | None, Query(description="What was recorded later does not count; now by default")
    ] = None,
) -> Question:
    period = period_of(first_day, last_day)
    if as_of is not None and as_of > now:
        raise AsOfInFuture(reason="as_of", pointer="as_of")
    # Of a division beyond the caller's, some rows at most would be counted.
    if not scopes_asked(actor.scopes, division):
        raise NotFound(what="division")
    return Question(division, period, filters, as_of or now, now)


Asked = Annotated[Question, Depends(_question)]
Decimals = Annotated[int, Query(ge=0, le=6, description="Decimals that are shown, half up")]


async def _rule(
    session: SessionDep,
    question: Asked,
    metric: Metric,
    denominator: Annotated[
        Denominator | None,
        Query(description="Of the dissatisfaction rate; by default the place's own"),
    ] = None,
    version: Annotated[
        str | None, Query(max_length=64, description="By default the version in force")
    ] = None,
) -> Definition:
    return await rule_for(session, question, metric, denominator=denominator, version=version)


Rule = Annotated[Definition, Depends(_rule)]
