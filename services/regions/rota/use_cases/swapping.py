"""Two of a unit swap their turns: one asks, the other agrees, a leader approves."""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.rota.domain import turns
from services.regions.rota.domain.life import (
    Barred,
    DrawStep,
    OtherUnit,
    SamePerson,
    Source,
    StaffLeft,
    SwapPending,
    SwapState,
    SwapStep,
    SwapUnavailable,
    SwapUnfair,
    draw_step,
    swap_step,
)
from services.regions.rota.models import RotaDraw, RotaRound, RotaStaff, RotaSwap
from services.regions.rota.queries import people, rounds
from services.regions.rota.use_cases.availability import Standing, hold
from services.regions.rota.use_cases.drawing import add_draw
from services.regions.rota.use_cases.record import (
    Asking,
    Turn,
    lock_round,
    note_round,
    require_own_or_speaks_for,
)
from services.regions.rota.use_cases.serving import free_of, step_down
from shared.auth.actor import Actor
from shared.auth.policy import may, require
from shared.ids import uuid7


async def ask(
    session: AsyncSession,
    actor: Actor,
    at: Turn,
    *,
    staff_id: UUID,
    reason: str,
    expected_version: int,
    now: datetime,
) -> RotaRound:
    """Who is drawn asks a colleague of the unit to go instead, and to get the colleague's turn."""
    rota, row, before = await lock_round(session, at.rota_id, at.rota_round_id)
    draw = await rounds.draw(session, row.id, at.rota_draw_id)
    unit = await people.unit(session, rota.id, draw.unit_id)
    await require_own_or_speaks_for(
        session, actor, rota, draw.officer_id, unit_division=unit.division
    )
    row.require_version(expected_version)
    draw_step(draw.state, DrawStep.SWAP)
    if await rounds.has_pending_swap(session, draw.id):
        raise SwapPending
    await _swappable(session, rota.id, row, draw, staff_id)
    swap = RotaSwap(
        id=uuid7(),
        draw_id=draw.id,
        staff_id=staff_id,
        state=SwapState.ASKED,
        reason=reason,
        asked_by=actor.id,
        asker_name=actor.name,
        asked_at=now,
        visible_to=draw.visible_to,
    )
    session.add(swap)
    await note_round(
        session, actor, row, "swap_ask", now=now, before=before, draw=draw, reason=reason
    )
    return row


async def agree(
    session: AsyncSession,
    actor: Actor,
    at: Asking,
    *,
    expected_version: int,
    now: datetime,
) -> RotaRound:
    """The colleague agrees, or a leader writes down that he or she did."""
    rota, row, before = await lock_round(session, at.rota_id, at.rota_round_id)
    draw = await rounds.draw(session, row.id, at.rota_draw_id)
    swap = await rounds.swap(session, draw.id, at.rota_swap_id)
    unit = await people.unit(session, rota.id, draw.unit_id)
    other = await people.staff(session, rota.id, swap.staff_id)
    await require_own_or_speaks_for(
        session, actor, rota, other.officer_id, unit_division=unit.division
    )
    row.require_version(expected_version)
    swap.state = swap_step(swap.state, SwapStep.AGREE)
    swap.agreed_by, swap.agreed_at = actor.id, now
    await note_round(session, actor, row, "swap_agree", now=now, before=before, draw=draw)
    return row


async def approve(
    session: AsyncSession,
    actor: Actor,
    at: Asking,
    *,
    expected_version: int,
    now: datetime,
) -> RotaRound:
    """Each has the other's turn and place from now on, so that nobody else's counts change."""
    rota, row, before = await lock_round(session, at.rota_id, at.rota_round_id)
    require(actor, "rota.publish", division=rota.division)
    draw = await rounds.draw(session, row.id, at.rota_draw_id)
    swap = await rounds.swap(session, draw.id, at.rota_swap_id)
    row.require_version(expected_version)
    # Nor who wrote down that the colleague agreed: the approver is the first to look at both words.
    if actor.id in (swap.asked_by, swap.agreed_by):
        raise SamePerson
    swap.state = swap_step(swap.state, SwapStep.APPROVE)
    swap.decided_by, swap.decider_name, swap.decided_at = actor.id, actor.name, now
    draw.state = draw_step(draw.state, DrawStep.SWAP)
    staff, other, stands = await _swappable(session, rota.id, row, draw, swap.staff_id)
    unit = await people.unit(session, rota.id, draw.unit_id)
    staff.lap, other.lap = other.lap, staff.lap
    staff.place, other.place = other.place, staff.place
    await step_down(session, row, unit, staff, now=now)
    taken = add_draw(
        session, row, unit, other, stands=stands, source=Source.SWAP, now=now, replaces=draw
    )
    # Excused from it, the other stands where the turn was drawn from.
    taken.place, taken.lap = draw.place, draw.lap
    await session.flush()
    await hold(session, row, [other], by=actor.id, now=now)
    await note_round(
        session, actor, row, "swap_approve", now=now, before=before, draw=draw, reason=swap.reason
    )
    return row


async def refuse(
    session: AsyncSession,
    actor: Actor,
    at: Asking,
    *,
    reason: str,
    expected_version: int,
    now: datetime,
) -> RotaRound:
    """The colleague does not agree, or a leader does not approve."""
    rota, row, before = await lock_round(session, at.rota_id, at.rota_round_id)
    draw = await rounds.draw(session, row.id, at.rota_draw_id)
    swap = await rounds.swap(session, draw.id, at.rota_swap_id)
    unit = await people.unit(session, rota.id, draw.unit_id)
    other = await people.staff(session, rota.id, swap.staff_id)
    if not may(actor, "rota.publish", division=rota.division):
        await require_own_or_speaks_for(
            session, actor, rota, other.officer_id, unit_division=unit.division
        )
    row.require_version(expected_version)
    swap.state = swap_step(swap.state, SwapStep.REFUSE)
    swap.decided_by, swap.decider_name, swap.decided_at = actor.id, actor.name, now
    swap.refuse_reason = reason
    await note_round(
        session, actor, row, "swap_refuse", now=now, before=before, draw=draw, reason=reason
    )
    return row


async def _swappable(
    session: AsyncSession, rota_id: UUID, row: RotaRound, draw: RotaDraw, staff_id: UUID
) -> tuple[RotaStaff, RotaStaff, Standing]:
    """Both, if the other is of the unit, can go, and would not go twice before all others."""
    staff = await people.staff(session, rota_id, draw.staff_id)
    other = await people.staff(session, rota_id, staff_id)
    if other.unit_id != staff.unit_id:
        raise OtherUnit
    if other.left_at is not None:
        raise StaffLeft
    free, stands = await free_of(session, row, [other])
    if not free:
        why = stands.barred.get(other.id, Barred.DRAWN)
        raise SwapUnavailable(why=why.value)
    if not turns.may_take_over(staff.lap, other.lap):
        raise SwapUnfair
    return staff, other, stands
