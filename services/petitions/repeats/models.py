"""Which petition repeats which."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from services.petitions.base import PetitionsTable
from services.petitions.repeats.domain.rules import Basis
from shared.db import rls
from shared.db.types import Timestamptz, str_enum


class RepeatLink(PetitionsTable, table=True):
    """A petition raises the matter of `root_id` for the `position`-th time (2, 3, ...).

    A relation, never a merger: each petition keeps its own clocks. Positions have no gaps: where a
    wrong link is revoked, those behind it move up.
    """

    __tablename__ = "repeat_link"
    __table_args__ = (
        UniqueConstraint("root_id", "position"),
        CheckConstraint("position >= 2", name="first_is_root"),
        CheckConstraint("petition_id <> root_id", name="not_itself"),
        {"info": rls.info(rls.SCOPED)},
    )

    petition_id: UUID = Field(primary_key=True, foreign_key="petitions.petition.id")
    root_id: UUID = Field(foreign_key="petitions.petition.id")
    position: int
    # By what the two were taken for one matter: the setting in force when it was confirmed.
    basis: Basis = Field(sa_type=str_enum(Basis))
    grounds: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    note: str | None = Field(default=None, max_length=200)
    confirmed_by: UUID
    at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
