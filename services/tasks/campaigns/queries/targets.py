"""Every SELECT on the enterprises assigned to a campaign.

Rates of discovery and coverage have these as their whole: `standing` is what was assigned.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import col, func, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.campaigns.domain.life import TargetBasis
from services.tasks.campaigns.models.teams import CampaignTarget
from services.tasks.enterprises.domain.registry import STANDING
from services.tasks.enterprises.models.registry import Enterprise
from shared import divisions
from shared.errors import NotFound


@dataclass(frozen=True, slots=True)
class Wanted:
    round_id: UUID | None = None
    team_id: UUID | None = None
    basis: TargetBasis | None = None
    division: str | None = None


@dataclass(frozen=True, slots=True)
class Assigned:
    """How many enterprises a round has on its list by why they are on it; None: no round."""

    round_id: UUID | None
    basis: TargetBasis
    number: int


async def lock_target(session: AsyncSession, campaign_id: UUID, target_id: UUID) -> CampaignTarget:
    """A line of the campaign's list, locked."""
    statement = (
        select(CampaignTarget)
        .where(CampaignTarget.id == target_id, CampaignTarget.campaign_id == campaign_id)
        .with_for_update()
    )
    found = (await session.exec(statement)).one_or_none()
    if found is None:
        raise NotFound(what="campaign target")
    return found


def _conditions(campaign_id: UUID, wanted: Wanted) -> Iterable[ColumnElement[bool]]:
    yield col(CampaignTarget.campaign_id) == campaign_id
    yield col(CampaignTarget.removed_on).is_(None)
    for column, value in (
        (CampaignTarget.round_id, wanted.round_id),
        (CampaignTarget.team_id, wanted.team_id),
        (CampaignTarget.basis, wanted.basis),
        (CampaignTarget.division, wanted.division),
    ):
        if value is not None:
            yield col(column) == value


async def targets(
    session: AsyncSession,
    campaign_id: UUID,
    wanted: Wanted,
    *,
    after: UUID | None,
    limit: int,
) -> Sequence[CampaignTarget]:
    """Enterprises on the list, in the order they were put on it."""
    statement = select(CampaignTarget).where(*_conditions(campaign_id, wanted))
    if after is not None:
        statement = statement.where(col(CampaignTarget.id) > after)
    return (await session.exec(statement.order_by(col(CampaignTarget.id)).limit(limit))).all()


async def standing(
    session: AsyncSession, campaign_id: UUID, *, round_id: UUID | None = None
) -> set[UUID]:
    """Keys of the enterprises assigned to a campaign, or to one of its rounds; each once."""
    statement = (
        select(CampaignTarget.enterprise_id)
        .where(*_conditions(campaign_id, Wanted(round_id=round_id)))
        .distinct()
    )
    return {*(await session.exec(statement)).all()}


async def listed(
    session: AsyncSession,
    campaign_id: UUID,
    *,
    round_id: UUID | None,
    enterprise_ids: Collection[UUID],
) -> set[UUID]:
    """Which of the enterprises are on the list of this very round, or of none."""
    statement = select(CampaignTarget.enterprise_id).where(
        *_conditions(campaign_id, Wanted()),
        col(CampaignTarget.round_id).is_not_distinct_from(round_id),
        col(CampaignTarget.enterprise_id).in_([*enterprise_ids]),
    )
    return {*(await session.exec(statement)).all()}


async def numbers(session: AsyncSession, campaign_id: UUID) -> list[Assigned]:
    """How many are on the list, by round and by why."""
    statement = (
        select(CampaignTarget.round_id, CampaignTarget.basis, func.count())
        .where(*_conditions(campaign_id, Wanted()))
        .group_by(col(CampaignTarget.round_id), col(CampaignTarget.basis))
        .order_by(col(CampaignTarget.round_id), col(CampaignTarget.basis))
    )
    return [
        Assigned(round_id, TargetBasis(basis), number)
        for round_id, basis, number in (await session.exec(statement)).all()
    ]


def _of_trades(
    industries: Sequence[str], territory: Sequence[str]
) -> tuple[ColumnElement[bool], ...]:
    """Objects that stand, of these trades and all below them, in these divisions."""
    return (
        or_(*(col(Enterprise.industry).like(f"{each}%") for each in industries)),
        or_(*(col(Enterprise.visible_to).contains([divisions.scope(each)]) for each in territory)),
        col(Enterprise.status).in_(STANDING),
    )


async def missing(
    session: AsyncSession,
    campaign_id: UUID,
    *,
    round_id: UUID | None,
    industries: Sequence[str],
    territory: Sequence[str],
    limit: int,
) -> Sequence[Enterprise]:
    """Objects of the trades that are not on the list of the round yet."""
    on_list = select(CampaignTarget.enterprise_id).where(
        *_conditions(campaign_id, Wanted()),
        col(CampaignTarget.round_id).is_not_distinct_from(round_id),
    )
    statement = (
        select(Enterprise)
        .where(*_of_trades(industries, territory), col(Enterprise.id).not_in(on_list))
        .order_by(col(Enterprise.id))
        .limit(limit)
    )
    return (await session.exec(statement)).all()


async def on_register(
    session: AsyncSession, *, industries: Sequence[str], territory: Sequence[str]
) -> int:
    """How many objects of the trades there are."""
    statement = select(func.count()).select_from(Enterprise)
    return int((await session.exec(statement.where(*_of_trades(industries, territory)))).one())


async def on_list(
    session: AsyncSession,
    campaign_id: UUID,
    *,
    industries: Sequence[str],
    territory: Sequence[str],
) -> int:
    """How many of them are on the campaign's list, in whatever round; each once."""
    listed_ids = select(CampaignTarget.enterprise_id).where(*_conditions(campaign_id, Wanted()))
    statement = (
        select(func.count())
        .select_from(Enterprise)
        .where(*_of_trades(industries, territory), col(Enterprise.id).in_(listed_ids))
    )
    return int((await session.exec(statement)).one())
