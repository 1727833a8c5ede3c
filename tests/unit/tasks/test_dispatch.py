"""A task takes only the steps of its table, and only a lawful team is sent."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

import pytest
from hypothesis import given, strategies as st

from services.tasks.dispatch import domain
from services.tasks.dispatch.domain import (
    TRANSITIONS,
    Allowance,
    Candidate,
    CrossingFromBelow,
    DivisionUnrepresented,
    InvalidPeriod,
    LeaderNotInTeam,
    NobodyOfThePlace,
    OfficersBarred,
    OpenedTooEarly,
    OutsideTerritory,
    TaskAction,
    TaskClock,
    TaskState,
    TooFewOfficers,
)
from shared.clocks import acts
from shared.clocks.acts import ExtensionAlreadyUsed, ExtensionExceedsCap, TermExpired
from shared.clocks.days import end_of_day
from shared.clocks.deadline import deadline
from shared.clocks.ledger import Ledger
from shared.errors import IllegalStep
from tests.factories.clocks import CALENDAR

YUYAO, CIXI, BEILUN, CITY = "330281", "330282", "330206", "330200"
ANOTHER_CITY = "330900"
NOW = datetime(2026, 3, 2, tzinfo=UTC)
# Every action from every state, and where it leads; what is not named leads nowhere.
LEGAL: Final[Mapping[str, str]] = {
    "requested seal": "requested",
    "requested hand_over": "requested",
    "requested dispatch": "dispatched",
    "requested raise": "requested",
    "requested withdraw": "withdrawn",
    "dispatched reassign": "dispatched",
    "dispatched accept": "accepted",
    "dispatched return": "requested",
    "dispatched ask_recusal": "dispatched",
    "dispatched decide_recusal": "dispatched",
    "dispatched raise": "dispatched",
    "dispatched withdraw": "withdrawn",
    "accepted reassign": "dispatched",
    "accepted return": "requested",
    "accepted open": "accepted",
    "accepted inspect": "in_progress",
    "accepted ask_extension": "accepted",
    "accepted decide_extension": "accepted",
    "accepted ask_recusal": "accepted",
    "accepted decide_recusal": "accepted",
    "accepted raise": "accepted",
    "accepted withdraw": "withdrawn",
    "in_progress inspect": "in_progress",
    "in_progress ask_extension": "in_progress",
    "in_progress decide_extension": "in_progress",
    "in_progress ask_recusal": "in_progress",
    "in_progress decide_recusal": "in_progress",
    "in_progress raise": "in_progress",
    "in_progress complete": "completed",
}
PAIRS = [(state, action) for state in TaskState for action in TaskAction]


@pytest.mark.parametrize(("state", "action"), PAIRS)
def test_every_action_leads_from_every_state_where_the_table_says(
    state: TaskState, action: TaskAction
) -> None:
    leads_to = LEGAL.get(f"{state} {action}")
    if leads_to is None:
        with pytest.raises(IllegalStep) as refused:
            domain.step(state, action)
        assert refused.value.context["allowed"] == [*TRANSITIONS[state]]
    else:
        assert domain.step(state, action) == leads_to


def reachable(*, without: TaskAction | None = None) -> set[TaskState]:
    reached, frontier = set[TaskState](), [TaskState.REQUESTED]
    while frontier:
        state = frontier.pop()
        reached.add(state)
        steps = TRANSITIONS[state].items()
        frontier += [to for action, to in steps if action is not without and to not in reached]
    return reached


def test_every_state_is_reached_and_nothing_is_completed_without_an_inspection() -> None:
    assert reachable() == set(TaskState)
    assert TaskState.COMPLETED not in reachable(without=TaskAction.INSPECT)
    assert TaskState.ACCEPTED not in reachable(without=TaskAction.DISPATCH)


def an_officer(division: str, **facts: object) -> Candidate:
    candidate = Candidate(
        officer_id=uuid4(),
        name="officer",
        division=division,
        account_id=uuid4(),
        certificate_number="C1",
        certificate_valid_to=date(2027, 12, 31),
    )
    return replace(candidate, **facts)  # type: ignore[arg-type]  # facts are its fields


def send(
    *candidates: Candidate,
    parties: tuple[str, ...] = (CIXI, YUYAO),
    place: str = YUYAO,
    leader: UUID | None = None,
    chosen: tuple[UUID, ...] | None = None,
    crossing: bool = False,
) -> tuple[domain.Member, ...]:
    ids = chosen or tuple(each.officer_id for each in candidates)
    return domain.team(
        ids, candidates, leader=leader or ids[0], parties=parties, place=place, crossing=crossing
    )


def test_officers_of_every_party_make_a_team_with_one_leader() -> None:
    team = send(an_officer(CIXI), an_officer(YUYAO))
    assert [member.is_leader for member in team] == [True, False]


def test_one_officer_named_twice_is_one_officer() -> None:
    officer = an_officer(CIXI)
    with pytest.raises(TooFewOfficers):
        send(officer, chosen=(officer.officer_id, officer.officer_id))


def test_a_leader_belongs_to_the_team() -> None:
    with pytest.raises(LeaderNotInTeam):
        send(an_officer(CIXI), an_officer(YUYAO), leader=uuid4())


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"barred_by": ("recused", "absent")}, "recused, absent"),
        ({"account_id": None}, "no_account"),
    ],
)
def test_each_barred_officer_is_named_with_the_reasons(facts: dict[str, object], why: str) -> None:
    with pytest.raises(OfficersBarred, match=f"officer: {why}"):
        send(an_officer(CIXI), an_officer(YUYAO, **facts))


def test_somebody_nobody_knows_is_barred() -> None:
    unknown = uuid4()
    officer = an_officer(CIXI)
    with pytest.raises(OfficersBarred, match=f"{unknown}: unknown"):
        send(officer, chosen=(officer.officer_id, unknown))


def test_a_party_without_an_officer_is_named() -> None:
    with pytest.raises(DivisionUnrepresented, match=YUYAO):
        send(an_officer(CIXI), an_officer(CIXI))


def test_a_city_is_represented_by_any_of_its_officers() -> None:
    assert send(an_officer(CITY), an_officer(YUYAO), parties=(CITY, YUYAO))
    assert send(an_officer(YUYAO), an_officer(YUYAO), parties=(CITY,))


def test_of_the_place_is_its_county_or_whoever_holds_it_and_no_neighbour() -> None:
    """行政处罚法 art. 22, 23: the city's own bureau is competent in its counties."""
    assert send(an_officer(CITY), an_officer(CITY), parties=(CITY,))
    assert send(an_officer(CITY), an_officer(CIXI), parties=(CITY, CIXI))
    for elsewhere in (CIXI, ANOTHER_CITY):
        with pytest.raises(NobodyOfThePlace):
            send(an_officer(elsewhere), an_officer(elsewhere), parties=(elsewhere,))
    ours, theirs = uuid4(), uuid4()
    assert domain.stands({ours: CITY, theirs: CIXI}, leader=ours, place=YUYAO)
    assert not domain.stands({ours: CIXI, theirs: BEILUN}, leader=ours, place=YUYAO)


