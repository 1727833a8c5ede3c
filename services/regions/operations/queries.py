"""Every SELECT on joint operations. Row-level security hides what is not the caller's."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from sqlmodel import col, delete, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.agreements.domain import Focus, Form, Link
from services.regions.operations.domain import (
    ACTIVE,
    Consent,
    Kind,
    PartyStatus,
    State,
    Totals,
    totals,
)
from services.regions.operations.models import (
    NEXT_ACT,
    Finding,
    LookBack,
    Operation,
    OperationOfficer,
    OperationResult,
    OperationStep,
    OperationTeam,
    Participation,
)
from shared import divisions
from shared.db.session import driver
from shared.errors import NotFound

Line = TypeVar(
    "Line",
    Participation,
    OperationStep,
    OperationResult,
    OperationTeam,
    OperationOfficer,
    Finding,
)


@dataclass(frozen=True, slots=True)
class OperationFile:
    """An operation with its parties, its history and what it came to."""

    operation: Operation
    parties: list[Participation]
    steps: list[OperationStep]
    results: list[OperationResult]
    teams: list[OperationTeam]
    officers: list[OperationOfficer]

    @property
    def codes(self) -> tuple[str, ...]:
        """The divisions of all parties that have not left, the lead first if it is one of them."""
        lead = self.operation.lead
        staying = (each for each in self.parties if each.status is not PartyStatus.LEFT)
        return tuple(sorted((each.division for each in staying), key=lambda c: (c != lead, c)))

    @property
    def active(self) -> tuple[str, ...]:
        """The divisions whose part has not ended."""
        going_on = {each.division for each in self.parties if each.status in ACTIVE}
        return tuple(each for each in self.codes if each in going_on)

    @property
    def superior(self) -> str:
        """The scope whose head decides when the parties do not agree."""
        return divisions.common_superior([self.operation.lead, *self.codes])

    @property
    def consents(self) -> dict[str, Consent]:
        return {each.division: each.consent for each in self.parties if each.division in self.codes}

    @property
    def totals(self) -> Totals:
        return totals(
            (each.inspections, each.problems_found, each.problems_closed) for each in self.results
        )


async def operation(session: AsyncSession, operation_id: UUID) -> Operation:
    found = await session.get(Operation, operation_id)
    if found is None:
        raise NotFound(what="operation")
    return found


async def operation_in_sight(session: AsyncSession, operation_id: UUID) -> Operation | None:
    """The operation if the caller still sees it."""
    return await session.get(Operation, operation_id)


async def require_known_operation(session: AsyncSession, operation_id: UUID) -> None:
    """NotFound unless the caller sees the operation or has, or had, a part in it."""
    if await session.get(Operation, operation_id) is not None:
        return
    parts = select(Participation.division).where(Participation.operation_id == operation_id)
    if (await session.exec(parts.limit(1))).first() is None:
        raise NotFound(what="operation")


async def lock_operation(session: AsyncSession, operation_id: UUID) -> Operation:
    """The operation, locked until the transaction ends. For every change."""
    statement = (
        select(Operation)
        .where(Operation.id == operation_id)
        .with_for_update()
        .execution_options(populate_existing=True)  # a copy read before the lock may be stale
    )
    found = (await session.exec(statement)).one_or_none()
    if found is None:
        raise NotFound(what="operation")
    return found


async def file(session: AsyncSession, operation: Operation) -> OperationFile:
    """Everything that hangs on the operation and is seen by the caller."""
    return OperationFile(
        operation,
        await _lines(session, Participation, operation.id, order="division"),
        await _lines(session, OperationStep, operation.id, order="id"),
        await _lines(session, OperationResult, operation.id, order="completed_at"),
        await _lines(session, OperationTeam, operation.id, order="id"),
        await _lines(session, OperationOfficer, operation.id, order="officer_id"),
    )


async def _lines(
    session: AsyncSession, table: type[Line], operation_id: UUID, *, order: str
) -> list[Line]:
    statement = select(table).where(table.operation_id == operation_id).order_by(order)
    return list((await session.exec(statement)).all())


async def participation(session: AsyncSession, operation_id: UUID, division: str) -> Participation:
    """One party's row: its own people see it whatever became of its part."""
    found = await session.get(Participation, (operation_id, division))
    if found is None:
        raise NotFound(what="participation")
    return found


async def findings(session: AsyncSession, operation_id: UUID) -> list[Finding]:
    """What was found, in the order it was recorded."""
    return await _lines(session, Finding, operation_id, order="id")


