"""Two sides agree on whom they send: proposing, naming, consenting, calling off."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.agreements import queries as agreements
from services.regions.divisions.use_cases import require_known
from services.regions.exchanges.domain import staff
from services.regions.exchanges.domain.staff import (
    Basis,
    BasisOfOthers,
    CommanderMissing,
    ExchangeKind,
    ExchangeState,
    Going,
    NotOfSender,
    Purpose,
    Stay,
    Step,
)
from services.regions.exchanges.models import ExchangeGuest, ExchangeParty, StaffExchange
from services.regions.exchanges.queries import staff as queries
from services.regions.exchanges.queries.staff import ExchangeFile
from services.regions.exchanges.use_cases.record import let_go, note, party_of
from services.regions.officers import queries as officers
from services.regions.officers.domain import Need, Period, current
from services.regions.officers.models import Officer
from services.regions.officers.use_cases import sending
from services.regions.operations import queries as operations
from services.regions.plans import queries as plans
from shared import divisions
from shared.audit.trace import SYSTEM_ACTOR
from shared.auth.actor import Actor
from shared.auth.policy import require
from shared.clocks.days import SHANGHAI, end_of_day, legal_day
from shared.db.session import beyond_scope
from shared.errors import ReasonMissing
from shared.ids import uuid7
from shared.rule_settings import rule_settings

BATCH: Final = 50


@dataclass(frozen=True, slots=True)
class Named:
    """Whom a side sends: from the first day to the last, for what."""

    officer_id: UUID
    from_on: date
    to_on: date
    purpose: Purpose
    duties: str


@dataclass(frozen=True, slots=True)
class Terms:
    """What is proposed; `guests` are those of the proposer."""

    kind: ExchangeKind
    title: str
    proposer: str
    partner: str | None
    host_body: str | None
    document: str | None
    cost_bearer: str
    basis: Basis | None
    basis_id: UUID | None
    from_on: date
    to_on: date
    guests: Sequence[Named]

    @property
    def parties(self) -> tuple[str, ...]:
        return (self.proposer, self.partner) if self.partner else (self.proposer,)


def days_of(from_on: date, to_on: date) -> Period:
    """Legal days as instants."""
    return Period(datetime.combine(from_on, time.min, SHANGHAI), end_of_day(to_on))


async def propose(
    session: AsyncSession, actor: Actor, terms: Terms, *, now: datetime
) -> StaffExchange:
    """Lay an exchange before the other side; nobody has agreed to it yet, the proposer neither."""
    require(actor, "staff_exchange.propose", division=terms.proposer)
    today = legal_day(now)
    figures = await rule_settings(session, division=terms.proposer, on_day=today)
    staff.require_sound(
        terms.kind,
        proposer=terms.proposer,
        partner=terms.partner,
        host_body=terms.host_body,
        document=terms.document,
        days=Going(terms.from_on, terms.to_on),
        today=today,
        longest=figures["exchange.longest_days"],
    )
    await require_known(session, terms.parties, on_day=today, pointer="/partner")
    await _require_basis(session, terms)
    fields: dict[str, Any] = {
        name: getattr(terms, name)
        for name in (
            "kind",
            "title",
            "proposer",
            "partner",
            "host_body",
            "document",
            "cost_bearer",
            "basis",
            "basis_id",
            "from_on",
            "to_on",
        )
    }
    row = StaffExchange(
        id=uuid7(),
        **fields,
        state=ExchangeState.PROPOSED,
        proposed_at=now,
        proposed_by=actor.id,
        changed_at=now,
        visible_to=divisions.visibility(terms.parties),
    )
    session.add(row)
    await session.flush()
    session.add_all(
        ExchangeParty(exchange_id=row.id, division=each, visible_to=row.visible_to)
        for each in terms.parties
    )
    await session.flush()
    told = await _send(session, actor, row, terms.proposer, terms.guests, now=now)
    await note(session, actor, row, "propose", division=terms.proposer, reason=told, now=now)
    return row


async def name(
    session: AsyncSession,
    actor: Actor,
    exchange_id: UUID,
    *,
    division: str,
    guests: Sequence[Named],
    expected_version: int,
    now: datetime,
) -> StaffExchange:
    """A side names its own people in place of those it named before; whoever agreed says so anew.

    NotEligible names who cannot go and why, and then nothing changes.
    """
    file = await queries.lock_exchange(session, exchange_id)
    row = file.exchange
    require(actor, "staff_exchange.send", division=division)
    row.require_version(expected_version)
    row.state = staff.step(row.state, Step.NAME)
    party_of(file, division)
    if division not in staff.senders(row.kind, row.proposer, row.partner):
        raise NotOfSender(reason=division, division=division, pointer="/division")
    before = [each for each in file.guests if each.home == division]
    for each in before:
        await let_go(session, each, now=now)
    await queries.forget_guests(session, [each.id for each in before])
    for party in file.parties:
        party.agrees = party.reason = party.answered_at = party.answered_by = None
        party.answered_name = None
    told = await _send(session, actor, row, division, guests, now=now)
    await note(session, actor, row, Step.NAME, division=division, reason=told, now=now)
    return row


async def answer(
    session: AsyncSession,
    actor: Actor,
    exchange_id: UUID,
    *,
    division: str,
    agrees: bool,
    commander: str | None,
    reason: str | None,
    expected_version: int,
    now: datetime,
) -> StaffExchange:
    """A side's head agrees or declines in its own name; with the last agreement it stands."""
    file = await queries.lock_exchange(session, exchange_id)
    row = file.exchange
    require(actor, "staff_exchange.consent", division=division)
    row.require_version(expected_version)
    party = party_of(file, division)
    row.state = staff.step(row.state, Step.ANSWER)
    if not agrees and reason is None:
        raise ReasonMissing(reason="decline", pointer="/reason")
    if agrees:
        needed = staff.senders(row.kind, row.proposer, row.partner)
        staff.require_manned(needed, [each.home for each in file.guests])
        stays = [Going(each.from_on, each.to_on) for each in file.guests]
        staff.require_ahead(stays, legal_day(now))
        if commander is None and any(each.host == division for each in file.guests):
            raise CommanderMissing(reason=division, pointer="/commander")
    party.agrees, party.reason, party.commander = agrees, reason, commander
    party.answered_at, party.answered_by, party.answered_name = now, actor.id, actor.name
    if not agrees:
        row.state = staff.step(row.state, Step.DECLINE)
        await _drop_all(session, file, now=now)
    elif all(each.agrees for each in file.parties):
        row.state = staff.step(row.state, Step.AGREE)
    told = ("agreed" if agrees else "declined") + (f"; {reason}" if reason else "")
    await note(session, actor, row, Step.ANSWER, division=division, reason=told, now=now)
    return row


