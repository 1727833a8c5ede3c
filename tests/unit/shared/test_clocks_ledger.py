"""Pauses and extensions: what they add, what bars them, and that nothing is ever accumulated."""

import json
from datetime import date, datetime, timedelta

import pytest
from hypothesis import assume, given, strategies as st

from shared.clocks import acts
from shared.clocks.deadline import Deadline, deadline
from shared.clocks.json_form import (
    ledger_from_json,
    ledger_to_json,
    term_from_json,
    term_to_json,
    versions_to_json,
)
from shared.clocks.ledger import Ledger
from shared.clocks.term import ExtensionRule, Term, Unit
from tests.factories.clocks import CALENDAR, PETITION_RULES, a_term, at, started

ONCE_30 = ExtensionRule(each=30, basis=PETITION_RULES)
SIXTY = a_term(60, extension=ONCE_30)
START = started("2026-03-02")

start_days = st.dates(date(2004, 1, 1), date(2026, 6, 30))
amounts = st.integers(1, 90)
units = st.sampled_from(list(Unit))
rules = st.builds(
    ExtensionRule, each=st.integers(1, 60), basis=st.just(PETITION_RULES), times=st.integers(1, 3)
)


def due(ledger: Ledger, term: Term = SIXTY) -> Deadline:
    return deadline(ledger, term, CALENDAR)


def pause(ledger: Ledger, when: datetime, term: Term = SIXTY) -> Ledger:
    return acts.pause(ledger, term, CALENDAR, at=when, reason="听证", authority="复核机关")


def paused(ledger: Ledger, since: datetime, until: datetime, term: Term = SIXTY) -> Ledger:
    return acts.resume(pause(ledger, since, term), at=until)


def extend(
    ledger: Ledger,
    amount: int,
    *,
    term: Term = SIXTY,
    by: str = "head",
    when: datetime | None = None,
) -> Ledger:
    return acts.extend(
        ledger,
        term,
        CALENDAR,
        amount=amount,
        reason="情况复杂",
        requested_by="handler",
        approved_by=by,
        at=when or ledger.started_at,
    )


@st.composite
def histories(draw: st.DrawFn) -> tuple[Term, Ledger]:
    """A term that was paused and extended at random while it ran."""
    term = a_term(draw(amounts), draw(units), rolls=draw(st.booleans()), extension=draw(rules))
    ledger = started(draw(start_days), draw(st.integers(0, 23)))
    moment = ledger.started_at
    for _ in range(draw(st.integers(0, 3))):
        moment += timedelta(hours=draw(st.integers(0, 200)))
        if not due(ledger, term).in_time(moment):
            break
        ledger = pause(ledger, moment, term)
        moment += timedelta(hours=draw(st.integers(0, 500)))
        ledger = acts.resume(ledger, at=moment)
    if term.extension and draw(st.booleans()):
        amount = draw(st.integers(1, term.extension.each))
        ledger = extend(ledger, amount, term=term)
    return term, ledger


def test_an_open_pause_suspends_the_deadline_and_nothing_can_be_missed() -> None:
    suspended = due(pause(START, at("2026-03-10")))
    assert suspended.suspended
    assert (suspended.due_on, suspended.due_at, suspended.provisional) == (None, None, False)
    assert suspended.in_time(at("2030-01-01"))


def test_a_pause_in_natural_days_adds_its_days() -> None:
    term = a_term(30, rolls=False)
    before = due(START, term).due_on
    after = due(paused(START, at("2026-03-10"), at("2026-03-20"), term), term).due_on
    assert before is not None
    assert after == before + timedelta(days=10)


def test_a_pause_in_working_days_adds_its_working_days_only() -> None:
    term = a_term(10, Unit.WORKING_DAYS)
    ledger = started("2026-02-10")
    # 02-12 and 02-13, make-up Saturday 02-14, and 02-24; the Spring Festival adds nothing.
    resumed = paused(ledger, at("2026-02-12"), at("2026-02-25"), term)
    start = ledger.start_day
    assert due(ledger, term).due_on == CALENDAR.add_workdays(start, 10)
    assert due(resumed, term).due_on == CALENDAR.add_workdays(start, 14)


def test_a_pause_within_one_day_adds_no_day_but_its_hours() -> None:
    since, until = at("2026-03-02", 10), at("2026-03-02", 12, 30)
    hours = a_term(24, Unit.HOURS)
    assert due(paused(START, since, until)) == due(START)
    assert due(paused(START, since, until, hours), hours).due_at == at("2026-03-03", 11, 30)


def test_a_term_paused_on_its_last_day_does_not_run_out_before_it_resumes() -> None:
    term = a_term(15)  # 2026-10-01, rolled to 10-08
    ledger = paused(started("2026-09-16"), at("2026-10-08"), at("2026-10-20"), term)
    assert due(ledger, term).due_on == date(2026, 10, 20)
    working = a_term(5, Unit.WORKING_DAYS)  # due on Friday 2026-11-06
    ledger = paused(started("2026-10-30"), at("2026-11-06"), at("2026-11-15"), working)
    assert due(ledger, working).due_on == date(2026, 11, 16)


def test_an_extension_lengthens_the_term_before_it_rolls() -> None:
    assert due(extend(START, 30)).due_on == date(2026, 6, 1)
    months = a_term(1, Unit.MONTHS, rolls=False, extension=ExtensionRule(1, PETITION_RULES))
    extended = extend(started("2026-01-31"), 1, term=months)
    assert due(extended, months).due_on == date(2026, 3, 31)


