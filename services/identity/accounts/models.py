"""Tables of accounts. All instants are machine time: who may log in is never simulated."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from services.identity.base import SCHEMA, IdentityTable
from shared.db import rls
from shared.db.model import Versioned
from shared.db.types import Timestamptz

# The account itself, besides those who administer its division.
ACCOUNT: Final = rls.Policy(
    f"{rls.IN_SCOPE} OR id::text = (SELECT current_setting('app.principal', true))"
    f" OR {rls.AS_SYSTEM}",
    f"{rls.IN_SCOPE} OR {rls.AS_SYSTEM}",
)
# Whoever creates an account writes its password's hash; only the login ever reads one.
CREDENTIAL: Final = rls.Policy(rls.AS_SYSTEM, rls.IN_CONTEXT)


class Account(IdentityTable, Versioned, table=True):
    """A person's account, kept by one division."""

    __tablename__ = "account"
    __table_args__: Any = (
        # Two names that differ in case only would be mistaken for one another.
        CheckConstraint("login_name = lower(login_name)", name="login_name_lower"),
        Index("uq_account_login_name", "login_name", unique=True),
        Index("ix_account_visible_to", "visible_to", postgresql_using="gin"),
        {"info": rls.info(ACCOUNT)},
    )

    id: UUID = Field(primary_key=True)
    login_name: str = Field(max_length=64)
    display_name: str = Field(max_length=200)
    division: str = Field(max_length=12)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))
    created_at: datetime = Field(sa_type=Timestamptz)
    # Sessions from before are dead: enabling an account again does not revive them.
    active_since: datetime = Field(sa_type=Timestamptz)
    disabled_at: datetime | None = Field(default=None, sa_type=Timestamptz)


class Credential(IdentityTable, table=True):
    """The password of an account, argon2id."""

    __tablename__ = "credential"
    __table_args__: Any = ({"info": rls.info(CREDENTIAL)},)

    account_id: UUID = Field(primary_key=True, foreign_key=f"{SCHEMA}.account.id")
    password_hash: str = Field(max_length=200)
    changed_at: datetime = Field(sa_type=Timestamptz)


class LoginGuess(IdentityTable, table=True):
    """Wrong guesses at one login name from one source; names nobody has are counted alike."""

    __tablename__ = "login_guess"
    __table_args__: Any = (
        Index("ix_login_guess_blocked_until", "blocked_until"),
        {"info": rls.info(rls.SYSTEM_ONLY)},
    )

    # SHA-256: people type passwords into the field for the name.
    login_hash: bytes = Field(primary_key=True, max_length=32)
    source: str = Field(primary_key=True, max_length=64)
    failures: int
    blocked_until: datetime = Field(sa_type=Timestamptz)
