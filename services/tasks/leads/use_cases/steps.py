"""What every step of a lead shares, and its way from one desk to the next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.enterprises.use_cases.record import require_known
from services.tasks.leads.domain import life
from services.tasks.leads.domain.life import (
    ANSWER_CLOCK,
    ASKED_FOR,
    AssignedToHolder,
    LeadAction,
    LeadState,
    NotPushedToYou,
)
from services.tasks.leads.models.leads import Lead, LeadStep
from services.tasks.leads.queries import leads as queries
from services.tasks.leads.use_cases import clocks
from shared import divisions
from shared.audit.trace import SYSTEM_ACTOR, record
from shared.auth.actor import Actor
from shared.auth.policy import may, require
from shared.clocks.days import legal_day
from shared.contracts.origins import Matter, Origin, OriginKind
from shared.db.session import beyond_scope
from shared.ids import uuid7

# Who a lead was offered to answers; for every other step it is who has it.
ANSWERS: Final = (LeadAction.ACCEPT, LeadAction.REFUSE)


@dataclass(frozen=True, slots=True)
class HandedOn:
    """What a task is made of: its origin, what it is about, who goes and by which day."""

    lead: Lead
    origin: Origin
    matter: Matter
    enterprise_id: UUID | None
    parties: Sequence[str]
    due_on: date


def right(action: LeadAction) -> str:
    """The row of the table of rights that a step asks for."""
    if action in ANSWERS:
        return "lead.answer"
    return "lead.merge" if action is LeadAction.UNMERGE else f"lead.{action}"


def concerned(lead: Lead, action: LeadAction) -> str:
    """The division whose step it is."""
    return lead.assigned_to or lead.division if action in ANSWERS else lead.division


def may_know_source(actor: Actor, lead: Lead) -> bool:
    """Who entered a lead, and those of the office that received it who answer for secrecy."""
    return (
        not lead.confidential
        or lead.reporter_id == actor.id
        or may(actor, "lead.read_source", division=lead.received_by)
    )


def next_steps(actor: Actor, lead: Lead) -> list[LeadAction]:
    """What this caller may do now: the transition table, the table of rights, who was named."""
    return [
        action
        for action in ASKED_FOR
        if action in life.TRANSITIONS[lead.state]
        and may(actor, right(action), division=concerned(lead, action))
        and not (action is LeadAction.VERIFY and _is_anothers(actor, lead))
    ]


async def lock_for(
    session: AsyncSession,
    actor: Actor,
    lead_id: UUID,
    action: LeadAction,
    *,
    expected_version: int,
) -> Lead:
    """The lead, locked, for a step this caller may take."""
    lead = await queries.lock_lead(session, lead_id)
    require(actor, right(action), division=concerned(lead, action))
    lead.require_version(expected_version)
    life.step(lead.state, action)
    if action is LeadAction.VERIFY and _is_anothers(actor, lead):
        raise NotPushedToYou(action=action)
    return lead


async def take(
    session: AsyncSession,
    actor: Actor,
    lead: Lead,
    action: LeadAction,
    *,
    division: str | None = None,
    note: str | None = None,
    now: datetime,
) -> None:
    """The only place a lead's state changes: the step, its history line and its trace."""
    before = lead.state
    lead.state = life.step(before, action)
    await keep(session, actor, lead, action, division=division, note=note, before=before, now=now)


async def keep(
    session: AsyncSession,
    actor: Actor,
    lead: Lead,
    action: LeadAction,
    *,
    division: str | None = None,
    note: str | None = None,
    before: LeadState | None = None,
    now: datetime,
) -> None:
    """Write the lead as it is now, the line of its history and the trace."""
    session.add(lead)
    await session.flush()
    session.add(
        LeadStep(
            lead_id=lead.id,
            action=action,
            state=lead.state,
            division=division or lead.division,
            actor_id=actor.id,
            actor_name=actor.name,
            note=note,
            at=now,
        )
    )
    await session.flush()
    state: Mapping[str, Any] | None = None if before is None else {"state": before}
    await record(
        session,
        # Whoever entered what must stay hidden is not named to the readers of the trace either.
        SYSTEM_ACTOR if action is LeadAction.RECEIVE and lead.confidential else actor,
        f"lead.{action}",
        object_kind="lead",
        object_id=lead.id,
        now=now,
        seen_by=lead.parties,
        reason=note,
        before=state,
        after=lead.model_dump(mode="json"),
    )


