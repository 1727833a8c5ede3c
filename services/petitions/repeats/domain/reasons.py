"""Why an earlier petition may be the same matter, in sentences with the facts they rest on."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from services.petitions.intake.domain import Medium
from services.petitions.repeats.domain.likeness import (
    SAME_OBJECT,
    Likeness,
    Parts,
    metres_between,
    same_person,
)


class Ground(StrEnum):
    """What two petitions have in common; kept with a confirmed repeat."""

    SAME_PERSON = "same_person"
    OTHER_PERSON = "other_person"
    SAME_ACCUSED = "same_accused"
    SAME_OBJECT = "same_object"
    SIMILAR_OBJECT = "similar_object"
    NEAR = "near"
    SAME_PLACE = "same_place"
    SAME_COUNTY = "same_county"
    BORDERING_COUNTY = "bordering_county"
    SHARED_MEDIUM = "shared_medium"
    SAME_ISSUES = "same_issues"
    SIMILAR_TEXT = "similar_text"


MEDIA_ZH: Final[Mapping[Medium, str]] = {
    Medium.AIR: "大气",
    Medium.WATER: "水",
    Medium.NOISE: "噪声",
    Medium.SOLID_WASTE: "固体废物",
    Medium.SOIL: "土壤",
    Medium.RADIATION: "辐射",
    Medium.ECOLOGY: "生态",
    Medium.CONSTRUCTION_PROJECT: "建设项目",
    Medium.MARINE: "海洋",
    Medium.ELECTROMAGNETIC: "电磁",
    Medium.MONITORING_DATA: "监测数据",
    Medium.OTHER: "其他",
}
# From here two letters share more than the words every complaint has.
WORTH_SAYING: Final = 0.2
SOMEWHAT: Final = 0.5


@dataclass(frozen=True, slots=True)
class Reason:
    """One ground as a clerk reads it."""

    ground: Ground
    zh: str
    en: str


def reasons(
    new: Likeness,
    earlier: Likeness,
    parts: Parts,
    *,
    counties: Mapping[str, str],
    metres: int,
) -> list[Reason]:
    """Everything the two have in common, what tells most first; `counties` are names by code."""
    return [
        *_person(new, earlier, parts),
        *_object(new, earlier, parts, metres=metres),
        *_county(new, earlier, counties),
        *_matter(new, earlier, parts),
    ]


def _person(new: Likeness, earlier: Likeness, parts: Parts) -> Iterator[Reason]:
    if parts.person:
        yield Reason(Ground.SAME_PERSON, "同一信访人", "The same petitioner")
    elif same_person(new, earlier):
        yield Reason(
            Ground.SAME_ACCUSED,
            "均为匿名检举,被检举对象相同",
            "Both are unsigned accusations of the same party",
        )
    elif parts.person is not None:
        yield Reason(Ground.OTHER_PERSON, "信访人不同", "Another petitioner")


def _object(new: Likeness, earlier: Likeness, parts: Parts, *, metres: int) -> Iterator[Reason]:
    names = sorted({name.core for name in earlier.target.names if name.sure} or {"-"})
    named = "、".join(names)
    if parts.target is not None and parts.target >= SAME_OBJECT:
        yield Reason(Ground.SAME_OBJECT, f"同一对象:{named}", f"The same object: {named}")
    elif parts.target is not None and parts.target >= SOMEWHAT:
        percent = f"{parts.target:.0%}"
        yield Reason(
            Ground.SIMILAR_OBJECT,
            f"对象名称相近:{named}({percent})",
            f"An object of a similar name: {named} ({percent})",
        )
    distance = metres_between(new.point, earlier.point)
    if distance is not None and distance <= metres:
        yield Reason(
            Ground.NEAR, f"地点相距约{distance:.0f}米", f"About {distance:.0f} metres apart"
        )
    if places := shared_places(new, earlier):
        yield Reason(Ground.SAME_PLACE, f"同一地点:{places}", f"The same place: {places}")


def shared_places(new: Likeness, earlier: Likeness) -> str:
    mine, theirs = new.target.places, earlier.target.places
    return "、".join(sorted(each for each in mine if any(each in x or x in each for x in theirs)))


def _county(new: Likeness, earlier: Likeness, counties: Mapping[str, str]) -> Iterator[Reason]:
    common = new.divisions & earlier.divisions
    named = "、".join(counties.get(code, code) for code in sorted(common or earlier.divisions))
    if common:
        yield Reason(Ground.SAME_COUNTY, f"同一县(市、区):{named}", f"The same county: {named}")
    else:
        yield Reason(
            Ground.BORDERING_COUNTY, f"接壤县(市、区):{named}", f"A bordering county: {named}"
        )


def _matter(new: Likeness, earlier: Likeness, parts: Parts) -> Iterator[Reason]:
    if media := sorted(new.media & earlier.media):
        listed = "、".join(MEDIA_ZH[Medium(each)] for each in media)
        yield Reason(
            Ground.SHARED_MEDIUM,
            f"共同污染类型:{listed}",
            f"The same kind of pollution: {', '.join(media)}",
        )
    if issues := sorted(new.target.issues & earlier.target.issues):
        listed = "、".join(issues)
        yield Reason(Ground.SAME_ISSUES, f"反映的情况相同:{listed}", f"The same words: {listed}")
    if parts.text >= WORTH_SAYING:
        percent = f"{parts.text:.0%}"
        yield Reason(Ground.SIMILAR_TEXT, f"文字相似度{percent}", f"Texts alike by {percent}")
