"""The working group that gets the reports: founding it, taking members in, letting them go."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm.attributes import flag_modified
from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.through_train import queries
from services.petitions.through_train.models import (
    WorkingGroup,
    WorkingGroupMember,
)
from services.petitions.through_train.use_cases.matters import REASON_LENGTH
from services.petitions.vault.domain import redact
from shared import divisions
from shared.audit.trace import record
from shared.auth.actor import Actor, Role
from shared.auth.policy import require
from shared.divisions import Level
from shared.errors import AlreadyExists, InvalidInput, NotFound


class NotACity(InvalidInput):
    code = "not_a_city"
    zh = "工作群须由市级设立,{code} 不是市级区划。"
    en = "A working group is a city's; {code} is not a city."


class OutsideCity(InvalidInput):
    code = "member_outside_city"
    zh = "{division} 不属于该市,不能加入工作群。"
    en = "{division} does not lie in the group's city."


async def found_group(
    session: AsyncSession,
    actor: Actor,
    *,
    city: str,
    name: str,
    scheme: dict[str, Any] | None,
    now: datetime,
) -> WorkingGroup:
    """Found a city's working group; its reports begin with the next cut-off.

    `scheme` is the document it stands on, as JSON.
    """
    require(actor, "working_group.manage", division=city)
    if divisions.level(city) is not Level.CITY:
        raise NotACity(reason="city", pointer="/city", code=city)
    group = WorkingGroup(
        city=city,
        name=name,
        scheme=scheme,
        created_at=now,
        visible_to=divisions.visibility([city]),
    )
    session.add(group)
    await session.flush()
    facts = {"name": name, "scheme": scheme}
    await _record(session, actor, group, "working_group.found", after=facts, now=now)
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
    must_confirm: bool,
    replaces: UUID | None,
    version: int,
    now: datetime,
) -> tuple[WorkingGroup, WorkingGroupMember]:
    """Take somebody into the group, or back into it; who is replaced leaves in the same act.

    From then on the group's reports are visible to the member's county.
    """
    group = await _begin(session, actor, group_id, version)
    if not divisions.covers(divisions.scope(group.city), division):
        raise OutsideCity(reason="division", pointer="/division", division=division)
    if replaces is not None:
        await _leave(session, actor, group, replaces, reason=f"由{name}接替", now=now)
    if (former := await queries.member(session, group.id, account_id)) is not None:
        if former.left_at is None:
            raise AlreadyExists
        await session.delete(former)  # the trace keeps when it was in the group
        await session.flush()
    member = WorkingGroupMember(
        group_id=group.id,
        account_id=account_id,
        name=name,
        division=division,
        role=role,
        must_confirm=must_confirm,
        joined_at=now,
        visible_to=divisions.visibility([group.city, division]),
    )
    session.add(member)
    await session.flush()
    await _show_to_members(session, group, now=now)
    facts = {"account": account_id, "division": division, "role": role}
    await _record(session, actor, group, "working_group.add_member", after=facts, now=now)
    return group, member


async def let_leave(
    session: AsyncSession,
    actor: Actor,
    group_id: UUID,
    account_id: UUID,
    *,
    reason: str,
    version: int,
    now: datetime,
) -> tuple[WorkingGroup, WorkingGroupMember]:
    """Somebody leaves the group: no further report waits for the receipt."""
    group = await _begin(session, actor, group_id, version)
    member = await _leave(session, actor, group, account_id, reason=reason, now=now)
    await _show_to_members(session, group, now=now)
    return group, member


async def _begin(session: AsyncSession, actor: Actor, group_id: UUID, version: int) -> WorkingGroup:
    group = await queries.lock_group(session, group_id)
    group.require_version(version)
    require(actor, "working_group.manage", division=group.city)
    return group


async def _leave(
    session: AsyncSession,
    actor: Actor,
    group: WorkingGroup,
    account_id: UUID,
    *,
    reason: str,
    now: datetime,
) -> WorkingGroupMember:
    member = await queries.member(session, group.id, account_id)
    if member is None or member.left_at is not None:
        raise NotFound(what="member")
    # A group knows no petition: of a person the numbers go.
    reason = redact(reason, [])[:REASON_LENGTH]
    member.left_at, member.left_reason = now, reason
    await session.flush()
    facts = {"account": account_id, "division": member.division}
    await _record(session, actor, group, "working_group.leave", after=facts, reason=reason, now=now)
    return member


async def _show_to_members(session: AsyncSession, group: WorkingGroup, *, now: datetime) -> None:
    """Counties with a member see the group; whoever read it before reads it again."""
    staying = await queries.members(session, group.id, at=now)
    seen_by = [group.city, *(each.division for each in staying)]
    group.visible_to = divisions.visibility(seen_by)
    flag_modified(group, "visible_to")  # its members are part of it: its version moves
    await session.flush()


async def _record(
    session: AsyncSession,
    actor: Actor,
    group: WorkingGroup,
    action: str,
    *,
    after: Mapping[str, Any],
    now: datetime,
    reason: str | None = None,
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
        reason=reason,
    )
