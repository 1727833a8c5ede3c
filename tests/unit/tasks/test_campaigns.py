"""Campaigns: how they live, their rounds, the composition of teams, approvals of special checks."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from typing import Final
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis.strategies import lists, sampled_from

from services.tasks.campaigns.domain import life
from services.tasks.campaigns.domain.approvals import (
    Approval,
    ApprovalDays,
    ApprovalExceeded,
    ApprovalNotFromAbove,
    require_approval,
    require_within,
)
from services.tasks.campaigns.domain.groups import (
    CoreStaff,
    DutyDay,
    DutyNotOfGroup,
    GroupFacts,
    GroupLeader,
    LeaderUnknown,
    MoreThanWhole,
    require_duty,
    require_leader,
    require_part,
)
from services.tasks.campaigns.domain.life import (
    CampaignAction,
    CampaignKind,
    CampaignPeriod,
    CampaignState,
    Facts,
    RoundExists,
    RoundKind,
    RoundOutside,
    RoundsOutOfOrder,
    RoundsUnderWay,
    Stage,
)
from services.tasks.campaigns.domain.teams import (
    CrossFromCounties,
    Function,
    HomeNotInCampaign,
    MemberTwice,
    OneLeader,
    OwnCounty,
    Person,
    TeamComposition,
    TeamFacts,
    TeamKind,
    may_work_in,
    require_team,
)
from services.tasks.enterprises.domain.industries import BadIndustry
from shared import divisions
from shared.errors import IllegalStep, ReasonMissing

DAY: Final = date(2026, 6, 1)
CITY, CIXI, YUYAO, BEILUN = "330200", "330282", "330281", "330206"
FACTS: Final = Facts("行动", CampaignKind.SPECIAL, "方案", DAY, DAY + timedelta(days=90))
WAYS: Final = {
    ("draft", "amend"): "draft",
    ("draft", "approve"): "draft",
    ("draft", "issue"): "issued",
    ("draft", "call_off"): "called_off",
    ("issued", "amend"): "issued",
    ("issued", "approve"): "issued",
    ("issued", "start"): "running",
    ("issued", "call_off"): "called_off",
    ("running", "amend"): "running",
    ("running", "approve"): "running",
    ("running", "close"): "closed",
    ("running", "call_off"): "called_off",
}


@pytest.mark.parametrize(("state", "action"), [*product(CampaignState, CampaignAction)])
def test_a_campaign_goes_these_ways_and_no_other(
    state: CampaignState, action: CampaignAction
) -> None:
    expected = WAYS.get((state, action))
    if expected is None:
        with pytest.raises(IllegalStep):
            life.step(state, action)
    else:
        assert life.step(state, action) == expected


def test_facts_are_checked_by_period_and_trade() -> None:
    life.require_facts(replace(FACTS, industries=("C2319", "G5941")))
    with pytest.raises(CampaignPeriod):
        life.require_facts(replace(FACTS, ends_on=DAY - timedelta(days=1)))
    with pytest.raises(BadIndustry) as wrong:
        life.require_facts(replace(FACTS, industries=("C2319", "C9919")))
    assert wrong.value.pointer == "/industries/1"
    life.require_reason(CampaignState.DRAFT, None)
    with pytest.raises(ReasonMissing):
        life.require_reason(CampaignState.ISSUED, None)


def a_round(sequence: int, after: int, *, kind: RoundKind = RoundKind.ROUND) -> Stage:
    starts = DAY + timedelta(days=after)
    return Stage(kind, sequence, starts, starts + timedelta(days=9), 9)


def test_rounds_follow_one_another_within_the_campaign_and_batches_beside_them() -> None:
    within = {"starts_on": FACTS.starts_on, "ends_on": FACTS.ends_on}
    standing = [a_round(1, 0), a_round(3, 40)]
    life.require_round(a_round(2, 20), standing, **within)
    life.require_round(a_round(1, 60, kind=RoundKind.BATCH), standing, **within)
    with pytest.raises(RoundsOutOfOrder):
        life.require_round(a_round(2, 50), standing, **within)
    with pytest.raises(RoundExists):
        life.require_round(a_round(3, 50), standing, **within)
    with pytest.raises(RoundOutside):
        life.require_round(a_round(4, 85), standing, **within)
    with pytest.raises(RoundsUnderWay):
        life.require_ended(standing, today=DAY + timedelta(days=49))
    life.require_ended(standing, today=DAY + timedelta(days=50))


LEADER: Final = Person("甲", CIXI, Function.OFFICER, is_leader=True)
CROSS: Final = TeamFacts(TeamKind.CROSS_COUNTY, "交叉一队", (CIXI,), (LEADER,), works_in=(YUYAO,))
PART: Final = (CITY, CIXI, YUYAO, BEILUN)


def test_a_diagnosis_team_is_drawn_from_enforcement_monitoring_and_experts() -> None:
    mixed = (
        LEADER,
        Person("乙", CITY, Function.MONITORING_STAFF),
        Person("丙", CITY, Function.EXPERT),
    )
    clinic = TeamFacts(TeamKind.DIAGNOSIS, "蓝天诊疗队", (CITY,), mixed, alias="蓝天保卫队")
    require_team(clinic, taking_part=PART)
    for missing in range(1, 3):
        fewer = tuple(each for number, each in enumerate(mixed) if number != missing)
        with pytest.raises(TeamComposition):
            require_team(replace(clinic, members=fewer), taking_part=PART)


def test_a_team_has_one_leader_who_is_an_officer_and_nobody_twice() -> None:
    team = replace(CROSS, kind=TeamKind.PROFESSIONAL)
    other = Person("乙", CIXI, Function.OFFICER, is_leader=True)
    lawyer = Person("丙", CIXI, Function.LAWYER, is_leader=True)
    for members in ((LEADER, other), (lawyer,), (replace(LEADER, is_leader=False),)):
        with pytest.raises(OneLeader):
            require_team(replace(team, members=members), taking_part=PART)
    twice = replace(LEADER, officer_id=uuid4())
    with pytest.raises(MemberTwice):
        require_team(
            replace(team, members=(twice, replace(twice, is_leader=False, name="同一人"))),
            taking_part=PART,
        )
    with pytest.raises(HomeNotInCampaign):
        require_team(replace(team, home_divisions=("330900",)), taking_part=PART)


def test_a_cross_team_comes_from_counties_and_does_not_work_at_home() -> None:
    require_team(CROSS, taking_part=PART)
    for places in ((CIXI,), (YUYAO, CIXI), (CITY,)):
        with pytest.raises(OwnCounty):
            require_team(replace(CROSS, works_in=places), taking_part=PART)
    with pytest.raises(CrossFromCounties):
        require_team(replace(CROSS, home_divisions=(CITY,), works_in=()), taking_part=PART)
    stranger = Person("丁", YUYAO, Function.OFFICER)
    with pytest.raises(CrossFromCounties):
        require_team(replace(CROSS, members=(LEADER, stranger)), taking_part=PART)


@given(
    homes=lists(sampled_from([CIXI, YUYAO, BEILUN]), min_size=1, unique=True),
    works_in=lists(sampled_from([CITY, CIXI, YUYAO, BEILUN]), unique=True),
    place=sampled_from([CIXI, YUYAO, BEILUN]),
)
def test_wherever_it_is_sent_a_cross_team_never_goes_home(
    homes: list[str], works_in: list[str], place: str
) -> None:
    fits = may_work_in(TeamKind.CROSS_COUNTY, home_divisions=homes, works_in=works_in, place=place)

    meant = not works_in or any(divisions.covers(divisions.scope(each), place) for each in works_in)
    assert fits == (place not in homes and meant)
    assert may_work_in(
        TeamKind.PROFESSIONAL, home_divisions=homes, works_in=works_in, place=place
    ) == (meant)


APPROVAL: Final = Approval(
    organ="市人民政府",
    division=CITY,
    document="政办1号",
    approved_on=DAY,
    filed_with="市司法局",
    filed_on=DAY + timedelta(days=1),
    published_on=DAY + timedelta(days=2),
    published_at="门户网站",
    scope="印刷企业",
    content="治理设施",
    most_objects=2,
    valid_from=DAY,
    valid_to=DAY + timedelta(days=30),
)


def test_a_special_check_is_approved_from_above_then_filed_and_published() -> None:
    today = DAY + timedelta(days=2)
    require_approval(APPROVAL, organiser=CIXI, today=today)
    require_approval(APPROVAL, organiser=CITY, today=today)
    with pytest.raises(ApprovalNotFromAbove):
        require_approval(replace(APPROVAL, division=YUYAO), organiser=CIXI, today=today)
    for wrong in (
        replace(APPROVAL, filed_on=DAY - timedelta(days=1)),
        replace(APPROVAL, published_on=today + timedelta(days=1)),
        replace(APPROVAL, valid_to=DAY - timedelta(days=1)),
    ):
        with pytest.raises(ApprovalDays):
            require_approval(wrong, organiser=CIXI, today=today)


def test_an_approval_reaches_for_so_many_objects_and_until_a_day() -> None:
    require_within(APPROVAL, objects=2, due_on=APPROVAL.valid_to)
    with pytest.raises(ApprovalExceeded):
        require_within(APPROVAL, objects=3, due_on=APPROVAL.valid_to)
    with pytest.raises(ApprovalExceeded):
        require_within(APPROVAL, objects=1, due_on=APPROVAL.valid_to + timedelta(days=1))


def test_a_duty_and_a_question_have_the_name_of_somebody_of_the_group() -> None:
    group = GroupFacts(
        "专班", (GroupLeader("甲", "副市长", CITY),), (CoreStaff("乙", CIXI),), ("目标",), {}
    )
    require_duty("乙", CIXI, DAY, group, today=DAY)
    require_leader("甲", CITY, group.leaders)
    with pytest.raises(DutyNotOfGroup):
        require_duty("乙", YUYAO, DAY, group, today=DAY)
    with pytest.raises(DutyDay):
        require_duty("乙", CIXI, DAY, group, today=DAY + timedelta(days=1))
    with pytest.raises(LeaderUnknown):
        require_leader("乙", CIXI, group.leaders)
    require_part(76, 76)
    with pytest.raises(MoreThanWhole):
        require_part(77, 76)
