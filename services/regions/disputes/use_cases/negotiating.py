"""From the opening of a dispute to agreement, or up to who decides."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.assistance.domain import course
from services.regions.assistance.domain.course import NoCommonSuperior
from services.regions.assistance.queries import next_number
from services.regions.assistance.use_cases.course import settings_of
from services.regions.disputes import domain, queries
from services.regions.disputes.domain import (
    ARTICLE,
    KIND,
    SUPERIOR_CLOCK,
    BadDispute,
    DisputeAction,
    DisputeState,
    Stance,
)
from services.regions.disputes.models import DisputeParty, JurisdictionDispute
from services.regions.disputes.use_cases.record import (
    DisputeAct,
    decide,
    lock,
    note,
    stop_negotiation,
    write_down,
)
from services.regions.divisions.use_cases import require_known
from shared import divisions
from shared.audit.trace import SYSTEM_ACTOR
from shared.auth.actor import Actor
from shared.auth.policy import require
from shared.clock_rows.rows import Ladder, start_clock
from shared.clocks.days import legal_day
from shared.contracts.origins import Matter
from shared.ids import uuid7

OPEN: Final = "open"
AGREEMENT: Final = "协商一致"
BATCH: Final = 100


async def open_dispute(
    session: AsyncSession,
    actor: Actor,
    *,
    opened_by: str,
    parties: Sequence[str],
    matter: Matter,
    facts: str,
    now: datetime,
) -> JurisdictionDispute:
    """Several organs claim a matter, or none does: from now on they negotiate, against a clock."""
    require(actor, "dispute.open", division=opened_by)
    today = legal_day(now)
    domain.require_sound(opened_by, parties)
    await require_known(session, parties, on_day=today, pointer="/parties")
    await require_known(session, [matter.division], on_day=today, pointer="/matter/division")
    serial = await next_number(session, KIND, opened_by, today.year)
    dispute = JurisdictionDispute(
        id=uuid7(),
        number=domain.number(opened_by, today.year, serial),
        opened_by=opened_by,
        matter=matter.model_dump(mode="json"),
        facts=facts,
        state=DisputeState.NEGOTIATING,
        opened_at=now,
        changed_at=now,
        visible_to=divisions.visibility(parties),
    )
    session.add(dispute)
    await session.flush()
    session.add_all(
        DisputeParty(
            dispute_id=dispute.id,
            division=each,
            stance=Stance.SILENT,
            visible_to=dispute.visible_to,
        )
        for each in parties
    )
    await session.flush()
    await write_down(session, actor, dispute, parties, OPEN, reason=facts, now=now)
    settings = await settings_of(session, opened_by, now)
    await start_clock(
        session,
        subject_kind=KIND,
        subject_id=dispute.id,
        kind=SUPERIOR_CLOCK,
        term=domain.negotiation_term(settings),
        ladder=Ladder(*course.ladder_hours(settings)),
        started_at=now,
        seen_by=parties,
    )
    return dispute


async def state_position(
    act: DisputeAct,
    *,
    division: str,
    stance: Stance,
    reason: str,
    filed_at: datetime | None,
    filed_number: str | None,
    agrees_on: str | None,
) -> JurisdictionDispute:
    """A party claims or denies the matter, says when it filed, and whom it would let have it.

    When all name the same organ, that is the agreement. A party may think again until then.
    """
    file = await act.open("dispute.answer", division)
    domain.step(file.dispute.state, DisputeAction.STATE_POSITION)
    if agrees_on is not None:
        domain.require_party(agrees_on, file.codes, pointer="/agrees_on")
    if stance is Stance.SILENT:
        raise BadDispute(reason="a position says something", pointer="/stance")
    if (filed_at is None) != (filed_number is None):
        raise BadDispute(reason="a filing has an instant and a number", pointer="/filed_at")
    if filed_at is not None and filed_at > act.now:
        raise BadDispute(reason="filed in the future", pointer="/filed_at")
    party = next(each for each in file.parties if each.division == division)
    party.stance, party.reason, party.answered_at = stance, reason, act.now
    party.filed_at, party.filed_number, party.agrees_on = filed_at, filed_number, agrees_on
    told = f"{division}: {stance}; {reason}"
    agreed = file.agreed_on
    if agreed is None:
        return await act.take(file, DisputeAction.STATE_POSITION, reason=told)
    decide(file.dispute, agreed, by=AGREEMENT, reason=told, basis=ARTICLE, now=act.now)
    await stop_negotiation(act.session, file, act.now)
    return await act.take(file, DisputeAction.AGREE, reason=told)


async def refer(act: DisputeAct, *, division: str, reason: str) -> JurisdictionDispute:
    """A party sees no agreement: to the common superior, before the time to negotiate is over."""
    file = await act.open("dispute.answer", division)
    domain.step(file.dispute.state, DisputeAction.REFER)
    await stop_negotiation(act.session, file, act.now)
    return await act.take(file, DisputeAction.REFER, reason=reason)


async def refer_lapsed(session: AsyncSession, now: datetime) -> int:
    """No agreement in time: the dispute goes up by itself. For a session of the system."""
    found = await queries.lapsed_negotiations(session, now, limit=BATCH)
    for dispute_id in found:
        file = await lock(session, dispute_id)
        file.dispute.state = domain.step(file.dispute.state, DisputeAction.REFER)
        reason = file.superior or NoCommonSuperior.code
        await note(session, SYSTEM_ACTOR, file, DisputeAction.REFER, reason=reason, now=now)
        await stop_negotiation(session, file, now)
    return len(found)
