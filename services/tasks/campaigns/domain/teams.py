"""Teams of a campaign: who is in one, what it takes along, and where it may work.

Three kinds (seed 000): professional 专业执法队; diagnosis 蓝天诊疗队 drawn from enforcement,
monitoring and experts; cross-county 交叉执法队, which does not work at home.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from shared import divisions
from shared.errors import InvalidInput, RuleViolation


class TeamKind(StrEnum):
    PROFESSIONAL = "professional"  # 专业执法队
    DIAGNOSIS = "diagnosis"  # 蓝天诊疗队
    CROSS_COUNTY = "cross_county"  # 交叉执法队


class Function(StrEnum):
    """What somebody is in the team for."""

    OFFICER = "officer"  # 执法人员
    MONITORING_STAFF = "monitoring_staff"  # 监测人员
    EXPERT = "expert"  # 专家
    LAWYER = "lawyer"  # 法律顾问


class Tool(StrEnum):
    INFRARED_CAMERA = "infrared_camera"  # 红外热成像仪
    PID = "pid"  # 光离子化检测仪
    DRONE = "drone"  # 无人机
    MOBILE_SURVEY = "mobile_survey"  # 走航车
    SATELLITE = "satellite"  # 卫星遥感
    BODY_CAMERA = "body_camera"  # 执法记录仪
    SAMPLING_KIT = "sampling_kit"  # 采样设备


class Focus(StrEnum):
    """What a team looks for (seed 000)."""

    FALSIFIED_DATA = "falsified_data"  # 在线数据弄虚作假
    FACILITIES_NOT_RUN = "facilities_not_run"  # 治污设施不正常运行
    EXCEEDANCE = "exceedance"  # 超标排放
    SECRET_DISCHARGE = "secret_discharge"  # noqa: S105 -- 偷排漏排, not a password
    HEALTH_CHECK = "health_check"  # “体检式”检查


# Who must be in a team of the kind (seed 000).
COMPOSITION: Final[Mapping[TeamKind, frozenset[Function]]] = {
    TeamKind.PROFESSIONAL: frozenset({Function.OFFICER}),
    TeamKind.DIAGNOSIS: frozenset({Function.OFFICER, Function.MONITORING_STAFF, Function.EXPERT}),
    TeamKind.CROSS_COUNTY: frozenset({Function.OFFICER}),
}


class TeamComposition(InvalidInput):
    code = "team_composition"
    zh = "该类队伍缺少:{missing}"
    en = "A team of this kind lacks: {missing}"


class OneLeader(InvalidInput):
    code = "one_leader"
    zh = "队伍须有一名队长,且为执法人员。"
    en = "A team has one leader, who is an officer."


class MemberTwice(InvalidInput):
    code = "member_twice"
    zh = "同一人员不得重复列入。"
    en = "Somebody is named twice."


class HomeNotInCampaign(InvalidInput):
    code = "home_not_in_campaign"
    zh = "队伍的派出单位和工作区域须为该专项行动的组织或参与单位。"
    en = "A team comes from, and works in, divisions that organise the campaign or take part."


class OwnCounty(InvalidInput):
    code = "own_county"
    zh = "交叉执法队不得在本县(市、区)开展检查:{place}"
    en = "A cross-county team does not work at home: {place}"


class CrossFromCounties(InvalidInput):
    code = "cross_from_counties"
    zh = "交叉执法队由县级单位派出,其执法人员须来自派出单位。"
    en = "A cross-county team comes from counties, and so do its officers."


class TeamDisbanded(RuleViolation):
    code = "team_disbanded"
    zh = "该队伍已解散。"
    en = "The team was disbanded."


class TeamNotForPlace(RuleViolation):
    code = "team_not_for_place"
    zh = "该队伍不在 {place} 开展检查。"
    en = "The team does not work in {place}."


@dataclass(frozen=True, slots=True)
class Person:
    """A member; `officer_id` is of the file in `regions`, for who has one there."""

    name: str
    division: str
    function: Function
    officer_id: UUID | None = None
    is_leader: bool = False


@dataclass(frozen=True, slots=True)
class TeamFacts:
    """`works_in` is empty for a team that works wherever the campaign does."""

    kind: TeamKind
    name: str
    home_divisions: tuple[str, ...]
    members: tuple[Person, ...]
    alias: str | None = None
    works_in: tuple[str, ...] = ()
    tools: tuple[Tool, ...] = ()
    focus: tuple[Focus, ...] = ()
    skills: tuple[str, ...] = ()
    round_id: UUID | None = None


def require_team(facts: TeamFacts, *, taking_part: Collection[str]) -> None:
    """The first rule a team of its kind breaks is raised."""
    for pointer, named in (("home_divisions", facts.home_divisions), ("works_in", facts.works_in)):
        if not {*named} <= {*taking_part}:
            raise HomeNotInCampaign(reason="division", pointer=f"/{pointer}")
    _require_people(facts.kind, facts.members)
    if facts.kind is TeamKind.CROSS_COUNTY:
        _require_cross(facts)


def _require_people(kind: TeamKind, members: Sequence[Person]) -> None:
    known = [(each.officer_id or (each.name, each.division)) for each in members]
    if len({*known}) < len(known):
        raise MemberTwice(reason="member", pointer="/members")
    leaders = [each for each in members if each.is_leader]
    if len(leaders) != 1 or leaders[0].function is not Function.OFFICER:
        raise OneLeader(reason="leader", pointer="/members")
    if missing := COMPOSITION[kind] - {each.function for each in members}:
        raise TeamComposition(
            reason="function", missing=", ".join(sorted(missing)), pointer="/members"
        )


def _require_cross(facts: TeamFacts) -> None:
    homes = facts.home_divisions
    officers = [each for each in facts.members if each.function is Function.OFFICER]
    of_counties = all(divisions.level(each) is divisions.Level.COUNTY for each in homes)
    if not of_counties or not all(_within(homes, each.division) for each in officers):
        raise CrossFromCounties(reason="home", pointer="/home_divisions")
    for place in facts.works_in:
        # A city that holds the home county is no place to work in either.
        if _within(homes, place) or _within([place], *homes):
            raise OwnCounty(reason=place, place=place, pointer="/works_in")


def may_work_in(
    kind: TeamKind, *, home_divisions: Sequence[str], works_in: Sequence[str], place: str
) -> bool:
    """Whether a team goes to a place: where it is meant to, and across a border never home."""
    if kind is TeamKind.CROSS_COUNTY and _within(home_divisions, place):
        return False
    return not works_in or _within(works_in, place)


def _within(outer: Sequence[str], *codes: str) -> bool:
    return any(divisions.covers(divisions.scope(each), code) for each in outer for code in codes)
