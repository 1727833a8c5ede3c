"""Who can go: each reason alone, all together, and the edges of time."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, strategies as st

from services.regions.officers.domain import (
    Candidate,
    Certificate,
    EmptyPeriod,
    Interest,
    Need,
    Period,
    Proximity,
    Reason,
    certificate_lack,
    current,
    missing_skills,
    proximity,
    reasons_against,
)
from shared.clocks.days import SHANGHAI

NIGHT = Period(
    datetime(2026, 3, 10, 22, tzinfo=SHANGHAI), datetime(2026, 3, 11, 2, tzinfo=SHANGHAI)
)
NEED = Need(NIGHT, "慈溪市星河电镀有限公司", "91330282MA2AXXXX1K")
VALID = Certificate("A1", date(2024, 1, 1), date(2028, 12, 31))
FIT = Candidate(active=True, certificates=(VALID,), absences=(), interests=(), bookings=())
BEFORE = Period(NIGHT.starts_at - timedelta(hours=2), NIGHT.starts_at)
AFTER = Period(NIGHT.ends_at, NIGHT.ends_at + timedelta(hours=2))
INTO = Period(NIGHT.starts_at - timedelta(hours=2), NIGHT.starts_at + timedelta(microseconds=1))


@pytest.mark.parametrize(
    ("candidate", "reasons"),
    [
        (FIT, ()),
        (replace(FIT, active=False), (Reason.INACTIVE,)),
        (replace(FIT, certificates=()), (Reason.NO_CERTIFICATE,)),
        (replace(FIT, absences=(INTO,)), (Reason.ABSENT,)),
        (replace(FIT, absences=(BEFORE, AFTER)), ()),
        (replace(FIT, bookings=(INTO,)), (Reason.BOOKED,)),
        (replace(FIT, bookings=(BEFORE, AFTER)), ()),
        (replace(FIT, interests=(Interest(None, NEED.object_code),)), (Reason.RECUSED,)),
        (replace(FIT, interests=(Interest(NEED.object_name, None),)), (Reason.RECUSED,)),
        (replace(FIT, interests=(Interest("慈溪市 星河电镀有限公司", None),)), (Reason.RECUSED,)),
        (replace(FIT, interests=(Interest("星河", "91330282MA2AXXXX2K"),)), ()),
        (
            Candidate(
                active=False,
                certificates=(),
                absences=(INTO,),
                interests=(Interest(NEED.object_name, None),),
                bookings=(INTO,),
            ),
            (
                Reason.INACTIVE,
                Reason.NO_CERTIFICATE,
                Reason.ABSENT,
                Reason.RECUSED,
                Reason.BOOKED,
            ),
        ),
    ],
)
def test_every_reason_is_given(candidate: Candidate, reasons: tuple[Reason, ...]) -> None:
    assert reasons_against(candidate, NEED) == reasons


CIXI, YUYAO, BEILUN, NINGBO, JIAXING = "330282", "330281", "330206", "330200", "330400"


@pytest.mark.parametrize(
    ("division", "object_in", "barred"),
    [
        (YUYAO, CIXI, False),
        (CIXI, CIXI, True),
        # The city's own officers are no more of the county than those of another.
        (NINGBO, CIXI, False),
        (CIXI, NINGBO, True),
        (CIXI, None, False),
    ],
)
def test_a_cross_check_is_made_by_others_than_the_objects_own(
    division: str, object_in: str | None, *, barred: bool
) -> None:
    candidate, need = replace(FIT, division=division), replace(NEED, other_area_than=object_in)

    assert reasons_against(candidate, need) == ((Reason.OWN_AREA,) if barred else ())


def test_every_skill_wanted_is_needed() -> None:
    need = replace(NEED, skills=frozenset({"air", "drone_pilot"}))

    assert reasons_against(replace(FIT, skills=need.skills | {"noise"}), need) == ()
    able = replace(FIT, skills=frozenset({"air"}))
    assert reasons_against(able, need) == (Reason.SKILL_MISSING,)
    assert missing_skills(able, need) == ("drone_pilot",)
    assert missing_skills(FIT, need) == ("air", "drone_pilot")


# Each way to stand in the way, with the reason it gives.
BARS: dict[Reason, dict[str, Any]] = {
    Reason.INACTIVE: {"active": False},
    Reason.NO_CERTIFICATE: {"certificates": ()},
    Reason.ABSENT: {"absences": (INTO,)},
    Reason.RECUSED: {"interests": (Interest(NEED.object_name, None),)},
    Reason.BOOKED: {"bookings": (INTO,)},
    Reason.OWN_AREA: {"division": CIXI},
    Reason.SKILL_MISSING: {"skills": frozenset[str]()},
}


@given(st.sets(st.sampled_from(list(BARS))))
def test_all_reasons_are_given_together_and_who_can_go_has_none(chosen: set[Reason]) -> None:
    fit = replace(FIT, division=YUYAO, skills=frozenset({"air"}))
    need = replace(NEED, other_area_than=CIXI, skills=frozenset({"air"}))
    changes: dict[str, Any] = {}
    for reason in chosen:
        changes |= BARS[reason]

    found = reasons_against(replace(fit, **changes), need)

    assert set(found) == chosen
    assert len(found) == len(chosen)


@given(
    st.permutations(
        [("2024-01-01", "2026-03-10"), ("2026-03-11", "2027-01-01"), ("2020-01-01", "2021-01-01")]
    )
)
def test_the_order_of_certificates_is_nothing(validities: list[tuple[str, str]]) -> None:
    held = [Certificate("A1", *map(date.fromisoformat, each)) for each in validities]

    assert certificate_lack(held, NIGHT) is None
    assert certificate_lack(held[:2], NIGHT) is certificate_lack(held[1::-1], NIGHT)


@pytest.mark.parametrize(
    ("division", "place", "near"),
    [
        (CIXI, CIXI, Proximity.SAME),
        (CIXI, NINGBO, Proximity.SAME),
        (YUYAO, CIXI, Proximity.NEIGHBOURING),
        (BEILUN, CIXI, Proximity.SAME_CITY),
        (NINGBO, CIXI, Proximity.SAME_CITY),
        (JIAXING, CIXI, Proximity.ELSEWHERE),
        # Neighbours come before the same city even from across the city's border.
        ("330604", CIXI, Proximity.NEIGHBOURING),
    ],
)
def test_near_is_the_place_then_its_neighbours_then_the_city(
    division: str, place: str, near: Proximity
) -> None:
    assert proximity(division, place=place, neighbours={YUYAO, "330604"}) is near


def test_an_interest_does_not_bar_from_an_object_that_is_not_known() -> None:
    candidate = replace(FIT, interests=(Interest("某厂", "91330282MA2AXXXX1K"),))

    assert reasons_against(candidate, Need(NIGHT)) == ()


@pytest.mark.parametrize(
    ("validities", "lack"),
    [
        ([("2024-01-01", "2026-03-10")], Reason.CERTIFICATE_EXPIRED),
        ([("2024-01-01", "2026-03-11")], None),
        ([("2026-03-10", "2026-03-11")], None),
        ([("2026-03-11", "2028-01-01")], Reason.CERTIFICATE_NOT_YET_VALID),
        # As far as dates go.
        ([("2024-01-01", "9999-12-31")], None),
        ([("2024-01-01", "2026-03-10"), ("2026-03-11", "2028-01-01")], None),
        (
            [("2024-01-01", "2026-03-09"), ("2026-03-11", "2028-01-01")],
            Reason.CERTIFICATE_NOT_YET_VALID,
        ),
    ],
)
def test_certificates_cover_each_legal_day_of_the_time(
    validities: list[tuple[str, str]], lack: Reason | None
) -> None:
    held = [Certificate("A1", *map(date.fromisoformat, each)) for each in validities]

    assert certificate_lack(held, NIGHT) is lack


def test_a_time_that_ends_at_midnight_does_not_touch_the_next_day() -> None:
    evening = Period(NIGHT.starts_at, datetime(2026, 3, 11, tzinfo=SHANGHAI))

    assert evening.days == (date(2026, 3, 10), date(2026, 3, 10))


def test_legal_days_are_those_of_shanghai() -> None:
    utc = Period(datetime(2026, 3, 10, 15, tzinfo=UTC), datetime(2026, 3, 10, 17, tzinfo=UTC))

    assert utc.days == (date(2026, 3, 10), date(2026, 3, 11))


def test_a_period_has_a_length() -> None:
    with pytest.raises(EmptyPeriod):
        Period(NIGHT.ends_at, NIGHT.ends_at)


def test_the_certificate_of_a_day_is_the_one_held_then_else_the_next_else_the_last() -> None:
    old, new = (
        Certificate("A1", date(2020, 1, 1), date(2022, 12, 31)),
        Certificate("A1", date(2024, 1, 1), date(2028, 12, 31)),
    )

    assert current([new, old], date(2021, 1, 1)) == old
    assert current([new, old], date(2023, 6, 1)) == new
    assert current([new, old], date(2030, 1, 1)) == new
    assert current([], date(2030, 1, 1)) is None


hours = st.integers(min_value=0, max_value=500)


@given(hours, st.integers(1, 50), hours, st.integers(1, 50))
def test_overlap_is_what_hours_in_common_say(
    first: int, length: int, second: int, span: int
) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    one, two = (
        Period(start + timedelta(hours=at), start + timedelta(hours=at + width))
        for at, width in ((first, length), (second, span))
    )
    common = set(range(first, first + length)) & set(range(second, second + span))

    assert one.overlaps(two) == two.overlaps(one) == bool(common)
