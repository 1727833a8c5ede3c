"""Every SELECT on joint groups, and on the borders they are derived from."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar
from uuid import UUID

from sqlmodel import col, func, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.agreements.domain import Form, Season
from services.regions.agreements.domain.consent import Answer
from services.regions.agreements.domain.rotation import Skip, lead_of
from services.regions.divisions.domain import TOUCHING
from services.regions.divisions.models import Border, Division
from services.regions.groups.domain.life import (
    GroupState,
    MemberRole,
    MemberStatus,
    term_ends_on,
)
from services.regions.groups.domain.quotas import Slot, SlotState
from services.regions.groups.domain.territory import Pair
from services.regions.groups.models import (
    GroupHandover,
    GroupLiaison,
    GroupMember,
    GroupSkip,
    GroupStep,
    JointGroup,
    QuotaSlot,
)
from services.regions.plans.domain import Period, Quota as OwedByPlan, Window
from services.regions.plans.queries import plan as read_plan, quota as plan_quota
from shared import divisions
from shared.divisions import Level
from shared.errors import NotFound
from shared.rule_settings import rule_settings

Line = TypeVar("Line", GroupMember, GroupLiaison, GroupHandover, GroupSkip, GroupStep, QuotaSlot)
PRESENT = (MemberStatus.INVITED, MemberStatus.TAKING_PART)


@dataclass(frozen=True, slots=True)
class GroupFile:
    """A group with all that hangs on it and is seen by the caller."""

    group: JointGroup
    members: list[GroupMember]
    liaisons: list[GroupLiaison]
    handovers: list[GroupHandover]
    skips: list[GroupSkip]
    steps: list[GroupStep]
    slots: list[QuotaSlot]

    @property
    def present(self) -> list[GroupMember]:
        """Who takes part or is asked to."""
        return [each for each in self.members if each.status in PRESENT]

    @property
    def taking_part(self) -> list[GroupMember]:
        return [each for each in self.members if each.status is MemberStatus.TAKING_PART]

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(each.division for each in self.present)

    @property
    def consents(self) -> Mapping[str, Answer]:
        return {each.division: each.consent for each in self.present}

    @property
    def passed_over(self) -> list[Skip]:
        """Who was passed over in the running order, by terms counted from where it begins."""
        row = self.group
        return [
            Skip(each.term - row.rotation_from, each.division, each.reason, each.approver_name)
            for each in self.skips
            if each.rotation_number == row.rotation_number
        ]

    def lead_in(self, term: int) -> str:
        """Who leads in a term that is still to come."""
        row = self.group
        begins = row.rotation_from
        return lead_of(term - begins, row.rotation, row.rotation_offset, self.passed_over)

    @property
    def term_ends_on(self) -> date:
        row = self.group
        return term_ends_on(row.term_started_on, term_months=row.term_months)

    @property
    def open_handover(self) -> GroupHandover | None:
        """What was handed over and not yet taken."""
        return next((each for each in self.handovers if each.taken_at is None), None)

    def taker(self, *, today: date) -> str | None:
        """Who may take over now: to whom it was handed, or whose turn it is when a term is past."""
        handover = self.open_handover
        if handover is not None:
            return handover.to_division
        return self.lead_in(self.group.term + 1) if today > self.term_ends_on else None

    def member(self, division: str) -> GroupMember | None:
        return next((each for each in self.present if each.division == division), None)


async def group(session: AsyncSession, group_id: UUID) -> JointGroup:
    found = await session.get(JointGroup, group_id)
    if found is None:
        raise NotFound(what="joint group")
    return found


async def lock_group(session: AsyncSession, group_id: UUID) -> JointGroup:
    """The group, locked until the transaction ends. For every change."""
    statement = (
        select(JointGroup)
        .where(JointGroup.id == group_id)
        .with_for_update()
        .execution_options(populate_existing=True)  # a copy read before the lock may be stale
    )
    found = (await session.exec(statement)).one_or_none()
    if found is None:
        raise NotFound(what="joint group")
    return found


async def file(session: AsyncSession, found: JointGroup) -> GroupFile:
    return GroupFile(
        found,
        await _lines(session, GroupMember, found, order="division"),
        await _lines(session, GroupLiaison, found, order="id"),
        await _lines(session, GroupHandover, found, order="term"),
        await _lines(session, GroupSkip, found, order="id"),
        await _lines(session, GroupStep, found, order="id"),
        await _lines(session, QuotaSlot, found, order="window_from"),
    )


async def _lines(
    session: AsyncSession, table: type[Line], found: JointGroup, *, order: str
) -> list[Line]:
    statement = select(table).where(table.group_id == found.id).order_by(order, "id")
    return list((await session.exec(statement)).all())


async def groups(
    session: AsyncSession,
    *,
    state: GroupState | None,
    form: Form | None,
    plan_id: UUID | None,
    division: str | None,
    after: UUID | None,
    limit: int,
) -> Sequence[JointGroup]:
    """Groups from the newest on, one more than `limit`; a division has its subtree's."""
    statement = select(JointGroup).order_by(col(JointGroup.id).desc())
    if state is not None:
        statement = statement.where(JointGroup.state == state)
    if form is not None:
        statement = statement.where(JointGroup.form == form)
    if plan_id is not None:
        statement = statement.where(JointGroup.plan_id == plan_id)
    if division is not None:
        scope = divisions.scope(division)
        statement = statement.where(col(JointGroup.visible_to).contains([scope]))
    if after is not None:
        statement = statement.where(col(JointGroup.id) < after)
    return (await session.exec(statement.limit(limit + 1))).all()


