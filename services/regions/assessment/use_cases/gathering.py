"""Reading what counts: rows of every subject, and duties that have no row of their own.

A visit the grid owed and nobody made, an hour in which a desk was not kept: the subject works them
out, and each is named by where and when it was due.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.assessment.queries import events
from services.regions.assessment.queries.events import Gathered
from services.regions.duty.use_cases.watching import coverage
from services.regions.grid.domain.practice import Duty
from services.regions.grid.queries.practice import cells_between, duties
from services.regions.officers.domain import Period
from shared import divisions

HOUR: Final = timedelta(hours=1)
INSTANT: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Asked:
    """Which units, between which instants, as of when; `assessor` is who assesses."""

    units: Sequence[str]
    since: datetime
    until: datetime
    as_of: datetime
    assessor: str


async def _grid_visits(session: AsyncSession, asked: Asked) -> list[Gathered]:
    """What the cells of each unit owed: each visit by its cell and when it was due."""
    found: list[Gathered] = []
    for unit in asked.units:
        cells = await cells_between(session, unit, since=asked.since, until=asked.until)
        settled = await duties(
            session, cells, since=asked.since, until=asked.until, now=asked.as_of
        )
        for cell_id, owed in settled.items():
            found += _visits(unit, str(cell_id), owed)
    return found


def _visits(unit: str, cell_id: str, owed: Iterable[Duty]) -> Iterator[Gathered]:
    """Visits that were due at one instant are told apart by the order of their objects."""
    seen: Counter[datetime] = Counter()
    for each in owed:
        seen[each.due_at] += 1
        yield Gathered(
            indicator="grid_visits_made",
            division=unit,
            subject_kind="grid_cell",
            subject_id=cell_id,
            source_id=f"{cell_id}/{each.due_at.timestamp()}/{seen[each.due_at]}",
            at=each.settled_at,
            due_at=each.due_at,
            done_at=each.done_at,
            good=each.done_at is not None,
            value=Decimal(1),
        )


async def _duty_holes(session: AsyncSession, asked: Asked) -> list[Gathered]:
    """The times a unit's desks were not kept, up to the instant, in hours."""
    ends = min(asked.until, asked.as_of)
    if asked.since >= ends:
        return []  # nothing has passed yet
    past = Period(asked.since, ends)
    return [
        Gathered(
            indicator="duty_holes",
            division=desk.bureau.division,
            subject_kind="bureau",
            subject_id=str(desk.bureau.id),
            source_id=f"{desk.bureau.id}/{hole.starts_at.timestamp():.0f}",
            at=hole.ends_at - INSTANT,
            due_at=hole.starts_at,
            done_at=hole.ends_at,
            good=True,
            value=Decimal((hole.ends_at - hole.starts_at) / HOUR),
        )
        for unit in asked.units
        for desk in await coverage(session, unit, past, now=asked.as_of)
        for hole in desk.holes
    ]


Source = Callable[[AsyncSession, Asked], Awaitable[list[Gathered]]]
WORKED_OUT: Final[Mapping[str, Source]] = {
    "grid_visits_made": _grid_visits,
    "duty_holes": _duty_holes,
}


async def gather(session: AsyncSession, indicators: Sequence[str], asked: Asked) -> list[Gathered]:
    """Every row that counts; for a session beyond scope: it must not depend on who counts."""
    kept = [each for each in indicators if each in events.SOURCES]
    found = await events.gather(
        session,
        kept,
        asked.units,
        assessor=divisions.scope(asked.assessor),
        since=asked.since,
        until=asked.until,
        as_of=asked.as_of,
    )
    for indicator, source in WORKED_OUT.items():
        if indicator in indicators:
            found += await source(session, asked)
    return found
