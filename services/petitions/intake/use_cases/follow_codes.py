"""The one-time code by which a citizen follows a case: drawn here, kept as a keyed hash only."""

import hashlib
import hmac
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Self

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from services.petitions.vault.use_cases import VaultKeys

# Letters and digits that nobody takes for another, read out or written by hand; no vowels, hence
# no words. Twenty-two to the tenth are 2.6e13 codes.
ALPHABET: Final = "34679CDFGHJKMNPQRTWXYZ"
LENGTH: Final = 10
# The largest multiple of the alphabet's length in a byte: what lies above is drawn again.
FAIR: Final = 256 // len(ALPHABET) * len(ALPHABET)


@dataclass(frozen=True, slots=True)
class FollowCodes:
    """Draws codes and knows them again; `draw` gives so many random bytes."""

    key: bytes
    draw: Callable[[int], bytes] = os.urandom

    @classmethod
    def of(cls, keys: VaultKeys) -> Self:
        derive = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"follow")
        return cls(derive.derive(keys.lookup))

    def new(self) -> str:
        """A new code, each character as likely as any other."""
        code = ""
        while len(code) < LENGTH:
            code += "".join(ALPHABET[each % len(ALPHABET)] for each in self.draw(32) if each < FAIR)
        return code[:LENGTH]

    def hash(self, code: str) -> bytes:
        """What is kept of a code, however it was typed."""
        plain = code.replace("-", "").replace(" ", "").upper()
        return hmac.digest(self.key, plain.encode(), hashlib.sha256)
