"""The joint plan: its states by table and complement, its months, its figures, its consent."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from services.regions.agreements.domain import Form, Season
from services.regions.agreements.domain.consent import (
    SILENT,
    Answer,
    BoundBy,
    Consents,
    NoCommonSuperior,
    NoDeadlock,
    NotAParty,
    OtherText,
)
from services.regions.plans.domain.contents import (
    BadPlan,
    Figures,
    ItemFact,
    ItemState,
    ItemTerms,
    PlanTerms,
    Window,
    figures,
    last_day,
    require_sound,
    require_within,
)
from services.regions.plans.domain.life import (
    TRANSITIONS,
    Action,
    ConsentMissing,
    Countersigning,
    State,
    step,
)
from shared.errors import IllegalStep, ReasonMissing

LEGAL = {(state, action) for state, steps in TRANSITIONS.items() for action in steps}
NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
LEAD, OTHER, THIRD = "510100", "510600", "511800"


def draft(*parties: str) -> Countersigning:
    return Countersigning(State.DRAFT, Consents("a" * 64, dict.fromkeys(parties, SILENT)))


def sent(*parties: str) -> Countersigning:
    return draft(*parties).send(LEAD, until=NOW + timedelta(days=15))


def test_every_state_is_in_the_table_and_every_action_leads_somewhere() -> None:
    assert set(TRANSITIONS) == set(State)
    assert {action for _, action in LEGAL} == set(Action)


@pytest.mark.parametrize(("state", "action"), sorted(set(product(State, Action)) - LEGAL))
def test_whatever_is_not_in_the_table_is_refused(state: State, action: Action) -> None:
    with pytest.raises(IllegalStep):
        step(state, action)


def test_a_lead_agrees_by_sending_and_one_above_the_parties_says_nothing() -> None:
    assert sent(LEAD, OTHER).consents.missing == (OTHER,)
    assert draft("510114", "510182").send(LEAD, until=None).consents.missing == (
        "510114",
        "510182",
    )


def test_silence_and_refusal_issue_nothing() -> None:
    with pytest.raises(ConsentMissing) as refused:
        sent(LEAD, OTHER, THIRD).issue()
    assert refused.value.context["parties"] == f"{OTHER}, {THIRD}"
    text = "a" * 64
    declined = sent(LEAD, OTHER).answer(OTHER, Answer.DECLINED, text_hash=text, reason="人手不足")
    with pytest.raises(ConsentMissing):
        declined.issue()

    agreed = declined.answer(OTHER, Answer.AGREED, text_hash=text, reason=None)

    assert (agreed.issue().state, agreed.issue().issued_by) == (State.ISSUED, BoundBy.CONSENT)


def test_another_text_carries_the_leads_consent_only() -> None:
    both = sent(LEAD, OTHER).answer(OTHER, Answer.AGREED, text_hash="a" * 64, reason=None)

    assert both.revise(LEAD, "b" * 64).consents.missing == (OTHER,)
    assert both.revise(LEAD, "a" * 64).consents == both.consents
    assert both.withdraw().consents.missing == (LEAD, OTHER)


ITEM = ItemTerms(2026, 5, 8, Form.COMPREHENSIVE, None, (), (), "联合检查", (), LEAD)
TERMS = PlanTerms(
    agreement_id=None,
    parent_plan_id=None,
    year=2026,
    title="方案",
    body="正文",
    valid_from=date(2026, 1, 1),
    valid_to=date(2026, 12, 31),
    parties=(LEAD, OTHER),
    forms=(Form.COMPREHENSIVE,),
    links=(),
    focuses=(),
    min_ops=None,
    quota_period=None,
    windows=(Window(Season.SUMMER, Form.COMPREHENSIVE, 5, 8),),
    items=(ITEM,),
)


@pytest.mark.parametrize(
    "changes",
    [
        {"parties": (LEAD,)},
        {"parties": (LEAD, LEAD)},
        {"parties": (OTHER, THIRD)},
        {"valid_to": date(2025, 12, 31)},
        {"year": 2025},
        {"valid_to": date(2027, 1, 1)},
        {"windows": (Window(Season.SUMMER, Form.COMPREHENSIVE, 8, 5),)},
        {"items": (replace(ITEM, responsible=THIRD),)},
        {"items": (replace(ITEM, first_month=9),)},
        {"items": (replace(ITEM, year=2027),)},
    ],
)
def test_a_plan_that_does_not_hold_together_is_refused(changes: dict[str, Any]) -> None:
    require_sound(TERMS, lead=LEAD)
    with pytest.raises(BadPlan):
        require_sound(replace(TERMS, **changes), lead=LEAD)


def test_a_plan_binds_whom_and_while_what_is_above_binds() -> None:
    days = (date(2026, 1, 1), None)
    require_within(TERMS, [LEAD, OTHER, THIRD], days, pointer="/agreement_id")
    for outer, first, last in (
        ([LEAD], date(2026, 1, 1), None),
        ([LEAD, OTHER], date(2026, 1, 2), None),
        ([LEAD, OTHER], date(2026, 1, 1), date(2026, 12, 30)),
    ):
        with pytest.raises(BadPlan):
            require_within(TERMS, outer, (first, last), pointer="/agreement_id")


def test_a_window_is_whole_months() -> None:
    assert Window(Season.SUMMER, Form.COMPREHENSIVE, 5, 8).days(2026) == (
        date(2026, 5, 1),
        date(2026, 8, 31),
    )
    assert Window(Season.AUTUMN_WINTER, Form.COMPREHENSIVE, 10, 12).days(2024)[1] == date(
        2024, 12, 31
    )
    assert last_day(2024, 2) == date(2024, 2, 29)


def a_fact(state: ItemState, due_on: date = date(2026, 5, 31)) -> ItemFact:
    return ItemFact(state, LEAD, Form.DAILY, due_on)


def test_what_was_dropped_is_not_owed_and_what_is_late_is_named() -> None:
    facts = [
        a_fact(ItemState.DONE),
        a_fact(ItemState.DROPPED),
        a_fact(ItemState.OPEN),
        a_fact(ItemState.OPEN, date(2026, 6, 30)),
    ]

    found = figures(facts, today=date(2026, 6, 1))

    assert found == Figures(total=4, done=1, dropped=1, open=2, overdue=1)
    assert found.completed_percent == 33.3
    assert figures([], today=date(2026, 6, 1)).completed_percent is None


@given(st.lists(st.builds(a_fact, st.sampled_from(ItemState))))
def test_every_matter_counts_once(facts: list[ItemFact]) -> None:
    found = figures(facts, today=date(2026, 7, 1))

    assert found.done + found.dropped + found.open == found.total == len(facts)
    assert found.overdue <= found.open


class Walk(RuleBasedStateMachine):
    """Whatever is asked in whatever order, a plan is issued by all its parties or a decision."""

    parties = st.sampled_from([LEAD, OTHER, THIRD, "500000"])
    hashes = st.sampled_from(["a" * 64, "b" * 64])

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.plan = draft(LEAD, OTHER, THIRD)

    def attempt(self, act: Any) -> None:
        try:
            self.plan = act()
        except (
            IllegalStep,
            NotAParty,
            OtherText,
            ReasonMissing,
            NoDeadlock,
            NoCommonSuperior,
            ConsentMissing,
        ):
            return

    @rule()
    def send(self) -> None:
        self.attempt(lambda: self.plan.send(LEAD, until=self.now + timedelta(days=15)))

    @rule()
    def withdraw(self) -> None:
        self.attempt(self.plan.withdraw)

    @rule(text_hash=hashes)
    def revise(self, text_hash: str) -> None:
        self.attempt(lambda: self.plan.revise(LEAD, text_hash))

    @rule(party=parties, answer=st.sampled_from([Answer.AGREED, Answer.DECLINED]), text=hashes)
    def answer(self, party: str, answer: Answer, text: str) -> None:
        self.attempt(lambda: self.plan.answer(party, answer, text_hash=text, reason="理由"))

    @rule(party=parties)
    def ask(self, party: str) -> None:
        self.attempt(lambda: self.plan.ask(party))

    @rule()
    def issue(self) -> None:
        self.attempt(self.plan.issue)

    @rule()
    def decide(self) -> None:
        self.attempt(lambda: self.plan.decide(self.now))

    @rule(days=st.integers(1, 20))
    def time_passes(self, days: int) -> None:
        self.now += timedelta(days=days)

    @invariant()
    def nothing_is_issued_without_consent_or_a_decision(self) -> None:
        assert (self.plan.state is State.ISSUED) == (self.plan.issued_by is not None)
        if self.plan.issued_by is BoundBy.CONSENT:
            assert self.plan.consents.missing == ()
        if self.plan.issued_by is BoundBy.COMMON_SUPERIOR:
            assert self.plan.until is not None
            assert self.plan.asked or self.now >= self.plan.until


TestWalk = Walk.TestCase
TestWalk.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