async def code_taken(session: AsyncSession, *, drafter: str, code: str) -> bool:
    statement = select(JointGroup.id).where(JointGroup.drafter == drafter, JointGroup.code == code)
    return (await session.exec(statement)).first() is not None


async def in_another_group(
    session: AsyncSession, *, plan_id: UUID, codes: Iterable[str], but: UUID | None
) -> frozenset[str]:
    """Those of the divisions that act in another living group of the plan."""
    statement = (
        select(GroupMember.division)
        .join(JointGroup, col(GroupMember.group_id) == JointGroup.id)
        .where(
            JointGroup.plan_id == plan_id,
            JointGroup.state != GroupState.ENDED,
            col(GroupMember.status).in_(PRESENT),
            GroupMember.role != MemberRole.OBSERVER,
            col(GroupMember.division).in_(list(codes)),
        )
    )
    if but is not None:
        statement = statement.where(JointGroup.id != but)
    return frozenset((await session.exec(statement)).all())


async def slots_of(
    session: AsyncSession, groups_asked: Collection[UUID]
) -> Mapping[UUID, list[Slot]]:
    """The owed operations of groups as the rules of quotas read them."""
    statement = select(QuotaSlot).where(col(QuotaSlot.group_id).in_(list(groups_asked)))
    found: dict[UUID, list[Slot]] = {each: [] for each in groups_asked}
    for row in (await session.exec(statement)).all():
        found[row.group_id].append(Slot(row.period, row.state, row.planned_to))
    return found


@dataclass(frozen=True, slots=True)
class OpenSlot:
    """An operation a group owes and nobody has drafted, with what a draft needs to know.

    `members` act, the lead first; the window is when it is best held.
    """

    slot_id: UUID
    group_id: UUID
    group_name: str
    plan_id: UUID | None
    lead: str
    members: tuple[str, ...]
    form: Form
    period: str
    ordinal: int
    window_from: date
    window_to: date


async def open_slots(
    session: AsyncSession, *, group_id: UUID | None = None, limit: int = 200
) -> Sequence[OpenSlot]:
    """Owed operations of active groups, or of one, without a draft, by the day their window begins.

    For a session of the system: what operations are drafted from.
    """
    statement = (
        select(QuotaSlot, JointGroup)
        .join(JointGroup, col(QuotaSlot.group_id) == JointGroup.id)
        .where(QuotaSlot.state == SlotState.OPEN, JointGroup.state == GroupState.ACTIVE)
        .order_by(col(QuotaSlot.window_from), col(QuotaSlot.id))
        .limit(limit)
    )
    if group_id is not None:
        statement = statement.where(QuotaSlot.group_id == group_id)
    rows = (await session.exec(statement)).all()
    acting = await _acting(session, {found.id for _, found in rows})
    return [
        OpenSlot(
            slot_id=slot.id,
            group_id=found.id,
            group_name=found.name,
            plan_id=found.plan_id,
            lead=found.lead,
            members=tuple(sorted(acting[found.id], key=lambda code: (code != found.lead, code))),
            form=slot.form,
            period=slot.period,
            ordinal=slot.ordinal,
            window_from=slot.window_from,
            window_to=slot.window_to,
        )
        for slot, found in rows
    ]


async def _acting(
    session: AsyncSession, groups_asked: Collection[UUID]
) -> Mapping[UUID, list[str]]:
    statement = select(GroupMember.group_id, GroupMember.division).where(
        col(GroupMember.group_id).in_(list(groups_asked)),
        GroupMember.status == MemberStatus.TAKING_PART,
        GroupMember.role != MemberRole.OBSERVER,
    )
    found: dict[UUID, list[str]] = {each: [] for each in groups_asked}
    for group_id, division in (await session.exec(statement)).all():
        found[group_id].append(division)
    return found


