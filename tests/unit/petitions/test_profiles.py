"""Deadlines of petitions: the law's figures, and which profile holds where and when."""

from datetime import date, timedelta

import pytest

from services.petitions.profiles import domain as profiles
from services.petitions.profiles.domain import PROFILES, Channel, NoProfile, Track, profile_for
from shared.clocks.acts import ExtensionAlreadyUsed, ExtensionExceedsCap, SelfApproval, extend
from shared.clocks.deadline import deadline
from shared.clocks.ledger import Ledger
from shared.clocks.term import Term, Unit
from tests.factories.clocks import CALENDAR, at, started


def code(division: str, day: str, channel: Channel = Channel.HOTLINE_12345) -> str:
    return profile_for(division, channel, Track.STATUTORY_DUTY, date.fromisoformat(day)).code


@pytest.mark.parametrize(
    ("term", "amount", "unit", "article"),
    [
        (profiles.ROUTING, 15, Unit.NATURAL_DAYS, "22"),
        (profiles.NOTICE, 15, Unit.NATURAL_DAYS, "23"),
        (profiles.OBJECTION, 5, Unit.WORKING_DAYS, "23"),
    ],
)
def test_the_clocks_of_the_law_are_those_of_its_articles(
    term: Term, amount: int, unit: Unit, article: str
) -> None:
    assert (term.amount, term.unit, term.basis.article) == (amount, unit, article)
    assert term.extension is None


@pytest.mark.parametrize(
    ("profile", "accept", "close", "extension"),
    [
        ("cn.statute", (15, Unit.NATURAL_DAYS), (60, Unit.NATURAL_DAYS), 30),
        ("cn.zj.2016", (5, Unit.WORKING_DAYS), (30, Unit.NATURAL_DAYS), 60),
    ],
)
def test_a_profile_has_the_figures_of_its_source(
    profile: str, accept: tuple[int, Unit], close: tuple[int, Unit], extension: int
) -> None:
    found = next(each for each in PROFILES if each.code == profile)

    assert (found.accept.amount, found.accept.unit) == accept
    assert (found.close.amount, found.close.unit) == close
    assert found.close.extension is not None
    assert (found.close.extension.each, found.close.extension.times) == (extension, 1)


@pytest.mark.parametrize("channel", Channel)
def test_zhejiang_has_its_own_profile_for_every_channel(channel: Channel) -> None:
    assert code("330281", "2026-03-02", channel) == "cn.zj.2016"


@pytest.mark.parametrize("division", ["340100", "110000", "510114"])
def test_elsewhere_the_statute_holds(division: str) -> None:
    assert code(division, "2026-03-02") == "cn.statute"


@pytest.mark.parametrize("division", ["330000", "330200", "330281"])
def test_the_profile_holds_at_every_level_of_its_province(division: str) -> None:
    assert code(division, "2026-03-02") == "cn.zj.2016"


@pytest.mark.parametrize(
    ("division", "first"), [("330281", "2016-07-29"), ("340100", "2022-05-01")]
)
def test_a_profile_holds_from_its_first_day_on_and_not_before(division: str, first: str) -> None:
    assert code(division, first)

    with pytest.raises(NoProfile):
        code(division, str(date.fromisoformat(first) - timedelta(days=1)), Channel.PHONE)


def test_an_opinion_of_article_31_has_the_sixty_days_of_the_law_everywhere() -> None:
    day = date(2026, 3, 2)

    found = profile_for("330281", Channel.PHONE, Track.PETITION_OPINION, day)

    assert (found.code, found.close.amount) == ("cn.statute", 60)


def closing(division: str) -> Term:
    return profile_for(division, Channel.PHONE, Track.STATUTORY_DUTY, date(2026, 3, 2)).close


def granted(days: int, *, by: str = "局长", ledger: Ledger | None = None) -> Ledger:
    return extend(
        ledger or started("2026-03-02"),
        closing("330281"),
        CALENDAR,
        amount=days,
        reason="情况复杂",
        requested_by="承办人",
        approved_by=by,
        at=at("2026-03-20"),
    )


@pytest.mark.parametrize(("division", "due"), [("330281", "2026-04-01"), ("340100", "2026-05-06")])
def test_closing_is_due_by_the_place(division: str, due: str) -> None:
    assert str(deadline(started("2026-03-02"), closing(division), CALENDAR).due_on) == due


def test_zhejiang_may_extend_by_sixty_days_and_no_more() -> None:
    assert granted(60).extensions[0].amount == 60
    with pytest.raises(ExtensionExceedsCap):
        granted(61)


def test_an_extension_is_granted_once() -> None:
    with pytest.raises(ExtensionAlreadyUsed):
        granted(1, ledger=granted(1))


def test_nobody_approves_the_own_request() -> None:
    with pytest.raises(SelfApproval):
        granted(10, by="承办人")
