"""What every step of a visit shares: the figures in force, the line of its history, the trace."""

from datetime import date, datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.enterprises.domain.visits import (
    CAP,
    LAPSE_DAYS,
    QUIET_DAYS,
    TRANSITIONS,
    Rules,
    VisitAction,
    VisitState,
    step,
)
from services.tasks.enterprises.models.visits import EnterpriseVisit, EnterpriseVisitStep
from shared.audit.trace import record
from shared.auth.actor import Actor
from shared.auth.policy import may
from shared.rule_settings import rule_settings

RIGHTS = {
    VisitAction.APPROVE: "visit.approve",
    VisitAction.MAKE: "visit.plan",
    VisitAction.CALL_OFF: "visit.plan",
}


def divisions_of(visit: EnterpriseVisit) -> list[str]:
    """The divisions of all agencies, whose visit it is first."""
    return [visit.agency_division, *(each["division"] for each in visit.joint_with)]


def actions(actor: Actor, visit: EnterpriseVisit) -> list[VisitAction]:
    """What this caller may do with the entry now."""
    return [
        action
        for action in TRANSITIONS[visit.state]
        if action in RIGHTS
        and may(
            actor,
            RIGHTS[action],
            division=visit.agency_division,
            participants=divisions_of(visit),
        )
        and not (action is VisitAction.APPROVE and visit.planned_by == actor.id)
    ]


async def rules_for(session: AsyncSession, division: str, *, on_day: date) -> Rules:
    """Cap and quiet days of an object's division."""
    settings = await rule_settings(session, division=division, on_day=on_day)
    return Rules(settings[CAP], settings[QUIET_DAYS], settings[LAPSE_DAYS])


async def take(
    session: AsyncSession,
    actor: Actor,
    visit: EnterpriseVisit,
    action: VisitAction,
    *,
    reason: str | None = None,
    now: datetime,
) -> None:
    """The only place an entry's state changes: the step, its line and its trace."""
    before = visit.state
    visit.state = step(before, action)
    await keep(session, actor, visit, action, reason=reason, before=before, now=now)


async def keep(
    session: AsyncSession,
    actor: Actor,
    visit: EnterpriseVisit,
    action: str,
    *,
    reason: str | None = None,
    before: VisitState | None = None,
    now: datetime,
) -> None:
    visit.changed_at = now
    session.add(visit)
    await session.flush()
    session.add(
        EnterpriseVisitStep(
            visit_id=visit.id,
            action=action,
            state=visit.state,
            actor_id=actor.id,
            actor_name=actor.name,
            reason=reason,
            at=now,
        )
    )
    await session.flush()
    await record(
        session,
        actor,
        f"visit.{action}",
        object_kind="enterprise_visit",
        object_id=visit.id,
        now=now,
        seen_by=[*divisions_of(visit), visit.place],
        reason=reason,
        before=None if before is None else {"state": before},
        after=visit.model_dump(mode="json"),
    )
