"""What kinds of bureaus there are."""

from enum import StrEnum

from shared.errors import RuleViolation


class BureauKind(StrEnum):
    ECOLOGY_BUREAU = "ecology_bureau"  # 生态环境局、分局
    ENFORCEMENT_CORPS = "enforcement_corps"  # 综合行政执法总队、支队、队、大队
    PETITION_OFFICE = "petition_office"  # 信访局、信访办公室
    COMMAND_CENTER = "command_center"  # 指挥中心
    GOVERNMENT = "government"  # 人民政府


class BureauExists(RuleViolation):
    code = "bureau_exists"
    zh = "该行政区划内已有同名机构。"
    en = "The division has a bureau of this name already."
