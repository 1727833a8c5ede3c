"""What happens to a binding agreement: notice, turns passed over, and what time brings."""

from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.agreements import queries
from services.regions.agreements.domain import life, term_at
from services.regions.agreements.domain.consent import NotAParty
from services.regions.agreements.domain.life import Action, NoNotice, NoticeStands
from services.regions.agreements.domain.rotation import (
    BadRotation,
    NotItsTurn,
    require_skippable,
)
from services.regions.agreements.models import Agreement, AgreementSkip
from services.regions.agreements.use_cases.record import Held, hold, lock, note
from shared.audit.trace import SYSTEM_ACTOR
from shared.auth.actor import Actor
from shared.auth.policy import require
from shared.clocks.days import legal_day
from shared.errors import AlreadyExists
from shared.ids import uuid7
from shared.rule_settings import rule_settings

BATCH: Final = 50


async def give_notice(
    session: AsyncSession,
    actor: Actor,
    agreement_id: UUID,
    *,
    division: str,
    ends_on: date,
    reason: str,
    expected_version: int,
    now: datetime,
) -> Agreement:
    """A party ends the agreement by a day, with a reason; the others have time to get ready."""
    held = await _locked(session, actor, agreement_id, division, expected_version)
    agreement, today = held.agreement, legal_day(now)
    life.step(agreement.state, Action.GIVE_NOTICE)
    if agreement.notice_by is not None:
        raise NoticeStands(division=agreement.notice_by)
    settings = await rule_settings(session, division=agreement.drafter, on_day=today)
    life.require_notice(ends_on, today=today, days=settings["agreement.notice_days"])
    agreement.ends_on, agreement.end_reason, agreement.notice_by = ends_on, reason, division
    held.party(division).joined_end_at = now
    await note(session, actor, held, Action.GIVE_NOTICE, division=division, reason=reason, now=now)
    return agreement


async def withdraw_notice(
    session: AsyncSession,
    actor: Actor,
    agreement_id: UUID,
    *,
    division: str,
    reason: str,
    expected_version: int,
    now: datetime,
) -> Agreement:
    """The party that gave notice takes it back; who had joined it has joined nothing."""
    held = await _locked(session, actor, agreement_id, division, expected_version)
    agreement = held.agreement
    life.step(agreement.state, Action.WITHDRAW_NOTICE)
    if agreement.notice_by != division:
        raise NoNotice
    agreement.ends_on = agreement.end_reason = agreement.notice_by = None
    for party in held.file.parties:
        party.joined_end_at = None
    await note(
        session, actor, held, Action.WITHDRAW_NOTICE, division=division, reason=reason, now=now
    )
    return agreement


async def join_notice(
    session: AsyncSession,
    actor: Actor,
    agreement_id: UUID,
    *,
    division: str,
    reason: str | None,
    expected_version: int,
    now: datetime,
) -> Agreement:
    """Another party wants the end too; when all do, it is at once."""
    held = await _locked(session, actor, agreement_id, division, expected_version)
    agreement, party = held.agreement, held.party(division)
    life.step(agreement.state, Action.JOIN_NOTICE)
    if agreement.notice_by is None or party.joined_end_at is not None:
        raise NoNotice
    party.joined_end_at = now
    await note(session, actor, held, Action.JOIN_NOTICE, division=division, reason=reason, now=now)
    if all(each.joined_end_at is not None for each in held.file.parties):
        agreement.state = life.step(agreement.state, Action.TERMINATE)
        agreement.ends_on = legal_day(now)
        await note(
            session, SYSTEM_ACTOR, held, Action.TERMINATE, division=None, reason=None, now=now
        )
    return agreement


async def skip_turn(
    session: AsyncSession,
    actor: Actor,
    agreement_id: UUID,
    *,
    division: str,
    term: int,
    member: str,
    reason: str,
    expected_version: int,
    now: datetime,
) -> Agreement:
    """Another party approves that a member is passed over; it leads at the end of its round.

    NotItsTurn if the term is past or another's, or if nobody is left to stand in.
    """
    held = await _locked(session, actor, agreement_id, division, expected_version)
    agreement = held.agreement
    life.step(agreement.state, Action.SKIP_TURN)
    if division == member:
        raise NotAParty(reason="own turn", division=division, pointer="/division")
    if not agreement.rotation_order:
        raise BadRotation(reason="there is no rotation", pointer="/term")
    current = term_at(legal_day(now), agreement.valid_from, agreement.rotation_months)
    if term < current:
        raise NotItsTurn(term=term, member=member)
    skips = await queries.skips(session, agreement.id)
    require_skippable(term, member, agreement.rotation_order, agreement.rotation_offset, skips)
    if any((each.term, each.member) == (term, member) for each in skips):
        raise AlreadyExists
    skip = AgreementSkip(
        id=uuid7(),
        agreement_id=agreement.id,
        term=term,
        member=member,
        reason=reason,
        approved_for=division,
        approved_by=actor.id,
        approved_name=actor.name,
        at=now,
        visible_to=agreement.visible_to,
    )
    session.add(skip)
    await note(session, actor, held, Action.SKIP_TURN, division=division, reason=reason, now=now)
    return agreement


async def advance(session: AsyncSession, now: datetime) -> int:
    """What the day brings for some agreements; how many it moved. For a session of the system."""
    today = legal_day(now)
    due = await queries.moved_by_time(session, today, limit=BATCH)
    for agreement in due:
        held = await hold(session, agreement)
        while action := life.due_step(agreement.state, queries.days_of(agreement), today=today):
            agreement.state = life.step(agreement.state, action)
            reason = agreement.end_reason if action is Action.TERMINATE else None
            await note(session, SYSTEM_ACTOR, held, action, division=None, reason=reason, now=now)
            if action is Action.COME_INTO_FORCE:
                await _supersede(session, agreement, now=now)
    return len(due)


async def _supersede(session: AsyncSession, successor: Agreement, *, now: datetime) -> None:
    """What the agreement renews has done its time."""
    if successor.predecessor_id is None:
        return
    held = await lock(session, successor.predecessor_id)
    if Action.SUPERSEDE not in life.TRANSITIONS[held.agreement.state]:
        return  # it was terminated meanwhile
    held.agreement.state = life.step(held.agreement.state, Action.SUPERSEDE)
    await note(session, SYSTEM_ACTOR, held, Action.SUPERSEDE, division=None, reason=None, now=now)


async def _locked(
    session: AsyncSession, actor: Actor, agreement_id: UUID, division: str, version: int
) -> Held:
    """The agreement, for a party's head who has read its newest version."""
    held = await lock(session, agreement_id)
    require(actor, "agreement.sign", division=division)
    held.agreement.require_version(version)
    held.party(division)
    return held
