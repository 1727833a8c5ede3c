"""The visit ledger's rules: what counts, the cap, the quiet period, who may go."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Final

import pytest
from hypothesis import given
from hypothesis.strategies import integers, lists, sampled_from, tuples

from services.tasks.enterprises.domain import visits
from services.tasks.enterprises.domain.positive_lists import EFFECTS, Category, Standing
from services.tasks.enterprises.domain.visits import (
    Agency,
    AgencyKind,
    BasisMismatch,
    CapReached,
    Earlier,
    Ground,
    IllegalVisitStep,
    LegalKind,
    Method,
    Mode,
    OffSiteOnly,
    OutsideNeedsCross,
    OverCapUnexplained,
    Place,
    QuietPeriod,
    ReasonNeeded,
    Rules,
    VisitAction,
    VisitDay,
    VisitState,
    Wanted,
)

DAY: Final = date(2026, 3, 2)
RULES: Final = Rules(cap=2, quiet_days=90, lapse_days=30)
HERE: Final = Agency(AgencyKind.ECOLOGY_ENVIRONMENT, "余姚分局", "330281")
ROUTINE: Final = Wanted(HERE, LegalKind.ROUTINE, Mode.ON_SITE, DAY)
COMPLAINT: Final = replace(ROUTINE, kind=LegalKind.INDIVIDUAL, ground=Ground.COMPLAINT)
FULL: Final = [
    Earlier(date(2026, 1, 5), "应急管理局", on_site=True, slot=1),
    Earlier(date(2026, 9, 1), "余姚分局", on_site=True, slot=2),
]


@pytest.mark.parametrize("kind", LegalKind)
@pytest.mark.parametrize("mode", Mode)
def test_only_a_routine_visit_on_site_counts(kind: LegalKind, mode: Mode) -> None:
    assert visits.counts(kind, mode) is (kind == "routine" and mode == "on_site")


def test_the_first_visit_gets_the_first_place() -> None:
    assert visits.place(ROUTINE, [], RULES) == Place(1, VisitState.PLANNED)


def test_a_place_that_was_given_back_is_given_again() -> None:
    assert visits.free_slot({2}, 2) == 1
    assert visits.free_slot({1, 2}, 2) is None
    assert visits.free_slot(set(), 0) is None


def test_a_routine_visit_above_the_cap_is_refused_whatever_the_reason() -> None:
    with pytest.raises(CapReached):
        visits.place(replace(ROUTINE, reason="确有必要"), FULL, RULES)


def test_the_cap_is_of_a_calendar_year() -> None:
    next_year = replace(ROUTINE, day=date(2027, 1, 4))
    assert visits.place(next_year, FULL, RULES).slot == 1


@pytest.mark.parametrize(("apart", "asks"), [(0, True), (89, True), (90, False), (-89, True)])
def test_a_routine_visit_inside_the_quiet_period_needs_a_reason(apart: int, asks: bool) -> None:  # noqa: FBT001
    near = [Earlier(DAY + timedelta(days=apart), "消防", on_site=True, slot=None)]
    if not asks:
        assert visits.place(ROUTINE, near, RULES).slot == 1
        return
    with pytest.raises(QuietPeriod) as told:
        visits.place(ROUTINE, near, RULES)
    assert "消防" in str(told.value)
    assert visits.place(replace(ROUTINE, reason="复核整改"), near, RULES).slot == 1


def test_an_off_site_contact_neither_counts_nor_disturbs() -> None:
    contact = replace(ROUTINE, mode=Mode.OFF_SITE)
    assert visits.place(contact, FULL, RULES) == Place(None, VisitState.PLANNED)
    seen = [Earlier(DAY, "余姚分局", on_site=False, slot=None)]
    assert visits.place(ROUTINE, seen, RULES).slot == 1


@pytest.mark.parametrize("ground", Ground)
def test_a_lawful_exception_goes_ahead_and_above_the_cap_waits_for_an_approver(
    ground: Ground,
) -> None:
    wanted = replace(COMPLAINT, ground=ground)
    assert visits.place(wanted, [], RULES) == Place(None, VisitState.PLANNED)
    with pytest.raises(ReasonNeeded):
        visits.place(wanted, FULL, RULES)
    above = visits.place(replace(wanted, reason="群众举报夜间排放"), FULL, RULES)
    assert above == Place(None, VisitState.AWAITING_APPROVAL)


@pytest.mark.parametrize("category", Category)
def test_who_is_on_the_positive_list_is_visited_as_its_category_says(category: Category) -> None:
    listed = Standing(category, "示例环发〔2026〕1号", EFFECTS[category])
    # Complaints, alarms and exceedances are not exempt.
    assert visits.place(COMPLAINT, [], RULES, listed=listed).state is VisitState.PLANNED
    if category is Category.ONLINE_MONITORED:
        assert visits.place(ROUTINE, [], RULES, listed=listed).slot == 1
        return
    with pytest.raises(OffSiteOnly):
        visits.place(ROUTINE, [], RULES, listed=listed)
    off_site = replace(ROUTINE, mode=Mode.OFF_SITE)
    assert visits.place(off_site, [], RULES, listed=listed).slot is None


@pytest.mark.parametrize(
    ("division", "methods", "document", "may"),
    [
        ("330281", (), None, True),
        ("330200", (), None, True),
        ("330000", (), None, True),
        ("330282", (), None, False),
        ("330282", (Method.CROSS,), None, False),
        ("330282", (Method.CROSS,), "交叉检查方案", True),
        ("510100", (), None, False),
    ],
)
def test_an_agency_of_elsewhere_comes_on_a_cross_check_only(
    division: str,
    methods: tuple[Method, ...],
    document: str | None,
    may: bool,  # noqa: FBT001
) -> None:
    agency = replace(HERE, division=division)
    wanted = replace(ROUTINE, agency=agency, methods=methods, document=document)
    if may:
        visits.require_competent(wanted, "330281")
        return
    with pytest.raises(OutsideNeedsCross):
        visits.require_competent(wanted, "330281")


@pytest.mark.parametrize(
    "wanted",
    [
        replace(ROUTINE, ground=Ground.CLUE),
        replace(COMPLAINT, ground=None),
        replace(ROUTINE, kind=LegalKind.SPECIAL),
    ],
)
def test_ground_and_document_are_those_of_the_kind(wanted: Wanted) -> None:
    with pytest.raises(BasisMismatch):
        visits.require_basis(wanted)


def test_a_reported_visit_above_the_cap_is_kept_with_a_reason() -> None:
    assert visits.reported_slot(ROUTINE, [], RULES) == 1
    with pytest.raises(OverCapUnexplained):
        visits.reported_slot(ROUTINE, FULL, RULES)
    assert visits.reported_slot(replace(ROUTINE, reason="补登"), FULL, RULES) is None
    assert visits.reported_slot(COMPLAINT, FULL, RULES) is None


def test_a_visit_is_made_by_today_and_in_its_year() -> None:
    visits.require_made(DAY, today=DAY, planned_on=DAY)
    for day, planned in ((DAY + timedelta(days=1), DAY), (DAY, date(2025, 12, 30))):
        with pytest.raises(VisitDay):
            visits.require_made(day, today=DAY, planned_on=planned)
    for day in (DAY - timedelta(days=1), DAY + timedelta(days=400)):
        with pytest.raises(VisitDay):
            visits.require_plannable(day, today=DAY)


STEPS: Final = {
    (VisitState.AWAITING_APPROVAL, VisitAction.APPROVE): VisitState.PLANNED,
    (VisitState.AWAITING_APPROVAL, VisitAction.CALL_OFF): VisitState.CALLED_OFF,
    (VisitState.AWAITING_APPROVAL, VisitAction.LAPSE): VisitState.CALLED_OFF,
    (VisitState.PLANNED, VisitAction.MAKE): VisitState.MADE,
    (VisitState.PLANNED, VisitAction.CALL_OFF): VisitState.CALLED_OFF,
    (VisitState.PLANNED, VisitAction.LAPSE): VisitState.CALLED_OFF,
}


@pytest.mark.parametrize("action", VisitAction)
@pytest.mark.parametrize("state", VisitState)
def test_each_step_leads_where_the_table_says_or_nowhere(
    state: VisitState, action: VisitAction
) -> None:
    if (state, action) in STEPS:
        assert visits.step(state, action) is STEPS[state, action]
        return
    with pytest.raises(IllegalVisitStep):
        visits.step(state, action)


@given(
    lists(
        tuples(sampled_from(LegalKind), sampled_from(Mode), integers(0, 364), integers(0, 1)),
        max_size=30,
    ),
    integers(0, 4),
)
def test_the_cap_is_never_exceeded_whatever_is_asked_for(
    asked: list[tuple[LegalKind, Mode, int, int]], cap: int
) -> None:
    """Plans and cancellations in any order, by any agency."""
    ledger: list[Earlier] = []
    rules = replace(RULES, cap=cap)
    for kind, mode, offset, cancels in asked:
        if cancels and ledger:
            ledger.pop(offset % len(ledger))
            continue
        ground = Ground.CLUE if kind is LegalKind.INDIVIDUAL else None
        day = date(2026, 1, 1) + timedelta(days=offset)
        wanted = Wanted(HERE, kind, mode, day, ground=ground, reason="理由", document="文号")
        try:
            given_place = visits.place(wanted, ledger, rules)
        except CapReached:
            assert sum(each.slot is not None for each in ledger) == cap
            continue
        ledger.append(Earlier(day, "机关", on_site=mode is Mode.ON_SITE, slot=given_place.slot))

    slots = [each.slot for each in ledger if each.slot is not None]
    assert len(slots) == len(set(slots)) <= cap
