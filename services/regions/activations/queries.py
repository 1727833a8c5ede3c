"""Every SELECT on emergency protocols and activations."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import col, exists, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.activations.domain import (
    ProtocolState,
    Reply,
    State,
    Tier,
    tier_from_json,
)
from services.regions.activations.models import (
    Activation,
    ActivationReply,
    ActivationStep,
    EmergencyProtocol,
    ProtocolParty,
)
from shared import divisions
from shared.errors import NotFound


@dataclass(frozen=True, slots=True)
class ProtocolFile:
    """A protocol with each party's word."""

    protocol: EmergencyProtocol
    parties: list[ProtocolParty]

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(each.division for each in self.parties)

    @property
    def superior(self) -> str:
        """The division whose head decides when the parties do not agree.

        No official in this system is above two provinces.
        """
        return divisions.division_of(divisions.common_superior(self.codes))

    @property
    def tiers(self) -> tuple[Tier, ...]:
        return tuple(map(tier_from_json, self.protocol.tiers))


@dataclass(frozen=True, slots=True)
class ActivationFile:
    """An activation with what was agreed for it, who answered and what was done."""

    activation: Activation
    protocol: ProtocolFile
    replies: list[ActivationReply]
    steps: list[ActivationStep]

    @property
    def tier(self) -> Tier:
        return next(each for each in self.protocol.tiers if each.code == self.activation.tier)

    @property
    def unspoken(self) -> tuple[str, ...]:
        """The called that have said nothing to the report."""
        return tuple(each.division for each in self.replies if each.confirms is None)


async def protocol(session: AsyncSession, protocol_id: UUID) -> EmergencyProtocol:
    found = await session.get(EmergencyProtocol, protocol_id)
    if found is None:
        raise NotFound(what="emergency protocol")
    return found


async def lock_protocol(session: AsyncSession, protocol_id: UUID) -> ProtocolFile:
    """The protocol with its parties, locked until the transaction ends."""
    statement = (
        select(EmergencyProtocol)
        .where(EmergencyProtocol.id == protocol_id)
        .with_for_update()
        .execution_options(populate_existing=True)  # a copy read before the lock may be stale
    )
    found = (await session.exec(statement)).one_or_none()
    if found is None:
        raise NotFound(what="emergency protocol")
    return await protocol_file(session, found)


async def protocol_file(session: AsyncSession, row: EmergencyProtocol) -> ProtocolFile:
    statement = (
        select(ProtocolParty)
        .where(ProtocolParty.protocol_id == row.id)
        .order_by(col(ProtocolParty.division))
    )
    return ProtocolFile(row, list((await session.exec(statement)).all()))


async def protocols(
    session: AsyncSession,
    *,
    state: ProtocolState | None,
    division: str | None,
    after: UUID | None,
    limit: int,
) -> Sequence[EmergencyProtocol]:
    """Protocols from the newest on, one more than `limit`; a division has its subtree's."""
    statement = select(EmergencyProtocol).order_by(col(EmergencyProtocol.id).desc())
    if state is not None:
        statement = statement.where(EmergencyProtocol.state == state)
    if division is not None:
        scope = divisions.scope(division)
        statement = statement.where(col(EmergencyProtocol.visible_to).contains([scope]))
    if after is not None:
        statement = statement.where(col(EmergencyProtocol.id) < after)
    return (await session.exec(statement.limit(limit + 1))).all()


async def activation(session: AsyncSession, activation_id: UUID) -> Activation:
    found = await session.get(Activation, activation_id)
    if found is None:
        raise NotFound(what="activation")
    return found


async def lock_activation(session: AsyncSession, activation_id: UUID) -> ActivationFile:
    """The activation with all that hangs on it, locked until the transaction ends."""
    statement = (
        select(Activation)
        .where(Activation.id == activation_id)
        .with_for_update()
        .execution_options(populate_existing=True)  # a copy read before the lock may be stale
    )
    found = (await session.exec(statement)).one_or_none()
    if found is None:
        raise NotFound(what="activation")
    return await file(session, found)


async def file(session: AsyncSession, row: Activation) -> ActivationFile:
    """Everything that hangs on the activation."""
    replies = (
        select(ActivationReply)
        .where(ActivationReply.activation_id == row.id)
        .order_by(col(ActivationReply.division))
    )
    steps = (
        select(ActivationStep)
        .where(ActivationStep.activation_id == row.id)
        .order_by(col(ActivationStep.id))
    )
    return ActivationFile(
        row,
        await protocol_file(session, await protocol(session, row.protocol_id)),
        list((await session.exec(replies)).all()),
        list((await session.exec(steps)).all()),
    )


async def activations(
    session: AsyncSession,
    *,
    state: State | None,
    division: str | None,
    awaiting: str | None,
    after: UUID | None,
    limit: int,
) -> Sequence[Activation]:
    """Activations from the newest on, one more than `limit`; `awaiting` has not answered yet."""
    statement = select(Activation).order_by(col(Activation.id).desc())
    if state is not None:
        statement = statement.where(Activation.state == state)
    if division is not None:
        scope = divisions.scope(division)
        statement = statement.where(col(Activation.visible_to).contains([scope]))
    if awaiting is not None:
        unanswered = exists().where(
            col(ActivationReply.activation_id) == Activation.id,
            col(ActivationReply.division) == awaiting,
            col(ActivationReply.state) == Reply.CALLED,
        )
        statement = statement.where(Activation.state == State.ACTIVE, unanswered)
    if after is not None:
        statement = statement.where(col(Activation.id) < after)
    return (await session.exec(statement.limit(limit + 1))).all()


async def over(session: AsyncSession, now: datetime, *, limit: int) -> Sequence[Activation]:
    """Activations whose time is over and which nobody ended, locked; others' are skipped."""
    statement = (
        select(Activation)
        .where(Activation.state == State.ACTIVE, col(Activation.ends_at) <= now)
        .order_by(col(Activation.ends_at))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return (await session.exec(statement)).all()


async def silent(
    session: AsyncSession, now: datetime, *, limit: int
) -> Sequence[tuple[Activation, ActivationReply]]:
    """The called that let their time pass, locked with their activation."""
    statement = (
        select(Activation, ActivationReply)
        .join(ActivationReply, col(ActivationReply.activation_id) == Activation.id)
        .where(
            ActivationReply.state == Reply.CALLED,
            col(ActivationReply.escalated_at).is_(None),
            col(ActivationReply.acknowledge_due_at) <= now,
        )
        .order_by(col(ActivationReply.acknowledge_due_at))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return (await session.exec(statement)).all()
