"""Table of OAuth clients."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from services.identity.base import IdentityTable
from shared.db import rls
from shared.db.model import Versioned
from shared.db.types import Timestamptz, str_enum


class ClientKind(StrEnum):
    PUBLIC = "public"  # the suite's own console and command line: no secret, password grant
    SERVICE = "service"  # a process of the suite
    PLATFORM = "platform"  # an outside system, e.g. a province's petition platform


class Client(IdentityTable, Versioned, table=True):
    """An OAuth client, known outside by `client_id`, inside tokens by `id`."""

    __tablename__ = "client"
    __table_args__: Any = (
        CheckConstraint("(secret_hash IS NULL) = (kind = 'public')", name="secret_unless_public"),
        # A platform belongs to a division, whose administrators see it; our own clients do not.
        CheckConstraint("(division IS NULL) = (kind <> 'platform')", name="division_of_platform"),
        Index("uq_client_client_id", "client_id", unique=True),
        Index("ix_client_visible_to", "visible_to", postgresql_using="gin"),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(primary_key=True)
    client_id: str = Field(max_length=64)
    kind: ClientKind = Field(sa_type=str_enum(ClientKind))
    display_name: str = Field(max_length=200)
    division: str | None = Field(default=None, max_length=12)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))
    # SHA-256 is enough here: the secret is 256 random bits, nothing to guess.
    secret_hash: bytes | None = Field(default=None, max_length=32)
    created_at: datetime = Field(sa_type=Timestamptz)
    active_since: datetime = Field(sa_type=Timestamptz)
    disabled_at: datetime | None = Field(default=None, sa_type=Timestamptz)