async def lock_slot(session: AsyncSession, slot_id: UUID) -> QuotaSlot:
    """The owed operation, locked until the transaction ends."""
    return await _locked_slot(session, QuotaSlot.id == slot_id) or _no_slot()


async def lock_slot_of(session: AsyncSession, operation_id: UUID) -> QuotaSlot | None:
    """The owed operation that was drafted as this one, locked; None if it was owed by nobody."""
    return await _locked_slot(session, QuotaSlot.operation_id == operation_id)


async def _locked_slot(session: AsyncSession, condition: object) -> QuotaSlot | None:
    statement = (
        select(QuotaSlot)
        .where(condition)  # type: ignore[arg-type]  # a comparison of columns, typed as bool
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return (await session.exec(statement)).one_or_none()


def _no_slot() -> QuotaSlot:
    raise NotFound(what="quota slot")


async def without_quota(session: AsyncSession, *, year: int, limit: int) -> Sequence[JointGroup]:
    """Active groups whose operations of the year were not reckoned yet, locked."""
    statement = (
        select(JointGroup)
        .where(
            JointGroup.state == GroupState.ACTIVE,
            or_(col(JointGroup.quota_year).is_(None), col(JointGroup.quota_year) < year),
        )
        .order_by(col(JointGroup.id))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return (await session.exec(statement)).all()


async def past_groups(session: AsyncSession, *, today: date, limit: int) -> Sequence[JointGroup]:
    """Active groups whose last day is over, locked."""
    statement = (
        select(JointGroup)
        .where(JointGroup.state == GroupState.ACTIVE, JointGroup.valid_to < today)
        .order_by(col(JointGroup.id))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return (await session.exec(statement)).all()


async def groups_with_leavers(
    session: AsyncSession, *, today: date, limit: int
) -> Sequence[JointGroup]:
    """Active groups of which a member's last day is over, locked."""
    gone = (
        select(GroupMember.id)
        .where(
            GroupMember.group_id == JointGroup.id,
            GroupMember.status == MemberStatus.TAKING_PART,
            col(GroupMember.leaves_on) < today,
        )
        .exists()
    )
    statement = (
        select(JointGroup)
        .where(JointGroup.state == GroupState.ACTIVE, gone)
        .order_by(col(JointGroup.id))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return (await session.exec(statement)).all()


async def borders_within(session: AsyncSession, scopes: Sequence[str], *, sea: bool) -> list[Pair]:
    """The borders with both sides in the scopes; in the whole country without any.

    A pair comes once: with the length of all its borders if it touches, else, if `sea` is asked
    for, with the way over the water.
    """
    touching = col(Border.kind).in_(TOUCHING)
    length = func.sum(col(Border.km)).filter(touching)
    statement = (
        select(Border.a, Border.b, length, func.min(col(Border.km)))
        .group_by(col(Border.a), col(Border.b))
        .order_by(col(Border.a), col(Border.b))
    )
    if not sea:
        statement = statement.where(touching)
    if scopes:
        statement = statement.where(
            or_(*(col(Border.a).startswith(each) for each in scopes)),
            or_(*(col(Border.b).startswith(each) for each in scopes)),
        )
    rows: Sequence[tuple[str, str, float | None, float]] = (await session.exec(statement)).all()
    return [
        Pair(a, b, km) if km is not None else Pair(a, b, way, by_sea=True) for a, b, km, way in rows
    ]


async def counties_within(
    session: AsyncSession, scopes: Sequence[str], *, on_day: date
) -> Mapping[str, str]:
    """The names of the counties in the scopes on a day, by code; of all without any scope."""
    statement = (
        select(Division.code, Division.name)
        .where(
            Division.level == Level.COUNTY,
            col(Division.valid_from) <= on_day,
            or_(col(Division.valid_to).is_(None), col(Division.valid_to) >= on_day),
        )
        .order_by(col(Division.code))
    )
    if scopes:
        statement = statement.where(or_(*(col(Division.code).startswith(each) for each in scopes)))
    return dict((await session.exec(statement)).all())


async def owed_by_plan(session: AsyncSession, found: JointGroup, *, on_day: date) -> OwedByPlan:
    """What a group's plan asks of it; without a plan, what the settings of its drafter ask.

    To be asked beyond the caller's rows: a member's county need not see the plan of the cities.
    """
    if found.plan_id is not None:
        return await plan_quota(session, await read_plan(session, found.plan_id), on_day=on_day)
    settings = await rule_settings(session, division=found.drafter, on_day=on_day)
    return OwedByPlan(
        min_ops=settings["plan.min_ops_per_period"],
        period=Period(settings["plan.quota_period"]),
        windows=tuple(
            Window(
                Season(each["season"]),
                Form(each["form"]),
                each["first_month"],
                each["last_month"],
            )
            for each in settings["plan.windows"]
        ),
    )
