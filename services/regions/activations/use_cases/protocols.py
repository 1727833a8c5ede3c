"""Agreeing on tiers of response before anything happens."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.activations import domain, queries
from services.regions.activations.domain import (
    NotCalled,
    NothingToDecide,
    ProtocolState,
    ProtocolStep,
    Tier,
)
from services.regions.activations.models import EmergencyProtocol, ProtocolParty
from services.regions.activations.use_cases.record import note_protocol
from services.regions.agreements.queries import agreement
from services.regions.divisions.use_cases import require_known
from services.regions.groups.queries import group
from shared import divisions
from shared.auth.actor import Actor
from shared.auth.policy import require
from shared.clocks.days import legal_day
from shared.errors import ReasonMissing
from shared.ids import uuid7
from shared.rule_settings import rule_settings


async def propose(
    session: AsyncSession,
    actor: Actor,
    *,
    title: str,
    proposer: str,
    parties: Sequence[str],
    tiers: Sequence[Tier],
    agreement_id: UUID | None,
    group_id: UUID | None,
    now: datetime,
) -> EmergencyProtocol:
    """Lay a protocol before its parties; who proposes it agrees by that.

    `agreement_id` and `group_id` say under what the parties cooperate, if under anything written;
    NotFound if the proposer does not know of it.
    """
    require(actor, "emergency_protocol.propose", division=proposer)
    if agreement_id is not None:
        await agreement(session, agreement_id)
    if group_id is not None:
        await group(session, group_id)
    if proposer not in parties:
        raise NotCalled(reason=proposer, division=proposer, pointer="/parties")
    today = legal_day(now)
    figures = await rule_settings(session, division=proposer, on_day=today)
    domain.require_sound(
        parties,
        tiers,
        longest_acknowledge=figures["activation.acknowledge_hours"],
        longest_box=figures["activation.box_hours"],
    )
    await require_known(session, parties, on_day=today, pointer="/parties")
    row = EmergencyProtocol(
        id=uuid7(),
        title=title,
        proposer=proposer,
        agreement_id=agreement_id,
        group_id=group_id,
        tiers=[domain.tier_to_json(each) for each in tiers],
        state=ProtocolState.PROPOSED,
        proposed_at=now,
        proposed_by=actor.id,
        changed_at=now,
        visible_to=divisions.visibility(parties),
    )
    session.add(row)
    await session.flush()
    for each in parties:
        party = ProtocolParty(protocol_id=row.id, division=each, visible_to=row.visible_to)
        if each == proposer:
            _say(party, actor, agrees=True, reason=None, now=now)
        session.add(party)
    await note_protocol(session, actor, row, "propose", reason=None, now=now)
    return row


async def answer(
    session: AsyncSession,
    actor: Actor,
    protocol_id: UUID,
    *,
    division: str,
    agrees: bool,
    reason: str | None,
    expected_version: int,
    now: datetime,
) -> EmergencyProtocol:
    """A party agrees or declines in its own name; with the last agreement the protocol stands."""
    file = await queries.lock_protocol(session, protocol_id)
    row = file.protocol
    require(actor, "emergency_protocol.agree", division=division)
    row.require_version(expected_version)
    party = next((each for each in file.parties if each.division == division), None)
    if party is None:
        raise NotCalled(reason=division, division=division, pointer="/division")
    if not agrees and reason is None:
        raise ReasonMissing(reason="decline", pointer="/reason")
    domain.protocol_step(row.state, ProtocolStep.ANSWER)
    _say(party, actor, agrees=agrees, reason=reason, now=now)
    if all(each.agrees for each in file.parties):
        row.state = domain.protocol_step(row.state, ProtocolStep.AGREE)
        row.agreed_at = now
    told = f"{division}: {'agreed' if agrees else 'declined'}" + (f"; {reason}" if reason else "")
    await note_protocol(session, actor, row, ProtocolStep.ANSWER, reason=told, now=now)
    return row


async def decide(
    session: AsyncSession,
    actor: Actor,
    protocol_id: UUID,
    *,
    reason: str,
    expected_version: int,
    now: datetime,
) -> EmergencyProtocol:
    """The head of the common superior puts a protocol into force that not every party agrees to."""
    file = await queries.lock_protocol(session, protocol_id)
    row = file.protocol
    require(actor, "emergency_protocol.decide", division=file.superior)
    row.require_version(expected_version)
    row.state = domain.protocol_step(row.state, ProtocolStep.DECIDE)
    if all(each.agrees for each in file.parties):
        raise NothingToDecide
    row.agreed_at = row.decided_at = now
    row.decision = reason
    await note_protocol(session, actor, row, ProtocolStep.DECIDE, reason=reason, now=now)
    return row


async def end(
    session: AsyncSession,
    actor: Actor,
    protocol_id: UUID,
    *,
    division: str,
    reason: str,
    expected_version: int,
    now: datetime,
) -> EmergencyProtocol:
    """A party takes its word back: nothing is activated any more; what is active goes on."""
    file = await queries.lock_protocol(session, protocol_id)
    row = file.protocol
    require(actor, "emergency_protocol.agree", division=division)
    row.require_version(expected_version)
    if division not in file.codes:
        raise NotCalled(reason=division, division=division, pointer="/division")
    row.state = domain.protocol_step(row.state, ProtocolStep.END)
    row.ended_at, row.end_reason = now, f"{division}: {reason}"
    await note_protocol(session, actor, row, ProtocolStep.END, reason=row.end_reason, now=now)
    return row


def _say(
    party: ProtocolParty, actor: Actor, *, agrees: bool, reason: str | None, now: datetime
) -> None:
    party.agrees, party.reason = agrees, reason
    party.answered_at, party.answered_by = now, actor.id
