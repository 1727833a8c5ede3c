"""While officers are away: they come and go by the day, are recalled, stay longer, and report.

What the guest may see at the host is a grant in `identity`, given and ended by what is announced
here; it names the exchange and ends by itself with the stay.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.exchanges.domain import staff
from services.regions.exchanges.domain.staff import (
    Going,
    NobodyToRecall,
    NoExtension,
    SaidAlready,
    Stay,
    StayNotOver,
    Step,
)
from services.regions.exchanges.models import ExchangeGuest, StaffExchange
from services.regions.exchanges.queries import staff as queries
from services.regions.exchanges.queries.staff import ExchangeFile
from services.regions.exchanges.use_cases.agreeing import days_of
from services.regions.exchanges.use_cases.record import let_go, may_report, note, party_of
from services.regions.officers import queries as officers
from services.regions.officers.use_cases import sending
from shared.audit.trace import SYSTEM_ACTOR
from shared.auth.actor import Actor
from shared.auth.policy import require
from shared.clocks.days import end_of_day, legal_day
from shared.contracts.regions import GuestArrived, GuestLeft
from shared.crashpoint import crashpoint
from shared.db.session import beyond_scope
from shared.errors import Forbidden, ReasonMissing
from shared.messaging.outbox import announce
from shared.rule_settings import rule_settings

BATCH: Final = 50


async def advance(session: AsyncSession, now: datetime) -> int:
    """Let the day take its course: exchanges begin, guests arrive, return, or have left."""
    today = legal_day(now)
    due = await queries.moved_by_time(session, today, limit=BATCH)
    for row in due:
        file = await queries.file(session, row)
        if row.state is staff.ExchangeState.AGREED:
            row.state = staff.step(row.state, Step.BEGIN)
            await note(session, SYSTEM_ACTOR, row, Step.BEGIN, division=None, reason=None, now=now)
        await _let_leavers_go(session, file, now=now)
        for guest in file.here:
            await _by_the_day(session, row, guest, now=now)
        await _end_if_over(session, SYSTEM_ACTOR, file, now=now)
    crashpoint("exchanges.advanced")
    return len(due)


async def recall(
    session: AsyncSession,
    actor: Actor,
    exchange_id: UUID,
    *,
    division: str,
    guest_ids: Sequence[UUID],
    reason: str,
    expected_version: int,
    now: datetime,
) -> StaffExchange:
    """A side calls its own people back, or sends the other's home: today is their last day.

    All it sent, unless some are named. NobodyToRecall if none of them is there any more.
    """
    file = await queries.lock_exchange(session, exchange_id)
    row = file.exchange
    require(actor, "staff_exchange.send", division=division)
    row.require_version(expected_version)
    party_of(file, division)
    row.state = staff.step(row.state, Step.RECALL)
    named = [file.guest(each) for each in guest_ids] or [
        each for each in file.guests if each.home == division
    ]
    called = [each for each in named if each in file.here]
    if not called or len(called) < len(guest_ids):
        raise NobodyToRecall
    today = legal_day(now)
    for guest in called:
        stay, last_on = staff.after_recall(
            guest.stay, from_on=guest.from_on, to_on=guest.to_on, today=today
        )
        await _leave(session, guest, stay, last_on=last_on, reason=reason, now=now)
    told = f"{division}: {'、'.join(each.name for each in called)}; {reason}"
    await note(session, actor, row, Step.RECALL, division=division, reason=told, now=now)
    await _end_if_over(session, actor, file, now=now)
    return row


async def ask_extension(
    session: AsyncSession,
    actor: Actor,
    exchange_id: UUID,
    *,
    division: str,
    to_on: date,
    reason: str,
    expected_version: int,
    now: datetime,
) -> StaffExchange:
    """A head asks that everybody who is there stays until a later day.

    With a body outside, whose word is in the document named, it stands at once.
    """
    file = await queries.lock_exchange(session, exchange_id)
    row = file.exchange
    require(actor, "staff_exchange.consent", division=division)
    row.require_version(expected_version)
    party_of(file, division)
    row.state = staff.step(row.state, Step.ASK_EXTENSION)
    await _require_extension(session, file, to_on, now=now)
    row.extension_to_on, row.extension_by, row.extension_reason = to_on, division, reason
    told = f"{to_on.isoformat()}; {reason}"
    await note(session, actor, row, Step.ASK_EXTENSION, division=division, reason=told, now=now)
    if row.host_body is not None:
        await _extend(session, actor, file, to_on, now=now)
    return row


async def answer_extension(
    session: AsyncSession,
    actor: Actor,
    exchange_id: UUID,
    *,
    division: str,
    agrees: bool,
    reason: str | None,
    expected_version: int,
    now: datetime,
) -> StaffExchange:
    """The other side's head agrees, and stays, bookings and grants go on; or declines."""
    file = await queries.lock_exchange(session, exchange_id)
    row = file.exchange
    require(actor, "staff_exchange.consent", division=division)
    row.require_version(expected_version)
    party_of(file, division)
    row.state = staff.step(row.state, Step.ANSWER_EXTENSION)
    to_on = row.extension_to_on
    if to_on is None or row.extension_by == division:
        raise NoExtension
    if not agrees and reason is None:
        raise ReasonMissing(reason="decline", pointer="/reason")
    told = f"{to_on.isoformat()}: " + ("agreed" if agrees else f"declined; {reason}")
    if agrees:
        await _require_extension(session, file, to_on, now=now)
        await _extend(session, actor, file, to_on, now=now)
    else:
        row.extension_to_on = row.extension_by = row.extension_reason = None
    await note(session, actor, row, Step.ANSWER_EXTENSION, division=division, reason=told, now=now)
    return row


