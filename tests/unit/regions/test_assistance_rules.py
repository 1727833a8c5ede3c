"""Letters between organs: their course, their clocks, what changes hands and what is recognised."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, strategies as st

from services.regions.assistance.domain import course, handing, requests
from services.regions.assistance.domain.course import (
    DUTIES,
    OWED,
    STEPS,
    TRANSITIONS,
    Action,
    BadLetter,
    ClockKind,
    Duty,
    IllegalLetterStep,
    LetterKind,
    Side,
    State,
)
from services.regions.assistance.domain.evidence import (
    BadEvidence,
    CustodyStep,
    EvidenceItem,
    EvidenceKind,
    Lack,
    Receipt,
    chain_is_intact,
    compare,
    lacks,
    require_sound,
)
from services.regions.assistance.domain.handing import Ground, NotThePlaceOfTheAct, require_receiver
from services.regions.assistance.domain.requests import (
    CaseMissing,
    InabilityUnexplained,
    Outcome,
)
from shared.clocks.acts import ExtensionAlreadyUsed, ExtensionExceedsCap, TermExpired, extend
from shared.clocks.deadline import deadline
from shared.clocks.ledger import Ledger
from tests.factories.clocks import CALENDAR, at

YUYAO, CIXI, NINGBO, JIASHAN, WUJIANG = "330281", "330282", "330200", "330421", "320509"
FIGURES = {
    "assistance.acknowledge_working_days": 1,
    "assistance.objection_working_days": 5,
    "assistance.urgent_measures_hours": 4,
    "assistance.reply_working_days": 10,
    "assistance.reply_extension_working_days": 10,
    "assistance.escalate_after_working_days": 2,
}
TAKEN = datetime(2026, 3, 1, 1, tzinfo=UTC)
ITEM = EvidenceItem(
    title="监测报告",
    sha256="a" * 64,
    kind=EvidenceKind.MONITORING_REPORT,
    taken_at=TAKEN,
    taken_by=["张三", "李四"],
    chain=[
        CustodyStep(TAKEN + timedelta(hours=1), "张三", "司机", "送样"),
        CustodyStep(TAKEN + timedelta(hours=2), "司机", "监测站", "收样"),
    ],
    cma_number="171100000001",
    method_standard="HJ 535-2009",
)


# The course.


def test_every_state_and_every_action_has_its_place() -> None:
    assert set(TRANSITIONS) == set(State)
    assert {action for legal in TRANSITIONS.values() for action in legal} == set(Action)
    assert set(STEPS) == set(Action) - {Action.ESCALATE}


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("action", Action)
def test_a_step_leads_where_the_table_says_or_nowhere(state: State, action: Action) -> None:
    if (target := TRANSITIONS[state].get(action)) is not None:
        assert course.step(state, action) is target
    else:
        with pytest.raises(IllegalLetterStep):
            course.step(state, action)


def test_every_state_can_be_reached_and_each_letter_can_end() -> None:
    seen, left = {State.SENT}, [State.SENT]
    while left:
        for target in TRANSITIONS[left.pop()].values():
            if target not in seen:
                seen.add(target)
                left.append(target)
    assert seen == set(State)
    ends = {State.ACCEPTED, State.WITHDRAWN}
    assert {
        state for state, legal in TRANSITIONS.items() if set(legal) <= {Action.RECOGNISE}
    } == ends


def test_only_a_receiver_that_is_bound_can_be_late() -> None:
    assert {State.SENT, State.ACKNOWLEDGED, State.WORKING, State.RETURNED} == OWED


def test_evidence_is_received_and_recognised_by_the_organ_it_came_to() -> None:
    for action in (Action.RECEIVE, Action.RECOGNISE):
        assert course.side(LetterKind.HANDOVER, action) is Side.RECEIVER
        assert course.side(LetterKind.REQUEST, action) is Side.SENDER
    assert course.side(LetterKind.REQUEST, Action.REPLY) is Side.RECEIVER
    assert course.side(LetterKind.HANDOVER, Action.ESCALATE) is Side.SYSTEM


def test_numbers_name_the_sender_the_kind_and_the_year() -> None:
    assert course.number(LetterKind.REQUEST, YUYAO, 2026, 1) == "330281-XC-2026-00001"
    assert course.number(LetterKind.HANDOVER, YUYAO, 2026, 12) == "330281-YJ-2026-00012"


@pytest.mark.parametrize(
    ("sender", "receiver", "superior"),
    [
        (YUYAO, CIXI, "3302"),
        (YUYAO, NINGBO, "3302"),
        (YUYAO, JIASHAN, "33"),
        (JIASHAN, WUJIANG, None),
        ("500102", "500103", "5001"),
    ],
)
def test_the_common_superior_is_the_lowest_that_holds_both(
    sender: str, receiver: str, superior: str | None
) -> None:
    assert course.common_superior(sender, receiver) == superior


# Clocks: the vectors of DOMAIN 1.3.


@pytest.mark.parametrize(
    ("kind", "figures", "start", "due"),
    [
        (ClockKind.ACKNOWLEDGE, {}, "2026-05-08", "2026-05-09"),  # a make-up Saturday
        (ClockKind.OBJECTION, {}, "2026-02-12", "2026-02-26"),
        (
            ClockKind.REPLY,
            {"assistance.reply_working_days": 7},
            "2026-04-30",
            "2026-05-13",
        ),
        (
            ClockKind.ESCALATION,
            {"assistance.escalate_after_working_days": 3},
            "2026-09-29",
            "2026-10-09",
        ),
        (ClockKind.REPLY, {}, "2026-03-02", "2026-03-16"),
        (ClockKind.ESCALATION, {}, "2026-03-16", "2026-03-18"),
    ],
)
def test_terms_count_working_days(
    kind: ClockKind, figures: dict[str, int], start: str, due: str
) -> None:
    term = course.term(kind, {**FIGURES, **figures})
    assert str(deadline(Ledger(at(start)), term, CALENDAR).due_on) == due


def test_first_measures_are_due_by_the_clock_holidays_included() -> None:
    term = course.term(ClockKind.MEASURES, FIGURES)
    sent = at("2026-10-01", 22, 30)
    assert deadline(Ledger(sent), term, CALENDAR).due_at == at("2026-10-02", 2, 30)
    assert ClockKind.MEASURES in course.opening_clocks(urgent=True)
    assert ClockKind.MEASURES not in course.opening_clocks(urgent=False)


def test_an_answer_is_extended_once_by_at_most_ten_working_days() -> None:
    term, sent = course.term(ClockKind.REPLY, FIGURES), at("2026-03-02")

    def extended(ledger: Ledger, amount: int, day: str = "2026-03-10") -> Ledger:
        return extend(
            ledger,
            term,
            CALENDAR,
            amount=amount,
            reason="情况复杂",
            requested_by=CIXI,
            approved_by="head",
            at=at(day),
        )

    longer = extended(Ledger(sent), 10)
    assert str(deadline(longer, term, CALENDAR).due_on) == "2026-03-30"
    with pytest.raises(ExtensionAlreadyUsed):
        extended(longer, 1)
    with pytest.raises(ExtensionExceedsCap):
        extended(Ledger(sent), 11)
    with pytest.raises(TermExpired):
        extended(Ledger(sent), 5, "2026-03-17")


def test_what_goes_up_counts_from_the_last_day_of_the_term_that_ran_out() -> None:
    due = deadline(Ledger(at("2026-03-02")), course.term(ClockKind.REPLY, FIGURES), CALENDAR)
    assert due.due_at is not None
    start = course.within_last_day(due.due_at)
    escalation = deadline(Ledger(start), course.term(ClockKind.ESCALATION, FIGURES), CALENDAR)
    assert (str(due.due_on), str(escalation.due_on)) == ("2026-03-16", "2026-03-18")


def test_letting_an_objection_lapse_makes_nothing_late() -> None:
    now = at("2026-03-20")
    ran_out = now - timedelta(days=1)
    assert not course.is_overdue((Duty(ClockKind.OBJECTION, ran_out),), now)
    for kind in DUTIES:
        assert course.is_overdue((Duty(kind, ran_out),), now)
        assert not course.is_overdue((Duty(kind, now + timedelta(days=1)),), now)


# Hand-overs and answers.


@pytest.mark.parametrize(
    ("ground", "receiver", "place", "has_bureau", "refusal"),
    [
        (Ground.PLACE_OF_ACT, CIXI, CIXI, False, None),
        (Ground.PLACE_OF_ACT, NINGBO, CIXI, False, None),
        (Ground.PLACE_OF_ACT, CIXI, YUYAO, False, NotThePlaceOfTheAct),
        (Ground.PLACE_OF_ACT, CIXI, NINGBO, False, NotThePlaceOfTheAct),
        (Ground.PLACE_OF_ACT, YUYAO, YUYAO, False, BadLetter),
        (Ground.PLACE_OF_ACT, YUYAO, YUYAO, True, None),
        (Ground.OTHER_ORGAN, CIXI, YUYAO, True, None),
        (Ground.OTHER_ORGAN, CIXI, CIXI, False, BadLetter),
        (Ground.DESIGNATED, CIXI, YUYAO, False, None),
        (Ground.AGREED, CIXI, YUYAO, False, None),
    ],
)
def test_a_matter_goes_to_the_place_of_the_act_unless_another_ground_says_more(
    *,
    ground: Ground,
    receiver: str,
    place: str,
    has_bureau: bool,
    refusal: type[Exception] | None,
) -> None:
    def ask() -> None:
        require_receiver(
            ground, sender=YUYAO, receiver=receiver, place=place, has_bureau=has_bureau
        )

    if refusal is None:
        ask()
    else:
        with pytest.raises(refusal):
            ask()


def test_who_agreed_or_was_designated_cannot_object() -> None:
    assert {Ground.AGREED, Ground.DESIGNATED} == handing.SETTLED


def test_inability_is_explained_and_a_matter_taken_over_has_a_number() -> None:
    for outcome in (Outcome.UNABLE, Outcome.PARTLY):
        requests.require_explained(outcome, "无相应资质")
        with pytest.raises(InabilityUnexplained):
            requests.require_explained(outcome, None)
    requests.require_explained(Outcome.DONE, None)
    requests.require_case(Outcome.UNABLE, None)
    requests.require_case(Outcome.DONE, "慈环立〔2026〕3号")
    with pytest.raises(CaseMissing):
        requests.require_case(Outcome.DONE, None)


def test_an_item_is_listed_once_and_not_taken_in_the_future() -> None:
    require_sound([ITEM, replace(ITEM, sha256="b" * 64)], now=TAKEN + timedelta(days=1))
    with pytest.raises(BadEvidence):
        require_sound([ITEM, ITEM], now=TAKEN + timedelta(days=1))
    with pytest.raises(BadEvidence):
        require_sound([ITEM], now=TAKEN + timedelta(days=1), known=[ITEM.sha256])
    with pytest.raises(BadEvidence):
        require_sound([ITEM], now=TAKEN + timedelta(hours=1))


# Recognition.


def test_a_complete_report_is_recognisable() -> None:
    assert lacks(ITEM, Receipt.CONFIRMED, officers_min=2) == ()


@pytest.mark.parametrize(
    ("item", "receipt", "lack"),
    [
        (replace(ITEM, kind=EvidenceKind.RECORD), Receipt.CONFIRMED, Lack.NOT_A_REPORT),
        (replace(ITEM, cma_number=None), Receipt.CONFIRMED, Lack.NO_CMA_NUMBER),
        (replace(ITEM, taken_by=["张三", "张三"]), Receipt.CONFIRMED, Lack.TOO_FEW_OFFICERS),
        (replace(ITEM, chain=[]), Receipt.CONFIRMED, Lack.NO_CHAIN),
        (replace(ITEM, chain=ITEM.chain[1:]), Receipt.CONFIRMED, Lack.CHAIN_BROKEN),
        (replace(ITEM, method_standard=None), Receipt.CONFIRMED, Lack.NO_METHOD),
        (ITEM, Receipt.PENDING, Lack.NOT_RECEIVED),
        (ITEM, Receipt.REFUSED, Lack.NOT_RECEIVED),
    ],
)
def test_what_lacks_is_named(item: EvidenceItem, receipt: Receipt, lack: Lack) -> None:
    assert lacks(item, receipt, officers_min=2) == (lack,)


people = st.text("甲乙丙丁戊", min_size=1, max_size=2)


@st.composite
def chains(draw: st.DrawFn) -> EvidenceItem:
    """An item whose chain is whole: each gives what he took, later than he took it."""
    holders = draw(st.lists(people, min_size=2, max_size=6))
    waits = draw(st.lists(st.integers(0, 90), min_size=len(holders), max_size=len(holders)))
    moment, steps = TAKEN, []
    for giver, taker, wait in zip(holders, holders[1:], waits, strict=False):
        moment += timedelta(minutes=wait)
        steps.append(CustodyStep(moment, giver, taker, "交接"))
    return replace(ITEM, taken_by=[holders[0], "另一人"], chain=steps)


@given(chains())
def test_a_whole_chain_is_intact(item: EvidenceItem) -> None:
    assert chain_is_intact(item)
    assert Lack.CHAIN_BROKEN not in lacks(item, Receipt.CONFIRMED, officers_min=2)


@given(chains(), st.data())
def test_a_chain_with_a_stranger_in_it_is_broken(item: EvidenceItem, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(item.chain) - 1))
    chain = list(item.chain)
    chain[place] = replace(chain[place], giver="陌生人")
    assert not chain_is_intact(replace(item, chain=chain))


@given(chains(), st.data())
def test_a_chain_that_goes_back_in_time_is_broken(item: EvidenceItem, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(item.chain) - 1))
    chain = list(item.chain)
    before = chain[place - 1].at if place else item.taken_at
    chain[place] = replace(chain[place], at=before - timedelta(seconds=1))
    assert not chain_is_intact(replace(item, chain=chain))


@given(
    kind=st.sampled_from(EvidenceKind),
    officers=st.lists(people, max_size=4),
    cma=st.sampled_from([None, "", "171100000001"]),
    method=st.sampled_from([None, "HJ 535-2009"]),
    receipt=st.sampled_from(Receipt),
    whole=st.booleans(),
)
def test_only_what_meets_every_condition_is_recognisable(
    *,
    kind: EvidenceKind,
    officers: list[str],
    cma: str | None,
    method: str | None,
    receipt: Receipt,
    whole: bool,
) -> None:
    first = officers[0] if officers and whole else "陌生人"
    item = replace(
        ITEM,
        kind=kind,
        taken_by=officers,
        cma_number=cma,
        method_standard=method,
        chain=[CustodyStep(TAKEN, first, "监测站", "送样")],
    )
    may = (
        kind is EvidenceKind.MONITORING_REPORT
        and len(set(officers)) >= 2
        and bool(cma)
        and method is not None
        and receipt is Receipt.CONFIRMED
        and first in officers
    )
    assert (lacks(item, receipt, officers_min=2) == ()) is may


@given(st.text("0123456789abcdef", min_size=64, max_size=64))
def test_an_item_is_confirmed_by_its_own_hash_only(seen: str) -> None:
    assert compare(ITEM.sha256, seen) is (
        Receipt.CONFIRMED if seen == ITEM.sha256 else Receipt.REFUSED
    )
