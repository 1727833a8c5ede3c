"""Looks at the air situation, and the surveys asked for because of them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from services.tasks.base import SCHEMA, TasksTable
from services.tasks.leads.domain.surveys import Judgement, SurveyKind, SurveyState
from shared.db import rls
from shared.db.model import Versioned
from shared.db.types import Timestamptz, str_enum
from shared.ids import uuid7


class AirAnalysis(TasksTable, table=True):
    """空气质量形势分析: what a period's data say. Written once; a later look is a later row."""

    __tablename__ = "air_analysis"
    __table_args__: Any = (
        CheckConstraint("first_day <= last_day", name="period_runs_forward"),
        Index("ix_air_analysis_visible_to", "visible_to", postgresql_using="gin"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    division: str = Field(max_length=12)
    first_day: date
    last_day: date
    data: list[str] = Field(sa_type=ARRAY(Text))
    judgement: Judgement = Field(sa_type=str_enum(Judgement))
    findings: str = Field(sa_type=Text)
    author_id: UUID
    author_name: str = Field(max_length=200)
    written_at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))


class SurveyRequest(TasksTable, Versioned, table=True):
    """走航、遥感扫描请求: an area to be looked at at once, and what was seen there."""

    __tablename__ = "survey_request"
    __table_args__: Any = (
        CheckConstraint("(longitude IS NULL) = (latitude IS NULL)", name="point_whole"),
        CheckConstraint(
            "(state = 'answered') = (answered_at IS NOT NULL AND answer IS NOT NULL)",
            name="answer_told",
        ),
        Index("ix_survey_request_visible_to", "visible_to", postgresql_using="gin"),
        Index("ix_survey_request_due", "due_at", "id"),
        Index("ix_survey_request_analysis_id", "analysis_id"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    kind: SurveyKind = Field(sa_type=str_enum(SurveyKind))
    division: str = Field(max_length=12)
    # Whose vehicle, satellite desk or drone is asked.
    asked_of: str = Field(max_length=12)
    analysis_id: UUID | None = Field(default=None, foreign_key=f"{SCHEMA}.air_analysis.id")
    area: str = Field(sa_type=Text)
    longitude: float | None = None
    latitude: float | None = None
    purpose: str = Field(sa_type=Text)
    state: SurveyState = Field(default=SurveyState.REQUESTED, sa_type=str_enum(SurveyState))
    requested_by: UUID
    requested_by_name: str = Field(max_length=200)
    requested_at: datetime = Field(sa_type=Timestamptz)
    due_at: datetime = Field(sa_type=Timestamptz)
    answer: str | None = Field(default=None, sa_type=Text)
    answered_by_name: str | None = Field(default=None, max_length=200)
    answered_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    withdrawn_reason: str | None = Field(default=None, sa_type=Text)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))
