"""What the questions about places are answered from: tables of this service, files it ships."""

from collections.abc import Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

import orjson
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.divisions.models import Division
from services.regions.places.domain import (
    Entry,
    FormerName,
    Gazetteer,
    Outline,
    former_names,
    gazetteer,
    outlines,
)
from shared.succession.lineage import heirs
from shared.succession.rows import successions

DATA: Final = Path(__file__).parent / "data"
State = tuple[date, int, int, date | None]
_kept: tuple[State, Gazetteer] | None = None


@cache
def known_outlines() -> Sequence[Outline]:
    """The outlines of the counties; read when a point is first asked about."""
    return outlines(_document("outlines_2024.json"))


@cache
def known_former_names() -> Sequence[FormerName]:
    return former_names(_document("former_names.json"))


async def names(session: AsyncSession, *, on_day: date) -> Gazetteer:
    """Every name of a division on the day; made again when the table has changed."""
    global _kept  # noqa: PLW0603 -- one immutable value per process, replaced whole
    state = await _state(session, on_day)
    if _kept is None or _kept[0] != state:
        rows = (await session.exec(select(Division))).all()
        entries = [
            Entry(row.code, row.name, row.level, row.parent, row.valid_from, row.valid_to)
            for row in rows
        ]
        changes = await successions(session, until=on_day)
        ended = {each.predecessor for each in changes if each.ends}
        _kept = (
            state,
            gazetteer(
                entries,
                known_former_names(),
                heirs={code: heirs(code, changes) for code in ended},
                on_day=on_day,
            ),
        )
    return _kept[1]


async def _state(session: AsyncSession, on_day: date) -> State:
    """What changes whenever a row of the table is added, corrected or ended."""
    statement = select(
        func.count(),
        func.coalesce(func.sum(Division.version), 0),
        func.max(func.coalesce(col(Division.valid_to), col(Division.valid_from))),
    )
    rows, versions, latest = (await session.exec(statement)).one()
    return on_day, rows, versions, latest


def _document(name: str) -> Any:  # noqa: ANN401 -- any JSON
    return orjson.loads((DATA / name).read_bytes())
