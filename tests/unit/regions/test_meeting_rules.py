"""Joint meetings: states by table and complement, minutes by word, the next one by its day."""

from dataclasses import replace
from datetime import date
from itertools import product

import pytest

from services.regions.meetings.domain import (
    TRANSITIONS,
    Action,
    Attendance,
    BadMeeting,
    Confirmation,
    DidNotAttend,
    Minutes,
    OpenMatter,
    OtherMinutes,
    Record,
    State,
    item_term,
    next_due,
    require_parties,
    require_record,
    step,
)
from shared.errors import IllegalStep, ReasonMissing

LEGAL = {(state, action) for state, steps in TRANSITIONS.items() for action in steps}
HOST, OTHER, THIRD = "510100", "510600", "511800"
MINUTES = Minutes(
    State.MINUTED,
    "a" * 64,
    {HOST: Confirmation.CONFIRMED, OTHER: Confirmation.PENDING, THIRD: Confirmation.PENDING},
)
TODAY = date(2026, 3, 2)


def test_every_state_is_in_the_table_and_every_action_leads_somewhere() -> None:
    assert set(TRANSITIONS) == set(State)
    assert {action for _, action in LEGAL} == set(Action)


@pytest.mark.parametrize(("state", "action"), sorted(set(product(State, Action)) - LEGAL))
def test_whatever_is_not_in_the_table_is_refused(state: State, action: Action) -> None:
    with pytest.raises(IllegalStep):
        step(state, action)


def test_the_last_word_confirms_and_silence_never_does() -> None:
    one = MINUTES.confirm(OTHER, text_hash="a" * 64)
    assert (one.state, one.unconfirmed) == (State.MINUTED, (THIRD,))

    assert one.confirm(THIRD, text_hash="a" * 64).state is State.CONFIRMED


def test_an_objection_has_a_reason_and_keeps_the_minutes_open() -> None:
    with pytest.raises(ReasonMissing):
        MINUTES.object(OTHER, text_hash="a" * 64, reason=None)

    objected = MINUTES.object(OTHER, text_hash="a" * 64, reason="漏记")

    assert objected.unconfirmed == (OTHER, THIRD)


def test_other_minutes_are_confirmed_by_nobody() -> None:
    assert MINUTES.amend("b" * 64).unconfirmed == (HOST, OTHER, THIRD)
    assert MINUTES.amend("a" * 64).words == MINUTES.words
    with pytest.raises(OtherMinutes):
        MINUTES.confirm(OTHER, text_hash="b" * 64)
    with pytest.raises(DidNotAttend):
        MINUTES.confirm("512000", text_hash="a" * 64)


RECORD = Record(
    held_on=date(2026, 3, 1),
    text="纪要",
    decisions=(),
    attendance=(Attendance(HOST, True, ()), Attendance(OTHER, True, ())),
    matters=(OpenMatter("交换名单", OTHER, date(2026, 5, 31)),),
)


@pytest.mark.parametrize(
    "record",
    [
        replace(RECORD, attendance=RECORD.attendance[:1]),
        replace(RECORD, attendance=(RECORD.attendance[0],) * 2),
        replace(RECORD, attendance=(Attendance(HOST, False, ()), RECORD.attendance[1])),
        replace(RECORD, attendance=(RECORD.attendance[0], Attendance(OTHER, False, ()))),
        replace(RECORD, held_on=date(2026, 3, 3)),
        replace(RECORD, matters=(OpenMatter("x", THIRD, date(2026, 5, 31)),)),
        replace(RECORD, matters=(OpenMatter("x", OTHER, date(2026, 3, 1)),)),
    ],
)
def test_minutes_of_what_was_no_meeting_are_refused(record: Record) -> None:
    require_record(RECORD, host=HOST, invited=[HOST, OTHER], today=TODAY)
    with pytest.raises(BadMeeting):
        require_record(record, host=HOST, invited=[HOST, OTHER], today=TODAY)


@pytest.mark.parametrize("parties", [(HOST,), (HOST, OTHER, OTHER), (OTHER, THIRD)])
def test_a_meeting_has_its_host_and_another(parties: tuple[str, ...]) -> None:
    with pytest.raises(BadMeeting):
        require_parties(HOST, parties)


def test_the_next_meeting_is_owed_a_year_or_a_month_after_the_last() -> None:
    assert next_due(None, date(2023, 3, 1), months=12) == date(2024, 3, 1)
    assert next_due(date(2026, 1, 31), date(2023, 3, 1), months=1) == date(2026, 2, 28)


def test_a_matter_has_the_days_the_meeting_gave_it() -> None:
    term = item_term(date(2026, 3, 1), date(2026, 5, 31))

    assert (term.amount, term.rolls) == (91, False)
