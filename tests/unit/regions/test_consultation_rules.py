"""Rules of consultations: states, who is called, when a measure is late, the rhythm."""

from datetime import UTC, date, datetime, timedelta
from itertools import product
from uuid import uuid4

import pytest

from services.regions.consultations import domain
from services.regions.consultations.domain import (
    MEASURES,
    SETTLED,
    TRANSITIONS,
    Action,
    Answer,
    BadConsultation,
    ExpertRecused,
    Invitee,
    InviteeKind,
    MeasuresOpen,
    MeasureState,
    MeasureStep,
    NotDiagnosed,
    Rhythm,
    State,
)
from shared.clocks.term import Unit
from shared.errors import IllegalStep, ReasonMissing

ZHOUSHAN, DINGHAI = "330900", "330902"
NOW = datetime(2026, 3, 10, 8, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


@pytest.mark.parametrize(("state", "action"), [*product(State, Action)])
def test_every_step_is_in_the_table_or_refused(state: State, action: Action) -> None:
    if action in TRANSITIONS[state]:
        assert domain.step(state, action) is TRANSITIONS[state][action]
    else:
        with pytest.raises(IllegalStep):
            domain.step(state, action)


@pytest.mark.parametrize(("state", "step"), [*product(MeasureState, MeasureStep)])
def test_every_step_of_a_measure_is_in_the_table_or_refused(
    state: MeasureState, step: MeasureStep
) -> None:
    if step in MEASURES[state]:
        assert domain.measure_step(state, step) is MEASURES[state][step]
    else:
        with pytest.raises(IllegalStep):
            domain.measure_step(state, step)


def test_what_is_settled_ends_and_nothing_else_does() -> None:
    assert {state for state, steps in MEASURES.items() if not steps} == SETTLED
    assert {*TRANSITIONS} == {*State}


@pytest.mark.parametrize(
    "invitee",
    [
        Invitee(InviteeKind.DIVISION),
        Invitee(InviteeKind.DIVISION, division=DINGHAI, person="甲"),
        Invitee(InviteeKind.EXPERT, person="甲"),
        Invitee(InviteeKind.EXPERT, expert_id=uuid4(), division=DINGHAI),
        Invitee(InviteeKind.LAWYER),
        Invitee(InviteeKind.POLICE, organisation="公安局", division=DINGHAI),
        Invitee(InviteeKind.DIVISION, division=ZHOUSHAN),
    ],
)
def test_the_called_are_named_as_their_kind_asks(invitee: Invitee) -> None:
    with pytest.raises(BadConsultation):
        domain.require_invitees(ZHOUSHAN, [invitee])


def test_a_division_an_expert_and_a_lawyer_are_called_and_nobody_twice() -> None:
    called = [
        Invitee(InviteeKind.DIVISION, division=DINGHAI),
        Invitee(InviteeKind.EXPERT, expert_id=uuid4()),
        Invitee(InviteeKind.LAWYER, organisation="律师事务所"),
    ]
    domain.require_invitees(ZHOUSHAN, called)
    with pytest.raises(BadConsultation) as caught:
        domain.require_invitees(ZHOUSHAN, [*called, called[0]])
    assert caught.value.pointer == "/invitees/3"


def test_a_province_convenes_no_consultation() -> None:
    domain.require_convener(ZHOUSHAN)
    domain.require_convener(DINGHAI)
    with pytest.raises(BadConsultation):
        domain.require_convener("330000")


@pytest.mark.parametrize(
    "interest",
    [
        {"object_name": "船厂", "object_code": None},
        {"object_name": "改名前", "object_code": "91330902MA2AXXXX1K"},
    ],
)
def test_an_interest_by_name_or_by_code_recuses(interest: dict[str, str | None]) -> None:
    objects = [("船厂", "91330902MA2AXXXX1K"), (None, None)]
    with pytest.raises(ExpertRecused):
        domain.require_no_interest("乙", [interest], objects)
    domain.require_no_interest("乙", [interest], [(None, None)])


def test_an_opinion_has_a_text_and_a_refusal_a_reason() -> None:
    domain.require_answer(Answer.COMES, None)
    domain.require_answer(Answer.DECLINED, "另有任务")
    for answer in (Answer.SENDS_OPINION, Answer.DECLINED):
        with pytest.raises(ReasonMissing):
            domain.require_answer(answer, None)
    with pytest.raises(BadConsultation):
        domain.require_answer(Answer.PENDING, "x")


def test_somebody_was_consulted() -> None:
    one, other = uuid4(), uuid4()
    domain.require_attendance({one: True, other: False}, [one, other], opinions=0)
    domain.require_attendance({one: False}, [one], opinions=1)
    for noted, expected in (({one: False}, [one]), ({one: True}, [one, other])):
        with pytest.raises(BadConsultation):
            domain.require_attendance(noted, expected, opinions=0)


def test_it_closes_when_each_problem_is_diagnosed_and_each_measure_settled() -> None:
    domain.require_closable([True, True], [MeasureState.DONE, MeasureState.DROPPED])
    domain.require_closable([True], [])
    with pytest.raises(NotDiagnosed) as caught:
        domain.require_closable([True, False, False], [])
    assert caught.value.context == {"numbers": "2, 3"}
    with pytest.raises(MeasuresOpen):
        domain.require_closable([True], [MeasureState.REPORTED])


def test_a_measure_has_the_day_that_was_set_or_the_working_days_of_the_setting() -> None:
    today = date(2026, 3, 10)
    dated = domain.measure_term(today, date(2026, 3, 13), working_days=20)
    assert (dated.amount, dated.unit, dated.rolls) == (3, Unit.NATURAL_DAYS, False)
    counted = domain.measure_term(today, None, working_days=20)
    assert (counted.amount, counted.unit) == (20, Unit.WORKING_DAYS)
    with pytest.raises(BadConsultation):
        domain.measure_term(today, today, working_days=20)


@pytest.mark.parametrize(
    ("state", "reported_at", "late"),
    [
        (MeasureState.ORDERED, None, True),
        (MeasureState.UNDER_WAY, NOW - timedelta(days=1), True),  # sent back since
        (MeasureState.REPORTED, NOW - timedelta(seconds=1), False),
        (MeasureState.REPORTED, NOW, True),
        (MeasureState.DONE, NOW - timedelta(seconds=1), False),
        (MeasureState.DONE, NOW, True),
        (MeasureState.DROPPED, None, False),
    ],
)
def test_in_time_is_when_it_was_reported_not_when_it_was_looked_at(
    state: MeasureState, reported_at: datetime | None, *, late: bool
) -> None:
    assert domain.is_overdue(state, NOW, reported_at, now=LATER) is late


def test_the_next_regular_one_is_owed_so_many_months_after_the_last() -> None:
    rhythm = Rhythm(3, date(2026, 11, 30))
    assert rhythm.due_on == date(2027, 2, 28)
    assert not rhythm.is_due(date(2027, 2, 27))
    assert rhythm.is_due(date(2027, 2, 28))
    assert Rhythm(3, None).is_due(date(2026, 1, 1))