async def report(
    session: AsyncSession,
    actor: Actor,
    exchange_id: UUID,
    *,
    guest_id: UUID,
    report: str,
    expected_version: int,
    now: datetime,
) -> StaffExchange:
    """What was done, told by the guest; by who sent it if the guest has no login."""
    file = await queries.lock_exchange(session, exchange_id)
    row = file.exchange
    row.require_version(expected_version)
    row.state = staff.step(row.state, Step.REPORT)
    guest = _stay_over(file, guest_id)
    if not may_report(actor, guest):
        raise Forbidden(action="staff_exchange.report")
    if guest.report is not None:
        raise SaidAlready
    guest.report, guest.reported_at, guest.reported_by = report, now, actor.id
    await note(session, actor, row, Step.REPORT, division=guest.home, reason=guest.name, now=now)
    await _close_if_told(session, actor, file, now=now)
    return row


async def remark(
    session: AsyncSession,
    actor: Actor,
    exchange_id: UUID,
    *,
    guest_id: UUID,
    remark: str,
    expected_version: int,
    now: datetime,
) -> StaffExchange:
    """What the host says of the guest's work."""
    file = await queries.lock_exchange(session, exchange_id)
    row = file.exchange
    guest = file.guest(guest_id)
    require(actor, "staff_exchange.receive", division=guest.host or guest.home)
    row.require_version(expected_version)
    row.state = staff.step(row.state, Step.REMARK)
    if guest.host is None:
        raise StayNotOver
    guest = _stay_over(file, guest_id)
    if guest.remark is not None:
        raise SaidAlready
    guest.remark, guest.remarked_at, guest.remarked_by = remark, now, actor.id
    await note(session, actor, row, Step.REMARK, division=guest.host, reason=guest.name, now=now)
    await _close_if_told(session, actor, file, now=now)
    return row


def _stay_over(file: ExchangeFile, guest_id: UUID) -> ExchangeGuest:
    guest = file.guest(guest_id)
    if guest.stay not in staff.WAS_HERE:
        raise StayNotOver
    return guest


async def _close_if_told(
    session: AsyncSession, actor: Actor, file: ExchangeFile, *, now: datetime
) -> None:
    """With the last report and remark the exchange is done."""
    row = file.exchange
    if row.state is staff.ExchangeState.RUNNING or file.owed:
        return
    row.state = staff.step(row.state, Step.CLOSE)
    await note(session, actor, row, Step.CLOSE, division=None, reason=None, now=now)


async def _by_the_day(
    session: AsyncSession, row: StaffExchange, guest: ExchangeGuest, *, now: datetime
) -> None:
    """Arrive on the first day, return after the last; both at once if nobody looked in between."""
    today = legal_day(now)
    if guest.stay is Stay.NAMED and guest.from_on <= today:
        guest.stay = Stay.PRESENT
        if today <= guest.to_on:
            await _arrive(session, row, guest, now=now)
    if guest.stay is Stay.PRESENT and guest.to_on < today:
        await _leave(session, guest, Stay.RETURNED, last_on=guest.to_on, reason=None, now=now)


