"""What every step with a dispute shares: reading it whole, and writing down the step."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.orm.attributes import flag_modified
from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.assistance.domain.course import NoCommonSuperior
from services.regions.disputes import domain, queries
from services.regions.disputes.domain import KIND, SUPERIOR_CLOCK, DisputeAction, DisputeState
from services.regions.disputes.models import DisputeStep, JurisdictionDispute
from services.regions.disputes.queries import DisputeFile
from shared.audit.trace import record
from shared.auth.actor import Actor
from shared.auth.policy import may, require
from shared.clock_rows.rows import is_running, stop_clock
from shared.ids import uuid7

PRESERVE: Final = "preserve"
END_PRESERVATION: Final = "end_preservation"


@dataclass(frozen=True, slots=True)
class DisputeAct:
    """A step somebody takes with one dispute."""

    session: AsyncSession
    actor: Actor
    dispute_id: UUID
    expected_version: int
    now: datetime

    async def open(self, right: str, division: str | None = None) -> DisputeFile:
        """The dispute, locked, as the caller read it; in the name of a party, or as its superior.

        NoCommonSuperior where the superior's step is asked and nobody stands above the parties.
        """
        file = await lock(self.session, self.dispute_id)
        if division is not None:
            domain.require_party(division, file.codes)
        holder = division if division is not None else file.superior
        if holder is None:
            raise NoCommonSuperior
        require(self.actor, right, division=holder)
        file.dispute.require_version(self.expected_version)
        return file

    async def take(
        self, file: DisputeFile, action: DisputeAction, *, reason: str | None
    ) -> JurisdictionDispute:
        """State, version, history and trace are one act."""
        dispute = file.dispute
        dispute.state = domain.step(dispute.state, action)
        return await self.note(file, action, reason=reason)

    async def note(
        self, file: DisputeFile, action: str, *, reason: str | None
    ) -> JurisdictionDispute:
        """An act that leaves the state as it is."""
        await note(self.session, self.actor, file, action, reason=reason, now=self.now)
        return file.dispute


async def lock(session: AsyncSession, dispute_id: UUID) -> DisputeFile:
    dispute = await queries.lock_dispute(session, dispute_id)
    return await queries.file(session, dispute)


def actions(actor: Actor, file: DisputeFile) -> list[str]:
    """The legal next steps this caller may take."""
    legal = domain.TRANSITIONS[file.dispute.state]
    shown = [each for each in legal if each is not DisputeAction.AGREE]
    allowed = [each.value for each in shown if _may_take(actor, file, each)]
    if file.dispute.state is not DisputeState.CLOSED and any(
        may(actor, "dispute.preserve", division=each) for each in file.codes
    ):
        allowed.append(PRESERVE)
    return allowed


def _may_take(actor: Actor, file: DisputeFile, action: DisputeAction) -> bool:
    dispute, superior = file.dispute, file.superior
    names = {each for each in file.codes if may(actor, "dispute.answer", division=each)}
    match action:
        case DisputeAction.DESIGNATE:
            return superior is not None and may(actor, "dispute.designate", division=superior)
        case DisputeAction.RECORD_DECISION:
            return superior is None and bool(names)
        case DisputeAction.CONFIRM_DECISION | DisputeAction.REJECT_DECISION:
            return bool(names - {dispute.recorded_by})
        case DisputeAction.HAND_OVER:
            return bool(names - {dispute.competent})
        case DisputeAction.KEEP:
            return dispute.competent in names
        case _:
            return bool(names)


def decide(
    dispute: JurisdictionDispute,
    competent: str,
    *,
    by: str,
    reason: str,
    basis: str,
    now: datetime,
) -> None:
    dispute.competent, dispute.decided_by, dispute.decided_at = competent, by, now
    dispute.decision_reason, dispute.legal_basis = reason, basis


async def stop_negotiation(session: AsyncSession, file: DisputeFile, now: datetime) -> None:
    if await is_running(session, subject_id=file.dispute.id, kind=SUPERIOR_CLOCK):
        await stop_clock(session, subject_id=file.dispute.id, kind=SUPERIOR_CLOCK, at=now)


async def note(
    session: AsyncSession,
    actor: Actor,
    file: DisputeFile,
    action: str,
    *,
    reason: str | None,
    now: datetime,
) -> None:
    """Every act is a new version, and written down."""
    file.dispute.changed_at = now
    flag_modified(file.dispute, "changed_at")  # a version even if no time has passed
    await write_down(session, actor, file.dispute, file.codes, action, reason=reason, now=now)


async def write_down(
    session: AsyncSession,
    actor: Actor,
    dispute: JurisdictionDispute,
    parties: Sequence[str],
    action: str,
    *,
    reason: str | None,
    now: datetime,
) -> None:
    session.add(
        DisputeStep(
            id=uuid7(),
            dispute_id=dispute.id,
            action=action,
            state=dispute.state,
            actor_id=actor.id,
            actor_name=actor.name,
            reason=reason,
            at=now,
            visible_to=dispute.visible_to,
        )
    )
    await session.flush()
    await record(
        session,
        actor,
        f"{KIND}.{action}",
        object_kind=KIND,
        object_id=dispute.id,
        now=now,
        seen_by=parties,
        reason=reason,
        after=dispute.model_dump(mode="json"),
    )
