"""Every SELECT on disputes of jurisdiction. Row-level security hides what is not the caller's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.disputes import domain
from services.regions.disputes.domain import DisputeState, Position
from services.regions.disputes.models import (
    DisputeParty,
    DisputeStep,
    JurisdictionDispute,
    Preservation,
)
from shared.clock_rows.rows import ClockRow, clocks_of
from shared.db.session import driver
from shared.errors import NotFound

DISPUTE: Final = "jurisdiction dispute"
LAPSED: Final = """
SELECT d.id FROM jurisdiction_dispute d JOIN clock c ON c.subject_id = d.id
 WHERE d.state = 'negotiating' AND c.kind = 'negotiation' AND c.state = 'running'
   AND c.due_at <= $1
 ORDER BY d.id LIMIT $2 FOR UPDATE OF d SKIP LOCKED
"""


@dataclass(frozen=True, slots=True)
class DisputeFile:
    """A dispute with its parties, what is preserved, and its history."""

    dispute: JurisdictionDispute
    parties: list[DisputeParty]
    preserved: list[Preservation]
    steps: list[DisputeStep]
    clocks: list[ClockRow]

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(each.division for each in self.parties)

    @property
    def superior(self) -> str | None:
        """The scope whose head designates; none across provinces."""
        return domain.common_superior(self.codes)

    @property
    def positions(self) -> list[Position]:
        return [
            Position(each.division, each.stance, each.filed_at, each.agrees_on)
            for each in self.parties
        ]

    @property
    def first_to_file(self) -> str | None:
        return domain.first_to_file(self.positions)

    @property
    def agreed_on(self) -> str | None:
        return domain.agreed_on(self.positions)


async def dispute(session: AsyncSession, dispute_id: UUID) -> JurisdictionDispute:
    found = await session.get(JurisdictionDispute, dispute_id)
    if found is None:
        raise NotFound(what=DISPUTE)
    return found


async def lock_dispute(session: AsyncSession, dispute_id: UUID) -> JurisdictionDispute:
    """The dispute, locked until the transaction ends. For every change."""
    statement = (
        select(JurisdictionDispute)
        .where(JurisdictionDispute.id == dispute_id)
        .with_for_update()
        .execution_options(populate_existing=True)  # a copy read before the lock may be stale
    )
    found = (await session.exec(statement)).one_or_none()
    if found is None:
        raise NotFound(what=DISPUTE)
    return found


async def file(session: AsyncSession, dispute: JurisdictionDispute) -> DisputeFile:
    """Everything that hangs on the dispute."""
    parties = (
        select(DisputeParty)
        .where(DisputeParty.dispute_id == dispute.id)
        .order_by(col(DisputeParty.division))
    )
    preserved = (
        select(Preservation)
        .where(Preservation.dispute_id == dispute.id)
        .order_by(col(Preservation.id))
    )
    history = (
        select(DisputeStep)
        .where(DisputeStep.dispute_id == dispute.id)
        .order_by(col(DisputeStep.id))
    )
    return DisputeFile(
        dispute,
        list((await session.exec(parties)).all()),
        list((await session.exec(preserved)).all()),
        list((await session.exec(history)).all()),
        await clocks_of(session, [dispute.id]),
    )


async def disputes(
    session: AsyncSession, *, state: DisputeState | None, after: UUID | None, limit: int
) -> Sequence[JurisdictionDispute]:
    """Disputes from the newest on, one more than `limit`."""
    statement = select(JurisdictionDispute).order_by(col(JurisdictionDispute.id).desc())
    if state is not None:
        statement = statement.where(JurisdictionDispute.state == state)
    if after is not None:
        statement = statement.where(col(JurisdictionDispute.id) < after)
    return (await session.exec(statement.limit(limit + 1))).all()


async def lapsed_negotiations(session: AsyncSession, now: datetime, *, limit: int) -> list[UUID]:
    """Disputes, locked, whose parties let the time to agree go by."""
    rows = await (await driver(session)).fetch(LAPSED, now, limit)
    return [UUID(str(row["id"])) for row in rows]
