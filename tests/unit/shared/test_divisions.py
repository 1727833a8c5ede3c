"""Division codes as scopes: what lies in what."""

import pytest
from hypothesis import given, strategies as st

from shared import divisions
from shared.divisions import Level

provinces = st.integers(11, 65).map(str)
parts = st.integers(0, 99).map(lambda number: f"{number:02}")
codes = st.tuples(provinces, parts, parts).map("".join)


@pytest.mark.parametrize(
    ("code", "level", "scope", "lineage"),
    [
        ("330000", Level.PROVINCE, "33", ("33",)),
        ("330200", Level.CITY, "3302", ("33", "3302")),
        ("330281", Level.COUNTY, "330281", ("33", "3302", "330281")),
        # A municipality's districts lie in an intermediate division without officials.
        ("110105", Level.COUNTY, "110105", ("11", "1101", "110105")),
    ],
)
def test_a_code_knows_where_it_lies(
    code: str, level: Level, scope: str, lineage: tuple[str, ...]
) -> None:
    assert divisions.level(code) is level
    assert divisions.scope(code) == scope
    assert divisions.lineage(code) == lineage


@pytest.mark.parametrize(
    ("outer", "code", "covered"),
    [
        ("33", "330281", True),
        ("3302", "330200", True),
        ("3302", "330000", False),
        ("330281", "330282", False),
        ("3303", "330281", False),
    ],
)
def test_a_scope_covers_what_lies_below_it(outer: str, code: str, covered: bool) -> None:  # noqa: FBT001 -- a table
    assert divisions.covers(outer, code) is covered


@given(codes)
def test_every_scope_of_the_lineage_covers_the_division(code: str) -> None:
    assert all(divisions.covers(each, code) for each in divisions.lineage(code))
    assert divisions.lineage(code)[-1] == divisions.scope(code)


@given(st.lists(codes, max_size=5))
def test_what_is_visible_is_sorted_and_single(several: list[str]) -> None:
    visible = divisions.visibility(several)

    assert visible == sorted(set(visible))
    assert set(visible) == {each for code in several for each in divisions.lineage(code)}


@pytest.mark.parametrize(
    ("several", "superior"),
    [
        (["330281", "330282"], "3302"),
        (["330281"], "330281"),
        (["330281", "330400"], "33"),
        (["330281", "510100"], divisions.NATION),
        (["330200", "330281"], "3302"),
        ([], divisions.NATION),
    ],
)
def test_the_common_superior_is_the_lowest_that_holds_all(
    several: list[str], superior: str
) -> None:
    assert divisions.common_superior(several) == superior


@pytest.mark.parametrize(
    "text", ["33028", "3302811", "030281", "33028a", "", "３３０２８１", "33028१"]
)
def test_what_is_no_code(text: str) -> None:
    assert divisions.CODE.fullmatch(text) is None


@pytest.mark.parametrize(
    ("code", "above"),
    [
        ("330281", "330200"),
        ("330200", "330000"),
        ("330000", None),
        ("110105", "110000"),
        ("500101", "500000"),
        # A county that its province runs itself.
        ("429004", "420000"),
    ],
)
def test_above_a_division_is_the_next_one_with_officials(code: str, above: str | None) -> None:
    assert divisions.superior(code) == above


@given(codes)
def test_a_superior_sees_what_is_below_it(code: str) -> None:
    above = divisions.superior(code)
    assert above is None or divisions.covers(divisions.scope(above), code)
    assert divisions.division_of(divisions.scope(code)) == code
