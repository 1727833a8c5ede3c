"""Every SELECT of intake, and the one INSERT that is hot."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import or_, tuple_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.intake.domain import (
    Form,
    Medium,
    State,
    Urgency,
    grams_of,
    search_text,
)
from services.petitions.intake.models import (
    Petition,
    PetitionDraft,
    PetitionStep,
    UpwardReport,
)
from services.petitions.profiles.domain import Channel, Track
from shared import divisions
from shared.db.session import driver
from shared.errors import NotFound

NEXT_NUMBER: Final = """
INSERT INTO number_counter AS counter (series, division, year, last) VALUES ($1, $2, $3, 1)
ON CONFLICT (series, division, year) DO UPDATE SET last = counter.last + 1
RETURNING last
"""
ROW: Final = (
    "p.id, p.number, p.parent_id, p.state, p.channel, p.media, p.urgency, p.office, p.holder,"
    " p.divisions,"
    " p.redacted_title AS title, p.object_name, p.received_at, p.version"
)
# As `search_text` makes it of what `grams` is made of.
SEARCHED: Final = (
    "regexp_replace(lower(normalize(concat_ws(E'\\n', p.redacted_title, p.redacted_body, p.place,"
    " p.object_name), NFKC)), '[^\\S\\n]+', '', 'g')"
)
PAIR: Final = 2
KEEP_PARTS: Final = """
WITH gone AS (
  DELETE FROM petition_part WHERE petition_id = $1 AND scope <> ALL($2)
)
INSERT INTO petition_part (petition_id, scope, received_at)
SELECT $1, scope, $3 FROM unnest($2::text[]) AS scope ON CONFLICT DO NOTHING
"""
# Tables of any floor whose rows are seen by whoever sees their petition.
SHOW_TO: Final = """
WITH line AS (UPDATE petition_step SET visible_to = $2 WHERE petition_id = $1),
     term AS (UPDATE clock SET visible_to = $2 WHERE subject_id = $1),
     barred AS (UPDATE recusal SET visible_to = $2 WHERE petition_id = $1),
     called AS (UPDATE supervisor_call SET visible_to = $2 WHERE petition_id = $1)
UPDATE upward_report SET visible_to = $2 WHERE petition_id = $1
"""
MERGED: Final = """
SELECT p.id AS petition_id, p.number, p.state, m.reason, m.merged_by_name AS merged_by, m.at,
       m.undone_at, m.undone_by_name AS undone_by, m.undone_reason, m.into_id = $1 AS here
  FROM merge_link m
  JOIN petition p ON p.id = CASE WHEN m.into_id = $1 THEN m.petition_id ELSE m.into_id END
 WHERE m.petition_id = $1 OR m.into_id = $1 ORDER BY m.at, m.id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which petitions a list, an export or a figure's rows are about; whatever is left out is any.

    Days are instants here: from the first inclusive, before the second.
    """

    # Each is found in the redacted text, title, place or object; never in what is not redacted.
    words: Sequence[str] = ()
    number: str | None = None
    states: Sequence[State] = ()
    channels: Sequence[Channel] = ()
    media: Sequence[Medium] = ()
    urgencies: Sequence[Urgency] = ()
    forms: Sequence[Form] = ()
    tracks: Sequence[Track] = ()
    # A letter or more digits of GB/T 4754, with all below it.
    industry: str | None = None
    # The scope the matter lies in, whoever holds it.
    lies_in: str | None = None
    object_key: str | None = None
    received_from: datetime | None = None
    received_before: datetime | None = None
    # Whether a running clock is past due at `as_of`, which this needs.
    overdue: bool | None = None
    as_of: datetime | None = None
    handler_id: UUID | None = None
    repeated: bool | None = None
    import_id: UUID | None = None
    parent_id: UUID | None = None
    coordinating: bool | None = None


def conditions(wanted: Filter, values: list[Any]) -> str:
    """The filter as SQL over `petition p`, to stand behind a WHERE or an AND.

    What it needs is appended to `values`, whose place in the list is its number in the SQL.
    """
    parts = [*_facts(wanted, values), *_relations(wanted, values), *_words(wanted, values)]
    return " AND ".join(parts) or "TRUE"


def _facts(wanted: Filter, values: list[Any]) -> Iterator[str]:
    listed: tuple[tuple[str, Sequence[StrEnum]], ...] = (
        ("p.state = ANY({}::text[])", wanted.states),
        ("p.channel = ANY({}::text[])", wanted.channels),
        ("p.media && {}::text[]", wanted.media),
        ("p.urgency = ANY({}::text[])", wanted.urgencies),
        ("p.form = ANY({}::text[])", wanted.forms),
        ("p.track = ANY({}::text[])", wanted.tracks),
    )
    for test, choices in listed:
        if choices:
            yield test.format(_place([each.value for each in choices], values))
    single: tuple[tuple[str, object], ...] = (
        ("p.number = {}", wanted.number),
        ("starts_with(p.industry, {})", wanted.industry),
        ("EXISTS (SELECT FROM unnest(p.divisions) AS d WHERE starts_with(d, {}))", wanted.lies_in),
        ("p.object_key = {}", wanted.object_key),
        ("p.received_at >= {}", wanted.received_from),
        ("p.received_at < {}", wanted.received_before),
        ("p.handler_id = {}", wanted.handler_id),
        ("p.import_id = {}", wanted.import_id),
        ("p.parent_id = {}", wanted.parent_id),
    )
    for test, value in single:
        if value is not None:
            yield test.format(_place(value, values))


def _relations(wanted: Filter, values: list[Any]) -> Iterator[str]:
    if wanted.overdue is not None:
        yield (
            "EXISTS (SELECT FROM clock c WHERE c.subject_id = p.id AND c.subject_kind = 'petition'"
            f" AND c.state = 'running' AND c.due_at <= {_place(wanted.as_of, values)})"
            f" = {_place(wanted.overdue, values)}"
        )
    if wanted.repeated is not None:
        is_repeat = "EXISTS (SELECT FROM repeat_link r WHERE r.petition_id = p.id)"
        yield f"({is_repeat} OR p.stated_repeat) = {_place(wanted.repeated, values)}"
    if wanted.coordinating is not None:
        has_parts = "EXISTS (SELECT FROM petition part WHERE part.parent_id = p.id)"
        yield f"{has_parts} = {_place(wanted.coordinating, values)}"


def _words(wanted: Filter, values: list[Any]) -> Iterator[str]:
    """Pairs of characters by the index; a longer word must also be there as it stands."""
    for word in map(search_text, wanted.words):
        yield f"p.grams @> {_place(grams_of(word), values)}::text[]"
        if len(word) > PAIR:
            yield f"strpos({SEARCHED}, {_place(word, values)}) > 0"


def _place(value: object, values: list[Any]) -> str:
    values.append(value)
    return f"${len(values)}"


async def next_number(session: AsyncSession, series: str, division: str, year: int) -> int:
    """The next number of a series; a rolled-back transaction leaves no gap."""
    connection = await driver(session)
    number: int = await connection.fetchval(NEXT_NUMBER, series, division, year)
    return number


async def insert(session: AsyncSession, table: str, facts: Mapping[str, Any]) -> None:
    """One row by one prepared statement: a third of the cost of the ORM's flush."""
    columns = ", ".join(facts)
    places = ", ".join(f"${place}" for place in range(1, len(facts) + 1))
    values = [
        orjson.dumps(value).decode() if isinstance(value, dict) else value
        for value in facts.values()
    ]
    connection = await driver(session)
    await connection.execute(f"INSERT INTO {table} ({columns}) VALUES ({places})", *values)


