"""Every SELECT of changes of divisions, and the statements by which one is written to the map."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.divisions.domain import BorderFact, DivisionFact
from services.regions.divisions.models import Border, Division
from services.regions.succession.domain import ChangeState
from services.regions.succession.models import DivisionChange, DivisionChangeStep
from shared.db.session import driver
from shared.errors import NotFound

# One publication at a time: the second sees the table of the first, and its preview is stale.
ALONE: Final = "SELECT pg_advisory_xact_lock(hashtextextended('regions.division', 0))"
STAMP: Final = """
SELECT md5(
  (SELECT coalesce(string_agg(concat_ws(' ', code, valid_from, coalesce(valid_to::text, '-'),
                                        version, name), ',' ORDER BY code, valid_from), '')
     FROM division) || '/' ||
  (SELECT coalesce(string_agg(concat_ws(' ', a, b, kind, km), ',' ORDER BY a, b, kind), '')
     FROM border))
"""
END_ROWS: Final = """
UPDATE division SET valid_to = $2, version = version + 1 WHERE code = ANY ($1) AND valid_to IS NULL
"""
BEGIN_ROWS: Final = """
INSERT INTO division (code, name, level, parent, valid_from, version)
SELECT *, 1 FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::date[])
"""
REMOVE_BORDERS: Final = "DELETE FROM border WHERE a = $1 AND b = $2"


async def change(session: AsyncSession, change_id: UUID) -> DivisionChange:
    found = await session.get(DivisionChange, change_id)
    if found is None:
        raise NotFound(what="division change")
    return found


async def lock_change(session: AsyncSession, change_id: UUID) -> DivisionChange:
    """The change, locked until the transaction ends. For every step."""
    statement = (
        select(DivisionChange)
        .where(DivisionChange.id == change_id)
        .with_for_update()
        .execution_options(populate_existing=True)  # a copy read before the lock may be stale
    )
    found = (await session.exec(statement)).one_or_none()
    if found is None:
        raise NotFound(what="division change")
    return found


async def lock_due(session: AsyncSession, *, today: date) -> DivisionChange | None:
    """The next published change whose day has come, unless another worker has it."""
    statement = (
        select(DivisionChange)
        .where(
            DivisionChange.state == ChangeState.PUBLISHED, col(DivisionChange.effective_on) <= today
        )
        .order_by(col(DivisionChange.effective_on), col(DivisionChange.published_at))
        .limit(1)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return (await session.exec(statement)).one_or_none()


async def changes(
    session: AsyncSession,
    *,
    state: ChangeState | None,
    division: str | None,
    after: UUID | None,
    limit: int,
) -> Sequence[DivisionChange]:
    """Changes from the newest on, one more than `limit`; `division` is one that ends or changes."""
    statement = select(DivisionChange).order_by(col(DivisionChange.id).desc()).limit(limit + 1)
    if state is not None:
        statement = statement.where(DivisionChange.state == state)
    if division is not None:
        statement = statement.where(col(DivisionChange.predecessors).contains([division]))
    if after is not None:
        statement = statement.where(col(DivisionChange.id) < after)
    return (await session.exec(statement)).all()


async def steps(session: AsyncSession, change_id: UUID) -> Sequence[DivisionChangeStep]:
    """What was done with a change, oldest first."""
    statement = (
        select(DivisionChangeStep)
        .where(DivisionChangeStep.change_id == change_id)
        .order_by(col(DivisionChangeStep.id))
    )
    return (await session.exec(statement)).all()


async def table(session: AsyncSession) -> list[DivisionFact]:
    """Every row of the table of divisions, past and coming ones too."""
    return [
        DivisionFact(row.code, row.name, row.level, row.parent, row.valid_from, row.valid_to)
        for row in (await session.exec(select(Division))).all()
    ]


async def stamp(session: AsyncSession) -> str:
    """What tells one state of the tables of divisions and borders from every other."""
    return str(await (await driver(session)).fetchval(STAMP))


async def stand_alone(session: AsyncSession) -> None:
    await (await driver(session)).execute(ALONE)


async def pairs_of(session: AsyncSession, codes: Iterable[str]) -> list[BorderFact]:
    """The borders that touch one of the codes."""
    wanted = [*codes]
    statement = select(Border).where(col(Border.a).in_(wanted) | col(Border.b).in_(wanted))
    rows = (await session.exec(statement)).all()
    return [BorderFact(row.a, row.b, row.km, row.kind) for row in rows]


async def write_rows(
    session: AsyncSession, *, ended: Sequence[DivisionFact], begun: Sequence[DivisionFact]
) -> None:
    """End and begin rows of the table. For a session of the system."""
    connection = await driver(session)
    for last_day in {each.valid_to for each in ended}:
        codes = [each.code for each in ended if each.valid_to == last_day]
        await connection.execute(END_ROWS, codes, last_day)
    await connection.execute(
        BEGIN_ROWS,
        [each.code for each in begun],
        [each.name for each in begun],
        [each.level.value for each in begun],
        [each.parent for each in begun],
        [each.valid_from for each in begun],
    )


async def remove_borders(session: AsyncSession, pairs: Iterable[tuple[str, str]]) -> None:
    """For a session of the system."""
    await (await driver(session)).executemany(REMOVE_BORDERS, [*pairs])