def test_an_extension_of_a_term_in_hours_adds_hours() -> None:
    hours = a_term(4, Unit.HOURS, extension=ExtensionRule(2, PETITION_RULES))
    assert due(extend(START, 2, term=hours), hours).due_at == at("2026-03-02", 15)


def test_an_extension_records_who_approved_it_and_under_which_cap() -> None:
    [granted] = extend(START, 30).extensions
    assert (granted.approved_by, granted.cap, granted.basis) == ("head", 30, PETITION_RULES)


@pytest.mark.parametrize("amount", [31, 0, -5, 10**20])
def test_an_extension_beyond_its_cap_is_refused(amount: int) -> None:
    with pytest.raises(acts.ExtensionExceedsCap):
        extend(START, amount)


def test_an_extension_is_granted_as_often_as_its_rule_says() -> None:
    with pytest.raises(acts.ExtensionAlreadyUsed):
        extend(extend(START, 10), 10)
    twice = a_term(90, extension=ExtensionRule(each=30, basis=PETITION_RULES, times=2))
    assert extend(extend(START, 30, term=twice), 30, term=twice).extended_by == 60


def test_a_term_without_a_rule_is_not_extended() -> None:
    with pytest.raises(acts.ExtensionNotAllowed):
        extend(START, 1, term=a_term(30))


def test_nobody_approves_an_extension_they_asked_for() -> None:
    with pytest.raises(acts.SelfApproval):
        extend(START, 10, by="handler")


def test_a_missed_term_is_neither_paused_nor_extended() -> None:
    too_late = at("2026-05-07", 0)
    with pytest.raises(acts.TermExpired):
        pause(START, too_late)
    with pytest.raises(acts.TermExpired):
        extend(START, 10, when=too_late)


def test_pausing_and_resuming_alternate_and_go_forward() -> None:
    running = pause(START, at("2026-03-10"))
    with pytest.raises(acts.AlreadyPaused):
        pause(running, at("2026-03-11"))
    with pytest.raises(acts.ActOutOfOrder):
        acts.resume(running, at=at("2026-03-09"))
    resumed = acts.resume(running, at=at("2026-03-12"))
    with pytest.raises(acts.NotPaused):
        acts.resume(resumed, at=at("2026-03-13"))
    with pytest.raises(acts.ActOutOfOrder):
        pause(resumed, at("2026-03-11"))
    with pytest.raises(acts.ActOutOfOrder):
        extend(START, 1, when=at("2026-03-01"))


@given(histories())
def test_recomputing_gives_the_original(history: tuple[Term, Ledger]) -> None:
    term, ledger = history
    stored = json.loads(json.dumps([term_to_json(term), ledger_to_json(ledger)]))
    read_term, read_ledger = term_from_json(stored[0]), ledger_from_json(stored[1])
    assert (read_term, read_ledger) == (term, ledger)
    assert due(read_ledger, read_term) == due(ledger, term)


@given(histories())
def test_pinned_versions_survive_their_json_form(history: tuple[Term, Ledger]) -> None:
    term, ledger = history
    versions = due(ledger, term).versions
    plain = json.loads(json.dumps(versions_to_json(versions)))
    assert tuple((int(year), version) for year, version in plain.items()) == versions


@given(start_days, amounts, st.integers(0, 2000), st.integers(0, 2000), units)
def test_pausing_and_resuming_adds_exactly_the_pause(
    day: date, amount: int, wait: int, length: int, unit: Unit
) -> None:
    term, ledger = a_term(amount, unit, rolls=False), started(day)
    since = ledger.started_at + timedelta(hours=wait)
    until = since + timedelta(hours=length)
    before = due(ledger, term)
    assume(before.in_time(since))
    after = due(paused(ledger, since, until, term), term)
    assert before.due_on is not None
    assert before.due_at is not None
    assert after.due_on is not None
    assert after.due_at is not None
    assert after.due_on >= until.date()
    between = [since.date() + timedelta(days=n) for n in range((until.date() - since.date()).days)]
    if unit is Unit.HOURS:
        assert after.due_at - before.due_at == until - since
    elif unit is Unit.WORKING_DAYS:
        added = CALENDAR.workdays_between(before.due_on, after.due_on)
        assert added == sum(map(CALENDAR.is_workday, between))
    else:
        assert (after.due_on - before.due_on).days == len(between)


@given(start_days, amounts, rules, st.lists(st.integers(-5, 70), max_size=6))
def test_no_extension_goes_beyond_its_cap(
    day: date, amount: int, rule: ExtensionRule, asked: list[int]
) -> None:
    term, ledger = a_term(amount, rolls=False, extension=rule), started(day)
    for each in asked:
        try:
            ledger = extend(ledger, each, term=term)
        except (acts.ExtensionExceedsCap, acts.ExtensionAlreadyUsed):
            continue
    latest = day + timedelta(days=amount + rule.each * rule.times)
    due_on = due(ledger, term).due_on
    assert due_on is not None
    assert day + timedelta(days=amount) <= due_on <= latest


def test_an_open_pause_survives_its_json_form_and_stays_small() -> None:
    ledger = pause(START, at("2026-03-10"))
    assert ledger_from_json(ledger_to_json(ledger)) == ledger
    assert ledger_to_json(START) == {"started_at": "2026-03-02T09:00:00+08:00"}
    assert "rolls" not in term_to_json(SIXTY)
