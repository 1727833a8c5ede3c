"""五步三清单 as acts: told, served, supervised, punished, published, in that order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.dispatch.use_cases.crews import require_member
from services.tasks.inspections.models.inspections import Inspection
from services.tasks.inspections.queries import inspection as an_inspection
from services.tasks.problems.domain import five_steps as domain
from services.tasks.problems.domain.five_steps import (
    DemandAction,
    DemandKind,
    DemandState,
    Ground,
    Manner,
    NothingFound,
    NotOffered,
    PublicationKind,
    PunishedAlready,
    PunishmentState,
    Step,
    StepsMissing,
)
from services.tasks.problems.domain.life import Category, ProblemAction, check_finding
from services.tasks.problems.models.five_steps import (
    NamedOffice,
    ProblemPublication,
    ProblemPunishment,
    ServiceDemand,
    ToldList,
)
from services.tasks.problems.models.problems import Problem
from services.tasks.problems.queries import five_steps as queries, problems
from services.tasks.problems.use_cases.steps import lock_for, take
from shared.audit.trace import record
from shared.auth.actor import Actor
from shared.auth.policy import may, require


@dataclass(frozen=True, slots=True)
class Telling:
    """Whom of the enterprise the problem list was told, how and when."""

    told_to: str
    is_legal_representative: bool
    manner: Manner
    told_at: datetime


@dataclass(frozen=True, slots=True)
class Office:
    """Who answers for problems of a kind."""

    kind: Category
    office: str
    person: str


@dataclass(frozen=True, slots=True)
class Announcement:
    kind: PublicationKind
    title: str
    reference: str
    place: str
    published_on: date


async def tell(
    session: AsyncSession, actor: Actor, inspection_id: UUID, telling: Telling, *, now: datetime
) -> ToldList:
    """一查: the problems found until then, as a list, told to the legal representative."""
    inspection = await _of_the_team(session, actor, inspection_id, "problem.tell")
    check_finding(telling.told_at, inspection_started_at=inspection.started_at, now=now)
    found = (await queries.lists(session, inspection.id)).problems
    ids = [each.id for each in found if each.found_at <= telling.told_at]
    if not ids:
        raise NothingFound
    told = ToldList(
        inspection_id=inspection.id,
        problem_ids=ids,
        told_to=telling.told_to,
        is_legal_representative=telling.is_legal_representative,
        manner=telling.manner,
        told_at=telling.told_at,
        told_by=actor.id,
        told_by_name=actor.name,
    )
    await _keep(session, actor, "problem.tell", told, inspection, now=now)
    return told


async def state_demand(
    session: AsyncSession,
    actor: Actor,
    inspection_id: UUID,
    *,
    kind: DemandKind,
    demand: str,
    stated_by: str,
    now: datetime,
) -> ServiceDemand:
    """二服: what help the enterprise asks for, or that it asked for none."""
    inspection = await _of_the_team(session, actor, inspection_id, "service_demand.state")
    domain.check_step(Step.SERVE, (await queries.lists(session, inspection.id)).recorded())
    nothing = kind is DemandKind.NONE
    row = ServiceDemand(
        inspection_id=inspection.id,
        division=inspection.division,
        parties=inspection.parties,
        kind=kind,
        demand=demand,
        stated_by=stated_by,
        stated_at=now,
        recorded_by=actor.id,
        state=DemandState.DONE if nothing else DemandState.STATED,
        ended_at=now if nothing else None,
        changed_at=now,
        visible_to=inspection.visible_to,
    )
    await _keep(session, actor, "service_demand.state", row, inspection, now=now)
    return row


def demand_steps(actor: Actor, row: ServiceDemand) -> list[DemandAction]:
    """What this caller may do about the demand now."""
    allowed = may(actor, "service_demand.serve", division=row.division, participants=row.parties)
    return [*domain.DEMANDS[row.state]] if allowed else []


async def move_demand(
    session: AsyncSession,
    actor: Actor,
    demand_id: UUID,
    action: DemandAction,
    *,
    outcome: str,
    provider: str | None = None,
    expected_version: int,
    now: datetime,
) -> ServiceDemand:
    """Give the service, end it, or decline; a service names who gives it."""
    row = await queries.demand(session, demand_id, lock=True)
    require(actor, "service_demand.serve", division=row.division, participants=row.parties)
    row.require_version(expected_version)
    before = {"state": row.state}
    row.state = domain.demand_step(row.state, action)
    if action is DemandAction.SERVE:
        row.service, row.provider = outcome, provider
    else:
        row.outcome, row.ended_at = outcome, now
    row.changed_at = now
    await session.flush()
    await _trace(
        session,
        actor,
        f"service_demand.{action}",
        row,
        seen_by=[*row.parties, row.division],
        before=before,
        now=now,
    )
    return row


async def name_offices(
    session: AsyncSession,
    actor: Actor,
    inspection_id: UUID,
    offices: Sequence[Office],
    *,
    now: datetime,
) -> Sequence[NamedOffice]:
    """三督: the office and person that answer for each kind of problem found."""
    inspection = await an_inspection(session, inspection_id)
    require(
        actor,
        "problem.name_offices",
        division=inspection.division,
        participants=inspection.parties,
    )
    before = await queries.lists(session, inspection.id)
    domain.check_step(Step.SUPERVISE, before.recorded())
    domain.check_kinds(
        [each.category for each in before.problems],
        [*(each.kind for each in before.offices), *(each.kind for each in offices)],
    )
    rows = [
        NamedOffice(
            inspection_id=inspection.id,
            kind=each.kind,
            office=each.office,
            person=each.person,
            named_at=now,
            named_by=actor.id,
            named_by_name=actor.name,
        )
        for each in offices
    ]
    for row in rows:
        await _keep(session, actor, "problem.name_offices", row, inspection, now=now)
    return rows


async def punish(
    session: AsyncSession,
    actor: Actor,
    problem_id: UUID,
    *,
    ground: Ground,
    facts: str,
    expected_version: int,
    now: datetime,
) -> Problem:
    """四罚: offer the problem for a case. Not before steps one to three and the time given."""
    action = ProblemAction.PUNISH
    problem = await lock_for(session, actor, problem_id, action, expected_version=expected_version)
    if problem.punishment is not None:
        raise PunishedAlready
    recorded = (await queries.lists(session, problem.inspection_id)).recorded(problem)
    domain.check_punish(ground, recorded, state=problem.state, due_at=problem.due_at, now=now)
    session.add(
        ProblemPunishment(
            problem_id=problem.id,
            round=problem.reopen_count,
            ground=ground,
            basis=domain.AT_ONCE.get(ground),
            facts=facts,
            state=PunishmentState.OFFERED,
            offered_at=now,
            offered_by=actor.id,
            offered_by_name=actor.name,
            visible_to=problem.visible_to,
        )
    )
    problem.punishment = PunishmentState.OFFERED
    await take(session, actor, problem, action, note=f"{ground}: {facts}", now=now)
    return problem


async def take_case(
    session: AsyncSession,
    actor: Actor,
    problem_id: UUID,
    *,
    case_ref: str,
    expected_version: int,
    now: datetime,
) -> Problem:
    """A case was filed for what was offered; its number is kept here."""
    action = ProblemAction.TAKE_CASE
    problem = await lock_for(session, actor, problem_id, action, expected_version=expected_version)
    offered = await queries.punishment(session, problem)
    if offered is None or offered.state is not PunishmentState.OFFERED:
        raise NotOffered
    offered.case_ref, offered.taken_at = case_ref, now
    offered.state = problem.punishment = PunishmentState.TAKEN
    await take(session, actor, problem, action, note=case_ref, now=now)
    return problem


async def publicise(
    session: AsyncSession,
    actor: Actor,
    problem_id: UUID,
    announcement: Announcement,
    *,
    now: datetime,
) -> ProblemPublication:
    """五公开: what was published of the punishment, and what the credit platform is to hear."""
    problem = await problems.problem(session, problem_id)
    require(actor, "problem.publicise", division=problem.division, participants=problem.parties)
    if problem.punishment is None:
        raise StepsMissing(missing=Step.PUNISH)
    domain.check_publication_kind(announcement.kind, problem.punishment)
    name, code = await queries.object_of(session, problem)
    row = ProblemPublication(
        problem_id=problem.id,
        kind=announcement.kind,
        title=announcement.title,
        reference=announcement.reference,
        place=announcement.place,
        published_on=announcement.published_on,
        object_name=name,
        object_code=code,
        recorded_at=now,
        recorded_by=actor.id,
    )
    session.add(row)
    await session.flush()
    await _trace(
        session,
        actor,
        "problem.publicise",
        row,
        seen_by=[*problem.parties, problem.division],
        now=now,
    )
    return row


async def _of_the_team(
    session: AsyncSession, actor: Actor, inspection_id: UUID, right: str
) -> Inspection:
    inspection = await an_inspection(session, inspection_id)
    require(actor, right, division=inspection.division, participants=inspection.parties)
    await require_member(session, actor, inspection.task_id, action=right)
    return inspection


async def _keep(
    session: AsyncSession,
    actor: Actor,
    action: str,
    row: ToldList | ServiceDemand | NamedOffice,
    inspection: Inspection,
    *,
    now: datetime,
) -> None:
    session.add(row)
    await session.flush()
    seen_by = [*inspection.parties, inspection.division]
    await _trace(session, actor, action, row, seen_by=seen_by, now=now)


async def _trace(
    session: AsyncSession,
    actor: Actor,
    action: str,
    row: ToldList | ServiceDemand | NamedOffice | ProblemPublication,
    *,
    seen_by: Sequence[str],
    before: Mapping[str, Any] | None = None,
    now: datetime,
) -> None:
    await record(
        session,
        actor,
        action,
        object_kind=str(row.__tablename__),
        object_id=row.id,
        now=now,
        seen_by=seen_by,
        before=before,
        after=row.model_dump(mode="json"),
    )
