"""Starting an inspection: what the task says is taken over, what it rests on is looked at."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.campaigns.domain.approvals import require_within
from services.tasks.campaigns.use_cases.campaigns import terms_of
from services.tasks.dispatch.models import Task, TeamMember
from services.tasks.dispatch.use_cases.carrying_out import begin_inspection
from services.tasks.dispatch.use_cases.crews import Crew
from services.tasks.enterprises.domain.visits import LegalKind, Method, Mode
from services.tasks.enterprises.queries import registry
from services.tasks.inspections import queries
from services.tasks.inspections.domain import codes, special, terms
from services.tasks.inspections.domain.guards import OfficerNotOfTheTeam, StartOutOfPeriod
from services.tasks.inspections.domain.recorders import SaidItem
from services.tasks.inspections.domain.special import Limits, SpecialCheckMissing
from services.tasks.inspections.domain.terms import Said, Terms
from services.tasks.inspections.models.inspections import Inspection, InspectionOfficer
from services.tasks.inspections.models.special import SpecialCheck
from services.tasks.inspections.use_cases import ledger
from services.tasks.inspections.use_cases.ledger import Place
from services.tasks.inspections.use_cases.recording import begin_recording
from services.tasks.inspections.use_cases.steps import trace
from services.tasks.orders.queries import approval_of
from shared import reference
from shared.auth.actor import Actor
from shared.clocks.days import legal_day
from shared.db.session import beyond_scope
from shared.rule_settings import rule_settings


@dataclass(frozen=True, slots=True)
class Present:
    officer_id: UUID
    certificate_shown: bool


@dataclass(frozen=True, slots=True)
class Visit:
    """How an inspection begins; what is left out is as the task says."""

    officers: Sequence[Present]
    started_at: datetime
    recorder_on: bool
    recorder_reason: str | None
    legal_kind: LegalKind | None = None
    mode: Mode | None = None
    methods: Sequence[Method] = ()
    enterprise_id: UUID | None = None
    special_check_id: UUID | None = None
    contents: Sequence[str] = ()
    device: str | None = None
    said: Sequence[SaidItem] = ()
    place: Place = field(default_factory=Place)


async def start(
    session: AsyncSession, actor: Actor, task_id: UUID, visit: Visit, *, now: datetime
) -> Inspection:
    """Begin an inspection with officers of the task's team; the task is under way from then on."""
    task, crew = await begin_inspection(session, actor, task_id, now=now)
    if visit.started_at > now or not crew.covers(visit.started_at):
        raise StartOutOfPeriod
    settled = await _settle(session, task, visit)
    members = [_member(crew, each.officer_id) for each in visit.officers]
    from_where = [each.division for each in members]
    day = legal_day(visit.started_at)
    rules = await rule_settings(session, division=task.place, on_day=day)
    terms.require_flying(settled.methods, from_where, task.place, needed=rules[terms.MIN_OUTSIDERS])
    resting_on = await _special(session, task, visit, settled)
    started = visit.started_at
    inspection = Inspection(
        task_id=task.id,
        division=task.place,
        parties=task.parties,
        enterprise_id=task.enterprise_id or await _named(session, visit),
        special_check_id=resting_on.id if resting_on else None,
        legal_kind=settled.legal_kind,
        mode=settled.mode,
        methods=[*settled.methods],
        contents=[*dict.fromkeys(visit.contents)],
        at_night=terms.touches_night(started, started, night_starts=rules[terms.NIGHT_STARTS]),
        on_rest_day=not (await reference.calendar(session)).is_workday(day),
        crossing=terms.crosses(from_where, task.place),
        started_at=started,
        act_code=await _code(session, task, rules, year=day.year),
        recorder_on=visit.recorder_on,
        recorder_reason=visit.recorder_reason,
        late_reason=visit.recorder_reason,
        said=[*dict.fromkeys(visit.said)],
        visible_to=task.visible_to,
        changed_at=now,
    )
    session.add(inspection)
    await session.flush()
    session.add_all(
        _present(inspection, member, shown=each.certificate_shown)
        for member, each in zip(members, visit.officers, strict=True)
    )
    await session.flush()
    if visit.recorder_on:
        await begin_recording(session, inspection, visit.device, at=started)
    await ledger.begin(session, actor, inspection, visit.place, now=now)
    await session.flush()
    await trace(session, actor, "inspection.start", inspection, now=now)
    return inspection


async def _settle(session: AsyncSession, task: Task, visit: Visit) -> Terms:
    turn = await queries.standing_turn(session, task.id)
    return terms.settle(
        Said(task.legal_kind, task.mode, tuple(map(Method, task.methods)), task.enterprise_id),
        Said(visit.legal_kind, visit.mode, tuple(visit.methods), visit.enterprise_id),
        turned=turn is not None and turn.approved is True,
    )


async def _named(session: AsyncSession, visit: Visit) -> UUID | None:
    """The object that whoever starts names, where the task names none; NotFound if unseen."""
    if visit.enterprise_id is None:
        return None
    return (await registry.enterprise(session, visit.enterprise_id)).id


async def _special(
    session: AsyncSession, task: Task, visit: Visit, settled: Terms
) -> SpecialCheck | None:
    """The document of a special check, locked and not yet used up.

    One that was ordered rests on the approval of its order, which counted its objects then.
    """
    is_special = settled.legal_kind is LegalKind.SPECIAL
    async with beyond_scope(session):  # the order's own, for the team it sends
        ordered = await approval_of(session, task) if is_special else None
    if ordered is not None:
        require_within(terms_of(ordered), objects=1, due_on=legal_day(visit.started_at))
    if (is_special and ordered is None) != (visit.special_check_id is not None):
        raise SpecialCheckMissing(reason="missing", pointer="/special_check_id")
    if visit.special_check_id is None:
        return None
    check = await queries.lock_special_check(session, visit.special_check_id)
    async with beyond_scope(session):  # its number is over all who go under it
        begun = await queries.begun_under(session, check.id)
    special.require_within(
        Limits(
            check.state,
            tuple(check.divisions),
            tuple(check.contents),
            check.most,
            check.starts_on,
            check.ends_on,
        ),
        place=task.place,
        contents=visit.contents,
        on_day=legal_day(visit.started_at),
        begun=begun,
    )
    return check


async def _code(session: AsyncSession, task: Task, rules: Mapping[str, Any], *, year: int) -> str:
    """The next code of the office in charge; an inspection that fails gives it back."""
    serial = await registry.next_number(session, codes.SERIES, task.division, year)
    return codes.act_code(rules[codes.RULE], division=task.division, year=year, serial=serial)


def _member(crew: Crew, officer_id: UUID) -> TeamMember:
    for member in crew.members:
        if member.officer_id == officer_id:
            return member
    raise OfficerNotOfTheTeam(officer_id=officer_id)


def _present(inspection: Inspection, member: TeamMember, *, shown: bool) -> InspectionOfficer:
    return InspectionOfficer(
        inspection_id=inspection.id,
        officer_id=member.officer_id,
        account_id=member.account_id,
        name=member.name,
        division=member.division,
        certificate_number=member.certificate_number,
        certificate_valid_to=member.certificate_valid_to,
        certificate_shown=shown,
        visible_to=inspection.visible_to,
    )
