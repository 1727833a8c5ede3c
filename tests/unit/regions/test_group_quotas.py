"""What a group owes, when it is due, and what is to be expected."""

from datetime import date, timedelta
from itertools import pairwise
from typing import Final

import pytest
from hypothesis import given, strategies as st

from services.regions.agreements.domain import Form, Season
from services.regions.groups.domain.quotas import (
    Compliance,
    Figures,
    Outlook,
    Quota,
    Slot,
    SlotState,
    Span,
    compliance,
    quotas,
    slots,
)
from services.regions.plans.domain import Period, Quota as OwedByPlan, Window

WINDOWS: Final = (
    Window(Season.SUMMER, Form.COMPREHENSIVE, 5, 8),
    Window(Season.AUTUMN_WINTER, Form.COMPREHENSIVE, 10, 12),
)


def figures(min_ops: int = 2) -> Figures:
    owed = OwedByPlan(min_ops=min_ops, period=Period.PLAN_YEAR, windows=WINDOWS)
    return Figures(owed=owed, days_to_hold=30, days_to_finish=10)


YEAR: Final = Span(date(2026, 1, 1), date(2026, 12, 31))
OWED: Final = Quota("2026", Form.DAILY, 2, YEAR)


def test_a_group_owes_two_operations_in_each_plan_year() -> None:
    life = Span(date(2023, 4, 1), date(2025, 12, 31))

    [of_2023] = quotas(Form.DAILY, 2023, figures(), life=life)
    assert (of_2023.period, of_2023.required) == ("2023", 2)
    assert of_2023.span == Span(date(2023, 4, 1), date(2023, 12, 31))
    assert len(quotas(Form.DAILY, 2025, figures(), life=life)) == 1
    assert quotas(Form.DAILY, 2026, figures(), life=life) == ()


def test_cities_act_from_may_to_august_and_from_october_to_december() -> None:
    found = quotas(Form.COMPREHENSIVE, 2026, figures(), life=YEAR)

    assert [(each.period, each.required, each.span) for each in found] == [
        ("2026-summer", 1, Span(date(2026, 5, 1), date(2026, 8, 31))),
        ("2026-autumn_winter", 1, Span(date(2026, 10, 1), date(2026, 12, 31))),
    ]


@pytest.mark.parametrize("form", [Form.EMERGENCY, Form.EXCHANGE])
def test_what_is_held_when_something_happens_is_owed_by_nobody(form: Form) -> None:
    assert quotas(form, 2026, figures(), life=YEAR) == ()


def test_operations_are_spread_over_the_year() -> None:
    assert [each.window for each in slots(OWED)] == [
        Span(date(2026, 1, 1), date(2026, 7, 1)),
        Span(date(2026, 7, 2), date(2026, 12, 31)),
    ]


@pytest.mark.parametrize(
    ("held", "today", "figures_of", "outlook"),
    [
        ((), date(2026, 3, 2), (0, 0, 2, 10), Outlook.AT_RISK),
        (("done",), date(2026, 3, 2), (1, 1, 1, 10), Outlook.AT_RISK),
        (("done", "drafted"), date(2026, 3, 2), (1, 2, 0, 10), Outlook.ON_TRACK),
        (("done", "done"), date(2026, 3, 2), (2, 2, 0, 10), Outlook.MET),
        # 31 days are left on 1 December: one more can be held from nothing, not two.
        (("done",), date(2026, 12, 1), (1, 1, 1, 1), Outlook.AT_RISK),
        ((), date(2026, 12, 1), (0, 0, 2, 1), Outlook.SHORT),
        # A draft without days needs ten of them: on 22 December there are ten, a day later nine.
        (("done", "drafted"), date(2026, 12, 22), (1, 2, 0, 0), Outlook.ON_TRACK),
        (("done", "drafted"), date(2026, 12, 23), (1, 1, 1, 0), Outlook.SHORT),
        (("done", "drafted"), date(2027, 1, 1), (1, 1, 1, 0), Outlook.SHORT),
    ],
)
def test_the_forecast_goes_by_what_is_done_drafted_and_left(
    held: tuple[str, ...],
    today: date,
    figures_of: tuple[int, int, int, int],
    outlook: Outlook,
) -> None:
    found = compliance(
        OWED, [Slot("2026", SlotState(each)) for each in held], figures(), today=today
    )

    assert (found.done, found.expected, found.shortfall, found.possible) == figures_of
    assert found.outlook is outlook


def test_a_draft_that_plans_to_end_too_late_does_not_count() -> None:
    late = Slot("2026", SlotState.PLANNED, planned_to=date(2027, 1, 5))
    in_time = Slot("2026", SlotState.PLANNED, planned_to=date(2026, 12, 31))
    only_drafted = Slot("2026", SlotState.DRAFTED, planned_to=date(2026, 12, 31))
    held = [late, in_time, only_drafted]
    found = compliance(OWED, held, figures(), today=date(2026, 12, 28))

    # Four days before the end what all parties stand behind still comes, a mere draft does not.
    assert (found.planned, found.drafted, found.expected, found.shortfall) == (2, 1, 1, 1)


def test_a_draft_whose_days_have_passed_is_not_waited_for() -> None:
    past = Slot("2026", SlotState.DRAFTED, planned_to=date(2026, 6, 30))

    assert compliance(OWED, [past], figures(), today=date(2026, 6, 30)).expected == 1
    assert compliance(OWED, [past], figures(), today=date(2026, 7, 1)).expected == 0


def test_before_a_window_begins_all_its_days_are_left() -> None:
    summer = quotas(Form.COMPREHENSIVE, 2026, figures(), life=YEAR)[0]
    found = compliance(summer, [], figures(), today=date(2026, 2, 1))

    assert (found.days_left, found.outlook) == (123, Outlook.AT_RISK)


DAYS: Final = st.dates(date(2026, 1, 1), date(2027, 3, 1))


@given(
    st.integers(1, 12),
    st.lists(st.tuples(st.sampled_from(SlotState), st.none() | DAYS), max_size=14),
    DAYS,
)
def test_figures_always_add_up(
    required: int, held: list[tuple[SlotState, date | None]], today: date
) -> None:
    quota = Quota("2026", Form.DAILY, required, YEAR)
    found = compliance(
        quota, [Slot("2026", *each) for each in held], figures(required), today=today
    )

    assert 0 <= found.done <= found.expected <= found.done + found.drafted + found.planned
    assert found.shortfall == max(0, required - found.expected)
    assert (found.outlook is Outlook.MET) == (found.done >= required)
    if found.outlook is Outlook.SHORT:
        assert found.shortfall > found.possible
    assert found.days_left == 0 or today <= YEAR.ends_on


@given(st.integers(1, 30), DAYS, st.integers(0, 400))
def test_windows_of_a_quota_follow_one_another_and_fill_it(
    required: int, starts_on: date, length: int
) -> None:
    span = Span(starts_on, starts_on + timedelta(days=length))
    found = slots(Quota("2026", Form.DAILY, required, span))

    assert [each.ordinal for each in found] == list(range(1, required + 1))
    assert found[0].window.starts_on == span.starts_on
    assert found[-1].window.ends_on == span.ends_on
    for one, following in pairwise(found):
        assert one.window.starts_on <= one.window.ends_on
        assert one.window.starts_on <= following.window.starts_on
        if span.days >= required:
            assert following.window.starts_on == one.window.ends_on + timedelta(days=1)


def test_nothing_is_known_of_other_periods() -> None:
    other = Slot("2025", SlotState.DONE)
    found: Compliance = compliance(OWED, [other], figures(), today=date(2026, 3, 2))

    assert found.done == 0
