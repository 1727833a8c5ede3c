"""A list of objects, loaded row by row in the right of who sent it, with a result for each row.

A row registers an object, amends the one it names, or changes nothing, so that a file may be sent
again, or go on after a crash, without harm.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.enterprises.domain.imports import FileFormat, RowResult
from services.tasks.enterprises.domain.positive_lists import AlreadyListed, Category
from services.tasks.enterprises.domain.registry import STANDING, Facts, UnknownDivision
from services.tasks.enterprises.models.imports import FileImport, FileImportRow
from services.tasks.enterprises.models.registry import Enterprise
from services.tasks.enterprises.queries import imports as queries, positive_lists, registry
from services.tasks.enterprises.use_cases.positive_lists import put_on
from services.tasks.enterprises.use_cases.registry import amend, differs, filled, keys_of, register
from shared import divisions
from shared.audit.trace import record
from shared.auth.actor import Actor, ActorKind, Grant, Role
from shared.auth.policy import require
from shared.crashpoint import crashpoint
from shared.db.session import beyond_scope
from shared.errors import AlreadyExists, AppError, InvalidInput, Language

BATCH: Final = 50
REASON: Final = "import {id}"


class CategoryMismatch(InvalidInput):
    code = "category_mismatch"
    zh = "正面清单类别仅在导入清单时填写,且必须填写。"
    en = "Rows have a category when they go on a positive list, and only then."


class SiteMismatch(InvalidInput):
    """Registering gives the next number, so that a file with another would register it twice."""

    code = "site_mismatch"
    zh = "登记簿中没有此场所编号,新场所的编号为 {number}。"
    en = "The register has no such site; a new one would be number {number}."


@dataclass(frozen=True, slots=True)
class Row:
    """One object of a file; `site_number` names one of several sites of a legal person.

    `given` are the optional facts the row has: what it leaves out stays as the register knows it.
    """

    facts: Facts
    given: frozenset[str]
    site_number: int | None = None
    category: Category | None = None


@dataclass(frozen=True, slots=True)
class ReadRow:
    """A row as it was read: what it says, or what is wrong with it."""

    number: int
    facts: Mapping[str, Any] | None = None
    problem: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Described:
    """What is said of a file that is sent."""

    division: str
    format: FileFormat
    sha256: str
    positive_list_id: UUID | None = None


async def receive(
    session: AsyncSession,
    actor: Actor,
    described: Described,
    rows: Sequence[ReadRow],
    *,
    now: datetime,
) -> FileImport:
    """Keep the rows for a job to load; the same file again is the import it was before."""
    require(actor, "enterprise.import", division=described.division)
    if described.positive_list_id is not None:
        listed = await positive_lists.positive_list(session, described.positive_list_id)
        require(actor, "positive_list.publish", division=listed.division)
    known = await queries.of_content(
        session,
        division=described.division,
        sha256=described.sha256,
        list_id=described.positive_list_id,
    )
    if known is not None:
        return known
    batch = FileImport(
        division=described.division,
        format=described.format,
        positive_list_id=described.positive_list_id,
        sha256=described.sha256,
        rows=len(rows),
        actor_id=actor.id,
        actor_kind=actor.kind.value,
        actor_name=actor.name,
        grants=[[grant.role.value, grant.scope] for grant in actor.grants],
        created_at=now,
        visible_to=divisions.visibility([described.division]),
    )
    session.add(batch)
    await session.flush()
    session.add_all(_kept(batch, each) for each in rows)
    await session.flush()
    await _trace(session, actor, batch, "import.receive", now=now)
    return batch


def _kept(batch: FileImport, row: ReadRow) -> FileImportRow:
    return FileImportRow(
        import_id=batch.id,
        number=row.number,
        facts=None if row.facts is None else {**row.facts},
        result=RowResult.WAITING if row.problem is None else RowResult.REFUSED,
        problem=None if row.problem is None else {**row.problem},
    )


async def load_batch(
    session: AsyncSession, *, read: Callable[[Mapping[str, Any]], Row], now: datetime
) -> int:
    """Load the next rows of the oldest import; how many, 0 if nothing waits. For the system."""
    batch = await queries.lock_open_import(session)
    if batch is None:
        return 0
    waiting = await queries.waiting_rows(session, batch.id, limit=BATCH)
    sender = _sender(batch)
    for row in waiting:
        await _load(session, sender, batch, row, read(row.facts or {}), now=now)
    crashpoint("enterprises.import")
    if len(waiting) < BATCH:
        batch.finished_at = now
        await session.flush()
        await _trace(session, sender, batch, "import.finish", now=now)
    return len(waiting) + 1


async def _load(
    session: AsyncSession,
    sender: Actor,
    batch: FileImport,
    row: FileImportRow,
    wanted: Row,
    *,
    now: datetime,
) -> None:
    """The row in the sender's own right; what is refused leaves nothing but its reason."""
    try:
        async with session.begin_nested():
            await queries.act_for(session, sender)
            result, enterprise = await _apply(session, sender, batch, wanted, now=now)
            async with beyond_scope(session):
                row.result, row.enterprise_id = result, enterprise.id
    except AppError as error:
        await _refuse(session, row, error)
    except IntegrityError:
        await _refuse(session, row, AlreadyExists())
    await queries.act_as_system(session)


