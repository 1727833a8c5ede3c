"""Bodies of the territory."""

from datetime import date
from typing import Annotated, Self

from pydantic import ConfigDict, Field

from services.regions.divisions.domain import BorderKind
from services.regions.divisions.models import Border
from services.regions.divisions.use_cases import Superior
from shared import divisions
from shared.divisions import Level
from shared.http.body import Body, Division, Out, ShortText


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


class ZoneIn(Body):
    """功能区: a zone without a code of GB/T 2260. Without a `code` it gets the next free one."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "parent": "330200",
                "name": "东钱湖旅游度假区",
                "valid_from": "2026-01-01",
            }
        }
    )

    parent: Annotated[Division, Field(description="the city, or the municipality, above it")]
    name: Annotated[ShortText, Field(max_length=100)]
    code: Annotated[
        Division | None,
        Field(description="the city's four digits and 71-79 or 91-99, never given before"),
    ] = None
    valid_from: date


class SuperiorOut(Out):
    """The lowest common superior; with `national`, only the state stands above all."""

    scope: str
    division: str | None
    name: str
    level: Level | None
    national: bool

    @classmethod
    def of(cls, superior: Superior) -> Self:
        row = superior.division
        return cls(
            scope=superior.scope,
            division=row.code if row else None,
            name=row.name if row else "国家",
            level=row.level if row else None,
            national=row is None,
        )


class BorderOut(Out):
    """How two counties lie to each other.

    `km` is the length of the common boundary by `land` and by `water`; by `sea`, where they do not
    touch, it is the shortest distance over the water.
    """

    a: str
    a_name: str
    b: str
    b_name: str
    kind: BorderKind
    km: float
    same_city: bool

    @classmethod
    def of(cls, border: Border, a_name: str, b_name: str) -> Self:
        return cls(
            a=border.a,
            a_name=a_name,
            b=border.b,
            b_name=b_name,
            kind=border.kind,
            km=border.km,
            same_city=divisions.city_of(border.a) == divisions.city_of(border.b),
        )
