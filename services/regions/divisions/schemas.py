"""Bodies of the territory."""

from datetime import date
from typing import Self

from services.regions.divisions.models import Border
from shared import divisions
from shared.divisions import Level
from shared.http.body import Out


class DivisionOut(Out):
    """A division as valid on the day asked for; `version` counts corrections of its row.

    `successors` are the codes that stand, or are to stand, in the place of one that ends.
    """

    code: str
    name: str
    level: Level
    parent: str | None
    valid_from: date
    valid_to: date | None
    version: int
    successors: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()


class BorderOut(Out):
    """Two counties that touch, and the kilometres of their common border."""

    a: str
    a_name: str
    b: str
    b_name: str
    km: float
    same_city: bool

    @classmethod
    def of(cls, border: Border, a_name: str, b_name: str) -> Self:
        return cls(
            a=border.a,
            a_name=a_name,
            b=border.b,
            b_name=b_name,
            km=border.km,
            same_city=divisions.city_of(border.a) == divisions.city_of(border.b),
        )
