"""A service's own copy of what `regions` publishes: working calendar, divisions, borders."""

import time
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Final

import orjson
from sqlmodel.ext.asyncio.session import AsyncSession

from shared.clocks.calendar import WorkCalendar
from shared.clocks.json_form import calendar_year_from_json
from shared.contracts.regions import BordersPublished, CalendarPublished, DivisionsPublished
from shared.db.session import driver
from shared.messaging.inbox import Handler, on

# A calendar changes once a year; a deadline computed in the seconds before it is re-projected.
KEEP_S: Final = 5.0
_kept: tuple[float, WorkCalendar] | None = None


async def calendar(session: AsyncSession) -> WorkCalendar:
    """The working calendar as this service knows it, at most `KEEP_S` old."""
    global _kept  # noqa: PLW0603 -- one immutable value per process, replaced whole
    if _kept is None or time.monotonic() - _kept[0] > KEEP_S:
        rows = await (await driver(session)).fetch("SELECT * FROM reference_calendar")
        _kept = time.monotonic(), WorkCalendar.of(map(calendar_year_from_json, rows))
    return _kept[1]


COMPLETE: Final = """
SELECT EXISTS (SELECT FROM reference_calendar)
   AND (SELECT count(*) FROM reference_division)
       >= (SELECT rows FROM reference_total WHERE kind = 'division')
   AND (SELECT count(*) FROM reference_border)
       >= (SELECT rows FROM reference_total WHERE kind = 'border')
"""


async def is_complete(session: AsyncSession) -> bool:
    """Whether all copies have arrived, so that deadlines and divisions can be trusted."""
    return bool(await (await driver(session)).fetchval(COMPLETE))


async def division_names(
    session: AsyncSession, codes: Iterable[str], *, on_day: date
) -> dict[str, str]:
    """Names of the divisions valid on the day; unknown codes are left out."""
    rows = await (await driver(session)).fetch(
        "SELECT code, name FROM reference_division WHERE code = ANY($1)"
        " AND valid_from <= $2 AND (valid_to IS NULL OR valid_to >= $2)",
        list(codes),
        on_day,
    )
    return {row["code"]: row["name"] for row in rows}


async def neighbours(session: AsyncSession, code: str) -> tuple[str, ...]:
    """The counties that share a border with this one."""
    rows = await (await driver(session)).fetch(
        "SELECT b AS code FROM reference_border WHERE a = $1"
        " UNION SELECT a FROM reference_border WHERE b = $1",
        code,
    )
    return tuple(sorted(row["code"] for row in rows))


async def keep_calendar(session: AsyncSession, event: CalendarPublished, _: datetime) -> None:
    """Take over a year's notice, unless a later version is kept. For a session of the system."""
    await (await driver(session)).execute(
        "INSERT INTO reference_calendar (year, version, notice, days_off, make_up)"
        " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (year) DO UPDATE SET version = $2, notice = $3,"
        " days_off = $4, make_up = $5 WHERE reference_calendar.version < $2",
        event.year,
        event.version,
        event.notice,
        orjson.dumps(event.days_off).decode(),
        orjson.dumps(event.make_up).decode(),
    )


async def _keep_divisions(session: AsyncSession, event: DivisionsPublished, _: datetime) -> None:
    await (await driver(session)).executemany(
        "INSERT INTO reference_division (code, name, valid_from, valid_to) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT (code, valid_from) DO UPDATE SET name = $2, valid_to = $4",
        [(each.code, each.name, each.valid_from, each.valid_to) for each in event.divisions],
    )
    await _keep_total(session, "division", event.total)


async def _keep_borders(session: AsyncSession, event: BordersPublished, _: datetime) -> None:
    await (await driver(session)).executemany(
        "DELETE FROM reference_border WHERE a = $1 AND b = $2", event.removed
    )
    await (await driver(session)).executemany(
        "INSERT INTO reference_border (a, b, km) VALUES ($1, $2, $3)"
        " ON CONFLICT (a, b) DO UPDATE SET km = $3",
        event.pairs,
    )
    await _keep_total(session, "border", event.total)


async def _keep_total(session: AsyncSession, kind: str, rows: int) -> None:
    """How many rows the source has, by which a copy knows whether it is whole."""
    await (await driver(session)).execute(
        "INSERT INTO reference_total (kind, rows) VALUES ($1, $2)"
        " ON CONFLICT (kind) DO UPDATE SET rows = $2",
        kind,
        rows,
    )


HANDLERS: Final[Mapping[str, Handler]] = dict(
    [
        on(CalendarPublished, keep_calendar),
        on(DivisionsPublished, _keep_divisions),
        on(BordersPublished, _keep_borders),
    ]
)
