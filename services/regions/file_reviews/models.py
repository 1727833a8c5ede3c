"""Tables of file reviews, blind both ways by row-level security.

A round is seen by who takes part and above. A file with its number and handlers is seen by the
division it is of, and by those above it once the round is closed; a reading by its reader and
nobody else, which is how neither side learns of the other. Convener and auditor are answered by
code; the secrets are the service's.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Numeric, Text, UniqueConstraint, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from services.regions.base import SCHEMA, RegionsTable
from services.regions.file_reviews.domain.assigning import Level
from services.regions.file_reviews.domain.life import FileState, Purpose, ReadingState, State
from shared.db import rls
from shared.db.model import Versioned
from shared.db.types import Timestamptz, str_enum

ROUND_ID: Final = f"{SCHEMA}.file_review.id"
FILE_ID: Final = f"{SCHEMA}.review_file.id"
OFFICER_ID: Final = f"{SCHEMA}.officer.id"
SCORE: Final = Numeric(5, 2)


class FileReview(RegionsTable, Versioned, table=True):
    """案卷评查轮次: which files several divisions have read by one another, and by what rules."""

    __tablename__ = "file_review"
    __table_args__: Any = (
        CheckConstraint("closed_from <= closed_to", name="period_ordered"),
        CheckConstraint("files_per_division > 0", name="has_files"),
        CheckConstraint("(seed IS NULL) = (assigned_at IS NULL)", name="seed_with_assignment"),
        CheckConstraint("(state = 'cancelled') = (cancel_reason IS NOT NULL)", name="cancel_why"),
        Index("ix_file_review_visible_to", "visible_to", postgresql_using="gin"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    title: str = Field(max_length=200)
    convener: str = Field(max_length=12)
    agreement_id: UUID | None = None
    # Kinds of cases, e.g. penalty; days on which they were closed.
    kinds: list[str] = Field(sa_type=ARRAY(Text))
    closed_from: date
    closed_to: date
    files_per_division: int
    rubric: list[dict[str, Any]] = Field(sa_type=JSONB)
    rules: dict[str, Any] = Field(sa_type=JSONB)
    state: State = Field(sa_type=str_enum(State))
    seed_hash: str = Field(max_length=64)
    key_hash: str = Field(max_length=64)
    seed: str | None = Field(default=None, max_length=64)
    level: Level | None = Field(default=None, sa_type=str_enum(Level), nullable=True)
    opened_at: datetime = Field(sa_type=Timestamptz)
    opened_by: UUID
    submit_due_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    assigned_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    published_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    objection_due_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    closed_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    cancel_reason: str | None = Field(default=None, sa_type=Text)
    # Set by every act that all may know of, so that it is a new version of the round.
    changed_at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class FileReviewSecret(RegionsTable, table=True):
    """What the assignment and the codes rest on. Nobody reads it; its hashes are published."""

    __tablename__ = "file_review_secret"
    __table_args__: Any = ({"info": rls.info(rls.SYSTEM_ONLY)},)

    round_id: UUID = Field(primary_key=True, foreign_key=ROUND_ID)
    seed: str = Field(max_length=64)
    key: str = Field(max_length=64)


class FileReviewParty(RegionsTable, table=True):
    """A division that was asked to take part; nothing is said until it says something."""

    __tablename__ = "file_review_party"
    __table_args__: Any = (
        CheckConstraint("(consents IS NULL) = (answered_at IS NULL)", name="answered_once_said"),
        CheckConstraint("consents IS NOT FALSE OR reason IS NOT NULL", name="reasoned"),
        {"info": rls.info(rls.SCOPED)},
    )

    round_id: UUID = Field(primary_key=True, foreign_key=ROUND_ID)
    division: str = Field(primary_key=True, max_length=12)
    consents: bool | None = None
    reason: str | None = Field(default=None, sa_type=Text)
    answered_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    answered_by: UUID | None = None
    # Whether it is among those the files were assigned to.
    takes_part: bool | None = None
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class FileReviewer(RegionsTable, table=True):
    """评查人: an officer whom the own division named. Seen there alone."""

    __tablename__ = "file_reviewer"
    __table_args__: Any = (
        Index("ix_file_reviewer_officer_id", "officer_id"),
        {"info": rls.info(rls.SCOPED)},
    )

    round_id: UUID = Field(primary_key=True, foreign_key=ROUND_ID)
    officer_id: UUID = Field(primary_key=True, foreign_key=OFFICER_ID)
    division: str = Field(max_length=12)
    account_id: UUID
    name: str = Field(max_length=200)
    dropped_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    drop_reason: str | None = Field(default=None, sa_type=Text)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class ReviewFile(RegionsTable, Versioned, table=True):
    """参评案卷 with what only its own division knows of it."""

    __tablename__ = "review_file"
    __table_args__: Any = (
        UniqueConstraint("round_id", "code"),
        # One copy is read once.
        Index(
            "uq_review_file_sha256",
            "round_id",
            "sha256",
            unique=True,
            postgresql_where=text("state <> 'withdrawn'"),
        ),
        Index(
            "uq_review_file_reference",
            "round_id",
            "division",
            "reference",
            unique=True,
            postgresql_where=text("state <> 'withdrawn'"),
        ),
        CheckConstraint("pages > 0", name="has_pages"),
        CheckConstraint("cardinality(handlers) > 0", name="has_handlers"),
        CheckConstraint("(score IS NULL) = (faults IS NULL)", name="score_whole"),
        CheckConstraint("(objected_at IS NULL) = (objection IS NULL)", name="objection_whole"),
        Index("ix_review_file_visible_to", "visible_to", postgresql_using="gin"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    round_id: UUID = Field(foreign_key=ROUND_ID)
    code: str = Field(max_length=32)
    division: str = Field(max_length=12)
    reference: str = Field(max_length=200)
    cause: str = Field(max_length=200)
    kind: str = Field(max_length=64)
    closed_on: date
    object_name: str | None = Field(default=None, max_length=200)
    object_code: str | None = Field(default=None, max_length=18)
    handlers: list[UUID] = Field(sa_type=ARRAY(Uuid))
    sha256: str = Field(max_length=64)
    pages: int
    state: FileState = Field(sa_type=str_enum(FileState))
    score: Decimal | None = Field(default=None, sa_type=SCORE)
    vetoed: bool = False
    faults: list[dict[str, Any]] | None = Field(
        default=None,
        sa_type=JSONB(none_as_null=True),
        nullable=True,
    )
    # What the two of a disputed file agreed on, as the convener recorded it.
    minutes: str | None = Field(default=None, sa_type=Text)
    objection: str | None = Field(default=None, sa_type=Text)
    objected_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    decision: str | None = Field(default=None, sa_type=Text)
    submitted_at: datetime = Field(sa_type=Timestamptz)
    submitted_by: UUID
    changed_at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class ReviewReading(RegionsTable, Versioned, table=True):
    """One reader's work on one file: all of the file that he gets to see, and his marks."""

    __tablename__ = "review_reading"
    __table_args__: Any = (
        UniqueConstraint("file_id", "officer_id"),
        CheckConstraint("(state = 'scored') = (scored_at IS NOT NULL)", name="scored_when"),
        CheckConstraint(
            "(state = 'scored') = (total IS NOT NULL) AND (state = 'scored') = (marks IS NOT NULL)",
            name="marks_whole",
        ),
        CheckConstraint("(state = 'dropped') = (drop_reason IS NOT NULL)", name="drop_why"),
        Index("ix_review_reading_round_id", "round_id"),
        Index("ix_review_reading_officer_id", "officer_id"),
        Index("ix_review_reading_visible_to", "visible_to", postgresql_using="gin"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    round_id: UUID = Field(foreign_key=ROUND_ID)
    file_id: UUID = Field(foreign_key=FILE_ID)
    officer_id: UUID = Field(foreign_key=OFFICER_ID)
    division: str = Field(max_length=12)
    purpose: Purpose = Field(sa_type=str_enum(Purpose))
    code: str = Field(max_length=32)
    kind: str = Field(max_length=64)
    sha256: str = Field(max_length=64)
    pages: int
    state: ReadingState = Field(sa_type=str_enum(ReadingState))
    given_at: datetime = Field(sa_type=Timestamptz)
    due_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    marks: list[dict[str, Any]] | None = Field(
        default=None, sa_type=JSONB(none_as_null=True), nullable=True
    )
    total: Decimal | None = Field(default=None, sa_type=SCORE)
    remark: str | None = Field(default=None, sa_type=Text)
    scored_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    drop_reason: str | None = Field(default=None, sa_type=Text)
    changed_at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class ReviewFault(RegionsTable, Versioned, table=True):
    """整改清单: what the own division puts right after the round is closed."""

    __tablename__ = "review_fault"
    __table_args__: Any = (
        UniqueConstraint("file_id", "item"),
        CheckConstraint("(remedied_at IS NULL) = (remedy IS NULL)", name="remedy_whole"),
        Index("ix_review_fault_round_id", "round_id"),
        Index("ix_review_fault_visible_to", "visible_to", postgresql_using="gin"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    round_id: UUID = Field(foreign_key=ROUND_ID)
    file_id: UUID = Field(foreign_key=FILE_ID)
    division: str = Field(max_length=12)
    item: str = Field(max_length=64)
    points: Decimal = Field(sa_type=SCORE)
    reasons: list[str] = Field(sa_type=ARRAY(Text))
    remedied_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    remedy: str | None = Field(default=None, sa_type=Text)
    changed_at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class FileReviewDraw(RegionsTable, table=True):
    """One assignment: what went in and what came out, in codes, to be run again. Never changed."""

    __tablename__ = "file_review_draw"
    __table_args__: Any = (
        UniqueConstraint("round_id", "number"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    round_id: UUID = Field(foreign_key=ROUND_ID)
    # From 0; the seed of a later draw is the round's with its number behind it, and what it keeps
    # to is the level of the draw before.
    number: int
    purpose: Purpose = Field(sa_type=str_enum(Purpose))
    level: Level = Field(sa_type=str_enum(Level))
    problem: dict[str, Any] = Field(sa_type=JSONB)
    pairs: list[list[str]] = Field(sa_type=JSONB)
    at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class FileReviewStep(RegionsTable, table=True):
    """Who did what in a round, for those who may know of it. Never changed."""

    __tablename__ = "file_review_step"
    __table_args__: Any = (
        Index("ix_file_review_step_round_id", "round_id"),
        Index("ix_file_review_step_visible_to", "visible_to", postgresql_using="gin"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    round_id: UUID = Field(foreign_key=ROUND_ID)
    action: str = Field(max_length=32)
    state: State = Field(sa_type=str_enum(State))
    actor_id: UUID
    actor_name: str = Field(max_length=200)
    reason: str | None = Field(default=None, sa_type=Text)
    at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))
