"""What a team must be: the law's two certificates, one of them of the place, mixed if asked."""

from uuid import UUID, uuid4

import pytest
from hypothesis import given, strategies as st

from services.regions.officers.domain import (
    NobodyOfThePlace,
    NotMixed,
    TeamMember,
    TooFewCertificated,
    require_team,
)
from shared.errors import RuleViolation

PENGZHOU, SHIFANG, CHENGDU, DEYANG = "510182", "510682", "510100", "510600"


def member(division: str, *, certificated: bool = True) -> TeamMember:
    return TeamMember(uuid4(), division, certificated)


TWICE = member(PENGZHOU)


@pytest.mark.parametrize(
    ("members", "place", "mixed", "broken"),
    [
        ([], PENGZHOU, False, TooFewCertificated),
        ([member(PENGZHOU)], PENGZHOU, False, TooFewCertificated),
        ([TWICE, TWICE], PENGZHOU, False, TooFewCertificated),
        (
            [member(PENGZHOU), member(SHIFANG, certificated=False)],
            PENGZHOU,
            True,
            TooFewCertificated,
        ),
        ([member(SHIFANG), member(SHIFANG)], PENGZHOU, False, NobodyOfThePlace),
        # The place's own must hold a certificate, or its organ is there in name only.
        (
            [member(SHIFANG), member(SHIFANG), member(PENGZHOU, certificated=False)],
            PENGZHOU,
            True,
            NobodyOfThePlace,
        ),
        # A city's officer is not of the county; a county's officer is of the city.
        ([member(CHENGDU), member(SHIFANG)], PENGZHOU, True, NobodyOfThePlace),
        ([member(PENGZHOU), member(SHIFANG)], CHENGDU, True, None),
        ([member(PENGZHOU), member(PENGZHOU)], PENGZHOU, True, NotMixed),
        ([member(PENGZHOU), member(PENGZHOU)], PENGZHOU, False, None),
        ([member(PENGZHOU), member(SHIFANG)], PENGZHOU, True, None),
        # Who has no certificate may come along and makes the team mixed.
        (
            [member(PENGZHOU), member(PENGZHOU), member(DEYANG, certificated=False)],
            PENGZHOU,
            True,
            None,
        ),
    ],
)
def test_a_team_breaks_the_first_rule_it_breaks(
    members: list[TeamMember], place: str, *, mixed: bool, broken: type[RuleViolation] | None
) -> None:
    if broken is None:
        require_team(members, place=place, mixed=mixed)
    else:
        with pytest.raises(broken):
            require_team(members, place=place, mixed=mixed)


teams = st.lists(
    st.builds(
        TeamMember,
        officer_id=st.integers(0, 5).map(lambda number: UUID(int=number)),
        division=st.sampled_from([PENGZHOU, SHIFANG, CHENGDU]),
        certificated=st.booleans(),
    ),
    max_size=8,
    unique_by=lambda each: each.officer_id,
)


def passes(members: list[TeamMember], *, mixed: bool) -> bool:
    try:
        require_team(members, place=PENGZHOU, mixed=mixed)
    except RuleViolation:
        return False
    return True


@given(members=teams, mixed=st.booleans())
def test_the_order_of_the_members_is_nothing_and_the_rule_is_what_it_says(
    *, members: list[TeamMember], mixed: bool
) -> None:
    certificated = [each.division for each in members if each.certificated]
    fits = len(certificated) >= 2 and PENGZHOU in certificated
    fits = fits and (not mixed or len({each.division for each in members}) >= 2)

    assert passes(members, mixed=mixed) == fits
    assert passes(members[::-1], mixed=mixed) == fits
