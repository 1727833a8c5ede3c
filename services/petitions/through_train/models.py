"""Escalations and the working group they are reported to."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from services.petitions.base import PetitionsTable
from services.petitions.through_train.domain import Action, Level, NoteKind, State, Trigger
from shared.auth.actor import Role
from shared.db import rls
from shared.db.model import Versioned
from shared.db.types import Timestamptz, str_enum
from shared.ids import uuid7


class WorkingGroup(PetitionsTable, Versioned, table=True):
    """A city's 生态环境信访直通车工作群."""

    __tablename__ = "working_group"
    __table_args__ = (UniqueConstraint("city"), {"info": rls.info(rls.SCOPED)})

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    city: str = Field(max_length=12)
    name: str = Field(max_length=200)
    # The joint document it stands on: title, number, who issued it and when.
    scheme: dict[str, Any] | None = Field(
        default=None, sa_column=Column(JSONB(none_as_null=True), nullable=True)
    )
    created_at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))


class WorkingGroupMember(PetitionsTable, table=True):
    """Somebody who gets the reports and confirms their receipt."""

    __tablename__ = "working_group_member"
    __table_args__ = ({"info": rls.info(rls.SCOPED)},)

    group_id: UUID = Field(primary_key=True, foreign_key="petitions.working_group.id")
    account_id: UUID = Field(primary_key=True)
    name: str = Field(max_length=200)
    division: str = Field(max_length=12)
    role: Role = Field(sa_type=str_enum(Role))
    # Whether a report waits for this member's receipt.
    must_confirm: bool = True
    joined_at: datetime = Field(sa_type=Timestamptz)
    left_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    left_reason: str | None = Field(default=None, max_length=200)
    visible_to: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))


class Escalation(PetitionsTable, Versioned, table=True):
    """A matter on the through-train: its first petition stands for its repeats too."""

    __tablename__ = "escalation"
    __table_args__ = (
        # A matter is in at most one running escalation; a relapse opens a new, linked one.
        Index(
            "uq_escalation_running",
            "petition_id",
            unique=True,
            postgresql_where=text("state <> 'resolved'"),
        ),
        # Who decided, and why, is never without the other.
        CheckConstraint(
            "(decided_by IS NULL) = (decision_reason IS NULL)", name="decision_has_reason"
        ),
        # Nothing skips the push.
        CheckConstraint("state = 'candidate' OR pushed_at IS NOT NULL", name="pushed_first"),
        # Taken up by the city means somebody owns it.
        CheckConstraint("state <> 'city_level' OR owner IS NOT NULL", name="city_names_owner"),
        Index("ix_escalation_city_state", "city", "state", "triggered_at"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    petition_id: UUID = Field(foreign_key="petitions.petition.id")
    previous_id: UUID | None = Field(default=None, foreign_key="petitions.escalation.id")
    county: str = Field(max_length=12)
    city: str = Field(max_length=12)
    divisions: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    trigger: Trigger = Field(sa_type=str_enum(Trigger))
    triggered_at: datetime = Field(sa_type=Timestamptz)
    state: State = Field(default=State.CANDIDATE, sa_type=str_enum(State))
    pushed_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    supervision_level: Level | None = Field(default=None, sa_type=str_enum(Level), nullable=True)
    decided_by: UUID | None = None
    decision_reason: str | None = Field(default=None, max_length=200)
    undecided: bool = False
    owner: str | None = Field(default=None, max_length=200)
    # What came back from `tasks` or `regions`: counts and a summary, no complaint.
    result: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB, nullable=True))
    result_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    # The inspection was called off and none came since: nobody is on the matter.
    task_withdrawn_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    proof: str | None = Field(default=None, max_length=200)
    resolved_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    created_at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))


class EscalationStep(PetitionsTable, table=True):
    """One line of an escalation's history."""

    __tablename__ = "escalation_step"
    __table_args__ = (
        Index("ix_escalation_step_escalation", "escalation_id", "at"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    escalation_id: UUID = Field(foreign_key="petitions.escalation.id")
    action: Action = Field(sa_type=str_enum(Action))
    state: State = Field(sa_type=str_enum(State))
    actor_id: UUID
    actor_name: str = Field(max_length=200)
    reason: str | None = Field(default=None, max_length=200)
    at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))


class EscalationNote(PetitionsTable, table=True):
    """What is told of a matter beside its steps, redacted: progress, a further trigger."""

    __tablename__ = "escalation_note"
    __table_args__ = (
        Index("ix_escalation_note_escalation", "escalation_id", "at"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    escalation_id: UUID = Field(foreign_key="petitions.escalation.id")
    kind: NoteKind = Field(sa_type=str_enum(NoteKind))
    note: str = Field(max_length=500)
    actor_id: UUID
    actor_name: str = Field(max_length=200)
    at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
