"""Tables of those who help.

Experts are known to every office, since joint work asks for them; their phones and interests are
not, which the answers see to. Teams and supervisors are seen within their division and above, a
team also where it serves.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from services.regions.base import SCHEMA, RegionsTable
from services.regions.bureaus.models import PUBLIC_OFFICE
from services.regions.helpers.domain.engaged import SupervisorKind
from shared.db import rls
from shared.db.model import Versioned
from shared.db.types import Timestamptz, str_enum

BUREAU_ID = f"{SCHEMA}.bureau.id"
ORDERED = "valid_from <= valid_to"
ENDED = "(ended_at IS NULL) = (end_reason IS NULL) AND (ended_at IS NULL OR valid_to IS NOT NULL)"


class Expert(RegionsTable, Versioned, table=True):
    """专家, engaged by a bureau for fields of knowledge."""

    __tablename__ = "expert"
    __table_args__: Any = (
        CheckConstraint(ORDERED, name="ordered"),
        CheckConstraint(ENDED, name="end_whole"),
        CheckConstraint("cardinality(fields) > 0", name="has_field"),
        Index("ix_expert_bureau_id", "bureau_id"),
        Index("ix_expert_visible_to", "visible_to", postgresql_using="gin"),
        Index("ix_expert_fields", "fields", postgresql_using="gin"),
        {"info": rls.info(PUBLIC_OFFICE)},
    )

    id: UUID = Field(primary_key=True)
    bureau_id: UUID = Field(foreign_key=BUREAU_ID)
    division: str = Field(max_length=12)
    name: str = Field(max_length=200)
    # Codes of the setting `helper.expert_fields`.
    fields: list[str] = Field(sa_type=ARRAY(Text))
    organisation: str = Field(max_length=200)
    title: str | None = Field(default=None, max_length=200)
    phone: str | None = Field(default=None, max_length=64)
    # Objects the expert has declared an interest in: name, credit code, relation.
    conflicts: list[dict[str, Any]] = Field(sa_type=JSONB)
    valid_from: date
    valid_to: date | None = None
    ended_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    end_reason: str | None = Field(default=None, max_length=500)
    created_at: datetime = Field(sa_type=Timestamptz)
    changed_at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class HelpTeam(RegionsTable, Versioned, table=True):
    """第三方帮扶队伍: an organisation under contract, without any enforcement role."""

    __tablename__ = "help_team"
    __table_args__: Any = (
        CheckConstraint(ORDERED, name="ordered"),
        CheckConstraint(ENDED, name="end_whole"),
        # Help and nothing else, whatever the program believed.
        CheckConstraint(
            "cardinality(duties) > 0 AND duties <@ ARRAY['diagnosis', 'per_firm_plan',"
            " 'rectification_guidance', 'training', 'monitoring_support']",
            name="helps_only",
        ),
        CheckConstraint("cardinality(service_area) > 0", name="has_area"),
        Index("ix_help_team_bureau_id", "bureau_id"),
        Index("ix_help_team_visible_to", "visible_to", postgresql_using="gin"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    bureau_id: UUID = Field(foreign_key=BUREAU_ID)
    division: str = Field(max_length=12)
    organisation: str = Field(max_length=200)
    credit_code: str = Field(max_length=18)
    duties: list[str] = Field(sa_type=ARRAY(Text))
    service_area: list[str] = Field(sa_type=ARRAY(Text))
    # Name, speciality, phone and login of each.
    members: list[dict[str, Any]] = Field(sa_type=JSONB)
    valid_from: date
    valid_to: date | None = None
    ended_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    end_reason: str | None = Field(default=None, max_length=500)
    created_at: datetime = Field(sa_type=Timestamptz)
    changed_at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class EnvironmentalSupervisor(RegionsTable, Versioned, table=True):
    """环保监督员 of a firm or of a village."""

    __tablename__ = "environmental_supervisor"
    __table_args__: Any = (
        CheckConstraint(ORDERED, name="ordered"),
        CheckConstraint(ENDED, name="end_whole"),
        CheckConstraint("(kind = 'enterprise') = (credit_code IS NOT NULL)", name="of_an_object"),
        Index("ix_environmental_supervisor_division", "division", "kind"),
        Index("ix_environmental_supervisor_credit_code", "credit_code"),
        Index("ix_environmental_supervisor_visible_to", "visible_to", postgresql_using="gin"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    division: str = Field(max_length=12)
    kind: SupervisorKind = Field(sa_type=str_enum(SupervisorKind))
    # The firm's name or the village's.
    object_name: str = Field(max_length=200)
    credit_code: str | None = Field(default=None, max_length=18)
    name: str = Field(max_length=200)
    phone: str = Field(max_length=64)
    valid_from: date
    valid_to: date | None = None
    ended_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    end_reason: str | None = Field(default=None, max_length=500)
    created_at: datetime = Field(sa_type=Timestamptz)
    changed_at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))
