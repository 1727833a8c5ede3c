"""What every step with a joint operation shares: reading it whole, and writing down the step."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.orm.attributes import flag_modified
from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.agreements.domain import Form
from services.regions.operations import domain, queries
from services.regions.operations.domain import (
    ACTIVE,
    Action,
    Kind,
    NotAParty,
    PartEnded,
    PartyStatus,
    State,
)
from services.regions.operations.models import Operation, OperationStep, Participation
from services.regions.operations.queries import OperationFile
from shared import divisions
from shared.audit.trace import record
from shared.auth import marks
from shared.auth.actor import Actor
from shared.auth.policy import may
from shared.contracts.origins import Origin
from shared.ids import uuid7

OF_A_PARTY: Final = {
    Action.ANSWER: "operation.answer",
    Action.LEAVE: "operation.leave",
    Action.FINISH: "operation.finish",
    Action.SEND_OFFICERS: "operation.send",
    Action.RECORD_FINDING: "finding.record",
    Action.PASS_ON: "finding.hand_over",
    Action.CHECK_AGAIN: "finding.look_back",
}
# Whose own row is its own alone.
OVER: Final = frozenset({PartyStatus.FINISHED, PartyStatus.LEFT})


async def lock(session: AsyncSession, operation_id: UUID) -> OperationFile:
    """The operation with all that hangs on it, locked until the transaction ends."""
    return await queries.file(session, await queries.lock_operation(session, operation_id))


def party_of(parties: Iterable[Participation], division: str) -> Participation:
    """The row of a division that is a party; NotAParty otherwise."""
    found = next((each for each in parties if each.division == division), None)
    if found is None:
        raise NotAParty(reason=division, division=division, pointer="/division")
    return found


def active_party(file: OperationFile, division: str) -> Participation:
    """A party whose part has not ended; PartEnded otherwise."""
    party = party_of(file.parties, division)
    if party.status not in ACTIVE:
        raise PartEnded(division=division)
    return party


def show(operation: Operation, parties: Sequence[Participation]) -> None:
    """Who sees the operation now, from its state and its parties. Called after each change.

    Secret until its start: the people named. A draft: the lead. Else the lead and the parties that
    take part, with those above them; of a finished part, its party's side sees the past. Who was
    not told of a draft or of a surprise before it ended does not learn of it by its end.
    """
    active = [each for each in parties if each.status in ACTIVE]
    finished = [each for each in parties if each.status is PartyStatus.FINISHED]
    operation.recall_to = divisions.visibility(each.division for each in finished)
    if is_secret(operation):
        named = {operation.drafted_by, *operation.named}
        seen = [marks.head_of(operation.lead), *map(marks.person, sorted(named))]
        operation.visible_to = sorted(seen)
    elif operation.state is State.DRAFT:
        operation.visible_to = divisions.visibility([operation.lead])
    else:
        seen = [operation.lead, *(each.division for each in active)]
        operation.visible_to = divisions.visibility(seen)
    for each in parties:
        own = each.status in OVER and not is_secret(operation)
        each.visible_to = (
            divisions.visibility([each.division]) if own else list(operation.visible_to)
        )


def is_secret(operation: Operation) -> bool:
    """Whether only the people named may know of it."""
    return operation.kind is Kind.SURPRISE and operation.started_at is None


def has_task(operation: Operation) -> bool:
    """Whether `tasks` was asked to inspect; an exchange (交流联动) inspects nothing."""
    return operation.started_at is not None and operation.form is not Form.EXCHANGE


def is_commanded(file: OperationFile) -> bool:
    operation = file.operation
    return domain.is_commanded(operation.kind, operation.lead, file.codes)


async def note(
    session: AsyncSession,
    actor: Actor,
    operation: Operation,
    action: str,
    *,
    reason: str | None,
    now: datetime,
) -> None:
    """Every act is a new version, and written down."""
    operation.changed_at = now
    flag_modified(operation, "changed_at")  # a version even if no time has passed
    await write_down(session, actor, operation, action, reason=reason, now=now)


async def write_down(
    session: AsyncSession,
    actor: Actor,
    operation: Operation,
    action: str,
    *,
    reason: str | None,
    now: datetime,
) -> None:
    """A line of history and a line in the trace."""
    step = OperationStep(
        id=uuid7(),
        operation_id=operation.id,
        action=action,
        state=operation.state,
        actor_id=actor.id,
        actor_name=actor.name,
        reason=reason,
        at=now,
        visible_to=operation.visible_to,
    )
    session.add(step)
    await session.flush()
    await record(
        session,
        actor,
        f"operation.{action}",
        object_kind="operation",
        object_id=operation.id,
        now=now,
        seen_by=operation.visible_to,
        reason=reason,
        after=operation.model_dump(mode="json"),
    )


def origin_of(operation: Operation) -> Origin | None:
    if operation.origin_kind is None or operation.origin_id is None:
        return None
    return Origin(kind=operation.origin_kind, id=operation.origin_id)


def actions(actor: Actor, file: OperationFile) -> list[str]:
    """The legal next steps this caller may take."""
    legal = domain.steps_of(file.operation.state, commanded=is_commanded(file))
    return [each.value for each in legal if _may_take(actor, file, each)]


def _may_take(actor: Actor, file: OperationFile, action: Action) -> bool:
    leads = may(actor, "operation.lead", division=file.operation.lead)
    match action:
        case Action.ISSUE:
            return _may_issue(actor, file)
        case Action.ADMIT:
            return leads and is_secret(file.operation)
        case Action.SEND_OFFICERS:
            return leads or _may_for_a_party(actor, file, action)
        case Action.CALL_OFF:
            return leads or may(actor, "operation.decide", division=file.superior)
        case Action.FINISH:
            decides = may(actor, "operation.decide", division=file.superior)
            return bool(file.active) and (decides or _may_for_a_party(actor, file, action))
        case _:
            return _may_for_a_party(actor, file, action) if action in OF_A_PARTY else leads


def _may_issue(actor: Actor, file: OperationFile) -> bool:
    if is_commanded(file) or not domain.without_consent(file.consents):
        return may(actor, "operation.issue", division=file.operation.lead)
    return may(actor, "operation.decide", division=file.superior)


def _may_for_a_party(actor: Actor, file: OperationFile, action: Action) -> bool:
    """Of the divisions whose part has not ended; the lead does not leave and may look back."""
    lead = file.operation.lead
    acting = set(file.active)
    if action is Action.LEAVE:
        acting.discard(lead)
    if action is Action.CHECK_AGAIN:
        acting.add(lead)
    return any(may(actor, OF_A_PARTY[action], division=each) for each in acting)
