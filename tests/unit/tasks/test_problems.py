"""A problem goes its four steps, in its time, by people who are not the rectifier."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID, uuid4

import pytest
from hypothesis import given, strategies as st

from services.tasks.problems.domain import (
    closing,
    completion,
    five_steps,
    life,
    lists,
    look_backs,
    time,
)
from services.tasks.problems.domain.closing import (
    Assessed,
    Background,
    ClosingIncomplete,
    NoProof,
    NotFiled,
    NotOnAList,
    OthersOverdue,
    Pace,
    Proof,
    PublicationDemanded,
    PunishmentOpen,
    RectifierVerifies,
    Standard,
    StandardsMissing,
    StandardsUnmet,
    TooFewVerifiers,
    UnknownProof,
    Verdict,
    Verifier,
    VerifierAbsent,
)
from services.tasks.problems.domain.completion import (
    InspectionsOpen,
    NothingInspected,
    ProblemsOpen,
)
from services.tasks.problems.domain.life import (
    DECIDES,
    TRANSITIONS,
    FoundOutsideInspection,
    ListLevel,
    ProblemAction,
    ProblemState,
    Severity,
)
from services.tasks.problems.domain.time import (
    Allowance,
    DueDateFixed,
    DueDateNeeded,
    DueDateTooEarly,
)
from shared.clocks.calendar import WorkCalendar
from shared.clocks.days import SHANGHAI, end_of_day
from shared.clocks.deadline import deadline
from shared.clocks.ledger import Ledger
from shared.errors import IllegalStep

FOUND_AT = datetime(2026, 9, 25, 22, 30, tzinfo=SHANGHAI)
ALLOWANCE = Allowance(
    immediate_hours=24,
    general_days=7,
    warn_before_hours={"immediate": 4, "general": 24, "major": 72},
    raise_after_hours=24,
)
CALENDAR = WorkCalendar.of([])
TASK = uuid4()
ILLEGAL = [
    (state, action)
    for state in ProblemState
    for action in ProblemAction
    if action not in TRANSITIONS[state]
]


@pytest.mark.parametrize(("state", "action"), ILLEGAL)
def test_what_the_table_does_not_name_is_refused(
    state: ProblemState, action: ProblemAction
) -> None:
    with pytest.raises(IllegalStep) as refused:
        life.step(state, action)
    assert refused.value.context["allowed"] == [*TRANSITIONS[state]]


def reachable(*, without: ProblemAction | None = None) -> set[ProblemState]:
    reached, frontier = set[ProblemState](), [ProblemState.FOUND]
    while frontier:
        state = frontier.pop()
        reached.add(state)
        steps = TRANSITIONS[state].items()
        frontier += [to for action, to in steps if action is not without and to not in reached]
    return reached


@pytest.mark.parametrize(
    "step",
    [
        ProblemAction.ASSIGN,
        ProblemAction.RECTIFY,
        ProblemAction.SUBMIT,
        ProblemAction.VERIFY,
        ProblemAction.APPROVE,
        ProblemAction.CLOSE,
    ],
)
def test_no_step_of_the_closing_can_be_left_out(step: ProblemAction) -> None:
    assert reachable() == set(ProblemState)
    assert ProblemState.CLOSED not in reachable(without=step)


def test_each_of_the_four_steps_can_be_rejected_and_nothing_else() -> None:
    rejecting = {state for state in ProblemState if ProblemAction.REJECT in TRANSITIONS[state]}
    assert rejecting == set(DECIDES)
    assert {TRANSITIONS[state][ProblemAction.REJECT] for state in rejecting} == {
        ProblemState.RECTIFYING
    }


def test_nothing_goes_on_a_higher_list_between_its_acceptance_and_its_closing() -> None:
    """The level of its list accepts it: an acceptance below would stand for the one above."""
    for state in (ProblemState.APPROVED, ProblemState.PUBLISHED, ProblemState.CLOSED):
        with pytest.raises(IllegalStep):
            life.step(state, ProblemAction.ENLIST)
    for state in (ProblemState.RECTIFYING, ProblemState.VERIFIED):
        assert life.step(state, ProblemAction.ENLIST) is state


def due(severity: Severity, due_on: date | None = None) -> datetime:
    term = time.term(severity, ALLOWANCE, found_at=FOUND_AT, due_on=due_on)
    due_at = deadline(Ledger(FOUND_AT), term, CALENDAR).due_at
    assert due_at is not None
    return due_at


def test_immediate_is_a_day_to_the_minute() -> None:
    assert due(Severity.IMMEDIATE) == FOUND_AT + timedelta(hours=24)


def test_general_is_a_week_that_does_not_roll_off_the_holidays() -> None:
    assert due(Severity.GENERAL) == end_of_day(date(2026, 10, 2))  # in Golden Week


@pytest.mark.parametrize("day", [date(2026, 9, 26), date(2026, 10, 4), date(2027, 6, 1)])
def test_major_is_due_at_the_end_of_the_given_day(day: date) -> None:
    assert due(Severity.MAJOR, day) == end_of_day(day)


def test_only_major_problems_have_a_given_day_and_it_lies_ahead() -> None:
    with pytest.raises(DueDateNeeded):
        due(Severity.MAJOR)
    with pytest.raises(DueDateTooEarly):
        due(Severity.MAJOR, date(2026, 9, 25))
    for severity in (Severity.IMMEDIATE, Severity.GENERAL):
        with pytest.raises(DueDateFixed):
            due(severity, date(2026, 10, 1))


def test_the_warning_comes_before_by_severity() -> None:
    assert time.rungs(Severity.IMMEDIATE, ALLOWANCE) == (timedelta(hours=4), timedelta(days=1))
    assert time.rungs(Severity.MAJOR, ALLOWANCE) == (timedelta(days=3), timedelta(days=1))


@pytest.mark.parametrize("minutes", [-1, 61])
def test_a_finding_lies_between_the_start_and_now(minutes: int) -> None:
    def check(offset: int) -> None:
        life.check_finding(
            FOUND_AT + timedelta(minutes=offset),
            inspection_started_at=FOUND_AT,
            now=FOUND_AT + timedelta(hours=1),
        )

    check(0)
    check(60)
    with pytest.raises(FoundOutsideInspection):
        check(minutes)


def proof(minutes: int, *, task_id: UUID = TASK) -> Proof:
    return Proof(uuid4(), task_id, FOUND_AT + timedelta(minutes=minutes))


def test_one_piece_of_proof_is_younger_than_the_finding() -> None:
    closing.check_proof([proof(-5), proof(1)], task_id=TASK, counts_from=FOUND_AT)
    for offered in ([], [proof(0)], [proof(-5)]):
        with pytest.raises(NoProof):
            closing.check_proof(offered, task_id=TASK, counts_from=FOUND_AT)
    with pytest.raises(UnknownProof):
        closing.check_proof(
            [proof(1), proof(2, task_id=uuid4())], task_id=TASK, counts_from=FOUND_AT
        )


def a_verifier(valid_to: date = date(2026, 12, 31)) -> Verifier:
    return Verifier(uuid4(), uuid4(), "verifier", valid_to)


def test_two_certificated_officers_verify_and_one_of_them_says_so() -> None:
    first, second, expired = a_verifier(), a_verifier(), a_verifier(date(2026, 9, 24))

    def check(*verifiers: Verifier, by: Verifier = first, rectifier: UUID | None = None) -> None:
        closing.check_verifiers(
            verifiers,
            entered_by=by.account_id,
            rectifiers=[rectifier or uuid4()],
            on_day=FOUND_AT.date(),
        )

    check(first, second)
    with pytest.raises(TooFewVerifiers):
        check(first)
    with pytest.raises(TooFewVerifiers):
        check(first, first)
    with pytest.raises(TooFewVerifiers):
        check(first, expired)
    with pytest.raises(RectifierVerifies):
        check(first, second, rectifier=second.account_id)
    with pytest.raises(RectifierVerifies):
        check(first, second, expired, rectifier=expired.account_id)
    with pytest.raises(VerifierAbsent):
        check(first, second, by=a_verifier())


def test_nobody_accepts_the_own_work() -> None:
    accepter = uuid4()
    closing.check_accepter(accepter, "head", rectifiers=[uuid4()])
    with pytest.raises(RectifierVerifies):
        closing.check_accepter(accepter, "head", rectifiers=[uuid4(), accepter])


def test_a_list_that_demands_it_has_publication_before_closing() -> None:
    def check(action: ProblemAction, state: ProblemState, level: ListLevel) -> None:
        closing.check_publication(action, state, level, ["city", "province"])

    check(ProblemAction.CLOSE, ProblemState.PUBLISHED, ListLevel.CITY)
    check(ProblemAction.PUBLISH, ProblemState.APPROVED, ListLevel.PROVINCE)
    check(ProblemAction.CLOSE, ProblemState.APPROVED, ListLevel.NONE)
    check(ProblemAction.CLOSE, ProblemState.APPROVED, ListLevel.COUNTY)
    with pytest.raises(PublicationDemanded):
        check(ProblemAction.CLOSE, ProblemState.APPROVED, ListLevel.CITY)
    with pytest.raises(NotOnAList):
        check(ProblemAction.PUBLISH, ProblemState.APPROVED, ListLevel.NONE)


def test_closing_names_what_is_empty() -> None:
    closing.check_closing({"proof": [uuid4()], "responsible_person": "x"})
    with pytest.raises(ClosingIncomplete, match="proof, responsible_person"):
        closing.check_closing({"proof": [], "responsible_person": "", "traceable_source": "x"})


def test_a_task_is_done_when_everything_of_it_is() -> None:
    completion.check_completion(inspections=1, inspections_open=0, problems_open=0)
    with pytest.raises(NothingInspected):
        completion.check_completion(inspections=0, inspections_open=0, problems_open=0)
    with pytest.raises(InspectionsOpen):
        completion.check_completion(inspections=2, inspections_open=1, problems_open=1)
    with pytest.raises(ProblemsOpen):
        completion.check_completion(inspections=1, inspections_open=0, problems_open=1)


def every_standard(**verdicts: str) -> list[Assessed]:
    return [Assessed(each, Verdict(verdicts.get(each, "met")), "x") for each in Standard]


NOTHING: Final = Background(
    complaint=False, punishment_open=False, punished=False, others_overdue=0
)


def test_every_standard_is_answered_and_none_unmet() -> None:
    closing.check_standards(every_standard(), NOTHING)
    with pytest.raises(StandardsMissing, match="public_satisfied"):
        closing.check_standards(every_standard()[:-1], NOTHING)
    for standard in Standard:
        with pytest.raises(StandardsUnmet, match=standard):
            closing.check_standards(every_standard(**{standard: "not_met"}), NOTHING)


@pytest.mark.parametrize("standard", Standard)
def test_only_what_may_be_absent_is_not_needed_and_not_against_the_records(
    standard: Standard,
) -> None:
    answers = every_standard(**{standard: "not_needed"})
    if standard in closing.MAY_BE_NEEDLESS:
        closing.check_standards(answers, NOTHING)
    else:
        with pytest.raises(StandardsUnmet):
            closing.check_standards(answers, NOTHING)
    against = {
        Standard.PUBLIC_SATISFIED: replace(NOTHING, complaint=True),
        Standard.VIOLATIONS_PUNISHED: replace(NOTHING, punished=True),
    }
    if standard in against:
        with pytest.raises(StandardsUnmet):
            closing.check_standards(answers, against[standard])


def test_what_the_records_say_bars_the_closing() -> None:
    with pytest.raises(OthersOverdue):
        closing.check_background(replace(NOTHING, others_overdue=1))
    with pytest.raises(PunishmentOpen):
        closing.check_background(replace(NOTHING, punishment_open=True))


@pytest.mark.parametrize(
    ("level", "division", "accepts"),
    [
        (ListLevel.NONE, "330281", "330281"),
        (ListLevel.COUNTY, "330281", "330281"),
        (ListLevel.CITY, "330281", "330200"),
        (ListLevel.CITY, "330200", "330200"),
        (ListLevel.PROVINCE, "330281", "330000"),
        (ListLevel.CITY, "500112", "500000"),  # a district of a municipality
    ],
)
def test_what_stands_on_a_higher_list_is_accepted_there(
    level: ListLevel, division: str, accepts: str
) -> None:
    assert closing.accepting_division(level, division) == accepts


def test_only_the_lists_that_want_it_must_have_filed() -> None:
    levels = [ListLevel.COUNTY, ListLevel.CITY]
    with pytest.raises(NotFiled, match="city"):
        closing.check_filed(levels, [], ["city", "province"])
    closing.check_filed(levels, [ListLevel.CITY], ["city", "province"])


@pytest.mark.parametrize("state", ProblemState)
def test_the_pace_of_every_state(state: ProblemState) -> None:
    def pace(hours: int, *, long_term: bool = False) -> Pace | None:
        now = FOUND_AT + timedelta(hours=hours)
        return closing.pace(state, long_term=long_term, due_at=FOUND_AT, now=now)

    if state is ProblemState.CLOSED:
        assert pace(1) is Pace.COMPLETED
        return
    assert pace(0) is Pace.ON_SCHEDULE
    assert pace(1, long_term=True) is Pace.LONG_TERM
    # Behind, unless closing was asked for.
    assert pace(1) is (Pace.ON_SCHEDULE if state in DECIDES else None)


@pytest.mark.parametrize("state", lists.ListingState)
@pytest.mark.parametrize("action", lists.ListingAction)
def test_a_place_on_a_list_goes_its_steps(
    state: lists.ListingState, action: lists.ListingAction
) -> None:
    if action in lists.STEPS[state]:
        assert lists.listing_step(state, action) is lists.STEPS[state][action]
    else:
        with pytest.raises(lists.ListingOutOfStep):
            lists.listing_step(state, action)


def test_more_time_is_asked_for_once_at_a_time_and_as_often_as_the_severity_allows() -> None:
    at_most = {"immediate": 1, "general": 1, "major": 2}
    time.check_asking(Severity.MAJOR, at_most, granted=1, pending=False)
    with pytest.raises(time.ExtendedOften):
        time.check_asking(Severity.MAJOR, at_most, granted=2, pending=False)
    with pytest.raises(time.ExtendedOften):
        time.check_asking(Severity.GENERAL, at_most, granted=1, pending=False)
    with pytest.raises(time.ExtensionPending):
        time.check_asking(Severity.GENERAL, at_most, granted=0, pending=True)


def test_more_time_ends_with_its_day_counted_from_where_the_time_began() -> None:
    day = date(2026, 9, 30)
    term = time.extended_term(day, counts_from=FOUND_AT)
    assert deadline(Ledger(FOUND_AT), term, CALENDAR).due_at == end_of_day(day)
    time.check_extension(day, due_at=FOUND_AT, now=FOUND_AT)
    with pytest.raises(time.NotLater):
        time.check_extension(day, due_at=end_of_day(day), now=FOUND_AT)
    with pytest.raises(time.TooLateToExtend):
        time.check_extension(day, due_at=FOUND_AT, now=FOUND_AT + timedelta(minutes=1))


STEPS_1_TO_3: Final = {
    five_steps.Step.CHECK,
    five_steps.Step.SERVE,
    five_steps.Step.SUPERVISE,
}


@pytest.mark.parametrize("ground", five_steps.Ground)
@pytest.mark.parametrize("state", ProblemState)
def test_punishing_needs_steps_one_to_three_and_the_time_given_but_for_what_cannot_wait(
    ground: five_steps.Ground, state: ProblemState
) -> None:
    late = FOUND_AT + timedelta(hours=1)

    def punish(recorded: set[five_steps.Step], now: datetime) -> None:
        five_steps.check_punish(ground, recorded, state=state, due_at=FOUND_AT, now=now)

    if ground in five_steps.AT_ONCE:
        punish(set(), FOUND_AT)
        return
    for step in STEPS_1_TO_3:
        with pytest.raises(five_steps.StepsMissing, match=step):
            punish(STEPS_1_TO_3 - {step}, late)
    if state not in five_steps.UNRECTIFIED:
        with pytest.raises(five_steps.RectifiedInTime):
            punish(STEPS_1_TO_3, late)
        return
    with pytest.raises(five_steps.TimeNotOver):
        punish(STEPS_1_TO_3, FOUND_AT)
    punish(STEPS_1_TO_3, late)


@pytest.mark.parametrize("step", five_steps.Step)
def test_no_step_comes_before_what_it_needs(step: five_steps.Step) -> None:
    for missing in five_steps.NEEDS[step]:
        with pytest.raises(five_steps.StepsMissing):
            five_steps.check_step(step, set(five_steps.Step) - {missing})
    five_steps.check_step(step, five_steps.NEEDS[step])


@pytest.mark.parametrize("state", five_steps.DemandState)
@pytest.mark.parametrize("action", five_steps.DemandAction)
def test_a_demand_goes_its_steps(
    state: five_steps.DemandState, action: five_steps.DemandAction
) -> None:
    if action in five_steps.DEMANDS[state]:
        assert five_steps.demand_step(state, action) is five_steps.DEMANDS[state][action]
    else:
        with pytest.raises(IllegalStep):
            five_steps.demand_step(state, action)


@pytest.mark.parametrize("state", look_backs.LookBackState)
@pytest.mark.parametrize("action", look_backs.LookBackAction)
def test_a_look_back_goes_its_steps(
    state: look_backs.LookBackState, action: look_backs.LookBackAction
) -> None:
    if action in look_backs.LOOK_BACKS[state]:
        assert look_backs.look_back_step(state, action) is look_backs.LOOK_BACKS[state][action]
    else:
        with pytest.raises(IllegalStep):
            look_backs.look_back_step(state, action)


@given(
    st.lists(st.uuids(), min_size=1, max_size=60, unique=True), st.binary(min_size=32, max_size=32)
)
def test_a_draw_depends_on_pool_and_nonce_alone(pool: list[UUID], nonce: bytes) -> None:
    ids = [str(each) for each in pool]
    drawn = look_backs.draw(TASK, ids, nonce, Decimal("0.2"))
    assert drawn == look_backs.draw(TASK, ids[::-1], nonce, Decimal("0.2"))
    assert len(drawn) == max(1, -(-len(ids) // 5))
    assert set(drawn) <= set(ids)
