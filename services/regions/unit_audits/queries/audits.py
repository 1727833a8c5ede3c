"""Every SELECT on unit audits themselves. Row-level security hides what is not the caller's."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlmodel import col, exists, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.divisions.models import Division
from services.regions.unit_audits.domain.conduct import Item
from services.regions.unit_audits.domain.life import CheckResult, FindingState, State
from services.regions.unit_audits.models import (
    UnitAudit,
    UnitAuditCheck,
    UnitAuditFinding,
    UnitAuditor,
    UnitAuditReferral,
    UnitAuditStep,
)
from shared import divisions
from shared.clocks.days import SHANGHAI
from shared.db.session import driver
from shared.divisions import Level
from shared.errors import NotFound

Line = TypeVar(
    "Line", UnitAuditor, UnitAuditCheck, UnitAuditFinding, UnitAuditReferral, UnitAuditStep
)


@dataclass(frozen=True, slots=True)
class AuditFile:
    """An audit with who goes, what was checked and what was found, as far as the caller sees it."""

    audit: UnitAudit
    auditors: list[UnitAuditor]
    checks: list[UnitAuditCheck]
    findings: list[UnitAuditFinding]
    referrals: list[UnitAuditReferral]

    @property
    def referred(self) -> frozenset[UUID]:
        """The findings that went to discipline, for who may know."""
        return frozenset(each.finding_id for each in self.referrals)

    @property
    def results(self) -> dict[Item, CheckResult]:
        return {Item(each.topic, each.item): each.result for each in self.checks}

    @property
    def faults(self) -> frozenset[Item]:
        return frozenset(Item(each.topic, each.item) for each in self.findings)

    def finding(self, finding_id: UUID) -> UnitAuditFinding:
        found = next((each for each in self.findings if each.id == finding_id), None)
        if found is None:
            raise NotFound(what="audit finding")
        return found


async def audit(session: AsyncSession, unit_audit_id: UUID) -> UnitAudit:
    """The audit, if the caller may know of it."""
    found = await session.get(UnitAudit, unit_audit_id)
    if found is None:
        raise NotFound(what="unit audit")
    return found


async def lock_audit(session: AsyncSession, unit_audit_id: UUID) -> AuditFile:
    """The audit with all that hangs on it, locked until the transaction ends."""
    statement = (
        select(UnitAudit)
        .where(UnitAudit.id == unit_audit_id)
        .with_for_update()
        .execution_options(populate_existing=True)  # a copy read before the lock may be stale
    )
    found = (await session.exec(statement)).one_or_none()
    if found is None:
        raise NotFound(what="unit audit")
    return await file(session, found)


async def file(session: AsyncSession, row: UnitAudit) -> AuditFile:
    return AuditFile(
        row,
        await _lines(session, UnitAuditor, row.id, "division", "name"),
        await _lines(session, UnitAuditCheck, row.id, "topic", "item"),
        await _lines(session, UnitAuditFinding, row.id, "number"),
        await _lines(session, UnitAuditReferral, row.id, "referred_at"),
    )


async def steps(session: AsyncSession, unit_audit_id: UUID) -> list[UnitAuditStep]:
    """Its history, oldest first."""
    return await _lines(session, UnitAuditStep, unit_audit_id, "id")


async def _lines(
    session: AsyncSession, table: type[Line], unit_audit_id: UUID, *order: str
) -> list[Line]:
    statement = select(table).where(table.unit_audit_id == unit_audit_id).order_by(*order)
    return list((await session.exec(statement)).all())


async def audits(
    session: AsyncSession,
    *,
    division: str | None,
    bureau_id: UUID | None,
    state: State | None,
    after: UUID | None,
    limit: int,
) -> Sequence[UnitAudit]:
    """Audits from the newest on, one more than `limit`; a division has its subtree's units."""
    statement = select(UnitAudit).order_by(col(UnitAudit.id).desc())
    if division is not None:
        scope = divisions.scope(division)
        statement = statement.where(col(UnitAudit.audited).startswith(scope, autoescape=True))
    if bureau_id is not None:
        statement = statement.where(UnitAudit.bureau_id == bureau_id)
    if state is not None:
        statement = statement.where(UnitAudit.state == state)
    if after is not None:
        statement = statement.where(col(UnitAudit.id) < after)
    return (await session.exec(statement.limit(limit + 1))).all()


