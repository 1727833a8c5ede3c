"""The sampling of a draw 双随机抽取: a seed nobody can choose, an order that follows (DOMAIN 3.3).

Pure and re-runnable: the same seed and the same identifiers give the same sample, in whatever
order they are handed in, on any machine, with nothing but SHA-256 and HMAC.

Bytes. A seed is the SHA-256 of exactly 80 bytes: the draw's identifier as the 16 bytes of the UUID
(big-endian, as it is written), the snapshot's SHA-256 as its 32 bytes, the nonce as its 32 bytes.
The three widths are fixed, so no two different triples run together into the same bytes. An
identifier goes into the HMAC as its UTF-8 bytes.
"""

import hashlib
import hmac
from collections.abc import Iterable
from fractions import Fraction
from uuid import UUID

NONCE_BYTES = 32
HASH_BYTES = 32


def seed_of(draw_id: UUID, snapshot_hash: bytes, nonce: bytes) -> bytes:
    """SHA-256(draw_id ‖ snapshot_hash ‖ nonce); ValueError when a part has not its width."""
    if len(snapshot_hash) != HASH_BYTES or len(nonce) != NONCE_BYTES:
        raise ValueError("a snapshot hash and a nonce have 32 bytes each")
    return hashlib.sha256(draw_id.bytes + snapshot_hash + nonce).digest()


def rank(seed: bytes, identifier: str) -> bytes:
    """Where an identifier stands in the seed's order: HMAC-SHA-256(seed, identifier)."""
    return hmac.digest(seed, identifier.encode(), "sha256")


def sample(seed: bytes, ids: Iterable[str], n: int) -> list[str]:
    """The first n in the seed's order, without replacement; all when there are no more than n.

    A larger n only lengthens the list: who was drawn stays drawn. An id named twice counts once.
    """
    if n < 0:
        raise ValueError("a sample has no negative size")
    return sorted(set(ids), key=lambda identifier: (rank(seed, identifier), identifier))[:n]


def number(size: int, ratio: Fraction, floor: int) -> int:
    """How many of a class are drawn: max(ceil(ratio × size), floor), never more than there are.

    `ratio` is an exact fraction (1/4 for 25 %): a floating point one rounds up where it must not.
    """
    if size < 0 or floor < 0 or not 0 <= ratio <= 1:
        raise ValueError("a size and a floor are not negative, a ratio lies between 0 and 1")
    return min(size, max(-(-(ratio.numerator * size) // ratio.denominator), floor))
