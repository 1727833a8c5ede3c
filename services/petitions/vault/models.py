"""The vault: who complained, encrypted, behind a row policy of its own."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Column, Index, LargeBinary, SmallInteger, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from services.petitions.base import PetitionsTable
from services.petitions.vault.domain import PartyRole
from shared.db import rls
from shared.db.types import Timestamptz, str_enum
from shared.ids import uuid7

# Only a transaction that has declared the vault open, with an access record, reads a row.
VAULT: Final = rls.Policy(
    f"(SELECT current_setting('app.vault', true)) = 'open' AND {rls.IN_SCOPE}", rls.IN_SCOPE
)


class VaultEntry(PetitionsTable, table=True):
    """One petitioner as given with one petition; `sealed` is nonce and AES-256-GCM ciphertext."""

    __tablename__ = "vault_entry"
    __table_args__ = ({"info": rls.info(VAULT)},)

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    sealed: bytes = Field(sa_type=LargeBinary)
    created_at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))


class PetitionParty(PetitionsTable, table=True):
    """Somebody who petitions beside the petitioner: as what, and what masked readers get."""

    __tablename__ = "petition_party"
    __table_args__ = (
        Index("ix_petition_party_petition", "petition_id", "position"),
        {"info": rls.info(rls.SCOPED)},
    )

    entry_id: UUID = Field(primary_key=True, foreign_key="petitions.vault_entry.id")
    petition_id: UUID = Field(foreign_key="petitions.petition.id")
    # The petitioner, who is named by the petition itself, is the first.
    position: int = Field(sa_type=SmallInteger)
    role: PartyRole = Field(sa_type=str_enum(PartyRole))
    tokens: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    masked: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    visible_to: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))


class VaultAccess(PetitionsTable, table=True):
    """Somebody read a petitioner's identity, which fields and why."""

    __tablename__ = "vault_access"
    __table_args__ = ({"info": rls.info(rls.TRACE)},)

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    entry_id: UUID = Field(foreign_key="petitions.vault_entry.id", index=True)
    actor_id: UUID
    actor_name: str = Field(max_length=200)
    fields: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    reason: str = Field(max_length=200)
    at: datetime = Field(sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
