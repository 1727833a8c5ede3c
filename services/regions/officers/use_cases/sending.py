"""Who can be sent, and holding those who are: asked across borders, answered without the files."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.divisions.use_cases import require_known
from services.regions.officers import domain, queries
from services.regions.officers.domain import Need, NotEligible, Period, Reason
from services.regions.officers.models import Booking
from services.regions.officers.queries import OfficerFile
from shared import divisions
from shared.audit.trace import SYSTEM_ACTOR, record
from shared.auth.actor import Actor
from shared.auth.policy import require
from shared.clocks.days import legal_day
from shared.db.session import beyond_scope
from shared.errors import NotFound
from shared.ids import uuid7


@dataclass(frozen=True, slots=True)
class Judgement:
    """An officer and what stands against sending him or her; nothing if eligible."""

    file: OfficerFile
    reasons: tuple[Reason, ...]


async def judge(
    session: AsyncSession,
    actor: Actor,
    *,
    codes: Sequence[str],
    need: Need,
    now: datetime,
    besides: UUID | None = None,
) -> list[Judgement]:
    """Every active officer of the divisions, judged; bookings of the task `besides` do not count.

    One of the divisions is the asker's own.
    """
    require(actor, "officer.ask", division=codes[0], participants=codes[1:])
    await require_known(session, codes, on_day=legal_day(now), pointer="/divisions")
    async with beyond_scope(session):
        officers = await queries.officers_of(session, codes)
        files = await queries.files(session, officers, since=need.period.starts_at)
    return [_judgement(each, need, besides=besides) for each in files]


async def book(
    session: AsyncSession,
    actor: Actor,
    *,
    task_id: UUID,
    officer_ids: Sequence[UUID],
    need: Need,
    now: datetime,
) -> list[OfficerFile]:
    """Hold these officers, and no others, for the task; asking again changes nothing.

    NotEligible names those who cannot go, and then nothing changes. One of the officers is of the
    asker's own division.
    """
    async with beyond_scope(session):
        files = await _locked_files(session, actor, officer_ids, need)
        _require_eligible([_judgement(each, need, besides=task_id) for each in files])
        await _hold(session, actor, task_id=task_id, files=files, period=need.period, now=now)
    await record(
        session,
        actor,
        "officer.book",
        object_kind="task",
        object_id=task_id,
        now=now,
        seen_by={each.officer.division for each in files},
        after={"officers": sorted(map(str, officer_ids)), "from": need.period.starts_at},
    )
    return files


async def release(session: AsyncSession, task_id: UUID, *, now: datetime) -> None:
    """The task is done: whoever it held can be sent elsewhere. For a session of the system."""
    held = await queries.open_bookings(session, task_id)
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


async def _locked_files(
    session: AsyncSession, actor: Actor, officer_ids: Sequence[UUID], need: Need
) -> list[OfficerFile]:
    officers = await queries.lock_officers(session, officer_ids)
    if len(officers) < len(set(officer_ids)):
        raise NotFound(what="officer")
    own, *others = [each.division for each in officers]
    require(actor, "officer.book", division=own, participants=others)
    return await queries.files(session, officers, since=need.period.starts_at)


def _judgement(file: OfficerFile, need: Need, *, besides: UUID | None) -> Judgement:
    return Judgement(file, domain.reasons_against(file.candidate(besides=besides), need))


def _require_eligible(judged: Sequence[Judgement]) -> None:
    barred = [each for each in judged if each.reasons]
    if barred:
        listed = "; ".join(
            f"{each.file.officer.name}: {', '.join(each.reasons)}" for each in barred
        )
        raise NotEligible(reasons=listed)


async def _hold(
    session: AsyncSession,
    actor: Actor,
    *,
    task_id: UUID,
    files: Sequence[OfficerFile],
    period: Period,
    now: datetime,
) -> None:
    wanted = {each.officer.id for each in files}
    held = await queries.open_bookings(session, task_id)
    kept = {each.officer_id for each in held if _is_for(each, wanted, period)}
    for each in held:
        if each.officer_id not in kept:
            each.released_at = now
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


def _is_for(booking: Booking, wanted: set[UUID], period: Period) -> bool:
    same_period = (booking.starts_at, booking.ends_at) == (period.starts_at, period.ends_at)
    return same_period and booking.officer_id in wanted
