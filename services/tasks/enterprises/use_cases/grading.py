"""Grades: scored by the settings in force, set by hand until a day; the contact they ask for."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.enterprises.domain.grades import (
    CONTACT_EVERY,
    Element,
    Grade,
    Interval,
    Scheme,
    contact_due,
    judge,
    require_open_override,
)
from services.tasks.enterprises.domain.registry import Act, step
from services.tasks.enterprises.models.registry import Enterprise, EnterpriseGrade
from services.tasks.enterprises.queries import registry as queries
from services.tasks.enterprises.use_cases.record import trace
from shared.audit.trace import SYSTEM_ACTOR
from shared.auth.actor import Actor
from shared.auth.policy import require
from shared.clocks.days import legal_day
from shared.rule_settings import rule_settings

BATCH: Final = 100


async def grade(
    session: AsyncSession,
    actor: Actor,
    enterprise_id: UUID,
    elements: Sequence[Element],
    *,
    expected_version: int,
    now: datetime,
) -> Enterprise:
    """Score the object; a grade by hand that still holds stays over what is computed."""
    enterprise = await _lock(
        session, actor, enterprise_id, "enterprise.grade", expected_version=expected_version
    )
    today = legal_day(now)
    rules = await rule_settings(session, division=enterprise.division, on_day=today)
    judged = judge(elements, enterprise.flags, Scheme.of(rules))
    session.add(
        EnterpriseGrade(
            enterprise_id=enterprise.id,
            grade=judged.grade,
            graded_on=today,
            score=judged.score,
            reasons=[*judged.reasons],
            actor_id=actor.id,
            actor_name=actor.name,
            at=now,
        )
    )
    if enterprise.override_until is None or enterprise.override_until < today:
        enterprise.override_until = None
        _hold(enterprise, judged.grade, today, rules)
    await _keep(session, actor, "grade", enterprise, now=now)
    return enterprise


async def override(
    session: AsyncSession,
    actor: Actor,
    enterprise_id: UUID,
    *,
    to: Grade,
    until: date,
    reason: str,
    expected_version: int,
    now: datetime,
) -> Enterprise:
    """Set the grade by hand, the last day included; who does so is its approver."""
    enterprise = await _lock(
        session,
        actor,
        enterprise_id,
        "enterprise.override_grade",
        expected_version=expected_version,
    )
    today = legal_day(now)
    require_open_override(until, today=today)
    rules = await rule_settings(session, division=enterprise.division, on_day=today)
    session.add(
        EnterpriseGrade(
            enterprise_id=enterprise.id,
            grade=to,
            graded_on=today,
            reasons=[],
            until=until,
            reason=reason,
            actor_id=actor.id,
            actor_name=actor.name,
            at=now,
        )
    )
    enterprise.override_until = until
    _hold(enterprise, to, today, rules)
    await _keep(session, actor, "override_grade", enterprise, reason=reason, now=now)
    return enterprise


async def end_overrides(session: AsyncSession, now: datetime) -> int:
    """What was computed holds again the day after a grade by hand ended. For the system."""
    today = legal_day(now)
    ended = await queries.overrides_ended(session, today, limit=BATCH)
    for enterprise in ended:
        await _fall_back(session, enterprise, today, now=now)
    return len(ended)


async def contacted(
    session: AsyncSession, enterprise: Enterprise, day: date, *, now: datetime
) -> None:
    """A visit or an off-site check was made on the day: the next interval begins."""
    if enterprise.last_contact_on is None or day > enterprise.last_contact_on:
        enterprise.last_contact_on = day
        if enterprise.grade is not None and enterprise.graded_on is not None:
            rules = await rule_settings(
                session, division=enterprise.division, on_day=legal_day(now)
            )
            enterprise.contact_due_on = _due(enterprise, enterprise.grade, rules)
    enterprise.changed_at = now
    await session.flush()


async def _fall_back(
    session: AsyncSession, enterprise: Enterprise, today: date, *, now: datetime
) -> None:
    enterprise.override_until = None
    computed = await queries.last_computed(session, enterprise.id)
    if computed is None:
        enterprise.grade = enterprise.graded_on = enterprise.contact_due_on = None
    else:
        rules = await rule_settings(session, division=enterprise.division, on_day=today)
        _hold(enterprise, computed.grade, today, rules)
        session.add(
            EnterpriseGrade(
                enterprise_id=enterprise.id,
                grade=computed.grade,
                graded_on=today,
                score=computed.score,
                reasons=computed.reasons,
                actor_id=SYSTEM_ACTOR.id,
                actor_name=SYSTEM_ACTOR.name,
                at=now,
            )
        )
    await _keep(session, SYSTEM_ACTOR, "end_override", enterprise, now=now)


def _hold(enterprise: Enterprise, to: Grade, today: date, rules: Mapping[str, Any]) -> None:
    """The grade from today; the new interval starts on the day it changes (DOMAIN 3.5)."""
    if enterprise.grade is not to or enterprise.graded_on is None:
        enterprise.grade, enterprise.graded_on = to, today
    enterprise.contact_due_on = _due(enterprise, to, rules)


def _due(enterprise: Enterprise, held: Grade, rules: Mapping[str, Any]) -> date:
    since = [each for each in (enterprise.graded_on, enterprise.last_contact_on) if each]
    return contact_due(max(since), Interval(rules[CONTACT_EVERY][held]))


async def _lock(
    session: AsyncSession, actor: Actor, enterprise_id: UUID, right: str, *, expected_version: int
) -> Enterprise:
    enterprise = await queries.lock_enterprise(session, enterprise_id)
    require(actor, right, division=enterprise.division)
    enterprise.require_version(expected_version)
    step(enterprise.status, Act.AMEND)  # nobody grades what has ended
    return enterprise


async def _keep(
    session: AsyncSession,
    actor: Actor,
    act: str,
    enterprise: Enterprise,
    *,
    reason: str | None = None,
    now: datetime,
) -> None:
    enterprise.changed_at = now
    await session.flush()
    await trace(session, actor, act, enterprise, reason=reason, now=now)
