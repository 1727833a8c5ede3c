"""Writing down what was done in an exchange, and saying what may be done next."""

from datetime import datetime

from sqlalchemy.orm.attributes import flag_modified
from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.agreements.domain.consent import NotAParty
from services.regions.exchanges.domain import staff
from services.regions.exchanges.domain.staff import BY_ITSELF, WAS_HERE, Step
from services.regions.exchanges.models import (
    ExchangeGuest,
    ExchangeParty,
    ExchangeStep,
    StaffExchange,
)
from services.regions.exchanges.queries.staff import ExchangeFile
from services.regions.officers.use_cases import sending
from shared.audit.trace import record
from shared.auth.actor import Actor
from shared.auth.policy import may
from shared.db.session import beyond_scope
from shared.ids import uuid7


def party_of(file: ExchangeFile, division: str) -> ExchangeParty:
    """NotAParty if the division is none of the sides."""
    found = file.party(division)
    if found is None:
        raise NotAParty(reason=division, division=division, pointer="/division")
    return found


async def let_go(session: AsyncSession, guest: ExchangeGuest, *, now: datetime) -> None:
    """Who was held for the stay can be sent elsewhere."""
    async with beyond_scope(session):
        await sending.release(session, guest.id, now=now)


async def note(
    session: AsyncSession,
    actor: Actor,
    row: StaffExchange,
    action: str,
    *,
    division: str | None,
    reason: str | None,
    now: datetime,
) -> None:
    """Every act is a new version, a line of history and a line in the trace."""
    row.changed_at = now
    flag_modified(row, "changed_at")  # a version even if no time has passed
    session.add(
        ExchangeStep(
            id=uuid7(),
            exchange_id=row.id,
            action=action,
            state=row.state,
            division=division,
            actor_id=actor.id,
            actor_name=actor.name,
            reason=reason,
            at=now,
            visible_to=row.visible_to,
        )
    )
    await session.flush()
    await record(
        session,
        actor,
        f"staff_exchange.{action}",
        object_kind="staff_exchange",
        object_id=row.id,
        now=now,
        seen_by=row.visible_to,
        reason=reason,
        after=row.model_dump(mode="json"),
    )


def actions(actor: Actor, file: ExchangeFile) -> list[str]:
    """The legal next steps this caller may take."""
    legal = staff.TRANSITIONS[file.exchange.state]
    return [each.value for each in legal if each not in BY_ITSELF and _may_take(actor, file, each)]


def _may_take(actor: Actor, file: ExchangeFile, step: Step) -> bool:
    row = file.exchange
    match step:
        case Step.NAME:
            senders = staff.senders(row.kind, row.proposer, row.partner)
            return any(may(actor, "staff_exchange.send", division=each) for each in senders)
        case Step.RECALL:
            return any(may(actor, "staff_exchange.send", division=each) for each in file.codes)
        case Step.REPORT:
            return any(may_report(actor, each) for each in file.guests if each.report is None)
        case Step.REMARK:
            return any(may_remark(actor, each) for each in file.guests if each.remark is None)
        case Step.ANSWER_EXTENSION:
            return row.extension_by is not None and any(
                may(actor, "staff_exchange.consent", division=each)
                for each in file.codes
                if each != row.extension_by
            )
        case _:
            return any(may(actor, "staff_exchange.consent", division=each) for each in file.codes)


def may_report(actor: Actor, guest: ExchangeGuest) -> bool:
    """The guest, or who sent it for a guest without a login."""
    if guest.stay not in WAS_HERE:
        return False
    if guest.account_id is not None and guest.account_id == actor.id:
        return True
    return may(actor, "staff_exchange.send", division=guest.home)


def may_remark(actor: Actor, guest: ExchangeGuest) -> bool:
    return (
        guest.stay in WAS_HERE
        and guest.host is not None
        and may(actor, "staff_exchange.receive", division=guest.host)
    )
