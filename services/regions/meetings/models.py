"""Tables of joint meetings. A meeting is seen by those invited, and by those above them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, SmallInteger, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from services.regions.agreements.models import AGREEMENT_ID
from services.regions.base import SCHEMA, RegionsTable
from services.regions.meetings.domain import Confirmation, ItemState, Kind, State
from services.regions.plans.models import PLAN_ID
from shared.db import rls
from shared.db.model import Versioned
from shared.db.types import Timestamptz, str_enum

MEETING_ID = f"{SCHEMA}.meeting.id"


class Meeting(RegionsTable, Versioned, table=True):
    """联席会议、会商: called by whose turn it is, under an agreement, a plan or in a group."""

    __tablename__ = "meeting"
    __table_args__: Any = (
        # Whatever it is held under makes the series its open matters carry over in.
        CheckConstraint(
            "num_nonnulls(agreement_id, plan_id, joint_group_id) = 1", name="under_one_thing"
        ),
        CheckConstraint("starts_at < ends_at", name="times_ordered"),
        CheckConstraint(
            "(state IN ('convened', 'cancelled')) = (minutes IS NULL)"
            " AND (minutes IS NULL) = (minutes_hash IS NULL)"
            " AND (minutes IS NULL) = (held_on IS NULL)",
            name="minutes_whole",
        ),
        CheckConstraint("(state = 'cancelled') = (cancel_reason IS NOT NULL)", name="cancelled"),
        Index("ix_meeting_agreement_id", "agreement_id"),
        Index("ix_meeting_plan_id", "plan_id"),
        Index("ix_meeting_joint_group_id", "joint_group_id"),
        Index("ix_meeting_visible_to", "visible_to", postgresql_using="gin"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    kind: Kind = Field(sa_type=str_enum(Kind))
    title: str = Field(max_length=200)
    agreement_id: UUID | None = Field(default=None, foreign_key=AGREEMENT_ID)
    plan_id: UUID | None = Field(default=None, foreign_key=PLAN_ID)
    joint_group_id: UUID | None = None
    # Whose turn it is, and which term of the rotation it is, if there is one.
    host: str = Field(max_length=12)
    term: int | None = None
    starts_at: datetime = Field(sa_type=Timestamptz)
    ends_at: datetime = Field(sa_type=Timestamptz)
    place: str = Field(max_length=200)
    agenda: list[str] = Field(sa_type=ARRAY(Text))
    guests: list[dict[str, Any]] = Field(sa_type=JSONB)
    state: State = Field(sa_type=str_enum(State))
    minutes: str | None = Field(default=None, sa_type=Text)
    decisions: list[str] = Field(sa_type=ARRAY(Text))
    minutes_hash: str | None = Field(default=None, max_length=64)
    minutes_version: int = Field(default=0, sa_type=SmallInteger)
    held_on: date | None = None
    cancel_reason: str | None = Field(default=None, sa_type=Text)
    convened_at: datetime = Field(sa_type=Timestamptz)
    convened_by: UUID
    # Set by every act, so that what a party says is a new version of the meeting.
    changed_at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class MeetingParty(RegionsTable, table=True):
    """A division invited: whom to call, whether it came, what it said to the minutes."""

    __tablename__ = "meeting_party"
    __table_args__: Any = (
        CheckConstraint(
            "(confirmation = 'pending') = (answered_at IS NULL)", name="answered_once_said"
        ),
        CheckConstraint("confirmation <> 'objected' OR answer_reason IS NOT NULL", name="reasoned"),
        CheckConstraint("confirmation = 'pending' OR attended", name="attended_first"),
        Index("ix_meeting_party_division", "division"),
        {"info": rls.info(rls.SCOPED)},
    )

    meeting_id: UUID = Field(primary_key=True, foreign_key=MEETING_ID)
    division: str = Field(primary_key=True, max_length=12)
    position: int = Field(sa_type=SmallInteger)
    liaison_unit: str | None = Field(default=None, max_length=200)
    liaison_person: str | None = Field(default=None, max_length=200)
    liaison_phone: str | None = Field(default=None, max_length=64)
    # Unknown until there are minutes.
    attended: bool | None = None
    attendees: list[str] = Field(sa_type=ARRAY(Text))
    confirmation: Confirmation = Field(sa_type=str_enum(Confirmation))
    answered_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    answered_by: UUID | None = None
    answered_name: str | None = Field(default=None, max_length=200)
    answer_reason: str | None = Field(default=None, sa_type=Text)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class MeetingItem(RegionsTable, Versioned, table=True):
    """A matter a meeting left open: who sees to it and until when. It carries over until closed."""

    __tablename__ = "meeting_item"
    __table_args__: Any = (
        UniqueConstraint("meeting_id", "position"),
        CheckConstraint("(state = 'open') = (closed_at IS NULL)", name="closed_at_once"),
        CheckConstraint("(closed_at IS NULL) = (proof IS NULL)", name="closed_with_proof"),
        CheckConstraint("opened_on < due_on", name="days_ordered"),
        Index(
            "ix_meeting_item_open",
            "responsible",
            "due_on",
            postgresql_where=text("state = 'open'"),
        ),
        Index("ix_meeting_item_visible_to", "visible_to", postgresql_using="gin"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    meeting_id: UUID = Field(foreign_key=MEETING_ID)
    position: int = Field(sa_type=SmallInteger)
    text: str = Field(sa_type=Text)
    responsible: str = Field(max_length=12)
    opened_on: date
    due_on: date
    state: ItemState = Field(sa_type=str_enum(ItemState))
    # What shows that it was done, or why it was dropped; and documents by title and SHA-256.
    proof: str | None = Field(default=None, sa_type=Text)
    attachments: list[dict[str, Any]] = Field(sa_type=JSONB)
    closed_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    closed_by: UUID | None = None
    closed_name: str | None = Field(default=None, max_length=200)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class MeetingStep(RegionsTable, table=True):
    """Who took which step, when and why. Never changed."""

    __tablename__ = "meeting_step"
    __table_args__: Any = (
        Index("ix_meeting_step_meeting_id", "meeting_id"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    meeting_id: UUID = Field(foreign_key=MEETING_ID)
    action: str = Field(max_length=32)
    state: State = Field(sa_type=str_enum(State))
    division: str | None = Field(default=None, max_length=12)
    item_id: UUID | None = None
    # The minutes as they stood, so that an amendment does not efface what was confirmed.
    minutes_hash: str | None = Field(default=None, max_length=64)
    content: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    actor_id: UUID
    actor_name: str = Field(max_length=200)
    reason: str | None = Field(default=None, sa_type=Text)
    at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))
