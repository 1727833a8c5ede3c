"""专项检查: a special check rests on an approved, filed, published document with limits [S23]."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from shared import divisions
from shared.divisions import Level, level
from shared.errors import IllegalStep, InvalidInput, RuleViolation


class Approver(StrEnum):
    COUNTY_GOVERNMENT = "county_government"  # 县级以上人民政府
    VERTICAL_SUPERIOR = "vertical_superior"  # 实行垂直管理的上级机关


class SpecialState(StrEnum):
    REGISTERED = "registered"  # 已批准,已登记
    FILED = "filed"  # 已备案
    PUBLISHED = "published"  # 已公布
    ENDED = "ended"


class SpecialAction(StrEnum):
    FILE = "file"
    PUBLISH = "publish"
    END = "end"


TRANSITIONS: Final[Mapping[SpecialState, Mapping[SpecialAction, SpecialState]]] = {
    SpecialState.REGISTERED: {
        SpecialAction.FILE: SpecialState.FILED,
        SpecialAction.END: SpecialState.ENDED,
    },
    SpecialState.FILED: {
        SpecialAction.PUBLISH: SpecialState.PUBLISHED,
        SpecialAction.END: SpecialState.ENDED,
    },
    SpecialState.PUBLISHED: {SpecialAction.END: SpecialState.ENDED},
    SpecialState.ENDED: {},
}


class ApproverTooLow(InvalidInput):
    code = "approver_too_low"
    zh = "专项检查须经县级以上人民政府或者垂直管理的上级机关批准,批准机关须覆盖检查范围。"
    en = (
        "A special check is approved by a government of the county or above, or by the vertical"
        " superior, whose territory covers its scope."
    )


class SpecialPeriod(InvalidInput):
    code = "special_period"
    zh = "批准日期不晚于今天和开始日期,结束日期不早于开始日期,期限不超过 {days} 日。"
    en = "Approved by today and its start; ends after it starts; lasts {days} days at most."


class SpecialCheckMissing(InvalidInput):
    code = "special_check_missing"
    zh = "专项检查须填写所依据的专项检查方案,其他检查不填写。"
    en = "A special inspection names the special check it rests on; no other does."


class SpecialCheckNotInForce(RuleViolation):
    code = "special_check_not_in_force"
    zh = "专项检查方案未经备案、公布或者不在实施期内({state},{starts_on} 至 {ends_on})。"
    en = "The special check is not published, or not in its time ({state}, {starts_on}-{ends_on})."


class OutsideSpecialScope(RuleViolation):
    code = "outside_special_scope"
    zh = "检查地点 {place} 不在专项检查范围内。"
    en = "{place} lies outside the scope of the special check."


class OutsideSpecialContent(RuleViolation):
    code = "outside_special_content"
    zh = "检查内容超出专项检查方案:{beyond}。"
    en = "The special check does not cover: {beyond}."


class SpecialNumberReached(RuleViolation):
    code = "special_number_reached"
    zh = "专项检查数量已达上限 {most}。"
    en = "The special check allows {most} inspections, which were begun."


@dataclass(frozen=True, slots=True)
class Limits:
    """How far the document goes: `most` inspections, of these contents, there, in that time."""

    state: SpecialState
    scope: tuple[str, ...]
    contents: tuple[str, ...]
    most: int
    starts_on: date
    ends_on: date


def step(state: SpecialState, action: SpecialAction) -> SpecialState:
    try:
        return TRANSITIONS[state][action]
    except KeyError:
        raise IllegalStep(state=state, action=action, allowed=[*TRANSITIONS[state]]) from None


def require_approver(
    kind: Approver, approving: str, *, division: str, scope: Collection[str]
) -> None:
    """A government covers the whole scope; a superior is above who checks, besides."""
    own = divisions.scope(approving)
    above = divisions.covers(own, division) and approving != division
    covers_all = all(divisions.covers(own, each) for each in scope)
    county_or_above = level(approving) in {Level.PROVINCE, Level.CITY, Level.COUNTY}
    fit = above if kind is Approver.VERTICAL_SUPERIOR else county_or_above
    if not (fit and covers_all):
        raise ApproverTooLow(reason="approving_division", pointer="/approving_division")


def require_period(
    *, approved_on: date, starts_on: date, ends_on: date, today: date, longest: int
) -> None:
    in_order = approved_on <= min(today, starts_on) and starts_on <= ends_on
    if not in_order or (ends_on - starts_on).days >= longest:
        raise SpecialPeriod(reason="period", pointer="/ends_on", days=longest)


def require_within(
    limits: Limits, *, place: str, contents: Collection[str], on_day: date, begun: int
) -> None:
    """Whether one more inspection there, that day, of these contents is covered."""
    in_time = limits.starts_on <= on_day <= limits.ends_on
    if limits.state is not SpecialState.PUBLISHED or not in_time:
        raise SpecialCheckNotInForce(
            state=limits.state, starts_on=limits.starts_on, ends_on=limits.ends_on
        )
    if not any(divisions.covers(divisions.scope(each), place) for each in limits.scope):
        raise OutsideSpecialScope(place=place)
    beyond = [each for each in contents if each not in limits.contents]
    if beyond or not contents:
        raise OutsideSpecialContent(beyond=", ".join(beyond) or "-")
    if begun >= limits.most:
        raise SpecialNumberReached(most=limits.most)
