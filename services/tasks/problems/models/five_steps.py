"""五步三清单: what was told, asked for, made somebody's, punished and published (DOMAIN 3.7)."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from services.tasks.base import TasksTable
from services.tasks.problems.domain.five_steps import (
    DemandKind,
    DemandState,
    Ground,
    Manner,
    PublicationKind,
    PunishmentState,
)
from services.tasks.problems.domain.life import Category
from services.tasks.problems.models.problems import (
    INSPECTION_ID,
    OF_THE_INSPECTION,
    OF_THE_PROBLEM,
    PROBLEM_ID,
)
from shared.db import rls
from shared.db.model import Versioned
from shared.db.types import Timestamptz, str_enum
from shared.ids import uuid7


class ToldList(TasksTable, table=True):
    """一查: the problem list 问题清单 as the legal representative was told of it. Never changed."""

    __tablename__ = "told_list"
    __table_args__: Any = (
        CheckConstraint("cardinality(problem_ids) > 0", name="has_problems"),
        Index("ix_told_list_inspection_id", "inspection_id"),
        {"info": rls.info(OF_THE_INSPECTION)},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    inspection_id: UUID = Field(foreign_key=INSPECTION_ID)
    problem_ids: list[UUID] = Field(sa_type=ARRAY(Uuid))
    # 法定代表人, or who stood in for them.
    told_to: str = Field(max_length=200)
    is_legal_representative: bool
    manner: Manner = Field(sa_type=str_enum(Manner))
    told_at: datetime = Field(sa_type=Timestamptz)
    told_by: UUID
    told_by_name: str = Field(max_length=200)


class ServiceDemand(TasksTable, Versioned, table=True):
    """二服: what help the enterprise asks for 服务需求清单, and what came of it."""

    __tablename__ = "service_demand"
    __table_args__: Any = (
        CheckConstraint(
            "state NOT IN ('serving', 'done') OR kind = 'none'"
            " OR (service <> '' AND provider <> '')",
            name="service_named",
        ),
        CheckConstraint(
            "(state IN ('done', 'declined')) = (ended_at IS NOT NULL)", name="ended_when"
        ),
        CheckConstraint("state <> 'declined' OR outcome <> ''", name="declined_why"),
        Index("ix_service_demand_inspection_id", "inspection_id"),
        Index("ix_service_demand_visible_to", "visible_to", postgresql_using="gin"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    inspection_id: UUID = Field(foreign_key=INSPECTION_ID)
    division: str = Field(max_length=12)
    parties: list[str] = Field(sa_type=ARRAY(Text))
    kind: DemandKind = Field(sa_type=str_enum(DemandKind))
    demand: str = Field(sa_type=Text)
    # Who of the enterprise said so.
    stated_by: str = Field(max_length=200)
    stated_at: datetime = Field(sa_type=Timestamptz)
    recorded_by: UUID
    state: DemandState = Field(sa_type=str_enum(DemandState))
    service: str | None = Field(default=None, sa_type=Text)
    provider: str | None = Field(default=None, max_length=200)
    outcome: str | None = Field(default=None, sa_type=Text)
    ended_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    changed_at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class NamedOffice(TasksTable, table=True):
    """三督: a line of the responsibility list 责任清单; the latest of its kind holds."""

    __tablename__ = "named_office"
    __table_args__: Any = (
        Index("ix_named_office_inspection_id", "inspection_id"),
        {"info": rls.info(OF_THE_INSPECTION)},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    inspection_id: UUID = Field(foreign_key=INSPECTION_ID)
    kind: Category = Field(sa_type=str_enum(Category))
    office: str = Field(max_length=200)
    person: str = Field(max_length=200)
    named_at: datetime = Field(sa_type=Timestamptz)
    named_by: UUID
    named_by_name: str = Field(max_length=200)


class ProblemPunishment(TasksTable, table=True):
    """四罚: a problem offered for punishment, and the case it became."""

    __tablename__ = "problem_punishment"
    __table_args__: Any = (
        # Once for each time that it came about.
        UniqueConstraint("problem_id", "round"),
        CheckConstraint("(state = 'taken') = (case_ref IS NOT NULL)", name="taken_by_a_case"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    problem_id: UUID = Field(foreign_key=PROBLEM_ID)
    # The relapses before.
    round: int
    ground: Ground = Field(sa_type=str_enum(Ground))
    # What filing at once rests on.
    basis: str | None = Field(default=None, sa_type=Text)
    facts: str = Field(sa_type=Text)
    state: PunishmentState = Field(sa_type=str_enum(PunishmentState))
    offered_at: datetime = Field(sa_type=Timestamptz)
    offered_by: UUID
    offered_by_name: str = Field(max_length=200)
    case_ref: str | None = Field(default=None, max_length=200)
    taken_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class ProblemPublication(TasksTable, table=True):
    """五公开: a penalty published, a bad case exposed, an entry for the credit platform."""

    __tablename__ = "problem_publication"
    __table_args__: Any = (
        UniqueConstraint("problem_id", "kind", "reference"),
        {"info": rls.info(OF_THE_PROBLEM)},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    problem_id: UUID = Field(foreign_key=PROBLEM_ID)
    kind: PublicationKind = Field(sa_type=str_enum(PublicationKind))
    title: str = Field(max_length=200)
    # The number of the decision or announcement, and where it can be read.
    reference: str = Field(max_length=200)
    place: str = Field(max_length=200)
    published_on: date
    object_name: str = Field(max_length=200)
    object_code: str = Field(max_length=64)
    recorded_at: datetime = Field(sa_type=Timestamptz)
    recorded_by: UUID
