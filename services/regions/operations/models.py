"""Tables of joint operations.

A draft is seen by the lead alone; from countersigning on, by the lead, the parties and those above
them; a surprise plan until its start by the people named. Whose part is finished keeps what there
was until then and the joint report; who left keeps its own rows.
"""

from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    Sequence,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from services.regions.agreements.domain import Form
from services.regions.base import SCHEMA, RegionsTable
from services.regions.operations.domain import (
    Consent,
    IssuedBy,
    Kind,
    PartyRole,
    PartyStatus,
    Rectified,
    State,
)
from shared.contracts.origins import OriginKind
from shared.db import rls
from shared.db.model import Versioned
from shared.db.types import Timestamptz, str_enum

OPERATION_ID = f"{SCHEMA}.operation.id"

# The order of acts. Those of one operation follow one another by its lock, whatever the clock says.
ACT: Final = Sequence("operation_act", schema=SCHEMA, metadata=RegionsTable.metadata)
NEXT_ACT: Final = text(f"nextval('{SCHEMA}.operation_act')")

# Tables whose rows are seen by who takes part in their operation.
FOLLOWERS: Final = (
    "operation_team",
    "operation_officer",
    "operation_step",
    "operation_result",
    "finding_look_back",
)
# Whose part is finished sees the operation itself still: its report.
SEEN: Final = rls.Policy(
    f"{rls.IN_SCOPE} OR recall_to && {rls.SCOPES} OR {rls.AS_SYSTEM}", rls.SCOPED.check
)


def _in_sight(table: str) -> str:
    of_it = f"o.id = {table}.operation_id AND o.visible_to && {rls.SCOPES}"
    return f"EXISTS (SELECT 1 FROM {SCHEMA}.operation AS o WHERE {of_it})"  # noqa: S608 -- our own names


def _remembered(table: str) -> str:
    ended = (
        f"p.operation_id = {table}.operation_id AND p.status = 'finished'"
        f" AND p.visible_to && {rls.SCOPES} AND {table}.act <= p.ended_act"
    )
    return f"EXISTS (SELECT 1 FROM {SCHEMA}.participation AS p WHERE {ended})"  # noqa: S608 -- same


def _followed(table: str) -> rls.Policy:
    """Rows that are seen with their operation, judged when they are read.

    Whose part is finished sees those written until then.
    """
    seen = f"{_in_sight(table)} OR {_remembered(table)} OR {rls.AS_SYSTEM}"
    return rls.Policy(seen, rls.IN_CONTEXT)


def _owned(table: str) -> rls.Policy:
    """As `_followed`, and its own party sees the row whatever became of its part."""
    seen = f"{rls.IN_SCOPE} OR {_in_sight(table)} OR {_remembered(table)} OR {rls.AS_SYSTEM}"
    return rls.Policy(seen, rls.IN_CONTEXT)


# A party's own row, and the others' as long as the operation is in sight.
PARTY: Final = rls.Policy(
    f"{rls.IN_SCOPE} OR {_in_sight('participation')} OR {rls.AS_SYSTEM}", rls.IN_CONTEXT
)


class Operation(RegionsTable, Versioned, table=True):
    """联动行动: what several divisions do together about one matter."""

    __tablename__ = "operation"
    __table_args__: Any = (
        CheckConstraint("planned_from <= planned_to AND planned_to <= due_on", name="days_ordered"),
        CheckConstraint("(origin_kind IS NULL) = (origin_id IS NULL)", name="origin_whole"),
        # A superior decides with a reason.
        CheckConstraint(
            "issued_by IS DISTINCT FROM 'common_superior' OR issue_reason IS NOT NULL",
            name="decision_reasoned",
        ),
        CheckConstraint(
            "(summarised_at IS NULL) = (summary IS NULL)"
            " AND (summarised_at IS NULL) = (inspections IS NULL)"
            " AND (summarised_at IS NULL) = (problems_found IS NULL)"
            " AND (summarised_at IS NULL) = (problems_closed IS NULL)",
            name="report_whole",
        ),
        CheckConstraint("links <@ '{area,time,staff,information}'", name="links_known"),
        CheckConstraint("focuses <@ '{air,water,waste,off_site}'", name="focuses_known"),
        # Only what is kept secret until its start has people named.
        CheckConstraint("kind = 'surprise' OR named = '{}'", name="named_if_surprise"),
        Index("ix_operation_origin_id", "origin_id"),
        Index("ix_operation_group_id", "group_id"),
        Index("ix_operation_plan_id", "plan_id"),
        Index("ix_operation_activation_id", "activation_id"),
        Index("ix_operation_visible_to", "visible_to", postgresql_using="gin"),
        Index("ix_operation_recall_to", "recall_to", postgresql_using="gin"),
        {"info": rls.info(SEEN)},
    )

    id: UUID = Field(primary_key=True)
    form: Form = Field(sa_type=str_enum(Form))
    kind: Kind = Field(default=Kind.NORMAL, sa_type=str_enum(Kind))
    title: str = Field(max_length=200)
    lead: str = Field(max_length=12)
    links: list[str] = Field(default_factory=list, sa_type=ARRAY(Text))
    focuses: list[str] = Field(default_factory=list, sa_type=ARRAY(Text))
    matter: dict[str, Any] = Field(sa_type=JSONB)
    origin_kind: OriginKind | None = Field(default=None, sa_type=str_enum(OriginKind))
    origin_id: UUID | None = None
    # The group and plan it counts for, the emergency it grew out of.
    group_id: UUID | None = None
    plan_id: UUID | None = None
    activation_id: UUID | None = None
    planned_from: date
    planned_to: date
    due_on: date
    state: State = Field(sa_type=str_enum(State))
    issued_by: IssuedBy | None = Field(default=None, sa_type=str_enum(IssuedBy))
    issue_reason: str | None = Field(default=None, sa_type=Text)
    # Accounts that may know of a surprise plan before its start.
    named: list[UUID] = Field(default_factory=list, sa_type=ARRAY(Uuid))
    started_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    # The joint report as it was issued; later results do not change it.
    summary: str | None = Field(default=None, sa_type=Text)
    summarised_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    inspections: int | None = None
    problems_found: int | None = None
    problems_closed: int | None = None
    report: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    drafted_at: datetime = Field(sa_type=Timestamptz)
    drafted_by: UUID
    # Set by every act, so that what a party answers is a new version of the operation.
    changed_at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))
    recall_to: list[str] = Field(default_factory=list, sa_type=ARRAY(Text))


