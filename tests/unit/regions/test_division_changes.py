"""Which changes of divisions are sound, and what they make of the table and of borders."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings, strategies as st

from services.regions.divisions.domain import BorderFact, BorderKind, DivisionFact
from services.regions.succession import domain
from services.regions.succession.domain import (
    Change,
    ChangeKind,
    DayIsPast,
    GivenBorder,
    NeedsAnotherPerson,
    PreviewMissing,
    PreviewStale,
    ServiceNotReachable,
    Successor,
    UnsoundChange,
)
from shared import divisions
from shared.divisions import Level
from shared.succession.lineage import Succession, heirs

SINCE: Final = date(2026, 1, 1)
DAY: Final = date(2027, 1, 1)
NOW: Final = datetime(2026, 11, 24, 2, tzinfo=UTC)


def fact(code: str, name: str, parent: str | None, **more: Any) -> DivisionFact:
    return DivisionFact(code, name, divisions.level(code), parent, more.pop("since", SINCE), **more)


CHONGQING: Final = (
    fact("500000", "重庆市", None),
    fact("500105", "江北区", "500000"),
    fact("500112", "渝北区", "500000"),
    fact("500115", "长寿区", "500000"),
    fact("510000", "四川省", None),
    fact("511600", "广安市", "510000"),
    fact("511623", "邻水县", "511600"),
)
LIANGJIANG: Final = Successor("500157", "两江新区", Level.COUNTY, "500000")
MERGER: Final = Change(ChangeKind.MERGE, ("500112", "500105"), (LIANGJIANG,), DAY)
NORTH: Final = Successor("500158", "渝北北区", Level.COUNTY, "500000")
SPLIT: Final = Change(ChangeKind.SPLIT, ("500112",), (LIANGJIANG, NORTH), DAY, main=LIANGJIANG.code)
KEEPING: Final = Successor("500112", "渝北区", Level.COUNTY, "500000")


@pytest.mark.parametrize(
    "change",
    [
        MERGER,
        SPLIT,
        # The division that absorbs another keeps its code and may take a new name.
        replace(MERGER, successors=(replace(KEEPING, name="两江新区"),)),
        # What is left of a division goes on under its code.
        replace(SPLIT, successors=(KEEPING, NORTH), main="500112"),
        Change(ChangeKind.RENAME, ("500112",), (replace(KEEPING, name="新渝北区"),), DAY),
        Change(ChangeKind.RECODE, ("500112",), (LIANGJIANG,), DAY),
        # A city takes its counties along.
        Change(
            ChangeKind.RECODE,
            ("511600", "511623"),
            (
                Successor("511700", "广安市", Level.CITY, "510000"),
                Successor("511723", "邻水县", Level.COUNTY, "511700"),
            ),
            DAY,
        ),
        replace(SPLIT, borders=(GivenBorder("500157", "500158", 40.0),)),
        replace(SPLIT, assignments=(("petition", uuid4(), "500158"),)),
    ],
)
def test_a_sound_change_is_taken(change: Change) -> None:
    domain.require_sound(change, CHONGQING)


ROW: Final = uuid4()
UNSOUND: Final[list[tuple[Change, str]]] = [
    (replace(MERGER, predecessors=("500112",)), "/predecessors"),
    (replace(MERGER, predecessors=("500112", "500112")), "/predecessors"),
    (replace(MERGER, predecessors=("500112", "500199")), "/predecessors/1"),
    (replace(MERGER, effective_on=SINCE), "/predecessors/0"),
    # The city would leave its county behind.
    (
        Change(
            ChangeKind.RECODE,
            ("511600",),
            (Successor("511700", "广安市", Level.CITY, "510000"),),
            DAY,
        ),
        "/predecessors",
    ),
    (replace(MERGER, successors=(LIANGJIANG, NORTH)), "/successors"),
    # The code of a third that goes on.
    (
        replace(MERGER, successors=(replace(LIANGJIANG, code="500115"),)),
        "/successors/0/code",
    ),
    (replace(MERGER, successors=(replace(LIANGJIANG, level=Level.CITY),)), "/successors/0/level"),
    (replace(MERGER, successors=(replace(LIANGJIANG, parent=None),)), "/successors/0/parent"),
    (replace(MERGER, successors=(replace(LIANGJIANG, parent="500100"),)), "/successors/0/parent"),
    # Sichuan does not lie above a code of Chongqing.
    (replace(MERGER, successors=(replace(LIANGJIANG, parent="510000"),)), "/successors/0/parent"),
    (replace(MERGER, successors=(replace(LIANGJIANG, parent="500115"),)), "/successors/0/parent"),
    (replace(MERGER, main="500112"), "/main"),
    (replace(MERGER, assignments=(("petition", ROW, "500157"),)), "/assignments"),
    (replace(MERGER, borders=(GivenBorder("500115", "500157", 1.0),)), "/borders"),
    (replace(SPLIT, successors=(LIANGJIANG,)), "/successors"),
    (replace(SPLIT, successors=(LIANGJIANG, LIANGJIANG)), "/successors"),
    (replace(SPLIT, main=None), "/main"),
    (replace(SPLIT, main="500115"), "/main"),
    (replace(SPLIT, successors=(KEEPING, NORTH), main="500158"), "/main"),
    (replace(SPLIT, assignments=(("petition", ROW, "500115"),)), "/assignments/0/code"),
    (
        replace(SPLIT, assignments=(("petition", ROW, "500157"), ("petition", ROW, "500158"))),
        "/assignments",
    ),
    (replace(SPLIT, borders=(GivenBorder("500115", "511623", 5.0),)), "/borders/0"),
    (replace(SPLIT, borders=(GivenBorder("500157", "500157", 5.0),)), "/borders/0"),
    # The predecessor is no more, and a county does not border a city.
    (replace(SPLIT, borders=(GivenBorder("500157", "500112", 5.0),)), "/borders/0"),
    (replace(SPLIT, borders=(GivenBorder("500157", "511600", 5.0),)), "/borders/0"),
    (
        replace(
            SPLIT,
            borders=(GivenBorder("500157", "500115", 5.0), GivenBorder("500115", "500157", 6.0)),
        ),
        "/borders/0",
    ),
    (Change(ChangeKind.RENAME, ("500112",), (KEEPING,), DAY), "/successors/0/name"),
    (Change(ChangeKind.RENAME, ("500112",), (LIANGJIANG,), DAY), "/successors"),
    (Change(ChangeKind.RECODE, ("500112",), (replace(KEEPING, name="他区"),), DAY), "/successors"),
    (
        Change(ChangeKind.RECODE, ("500112", "500105"), (LIANGJIANG,), DAY),
        "/successors",
    ),
]


@pytest.mark.parametrize(("change", "pointer"), UNSOUND)
def test_an_unsound_change_is_refused_at_what_is_wrong(change: Change, pointer: str) -> None:
    with pytest.raises(UnsoundChange) as refused:
        domain.require_sound(change, CHONGQING)

    assert refused.value.pointer == pointer


def test_what_ends_already_cannot_end_again() -> None:
    after = taken(CHONGQING, MERGER)

    with pytest.raises(UnsoundChange):
        domain.require_sound(replace(SPLIT, effective_on=DAY + timedelta(30)), after)


def test_an_ended_code_is_never_given_to_another() -> None:
    after = taken(CHONGQING, MERGER)
    again = Change(
        ChangeKind.RECODE,
        ("500115",),
        (Successor("500112", "渝北区", Level.COUNTY, "500000"),),
        DAY + timedelta(400),
    )

    with pytest.raises(UnsoundChange):
        domain.require_sound(again, after)


def test_a_merger_ends_its_rows_the_day_before_and_begins_one_on_the_day() -> None:
    ended, begun = domain.rows_after(MERGER, CHONGQING)

    assert [(each.code, each.valid_to) for each in ended] == [
        ("500105", date(2026, 12, 31)),
        ("500112", date(2026, 12, 31)),
    ]
    assert begun == [fact("500157", "两江新区", "500000", since=DAY)]


@pytest.mark.parametrize(
    ("codes", "authority"),
    [
        (["500112", "500105", "500157"], "500000"),
        # A county is renamed by its city, a city by its province, a province by the state.
        (["330281"], "330200"),
        (["330200"], "330000"),
        (["330000"], "000000"),
        (["330281", "330402"], "330000"),
        (["330281", "500112"], "000000"),
        # A county the province runs itself.
        (["419001"], "410000"),
    ],
)
def test_a_change_is_made_from_above_all_it_concerns(codes: list[str], authority: str) -> None:
    assert domain.authority(codes) == authority


PAIRS: Final = (
    BorderFact("500105", "500112", 35.0),
    BorderFact("500105", "500115", 4.5),
    BorderFact("500112", "500115", 20.25),
    BorderFact("500112", "500115", 3.0, BorderKind.WATER),
    BorderFact("500112", "511623", 60.0),
    BorderFact("500115", "511623", 12.0),
)
# Distances over the sea are no lengths: the nearer shore counts.
OVER_THE_SEA: Final = (
    BorderFact("500105", "500115", 9.0, BorderKind.SEA),
    BorderFact("500112", "500115", 7.0, BorderKind.SEA),
)


def lines(plan: domain.BorderPlan) -> tuple[tuple[str, str, float], ...]:
    return tuple((each.a, each.b, each.km) for each in plan.added)


def test_a_merger_unites_borders_without_the_inner_one() -> None:
    plan = domain.borders_after(MERGER, PAIRS)

    assert plan.removed == (
        ("500105", "500112"),
        ("500105", "500115"),
        ("500112", "500115"),
        ("500112", "511623"),
    )
    assert plan.added == (
        BorderFact("500115", "500157", 24.75),
        BorderFact("500115", "500157", 3.0, BorderKind.WATER),
        BorderFact("500157", "511623", 60.0),
    )
    assert plan.missing == ()


def test_an_absorbing_division_keeps_its_own_borders() -> None:
    plan = domain.borders_after(replace(MERGER, successors=(KEEPING,)), PAIRS)

    assert lines(plan) == (
        ("500112", "500115", 24.75),
        ("500112", "500115", 3.0),
        ("500112", "511623", 60.0),
    )


def test_of_two_distances_over_the_sea_the_shortest_is_the_successors() -> None:
    assert lines(domain.borders_after(MERGER, OVER_THE_SEA)) == (("500115", "500157", 7.0),)


def test_a_recoding_takes_its_borders_along() -> None:
    recoded = Change(ChangeKind.RECODE, ("500112",), (LIANGJIANG,), DAY)

    assert lines(domain.borders_after(recoded, PAIRS)) == (
        ("500105", "500157", 35.0),
        ("500115", "500157", 20.25),
        ("500115", "500157", 3.0),
        ("500157", "511623", 60.0),
    )


def test_a_split_has_the_borders_it_gives_and_names_the_neighbours_it_leaves_out() -> None:
    given_borders = (GivenBorder("500158", "500157", 30.0), GivenBorder("500158", "511623", 60.0))

    plan = domain.borders_after(replace(SPLIT, borders=given_borders), PAIRS)

    assert lines(plan) == (("500157", "500158", 30.0), ("500158", "511623", 60.0))
    assert plan.missing == ("500105", "500115")


def test_a_renaming_changes_no_border() -> None:
    renamed = Change(ChangeKind.RENAME, ("500112",), (replace(KEEPING, name="他区"),), DAY)

    assert domain.borders_after(renamed, PAIRS) == domain.BorderPlan((), ())


def publishable(**facts: Any) -> None:
    all_in_order: dict[str, Any] = {
        "drafted_by": UUID(int=1),
        "publisher": UUID(int=2),
        "previewed_at": NOW - timedelta(days=1),
        "stamp_seen": "same",
        "stamp_now": "same",
        "not_reachable": (),
        "days": 3,
        "now": NOW,
    }
    domain.require_publishable(**{**all_in_order, **facts})


def test_a_fresh_preview_by_another_person_is_published() -> None:
    publishable()
    publishable(previewed_at=NOW - timedelta(days=3))


@pytest.mark.parametrize(
    ("facts", "error"),
    [
        ({"publisher": UUID(int=1)}, NeedsAnotherPerson),
        ({"previewed_at": None}, PreviewMissing),
        ({"not_reachable": ("tasks",)}, ServiceNotReachable),
        ({"stamp_now": "other"}, PreviewStale),
        ({"previewed_at": NOW - timedelta(days=3, seconds=1)}, PreviewStale),
    ],
)
def test_nothing_else_is(facts: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        publishable(**facts)


def test_no_change_takes_effect_in_the_past() -> None:
    domain.require_future(DAY, today=DAY)
    with pytest.raises(DayIsPast):
        domain.require_future(DAY, today=DAY + timedelta(1))


# What random sequences of changes do to a table.


def taken(table: tuple[DivisionFact, ...], change: Change) -> tuple[DivisionFact, ...]:
    """The table once a change is written into it, as the service writes it."""
    ended, begun = domain.rows_after(change, table)
    open_before = {(each.code, each.valid_from) for each in ended}
    kept = [each for each in table if (each.code, each.valid_from) not in open_before]
    return (*kept, *ended, *begun)


@st.composite
def attempts(draw: st.DrawFn) -> list[Change]:
    """Changes among a dozen counties of one city, sound or not, in the order they are published."""
    codes = [f"3302{number:02}" for number in range(3, 15)]
    found = []
    for _ in range(draw(st.integers(1, 8))):
        kind = draw(st.sampled_from(ChangeKind))
        before = draw(st.lists(st.sampled_from(codes), min_size=1, max_size=3, unique=True))
        after = draw(st.lists(st.sampled_from(codes), min_size=1, max_size=3, unique=True))
        if kind is ChangeKind.RENAME:
            before, after = before[:1], before[:1]
        main = draw(st.sampled_from(after)) if kind is ChangeKind.SPLIT else None
        name = draw(st.sampled_from(["甲", "乙", "丙"]))
        found.append(
            Change(
                kind,
                tuple(before),
                tuple(Successor(code, name, Level.COUNTY, "330200") for code in after),
                SINCE + timedelta(draw(st.integers(0, 60))),
                main=main,
            )
        )
    return found


@given(attempts())
@settings(max_examples=300)
def test_whatever_sound_changes_follow_each_day_has_one_row_and_each_end_an_heir(
    changes: list[Change],
) -> None:
    table = (
        fact("330000", "浙江省", None),
        fact("330200", "宁波市", "330000"),
        *(fact(f"3302{number:02}", "区", "330200") for number in range(3, 9)),
    )
    known: list[Succession] = []
    for change in changes:
        try:
            domain.require_sound(change, table)
        except UnsoundChange:
            continue
        table = taken(table, change)
        known += domain.successions_of(change, uuid4(), "")

    last = SINCE + timedelta(70)
    for day in (SINCE + timedelta(number) for number in range(71)):
        valid = [
            each.code
            for each in table
            if each.valid_from <= day and (each.valid_to is None or each.valid_to >= day)
        ]
        assert len(valid) == len({*valid})
    standing = {each.code for each in table if each.valid_to is None and each.valid_from <= last}
    for code in {each.code for each in table}:
        assert {*heirs(code, known)} <= standing
        assert heirs(code, known)
        # A code stands for itself exactly as long as nobody has taken its place.
        assert (heirs(code, known) == (code,)) == (code in standing)
