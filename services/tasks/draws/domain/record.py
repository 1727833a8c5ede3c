"""What a draw rests on and what came out, as one file anyone can run again.

Everything is canonical JSON: keys sorted, no blanks, UTF-8. A file holds the nonce, the frozen
snapshot and the drawn objects with the officers who were barred; everything else in it follows, so
that a file is right when it equals what follows from it, byte for byte. That the draw is the one
that took place is told by its three hashes, which were published at commit, freeze and staffing.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any, Final
from uuid import UUID

from services.tasks.draws.domain.pool import ObjectClass, Share
from services.tasks.draws.domain.sampling import number, rank, sample, seed_of

FORMAT: Final = "liandong-draw-1"
# 行政处罚法 art. 42: officers act in no smaller number.
OFFICERS_EACH: Final = 2

Json = dict[str, Any]
# Of an object: officer id to the codes of what bars that officer from it.
Bars = Mapping[str, Sequence[str]]


def canonical(value: Any) -> bytes:  # noqa: ANN401 -- JSON of any shape
    """The only spelling of a JSON value."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def digest(content: bytes) -> str:
    """SHA-256 as it is published: 64 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def shares_to_json(shares: Mapping[ObjectClass, Share]) -> Json:
    return {
        each: [share.ratio.numerator, share.ratio.denominator, share.floor]
        for each, share in shares.items()
    }


def snapshot(
    draw_id: UUID,
    about: Mapping[str, Any],
    shares: Mapping[ObjectClass, Share],
    *,
    pool: Iterable[tuple[str, ObjectClass, str]],
    excluded: Iterable[tuple[str, str]],
    officers: Iterable[tuple[str, int, str]],
) -> Json:
    """What is frozen: the objects by code with class and mode, who was left out, the officers.

    An officer is an id, the load of the year so far, and the division.
    """
    return {
        **about,
        "draw_id": str(draw_id),
        "shares": shares_to_json(shares),
        "officers_each": OFFICERS_EACH,
        "pool": sorted([code, kind, mode] for code, kind, mode in pool),
        "excluded": sorted([code, reason] for code, reason in excluded),
        "officers": sorted([officer, load, division] for officer, load, division in officers),
    }


def seed_from(frozen: Json, nonce: bytes) -> bytes:
    return seed_of(UUID(frozen["draw_id"]), hashlib.sha256(canonical(frozen)).digest(), nonce)


def drawn(frozen: Json, seed: bytes) -> list[list[str]]:
    """Code, class and mode of the objects drawn, class by class in the order of the seed."""
    found = []
    for kind in ObjectClass:
        if kind not in frozen["shares"]:
            continue
        top, bottom, floor = frozen["shares"][kind]
        mode = {code: how for code, of, how in frozen["pool"] if of == kind}
        n = number(len(mode), Fraction(top, bottom), floor)
        found += [[code, kind.value, mode[code]] for code in sample(seed, mode, n)]
    return found


def staffed(frozen: Json, seed: bytes, barred: Mapping[str, Bars]) -> list[list[Any]]:
    """The drawn objects with who is barred from each and the officers matched to it.

    Of those not barred the least loaded go, by the seed where loads are equal; none at all where
    fewer than two are left: then the superior assigns.
    """
    load = {officer: taken for officer, taken, _ in frozen["officers"]}
    each = frozen["officers_each"]
    rows: list[list[Any]] = []
    for code, kind, mode in drawn(frozen, seed):
        bars = {officer: [*why] for officer, why in barred.get(code, {}).items()}
        free = [officer for officer in load if officer not in bars]
        free.sort(key=lambda one: (load[one], rank(seed, f"{code}/{one}"), one))
        chosen = free[:each] if len(free) >= each else []
        for officer in chosen:
            load[officer] += 1
        rows.append([code, kind, mode, bars, chosen])
    return rows


def whole(frozen: Json, nonce: bytes, barred: Mapping[str, Bars]) -> Json:
    """The file of a draw."""
    seed = seed_from(frozen, nonce)
    result = staffed(frozen, seed, barred)
    return {
        "format": FORMAT,
        "nonce": nonce.hex(),
        "nonce_hash": digest(nonce),
        "snapshot": frozen,
        "snapshot_hash": digest(canonical(frozen)),
        "seed": seed.hex(),
        "drawn": result,
        "result_hash": digest(canonical(result)),
    }


def verify(content: bytes) -> Json | None:
    """The file if it is what follows from its nonce, its snapshot and its bars; None if not."""
    try:
        file = json.loads(content)
        barred = {row[0]: row[3] for row in file["drawn"]}
        again = whole(file["snapshot"], bytes.fromhex(file["nonce"]), barred)
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError):
        return None
    return again if canonical(again) == content else None
