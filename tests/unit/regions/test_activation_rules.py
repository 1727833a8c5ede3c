"""Rules of emergency activation: tiers, the stricter measure, states."""

from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Final

import pytest
from hypothesis import given, strategies as st

from services.regions.activations import domain
from services.regions.activations.domain import (
    PROTOCOL_TRANSITIONS,
    REPLIES,
    TRANSITIONS,
    AlertLevel,
    BadProtocol,
    Measure,
    NotCalled,
    OutsideParties,
    ProtocolState,
    ProtocolStep,
    Reply,
    State,
    Step,
    Tier,
    TierForOther,
    TimeIsOver,
    TooLong,
    Trigger,
    UnknownTier,
)
from shared.errors import IllegalStep

XINDU, GUANGHAN, PENGZHOU = "510114", "510681", "510182"
NOW: Final = datetime(2026, 11, 24, 8, tzinfo=UTC)
RED: Final = Tier("red", Trigger.POLLUTION_ALERT, AlertLevel.RED, 2, 48, ())
CLUE: Final = Tier("clue", Trigger.CROSS_BORDER_CLUE, None, 1, 24, ())

measures = st.lists(
    st.builds(
        Measure,
        code=st.sampled_from("abc"),
        strictness=st.integers(0, 5),
        text=st.just("measure"),
        division=st.sampled_from([XINDU, GUANGHAN]),
    )
)


def check(parties: list[str], *tiers: Tier) -> None:
    domain.require_sound(parties, tiers, longest_acknowledge=4, longest_box=168)


def test_a_protocol_of_two_parties_with_tiers_told_apart_is_sound() -> None:
    check([XINDU, GUANGHAN], RED, CLUE)


@pytest.mark.parametrize(
    ("parties", "tiers", "pointer"),
    [
        ([XINDU], [RED], "/parties"),
        ([XINDU, XINDU], [RED], "/parties"),
        ([XINDU, GUANGHAN], [RED, RED], "/tiers"),
        (
            [XINDU, GUANGHAN],
            [CLUE, Tier("x", Trigger.POLLUTION_ALERT, None, 1, 2, ())],
            "/tiers/1",
        ),
        ([XINDU, GUANGHAN], [Tier("x", Trigger.CROSS_BORDER_CLUE, None, 5, 24, ())], "/tiers/0"),
        ([XINDU, GUANGHAN], [Tier("x", Trigger.CROSS_BORDER_CLUE, None, 3, 2, ())], "/tiers/0"),
        ([XINDU, GUANGHAN], [Tier("x", Trigger.CROSS_BORDER_CLUE, None, 1, 169, ())], "/tiers/0"),
        (
            [XINDU, GUANGHAN],
            [
                Tier(
                    "x",
                    Trigger.CROSS_BORDER_CLUE,
                    None,
                    1,
                    2,
                    (Measure("send", 1, "two officers", PENGZHOU),),
                )
            ],
            "/tiers/0",
        ),
    ],
)
def test_what_could_not_be_carried_out_is_no_protocol(
    parties: list[str], tiers: list[Tier], pointer: str
) -> None:
    with pytest.raises(BadProtocol) as refused:
        check(parties, *tiers)

    assert refused.value.pointer == pointer


def test_a_tier_is_chosen_by_code_for_its_own_trigger_and_level() -> None:
    chosen = domain.tier_of(
        [RED, CLUE], "red", trigger=Trigger.POLLUTION_ALERT, alert_level=AlertLevel.RED
    )

    assert chosen is RED
    with pytest.raises(UnknownTier):
        domain.tier_of([RED], "clue", trigger=Trigger.CROSS_BORDER_CLUE, alert_level=None)
    with pytest.raises(TierForOther):
        domain.tier_of([RED], "red", trigger=Trigger.POLLUTION_ALERT, alert_level=AlertLevel.ORANGE)


@given(measures)
def test_all_apply_the_strictest_of_each_kind_and_of_every_kind_one(given_: list[Measure]) -> None:
    applied = domain.stricter(given_)

    assert [each.code for each in applied] == sorted({each.code for each in given_})
    for each in applied:
        same = [other.strictness for other in given_ if other.code == each.code]
        assert each in given_
        assert each.strictness == max(same)


@given(measures, st.randoms())
def test_the_order_of_the_parties_decides_nothing(given_: list[Measure], random: object) -> None:
    shuffled = list(given_)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis names no type

    kinds = [(each.code, each.strictness, each.division) for each in domain.stricter(given_)]
    assert kinds == [
        (each.code, each.strictness, each.division) for each in domain.stricter(shuffled)
    ]


@pytest.mark.parametrize(
    ("caller", "called"),
    [
        (PENGZHOU, [GUANGHAN]),
        (XINDU, [XINDU]),
        (XINDU, [PENGZHOU]),
        (XINDU, [GUANGHAN, GUANGHAN]),
    ],
)
def test_only_parties_call_other_parties_once(caller: str, called: list[str]) -> None:
    with pytest.raises(NotCalled):
        domain.require_call(
            caller=caller, called=called, parties=[XINDU, GUANGHAN], matter_division=XINDU
        )


def test_a_matter_outside_the_parties_calls_nobody() -> None:
    with pytest.raises(OutsideParties):
        domain.require_call(
            caller=XINDU,
            called=[GUANGHAN],
            parties=[XINDU, GUANGHAN],
            matter_division=PENGZHOU,
        )


@pytest.mark.parametrize(("state", "taken"), list(product(State, Step)))
def test_every_step_leads_where_the_table_says_or_nowhere(state: State, taken: Step) -> None:
    if taken in TRANSITIONS[state]:
        assert domain.step(state, taken) is TRANSITIONS[state][taken]
        return
    with pytest.raises(IllegalStep):
        domain.step(state, taken)


@pytest.mark.parametrize(("state", "taken"), list(product(ProtocolState, ProtocolStep)))
def test_every_step_of_a_protocol_leads_where_the_table_says_or_nowhere(
    state: ProtocolState, taken: ProtocolStep
) -> None:
    if taken in PROTOCOL_TRANSITIONS[state]:
        assert domain.protocol_step(state, taken) is PROTOCOL_TRANSITIONS[state][taken]
        return
    with pytest.raises(IllegalStep):
        domain.protocol_step(state, taken)


@pytest.mark.parametrize(("state", "taken"), list(product(Reply, Step)))
def test_every_answer_leads_where_the_table_says_or_nowhere(state: Reply, taken: Step) -> None:
    if taken in REPLIES[state]:
        assert domain.reply(state, taken) is REPLIES[state][taken]
        return
    with pytest.raises(IllegalStep):
        domain.reply(state, taken)


def test_time_is_over_at_the_end_of_the_box_and_not_before() -> None:
    domain.require_running(NOW + timedelta(microseconds=1), now=NOW)
    with pytest.raises(TimeIsOver):
        domain.require_running(NOW, now=NOW)


def test_more_time_is_given_once_and_never_more_than_the_tier_has() -> None:
    assert domain.extended(NOW, hours=24, box_hours=24, extensions=0, most=1) == NOW + timedelta(
        hours=24
    )
    with pytest.raises(TooLong):
        domain.extended(NOW, hours=25, box_hours=24, extensions=0, most=1)
    with pytest.raises(TooLong):
        domain.extended(NOW, hours=1, box_hours=24, extensions=1, most=1)
