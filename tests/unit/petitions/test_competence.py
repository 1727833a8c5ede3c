"""Which of several bodies accepts: who decides, and where answers lead (art. 24)."""

import pytest
from hypothesis import given, strategies as st

from services.petitions.handling.domain.competence import (
    ALLOWED,
    Act,
    LeadNotABody,
    NotAtThisPoint,
    QuestionState,
    TooFewBodies,
    after_answers,
    decider_of,
    require_bodies,
    require_due,
)

YUYAO, CIXI, NINGBO, HANGZHOU, HEFEI = "330281", "330282", "330200", "330100", "340100"
ZHEJIANG = "330000"


@pytest.mark.parametrize(
    ("bodies", "decider"),
    [
        ([YUYAO, CIXI], NINGBO),
        ([YUYAO, HANGZHOU], ZHEJIANG),
        ([NINGBO, HANGZHOU], ZHEJIANG),
        ([YUYAO, NINGBO], ZHEJIANG),
        ([YUYAO, CIXI, NINGBO], ZHEJIANG),
        ([YUYAO, ZHEJIANG], None),
        ([YUYAO, HEFEI], None),
    ],
)
def test_the_organ_above_all_of_them_decides_and_it_is_none_of_them(
    bodies: list[str], decider: str | None
) -> None:
    assert decider_of(bodies) == decider


@pytest.mark.parametrize(
    ("answers", "state", "lead"),
    [
        ({}, "open", None),
        ({YUYAO: CIXI}, "open", None),
        ({YUYAO: CIXI, CIXI: CIXI}, "settled", CIXI),
        ({YUYAO: CIXI, CIXI: YUYAO}, "disputed", None),
    ],
)
def test_all_answers_alike_settle_and_two_that_differ_dispute(
    answers: dict[str, str], state: str, lead: str | None
) -> None:
    found = after_answers(QuestionState.OPEN, [YUYAO, CIXI], answers)
    assert found == (QuestionState(state), lead)


def test_a_dispute_with_no_common_superior_goes_to_a_meeting() -> None:
    found = after_answers(QuestionState.OPEN, [YUYAO, HEFEI], {YUYAO: HEFEI, HEFEI: YUYAO})
    assert found == (QuestionState.TO_MEET, None)


@given(st.dictionaries(st.sampled_from([YUYAO, CIXI, HANGZHOU]), st.sampled_from([YUYAO, CIXI])))
def test_only_unanimity_settles(answers: dict[str, str]) -> None:
    bodies = [YUYAO, CIXI, HANGZHOU]
    state, lead = after_answers(QuestionState.OPEN, bodies, answers)
    unanimous = set(answers) == set(bodies) and len(set(answers.values())) == 1
    assert (state is QuestionState.SETTLED) is unanimous
    assert (lead is not None) is unanimous


DUE = {
    ("open", "answer"),
    ("open", "decide"),
    ("disputed", "decide"),
    ("to_meet", "meeting"),
    ("met", "answer"),
    ("met", "meeting"),
}


@pytest.mark.parametrize("state", QuestionState)
@pytest.mark.parametrize("act", Act)
def test_an_act_is_due_at_its_point_and_at_no_other(state: QuestionState, act: Act) -> None:
    assert (act in ALLOWED[state]) is ((state.value, act.value) in DUE)
    if act in ALLOWED[state]:
        require_due(state, act)
        return
    with pytest.raises(NotAtThisPoint):
        require_due(state, act)


def test_competence_is_shared_by_two_at_least_and_one_of_them_leads() -> None:
    require_bodies([YUYAO, CIXI], CIXI)
    with pytest.raises(TooFewBodies):
        require_bodies([YUYAO, YUYAO], YUYAO)
    with pytest.raises(LeadNotABody):
        require_bodies([YUYAO, CIXI], HEFEI)
