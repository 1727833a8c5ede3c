"""Whether every unit is covered, and what a year's audits came to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.unit_audits.domain.conduct import HourClass
from services.regions.unit_audits.queries import figures
from services.regions.unit_audits.queries.figures import Coverage, Tally, UnitFigures
from shared.auth.actor import Actor
from shared.auth.policy import require
from shared.clocks.days import legal_day
from shared.rule_settings import rule_settings


@dataclass(frozen=True, slots=True)
class Covered:
    """The units of a subtree, and how many audits a year each division's units are owed."""

    units: list[Coverage]
    required: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Year:
    hours: dict[HourClass, int]
    units: list[UnitFigures]
    tally: Tally


async def coverage(
    session: AsyncSession, actor: Actor, *, division: str, year: int, now: datetime
) -> Covered:
    """全覆盖: which county units were audited as often in the year as the settings ask."""
    require(actor, "unit_audit.overview", division=division)
    today = legal_day(now)
    settings = await rule_settings(session, division=division, on_day=today)
    units = await figures.coverage(
        session,
        division=division,
        year=year,
        kinds=settings["unit_audit.unit_kinds"],
        on_day=today,
    )
    required: dict[str, int] = {}
    for each in {unit.division for unit in units}:
        own = await rule_settings(session, division=each, on_day=today)
        required[each] = own["unit_audit.per_year"]
    return Covered(units, required)


async def year_figures(
    session: AsyncSession, actor: Actor, *, division: str, year: int, now: datetime
) -> Year:
    """The audits of a division's units that began in the year."""
    require(actor, "unit_audit.overview", division=division)
    first, last = date(year, 1, 1), date(year, 12, 31)
    return Year(
        await figures.hours(session, division=division, first=first, last=last),
        await figures.units(session, division=division, first=first, last=last),
        await figures.tally(session, division=division, first=first, last=last, now=now),
    )
