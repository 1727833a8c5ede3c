"""Reading escalations and working groups."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, or_, true, tuple_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.intake.models import Petition
from services.petitions.through_train.domain import UNSOLVED, WITH_COUNTY, State
from services.petitions.through_train.models import (
    Escalation,
    EscalationNote,
    EscalationStep,
    WorkingGroup,
    WorkingGroupMember,
)
from shared import divisions
from shared.errors import NotFound

Row = TypeVar("Row")


async def escalation(session: AsyncSession, escalation_id: UUID) -> Escalation:
    """The escalation, if the caller may know of it."""
    statement = select(Escalation).where(Escalation.id == escalation_id)
    return _found((await session.exec(statement)).one_or_none(), "escalation")


async def lock_escalation(session: AsyncSession, escalation_id: UUID) -> Escalation:
    """The escalation, locked until the transaction ends. For every change."""
    statement = (
        select(Escalation)
        .where(Escalation.id == escalation_id)
        .with_for_update()
        .execution_options(populate_existing=True)  # a copy read before the lock may be stale
    )
    return _found((await session.exec(statement)).one_or_none(), "escalation")


async def running(session: AsyncSession, petition_id: UUID) -> Escalation | None:
    """The escalation a matter is in now."""
    statement = select(Escalation).where(
        Escalation.petition_id == petition_id, Escalation.state != State.RESOLVED
    )
    return (await session.exec(statement)).one_or_none()


async def last_resolved(session: AsyncSession, petition_id: UUID) -> Escalation | None:
    """The matter's latest resolved escalation, which a relapse links to."""
    statement = (
        select(Escalation)
        .where(Escalation.petition_id == petition_id, Escalation.state == State.RESOLVED)
        .order_by(col(Escalation.resolved_at).desc())
        .limit(1)
    )
    return (await session.exec(statement)).one_or_none()


async def candidates(session: AsyncSession, city: str, *, before: datetime) -> Sequence[Escalation]:
    """A city's candidates triggered before the cut-off, locked, oldest first."""
    return await _due(session, city, [State.CANDIDATE], col(Escalation.triggered_at) < before)


async def with_county(
    session: AsyncSession, city: str, *, before: datetime
) -> Sequence[Escalation]:
    """What was pushed before the cut-off and the counties have not solved, locked."""
    return await _due(session, city, WITH_COUNTY, col(Escalation.pushed_at) < before)


async def unsolved(session: AsyncSession, city: str) -> Sequence[Escalation]:
    """What the city's weekly reports have named and nobody has solved, locked, oldest first."""
    return await _due(session, city, UNSOLVED, true())


async def _due(
    session: AsyncSession, city: str, states: Sequence[State], due: ColumnElement[bool]
) -> Sequence[Escalation]:
    statement = (
        select(Escalation)
        .where(Escalation.city == city, col(Escalation.state).in_(states), due)
        .order_by(col(Escalation.triggered_at), col(Escalation.id))
        .with_for_update()
    )
    return (await session.exec(statement)).all()


async def history(session: AsyncSession, escalation_id: UUID) -> Sequence[EscalationStep]:
    """Everything that was done to the escalation, oldest first."""
    statement = (
        select(EscalationStep)
        .where(EscalationStep.escalation_id == escalation_id)
        .order_by(col(EscalationStep.at), col(EscalationStep.id))
    )
    return (await session.exec(statement)).all()


async def steps_of_matter(session: AsyncSession, petition_id: UUID) -> Sequence[EscalationStep]:
    """Every step of every escalation the matter was ever in, oldest first."""
    statement = (
        select(EscalationStep)
        .join(Escalation, col(Escalation.id) == col(EscalationStep.escalation_id))
        .where(Escalation.petition_id == petition_id)
        .order_by(col(EscalationStep.at), col(EscalationStep.id))
    )
    return (await session.exec(statement)).all()


async def notes(session: AsyncSession, escalation_id: UUID) -> Sequence[EscalationNote]:
    """Everything told of the matter beside its steps, oldest first."""
    statement = (
        select(EscalationNote)
        .where(EscalationNote.escalation_id == escalation_id)
        .order_by(col(EscalationNote.at), col(EscalationNote.id))
    )
    return (await session.exec(statement)).all()


async def parts_of(session: AsyncSession, petition_ids: Sequence[UUID]) -> Sequence[Petition]:
    """The parts that single divisions handle of these coordinating items."""
    statement = (
        select(Petition)
        .where(col(Petition.parent_id).in_(petition_ids))
        .order_by(col(Petition.number))
    )
    return (await session.exec(statement)).all()


async def escalations(
    session: AsyncSession,
    *,
    division: str | None,
    state: State | None,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> Sequence[Escalation]:
    """Escalations the caller may see, latest trigger first."""
    statement = select(Escalation)
    if division is not None:
        statement = statement.where(
            col(Escalation.visible_to).contains([divisions.scope(division)])
        )
    if state is not None:
        statement = statement.where(Escalation.state == state)
    if after is not None:
        place = tuple_(col(Escalation.triggered_at), col(Escalation.id))
        statement = statement.where(place < after)
    statement = statement.order_by(
        col(Escalation.triggered_at).desc(), col(Escalation.id).desc()
    ).limit(limit)
    return (await session.exec(statement)).all()


async def working_group(session: AsyncSession, group_id: UUID) -> WorkingGroup:
    statement = select(WorkingGroup).where(WorkingGroup.id == group_id)
    return _found((await session.exec(statement)).one_or_none(), "working group")


async def working_groups(session: AsyncSession) -> Sequence[WorkingGroup]:
    """The groups the caller may see; a city has one, so the list is short."""
    return (await session.exec(select(WorkingGroup).order_by(WorkingGroup.city))).all()


async def lock_group(session: AsyncSession, group_id: UUID) -> WorkingGroup:
    """The group, locked until the transaction ends. For every change and every report of it."""
    statement = (
        select(WorkingGroup)
        .where(WorkingGroup.id == group_id)
        .with_for_update()
        .execution_options(populate_existing=True)  # a copy read before the lock may be stale
    )
    return _found((await session.exec(statement)).one_or_none(), "working group")


async def members(
    session: AsyncSession, group_id: UUID, *, at: datetime
) -> Sequence[WorkingGroupMember]:
    """Who was in the group at an instant."""
    statement = (
        select(WorkingGroupMember)
        .where(
            WorkingGroupMember.group_id == group_id,
            col(WorkingGroupMember.joined_at) <= at,
            or_(col(WorkingGroupMember.left_at).is_(None), col(WorkingGroupMember.left_at) > at),
        )
        .order_by(col(WorkingGroupMember.division), col(WorkingGroupMember.name))
    )
    return (await session.exec(statement)).all()


async def member(
    session: AsyncSession, group_id: UUID, account_id: UUID
) -> WorkingGroupMember | None:
    """The account's membership, also one that has ended."""
    statement = select(WorkingGroupMember).where(
        WorkingGroupMember.group_id == group_id, WorkingGroupMember.account_id == account_id
    )
    return (await session.exec(statement)).one_or_none()


def _found(row: Row | None, what: str) -> Row:
    if row is None:
        raise NotFound(what=what)
    return row