async def call_off(
    session: AsyncSession,
    actor: Actor,
    exchange_id: UUID,
    *,
    division: str,
    reason: str,
    expected_version: int,
    now: datetime,
) -> StaffExchange:
    """Either head takes the word back before anybody has gone."""
    file = await queries.lock_exchange(session, exchange_id)
    row = file.exchange
    require(actor, "staff_exchange.consent", division=division)
    row.require_version(expected_version)
    party_of(file, division)
    row.state = staff.step(row.state, Step.CALL_OFF)
    await _drop_all(session, file, now=now)
    await note(session, actor, row, Step.CALL_OFF, division=division, reason=reason, now=now)
    return row


async def lapse(session: AsyncSession, now: datetime) -> int:
    """Silence is no consent: what nobody agreed to by its first day is off, and holds nobody."""
    due = await queries.never_agreed(session, legal_day(now), limit=BATCH)
    for row in due:
        file = await queries.file(session, row)
        row.state = staff.step(row.state, Step.LAPSE)
        await _drop_all(session, file, now=now)
        await note(session, SYSTEM_ACTOR, row, Step.LAPSE, division=None, reason=None, now=now)
    return len(due)


async def _drop_all(session: AsyncSession, file: ExchangeFile, *, now: datetime) -> None:
    for each in file.here:
        each.stay = Stay.DROPPED
        await let_go(session, each, now=now)


async def _send(
    session: AsyncSession,
    actor: Actor,
    row: StaffExchange,
    division: str,
    guests: Sequence[Named],
    *,
    now: datetime,
) -> str:
    """Hold these for their days; who they are, for the history."""
    stays = [Going(each.from_on, each.to_on) for each in guests]
    staff.require_within(stays, Going(row.from_on, row.to_on))
    staff.require_ahead(stays, legal_day(now))
    people = await _own(session, division, guests)
    other = row.partner if division == row.proposer else row.proposer
    rows = []
    for each in guests:
        officer = people[each.officer_id]
        period = days_of(each.from_on, each.to_on)
        guest_id = uuid7()
        [held] = await sending.book(
            session,
            actor,
            task_id=guest_id,
            officer_ids=[officer.id],
            need=Need(period),
            now=now,
        )
        certificate = current(map(officers.certificate, held.certificates), each.from_on)
        rows.append(
            ExchangeGuest(
                id=guest_id,
                exchange_id=row.id,
                officer_id=officer.id,
                account_id=officer.account_id,
                name=officer.name,
                # Who is held for the days is certificated on each of them.
                certificate_number=certificate.number if certificate else "",
                home=division,
                host=other,
                host_body=row.host_body,
                purpose=each.purpose,
                duties=each.duties,
                from_on=each.from_on,
                to_on=each.to_on,
                stay=Stay.NAMED,
                visible_to=row.visible_to,
            )
        )
    session.add_all(rows)
    await session.flush()
    return f"{division}: " + "、".join(sorted(each.name for each in rows))


async def _own(
    session: AsyncSession, division: str, guests: Sequence[Named]
) -> dict[UUID, Officer]:
    wanted = [each.officer_id for each in guests]
    async with beyond_scope(session):
        people = await officers.officers_by_id(session, wanted)
    own = divisions.scope(division)
    twice = len(set(wanted)) < len(wanted)
    covered = all(divisions.covers(own, each.division) for each in people.values())
    if twice or len(people) < len(wanted) or not covered:
        raise NotOfSender(reason=division, division=division, pointer="/guests")
    return people


async def _require_basis(session: AsyncSession, terms: Terms) -> None:
    """NotFound if the proposer does not know of the basis, BasisOfOthers if it is not of both."""
    if terms.basis is None or terms.basis_id is None:
        return
    named = await _sides_of(session, terms.basis, terms.basis_id)
    # A county acts under what its city agreed on.
    if not all(
        any(divisions.covers(divisions.scope(each), party) for each in named)
        for party in terms.parties
    ):
        raise BasisOfOthers(reason="basis", pointer="/basis_id")


async def _sides_of(session: AsyncSession, basis: Basis, basis_id: UUID) -> tuple[str, ...]:
    match basis:
        case Basis.AGREEMENT:
            agreement = await agreements.agreement(session, basis_id)
            return (await agreements.file(session, agreement)).codes
        case Basis.PLAN_ITEM:
            return await plans.parties_of(session, await queries.plan_of_item(session, basis_id))
        case Basis.OPERATION:
            operation = await operations.operation(session, basis_id)
            return (operation.lead, *(await operations.file(session, operation)).codes)
