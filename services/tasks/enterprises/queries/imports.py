"""Every SELECT on lists that are loaded row by row."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.enterprises.domain.imports import RowResult
from services.tasks.enterprises.models.imports import FileImport, FileImportRow
from shared.auth.actor import Actor
from shared.db.session import driver
from shared.errors import NotFound


async def file_import(session: AsyncSession, import_id: UUID) -> FileImport:
    statement = select(FileImport).where(FileImport.id == import_id)
    found = (await session.exec(statement)).one_or_none()
    if found is None:
        raise NotFound(what="import")
    return found


async def of_content(
    session: AsyncSession, *, division: str, sha256: str, list_id: UUID | None
) -> FileImport | None:
    """The import this content was sent for before."""
    statement = select(FileImport).where(
        FileImport.division == division,
        FileImport.sha256 == sha256,
        col(FileImport.positive_list_id).is_not_distinct_from(list_id),
    )
    return (await session.exec(statement)).one_or_none()


async def imports(session: AsyncSession, *, after: UUID | None, limit: int) -> Sequence[FileImport]:
    """Imports, newest first."""
    statement = select(FileImport).order_by(col(FileImport.id).desc())
    if after is not None:
        statement = statement.where(col(FileImport.id) < after)
    return (await session.exec(statement.limit(limit))).all()


async def rows(
    session: AsyncSession,
    import_id: UUID,
    *,
    result: RowResult | None,
    after: int | None,
    limit: int,
) -> Sequence[FileImportRow]:
    """What became of each row, in the order of the file."""
    statement = select(FileImportRow).where(FileImportRow.import_id == import_id)
    if result is not None:
        statement = statement.where(FileImportRow.result == result)
    if after is not None:
        statement = statement.where(col(FileImportRow.number) > after)
    return (await session.exec(statement.order_by(col(FileImportRow.number)).limit(limit))).all()


async def results(session: AsyncSession, import_id: UUID) -> dict[RowResult, int]:
    """How many rows had each result."""
    statement = (
        select(FileImportRow.result, func.count())
        .where(FileImportRow.import_id == import_id)
        .group_by(col(FileImportRow.result))
    )
    return {RowResult(result): count for result, count in (await session.exec(statement)).all()}


async def lock_open_import(session: AsyncSession) -> FileImport | None:
    """The oldest unfinished import that no other worker has."""
    statement = (
        select(FileImport)
        .where(col(FileImport.finished_at).is_(None))
        .order_by(col(FileImport.id))
        .limit(1)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return (await session.exec(statement)).one_or_none()


async def waiting_rows(
    session: AsyncSession, import_id: UUID, *, limit: int
) -> Sequence[FileImportRow]:
    """The next rows to load. Their import is locked by the caller."""
    statement = (
        select(FileImportRow)
        .where(FileImportRow.import_id == import_id, FileImportRow.result == RowResult.WAITING)
        .order_by(col(FileImportRow.number))
        .limit(limit)
        .execution_options(populate_existing=True)
    )
    return (await session.exec(statement)).all()


async def act_for(session: AsyncSession, actor: Actor) -> None:
    """From here on, the transaction sees and writes what the actor may, and no more."""
    await (await driver(session)).execute(
        "SELECT set_config('app.principal', $1, true), set_config('app.scopes', $2, true),"
        " set_config('app.system', 'off', true)",
        str(actor.id),
        ",".join(actor.scopes),
    )


async def act_as_system(session: AsyncSession) -> None:
    await (await driver(session)).execute("SELECT set_config('app.system', 'on', true)")
