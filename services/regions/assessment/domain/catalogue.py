"""What a unit may be assessed by: each indicator, and the events it is counted from.

No figure is entered by anybody: numerator and denominator are rows of acts, found by
`assessment.queries.events` under the indicator's code.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Formula(StrEnum):
    """How an indicator's value comes from its events."""

    SHARE = "share"  # 比率: of a hundred events, how many were in time or good
    MEAN = "mean"  # 平均值: of the events' own values
    COUNT = "count"  # 累计: the sum of the events' own values, for bonus and malus alone


class Direction(StrEnum):
    HIGHER = "higher"  # 越高越好
    LOWER = "lower"  # 越低越好


@dataclass(frozen=True, slots=True)
class Indicator:
    """考核指标. `counts` say what the events are, and which of them are good."""

    code: str
    zh: str
    en: str
    unit: str
    formula: Formula
    direction: Direction
    counts_zh: str
    counts_en: str


def _in_time(code: str, zh: str, en: str, counts_zh: str, counts_en: str) -> Indicator:
    return Indicator(code, zh, en, "percent", Formula.SHARE, Direction.HIGHER, counts_zh, counts_en)


_LETTERS: Final = (
    _in_time(
        "letters_acknowledged",
        "协查、移交函按时签收率",
        "Letters acknowledged in time",
        "分母:收到的协查函、移交函的签收时限;分子:按时签收",
        "Of the terms to acknowledge letters received: those kept",
    ),
    _in_time(
        "letters_answered",
        "协查、移交函按时回复率",
        "Letters answered in time",
        "分母:收到的协查函、移交函的回复时限;分子:按时回复",
        "Of the terms to answer letters received: those kept",
    ),
    _in_time(
        "urgent_measures_taken",
        "紧急线索先期措施及时率",
        "First measures on urgent letters in time",
        "分母:紧急函件的先期措施时限;分子:按时采取措施",
        "Of the terms for first measures on urgent letters: those kept",
    ),
    _in_time(
        "notices_acknowledged",
        "交界通报按时确认率",
        "Border notices acknowledged in time",
        "分母:收到的交界地区通报的确认时限;分子:按时确认",
        "Of the terms to acknowledge border notices: those kept",
    ),
)
_JOINT_WORK: Final = (
    _in_time(
        "activations_acknowledged",
        "应急联动按时响应率",
        "Emergency calls answered in time",
        "分母:被呼叫的应急响应;分子:按时应答(到场或说明不能到场)",
        "Of emergency calls received: those answered in time, if only by saying why nobody comes",
    ),
    _in_time(
        "operations_joined",
        "联合行动参与率",
        "Joint operations joined",
        "分母:已答复的他方牵头联合行动邀请;分子:同意参加且未退出",
        "Of invitations to operations led by others and answered: agreed to and not left",
    ),
    _in_time(
        "operations_finished",
        "联合行动本方工作按期办结率",
        "Own part of joint operations finished in time",
        "分母:参加的联合行动(未取消)的办结期限;分子:按期办结本方工作",
        "Of operations taken part in and not called off: own part closed by the day it was due",
    ),
    _in_time(
        "findings_handed_over",
        "联合行动问题按期移交率",
        "Findings handed over in time",
        "分母:在他方辖区发现的问题;分子:行动办结期限前移交行为发生地",
        "Of findings about acts elsewhere: handed to that place by the operation's due day",
    ),
    _in_time(
        "quotas_met",
        "联动组应开展行动完成率",
        "Owed operations of joint groups held",
        "分母:所在联动组应开展的行动;分子:在规定时段内完成",
        "Of operations the unit's joint groups owed: held within their window",
    ),
    _in_time(
        "meeting_items_done",
        "联席会议事项按期办结率",
        "Meeting items done in time",
        "分母:由本单位负责的会议遗留事项;分子:按期办结",
        "Of open matters of meetings the unit is responsible for: done by the day they were due",
    ),
    _in_time(
        "plan_items_done",
        "实施方案事项按期完成率",
        "Matters of joint plans done in time",
        "分母:由本单位负责的方案事项;分子:在计划月份内完成",
        "Of matters of joint plans the unit is responsible for: done within their months",
    ),
)

INDICATORS: Final = (*_LETTERS, *_JOINT_WORK)
CATALOGUE: Final[Mapping[str, Indicator]] = {each.code: each for each in INDICATORS}
