"""The air situation is looked at regularly, and what looks wrong is surveyed at once (row 0-05)."""

from datetime import date
from enum import StrEnum
from typing import Final

from shared.errors import IllegalStep, InvalidInput

LONGEST_DAYS: Final = 366


class Judgement(StrEnum):
    """研判结论."""

    NORMAL = "normal"
    ABNORMAL = "abnormal"
    DATA_DOUBTFUL = "data_doubtful"  # 数据存疑


class DataKind(StrEnum):
    """What was judged."""

    AMBIENT = "ambient"  # 空气质量
    ONLINE = "online"  # 在线监测
    PROCESS = "process"  # 工况
    ELECTRICITY = "electricity"
    VIDEO = "video"


class SurveyKind(StrEnum):
    MOBILE_SURVEY = "mobile_survey"  # 走航
    SATELLITE_SCAN = "satellite_scan"  # 卫星遥感扫描
    DRONE_FLIGHT = "drone_flight"  # 无人机


class SurveyState(StrEnum):
    REQUESTED = "requested"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"


class PeriodBackwards(InvalidInput):
    code = "analysis_period_invalid"
    zh = "分析时段须先起后止、不超过一年且已经开始。"
    en = "The period runs forward, lasts a year at most and has begun."


def check_period(first: date, last: date, *, today: date) -> None:
    if not first <= last or (last - first).days > LONGEST_DAYS or first > today:
        raise PeriodBackwards(reason="period", pointer="/last_day")


def require_open(state: SurveyState, action: str) -> None:
    """A request is answered or withdrawn once."""
    if state is not SurveyState.REQUESTED:
        raise IllegalStep(state=state, action=action, allowed=[])
