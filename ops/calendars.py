"""A year's notice of holidays from the operator's side: what it would move, and publishing it.

The file has the form of `services/regions/calendars/data`: `years`, each with `year`, `version`,
`notice`, `title` if there is one, `days_off` and `make_up` by holiday.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from services.regions.base import SCHEMA as REGIONS
from services.regions.calendars import queries
from services.regions.calendars.models import PublishedYear
from services.regions.calendars.use_cases import publication
from services.regions.calendars.use_cases.peers import WITH_CLOCKS
from services.regions.calendars.use_cases.publication import Notice
from shared.auth.actor import Actor, ActorKind, Grant, Role
from shared.clock import machine_time
from shared.clock_rows import projection
from shared.clock_rows.projection import Moved
from shared.clocks.calendar import CalendarYear
from shared.clocks.json_form import calendar_year_to_json
from shared.db.session import SYSTEM, Database
from shared.errors import InvalidInput, RuleViolation

# Whoever can read the secrets of a stack is its system administrator.
OPERATOR: Final = Actor(
    UUID(int=0), ActorKind.SERVICE, "operator", (Grant(Role.SYSTEM_ADMINISTRATOR, ""),)
)
SHOWN: Final = 20


class BadFile(InvalidInput):
    code = "bad_calendar_file"
    zh = "日历文件格式有误:{reason}"
    en = "The calendar file is not in the form of the data files: {reason}"


class NotTheNextVersion(RuleViolation):
    code = "not_the_next_version"
    zh = "{year}年日历的下一版本应为 {expected},文件中为 {version}。"
    en = "The next version of {year} is {expected}; the file has {version}."


async def preview(urls: Mapping[str, str], file: Path) -> Sequence[str]:
    """Lines that say which running clocks of each service the file's new years would move."""
    lines: list[str] = []
    for notice, version in _notices(file):
        year = await _next(urls[REGIONS], notice, version)
        if year is None:
            lines.append(f"{notice.year} version {version}: known already")
            continue
        for service in (REGIONS, *WITH_CLOCKS):
            lines += await _preview_of(service, urls[service], year)
    return lines


async def publish(regions_url: str, file: Path, *, reason: str | None = None) -> Sequence[str]:
    """Publish the file's new years in one transaction; lines that say what was published."""
    lines: list[str] = []
    database = Database(regions_url, schema=REGIONS, pool_size=1)
    try:
        async with database.transaction(SYSTEM) as session:
            for notice, version in _notices(file):
                known = await queries.latest(session, notice.year)
                if _is_known(known, notice, version):
                    lines.append(f"{notice.year} version {version}: known already")
                    continue
                await publication.publish(
                    session,
                    OPERATOR,
                    notice,
                    expected_version=version - 1,
                    reason=reason or _read(file).get("source") or file.name,
                    now=machine_time(),
                )
                lines.append(f"{notice.year} version {version}: published ({notice.number})")
    finally:
        await database.close()
    return lines


async def _next(regions_url: str, notice: Notice, version: int) -> CalendarYear | None:
    database = Database(regions_url, schema=REGIONS, pool_size=1)
    try:
        async with database.transaction(SYSTEM) as session:
            known = await queries.latest(session, notice.year)
    finally:
        await database.close()
    return None if _is_known(known, notice, version) else notice.version(version)


async def _preview_of(service: str, url: str, year: CalendarYear) -> list[str]:
    database = Database(url, schema=service, pool_size=1)
    try:
        async with database.transaction(SYSTEM) as session:
            found = await projection.preview(session, year, most=SHOWN)
    finally:
        await database.close()
    head = f"{year.year} version {year.version}: {service} moves {found.moved} running clocks"
    more = found.moved - len(found.clocks)
    rest = [f"  and {more} more"] if more else []
    return [head, *map(_line, found.clocks), *rest]


def _line(moved: Moved) -> str:
    subject = f"{moved.subject_kind} {moved.subject_id} {moved.kind}"
    days = f"{moved.due_before} to {moved.due_after} ({moved.days_moved:+})"
    return f"  {subject}: {days}: {moved.why_en}"


def _is_known(known: PublishedYear | None, notice: Notice, version: int) -> bool:
    current = known.version if known else 0
    if version <= current:
        return True
    if not notice.number:
        raise BadFile(reason=f"{notice.year}: notice")
    if version != current + 1:
        raise NotTheNextVersion(year=notice.year, expected=current + 1, version=version)
    return False


def _notices(file: Path) -> Iterator[tuple[Notice, int]]:
    for plain in _read(file)["years"]:
        try:
            notice = Notice(
                plain["year"],
                plain["notice"] or "",
                plain.get("title"),
                plain["days_off"],
                plain["make_up"],
            )
            calendar_year_to_json(notice.version(plain["version"]))
        except (KeyError, TypeError, ValueError) as error:
            raise BadFile(reason=repr(error)) from None
        yield notice, plain["version"]


def _read(file: Path) -> Mapping[str, Any]:
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise BadFile(reason=str(error)) from None
    if not isinstance(document, dict) or not isinstance(document.get("years"), list):
        raise BadFile(reason="years")
    return document