@pytest.mark.parametrize(("starts", "ends"), [(1, 1), (2, 1), (-2, -1), (-1, 0)])
def test_a_period_runs_forward_and_is_not_over(starts: int, ends: int) -> None:
    with pytest.raises(InvalidPeriod):
        domain.check_period(NOW + timedelta(hours=starts), NOW + timedelta(hours=ends), now=NOW)


def test_on_a_crossing_task_those_of_the_place_stay_at_home_and_others_go() -> None:
    team = send(an_officer(CIXI), an_officer(CIXI), parties=(CITY, YUYAO), crossing=True)
    assert {each.division for each in team} == {CIXI}
    with pytest.raises(DivisionUnrepresented, match=BEILUN):
        send(an_officer(CIXI), an_officer(CIXI), parties=(CITY, BEILUN), crossing=True)


def test_a_crossing_task_is_sent_from_above_the_place() -> None:
    domain.check_crossing(CITY, place=YUYAO)
    for division in (YUYAO, CIXI):
        with pytest.raises(CrossingFromBelow):
            domain.check_crossing(division, place=YUYAO)
    assert [domain.is_crossing([each]) for each in ("cross", "night", "flying")] == [
        True,
        True,
        False,
    ]


def test_officers_are_called_from_below_or_from_parties_only() -> None:
    domain.check_lenders([YUYAO, CIXI], division=CITY, parties=[CITY])
    domain.check_lenders([YUYAO], division=CIXI, parties=[CIXI, YUYAO])
    with pytest.raises(OutsideTerritory, match=YUYAO):
        domain.check_lenders([YUYAO], division=CIXI, parties=[CIXI])


