"""The words of joint enforcement that agreements, plans, groups and operations share.

Four forms, four links, four focuses (四种联动方式、四联、四重; DOMAIN 4.1) are data that everything
later in the work refers to.
"""

from enum import StrEnum


class Form(StrEnum):
    """The four forms of joint enforcement (四种联动方式)."""

    COMPREHENSIVE = "comprehensive"  # 综合联动
    DAILY = "daily"  # 日常联动
    EMERGENCY = "emergency"  # 应急联动
    EXCHANGE = "exchange"  # 交流联动


class Link(StrEnum):
    """The four links (四联): by what bureaus act together."""

    AREA = "area"  # 地域联动
    TIME = "time"  # 时间联动
    STAFF = "staff"  # 人员联动
    INFORMATION = "information"  # 信息化联动


class Focus(StrEnum):
    """The four focuses (四重): what joint enforcement looks at first."""

    AIR = "air"  # 大气
    WATER = "water"  # 水环境
    WASTE = "waste"  # 固(危)废
    OFF_SITE = "off_site"  # 非现场检查
