"""Operations that groups owe: drafts that a quota brings about, and what is told back.

A draft of a quota is a beginning for the lead, who names matter and days; it asks nobody yet.
"""

from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.agreements.domain import Link
from services.regions.groups import queries as groups
from services.regions.groups.domain.quotas import SlotState
from services.regions.groups.queries import OpenSlot
from services.regions.groups.use_cases import slots
from services.regions.operations.models import Operation
from services.regions.operations.use_cases.consent import Frame, plan_operation
from shared.audit.trace import SYSTEM_ACTOR
from shared.clocks.days import legal_day
from shared.contracts.origins import Matter
from shared.db.session import beyond_scope
from shared.errors import InvalidInput
from shared.rule_settings import rule_settings

LEAST_MEMBERS: Final = 2
# 四重: what joint enforcement looks at first, until the lead says what this one does.
MEDIA: Final = ["air", "water", "waste"]


async def draft_owed(session: AsyncSession, now: datetime) -> int:
    """Turn owed operations of groups into drafts. For a session of the system.

    A slot whose group cannot act together as it stands stays open for the next round.
    """
    drafted = 0
    for slot in await groups.open_slots(session):
        if len(slot.members) < LEAST_MEMBERS:
            continue
        # Another worker may have drafted it since it was looked up.
        if (await groups.lock_slot(session, slot.slot_id)).state is not SlotState.OPEN:
            continue
        try:
            operation = await _draft(session, slot, now)
        except InvalidInput:
            continue  # nothing was written: the rules are asked first
        told = await slots.slot_drafted(
            session, slot.slot_id, operation.id, planned_to=operation.planned_to
        )
        drafted += told
    return drafted


async def take_slot(session: AsyncSession, operation: Operation) -> None:
    """A draft made by hand for a group stands for the first operation of its form that it owes."""
    if operation.group_id is None:
        return
    async with beyond_scope(session):
        for slot in await groups.open_slots(session):
            if (slot.group_id, slot.form) != (operation.group_id, operation.form):
                continue
            if operation.lead in slot.members and await slots.slot_drafted(
                session, slot.slot_id, operation.id, planned_to=operation.planned_to
            ):
                return


async def move_slot(session: AsyncSession, operation: Operation) -> None:
    """The draft plans other days: the forecast of what is owed goes by them."""
    async with beyond_scope(session):
        slot = await groups.lock_slot_of(session, operation.id)
        if slot is not None:
            await slots.slot_drafted(
                session, slot.id, operation.id, planned_to=operation.planned_to
            )


async def plan_slot(session: AsyncSession, operation: Operation) -> None:
    """The operation was issued: all parties stand behind it, and the forecast may count on it."""
    async with beyond_scope(session):
        await slots.slot_planned(session, operation.id, planned_to=operation.planned_to)


async def settle_slot(session: AsyncSession, operation: Operation, *, now: datetime) -> None:
    """The operation was held: it counts for the group that owed it, once."""
    async with beyond_scope(session):
        await slots.slot_done(session, operation.id, now)


async def reopen_slot(session: AsyncSession, operation: Operation) -> None:
    """The operation came to nothing: the group owes it still."""
    async with beyond_scope(session):
        await slots.slot_reopened(session, operation.id)


async def _draft(session: AsyncSession, slot: OpenSlot, now: datetime) -> Operation:
    today = legal_day(now)
    figures = await rule_settings(session, division=slot.lead, on_day=today)
    planned_from, planned_to = _days(slot, today, figures)
    title = f"{slot.group_name} {slot.period} 第{slot.ordinal}次联动行动"
    return await plan_operation(
        session,
        SYSTEM_ACTOR,
        form=slot.form,
        title=title[:200],
        lead=slot.lead,
        parties=slot.members,
        matter=Matter(
            title=title[:200],
            division=slot.lead,
            media=MEDIA,
            place="各方交界区域",
            facts="依小组年度计划应开展的联动行动。检查对象、事由和日期由牵头方拟定。",
        ),
        origin=None,
        planned_from=planned_from,
        planned_to=planned_to,
        due_on=planned_to + timedelta(days=figures["operation.report_days"]),
        now=now,
        frame=Frame(links=(Link.AREA, Link.STAFF), group_id=slot.group_id, plan_id=slot.plan_id),
    )


def _days(slot: OpenSlot, today: date, figures: Any) -> tuple[date, date]:  # noqa: ANN401 -- rows of any type
    """The window, as far as it is still to come; of one that has passed, the next days."""
    if slot.window_to >= today:
        return max(slot.window_from, today), slot.window_to
    return today, today + timedelta(days=figures["operation.late_draft_days"])
