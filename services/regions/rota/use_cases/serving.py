"""What those who are drawn do: confirm, serve, or be excused and replaced by the next in order."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.rota.domain import turns
from services.regions.rota.domain.life import (
    BadDays,
    DrawStep,
    Quality,
    Source,
    draw_step,
)
from services.regions.rota.models import RotaRound, RotaStaff, RotaUnit
from services.regions.rota.queries import people, rounds
from services.regions.rota.use_cases.availability import Standing, hold, let_go, standing
from services.regions.rota.use_cases.drawing import add_draw, move_on, settle, stand_again
from services.regions.rota.use_cases.record import (
    Turn,
    lock_round,
    note_round,
    require_own_or_speaks_for,
)
from shared.auth.actor import Actor
from shared.auth.policy import require
from shared.clocks.days import legal_day


async def confirm(
    session: AsyncSession,
    actor: Actor,
    at: Turn,
    *,
    expected_version: int,
    now: datetime,
) -> RotaRound:
    """Who is drawn says so; the time since being told is the response time."""
    rota, row, before = await lock_round(session, at.rota_id, at.rota_round_id)
    draw = await rounds.draw(session, row.id, at.rota_draw_id)
    unit = await people.unit(session, rota.id, draw.unit_id)
    await require_own_or_speaks_for(
        session, actor, rota, draw.officer_id, unit_division=unit.division
    )
    row.require_version(expected_version)
    draw.state = draw_step(draw.state, DrawStep.CONFIRM)
    draw.confirmed_at = now
    await note_round(session, actor, row, "confirm", now=now, before=before, draw=draw)
    return row


async def serve(
    session: AsyncSession,
    actor: Actor,
    at: Turn,
    *,
    days: Sequence[date],
    obeyed: bool,
    quality: Quality,
    remark: str | None,
    expected_version: int,
    now: datetime,
) -> RotaRound:
    """The leader on duty says on which days the person served, and how (服从、响应、质量)."""
    rota, row, before = await lock_round(session, at.rota_id, at.rota_round_id)
    require(actor, "rota.remark", division=row.place, participants=[rota.division])
    draw = await rounds.draw(session, row.id, at.rota_draw_id)
    row.require_version(expected_version)
    draw.state = draw_step(draw.state, DrawStep.SERVE)
    served = sorted(set(days))
    last = min(row.ends_on, legal_day(now))
    if not served or served[0] < row.starts_on or served[-1] > last:
        raise BadDays(reason="days", pointer="/days", why="not days of the round up to today")
    draw.served_on = served
    draw.obeyed, draw.quality, draw.remark = obeyed, quality, remark
    draw.remarked_by = actor.id
    await settle(session, row)
    await note_round(session, actor, row, "serve", now=now, before=before, draw=draw)
    return row


async def excuse(
    session: AsyncSession,
    actor: Actor,
    at: Turn,
    *,
    reason: str,
    expected_version: int,
    now: datetime,
) -> RotaRound:
    """Somebody cannot go: keeps the place at the head, and the next of the unit goes instead.

    If the unit has nobody else, it owes one person.
    """
    rota, row, before = await lock_round(session, at.rota_id, at.rota_round_id)
    draw = await rounds.draw(session, row.id, at.rota_draw_id)
    unit = await people.unit(session, rota.id, draw.unit_id)
    require(actor, "rota.excuse", division=rota.division, participants=[unit.division])
    row.require_version(expected_version)
    draw.state = draw_step(draw.state, DrawStep.EXCUSE)
    draw.reason, draw.approver_name = reason, actor.name
    staff = await people.staff(session, rota.id, draw.staff_id)
    stand_again(staff, draw)
    await step_down(session, row, unit, staff, now=now)
    found = await _next(session, row, unit)
    if found is None:
        unit.owing += 1
    else:
        other, stands, pick = found
        add_draw(
            session,
            row,
            unit,
            other,
            stands=stands,
            source=Source.REPLACEMENT,
            now=now,
            replaces=draw,
        )
        move_on(unit, other, pick)
        await session.flush()
        await hold(session, row, [other], by=actor.id, now=now)
    await settle(session, row)
    await note_round(
        session, actor, row, "excuse", now=now, before=before, draw=draw, reason=reason
    )
    return row


async def step_down(
    session: AsyncSession, row: RotaRound, unit: RotaUnit, staff: RotaStaff, *, now: datetime
) -> None:
    """The turn is not this person's any more."""
    staff.drawn -= 1
    unit.drawn -= 1
    if staff.officer_id is not None:
        await let_go(session, row, staff.officer_id, now=now)


async def free_of(
    session: AsyncSession, row: RotaRound, staff: Sequence[RotaStaff]
) -> tuple[list[RotaStaff], Standing]:
    """Who of these can still go on the round and had no turn in it yet."""
    stands = await standing(session, staff, row.starts_on, row.ends_on, round_id=row.id, locks=True)
    file = await rounds.file(session, row)
    seen = {each.staff_id for each in file.draws}
    free = [each for each in staff if each.id not in stands.barred and each.id not in seen]
    return free, stands


async def _next(
    session: AsyncSession, row: RotaRound, unit: RotaUnit
) -> tuple[RotaStaff, Standing, turns.Pick] | None:
    await session.flush()
    free, stands = await free_of(session, row, await people.staff_of(session, [unit.id]))
    members = tuple(turns.Member(str(each.id), each.place, each.lap) for each in free)
    picked, _ = turns.take(turns.Queue(unit.queue_end, members), 1)
    if not picked:
        return None
    [pick] = picked
    return next(each for each in free if str(each.id) == pick.key), stands, pick
