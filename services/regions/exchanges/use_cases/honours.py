"""Recording honours, and the word of the bureau above."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.attributes import flag_modified
from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.divisions.use_cases import require_known
from services.regions.exchanges.domain import honours as domain
from services.regions.exchanges.domain.honours import (
    HonourState,
    IssuerLevel,
    NoService,
    NotYet,
    Reference,
    Step,
)
from services.regions.exchanges.domain.staff import NotOfSender
from services.regions.exchanges.models import Honour
from services.regions.exchanges.queries import honours as queries, staff
from services.regions.officers import queries as officers
from shared import divisions
from shared.audit.trace import record
from shared.auth.actor import Actor
from shared.auth.policy import may, require
from shared.clocks.days import legal_day
from shared.errors import AlreadyExists, ReasonMissing
from shared.ids import uuid7


@dataclass(frozen=True, slots=True)
class Merit:
    """Who was honoured, by whom, under which document, for what."""

    division: str
    officer_id: UUID
    issuer_level: IssuerLevel
    issuer: str
    document: str
    awarded_on: date
    merit: str
    reference: Reference | None
    reference_id: UUID | None


async def record_honour(
    session: AsyncSession, actor: Actor, merit: Merit, *, now: datetime
) -> Honour:
    """The person's own bureau records it; AlreadyExists if the document honoured the person before.

    It counts once the bureau next above confirms it. Above a province nobody has a login here: what
    it records stands on the document at once.
    """
    require(actor, "honour.record", division=merit.division)
    today = legal_day(now)
    if merit.awarded_on > today:
        raise NotYet(reason=merit.awarded_on.isoformat(), pointer="/awarded_on")
    await require_known(session, [merit.division], on_day=today, pointer="/division")
    person = await officers.officer(session, merit.officer_id)
    if not divisions.covers(divisions.scope(merit.division), person.division):
        raise NotOfSender(reason=merit.division, division=merit.division, pointer="/officer_id")
    await _require_service(session, merit)
    on_its_own = divisions.superior(merit.division) is None
    row = Honour(
        id=uuid7(),
        division=merit.division,
        officer_id=person.id,
        officer_name=person.name,
        issuer_level=merit.issuer_level,
        issuer=merit.issuer,
        document=merit.document,
        awarded_on=merit.awarded_on,
        merit=merit.merit,
        reference=merit.reference,
        reference_id=merit.reference_id,
        state=HonourState.CONFIRMED if on_its_own else HonourState.RECORDED,
        recorded_at=now,
        recorded_by=actor.id,
        decided_at=now if on_its_own else None,
        decided_by=actor.id if on_its_own else None,
        changed_at=now,
        visible_to=divisions.visibility([merit.division]),
    )
    session.add(row)
    try:
        await session.flush()
    except IntegrityError:
        raise AlreadyExists from None
    await _note(session, actor, row, "record", reason=None, now=now)
    return row


async def decide(
    session: AsyncSession,
    actor: Actor,
    honour_id: UUID,
    step: Step,
    *,
    reason: str | None,
    expected_version: int,
    now: datetime,
) -> Honour:
    """Confirm or refuse as the bureau next above; revoke as that bureau or as who recorded it.

    ReasonMissing for a refusal or revocation without a reason.
    """
    row = await queries.lock_honour(session, honour_id)
    if not _may_take(actor, row, step):
        require(actor, "honour.confirm", division=_superior(row))
    row.require_version(expected_version)
    row.state = domain.step(row.state, step)
    if step is not Step.CONFIRM and reason is None:
        raise ReasonMissing(reason=step.value, pointer="/reason")
    row.decided_at, row.decided_by, row.reason = now, actor.id, reason
    await _note(session, actor, row, step, reason=reason, now=now)
    return row


def actions(actor: Actor, row: Honour) -> list[str]:
    """The legal next steps this caller may take."""
    return [each.value for each in domain.TRANSITIONS[row.state] if _may_take(actor, row, each)]


def _may_take(actor: Actor, row: Honour, step: Step) -> bool:
    if may(actor, "honour.confirm", division=_superior(row)):
        return True
    return step is Step.REVOKE and may(actor, "honour.record", division=row.division)


def _superior(row: Honour) -> str:
    return divisions.superior(row.division) or row.division


async def _require_service(session: AsyncSession, merit: Merit) -> None:
    """NoService unless the person had a part in what is referred to."""
    if merit.reference is None or merit.reference_id is None:
        return
    took_part = {
        Reference.STAFF_EXCHANGE: staff.was_guest,
        Reference.OPERATION: queries.went_on_operation,
        Reference.ROTA_ROUND: queries.served_in_round,
    }[merit.reference]
    if not await took_part(session, merit.reference_id, merit.officer_id):
        raise NoService(reason=merit.reference.value, pointer="/reference_id")


async def _note(
    session: AsyncSession,
    actor: Actor,
    row: Honour,
    action: str,
    *,
    reason: str | None,
    now: datetime,
) -> None:
    """Every act is a new version and a line in the trace."""
    row.changed_at = now
    flag_modified(row, "changed_at")  # a version even if no time has passed
    await session.flush()
    await record(
        session,
        actor,
        f"honour.{action}",
        object_kind="honour",
        object_id=row.id,
        now=now,
        seen_by=row.visible_to,
        reason=reason,
        after=row.model_dump(mode="json"),
    )
