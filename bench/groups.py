"""(g) Joint groups for the whole country from the border graph, against a walk over the graph."""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Final

from sqlmodel.ext.asyncio.session import AsyncSession

from bench.ground import Ground
from bench.report import Finding
from bench.rounds import BenchFailed, Fired, Kind, Rounds, Variant, lines
from bench.scale import Scale
from ops.bootstrap import Databases
from ops.seed_references import seed_references
from services.regions.groups import queries
from services.regions.groups.domain.proposing import Wishes, propose
from services.regions.groups.domain.territory import Pair
from shared.clock import machine_time
from shared.clocks.days import legal_day
from shared.db.session import SYSTEM, Database

PLAIN: Final = "read, connected components"
READ: Final = "read"
# The most members of a group that the settings have, two by two, and every border covered.
WISHES: Final = {
    "groups of 5": Wishes(5),
    "groups of 2": Wishes(2),
    "500 groups": Wishes(None, groups=500),
    "groups of 5, every border": Wishes(5, several=True),
}
Ask = Callable[[AsyncSession], Awaitable[object]]


def measure(ground: Ground, scale: Scale) -> list[Finding]:
    databases = ground.database()
    asyncio.run(seed_references(databases.url("regions")))
    asks: dict[str, Ask] = {PLAIN: _components, READ: _read}
    asks |= {name: partial(_propose, wishes=wishes) for name, wishes in WISHES.items()}
    variants = [Variant(name, _timed(databases, ask)) for name, ask in asks.items()]
    rounds = Rounds(scale.rounds, scale.seconds, ground.postmaster)
    measured = lines(rounds.run(variants), variants, references=(PLAIN, READ), kind=Kind.TIME)
    title = "groups for every county at a border between cities, all of the country"
    return [Finding("g", title, (PLAIN, READ), measured, kind=Kind.TIME, notes=_notes(databases))]


async def _graph(session: AsyncSession) -> tuple[list[str], list[Pair]]:
    """As the route reads it."""
    names = await queries.counties_within(session, [], on_day=legal_day(machine_time()))
    return list(names), await queries.borders_within(session, [], sea=False)


async def _read(session: AsyncSession) -> object:
    return await _graph(session)


async def _components(session: AsyncSession) -> object:
    _, borders = await _graph(session)
    return components(borders)


def components(borders: Sequence[Pair]) -> list[set[str]]:
    """What hangs together by borders between cities: every county and every border once."""
    near: dict[str, list[str]] = {}
    for each in borders:
        if each.crosses:
            near.setdefault(each.a, []).append(each.b)
            near.setdefault(each.b, []).append(each.a)
    seen: set[str] = set()
    found = []
    for code in near:
        if code in seen:
            continue
        seen.add(code)
        part, waiting = {code}, [code]
        while waiting:
            for other in near[waiting.pop()]:
                if other not in seen:
                    seen.add(other)
                    part.add(other)
                    waiting.append(other)
        found.append(part)
    return found


async def _propose(session: AsyncSession, *, wishes: Wishes) -> object:
    counties, borders = await _graph(session)
    found = propose(counties, borders, wishes)
    placed = {code for each in found.groups for code in each}
    at_border = {code for each in borders if each.crosses for code in (each.a, each.b)}
    if placed | set(found.unplaced) != at_border:
        raise BenchFailed("a county is lost")
    return found


def _notes(databases: Databases) -> tuple[str, ...]:
    """What the proposals come to; time says nothing about that."""

    async def read() -> tuple[list[str], list[Pair]]:
        database = Database(databases.url("regions"), schema="regions")
        try:
            async with database.transaction(SYSTEM) as session:
                return await _graph(session)
        finally:
            await database.close()

    counties, borders = asyncio.run(read())
    return tuple(
        f"{name}: {len(found.groups)} groups, {len(found.unplaced)} counties unplaced,"
        f" {_percent(found.covered, [*found.covered, *found.uncovered])} % of the kilometres inside"
        for name, wishes in WISHES.items()
        for found in [propose(counties, borders, wishes)]
    )


def _percent(part: Sequence[Pair], whole: Sequence[Pair]) -> int:
    return round(100 * sum(each.km for each in part) / sum(each.km for each in whole))


def _timed(databases: Databases, ask: Ask) -> Callable[[int], Fired]:
    async def run_for(seconds: int) -> Fired:
        database = Database(databases.url("regions"), schema="regions")
        took = []
        try:
            began = time.perf_counter()
            while time.perf_counter() - began < seconds:
                start = time.perf_counter()
                async with database.transaction(SYSTEM) as session:
                    await ask(session)
                took.append(1000 * (time.perf_counter() - start))
            spent = time.perf_counter() - began
        finally:
            await database.close()
        return Fired(len(took), spent, statistics.median(took), max(took))

    return lambda seconds: asyncio.run(run_for(seconds))
