"""Bodies of the question where something is."""

from datetime import date
from typing import Annotated, Self

from pydantic import ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from services.regions.divisions.domain import BorderKind
from services.regions.places.domain import Datum, Form, Reason
from services.regions.places.use_cases import (
    Beside,
    Meant,
    MentionFound,
    Neighbour,
    Place,
    PointFound,
)
from shared.divisions import Level
from shared.http.body import Body, Out, SafeText

# Around China with its seas.
WEST, EAST, SOUTH, NORTH = 73.0, 136.0, 3.0, 54.0


class PointIn(Body):
    """A point in degrees; without a datum it is WGS-84, as GPS, 北斗 and 天地图 give it."""

    lon: Annotated[float, Field(ge=WEST, le=EAST)]
    lat: Annotated[float, Field(ge=SOUTH, le=NORTH)]
    datum: Annotated[
        Datum, Field(description="gcj02: 高德, 腾讯; bd09: 百度; both are turned back to wgs84")
    ] = Datum.WGS84


AddressText = Annotated[
    SafeText, StringConstraints(strip_whitespace=False, min_length=1, max_length=2000)
]


class LocateIn(Body):
    """A point, an address or other text, or both."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "point": {"lon": 121.16, "lat": 30.04, "datum": "wgs84"},
                "text": "余姚市泗门镇与慈溪交界处一化工厂夜间偷排",
            }
        }
    )

    point: PointIn | None = None
    text: AddressText | None = None
    on: Annotated[date | None, Field(description="the day asked about; today if absent")] = None

    @model_validator(mode="after")
    def _asks_something(self) -> Self:
        if self.point is None and self.text is None:
            raise PydanticCustomError("nothing_asked", "a point or a text is needed")
        return self


class PathStepOut(Out):
    code: str
    name: str


class PlaceOut(Out):
    """A division with all above it, widest first.

    If the name or the code is no longer in use, `now` has what stands in its place.
    """

    code: str
    name: str
    level: Level
    path: list[PathStepOut]
    path_name: str
    valid: bool
    now: list[PathStepOut]


class PointCandidateOut(PlaceOut):
    """`metres` is how far the nearest line of the county is; `inside` on which side of it."""

    inside: bool
    metres: int


class BesideOut(PlaceOut):
    """A county within the strip, and how far off its line is."""

    metres: int
    other_city: bool


class PointOut(Out):
    """Where the point lies, in WGS-84. Several candidates: it is too near to a line to say."""

    lon: float
    lat: float
    datum: Datum
    candidates: list[PointCandidateOut]
    near_border: bool
    strip_km: float
    neighbours: list[BesideOut]


class NeighbourOut(Out):
    """`km` is the length of the boundary by land and water, the distance by sea."""

    code: str
    name: str
    kind: BorderKind
    km: float
    other_city: bool


class TextCandidateOut(PlaceOut):
    """What a name may mean, why it ranks where it does, and which counties its county touches."""

    rank: int
    form: Form
    reasons: list[Reason]
    touches: list[NeighbourOut]


class MentionOut(Out):
    """A name in the text: characters `start` up to but not `end`."""

    start: int
    end: int
    text: str
    candidates: list[TextCandidateOut]


class LocateOut(Out):
    """Nothing is decided: a person picks, and gives the code where the matter is registered."""

    point: PointOut | None
    mentions: list[MentionOut]

    @classmethod
    def of(cls, point: PointFound | None, mentions: list[MentionFound]) -> Self:
        return cls(
            point=_point(point) if point else None, mentions=[_mention(each) for each in mentions]
        )


def _place(place: Place) -> dict[str, object]:
    return {
        "code": place.code,
        "name": place.name,
        "level": place.level,
        "path": [PathStepOut(code=code, name=name) for code, name in place.path],
        "path_name": "".join(name for _, name in place.path),
        "valid": place.valid,
        "now": [PathStepOut(code=code, name=name) for code, name in place.now],
    }


def _point(found: PointFound) -> PointOut:
    return PointOut(
        lon=round(found.lon, 6),
        lat=round(found.lat, 6),
        datum=Datum.WGS84,
        candidates=[
            PointCandidateOut.model_validate(
                {**_place(place), "inside": near.inside, "metres": round(near.metres)}
            )
            for place, near in found.candidates
        ],
        near_border=bool(found.beside),
        strip_km=found.strip_km,
        neighbours=[_beside(each) for each in found.beside],
    )


def _beside(found: Beside) -> BesideOut:
    return BesideOut.model_validate(
        {
            **_place(found.place),
            "metres": round(found.metres),
            "other_city": found.other_city,
        }
    )


def _mention(found: MentionFound) -> MentionOut:
    span = found.mention.span
    return MentionOut(
        start=span.start,
        end=span.end,
        text=span.text,
        candidates=[_meant(rank, each) for rank, each in enumerate(found.meant, start=1)],
    )


def _meant(rank: int, found: Meant) -> TextCandidateOut:
    return TextCandidateOut.model_validate(
        {
            **_place(found.place),
            "rank": rank,
            "form": found.candidate.named.form,
            "reasons": list(found.candidate.reasons),
            "touches": [_neighbour(each) for each in found.touches],
        }
    )


def _neighbour(found: Neighbour) -> NeighbourOut:
    return NeighbourOut.model_validate(found)
