"""Names of enterprises: one key for all the ways people write one, two for two."""

import pytest
from hypothesis import given, strategies as st

from shared.enterprise_names import core_of, key_of, trades_of

ONE_KEY = {
    "盛泰": (
        "盛泰塑胶制品厂",
        "盛泰塑料有限公司",
        "盛泰厂",
        " 盛泰 塑业(总厂) ",
        "浙江盛泰新材料科技有限公司",
        "慈溪市周巷镇盛泰橡塑制品有限责任公司",
        "江苏省苏州市昆山市盛泰精密电子股份有限公司",
    ),
    "云顶豪庭": ("云顶豪庭三期项目部", "云顶豪庭二期工地", "云顶豪庭小区", "云顶豪庭第三标段"),
    "老丁": ("老丁烧烤店", "老丁火锅", "老丁大排档"),
    "abc": ("ABC化工(上海)有限公司", "ａｂｃ化工厂"),
}


@pytest.mark.parametrize(
    ("key", "name"), [(key, name) for key, names in ONE_KEY.items() for name in names]
)
def test_one_enterprise_has_one_key_however_it_is_written(key: str, name: str) -> None:
    assert key_of(name) == key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("盛泰塑胶制品厂", "盛太塑胶制品厂"),
        ("宏发搅拌站", "宏法搅拌站"),
        ("金山造纸厂", "银山造纸厂"),
        ("云顶豪庭二期工地", "云顶雅庭二期工地"),
    ],
)
def test_another_character_is_another_key(one: str, other: str) -> None:
    assert key_of(one) != key_of(other)


@pytest.mark.parametrize("name", ["造纸厂", "搅拌站", "工地", "农贸市场", "小区"])
def test_a_name_of_general_words_tells_nothing_and_stays_as_it_is(name: str) -> None:
    assert core_of(name) == ""
    assert key_of(name) == name


@pytest.mark.parametrize("name", [None, "", "  ", "()"])
def test_no_name_has_no_key(name: str | None) -> None:
    assert key_of(name) is None


@pytest.mark.parametrize("name", ["上海市场", "彭山区大发印染厂", "小区", "市政工程"])
def test_a_market_and_a_housing_estate_are_no_division(name: str) -> None:
    assert key_of(name) not in {"场", "", None}


def test_words_of_one_trade_are_one_and_of_two_are_two() -> None:
    assert trades_of("塑胶制品厂") & trades_of("塑料厂")
    assert trades_of("水泥厂").isdisjoint(trades_of("家具厂"))
    assert not trades_of("实业有限公司")


@given(st.text(max_size=40))
def test_a_key_is_no_longer_than_its_name_and_has_no_blank(name: str) -> None:
    key = key_of(name)
    assert key is None or (key and not any(char.isspace() for char in key))


@given(st.text(alphabet="盛泰金河云", min_size=2, max_size=5))
def test_form_and_trade_never_change_the_key(core: str) -> None:
    keys = {key_of(core + ending) for ending in ("厂", "有限公司", "塑料厂", "塑胶制品有限公司")}
    assert len(keys) == 1
