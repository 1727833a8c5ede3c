"""From the draft of a joint operation to its issue: who plans, who answers, who decides."""

from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.agreements.domain import Form
from services.regions.divisions.use_cases import require_known
from services.regions.operations import domain
from services.regions.operations.domain import (
    Action,
    Consent,
    ConsentMissing,
    IssuedBy,
    NotAParty,
    PartyRole,
    PartyStatus,
    Plan,
    ReasonMissing,
    State,
)
from services.regions.operations.models import Operation, Participation
from services.regions.operations.use_cases.record import lock, note, write_down
from shared import divisions
from shared.auth.actor import Actor
from shared.auth.policy import may, require
from shared.clocks.days import legal_day
from shared.contracts.origins import Matter, Origin
from shared.ids import uuid7

DRAFTED: Final = "draft"


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
) -> Operation:
    """Plan an operation; nobody but the lead and those above it sees the draft."""
    require(actor, "operation.draft", division=lead)
    today = legal_day(now)
    plan = Plan(lead, parties, matter.division, planned_from, planned_to, due_on)
    domain.require_sound(plan, today=today)
    await require_known(session, plan.divisions, on_day=today, pointer="/parties")
    await require_known(session, [matter.division], on_day=today, pointer="/matter/division")
    operation = Operation(
        id=uuid7(),
        form=form,
        title=title,
        lead=lead,
        matter=matter.model_dump(mode="json"),
        origin_kind=origin.kind if origin else None,
        origin_id=origin.id if origin else None,
        planned_from=planned_from,
        planned_to=planned_to,
        due_on=due_on,
        state=State.DRAFT,
        drafted_at=now,
        drafted_by=actor.id,
        changed_at=now,
        visible_to=divisions.visibility([lead]),
    )
    session.add(operation)
    await session.flush()
    session.add_all(_participation(operation, each) for each in parties)
    await write_down(session, actor, operation, DRAFTED, reason=None, now=now)
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
    """Send the draft out for answers. A lead that is a party agrees by sending it."""
    file = await lock(session, operation_id)
    operation = file.operation
    require(actor, "operation.lead", division=operation.lead)
    operation.require_version(expected_version)
    operation.state = domain.step(operation.state, Action.COUNTERSIGN)
    operation.visible_to = divisions.visibility([operation.lead, *file.codes])
    for party in file.parties:
        party.visible_to = operation.visible_to
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
    party = next((each for each in file.parties if each.division == division), None)
    if party is None:
        raise NotAParty(reason=division, division=division, pointer="/division")
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

    ConsentMissing names the parties that still stand in the lead's way.
    """
    file = await lock(session, operation_id)
    operation = file.operation
    missing = domain.without_consent(file.consents)
    decides = bool(missing) and may(actor, "operation.decide", division=file.superior)
    if not decides:
        require(actor, "operation.issue", division=operation.lead)
    operation.require_version(expected_version)
    operation.state = domain.step(operation.state, Action.ISSUE)
    if missing and not decides:
        raise ConsentMissing(parties=", ".join(missing))
    if decides and reason is None:
        raise ReasonMissing(reason="decision", pointer="/reason")
    operation.issued_by = IssuedBy.COMMON_SUPERIOR if decides else IssuedBy.CONSENT
    operation.issue_reason = reason
    for party in file.parties:
        party.status = PartyStatus.TAKING_PART
    await note(session, actor, operation, Action.ISSUE, reason=reason, now=now)
    return operation


def _participation(operation: Operation, division: str) -> Participation:
    return Participation(
        operation_id=operation.id,
        division=division,
        role=PartyRole.LEAD if division == operation.lead else PartyRole.MEMBER,
        consent=Consent.PENDING,
        status=PartyStatus.INVITED,
        visible_to=operation.visible_to,
    )


def _say(
    party: Participation, consent: Consent, actor: Actor, *, reason: str | None, now: datetime
) -> None:
    party.consent, party.answer_reason = consent, reason
    party.answered_at, party.answered_by = now, actor.id