async def keep_parts(session: AsyncSession, petition: Petition) -> None:
    """Let the parts say who sees the petition beside the unit that holds it and those above."""
    await keep_parts_of(session, petition.model_dump())


async def keep_parts_of(session: AsyncSession, row: Mapping[str, Any]) -> None:
    """`keep_parts` for a petition read as a plain row."""
    above = divisions.lineage(row["holder"])
    parts = [scope for scope in row["visible_to"] if scope not in above]
    await (await driver(session)).execute(KEEP_PARTS, row["id"], parts, row["received_at"])


async def petition(session: AsyncSession, petition_id: UUID) -> Petition:
    """The petition, if the caller may know of it."""
    statement = select(Petition).where(Petition.id == petition_id)
    return _found((await session.exec(statement)).one_or_none())


async def lock_petition(session: AsyncSession, petition_id: UUID) -> Petition:
    """The petition, locked until the transaction ends. For every change."""
    statement = (
        select(Petition)
        .where(Petition.id == petition_id)
        .with_for_update()
        .execution_options(populate_existing=True)  # a copy read before the lock may be stale
    )
    return _found((await session.exec(statement)).one_or_none())


async def show_to(session: AsyncSession, petition: Petition) -> None:
    """Let what hangs on a petition follow it to the unit that gets it."""
    connection = await driver(session)
    await connection.execute(SHOW_TO, petition.id, petition.visible_to)


async def parts(session: AsyncSession, petition_id: UUID) -> Sequence[Petition]:
    """The parts of a matter that one division each handles, in the order of their numbers."""
    statement = (
        select(Petition).where(Petition.parent_id == petition_id).order_by(col(Petition.number))
    )
    return (await session.exec(statement)).all()


async def others_of_matter(session: AsyncSession, petition: Petition) -> Sequence[Petition]:
    """The coordinating item and its parts, without this petition."""
    root = petition.parent_id or petition.id
    statement = select(Petition).where(
        or_(col(Petition.id) == root, col(Petition.parent_id) == root), Petition.id != petition.id
    )
    return (await session.exec(statement)).all()


async def merged_with(session: AsyncSession, petition_id: UUID) -> list[Mapping[str, Any]]:
    """What a petition is merged into or with, as far as the caller may know of the other."""
    return list(await (await driver(session)).fetch(MERGED, petition_id))