async def _refuse(session: AsyncSession, row: FileImportRow, error: AppError) -> None:
    await queries.act_as_system(session)
    row.result = RowResult.REFUSED
    row.problem = {
        "pointer": getattr(error, "pointer", ""),
        "code": error.code,
        "zh": error.message(Language.ZH),
        "en": error.message(Language.EN),
    }
    await session.flush()


async def _apply(
    session: AsyncSession, sender: Actor, batch: FileImport, wanted: Row, *, now: datetime
) -> tuple[RowResult, Enterprise]:
    facts = wanted.facts
    if not divisions.covers(divisions.scope(batch.division), facts.division):
        raise UnknownDivision(reason="division", codes=facts.division, pointer="/division")
    if (batch.positive_list_id is None) != (wanted.category is None):
        raise CategoryMismatch(reason="category", pointer="/category")
    known = await _known(session, wanted)
    if known is None:
        result = RowResult.REGISTERED
        enterprise = await register(
            session, sender, facts, another_site=wanted.site_number is not None, now=now
        )
        if wanted.site_number not in (None, enterprise.site_number):
            raise SiteMismatch(reason="site", number=enterprise.site_number, pointer="/site_number")
    elif differs(known, facts := filled(facts, known, wanted.given)):
        result = RowResult.AMENDED
        enterprise = await amend(
            session,
            sender,
            known.id,
            facts,
            parent_id=known.parent_id,
            effective_on=None,
            reason=REASON.format(id=batch.id),
            expected_version=known.version,
            now=now,
        )
    else:
        result, enterprise = RowResult.UNCHANGED, known
    if batch.positive_list_id is not None and wanted.category is not None:
        await _list(session, sender, batch.positive_list_id, enterprise, wanted.category, now=now)
    return result, enterprise


async def _list(
    session: AsyncSession,
    sender: Actor,
    list_id: UUID,
    enterprise: Enterprise,
    category: Category,
    *,
    now: datetime,
) -> None:
    """On the list as the file has it; who is on it in that category stays as it is."""
    standing = await positive_lists.lock_listing(session, list_id, enterprise.id)
    if standing is not None and standing.category is category:
        return
    if standing is not None:
        raise AlreadyListed
    await put_on(
        session,
        sender,
        list_id,
        enterprise_id=enterprise.id,
        category=category,
        expected_version=None,
        now=now,
    )


async def _known(session: AsyncSession, wanted: Row) -> Enterprise | None:
    """The object the row is about: by code and site, or without a code by name and address."""
    facts = wanted.facts
    if facts.credit_code is None:
        name_key, address_key = keys_of(facts)
        alike = await registry.standing_like(
            session, division=facts.division, name_key=name_key, address_key=address_key
        )
        return next((each for each in alike if each.credit_code is None), None)
    sites = await registry.sites(session, facts.credit_code)
    if wanted.site_number is not None:
        return next((each for each in sites if each.site_number == wanted.site_number), None)
    here = (each for each in sites if each.division == facts.division and each.status in STANDING)
    return next(here, None)


def _sender(batch: FileImport) -> Actor:
    """Who sent the file, with the rights of that moment."""
    return Actor(
        id=batch.actor_id,
        kind=ActorKind(batch.actor_kind),
        name=batch.actor_name,
        grants=tuple(Grant(Role(role), scope) for role, scope in batch.grants),
    )


async def _trace(
    session: AsyncSession, actor: Actor, batch: FileImport, act: str, *, now: datetime
) -> None:
    await record(
        session,
        actor,
        act,
        object_kind="import",
        object_id=batch.id,
        now=now,
        seen_by=[batch.division],
        after={"sha256": batch.sha256, "rows": batch.rows},
    )
