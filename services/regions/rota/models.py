"""Tables of the all-staff rota (全员执法): units, staff, rounds, who was drawn, swaps.

Names are seen where the rota is kept and where somebody works; of who is drawn also where the
round serves.
"""

from datetime import date, datetime
from fractions import Fraction
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Date,
    Dialect,
    Index,
    Text,
    UniqueConstraint,
    column,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, ExcludeConstraint
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field
from typing_extensions import override

from services.regions.base import SCHEMA, RegionsTable
from services.regions.rota.domain.life import (
    DrawState,
    Excuse,
    Quality,
    RoundState,
    Source,
    SwapState,
)
from services.regions.rota.domain.rounds import text_of
from shared.db import rls
from shared.db.model import Versioned
from shared.db.types import Timestamptz, str_enum

ROTA_ID: Final = f"{SCHEMA}.rota.id"
UNIT_ID: Final = f"{SCHEMA}.rota_unit.id"
STAFF_ID: Final = f"{SCHEMA}.rota_staff.id"
ROUND_ID: Final = f"{SCHEMA}.rota_round.id"
DRAW_ID: Final = f"{SCHEMA}.rota_draw.id"
EXACT: Final = "~ '^-?[0-9]+/[1-9][0-9]*$'"


class Exact(TypeDecorator[Fraction]):
    """A fraction as `p/q`: numeric has no thirds, and what is carried must not drift."""

    impl = Text
    cache_ok = True

    @override
    def process_bind_param(self, value: Fraction | None, dialect: Dialect) -> str | None:
        return None if value is None else text_of(value)

    @override
    def process_result_value(self, value: str | None, dialect: Dialect) -> Fraction | None:
        return None if value is None else Fraction(value)


