"""Loads the territory, the working calendar and the law of the repository into `regions`.

From there they reach the other services by event. Safe to repeat: what is known is left alone.
"""

import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from services.regions.base import SCHEMA
from services.regions.calendars.use_cases.law import load_legal_bases
from services.regions.calendars.use_cases.publication import load_calendars
from services.regions.divisions.use_cases import load_borders, load_divisions
from shared.clock import machine_time
from shared.db.session import SYSTEM, Database

_REGIONS: Final = Path(__file__).parents[1] / "services" / "regions"
_DIVISIONS: Final = _REGIONS / "divisions" / "data"
_CALENDARS: Final = _REGIONS / "calendars" / "data"

Load = Callable[..., Awaitable[int]]
SOURCES: Final[tuple[tuple[Load, Path], ...]] = (
    # Law goes first: a copy that has heard of one law waits for all before it is complete.
    (load_legal_bases, _CALENDARS / "legal_bases.json"),
    (load_divisions, _DIVISIONS / "divisions_2026.json"),
    (load_borders, _DIVISIONS / "borders_2026.json"),
    (load_calendars, _CALENDARS / "work_calendar_2004_2026.json"),
)


async def seed_references(database_url: str, *, now: datetime | None = None) -> None:
    """Load everything in one transaction of the service `regions`; `now` is when it is published.

    The URL is that of the role of `regions`.
    """
    database = Database(database_url, schema=SCHEMA, pool_size=1)
    try:
        async with database.transaction(SYSTEM) as session:
            for load, path in SOURCES:
                await load(session, read_document(path), now=now or machine_time())
    finally:
        await database.close()


def read_document(path: Path) -> Mapping[str, Any]:
    document: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document
