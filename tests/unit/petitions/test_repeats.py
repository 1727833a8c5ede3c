"""Repeats: what makes two petitions alike."""

from dataclasses import replace
from typing import Any, Final
from uuid import UUID

import pytest

from services.petitions.repeats.domain import Ground, Likeness, grounds, is_candidate, plain_name

FIRST: Final = Likeness(
    id=UUID(int=1),
    tokens=frozenset({"t1", "t2"}),
    object_name="宁波某电镀厂(总厂)",
    division="330281",
    media=frozenset({"air"}),
)


def alike(**changes: Any) -> list[Ground]:
    later = replace(FIRST, id=UUID(int=2), **changes)
    return grounds(later, FIRST, neighbours=["330281"])


def test_one_token_in_common_is_the_same_person() -> None:
    assert Ground.SAME_PERSON in alike(tokens=frozenset({"t2", "t9"}))
    assert Ground.SAME_PERSON not in alike(tokens=frozenset({"t9"}))


def test_two_who_gave_nothing_are_not_the_same_person() -> None:
    nobody = replace(FIRST, tokens=frozenset())
    assert Ground.SAME_PERSON not in grounds(nobody, nobody, neighbours=[])


def test_blanks_and_brackets_do_not_make_another_enterprise() -> None:
    assert Ground.SAME_OBJECT in alike(object_name="宁波 某电镀厂（总厂）")
    assert plain_name(None) == ""


def test_two_unnamed_objects_are_not_the_same_object() -> None:
    nameless = replace(FIRST, object_name=None)
    assert Ground.SAME_OBJECT not in grounds(nameless, nameless, neighbours=[])


def test_a_county_borders_only_where_the_border_is_known() -> None:
    assert Ground.BORDERING_COUNTY in alike(division="330282")
    elsewhere = replace(FIRST, division="330282")
    assert Ground.BORDERING_COUNTY not in grounds(elsewhere, FIRST, neighbours=[])


@pytest.mark.parametrize("place", [Ground.SAME_OBJECT, Ground.SAME_COUNTY, Ground.BORDERING_COUNTY])
def test_person_medium_and_a_place_make_a_candidate(place: Ground) -> None:
    assert is_candidate([Ground.SAME_PERSON, Ground.SHARED_MEDIUM, place])


@pytest.mark.parametrize(
    "found",
    [
        [],
        [Ground.SAME_PERSON, Ground.SHARED_MEDIUM],
        [Ground.SAME_PERSON, Ground.SAME_OBJECT],
        [Ground.SHARED_MEDIUM, Ground.SAME_OBJECT, Ground.SAME_COUNTY],
    ],
)
def test_less_makes_none(found: list[Ground]) -> None:
    assert not is_candidate(found)
