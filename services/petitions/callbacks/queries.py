"""Reading call-backs."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import tuple_
from sqlmodel import col, exists, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.callbacks.models import Callback, CallbackPlan
from services.petitions.intake.domain import State, Step
from services.petitions.intake.models import Petition, PetitionStep
from shared import divisions
from shared.db.session import driver

# Who took one of these handled the matter.
HANDLED_BY: Sequence[Step] = (Step.START, Step.REPLY)


async def callbacks_of(session: AsyncSession, petition_id: UUID) -> Sequence[Callback]:
    """Every call to the petition's petitioner, oldest first."""
    statement = (
        select(Callback)
        .where(Callback.petition_id == petition_id)
        .order_by(col(Callback.at), col(Callback.id))
    )
    return (await session.exec(statement)).all()


async def handlers_of(session: AsyncSession, petition: Petition) -> set[UUID]:
    """Everybody who ever handled or answered the petition."""
    statement = select(PetitionStep.actor_id).where(
        PetitionStep.petition_id == petition.id, col(PetitionStep.step).in_(HANDLED_BY)
    )
    found = set((await session.exec(statement)).all())
    return found | {petition.handler_id} if petition.handler_id else found


async def unplanned(session: AsyncSession, *, limit: int) -> Sequence[Petition]:
    """Answered petitions whose petitioner can be called and no call is planned to, locked."""
    planned = exists().where(
        col(CallbackPlan.petition_id) == col(Petition.id),
        col(CallbackPlan.replied_at) == col(Petition.replied_at),
    )
    statement = (
        select(Petition)
        .where(
            Petition.state == State.REPLIED,
            col(Petition.parent_id).is_(None),  # a part is asked about with its whole
            col(Petition.petitioner_id).is_not(None),
            col(Petition.replied_at).is_not(None),
            ~planned,
        )
        .order_by(col(Petition.replied_at))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return (await session.exec(statement)).all()


async def needless(session: AsyncSession, *, limit: int) -> Sequence[CallbackPlan]:
    """Open plans of petitions that wait for no call any more, locked."""
    statement = (
        select(CallbackPlan)
        .join(Petition, col(Petition.id) == col(CallbackPlan.petition_id))
        .where(col(CallbackPlan.done_at).is_(None), Petition.state != State.REPLIED)
        .limit(limit)
        .with_for_update(skip_locked=True, of=CallbackPlan)
    )
    return (await session.exec(statement)).all()


async def open_plan(session: AsyncSession, petition_id: UUID) -> CallbackPlan | None:
    """The call that is to be made to the petition's petitioner."""
    statement = select(CallbackPlan).where(
        CallbackPlan.petition_id == petition_id, col(CallbackPlan.done_at).is_(None)
    )
    return (await session.exec(statement)).one_or_none()


MOVE_PLANS: Final = """
WITH moved AS (
  SELECT * FROM unnest($1::uuid[], $2::date[]) AS m(petition_id, due_on)
), open AS (
  SELECT p.petition_id FROM callback_plan p JOIN moved USING (petition_id)
   WHERE p.done_at IS NULL
), free AS (
  SELECT p.petition_id, p.replied_at FROM callback_plan p
   WHERE p.done_at IS NULL AND p.petition_id = ANY($1) FOR UPDATE SKIP LOCKED
), taken AS (
  UPDATE callback_plan p SET due_on = moved.due_on
    FROM moved, free
   WHERE free.petition_id = p.petition_id AND free.replied_at = p.replied_at
     AND moved.petition_id = p.petition_id
  RETURNING p.petition_id
)
SELECT petition_id FROM open EXCEPT SELECT petition_id FROM taken
"""


async def move_plans(session: AsyncSession, days: Mapping[UUID, date]) -> set[UUID]:
    """Put open plans on other days; the petitions whose plan somebody holds, left as they are."""
    connection = await driver(session)
    rows = await connection.fetch(MOVE_PLANS, list(days), list(days.values()))
    return {UUID(str(row["petition_id"])) for row in rows}


async def due(
    session: AsyncSession,
    *,
    division: str | None,
    by: date | None,
    after: tuple[date, UUID] | None,
    limit: int,
) -> Sequence[tuple[CallbackPlan, Petition]]:
    """Calls to make that the caller may see, the most urgent first."""
    statement = (
        select(CallbackPlan, Petition)
        .join(Petition, col(Petition.id) == col(CallbackPlan.petition_id))
        .where(col(CallbackPlan.done_at).is_(None))
        .order_by(col(CallbackPlan.due_on), col(CallbackPlan.petition_id))
        .limit(limit)
    )
    if division is not None:
        statement = statement.where(col(Petition.visible_to).contains([divisions.scope(division)]))
    if by is not None:
        statement = statement.where(col(CallbackPlan.due_on) <= by)
    if after is not None:
        place = tuple_(col(CallbackPlan.due_on), col(CallbackPlan.petition_id))
        statement = statement.where(place > after)
    return [(plan, petition) for plan, petition in (await session.exec(statement)).all()]


async def calls_about(session: AsyncSession, petition_ids: Sequence[UUID]) -> Sequence[Callback]:
    """Every call about these petitions, oldest first."""
    statement = (
        select(Callback)
        .where(col(Callback.petition_id).in_(petition_ids))
        .order_by(col(Callback.at), col(Callback.id))
    )
    return (await session.exec(statement)).all()
