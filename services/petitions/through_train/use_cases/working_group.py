"""The working group that gets the reports: founding it and taking members in."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.through_train import queries
from services.petitions.through_train.models import (
    WorkingGroup,
    WorkingGroupMember,
)
from shared import divisions
from shared.audit.trace import record
from shared.auth.actor import Actor, Role
from shared.auth.policy import require
from shared.divisions import Level
from shared.errors import InvalidInput


class NotACity(InvalidInput):
    code = "not_a_city"
    zh = "工作群须由市级设立,{code} 不是市级区划。"
    en = "A working group is a city's; {code} is not a city."


class OutsideCity(InvalidInput):
    code = "member_outside_city"
    zh = "{division} 不属于该市,不能加入工作群。"
    en = "{division} does not lie in the group's city."


async def found_group(
    session: AsyncSession, actor: Actor, *, city: str, name: str, now: datetime
) -> WorkingGroup:
    """Found a city's working group; its reports begin with the next cut-off."""
    require(actor, "working_group.manage", division=city)
    if divisions.level(city) is not Level.CITY:
        raise NotACity(reason="city", pointer="/city", code=city)
    group = WorkingGroup(
        city=city, name=name, created_at=now, visible_to=divisions.visibility([city])
    )
    session.add(group)
    await session.flush()
    await _record_group(session, actor, group, "working_group.found", after={"name": name}, now=now)
    return group


async def add_member(
    session: AsyncSession,
    actor: Actor,
    group_id: UUID,
    *,
    account_id: UUID,
    name: str,
    division: str,
    role: Role,
    now: datetime,
) -> WorkingGroupMember:
    """Take somebody into the group; from then on its reports are visible to the member's county."""
    group = await queries.working_group(session, group_id)
    require(actor, "working_group.manage", division=group.city)
    if not divisions.covers(divisions.scope(group.city), division):
        raise OutsideCity(reason="division", pointer="/division", division=division)
    member = WorkingGroupMember(
        group_id=group.id,
        account_id=account_id,
        name=name,
        division=division,
        role=role,
        joined_at=now,
        visible_to=divisions.visibility([group.city, division]),
    )
    session.add(member)
    group.visible_to = sorted({*group.visible_to, *member.visible_to})
    await session.flush()
    facts = {"account": account_id, "division": division, "role": role}
    await _record_group(session, actor, group, "working_group.add_member", after=facts, now=now)
    return member


async def _record_group(
    session: AsyncSession,
    actor: Actor,
    group: WorkingGroup,
    action: str,
    *,
    after: Mapping[str, Any],
    now: datetime,
) -> None:
    await record(
        session,
        actor,
        action,
        object_kind="working_group",
        object_id=group.id,
        now=now,
        seen_by=[group.city],
        after=after,
    )
