"""Sealing a petitioner's identity and, for a reason, opening it again."""

import os
from collections.abc import Iterable, Sequence
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


def _cipher(keys: VaultKeys, row_id: UUID) -> AESGCM:
    """Each row has a key of its own, so that one leaked key opens one row."""
    derive = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"vault" + row_id.bytes)
    return AESGCM(derive.derive(keys.seal))


def locked(keys: VaultKeys, row_id: UUID, plain: bytes) -> bytes:
    """Nonce and ciphertext of what only this row may hold."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + _cipher(keys, row_id).encrypt(nonce, plain, row_id.bytes)


def unlocked(keys: VaultKeys, row_id: UUID, sealed: bytes) -> bytes:
    nonce, secret = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
    return _cipher(keys, row_id).decrypt(nonce, secret, row_id.bytes)


async def seal(
    session: AsyncSession,
    identities: Sequence[Identity],
    *,
    keys: VaultKeys,
    seen_by: Iterable[str],
    now: datetime,
) -> list[Sealed]:
    """Put identities into the vault, all by one statement."""
    made = [Sealed(uuid7(), tokens(each, keys.lookup)) for each in identities]
    sealed = [
        locked(keys, entry.entry_id, orjson.dumps(asdict(each)))
        for entry, each in zip(made, identities, strict=True)
    ]
    await (await driver(session)).execute(
        "INSERT INTO vault_entry (id, sealed, created_at, visible_to)"
        " SELECT id, sealed, $3, $4 FROM unnest($1::uuid[], $2::bytea[]) AS made (id, sealed)",
        [entry.entry_id for entry in made],
        sealed,
        now,
        divisions.visibility(seen_by),
    )
    return made


async def identities_of(
    session: AsyncSession, entry_ids: Sequence[UUID], *, keys: VaultKeys
) -> list[Identity]:
    """Whom a text must not name. Nobody reads the entries: no access record."""
    return await _open(session, entry_ids, keys) if entry_ids else []


async def without_petitioner(
    session: AsyncSession, entry_ids: Sequence[UUID], text: str, *, keys: VaultKeys
) -> str:
    """The text redacted by what the vault knows of everybody who petitions (`party_ids`)."""
    return redact(text, await identities_of(session, entry_ids, keys=keys))


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
    [identity] = await _open(session, [entry_id], keys)
    return identity


async def _open(
    session: AsyncSession, entry_ids: Sequence[UUID], keys: VaultKeys
) -> list[Identity]:
    return [
        Identity(**orjson.loads(unlocked(keys, entry.id, entry.sealed)))
        for entry in await queries.opened_entries(session, entry_ids)
    ]
