"""Every SELECT on the register. What the caller may not see is absent by policy."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, exists, false, tuple_
from sqlmodel import col, func, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.enterprises.domain.grades import Grade
from services.tasks.enterprises.domain.positive_lists import Category
from services.tasks.enterprises.domain.registry import STANDING, KeyFlag, ObjectKind, Status
from services.tasks.enterprises.models.positive_lists import PositiveListing
from services.tasks.enterprises.models.registry import (
    Enterprise,
    EnterpriseChange,
    EnterpriseGrade,
)
from services.tasks.enterprises.queries.positive_lists import in_force
from shared import divisions
from shared.db.session import driver
from shared.enterprise_names import key_of, plain
from shared.errors import NotFound

NEXT_NUMBER = """
INSERT INTO number_counter AS counter (series, division, year, last) VALUES ($1, $2, $3, 1)
ON CONFLICT (series, division, year) DO UPDATE SET last = counter.last + 1
RETURNING last
"""
DIVISION_IN_FORCE = """
SELECT code FROM reference_division
 WHERE code = ANY ($1) AND valid_from <= $2 AND (valid_to IS NULL OR valid_to >= $2)
"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a search names; `division` means its subtree, `industry` everything below the code."""

    on_day: date
    name: str | None = None
    code: str | None = None
    division: str | None = None
    industry: str | None = None
    flag: KeyFlag | None = None
    grade: Grade | None = None
    category: Category | None = None
    kind: ObjectKind | None = None
    status: Status | None = None
    due_by: date | None = None


def _found(enterprise: Enterprise | None) -> Enterprise:
    if enterprise is None:
        raise NotFound(what="enterprise")
    return enterprise


async def enterprise(session: AsyncSession, enterprise_id: UUID) -> Enterprise:
    statement = select(Enterprise).where(Enterprise.id == enterprise_id)
    return _found((await session.exec(statement)).one_or_none())


async def lock_enterprise(session: AsyncSession, enterprise_id: UUID) -> Enterprise:
    """The object, locked until the transaction ends. For every change and every planned visit."""
    statement = (
        select(Enterprise)
        .where(Enterprise.id == enterprise_id)
        .with_for_update()
        .execution_options(populate_existing=True)  # a copy read before the lock may be stale
    )
    return _found((await session.exec(statement)).one_or_none())


async def by_code(session: AsyncSession, code: str, *, site_number: int) -> Enterprise:
    """The site of a credit code, or the object of an own code."""
    statement = select(Enterprise).where(_has_code(code, site_number))
    return _found((await session.exec(statement)).one_or_none())


def _has_code(code: str, site_number: int) -> ColumnElement[bool]:
    credit = (col(Enterprise.credit_code) == code) & (col(Enterprise.site_number) == site_number)
    return or_(credit, col(Enterprise.own_code) == code)


async def claim_code(session: AsyncSession, credit_code: str) -> None:
    """Nobody else gives a site of this code a number until the transaction ends."""
    key = func.hashtextextended(f"enterprise {credit_code}", 0)
    await session.exec(select(func.pg_advisory_xact_lock(key)))


async def last_site_number(session: AsyncSession, credit_code: str) -> int:
    """The highest number of a legal person's sites wherever they are; 0 if it has none."""
    statement = select(func.coalesce(func.max(Enterprise.site_number), 0)).where(
        col(Enterprise.credit_code) == credit_code
    )
    return int((await session.exec(statement)).one())


async def sites(session: AsyncSession, credit_code: str) -> Sequence[Enterprise]:
    """All sites of a legal person by their number, doubles left out."""
    statement = (
        select(Enterprise)
        .where(col(Enterprise.credit_code) == credit_code, col(Enterprise.status) != Status.MERGED)
        .order_by(col(Enterprise.site_number))
    )
    return (await session.exec(statement)).all()


async def standing_like(
    session: AsyncSession, *, division: str, name_key: str, address_key: str
) -> Sequence[Enterprise]:
    """Objects of the division that stand and have this name at this address."""
    statement = select(Enterprise).where(
        col(Enterprise.division) == division,
        col(Enterprise.name_key) == name_key,
        col(Enterprise.address_key) == address_key,
        col(Enterprise.status).in_(STANDING),
    )
    return (await session.exec(statement.order_by(col(Enterprise.id)))).all()


