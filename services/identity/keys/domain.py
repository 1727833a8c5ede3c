"""Signing keys: which one signs, which are published, and how the private part is kept."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, Protocol, TypeVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

# Verifiers keep a key set for a minute, caches before them for half of one; a key signs only
# after all of them know it.
PUBLISHED_AHEAD: Final = timedelta(seconds=120)
# The longest-lived token, and what clocks may differ by.
TOKENS_OUTLIVE: Final = timedelta(seconds=600 + 60)
NONCE_BYTES: Final = 12


class Dated(Protocol):
    @property
    def signs_from(self) -> datetime: ...


K = TypeVar("K", bound=Dated)


class WrongKeySecret(RuntimeError):
    """The private keys in the database were sealed with another secret."""


class Seal:
    """Encrypts private keys at rest; bound to their `kid`, so that none can stand for another."""

    def __init__(self, secret: str) -> None:
        derived = HKDF(SHA256(), 32, salt=None, info=b"liandong identity signing keys")
        self._cipher = AESGCM(derived.derive(secret.encode()))

    def close(self, private_pem: bytes, *, kid: str, nonce: bytes) -> bytes:
        return nonce + self._cipher.encrypt(nonce, private_pem, kid.encode())

    def open(self, sealed: bytes, *, kid: str) -> bytes:
        nonce, text = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
        try:
            return self._cipher.decrypt(nonce, text, kid.encode())
        except InvalidTag:
            raise WrongKeySecret(kid) from None


def signing(keys: Sequence[K], now: datetime) -> K:
    """The key that signs now: the newest whose time has come. `keys` are in order of time."""
    return next(key for key in reversed(keys) if key.signs_from <= now)


def published(keys: Sequence[K], now: datetime) -> list[K]:
    """Keys a verifier may still meet: all but those whose successor has signed for long enough."""
    successors = keys[1:]
    ended = sum(each.signs_from + TOKENS_OUTLIVE <= now for each in successors)
    return list(keys[ended:])
