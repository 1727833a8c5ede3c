"""Tables of border notices: the giver's side and every neighbour see them from the first moment."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from services.regions.base import SCHEMA, RegionsTable
from services.regions.divisions.domain import BorderKind
from services.regions.notices.domain import Finding, PartyState, Position, State, Urgency
from shared.db import rls
from shared.db.model import Versioned
from shared.db.types import Timestamptz, str_enum

NOTICE_ID = f"{SCHEMA}.border_notice.id"


class BorderNotice(RegionsTable, Versioned, table=True):
    """交界地区情况通报: a matter near a border, as its division tells its neighbours."""

    __tablename__ = "border_notice"
    __table_args__: Any = (
        CheckConstraint("(longitude IS NULL) = (latitude IS NULL)", name="point_whole"),
        CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed_once_said"),
        CheckConstraint("(closed_at IS NULL) = (closing IS NULL)", name="closing_reasoned"),
        Index("ix_border_notice_visible_to", "visible_to", postgresql_using="gin"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    division: str = Field(max_length=12)
    matter: dict[str, Any] = Field(sa_type=JSONB)
    # WGS-84, in degrees.
    longitude: float | None = None
    latitude: float | None = None
    urgency: Urgency = Field(sa_type=str_enum(Urgency))
    state: State = Field(sa_type=str_enum(State))
    given_at: datetime = Field(sa_type=Timestamptz)
    given_by: UUID
    closed_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    closing: str | None = Field(default=None, sa_type=Text)
    # Set by every act, so that what a neighbour answers is a new version of the notice.
    changed_at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class NotifiedParty(RegionsTable, table=True):
    """One neighbour of a notice: how it borders, and what it said. Its clock bears its key."""

    __tablename__ = "border_notice_party"
    __table_args__: Any = (
        CheckConstraint("(state = 'told') = (acknowledged_at IS NULL)", name="acknowledged_said"),
        CheckConstraint("(state = 'answered') = (finding IS NOT NULL)", name="answered_said"),
        CheckConstraint(
            "(finding IS NULL) = (answer IS NULL) AND (finding IS NULL) = (answered_at IS NULL)",
            name="answer_whole",
        ),
        CheckConstraint(
            "(finding IS NOT DISTINCT FROM 'handed_over') = (handed_over_to IS NOT NULL)",
            name="handed_to_somebody",
        ),
        Index("uq_border_notice_party_notice_id_division", "notice_id", "division", unique=True),
        Index("ix_border_notice_party_division", "division"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    notice_id: UUID = Field(foreign_key=NOTICE_ID)
    division: str = Field(max_length=12)
    border: BorderKind = Field(sa_type=str_enum(BorderKind))
    km: float
    position: Position | None = Field(default=None, sa_type=str_enum(Position), nullable=True)
    state: PartyState = Field(sa_type=str_enum(PartyState))
    acknowledged_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    acknowledged_by: UUID | None = None
    finding: Finding | None = Field(default=None, sa_type=str_enum(Finding), nullable=True)
    answer: str | None = Field(default=None, sa_type=Text)
    handed_over_to: str | None = Field(default=None, max_length=200)
    answered_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    answered_by: UUID | None = None
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class NoticeStep(RegionsTable, table=True):
    """Who did what with a notice, in whose name, and when. Never changed."""

    __tablename__ = "border_notice_step"
    __table_args__: Any = (
        Index("ix_border_notice_step_notice_id", "notice_id"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    notice_id: UUID = Field(foreign_key=NOTICE_ID)
    action: str = Field(max_length=32)
    state: State = Field(sa_type=str_enum(State))
    division: str = Field(max_length=12)
    actor_id: UUID
    actor_name: str = Field(max_length=200)
    reason: str | None = Field(default=None, sa_type=Text)
    at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))
