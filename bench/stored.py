"""Letters as rows of `petition`: copied in, with what the service computes from a text."""

import asyncio
import itertools
import random
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import orjson

from bench import realm
from bench.ground import connection, run
from bench.letters import Letter, ordinary
from ops.bootstrap import Databases
from ops.environment import ROOT
from services.petitions.intake.domain import grams_of, search_text
from shared import divisions
from shared.enterprise_names import key_of
from shared.ids import uuid7

NOW: Final = datetime.fromisoformat("2026-10-01T09:00:00+08:00")
YEAR: Final = timedelta(days=365)
BORDERS: Final = ROOT / "services/regions/divisions/data/borders_2026.json"
_COLUMNS: Final = """
id number purpose channel media form urgency track profile state office holder divisions county
concerned shares title body redacted_title redacted_body place object_name object_key at_night
momentary grams partial head_count anonymous withheld party_ids petitioner_tokens
petitioner_masked route_count competence_settled stated_repeat approximate received_at
registered_at visible_to version
"""
COLUMNS: Final = tuple(_COLUMNS.split())


def fill(databases: Databases, count: int, told: Sequence[Letter]) -> list[UUID]:
    """`count` ordinary letters of the last year and `told`, which all come last; their keys."""
    realm.publish(databases)
    chosen = random.Random(20261124)  # noqa: S311 -- the same letters in every run
    counties = (*realm.COUNTIES, *sorted({each.county for each in told}))
    many = itertools.islice(ordinary(chosen, counties), count)
    ids = asyncio.run(_copy(databases, many, told, chosen))
    run(databases.admin, "VACUUM ANALYZE", "CHECKPOINT")
    return ids


async def _copy(
    databases: Databases, many: Iterable[Letter], told: Sequence[Letter], chosen: random.Random
) -> list[UUID]:
    last = [_row(letter, number, NOW) for number, letter in enumerate(told)]
    spread = (
        _row(letter, number, NOW - YEAR * chosen.random())
        for number, letter in enumerate(many, start=len(told))
    )
    async with connection(databases.admin) as admin:
        await admin.copy_records_to_table(
            "reference_border", records=list(_borders()), columns=("a", "b", "km")
        )
        await admin.copy_records_to_table(
            "petition", records=itertools.chain(last, spread), columns=COLUMNS
        )
    return [row[0] for row in last]


def _borders() -> Iterator[tuple[str, str, float]]:
    """The borders the product knows; the bench's own counties have none."""
    for one, others in orjson.loads(BORDERS.read_bytes())["borders"].items():
        yield from ((one, other, km) for other, km in others.items())


def _row(letter: Letter, number: int, received_at: datetime) -> tuple[Any, ...]:
    title = letter.text[:12]
    text = search_text(title, letter.text, letter.place, letter.object_name)
    county = letter.county
    return (
        *(uuid7(), f"L{number}", "claim", "hotline_12345", list(letter.media), "individual"),
        *("normal", "statutory_duty", "cn.statute", "registered", county, county, [county]),
        *(county, [], "{}", title, letter.text, title, letter.text, letter.place),
        *(letter.object_name, key_of(letter.object_name), False, False, grams_of(text), False, 1),
        *(True, False, [], [], "{}", 0, False, False, False, received_at, received_at),
        *(divisions.visibility([county]), 1),
    )
