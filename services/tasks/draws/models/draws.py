"""Tables of draws. What is drawn is seen by the drawers alone until it is checked.

That a draw was made, by whom and with which hashes, everybody of the division may know. The nonce
is the service's. Snapshot and drawn objects carry marks of named people in `visible_to`; the day
of its check adds the officers of an object, and the check, or the end of the days of the checks,
puts the divisions there instead.
"""

from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from services.tasks.base import SCHEMA, TasksTable
from services.tasks.draws.domain.life import Decision, FollowUp, Liability, Outcome, State
from services.tasks.draws.domain.pool import ObjectClass
from services.tasks.draws.models.library import PLAN_ID
from services.tasks.enterprises.domain.visits import Mode
from services.tasks.enterprises.models.registry import ENTERPRISE_ID, following
from shared.db import rls
from shared.db.model import Versioned
from shared.db.types import Timestamptz, str_enum
from shared.ids import uuid7

DRAW_ID: Final = f"{SCHEMA}.draw.id"
DRAWN_ID: Final = f"{SCHEMA}.drawn_object.id"


class Draw(TasksTable, Versioned, table=True):
    """双随机抽取: one draw of a plan in a quarter, as everybody of the division may know of it."""

    __tablename__ = "draw"
    __table_args__: Any = (
        # Nobody tries two side by side and takes the better.
        Index(
            "uq_draw_standing",
            "plan_id",
            "period",
            unique=True,
            postgresql_where=text("state IN ('committed', 'frozen', 'revealed', 'staffed')"),
        ),
        CheckConstraint("frozen_by <> committed_by", name="frozen_by_another"),
        CheckConstraint(
            "(frozen_at IS NULL) = (frozen_by IS NULL)"
            " AND (frozen_at IS NULL) = (snapshot_hash IS NULL)",
            name="frozen_whole",
        ),
        CheckConstraint("(staffed_at IS NULL) = (result_hash IS NULL)", name="staffed_whole"),
        CheckConstraint(
            "committed_at <= frozen_at AND frozen_at <= revealed_at AND revealed_at <= staffed_at",
            name="in_order",
        ),
        CheckConstraint(
            "state NOT IN ('frozen', 'revealed', 'staffed') OR frozen_at IS NOT NULL",
            name="frozen_before",
        ),
        CheckConstraint(
            "state NOT IN ('revealed', 'staffed') OR revealed_at IS NOT NULL",
            name="revealed_before",
        ),
        CheckConstraint("(redraw_of_id IS NULL) = (redraw_reason IS NULL)", name="redraw_reasoned"),
        CheckConstraint("redraw_of_id <> id", name="redraw_of_another"),
        CheckConstraint("opens_on <= closes_on", name="days_ordered"),
        UniqueConstraint("redraw_of_id"),
        Index("ix_draw_plan_id", "plan_id", "period"),
        Index(
            "ix_draw_waiting",
            "lapses_at",
            postgresql_where=text("state IN ('committed', 'frozen')"),
        ),
        Index(
            "ix_draw_sealed",
            "closes_on",
            postgresql_where=text("opened_at IS NULL AND result_hash IS NOT NULL"),
        ),
        Index("ix_draw_visible_to", "visible_to", postgresql_using="gin"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    plan_id: UUID = Field(foreign_key=PLAN_ID)
    division: str = Field(max_length=12)
    title: str = Field(max_length=200)
    # The quarter, e.g. 2026Q1.
    period: str = Field(max_length=8)
    # The days between which the drawn are checked.
    opens_on: date
    closes_on: date
    state: State = Field(sa_type=str_enum(State))
    nonce_hash: str = Field(max_length=64)
    snapshot_hash: str | None = Field(default=None, max_length=64)
    result_hash: str | None = Field(default=None, max_length=64)
    committed_by: UUID
    committed_at: datetime = Field(sa_type=Timestamptz)
    frozen_by: UUID | None = None
    frozen_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    revealed_by: UUID | None = None
    revealed_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    staffed_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    # When the next step must have been taken.
    lapses_at: datetime = Field(sa_type=Timestamptz)
    # By class: how many there are and how many were drawn; by reason: how many were left out.
    numbers: dict[str, list[int]] = Field(default_factory=dict, sa_type=JSONB)
    left_out: dict[str, int] = Field(default_factory=dict, sa_type=JSONB)
    redraw_of_id: UUID | None = Field(default=None, foreign_key=DRAW_ID)
    redraw_reason: str | None = Field(default=None, sa_type=Text)
    # When its secrecy was over.
    opened_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    changed_at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class DrawNonce(TasksTable, table=True):
    """The nonce behind the published hash. Nobody reads it; the file of the draw tells it."""

    __tablename__ = "draw_nonce"
    __table_args__: Any = (
        CheckConstraint("octet_length(nonce) = 32", name="whole"),
        {"info": rls.info(rls.SYSTEM_ONLY)},
    )

    draw_id: UUID = Field(primary_key=True, foreign_key=DRAW_ID)
    nonce: bytes = Field(sa_type=LargeBinary)


class DrawSnapshot(TasksTable, table=True):
    """The frozen pool as canonical JSON, what its codes stand for, and later the bars.

    Seen as the drawn objects are: the pool with the nonce is the result.
    """

    __tablename__ = "draw_snapshot"
    __table_args__: Any = ({"info": rls.info(rls.SCOPED)},)

    draw_id: UUID = Field(primary_key=True, foreign_key=DRAW_ID)
    content: str = Field(sa_type=Text)
    # Object code to the object's key; officer id to what `regions` said of the officer.
    objects: dict[str, str] = Field(sa_type=JSONB)
    officers: dict[str, dict[str, Any]] = Field(sa_type=JSONB)
    # Object code to officer id to the codes of what bars the officer from the object.
    barred: dict[str, dict[str, list[str]]] = Field(default_factory=dict, sa_type=JSONB)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class DrawnObject(TasksTable, Versioned, table=True):
    """抽中对象: what was drawn, when it is checked, and what came of it."""

    __tablename__ = "drawn_object"
    __table_args__: Any = (
        UniqueConstraint("draw_id", "enterprise_id"),
        CheckConstraint("(state = 'checked') = (checked_on IS NOT NULL)", name="checked_when"),
        CheckConstraint("(checked_on IS NULL) = (result IS NULL)", name="result_told"),
        CheckConstraint("(decision IS NULL) = (decided_at IS NULL)", name="decision_whole"),
        CheckConstraint("decision IS NULL OR state = 'checked'", name="decided_after"),
        CheckConstraint(
            "(published_at IS NULL) = (publication IS NULL)"
            " AND (published_at IS NULL OR decision IS NOT NULL)",
            name="published_whole",
        ),
        CheckConstraint("open_problems >= 0 AND cases >= 0", name="counts"),
        Index("ix_drawn_object_enterprise_id", "enterprise_id"),
        Index("ix_drawn_object_untold", "day", postgresql_where=text("told_at IS NULL")),
        Index("ix_drawn_object_problems", "id", postgresql_where=text("open_problems > 0")),
        Index("ix_drawn_object_visible_to", "visible_to", postgresql_using="gin"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    draw_id: UUID = Field(foreign_key=DRAW_ID)
    # In the order drawn, from 1.
    number: int
    enterprise_id: UUID = Field(foreign_key=ENTERPRISE_ID)
    # The object as it was then.
    object_name: str = Field(max_length=200)
    object_code: str = Field(max_length=64)
    division: str = Field(max_length=12)
    object_class: ObjectClass = Field(sa_type=str_enum(ObjectClass))
    mode: Mode = Field(sa_type=str_enum(Mode))
    day: date
    # When its officers were told.
    told_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    # The superior that names officers, where fewer than two were left.
    sent_up_to: str | None = Field(default=None, max_length=12)
    state: Outcome = Field(default=Outcome.DRAWN, sa_type=str_enum(Outcome))
    checked_on: date | None = None
    result: str | None = Field(default=None, sa_type=Text)
    # 动态清单: what was found, when, and when it was put right.
    problems: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB)
    open_problems: int = 0
    cases: int = 0
    decision: Decision | None = Field(default=None, sa_type=str_enum(Decision), nullable=True)
    decided_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    published_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    publication: dict[str, Any] | None = Field(
        default=None, sa_type=JSONB(none_as_null=True), nullable=True
    )
    changed_at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class DrawnOfficer(TasksTable, table=True):
    """An officer matched to a drawn object, as `regions` knew the officer then. Never changed."""

    __tablename__ = "drawn_officer"
    __table_args__: Any = (
        UniqueConstraint("drawn_object_id", "officer_id"),
        Index("ix_drawn_officer_officer_id", "officer_id", "year"),
        {"info": rls.info(following("drawn_object", "drawn_object_id"))},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    drawn_object_id: UUID = Field(foreign_key=DRAWN_ID)
    officer_id: UUID
    account_id: UUID
    name: str = Field(max_length=200)
    division: str = Field(max_length=12)
    certificate_number: str = Field(max_length=64)
    # Whose load it counts to.
    year: int
    # Named by the superior instead of drawn.
    assigned: bool = False


class DrawStep(TasksTable, table=True):
    """One step of a draw or of something drawn: by whom and why, never what. Never changed."""

    __tablename__ = "draw_step"
    __table_args__: Any = (
        Index("ix_draw_step_draw_id", "draw_id"),
        {"info": rls.info(following("draw", "draw_id"))},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    draw_id: UUID = Field(foreign_key=DRAW_ID)
    action: str = Field(max_length=32)
    state: State = Field(sa_type=str_enum(State))
    actor_id: UUID
    actor_name: str = Field(max_length=200)
    reason: str | None = Field(default=None, sa_type=Text)
    at: datetime = Field(sa_type=Timestamptz)


class DrawFollowUpSample(TasksTable, table=True):
    """Which checks are looked at again: drawn once a draw and kind, to be run again. Never changed.

    The seed is that of the draw's id, the hash of the codes as canonical JSON, and the nonce.
    """

    __tablename__ = "draw_follow_up_sample"
    __table_args__: Any = (
        CheckConstraint("octet_length(nonce) = 32", name="whole"),
        {"info": rls.info(following("draw", "draw_id"))},
    )

    draw_id: UUID = Field(primary_key=True, foreign_key=DRAW_ID)
    kind: FollowUp = Field(primary_key=True, sa_type=str_enum(FollowUp))
    codes: list[str] = Field(sa_type=JSONB)
    nonce: bytes = Field(sa_type=LargeBinary)
    at: datetime = Field(sa_type=Timestamptz)


class DrawFollowUp(TasksTable, Versioned, table=True):
    """回头看 or 廉政回访 of one check, and whether who checked was diligent (尽职免责)."""

    __tablename__ = "draw_follow_up"
    __table_args__: Any = (
        UniqueConstraint("drawn_object_id", "kind"),
        CheckConstraint("(done_at IS NULL) = (note IS NULL)", name="done_whole"),
        CheckConstraint("(done_at IS NULL) = (found IS NULL)", name="found_said"),
        CheckConstraint(
            "(liability IS NOT NULL) = coalesce(found, false)"
            " AND (liability IS NULL) = (liability_note IS NULL)",
            name="liability_judged",
        ),
        Index("ix_draw_follow_up_draw_id", "draw_id"),
        Index("ix_draw_follow_up_visible_to", "visible_to", postgresql_using="gin"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    draw_id: UUID = Field(foreign_key=DRAW_ID)
    drawn_object_id: UUID = Field(foreign_key=DRAWN_ID)
    kind: FollowUp = Field(sa_type=str_enum(FollowUp))
    division: str = Field(max_length=12)
    object_name: str = Field(max_length=200)
    done_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    done_by: UUID | None = None
    # Whether something was found that the check had missed, or a breach of integrity.
    found: bool | None = None
    note: str | None = Field(default=None, sa_type=Text)
    liability: Liability | None = Field(default=None, sa_type=str_enum(Liability), nullable=True)
    liability_note: str | None = Field(default=None, sa_type=Text)
    changed_at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))
