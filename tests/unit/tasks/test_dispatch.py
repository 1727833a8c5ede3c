"""A task takes only the steps of its table, and only a lawful team is sent."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from services.tasks.dispatch import domain
from services.tasks.dispatch.domain import (
    TRANSITIONS,
    Candidate,
    DivisionUnrepresented,
    InvalidPeriod,
    LeaderNotInTeam,
    NobodyOfThePlace,
    OfficersBarred,
    TaskAction,
    TaskState,
    TooFewOfficers,
)
from shared.errors import IllegalStep

YUYAO, CIXI, CITY = "330281", "330282", "330200"
NOW = datetime(2026, 3, 2, tzinfo=UTC)
ILLEGAL = [
    (state, action)
    for state in TaskState
    for action in TaskAction
    if action not in TRANSITIONS[state]
]


@pytest.mark.parametrize(("state", "action"), ILLEGAL)
def test_what_the_table_does_not_name_is_refused(state: TaskState, action: TaskAction) -> None:
    with pytest.raises(IllegalStep) as refused:
        domain.step(state, action)
    assert refused.value.context["allowed"] == [*TRANSITIONS[state]]


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
) -> tuple[domain.Member, ...]:
    ids = chosen or tuple(each.officer_id for each in candidates)
    return domain.team(ids, candidates, leader=leader or ids[0], parties=parties, place=place)


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


def test_a_city_is_represented_by_any_of_its_officers_but_the_place_by_its_own() -> None:
    assert send(an_officer(CITY), an_officer(YUYAO), parties=(CITY, YUYAO))
    assert send(an_officer(YUYAO), an_officer(YUYAO), parties=(CITY,))
    with pytest.raises(NobodyOfThePlace):
        send(an_officer(CITY), an_officer(CIXI), parties=(CITY, CIXI))


@pytest.mark.parametrize(("starts", "ends"), [(1, 1), (2, 1), (-2, -1), (-1, 0)])
def test_a_period_runs_forward_and_is_not_over(starts: int, ends: int) -> None:
    with pytest.raises(InvalidPeriod):
        domain.check_period(NOW + timedelta(hours=starts), NOW + timedelta(hours=ends), now=NOW)
