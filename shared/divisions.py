"""Arithmetic of division codes (GB/T 2260): six digits in data, prefixes as scopes.

A scope is a subtree: `33` is Zhejiang with everything below, `3302` Ningbo, `330281` Yuyao.
"""

import re
from collections.abc import Iterable
from enum import StrEnum

CODE = re.compile(r"[1-9][0-9]{5}")
NATION = "00"


class Level(StrEnum):
    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"


def level(code: str) -> Level:
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
        case Level.COUNTY:
            return code


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


def division_of(scope_: str) -> str:
    """The division that heads a scope: 33 → 330000, 3302 → 330200."""
    return scope_.ljust(6, "0")


def superior(code: str) -> str | None:
    """The division next above: 330281 → 330200 → 330000; None above a province."""
    above = lineage(code)[:-1]
    return division_of(above[-1]) if above else None


def visibility(codes: Iterable[str]) -> list[str]:
    """The scopes that may see a row these divisions have a part in, sorted, without doubles."""
    return sorted({each for code in codes for each in lineage(code)})


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
