"""(e) Candidates for repeats among 100,000 petitions: what is found, and how long it takes."""

import asyncio
import itertools
import random
import statistics
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final
from uuid import UUID

import orjson
from sqlmodel.ext.asyncio.session import AsyncSession

from bench import realm
from bench.ground import Ground
from bench.letters import Letter, held_out, read
from bench.report import Finding
from bench.rounds import Fired, Kind, Rounds, Variant, lines
from bench.scale import Scale
from bench.stored import NOW, fill
from ops.bootstrap import Databases
from services.petitions.repeats.domain.likeness import CANDIDATES
from services.petitions.repeats.use_cases.candidates import of_registered
from shared.db.session import Context, Database, driver

HERE: Final = Path(__file__).parent / "complaints.json"
# What a file may call its issue instead of naming the kinds of pollution.
MEDIA: Final[Mapping[str, str]] = {
    **dict.fromkeys(("恶臭异味", "扬尘", "挥发性有机物", "烟尘", "油烟", "废气", "大气"), "air"),
    **dict.fromkeys(("废水", "污水", "水", "水污染"), "water"),
    **dict.fromkeys(("噪声", "噪音"), "noise"),
    **dict.fromkeys(("固废", "固体废物", "垃圾", "危废"), "solid_waste"),
    **dict.fromkeys(("辐射", "电磁辐射"), "radiation"),
    **dict.fromkeys(("土壤",), "soil"),
    **dict.fromkeys(("生态", "生态破坏"), "ecology"),
}
# Everybody's petitions are seen, but row-level security is asked.
NATION: Final = Context(
    principal="bench", scopes=tuple(str(code) for code in range(11, 100)), system=False
)
PLAIN: Final = "SQL, the county's newest 100 of the kind"
OURS: Final = "candidates, gate and ranking"
NEWEST: Final = """
SELECT id, number, redacted_title, redacted_body, place, object_name, divisions, media, received_at
  FROM petition WHERE county = $1 AND media && $2 AND received_at <= $3
 ORDER BY received_at DESC LIMIT 100
"""
Told = Sequence[tuple[UUID, Letter]]
Ask = Callable[[AsyncSession, UUID, Letter], Awaitable[object]]


def measure(ground: Ground, scale: Scale) -> list[Finding]:
    sets = {name: letters for path in (HERE, *scale.texts) for name, letters in _both(path)}
    chosen = random.Random(7)  # noqa: S311 -- the same matters in every run
    sets["made up"] = list(held_out(chosen, realm.COUNTIES, scale.matters))
    told = [letter for letters in sets.values() for letter in letters]
    databases = ground.database()
    ids = iter(fill(databases, scale.letters, told))
    asked = {name: [(next(ids), each) for each in letters] for name, letters in sets.items()}
    notes = asyncio.run(_found(databases, asked))
    variants = [
        Variant(name, _timed(databases, asked["made up"], ask))
        for name, ask in ((PLAIN, _newest), (OURS, _candidates))
    ]
    rounds = Rounds(scale.rounds, scale.seconds, ground.postmaster)
    measured = lines(rounds.run(variants), variants, references=(PLAIN,), kind=Kind.TIME)
    title = f"candidates for repeats among {scale.letters:,} petitions, one after another"
    return [Finding("e", title, (PLAIN,), measured, kind=Kind.TIME, notes=notes)]


def _both(path: Path) -> list[tuple[str, list[Letter]]]:
    """A file's letters with their objects as entered, and once more with none: by text alone.

    The second time in another nation's matters, so that neither finds the other.
    """
    letters = read(orjson.loads(path.read_bytes())["rows"], MEDIA)
    nameless = [replace(each, object_name=None) for each in letters]
    return [(path.name, letters), (f"{path.name}, text alone", nameless)]


async def _found(databases: Databases, asked: Mapping[str, Told]) -> list[str]:
    """What of each set is found among all petitions that are there; each set by itself."""
    notes = []
    database = Database(databases.url("petitions"), schema="petitions")
    try:
        for name, told in asked.items():
            others = [key for each in asked.values() if each is not told for key, _ in each]
            async with database.transaction(Context(principal="bench", system=True)) as session:
                await (await driver(session)).execute(MOVED, others, [key for key, _ in told])
            async with database.transaction(NATION) as session:
                scores = [await _scores(session, key, each, told) for key, each in told]
            notes.append(_said(name, [each for each in scores if each is not None]))
    finally:
        await database.close()
    return notes


# The set that is asked about lies in the window, the others long after it.
MOVED: Final = f"""
UPDATE petition SET received_at = CASE WHEN id = ANY($1)
    THEN '{NOW.isoformat()}'::timestamptz + interval '3 years'
    ELSE '{NOW.isoformat()}'::timestamptz END
 WHERE id = ANY($1) OR id = ANY($2)
"""


async def _scores(
    session: AsyncSession, key: UUID, letter: Letter, told: Told
) -> tuple[float, float] | None:
    """Recall and average precision among the five; None for who has nothing to be found."""
    relevant = {
        other
        for other, each in told
        if other != key and each.matter == letter.matter and {*each.media} & {*letter.media}
    }
    if not relevant:
        return None
    found = [each.petition_id in relevant for each in await of_registered(session, key, now=NOW)]
    hits = itertools.accumulate(map(int, found))
    precisions = [
        hit / place for place, (right, hit) in enumerate(zip(found, hits, strict=True), 1) if right
    ]
    reachable = min(len(relevant), CANDIDATES)
    return sum(found) / reachable, sum(precisions) / reachable


def _said(name: str, scores: Sequence[tuple[float, float]]) -> str:
    recall, precision = (statistics.mean(each) for each in zip(*scores, strict=True))
    return f"{name}: {len(scores)} asked, recall@5 {recall:.3f}, average precision {precision:.3f}"


async def _candidates(session: AsyncSession, key: UUID, _: Letter) -> object:
    return await of_registered(session, key, now=NOW)


async def _newest(session: AsyncSession, _: UUID, letter: Letter) -> object:
    """Plain SQL for the same county: what any list of a hundred costs."""
    connection = await driver(session)
    return await connection.fetch(NEWEST, letter.county, list(letter.media), NOW)


def _timed(databases: Databases, told: Told, ask: Ask) -> Callable[[int], Fired]:
    """Each letter in a transaction of its own, as a request has it."""

    async def run_for(seconds: int) -> Fired:
        database = Database(databases.url("petitions"), schema="petitions")
        took = []
        try:
            began = time.perf_counter()
            for key, letter in itertools.cycle(told):
                start = time.perf_counter()
                async with database.transaction(NATION) as session:
                    await ask(session, key, letter)
                took.append(1000 * (time.perf_counter() - start))
                if time.perf_counter() - began >= seconds:
                    break
            spent = time.perf_counter() - began
        finally:
            await database.close()
        return Fired(len(took), spent, statistics.median(took), max(took))

    return lambda seconds: asyncio.run(run_for(seconds))