async def assign(
    session: AsyncSession,
    actor: Actor,
    lead_id: UUID,
    *,
    division: str,
    officers: Sequence[UUID],
    note: str | None,
    expected_version: int,
    now: datetime,
) -> Lead:
    """Offer the lead to a division, below or beside (线索移交); it accepts or refuses in time."""
    action = LeadAction.ASSIGN
    lead = await lock_for(session, actor, lead_id, action, expected_version=expected_version)
    await require_known(session, division, on_day=legal_day(now), pointer="/division")
    if lead.state is LeadState.ACCEPTED and division == lead.division:
        raise AssignedToHolder(division=division)
    lead.assigned_to = division
    lead.officers = [*dict.fromkeys(officers)]
    lead.parties = [*dict.fromkeys([*lead.parties, division])]
    lead.visible_to = sorted({*lead.visible_to, *divisions.visibility([division])})
    await clocks.start_answering(session, lead, at=now)
    await take(session, actor, lead, action, division=division, note=note, now=now)
    return lead


async def answer(
    session: AsyncSession,
    actor: Actor,
    lead_id: UUID,
    action: LeadAction,
    *,
    officers: Sequence[UUID] = (),
    reason: str | None = None,
    expected_version: int,
    now: datetime,
) -> Lead:
    """The division it was offered to takes it, or gives it back with a reason."""
    lead = await lock_for(session, actor, lead_id, action, expected_version=expected_version)
    offered = concerned(lead, action)
    if action is LeadAction.ACCEPT:
        lead.division = offered
        lead.officers = [*dict.fromkeys(officers)] or lead.officers
    else:
        lead.officers = []
    lead.assigned_to = None
    await clocks.stop(session, lead.id, ANSWER_CLOCK, at=now)
    await take(session, actor, lead, action, division=offered, note=reason, now=now)
    return lead


async def hand_on(
    session: AsyncSession, actor: Actor, lead_id: UUID, *, expected_version: int, now: datetime
) -> HandedOn:
    """Give the lead to a task that the caller makes in this transaction, and names afterwards.

    After a task that was called off comes another of another origin: one origin is one task.
    """
    action = LeadAction.HAND_ON
    lead = await lock_for(session, actor, lead_id, action, expected_version=expected_version)
    origin = Origin(kind=OriginKind.LEAD, id=uuid7() if lead.hand_ons else lead.id)
    lead.hand_ons += 1
    await take(session, actor, lead, action, now=now)
    return HandedOn(
        lead=lead,
        origin=origin,
        matter=_matter(lead),
        enterprise_id=lead.enterprise_id,
        parties=[lead.division],
        due_on=legal_day(lead.work_due_at),
    )


async def name_task(session: AsyncSession, lead: Lead, task_id: UUID) -> None:
    """The task the lead was handed on to."""
    lead.task_id = task_id
    await session.flush()


async def take_back(session: AsyncSession, task_id: UUID, *, now: datetime) -> None:
    """The task was called off: the lead is still to be checked."""
    async with beyond_scope(session):
        lead = await queries.lock_lead_of(session, task_id)
        if lead is not None and lead.state is LeadState.HANDED_ON:
            lead.task_id = None
            await take(session, SYSTEM_ACTOR, lead, LeadAction.TAKE_BACK, now=now)


def _is_anothers(actor: Actor, lead: Lead) -> bool:
    """Whether officers were named and this caller, no chief, is none of them."""
    return (
        bool(lead.officers)
        and actor.id not in lead.officers
        and not may(actor, "lead.assign", division=lead.division)
    )


def _matter(lead: Lead) -> Matter:
    """The pollution facts: not where they come from."""
    return Matter(
        title=lead.title,
        division=lead.place,
        media=lead.media,
        place=lead.site,
        facts=lead.facts,
        object_name=lead.object_name,
        object_code=lead.object_code,
        at_night=lead.at_night,
    )
