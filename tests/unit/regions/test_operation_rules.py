"""The joint operation: legal steps by table, all others by complement; what makes a plan sound."""

from dataclasses import replace
from datetime import date
from itertools import product

import pytest
from hypothesis import given, strategies as st

from services.regions.operations.domain import (
    COMMANDED,
    TRANSITIONS,
    Action,
    BadPlan,
    BoundByDecision,
    Consent,
    Kind,
    LeadStays,
    PartEnded,
    PartyRole,
    PartyStatus,
    Plan,
    State,
    Totals,
    goes_elsewhere,
    is_commanded,
    place_of_competence,
    require_may_leave,
    require_sound,
    step,
    totals,
    without_consent,
)
from shared.errors import IllegalStep

LEGAL = {(state, action) for state, steps in TRANSITIONS.items() for action in steps}
PLAN = Plan(
    "330200", ("330206",), "330206", date(2026, 3, 10), date(2026, 3, 20), date(2026, 3, 31)
)
TODAY = date(2026, 3, 2)


def reachable(*, without: Action) -> set[State]:
    reached, frontier = set[State](), [State.DRAFT]
    while frontier:
        state = frontier.pop()
        reached.add(state)
        steps = TRANSITIONS[state].items()
        frontier += [to for action, to in steps if action is not without and to not in reached]
    return reached


def test_nine_states_in_one_line() -> None:
    line = [State.DRAFT]
    while onward := set(TRANSITIONS[line[-1]].values()) - {line[-1], State.CALLED_OFF}:
        line += onward

    assert line == [each for each in State if each is not State.CALLED_OFF]


def test_it_is_called_off_before_its_report_and_never_again() -> None:
    before = set(State) - {State.SUMMARISED, State.LOOKED_BACK, State.CLOSED, State.CALLED_OFF}

    assert {state for state, action in LEGAL if action is Action.CALL_OFF} == before
    assert {state for state, action in COMMANDED_LEGAL if action is Action.CALL_OFF} == before
    assert TRANSITIONS[State.CALLED_OFF] == {}


@pytest.mark.parametrize(("state", "action"), sorted(set(product(State, Action)) - LEGAL, key=str))
def test_whatever_is_not_in_the_table_is_refused(state: State, action: Action) -> None:
    with pytest.raises(IllegalStep) as refused:
        step(state, action)

    assert refused.value.context["allowed"] == [each.value for each in TRANSITIONS[state]]


@pytest.mark.parametrize(
    ("skipped", "last"),
    [
        (Action.COUNTERSIGN, State.DRAFT),
        (Action.ISSUE, State.COUNTERSIGN),
        (Action.START, State.PREPARING),
        (Action.SUMMARISE, State.HANDING_OVER),
        (Action.LOOK_BACK, State.SUMMARISED),
    ],
)
def test_no_step_can_be_skipped(skipped: Action, last: State) -> None:
    reached = reachable(without=skipped)

    assert State.CLOSED not in reached
    assert last in reached


# Who commands issues the draft itself and asks nobody.
COMMANDED_LEGAL = {(state, action) for state, steps in COMMANDED.items() for action in steps}


def test_who_commands_skips_the_answers_and_nothing_else() -> None:
    assert {(State.DRAFT, Action.ISSUE)} == COMMANDED_LEGAL - LEGAL
    assert {(State.DRAFT, Action.COUNTERSIGN)} == LEGAL - COMMANDED_LEGAL
    assert step(State.DRAFT, Action.ISSUE, commanded=True) is State.ISSUED


@pytest.mark.parametrize(
    ("kind", "lead", "parties", "commanded"),
    [
        (Kind.SURPRISE, "330200", ("330281", "330282"), True),
        (Kind.SURPRISE, "330200", ("330200", "330282"), True),
        (Kind.SURPRISE, "330000", ("330281", "330402"), True),
        (Kind.SURPRISE, "330281", ("330281", "330282"), False),
        (Kind.SURPRISE, "330200", ("330281", "330402"), False),
        (Kind.NORMAL, "330200", ("330281", "330282"), False),
    ],
)
def test_only_a_surprise_over_ones_own_subordinates_is_commanded(
    kind: Kind, lead: str, parties: tuple[str, ...], *, commanded: bool
) -> None:
    assert is_commanded(kind, lead, parties) is commanded


