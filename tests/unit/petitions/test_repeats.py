"""Repeats: what makes two petitions alike, in which order, and what may be confirmed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import pytest
from hypothesis import given, strategies as st

from services.petitions.repeats.domain.likeness import (
    CANDIDATES,
    SAME_OBJECT,
    WEIGHT_ISSUES,
    WEIGHT_PERSON,
    WEIGHT_PLACE,
    WEIGHT_TARGET,
    WEIGHT_TEXT,
    Likeness,
    box_around,
    compare,
    metres_between,
    rank,
    same_object,
    same_person,
)
from services.petitions.repeats.domain.reasons import Ground, reasons
from services.petitions.repeats.domain.rules import (
    Basis,
    NotTheSameObject,
    NotTheSamePerson,
    require_same,
)
from services.petitions.repeats.domain.targets import target_of

AT: Final = datetime(2026, 3, 2, tzinfo=UTC)
TEXT: Final = "盛泰塑料厂每晚排放刺鼻气味,锦绣小区的住户不敢开窗。"
COUNTIES: Final = {"330281": "余姚市", "330282": "慈溪市"}


def petition(number: int = 1, text: str = TEXT, **changes: Any) -> Likeness:
    given: dict[str, Any] = {
        "id": UUID(int=number),
        "tokens": frozenset({"t1", "t2"}),
        "target": target_of(None, text),
        "divisions": frozenset({"330281"}),
        "media": frozenset({"air"}),
        "received_at": AT,
    }
    return Likeness(**given | changes)


def grounds(new: Likeness, earlier: Likeness) -> dict[Ground, tuple[str, str]]:
    told = reasons(new, earlier, compare(new, earlier), counties=COUNTIES, metres=300)
    return {each.ground: (each.zh, each.en) for each in told}


def test_the_weights_are_a_whole() -> None:
    weights = (WEIGHT_TARGET, WEIGHT_PERSON, WEIGHT_TEXT, WEIGHT_ISSUES, WEIGHT_PLACE)
    assert sum(weights) == pytest.approx(1)


TEXTS: Final = st.one_of(
    st.text(max_size=80), st.sampled_from([TEXT, "青龙河死鱼", "金河家具厂喷漆,油漆味很浓"])
)


@given(TEXTS, TEXTS)
def test_likeness_is_between_0_and_1_and_the_same_from_both_sides(one: str, other: str) -> None:
    first, second = petition(1, one), petition(2, other, tokens=frozenset())
    there, back = compare(first, second), compare(second, first)
    assert 0 <= there.score <= 1
    assert there == back


@given(TEXTS, st.sampled_from([frozenset[str](), frozenset({"t1"})]))
def test_the_same_text_of_the_same_person_is_as_like_as_can_be(
    text: str, tokens: frozenset[str]
) -> None:
    one, other = (petition(number, text, tokens=tokens) for number in (1, 2))
    assert compare(one, other).score == pytest.approx(1)


@given(st.lists(TEXTS, max_size=8), st.randoms())
def test_the_order_does_not_depend_on_the_order_of_asking(texts: list[str], random: Any) -> None:
    earlier = [petition(number, text) for number, text in enumerate(texts, start=2)]
    shuffled = random.sample(earlier, len(earlier))
    assert rank(petition(1), earlier) == rank(petition(1), shuffled)


def test_no_petition_is_its_own_candidate() -> None:
    assert rank(petition(1), [petition(1)]) == []


def test_at_most_five_are_named_the_likeliest_first() -> None:
    many = [petition(number, f"盛泰塑料厂{'很吵' * number}") for number in range(2, 12)]
    found = rank(petition(1), many)
    assert len(found) == CANDIDATES
    scores = [parts.score for _, parts in found]
    assert scores == sorted(scores, reverse=True)


def test_of_two_as_alike_the_later_comes_first() -> None:
    old = petition(2, received_at=AT - timedelta(days=30))
    new = petition(3, received_at=AT - timedelta(days=1))
    assert [each.id for each, _ in rank(petition(1), [old, new])] == [new.id, old.id]


def test_what_has_nothing_in_common_is_not_named() -> None:
    assert rank(petition(1), [petition(2, "楼上装修电钻声音大", tokens=frozenset({"x"}))]) == []


NOBODY: Final = frozenset[str]()
OTHER_WORDS: Final = "一到夜里就有烧塑料的味道,就是旁边那个盛泰厂放的,呛得睡不着。"


def before(first: str, second: str, *, new: str = TEXT) -> bool:
    """Whether `first` ranks above `second` when nobody is known."""
    asked = petition(1, new, tokens=NOBODY)
    found = rank(
        asked, [petition(2, first, tokens=NOBODY), petition(3, second, tokens=NOBODY)], at_most=9
    )
    return found[0][0].id == UUID(int=2)


@pytest.mark.parametrize(
    "decoy",
    [
        TEXT.replace("盛泰", "盛太"),
        TEXT.replace("盛泰塑料", "金河家具"),
        TEXT.replace("盛泰塑料", "盛泰家具"),
        TEXT.replace("盛泰", "盛太").replace("锦绣", "桂园"),
    ],
)
def test_a_copied_letter_about_another_firm_is_below_another_letter_about_this(decoy: str) -> None:
    assert before(OTHER_WORDS, decoy)


def test_who_names_only_the_river_is_found_by_it() -> None:
    named = "盛泰造纸厂往青龙河偷排黑色废水,水面有大量泡沫。"
    unnamed = "流到我们这里的青龙河发黑发臭,漂着泡沫,怀疑是上游造纸厂。"
    assert before(unnamed, "门口的沟里有黑水和泡沫。", new=named)


@pytest.mark.parametrize(
    ("text", "issues"),
    [
        ("夜里臭得睡不着", {"夜间", "异味", "扰眠"}),
        ("噪音大,灰尘大", {"噪声", "扬尘"}),
        ("饭店油烟", {"油烟"}),
        ("今天天气很好", set()),
    ],
)
def test_issues_are_named_whatever_the_word(text: str, issues: set[str]) -> None:
    assert target_of(None, text).issues == issues


def test_one_token_in_common_is_the_same_person_and_none_is_unknown() -> None:
    assert compare(petition(1), petition(2, tokens=frozenset({"t2", "t9"}))).person == 1
    assert compare(petition(1), petition(2, tokens=frozenset({"t9"}))).person == 0
    assert compare(petition(1), petition(2, tokens=NOBODY)).person is None
    assert not same_person(petition(1, tokens=NOBODY), petition(2, tokens=NOBODY))


def test_unsigned_accusations_of_one_party_count_as_one_persons() -> None:
    accusing: dict[str, Any] = {"tokens": NOBODY, "unsigned_accusation": True}
    one, other = petition(1, **accusing), petition(2, OTHER_WORDS, **accusing)
    assert same_person(one, other)
    assert Ground.SAME_ACCUSED in grounds(one, other)
    assert not same_person(one, petition(3, "金河家具厂喷漆", **accusing))
    assert not same_person(one, petition(2, OTHER_WORDS, tokens=NOBODY))


def test_the_credit_code_decides_where_both_have_one() -> None:
    one = petition(1, object_code="A" * 18)
    assert same_object(one, petition(2, "别的话", object_code="A" * 18), metres=0)
    assert not same_object(one, petition(2, object_code="B" * 18), metres=0)


def test_three_hundred_metres_are_measured_on_the_globe() -> None:
    here, near, far = (121.15, 30.04), (121.1530, 30.04), (121.1535, 30.04)
    assert metres_between(here, near) == pytest.approx(288.7, abs=1)
    assert metres_between(here, far) == pytest.approx(336.9, abs=1)
    assert metres_between(here, None) is None
    nameless = petition(1, "夜里臭", point=here)
    assert same_object(nameless, petition(2, "灰大", point=near), metres=300)
    assert not same_object(nameless, petition(2, "灰大", point=far), metres=300)


@given(
    st.floats(-179, 179), st.floats(-80, 80), st.floats(-0.0026, 0.0026), st.floats(-0.0026, 0.0026)
)
def test_what_is_near_enough_is_in_the_box(east: float, north: float, x: float, y: float) -> None:
    other = (east + x, north + y)
    metres = metres_between((east, north), other)
    box = box_around((east, north), metres=300)
    assert box is not None
    south, top, west, right = box
    if metres is not None and metres <= 300:
        assert south <= other[1] <= top
        assert west <= other[0] <= right


BASES: Final[tuple[tuple[Basis, dict[str, Any], type[Exception] | None], ...]] = (
    (Basis.PERSON, {}, None),
    (Basis.PERSON, {"tokens": frozenset({"x"})}, NotTheSamePerson),
    (Basis.PERSON, {"target": target_of(None, "金河家具厂")}, None),
    (Basis.OBJECT, {"tokens": frozenset({"x"})}, None),
    (Basis.OBJECT, {"target": target_of(None, "金河家具厂")}, NotTheSameObject),
    (Basis.OBJECT, {"target": target_of(None, "夜里臭")}, NotTheSameObject),
)


@pytest.mark.parametrize(("basis", "changes", "error"), BASES)
def test_the_basis_says_what_must_be_the_same(
    basis: Basis, changes: dict[str, Any], error: type[Exception] | None
) -> None:
    one, other = petition(1), petition(2, **changes)
    if error is None:
        require_same(one, other, basis=basis, metres=300)
    else:
        with pytest.raises(error):
            require_same(one, other, basis=basis, metres=300)


def test_reasons_name_what_they_rest_on_in_both_languages() -> None:
    told = grounds(petition(1), petition(2))
    assert told[Ground.SAME_PERSON] == ("同一信访人", "The same petitioner")
    assert told[Ground.SAME_OBJECT] == ("同一对象:盛泰", "The same object: 盛泰")
    assert told[Ground.SAME_COUNTY] == ("同一县(市、区):余姚市", "The same county: 余姚市")
    assert told[Ground.SHARED_MEDIUM][0] == "共同污染类型:大气"
    assert told[Ground.SIMILAR_TEXT] == ("文字相似度100%", "Texts alike by 100%")
    assert told[Ground.SAME_PLACE][0] == "同一地点:锦绣"


def test_differences_are_said_too() -> None:
    other = petition(2, TEXT.replace("盛泰", "盛太"), tokens=frozenset({"x"}))
    told = grounds(petition(1), replace(other, divisions=frozenset({"330282"})))
    assert told[Ground.OTHER_PERSON][0] == "信访人不同"
    assert told[Ground.SIMILAR_OBJECT][0] == "对象名称相近:盛太(50%)"
    assert told[Ground.BORDERING_COUNTY][0] == "接壤县(市、区):慈溪市"
    assert Ground.SAME_OBJECT not in told
    assert compare(petition(1), other).target == 0.5 < SAME_OBJECT


def test_distance_is_a_reason_within_the_setting_only() -> None:
    here = petition(1, point=(121.15, 30.04))
    assert "约" in grounds(here, petition(2, point=(121.151, 30.04)))[Ground.NEAR][0]
    assert Ground.NEAR not in grounds(here, petition(2, point=(121.16, 30.04)))
