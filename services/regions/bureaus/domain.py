"""What kinds of bureaus there are, which stands above which, and from when to when."""

from datetime import date
from enum import StrEnum
from typing import Final

from shared import divisions
from shared.errors import InvalidInput, RuleViolation

# Offices stand on the levels of 1.1, from the nation to a township's station, and no deeper.
MOST_SUPERIORS: Final = 8


class BureauKind(StrEnum):
    ECOLOGY_BUREAU = "ecology_bureau"  # 生态环境局、分局
    ENFORCEMENT_CORPS = "enforcement_corps"  # 综合行政执法总队、支队、队、大队
    PETITION_OFFICE = "petition_office"  # 信访局、信访办公室
    COMMAND_CENTER = "command_center"  # 指挥中心
    GOVERNMENT = "government"  # 人民政府
    POLICE = "police"  # 公安机关
    PROCURATORATE = "procuratorate"  # 人民检察院
    COURT_LIAISON = "court_liaison"  # 法院联络机构
    PROVINCIAL_PLATFORM = "provincial_platform"  # 省级平台
    MONITORING_STATION = "monitoring_station"  # 生态环境监测站
    INDUSTRIAL_PARK = "industrial_park"  # 园区管委会
    TOWNSHIP_GOVERNMENT = "township_government"  # 乡镇人民政府、街道办事处


class BureauExists(RuleViolation):
    code = "bureau_exists"
    zh = "该行政区划内已有同名机构。"
    en = "The division has a bureau of this name already."


class BureauClosed(RuleViolation):
    code = "bureau_closed"
    zh = "该机构已撤销。"
    en = "The bureau is closed."


class BureauNotEmpty(RuleViolation):
    """Whoever closes a bureau has first seen to its people, its things and its lower offices."""

    code = "bureau_not_empty"
    zh = "该机构尚有{what},不能撤销。"
    en = "The bureau still has {what_en} and cannot be closed."


class ForeignSuperior(InvalidInput):
    code = "foreign_superior"
    zh = "上级机构应在同一行政区划或其上级行政区划,且未撤销。"
    en = "A superior bureau is an open one of the same division or of one above it."


class CircularSuperiors(RuleViolation):
    code = "circular_superiors"
    zh = "机构不能成为其下级机构的下级。"
    en = "A bureau cannot stand below one of its own lower offices."


class BadLastDay(InvalidInput):
    code = "bad_last_day"
    zh = "撤销日期不得早于设立日期,也不得晚于今天。"
    en = "The last day lies neither before the first nor after today."


def may_stand_above(superior: str, division: str) -> bool:
    """Whether an office of the division `superior` can have one of `division` below it."""
    return divisions.covers(divisions.scope(superior), division)


def require_last_day(day: date, *, active_from: date | None, today: date) -> None:
    if day > today or (active_from is not None and day < active_from):
        raise BadLastDay(reason="last_day", pointer="/last_day")
