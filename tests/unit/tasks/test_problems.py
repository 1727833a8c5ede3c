"""A problem goes its four steps, in its time, by people who are not the rectifier."""

from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from services.tasks.problems.domain import closing, completion, life, time
from services.tasks.problems.domain.closing import (
    ClosingIncomplete,
    NoProof,
    NotOnAList,
    Proof,
    PublicationDemanded,
    RectifierVerifies,
    TooFewVerifiers,
    UnknownProof,
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
