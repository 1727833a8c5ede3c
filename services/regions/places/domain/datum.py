"""In which datum a coordinate is given. The outlines are in WGS-84 (CGCS2000, less than 1 m off).

Chinese map services shift what they show: GCJ-02 (高德、腾讯) by a secret but well known function,
BD-09 (百度) once more. Taken for WGS-84, such a point is up to 700 m off, across many a border.
"""

import math
from enum import StrEnum
from typing import Final


class Datum(StrEnum):
    WGS84 = "wgs84"  # GPS, 北斗, 天地图 (CGCS2000)
    GCJ02 = "gcj02"  # 火星坐标: 高德, 腾讯
    BD09 = "bd09"  # 百度


# The ellipsoid of Krassowsky, by which the shift is computed.
AXIS: Final = 6_378_245.0
ECCENTRICITY: Final = 0.006_693_421_622_965_943
# GCJ-02 is turned back by approaching it; five steps leave less than a millimetre.
STEPS: Final = 5
BD_TURN: Final = math.pi * 3000.0 / 180.0


def to_wgs84(lon: float, lat: float, datum: Datum) -> tuple[float, float]:
    """The same point in WGS-84, in degrees."""
    match datum:
        case Datum.WGS84:
            return lon, lat
        case Datum.GCJ02:
            return _from_gcj02(lon, lat)
        case Datum.BD09:
            return _from_gcj02(*_from_bd09(lon, lat))


def _from_bd09(lon: float, lat: float) -> tuple[float, float]:
    x, y = lon - 0.0065, lat - 0.006
    radius = math.hypot(x, y) - 0.00002 * math.sin(y * BD_TURN)
    angle = math.atan2(y, x) - 0.000003 * math.cos(x * BD_TURN)
    return radius * math.cos(angle), radius * math.sin(angle)


def _from_gcj02(lon: float, lat: float) -> tuple[float, float]:
    found_lon, found_lat = lon, lat
    for _ in range(STEPS):
        east, north = _shift(found_lon, found_lat)
        found_lon, found_lat = lon - east, lat - north
    return found_lon, found_lat


def _shift(lon: float, lat: float) -> tuple[float, float]:
    """How far GCJ-02 moves a point of WGS-84, in degrees to the east and to the north."""
    x, y = lon - 105.0, lat - 35.0
    ripple = _ripples(x, 6, 20) + _ripples(x, 2, 20)
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x)) + ripple
    north += _ripples(y, 1, 20) + _ripples(y, 1 / 3, 40)
    north += _ripples(y, 1 / 12, 160) + _ripples(y, 1 / 30, 320)
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x)) + ripple
    east += _ripples(x, 1, 20) + _ripples(x, 1 / 3, 40)
    east += _ripples(x, 1 / 12, 150) + _ripples(x, 1 / 30, 300)
    turn = 1 - ECCENTRICITY * math.sin(math.radians(lat)) ** 2
    along = AXIS * (1 - ECCENTRICITY) / (turn * math.sqrt(turn))
    across = AXIS / math.sqrt(turn) * math.cos(math.radians(lat))
    return math.degrees(east / across), math.degrees(north / along)


def _ripples(degrees: float, times: float, height: float) -> float:
    return height * 2 / 3 * math.sin(times * degrees * math.pi)
