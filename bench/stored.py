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
from services.petitions.intake.domain import (
    Form,
    Purpose,
    Urgency,
    grams_of,
    search_text,
)
from services.petitions.intake.models import Petition
from services.petitions.profiles.domain import Channel, Track
from shared import divisions
from shared.enterprise_names import key_of
from shared.ids import uuid7

NOW: Final = datetime.fromisoformat("2026-10-01T09:00:00+08:00")
YEAR: Final = timedelta(days=365)
BORDERS: Final = ROOT / "services/regions/divisions/data/borders_2026.json"


def _ordinary() -> dict[str, Any]:
    petition = Petition(
        number="",
        purpose=Purpose.CLAIM,
        channel=Channel.HOTLINE_12345,
        media=[],
        form=Form.INDIVIDUAL,
        urgency=Urgency.NORMAL,
        track=Track.STATUTORY_DUTY,
        profile="cn.statute",
        office="",
        holder="",
        holder_city="",
        divisions=[],
        county="",
        concerned=[],
        shares={},
        title="",
        body="",
        redacted_title="",
        redacted_body="",
        place="",
        grams=[],
        anonymous=True,
        party_ids=[],
        petitioner_tokens=[],
        petitioner_masked={},
        received_at=NOW,
        registered_at=NOW,
        visible_to=[],
        version=1,
    )
    facts = petition.model_dump(exclude={"holder_city"})
    return {name: "{}" if value == {} else value for name, value in facts.items()}


ORDINARY: Final = _ordinary()


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
    columns = tuple(_row(next(ordinary(chosen, realm.COUNTIES)), 0, NOW))
    async with connection(databases.admin) as admin:
        await admin.copy_records_to_table(
            "reference_border", records=list(_borders()), columns=("a", "b", "km")
        )
        rows = (tuple(row.values()) for row in itertools.chain(last, spread))
        await admin.copy_records_to_table("petition", records=rows, columns=columns)
    return [row["id"] for row in last]


def _borders() -> Iterator[tuple[str, str, float]]:
    """The borders the product knows; the bench's own counties have none."""
    for one, others in orjson.loads(BORDERS.read_bytes())["borders"].items():
        yield from ((one, other, km) for other, km in others.items())


def _row(letter: Letter, number: int, received_at: datetime) -> dict[str, Any]:
    """As registration leaves it; whoever added a column gave it a default for this too."""
    title = letter.text[:12]
    text = search_text(title, letter.text, letter.place, letter.object_name)
    return ORDINARY | {
        "id": uuid7(),
        "number": f"L{number}",
        "media": list(letter.media),
        "office": letter.county,
        "holder": letter.county,
        "divisions": [letter.county],
        "county": letter.county,
        "title": title,
        "body": letter.text,
        "redacted_title": title,
        "redacted_body": letter.text,
        "place": letter.place,
        "object_name": letter.object_name,
        "object_key": key_of(letter.object_name),
        "grams": grams_of(text),
        "received_at": received_at,
        "registered_at": received_at,
        "visible_to": divisions.visibility([letter.county]),
    }
