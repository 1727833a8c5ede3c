"""Every SELECT on orders and their items."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, exists
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.campaigns.models.campaigns import CheckApproval
from services.tasks.dispatch import queries as dispatch
from services.tasks.dispatch.models import Task
from services.tasks.draws.domain.life import Outcome, State as DrawState
from services.tasks.draws.models.draws import Draw, DrawnObject
from services.tasks.orders.domain import ItemResult, OrderState
from services.tasks.orders.models import DrawOrder, DrawOrderRefusal, TaskOrder, TaskOrderItem
from shared.contracts.origins import OriginKind
from shared.db.session import driver
from shared.errors import NotFound

STOP_WAITING = """
UPDATE task_order_item SET result = 'stopped' WHERE order_id = $1 AND result = 'waiting'
"""


@dataclass(frozen=True, slots=True)
class Wanted:
    division: str | None = None
    campaign_id: UUID | None = None
    state: OrderState | None = None


def _found(order: TaskOrder | None) -> TaskOrder:
    if order is None:
        raise NotFound(what="task order")
    return order


async def order(session: AsyncSession, order_id: UUID) -> TaskOrder:
    statement = select(TaskOrder).where(TaskOrder.id == order_id)
    return _found((await session.exec(statement)).one_or_none())


async def lock_order(session: AsyncSession, order_id: UUID) -> TaskOrder:
    """The order, locked until the transaction ends: no slice of it is made meanwhile."""
    statement = (
        select(TaskOrder)
        .where(TaskOrder.id == order_id)
        .with_for_update()
        .execution_options(populate_existing=True)  # a copy read before the lock may be stale
    )
    return _found((await session.exec(statement)).one_or_none())


async def claim_key(session: AsyncSession, division: str, key: str) -> None:
    """Of two senders of the same order one waits for the other."""
    lock = func.hashtextextended(f"task order {division} {key}", 0)
    await session.exec(select(func.pg_advisory_xact_lock(lock)))


async def by_key(session: AsyncSession, division: str, key: str) -> TaskOrder | None:
    """The order that was sent under this key before."""
    statement = select(TaskOrder).where(TaskOrder.division == division, TaskOrder.key == key)
    return (await session.exec(statement)).one_or_none()


async def orders(
    session: AsyncSession, wanted: Wanted, *, after: UUID | None, limit: int
) -> Sequence[TaskOrder]:
    """Orders, newest first."""
    statement = select(TaskOrder).order_by(col(TaskOrder.id).desc())
    for column, value in (
        (TaskOrder.division, wanted.division),
        (TaskOrder.campaign_id, wanted.campaign_id),
        (TaskOrder.state, wanted.state),
    ):
        if value is not None:
            statement = statement.where(col(column) == value)
    if after is not None:
        statement = statement.where(col(TaskOrder.id) < after)
    return (await session.exec(statement.limit(limit))).all()


async def items(
    session: AsyncSession,
    order_id: UUID,
    *,
    result: ItemResult | None,
    after: int | None,
    limit: int,
) -> Sequence[TaskOrderItem]:
    """What became of each item, in the order they were sent."""
    statement = select(TaskOrderItem).where(TaskOrderItem.order_id == order_id)
    if result is not None:
        statement = statement.where(TaskOrderItem.result == result)
    if after is not None:
        statement = statement.where(col(TaskOrderItem.number) > after)
    return (await session.exec(statement.order_by(col(TaskOrderItem.number)).limit(limit))).all()


async def hidden(session: AsyncSession, task_ids: Collection[UUID]) -> set[UUID]:
    """Which of these tasks are sealed, and not by the caller."""
    statement = select(Task.id).where(col(Task.id).in_([*task_ids]), ~dispatch.TOLD)
    return {*(await session.exec(statement)).all()}


async def results(
    session: AsyncSession, order_ids: Collection[UUID]
) -> dict[UUID, dict[ItemResult, int]]:
    """How many items of each order had each result."""
    statement = (
        select(TaskOrderItem.order_id, TaskOrderItem.result, func.count())
        .where(col(TaskOrderItem.order_id).in_([*order_ids]))
        .group_by(col(TaskOrderItem.order_id), col(TaskOrderItem.result))
    )
    found: dict[UUID, dict[ItemResult, int]] = {each: {} for each in order_ids}
    for order_id, result, count in (await session.exec(statement)).all():
        found[order_id][ItemResult(result)] = count
    return found


async def lock_sending(session: AsyncSession) -> TaskOrder | None:
    """The oldest order with items to make that no other worker has."""
    statement = (
        select(TaskOrder)
        .where(TaskOrder.state == OrderState.SENDING)
        .order_by(col(TaskOrder.id))
        .limit(1)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return (await session.exec(statement)).one_or_none()


async def waiting(session: AsyncSession, order_id: UUID, *, limit: int) -> Sequence[TaskOrderItem]:
    """The next items to make. Their order is locked by the caller."""
    statement = (
        select(TaskOrderItem)
        .where(TaskOrderItem.order_id == order_id, TaskOrderItem.result == ItemResult.WAITING)
        .order_by(col(TaskOrderItem.number))
        .limit(limit)
        .execution_options(populate_existing=True)
    )
    return (await session.exec(statement)).all()


async def of_keys(
    session: AsyncSession, order_id: UUID, keys: Collection[str]
) -> dict[str, TaskOrderItem]:
    """Items of a locked order by their key."""
    statement = (
        select(TaskOrderItem)
        .where(TaskOrderItem.order_id == order_id, col(TaskOrderItem.key).in_([*keys]))
        .execution_options(populate_existing=True)
    )
    return {each.key: each for each in (await session.exec(statement)).all()}


async def stop_waiting(session: AsyncSession, order_id: UUID) -> None:
    await (await driver(session)).execute(STOP_WAITING, order_id)


async def has_task(session: AsyncSession, order_id: UUID, enterprise_id: UUID) -> bool:
    """Whether an item of the order has a task for the object already."""
    statement = select(func.count()).where(
        col(TaskOrderItem.order_id) == order_id,
        col(TaskOrderItem.enterprise_id) == enterprise_id,
        col(TaskOrderItem.result) == ItemResult.MADE,
    )
    return bool((await session.exec(statement)).one())


async def objects_under(session: AsyncSession, approval_id: UUID, *, besides: UUID | None) -> int:
    """How many objects, besides this one, have tasks that rest on an approval, over all orders.

    A place without an object counts as one.
    """
    counted = func.coalesce(col(TaskOrderItem.enterprise_id), col(TaskOrderItem.id))
    statement = (
        select(func.count(func.distinct(counted)))
        .select_from(TaskOrderItem)
        .join(TaskOrder, col(TaskOrder.id) == col(TaskOrderItem.order_id))
        .where(
            col(TaskOrder.approval_id) == approval_id,
            col(TaskOrderItem.result) == ItemResult.MADE,
        )
    )
    if besides is not None:
        statement = statement.where(col(TaskOrderItem.enterprise_id).is_distinct_from(besides))
    return int((await session.exec(statement)).one())


async def approval_of(session: AsyncSession, task: Task) -> CheckApproval | None:
    """The approval that the order rested on which asked for the task, if one did."""
    if task.origin_kind is not OriginKind.ORDER:
        return None
    statement = (
        select(CheckApproval)
        .join(TaskOrder, col(TaskOrder.approval_id) == col(CheckApproval.id))
        .join(TaskOrderItem, col(TaskOrderItem.order_id) == col(TaskOrder.id))
        .where(col(TaskOrderItem.id) == task.origin_id)
    )
    return (await session.exec(statement)).one_or_none()


async def claim_draw(session: AsyncSession, draw_id: UUID) -> None:
    """Of two who ask for the tasks of a draw one waits for the other."""
    lock = func.hashtextextended(f"draw order {draw_id}", 0)
    await session.exec(select(func.pg_advisory_xact_lock(lock)))


async def draw_order(session: AsyncSession, draw_id: UUID) -> DrawOrder | None:
    statement = select(DrawOrder).where(DrawOrder.draw_id == draw_id)
    return (await session.exec(statement)).one_or_none()


def _waiting_of_draws(day: date) -> ColumnElement[bool]:
    """A drawn object of a draw whose tasks are wanted: its day has come, and it has none."""
    has_task = exists().where(
        col(Task.origin_kind) == OriginKind.DRAW, col(Task.origin_id) == col(DrawnObject.id)
    )
    was_refused = exists().where(col(DrawOrderRefusal.drawn_object_id) == col(DrawnObject.id))
    return and_(
        col(DrawnObject.draw_id) == col(DrawOrder.draw_id),
        col(DrawnObject.state) == Outcome.DRAWN,
        col(DrawnObject.day) <= day,
        ~has_task,
        ~was_refused,
    )


async def lock_draw_order(session: AsyncSession, day: date) -> DrawOrder | None:
    """A draw with tasks to make on the day that no other worker has."""
    is_staffed = exists().where(
        col(Draw.id) == col(DrawOrder.draw_id), col(Draw.state) == DrawState.STAFFED
    )
    statement = (
        select(DrawOrder)
        .where(is_staffed, exists().where(_waiting_of_draws(day)))
        .order_by(col(DrawOrder.draw_id))
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    return (await session.exec(statement)).one_or_none()


async def waiting_of_draw(session: AsyncSession, draw_id: UUID, day: date) -> set[UUID]:
    """Which drawn objects have neither a task nor a refusal, and their day has come."""
    statement = select(DrawnObject.id).where(
        col(DrawOrder.draw_id) == draw_id, _waiting_of_draws(day)
    )
    return {*(await session.exec(statement)).all()}


async def tasks_of(session: AsyncSession, drawn_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """The task of each drawn object that has one the caller sees and may know the object of."""
    statement = select(Task.origin_id, Task.id).where(
        col(Task.origin_kind) == OriginKind.DRAW,
        col(Task.origin_id).in_([*drawn_ids]),
        dispatch.TOLD,
    )
    return dict((await session.exec(statement)).all())


async def refusals_of(
    session: AsyncSession, drawn_ids: Collection[UUID]
) -> dict[UUID, DrawOrderRefusal]:
    statement = select(DrawOrderRefusal).where(
        col(DrawOrderRefusal.drawn_object_id).in_([*drawn_ids])
    )
    return {each.drawn_object_id: each for each in (await session.exec(statement)).all()}


async def forget_refusals(session: AsyncSession, draw_id: UUID) -> None:
    """What was refused of a draw is tried again."""
    of_draw = select(DrawnObject.id).where(DrawnObject.draw_id == draw_id)
    await session.exec(
        delete(DrawOrderRefusal).where(col(DrawOrderRefusal.drawn_object_id).in_(of_draw))
    )
