"""Which index finds a word, as PostgreSQL plans it for a caller whose rows a policy bounds."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg
import pytest

from ops.bootstrap import Databases
from services.petitions.intake.queries import Filter, page_of
from services.petitions.repeats.queries import GATE, Sought
from tests.support.postgres import CLOCK_STARTS

# Twenty thousand rows in two hundred counties; every row has a pair few have, and two all have.
LOAD: Final = """
INSERT INTO petition (id, number, purpose, channel, media, form, urgency, track, profile, state,
  office, holder, divisions, county, concerned, shares, title, body, redacted_title, redacted_body,
  place, object_name, object_key, at_night, momentary, grams, partial, head_count, anonymous,
  withheld, party_ids, petitioner_tokens, petitioner_masked, route_count, competence_settled,
  stated_repeat, approximate, received_at, registered_at, visible_to, version)
SELECT gen_random_uuid(), 'N' || n, 'claim', 'letter', '{air}', 'individual', 'normal',
  'statutory_duty', 'cn.statute', 'registered', county, county, ARRAY[county], county, '{}',
  '{}', 'T', 'T', 'T', word || '夜间扰民', 'P', NULL, NULL, false, false,
  ARRAY[word, '夜间', '扰民'], false, 1, true, false, '{}', '{}', '{}', 0, false, false,
  false, at, at, ARRAY['33', substr(county, 1, 4), county], 1
  FROM (SELECT n, (330101 + (n % 20) * 100 + n % 10)::text AS county,
               chr(19968 + n % 2000) || '厂' AS word,
               timestamptz '2026-01-01T00:00:00Z' + n * interval '1 minute' AS at
          FROM generate_series(1, 20000) AS n) AS made
"""
CITY: Final = "3303"
COMMON: Final = "夜间"
RARE: Final = f"{chr(19970)}厂"
MARK: Final = (datetime.fromisoformat("2026-01-10T00:00:00+00:00"), UUID(int=2**128 - 1))


@pytest.fixture(scope="module")
async def connection(
    clone: Callable[[], Awaitable[Databases]],
) -> AsyncIterator["asyncpg.Connection[Any]"]:
    """The service's own role on a filled database, as a city's caller."""
    databases = await clone()
    owner = await asyncpg.connect(databases.admin, server_settings={"search_path": "petitions"})
    await owner.execute(LOAD)
    await owner.execute("VACUUM ANALYZE petition")
    await owner.close()
    caller = await asyncpg.connect(
        databases.url("petitions"), server_settings={"search_path": "petitions"}
    )
    await caller.execute(
        f"SELECT set_config('app.scopes', '{CITY}', false),"
        " set_config('app.principal', 'test', false)"
    )
    yield caller
    await caller.close()


async def plan(connection: "asyncpg.Connection[Any]", statement: str, values: list[Any]) -> str:
    rows = await connection.fetch(f"EXPLAIN {statement}", *values)
    return "\n".join(row[0] for row in rows)


@pytest.mark.parametrize("after", [None, MARK], ids=["first page", "later page"])
async def test_a_rare_word_is_found_by_the_index_of_pairs(
    connection: "asyncpg.Connection[Any]", after: tuple[datetime, UUID] | None
) -> None:
    statement, values = page_of(scopes=[CITY], wanted=Filter(words=[RARE]), after=after, limit=51)

    assert "ix_petition_grams" in await plan(connection, statement, values)
    assert {
        row["redacted_body"]
        for row in await connection.fetch(
            "SELECT redacted_body FROM petition WHERE grams @> $1", [RARE]
        )
    } == {f"{RARE}夜间扰民"}


async def test_a_common_word_is_met_soon_in_the_lists_own_order(
    connection: "asyncpg.Connection[Any]",
) -> None:
    statement, values = page_of(scopes=[CITY], wanted=Filter(words=[COMMON]), after=None, limit=51)

    assert "ix_petition_city" in await plan(connection, statement, values)


async def test_no_filter_walks_the_lists_own_order(connection: "asyncpg.Connection[Any]") -> None:
    statement, values = page_of(scopes=[CITY], wanted=Filter(), after=MARK, limit=51)

    found = await plan(connection, statement, values)
    assert "ix_petition_city" in found
    assert "Seq Scan on petition " not in found


async def test_candidates_are_gated_by_the_indexes(connection: "asyncpg.Connection[Any]") -> None:
    sought = Sought(
        counties=["330301"],
        media=["air"],
        since=datetime.fromisoformat("2025-03-02T00:00:00+08:00"),
        until=CLOCK_STARTS,
        but=[],
        tokens=["t"],
        keys=["盛泰"],
        pairs=[RARE],
        words=[],
        box=None,
    )

    found = await plan(connection, GATE, sought.values)
    for index in ("grams", "object", "tokens"):
        assert f"ix_petition_{index}" in found
    assert "Seq Scan" not in found