class Rota(RegionsTable, Versioned, table=True):
    """全员执法轮值表: the scheme of one division, and how many a round draws."""

    __tablename__ = "rota"
    __table_args__: Any = (
        CheckConstraint("capacity > 0", name="draws_somebody"),
        CheckConstraint("(ended_at IS NULL) = (end_reason IS NULL)", name="end_reasoned"),
        # A division has one at a time: two would draw the same people twice.
        Index(
            "uq_rota_division_running",
            "division",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_rota_visible_to", "visible_to", postgresql_using="gin"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    division: str = Field(max_length=12)
    title: str = Field(max_length=200)
    capacity: int
    created_at: datetime = Field(sa_type=Timestamptz)
    ended_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    end_reason: str | None = Field(default=None, sa_type=Text)
    # Set by every act on units, staff and rounds, so that each is a new version.
    changed_at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class RotaUnit(RegionsTable, table=True):
    """抽调单位: a bureau or a named office of one, with its account in the ledger.

    `entitled` is the exact sum of its shares, `given` the persons allotted, `drawn` those who went
    or go, `owing` those it was to send and could not.
    """

    __tablename__ = "rota_unit"
    __table_args__: Any = (
        UniqueConstraint("rota_id", "code"),
        CheckConstraint("headcount > 0", name="has_people"),
        CheckConstraint("owing >= 0", name="owing_counts"),
        CheckConstraint(f"entitled {EXACT}", name="entitled_exact"),
        CheckConstraint("(left_at IS NULL) = (leave_reason IS NULL)", name="leave_reasoned"),
        Index(
            "uq_rota_unit_running",
            "rota_id",
            "bureau_id",
            text("coalesce(office, '')"),
            unique=True,
            postgresql_where=text("left_at IS NULL"),
        ),
        Index("ix_rota_unit_bureau_id", "bureau_id"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    rota_id: UUID = Field(foreign_key=ROTA_ID)
    code: str = Field(max_length=64)
    bureau_id: UUID = Field(foreign_key=f"{SCHEMA}.bureau.id")
    division: str = Field(max_length=12)
    # 处室: an inner office; nothing for the whole bureau.
    office: str | None = Field(default=None, max_length=200)
    headcount: int
    entitled: Fraction = Field(default=Fraction(), sa_type=Exact)
    given: int = 0
    drawn: int = 0
    owing: int = 0
    # The first place behind everybody who stands or stood in its queue.
    queue_end: int = 0
    joined_at: datetime = Field(sa_type=Timestamptz)
    left_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    leave_reason: str | None = Field(default=None, sa_type=Text)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))

    @property
    def carried(self) -> Fraction:
        """What it was entitled to minus what it was given; always between -1 and 1."""
        return self.entitled - self.given


class RotaStaff(RegionsTable, table=True):
    """在编在职人员: one person in one unit's queue; who moves gets a new line in the other unit."""

    __tablename__ = "rota_staff"
    __table_args__: Any = (
        UniqueConstraint("unit_id", "place", deferrable=True, initially="DEFERRED"),
        CheckConstraint("(left_at IS NULL) = (leave_reason IS NULL)", name="leave_reasoned"),
        Index("ix_rota_staff_unit_id", "unit_id", "place"),
        Index(
            "uq_rota_staff_officer_id",
            "officer_id",
            unique=True,
            postgresql_where=text("officer_id IS NOT NULL AND left_at IS NULL"),
        ),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    unit_id: UUID = Field(foreign_key=UNIT_ID)
    name: str = Field(max_length=200)
    # 工号 or another mark that tells people of one name apart.
    number: str | None = Field(default=None, max_length=64)
    # Nothing for office staff without an enforcement certificate.
    officer_id: UUID | None = Field(default=None, foreign_key=f"{SCHEMA}.officer.id")
    # Where the person stands in the queue, and how many turns that amounts to.
    place: int
    lap: int
    drawn: int = 0
    joined_at: datetime = Field(sa_type=Timestamptz)
    left_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    leave_reason: str | None = Field(default=None, sa_type=Text)
    # The line this person had in the unit he or she moved from.
    moved_from_id: UUID | None = Field(default=None, foreign_key=STAFF_ID)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class RotaExcuse(RegionsTable, table=True):
    """请假、回避、免抽: from the first day to the last, both included, with who allowed it."""

    __tablename__ = "rota_excuse"
    __table_args__: Any = (
        CheckConstraint("starts_on <= ends_on", name="ordered"),
        CheckConstraint(
            "(withdrawn_at IS NULL) = (withdraw_reason IS NULL)", name="withdrawal_reasoned"
        ),
        Index("ix_rota_excuse_staff_id", "staff_id", "ends_on"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    staff_id: UUID = Field(foreign_key=STAFF_ID)
    kind: Excuse = Field(sa_type=str_enum(Excuse))
    starts_on: date = Field(sa_type=Date)
    ends_on: date = Field(sa_type=Date)
    reason: str = Field(sa_type=Text)
    approved_by: UUID
    approver_name: str = Field(max_length=200)
    approved_at: datetime = Field(sa_type=Timestamptz)
    withdrawn_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    withdraw_reason: str | None = Field(default=None, sa_type=Text)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class RotaRound(RegionsTable, Versioned, table=True):
    """轮次: who goes when, where to; with the whole input, so that anyone can draw it again."""

    __tablename__ = "rota_round"
    __table_args__: Any = (
        UniqueConstraint("rota_id", "number"),
        CheckConstraint("starts_on <= ends_on", name="ordered"),
        CheckConstraint("(published_at IS NULL) = (published_by IS NULL)", name="published_whole"),
        CheckConstraint("published_by IS NULL OR published_by <> prepared_by", name="two_persons"),
        CheckConstraint("state <> 'called_off' OR reason IS NOT NULL", name="call_off_reasoned"),
        Index("ix_rota_round_starts_on", "rota_id", "starts_on"),
        Index("ix_rota_round_visible_to", "visible_to", postgresql_using="gin"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    rota_id: UUID = Field(foreign_key=ROTA_ID)
    number: int
    # The division whose rota it is, and the one that receives the people.
    division: str = Field(max_length=12)
    place: str = Field(max_length=12)
    purpose: str = Field(max_length=500)
    operation_id: UUID | None = None
    starts_on: date = Field(sa_type=Date)
    ends_on: date = Field(sa_type=Date)
    state: RoundState = Field(sa_type=str_enum(RoundState))
    # What decided, what came of it, and the hash of both.
    input: dict[str, Any] = Field(sa_type=JSONB)
    outcome: list[dict[str, Any]] = Field(sa_type=JSONB)
    digest: str = Field(max_length=64)
    prepared_by: UUID
    preparer_name: str = Field(max_length=200)
    prepared_at: datetime = Field(sa_type=Timestamptz)
    # Which one it was in the order of publishing; the ledger stands on it.
    sequence: int | None = None
    published_by: UUID | None = None
    published_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    reason: str | None = Field(default=None, sa_type=Text)
    changed_at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))

    @property
    def days(self) -> int:
        return (self.ends_on - self.starts_on).days + 1


class RotaDraw(RegionsTable, table=True):
    """抽调人员: one person's turn in one round, from being told to the leader's word on it."""

    __tablename__ = "rota_draw"
    __table_args__: Any = (
        CheckConstraint("(state = 'served') = (served_on IS NOT NULL)", name="served_on_some_days"),
        CheckConstraint("state <> 'excused' OR reason IS NOT NULL", name="excuse_reasoned"),
        # Nobody has two turns at once.
        ExcludeConstraint(
            (column("staff_id"), "="),
            (text("daterange(starts_on, ends_on, '[]')"), "&&"),
            where=text("state IN ('drawn', 'confirmed', 'served')"),
            name="ex_rota_draw_one_turn_at_a_time",
        ),
        Index("ix_rota_draw_round_id", "round_id"),
        Index("ix_rota_draw_unit_id", "unit_id"),
        Index("ix_rota_draw_officer_id", "officer_id"),
        Index("ix_rota_draw_replaces_id", "replaces_id"),
        Index("ix_rota_draw_visible_to", "visible_to", postgresql_using="gin"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    round_id: UUID = Field(foreign_key=ROUND_ID)
    unit_id: UUID = Field(foreign_key=UNIT_ID)
    staff_id: UUID = Field(foreign_key=STAFF_ID)
    # As it stands in the published list, for those who see no more than that.
    unit: str = Field(max_length=64)
    division: str = Field(max_length=12)
    name: str = Field(max_length=200)
    officer_id: UUID | None = Field(default=None, foreign_key=f"{SCHEMA}.officer.id")
    # Counts towards the two officers of an inspection (行政处罚法 art. 42).
    certificated: bool
    starts_on: date = Field(sa_type=Date)
    ends_on: date = Field(sa_type=Date)
    source: Source = Field(sa_type=str_enum(Source))
    # The turn this one stands in for.
    replaces_id: UUID | None = Field(default=None, foreign_key=DRAW_ID)
    # Where the person stood; who is excused stands there again.
    place: int
    lap: int
    state: DrawState = Field(sa_type=str_enum(DrawState))
    told_at: datetime = Field(sa_type=Timestamptz)
    confirmed_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    served_on: list[date] | None = Field(default=None, sa_type=ARRAY(Date))
    reason: str | None = Field(default=None, sa_type=Text)
    approver_name: str | None = Field(default=None, max_length=200)
    obeyed: bool | None = None
    quality: Quality | None = Field(default=None, sa_type=str_enum(Quality), nullable=True)
    remark: str | None = Field(default=None, sa_type=Text)
    remarked_by: UUID | None = None
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class RotaSwap(RegionsTable, table=True):
    """调换: who asked, who agreed, who approved."""

    __tablename__ = "rota_swap"
    __table_args__: Any = (
        CheckConstraint("state <> 'refused' OR refuse_reason IS NOT NULL", name="refusal_reasoned"),
        # One at a time is asked for of a turn.
        Index(
            "uq_rota_swap_pending",
            "draw_id",
            unique=True,
            postgresql_where=text("state IN ('asked', 'agreed')"),
        ),
        Index("ix_rota_swap_draw_id", "draw_id"),
        Index("ix_rota_swap_staff_id", "staff_id"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    draw_id: UUID = Field(foreign_key=DRAW_ID)
    # Who takes the turn.
    staff_id: UUID = Field(foreign_key=STAFF_ID)
    state: SwapState = Field(sa_type=str_enum(SwapState))
    reason: str = Field(sa_type=Text)
    asked_by: UUID
    asker_name: str = Field(max_length=200)
    asked_at: datetime = Field(sa_type=Timestamptz)
    agreed_by: UUID | None = None
    agreed_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    decided_by: UUID | None = None
    decider_name: str | None = Field(default=None, max_length=200)
    decided_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    refuse_reason: str | None = Field(default=None, sa_type=Text)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class RotaStep(RegionsTable, table=True):
    """Who did what with a rota and its rounds. Never changed."""

    __tablename__ = "rota_step"
    __table_args__: Any = (
        Index("ix_rota_step_rota_id", "rota_id"),
        Index("ix_rota_step_round_id", "round_id"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    rota_id: UUID = Field(foreign_key=ROTA_ID)
    round_id: UUID | None = Field(default=None, foreign_key=ROUND_ID)
    draw_id: UUID | None = Field(default=None, foreign_key=DRAW_ID)
    action: str = Field(max_length=32)
    actor_id: UUID
    actor_name: str = Field(max_length=200)
    reason: str | None = Field(default=None, sa_type=Text)
    at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))