async def lock_findings(session: AsyncSession, operation_id: UUID) -> Sequence[Finding]:
    """What was found, locked until the transaction ends."""
    statement = (
        select(Finding)
        .where(Finding.operation_id == operation_id)
        .order_by(col(Finding.id))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return (await session.exec(statement)).all()


async def findings_page(
    session: AsyncSession, operation_id: UUID, *, after: UUID | None, limit: int
) -> Sequence[Finding]:
    """Findings in the order they were recorded, one more than `limit`."""
    statement = select(Finding).where(Finding.operation_id == operation_id)
    if after is not None:
        statement = statement.where(col(Finding.id) > after)
    return (await session.exec(statement.order_by(col(Finding.id)).limit(limit + 1))).all()


async def finding(session: AsyncSession, operation_id: UUID, finding_id: UUID) -> Finding:
    found = await session.get(Finding, finding_id)
    if found is None or found.operation_id != operation_id:
        raise NotFound(what="finding")
    return found


async def lock_finding(session: AsyncSession, operation_id: UUID, finding_id: UUID) -> Finding:
    """The finding, locked until the transaction ends. For every change."""
    statement = (
        select(Finding)
        .where(Finding.id == finding_id, Finding.operation_id == operation_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    found = (await session.exec(statement)).one_or_none()
    if found is None:
        raise NotFound(what="finding")
    return found


async def look_backs(session: AsyncSession, finding_id: UUID) -> Sequence[LookBack]:
    statement = select(LookBack).where(LookBack.finding_id == finding_id).order_by(col(LookBack.id))
    return (await session.exec(statement)).all()


async def forget_officers(
    session: AsyncSession, operation_id: UUID, *, party: str, team_id: UUID | None = None
) -> None:
    """Take back whom a party named, for one team or for all."""
    statement = delete(OperationOfficer).where(
        col(OperationOfficer.operation_id) == operation_id, col(OperationOfficer.party) == party
    )
    if team_id is not None:
        statement = statement.where(col(OperationOfficer.team_id) == team_id)
    await session.exec(statement)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list of operations is narrowed to."""

    state: State | None = None
    form: Form | None = None
    kind: Kind | None = None
    link: Link | None = None
    focus: Focus | None = None
    division: str | None = None
    origin_id: UUID | None = None
    group_id: UUID | None = None
    plan_id: UUID | None = None


async def operations(
    session: AsyncSession, wanted: Wanted, *, after: UUID | None, limit: int
) -> Sequence[Operation]:
    """Operations from the newest on, one more than `limit`; a division has its subtree's."""
    statement = select(Operation).order_by(col(Operation.id).desc())
    for column, value in (
        (Operation.state, wanted.state),
        (Operation.form, wanted.form),
        (Operation.kind, wanted.kind),
        (Operation.origin_id, wanted.origin_id),
        (Operation.group_id, wanted.group_id),
        (Operation.plan_id, wanted.plan_id),
    ):
        if value is not None:
            statement = statement.where(column == value)
    if wanted.link is not None:
        statement = statement.where(col(Operation.links).contains([wanted.link]))
    if wanted.focus is not None:
        statement = statement.where(col(Operation.focuses).contains([wanted.focus]))
    if wanted.division is not None:
        scope = divisions.scope(wanted.division)
        statement = statement.where(
            or_(
                col(Operation.visible_to).contains([scope]),
                col(Operation.recall_to).contains([scope]),
            )
        )
    if after is not None:
        statement = statement.where(col(Operation.id) < after)
    return (await session.exec(statement.limit(limit + 1))).all()


async def has_result(session: AsyncSession, task_id: UUID) -> bool:
    return await session.get(OperationResult, task_id) is not None


async def lock_result(session: AsyncSession, operation_id: UUID, task_id: UUID) -> OperationResult:
    """A task's result, locked until the transaction ends."""
    statement = (
        select(OperationResult)
        .where(OperationResult.task_id == task_id, OperationResult.operation_id == operation_id)
        .with_for_update()
    )
    found = (await session.exec(statement)).one_or_none()
    if found is None:
        raise NotFound(what="task")
    return found


async def officers_named(session: AsyncSession, operation_id: UUID, *, party: str) -> set[UUID]:
    statement = select(OperationOfficer.officer_id).where(
        OperationOfficer.operation_id == operation_id, OperationOfficer.party == party
    )
    return set((await session.exec(statement)).all())


async def next_act(session: AsyncSession) -> int:
    """The place of an act in the order of all; taken under the operation's lock."""
    act: int = await (await driver(session)).fetchval(f"SELECT {NEXT_ACT.text}")
    return act
