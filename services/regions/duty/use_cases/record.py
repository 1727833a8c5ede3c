"""What acts on a roster share: judging it, writing down, saying what may be done next."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm.attributes import flag_modified
from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.duty.domain import changes
from services.regions.duty.domain.changes import NotOnesOwnDuty, RosterStep, SwapStep
from services.regions.duty.domain.holes import Fault, Plan, faults
from services.regions.duty.domain.shifts import Stint
from services.regions.duty.models.rosters import DutyRoster, DutyStep, DutySwap
from services.regions.duty.queries import rosters as queries
from services.regions.duty.queries.rosters import RosterFile, shift_of, stint_of
from services.regions.officers.domain import Period
from services.regions.officers.models import Officer
from services.regions.officers.queries import people as officers
from shared.audit.trace import record
from shared.auth.actor import Actor
from shared.auth.policy import may
from shared.clocks.days import legal_day
from shared.ids import uuid7
from shared.rule_settings import rule_settings

KEEP = "duty_roster.keep"
APPROVE = "duty_roster.approve"
SERVE = "duty_roster.serve"
LAPSED = "所涉值班已变更或已结束"


async def judged(
    session: AsyncSession, file: RosterFile, *, stints: Iterable[Stint] | None = None
) -> list[Fault]:
    """Everything that is wrong with the roster now, or would be with these stints on it."""
    row = file.roster
    figures = await rule_settings(session, division=row.division, on_day=legal_day(row.starts_at))
    rest = timedelta(hours=figures["duty.rest_hours"])
    planned = list(stints) if stints is not None else list(map(stint_of, file.stints))
    involved = {each.officer_id for each in planned}
    around = Period(row.starts_at - rest, row.ends_at + rest)
    beside = await queries.stints_of(session, involved, around, besides=row.id)
    plan = Plan(
        period=file.period,
        seats=row.seats,
        shifts=list(map(shift_of, file.shifts)),
        stints=planned,
        rest=rest,
        beside=list(map(stint_of, beside)),
        waived=frozenset(each.id for each in (*file.stints, *beside) if each.urgent),
    )
    return faults(plan, await queries.people(session, involved))


async def note(
    session: AsyncSession,
    actor: Actor,
    row: DutyRoster,
    action: str,
    *,
    reason: str | None = None,
    content: dict[str, Any] | None = None,
    now: datetime,
) -> None:
    """Every act is a new version, a line of history and a line in the trace."""
    row.changed_at = now
    flag_modified(row, "changed_at")  # a version even if no time has passed
    session.add(
        DutyStep(
            id=uuid7(),
            roster_id=row.id,
            action=action,
            state=row.state,
            actor_id=actor.id,
            actor_name=actor.name,
            reason=reason,
            content=content,
            at=now,
            visible_to=row.visible_to,
        )
    )
    await session.flush()
    await record(
        session,
        actor,
        f"duty_roster.{action}",
        object_kind="duty_roster",
        object_id=row.id,
        now=now,
        seen_by=row.visible_to,
        reason=reason,
        after=row.model_dump(mode="json") | {"done": content},
    )


def lapse(
    swaps: Iterable[DutySwap], standing: Collection[UUID], *, by: Actor, now: datetime
) -> None:
    """What was asked about a duty that stands no more can be neither agreed to nor approved."""
    for each in swaps:
        pending = SwapStep.DECLINE in changes.SWAP_TRANSITIONS[each.state]
        if pending and not {each.stint_id, each.other_stint_id} <= set(standing):
            each.state = changes.swap_step(each.state, SwapStep.DECLINE)
            each.decided_at, each.decided_by, each.decline_reason = now, by.id, LAPSED


async def in_whose_name(
    session: AsyncSession, actor: Actor, division: str, officer_id: UUID
) -> Officer:
    """The officer, if the caller is that person or keeps the desk's roster; NotOnesOwnDuty else."""
    officer = await officers.officer(session, officer_id)
    if officer.account_id != actor.id and not may(actor, KEEP, division=division):
        raise NotOnesOwnDuty
    return officer


def actions(actor: Actor, file: RosterFile) -> list[str]:
    """The legal next steps this caller may take."""
    row = file.roster
    legal = changes.ROSTER_TRANSITIONS[row.state]
    keeps = may(actor, KEEP, division=row.division)
    found = [
        each.value for each in legal if keeps and each not in (RosterStep.END, RosterStep.SWAP)
    ]
    if RosterStep.SWAP in legal and may(actor, SERVE, division=row.division):
        found.append(RosterStep.SWAP.value)
    return found
