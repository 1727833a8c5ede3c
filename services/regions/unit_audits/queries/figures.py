"""Figures of unit audits: who was covered, at what hours, and what became of the findings.

Only audits that began are counted, so that no figure tells of an unannounced one. The assessment
of units reads `tally`.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import col, func, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.bureaus.models import Bureau
from services.regions.unit_audits.domain import life
from services.regions.unit_audits.domain.conduct import HourClass
from services.regions.unit_audits.domain.life import ENDED, FindingState, Severity
from services.regions.unit_audits.models import UnitAudit, UnitAuditFinding, UnitAuditReferral
from shared import divisions
from shared.clocks.days import SHANGHAI, end_of_day


@dataclass(frozen=True, slots=True)
class Coverage:
    """A unit, and the audits of it that began in the year."""

    bureau_id: UUID
    name: str
    division: str
    audits: int
    last_at: datetime | None


@dataclass(frozen=True, slots=True)
class Tally:
    """Findings in a division's units from a first day to a last. Referrals only for who sees them.

    Withdrawn ones are told apart and count for nothing else. `overdue` are open past their time;
    `closed_in_time` and `closed_late` go by the day the rectification was reported.
    """

    audits: int
    by_severity: dict[Severity, int]
    open: int
    overdue: int
    closed_in_time: int
    closed_late: int
    withdrawn: int
    relapses: int
    referred: int


@dataclass(frozen=True, slots=True)
class UnitFigures:
    bureau_id: UUID
    audited: str
    audits: int


async def coverage(
    session: AsyncSession, *, division: str, year: int, kinds: Collection[str], on_day: date
) -> list[Coverage]:
    """The county units of a subtree by division and name, with the audits of each in the year."""
    audited = (
        select(
            UnitAudit.bureau_id,
            func.count().label("audits"),
            func.max(UnitAudit.started_at).label("last_at"),
        )
        .where(*_began(date(year, 1, 1), date(year, 12, 31)))
        .group_by(col(UnitAudit.bureau_id))
        .subquery()
    )
    ends = col(Bureau.active_to)
    statement = (
        select(Bureau, audited.c.audits, audited.c.last_at)
        .join(audited, audited.c.bureau_id == Bureau.id, isouter=True)
        .where(
            col(Bureau.visible_to).contains([divisions.scope(division)]),
            col(Bureau.kind).in_(list(kinds)),
            or_(ends.is_(None), ends >= on_day),
            ~col(Bureau.division).endswith("00"),  # what a city or province has itself is no unit
        )
        .order_by(col(Bureau.division), col(Bureau.name))
    )
    rows = (await session.exec(statement)).all()
    return [
        Coverage(unit.id, unit.name, unit.division, number or 0, last_at)
        for unit, number, last_at in rows
    ]


async def hours(
    session: AsyncSession, *, division: str, first: date, last: date
) -> dict[HourClass, int]:
    """At what hours the audits of a division's units began, all classes named."""
    statement = (
        select(UnitAudit.hour_class, func.count())
        .where(*_began(first, last), _of(division))
        .group_by(col(UnitAudit.hour_class))
    )
    counted = dict((await session.exec(statement)).all())
    return {each: counted.get(each, 0) for each in HourClass}


async def units(
    session: AsyncSession, *, division: str, first: date, last: date
) -> list[UnitFigures]:
    """How often each unit of a division was audited, as far as it was."""
    statement = (
        select(UnitAudit.bureau_id, UnitAudit.audited, func.count())
        .where(*_began(first, last), _of(division))
        .group_by(col(UnitAudit.bureau_id), col(UnitAudit.audited))
        .order_by(col(UnitAudit.audited), col(UnitAudit.bureau_id))
    )
    return [UnitFigures(*row) for row in (await session.exec(statement)).all()]


async def tally(
    session: AsyncSession, *, division: str, first: date, last: date, now: datetime
) -> Tally:
    """What audits that began in the period found in a division's units, and what became of it."""
    conditions = [*_began(first, last), _of(division)]
    audits = select(func.count()).select_from(UnitAudit).where(*conditions)
    statement = (
        select(UnitAuditFinding)
        .join(UnitAudit, col(UnitAudit.id) == UnitAuditFinding.unit_audit_id)
        .where(*conditions)
    )
    found = (await session.exec(statement)).all()
    referred = (
        select(func.count())
        .select_from(UnitAuditReferral)
        .where(col(UnitAuditReferral.finding_id).in_([each.id for each in found]))
    )
    return _tallied(
        (await session.exec(audits)).one(),
        found,
        referred=(await session.exec(referred)).one(),
        now=now,
    )


def _tallied(
    audits: int, found: Sequence[UnitAuditFinding], *, referred: int, now: datetime
) -> Tally:
    standing = [each for each in found if each.state is not FindingState.WITHDRAWN]
    severities = Counter(each.severity for each in standing)
    late = {
        each.id
        for each in standing
        if life.is_late(each.state, each.rectify_due_at, each.rectified_at, now=now)
    }
    closed = [each for each in standing if each.state is FindingState.VERIFIED]
    unclosed = [each for each in standing if each.state not in ENDED]
    return Tally(
        audits=audits,
        by_severity={each: severities[each] for each in Severity},
        open=len(unclosed),
        overdue=sum(each.id in late for each in unclosed),
        closed_in_time=sum(each.id not in late for each in closed),
        closed_late=sum(each.id in late for each in closed),
        withdrawn=len(found) - len(standing),
        relapses=sum(each.relapse for each in standing),
        referred=referred,
    )


def _began(first: date, last: date) -> list[ColumnElement[bool]]:
    return [
        col(UnitAudit.started_at) >= datetime.combine(first, time.min, SHANGHAI),
        col(UnitAudit.started_at) < end_of_day(last),
    ]


def _of(division: str) -> ColumnElement[bool]:
    return col(UnitAudit.audited).startswith(divisions.scope(division), autoescape=True)
