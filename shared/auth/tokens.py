"""Signed tokens: the strict verifier, the signer, and the keys of the issuer.

The only module that imports python-jose, which by itself accepts a missing audience, any `typ`,
any key of a set, a P-384 key for ES256 and more. It is used for the signature alone: form, header,
claims and times are checked here, and every failure is InvalidToken.
"""

import asyncio
import base64
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any, Final, Protocol

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from jose import JOSEError, jwk, jws  # noqa: TID251  this is that one module
from jose.backends.base import Key  # noqa: TID251  same

from shared.auth.actor import Actor
from shared.auth.claims import (
    MAX_TTL,
    Claims,
    InvalidToken,
    TokenType,
    check_times,
    read_claims,
    read_object,
)

__all__ = [
    "Claims",
    "InvalidToken",
    "Jwks",
    "KeyRing",
    "Signer",
    "TokenType",
    "Verifier",
    "actor_of",
]

ALGORITHM: Final = "ES256"
MAX_LENGTH: Final = 8192
# An ES256 signature is 64 bytes: 86 characters.
FORM: Final = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]{86})")
HEADER: Final = {"alg", "kid", "typ"}
CURVE_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
# What jose and reading JSON can raise on hostile input, seen in tests.
FAILURES: Final = (
    JOSEError,
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    OverflowError,
    RecursionError,
)

Jwks = Mapping[str, Any]


class UnfitKey(ValueError):
    """A signing key that is not an EC key on P-256."""


class Keys(Protocol):
    async def find(self, kid: str) -> Key | None: ...


class Verifier:
    """Reads tokens of one type, one issuer and one audience; everything else is InvalidToken."""

    def __init__(self, keys: Keys, *, issuer: str, audience: str, typ: TokenType) -> None:
        self._keys = keys
        self._issuer = issuer
        self._audience = audience
        self._typ = typ

    async def verify(self, token: object, *, now: datetime) -> Claims:
        """The token's claims if it is genuine and alive at the machine time `now`."""
        try:
            return await self._verify(token, now.timestamp())
        except FAILURES as error:
            raise InvalidToken(reason=type(error).__name__) from None

    async def _verify(self, token: object, now: float) -> Claims:
        if not isinstance(token, str) or len(token) > MAX_LENGTH:
            raise InvalidToken(reason="form")
        parts = FORM.fullmatch(token)
        if parts is None:
            raise InvalidToken(reason="form")
        header, body, signature = (_decoded(part) for part in parts.groups())

        key = await self._key(read_object(header))
        if int.from_bytes(signature[32:], "big") > CURVE_ORDER // 2:
            raise InvalidToken(reason="signature form")
        jws.verify(token, key, algorithms=[ALGORITHM])

        content = read_object(body)
        claims = read_claims(content, self._typ)
        if claims.issuer != self._issuer or claims.audience != self._audience:
            raise InvalidToken(reason="issuer or audience")
        check_times(content, claims, max_ttl=MAX_TTL[self._typ], now=now)
        return claims

    async def _key(self, header: dict[str, Any]) -> Key:
        """The one key the header names; a header with anything unusual is refused."""
        if header.keys() != HEADER:
            raise InvalidToken(reason="header")
        if header["typ"] != self._typ or header["alg"] != ALGORITHM:
            raise InvalidToken(reason="type or algorithm")
        kid = header["kid"]
        key = await self._keys.find(kid) if isinstance(kid, str) else None
        if key is None:
            raise InvalidToken(reason="unknown key")
        return key


class KeyRing:
    """The issuer's public keys by `kid`, fetched when needed and kept while the issuer is down.

    Every unknown `kid` would otherwise be a request to the issuer, hence `PAUSE`; a key the issuer
    has withdrawn is forgotten after `MAX_AGE`. Both in seconds.
    """

    PAUSE: Final = 3.0
    MAX_AGE: Final = 60.0

    def __init__(
        self,
        fetch: Callable[[], Awaitable[Jwks]],
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._fetch = fetch
        self._monotonic = monotonic
        self._keys: dict[str, Key] = {}
        self._tried_at = float("-inf")
        self._fetched_at = float("-inf")
        self._fetching = asyncio.Lock()

    async def find(self, kid: str) -> Key | None:
        known = self._keys.get(kid)
        old = self._monotonic() - self._fetched_at > self.MAX_AGE
        # Who knows the key need not wait for somebody else's fetch.
        if known is None or (old and not self._fetching.locked()):
            await self._refresh()
        return self._keys.get(kid)

    async def _refresh(self) -> None:
        async with self._fetching:
            if self._monotonic() - self._tried_at < self.PAUSE:
                return
            self._tried_at = self._monotonic()
            try:
                self._keys = _public_keys(await self._fetch())
            except Exception:  # noqa: BLE001  whatever the transport raises, the old keys still hold
                return
            self._fetched_at = self._monotonic()


class Signer:
    """Signs with one P-256 key; UnfitKey if it is any other."""

    def __init__(self, kid: str, private_key_pem: bytes) -> None:
        private = load_pem_private_key(private_key_pem, password=None)
        curve = private.curve if isinstance(private, ec.EllipticCurvePrivateKey) else None
        if not isinstance(curve, ec.SECP256R1):
            raise UnfitKey(kid)
        self.kid = kid
        self._key = jwk.construct(private_key_pem, ALGORITHM)

    def sign(self, claims: Claims, typ: TokenType) -> str:
        header = {"kid": self.kid, "typ": typ.value}
        token = jws.sign(claims.body(typ), self._key, headers=header, algorithm=ALGORITHM)
        signed, _, signature = token.rpartition(".")
        return f"{signed}.{_encoded(_low_s(_decoded(signature)))}"


def actor_of(claims: Claims) -> Actor:
    """The caller a service token names."""
    if claims.kind is None:
        raise InvalidToken(reason="not a service token")
    return Actor(
        id=claims.subject,
        kind=claims.kind,
        name=claims.name,
        grants=claims.grants,
        session_id=claims.session_id,
        via=claims.via,
        reads=claims.reads,
    )


def _public_keys(jwks: Jwks) -> dict[str, Key]:
    """The usable keys of the set: ES256 signing keys on P-256, public part only."""
    return {
        key["kid"]: jwk.construct({name: key[name] for name in ("kty", "crv", "x", "y")}, ALGORITHM)
        for key in jwks["keys"]
        if _is_ours(key)
    }


def _is_ours(key: Mapping[str, Any]) -> bool:
    wanted = {"kty": "EC", "crv": "P-256", "use": "sig", "alg": ALGORITHM}
    return wanted.items() <= key.items() and isinstance(key.get("kid"), str)


def _low_s(signature: bytes) -> bytes:
    """The same signature in its one accepted form: (r, n - s) verifies as well as (r, s) does."""
    s = int.from_bytes(signature[32:], "big")
    return signature[:32] + min(s, CURVE_ORDER - s).to_bytes(32, "big")


def _decoded(part: str) -> bytes:
    raw = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    # Unused bits of the last character would let one token be written in several ways.
    if _encoded(raw) != part:
        raise InvalidToken(reason="encoding")
    return raw


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")
