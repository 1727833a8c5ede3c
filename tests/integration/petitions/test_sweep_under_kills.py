"""Four copies of the service sweep one database and are killed at random: each rung fires once."""

import asyncio
import random
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import asyncpg
import orjson
import pytest

from ops.bootstrap import Databases
from services.petitions.profiles.domain import STATUTORY_CLOCKS
from shared.clock_rows.rows import RUNG_NAMES
from shared.clocks.json_form import ledger_to_json, term_to_json
from shared.clocks.ledger import Ledger
from shared.ids import uuid7
from tests.support.copies import Copy
from tests.support.postgres import CLOCK_STARTS
from tests.support.services import ISSUER, eventually

COPIES: Final = 4
WAVES: Final = 12
A_WAVE: Final = 250
LONGEST_LIFE_S: Final = 0.5
NOBODY: Final = "http://127.0.0.1:9"  # the discard port
ARMED: Final = """
WITH subject AS (
  SELECT unnest($1::uuid[]) AS id
), started AS (
  INSERT INTO clock (id, subject_kind, subject_id, kind, term, ledger, due_at, versions, visible_to,
                     warn_before, raise_after)
  SELECT id, 'petition', id, $2, $3, $4, $5, '{}', '{33}', '2 days', '1 day' FROM subject
)
INSERT INTO clock_alarm (clock_id, rungs, rung, fires_at)
SELECT id, $6::timestamptz[], 0, ($6::timestamptz[])[1] FROM subject
"""


@pytest.fixture
def copies(databases: Databases, tmp_path: Path) -> Iterator[list[Copy]]:
    settings = {
        "ENVIRONMENT": "test",
        "CLOCK": "simulated",
        "ISSUER": ISSUER,
        "IDENTITY_URL": NOBODY,
        "DATABASE_URL": databases.url("petitions"),
        "CLIENT_SECRET": secrets.token_urlsafe(32),
        "CURSOR_KEY": secrets.token_urlsafe(32),
        "VAULT_KEY": secrets.token_urlsafe(32),
        "VAULT_LOOKUP_KEY": secrets.token_urlsafe(32),
        "JOB_PERIOD": "0.05",
        "RELAY_PERIOD": "5",
        "DATABASE_POOL": "4",
    }
    made = [
        Copy("services.petitions.main:app", settings, tmp_path / f"{number}.log")
        for number in range(COPIES)
    ]
    yield made
    for copy in made:
        copy.kill()


@asynccontextmanager
async def _machinery(databases: Databases) -> AsyncIterator["asyncpg.Connection[Any]"]:
    connection = await asyncpg.connect(
        databases.url("petitions"), server_settings={"search_path": "petitions"}
    )
    await connection.execute(
        "SELECT set_config('app.system', 'on', false), set_config('app.principal', 'test', false)"
    )
    yield connection
    await connection.close()


async def _arm(connection: "asyncpg.Connection[Any]", wave: int) -> None:
    """Clocks of petitions, all of whose rungs are due, one statutory term a wave."""
    # A right that ran out is dropped, and need not have told of it before.
    terms = [each for each in STATUTORY_CLOCKS.values() if each.term and not each.barring]
    clock = terms[wave % len(terms)]
    assert clock.term is not None
    started = CLOCK_STARTS - timedelta(days=120)
    due = CLOCK_STARTS - timedelta(days=3)
    await connection.execute(
        ARMED,
        [uuid7() for _ in range(A_WAVE)],
        clock.kind,
        orjson.dumps(term_to_json(clock.term)).decode(),
        orjson.dumps(ledger_to_json(Ledger(started))).decode(),
        due,
        [due - timedelta(days=2), due, due + timedelta(days=1)],
    )


async def test_each_rung_fires_once_whoever_dies(
    databases: Databases, copies: list[Copy], record_property: Any
) -> None:
    seed = secrets.randbits(32)
    record_property("seed", seed)
    fate = random.Random(seed)  # noqa: S311 -- no secret
    for copy in copies:
        copy.launch()
    async with _machinery(databases) as connection:
        await eventually(lambda: connection.fetchval("SELECT count(*) FROM database_time"))
        for wave in range(WAVES):
            await _arm(connection, wave)
            await asyncio.sleep(fate.uniform(0, LONGEST_LIFE_S))
            victim = fate.choice(copies)
            victim.kill()
            # Some end by themselves in the middle of the next sweep.
            victim.launch(crashpoint=fate.choice(("", "sweep.fired")))
        for copy in copies:
            copy.kill()
            copy.launch()
        await eventually(lambda: _silent(connection), within=30)
        rungs = await connection.fetch(
            "SELECT clock_id, rung, count(*) AS times FROM clock_rung GROUP BY clock_id, rung"
        )
        events = await connection.fetch(
            "SELECT data ->> 'clock_id' AS clock_id, data ->> 'rung' AS rung, count(*) AS times"
            "  FROM outbox_event WHERE topic = 'petitions.clock.fired.v1' GROUP BY 1, 2"
        )
    expected = WAVES * A_WAVE * len(RUNG_NAMES)
    assert (len(rungs), len(events)) == (expected, expected), f"seed {seed}"
    assert {row["times"] for row in (*rungs, *events)} == {1}, f"seed {seed}"
    assert {row["rung"] for row in events} == set(RUNG_NAMES)


async def _silent(connection: "asyncpg.Connection[Any]") -> bool:
    waiting = "SELECT count(*) FROM clock_alarm WHERE fires_at <= $1"
    return bool(await connection.fetchval(waiting, CLOCK_STARTS) == 0)
