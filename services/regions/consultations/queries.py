"""Every SELECT on consultations. Row-level security hides what is not the caller's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar
from uuid import UUID

from sqlmodel import col, func, select, tuple_
from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.consultations.domain import SETTLED, Answer, State
from services.regions.consultations.models import (
    Consultation,
    ConsultationDissent,
    ConsultationInvitee,
    ConsultationMeasure,
    ConsultationProblem,
    ConsultationStep,
)
from shared import divisions
from shared.errors import NotFound

Line = TypeVar(
    "Line",
    ConsultationProblem,
    ConsultationInvitee,
    ConsultationDissent,
    ConsultationMeasure,
    ConsultationStep,
)


@dataclass(frozen=True, slots=True)
class ConsultationFile:
    """A consultation with all that hangs on it."""

    consultation: Consultation
    problems: list[ConsultationProblem]
    invitees: list[ConsultationInvitee]
    dissents: list[ConsultationDissent]
    measures: list[ConsultationMeasure]

    @property
    def taking_part(self) -> tuple[str, ...]:
        """The convener and the divisions that were called and did not decline."""
        called = (
            each.division
            for each in self.invitees
            if each.division is not None and each.answer is not Answer.DECLINED
        )
        return (self.consultation.convener, *called)

    @property
    def objects(self) -> list[tuple[str | None, str | None]]:
        """Name and credit code of what the problems are about."""
        return [
            (each.matter.get("object_name"), each.matter.get("object_code"))
            for each in self.problems
        ]

    def problem(self, problem_id: UUID) -> ConsultationProblem:
        found = next((each for each in self.problems if each.id == problem_id), None)
        if found is None:
            raise NotFound(what="consultation problem")
        return found

    def invitee(self, invitee_id: UUID) -> ConsultationInvitee:
        found = next((each for each in self.invitees if each.id == invitee_id), None)
        if found is None:
            raise NotFound(what="invitation")
        return found


async def consultation(session: AsyncSession, consultation_id: UUID) -> Consultation:
    """The consultation, if the caller may know of it."""
    found = await session.get(Consultation, consultation_id)
    if found is None:
        raise NotFound(what="consultation")
    return found


async def lock_consultation(session: AsyncSession, consultation_id: UUID) -> ConsultationFile:
    """The consultation with all that hangs on it, locked until the transaction ends."""
    statement = (
        select(Consultation)
        .where(Consultation.id == consultation_id)
        .with_for_update()
        .execution_options(populate_existing=True)  # a copy read before the lock may be stale
    )
    found = (await session.exec(statement)).one_or_none()
    if found is None:
        raise NotFound(what="consultation")
    return await file(session, found)


async def file(session: AsyncSession, row: Consultation) -> ConsultationFile:
    return ConsultationFile(
        row,
        await _lines(session, ConsultationProblem, row.id),
        await _lines(session, ConsultationInvitee, row.id),
        await _lines(session, ConsultationDissent, row.id),
        await _lines(session, ConsultationMeasure, row.id),
    )


async def steps(session: AsyncSession, consultation_id: UUID) -> list[ConsultationStep]:
    """Its history, oldest first."""
    return await _lines(session, ConsultationStep, consultation_id)


async def _lines(session: AsyncSession, table: type[Line], consultation_id: UUID) -> list[Line]:
    statement = (
        select(table).where(table.consultation_id == consultation_id).order_by(col(table.id))
    )
    return list((await session.exec(statement)).all())


async def consultations(
    session: AsyncSession,
    *,
    convener: str | None,
    state: State | None,
    after: UUID | None,
    limit: int,
) -> Sequence[Consultation]:
    """Consultations from the newest on, one more than `limit`."""
    statement = select(Consultation).order_by(col(Consultation.id).desc())
    if convener is not None:
        statement = statement.where(Consultation.convener == convener)
    if state is not None:
        statement = statement.where(Consultation.state == state)
    if after is not None:
        statement = statement.where(col(Consultation.id) < after)
    return (await session.exec(statement.limit(limit + 1))).all()


async def invitations(
    session: AsyncSession, *, division: str, after: UUID | None, limit: int
) -> Sequence[ConsultationInvitee]:
    """What a division was invited to, the newest first, one more than `limit`."""
    statement = (
        select(ConsultationInvitee)
        .where(ConsultationInvitee.division == division)
        .order_by(col(ConsultationInvitee.id).desc())
    )
    if after is not None:
        statement = statement.where(col(ConsultationInvitee.id) < after)
    return (await session.exec(statement.limit(limit + 1))).all()


async def open_measures(
    session: AsyncSession,
    *,
    division: str | None,
    overdue_at: datetime | None,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> Sequence[ConsultationMeasure]:
    """Measures without an end, the most urgent first, one more than `limit`."""
    table = ConsultationMeasure
    statement = (
        select(table)
        .where(col(table.state).not_in(SETTLED))
        .order_by(col(table.due_at), col(table.id))
    )
    if division is not None:
        statement = statement.where(
            col(table.responsible).startswith(divisions.scope(division), autoescape=True)
        )
    if overdue_at is not None:
        statement = statement.where(col(table.due_at) <= overdue_at)
    if after is not None:
        statement = statement.where(tuple_(col(table.due_at), col(table.id)) > tuple_(*after))
    return (await session.exec(statement.limit(limit + 1))).all()


async def last_held_on(session: AsyncSession, convener: str) -> date | None:
    """The day of the last regular consultation a division held."""
    statement = select(func.max(col(Consultation.held_on))).where(
        Consultation.convener == convener, col(Consultation.regular).is_(True)
    )
    return (await session.exec(statement)).one()


async def versions(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, int]:
    """The version of each of these that the caller sees."""
    statement = select(Consultation.id, Consultation.version).where(col(Consultation.id).in_(ids))
    return dict((await session.exec(statement)).all())
