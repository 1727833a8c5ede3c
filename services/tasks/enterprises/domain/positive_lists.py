"""监督执法正面清单: six categories, what being on the list does, and how one leaves it.

The numbering is ours, after the list published in 2020 (DOMAIN 3.4); seed 001 says "六类".
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from shared.errors import AlreadyExists, InvalidInput, RuleViolation


class Category(StrEnum):
    EPIDEMIC_SUPPLIES = "epidemic_supplies"  # 1 疫情防控急需的卫生、物资生产企业
    LIVELIHOOD = "livelihood"  # 2 民生保障重点行业企业
    LOW_POLLUTION_JOBS = "low_pollution_jobs"  # 3 污染小、吸纳就业能力强的行业企业
    KEY_PROJECTS = "key_projects"  # 4 重点工程项目
    KEY_FIELDS = "key_fields"  # 5 重点领域企业
    ONLINE_MONITORED = "online_monitored"  # 6 其他已安装在线监控设备、正常运行并联网的企业


NUMBERS: Final = {category: number for number, category in enumerate(Category, 1)}


class Effect(StrEnum):
    """What a drawn or planned routine check of a listed object becomes."""

    OFF_SITE_ONLY = "off_site_only"  # 1-5: no visit, remote means instead
    ORDINARY = "ordinary"  # 6: as an ordinary unit, at a lower frequency


EFFECTS: Final = {
    category: Effect.ORDINARY if category is Category.ONLINE_MONITORED else Effect.OFF_SITE_ONLY
    for category in Category
}
SPARED: Final = tuple(each for each in Category if EFFECTS[each] is Effect.OFF_SITE_ONLY)


class RemovalGround(StrEnum):
    VIOLATION = "violation"  # 发现违法行为
    ACCIDENT = "accident"  # 突发环境事件
    EXPOSED = "exposed"  # 媒体曝光
    DISQUALIFIED = "disqualified"  # 不再符合条件
    CLOSED = "closed"  # 关停


class ListDays(InvalidInput):
    code = "list_days"
    zh = "清单失效日期不得早于生效日期。"
    en = "A list ends no earlier than it begins."


class ListWithdrawn(RuleViolation):
    code = "list_withdrawn"
    zh = "清单已废止。"
    en = "The list was withdrawn."


class OutsideTheList(InvalidInput):
    code = "outside_the_list"
    zh = "该执法对象不在发布机关辖区内,或已关停。"
    en = "The object is not within the division that published the list, or is closed."


class AlreadyListed(AlreadyExists):
    code = "already_listed"
    zh = "该执法对象已在此清单上。"
    en = "The object is on this list already."


class NotListed(RuleViolation):
    code = "not_listed"
    zh = "该执法对象不在此清单上。"
    en = "The object is not on this list."


@dataclass(frozen=True, slots=True)
class Standing:
    """Being on a list, as a visit or a draw sees it."""

    category: Category
    document: str
    effect: Effect


def require_days(valid_from: date, valid_to: date | None) -> None:
    if valid_to is not None and valid_to < valid_from:
        raise ListDays(reason="days", pointer="/valid_to")
