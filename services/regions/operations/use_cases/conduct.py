"""From the start of a joint operation to the archive: what the lead does, what `tasks` reports."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.agreements.domain import Form
from services.regions.assistance.queries import handovers_of
from services.regions.officers.use_cases import sending
from services.regions.operations import domain, queries
from services.regions.operations.domain import (
    ACTIVE,
    Action,
    HandoversOpen,
    NotCheckedAgain,
    NotHandedOver,
    PartsOpen,
    PartyStatus,
    ResultsMissing,
    TooFewParties,
)
from services.regions.operations.models import Finding, Operation, OperationResult, Participation
from services.regions.operations.queries import OperationFile
from services.regions.operations.use_cases import owed, reporting, teams
from services.regions.operations.use_cases.record import (
    active_party,
    lock,
    note,
    origin_of,
    show,
)
from shared.audit.trace import SYSTEM_ACTOR
from shared.auth.actor import Actor
from shared.auth.policy import may, require
from shared.contracts.origins import Matter
from shared.contracts.regions import OperationStarted, OperationSummarised, OperationTeam
from shared.contracts.tasks import TaskCompleted
from shared.db.session import beyond_scope
from shared.messaging.outbox import announce

RESULT: Final = "result"
LEAST_DIVISIONS: Final = 2
# Steps that change nothing but the state.
PlainStep = Literal[Action.PREPARE, Action.HAND_OVER, Action.LOOK_BACK, Action.CLOSE]


async def advance(
    session: AsyncSession,
    actor: Actor,
    operation_id: UUID,
    action: PlainStep,
    *,
    reason: str,
    expected_version: int,
    now: datetime,
) -> Operation:
    """A step of the lead's, with what was done or found as its reason.

    Looking back ends when every finding was checked again; the archive waits for every party's own
    closing and for every hand-over to be answered or escalated.
    """
    file = await lock(session, operation_id)
    operation = file.operation
    require(actor, "operation.lead", division=operation.lead)
    operation.require_version(expected_version)
    operation.state = domain.step(operation.state, action)
    if action is Action.LOOK_BACK:
        await _require_checked(session, operation)
    if action is Action.CLOSE:
        await _require_all_done(session, file)
    await note(session, actor, operation, action, reason=reason, now=now)
    if action is Action.CLOSE:
        async with beyond_scope(session):
            await sending.release(session, operation.id, now=now)
    return operation


async def start(
    session: AsyncSession,
    actor: Actor,
    operation_id: UUID,
    *,
    reason: str | None,
    expected_version: int,
    now: datetime,
) -> Operation:
    """Let it run, with teams as the law wants them; `tasks` hears of it and makes the task.

    From now on a surprise plan is as visible as others. An exchange inspects nothing, so that
    nobody is told.
    """
    file = await lock(session, operation_id)
    operation = file.operation
    require(actor, "operation.lead", division=operation.lead)
    operation.require_version(expected_version)
    operation.state = domain.step(operation.state, Action.START)
    if len({operation.lead, *file.active}) < LEAST_DIVISIONS:
        raise TooFewParties
    teams.require_ready(file)
    operation.started_at = now
    show(operation, file.parties)
    await note(session, actor, operation, Action.START, reason=reason, now=now)
    if operation.form is Form.EXCHANGE:
        return operation
    event = OperationStarted(
        operation_id=operation.id,
        division=operation.lead,
        divisions=list(file.active),
        matter=Matter.model_validate(operation.matter),
        due_on=operation.due_on,
        teams=_teams(file),
    )
    await announce(session, event, now=now)
    return operation


def _teams(file: OperationFile) -> tuple[OperationTeam, ...]:
    named = {
        team.id: [each.officer_id for each in file.officers if each.team_id == team.id]
        for team in file.teams
    }
    period = teams.days_of(file.operation)
    return tuple(
        OperationTeam(
            name=each.name,
            place=each.place,
            officer_ids=named[each.id],
            starts_at=period.starts_at,
            ends_at=period.ends_at,
        )
        for each in file.teams
    )


async def summarise(
    session: AsyncSession,
    actor: Actor,
    operation_id: UUID,
    *,
    summary: str,
    expected_version: int,
    now: datetime,
) -> Operation:
    """Issue the joint report and freeze it; who asked for the operation hears of it.

    Every finding of another place was handed to that place's organ before (行政处罚法 art. 22).
    """
    file = await lock(session, operation_id)
    operation, found = file.operation, file.totals
    require(actor, "operation.lead", division=operation.lead)
    operation.require_version(expected_version)
    operation.state = domain.step(operation.state, Action.SUMMARISE)
    findings = await queries.findings(session, operation.id)
    if not file.results and not findings and operation.form is not Form.EXCHANGE:
        raise ResultsMissing
    _require_handed_over(findings)
    operation.summary, operation.summarised_at = summary, now
    operation.inspections = found.inspections
    operation.problems_found = found.problems_found
    operation.problems_closed = found.problems_closed
    async with beyond_scope(session):
        handed = await handovers_of(session, operation.id)
    operation.report = reporting.compiled(file, findings, handed)
    await note(session, actor, operation, Action.SUMMARISE, reason=None, now=now)
    await owed.settle_slot(session, operation, now=now)
    event = OperationSummarised(
        operation_id=operation.id,
        division=operation.lead,
        divisions=list(file.codes),
        origin=origin_of(operation),
        inspections=found.inspections,
        problems_found=found.problems_found,
        problems_closed=found.problems_closed,
        summarised_at=now,
        summary=summary,
    )
    await announce(session, event, now=now)
    return operation


async def finish(
    session: AsyncSession,
    actor: Actor,
    operation_id: UUID,
    *,
    division: str,
    summary: str,
    own_figures: Mapping[str, int],
    expected_version: int,
    now: datetime,
) -> Participation:
    """A party reports its own results and closes its own part.

    From then on it sees what there was until then, and the report. For a party that keeps silent,
    the head of the common superior may close it, with the reason as summary.
    """
    file = await lock(session, operation_id)
    operation = file.operation
    if not may(actor, "operation.decide", division=file.superior):
        require(actor, "operation.finish", division=division)
    operation.require_version(expected_version)
    party = active_party(file, division)
    operation.state = domain.step(operation.state, Action.FINISH)
    findings = await queries.findings(session, operation.id)
    _require_handed_over([each for each in findings if each.division == division])
    await note(session, actor, operation, Action.FINISH, reason=f"{division}: {summary}", now=now)
    async with beyond_scope(session):
        party.status, party.ended_at, party.closing = PartyStatus.FINISHED, now, summary
        party.ended_act = await queries.next_act(session)
        party.own_figures = dict(own_figures)
        show(operation, file.parties)
    return party


async def record_result(session: AsyncSession, event: TaskCompleted, now: datetime) -> None:
    """Keep what a task of the operation came to, once. For a session of the system.

    It is, to equal shares, the result of the task's divisions that take part.
    """
    operation = await queries.lock_operation(session, event.origin.id)
    if await queries.has_result(session, event.task_id):
        return
    file = await queries.file(session, operation)
    among = [each for each in event.divisions if each in file.codes] or [*file.codes]
    shares = domain.equal_shares(among or [operation.lead])
    result = OperationResult(
        task_id=event.task_id,
        operation_id=operation.id,
        inspections=event.inspections,
        problems_found=event.problems_found,
        problems_closed=event.problems_closed,
        summary=event.summary,
        completed_at=event.completed_at,
        shares={party: str(share) for party, share in shares.items()},
        visible_to=operation.visible_to,
    )
    session.add(result)
    await note(session, SYSTEM_ACTOR, operation, RESULT, reason=event.summary, now=now)


def _require_handed_over(findings: list[Finding]) -> None:
    waiting = [
        each
        for each in findings
        if each.handover_id is None and domain.goes_elsewhere(each.division, each.place)
    ]
    if waiting:
        raise NotHandedOver(count=len(waiting))


async def _require_checked(session: AsyncSession, operation: Operation) -> None:
    findings = await queries.findings(session, operation.id)
    unchecked = [each for each in findings if each.rectified is None]
    if unchecked:
        raise NotCheckedAgain(count=len(unchecked))


async def _require_all_done(session: AsyncSession, file: OperationFile) -> None:
    still_open = [each.division for each in file.parties if each.status in ACTIVE]
    if still_open:
        raise PartsOpen(parties=", ".join(sorted(still_open)))
    # A hand-over between two others is out of the lead's sight, not out of its duty.
    async with beyond_scope(session):
        handed = await handovers_of(session, file.operation.id)
    waiting = [each for each in handed if not each.answered]
    if waiting:
        raise HandoversOpen(count=len(waiting))
