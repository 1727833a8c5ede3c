"""Tables of the yearly assessment.

A draft scheme is seen by who assesses and those above; a published one by the units as well. Of an
assessment, a unit sees its own rows and result alone; the table of all is in the published
document.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Numeric, SmallInteger, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from services.regions.assessment.domain.life import ObjectionState, SchemeState, State
from services.regions.assessment.domain.scoring import (
    Event,
    Rules,
    adjustment_from_json,
    line_from_json,
)
from services.regions.base import SCHEMA, RegionsTable
from shared.db import rls
from shared.db.model import Versioned
from shared.db.types import Timestamptz, str_enum

SCHEME_ID: Final = f"{SCHEMA}.assessment_scheme.id"
ASSESSMENT_ID: Final = f"{SCHEMA}.assessment.id"
EVENT_ID: Final = f"{SCHEMA}.assessment_event.id"
MARKS: Final = Numeric(6, 2)


class AssessmentScheme(RegionsTable, Versioned, table=True):
    """年度考核方案: what units are assessed by in a year. Not changed once it is published."""

    __tablename__ = "assessment_scheme"
    __table_args__: Any = (
        CheckConstraint(
            "(state IN ('draft', 'withdrawn')) = (published_at IS NULL)", name="published_when"
        ),
        CheckConstraint(
            "num_nulls(published_at, published_by, number, effective_from) IN (0, 4)",
            name="published_whole",
        ),
        # Rules set late judge what comes after them, and say why they come late.
        CheckConstraint(
            "effective_from > published_at"
            " OR effective_from = published_at AND late_reason IS NOT NULL",
            name="late_reasoned",
        ),
        CheckConstraint("(state = 'superseded') = (ends_at IS NOT NULL)", name="ends_superseded"),
        CheckConstraint("effective_from <= ends_at", name="reign_ordered"),
        UniqueConstraint("division", "year", "number"),
        Index(
            "uq_assessment_scheme_in_force",
            "division",
            "year",
            unique=True,
            postgresql_where=text("state = 'published'"),
        ),
        Index("ix_assessment_scheme_visible_to", "visible_to", postgresql_using="gin"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    division: str = Field(max_length=12)
    year: int = Field(sa_type=SmallInteger)
    # Of the versions published for the year, from 1.
    number: int | None = Field(default=None, sa_type=SmallInteger)
    title: str = Field(max_length=200)
    document: str | None = Field(default=None, max_length=200)
    units: list[str] = Field(sa_type=ARRAY(Text))
    full_marks: Decimal = Field(sa_type=MARKS)
    lines: list[dict[str, Any]] = Field(sa_type=JSONB)
    adjustments: list[dict[str, Any]] = Field(sa_type=JSONB)
    bonus_cap: Decimal = Field(sa_type=MARKS)
    malus_cap: Decimal = Field(sa_type=MARKS)
    minimum_weight: Decimal = Field(sa_type=MARKS)
    caution_below: int = Field(sa_type=SmallInteger)
    state: SchemeState = Field(sa_type=str_enum(SchemeState))
    drafted_at: datetime = Field(sa_type=Timestamptz)
    drafted_by: UUID
    published_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    published_by: UUID | None = None
    effective_from: datetime | None = Field(default=None, sa_type=Timestamptz)
    late_reason: str | None = Field(default=None, sa_type=Text)
    ends_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    changed_at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))

    @property
    def rules(self) -> Rules:
        """The scheme as far as it is computed."""
        return Rules(
            full_marks=self.full_marks,
            lines=tuple(map(line_from_json, self.lines)),
            adjustments=tuple(map(adjustment_from_json, self.adjustments)),
            bonus_cap=self.bonus_cap,
            malus_cap=self.malus_cap,
            minimum_weight=self.minimum_weight,
            caution_below=self.caution_below,
        )


class Assessment(RegionsTable, Versioned, table=True):
    """考核: one scheme applied to a period, as computed at an instant.

    A gathering are the rows that were read for it, a run what came out of them: an accepted
    objection makes another run of the same gathering.
    """

    __tablename__ = "assessment"
    __table_args__: Any = (
        CheckConstraint("first_day <= last_day", name="days_ordered"),
        CheckConstraint("counts_from < counts_until", name="counts_ordered"),
        CheckConstraint("gathering > 0 AND run > 0", name="counted"),
        CheckConstraint(
            "num_nulls(published_at, published_by, document, document_sha256) IN (0, 4)",
            name="published_whole",
        ),
        CheckConstraint("state <> 'published' OR published_at IS NOT NULL", name="published_when"),
        CheckConstraint(
            "(announced_at IS NULL) = (objections_due_at IS NULL)", name="announced_whole"
        ),
        CheckConstraint(
            "(state = 'withdrawn') = (withdraw_reason IS NOT NULL)", name="withdrawal_reasoned"
        ),
        # What the units are told is one result.
        Index(
            "uq_assessment_told",
            "division",
            "first_day",
            "last_day",
            unique=True,
            postgresql_where=text("state IN ('announced', 'published')"),
        ),
        Index("ix_assessment_scheme_id", "scheme_id"),
        Index("ix_assessment_visible_to", "visible_to", postgresql_using="gin"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    division: str = Field(max_length=12)
    scheme_id: UUID = Field(foreign_key=SCHEME_ID)
    year: int = Field(sa_type=SmallInteger)
    title: str = Field(max_length=200)
    first_day: date
    last_day: date
    # Within the scheme's reign: from the first instant on, up to before the second.
    counts_from: datetime = Field(sa_type=Timestamptz)
    counts_until: datetime = Field(sa_type=Timestamptz)
    state: State = Field(sa_type=str_enum(State))
    gathering: int = Field(default=1, sa_type=SmallInteger)
    run: int = Field(default=1, sa_type=SmallInteger)
    as_of: datetime = Field(sa_type=Timestamptz)
    computed_at: datetime = Field(sa_type=Timestamptz)
    computed_by: UUID
    # SHA-256 over rows and results: the same input gives the same.
    result_sha256: str = Field(max_length=64)
    announced_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    objections_due_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    published_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    published_by: UUID | None = None
    document: dict[str, Any] | None = Field(default=None, sa_type=JSONB(none_as_null=True))
    document_sha256: str | None = Field(default=None, max_length=64)
    withdraw_reason: str | None = Field(default=None, sa_type=Text)
    # Set by every act, so that what a unit says is a new version of the assessment.
    changed_at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class AssessmentEvent(RegionsTable, table=True):
    """One row that was counted: an act of a unit, or a duty it let go by. Never changed.

    `subject_kind` and `subject_id` say where it can be read, `source_id` which row of it decided.
    """

    __tablename__ = "assessment_event"
    __table_args__: Any = (
        UniqueConstraint(
            "assessment_id",
            "gathering",
            "indicator",
            "division",
            "source_id",
            name="uq_assessment_event_once",
        ),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    assessment_id: UUID = Field(foreign_key=ASSESSMENT_ID)
    gathering: int = Field(sa_type=SmallInteger)
    indicator: str = Field(max_length=64)
    division: str = Field(max_length=12)
    subject_kind: str = Field(max_length=64)
    subject_id: str = Field(max_length=64)
    source_id: str = Field(max_length=128)
    at: datetime = Field(sa_type=Timestamptz)
    due_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    done_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    good: bool
    value: Decimal = Field(sa_type=Numeric(12, 4))
    visible_to: list[str] = Field(sa_type=ARRAY(Text))

    @property
    def counted(self) -> Event:
        """The row as far as it counts."""
        return Event(self.indicator, self.division, self.source_id, self.good, self.value)


class AssessmentResult(RegionsTable, table=True):
    """What a run came to for one unit, with how. Never changed."""

    __tablename__ = "assessment_result"
    __table_args__: Any = (
        UniqueConstraint("assessment_id", "run", "division", name="uq_assessment_result_once"),
        CheckConstraint("(score IS NULL) = (rank IS NULL)", name="ranked_if_assessed"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    assessment_id: UUID = Field(foreign_key=ASSESSMENT_ID)
    run: int = Field(sa_type=SmallInteger)
    division: str = Field(max_length=12)
    score: Decimal | None = Field(default=None, sa_type=MARKS)
    rank: int | None = Field(default=None, sa_type=SmallInteger)
    caution: bool
    assessed_weight: Decimal = Field(sa_type=MARKS)
    marks: list[dict[str, Any]] = Field(sa_type=JSONB)
    adjusted: list[dict[str, Any]] = Field(sa_type=JSONB)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class AssessmentObjection(RegionsTable, table=True):
    """考核申诉: a unit says that one row must not count, and why. Two persons accept it."""

    __tablename__ = "assessment_objection"
    __table_args__: Any = (
        UniqueConstraint("event_id"),
        CheckConstraint(
            "num_nulls(decided_at, decided_by, decision) IN (0, 3)", name="decision_whole"
        ),
        CheckConstraint(
            "(state IN ('accepted', 'refused', 'proposed')) <= (decided_at IS NOT NULL)",
            name="decided_when",
        ),
        CheckConstraint(
            "(state = 'accepted') = (confirmed_by IS NOT NULL)", name="accepted_by_two"
        ),
        CheckConstraint("confirmed_by <> decided_by", name="two_persons"),
        CheckConstraint(
            "decided_by <> filed_by AND confirmed_by <> filed_by", name="not_ones_own_judge"
        ),
        Index("ix_assessment_objection_assessment_id", "assessment_id"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    assessment_id: UUID = Field(foreign_key=ASSESSMENT_ID)
    event_id: UUID = Field(foreign_key=EVENT_ID)
    division: str = Field(max_length=12)
    grounds: str = Field(sa_type=Text)
    state: ObjectionState = Field(sa_type=str_enum(ObjectionState))
    filed_at: datetime = Field(sa_type=Timestamptz)
    filed_by: UUID
    filed_name: str = Field(max_length=200)
    decided_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    decided_by: UUID | None = None
    decision: str | None = Field(default=None, sa_type=Text)
    confirmed_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    confirmed_by: UUID | None = None
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class AssessmentDelivery(RegionsTable, table=True):
    """The published result handed to a target system outside, by what receipt. Never changed."""

    __tablename__ = "assessment_delivery"
    __table_args__: Any = (
        UniqueConstraint("assessment_id", "system", "reference"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    assessment_id: UUID = Field(foreign_key=ASSESSMENT_ID)
    system: str = Field(max_length=200)
    reference: str = Field(max_length=200)
    handed_on: date
    document_sha256: str = Field(max_length=64)
    note: str | None = Field(default=None, sa_type=Text)
    actor_id: UUID
    actor_name: str = Field(max_length=200)
    at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class AssessmentStep(RegionsTable, table=True):
    """Who did what with a scheme or an assessment. Never changed."""

    __tablename__ = "assessment_step"
    __table_args__: Any = (
        Index("ix_assessment_step_subject_id", "subject_id"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    subject_id: UUID
    action: str = Field(max_length=32)
    state: str = Field(max_length=32)
    # The unit in whose name it was done, if it was a unit's.
    division: str | None = Field(default=None, max_length=12)
    actor_id: UUID
    actor_name: str = Field(max_length=200)
    reason: str | None = Field(default=None, sa_type=Text)
    at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))
