"""The figures of a period."""

from datetime import date, datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.statistics import queries
from services.petitions.statistics.domain import RULES, Denominator, Metric, Rate, total
from services.petitions.through_train.domain import midnight
from shared import divisions
from shared.clocks.days import legal_day
from shared.rule_settings import rule_settings


async def rates(
    session: AsyncSession, *, division: str, first: date, last: date, now: datetime
) -> list[Rate]:
    """Repeat rate and dissatisfaction rate of the legal days from `first` to `last`."""
    scope = divisions.scope(division)
    start, end = midnight(first), midnight(last + timedelta(days=1))
    settings = await rule_settings(session, division=division, on_day=legal_day(now))
    against = Denominator(settings["statistics.dissatisfaction_denominator"])
    received = await queries.received(session, scope=scope, start=start, end=end)
    calls = await queries.last_calls(session, scope=scope, start=start, end=end)
    counted = (
        calls
        if against is Denominator.VALID_CALLBACK
        else await queries.closed(session, scope=scope, start=start, end=end)
    )
    return [
        Rate(
            Metric.REPEAT_RATE,
            RULES[Metric.REPEAT_RATE, None],
            total(received, scope, counting=True),
            total(received, scope),
        ),
        Rate(
            Metric.DISSATISFACTION_RATE,
            RULES[Metric.DISSATISFACTION_RATE, against],
            total(calls, scope, counting=True),
            total(counted, scope),
        ),
    ]
