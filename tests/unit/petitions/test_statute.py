"""The clocks of 信访工作条例 row by row (DOMAIN 2.2), and where they end (DOMAIN 1.3)."""

from typing import Final

import pytest

from services.petitions.profiles.domain import (
    CLOSING,
    NOTICE,
    OBJECTION,
    RE_REVIEW,
    RE_REVIEW_REQUEST,
    REVIEW,
    REVIEW_REQUEST,
    ROUTING,
    STATUTORY_CLOCKS,
    ClockKind,
)
from services.petitions.profiles.domain.statute import Start
from shared.clocks.deadline import deadline
from shared.clocks.term import Term, Unit
from tests.factories.clocks import CALENDAR, started

NATURAL, WORKING = Unit.NATURAL_DAYS, Unit.WORKING_DAYS
# number: articles, start, days, unit, kind of clock
TABLE: Final = {
    "P1": (("22", "23"), Start.RECEIPT, None, None, None),
    "P2": (("22",), Start.RECEIPT, 15, NATURAL, ClockKind.ROUTING),
    "P3": (("23",), Start.RECEIPT, 15, NATURAL, ClockKind.NOTICE),
    "P4": (("23",), Start.TRANSFER, 15, NATURAL, ClockKind.NOTICE),
    "P5": (("23",), Start.TRANSFER, 5, WORKING, ClockKind.OBJECTION),
    "P6": (("24",), Start.RECEIPT, None, None, None),
    "P7": (("34",), Start.ACCEPTANCE, 60, NATURAL, ClockKind.CLOSING),
    "P8": (("35",), Start.ANSWER_SERVED, 30, NATURAL, ClockKind.REVIEW_REQUEST),
    "P9": (("35",), Start.REVIEW_ASKED, 30, NATURAL, ClockKind.REVIEW),
    "P10": (("36",), Start.REVIEW_SERVED, 30, NATURAL, ClockKind.RE_REVIEW_REQUEST),
    "P11": (("36",), Start.RE_REVIEW_ASKED, 30, NATURAL, ClockKind.RE_REVIEW),
    "P12": (("36",), Start.RE_REVIEW_GIVEN, None, None, None),
    "P13": (("19",), Start.ACCEPTANCE, None, None, None),
}


def test_the_law_has_thirteen_rows() -> None:
    assert list(STATUTORY_CLOCKS) == list(TABLE)


@pytest.mark.parametrize("number", TABLE)
def test_a_clock_is_that_of_its_article(number: str) -> None:
    articles, starts, days, unit, kind = TABLE[number]
    row = STATUTORY_CLOCKS[number]

    assert (row.articles, row.starts, row.kind) == (articles, starts, kind)
    assert (row.term and row.term.amount, row.term and row.term.unit) == (days, unit)
    assert row.term is None or row.term.basis.article in articles
    assert row.duty_zh
    assert row.duty_en


def test_only_closing_may_be_extended_once_by_thirty_days() -> None:
    extended = {
        number: row.term.extension
        for number, row in STATUTORY_CLOCKS.items()
        if row.term and row.term.extension
    }
    assert list(extended) == ["P7"]
    assert (extended["P7"].each, extended["P7"].times) == (30, 1)


@pytest.mark.parametrize(
    ("term", "start", "due"),
    [
        (NOTICE, "2026-02-10", "2026-02-25"),
        (ROUTING, "2026-09-16", "2026-10-08"),
        (CLOSING, "2026-03-02", "2026-05-06"),
        (CLOSING, "2026-08-03", "2026-10-08"),
        (NOTICE, "2026-04-16", "2026-05-06"),
        (REVIEW_REQUEST, "2026-01-31", "2026-03-02"),
        (REVIEW, "2026-01-31", "2026-03-02"),
        (RE_REVIEW_REQUEST, "2026-01-31", "2026-03-02"),
        (RE_REVIEW, "2026-01-31", "2026-03-02"),
        (OBJECTION, "2026-02-12", "2026-02-26"),
    ],
)
def test_a_clock_ends_where_the_vectors_say(term: Term, start: str, due: str) -> None:
    assert str(deadline(started(start), term, CALENDAR).due_on) == due
