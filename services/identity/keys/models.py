"""Table of signing keys."""

from datetime import datetime
from typing import Any

from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.identity.base import IdentityTable
from shared.db import rls
from shared.db.types import Timestamptz


class SigningKey(IdentityTable, table=True):
    """One ES256 key pair; the private part is encrypted with a key the database never sees."""

    __tablename__ = "signing_key"
    __table_args__: Any = ({"info": rls.info(rls.SYSTEM_ONLY)},)

    # RFC 7638 thumbprint of the public part.
    kid: str = Field(primary_key=True, max_length=64)
    public_jwk: dict[str, str] = Field(sa_type=JSONB)
    # A nonce of 12 bytes, then AES-256-GCM of the PEM.
    sealed_private: bytes
    created_at: datetime = Field(sa_type=Timestamptz)
    # Published before it signs, so that every verifier knows it by then.
    signs_from: datetime = Field(sa_type=Timestamptz)
