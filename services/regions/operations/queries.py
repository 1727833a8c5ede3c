"""Every SELECT on joint operations. Row-level security hides what is not the caller's."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.agreements.domain import Form
from services.regions.operations.domain import Consent, State, Totals, totals
from services.regions.operations.models import (
    Operation,
    OperationResult,
    OperationStep,
    Participation,
)
from shared import divisions
from shared.errors import NotFound

Line = TypeVar("Line", Participation, OperationStep, OperationResult)


@dataclass(frozen=True, slots=True)
class OperationFile:
    """An operation with its parties, its history and what it came to."""

    operation: Operation
    parties: list[Participation]
    steps: list[OperationStep]
    results: list[OperationResult]

    @property
    def codes(self) -> tuple[str, ...]:
        """The parties' divisions, the lead first if it is one of them."""
        lead = self.operation.lead
        return tuple(sorted((each.division for each in self.parties), key=lambda c: (c != lead, c)))

    @property
    def superior(self) -> str:
        """The scope whose head decides when the parties do not agree."""
        return divisions.common_superior([self.operation.lead, *self.codes])

    @property
    def consents(self) -> dict[str, Consent]:
        return {each.division: each.consent for each in self.parties}

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
        await _lines(session, Participation, operation, order="division"),
        await _lines(session, OperationStep, operation, order="id"),
        await _lines(session, OperationResult, operation, order="completed_at"),
    )


async def _lines(
    session: AsyncSession, table: type[Line], operation: Operation, *, order: str
) -> list[Line]:
    statement = select(table).where(table.operation_id == operation.id).order_by(order)
    return list((await session.exec(statement)).all())


async def operations(
    session: AsyncSession,
    *,
    state: State | None,
    form: Form | None,
    division: str | None,
    origin_id: UUID | None,
    after: UUID | None,
    limit: int,
) -> Sequence[Operation]:
    """Operations from the newest on, one more than `limit`; a division has its subtree's."""
    statement = select(Operation).order_by(col(Operation.id).desc())
    if state is not None:
        statement = statement.where(Operation.state == state)
    if form is not None:
        statement = statement.where(Operation.form == form)
    if division is not None:
        scope = divisions.scope(division)
        statement = statement.where(col(Operation.visible_to).contains([scope]))
    if origin_id is not None:
        statement = statement.where(Operation.origin_id == origin_id)
    if after is not None:
        statement = statement.where(col(Operation.id) < after)
    return (await session.exec(statement.limit(limit + 1))).all()


async def has_result(session: AsyncSession, task_id: UUID) -> bool:
    return await session.get(OperationResult, task_id) is not None
