"""Tables of special working groups 工作专班."""

from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from services.tasks.base import SCHEMA, TasksTable
from services.tasks.campaigns.domain.groups import Watched
from services.tasks.campaigns.models.campaigns import CAMPAIGN_ID, OF_THE_CAMPAIGN
from services.tasks.enterprises.models.registry import following
from shared.db import rls
from shared.db.model import Versioned
from shared.db.types import Timestamptz, str_enum
from shared.ids import uuid7

GROUP_ID: Final = f"{SCHEMA}.campaign_group.id"
OF_THE_GROUP: Final = following("campaign_group", "group_id")


class CampaignGroup(TasksTable, Versioned, table=True):
    """专班 of a campaign: leaders in charge, core staff, goals, the shares it watches."""

    __tablename__ = "campaign_group"
    __table_args__: Any = (
        Index("ix_campaign_group_campaign_id", "campaign_id", "id"),
        {"info": rls.info(OF_THE_CAMPAIGN)},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    campaign_id: UUID = Field(foreign_key=CAMPAIGN_ID)
    name: str = Field(max_length=200)
    leaders: list[dict[str, Any]] = Field(sa_type=JSONB)
    core_staff: list[dict[str, Any]] = Field(sa_type=JSONB)
    goals: list[str] = Field(sa_type=ARRAY(Text))
    watched: dict[str, int] = Field(sa_type=JSONB)
    dissolved_on: date | None = None
    changed_at: datetime = Field(sa_type=Timestamptz)


class GroupDuty(TasksTable, table=True):
    """责任到人: what a person of the group sees to, and that it is done."""

    __tablename__ = "campaign_group_duty"
    __table_args__: Any = (
        CheckConstraint("(done_at IS NULL) = (note IS NULL)", name="done_told"),
        Index("ix_campaign_group_duty_group_id", "group_id", "id"),
        {"info": rls.info(OF_THE_GROUP)},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    group_id: UUID = Field(foreign_key=GROUP_ID)
    person: str = Field(max_length=200)
    division: str = Field(max_length=12)
    duty: str = Field(sa_type=Text)
    due_on: date
    given_at: datetime = Field(sa_type=Timestamptz)
    done_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    note: str | None = Field(default=None, sa_type=Text)


class GroupQuestion(TasksTable, table=True):
    """难题: put to a leader of the group, and answered."""

    __tablename__ = "campaign_group_question"
    __table_args__: Any = (
        CheckConstraint(
            "(answered_at IS NULL) = (answer IS NULL)"
            " AND (answered_at IS NULL) = (answered_by IS NULL)",
            name="answered_whole",
        ),
        Index("ix_campaign_group_question_group_id", "group_id", "id"),
        {"info": rls.info(OF_THE_GROUP)},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    group_id: UUID = Field(foreign_key=GROUP_ID)
    put_to: str = Field(max_length=200)
    division: str = Field(max_length=12)
    question: str = Field(sa_type=Text)
    asked_by: str = Field(max_length=200)
    asked_at: datetime = Field(sa_type=Timestamptz)
    answer: str | None = Field(default=None, sa_type=Text)
    answered_by: str | None = Field(default=None, max_length=200)
    answered_at: datetime | None = Field(default=None, sa_type=Timestamptz)


class GroupReading(TasksTable, table=True):
    """A figure the group watches as it stood on a day: so many of so many. Never changed."""

    __tablename__ = "campaign_group_reading"
    __table_args__: Any = (
        CheckConstraint("0 <= done AND done <= whole", name="part_of_whole"),
        Index("ix_campaign_group_reading_group_id", "group_id", "id"),
        {"info": rls.info(OF_THE_GROUP)},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    group_id: UUID = Field(foreign_key=GROUP_ID)
    figure: Watched = Field(sa_type=str_enum(Watched))
    done: int
    whole: int
    on_day: date
    source: str = Field(max_length=200)
    noted_by: str = Field(max_length=200)
    noted_at: datetime = Field(sa_type=Timestamptz)