FIGURES = Allowance(
    answer_working_days=1,
    extension_days=15,
    extension_times=2,
    warn_before_hours={"answer": 4, "due": 72},
    raise_after_hours=24,
)


def test_a_team_answers_by_the_end_of_the_next_working_day() -> None:
    calendar = CALENDAR
    before_golden_week = datetime(2026, 9, 30, 10, tzinfo=UTC)
    due = deadline(Ledger(before_golden_week), domain.answer_term(FIGURES), calendar)
    assert due.due_on == date(2026, 10, 8)
    assert FIGURES.rungs(TaskClock.ANSWER) == (timedelta(hours=4), timedelta(hours=24))


@pytest.mark.parametrize("days", [-3, 0, 1, 2, 30])
def test_the_due_day_is_kept_even_if_it_was_asked_for_late_or_is_a_rest_day(days: int) -> None:
    due_on = date(2026, 10, 3)
    asked_at = end_of_day(due_on - timedelta(days=days)) - timedelta(hours=3)
    term, begins = domain.due_term(due_on, asked_at=asked_at, allowance=FIGURES)
    assert deadline(Ledger(begins), term, CALENDAR).due_on == due_on


def test_an_extension_moves_the_due_day_twice_at_most_and_never_after_it_has_passed() -> None:
    calendar, due_on = CALENDAR, date(2026, 3, 20)
    term, begins = domain.due_term(due_on, asked_at=NOW, allowance=FIGURES)
    ledger = Ledger(begins)
    for _ in range(2):
        ledger = extended(ledger, 10, at=NOW)
    assert deadline(ledger, term, calendar).due_on == due_on + timedelta(days=20)
    with pytest.raises(ExtensionAlreadyUsed):
        extended(ledger, 10, at=NOW)
    with pytest.raises(TermExpired):
        extended(Ledger(begins), 10, at=end_of_day(due_on))
    domain.check_extension(15, granted=1, allowed=FIGURES)
    with pytest.raises(ExtensionAlreadyUsed):
        domain.check_extension(1, granted=2, allowed=FIGURES)
    with pytest.raises(ExtensionExceedsCap):
        domain.check_extension(16, granted=0, allowed=FIGURES)


def extended(ledger: Ledger, days: int, *, at: datetime) -> Ledger:
    term, _ = domain.due_term(date(2026, 3, 20), asked_at=NOW, allowance=FIGURES)
    return acts.extend(
        ledger,
        term,
        CALENDAR,
        amount=days,
        reason="补充监测",
        requested_by="officer",
        approved_by="head",
        at=at,
    )


@pytest.mark.parametrize(
    ("now", "due_on", "left"),
    [
        # Friday noon in Shanghai until Monday: 12 hours of Friday and all of Monday.
        (datetime(2026, 3, 6, 4, tzinfo=UTC), date(2026, 3, 9), (36, 1, 3)),
        # On a Saturday nothing of the day is worked.
        (datetime(2026, 3, 7, 4, tzinfo=UTC), date(2026, 3, 9), (24, 1, 2)),
        # 2026-10-10 is a make-up workday.
        (datetime(2026, 10, 9, 4, tzinfo=UTC), date(2026, 10, 10), (36, 1, 1)),
        (datetime(2026, 3, 10, 4, tzinfo=UTC), date(2026, 3, 9), (-12, -1, -1)),
    ],
)
def test_working_time_left_is_counted_by_the_calendar(
    now: datetime, due_on: date, left: tuple[int, int, int]
) -> None:
    found = domain.remaining(due_on, now=now, calendar=CALENDAR)
    assert (found.working_hours, found.working_days, found.days) == left


DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 31))


@given(st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)), DAYS, DAYS)  # noqa: DTZ001 -- made aware below
def test_what_is_due_earlier_never_has_more_working_time_left(
    moment: datetime, one: date, other: date
) -> None:
    now, calendar = moment.replace(tzinfo=UTC), CALENDAR
    first, second = (
        domain.remaining(day, now=now, calendar=calendar).working_hours
        for day in sorted((one, other))
    )
    assert first <= second


def test_an_envelope_is_opened_on_departure_not_before() -> None:
    starts_at = NOW + timedelta(hours=2)
    domain.check_opening(starts_at=starts_at, minutes_before=60, now=NOW + timedelta(hours=1))
    with pytest.raises(OpenedTooEarly):
        domain.check_opening(starts_at=starts_at, minutes_before=60, now=NOW)