async def at_the_address(
    session: AsyncSession, of: Enterprise, *, limit: int
) -> Sequence[Enterprise]:
    """Other objects of the division at the same address."""
    statement = (
        select(Enterprise)
        .where(
            col(Enterprise.address_key) == of.address_key,
            col(Enterprise.division) == of.division,
            col(Enterprise.id) != of.id,
            col(Enterprise.status) != Status.MERGED,
        )
        .order_by(col(Enterprise.id))
        .limit(limit)
    )
    return (await session.exec(statement)).all()


async def below(session: AsyncSession, parent_id: UUID, *, limit: int) -> Sequence[Enterprise]:
    """Whose parent it is."""
    statement = select(Enterprise).where(Enterprise.parent_id == parent_id)
    return (await session.exec(statement.order_by(col(Enterprise.id)).limit(limit))).all()


async def ancestors(session: AsyncSession, enterprise_id: UUID) -> set[UUID]:
    """The object and all above it."""
    base = select(Enterprise.id, Enterprise.parent_id).where(Enterprise.id == enterprise_id)
    above = base.cte("above", recursive=True)
    above = above.union(
        select(col(Enterprise.id), col(Enterprise.parent_id)).where(
            col(Enterprise.id) == above.c.parent_id
        )
    )
    return {*(await session.exec(select(above.c.id))).all()}


async def site_of(session: AsyncSession, code: str, *, place: str) -> UUID | None:
    """The one standing site with a code within the place; None if there is none or several."""
    statement = (
        select(Enterprise.id)
        .where(
            or_(col(Enterprise.credit_code) == code, col(Enterprise.own_code) == code),
            col(Enterprise.division).startswith(divisions.scope(place)),
            col(Enterprise.status).in_(STANDING),
        )
        .limit(2)
    )
    found = (await session.exec(statement)).all()
    return found[0] if len(found) == 1 else None


def _conditions(wanted: Wanted) -> Iterable[ColumnElement[bool]]:
    yield from _of_names(wanted)
    if wanted.division is not None:
        yield col(Enterprise.visible_to).contains([divisions.scope(wanted.division)])
    if wanted.industry is not None:
        yield col(Enterprise.industry).like(f"{wanted.industry}%")
    if wanted.flag is not None:
        yield col(Enterprise.flags).contains([wanted.flag])
    for column, value in ((Enterprise.grade, wanted.grade), (Enterprise.kind, wanted.kind)):
        if value is not None:
            yield col(column) == value
    yield from _of_today(wanted)


def _of_names(wanted: Wanted) -> Iterable[ColumnElement[bool]]:
    if wanted.name is not None:
        searched = plain(wanted.name)
        # What is nothing but marks is in no name.
        yield (
            or_(
                col(Enterprise.name_plain).contains(searched, autoescape=True),
                col(Enterprise.name_key) == key_of(wanted.name),
            )
            if searched
            else false()
        )
    if wanted.code is not None:
        yield or_(
            col(Enterprise.credit_code) == wanted.code,
            col(Enterprise.own_code) == wanted.code,
            col(Enterprise.permit_number) == wanted.code,
        )


def _of_today(wanted: Wanted) -> Iterable[ColumnElement[bool]]:
    """How the object stands: its life, the lists it is on, the contact it is owed."""
    status = col(Enterprise.status)
    yield status != Status.MERGED if wanted.status is None else status == wanted.status
    if wanted.category is not None:
        yield exists().where(
            col(PositiveListing.enterprise_id) == col(Enterprise.id),
            col(PositiveListing.category) == wanted.category,
            *in_force(wanted.on_day),
        )
    if wanted.due_by is not None:
        yield col(Enterprise.contact_due_on) <= wanted.due_by
        yield status.in_(STANDING)


