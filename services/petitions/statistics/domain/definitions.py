"""The published figures, each a versioned rule (DOMAIN 2.9).

A rule is never changed in place: what would count otherwise is a new version beside the old one,
which is no longer `current` but can still be asked for by its code.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from services.petitions.statistics.domain.facts import Fact
from shared.errors import InvalidInput


class Metric(StrEnum):
    REPEAT_RATE = "repeat_rate"  # 重复率
    DISSATISFACTION_RATE = "dissatisfaction_rate"  # 不满意率
    TIMELY_ACCEPTANCE_RATE = "timely_acceptance_rate"  # 按时受理率
    TIMELY_CLOSING_RATE = "timely_closing_rate"  # 按时办结率
    AVERAGE_DAYS_TO_CLOSE = "average_days_to_close"  # 平均办结天数
    SPOT_CHECK_SHARE = "spot_check_share"  # 抽查率
    SPOT_CHECK_PASS_RATE = "spot_check_pass_rate"  # noqa: S105 -- 抽查合格率
    RECEIVED = "received"  # 收到
    CALLED_BACK = "called_back"  # 有效回访
    CLOSED = "closed"  # 办结
    PUSHED = "pushed"  # 直通车推送
    RESOLVED = "resolved"  # 直通车解决


class Denominator(StrEnum):
    """What the dissatisfaction rate is counted against; practice knows both."""

    VALID_CALLBACK = "valid_callback"
    CLOSED = "closed"


class Unit(StrEnum):
    ITEMS = "items"
    PERCENT = "percent"
    DAYS = "days"


@dataclass(frozen=True, slots=True)
class Definition:
    """How a figure is counted.

    A count has no denominator. Of a rate, only the items its fact marks are in the numerator; a
    mean divides the time that the marked items took by their number.
    """

    code: str
    metric: Metric
    unit: Unit
    zh: str
    en: str
    rule_zh: str
    rule_en: str
    numerator: Fact
    denominator: Fact | None = None
    switch: Denominator | None = None
    current: bool = True

    def only_marked(self, *, of_denominator: bool) -> bool:
        """Whether the numerator or the denominator leaves out what its fact does not mark."""
        return self.unit is Unit.DAYS or (self.unit is Unit.PERCENT and not of_denominator)

    @property
    def facts(self) -> tuple[Fact, ...]:
        """What has to be counted for it, each once."""
        both = (self.numerator, self.denominator)
        return tuple(dict.fromkeys(each for each in both if each is not None))


DEFINITIONS: Final = (
    Definition(
        "repeat_rate.v1",
        Metric.REPEAT_RATE,
        Unit.PERCENT,
        "重复率",
        "Repeat rate",
        "期内收到的重复件 ÷ 期内收到的全部信访件,按各区划份额计。",
        "Repeat items received in the period ÷ all items received in it, by division shares.",
        numerator=Fact.RECEIVED,
        denominator=Fact.RECEIVED,
    ),
    Definition(
        "dissatisfaction_rate.valid_callback.v1",
        Metric.DISSATISFACTION_RATE,
        Unit.PERCENT,
        "不满意率",
        "Dissatisfaction rate",
        "期内最后一次有效回访为不满意的信访件 ÷ 期内有有效回访的信访件,按各区划份额计。",
        "Items whose last valid call-back in the period is dissatisfied ÷ items with one.",
        numerator=Fact.CALLED_BACK,
        denominator=Fact.CALLED_BACK,
        switch=Denominator.VALID_CALLBACK,
    ),
    Definition(
        "dissatisfaction_rate.closed.v1",
        Metric.DISSATISFACTION_RATE,
        Unit.PERCENT,
        "不满意率",
        "Dissatisfaction rate",
        "期内最后一次有效回访为不满意的信访件 ÷ 期内办结的信访件,按各区划份额计。",
        "Items whose last valid call-back in the period is dissatisfied ÷ items closed in it.",
        numerator=Fact.CALLED_BACK,
        denominator=Fact.CLOSED_OR_REFUSED,
        switch=Denominator.CLOSED,
        current=False,
    ),
    Definition(
        "dissatisfaction_rate.closed.v2",
        Metric.DISSATISFACTION_RATE,
        Unit.PERCENT,
        "不满意率",
        "Dissatisfaction rate",
        "期内最后一次有效回访为不满意的信访件 ÷ 期内办结的信访件(不含不受理件),按各区划份额计。"
        "分子不限于期内办结件,故可能大于分母。",
        "Items whose last valid call-back in the period is dissatisfied ÷ items closed in it; a"
        " refusal closes nothing. The numerator need not be closed in it and may be the larger.",
        numerator=Fact.CALLED_BACK,
        denominator=Fact.CLOSED,
        switch=Denominator.CLOSED,
    ),
    Definition(
        "timely_acceptance_rate.v1",
        Metric.TIMELY_ACCEPTANCE_RATE,
        Unit.PERCENT,
        "按时受理率",
        "Timely acceptance rate",
        "受理期限在期内届满的信访件中,按时受理或者按时决定不予受理的 ÷ 全部;截至统计时点"
        "已逾期未决定的计入分母,期限尚未届满的不计。期限在期内多次届满的计一次,均按时方为按时。",
        "Of the items whose time to accept ran out in the period, those accepted or refused in time"
        " ÷ all. Overdue open ones are in the denominator; what is not yet due is not. An item due"
        " several times counts once, in time if it always was.",
        numerator=Fact.ACCEPTANCE_DUE,
        denominator=Fact.ACCEPTANCE_DUE,
    ),
    Definition(
        "timely_closing_rate.v1",
        Metric.TIMELY_CLOSING_RATE,
        Unit.PERCENT,
        "按时办结率",
        "Timely closing rate",
        "办理期限在期内届满的信访件中,按时办结的 ÷ 全部;截至统计时点已逾期未办结的计入分母,"
        "期限尚未届满或者中止的不计。期限在期内多次届满的计一次,均按时方为按时。",
        "Of the items whose time to close ran out in the period, those closed in time ÷ all."
        " Overdue open ones are in the denominator; what is not yet due, or paused, is not. An item"
        " due several times counts once, in time if it always was.",
        numerator=Fact.CLOSING_DUE,
        denominator=Fact.CLOSING_DUE,
    ),
    Definition(
        "spot_check_share.v1",
        Metric.SPOT_CHECK_SHARE,
        Unit.PERCENT,
        "抽查率",
        "Share spot-checked",
        "期内办结的信访件中,截至统计时点经上级抽查的 ÷ 全部;办结后经抽查退回的计入。",
        "Of the items closed in the period, those a superior had spot-checked by then ÷ all; what"
        " a check opened again is among them.",
        numerator=Fact.CHECKABLE,
        denominator=Fact.CHECKABLE,
    ),
    Definition(
        "spot_check_pass_rate.v1",
        Metric.SPOT_CHECK_PASS_RATE,
        Unit.PERCENT,
        "抽查合格率",
        "Spot checks passed",
        "期内结果为合格的抽查 ÷ 期内全部抽查;一件抽查几次的计几次。",
        "Spot checks of the period that were passed ÷ all of them; an item checked several times"
        " counts as often.",
        numerator=Fact.CHECKED,
        denominator=Fact.CHECKED,
    ),
    Definition(
        "average_days_to_close.v1",
        Metric.AVERAGE_DAYS_TO_CLOSE,
        Unit.DAYS,
        "平均办结天数",
        "Average days to close",
        "期内办结且有受理时间的信访件,自受理至办结的时间之和 ÷ 件数;一天为 24 小时。",
        "The time from acceptance to closing of the items closed in the period whose acceptance is"
        " on record ÷ their number; a day has 24 hours.",
        numerator=Fact.CLOSED,
        denominator=Fact.CLOSED,
    ),
    Definition(
        "received.v1",
        Metric.RECEIVED,
        Unit.ITEMS,
        "收到信访件",
        "Items received",
        "期内收到的信访件,按各区划份额计;协同件只计主件。",
        "Items received in the period, by division shares; of a coordinated item its parts do not"
        " count again.",
        numerator=Fact.RECEIVED,
    ),
    Definition(
        "called_back.v1",
        Metric.CALLED_BACK,
        Unit.ITEMS,
        "有效回访件",
        "Items called back",
        "期内有有效回访(满意、基本满意、不满意)的信访件,以最后一次为准。",
        "Items with a valid call-back in the period (satisfied, basically satisfied,"
        " dissatisfied); the last one counts.",
        numerator=Fact.CALLED_BACK,
    ),
    Definition(
        "closed.v1",
        Metric.CLOSED,
        Unit.ITEMS,
        "办结信访件",
        "Items closed",
        "期内办结的信访件(不含不受理件)。",
        "Items closed in the period; a refusal closes nothing.",
        numerator=Fact.CLOSED,
    ),
    Definition(
        "pushed.v1",
        Metric.PUSHED,
        Unit.ITEMS,
        "直通车推送件",
        "Items pushed",
        "期内经直通车周报推送的事项。",
        "Matters pushed by a weekly report of the through-train in the period.",
        numerator=Fact.PUSHED,
    ),
    Definition(
        "resolved.v1",
        Metric.RESOLVED,
        Unit.ITEMS,
        "直通车解决件",
        "Items resolved",
        "期内解决的直通车事项。",
        "Matters of the through-train resolved in the period.",
        numerator=Fact.RESOLVED,
    ),
)
BY_CODE: Final[Mapping[str, Definition]] = {each.code: each for each in DEFINITIONS}


class NoSuchRule(InvalidInput):
    code = "no_such_rule"
    zh = "指标 {metric} 没有此口径:{asked}"
    en = "{metric} has no rule {asked}."


def definition(
    metric: Metric, *, denominator: Denominator | None = None, version: str | None = None
) -> Definition:
    """The rule in force, or the one asked for by its code; NoSuchRule if it is another's."""
    fitting = [
        each
        for each in DEFINITIONS
        if each.metric is metric
        and (each.current if version is None else each.code == version)
        and (denominator is None or each.switch is denominator)
    ]
    if not fitting:
        pointer = "version" if version else "denominator"
        asked = version or denominator
        raise NoSuchRule(reason=pointer, pointer=pointer, metric=metric.value, asked=asked)
    return fitting[0]
