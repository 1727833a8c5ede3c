"""Every SELECT on calendar and law, and the statements that publish them as a set."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from datetime import date, datetime
from typing import Final
from uuid import UUID

import orjson
from sqlmodel import col, func, or_, select, tuple_
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from services.regions.calendars.models import LegalBasis, PublishedYear
from shared.clocks.calendar import CalendarYear, Versions, WorkCalendar
from shared.clocks.json_form import calendar_year_from_json, calendar_year_to_json
from shared.clocks.law import LegalBasisFact
from shared.contracts.regions import LegalBasesPublished
from shared.db.session import driver
from shared.errors import NotFound

PUBLISH_YEARS: Final = """
INSERT INTO calendar_year (year, version, notice, days_off, make_up, published_at, title,
                           published_by, reason)
SELECT *, $6, $7::text, $8::uuid, $9::text
  FROM unnest($1::int[], $2::int[], $3::text[], $4::jsonb[], $5::jsonb[])
    ON CONFLICT DO NOTHING
RETURNING year
"""
BASIS_FIELDS: Final = tuple(each.name for each in fields(LegalBasisFact))
PUBLISH_BASES: Final = f"""
INSERT INTO legal_basis AS known ({", ".join(BASIS_FIELDS)}, version, published_by)
SELECT *, 1, $11::uuid
  FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[],
              $7::date[], $8::date[], $9::date[], $10::text[])
    ON CONFLICT (law_code, article, valid_from) DO UPDATE
   SET title_zh = excluded.title_zh, title_en = excluded.title_en,
       subject_zh = excluded.subject_zh, subject_en = excluded.subject_en,
       text_date = excluded.text_date, valid_to = excluded.valid_to,
       superseded_by = excluded.superseded_by, version = known.version + 1,
       published_by = excluded.published_by
 WHERE (excluded.published_by IS NOT NULL OR known.published_by IS NULL)
   AND (known.title_zh, known.title_en, known.subject_zh, known.subject_en, known.text_date,
        known.valid_to, known.superseded_by)
       IS DISTINCT FROM (excluded.title_zh, excluded.title_en, excluded.subject_zh,
        excluded.subject_en, excluded.text_date, excluded.valid_to, excluded.superseded_by)
RETURNING law_code
"""


@dataclass(frozen=True, slots=True)
class Publication:
    """What the notice is called, who published it and why; empty for the repository's files."""

    title: str | None = None
    published_by: UUID | None = None
    reason: str | None = None


FROM_FILES: Final = Publication()


async def publish_years(
    session: AsyncSession,
    years: Sequence[CalendarYear],
    *,
    now: datetime,
    publication: Publication = FROM_FILES,
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
        publication.title,
        publication.published_by,
        publication.reason,
    )
    return {row["year"] for row in rows}


LOCK: Final = "SELECT pg_advisory_xact_lock(hashtextextended('regions.' || $1, 0))"


async def lock_year(session: AsyncSession, year: int) -> None:
    """Nobody else publishes the year until the transaction ends."""
    await (await driver(session)).execute(LOCK, f"calendar.{year}")


async def lock_law(session: AsyncSession) -> None:
    """Nobody else publishes law until the transaction ends."""
    await (await driver(session)).execute(LOCK, "law")


async def publish_bases(
    session: AsyncSession, facts: Sequence[LegalBasisFact], *, published_by: UUID | None = None
) -> set[str]:
    """Take the articles over; the laws of those that are new or corrected.

    What somebody published by hand, no file overwrites.
    """
    columns = zip(*map(astuple, facts), strict=True)
    rows = await (await driver(session)).fetch(PUBLISH_BASES, *map(list, columns), published_by)
    return {row["law_code"] for row in rows}


UNTOLD: Final = """
SELECT DISTINCT law_code FROM legal_basis b
 WHERE NOT EXISTS (SELECT FROM outbox_event
                    WHERE topic = $1 AND key = 'law:' || b.law_code)
"""


async def untold_laws(session: AsyncSession) -> set[str]:
    """Laws that were recorded but never announced."""
    rows = await (await driver(session)).fetch(UNTOLD, LegalBasesPublished.topic)
    return {row["law_code"] for row in rows}


async def count_bases(session: AsyncSession) -> int:
    """How many texts of articles are recorded, by which a copy knows whether it is whole."""
    statement = select(func.count()).select_from(LegalBasis)
    return (await session.exec(statement)).one()


async def texts(session: AsyncSession, law_code: str) -> Sequence[LegalBasis]:
    """Every text of the law's articles."""
    statement = (
        select(LegalBasis)
        .where(LegalBasis.law_code == law_code)
        .order_by(col(LegalBasis.article), col(LegalBasis.valid_from))
        .execution_options(populate_existing=True)  # they are written by statements of our own
    )
    return (await session.exec(statement)).all()


async def basis(
    session: AsyncSession, law_code: str, article: str, valid_from: date
) -> LegalBasis | None:
    """One text of an article."""
    statement = (
        select(LegalBasis)
        .where(
            LegalBasis.law_code == law_code,
            LegalBasis.article == article,
            LegalBasis.valid_from == valid_from,
        )
        .execution_options(populate_existing=True)  # as above
    )
    return (await session.exec(statement)).one_or_none()


async def facts(session: AsyncSession) -> list[LegalBasisFact]:
    """The whole law as it is recorded: some hundred rows."""
    return [fact_of(row) for row in (await session.exec(select(LegalBasis))).all()]


def fact_of(row: LegalBasis) -> LegalBasisFact:
    return LegalBasisFact(**row.model_dump(include=set(BASIS_FIELDS)))


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
    found = await latest(session, year, version=version)
    if found is None:
        raise NotFound(what="calendar")
    return found


async def latest(
    session: AsyncSession, year: int, *, version: int | None = None
) -> PublishedYear | None:
    """As `year`; None if there is none."""
    statement = select(PublishedYear).where(PublishedYear.year == year)
    if version is not None:
        statement = statement.where(PublishedYear.version == version)
    newest = statement.order_by(col(PublishedYear.version).desc()).limit(1)
    return (await session.exec(newest)).one_or_none()


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
