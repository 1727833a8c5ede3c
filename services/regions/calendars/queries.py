"""Every SELECT on calendar and law, and the statements that publish them as a set."""

from collections.abc import Sequence
from dataclasses import astuple, fields
from datetime import date, datetime
from typing import Final

import orjson
from sqlmodel import col, func, or_, select, tuple_
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from services.regions.calendars.models import LegalBasis, PublishedYear
from shared.clocks.calendar import CalendarYear, Versions, WorkCalendar
from shared.clocks.json_form import calendar_year_from_json, calendar_year_to_json
from shared.clocks.law import LegalBasisFact
from shared.db.session import driver
from shared.errors import NotFound

PUBLISH_YEARS: Final = """
INSERT INTO calendar_year (year, version, notice, days_off, make_up, published_at)
SELECT *, $6 FROM unnest($1::int[], $2::int[], $3::text[], $4::jsonb[], $5::jsonb[])
    ON CONFLICT DO NOTHING
RETURNING year
"""
BASIS_FIELDS: Final = tuple(each.name for each in fields(LegalBasisFact))
PUBLISH_BASES: Final = f"""
INSERT INTO legal_basis AS known ({", ".join(BASIS_FIELDS)}, version)
SELECT *, 1 FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[],
                        $7::date[], $8::date[], $9::date[], $10::text[])
    ON CONFLICT (law_code, article, valid_from) DO UPDATE
   SET title_zh = excluded.title_zh, title_en = excluded.title_en,
       subject_zh = excluded.subject_zh, subject_en = excluded.subject_en,
       text_date = excluded.text_date, valid_to = excluded.valid_to,
       superseded_by = excluded.superseded_by, version = known.version + 1
 WHERE (known.title_zh, known.title_en, known.subject_zh, known.subject_en, known.text_date,
        known.valid_to, known.superseded_by)
       IS DISTINCT FROM (excluded.title_zh, excluded.title_en, excluded.subject_zh,
        excluded.subject_en, excluded.text_date, excluded.valid_to, excluded.superseded_by)
RETURNING law_code
"""


async def publish_years(
    session: AsyncSession, years: Sequence[CalendarYear], *, now: datetime
) -> set[int]:
    """Add the versions not known yet; the years they belong to."""
    plain = [calendar_year_to_json(each) for each in years]
    rows = await (await driver(session)).fetch(
        PUBLISH_YEARS,
        [each["year"] for each in plain],
        [each["version"] for each in plain],
        [each["notice"] for each in plain],
        [orjson.dumps(each["days_off"]).decode() for each in plain],
        [orjson.dumps(each["make_up"]).decode() for each in plain],
        now,
    )
    return {row["year"] for row in rows}


async def publish_bases(session: AsyncSession, facts: Sequence[LegalBasisFact]) -> int:
    """Take the articles over; how many of them are new or corrected."""
    columns = zip(*map(astuple, facts), strict=True)
    rows = await (await driver(session)).fetch(PUBLISH_BASES, *map(list, columns))
    return len(rows)


def _current() -> SelectOfScalar[PublishedYear]:
    latest = select(PublishedYear.year, func.max(PublishedYear.version)).group_by(
        col(PublishedYear.year)
    )
    return (
        select(PublishedYear)
        .where(tuple_(col(PublishedYear.year), col(PublishedYear.version)).in_(latest))
        .order_by(col(PublishedYear.year))
    )


async def years(session: AsyncSession, *, after: int | None, limit: int) -> Sequence[PublishedYear]:
    """The latest version of each year, one more than `limit`."""
    statement = _current().limit(limit + 1)
    if after is not None:
        statement = statement.where(PublishedYear.year > after)
    return (await session.exec(statement)).all()


async def year(session: AsyncSession, year: int, *, version: int | None = None) -> PublishedYear:
    """One year's notice, the latest version unless another is asked for."""
    statement = select(PublishedYear).where(PublishedYear.year == year)
    if version is not None:
        statement = statement.where(PublishedYear.version == version)
    latest = statement.order_by(col(PublishedYear.version).desc()).limit(1)
    found = (await session.exec(latest)).one_or_none()
    if found is None:
        raise NotFound(what="calendar")
    return found


_kept: tuple[Versions, WorkCalendar] = (), WorkCalendar.of(())


async def work_calendar(session: AsyncSession) -> WorkCalendar:
    """The calendar of all published years; built anew only when a version was added."""
    global _kept  # noqa: PLW0603 -- one immutable value per process, replaced whole
    statement = select(PublishedYear.year, func.max(PublishedYear.version))
    grouped = statement.group_by(col(PublishedYear.year)).order_by(col(PublishedYear.year))
    versions = tuple((row[0], row[1]) for row in (await session.exec(grouped)).all())
    if versions != _kept[0]:
        rows = (await session.exec(_current())).all()
        _kept = versions, WorkCalendar.of(calendar_year_from_json(row.model_dump()) for row in rows)
    return _kept[1]


async def bases(
    session: AsyncSession,
    *,
    law_code: str | None,
    on_day: date | None,
    after: tuple[str, str, date] | None,
    limit: int,
) -> Sequence[LegalBasis]:
    """Articles by law and number, one more than `limit`; with a day, those in force on it."""
    key = tuple_(col(LegalBasis.law_code), col(LegalBasis.article), col(LegalBasis.valid_from))
    statement = select(LegalBasis).order_by(
        col(LegalBasis.law_code), col(LegalBasis.article), col(LegalBasis.valid_from)
    )
    if law_code is not None:
        statement = statement.where(LegalBasis.law_code == law_code)
    if on_day is not None:
        statement = statement.where(
            LegalBasis.valid_from <= on_day,
            or_(col(LegalBasis.valid_to).is_(None), col(LegalBasis.valid_to) >= on_day),
        )
    if after is not None:
        statement = statement.where(key > tuple_(*after))
    return (await session.exec(statement.limit(limit + 1))).all()


async def titles(session: AsyncSession, law_code: str) -> tuple[str, str]:
    """What the law is called in Chinese and English; empty for a law that is not recorded."""
    statement = (
        select(LegalBasis.title_zh, LegalBasis.title_en)
        .where(LegalBasis.law_code == law_code)
        .order_by(col(LegalBasis.valid_from).desc())
        .limit(1)
    )
    found = (await session.exec(statement)).one_or_none()
    return (found[0], found[1]) if found else ("", "")
