"""What is done with signing keys: make the first, rotate, hold them for signing."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from joserfc.jwk import ECKey
from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.keys import domain, queries
from services.identity.keys.domain import NONCE_BYTES, PUBLISHED_AHEAD, Seal
from services.identity.keys.models import SigningKey
from shared.audit import trace
from shared.auth.actor import Actor
from shared.auth.tokens import Signer
from shared.clock import machine_time
from shared.db.session import SYSTEM, Database


async def make_first_key(session: AsyncSession, seal: Seal, *, now: datetime) -> None:
    """Make the key of a new stack; it signs at once, for nobody holds an older key set."""
    await queries.be_alone(session)
    if not await queries.keys(session):
        await _make(session, trace.SYSTEM_ACTOR, seal, signs_from=now, now=now)


async def rotate(session: AsyncSession, actor: Actor, seal: Seal, *, now: datetime) -> SigningKey:
    """Make the next key: published now, signing once every verifier knows it.

    The old one stays published until its last token has ended. Nothing fails meanwhile.
    """
    await queries.be_alone(session)
    return await _make(session, actor, seal, signs_from=now + PUBLISHED_AHEAD, now=now)


async def _make(
    session: AsyncSession, actor: Actor, seal: Seal, *, signs_from: datetime, now: datetime
) -> SigningKey:
    pair = ECKey.generate_key("P-256")
    kid = pair.thumbprint()
    public = pair.as_dict(private=False) | {"kid": kid, "use": "sig", "alg": "ES256"}
    key = SigningKey(
        kid=kid,
        public_jwk={name: str(value) for name, value in public.items()},
        sealed_private=seal.close(
            pair.as_pem(private=True), kid=kid, nonce=os.urandom(NONCE_BYTES)
        ),
        created_at=now,
        signs_from=signs_from,
    )
    session.add(key)
    await session.flush()
    await trace.record(
        session, actor, "key.make", object_kind="key", object_id=kid, now=now, seen_by=[]
    )
    return key


@dataclass(frozen=True, slots=True)
class _Opened:
    """A key as this process holds it."""

    signs_from: datetime
    public_jwk: dict[str, str]
    signer: Signer


class Keychain:
    """The keys of this process, opened once each; looked for anew every few seconds."""

    KEPT: Final = timedelta(seconds=5)

    def __init__(self, database: Database, seal: Seal) -> None:
        self._database = database
        self._seal = seal
        self._opened: Sequence[_Opened] = ()
        self._read_at: datetime | None = None

    async def signer(self, *, now: datetime) -> Signer:
        return domain.signing(await self._keys(now), now).signer

    async def jwks(self) -> dict[str, Any]:
        """The public keys as RFC 7517 has them."""
        now = machine_time()
        return {"keys": [key.public_jwk for key in domain.published(await self._keys(now), now)]}

    async def _keys(self, now: datetime) -> Sequence[_Opened]:
        if self._read_at is None or now - self._read_at > self.KEPT:
            async with self._database.transaction(SYSTEM) as session:
                rows = await queries.keys(session)
            known = {key.signer.kid: key for key in self._opened}
            self._opened = [known.get(row.kid) or self._open(row) for row in rows]
            self._read_at = now
        return self._opened

    def _open(self, row: SigningKey) -> _Opened:
        private_pem = self._seal.open(row.sealed_private, kid=row.kid)
        return _Opened(row.signs_from, row.public_jwk, Signer(row.kid, private_pem))
