"""Codes that are used up but still honoured, and wrong guesses."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, LargeBinary
from sqlmodel import Field

from services.petitions.base import PetitionsTable
from shared.db import rls
from shared.db.types import Timestamptz


class FollowPrevious(PetitionsTable, table=True):
    """The code before the one that holds now: whose answer was lost may use it once more."""

    __tablename__ = "follow_previous"
    __table_args__ = ({"info": rls.info(rls.SYSTEM_ONLY)},)

    petition_id: UUID = Field(primary_key=True, foreign_key="petitions.petition.id")
    code_hash: bytes = Field(sa_type=LargeBinary)
    usable_until: datetime = Field(sa_type=Timestamptz)


class FollowGuess(PetitionsTable, table=True):
    """Wrong guesses at a number, from a source, or both; `subject` is their hash."""

    __tablename__ = "follow_guess"
    __table_args__ = (
        Index("ix_follow_guess_blocked_until", "blocked_until"),
        {"info": rls.info(rls.SYSTEM_ONLY)},
    )

    subject: bytes = Field(sa_type=LargeBinary, primary_key=True)
    failures: int
    blocked_until: datetime = Field(sa_type=Timestamptz)
