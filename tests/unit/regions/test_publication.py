"""A notice and an article as somebody types them in."""

from dataclasses import replace
from datetime import date

import pytest

from ops.seed_references import read_document
from services.regions.calendars import domain
from services.regions.calendars.domain import (
    DoubledCalendarDay,
    Group,
    ImpossibleDay,
    OutOfValidity,
    OwnSuccessor,
    UnknownSuccessor,
    ValidityOverlaps,
)
from shared.clocks.calendar import MisplacedCalendarDay
from shared.errors import AppError
from tests.unit.regions.test_reference_data import FILES

NEW_YEAR: Group = ("元旦", "New Year's Day", ["01-01"])
BASES = domain.legal_bases(read_document(FILES["load_legal_bases"]))
PENALTY_37 = next(
    each for each in BASES if (each.law_code, each.article) == ("administrative-penalty-law", "37")
)


def test_a_notice_becomes_the_calendar_of_its_year() -> None:
    year = domain.notice_year(2027, 1, "示例号", days_off=[NEW_YEAR], make_up=[])

    assert list(year.days_off) == [date(2027, 1, 1)]
    assert (year.version, year.notice) == (1, "示例号")


@pytest.mark.parametrize(
    ("off", "made_up", "error"),
    [
        (["01-02"], [], MisplacedCalendarDay),  # a Saturday is off anyway
        (["01-01"], ["01-04"], MisplacedCalendarDay),  # a Monday is no make-up day
        (["02-30"], [], ImpossibleDay),
        (["02-29"], [], ImpossibleDay),
        (["01-01", "01-01"], [], DoubledCalendarDay),
        (["01-01"], ["01-03", "01-03"], DoubledCalendarDay),
        (["01-01"], ["01-01"], MisplacedCalendarDay),  # off and worked at once
    ],
)
def test_days_that_contradict_the_weekdays_are_refused(
    off: list[str], made_up: list[str], error: type[AppError]
) -> None:
    with pytest.raises(error):
        domain.notice_year(
            2027,
            1,
            "示例号",
            days_off=[("元旦", "New Year's Day", off)],
            make_up=[("元旦", "New Year's Day", made_up)],
        )


def test_the_next_text_begins_after_the_one_before_has_ended() -> None:
    newer = replace(PENALTY_37, valid_from=date(2028, 1, 1))
    with pytest.raises(ValidityOverlaps):
        domain.check_new_text(newer, BASES)

    ended = tuple(
        replace(each, valid_to=date(2027, 12, 31)) if each == PENALTY_37 else each for each in BASES
    )
    domain.check_new_text(newer, ended)


def test_an_article_does_not_end_before_it_begins() -> None:
    with pytest.raises(OutOfValidity):
        domain.check_end(PENALTY_37, BASES, valid_to=date(2021, 7, 14), superseded_by=None)


def test_what_takes_its_place_is_recorded_and_not_itself() -> None:
    end = date(2027, 12, 31)
    with pytest.raises(UnknownSuccessor):
        domain.check_end(PENALTY_37, BASES, valid_to=end, superseded_by="no-such-law/1")
    with pytest.raises(OwnSuccessor):
        domain.check_end(
            PENALTY_37, BASES, valid_to=end, superseded_by="administrative-penalty-law/37"
        )
    domain.check_end(PENALTY_37, BASES, valid_to=end, superseded_by="ecological-environment-code")
