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

_COMMAND: Final = (
    _in_time(
        "orders_acknowledged",
        "调度单按时签收率",
        "Dispatch orders acknowledged in time",
        "分母:收到的调度单(撤回的、退回理由成立的除外);分子:按时签收或退回",
        "Of orders received, but for those recalled or rightly refused: answered in time",
    ),
    _in_time(
        "orders_reported",
        "调度单按时反馈率",
        "Dispatch orders reported in time",
        "分母:收到的调度单(撤回的、退回理由成立的除外);分子:按时反馈结果",
        "Of orders received, but for those recalled or rightly refused: reported by their due time",
    ),
    _in_time(
        "orders_done_well",
        "调度单执行合格率",
        "Dispatch orders carried out well",
        "分母:指挥中心已考核的调度单;分子:考核为好或合格",
        "Of orders the centre evaluated: good or adequate",
    ),
    Indicator(
        "duty_holes",
        "值班脱岗时长",
        "Hours a duty desk was not kept",
        "hours",
        Formula.COUNT,
        Direction.LOWER,
        "值班台自首份值班表起无人或人员不足的时段,以小时计",
        "Times at which a desk, from its first roster on, lacked somebody, in hours",
    ),
    Indicator(
        "late_duty_handovers",
        "逾期交接班次数",
        "Late duty hand-overs",
        "times",
        Formula.COUNT,
        Direction.LOWER,
        "值班台逾期未交接班的预警",
        "Alerts that a shift's hand-over was late",
    ),
    _in_time(
        "rota_turns_served",
        "全员执法到岗率",
        "Turns of the all-staff rota served",
        "分母:被抽调的人次(经批准免除、调出的除外);分子:到岗",
        "Of turns drawn, but for those excused or swapped away: served",
    ),
    _in_time(
        "grid_visits_made",
        "网格巡查按期完成率",
        "Grid visits made in time",
        "分母:各网格对监管对象应开展的巡查;分子:按期开展",
        "Of visits the unit's grid cells owed to their objects: made in time",
    ),
)
_TOGETHER: Final = (
    _in_time(
        "consultation_measures_done",
        "会诊措施按期落实率",
        "Measures of consultations carried out in time",
        "分母:考核单位参加的会诊中由本单位负责的措施;分子:按期报结",
        "Of measures the unit answers for, from consultations the assessor has a part in: in time",
    ),
    _in_time(
        "audit_findings_rectified",
        "稽查问题按期整改率",
        "Audit findings rectified in time",
        "分母:已反馈的稽查问题(撤回的除外);分子:按期报整改",
        "Of findings of reported audits, but for those withdrawn: rectified by their due day",
    ),
    Indicator(
        "serious_audit_findings",
        "稽查发现的严重问题数",
        "Serious audit findings",
        "times",
        Formula.COUNT,
        Direction.LOWER,
        "已反馈的严重问题(撤回的除外)",
        "Serious findings of reported audits, but for those withdrawn",
    ),
    Indicator(
        "exchange_days_given",
        "互派人员派出人天",
        "Person-days given in staff exchanges",
        "person-days",
        Formula.COUNT,
        Direction.HIGHER,
        "已结束的派驻,按自然日计",
        "Stays elsewhere that are over, in calendar days",
    ),
    _in_time(
        "trainings_attended",
        "培训参加率",
        "Trainings attended",
        "分母:通知本单位参加并已举办的培训;分子:有人参加",
        "Of trainings held to which the unit was called: attended by somebody",
    ),
    Indicator(
        "honours",
        "人员受表扬次数",
        "Honours of the unit's people",
        "times",
        Formula.COUNT,
        Direction.HIGHER,
        "已确认的表扬",
        "Honours that were confirmed",
    ),
    Indicator(
        "file_review_score",
        "案卷评查平均分",
        "Mean score of reviewed case files",
        "points",
        Formula.MEAN,
        Direction.HIGHER,
        "已结束的案卷评查中本单位案卷的得分",
        "Scores of the unit's case files in reviews that are closed",
    ),
)

INDICATORS: Final = (*_LETTERS, *_JOINT_WORK, *_COMMAND, *_TOGETHER)
CATALOGUE: Final[Mapping[str, Indicator]] = {each.code: each for each in INDICATORS}
