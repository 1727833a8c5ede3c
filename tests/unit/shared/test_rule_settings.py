"""Which figure holds where and since when."""

from datetime import date

import pytest

from shared.rule_settings import Setting, effective, in_force

FIRST, LATER = date(2026, 1, 1), date(2026, 7, 1)


def a_setting(value: int, *, scope: str = "", since: date = FIRST) -> Setting:
    return Setting("days", scope, since, value, "[DD]")


EVERYWHERE = a_setting(1)
EVERYWHERE_LATER = a_setting(2, since=LATER)
NINGBO = a_setting(3, scope="3302")
YUYAO_LATER = a_setting(4, scope="330281", since=LATER)
ALL = (YUYAO_LATER, EVERYWHERE_LATER, NINGBO, EVERYWHERE)


@pytest.mark.parametrize(
    ("division", "day", "value"),
    [
        ("510100", FIRST, 1),
        ("510100", LATER, 2),
        ("330206", FIRST, 3),
        ("330206", LATER, 3),  # the narrower wins over the later
        ("330281", FIRST, 3),
        ("330281", LATER, 4),
        ("330000", LATER, 2),
    ],
)
def test_the_narrowest_and_then_the_latest_wins(division: str, day: date, value: int) -> None:
    assert in_force(ALL, division=division, on_day=day) == {"days": value}


def test_before_its_day_a_setting_does_not_exist() -> None:
    assert in_force(ALL, division="330281", on_day=date(2025, 12, 31)) == {}


def test_the_row_that_holds_says_on_what_it_rests() -> None:
    assert effective(ALL, division="330206", on_day=LATER) == {"days": NINGBO}