def test_nobody_of_the_place_need_be_told_when_a_superior_commands() -> None:
    assert place_of_competence("330200", "330281", commanded=True) == "330200"
    assert place_of_competence("330200", "330281", commanded=False) == "330281"
    assert place_of_competence("330281", "330282", commanded=True) == "330282"


@pytest.mark.parametrize(
    ("role", "status", "consent", "issued", "barred"),
    [
        (PartyRole.LEAD, PartyStatus.TAKING_PART, Consent.AGREED, True, LeadStays),
        (PartyRole.MEMBER, PartyStatus.LEFT, Consent.AGREED, True, PartEnded),
        (PartyRole.MEMBER, PartyStatus.FINISHED, Consent.AGREED, True, PartEnded),
        (PartyRole.MEMBER, PartyStatus.TAKING_PART, Consent.DECLINED, True, BoundByDecision),
        (PartyRole.MEMBER, PartyStatus.TAKING_PART, Consent.PENDING, True, BoundByDecision),
        (PartyRole.MEMBER, PartyStatus.TAKING_PART, Consent.AGREED, True, None),
        (PartyRole.MEMBER, PartyStatus.INVITED, Consent.PENDING, False, None),
        (PartyRole.MEMBER, PartyStatus.INVITED, Consent.DECLINED, False, None),
    ],
)
def test_who_may_leave(
    role: PartyRole,
    status: PartyStatus,
    consent: Consent,
    *,
    issued: bool,
    barred: type[Exception] | None,
) -> None:
    def leave() -> None:
        require_may_leave(
            role=role, status=status, consent=consent, issued=issued, division="330282"
        )

    if barred is None:
        leave()
    else:
        with pytest.raises(barred):
            leave()


def test_a_finding_goes_to_the_organ_of_its_place_unless_that_recorded_it() -> None:
    assert goes_elsewhere("330281", "330282")
    assert goes_elsewhere("330200", "330281")
    assert not goes_elsewhere("330281", "330281")


def test_silence_and_refusal_are_no_consent() -> None:
    consents = {
        "330281": Consent.AGREED,
        "330282": Consent.PENDING,
        "330206": Consent.DECLINED,
    }

    assert without_consent(consents) == ("330206", "330282")
    assert without_consent(dict.fromkeys(consents, Consent.AGREED)) == ()


def test_a_sound_plan_passes() -> None:
    require_sound(PLAN, today=TODAY)
    require_sound(PLAN, today=PLAN.planned_to)


@pytest.mark.parametrize(
    "plan",
    [
        replace(PLAN, parties=("330200",)),
        replace(PLAN, parties=("330206", "330206")),
        replace(PLAN, matter_division="330402"),
        replace(PLAN, planned_from=date(2026, 3, 21)),
        replace(PLAN, due_on=date(2026, 3, 19)),
        replace(PLAN, planned_from=date(2026, 1, 1), planned_to=date(2026, 3, 1)),
    ],
)
def test_a_plan_that_could_not_be_carried_out_is_refused(plan: Plan) -> None:
    with pytest.raises(BadPlan):
        require_sound(plan, today=TODAY)


def test_the_lead_need_not_be_a_party_and_counts_once_if_it_is() -> None:
    assert PLAN.divisions == ("330200", "330206")
    assert replace(PLAN, parties=("330200", "330206")).divisions == ("330200", "330206")


counts = st.tuples(st.integers(0, 99), st.integers(0, 99), st.integers(0, 99))


@given(st.lists(counts))
def test_totals_are_sums_over_tasks(results: list[tuple[int, int, int]]) -> None:
    assert totals(results) == Totals(
        len(results),
        sum(each[0] for each in results),
        sum(each[1] for each in results),
        sum(each[2] for each in results),
    )
