"""The life of an agreement: by table, by complement, and by a walk that never binds the silent."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from services.regions.agreements.domain import Form, System, life
from services.regions.agreements.domain.consent import (
    SILENT,
    Answer,
    BoundBy,
    Consents,
    NoCommonSuperior,
    NoDeadlock,
    NotAParty,
    OtherText,
    common_superior,
    fingerprint,
)
from services.regions.agreements.domain.life import (
    BINDING,
    TRANSITIONS,
    Action,
    Days,
    NoticeTooShort,
    State,
    Talks,
    due_step,
    expiring_on,
    require_notice,
    step,
)
from services.regions.agreements.domain.rotation import BadRotation
from services.regions.agreements.domain.terms import (
    BadAgreement,
    PartyTerms,
    RotationTerms,
    SystemTerms,
    Terms,
    cited,
    plain,
    require_sound,
    require_within,
)
from shared.errors import IllegalStep, ReasonMissing

LEGAL = {(state, action) for state, steps in TRANSITIONS.items() for action in steps}
NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
FIVE = ("510100", "510600", "511800", "511400", "512000")


def talks(*parties: str, state: State = State.NEGOTIATING, **changes: Any) -> Talks:
    consents = Consents("a" * 64, dict.fromkeys(parties, SILENT))
    return replace(Talks(state, consents, until=NOW + timedelta(days=30)), **changes)


def test_every_state_is_in_the_table_and_every_action_leads_somewhere() -> None:
    assert set(TRANSITIONS) == set(State)
    assert {action for _, action in LEGAL} == set(Action)


@pytest.mark.parametrize(("state", "action"), sorted(LEGAL))
def test_what_is_in_the_table_is_taken(state: State, action: Action) -> None:
    assert step(state, action) in State


@pytest.mark.parametrize(("state", "action"), sorted(set(product(State, Action)) - LEGAL))
def test_whatever_is_not_in_the_table_is_refused(state: State, action: Action) -> None:
    with pytest.raises(IllegalStep) as refused:
        step(state, action)

    assert refused.value.context["allowed"] == [each.value for each in TRANSITIONS[state]]


def test_nothing_is_in_force_that_was_not_signed_or_decided() -> None:
    reached, frontier = set[State](), [State.DRAFT]
    while frontier:
        state = frontier.pop()
        reached.add(state)
        for action, to in TRANSITIONS[state].items():
            if action not in {Action.CONCLUDE, Action.DECIDE} and to not in reached:
                frontier.append(to)

    assert reached == {State.DRAFT, State.NEGOTIATING, State.TERMINATED}


def test_the_last_signature_binds_and_none_before_it() -> None:
    now = talks(*FIVE)
    for party in FIVE[:-1]:
        now = now.sign(party, text_hash="a" * 64)
        assert (now.state, now.bound_by) == (State.NEGOTIATING, None)

    now = now.sign(FIVE[-1], text_hash="a" * 64)

    assert (now.state, now.bound_by) == (State.SIGNED, BoundBy.CONSENT)


def test_another_text_is_signed_by_nobody_and_the_same_text_keeps_its_signatures() -> None:
    signed = talks(*FIVE).sign(FIVE[0], text_hash="a" * 64)

    assert signed.revise("b" * 64).consents.missing == tuple(sorted(FIVE))
    assert signed.revise("a" * 64).consents == signed.consents


def test_a_word_on_another_text_by_a_stranger_or_without_a_reason_is_none() -> None:
    with pytest.raises(OtherText):
        talks(*FIVE).sign(FIVE[0], text_hash="b" * 64)
    with pytest.raises(NotAParty):
        talks(*FIVE).sign("500000", text_hash="a" * 64)
    with pytest.raises(ReasonMissing):
        talks(*FIVE).decline(FIVE[0], text_hash="a" * 64, reason=None)


def test_who_declined_may_sign_and_who_signed_may_decline() -> None:
    first = talks(*FIVE[:2]).sign(FIVE[0], text_hash="a" * 64)
    second = first.decline(FIVE[0], text_hash="a" * 64, reason="改变主意")
    both = second.sign(FIVE[1], text_hash="a" * 64)

    assert (both.state, both.consents.missing) == (State.NEGOTIATING, (FIVE[0],))
    assert both.sign(FIVE[0], text_hash="a" * 64).state is State.SIGNED


@pytest.mark.parametrize(
    ("codes", "superior"),
    [
        (FIVE, "510000"),
        (("510114", "510182"), "510100"),
        (("510182", "510682"), "510000"),
        (("500000", "510100"), None),
        (("330200", "330281"), "330000"),  # a party does not decide its own dispute
        (("500106", "500108"), "500000"),  # what the code has between them is a heading
        (("419001", "410100"), "410000"),
        (("510000", "510100"), None),
        ((), None),
    ],
)
def test_the_lowest_common_superior_is_above_all_and_none_of_them(
    codes: tuple[str, ...], superior: str | None
) -> None:
    assert common_superior(codes) == superior


def test_a_superior_decides_when_asked_or_when_time_is_up() -> None:
    open_talks = talks(*FIVE)
    with pytest.raises(NoDeadlock):
        open_talks.decide(NOW)

    assert open_talks.ask(FIVE[0]).decide(NOW).bound_by is BoundBy.COMMON_SUPERIOR
    late = open_talks.decide(NOW + timedelta(days=30))
    assert (late.state, late.consents) == (State.SIGNED, open_talks.consents)


def test_parties_of_two_provinces_can_only_agree() -> None:
    two = talks("500000", "510100")
    with pytest.raises(NoCommonSuperior):
        two.ask("510100")
    with pytest.raises(NoCommonSuperior):
        two.decide(NOW + timedelta(days=99))


DAYS = Days(date(2026, 3, 10), date(2026, 12, 31), date(2026, 9, 30), None)


@pytest.mark.parametrize(
    ("state", "days", "today", "action"),
    [
        (State.SIGNED, DAYS, date(2026, 3, 9), None),
        (State.SIGNED, DAYS, date(2026, 3, 10), Action.COME_INTO_FORCE),
        (State.IN_FORCE, DAYS, date(2026, 9, 29), None),
        (State.IN_FORCE, DAYS, date(2026, 9, 30), Action.NEAR_END),
        (State.EXPIRING, DAYS, date(2026, 12, 31), None),
        (State.EXPIRING, DAYS, date(2027, 1, 1), Action.EXPIRE),
        (State.IN_FORCE, DAYS, date(2027, 1, 1), Action.EXPIRE),
        (State.IN_FORCE, replace(DAYS, ends_on=date(2026, 5, 1)), date(2026, 4, 30), None),
        (
            State.IN_FORCE,
            replace(DAYS, ends_on=date(2026, 5, 1)),
            date(2026, 5, 1),
            Action.TERMINATE,
        ),
        (State.SIGNED, replace(DAYS, ends_on=date(2026, 3, 5)), date(2026, 3, 5), Action.TERMINATE),
        (State.IN_FORCE, Days(date(2023, 3, 1), None, None, None), date(2099, 1, 1), None),
        (State.NEGOTIATING, DAYS, date(2099, 1, 1), None),
        (State.EXPIRED, DAYS, date(2099, 1, 1), None),
    ],
)
def test_days_move_what_binds_and_nothing_else(
    state: State, days: Days, today: date, action: Action | None
) -> None:
    assert due_step(state, days, today=today) is action


def test_what_is_shorter_than_its_warning_is_expiring_from_its_first_day() -> None:
    assert expiring_on(date(2026, 3, 1), date(2026, 4, 1), months=3) == date(2026, 3, 1)
    assert expiring_on(date(2026, 3, 1), None, months=3) is None


def test_notice_leaves_the_others_time() -> None:
    require_notice(date(2026, 4, 1), today=date(2026, 3, 2), days=30)
    with pytest.raises(NoticeTooShort):
        require_notice(date(2026, 3, 31), today=date(2026, 3, 2), days=30)


def party(division: str) -> PartyTerms:
    return PartyTerms(division, "总队", None, "负责人", None, "综合科", "联络员", None)


TERMS = Terms(
    title="合作协议",
    body="正文",
    parent_agreement_id=None,
    parties=(party("510100"), party("510600")),
    valid_from=date(2026, 3, 1),
    valid_to=date(2026, 12, 31),
    media=("air",),
    industries=("26",),
    border_strip_km=5.0,
    forms=(Form.DAILY,),
    systems=(SystemTerms(System.ROTATING_LEAD, None),),
    rotation=RotationTerms(("510100", "510600"), 0, 12),
    data_sharing=(),
    attachments=(),
)


@pytest.mark.parametrize(
    ("terms", "error"),
    [
        (replace(TERMS, parties=(party("510100"),)), BadAgreement),
        (replace(TERMS, parties=(party("510100"), party("510100"))), BadAgreement),
        (replace(TERMS, parties=(party("510600"), party("511800"))), BadAgreement),
        (replace(TERMS, valid_to=date(2026, 2, 28)), BadAgreement),
        (replace(TERMS, systems=TERMS.systems * 2), BadAgreement),
        (replace(TERMS, rotation=RotationTerms((), 0, 12)), BadRotation),
        (replace(TERMS, rotation=RotationTerms(("510100", "512000"), 0, 12)), BadRotation),
        (replace(TERMS, rotation=RotationTerms(("510100", "510100"), 0, 12)), BadRotation),
    ],
)
def test_a_text_nobody_could_live_by_is_refused(terms: Terms, error: type[Exception]) -> None:
    require_sound(TERMS, drafter="510100")
    with pytest.raises(error):
        require_sound(terms, drafter="510100")


def test_whoever_is_bound_beneath_is_bound_above() -> None:
    require_within(["510182", "510682"], ["510100", "510600"], pointer="/parties")
    with pytest.raises(BadAgreement):
        require_within(["510182", "511402"], ["510100", "510600"], pointer="/parties")


def test_a_hash_is_of_the_whole_text_and_of_nothing_else() -> None:
    one = fingerprint(plain(TERMS, []))

    assert one == fingerprint(dict(reversed(plain(TERMS, []).items())))
    assert one != fingerprint(plain(replace(TERMS, border_strip_km=6.0), []))
    assert one != fingerprint(plain(TERMS, [{"law_code": "x", "article": "1", "title": "y"}]))


def test_only_what_is_in_force_is_cited() -> None:
    article = ("environmental-protection-law", "20", "环境保护法")

    assert len(cited([article, ("administrative-penalty-law", "22", "行政处罚法")])) == 1
    assert cited([]) == []  # since 2026-08-15 no article is known


class Walk(RuleBasedStateMachine):
    """Anybody does anything at any time; what is in force was signed by all, or decided."""

    parties = st.sampled_from([*FIVE, "500000"])
    hashes = st.sampled_from(["a" * 64, "b" * 64])

    def __init__(self) -> None:
        super().__init__()
        self.talks = talks(*FIVE, state=State.DRAFT, until=None)
        self.day = 0

    @property
    def now(self) -> datetime:
        return NOW + timedelta(days=self.day)

    def attempt(self, act: Any) -> None:
        """The act, or its refusal; an act that is refused changes nothing."""
        before = self.talks
        try:
            self.talks = act()
        except (IllegalStep, NotAParty, OtherText, ReasonMissing, NoDeadlock, NoCommonSuperior):
            assert self.talks is before

    @rule()
    def negotiate(self) -> None:
        self.attempt(lambda: self.talks.negotiate(until=self.now + timedelta(days=30)))

    @rule(text_hash=hashes)
    def revise(self, text_hash: str) -> None:
        self.attempt(lambda: self.talks.revise(text_hash))

    @rule(party=parties, text_hash=hashes)
    def sign(self, party: str, text_hash: str) -> None:
        self.attempt(lambda: self.talks.sign(party, text_hash=text_hash))

    @rule(party=parties, text_hash=hashes, reason=st.sampled_from([None, "不同意"]))
    def decline(self, party: str, text_hash: str, reason: str | None) -> None:
        self.attempt(lambda: self.talks.decline(party, text_hash=text_hash, reason=reason))

    @rule(party=parties)
    def ask(self, party: str) -> None:
        self.attempt(lambda: self.talks.ask(party))

    @rule()
    def decide(self) -> None:
        self.attempt(lambda: self.talks.decide(self.now))

    @precondition(lambda self: self.talks.state in BINDING)
    @rule()
    def a_day_brings(self) -> None:
        days = Days(date(2026, 3, 10), date(2026, 12, 31), date(2026, 9, 30), None)
        if action := due_step(self.talks.state, days, today=self.now.date()):
            self.talks = replace(self.talks, state=life.step(self.talks.state, action))

    @rule(days=st.integers(1, 200))
    def time_passes(self, days: int) -> None:
        self.day += days

    @invariant()
    def nothing_binds_without_every_signature_or_a_decision(self) -> None:
        bound = self.talks.state not in {State.DRAFT, State.NEGOTIATING}
        assert bound == (self.talks.bound_by is not None)
        if self.talks.bound_by is BoundBy.CONSENT:
            assert self.talks.consents.missing == ()
            assert set(self.talks.consents.words) == set(FIVE)

    @invariant()
    def a_superior_decides_only_what_is_stuck(self) -> None:
        if self.talks.bound_by is BoundBy.COMMON_SUPERIOR:
            assert self.talks.until is not None
            assert self.talks.asked or self.now >= self.talks.until

    @invariant()
    def nobody_signed_a_text_that_is_not_on_the_table(self) -> None:
        for word in self.talks.consents.words.values():
            assert word.answer is Answer.PENDING or word.text_hash == self.talks.consents.text_hash


TestWalk = Walk.TestCase
TestWalk.settings = settings(max_examples=200, stateful_step_count=40, deadline=None)
