"""Tables of the visit ledger: every visit or contact once, whichever agencies made it."""

from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, SmallInteger, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from services.tasks.base import SCHEMA, TasksTable
from services.tasks.enterprises.domain.visits import (
    AgencyKind,
    Ground,
    LegalKind,
    Mode,
    VisitState,
)
from services.tasks.enterprises.models.registry import ENTERPRISE_ID, OF_THE_OBJECT, following
from shared.db import rls
from shared.db.model import Versioned
from shared.db.types import Timestamptz, str_enum
from shared.ids import uuid7

VISIT_ID: Final = f"{SCHEMA}.enterprise_visit.id"
# `visible_to` are the agencies; besides them it is seen by those who see the object.
OF_AGENCIES: Final = rls.Policy(
    f"{rls.IN_SCOPE} OR {OF_THE_OBJECT.using}", f"{rls.IN_SCOPE} OR {OF_THE_OBJECT.check}"
)


class EnterpriseVisit(TasksTable, Versioned, table=True):
    """检查台账: one visit of one agency or of several together.

    `slot` is its place under the cap of the year. Seen where the object is and by the agencies.
    """

    __tablename__ = "enterprise_visit"
    __table_args__: Any = (
        # Whatever the program believed, no place of a year is given twice.
        UniqueConstraint("enterprise_id", "cap_year", "slot"),
        CheckConstraint(
            "slot IS NULL OR (slot >= 1 AND legal_kind = 'routine' AND mode = 'on_site'"
            " AND state IN ('planned', 'made'))",
            name="slot_counts",
        ),
        CheckConstraint(
            "slot IS NOT NULL OR over_cap OR legal_kind <> 'routine' OR mode <> 'on_site'"
            " OR state = 'called_off'",
            name="routine_has_slot",
        ),
        CheckConstraint("cap_year = extract(year FROM day)", name="year_of_day"),
        CheckConstraint("(state = 'made') = (made_at IS NOT NULL)", name="made_when"),
        CheckConstraint("(legal_kind = 'individual') = (ground IS NOT NULL)", name="grounded"),
        CheckConstraint("legal_kind <> 'special' OR document <> ''", name="special_documented"),
        CheckConstraint("NOT over_cap OR reason <> ''", name="over_cap_reasoned"),
        CheckConstraint("approved_by <> planned_by", name="approved_by_another"),
        CheckConstraint("(approved_by IS NULL) = (approved_at IS NULL)", name="approved_when"),
        # An administrative act has one code, however many report it.
        Index(
            "uq_enterprise_visit_act_code",
            "act_code",
            unique=True,
            postgresql_where=text("act_code IS NOT NULL"),
        ),
        Index("ix_enterprise_visit_enterprise_id", "enterprise_id", "day"),
        Index("ix_enterprise_visit_agency_division", "agency_division", "day"),
        Index(
            "ix_enterprise_visit_open",
            "lapses_on",
            postgresql_where=text("state IN ('planned', 'awaiting_approval')"),
        ),
        Index("ix_enterprise_visit_visible_to", "visible_to", postgresql_using="gin"),
        {"info": rls.info(OF_AGENCIES)},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    enterprise_id: UUID = Field(foreign_key=ENTERPRISE_ID)
    # The object as it was then.
    object_name: str = Field(max_length=200)
    object_code: str = Field(max_length=64)
    place: str = Field(max_length=12)
    agency_kind: AgencyKind = Field(sa_type=str_enum(AgencyKind))
    agency_name: str = Field(max_length=200)
    agency_division: str = Field(max_length=12)
    # The others of a joint visit: kind, name, division of each.
    joint_with: list[dict[str, Any]] = Field(sa_type=JSONB)
    legal_kind: LegalKind = Field(sa_type=str_enum(LegalKind))
    mode: Mode = Field(sa_type=str_enum(Mode))
    methods: list[str] = Field(sa_type=ARRAY(Text))
    ground: Ground | None = Field(default=None, sa_type=str_enum(Ground), nullable=True)
    document: str | None = Field(default=None, max_length=200)
    reason: str | None = Field(default=None, sa_type=Text)
    state: VisitState = Field(sa_type=str_enum(VisitState))
    # Planned for, and once it was made, made on.
    day: date
    cap_year: int = Field(sa_type=SmallInteger)
    # The first day on which a plan that came to nothing gives its place back.
    lapses_on: date | None = None
    slot: int | None = Field(default=None, sa_type=SmallInteger, nullable=True)
    over_cap: bool = False
    planned_by: UUID
    approved_by: UUID | None = None
    approved_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    made_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    officers: int | None = Field(default=None, sa_type=SmallInteger, nullable=True)
    result: str | None = Field(default=None, sa_type=Text)
    # 行政行为码 of the check.
    act_code: str | None = Field(default=None, max_length=64)
    changed_at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class EnterpriseVisitStep(TasksTable, table=True):
    """One step an entry of the ledger took, by whom and why. Never changed."""

    __tablename__ = "enterprise_visit_step"
    __table_args__: Any = (
        Index("ix_enterprise_visit_step_visit_id", "visit_id"),
        {"info": rls.info(following("enterprise_visit", "visit_id"))},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    visit_id: UUID = Field(foreign_key=VISIT_ID)
    action: str = Field(max_length=32)
    state: VisitState = Field(sa_type=str_enum(VisitState))
    actor_id: UUID
    actor_name: str = Field(max_length=200)
    reason: str | None = Field(default=None, sa_type=Text)
    at: datetime = Field(sa_type=Timestamptz)