class Participation(RegionsTable, table=True):
    """One party of an operation: its consent, where it stands and how it closed its part."""

    __tablename__ = "participation"
    __table_args__: Any = (
        CheckConstraint("(consent = 'pending') = (answered_at IS NULL)", name="answered_once_said"),
        CheckConstraint("consent <> 'declined' OR answer_reason IS NOT NULL", name="reasoned"),
        # Whose part ended has an instant of it, and words.
        CheckConstraint(
            "status NOT IN ('finished', 'left') OR num_nulls(ended_at, ended_act, closing) = 0",
            name="end_told",
        ),
        Index("ix_participation_division", "division"),
        {"info": rls.info(PARTY)},
    )

    operation_id: UUID = Field(primary_key=True, foreign_key=OPERATION_ID)
    division: str = Field(primary_key=True, max_length=12)
    role: PartyRole = Field(sa_type=str_enum(PartyRole))
    consent: Consent = Field(sa_type=str_enum(Consent))
    status: PartyStatus = Field(sa_type=str_enum(PartyStatus))
    answered_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    answered_by: UUID | None = None
    answer_reason: str | None = Field(default=None, sa_type=Text)
    ended_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    ended_act: int | None = Field(default=None, sa_type=BigInteger)
    # Why it left, or what its own part came to.
    closing: str | None = Field(default=None, sa_type=Text)
    # What a party says of its own, which is added to nothing.
    own_figures: dict[str, int] | None = Field(default=None, sa_type=JSONB)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class OperationTeam(RegionsTable, table=True):
    """检查小组: a mixed team, and the place where it acts."""

    __tablename__ = "operation_team"
    __table_args__: Any = (
        Index("uq_operation_team_name", "operation_id", "name", unique=True),
        {"info": rls.info(_followed("operation_team"))},
    )

    id: UUID = Field(primary_key=True)
    operation_id: UUID = Field(foreign_key=OPERATION_ID)
    name: str = Field(max_length=200)
    place: str = Field(max_length=12)
    formed_at: datetime = Field(sa_type=Timestamptz)
    act: int = Field(
        default=None, sa_type=BigInteger, sa_column_kwargs={"server_default": NEXT_ACT}
    )


class OperationOfficer(RegionsTable, table=True):
    """Somebody a party sends, in one team of the operation."""

    __tablename__ = "operation_officer"
    __table_args__: Any = (
        Index("ix_operation_officer_team_id", "team_id"),
        {"info": rls.info(_followed("operation_officer"))},
    )

    operation_id: UUID = Field(primary_key=True, foreign_key=OPERATION_ID)
    officer_id: UUID = Field(primary_key=True)
    team_id: UUID = Field(foreign_key=f"{SCHEMA}.operation_team.id")
    # The party that sends, and the division the officer is of: the party's own or one below it.
    party: str = Field(max_length=12)
    division: str = Field(max_length=12)
    name: str = Field(max_length=200)
    named_at: datetime = Field(sa_type=Timestamptz)
    act: int = Field(
        default=None, sa_type=BigInteger, sa_column_kwargs={"server_default": NEXT_ACT}
    )


