"""Sealing a petitioner's identity and, for a reason, opening it again."""

import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import orjson
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.vault import queries
from services.petitions.vault.domain import Field, Identity, redact, tokens
from services.petitions.vault.models import VaultAccess
from shared import divisions
from shared.auth.actor import Actor
from shared.db.session import driver
from shared.ids import uuid7

NONCE_BYTES: Final = 12


@dataclass(frozen=True, slots=True)
class VaultKeys:
    """`seal` encrypts, `lookup` makes the tokens; neither is derived from the other."""

    seal: bytes
    lookup: bytes


@dataclass(frozen=True, slots=True)
class Sealed:
    """Where an identity was put and by which tokens its person is known again."""

    entry_id: UUID
    tokens: list[str]


def _cipher(keys: VaultKeys, entry_id: UUID) -> AESGCM:
    """Each entry has a key of its own, so that one leaked key opens one entry."""
    derive = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"vault" + entry_id.bytes)
    return AESGCM(derive.derive(keys.seal))


async def seal(
    session: AsyncSession,
    identity: Identity,
    *,
    keys: VaultKeys,
    seen_by: Iterable[str],
    now: datetime,
) -> Sealed:
    """Put an identity into the vault."""
    marks = tokens(identity, keys.lookup)
    entry_id = uuid7()
    nonce = os.urandom(NONCE_BYTES)
    secret = orjson.dumps(asdict(identity))
    sealed = nonce + _cipher(keys, entry_id).encrypt(nonce, secret, entry_id.bytes)
    await (await driver(session)).execute(
        "INSERT INTO vault_entry (id, sealed, created_at, visible_to) VALUES ($1, $2, $3, $4)",
        entry_id,
        sealed,
        now,
        divisions.visibility(seen_by),
    )
    return Sealed(entry_id, marks)


async def without_petitioner(
    session: AsyncSession, entry_id: UUID | None, text: str, *, keys: VaultKeys
) -> str:
    """The text redacted by what the vault knows. Nobody reads the entry: no access record."""
    identity = await _open(session, entry_id, keys) if entry_id else None
    return redact(text, identity)


async def reveal(
    session: AsyncSession,
    entry_id: UUID,
    *,
    actor: Actor,
    fields: Iterable[Field],
    reason: str,
    keys: VaultKeys,
    seen_by: Iterable[str],
    now: datetime,
) -> Identity:
    """Open an entry; the access record is written before anything is read."""
    session.add(
        VaultAccess(
            entry_id=entry_id,
            actor_id=actor.id,
            actor_name=actor.name,
            fields=[each.value for each in fields],
            reason=reason,
            at=now,
            visible_to=divisions.visibility(seen_by),
        )
    )
    await session.flush()
    return await _open(session, entry_id, keys)


async def _open(session: AsyncSession, entry_id: UUID, keys: VaultKeys) -> Identity:
    entry = await queries.opened_entry(session, entry_id)
    nonce, secret = entry.sealed[:NONCE_BYTES], entry.sealed[NONCE_BYTES:]
    plain = _cipher(keys, entry_id).decrypt(nonce, secret, entry_id.bytes)
    return Identity(**orjson.loads(plain))
