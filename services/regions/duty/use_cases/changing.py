"""Changes of a published roster: swaps with both persons' word, and replacements at once."""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.duty.domain import changes
from services.regions.duty.domain.changes import (
    Change,
    NotOfTheDesk,
    NotOnesOwnDuty,
    OwnApproval,
    RosterStep,
    SwapState,
    SwapStep,
)
from services.regions.duty.domain.holes import require_sound
from services.regions.duty.models.rosters import DutyRoster, DutyStint, DutySwap
from services.regions.duty.queries import rosters as queries
from services.regions.duty.queries.rosters import RosterFile, stint_of
from services.regions.duty.use_cases.record import APPROVE, KEEP, SERVE, judged, lapse, note
from services.regions.officers.queries import people as officers
from shared.auth.actor import Actor
from shared.auth.policy import require
from shared.ids import uuid7


async def replace(
    session: AsyncSession,
    actor: Actor,
    roster_id: UUID,
    *,
    stint_id: UUID,
    officer_id: UUID,
    at: datetime | None,
    reason: str,
    expected_version: int,
    now: datetime,
) -> DutyRoster:
    """Somebody else takes a person's seat at once, or from `at` on, for the rest of the duty.

    Too little rest does not bar it, absence or a second duty does: RosterFaulty names it.
    """
    file = await queries.lock_roster(session, roster_id)
    row = file.roster
    require(actor, KEEP, division=row.division)
    row.require_version(expected_version)
    changes.roster_step(row.state, RosterStep.REPLACE)
    held = file.stint(stint_id)
    officer = await officers.officer(session, officer_id)
    if officer.division != row.division or officer.left_at is not None:
        raise NotOfTheDesk(reason=str(officer_id), pointer="/officer_id")
    change = changes.replaced(
        stint_of(held), officer_id, at=at or now, ids=(uuid7(), uuid7()), now=now
    )
    await _apply(session, actor, file, change, urgent=True, reason=reason, now=now)
    told = {"stint_id": str(stint_id), "from": str(held.officer_id), "to": str(officer_id)}
    await note(session, actor, row, RosterStep.REPLACE, reason=reason, content=told, now=now)
    return row


async def propose_swap(
    session: AsyncSession,
    actor: Actor,
    roster_id: UUID,
    *,
    stint_id: UUID,
    other_stint_id: UUID,
    reason: str,
    expected_version: int,
    now: datetime,
) -> DutyRoster:
    """A person asks another to take one another's duty. Only the person whose duty it is asks."""
    file = await queries.lock_roster(session, roster_id)
    row = file.roster
    require(actor, SERVE, division=row.division)
    row.require_version(expected_version)
    changes.roster_step(row.state, RosterStep.SWAP)
    one, other = file.stint(stint_id), file.stint(other_stint_id)
    await _require_self(session, actor, one.officer_id)
    changes.swapped(stint_of(one), stint_of(other), ids=(uuid7(), uuid7()), now=now)
    session.add(
        DutySwap(
            id=uuid7(),
            roster_id=row.id,
            stint_id=one.id,
            other_stint_id=other.id,
            reason=reason,
            state=SwapState.PROPOSED,
            proposed_at=now,
            proposed_by=actor.id,
            visible_to=row.visible_to,
        )
    )
    told = {"stint_id": str(stint_id), "other_stint_id": str(other_stint_id)}
    await note(session, actor, row, "propose_swap", reason=reason, content=told, now=now)
    return row


async def consent_to_swap(
    session: AsyncSession,
    actor: Actor,
    roster_id: UUID,
    swap_id: UUID,
    *,
    expected_version: int,
    now: datetime,
) -> DutyRoster:
    """The person asked agrees."""
    file, swap = await _swap(
        session, actor, roster_id, swap_id, right=SERVE, expected_version=expected_version
    )
    swap.state = changes.swap_step(swap.state, SwapStep.CONSENT)
    await _require_self(session, actor, file.stint(swap.other_stint_id).officer_id)
    swap.consented_at, swap.consented_by = now, actor.id
    told = {"swap_id": str(swap_id)}
    await note(session, actor, file.roster, "consent_to_swap", content=told, now=now)
    return file.roster


