"""Tables of login sessions and the refresh tokens that keep them alive."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field

from services.identity.base import SCHEMA, IdentityTable
from shared.auth.actor import ActorKind
from shared.db import rls
from shared.db.model import Versioned
from shared.db.types import Timestamptz, str_enum

OWN_SESSION: Final = rls.Policy(
    f"subject_id::text = (SELECT current_setting('app.principal', true)) OR {rls.AS_SYSTEM}",
    f"subject_id::text = (SELECT current_setting('app.principal', true)) OR {rls.AS_SYSTEM}",
)


class LoginSession(IdentityTable, Versioned, table=True):
    """One login of an account or a client; every access token names one."""

    __tablename__ = "login_session"
    __table_args__: Any = (
        CheckConstraint("(ended_at IS NULL) = (end_reason IS NULL)", name="ended_for_a_reason"),
        CheckConstraint("subject_kind IN ('account', 'client')", name="subject_logs_in"),
        Index("ix_login_session_subject_id", "subject_id", "id"),
        Index("ix_login_session_expires_at", "expires_at"),
        {"info": rls.info(OWN_SESSION)},
    )

    id: UUID = Field(primary_key=True)
    subject_id: UUID
    subject_kind: ActorKind = Field(sa_type=str_enum(ActorKind))
    client_id: str = Field(max_length=64)
    source: str = Field(max_length=64)
    created_at: datetime = Field(sa_type=Timestamptz)
    # However often refreshed, it ends here.
    expires_at: datetime = Field(sa_type=Timestamptz)
    ended_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    end_reason: str | None = Field(default=None, max_length=32)


class RefreshToken(IdentityTable, table=True):
    """One link of a session's chain of refresh tokens; a used one that comes back is a theft."""

    __tablename__ = "refresh_token"
    __table_args__: Any = (
        Index("ix_refresh_token_session_id", "session_id"),
        # A session has one token to go on with.
        Index(
            "uq_refresh_token_unused",
            "session_id",
            unique=True,
            postgresql_where=text("used_at IS NULL"),
        ),
        {"info": rls.info(rls.SYSTEM_ONLY)},
    )

    # SHA-256 of 256 random bits.
    token_hash: bytes = Field(primary_key=True, max_length=32)
    session_id: UUID = Field(foreign_key=f"{SCHEMA}.login_session.id", ondelete="CASCADE")
    issued_at: datetime = Field(sa_type=Timestamptz)
    expires_at: datetime = Field(sa_type=Timestamptz)
    used_at: datetime | None = Field(default=None, sa_type=Timestamptz)
