"""What a notice changes, and the sentence that says why a deadline moves."""

from datetime import date, timedelta

from hypothesis import given, strategies as st

from shared.clocks.calendar import CalendarYear, Holiday, WorkCalendar
from shared.clocks.changes import change, why_moved
from shared.clocks.deadline import deadline
from shared.clocks.term import Term, Unit
from tests.factories.clocks import CALENDAR, YEARS, a_term, started

SPRING = Holiday("春节", "Spring Festival")
Y2026 = CALENDAR.years[2026]
BARE_2026 = CalendarYear(2026, 1, None, {}, {})
# The vectors of DOMAIN 1.3 that run over a rest day of 2026.
VECTORS = (
    (Unit.NATURAL_DAYS, "2026-09-16", 15, "2026-10-08"),
    (Unit.NATURAL_DAYS, "2026-03-02", 60, "2026-05-06"),
    (Unit.NATURAL_DAYS, "2026-08-03", 60, "2026-10-08"),
    (Unit.NATURAL_DAYS, "2026-04-16", 15, "2026-05-06"),
    (Unit.WORKING_DAYS, "2026-02-12", 5, "2026-02-26"),
    (Unit.WORKING_DAYS, "2026-09-29", 3, "2026-10-09"),
    (Unit.WORKING_DAYS, "2026-04-30", 7, "2026-05-13"),
    (Unit.WORKING_DAYS, "2026-05-08", 1, "2026-05-09"),
)


def year_of(off: set[date], worked: set[date], version: int = 2) -> CalendarYear:
    return CalendarYear(
        2027, version, "示例", dict.fromkeys(off, SPRING), dict.fromkeys(worked, SPRING)
    )


def test_a_first_notice_changes_every_day_it_names() -> None:
    changed = change(None, Y2026)

    assert set(changed.rested) == set(Y2026.days_off)
    assert set(changed.worked) == set(Y2026.make_up)
    assert changed.first == date(2026, 1, 1)


def test_the_same_days_under_another_number_change_nothing() -> None:
    again = CalendarYear(2026, 2, "另号", Y2026.days_off, Y2026.make_up)

    assert not change(Y2026, again)
    assert change(Y2026, again).first is None


def test_a_correction_changes_only_the_days_that_differ() -> None:
    day, made_up = date(2027, 2, 5), date(2027, 2, 14)
    before = year_of({day}, {made_up})
    after = year_of({date(2027, 2, 8)}, set())

    changed = change(before, after)

    assert changed.rested == (date(2027, 2, 8), made_up)
    assert changed.worked == (day,)


def test_the_vectors_move_from_a_bare_year_to_the_published_one_and_say_why() -> None:
    bare = WorkCalendar.of({**CALENDAR.years, 2026: BARE_2026}.values())
    changed = change(BARE_2026, Y2026)
    for unit, start, amount, due_on in VECTORS:
        ledger, term = started(start), a_term(amount, unit)
        before, after = deadline(ledger, term, bare), deadline(ledger, term, CALENDAR)
        assert before.due_on is not None
        assert after.due_on == date.fromisoformat(due_on)
        assert before.due_on != after.due_on
        why = why_moved(changed, ledger, term, CALENDAR, before=before.due_on, after=after.due_on)
        assert f"届满日由{before.due_on}改为{due_on}" in why.zh
        assert f"moves from {before.due_on} to {due_on}" in why.en
        assert "改为休息日" in why.zh or "改为工作日" in why.zh


def test_the_sentence_joins_days_that_follow_one_another() -> None:
    ledger, term = started("2026-09-29"), a_term(3, Unit.WORKING_DAYS)
    why = why_moved(
        change(BARE_2026, Y2026),
        ledger,
        term,
        CALENDAR,
        before=date(2026, 10, 2),
        after=date(2026, 10, 9),
    )

    days, moves = why.zh.split(",")
    assert days == "2026-10-01至2026-10-02、2026-10-05至2026-10-07改为休息日"
    assert moves == "届满日由2026-10-02改为2026-10-09。"


days_of_2027 = st.integers(0, 364).map(lambda n: date(2027, 1, 1) + timedelta(days=n))
weekdays = st.sets(days_of_2027.filter(lambda day: day.weekday() < 5), max_size=30)
weekends = st.sets(days_of_2027.filter(lambda day: day.weekday() >= 5), max_size=10)
starts = st.integers(0, 420).map(lambda n: date(2026, 11, 1) + timedelta(days=n))
terms = st.builds(a_term, st.integers(1, 90), st.sampled_from(Unit), rolls=st.booleans())
calendars = st.tuples(weekdays, weekends)
Days = tuple[set[date], set[date]]


@given(calendars, calendars, starts, terms)
def test_no_deadline_moves_that_lies_before_the_first_changed_day(
    known: Days, published: Days, start: date, term: Term
) -> None:
    """What the search for concerned clocks rests on: the year is named, and it is not over."""
    before, after = year_of(*known, version=1), year_of(*published)
    changed = change(before, after)
    ledger = started(start)
    old = deadline(ledger, term, WorkCalendar.of((*YEARS, before)))
    new = deadline(ledger, term, WorkCalendar.of((*YEARS, after)))
    assert old.due_on is not None
    assert new.due_on is not None

    if old.due_on != new.due_on:
        assert changed.first is not None
        assert changed.first <= old.due_on
        assert 2027 in dict(old.versions)
        why = why_moved(
            changed,
            ledger,
            term,
            WorkCalendar.of((*YEARS, after)),
            before=old.due_on,
            after=new.due_on,
        )
        assert not why.zh.startswith(",")
        assert why.en.count("moves from") == 1
