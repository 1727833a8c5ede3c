"""An inspection in the ledger of visits: planned when it takes a place, made when it was.

Only a routine visit on site takes a place under the cap, so only that is planned, under the lock of
the object. Everything else is a fact to be recorded when it is over. Without an object on the
register there is no entry.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.dispatch.models import Task
from services.tasks.dispatch.queries import task as task_of
from services.tasks.dispatch.use_cases.crews import Crew, crew
from services.tasks.enterprises.domain.visits import (
    Agency,
    AgencyKind,
    Ground,
    LegalKind,
    Method,
    VisitState,
    Wanted,
    counts,
)
from services.tasks.enterprises.models.registry import Enterprise
from services.tasks.enterprises.models.visits import EnterpriseVisit
from services.tasks.enterprises.queries import registry, visits as ledger
from services.tasks.enterprises.use_cases import visits
from services.tasks.enterprises.use_cases.record import code_of
from services.tasks.enterprises.use_cases.visits import Named, Outcome
from services.tasks.inspections import queries
from services.tasks.inspections.domain.terms import (
    LEDGER_GROUND,
    crosses,
)
from services.tasks.inspections.models.inspections import Inspection
from services.tasks.inspections.use_cases.steps import AGENCY_NAME, present, rules
from services.tasks.orders.queries import approval_of
from shared import reference
from shared.auth.actor import Actor
from shared.clocks.days import legal_day
from shared.contracts.origins import OriginKind
from shared.db.session import beyond_scope
from shared.errors import RuleViolation

UNPLANNED: Final = "原计划已失效,检查已实际开展"
# What an individual check follows, by what asked for its task.
ORIGIN_GROUND: Final[Mapping[OriginKind, Ground]] = {
    OriginKind.ESCALATION: Ground.COMPLAINT,
    OriginKind.OPERATION: Ground.ASSIGNED,
    OriginKind.LEAD: Ground.CLUE,
    OriginKind.DRAW: Ground.ASSIGNED,
    OriginKind.ORDER: Ground.ASSIGNED,
}


class OtherVisit(RuleViolation):
    code = "other_visit"
    zh = "所指检查计划不是该对象待开展的同类检查。"
    en = "The planned visit is not one of this object, kind and mode that is still to be made."


@dataclass(frozen=True, slots=True)
class Place:
    """What whoever starts says of the ledger: an entry planned before, or why so soon again."""

    visit_id: UUID | None = None
    reason: str | None = None


async def begin(
    session: AsyncSession, actor: Actor, inspection: Inspection, place: Place, *, now: datetime
) -> None:
    """Take the place under the cap before anybody is visited."""
    if inspection.enterprise_id is None or not counts(inspection.legal_kind, inspection.mode):
        return
    if place.visit_id is not None:
        planned = await ledger.lock_visit(session, place.visit_id)
        _require_same(planned, inspection)
        inspection.visit_id = planned.id
        return
    named, wanted = await _entry(
        session,
        actor,
        inspection,
        inspection.enterprise_id,
        day=legal_day(now),
        reason=place.reason,
    )
    inspection.visit_id = (await visits.plan(session, actor, named, wanted, now=now)).id


async def made(
    session: AsyncSession, actor: Actor, inspection: Inspection, *, now: datetime
) -> None:
    """The visit, or the contact from afar, took place."""
    if inspection.enterprise_id is None:
        return
    day = legal_day(inspection.started_at)
    officers = len(await present(session, inspection))
    planned = await _planned(session, inspection)
    if planned is not None:
        # The place it holds is that of the year it was planned for.
        made_on = day if day.year == planned.day.year else planned.day
        outcome = Outcome(made_on, officers=officers, act_code=inspection.act_code)
        await visits.make(
            session, actor, planned.id, outcome, expected_version=planned.version, now=now
        )
        return
    reason = UNPLANNED if counts(inspection.legal_kind, inspection.mode) else None
    named, wanted = await _entry(
        session, actor, inspection, inspection.enterprise_id, day=day, reason=reason
    )
    outcome = Outcome(day, officers=officers, act_code=inspection.act_code)
    inspection.visit_id = (await visits.report(session, actor, named, wanted, outcome, now=now)).id


async def release(
    session: AsyncSession, actor: Actor, inspection: Inspection, *, reason: str, now: datetime
) -> None:
    """Nobody was visited after all; the place is free again."""
    planned = await _planned(session, inspection)
    if planned is not None:
        await visits.call_off(
            session, actor, planned.id, reason=reason, expected_version=planned.version, now=now
        )


async def _planned(session: AsyncSession, inspection: Inspection) -> EnterpriseVisit | None:
    """Its entry, if it still waits; a plan may have lapsed, or somebody called it off."""
    if inspection.visit_id is None:
        return None
    planned = await ledger.visit(session, inspection.visit_id)
    return planned if planned.state is VisitState.PLANNED else None


def _require_same(planned: EnterpriseVisit, inspection: Inspection) -> None:
    same = (
        planned.enterprise_id == inspection.enterprise_id
        and planned.state is VisitState.PLANNED
        and (planned.legal_kind, planned.mode) == (inspection.legal_kind, inspection.mode)
    )
    if not same:
        raise OtherVisit


async def _entry(
    session: AsyncSession,
    actor: Actor,
    inspection: Inspection,
    enterprise_id: UUID,
    *,
    day: date,
    reason: str | None,
) -> tuple[Named, Wanted]:
    async with beyond_scope(session):  # an object of elsewhere, for the team that is sent to it
        enterprise: Enterprise = await registry.enterprise(session, enterprise_id)
    task = await task_of(session, inspection.task_id)
    sent = await crew(session, task.id)
    assert sent is not None  # noqa: S101 -- a member of the team has just been let in
    agency, joint = await _agencies(session, actor, inspection, sent)
    methods = [Method(each) for each in inspection.methods]
    crossing = crosses([agency.division], enterprise.division)
    if crossing and Method.CROSS not in methods:
        methods.append(Method.CROSS)
    return Named(code=code_of(enterprise), site_number=enterprise.site_number), Wanted(
        agency=agency,
        kind=inspection.legal_kind,
        mode=inspection.mode,
        day=day,
        methods=tuple(methods),
        ground=await _ground(session, task)
        if inspection.legal_kind is LegalKind.INDIVIDUAL
        else None,
        document=await _document(session, inspection, task, crossing=crossing),
        reason=reason,
        joint_with=joint,
    )


async def _agencies(
    session: AsyncSession, actor: Actor, inspection: Inspection, sent: Crew
) -> tuple[Agency, tuple[Agency, ...]]:
    """Whose visit it is: first the office of who acts, then all others the team is of."""
    own = next(each.division for each in sent.members if each.account_id == actor.id)
    codes = list(dict.fromkeys([own, *(each.division for each in sent.members)]))
    in_force = await rules(session, inspection)
    names = await reference.division_names(session, codes, on_day=legal_day(inspection.started_at))
    agencies = [
        Agency(
            AgencyKind.ECOLOGY_ENVIRONMENT,
            in_force[AGENCY_NAME].format(name=names.get(code, code)),
            code,
        )
        for code in codes
    ]
    return agencies[0], tuple(agencies[1:])


async def _ground(session: AsyncSession, task: Task) -> Ground:
    turn = await queries.standing_turn(session, task.id)
    if turn is not None and turn.approved:
        return LEDGER_GROUND[turn.ground]
    return ORIGIN_GROUND[task.origin_kind]


async def _document(
    session: AsyncSession, inspection: Inspection, task: Task, *, crossing: bool
) -> str | None:
    if inspection.special_check_id is not None:
        return (await queries.special_check(session, inspection.special_check_id)).document
    async with beyond_scope(session):  # the order's own, for the team it sends
        is_special = inspection.legal_kind is LegalKind.SPECIAL
        ordered = await approval_of(session, task) if is_special else None
    if ordered is not None:
        return ordered.document
    # Officers of elsewhere go because a task sends them.
    return task.title if crossing else None
