"""What an ended division leaves to whom, and how a row comes to name a successor."""

from datetime import date
from typing import Any, Final
from uuid import UUID

import pytest

from shared.auth.actor import Grant, Role
from shared.succession.lineage import Succession, heirs, inherited
from shared.succession.rewriting import named_in, renamed, seen_by

YUBEI, JIANGBEI, LIANGJIANG, OTHER = "500112", "500105", "500157", "500158"
CLERK: Final = Role.PETITION_CLERK


def succession(predecessor: str, *successors: str, main: str | None = None) -> Succession:
    return Succession(
        predecessor, date(2027, 1, 1), UUID(int=1), successors, main or successors[0], "批复"
    )


MERGER: Final = (succession(YUBEI, LIANGJIANG), succession(JIANGBEI, LIANGJIANG))
SPLIT: Final = (succession(YUBEI, LIANGJIANG, OTHER),)


def test_who_works_for_the_successor_works_on_what_the_ended_left() -> None:
    acting, reading = inherited([Grant(CLERK, LIANGJIANG)], MERGER)

    assert acting == (Grant(CLERK, JIANGBEI), Grant(CLERK, YUBEI))
    assert reading == ()


def test_another_successor_of_a_split_reads_the_history_and_no_more() -> None:
    assert inherited([Grant(CLERK, OTHER)], SPLIT) == ((), (YUBEI,))
    assert inherited([Grant(CLERK, LIANGJIANG)], SPLIT) == ((Grant(CLERK, YUBEI),), ())


@pytest.mark.parametrize("scope", ["500115", "5101", "51", YUBEI])
def test_nobody_else_inherits(scope: str) -> None:
    assert inherited([Grant(CLERK, scope)], SPLIT) == ((), ())


def test_who_stands_above_both_has_it_already() -> None:
    assert inherited([Grant(CLERK, "50")], SPLIT) == ((), ())


def test_a_superior_of_a_division_that_moved_to_it_inherits_too() -> None:
    moved = [succession("510112", "511603")]

    assert inherited([Grant(CLERK, "5116")], moved) == ((Grant(CLERK, "510112"),), ())


def test_what_goes_on_under_its_code_leaves_nothing() -> None:
    cut = [succession(YUBEI, YUBEI, OTHER)]

    assert inherited([Grant(CLERK, OTHER)], cut) == ((), ())
    assert heirs(YUBEI, cut) == (YUBEI,)


def test_history_comes_down_through_every_change() -> None:
    chain = [succession(YUBEI, LIANGJIANG, OTHER), succession(LIANGJIANG, "500159")]

    assert inherited([Grant(CLERK, "500159")], chain) == (
        (Grant(CLERK, YUBEI), Grant(CLERK, LIANGJIANG)),
        (),
    )
    assert inherited([Grant(CLERK, OTHER)], chain) == ((), (YUBEI,))
    assert heirs(YUBEI, chain) == (OTHER, "500159")
    assert heirs(JIANGBEI, chain) == (JIANGBEI,)


def test_what_is_only_read_leaves_only_reading() -> None:
    chain = [succession(JIANGBEI, YUBEI), succession(YUBEI, LIANGJIANG, OTHER)]

    assert inherited([Grant(CLERK, OTHER)], chain) == ((), (JIANGBEI, YUBEI))


@pytest.mark.parametrize(
    ("value", "after"),
    [
        (YUBEI, LIANGJIANG),
        ("500115", "500115"),
        (None, None),
        ([YUBEI, "500115"], [LIANGJIANG, "500115"]),
        # Both predecessors of a merger are one party.
        ([LIANGJIANG, YUBEI, "500115"], [LIANGJIANG, "500115"]),
        ({YUBEI: "1/3", "500115": "2/3"}, {LIANGJIANG: "1/3", "500115": "2/3"}),
        ({LIANGJIANG: "1/3", YUBEI: "2/3"}, {LIANGJIANG: "1"}),
        ({"division": YUBEI, "title": "扬尘"}, {"division": LIANGJIANG, "title": "扬尘"}),
        ({"title": "扬尘"}, {"title": "扬尘"}),
    ],
)
def test_a_value_names_the_successor_in_the_predecessors_place(value: Any, after: Any) -> None:
    assert renamed(value, YUBEI, LIANGJIANG) == after


def test_what_a_value_names() -> None:
    assert named_in(YUBEI) == (YUBEI,)
    assert named_in([YUBEI, OTHER]) == (YUBEI, OTHER)
    assert named_in({YUBEI: "1"}) == (YUBEI,)
    assert named_in({"division": YUBEI, "title": "x"}) == (YUBEI,)
    assert named_in(None) == ()


@pytest.mark.parametrize(
    ("visible_to", "named", "old", "new", "after"),
    [
        # Within a city nothing changes above.
        (["50", "5001", YUBEI], [LIANGJIANG], YUBEI, LIANGJIANG, ["50", "5001", LIANGJIANG]),
        # Somebody else's part stays seen.
        (
            ["33", "3302", "330281", "50", "5001", YUBEI],
            [LIANGJIANG, "330281"],
            YUBEI,
            LIANGJIANG,
            ["33", "3302", "330281", "50", "5001", LIANGJIANG],
        ),
        # From one city to another the old city is out...
        (
            ["51", "5101", "510112"],
            ["511603"],
            "510112",
            "511603",
            ["51", "5116", "511603"],
        ),
        # ...unless its own office has the row, or another of its counties.
        (
            ["51", "5101", "510112"],
            ["511603", "510100"],
            "510112",
            "511603",
            ["51", "5101", "5116", "511603"],
        ),
        (
            ["51", "5101", "510112", "510114"],
            ["511603"],
            "510112",
            "511603",
            ["51", "5101", "510114", "5116", "511603"],
        ),
        # What the superiors do not see yet, those of the successor do not either.
        (["510112"], ["511603"], "510112", "511603", ["511603"]),
        # Named, but not let in: nobody comes in.
        (
            ["51", "5101", "510114"],
            ["511603"],
            "510112",
            "511603",
            ["51", "5101", "5116", "510114"],
        ),
    ],
)
def test_the_successor_sees_what_the_predecessor_saw(
    visible_to: list[str], named: list[str], old: str, new: str, after: list[str]
) -> None:
    assert seen_by(visible_to, named, old=old, new=new) == sorted(after)
