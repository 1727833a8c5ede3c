"""Who goes: each party names its own people, the lead says into which teams.

Who is named is held for the days of the operation under its id, so that nobody is sent to two
places; the inspection task of `tasks` takes over whom it sends.
"""

from collections.abc import Sequence
from datetime import datetime, time
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.agreements.domain import Form
from services.regions.divisions.use_cases import require_known
from services.regions.officers import queries as officers
from services.regions.officers.domain import Need, Period, TeamMember, require_team
from services.regions.officers.use_cases import sending
from services.regions.operations import domain, queries
from services.regions.operations.domain import Action, InTwoTeams, NoTeam, TeamOfOthers
from services.regions.operations.models import Operation, OperationOfficer, OperationTeam
from services.regions.operations.queries import OperationFile
from services.regions.operations.use_cases.record import (
    active_party,
    is_commanded,
    lock,
    note,
)
from shared import divisions
from shared.auth.actor import Actor
from shared.auth.policy import may, require
from shared.clocks.days import SHANGHAI, end_of_day, legal_day
from shared.contracts.origins import Matter
from shared.db.session import beyond_scope
from shared.errors import NotFound
from shared.ids import uuid7


async def form_team(
    session: AsyncSession,
    actor: Actor,
    operation_id: UUID,
    *,
    name: str,
    place: str,
    expected_version: int,
    now: datetime,
) -> Operation:
    """The lead forms a team for a place; the parties name who goes in it."""
    file = await lock(session, operation_id)
    operation = file.operation
    require(actor, "operation.lead", division=operation.lead)
    operation.require_version(expected_version)
    operation.state = domain.step(operation.state, Action.FORM_TEAM)
    domain.require_inside(place, [operation.lead, *file.active])
    await require_known(session, [place], on_day=legal_day(now), pointer="/place")
    team = OperationTeam(
        id=uuid7(), operation_id=operation.id, name=name, place=place, formed_at=now
    )
    session.add(team)
    await note(session, actor, operation, Action.FORM_TEAM, reason=f"{name}: {place}", now=now)
    return operation


async def send(
    session: AsyncSession,
    actor: Actor,
    operation_id: UUID,
    *,
    team_id: UUID,
    division: str,
    officer_ids: Sequence[UUID],
    expected_version: int,
    now: datetime,
) -> Operation:
    """A party names its own people for a team, in place of those it named before.

    `division` is a party, or the lead, which may send without being one. A superior that commands
    an unannounced check names its subordinates' people. NotEligible names who cannot go.
    """
    file = await lock(session, operation_id)
    operation = file.operation
    _require_sends(actor, file, division)
    operation.require_version(expected_version)
    operation.state = domain.step(operation.state, Action.SEND_OFFICERS)
    if not any(each.id == team_id for each in file.teams):
        raise NotFound(what="team")
    before = {
        each.officer_id
        for each in file.officers
        if (each.party, each.team_id) == (division, team_id)
    }
    kept = {each.officer_id for each in file.officers} - before
    wanted = set(officer_ids)
    if wanted & kept:
        raise InTwoTeams
    async with beyond_scope(session):
        named = await officers.lock_officers(session, wanted)
    own = divisions.scope(division)
    if len(named) < len(wanted) or not all(divisions.covers(own, each.division) for each in named):
        raise TeamOfOthers(reason=division, division=division, pointer="/officer_ids")
    await queries.forget_officers(session, operation.id, party=division, team_id=team_id)
    if wanted:
        await _hold(session, actor, operation, [*kept, *wanted], now=now)
    else:
        async with beyond_scope(session):
            await _release(session, operation, before, now=now)
    session.add_all(
        OperationOfficer(
            operation_id=operation.id,
            officer_id=each.id,
            team_id=team_id,
            party=division,
            division=each.division,
            name=each.name,
            named_at=now,
        )
        for each in named
    )
    told = f"{division}: " + "、".join(sorted(each.name for each in named))
    await note(session, actor, operation, Action.SEND_OFFICERS, reason=told, now=now)
    return operation


def require_ready(file: OperationFile) -> None:
    """Teams as the law and the plan want them; an exchange (交流联动) needs none.

    Each team is mixed, has two certificated officers, and one of the place of the act: who was
    held for the days is certificated on each of them.
    """
    operation = file.operation
    if operation.form is Form.EXCHANGE:
        return
    if not file.teams:
        raise NoTeam
    for team in file.teams:
        members = [
            TeamMember(each.officer_id, each.division, certificated=True)
            for each in file.officers
            if each.team_id == team.id
        ]
        place = domain.place_of_competence(operation.lead, team.place, commanded=is_commanded(file))
        require_team(members, place=place, mixed=True)


async def recall(session: AsyncSession, operation: Operation, *, party: str, now: datetime) -> None:
    """Whom a party sent goes no more, and can be sent elsewhere. For who may look beyond."""
    named = await queries.officers_named(session, operation.id, party=party)
    await queries.forget_officers(session, operation.id, party=party)
    await _release(session, operation, named, now=now)


async def _release(
    session: AsyncSession, operation: Operation, officer_ids: set[UUID], *, now: datetime
) -> None:
    for each in await officers.open_bookings(session, operation.id):
        if each.officer_id in officer_ids:
            each.released_at = now
    await session.flush()


def _require_sends(actor: Actor, file: OperationFile, division: str) -> None:
    lead = file.operation.lead
    if division != lead:
        active_party(file, division)
    if is_commanded(file) and may(actor, "operation.lead", division=lead):
        return
    require(actor, "operation.send", division=division)


async def _hold(
    session: AsyncSession,
    actor: Actor,
    operation: Operation,
    officer_ids: Sequence[UUID],
    *,
    now: datetime,
) -> None:
    matter = Matter.model_validate(operation.matter)
    need = Need(days_of(operation), matter.object_name, matter.object_code)
    await sending.book(
        session, actor, task_id=operation.id, officer_ids=officer_ids, need=need, now=now
    )


def days_of(operation: Operation) -> Period:
    """The days planned, as instants."""
    starts_at = datetime.combine(operation.planned_from, time.min, SHANGHAI)
    return Period(starts_at, end_of_day(operation.planned_to))
