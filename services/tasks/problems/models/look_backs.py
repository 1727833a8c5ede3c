"""回头看: the draw of closed problems, its secret, and what was seen at each."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Numeric, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from services.tasks.base import SCHEMA, TasksTable
from services.tasks.problems.domain.look_backs import Finding, LookBackState
from services.tasks.problems.models.problems import PROBLEM_ID
from shared.db import rls
from shared.db.model import Versioned
from shared.db.types import Timestamptz, str_enum
from shared.ids import uuid7

LOOK_BACK_ID: Final = f"{SCHEMA}.look_back.id"


class LookBack(TasksTable, Versioned, table=True):
    """回头看抽取: the nonce's hash first, then the pool by another person, then the nonce."""

    __tablename__ = "look_back"
    __table_args__: Any = (
        CheckConstraint("closed_from <= closed_to", name="period_ordered"),
        CheckConstraint("ratio > 0 AND ratio <= 1", name="ratio_is_one"),
        CheckConstraint("frozen_by <> committed_by", name="two_people"),
        CheckConstraint(
            "(state = 'committed') = (pool IS NULL) AND (pool IS NULL) = (frozen_at IS NULL)"
            " AND (pool IS NULL) = (pool_hash IS NULL)",
            name="pool_when_frozen",
        ),
        CheckConstraint(
            "(state IN ('committed', 'frozen')) = (nonce IS NULL)"
            " AND (nonce IS NULL) = (revealed_at IS NULL)",
            name="nonce_when_revealed",
        ),
        Index("ix_look_back_division", "division", "closed_from"),
        Index("ix_look_back_visible_to", "visible_to", postgresql_using="gin"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    division: str = Field(max_length=12)
    # Legal days on which the problems were closed.
    closed_from: date
    closed_to: date
    ratio: Decimal = Field(sa_type=Numeric(5, 4))
    nonce_hash: str = Field(max_length=64)
    committed_at: datetime = Field(sa_type=Timestamptz)
    committed_by: UUID
    committed_by_name: str = Field(max_length=200)
    pool: list[str] | None = Field(default=None, sa_type=JSONB(none_as_null=True), nullable=True)
    pool_hash: str | None = Field(default=None, max_length=64)
    frozen_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    frozen_by: UUID | None = None
    frozen_by_name: str | None = Field(default=None, max_length=200)
    nonce: str | None = Field(default=None, max_length=64)
    revealed_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    state: LookBackState = Field(sa_type=str_enum(LookBackState))
    changed_at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class LookBackSecret(TasksTable, table=True):
    """The nonce before it is shown. Nobody reads it; its hash is published."""

    __tablename__ = "look_back_secret"
    __table_args__: Any = ({"info": rls.info(rls.SYSTEM_ONLY)},)

    look_back_id: UUID = Field(primary_key=True, foreign_key=LOOK_BACK_ID)
    nonce: str = Field(max_length=64)


class LookBackSample(TasksTable, table=True):
    """A drawn problem: who looks at it again, and what they saw."""

    __tablename__ = "look_back_sample"
    __table_args__: Any = (
        UniqueConstraint("look_back_id", "problem_id"),
        CheckConstraint(
            "(finding IS NULL) = (reported_at IS NULL) AND (finding IS NULL) = (facts IS NULL)",
            name="reported_whole",
        ),
        Index("ix_look_back_sample_problem_id", "problem_id"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    look_back_id: UUID = Field(foreign_key=LOOK_BACK_ID)
    problem_id: UUID = Field(foreign_key=PROBLEM_ID)
    # In the order of the draw, from 1.
    place: int
    visitors: list[dict[str, str]] = Field(sa_type=JSONB)
    finding: Finding | None = Field(default=None, sa_type=str_enum(Finding), nullable=True)
    facts: str | None = Field(default=None, sa_type=Text)
    reported_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    reported_by: UUID | None = None
    visible_to: list[str] = Field(sa_type=ARRAY(Text))
