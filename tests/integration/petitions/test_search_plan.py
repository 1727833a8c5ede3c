"""Which index finds a word, as PostgreSQL plans it for a caller whose rows a policy bounds."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import asyncpg
import pytest

from ops.bootstrap import Databases
from services.petitions.intake.domain import Form, Purpose, Urgency
from services.petitions.intake.models import Petition
from services.petitions.intake.queries import Filter, page_of
from services.petitions.profiles.domain import Channel, Track
from services.petitions.repeats.queries import GATE, Sought
from tests.support.postgres import CLOCK_STARTS

# Two hundred counties; every row has a pair few have, and two all have.
ROWS: Final = 20_000
FIRST: Final = datetime.fromisoformat("2026-01-01T00:00:00+00:00")


def a_row(number: int) -> dict[str, Any]:
    county, word = str(330101 + number % 20 * 100 + number % 10), f"{chr(19968 + number % 2000)}厂"
    petition = Petition(
        number=f"N{number}",
        purpose=Purpose.CLAIM,
        channel=Channel.LETTER,
        media=["air"],
        form=Form.INDIVIDUAL,
        urgency=Urgency.NORMAL,
        track=Track.STATUTORY_DUTY,
        profile="cn.statute",
        office=county,
        holder=county,
        holder_city=f"{county[:4]}00",
        divisions=[county],
        county=county,
        concerned=[],
        shares={},
        title="T",
        body="T",
        redacted_title="T",
        redacted_body=f"{word}夜间扰民",
        place="P",
        grams=[word, "夜间", "扰民"],
        anonymous=True,
        party_ids=[],
        petitioner_tokens=[],
        petitioner_masked={},
        received_at=FIRST + timedelta(minutes=number),
        registered_at=FIRST,
        visible_to=["33", county[:4], county],
        version=1,
    )
    facts = petition.model_dump(exclude={"holder_city"})
    return {name: "{}" if value == {} else value for name, value in facts.items()}


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
    rows = [a_row(number) for number in range(ROWS)]
    async with connected(databases.admin) as admin:
        await admin.copy_records_to_table(
            "petition", records=[tuple(row.values()) for row in rows], columns=tuple(rows[0])
        )
        await admin.execute("VACUUM ANALYZE petition")
    async with connected(databases.url("petitions")) as caller:
        await caller.execute(
            f"SELECT set_config('app.scopes', '{CITY}', false),"
            " set_config('app.principal', 'test', false)"
        )
        yield caller


@asynccontextmanager
async def connected(url: str) -> AsyncIterator["asyncpg.Connection[Any]"]:
    made = await asyncpg.connect(url, server_settings={"search_path": "petitions"})
    try:
        yield made
    finally:
        await made.close()


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
