"""Bodies of areas and of objects visited in them."""

from datetime import datetime
from typing import Annotated, Final, Self
from uuid import UUID

from pydantic import ConfigDict, Field, JsonValue, StringConstraints

from services.regions.grid.domain.partition import Area, normal
from services.regions.grid.domain.practice import ObjectKind
from services.regions.grid.models.practice import GridObject
from services.regions.grid.models.territory import GridArea
from services.regions.grid.use_cases.areas import Loaded, ObjectFacts, object_actions
from services.regions.helpers.schemas.engaged import CreditCode
from shared.auth.actor import Actor
from shared.http.body import Body, Division, LongText, Out, Reason, ShortText

# 9 digits: a township or street; 12: a village. The parameter of a filter, too.
AreaCode = Annotated[
    str,
    StringConstraints(pattern=r"^[1-9][0-9]{8}([0-9]{3})?$"),
    Field(examples=["330902001"]),
]
Longitude = Annotated[float, Field(ge=-180, le=180)]
Latitude = Annotated[float, Field(ge=-90, le=90)]
Point = tuple[Longitude, Latitude]
MOST_AREAS: Final = 2000
MOST_CORNERS: Final = 500
AN_OBJECT: Final[dict[str, JsonValue]] = {
    "name": "某船舶修造有限公司",
    "area": "330902001",
    "kind": "key",
    "basis": "2026年重点排污单位名录",
}


class PointIn(Body):
    """Longitude and latitude, WGS 84."""

    lon: Longitude
    lat: Latitude


class AreaIn(Body):
    """A township, street or village of the list; a point or an outline puts it on the map."""

    code: AreaCode
    name: ShortText
    point: PointIn | None = None
    outline: Annotated[list[PointIn], Field(min_length=3, max_length=MOST_CORNERS)] | None = None

    def value(self) -> Area:
        return Area(
            normal(self.code),
            self.name,
            point=None if self.point is None else (self.point.lon, self.point.lat),
            outline=None
            if self.outline is None
            else tuple((each.lon, each.lat) for each in self.outline),
        )


class AreasIn(Body):
    """The whole list of a county; an area it leaves out is retired."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "division": "330902",
                "areas": [
                    {"code": "330902001", "name": "环南街道"},
                    {"code": "330902001001", "name": "某社区", "point": {"lon": 122.1, "lat": 30}},
                ],
            }
        }
    )

    division: Division
    areas: Annotated[list[AreaIn], Field(min_length=1, max_length=MOST_AREAS)]


class LoadedOut(Out):
    """What the list changed; `atoms` are the areas cells are made of."""

    division: str
    listed: int
    atoms: int
    added: list[str]
    retired: list[str]

    @classmethod
    def of(cls, loaded: Loaded) -> Self:
        return cls.model_validate(loaded)


class AreaOut(Out):
    code: str
    name: str
    division: str
    is_atom: bool
    lon: float | None
    lat: float | None
    outline: list[tuple[float, float]] | None

    @classmethod
    def of(cls, row: GridArea) -> Self:
        return cls.model_validate(row)


class ObjectFactsIn(Body):
    name: ShortText
    area: AreaCode
    kind: ObjectKind
    credit_code: CreditCode | None = None
    basis: LongText | None = None

    def facts(self) -> ObjectFacts:
        return ObjectFacts(
            name=self.name,
            area=self.area,
            kind=self.kind,
            credit_code=self.credit_code,
            basis=self.basis,
        )


class ObjectIn(ObjectFactsIn):
    """An object visited in an area, and why it is in its class."""

    model_config = ConfigDict(json_schema_extra={"example": {"division": "330902", **AN_OBJECT}})

    division: Division


class ObjectAmendIn(ObjectFactsIn):
    model_config = ConfigDict(json_schema_extra={"example": {**AN_OBJECT, "reason": "列入名录"}})

    reason: Reason


class ObjectEndIn(Body):
    model_config = ConfigDict(json_schema_extra={"example": {"reason": "企业已关停"}})

    reason: Reason


class ObjectOut(Out):
    id: UUID
    division: str
    area: str
    name: str
    credit_code: str | None
    kind: ObjectKind
    basis: str | None
    listed_at: datetime
    ended_at: datetime | None
    end_reason: str | None
    version: int
    actions: list[str]

    @classmethod
    def of(cls, row: GridObject, area: GridArea, actor: Actor) -> Self:
        return cls(
            id=row.id,
            division=row.division,
            area=area.code,
            name=row.name,
            credit_code=row.credit_code,
            kind=row.kind,
            basis=row.basis,
            listed_at=row.listed_at,
            ended_at=row.ended_at,
            end_reason=row.end_reason,
            version=row.version,
            actions=object_actions(actor, row),
        )