async def approve_swap(
    session: AsyncSession,
    actor: Actor,
    roster_id: UUID,
    swap_id: UUID,
    *,
    expected_version: int,
    now: datetime,
) -> DutyRoster:
    """Who answers for the desk approves: from now on each has the other's duty.

    RosterFaulty where one would have too little rest, be away, or leave a shift without a
    certificate. Neither of the two approves.
    """
    file, swap = await _swap(
        session, actor, roster_id, swap_id, right=APPROVE, expected_version=expected_version
    )
    swap.state = changes.swap_step(swap.state, SwapStep.APPROVE)
    if actor.id in {swap.proposed_by, swap.consented_by}:
        raise OwnApproval
    one, other = file.stint(swap.stint_id), file.stint(swap.other_stint_id)
    change = changes.swapped(stint_of(one), stint_of(other), ids=(uuid7(), uuid7()), now=now)
    await _apply(session, actor, file, change, urgent=False, reason=swap.reason, now=now)
    swap.decided_at, swap.decided_by = now, actor.id
    told = {
        "swap_id": str(swap_id),
        "officers": [str(one.officer_id), str(other.officer_id)],
    }
    await note(session, actor, file.roster, "approve_swap", content=told, now=now)
    return file.roster


async def decline_swap(
    session: AsyncSession,
    actor: Actor,
    roster_id: UUID,
    swap_id: UUID,
    *,
    reason: str,
    expected_version: int,
    now: datetime,
) -> DutyRoster:
    """The person asked does not agree, or who answers for the desk does not approve."""
    file, swap = await _swap(
        session, actor, roster_id, swap_id, right=SERVE, expected_version=expected_version
    )
    asked = swap.state is SwapState.PROPOSED
    swap.state = changes.swap_step(swap.state, SwapStep.DECLINE)
    if asked:
        await _require_self(session, actor, file.stint(swap.other_stint_id).officer_id)
    else:
        require(actor, APPROVE, division=file.roster.division)
    swap.decided_at, swap.decided_by, swap.decline_reason = now, actor.id, reason
    told = {"swap_id": str(swap_id)}
    await note(session, actor, file.roster, "decline_swap", reason=reason, content=told, now=now)
    return file.roster


async def _swap(
    session: AsyncSession,
    actor: Actor,
    roster_id: UUID,
    swap_id: UUID,
    *,
    right: str,
    expected_version: int,
) -> tuple[RosterFile, DutySwap]:
    file = await queries.lock_roster(session, roster_id)
    require(actor, right, division=file.roster.division)
    file.roster.require_version(expected_version)
    changes.roster_step(file.roster.state, RosterStep.SWAP)
    return file, file.swap(swap_id)


async def _require_self(session: AsyncSession, actor: Actor, officer_id: UUID) -> None:
    """Consent is a person's own, which nobody gives in another's place."""
    officer = await officers.officer(session, officer_id)
    if officer.account_id != actor.id:
        raise NotOnesOwnDuty


async def _apply(
    session: AsyncSession,
    actor: Actor,
    file: RosterFile,
    change: Change,
    *,
    urgent: bool,
    reason: str,
    now: datetime,
) -> None:
    """Stints that end stand no more; what takes their place holds, or RosterFaulty."""
    after = change.applied(map(stint_of, file.stints))
    before = await judged(session, file)
    found = await judged(session, file, stints=after)
    require_sound(changes.barring(found, before=before, new=change.came, urgent=urgent))
    ids = {each.id for each in change.gone}
    gone = {each.officer_id: each for each in file.stints if each.id in ids}
    for row in gone.values():
        row.standing = False
    lapse(file.swaps, {each.id for each in file.stints if each.standing}, by=actor, now=now)
    await session.flush()  # what is given up makes room for what is taken
    for each in change.came:
        stays = gone.get(each.officer_id)
        taken_at_once = urgent and stays is None
        session.add(
            DutyStint(
                id=each.id,
                roster_id=file.roster.id,
                shift_id=each.shift_id,
                seat=each.seat,
                officer_id=each.officer_id,
                starts_at=each.period.starts_at,
                ends_at=each.period.ends_at,
                published=True,
                urgent=taken_at_once,
                reason=reason if taken_at_once or not urgent else None,
                visible_to=file.roster.visible_to,
            )
        )
    await session.flush()
