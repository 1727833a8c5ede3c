"""(f) A two-character word in the worklist of 100,000 petitions, against a scan of the texts."""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
from typing import Final

from sqlmodel.ext.asyncio.session import AsyncSession

from bench.ground import Ground
from bench.letters import SYLLABLES
from bench.report import Finding
from bench.rounds import Fired, Kind, Rounds, Variant, lines
from bench.scale import Scale
from bench.stored import fill
from ops.bootstrap import Databases
from services.petitions.intake.queries import Filter, worklist
from shared.db.session import Context, Database, driver

SCOPE: Final = "33"
PROVINCE: Final = Context(principal="bench", scopes=(SCOPE,))
PAGE: Final = 51
# A name that few letters have, and a word that every fifth has.
RARE: Final = SYLLABLES[0] + SYLLABLES[5]
COMMON: Final = "夜里"
PLAIN: Final = "SQL LIKE, rare word"
SCAN: Final = f"""
SELECT id, number, redacted_title FROM petition p
 WHERE redacted_body LIKE '%' || $1 || '%' ORDER BY received_at DESC, id DESC LIMIT {PAGE}
"""
Ask = Callable[[AsyncSession], Awaitable[object]]


def measure(ground: Ground, scale: Scale) -> list[Finding]:
    databases = ground.database()
    fill(databases, scale.letters, [])
    asks = {
        PLAIN: _scan,
        "worklist, rare word": _searching(RARE),
        "worklist, common word": _searching(COMMON),
        "worklist, no word": _searching(),
    }
    variants = [Variant(name, _timed(databases, ask)) for name, ask in asks.items()]
    rounds = Rounds(scale.rounds, scale.seconds, ground.postmaster)
    measured = lines(rounds.run(variants), variants, references=(PLAIN,), kind=Kind.TIME)
    title = f"a page of what has a two-character word, of {scale.letters:,}, for a province"
    return [Finding("f", title, (PLAIN,), measured, kind=Kind.TIME)]


def _searching(*words: str) -> Ask:
    async def ask(session: AsyncSession) -> object:
        return await worklist(
            session, scopes=[SCOPE], wanted=Filter(words=words), after=None, limit=PAGE
        )

    return ask


async def _scan(session: AsyncSession) -> object:
    return await (await driver(session)).fetch(SCAN, RARE)


def _timed(databases: Databases, ask: Ask) -> Callable[[int], Fired]:
    async def run_for(seconds: int) -> Fired:
        database = Database(databases.url("petitions"), schema="petitions")
        took = []
        try:
            began = time.perf_counter()
            while time.perf_counter() - began < seconds:
                start = time.perf_counter()
                async with database.transaction(PROVINCE) as session:
                    await ask(session)
                took.append(1000 * (time.perf_counter() - start))
            spent = time.perf_counter() - began
        finally:
            await database.close()
        return Fired(len(took), spent, statistics.median(took), max(took))

    return lambda seconds: asyncio.run(run_for(seconds))
