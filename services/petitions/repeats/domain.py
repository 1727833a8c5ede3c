"""Repeats: the same person raises the same matter again (同人+同事, DOMAIN 2.7)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from shared.errors import RuleViolation

NOISE: Final = re.compile(r"[\s()（）\[\]【】·、,，。.-]+")


class Ground(StrEnum):
    """Why an earlier petition may be about the same, as a clerk reads it."""

    SAME_PERSON = "same_person"
    SAME_OBJECT = "same_object"
    SAME_COUNTY = "same_county"
    BORDERING_COUNTY = "bordering_county"
    SHARED_MEDIUM = "shared_medium"


@dataclass(frozen=True, slots=True)
class Likeness:
    """The facts of a petition by which it is compared."""

    id: UUID
    tokens: frozenset[str]
    object_name: str | None
    division: str
    media: frozenset[str]


class NotTheSamePerson(RuleViolation):
    """A repeat needs the same person; the matter alone makes it another voice."""

    code = "not_the_same_person"
    zh = "两件信访件的信访人不同,不能认定为重复件。"
    en = "The two petitions have no petitioner in common and cannot be repeats."


class RepeatOfItself(RuleViolation):
    code = "repeat_of_itself"
    zh = "信访件不能是自身的重复件。"
    en = "A petition is not a repeat of itself."


class HasRepeats(RuleViolation):
    """Two matters become one only by somebody who looks at every item of both."""

    code = "has_repeats"
    zh = "该件已是其他重复件的首件,请先分别认定。"
    en = "The petition is itself the first of a matter with repeats; decide on those first."


class NotEarlier(RuleViolation):
    code = "repeat_not_later"
    zh = "重复件的收到时间应晚于首件。"
    en = "A repeat is received after what it repeats."


def plain_name(name: str | None) -> str:
    """An enterprise's name without blanks and brackets, for comparing."""
    return NOISE.sub("", name or "")


def grounds(new: Likeness, earlier: Likeness, *, neighbours: Sequence[str]) -> list[Ground]:
    """What the two have in common."""
    same_object = plain_name(new.object_name) == plain_name(earlier.object_name)
    found = {
        Ground.SAME_PERSON: bool(new.tokens & earlier.tokens),
        Ground.SAME_OBJECT: bool(new.object_name) and same_object,
        Ground.SAME_COUNTY: new.division == earlier.division,
        Ground.BORDERING_COUNTY: earlier.division in neighbours,
        Ground.SHARED_MEDIUM: bool(new.media & earlier.media),
    }
    return [ground for ground, holds in found.items() if holds]


def is_candidate(found: Sequence[Ground]) -> bool:
    """Person, place or object, and kind of pollution agree; a clerk decides on the matter."""
    place = {Ground.SAME_OBJECT, Ground.SAME_COUNTY, Ground.BORDERING_COUNTY}
    return (
        Ground.SAME_PERSON in found
        and Ground.SHARED_MEDIUM in found
        and not place.isdisjoint(found)
    )