async def _let_leavers_go(session: AsyncSession, file: ExchangeFile, *, now: datetime) -> None:
    """Whoever left the service is a guest no more from that day on. For a session of the system."""
    people = await officers.officers_by_id(session, [each.officer_id for each in file.here])
    for guest in file.here:
        left_at = people[guest.officer_id].left_at
        if left_at is None:
            continue
        stay, last_on = staff.after_leaving(
            guest.stay, from_on=guest.from_on, to_on=guest.to_on, left_on=legal_day(left_at)
        )
        reason = "left the service"
        await _leave(session, guest, stay, last_on=last_on, reason=reason, now=now)
        told = f"{guest.name}: {reason}"
        await note(
            session, SYSTEM_ACTOR, file.exchange, "leave", division=guest.home, reason=told, now=now
        )


async def _end_if_over(
    session: AsyncSession, actor: Actor, file: ExchangeFile, *, now: datetime
) -> None:
    """Nobody is there or to come: it is over, early if nobody stayed to the end."""
    row = file.exchange
    if file.here:
        return
    stayed = any(each.stay is Stay.RETURNED for each in file.guests)
    step = Step.END if stayed else Step.END_EARLY
    row.state = staff.step(row.state, step)
    row.extension_to_on = row.extension_by = row.extension_reason = None
    await note(session, actor, row, step, division=None, reason=None, now=now)


async def _require_extension(
    session: AsyncSession, file: ExchangeFile, to_on: date, *, now: datetime
) -> None:
    row = file.exchange
    figures = await rule_settings(session, division=row.proposer, on_day=legal_day(now))
    staff.require_extension(
        to_on=to_on,
        current=[Going(each.from_on, each.to_on) for each in file.here],
        extensions=row.extensions,
        most=figures["exchange.extensions"],
        longest=figures["exchange.longest_days"],
    )


async def _extend(
    session: AsyncSession, actor: Actor, file: ExchangeFile, to_on: date, *, now: datetime
) -> None:
    """Hold everybody who is there or to come until the new day; NotEligible if one cannot stay."""
    row = file.exchange
    for guest in file.here:
        begins = max(guest.from_on, legal_day(now))
        async with beyond_scope(session):
            await sending.hold_for_another_time(
                session,
                actor,
                task_id=guest.id,
                officer_ids=[guest.officer_id],
                period=days_of(begins, to_on),
                now=now,
            )
        guest.to_on = to_on
        if guest.stay is Stay.PRESENT:
            await _arrive(session, row, guest, now=now)
    row.to_on = to_on
    row.extensions += 1
    row.extension_to_on = row.extension_by = row.extension_reason = None
    await session.flush()


async def _arrive(
    session: AsyncSession, row: StaffExchange, guest: ExchangeGuest, *, now: datetime
) -> None:
    """Say that the guest works at the host up to the last day, the first time or anew."""
    if guest.account_id is None or guest.host is None:
        return
    await announce(
        session,
        GuestArrived(
            guest_id=guest.id,
            exchange_id=row.id,
            title=row.title,
            account_id=guest.account_id,
            home=guest.home,
            host=guest.host,
            ends_at=end_of_day(guest.to_on),
        ),
        now=now,
    )


async def _leave(
    session: AsyncSession,
    guest: ExchangeGuest,
    stay: Stay,
    *,
    last_on: date | None,
    reason: str | None,
    now: datetime,
) -> None:
    """The stay is over: the booking and the grant end at once."""
    came = guest.stay is Stay.PRESENT
    guest.stay, guest.last_on, guest.end_reason = stay, last_on, reason
    await session.flush()
    await let_go(session, guest, now=now)
    if came and guest.account_id is not None and guest.host is not None:
        await announce(
            session,
            GuestLeft(
                guest_id=guest.id,
                exchange_id=guest.exchange_id,
                home=guest.home,
                host=guest.host,
                left_at=now,
                reason=reason or stay.value,
            ),
            now=now,
        )
