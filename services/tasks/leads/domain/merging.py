"""Which leads are about the same object, and which of them carries the matter on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import asin, cos, degrees, pi, radians, sin, sqrt
from typing import Final
from uuid import UUID

from services.tasks.leads.domain.life import OPEN, LeadState
from shared.errors import RuleViolation

EARTH_RADIUS: Final = 6_371_008.8  # metres, mean (IUGG)
# A box is a coarse filter: a little too wide is right.
WIDER: Final = 1.001


class Likeness(StrEnum):
    """Why two leads are proposed as one matter."""

    ENTERPRISE = "enterprise"
    CODE = "code"
    PLACE = "place"


class BothUnderWay(RuleViolation):
    code = "leads_both_under_way"
    zh = "多条线索已分别交办,不能合并。"
    en = "More than one of the leads is being worked on; they cannot be merged."


class MatterEnded(RuleViolation):
    code = "lead_matter_ended"
    zh = "线索 {number} 已核实或已并入其他线索,不能合并。"
    en = "Lead {number} is verified or merged already and cannot be merged."


class MergedWithItself(RuleViolation):
    code = "lead_merged_with_itself"
    zh = "线索不能与自身合并。"
    en = "A lead cannot be merged with itself."


@dataclass(frozen=True, slots=True)
class About:
    """What a lead is about; `point` is longitude and latitude of WGS 84 in degrees."""

    enterprise_id: UUID | None
    object_code: str | None
    point: tuple[float, float] | None
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class Nearness:
    """How near in metres and in time two leads without a named object must lie."""

    radius_m: float
    window: timedelta


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a lead has come."""

    id: UUID
    number: str
    state: LeadState
    received_at: datetime


def likeness(one: About, other: About, near: Nearness) -> Likeness | None:
    """Why the two may be one matter, None if they are not. Symmetric."""
    if abs(one.occurred_at - other.occurred_at) > near.window:
        return None
    if one.enterprise_id is not None and other.enterprise_id is not None:
        return Likeness.ENTERPRISE if one.enterprise_id == other.enterprise_id else None
    if one.object_code is not None and other.object_code is not None:
        return Likeness.CODE if one.object_code == other.object_code else None
    if one.point is None or other.point is None:
        return None
    return Likeness.PLACE if distance(one.point, other.point) <= near.radius_m else None


def carrier(leads: Sequence[Standing]) -> UUID:
    """The lead that carries the matter on: the one furthest on its way, of equals the oldest.

    It depends on the set alone, so the order of merging does not matter.
    """
    for each in leads:
        if each.state not in OPEN:
            raise MatterEnded(number=each.number)
    if sum(_is_under_way(each.state) for each in leads) > 1:
        raise BothUnderWay
    return min(leads, key=lambda each: (-OPEN.index(each.state), each.received_at, each.id)).id


def members(merged_into: Mapping[UUID, UUID | None], root: UUID) -> set[UUID]:
    """Everything a matter holds, the carrier included."""
    return {root, *(lead for lead, into in merged_into.items() if into == root)}


def distance(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Great-circle distance of two points (longitude, latitude) in metres, by the haversine."""
    (lon_1, lat_1), (lon_2, lat_2) = one, other
    half_lat = radians(lat_2 - lat_1) / 2
    half_lon = radians(lon_2 - lon_1) / 2
    chord = sin(half_lat) ** 2 + cos(radians(lat_1)) * cos(radians(lat_2)) * sin(half_lon) ** 2
    return 2 * EARTH_RADIUS * asin(sqrt(min(chord, 1.0)))


def box(point: tuple[float, float], radius_m: float) -> tuple[float, float, float, float]:
    """West, south, east and north of everything within the radius."""
    lon, lat = point
    high = degrees(radius_m / EARTH_RADIUS) * WIDER
    shrink = max(cos(min(abs(radians(lat)) + radians(high), pi / 2)), 1e-9)
    wide = min(high / shrink, 360.0)
    return lon - wide, lat - high, lon + wide, lat + high


def _is_under_way(state: LeadState) -> bool:
    return state in (LeadState.ASSIGNED, LeadState.ACCEPTED, LeadState.HANDED_ON)