async def referrals(
    session: AsyncSession, *, after: UUID | None, limit: int
) -> Sequence[tuple[UnitAudit, UnitAuditFinding, UnitAuditReferral]]:
    """Findings referred to discipline, the newest first, one more than `limit`."""
    statement = (
        select(UnitAudit, UnitAuditFinding, UnitAuditReferral)
        .join(UnitAuditFinding, col(UnitAuditFinding.unit_audit_id) == UnitAudit.id)
        .join(UnitAuditReferral, col(UnitAuditReferral.finding_id) == UnitAuditFinding.id)
        .order_by(col(UnitAuditFinding.id).desc())
    )
    if after is not None:
        statement = statement.where(col(UnitAuditFinding.id) < after)
    return (await session.exec(statement.limit(limit + 1))).all()


async def counties_below(session: AsyncSession, orderer: str, *, on_day: date) -> list[str]:
    """The counties and zones below a city or province on a day, by code."""
    scope = divisions.scope(orderer)
    statement = (
        select(Division.code)
        .where(
            col(Division.code).startswith(scope, autoescape=True),
            col(Division.level).in_([Level.COUNTY, Level.ZONE]),
            col(Division.valid_from) <= on_day,
            func.coalesce(Division.valid_to, on_day) >= on_day,
        )
        .order_by(col(Division.code))
    )
    return list((await session.exec(statement)).all())


async def loads(
    session: AsyncSession, officer_ids: Iterable[UUID], year: int, *, besides: UUID
) -> dict[UUID, int]:
    """How many audits planned to begin in the year each is named for. Asked beyond one's scope."""
    first = datetime(year, 1, 1, tzinfo=SHANGHAI)
    last = datetime(year + 1, 1, 1, tzinfo=SHANGHAI)
    statement = (
        select(UnitAuditor.officer_id, func.count())
        .join(UnitAudit, col(UnitAudit.id) == UnitAuditor.unit_audit_id)
        .where(
            col(UnitAuditor.officer_id).in_(list(officer_ids)),
            UnitAudit.id != besides,
            UnitAudit.state != State.CALLED_OFF,
            col(UnitAudit.planned_from) >= first,
            col(UnitAudit.planned_from) < last,
        )
        .group_by(col(UnitAuditor.officer_id))
    )
    return dict((await session.exec(statement)).all())


async def lately_there(session: AsyncSession, bureau_id: UUID, *, number: int) -> frozenset[UUID]:
    """The officers of the last `number` audits of a unit that began. Asked beyond one's scope."""
    last = (
        select(UnitAudit.id)
        .where(UnitAudit.bureau_id == bureau_id, col(UnitAudit.started_at).is_not(None))
        .order_by(col(UnitAudit.started_at).desc())
        .limit(number)
    )
    statement = select(UnitAuditor.officer_id).where(col(UnitAuditor.unit_audit_id).in_(last))
    return frozenset((await session.exec(statement)).all())


async def found_before(session: AsyncSession, bureau_id: UUID, item: Item) -> bool:
    """Whether a fault in the item was verified as rectified at the unit. Beyond one's scope."""
    statement = select(
        exists().where(
            col(UnitAuditFinding.unit_audit_id) == UnitAudit.id,
            col(UnitAudit.bureau_id) == bureau_id,
            col(UnitAuditFinding.topic) == item.topic,
            col(UnitAuditFinding.item) == item.item,
            col(UnitAuditFinding.state) == FindingState.VERIFIED,
        )
    )
    return bool((await session.exec(statement)).one())


async def keep_work_of(session: AsyncSession, row: Mapping[str, Any]) -> None:
    """Who sees what is found before the report, after the audit's divisions were succeeded.

    Of one that only named people know, they do; else the corps, and the auditors as named people.
    """
    people = {each for each in row["visible_to"] if each.startswith(divisions.MARK)}
    told = people.symmetric_difference(row["visible_to"])
    work = people | {*divisions.visibility([row["orderer"]])} if told else people
    await (await driver(session)).execute(
        "UPDATE unit_audit SET work_to = $2 WHERE id = $1", row["id"], sorted(work)
    )
