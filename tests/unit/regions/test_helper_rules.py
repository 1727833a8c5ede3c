"""Those who help: their days, their objects, and that help is all they do."""

from datetime import date

import pytest
from sqlalchemy import CheckConstraint

from services.regions.bureaus.domain import BadLastDay, may_stand_above, require_last_day
from services.regions.helpers.domain.engaged import (
    BadCreditCode,
    Days,
    EngagementDays,
    HelpDuty,
    SupervisedObject,
    SupervisorKind,
    require_object,
)
from services.regions.tables import metadata
from shared.errors import AppError

CODE = "91330281MA2AXXXX1R"
FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)


@pytest.mark.parametrize(
    ("kind", "code", "broken"),
    [
        (SupervisorKind.ENTERPRISE, CODE, None),
        (SupervisorKind.VILLAGE, None, None),
        (SupervisorKind.ENTERPRISE, None, SupervisedObject),
        (SupervisorKind.VILLAGE, CODE, SupervisedObject),
        (SupervisorKind.ENTERPRISE, CODE[:-1] + "K", BadCreditCode),
    ],
)
def test_a_firm_has_a_code_and_a_village_none(
    kind: SupervisorKind, code: str | None, broken: type[AppError] | None
) -> None:
    if broken is None:
        require_object(kind, code)
    else:
        with pytest.raises(broken):
            require_object(kind, code)


def test_an_engagement_ends_when_it_is_ended_or_when_it_ends_anyway() -> None:
    open_ended, bounded = Days(FIRST), Days(FIRST, LAST)

    assert open_ended.until(date(2026, 6, 30)).last == date(2026, 6, 30)
    assert bounded.until(date(2026, 6, 30)).last == date(2026, 6, 30)
    assert bounded.until(date(2027, 6, 30)).last == LAST
    assert Days(FIRST, FIRST).last == FIRST
    with pytest.raises(EngagementDays):
        Days(LAST, FIRST)
    with pytest.raises(EngagementDays):
        bounded.until(date(2025, 12, 31))


def test_the_table_of_teams_knows_exactly_the_duties_of_help() -> None:
    [rule] = [
        str(each.sqltext)
        for each in metadata.tables["regions.help_team"].constraints
        if isinstance(each, CheckConstraint) and str(each.name).endswith("helps_only")
    ]

    assert all(f"'{each.value}'" in rule for each in HelpDuty)
    assert rule.count("'") == 2 * len(HelpDuty)


def test_a_superior_office_is_of_the_division_or_above_it() -> None:
    assert may_stand_above("330200", "330281")
    assert may_stand_above("330281", "330281")
    assert not may_stand_above("330281", "330200")
    assert not may_stand_above("330282", "330281")


@pytest.mark.parametrize("day", [date(2025, 12, 31), date(2026, 3, 3)])
def test_a_last_day_lies_between_the_first_and_today(day: date) -> None:
    require_last_day(FIRST, active_from=FIRST, today=FIRST)
    require_last_day(date(1990, 1, 1), active_from=None, today=FIRST)
    with pytest.raises(BadLastDay):
        require_last_day(day, active_from=FIRST, today=date(2026, 3, 2))
