"""Rules of review and re-review (信访工作条例 art. 35, 36)."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from services.petitions.intake.domain import Step
from services.petitions.profiles.domain import STATUTORY_CLOCKS, Track
from services.petitions.reviews.domain import (
    INSTANCES,
    DayOutOfOrder,
    NoReviewOnThisTrack,
    ReviewKind,
    ReviewTooLate,
    TookPart,
    counts_from,
    require_between,
    require_in_time,
    require_reviewable,
    require_uninvolved,
    start_of,
)
from shared.clocks.days import legal_day
from tests.factories.clocks import CALENDAR, at

REPLIED = at("2025-03-03", 16)


@pytest.mark.parametrize(
    ("kind", "asked", "given_", "article"),
    [(ReviewKind.REVIEW, "P8", "P9", "35"), (ReviewKind.RE_REVIEW, "P10", "P11", "36")],
)
def test_each_instance_has_the_terms_of_its_article(
    kind: ReviewKind, asked: str, given_: str, article: str
) -> None:
    instance = INSTANCES[kind]
    for name, clock, term in (
        (asked, instance.request, instance.request_term),
        (given_, instance.opinion, instance.opinion_term),
    ):
        row = STATUTORY_CLOCKS[name]
        assert (row.kind, row.term) == (clock, term)
        assert (term.amount, term.basis.article, term.extension) == (30, article, None)


def test_the_instances_share_no_step_clock_or_number() -> None:
    first, second = INSTANCES.values()
    assert {first.ask, first.give, second.ask, second.give} == {
        Step.ASK_REVIEW, Step.GIVE_REVIEW, Step.ASK_RE_REVIEW, Step.GIVE_RE_REVIEW,
    }  # fmt: skip
    assert len({first.request, first.opinion, second.request, second.opinion}) == 4
    assert first.mark != second.mark


@pytest.mark.parametrize("track", Track)
def test_only_an_opinion_is_reviewed(track: Track) -> None:
    if track is Track.PETITION_OPINION:
        require_reviewable(track)
        return
    with pytest.raises(NoReviewOnThisTrack):
        require_reviewable(track)


def test_the_time_runs_from_receipt_or_until_that_is_known_from_the_answer() -> None:
    served = legal_day(REPLIED) + timedelta(days=6)
    assert counts_from(REPLIED, served) == start_of(served)
    assert counts_from(REPLIED, None) == REPLIED


@pytest.mark.parametrize(
    ("received", "in_time"),
    [
        ("2025-03-03", True),
        # The thirtieth day is 2 April, a Wednesday.
        ("2025-04-02", True),
        ("2025-04-03", False),
    ],
)
def test_the_thirtieth_day_is_in_time_and_the_next_is_not(received: str, *, in_time: bool) -> None:
    term = INSTANCES[ReviewKind.REVIEW].request_term
    moment = at(received, 23, 59)
    if in_time:
        require_in_time(moment, since=REPLIED, term=term, calendar=CALENDAR)
        return
    with pytest.raises(ReviewTooLate) as refusal:
        require_in_time(moment, since=REPLIED, term=term, calendar=CALENDAR)
    assert refusal.value.context["last_day"] == date(2025, 4, 2)


@pytest.mark.parametrize(("hours", "fits"), [(-17, False), (-1, True), (0, True), (1, False)])
def test_what_is_entered_happened_after_what_it_follows_and_not_later_than_now(
    hours: int, *, fits: bool
) -> None:
    moment = REPLIED + timedelta(hours=hours)
    if fits:
        require_between(moment, after=REPLIED, now=REPLIED, pointer="/x")
        return
    with pytest.raises(DayOutOfOrder):
        require_between(moment, after=REPLIED, now=REPLIED, pointer="/x")


def test_who_had_a_hand_in_it_does_not_decide_on_it() -> None:
    handler, other = uuid4(), uuid4()
    require_uninvolved(other, {handler, None})
    with pytest.raises(TookPart):
        require_uninvolved(handler, {handler, None})