class OperationStep(RegionsTable, table=True):
    """Who took which step, when and why. Never changed."""

    __tablename__ = "operation_step"
    __table_args__: Any = (
        Index("ix_operation_step_operation_id", "operation_id"),
        {"info": rls.info(_followed("operation_step"))},
    )

    id: UUID = Field(primary_key=True)
    operation_id: UUID = Field(foreign_key=OPERATION_ID)
    action: str = Field(max_length=32)
    state: State = Field(sa_type=str_enum(State))
    actor_id: UUID
    actor_name: str = Field(max_length=200)
    reason: str | None = Field(default=None, sa_type=Text)
    at: datetime = Field(sa_type=Timestamptz)
    act: int = Field(
        default=None, sa_type=BigInteger, sa_column_kwargs={"server_default": NEXT_ACT}
    )
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class OperationResult(RegionsTable, table=True):
    """What one task of the operation came to. A task counts once."""

    __tablename__ = "operation_result"
    __table_args__: Any = (
        CheckConstraint(
            "inspections >= 0 AND problems_closed >= 0 AND problems_closed <= problems_found",
            name="plausible",
        ),
        Index("ix_operation_result_operation_id", "operation_id"),
        {"info": rls.info(_followed("operation_result"))},
    )

    task_id: UUID = Field(primary_key=True)
    operation_id: UUID = Field(foreign_key=OPERATION_ID)
    inspections: int
    problems_found: int
    problems_closed: int
    summary: str = Field(sa_type=Text)
    completed_at: datetime = Field(sa_type=Timestamptz)
    act: int = Field(
        default=None, sa_type=BigInteger, sa_column_kwargs={"server_default": NEXT_ACT}
    )
    # Whose result it is, as exact fractions that sum to one.
    shares: dict[str, str] = Field(default_factory=dict, sa_type=JSONB)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class Finding(RegionsTable, Versioned, table=True):
    """What a party found on the ground: facts, evidence, whose it is and where it went."""

    __tablename__ = "finding"
    __table_args__: Any = (
        ForeignKeyConstraint(
            ["operation_id", "division"],
            [f"{SCHEMA}.participation.operation_id", f"{SCHEMA}.participation.division"],
            onupdate="CASCADE",  # a party goes on under its successor's code
        ),
        CheckConstraint("(handover_id IS NULL) = (handed_over_at IS NULL)", name="handover_whole"),
        CheckConstraint("handover_id IS NULL OR place <> division", name="handed_to_another_place"),
        CheckConstraint(
            "num_nulls(dropped_at, drop_reason) IN (0, 2)"
            " AND (dropped_at IS NULL OR handover_id IS NULL)",
            name="drop_reasoned",
        ),
        CheckConstraint("(rectified IS NULL) = (checked_at IS NULL)", name="check_whole"),
        Index("ix_finding_operation_id", "operation_id"),
        Index("ix_finding_handover_id", "handover_id"),
        {"info": rls.info(_owned("finding"))},
    )

    id: UUID = Field(primary_key=True)
    operation_id: UUID
    # The party that recorded it, and the division where the act happened.
    division: str = Field(max_length=12)
    place: str = Field(max_length=12)
    facts: str = Field(sa_type=Text)
    site: str = Field(max_length=200)
    media: list[str] = Field(sa_type=ARRAY(Text))
    enterprise_name: str | None = Field(default=None, max_length=200)
    enterprise_code: str | None = Field(default=None, max_length=64)
    evidence: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB)
    officer_ids: list[UUID] = Field(sa_type=ARRAY(Uuid))
    task_id: UUID | None = None
    inspection_id: UUID | None = None
    # Of an act at the recorder's own place; of others the hand-over brings it back.
    case_number: str | None = Field(default=None, max_length=64)
    shares: dict[str, str] = Field(sa_type=JSONB)
    found_at: datetime = Field(sa_type=Timestamptz)
    recorded_at: datetime = Field(sa_type=Timestamptz)
    recorded_by: UUID
    act: int = Field(
        default=None, sa_type=BigInteger, sa_column_kwargs={"server_default": NEXT_ACT}
    )
    handover_id: UUID | None = None
    handed_over_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    # Named when the operation was called off: it goes to nobody, and why.
    dropped_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    drop_reason: str | None = Field(default=None, sa_type=Text)
    # The latest look back.
    rectified: Rectified | None = Field(default=None, sa_type=str_enum(Rectified))
    checked_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class LookBack(RegionsTable, table=True):
    """回头看: one re-check of a finding, by another than who recorded it. Never changed."""

    __tablename__ = "finding_look_back"
    __table_args__: Any = (
        Index("ix_finding_look_back_operation_id", "operation_id"),
        Index("ix_finding_look_back_finding_id", "finding_id"),
        {"info": rls.info(_owned("finding_look_back"))},
    )

    id: UUID = Field(primary_key=True)
    operation_id: UUID = Field(foreign_key=OPERATION_ID)
    finding_id: UUID = Field(foreign_key=f"{SCHEMA}.finding.id")
    division: str = Field(max_length=12)
    rectified: Rectified = Field(sa_type=str_enum(Rectified))
    note: str = Field(sa_type=Text)
    actor_id: UUID
    actor_name: str = Field(max_length=200)
    at: datetime = Field(sa_type=Timestamptz)
    act: int = Field(
        default=None, sa_type=BigInteger, sa_column_kwargs={"server_default": NEXT_ACT}
    )
    visible_to: list[str] = Field(sa_type=ARRAY(Text))
