"""Tables of a campaign's teams and of the enterprises assigned to them."""

from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from services.tasks.base import SCHEMA, TasksTable
from services.tasks.campaigns.domain.life import TargetBasis
from services.tasks.campaigns.domain.teams import Function, TeamKind
from services.tasks.campaigns.models.campaigns import CAMPAIGN_ID, OF_THE_CAMPAIGN, ROUND_ID
from services.tasks.enterprises.models.registry import ENTERPRISE_ID, following
from shared.db import rls
from shared.db.model import Versioned
from shared.db.types import Timestamptz, str_enum
from shared.ids import uuid7

CAMPAIGN_TEAM_ID: Final = f"{SCHEMA}.campaign_team.id"


class CampaignTeam(TasksTable, Versioned, table=True):
    """A standing team of a campaign, or of one of its rounds."""

    __tablename__ = "campaign_team"
    __table_args__: Any = (
        CheckConstraint("home_divisions <> '{}'", name="comes_from_somewhere"),
        CheckConstraint(
            "kind <> 'cross_county' OR NOT home_divisions && works_in", name="not_at_home"
        ),
        Index("ix_campaign_team_campaign_id", "campaign_id", "id"),
        Index("ix_campaign_team_round_id", "round_id"),
        {"info": rls.info(OF_THE_CAMPAIGN)},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    campaign_id: UUID = Field(foreign_key=CAMPAIGN_ID)
    round_id: UUID | None = Field(default=None, foreign_key=ROUND_ID)
    kind: TeamKind = Field(sa_type=str_enum(TeamKind))
    name: str = Field(max_length=200)
    # What else it is called: 蓝天诊疗队 is 蓝天保卫队 too.
    alias: str | None = Field(default=None, max_length=200)
    home_divisions: list[str] = Field(sa_type=ARRAY(Text))
    works_in: list[str] = Field(sa_type=ARRAY(Text))
    tools: list[str] = Field(sa_type=ARRAY(Text))
    focus: list[str] = Field(sa_type=ARRAY(Text))
    skills: list[str] = Field(sa_type=ARRAY(Text))
    disbanded_on: date | None = None
    changed_at: datetime = Field(sa_type=Timestamptz)


class CampaignTeamMember(TasksTable, table=True):
    """Who is or was in a team, since when and until when."""

    __tablename__ = "campaign_team_member"
    __table_args__: Any = (
        Index(
            "uq_campaign_team_member_officer",
            "team_id",
            "officer_id",
            unique=True,
            postgresql_where=text("left_on IS NULL"),
        ),
        # A team has one leader.
        Index(
            "uq_campaign_team_member_leader",
            "team_id",
            unique=True,
            postgresql_where=text("is_leader AND left_on IS NULL"),
        ),
        CheckConstraint("NOT is_leader OR function = 'officer'", name="led_by_officer"),
        Index("ix_campaign_team_member_team_id", "team_id"),
        {"info": rls.info(following("campaign_team", "team_id"))},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    team_id: UUID = Field(foreign_key=CAMPAIGN_TEAM_ID)
    officer_id: UUID | None = None
    name: str = Field(max_length=200)
    division: str = Field(max_length=12)
    function: Function = Field(sa_type=str_enum(Function))
    is_leader: bool
    joined_on: date
    left_on: date | None = None


class CampaignTarget(TasksTable, table=True):
    """An enterprise assigned to a campaign, or to one of its rounds.

    Seen by the organiser and where the enterprise lies, so that no party learns another's list.
    """

    __tablename__ = "campaign_target"
    __table_args__: Any = (
        # On the list of a round once.
        Index(
            "uq_campaign_target_standing",
            "campaign_id",
            text("coalesce(round_id, '00000000-0000-0000-0000-000000000000'::uuid)"),
            "enterprise_id",
            unique=True,
            postgresql_where=text("removed_on IS NULL"),
        ),
        CheckConstraint("(removed_on IS NULL) = (removal_reason IS NULL)", name="removal_reasoned"),
        Index("ix_campaign_target_round_id", "round_id"),
        Index("ix_campaign_target_enterprise_id", "enterprise_id"),
        Index("ix_campaign_target_team_id", "team_id"),
        Index("ix_campaign_target_visible_to", "visible_to", postgresql_using="gin"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    campaign_id: UUID = Field(foreign_key=CAMPAIGN_ID)
    round_id: UUID | None = Field(default=None, foreign_key=ROUND_ID)
    enterprise_id: UUID = Field(foreign_key=ENTERPRISE_ID)
    team_id: UUID | None = Field(default=None, foreign_key=CAMPAIGN_TEAM_ID)
    division: str = Field(max_length=12)
    basis: TargetBasis = Field(sa_type=str_enum(TargetBasis))
    document: str | None = Field(default=None, max_length=200)
    added_on: date
    added_by: UUID
    removed_on: date | None = None
    removal_reason: str | None = Field(default=None, sa_type=Text)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))
