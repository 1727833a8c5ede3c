"""Tables of joint plans.

A draft is the lead's alone; from countersigning on it is the parties', and of those above them.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, SmallInteger, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from services.regions.agreements.domain import Focus, Form
from services.regions.agreements.domain.consent import Answer, BoundBy
from services.regions.agreements.models import AGREEMENT_ID
from services.regions.base import SCHEMA, RegionsTable
from services.regions.plans.domain.contents import ItemState, Period
from services.regions.plans.domain.life import State
from shared.db import rls
from shared.db.model import Versioned
from shared.db.types import Timestamptz, str_enum

PLAN_ID = f"{SCHEMA}.plan.id"


class Plan(RegionsTable, Versioned, table=True):
    """联动实施方案: what the parties do together in a year, or the scheme of several years."""

    __tablename__ = "plan"
    __table_args__: Any = (
        CheckConstraint("valid_from <= valid_to", name="days_ordered"),
        CheckConstraint(
            "year IS NULL OR (extract(year FROM valid_from) = year"
            " AND extract(year FROM valid_to) = year)",
            name="lies_in_its_year",
        ),
        CheckConstraint("min_ops IS NULL OR min_ops > 0", name="quota_positive"),
        CheckConstraint("(issued_by IS NULL) = (issued_at IS NULL)", name="issued_at_once"),
        CheckConstraint(
            "(state IN ('draft', 'countersign')) = (issued_by IS NULL)", name="issued_by_somebody"
        ),
        CheckConstraint(
            "(issued_by IS NOT DISTINCT FROM 'common_superior') = (decision_reason IS NOT NULL)",
            name="decision_reasoned",
        ),
        CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed_at_once"),
        CheckConstraint("(closed_at IS NULL) = (summary IS NULL)", name="closed_with_summary"),
        Index("ix_plan_agreement_id", "agreement_id"),
        Index("ix_plan_parent_plan_id", "parent_plan_id"),
        Index("ix_plan_visible_to", "visible_to", postgresql_using="gin"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    # What it stands on, if it stands on anything: seed 003's three-year scheme names no agreement.
    agreement_id: UUID | None = Field(default=None, foreign_key=AGREEMENT_ID)
    parent_plan_id: UUID | None = Field(default=None, foreign_key=PLAN_ID)
    # None for a scheme of several years.
    year: int | None = Field(default=None, sa_type=SmallInteger)
    title: str = Field(max_length=200)
    lead: str = Field(max_length=12)
    state: State = Field(sa_type=str_enum(State))
    valid_from: date
    valid_to: date
    body: str = Field(sa_type=Text)
    forms: list[str] = Field(sa_type=ARRAY(Text))
    links: list[str] = Field(sa_type=ARRAY(Text))
    focuses: list[str] = Field(sa_type=ARRAY(Text))
    # The plan's own figures; without them the settings hold.
    min_ops: int | None = Field(default=None, sa_type=SmallInteger)
    quota_period: Period | None = Field(default=None, sa_type=str_enum(Period))
    windows: list[dict[str, Any]] | None = Field(default=None, sa_type=JSONB)
    text_version: int = Field(sa_type=SmallInteger)
    text_hash: str = Field(max_length=64)
    countersign_until: datetime | None = Field(default=None, sa_type=Timestamptz)
    decision_asked_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    issued_by: BoundBy | None = Field(default=None, sa_type=str_enum(BoundBy))
    issued_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    decision_reason: str | None = Field(default=None, sa_type=Text)
    decided_by: str | None = Field(default=None, max_length=12)
    summary: str | None = Field(default=None, sa_type=Text)
    closed_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    drafted_at: datetime = Field(sa_type=Timestamptz)
    drafted_by: UUID
    # Set by every act, so that what a party says is a new version of the plan.
    changed_at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class PlanParty(RegionsTable, table=True):
    """A party of a plan and what it said to the text on the table."""

    __tablename__ = "plan_party"
    __table_args__: Any = (
        CheckConstraint("(answer = 'pending') = (answered_at IS NULL)", name="answered_once_said"),
        CheckConstraint("(answer = 'pending') = (answered_hash IS NULL)", name="names_its_text"),
        CheckConstraint("answer <> 'declined' OR answer_reason IS NOT NULL", name="reasoned"),
        Index("ix_plan_party_division", "division"),
        {"info": rls.info(rls.SCOPED)},
    )

    plan_id: UUID = Field(primary_key=True, foreign_key=PLAN_ID)
    division: str = Field(primary_key=True, max_length=12)
    position: int = Field(sa_type=SmallInteger)
    answer: Answer = Field(sa_type=str_enum(Answer))
    answered_hash: str | None = Field(default=None, max_length=64)
    answered_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    answered_by: UUID | None = None
    answered_name: str | None = Field(default=None, max_length=200)
    answer_reason: str | None = Field(default=None, sa_type=Text)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class PlanItem(RegionsTable, table=True):
    """A matter of the plan: in which months, what, by whom, and what became of it."""

    __tablename__ = "plan_item"
    __table_args__: Any = (
        UniqueConstraint("plan_id", "position"),
        CheckConstraint(
            "first_month BETWEEN 1 AND 12 AND last_month BETWEEN first_month AND 12",
            name="months_ordered",
        ),
        CheckConstraint("(state = 'open') = (closed_at IS NULL)", name="closed_at_once"),
        CheckConstraint("(closed_at IS NULL) = (outcome IS NULL)", name="closed_with_outcome"),
        CheckConstraint("(state = 'done') = (done_on IS NOT NULL)", name="done_on_a_day"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    plan_id: UUID = Field(foreign_key=PLAN_ID)
    position: int = Field(sa_type=SmallInteger)
    year: int = Field(sa_type=SmallInteger)
    first_month: int = Field(sa_type=SmallInteger)
    last_month: int = Field(sa_type=SmallInteger)
    form: Form = Field(sa_type=str_enum(Form))
    focus: Focus | None = Field(default=None, sa_type=str_enum(Focus))
    media: list[str] = Field(sa_type=ARRAY(Text))
    # GB/T 4754 codes.
    industries: list[str] = Field(sa_type=ARRAY(Text))
    what: str = Field(sa_type=Text)
    # Where, if it is not everywhere in the parties' divisions.
    places: list[str] = Field(sa_type=ARRAY(Text))
    responsible: str = Field(max_length=12)
    state: ItemState = Field(sa_type=str_enum(ItemState))
    # With what it was done, or why it was dropped.
    outcome: str | None = Field(default=None, sa_type=Text)
    done_on: date | None = None
    closed_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    closed_by: UUID | None = None
    closed_name: str | None = Field(default=None, max_length=200)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class PlanText(RegionsTable, table=True):
    """A text that was before the parties, whole and with its hash. Never changed."""

    __tablename__ = "plan_text"
    __table_args__: Any = (
        UniqueConstraint("plan_id", "text_version"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    plan_id: UUID = Field(foreign_key=PLAN_ID)
    text_version: int = Field(sa_type=SmallInteger)
    text_hash: str = Field(max_length=64)
    content: dict[str, Any] = Field(sa_type=JSONB)
    actor_id: UUID
    actor_name: str = Field(max_length=200)
    at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class PlanStep(RegionsTable, table=True):
    """Who took which step, when and why. Never changed."""

    __tablename__ = "plan_step"
    __table_args__: Any = (
        Index("ix_plan_step_plan_id", "plan_id"),
        Index("ix_plan_step_item_id", "item_id"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    plan_id: UUID = Field(foreign_key=PLAN_ID)
    # The matter it is about; a matter a revision took out of the plan leaves its steps behind.
    item_id: UUID | None = None
    action: str = Field(max_length=32)
    state: State = Field(sa_type=str_enum(State))
    division: str | None = Field(default=None, max_length=12)
    text_version: int = Field(sa_type=SmallInteger)
    actor_id: UUID
    actor_name: str = Field(max_length=200)
    reason: str | None = Field(default=None, sa_type=Text)
    at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))
