"""From the draft of a joint operation to its issue: who plans, who answers, who decides."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.agreements.domain import Focus, Form, Link
from services.regions.divisions.use_cases import require_known
from services.regions.operations import domain, queries
from services.regions.operations.domain import (
    Action,
    BadPlan,
    Consent,
    ConsentMissing,
    IssuedBy,
    Kind,
    NotSecret,
    PartyRole,
    PartyStatus,
    Plan,
    State,
    TooFewParties,
)
from services.regions.operations.models import Operation, Participation
from services.regions.operations.use_cases import teams
from services.regions.operations.use_cases.record import (
    active_party,
    has_task,
    is_commanded,
    is_secret,
    lock,
    note,
    show,
    write_down,
)
from shared.auth.actor import Actor
from shared.auth.policy import may, require
from shared.clocks.days import legal_day
from shared.contracts.origins import Matter, Origin
from shared.contracts.regions import OperationPartyLeft
from shared.db.session import beyond_scope
from shared.errors import ReasonMissing
from shared.ids import uuid7
from shared.messaging.outbox import announce

DRAFTED: Final = "draft"
LEAST_DIVISIONS: Final = 2


@dataclass(frozen=True, slots=True)
class Frame:
    """What an operation is part of, by what its parties act together and what they look at."""

    links: tuple[Link, ...] = ()
    focuses: tuple[Focus, ...] = ()
    group_id: UUID | None = None
    plan_id: UUID | None = None
    activation_id: UUID | None = None


NO_FRAME: Final = Frame()


async def draft(
    session: AsyncSession,
    actor: Actor,
    *,
    form: Form,
    title: str,
    lead: str,
    parties: tuple[str, ...],
    matter: Matter,
    origin: Origin | None,
    planned_from: date,
    planned_to: date,
    due_on: date,
    now: datetime,
    kind: Kind = Kind.NORMAL,
    named: Sequence[UUID] = (),
    frame: Frame = NO_FRAME,
) -> Operation:
    """`plan_operation` by somebody who drafts for the lead."""
    require(actor, "operation.draft", division=lead)
    return await plan_operation(
        session,
        actor,
        form=form,
        title=title,
        lead=lead,
        parties=parties,
        matter=matter,
        origin=origin,
        planned_from=planned_from,
        planned_to=planned_to,
        due_on=due_on,
        now=now,
        kind=kind,
        named=named,
        frame=frame,
    )


async def plan_operation(
    session: AsyncSession,
    actor: Actor,
    *,
    form: Form,
    title: str,
    lead: str,
    parties: tuple[str, ...],
    matter: Matter,
    origin: Origin | None,
    planned_from: date,
    planned_to: date,
    due_on: date,
    now: datetime,
    kind: Kind = Kind.NORMAL,
    named: Sequence[UUID] = (),
    frame: Frame = NO_FRAME,
) -> Operation:
    """Plan an operation; nobody but the lead and those above it sees the draft.

    A surprise plan is seen by who drafted it, the lead's head and the accounts named, until it
    starts; with a group or plan it would show among what they owe, so that it has none.
    """
    today = legal_day(now)
    plan = Plan(lead, parties, matter.division, planned_from, planned_to, due_on)
    domain.require_sound(plan, today=today)
    _require_secrecy_sound(kind, named, frame)
    await require_known(session, plan.divisions, on_day=today, pointer="/parties")
    await require_known(session, [matter.division], on_day=today, pointer="/matter/division")
    operation = Operation(
        id=uuid7(),
        form=form,
        kind=kind,
        title=title,
        lead=lead,
        links=sorted(set(frame.links)),
        focuses=sorted(set(frame.focuses)),
        matter=matter.model_dump(mode="json"),
        origin_kind=origin.kind if origin else None,
        origin_id=origin.id if origin else None,
        group_id=frame.group_id,
        plan_id=frame.plan_id,
        activation_id=frame.activation_id,
        planned_from=planned_from,
        planned_to=planned_to,
        due_on=due_on,
        state=State.DRAFT,
        named=sorted(set(named)),
        drafted_at=now,
        drafted_by=actor.id,
        changed_at=now,
        visible_to=[],
        recall_to=[],
    )
    rows = [_participation(operation, each) for each in parties]
    show(operation, rows)
    session.add(operation)
    await session.flush()
    session.add_all(rows)
    await write_down(session, actor, operation, DRAFTED, reason=None, now=now)
    return operation


async def amend(
    session: AsyncSession,
    actor: Actor,
    operation_id: UUID,
    *,
    title: str,
    matter: Matter,
    planned_from: date,
    planned_to: date,
    due_on: date,
    frame: Frame,
    expected_version: int,
    now: datetime,
) -> Operation:
    """Rewrite a draft before anybody is asked, such as one that a quota brought about."""
    file = await lock(session, operation_id)
    operation = file.operation
    require(actor, "operation.lead", division=operation.lead)
    operation.require_version(expected_version)
    operation.state = domain.step(operation.state, Action.AMEND, commanded=is_commanded(file))
    today = legal_day(now)
    parties = tuple(each.division for each in file.parties)
    plan = Plan(operation.lead, parties, matter.division, planned_from, planned_to, due_on)
    domain.require_sound(plan, today=today)
    await require_known(session, [matter.division], on_day=today, pointer="/matter/division")
    operation.title, operation.matter = title, matter.model_dump(mode="json")
    operation.planned_from, operation.planned_to = planned_from, planned_to
    operation.due_on = due_on
    operation.links, operation.focuses = sorted(set(frame.links)), sorted(set(frame.focuses))
    await note(session, actor, operation, Action.AMEND, reason=None, now=now)
    return operation


async def admit(
    session: AsyncSession,
    actor: Actor,
    operation_id: UUID,
    *,
    account_ids: Sequence[UUID],
    reason: str,
    expected_version: int,
    now: datetime,
) -> Operation:
    """Let further people know of a surprise plan, before it starts."""
    file = await lock(session, operation_id)
    operation = file.operation
    require(actor, "operation.lead", division=operation.lead)
    operation.require_version(expected_version)
    operation.state = domain.step(operation.state, Action.ADMIT, commanded=is_commanded(file))
    if not is_secret(operation):
        raise NotSecret
    operation.named = sorted({*operation.named, *account_ids})
    show(operation, file.parties)
    await note(session, actor, operation, Action.ADMIT, reason=reason, now=now)
    return operation


async def countersign(
    session: AsyncSession,
    actor: Actor,
    operation_id: UUID,
    *,
    reason: str | None,
    expected_version: int,
    now: datetime,
) -> Operation:
    """Send the draft out for answers. A lead that is a party agrees by sending it.

    Of a surprise plan between equals, the people named are asked and nobody else.
    """
    file = await lock(session, operation_id)
    operation = file.operation
    require(actor, "operation.lead", division=operation.lead)
    operation.require_version(expected_version)
    operation.state = domain.step(operation.state, Action.COUNTERSIGN, commanded=is_commanded(file))
    show(operation, file.parties)
    for party in file.parties:
        if party.role is PartyRole.LEAD:
            _say(party, Consent.AGREED, actor, reason=None, now=now)
    await note(session, actor, operation, Action.COUNTERSIGN, reason=reason, now=now)
    return operation


async def answer(
    session: AsyncSession,
    actor: Actor,
    operation_id: UUID,
    *,
    division: str,
    agrees: bool,
    reason: str | None,
    expected_version: int,
    now: datetime,
) -> Operation:
    """A party agrees or declines, in its own name; until the issue it may think again."""
    file = await lock(session, operation_id)
    operation = file.operation
    require(actor, "operation.answer", division=division)
    operation.require_version(expected_version)
    party = active_party(file, division)
    if not agrees and reason is None:
        raise ReasonMissing(reason="decline", pointer="/reason")
    operation.state = domain.step(operation.state, Action.ANSWER)
    said = Consent.AGREED if agrees else Consent.DECLINED
    _say(party, said, actor, reason=reason, now=now)
    told = f"{division}: {said.value}" + (f"; {reason}" if reason else "")
    await note(session, actor, operation, Action.ANSWER, reason=told, now=now)
    return operation


async def issue(
    session: AsyncSession,
    actor: Actor,
    operation_id: UUID,
    *,
    reason: str | None,
    expected_version: int,
    now: datetime,
) -> Operation:
    """Make the operation binding: the lead when all agreed, else the common superior, who says why.

    A superior that sends its own subordinates unannounced asks nobody. ConsentMissing names the
    parties that still stand in the lead's way.
    """
    file = await lock(session, operation_id)
    operation, commanded = file.operation, is_commanded(file)
    missing = () if commanded else domain.without_consent(file.consents)
    decides = bool(missing) and may(actor, "operation.decide", division=file.superior)
    if not decides:
        require(actor, "operation.issue", division=operation.lead)
    operation.require_version(expected_version)
    operation.state = domain.step(operation.state, Action.ISSUE, commanded=commanded)
    if missing and not decides:
        raise ConsentMissing(parties=", ".join(missing))
    if decides and reason is None:
        raise ReasonMissing(reason="decision", pointer="/reason")
    if len({operation.lead, *file.active}) < LEAST_DIVISIONS:
        raise TooFewParties
    operation.issued_by = _on_whose_word(commanded=commanded, decides=decides)
    operation.issue_reason = reason
    for party in file.parties:
        if party.status is PartyStatus.INVITED:
            party.status = PartyStatus.TAKING_PART
    show(operation, file.parties)
    await note(session, actor, operation, Action.ISSUE, reason=reason, now=now)
    return operation


async def leave(
    session: AsyncSession,
    actor: Actor,
    operation_id: UUID,
    *,
    division: str,
    reason: str,
    expected_version: int,
    now: datetime,
) -> Participation:
    """A party withdraws, with a reason: from now on it sees its own rows and no others.

    After the start `tasks` hears of it: nobody of the party goes any more.
    """
    file = await lock(session, operation_id)
    operation = file.operation
    require(actor, "operation.leave", division=division)
    operation.require_version(expected_version)
    party = active_party(file, division)
    operation.state = domain.step(operation.state, Action.LEAVE)
    domain.require_may_leave(
        role=party.role,
        status=party.status,
        consent=party.consent,
        issued=operation.issued_by is not None,
        division=division,
    )
    await note(session, actor, operation, Action.LEAVE, reason=f"{division}: {reason}", now=now)
    # Whose rows these are no longer is who writes them last.
    async with beyond_scope(session):
        party.status, party.ended_at, party.closing = PartyStatus.LEFT, now, reason
        party.ended_act = await queries.next_act(session)
        show(operation, file.parties)
        await teams.recall(session, operation, party=division, now=now)
    if has_task(operation):
        event = OperationPartyLeft(
            operation_id=operation.id,
            lead=operation.lead,
            division=division,
            divisions=list(file.active),
            matter=Matter.model_validate(operation.matter),
            due_on=operation.due_on,
            left_at=now,
        )
        await announce(session, event, now=now)
    return party


def _require_secrecy_sound(kind: Kind, named: Sequence[UUID], frame: Frame) -> None:
    if kind is Kind.NORMAL and named:
        raise BadPlan(reason="only a surprise operation names who may know", pointer="/named")
    if kind is Kind.SURPRISE and (frame.group_id or frame.plan_id):
        raise BadPlan(reason="a surprise operation counts for no group before", pointer="/group_id")


def _on_whose_word(*, commanded: bool, decides: bool) -> IssuedBy:
    if commanded:
        return IssuedBy.COMMAND
    return IssuedBy.COMMON_SUPERIOR if decides else IssuedBy.CONSENT


def _participation(operation: Operation, division: str) -> Participation:
    return Participation(
        operation_id=operation.id,
        division=division,
        role=PartyRole.LEAD if division == operation.lead else PartyRole.MEMBER,
        consent=Consent.PENDING,
        status=PartyStatus.INVITED,
        visible_to=[],
    )


def _say(
    party: Participation, consent: Consent, actor: Actor, *, reason: str | None, now: datetime
) -> None:
    party.consent, party.answer_reason = consent, reason
    party.answered_at, party.answered_by = now, actor.id
