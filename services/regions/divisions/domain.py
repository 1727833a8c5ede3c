"""The table of divisions (行政区划, GB/T 2260) and the graph of county borders, as published."""

from collections.abc import Container, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from shared import divisions
from shared.divisions import Level
from shared.errors import InvalidInput


class UnknownDivision(InvalidInput):
    code = "unknown_division"
    zh = "不是现行有效的行政区划代码:{codes}"
    en = "Not a division valid on this day: {codes}"


class BadTable(InvalidInput):
    """A file of reference data contradicts itself; nothing of it is taken."""

    code = "bad_reference_table"
    zh = "基础数据有误:{reason}"
    en = "The reference data are wrong: {reason}"


@dataclass(frozen=True, slots=True)
class DivisionFact:
    """One division for one time. `parent` is the nearest superior that is in the table."""

    code: str
    name: str
    level: Level
    parent: str | None
    valid_from: date
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class BorderFact:
    """Two counties that touch, `a` before `b`, and for how many kilometres."""

    a: str
    b: str
    km: float


def division_table(document: Mapping[str, Any]) -> tuple[DivisionFact, ...]:
    """The divisions of a data file; BadTable if a code is malformed or comes twice."""
    valid_from = date.fromisoformat(document["valid_from"])
    names: dict[str, str] = dict(document["divisions"])
    if len(names) < len(document["divisions"]):
        raise BadTable(reason="a division comes twice")
    for code in names:
        if divisions.CODE.fullmatch(code) is None:
            raise BadTable(reason=code)
    return tuple(
        DivisionFact(code, name, divisions.level(code), superior(code, names), valid_from)
        for code, name in names.items()
    )


def superior(code: str, known: Container[str]) -> str | None:
    """The city above a county, the province above a city.

    Counties that a province governs itself (济源 419001) and districts of a municipality (东城
    110101) have no city in the table: their superior is the province.
    """
    above = (divisions.city_of(code), code[:2] + "0000")
    return next((each for each in above if each != code and each in known), None)


def border_table(document: Mapping[str, Any]) -> tuple[BorderFact, ...]:
    """The pairs of a data file, which has each under its lower code; BadTable if it does not."""
    pairs = tuple(
        BorderFact(a, b, float(km))
        for a, others in document["borders"].items()
        for b, km in others.items()
    )
    for each in pairs:
        if not (each.a < each.b and each.km > 0):
            raise BadTable(reason=f"{each.a} {each.b}")
    return pairs
