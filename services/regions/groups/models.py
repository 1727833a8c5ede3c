"""Tables of joint groups.

A draft is seen by its drafter alone; from confirming on, by the drafter, the members and those
above them. A member that has left no longer sees the group.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from services.regions.agreements.domain import Form
from services.regions.agreements.domain.consent import Answer, BoundBy
from services.regions.base import SCHEMA, RegionsTable
from services.regions.groups.domain.life import (
    GroupState,
    MemberRole,
    MemberStatus,
)
from services.regions.groups.domain.quotas import SlotState
from services.regions.plans.models import PLAN_ID
from shared.db import rls
from shared.db.model import Versioned
from shared.db.types import Timestamptz, str_enum

GROUP_ID = f"{SCHEMA}.joint_group.id"
PRESENT = "status IN ('invited', 'taking_part')"


class JointGroup(RegionsTable, Versioned, table=True):
    """联动组: bureaus on both sides of a border that act together from day to day."""

    __tablename__ = "joint_group"
    __table_args__: Any = (
        CheckConstraint("valid_from <= valid_to", name="days_ordered"),
        CheckConstraint("term_months > 0 AND term >= 0", name="terms_counted"),
        CheckConstraint(
            "rotation_offset >= 0 AND rotation_from >= 0 AND rotation_from <= term + 1",
            name="rotation_counted",
        ),
        CheckConstraint(
            "(state IN ('draft', 'confirming')) = (activated_by IS NULL) OR state = 'ended'",
            name="activated_once_said",
        ),
        # A superior decides with a reason.
        CheckConstraint(
            "(activated_by IS NOT DISTINCT FROM 'common_superior') = (decision_reason IS NOT NULL)",
            name="decision_reasoned",
        ),
        CheckConstraint("(state = 'ended') = (ended_on IS NOT NULL)", name="ended_on_a_day"),
        Index("uq_joint_group_drafter_code", "drafter", "code", unique=True),
        Index("ix_joint_group_plan_id", "plan_id"),
        Index("ix_joint_group_visible_to", "visible_to", postgresql_using="gin"),
        Index("ix_joint_group_active", "quota_year", postgresql_where=text("state = 'active'")),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    code: str = Field(max_length=64)
    name: str = Field(max_length=200)
    form: Form = Field(sa_type=str_enum(Form))
    # The yearly plan it works under, if any.
    plan_id: UUID | None = Field(default=None, foreign_key=PLAN_ID)
    drafter: str = Field(max_length=12)
    state: GroupState = Field(sa_type=str_enum(GroupState))
    valid_from: date
    valid_to: date
    # Who leads in the running term, and how the next ones follow: term n is led by
    # rotation[(n - rotation_from + rotation_offset) mod k], but for those passed over.
    lead: str = Field(max_length=12)
    rotation: list[str] = Field(sa_type=ARRAY(Text))
    rotation_offset: int
    rotation_from: int
    # Counts the orders there were: a skip belongs to the one it was granted in.
    rotation_number: int
    term: int
    term_months: int
    term_started_on: date
    # Until when members have time to confirm, and since when one of them wants a decision.
    confirm_until: datetime | None = Field(default=None, sa_type=Timestamptz)
    decision_asked_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    activated_by: BoundBy | None = Field(default=None, sa_type=str_enum(BoundBy))
    decision_reason: str | None = Field(default=None, sa_type=Text)
    ended_on: date | None = None
    # The last year whose owed operations were reckoned.
    quota_year: int | None = None
    drafted_at: datetime = Field(sa_type=Timestamptz)
    drafted_by: UUID
    # Set by every act, so that what a member answers is a new version of the group.
    changed_at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class GroupMember(RegionsTable, table=True):
    """One division in a group, for one stay: its role, its word, from when to when."""

    __tablename__ = "group_member"
    __table_args__: Any = (
        CheckConstraint("(consent = 'pending') = (answered_at IS NULL)", name="answered_once_said"),
        CheckConstraint("consent <> 'declined' OR answer_reason IS NOT NULL", name="reasoned"),
        CheckConstraint("leaves_on IS NULL OR joins_on <= leaves_on", name="days_ordered"),
        Index("ix_group_member_division", "division"),
        Index(
            "uq_group_member_present",
            "group_id",
            "division",
            unique=True,
            postgresql_where=text(PRESENT),
        ),
        Index(
            "ix_group_member_leaves_on",
            "leaves_on",
            postgresql_where=text("status = 'taking_part' AND leaves_on IS NOT NULL"),
        ),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    group_id: UUID = Field(foreign_key=GROUP_ID, index=True)
    division: str = Field(max_length=12)
    role: MemberRole = Field(sa_type=str_enum(MemberRole))
    consent: Answer = Field(sa_type=str_enum(Answer))
    status: MemberStatus = Field(sa_type=str_enum(MemberStatus))
    joins_on: date
    leaves_on: date | None = None
    leave_reason: str | None = Field(default=None, sa_type=Text)
    answered_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    answered_by: UUID | None = None
    answer_reason: str | None = Field(default=None, sa_type=Text)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class GroupLiaison(RegionsTable, table=True):
    """联络员: whom to reach in a member, named by the member itself."""

    __tablename__ = "group_liaison"
    __table_args__: Any = ({"info": rls.info(rls.SCOPED)},)

    id: UUID = Field(primary_key=True)
    group_id: UUID = Field(foreign_key=GROUP_ID, index=True)
    division: str = Field(max_length=12)
    unit: str = Field(max_length=200)
    person: str = Field(max_length=200)
    phone: str = Field(max_length=64)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class GroupHandover(RegionsTable, table=True):
    """轮值移交: the end of a term of office, with what is left open.

    `given_at` is empty where the outgoing lead kept silent and the next one took over when the term
    was past; `taken_at` until the next lead has taken it.
    """

    __tablename__ = "group_handover"
    __table_args__: Any = (
        CheckConstraint("given_at IS NOT NULL OR taken_at IS NOT NULL", name="by_somebody"),
        Index("uq_group_handover_term", "group_id", "term", unique=True),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    group_id: UUID = Field(foreign_key=GROUP_ID)
    term: int
    from_division: str = Field(max_length=12)
    to_division: str = Field(max_length=12)
    # What the outgoing lead lists, and what the group itself still has open.
    listed: list[dict[str, Any]] = Field(sa_type=JSONB)
    found: list[dict[str, Any]] = Field(sa_type=JSONB)
    note: str | None = Field(default=None, sa_type=Text)
    given_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    given_by: UUID | None = None
    taken_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    taken_by: UUID | None = None
    remark: str | None = Field(default=None, sa_type=Text)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class GroupSkip(RegionsTable, table=True):
    """A member passed over in a term, why and on whose word. Never changed."""

    __tablename__ = "group_skip"
    __table_args__: Any = (
        Index("uq_group_skip_term_division", "group_id", "term", "division", unique=True),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    group_id: UUID = Field(foreign_key=GROUP_ID)
    term: int
    rotation_number: int
    division: str = Field(max_length=12)
    reason: str = Field(sa_type=Text)
    approved_by: UUID
    approver_name: str = Field(max_length=200)
    at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class GroupStep(RegionsTable, table=True):
    """Who took which step, when and why. Never changed."""

    __tablename__ = "group_step"
    __table_args__: Any = ({"info": rls.info(rls.SCOPED)},)

    id: UUID = Field(primary_key=True)
    group_id: UUID = Field(foreign_key=GROUP_ID, index=True)
    action: str = Field(max_length=32)
    state: GroupState = Field(sa_type=str_enum(GroupState))
    actor_id: UUID
    actor_name: str = Field(max_length=200)
    reason: str | None = Field(default=None, sa_type=Text)
    at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class QuotaSlot(RegionsTable, table=True):
    """One operation a group owes in a period: open until drafted, done when it was held."""

    __tablename__ = "quota_slot"
    __table_args__: Any = (
        CheckConstraint("window_from <= window_to", name="days_ordered"),
        CheckConstraint("ordinal > 0", name="counted"),
        CheckConstraint(
            "(state IN ('open', 'dropped')) = (operation_id IS NULL)", name="drafted_as_something"
        ),
        CheckConstraint("(state = 'done') = (done_at IS NOT NULL)", name="done_once"),
        Index("uq_quota_slot_ordinal", "group_id", "period", "ordinal", unique=True),
        Index(
            "uq_quota_slot_operation_id",
            "operation_id",
            unique=True,
            postgresql_where=text("operation_id IS NOT NULL"),
        ),
        Index("ix_quota_slot_open", "window_from", postgresql_where=text("state = 'open'")),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    group_id: UUID = Field(foreign_key=GROUP_ID)
    # The plan year, for comprehensive action with its window: 2026, 2026-summer.
    period: str = Field(max_length=32)
    ordinal: int
    form: Form = Field(sa_type=str_enum(Form))
    window_from: date
    window_to: date
    state: SlotState = Field(sa_type=str_enum(SlotState))
    operation_id: UUID | None = None
    drafted_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    planned_to: date | None = None
    done_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))
