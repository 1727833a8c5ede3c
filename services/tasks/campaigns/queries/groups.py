"""Every SELECT on special working groups."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.campaigns.models.groups import (
    CampaignGroup,
    GroupDuty,
    GroupQuestion,
    GroupReading,
)
from shared.errors import NotFound


def _found(group: CampaignGroup | None) -> CampaignGroup:
    if group is None:
        raise NotFound(what="campaign group")
    return group


async def group(session: AsyncSession, group_id: UUID) -> CampaignGroup:
    statement = select(CampaignGroup).where(CampaignGroup.id == group_id)
    return _found((await session.exec(statement)).one_or_none())


async def lock_group(session: AsyncSession, group_id: UUID) -> CampaignGroup:
    """The group, locked until the transaction ends. For every change."""
    statement = (
        select(CampaignGroup)
        .where(CampaignGroup.id == group_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return _found((await session.exec(statement)).one_or_none())


async def groups(
    session: AsyncSession, *, campaign_id: UUID | None, after: UUID | None, limit: int
) -> Sequence[CampaignGroup]:
    """Groups in the order they were set up."""
    statement = select(CampaignGroup).order_by(col(CampaignGroup.id))
    if campaign_id is not None:
        statement = statement.where(CampaignGroup.campaign_id == campaign_id)
    if after is not None:
        statement = statement.where(col(CampaignGroup.id) > after)
    return (await session.exec(statement.limit(limit))).all()


async def lock_duty(session: AsyncSession, group_id: UUID, duty_id: UUID) -> GroupDuty:
    statement = select(GroupDuty).where(GroupDuty.id == duty_id, GroupDuty.group_id == group_id)
    found = (await session.exec(statement.with_for_update())).one_or_none()
    if found is None:
        raise NotFound(what="group duty")
    return found


async def lock_question(session: AsyncSession, group_id: UUID, question_id: UUID) -> GroupQuestion:
    statement = select(GroupQuestion).where(
        GroupQuestion.id == question_id, GroupQuestion.group_id == group_id
    )
    found = (await session.exec(statement.with_for_update())).one_or_none()
    if found is None:
        raise NotFound(what="group question")
    return found


async def duties(session: AsyncSession, group_id: UUID) -> Sequence[GroupDuty]:
    statement = select(GroupDuty).where(GroupDuty.group_id == group_id)
    return (await session.exec(statement.order_by(col(GroupDuty.due_on), col(GroupDuty.id)))).all()


async def questions(session: AsyncSession, group_id: UUID) -> Sequence[GroupQuestion]:
    statement = select(GroupQuestion).where(GroupQuestion.group_id == group_id)
    return (await session.exec(statement.order_by(col(GroupQuestion.id)))).all()


async def latest_readings(session: AsyncSession, group_id: UUID) -> Sequence[GroupReading]:
    """Each figure as it stood last."""
    statement = (
        select(GroupReading)
        .where(GroupReading.group_id == group_id)
        .distinct(col(GroupReading.figure))
        .order_by(
            col(GroupReading.figure), col(GroupReading.on_day).desc(), col(GroupReading.id).desc()
        )
    )
    return (await session.exec(statement)).all()


async def readings(
    session: AsyncSession, group_id: UUID, *, after: UUID | None, limit: int
) -> Sequence[GroupReading]:
    """Every figure that was noted, oldest first."""
    statement = select(GroupReading).where(GroupReading.group_id == group_id)
    if after is not None:
        statement = statement.where(col(GroupReading.id) > after)
    return (await session.exec(statement.order_by(col(GroupReading.id)).limit(limit))).all()
