"""What a bureau has to work with, and what of it is free for a time."""

from collections.abc import Container
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from services.regions.officers.domain.eligibility import Period
from shared.errors import InvalidInput, RuleViolation


class EquipmentKind(StrEnum):
    INFRARED_CAMERA = "infrared_camera"  # 红外热成像仪
    PID = "pid"  # 光离子化检测仪
    DRONE = "drone"  # 无人机
    MOBILE_SURVEY = "mobile_survey"  # 走航车
    BODY_CAMERA = "body_camera"  # 执法记录仪


class EquipmentStatus(StrEnum):
    IN_SERVICE = "in_service"  # 在用
    UNDER_REPAIR = "under_repair"  # 维修
    AT_CALIBRATION = "at_calibration"  # 检定校准中
    RETIRED = "retired"  # 报废


class EquipmentReason(StrEnum):
    """Why an item cannot be taken along."""

    NOT_IN_SERVICE = "not_in_service"  # 不在用
    CALIBRATION_EXPIRED = "calibration_expired"  # 检定校准有效期不足
    BOOKED = "booked"  # 同一时间另有任务
    ASSIGNED = "assigned"  # 配发给未参加的人员


class EquipmentExists(RuleViolation):
    code = "equipment_exists"
    zh = "该机构已有相同类别和编号的装备。"
    en = "The bureau has equipment of this kind and serial number already."


class EquipmentRetired(RuleViolation):
    code = "equipment_retired"
    zh = "装备已报废。"
    en = "The equipment is retired."


class ForeignHolder(InvalidInput):
    code = "foreign_holder"
    zh = "装备只能配发给本机构在岗人员。"
    en = "Equipment is assigned to an active officer of its own bureau."


class EquipmentNotFree(RuleViolation):
    """Names the items that cannot be booked and why."""

    code = "equipment_not_free"
    zh = "下列装备不能使用:{reasons}"
    en = "This equipment cannot be taken: {reasons}"


class EquipmentWithoutItsPeople(RuleViolation):
    """An item goes with people of its division or of one below it."""

    code = "equipment_without_its_people"
    zh = "装备所属行政区划(及其下辖)没有人员参加:{items}"
    en = "Nobody of the equipment's division, or of one below it, goes along: {items}"


@dataclass(frozen=True, slots=True)
class Item:
    """What decides about one piece of equipment; `holder` is the officer it is assigned to.

    Without a day to which its calibration is valid it needs none. `bookings` are those of others.
    """

    status: EquipmentStatus
    calibration_valid_to: date | None
    holder: UUID | None
    bookings: tuple[Period, ...]


def equipment_reasons(
    item: Item, period: Period, *, team: Container[UUID]
) -> tuple[EquipmentReason, ...]:
    """Every reason why the item cannot be taken along by these officers; none if it can."""
    found = []
    if item.status is not EquipmentStatus.IN_SERVICE:
        found.append(EquipmentReason.NOT_IN_SERVICE)
    if item.calibration_valid_to is not None and item.calibration_valid_to < period.days[1]:
        found.append(EquipmentReason.CALIBRATION_EXPIRED)
    if any(period.overlaps(each) for each in item.bookings):
        found.append(EquipmentReason.BOOKED)
    if item.holder is not None and item.holder not in team:
        found.append(EquipmentReason.ASSIGNED)
    return tuple(found)
