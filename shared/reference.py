"""A service's own copy of what `regions` publishes: working calendar, law, divisions, borders."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Final

import orjson
from sqlmodel.ext.asyncio.session import AsyncSession

from shared.clocks.calendar import CalendarYear, WorkCalendar
from shared.clocks.json_form import calendar_year_from_json
from shared.clocks.law import LegalBasisFact
from shared.contracts.regions import (
    BordersPublished,
    CalendarPublished,
    DivisionsPublished,
    LegalBasesPublished,
)
from shared.crashpoint import crashpoint
from shared.db.session import driver, kept_for
from shared.messaging.inbox import Handler, on

# A calendar changes once a year; a deadline computed in the seconds after it with what was known
# before is found by the last pass of the re-projection (shared.clock_rows.projection).
KEEP_S: Final = 5.0


async def calendar(session: AsyncSession) -> WorkCalendar:
    """The working calendar as this service knows it, at most `KEEP_S` old."""
    return await kept_for(session, "calendar", _calendar, seconds=KEEP_S)


async def _calendar(session: AsyncSession) -> WorkCalendar:
    return WorkCalendar.of(await calendar_years(session))


async def calendar_years(session: AsyncSession) -> list[CalendarYear]:
    """The published years as they are at this moment."""
    rows = await (await driver(session)).fetch("SELECT * FROM reference_calendar")
    return list(map(calendar_year_from_json, rows))


Titles = Mapping[str, tuple[str, str]]


async def law_titles(session: AsyncSession) -> Titles:
    """What each law is called in Chinese and English by its latest text, at most `KEEP_S` old."""
    return await kept_for(session, "law_titles", _law_titles, seconds=KEEP_S)


async def _law_titles(session: AsyncSession) -> Titles:
    rows = await (await driver(session)).fetch(
        "SELECT DISTINCT ON (law_code) law_code, title_zh, title_en"
        " FROM reference_legal_basis ORDER BY law_code, valid_from DESC"
    )
    return {row["law_code"]: (row["title_zh"], row["title_en"]) for row in rows}


async def legal_bases(session: AsyncSession, law_codes: Iterable[str]) -> list[LegalBasisFact]:
    """Every recorded text of these laws' articles."""
    rows = await (await driver(session)).fetch(
        "SELECT * FROM reference_legal_basis WHERE law_code = ANY($1)"
        " ORDER BY law_code, article, valid_from",
        list(law_codes),
    )
    return [LegalBasisFact(**row) for row in rows]


COMPLETE: Final = """
SELECT EXISTS (SELECT FROM reference_calendar)
   AND (SELECT count(*) FROM reference_division)
       >= (SELECT rows FROM reference_total WHERE kind = 'division')
   AND (SELECT count(*) FROM reference_border)
       >= (SELECT rows FROM reference_total WHERE kind = 'border')
   AND (SELECT count(*) FROM reference_legal_basis)
       >= coalesce((SELECT rows FROM reference_total WHERE kind = 'legal_basis'), 0)
"""


async def is_complete(session: AsyncSession) -> bool:
    """Whether all copies have arrived, so that deadlines and divisions can be trusted.

    Law is waited for once it was announced: a `regions` of the release before never does.
    """
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


KNOWN_YEAR: Final = "SELECT * FROM reference_calendar WHERE year = $1 FOR UPDATE"
KEEP_YEAR: Final = """
INSERT INTO reference_calendar (year, version, notice, days_off, make_up)
VALUES ($1, $2, $3, $4, $5) ON CONFLICT (year) DO UPDATE
   SET version = $2, notice = $3, days_off = $4, make_up = $5
 WHERE reference_calendar.version < $2
RETURNING year
"""
# A version that comes while an earlier one's work goes on takes that work over.
TO_BE_PROJECTED: Final = """
WITH before AS (
  UPDATE calendar_projection SET done_at = clock_timestamp()
   WHERE year = $1 AND version < $2 AND done_at IS NULL
  RETURNING replaced
), known AS (
  SELECT jsonb_array_elements(replaced) AS year FROM before
)
INSERT INTO calendar_projection (year, version, notice, replaced)
SELECT $1, $2, $3, coalesce((SELECT jsonb_agg(year) FROM known), '[]') || $4::jsonb
"""


async def keep_calendar(session: AsyncSession, event: CalendarPublished, _: datetime) -> None:
    """Take over a year's notice, unless a later version is kept. For a session of the system.

    The clocks that run follow by a job (shared.clock_rows.projection).
    """
    connection = await driver(session)
    known = await connection.fetchrow(KNOWN_YEAR, event.year)
    kept = await connection.fetchval(
        KEEP_YEAR,
        event.year,
        event.version,
        event.notice,
        orjson.dumps(event.days_off).decode(),
        orjson.dumps(event.make_up).decode(),
    )
    if kept is None:
        return
    replaced = orjson.dumps([dict(known)] if known else []).decode()
    await connection.execute(TO_BE_PROJECTED, event.year, event.version, event.notice, replaced)
    crashpoint("calendar.kept")


KEEP_LAW: Final = """
INSERT INTO reference_legal_basis (law_code, article, valid_from, valid_to, text_date, title_zh,
                                   title_en, subject_zh, subject_en, superseded_by)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
ON CONFLICT (law_code, article, valid_from) DO UPDATE
   SET valid_to = $4, text_date = $5, title_zh = $6, title_en = $7, subject_zh = $8,
       subject_en = $9, superseded_by = $10
"""


async def keep_legal_bases(session: AsyncSession, event: LegalBasesPublished, _: datetime) -> None:
    """Take over a law's articles. For a session of the system."""
    await (await driver(session)).executemany(
        KEEP_LAW,
        [
            (
                event.law_code,
                each.article,
                each.valid_from,
                each.valid_to,
                each.text_date,
                each.title_zh,
                each.title_en,
                each.subject_zh,
                each.subject_en,
                each.superseded_by,
            )
            for each in event.bases
        ],
    )


async def _hear_legal_bases(
    session: AsyncSession, event: LegalBasesPublished, at: datetime
) -> None:
    await keep_legal_bases(session, event, at)
    await _keep_total(session, "legal_basis", event.total)


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
        on(LegalBasesPublished, _hear_legal_bases),
        on(DivisionsPublished, _keep_divisions),
        on(BordersPublished, _keep_borders),
    ]
)
