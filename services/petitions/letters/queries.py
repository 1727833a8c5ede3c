"""Reading batches of letters."""

from collections.abc import Sequence
from datetime import date
from typing import TypeVar
from uuid import UUID

from sqlalchemy import tuple_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.letters.models import InspectionLetter, LetterBatch, LetterStep, LookBack
from shared.errors import NotFound

Row = TypeVar("Row")


async def batch(session: AsyncSession, batch_id: UUID) -> LetterBatch:
    """The batch, if the caller may know of it."""
    statement = select(LetterBatch).where(LetterBatch.id == batch_id)
    return _found((await session.exec(statement)).one_or_none(), "letter batch")


async def loaded(session: AsyncSession, body: str, number: str) -> LetterBatch | None:
    """The batch of an inspecting body, if it was loaded before."""
    statement = select(LetterBatch).where(LetterBatch.body == body, LetterBatch.number == number)
    return (await session.exec(statement)).one_or_none()


async def batches(
    session: AsyncSession, *, after: tuple[date, UUID] | None, limit: int
) -> Sequence[LetterBatch]:
    """Batches the caller may see, latest first."""
    statement = select(LetterBatch)
    if after is not None:
        place = tuple_(col(LetterBatch.received_on), col(LetterBatch.id))
        statement = statement.where(place < after)
    order = (col(LetterBatch.received_on).desc(), col(LetterBatch.id).desc())
    return (await session.exec(statement.order_by(*order).limit(limit))).all()


async def letters(session: AsyncSession, batch_id: UUID) -> Sequence[InspectionLetter]:
    """The letters of a batch that the caller may see, in its order."""
    statement = (
        select(InspectionLetter)
        .where(InspectionLetter.batch_id == batch_id)
        .order_by(col(InspectionLetter.position))
    )
    return (await session.exec(statement)).all()


async def letter(session: AsyncSession, batch_id: UUID, letter_id: UUID) -> InspectionLetter:
    """The letter of this batch, if the caller may know of it."""
    statement = select(InspectionLetter).where(
        InspectionLetter.id == letter_id, InspectionLetter.batch_id == batch_id
    )
    return _found((await session.exec(statement)).one_or_none(), "letter")


async def lock_letter(session: AsyncSession, batch_id: UUID, letter_id: UUID) -> InspectionLetter:
    """The letter, locked until the transaction ends. For every change."""
    statement = (
        select(InspectionLetter)
        .where(InspectionLetter.id == letter_id, InspectionLetter.batch_id == batch_id)
        .with_for_update()
        .execution_options(populate_existing=True)  # a copy read before the lock may be stale
    )
    return _found((await session.exec(statement)).one_or_none(), "letter")


async def history(session: AsyncSession, letter_id: UUID) -> Sequence[LetterStep]:
    """Everything that was done to the letter, oldest first."""
    statement = (
        select(LetterStep)
        .where(LetterStep.letter_id == letter_id)
        .order_by(col(LetterStep.at), col(LetterStep.id))
    )
    return (await session.exec(statement)).all()


async def look_backs(session: AsyncSession, letter_ids: Sequence[UUID]) -> Sequence[LookBack]:
    """Every look back at these letters, oldest first."""
    statement = (
        select(LookBack)
        .where(col(LookBack.letter_id).in_(letter_ids))
        .order_by(col(LookBack.at), col(LookBack.id))
    )
    return (await session.exec(statement)).all()


def _found(row: Row | None, what: str) -> Row:
    if row is None:
        raise NotFound(what=what)
    return row
