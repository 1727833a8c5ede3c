"""Holding officers and equipment for a task or an operation, and letting them go."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.officers import domain, queries
from services.regions.officers.domain import (
    EquipmentNotFree,
    EquipmentWithoutItsPeople,
    Need,
    NotEligible,
    Period,
)
from services.regions.officers.models import Booking, Equipment, EquipmentBooking
from services.regions.officers.queries import OfficerFile
from services.regions.officers.use_cases.judging import Judgement, judgement, spared_holders
from shared import divisions
from shared.audit.trace import SYSTEM_ACTOR, record
from shared.auth.actor import Actor
from shared.auth.policy import require
from shared.db.session import beyond_scope
from shared.errors import NotFound
from shared.ids import uuid7

Held = Booking | EquipmentBooking


async def book(
    session: AsyncSession,
    actor: Actor,
    *,
    task_id: UUID,
    officer_ids: Sequence[UUID],
    need: Need,
    now: datetime,
    operation_id: UUID | None = None,
    equipment_ids: Sequence[UUID] | None = None,
) -> list[OfficerFile]:
    """Hold these officers, and no others, for the task; asking again changes nothing.

    Exactly this equipment too, or what is held already if none is named. Whom the task's operation
    holds is taken over from it. NotEligible names those who cannot go, EquipmentNotFree what cannot
    be taken, and then nothing changes. One of the officers is of the asker's own division.
    """
    async with beyond_scope(session):
        files = await _locked_files(session, actor, officer_ids, need)
        spared = await spared_holders(
            session, actor, "officer.book", task_id=task_id, operation_id=operation_id
        )
        lender = operation_id if operation_id in spared - {task_id} else None
        _require_eligible([judgement(each, need, besides=spared) for each in files])
        await _hold_officers(
            session, actor, files, need.period, task_id=task_id, lender=lender, now=now
        )
        if equipment_ids is not None:
            items = await _locked_items(session, equipment_ids, files, need.period, spared=spared)
            await _hold_items(
                session, actor, items, need.period, task_id=task_id, lender=lender, now=now
            )
    await record(
        session,
        actor,
        "officer.book",
        object_kind="task",
        object_id=task_id,
        now=now,
        seen_by={each.officer.division for each in files},
        after={
            "officers": sorted(map(str, officer_ids)),
            "equipment": sorted(map(str, equipment_ids or ())),
            "from": need.period.starts_at,
        },
    )
    return files


async def hold_for_another_time(
    session: AsyncSession,
    actor: Actor,
    *,
    task_id: UUID,
    officer_ids: Sequence[UUID],
    period: Period,
    now: datetime,
) -> None:
    """Hold whom the task holds already for this time instead; NotEligible names who cannot stay.

    By what the sides agreed on, whose right was asked before. For who may look beyond.
    """
    people = await queries.lock_officers(session, officer_ids)
    files = await queries.files(session, people, since=period.starts_at)
    need, spared = Need(period), frozenset({task_id})
    _require_eligible([judgement(each, need, besides=spared) for each in files])
    await _hold_officers(session, actor, files, period, task_id=task_id, lender=None, now=now)
    await record(
        session,
        actor,
        "officer.book",
        object_kind="task",
        object_id=task_id,
        now=now,
        seen_by={each.officer.division for each in files},
        after={"officers": sorted(map(str, officer_ids)), "from": period.starts_at},
    )


async def release(session: AsyncSession, task_id: UUID, *, now: datetime) -> None:
    """The work is done: whom and what it held can be sent elsewhere. For a session of the system.

    `task_id` may be that of an operation.
    """
    held: list[Held] = [
        *await queries.open_bookings(session, task_id),
        *await queries.equipment.open_bookings(session, task_id),
    ]
    for each in held:
        each.released_at = now
    if held:
        await session.flush()
        await record(
            session,
            SYSTEM_ACTOR,
            "officer.release",
            object_kind="task",
            object_id=task_id,
            now=now,
            seen_by=(),
        )


async def release_some(
    session: AsyncSession,
    task_id: UUID,
    officer_ids: Collection[UUID],
    *,
    booked_by_then: datetime,
    now: datetime,
) -> None:
    """These go no more on the task, unless they were booked again since. For the system."""
    held = [
        each
        for each in await queries.open_bookings(session, task_id)
        if each.officer_id in officer_ids and each.booked_at <= booked_by_then
    ]
    _let_go(held, now=now)
    if held:
        await session.flush()
        await record(
            session,
            SYSTEM_ACTOR,
            "officer.release",
            object_kind="task",
            object_id=task_id,
            now=now,
            seen_by=(),
            after={"officers": sorted(str(each.officer_id) for each in held)},
        )


async def _locked_files(
    session: AsyncSession, actor: Actor, officer_ids: Sequence[UUID], need: Need
) -> list[OfficerFile]:
    officers = await queries.lock_officers(session, officer_ids)
    if len(officers) < len(set(officer_ids)):
        raise NotFound(what="officer")
    own, *others = [each.division for each in officers]
    require(actor, "officer.book", division=own, participants=others)
    return await queries.files(session, officers, since=need.period.starts_at)


def _require_eligible(judged: Sequence[Judgement]) -> None:
    barred = [each for each in judged if each.reasons]
    if barred:
        listed = "; ".join(
            f"{each.file.officer.name}: {', '.join(each.reasons)}" for each in barred
        )
        raise NotEligible(reasons=listed)


async def _locked_items(
    session: AsyncSession,
    equipment_ids: Sequence[UUID],
    files: Sequence[OfficerFile],
    period: Period,
    *,
    spared: frozenset[UUID],
) -> Sequence[Equipment]:
    """The items, locked, if these officers can take them along in the period."""
    items = await queries.equipment.lock_all(session, equipment_ids)
    if len(items) < len(set(equipment_ids)):
        raise NotFound(what="equipment")
    team = {each.officer.id: each.officer.division for each in files}
    alone = [each for each in items if not _has_people(each, team.values())]
    if alone:
        raise EquipmentWithoutItsPeople(items=", ".join(each.label for each in alone))
    booked = await queries.equipment.with_bookings(session, items, period)
    barred = [
        f"{each.equipment.label}: {', '.join(reasons)}"
        for each in booked
        if (reasons := domain.equipment_reasons(each.item(besides=spared), period, team=team))
    ]
    if barred:
        raise EquipmentNotFree(reasons="; ".join(barred))
    return items


def _has_people(item: Equipment, team: Iterable[str]) -> bool:
    own = divisions.scope(item.division)
    return any(divisions.covers(own, each) for each in team)


async def _hold_officers(
    session: AsyncSession,
    actor: Actor,
    files: Sequence[OfficerFile],
    period: Period,
    *,
    task_id: UUID,
    lender: UUID | None,
    now: datetime,
) -> None:
    wanted = {each.officer.id for each in files}
    held = await queries.open_bookings(session, task_id)
    kept = {each.officer_id for each in held if each.officer_id in wanted and _is_for(each, period)}
    _let_go([each for each in held if each.officer_id not in kept], now=now)
    if lender is not None:
        lent = await queries.open_bookings(session, lender)
        taken = [each for each in lent if each.officer_id in wanted]
        _take_over(taken, period, task_id=task_id, now=now)
    await session.flush()  # what is released makes room for what is booked
    seen_by = divisions.visibility(each.officer.division for each in files)
    for officer_id in sorted(wanted - kept):
        booking = Booking(
            id=uuid7(),
            officer_id=officer_id,
            task_id=task_id,
            starts_at=period.starts_at,
            ends_at=period.ends_at,
            booked_at=now,
            booked_by=actor.id,
            visible_to=seen_by,
        )
        session.add(booking)


async def _hold_items(
    session: AsyncSession,
    actor: Actor,
    items: Sequence[Equipment],
    period: Period,
    *,
    task_id: UUID,
    lender: UUID | None,
    now: datetime,
) -> None:
    wanted = {each.id: each for each in items}
    held = await queries.equipment.open_bookings(session, task_id)
    kept = {
        each.equipment_id for each in held if each.equipment_id in wanted and _is_for(each, period)
    }
    _let_go([each for each in held if each.equipment_id not in kept], now=now)
    if lender is not None:
        lent = await queries.equipment.open_bookings(session, lender)
        taken = [each for each in lent if each.equipment_id in wanted]
        _take_over(taken, period, task_id=task_id, now=now)
    await session.flush()  # what is released makes room for what is booked
    for equipment_id in sorted(wanted.keys() - kept):
        booking = EquipmentBooking(
            id=uuid7(),
            equipment_id=equipment_id,
            task_id=task_id,
            starts_at=period.starts_at,
            ends_at=period.ends_at,
            booked_at=now,
            booked_by=actor.id,
            visible_to=wanted[equipment_id].visible_to,
        )
        session.add(booking)


def _let_go(held: Sequence[Held], *, now: datetime) -> None:
    for each in held:
        each.released_at = now


def _take_over(held: Sequence[Held], period: Period, *, task_id: UUID, now: datetime) -> None:
    """The task holds in the operation's place whom it needs at an overlapping time."""
    for each in held:
        if period.overlaps(Period(each.starts_at, each.ends_at)):
            each.released_at, each.taken_over_by = now, task_id


def _is_for(booking: Held, period: Period) -> bool:
    return (booking.starts_at, booking.ends_at) == (period.starts_at, period.ends_at)
