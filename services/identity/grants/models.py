"""Table of grants: role × division subtree × from–to, in machine time."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from services.identity.base import IdentityTable
from shared.auth.actor import Role
from shared.db import rls
from shared.db.model import Versioned
from shared.db.types import Timestamptz, str_enum

# The holder itself, besides those who administer the division.
GRANT: Final = rls.Policy(
    f"{rls.IN_SCOPE} OR holder_id::text = (SELECT current_setting('app.principal', true))"
    f" OR {rls.AS_SYSTEM}",
    f"{rls.IN_SCOPE} OR {rls.AS_SYSTEM}",
)


class RoleGrant(IdentityTable, Versioned, table=True):
    """A role of an account or client within a division subtree, for a time."""

    __tablename__ = "role_grant"
    __table_args__: Any = (
        CheckConstraint("valid_to IS NULL OR valid_from < valid_to", name="ordered"),
        CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_by IS NULL)", name="withdrawn_by_someone"
        ),
        # Read at every exchange of a token.
        Index(
            "ix_role_grant_holder_id",
            "holder_id",
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
        CheckConstraint(
            "(guest_id IS NULL) = (exchange_id IS NULL)"
            " AND (guest_id IS NULL) = (stay_ends_at IS NULL)",
            name="guest_whole",
        ),
        # A guest's right ends by itself, and is an officer's.
        CheckConstraint(
            "guest_id IS NULL OR (valid_to IS NOT NULL AND role = 'officer')", name="guest_ends"
        ),
        Index("ix_role_grant_visible_to", "visible_to", postgresql_using="gin"),
        # One right a stay.
        Index(
            "uq_role_grant_guest_id",
            "guest_id",
            unique=True,
            postgresql_where=text("guest_id IS NOT NULL AND withdrawn_at IS NULL"),
        ),
        Index(
            "ix_role_grant_exchange_id",
            "exchange_id",
            postgresql_where=text("exchange_id IS NOT NULL"),
        ),
        {"info": rls.info(GRANT)},
    )

    id: UUID = Field(primary_key=True)
    # An account or a client; clients stand above grants, so no foreign key can name both.
    holder_id: UUID
    role: Role = Field(sa_type=str_enum(Role))
    scope: str = Field(max_length=12)
    visible_to: list[str] = Field(sa_type=ARRAY(Text))
    valid_from: datetime = Field(sa_type=Timestamptz)
    valid_to: datetime | None = Field(default=None, sa_type=Timestamptz)
    given_at: datetime = Field(sa_type=Timestamptz)
    given_by: UUID
    reason: str = Field(max_length=500)
    withdrawn_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    withdrawn_by: UUID | None = None
    withdrawn_reason: str | None = Field(default=None, max_length=500)
    # The staff exchange and the stay it is given for; nothing for what an administrator gave.
    exchange_id: UUID | None = None
    guest_id: UUID | None = None
    # When the stay ends in business time; `valid_to` is that instant in machine time.
    stay_ends_at: datetime | None = Field(default=None, sa_type=Timestamptz)
