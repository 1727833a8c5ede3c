"""Tables of the working calendar and the law. Published by the system, read by everyone known."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.regions.base import RegionsTable
from shared.db import rls
from shared.db.types import Timestamptz


class PublishedYear(RegionsTable, table=True):
    """One version of one year's notice of holidays. Versions are added, never changed.

    A deadline names the versions it was computed with, so the old ones must stay readable.
    """

    __tablename__ = "calendar_year"
    __table_args__: Any = (
        CheckConstraint("version > 0", name="version_positive"),
        {"info": rls.info(rls.REFERENCE)},
    )

    year: int = Field(primary_key=True)
    version: int = Field(primary_key=True)
    notice: str | None = Field(default=None, max_length=64)
    title: str | None = Field(default=None, max_length=200)
    # By holiday: [zh, en, [MM-DD, ...]].
    days_off: list[Any] = Field(sa_type=JSONB)
    make_up: list[Any] = Field(sa_type=JSONB)
    published_at: datetime = Field(sa_type=Timestamptz)
    # Who published it and why; empty for what the repository's files brought.
    published_by: UUID | None = None
    reason: str | None = Field(default=None, max_length=500)


class LegalBasis(RegionsTable, table=True):
    """An article of a law as in force from–to (DOMAIN 1.4)."""

    __tablename__ = "legal_basis"
    __table_args__: Any = (
        CheckConstraint("valid_to IS NULL OR valid_from <= valid_to", name="ordered"),
        Index("ix_legal_basis_valid_from", "valid_from"),
        {"info": rls.info(rls.REFERENCE)},
    )

    law_code: str = Field(primary_key=True, max_length=64)
    article: str = Field(primary_key=True, max_length=32)
    valid_from: date = Field(primary_key=True)
    valid_to: date | None = None
    text_date: date
    title_zh: str = Field(max_length=200)
    title_en: str = Field(max_length=200)
    subject_zh: str = Field(max_length=200)
    subject_en: str = Field(max_length=200)
    superseded_by: str | None = Field(default=None, max_length=128)
    version: int = 1
    # Who published it by hand: the repository's files leave such a row alone.
    published_by: UUID | None = None
