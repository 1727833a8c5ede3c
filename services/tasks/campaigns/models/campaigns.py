"""Tables of campaigns, their rounds, their history, and approvals of special checks."""

from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, SmallInteger, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from services.tasks.base import SCHEMA, TasksTable
from services.tasks.campaigns.domain.life import CampaignKind, CampaignState, RoundKind
from services.tasks.enterprises.models.registry import following
from shared.db import rls
from shared.db.model import Versioned
from shared.db.types import Timestamptz, str_enum
from shared.ids import uuid7

CAMPAIGN_ID: Final = f"{SCHEMA}.campaign.id"
ROUND_ID: Final = f"{SCHEMA}.campaign_round.id"
APPROVAL_ID: Final = f"{SCHEMA}.check_approval.id"
OF_THE_CAMPAIGN: Final = following("campaign", "campaign_id")


class CheckApproval(TasksTable, table=True):
    """专项检查批准文件: who approved, where it is filed and published, how far it reaches.

    `division` is of the organ that approved it, `organiser` of who checks under it. Never changed.
    """

    __tablename__ = "check_approval"
    __table_args__: Any = (
        CheckConstraint(
            "approved_on <= filed_on AND approved_on <= published_on AND valid_from <= valid_to",
            name="ordered",
        ),
        CheckConstraint("most_objects >= 1", name="limited"),
        Index("ix_check_approval_visible_to", "visible_to", postgresql_using="gin"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    organiser: str = Field(max_length=12)
    organ: str = Field(max_length=200)
    division: str = Field(max_length=12)
    document: str = Field(max_length=200)
    approved_on: date
    filed_with: str = Field(max_length=200)
    filed_on: date
    published_on: date
    published_at: str = Field(max_length=200)
    scope: str = Field(sa_type=Text)
    content: str = Field(sa_type=Text)
    most_objects: int
    valid_from: date
    valid_to: date
    recorded_by: UUID
    recorded_at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class Campaign(TasksTable, Versioned, table=True):
    """专项行动; `division` organises, `parties` take part. A draft is the organiser's alone."""

    __tablename__ = "campaign"
    __table_args__: Any = (
        CheckConstraint("starts_on <= ends_on", name="ordered"),
        CheckConstraint(
            "state IN ('draft', 'called_off') OR document_number <> ''", name="issued_documented"
        ),
        CheckConstraint("(state = 'closed') = (summary IS NOT NULL)", name="closed_summed_up"),
        # A document orders one campaign.
        Index(
            "uq_campaign_document",
            "division",
            "document_number",
            unique=True,
            postgresql_where=text("state <> 'called_off'"),
        ),
        Index("ix_campaign_visible_to", "visible_to", postgresql_using="gin"),
        Index("ix_campaign_approval_id", "approval_id"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    division: str = Field(max_length=12)
    parties: list[str] = Field(sa_type=ARRAY(Text))
    name: str = Field(max_length=200)
    kind: CampaignKind = Field(sa_type=str_enum(CampaignKind))
    document_title: str = Field(max_length=200)
    document_number: str | None = Field(default=None, max_length=200)
    starts_on: date
    ends_on: date
    media: list[str] = Field(sa_type=ARRAY(Text))
    industries: list[str] = Field(sa_type=ARRAY(Text))
    areas: list[str] = Field(sa_type=ARRAY(Text))
    goals: list[str] = Field(sa_type=ARRAY(Text))
    approval_id: UUID | None = Field(default=None, foreign_key=APPROVAL_ID)
    state: CampaignState = Field(default=CampaignState.DRAFT, sa_type=str_enum(CampaignState))
    summary: str | None = Field(default=None, sa_type=Text)
    changed_at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class CampaignRound(TasksTable, Versioned, table=True):
    """轮次 or 批次 of a campaign."""

    __tablename__ = "campaign_round"
    __table_args__: Any = (
        UniqueConstraint("campaign_id", "kind", "sequence"),
        CheckConstraint("starts_on <= ends_on", name="ordered"),
        CheckConstraint("sequence >= 1 AND teams_planned >= 0", name="counted"),
        {"info": rls.info(OF_THE_CAMPAIGN)},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    campaign_id: UUID = Field(foreign_key=CAMPAIGN_ID)
    kind: RoundKind = Field(sa_type=str_enum(RoundKind))
    sequence: int = Field(sa_type=SmallInteger)
    name: str | None = Field(default=None, max_length=200)
    starts_on: date
    ends_on: date
    teams_planned: int = Field(sa_type=SmallInteger)
    changed_at: datetime = Field(sa_type=Timestamptz)


class CampaignStep(TasksTable, table=True):
    """What happened to a campaign or to something of it, and how it was then. Never changed."""

    __tablename__ = "campaign_step"
    __table_args__: Any = (
        Index("ix_campaign_step_campaign_id", "campaign_id", "id"),
        {"info": rls.info(OF_THE_CAMPAIGN)},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    campaign_id: UUID = Field(foreign_key=CAMPAIGN_ID)
    # campaign, campaign_round, campaign_team, campaign_group or campaign_target, and its key.
    subject: str = Field(max_length=32)
    subject_id: UUID
    action: str = Field(max_length=32)
    facts: dict[str, Any] = Field(sa_type=JSONB)
    reason: str | None = Field(default=None, sa_type=Text)
    actor_id: UUID
    actor_name: str = Field(max_length=200)
    at: datetime = Field(sa_type=Timestamptz)
