"""Practice profiles an administrator added."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from services.petitions.base import PetitionsTable
from shared.db import rls
from shared.db.model import Versioned
from shared.db.types import Timestamptz
from shared.ids import uuid7


class HandlingProfile(PetitionsTable, Versioned, table=True):
    """A dated row beside the shipped profiles; terms are kept with their legal basis."""

    __tablename__ = "handling_profile"
    __table_args__ = (
        UniqueConstraint("code"),
        CheckConstraint("cardinality(channels) > 0", name="has_channel"),
        CheckConstraint("cardinality(tracks) > 0", name="has_track"),
        CheckConstraint("valid_to >= valid_from", name="ends_after_start"),
        {"info": rls.info(rls.REFERENCE)},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    code: str = Field(max_length=32)
    scope: str = Field(max_length=12)
    channels: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    tracks: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    momentary_only: bool = False
    valid_from: date
    valid_to: date | None = None
    # Terms as shared.clocks.json_form writes them.
    accept: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    begin: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB(none_as_null=True)))
    close: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB(none_as_null=True)))
    sender_agrees: bool = False
    pausable: bool = False
    created_by: UUID
    created_at: datetime = Field(sa_type=Timestamptz)
