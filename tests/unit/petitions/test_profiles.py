"""Which profile holds where and when, each with the figures of its source (DOMAIN 2.4)."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final

import pytest
from hypothesis import given, strategies as st

from services.petitions.profiles.domain import (
    CLOSING,
    NOTICE,
    PROFILES,
    BeyondStatute,
    Channel,
    Facts,
    NoProfile,
    Profile,
    Track,
    Why,
    chosen,
    could_hold,
    profile_for,
    require_lawful,
    weighed,
)
from services.petitions.profiles.domain.practice import ANY
from shared.clocks.acts import ExtensionAlreadyUsed, ExtensionExceedsCap, SelfApproval, extend
from shared.clocks.deadline import deadline
from shared.clocks.ledger import Ledger
from shared.clocks.term import LegalBasis, Term, Unit
from tests.factories.clocks import CALENDAR, at, started

NATURAL, WORKING, HOURS = Unit.NATURAL_DAYS, Unit.WORKING_DAYS, Unit.HOURS
YUYAO, XIAMEN, XIAN, SHIJIAZHUANG, HEFEI = "330281", "350200", "610100", "130100", "340100"
DAY: Final = date(2026, 3, 2)
ARTICLE_34: Final = CLOSING.extension and CLOSING.extension.each


def profile(code: str) -> Profile:
    return next(each for each in PROFILES if each.code == code)


def held(
    division: str,
    channel: Channel = Channel.HOTLINE_12345,
    track: Track = Track.STATUTORY_DUTY,
    day: date = DAY,
    *,
    momentary: bool = False,
) -> str:
    return chosen(PROFILES, Facts(division, channel, track, day, momentary)).code


def figures(term: Term | None) -> tuple[int, Unit] | None:
    return (term.amount, term.unit) if term else None


# code: accept, begin, close, extension, evidence of its closing
FIGURES: Final = {
    "cn.statute": ((15, NATURAL), None, (60, NATURAL), 30, "S01"),
    "cn.statute.uncounted": ((15, NATURAL), None, None, None, None),
    "cn.fj.2018.phone": ((3, WORKING), (2, WORKING), (30, NATURAL), ARTICLE_34, "S50"),
    "cn.fj.2018.wechat": ((2, WORKING), (2, WORKING), (30, NATURAL), ARTICLE_34, "S50"),
    "cn.fj.2015": ((15, NATURAL), None, (60, NATURAL), 30, "S51"),
    "cn.sn.2018": ((2, WORKING), None, (7, NATURAL), 53, "S52"),
    "cn.zj.2016": ((5, WORKING), None, (30, NATURAL), 60, "S17"),
    "cn.sjz.pledge": ((15, NATURAL), (1, HOURS), (2, NATURAL), None, "GK"),
}


def test_every_shipped_profile_is_in_the_table() -> None:
    assert [each.code for each in PROFILES] == list(FIGURES)


@pytest.mark.parametrize("code", FIGURES)
def test_a_profile_has_the_figures_of_its_source(code: str) -> None:
    found = profile(code)
    accept, begin, close, extension, evidence = FIGURES[code]

    assert figures(found.accept) == accept
    assert figures(found.begin) == begin
    assert figures(found.close) == close
    rule = found.close.extension if found.close else None
    assert (rule and rule.each, rule and rule.times) == (extension, extension and 1)
    assert (found.close and found.close.evidence) == evidence
    assert found.shipped
    assert not found.pausable


def test_every_term_names_what_it_rests_on() -> None:
    for each in PROFILES:
        for term in (each.accept, each.begin, each.close):
            assert term is None or (term.basis.law_code and term.basis.title_zh and term.evidence)


def test_fujian_extends_with_the_consent_of_the_sender() -> None:
    agreeing = {each.code for each in PROFILES if each.sender_agrees}
    assert agreeing == {"cn.fj.2018.phone", "cn.fj.2018.wechat"}


@pytest.mark.parametrize(
    ("division", "channel", "code"),
    [
        (XIAMEN, Channel.PHONE, "cn.fj.2018.phone"),
        (XIAMEN, Channel.HOTLINE_12369, "cn.fj.2018.phone"),
        (XIAMEN, Channel.WECHAT, "cn.fj.2018.wechat"),
        (XIAMEN, Channel.LETTER, "cn.fj.2015"),
        (XIAN, Channel.LETTER, "cn.sn.2018"),
        (YUYAO, Channel.WECHAT, "cn.zj.2016"),
        ("330000", Channel.PHONE, "cn.zj.2016"),
        (HEFEI, Channel.PHONE, "cn.statute"),
        ("510114", Channel.WECHAT, "cn.statute"),
        (SHIJIAZHUANG, Channel.PHONE, "cn.statute"),
    ],
)
def test_a_profile_is_chosen_by_place_and_channel(
    division: str, channel: Channel, code: str
) -> None:
    assert held(division, channel) == code


@pytest.mark.parametrize("division", [SHIJIAZHUANG, "130102"])
def test_the_pledge_is_for_pollution_of_the_moment(division: str) -> None:
    assert held(division, momentary=True) == "cn.sjz.pledge"
    assert held(division) == "cn.statute"
    assert held(HEFEI, momentary=True) == "cn.statute"


@pytest.mark.parametrize("division", [YUYAO, XIAMEN, XIAN, SHIJIAZHUANG, HEFEI])
@pytest.mark.parametrize("channel", Channel)
def test_an_opinion_of_article_31_has_the_sixty_days_of_the_law_everywhere(
    division: str, channel: Channel
) -> None:
    assert held(division, channel, Track.PETITION_OPINION, momentary=True) == "cn.statute"


def test_a_suggestion_has_no_number_of_days_by_law() -> None:
    found = profile_for(HEFEI, Channel.LETTER, Track.SUGGESTION_REPLY, DAY)
    assert (found.code, found.close) == ("cn.statute.uncounted", None)


@pytest.mark.parametrize(
    ("division", "first"), [(YUYAO, "2016-07-29"), (HEFEI, "2022-05-01"), (XIAN, "2018-01-01")]
)
def test_a_profile_holds_from_its_first_day_on_and_not_before(division: str, first: str) -> None:
    day = date.fromisoformat(first)
    assert held(division, day=day)

    with pytest.raises(NoProfile):
        held(division, day=day - timedelta(days=1))


def a_row(code: str = "cn.row", **changes: Any) -> Profile:
    plain = Profile(
        code, "33", ANY, frozenset(Track), date(2026, 1, 1), None, NOTICE, CLOSING, shipped=False
    )
    return replace(plain, **changes)


FACTS: Final = Facts(YUYAO, Channel.PHONE, Track.STATUTORY_DUTY, DAY, momentary=True)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"scope": "3301"}, Why.OTHER_PLACE),
        ({"channels": frozenset({Channel.FAX})}, Why.OTHER_CHANNEL),
        ({"tracks": frozenset({Track.LEGAL_PATH})}, Why.OTHER_TRACK),
        ({"valid_from": date(2026, 3, 3)}, Why.NOT_IN_FORCE),
        ({"valid_to": date(2026, 3, 1)}, Why.NOT_IN_FORCE),
        ({"valid_to": DAY}, Why.CHOSEN),
        ({"valid_from": DAY}, Why.CHOSEN),
        ({"scope": "3302"}, Why.CHOSEN),
        ({"scope": ""}, Why.NARROWER_SCOPE_WINS),
        ({"valid_from": date(2016, 7, 1)}, Why.LATER_WINS),
    ],
)
def test_a_row_is_weighed_against_the_shipped_ones_and_says_why(
    changes: dict[str, Any], why: Why
) -> None:
    profiles = [*PROFILES, a_row(**changes)]

    found = weighed(profiles, FACTS)

    assert found[-1] is why
    assert found.count(Why.CHOSEN) == 1


def test_what_is_not_of_the_moment_leaves_a_profile_of_the_moment_aside() -> None:
    row = a_row(momentary_only=True)
    assert weighed([row], replace(FACTS, momentary=False)) == [Why.NOT_MOMENTARY]


@pytest.mark.parametrize(
    ("better", "why"),
    [
        ({"scope": "3302"}, Why.NARROWER_SCOPE_WINS),
        ({"momentary_only": True}, Why.MOMENTARY_WINS),
        ({"channels": frozenset({Channel.PHONE})}, Why.CHANNEL_WINS),
        ({"valid_from": date(2026, 2, 1)}, Why.LATER_WINS),
        ({"code": "cn.row.2"}, Why.LATER_WINS),
    ],
)
def test_the_nearer_profile_wins(better: dict[str, Any], why: Why) -> None:
    plain = a_row()
    other = a_row(**{"code": "cn.better", **better})

    assert weighed([plain, other], FACTS) == [why, Why.CHOSEN]


@pytest.mark.parametrize(
    ("weaker", "stronger"),
    [
        (
            {"valid_from": date(2026, 2, 1)},
            {"channels": frozenset({Channel.PHONE})},
        ),
        ({"channels": frozenset({Channel.PHONE})}, {"momentary_only": True}),
        ({"momentary_only": True}, {"scope": "3302"}),
    ],
)
def test_place_goes_before_moment_before_channel_before_day(
    weaker: dict[str, Any], stronger: dict[str, Any]
) -> None:
    for order in ((weaker, stronger), (stronger, weaker)):
        rows = [a_row(f"cn.{number}", **each) for number, each in enumerate(order)]
        assert weighed(rows, FACTS)[order.index(stronger)] is Why.CHOSEN


@given(
    st.permutations([*PROFILES, a_row(), a_row("cn.city", scope="3302")]),
    st.sampled_from(Channel),
    st.sampled_from(Track),
)
def test_the_choice_does_not_depend_on_the_order(
    profiles: list[Profile], channel: Channel, track: Track
) -> None:
    facts = Facts(YUYAO, channel, track, DAY)
    assert chosen(profiles, facts).code == "cn.city"


@pytest.mark.parametrize(
    ("known", "left"),
    [
        ({}, True),
        ({"division": "330281"}, True),
        ({"division": "340100"}, False),
        ({"channel": Channel.PHONE}, True),
        ({"channel": Channel.FAX}, False),
        ({"track": Track.LEGAL_PATH}, False),
        ({"day": date(2026, 1, 1)}, True),
        ({"day": date(2025, 12, 31)}, False),
        ({"day": date(2026, 6, 30)}, True),
        ({"day": date(2026, 7, 1)}, False),
    ],
)
def test_what_is_known_of_a_petition_leaves_the_profiles_that_could_hold(
    known: dict[str, Any],
    left: bool,  # noqa: FBT001  a column of the table
) -> None:
    row = a_row(
        channels=frozenset({Channel.PHONE}),
        tracks=frozenset({Track.STATUTORY_DUTY}),
        valid_to=date(2026, 6, 30),
    )
    nothing = {"division": None, "channel": None, "track": None, "day": None}
    assert could_hold(row, **{**nothing, **known}) is left


_OWN: Final = LegalBasis("own-rules", "", "本地规定", "Own rules")


@pytest.mark.parametrize(
    ("changes", "lawful"),
    [
        ({}, True),
        ({"accept": Term(16, NATURAL, _OWN)}, False),
        ({"accept": Term(10, WORKING, _OWN)}, True),
        ({"accept": Term(11, WORKING, _OWN)}, False),
        ({"accept": Term(360, HOURS, _OWN)}, True),
        ({"accept": Term(361, HOURS, _OWN)}, False),
        ({"close": Term(61, NATURAL, _OWN)}, False),
        ({"close": Term(2, Unit.MONTHS, _OWN)}, False),
        ({"close": Term(61, NATURAL, _OWN), "tracks": frozenset({Track.STATUTORY_DUTY})}, True),
        ({"close": profile("cn.zj.2016").close}, False),
        ({"close": None}, True),
    ],
)
def test_a_place_binds_itself_to_be_faster_than_the_law_never_slower(
    changes: dict[str, Any],
    lawful: bool,  # noqa: FBT001  a column of the table
) -> None:
    row = a_row(**changes)
    if lawful:
        require_lawful(row)
        return
    with pytest.raises(BeyondStatute):
        require_lawful(row)


def closing(division: str) -> Term:
    found = profile_for(division, Channel.PHONE, Track.STATUTORY_DUTY, DAY).close
    assert found is not None
    return found


def granted(days: int, *, by: str = "局长", ledger: Ledger | None = None) -> Ledger:
    return extend(
        ledger or started("2026-03-02"),
        closing(YUYAO),
        CALENDAR,
        amount=days,
        reason="情况复杂",
        requested_by="承办人",
        approved_by=by,
        at=at("2026-03-20"),
    )


@pytest.mark.parametrize(
    ("division", "due"),
    [(YUYAO, "2026-04-01"), (HEFEI, "2026-05-06"), (XIAMEN, "2026-04-01"), (XIAN, "2026-03-09")],
)
def test_closing_is_due_by_the_place(division: str, due: str) -> None:
    assert str(deadline(started("2026-03-02"), closing(division), CALENDAR).due_on) == due


def test_the_pledge_is_due_within_the_hour_and_in_two_days() -> None:
    found = profile("cn.sjz.pledge")
    assert found.begin is not None
    assert found.close is not None

    begun = deadline(started("2026-10-01", 23), found.begin, CALENDAR)
    closed = deadline(started("2026-03-02"), found.close, CALENDAR)

    assert begun.due_at == at("2026-10-02", 0)
    assert str(closed.due_on) == "2026-03-04"


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
