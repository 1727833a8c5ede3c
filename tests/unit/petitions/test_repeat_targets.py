"""What a text complains of: names and places out of running Chinese, and how alike names are."""

import pytest
from hypothesis import given, strategies as st

from services.petitions.repeats.domain.targets import (
    CONTAINED,
    OTHER_TRADE,
    Name,
    likeness_of_names,
    mentioned,
    target_of,
)

NAMED = (
    ("投诉临港镇盛泰塑胶制品厂每晚排放废气", "盛泰"),
    ("我家旁边的盛泰厂又在冒烟", "盛泰"),
    ("上个月打过电话,盛泰塑胶还是老样子", "盛泰"),
    ("就是那个做塑料的盛泰塑料厂", "盛泰"),
    ("一家电镀厂(盛泰)往河里排水", "盛泰"),
    ("鑫和纸箱厂的锅炉", "鑫和"),
    ("向荣印染厂半夜放水", "向荣"),
    ("建华水泥厂扬尘", "建华"),
    ("云顶豪庭三期工地通宵浇筑混凝土", "云顶豪庭"),
    ("源头是那家恒彩印染,夜里放水", "恒彩"),
    ("“夜来香”后半夜还在吵", "夜来香"),
    ("盛泰有限公司\n换行以后", "盛泰"),
)
PLACED = (
    ("我们锦绣小区的住户不敢开窗", "锦绣"),
    ("青龙河的水又变黑了", "青龙"),
    ("往沙河排黑水", "沙河"),
    ("临港镇居民反映", "临港"),
    ("和平路口东侧", "和平"),
)
# Texts that name nobody.
NAMELESS = (
    "河面漂着白色泡沫和死鱼",
    "凌晨还在浇筑混凝土,机器响个不停",
    "怀疑是上游造纸厂排污",
    "厂区道路不洒水",
    "楼下烧烤店油烟很大",
    "半夜三更搅拌站的罐车不停地跑",
)


def cores(text: str, object_name: str | None = None) -> set[str]:
    return {name.core for name in target_of(object_name, text).names}


@pytest.mark.parametrize(("text", "core"), NAMED)
def test_a_name_is_found_where_people_write_it(text: str, core: str) -> None:
    assert core in cores(text)


@pytest.mark.parametrize(("text", "place"), PLACED)
def test_a_place_is_found_by_what_it_ends_with(text: str, place: str) -> None:
    assert place in target_of(None, text).places


@pytest.mark.parametrize("text", NAMELESS)
def test_general_words_are_no_name(text: str) -> None:
    assert not {name for name in target_of(None, text).names if name.sure}


def test_the_object_given_counts_beside_the_text() -> None:
    assert cores("夜里太吵", "盛泰塑料厂") == {"盛泰"}
    assert cores("夜里太吵", "塑料厂") == set()


def test_counties_around_tell_nothing() -> None:
    text = "从彭山流下来的水"
    assert target_of(None, text).places == {"彭山"}
    assert target_of(None, text, seats={"彭山"}).places == frozenset()


def test_pairs_and_keys_are_what_a_stored_petition_is_looked_up_by() -> None:
    target = target_of("天成雅居二期工地", "青龙河边")
    assert {"天成", "成雅", "雅居"} <= set(target.pairs)
    assert {"天成雅居", "青龙", "龙河边"} <= set(target.keys)


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        (("盛泰", 1), ("盛泰", 1), 1.0),
        (("盛泰", 1), ("盛泰", None), 1.0),
        (("天成雅居", None), ("雅居", None), CONTAINED),
        (("盛泰", 1), ("盛泰", 2), OTHER_TRADE),
        (("盛泰", None), ("盛太", None), 0.5),
        (("盛泰", None), ("金河", None), 0.0),
    ],
)
def test_names_are_alike_by_their_cores_and_trades(
    one: tuple[str, int | None], other: tuple[str, int | None], alike: float
) -> None:
    first, second = (
        Name(core, frozenset() if trade is None else frozenset({trade}), sure=True)
        for core, trade in (one, other)
    )
    assert likeness_of_names(first, second) == alike
    assert likeness_of_names(second, first) == alike


def test_a_name_is_mentioned_without_its_form() -> None:
    name = Name("盛泰", frozenset(), sure=True)
    assert mentioned(name, target_of(None, "盛泰又在夜里放烟")) == 1.0
    assert mentioned(name, target_of(None, "金河又在夜里放烟")) == 0.0
    # Written out in full it is compared as names are: a furniture maker is no foundry.
    assert mentioned(name, target_of(None, "盛泰家具厂喷漆")) == 0.0
    placed = Name("沙湾盛泰", frozenset(), sure=True)
    assert mentioned(placed, target_of(None, "收废品的盛泰又烧电线")) == CONTAINED


@given(st.text(max_size=300))
def test_any_text_has_a_target(text: str) -> None:
    target = target_of(text[:50], text)
    assert all(len(pair) == 2 for pair in target.pairs)
    assert all(name.core for name in target.names)
