"""Arithmetic of division codes (GB/T 2260): six digits in data, prefixes as scopes.

A scope is a subtree: `33` is Zhejiang with everything below, `3302` Ningbo, `330281` Yuyao.
"""

import re
from collections.abc import Iterable
from enum import StrEnum

CODE = re.compile(r"[1-9][0-9]{5}")
NATION = "00"
# Beijing, Tianjin, Shanghai, Chongqing (GB/T 2260).
MUNICIPALITIES = frozenset({"11", "12", "31", "50"})
# What begins like this is a mark of named people (shared/auth/marks.py), not of a place.
MARK = "@"


class Level(StrEnum):
    """A functional zone stands where a county stands, below a city (DOMAIN 1.1)."""

    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"
    ZONE = "zone"


def level(code: str) -> Level:
    """What the code says. Of a functional zone it says `COUNTY`: the table of divisions knows."""
    if code.endswith("0000"):
        return Level.PROVINCE
    return Level.CITY if code.endswith("00") else Level.COUNTY


def scope(code: str) -> str:
    """The subtree a division heads: 330000 → 33, 330200 → 3302, 330281 → 330281."""
    match level(code):
        case Level.PROVINCE:
            return code[:2]
        case Level.CITY:
            return code[:4]
        case Level.COUNTY | Level.ZONE:
            return code


def division_of(subtree: str) -> str:
    """The division that heads a scope: 3302 → 330200."""
    return subtree.ljust(6, "0")


def lineage(code: str) -> tuple[str, ...]:
    """Every scope the division lies in, widest first: 330281 → 33, 3302, 330281."""
    own = scope(code)
    return tuple(own[:end] for end in range(2, len(own) + 1, 2))


def covers(outer: str, code: str) -> bool:
    """Whether scope `outer` holds the division `code`."""
    return scope(code).startswith(outer)


def city_of(code: str) -> str:
    """The city-level division above (or at) the code: 330281 → 330200."""
    return code[:4] + "00"


def superior(code: str) -> str | None:
    """The division next above: 330281 → 330200 → 330000; nothing in this system is above that.

    Districts of a municipality (直辖市) and counties a province runs itself (省直辖县级) have no
    city above them: what stands there in the code (01, 02, 90) is a heading without officials.
    """
    if level(code) is Level.PROVINCE:
        return None
    province = code[:2] + "0000"
    if level(code) is Level.CITY or code[2:4] == "90" or code[:2] in MUNICIPALITIES:
        return province
    return city_of(code)


def visibility(codes: Iterable[str]) -> list[str]:
    """The scopes that may see a row these divisions have a part in, sorted, without doubles.

    Marks of named people stay what they are.
    """
    return sorted({each for code in codes for each in _lineage_or_mark(code)})


def _lineage_or_mark(code: str) -> tuple[str, ...]:
    return (code,) if code.startswith(MARK) else lineage(code)


def common_superior(codes: Iterable[str]) -> str:
    """The lowest scope that holds all divisions; `NATION` when only the state does.

    It decides disputes of competence (信访工作条例 art. 24; 行政处罚法 art. 25).
    """
    lineages = [lineage(code) for code in codes]
    common = NATION
    for scopes in zip(*lineages, strict=False):
        if len(set(scopes)) > 1:
            break
        common = scopes[0]
    return common
