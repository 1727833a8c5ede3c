"""What every step with a joint group shares: reading it whole, and writing down the step."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy.orm.attributes import flag_modified
from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.agreements.domain.consent import common_superior
from services.regions.groups import queries
from services.regions.groups.domain import life
from services.regions.groups.domain.life import GroupAction, MemberStatus
from services.regions.groups.models import GroupStep, JointGroup
from services.regions.groups.queries import GroupFile
from shared import divisions
from shared.audit.trace import record
from shared.auth.actor import Actor
from shared.auth.policy import may, require
from shared.errors import Forbidden
from shared.ids import uuid7


async def lock(session: AsyncSession, group_id: UUID, expected_version: int) -> GroupFile:
    """The group with all that hangs on it, as the caller last read it, locked."""
    group = await queries.lock_group(session, group_id)
    group.require_version(expected_version)
    return await queries.file(session, group)


def speaks_for(actor: Actor, right: str, division: str) -> bool:
    """Whether the actor may say a division's word: as of its own bureau or of its city's."""
    return any(may(actor, right, division=each) for each in life.may_speak_for(division))


def require_word(actor: Actor, right: str, division: str) -> None:
    if not speaks_for(actor, right, division):
        raise Forbidden(action=right)


def superior_of(file: GroupFile) -> str | None:
    """The division whose head decides what the members do not agree on; None across provinces."""
    return common_superior(file.codes)


def may_decide(actor: Actor, file: GroupFile) -> bool:
    above = superior_of(file)
    return above is not None and may(actor, "group.decide", division=above)


def show(file: GroupFile, *, codes: Iterable[str]) -> None:
    """The group is seen by its drafter and these divisions, and by those above them."""
    seen_by = divisions.visibility([file.group.drafter, *codes])
    for row in (file.group, *file.members, *file.liaisons, *file.handovers, *file.slots):
        row.visible_to = seen_by


def show_to_members(file: GroupFile) -> None:
    show(file, codes=file.codes)


async def note(
    session: AsyncSession,
    actor: Actor,
    group: JointGroup,
    action: str,
    *,
    reason: str | None,
    now: datetime,
) -> None:
    """Every act is a new version, and written down: in the history and in the trace."""
    group.changed_at = now
    flag_modified(group, "changed_at")  # a version even if no time has passed
    await session.flush()
    step = GroupStep(
        id=uuid7(),
        group_id=group.id,
        action=action,
        state=group.state,
        actor_id=actor.id,
        actor_name=actor.name,
        reason=reason,
        at=now,
        visible_to=group.visible_to,
    )
    session.add(step)
    await session.flush()
    await record(
        session,
        actor,
        f"group.{action}",
        object_kind="joint_group",
        object_id=group.id,
        now=now,
        seen_by=group.visible_to,
        reason=reason,
        after=group.model_dump(mode="json"),
    )


def may_end(actor: Actor, file: GroupFile) -> bool:
    return _is_drafter(actor, file) or may_decide(actor, file)


def may_pass_over(actor: Actor, file: GroupFile, division: str) -> bool:
    """Whether the actor may let a division wait: on its own word or the common superior's."""
    return speaks_for(actor, "group.confirm", division) or may_decide(actor, file)


def actions(actor: Actor, file: GroupFile, *, today: date) -> list[str]:
    """The legal next steps this caller may take."""
    legal = life.TRANSITIONS[file.group.state]
    return [each.value for each in legal if _MAY_TAKE[each](actor, file, today)]


def _is_drafter(actor: Actor, file: GroupFile, _: date | None = None) -> bool:
    return may(actor, "group.draft", division=file.group.drafter)


def _is_of_lead(actor: Actor, file: GroupFile, _: date) -> bool:
    return speaks_for(actor, "group.lead", file.group.lead)


def _is_of_a_member(right: str) -> Callable[[Actor, GroupFile, date], bool]:
    def asked(actor: Actor, file: GroupFile, _: date) -> bool:
        return any(speaks_for(actor, right, each) for each in file.codes)

    return asked


def _may_confirm(actor: Actor, file: GroupFile, _: date) -> bool:
    return any(
        speaks_for(actor, "group.confirm", each.division)
        for each in file.present
        if each.status is MemberStatus.INVITED
    )


def _may_take_over(actor: Actor, file: GroupFile, today: date) -> bool:
    taker = file.taker(today=today)
    return taker is not None and speaks_for(actor, "group.lead", taker)


_MAY_TAKE: Final[Mapping[GroupAction, Callable[[Actor, GroupFile, date], bool]]] = {
    GroupAction.REVISE: _is_drafter,
    GroupAction.SUBMIT: _is_drafter,
    GroupAction.ACTIVATE: _is_drafter,
    GroupAction.CONFIRM: _may_confirm,
    GroupAction.ASK_DECISION: lambda actor, file, today: (
        superior_of(file) is not None and _is_of_a_member("group.confirm")(actor, file, today)
    ),
    GroupAction.DECIDE: lambda actor, file, _: may_decide(actor, file),
    GroupAction.INVITE: _is_of_lead,
    GroupAction.LEAVE: _is_of_a_member("group.confirm"),
    GroupAction.HAND_OVER: _is_of_lead,
    GroupAction.TAKE_OVER: _may_take_over,
    GroupAction.SKIP: lambda actor, file, _: may_pass_over(
        actor, file, file.lead_in(file.group.term + 1)
    ),
    GroupAction.LIAISE: _is_of_a_member("group.liaise"),
    GroupAction.END: lambda actor, file, _: may_end(actor, file),
}


def require_drafter(actor: Actor, group: JointGroup) -> None:
    require(actor, "group.draft", division=group.drafter)