async def search(
    session: AsyncSession, wanted: Wanted, *, after: UUID | None, limit: int
) -> Sequence[Enterprise]:
    """Objects in the order they were registered."""
    statement = select(Enterprise).where(*_conditions(wanted)).order_by(col(Enterprise.id))
    if after is not None:
        statement = statement.where(col(Enterprise.id) > after)
    return (await session.exec(statement.limit(limit))).all()


async def due(
    session: AsyncSession, wanted: Wanted, *, after: tuple[date, UUID] | None, limit: int
) -> Sequence[Enterprise]:
    """Objects that are owed a contact, the most urgent first."""
    order = tuple_(col(Enterprise.contact_due_on), col(Enterprise.id))
    statement = select(Enterprise).where(*_conditions(wanted))
    if after is not None:
        statement = statement.where(order > after)
    ordered = statement.order_by(col(Enterprise.contact_due_on), col(Enterprise.id))
    return (await session.exec(ordered.limit(limit))).all()


async def changes(
    session: AsyncSession, enterprise_id: UUID, *, after: UUID | None, limit: int
) -> Sequence[EnterpriseChange]:
    """The facts day by day, oldest first."""
    statement = select(EnterpriseChange).where(EnterpriseChange.enterprise_id == enterprise_id)
    if after is not None:
        statement = statement.where(col(EnterpriseChange.id) > after)
    return (await session.exec(statement.order_by(col(EnterpriseChange.id)).limit(limit))).all()


async def as_of(session: AsyncSession, enterprise_id: UUID, day: date) -> EnterpriseChange:
    """What was true on a day; NotFound before the object was registered."""
    statement = (
        select(EnterpriseChange)
        .where(
            EnterpriseChange.enterprise_id == enterprise_id,
            col(EnterpriseChange.valid_from) <= day,
        )
        .order_by(col(EnterpriseChange.valid_from).desc(), col(EnterpriseChange.id).desc())
        .limit(1)
    )
    found = (await session.exec(statement)).one_or_none()
    if found is None:
        raise NotFound(what="enterprise")
    return found


async def grades(
    session: AsyncSession, enterprise_id: UUID, *, after: UUID | None, limit: int
) -> Sequence[EnterpriseGrade]:
    """Grades, newest first."""
    statement = select(EnterpriseGrade).where(EnterpriseGrade.enterprise_id == enterprise_id)
    if after is not None:
        statement = statement.where(col(EnterpriseGrade.id) < after)
    ordered = statement.order_by(col(EnterpriseGrade.id).desc())
    return (await session.exec(ordered.limit(limit))).all()


async def last_computed(session: AsyncSession, enterprise_id: UUID) -> EnterpriseGrade | None:
    """The newest grade that was computed."""
    statement = (
        select(EnterpriseGrade)
        .where(EnterpriseGrade.enterprise_id == enterprise_id, col(EnterpriseGrade.until).is_(None))
        .order_by(col(EnterpriseGrade.id).desc())
        .limit(1)
    )
    return (await session.exec(statement)).one_or_none()


async def overrides_ended(session: AsyncSession, day: date, *, limit: int) -> Sequence[Enterprise]:
    """Locked objects whose grade by hand ended before the day."""
    statement = (
        select(Enterprise)
        .where(col(Enterprise.override_until) < day)
        .order_by(col(Enterprise.override_until), col(Enterprise.id))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return (await session.exec(statement)).all()


async def standing_divisions(
    session: AsyncSession, codes: Iterable[str], *, on_day: date
) -> set[str]:
    """Which of the codes are divisions in force on the day."""
    rows = await (await driver(session)).fetch(DIVISION_IN_FORCE, [*codes], on_day)
    return {row["code"] for row in rows}


async def next_number(session: AsyncSession, series: str, division: str, year: int) -> int:
    """The next of a series; a transaction that fails gives it back."""
    return int(await (await driver(session)).fetchval(NEXT_NUMBER, series, division, year))


async def names(session: AsyncSession, ids: Iterable[UUID]) -> Mapping[UUID, Enterprise]:
    """Objects by their key, of those the caller may see."""
    statement = select(Enterprise).where(col(Enterprise.id).in_([*ids]))
    return {each.id: each for each in (await session.exec(statement)).all()}
