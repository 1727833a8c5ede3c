"""Rules of unit audits: states, who goes, at what hour, what must be checked, who is late."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Final
from uuid import UUID, uuid4

import pytest
from hypothesis import given, strategies as st

from services.regions.officers.domain import Reason
from services.regions.unit_audits.domain import conduct, life
from services.regions.unit_audits.domain.conduct import (
    ChecksMissing,
    FaultWithoutFinding,
    HourClass,
    Item,
    UnknownItem,
    UnknownTopic,
)
from services.regions.unit_audits.domain.drawing import (
    AuditedItLately,
    AuditorBarred,
    Candidate,
    NotACandidate,
    TooFewAuditors,
    propose,
    require_auditors,
)
from services.regions.unit_audits.domain.life import (
    ENDED,
    FINDINGS,
    TRANSITIONS,
    Action,
    BadAudit,
    CheckResult,
    FindingState,
    FindingStep,
    NotEveryFinding,
    NotSerious,
    OutsideTime,
    Position,
    ReferredAlready,
    Ruling,
    Severity,
    State,
    Statement,
    StatementRunning,
)
from shared.clocks.calendar import CalendarYear, Holiday, WorkCalendar
from shared.errors import IllegalStep, ReasonMissing

COUNTIES: Final = ("330903", "330921", "330922")
NOW: Final = datetime(2026, 4, 11, 14, tzinfo=UTC)
NIGHT: Final = {"from": 18, "to": 6}
FESTIVAL: Final = Holiday("劳动节", "Labour Day")
CALENDAR: Final = WorkCalendar.of(
    [
        CalendarYear(
            2026,
            1,
            None,
            {date(2026, 5, 1): FESTIVAL, date(2026, 5, 4): FESTIVAL},
            {date(2026, 5, 9): FESTIVAL},
        )
    ]
)
TOPICS: Final = [
    {"code": "fees", "items": [{"code": "basis"}, {"code": "full"}]},
    {"code": "files", "items": [{"code": "filed"}]},
]


@pytest.mark.parametrize(("state", "action"), [*product(State, Action)])
def test_every_step_is_in_the_table_or_refused(state: State, action: Action) -> None:
    if action in TRANSITIONS[state]:
        assert life.step(state, action) is TRANSITIONS[state][action]
    else:
        with pytest.raises(IllegalStep):
            life.step(state, action)


@pytest.mark.parametrize(("state", "step"), [*product(FindingState, FindingStep)])
def test_every_step_of_a_finding_is_in_the_table_or_refused(
    state: FindingState, step: FindingStep
) -> None:
    if step in FINDINGS[state]:
        assert life.finding_step(state, step) is FINDINGS[state][step]
    else:
        with pytest.raises(IllegalStep):
            life.finding_step(state, step)


def test_what_began_is_not_called_off_and_what_ended_stays() -> None:
    before = {state for state, steps in TRANSITIONS.items() if Action.CALL_OFF in steps}
    assert before == {State.DRAFT, State.ORDERED}
    assert {state for state, steps in FINDINGS.items() if not steps} == ENDED


def a_candidate(division: str = COUNTIES[0], **facts: object) -> Candidate:
    plain: dict[str, object] = {"reasons": (), "load": 0, "lately": False, **facts}
    return Candidate(officer_id=uuid4(), name="某", division=division, **plain)  # type: ignore[arg-type]  # facts by name


candidates = st.lists(
    st.builds(
        Candidate,
        officer_id=st.uuids(),
        name=st.just("某"),
        division=st.sampled_from(COUNTIES),
        reasons=st.sampled_from([(), (Reason.BOOKED,), (Reason.RECUSED, Reason.ABSENT)]),
        load=st.integers(0, 4),
        lately=st.booleans(),
    ),
    unique_by=lambda each: each.officer_id,
    max_size=12,
)


@given(candidates, st.integers(0, 6), st.randoms(use_true_random=False))
def test_a_proposal_sends_who_can_go_and_does_not_hang_on_the_order(
    pool: list[Candidate], number: int, random: object
) -> None:
    chosen = propose(pool, number=number)
    able = {each.officer_id: each for each in pool if not each.reasons}
    assert len(chosen) == len({*chosen}) == min(number, len(able))
    assert {*chosen} <= able.keys()
    shuffled = pool.copy()
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # a Random
    assert propose(shuffled, number=number) == chosen
    left = [each for key, each in able.items() if key not in chosen]
    going = [able[each] for each in chosen]
    # Nobody goes again while somebody fresh stays, nobody more often while one less engaged stays.
    assert all(
        (one.lately, one.load) <= (other.lately, other.load) for one in going for other in left
    )


@given(st.integers(2, 9), st.integers(1, 4), st.integers(1, 12))
def test_over_the_rounds_nobody_is_two_audits_ahead_and_no_county_is_spared(
    people: int, number: int, rounds: int
) -> None:
    ids = [UUID(int=each) for each in range(people)]
    loads: Counter[UUID] = Counter()
    for _ in range(rounds):
        pool = [
            Candidate(key, "某", COUNTIES[key.int % len(COUNTIES)], (), loads[key], lately=False)
            for key in ids
        ]
        loads.update(propose(pool, number=number))
    counts = [loads[each] for each in ids]
    assert max(counts) - min(counts) <= 1


def test_among_equals_the_counties_send_within_one_of_each_other() -> None:
    pool = [a_candidate(code) for code in COUNTIES for _ in range(3)]
    home = {each.officer_id: each.division for each in pool}
    for number in range(1, len(pool) + 1):
        sent = Counter(home[each] for each in propose(pool, number=number))
        counts = [sent[each] for each in COUNTIES]
        assert max(counts) - min(counts) <= 1


def test_a_person_decides_but_not_against_the_rules() -> None:
    fresh, other = a_candidate(), a_candidate(COUNTIES[1])
    lately, barred = a_candidate(lately=True), a_candidate(reasons=(Reason.BOOKED,))
    pool = [fresh, other, lately, barred]

    def named(*who: Candidate) -> tuple[Candidate, ...]:
        return require_auditors([each.officer_id for each in who], pool, least=2)

    assert {*named(fresh, other)} == {fresh, other}
    for who, error in (
        ((fresh,), TooFewAuditors),
        ((fresh, fresh), TooFewAuditors),
        ((fresh, barred), AuditorBarred),
        ((fresh, lately), AuditedItLately),
        ((fresh, a_candidate("330902")), NotACandidate),
    ):
        with pytest.raises(error):
            named(*who)
    # All the fresh ones go, so there is no other than the one who was there lately.
    assert len(named(fresh, other, lately)) == 3


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-04-10T17:59:59+08:00", HourClass.WORKDAY),
        ("2026-04-10T18:00:00+08:00", HourClass.WORKDAY_NIGHT),
        ("2026-04-11T05:59:59+08:00", HourClass.WEEKEND_NIGHT),
        ("2026-04-12T06:00:00+08:00", HourClass.WEEKEND),
        ("2026-04-12T02:00:00Z", HourClass.WEEKEND),
        ("2026-05-01T10:00:00+08:00", HourClass.HOLIDAY),
        ("2026-05-04T23:00:00+08:00", HourClass.HOLIDAY_NIGHT),
        ("2026-05-09T10:00:00+08:00", HourClass.WORKDAY),  # a make-up Saturday
    ],
)
def test_the_record_says_at_what_hour_of_what_day_it_began(at: str, expected: HourClass) -> None:
    assert conduct.hour_class(CALENDAR, datetime.fromisoformat(at), night=NIGHT) is expected


def test_each_item_of_the_topics_is_checked_and_each_fault_has_its_finding() -> None:
    items = conduct.items_of(TOPICS, ["fees", "files", "fees"])
    assert items == (Item("fees", "basis"), Item("fees", "full"), Item("files", "filed"))
    results = dict.fromkeys(items, CheckResult.IN_ORDER)
    conduct.require_checked(items, results, [])
    with pytest.raises(ChecksMissing):
        conduct.require_checked(items, {items[0]: CheckResult.IN_ORDER}, [])
    faulty = {**results, items[1]: CheckResult.FAULT}
    with pytest.raises(FaultWithoutFinding):
        conduct.require_checked(items, faulty, [items[0]])
    conduct.require_checked(items, faulty, [items[1]])
    with pytest.raises(UnknownTopic):
        conduct.items_of(TOPICS, ["fees", "noise"])
    with pytest.raises(UnknownItem):
        conduct.require_item(items, Item("fees", "filed"), pointer="/item")
    with pytest.raises(UnknownTopic):
        conduct.require_item(items, Item("noise", "filed"), pointer="/item")


@pytest.mark.parametrize(
    ("orderer", "audited"),
    [("330902", "330903"), ("330900", "330900"), ("330900", "330281"), ("330000", "330900")],
)
def test_a_city_or_province_audits_a_county_unit_below_it(orderer: str, audited: str) -> None:
    with pytest.raises(BadAudit):
        life.require_unit(orderer, audited)
    life.require_unit("330900", "330902")
    life.require_unit("330000", "330902")


def test_it_starts_in_the_time_ordered_and_at_any_hour_of_it() -> None:
    ends = NOW + timedelta(days=2)
    for at in (NOW, ends - timedelta(seconds=1)):
        life.require_within(NOW, ends, now=at)
    for at in (NOW - timedelta(seconds=1), ends):
        with pytest.raises(OutsideTime):
            life.require_within(NOW, ends, now=at)
    with pytest.raises(BadAudit):
        conduct.require_period(NOW, ends, now=ends)


def test_the_unit_is_heard_on_each_finding_unless_it_lets_its_time_pass() -> None:
    with pytest.raises(StatementRunning):
        life.require_heard(NOW, stated=False, now=NOW - timedelta(seconds=1))
    life.require_heard(NOW, stated=False, now=NOW)
    life.require_heard(None, stated=False, now=NOW)
    life.require_heard(NOW, stated=True, now=NOW - timedelta(days=1))
    one, other = uuid4(), uuid4()
    said = {one: Statement(Position.AGREES, None), other: Statement(Position.DISAGREES, "有照片")}
    life.require_statements([one, other], said)
    with pytest.raises(NotEveryFinding):
        life.require_statements([one], said)
    with pytest.raises(ReasonMissing):
        life.require_statements([one], {one: Statement(Position.DISAGREES, None)})
    life.require_rulings([other], {other: Ruling(upheld=True, reason="证据充分")})
    with pytest.raises(NotEveryFinding):
        life.require_rulings([other], {})


def test_only_what_is_serious_and_stands_is_referred_once() -> None:
    life.require_referable(Severity.SERIOUS, FindingState.OPEN, referred=False)
    for severity, state in (
        (Severity.GENERAL, FindingState.OPEN),
        (Severity.SERIOUS, FindingState.WITHDRAWN),
    ):
        with pytest.raises(NotSerious):
            life.require_referable(severity, state, referred=False)
    with pytest.raises(ReferredAlready):
        life.require_referable(Severity.SERIOUS, FindingState.OPEN, referred=True)


@pytest.mark.parametrize(
    ("state", "rectified_at", "late"),
    [
        (FindingState.OPEN, None, True),
        (FindingState.RECTIFIED, NOW - timedelta(seconds=1), False),
        (FindingState.VERIFIED, NOW - timedelta(seconds=1), False),
        (FindingState.VERIFIED, NOW, True),
        (FindingState.WITHDRAWN, None, False),
    ],
)
def test_late_is_by_the_day_of_the_rectification_not_of_the_verification(
    state: FindingState, rectified_at: datetime | None, *, late: bool
) -> None:
    assert life.is_late(state, NOW, rectified_at, now=NOW + timedelta(hours=1)) is late
    assert not life.is_late(state, None, rectified_at, now=NOW)
