"""Call-backs."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Column, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from services.petitions.base import PetitionsTable
from services.petitions.callbacks.domain import Result, Solved
from shared.db import rls
from shared.db.types import Timestamptz, str_enum
from shared.ids import uuid7


class Callback(PetitionsTable, table=True):
    """One call to the petitioner (回访). Never changed: a new call is a new row."""

    __tablename__ = "callback"
    __table_args__ = (
        Index("ix_callback_petition", "petition_id", "at"),
        Index("ix_callback_at", "at"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    petition_id: UUID = Field(foreign_key="petitions.petition.id")
    result: Result = Field(sa_type=str_enum(Result))
    solved: Solved = Field(sa_type=str_enum(Solved))
    note: str | None = Field(default=None, max_length=200)
    caller_id: UUID
    caller_name: str = Field(max_length=200)
    at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))


class CallbackPlan(PetitionsTable, table=True):
    """A call to make after an answer, so that none is forgotten; each answer has its own.

    Seen by whoever sees its petition, in whose place it holds nothing.
    """

    __tablename__ = "callback_plan"
    __table_args__ = (
        Index(
            "ix_callback_plan_open",
            "due_on",
            "petition_id",
            postgresql_where=text("done_at IS NULL"),
        ),
        {"info": rls.info(rls.CONTEXT)},
    )

    petition_id: UUID = Field(primary_key=True, foreign_key="petitions.petition.id")
    replied_at: datetime = Field(primary_key=True, sa_type=Timestamptz)
    due_on: date
    # Somebody was reached, or no call is to be made any more.
    done_at: datetime | None = Field(default=None, sa_type=Timestamptz)
