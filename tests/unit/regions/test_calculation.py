"""A calculation is the same as the acts done one after the other."""

from datetime import datetime

import pytest

from services.regions.calendars.domain import EmptyPause, ExtensionAsked, calculate
from shared.clocks.acts import AlreadyPaused, ExtensionAlreadyUsed, TermExpired
from shared.clocks.calendar import WorkCalendar
from shared.clocks.days import SHANGHAI
from shared.clocks.ledger import Pause
from shared.clocks.term import ExtensionRule, LegalBasis, Term, Unit

ARTICLE = LegalBasis("regulations-on-petition-work", "34")
TERM = Term(60, Unit.NATURAL_DAYS, ARTICLE, extension=ExtensionRule(30, ARTICLE))
CALENDAR = WorkCalendar.of(())


def day(month: int, number: int) -> datetime:
    return datetime(2026, month, number, 9, tzinfo=SHANGHAI)


def a_pause(since: datetime, until: datetime | None) -> Pause:
    return Pause(since, until, "听证", "机关负责人")


def an_extension(at: datetime, amount: int = 10) -> ExtensionAsked:
    return ExtensionAsked(amount, "情况复杂", "承办人", "机关负责人", at)


def test_acts_count_in_the_order_of_their_instants_not_of_the_request() -> None:
    pauses = (a_pause(day(4, 1), day(4, 6)), a_pause(day(3, 10), day(3, 20)))

    there = calculate(day(3, 2), TERM, CALENDAR, pauses=pauses)
    back = calculate(day(3, 2), TERM, CALENDAR, pauses=pauses[::-1])

    assert there.due == back.due
    assert str(there.due.due_on) == "2026-05-18"


def test_pauses_may_follow_on_at_the_same_instant() -> None:
    joined = calculate(day(3, 2), TERM, CALENDAR, pauses=(a_pause(day(3, 10), day(3, 20)),))
    split = calculate(
        day(3, 2),
        TERM,
        CALENDAR,
        pauses=(a_pause(day(3, 15), day(3, 20)), a_pause(day(3, 10), day(3, 15))),
    )

    assert split.due == joined.due


def test_a_pause_that_overlaps_another_is_refused() -> None:
    pauses = (a_pause(day(3, 10), day(3, 20)), a_pause(day(3, 15), day(3, 25)))
    with pytest.raises(AlreadyPaused):
        calculate(day(3, 2), TERM, CALENDAR, pauses=pauses)


def test_a_pause_has_a_length() -> None:
    with pytest.raises(EmptyPause):
        calculate(day(3, 2), TERM, CALENDAR, pauses=(a_pause(day(3, 10), day(3, 10)),))


def test_nothing_heals_a_term_that_has_run_out() -> None:
    with pytest.raises(TermExpired):
        calculate(day(3, 2), TERM, CALENDAR, extensions=(an_extension(day(5, 4)),))
    with pytest.raises(TermExpired):
        calculate(day(3, 2), TERM, CALENDAR, pauses=(a_pause(day(6, 1), None),))


def test_a_second_extension_needs_a_rule_that_allows_it() -> None:
    twice = (an_extension(day(4, 1)), an_extension(day(4, 2)))
    with pytest.raises(ExtensionAlreadyUsed):
        calculate(day(3, 2), TERM, CALENDAR, extensions=twice)
