"""What an import holds is sealed: a file may be full of persons."""

import os
from dataclasses import dataclass
from typing import Final, Self
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from services.petitions.vault.use_cases import VaultKeys

NONCE_BYTES: Final = 12


@dataclass(frozen=True, slots=True)
class Seal:
    """AES-256-GCM under a key of one import's own; a piece opens only at its own place."""

    cipher: AESGCM

    @classmethod
    def of(cls, keys: VaultKeys, import_id: UUID) -> Self:
        derive = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"import" + import_id.bytes)
        return cls(AESGCM(derive.derive(keys.seal)))

    def close(self, place: str, plain: bytes) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self.cipher.encrypt(nonce, plain, place.encode())

    def open(self, place: str, sealed: bytes) -> bytes:
        nonce, secret = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
        return self.cipher.decrypt(nonce, secret, place.encode())
