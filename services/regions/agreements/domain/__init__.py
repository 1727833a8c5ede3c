"""The words of joint enforcement that agreements, plans, groups and operations share.

Four forms, four links, four focuses (四种联动方式、四联、四重; DOMAIN 4.1) are data that everything
later in the work refers to, and so is the turn of the lead (轮值).
"""

from enum import StrEnum

from services.regions.agreements.domain.rotation import Skip, lead_of, rotation, term_at

__all__ = ["Focus", "Form", "Link", "Season", "Skip", "System", "lead_of", "rotation", "term_at"]


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


class System(StrEnum):
    """What parties set up between them (机制), as found in real agreements (DOMAIN 4.2)."""

    JOINT_MEETING = "joint_meeting"  # 联席会议
    ROTATING_LEAD = "rotating_lead"  # 轮值
    CONSULTATION = "consultation"  # 定期会商
    INFORMATION_SHARING = "information_sharing"  # 信息共享
    CLUE_HANDOVER = "clue_handover"  # 线索、案件移交
    JOINT_ENFORCEMENT = "joint_enforcement"  # 一地吹哨,两地报到
    MIXED_TEAMS = "mixed_teams"  # 混合编组
    EMERGENCY = "emergency"  # 应急联动: the stricter of both sides' measures applies to both
    LOOK_BACK = "look_back"  # 重点案件回头看
    RIVER_CONTACT = "river_contact"  # 下游找上游、左岸找右岸、大头找小头
    THREE_UNIFIED = "three_unified"  # 统一标准、统一监测、统一执法
    PETITIONS = "petitions"  # 跨界信访协调


class Season(StrEnum):
    """Windows of comprehensive action (seed 003)."""

    SUMMER = "summer"  # 夏季(5–8 月)
    AUTUMN_WINTER = "autumn_winter"  # 秋冬季(10–12 月)