async def upward_reports(session: AsyncSession, petition_id: UUID) -> Sequence[UpwardReport]:
    """Who above was told of an urgent matter, nearest first."""
    statement = (
        select(UpwardReport)
        .where(UpwardReport.petition_id == petition_id)
        .order_by(col(UpwardReport.superior).desc())
    )
    return (await session.exec(statement)).all()


async def drafts(
    session: AsyncSession,
    *,
    offices: Sequence[str],
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> Sequence[PetitionDraft]:
    """The drafts of the offices, newest first."""
    statement = select(PetitionDraft).where(col(PetitionDraft.office).in_(offices))
    if after is not None:
        statement = statement.where(
            tuple_(col(PetitionDraft.created_at), col(PetitionDraft.id)) < after
        )
    newest = (col(PetitionDraft.created_at).desc(), col(PetitionDraft.id).desc())
    return (await session.exec(statement.order_by(*newest).limit(limit))).all()


async def draft(session: AsyncSession, draft_id: UUID, *, lock: bool = False) -> PetitionDraft:
    """The draft, if its office is the caller's; `lock` for every change."""
    statement = select(PetitionDraft).where(PetitionDraft.id == draft_id)
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    found = (await session.exec(statement)).one_or_none()
    if found is None:
        raise NotFound(what="draft")
    return found


async def history(session: AsyncSession, petition_id: UUID) -> Sequence[PetitionStep]:
    """Everything that was done to the petition, oldest first."""
    statement = (
        select(PetitionStep)
        .where(PetitionStep.petition_id == petition_id)
        .order_by(col(PetitionStep.at), col(PetitionStep.id))
    )
    return (await session.exec(statement)).all()


async def worklist(
    session: AsyncSession,
    *,
    scopes: Sequence[str],
    wanted: Filter,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> list[Mapping[str, Any]]:
    """Petitions held within the scopes, and those their divisions have a part in, newest first.

    The rows come as the driver's records: the list is hot, and the ORM costs four times as much.
    """
    statement, values = page_of(scopes=scopes, wanted=wanted, after=after, limit=limit)
    return list(await (await driver(session)).fetch(statement, *values))


def page_of(
    *,
    scopes: Sequence[str],
    wanted: Filter,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> tuple[str, list[Any]]:
    """The SQL of a page of the worklist, and its values.

    Each arm walks an index in the list's order and stops after `limit` rows, so that the last page
    costs what the first does; where words are sought, PostgreSQL may take their index instead.
    """
    values: list[Any] = [limit, *(after or ())]
    filtered = conditions(wanted, values)
    arms = []
    for scope in scopes:
        place = _place(scope, values)
        arms += [
            _held(scope, place, filtered, after=after is not None),
            _with_part(place, filtered, after=after is not None),
        ]
    union = " UNION ".join(arms)
    statement = f"SELECT * FROM ({union}) AS page ORDER BY received_at DESC, id DESC LIMIT $1"
    return statement, values


def _before(received_at: str, petition_id: str, *, after: bool) -> str:
    """The range of a page; left out of the first, since PostgreSQL cannot start a scan at an OR."""
    return f"AND ({received_at}, {petition_id}) < ($2, $3::uuid)" if after else ""


def _held(scope: str, place: str, filtered: str, *, after: bool) -> str:
    held = {
        2: f"p.holder_city LIKE {place} || '%'",
        4: f"p.holder_city = {place} || '00'",
        6: f"p.holder = {place}",
    }[len(scope)]
    return (
        f"(SELECT {ROW} FROM petition p WHERE {held} AND {filtered}"
        f" {_before('p.received_at', 'p.id', after=after)}"
        " ORDER BY p.received_at DESC, p.id DESC LIMIT $1)"
    )


def _with_part(place: str, filtered: str, *, after: bool) -> str:
    return (
        f"(SELECT {ROW} FROM petition_part part JOIN petition p ON p.id = part.petition_id"
        f" WHERE part.scope = {place} AND {filtered}"
        f" {_before('part.received_at', 'part.petition_id', after=after)}"
        " ORDER BY part.received_at DESC, part.petition_id DESC LIMIT $1)"
    )


def _found(petition: Petition | None) -> Petition:
    if petition is None:
        raise NotFound(what="petition")
    return petition


def scopes_asked(scopes: Sequence[str], division: str | None) -> list[str]:
    """The scopes a list covers: the one asked for, if the caller's, or all the caller has."""
    if division is None:
        return list(scopes)
    wanted = divisions.scope(division)
    return [wanted] if any(wanted.startswith(each) for each in scopes) else []


async def count_worklist(
    session: AsyncSession, *, scopes: Sequence[str], wanted: Filter, most: int
) -> int:
    """How many petitions the list has, counted up to `most`."""
    values: list[Any] = [most]
    filtered = conditions(wanted, values)
    arms = []
    for scope in scopes:
        place = _place(scope, values)
        arms += [
            _held(scope, place, filtered, after=False),
            _with_part(place, filtered, after=False),
        ]
    union = " UNION ".join(arms)
    count: int = await (await driver(session)).fetchval(
        f"SELECT count(*) FROM (SELECT id FROM ({union}) AS list LIMIT $1) AS counted", *values
    )
    return count
