"""The operations a group owes: when they fall due, and what becomes of them."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.groups import queries
from services.regions.groups.domain import quotas
from services.regions.groups.domain.quotas import Figures, Quota, SlotState, Span
from services.regions.groups.models import JointGroup, QuotaSlot
from shared.audit.trace import SYSTEM_ACTOR, record
from shared.clocks.days import legal_day
from shared.db.session import beyond_scope
from shared.ids import uuid7
from shared.rule_settings import rule_settings

BATCH = 100


async def slot_drafted(
    session: AsyncSession, slot_id: UUID, operation_id: UUID, *, planned_to: date | None = None
) -> bool:
    """An owed operation was drafted as `operation_id`. False if another draft was before it.

    `planned_to` is the last day the draft plans; the forecast goes by it. The same draft told again
    changes nothing. For a session of the system.
    """
    slot = await queries.lock_slot(session, slot_id)
    if slot.operation_id == operation_id:
        slot.planned_to = planned_to or slot.planned_to
        return True
    if slot.state is not SlotState.OPEN:
        return False
    slot.state, slot.operation_id = SlotState.DRAFTED, operation_id
    slot.planned_to = planned_to
    await session.flush()
    return True


async def slot_planned(
    session: AsyncSession, operation_id: UUID, *, planned_to: date | None = None
) -> bool:
    """The draft was issued: all parties stand behind it.

    False if nobody owed the operation, or it is past that already. For a session of the system.
    """
    slot = await queries.lock_slot_of(session, operation_id)
    if slot is None or slot.state is not SlotState.DRAFTED:
        return False
    slot.state, slot.planned_to = SlotState.PLANNED, planned_to or slot.planned_to
    await session.flush()
    return True


async def slot_done(session: AsyncSession, operation_id: UUID, at: datetime) -> bool:
    """The operation was held. False if no group owed it, or it was counted before.

    It counts once, in the period it was owed in. For a session of the system.
    """
    slot = await queries.lock_slot_of(session, operation_id)
    if slot is None or slot.state is SlotState.DONE:
        return False
    slot.state, slot.done_at = SlotState.DONE, at
    await session.flush()
    return True


async def slot_reopened(session: AsyncSession, operation_id: UUID) -> bool:
    """The draft came to nothing: the operation is owed again. False if it is none, or done."""
    slot = await queries.lock_slot_of(session, operation_id)
    if slot is None or slot.state not in {SlotState.DRAFTED, SlotState.PLANNED}:
        return False
    slot.state, slot.operation_id, slot.planned_to = SlotState.OPEN, None, None
    await session.flush()
    return True


async def figures_of(session: AsyncSession, group: JointGroup, *, on_day: date) -> Figures:
    """The figures that hold for a group: those of its plan, else the settings of its drafter."""
    settings = await rule_settings(session, division=group.drafter, on_day=on_day)
    async with beyond_scope(session):
        owed_by_plan = await queries.owed_by_plan(session, group, on_day=on_day)
    return Figures(
        owed=owed_by_plan,
        days_to_hold=settings["group.days_to_hold_operation"],
        days_to_finish=settings["group.days_to_finish_operation"],
    )


def owed(group: JointGroup, year: int, figures: Figures) -> tuple[Quota, ...]:
    """What the group owes in a year, in the days it lives."""
    life = Span(group.valid_from, group.ended_on or group.valid_to)
    return quotas.quotas(group.form, year, figures, life=life)


async def open_due(session: AsyncSession, now: datetime) -> int:
    """A job: active groups get the operations they owe this year, once."""
    today = legal_day(now)
    due = await queries.without_quota(session, year=today.year, limit=BATCH)
    for group in due:
        await open_slots_for(session, group, today=today, now=now)
        group.quota_year = today.year
    await session.flush()
    return len(due)


async def open_slots_for(
    session: AsyncSession, group: JointGroup, *, today: date, now: datetime
) -> int:
    """Owed operations of this year from today on; how many there are new."""
    figures = await figures_of(session, group, on_day=today)
    rows = [
        QuotaSlot(
            id=uuid7(),
            group_id=group.id,
            period=each.period,
            ordinal=each.ordinal,
            form=each.form,
            window_from=each.window.starts_on,
            window_to=each.window.ends_on,
            state=SlotState.OPEN,
            visible_to=group.visible_to,
        )
        for quota in owed(group, today.year, figures)
        if (lived := quota.from_day(today)) is not None
        for each in quotas.slots(lived)
    ]
    session.add_all(rows)
    await session.flush()
    if rows:
        await record(
            session,
            SYSTEM_ACTOR,
            "group.owe",
            object_kind="joint_group",
            object_id=group.id,
            now=now,
            seen_by=[group.lead, *group.rotation],
            after={"slots": [[each.period, each.ordinal] for each in rows]},
        )
    return len(rows)


def drop_open(slots: Sequence[QuotaSlot]) -> None:
    """A group that has ended owes nothing any more; what is drafted stays as it is."""
    for slot in slots:
        if slot.state is SlotState.OPEN:
            slot.state = SlotState.DROPPED
