"""Outlines of counties, and which of them a point lies in or near.

Plain arithmetic on integers: a question looks at a handful of outlines of some hundred corners,
which takes milliseconds and neither a geometry library nor its memory.
"""

import math
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

# Corners are in 1/10000 degree.
GRID: Final = 10_000
METRES_PER_UNIT: Final = math.radians(1) * 6_371_009 / GRID
# Google's encoded polyline: five bits a character, printable from 63 on, the sixth bit: more.
OFFSET, BITS, MORE = 63, 5, 0x20

Ring = tuple["array[int]", "array[int]"]


@dataclass(frozen=True)
class Outline:
    """The lines around a county; what lies inside an odd number of its rings lies in it."""

    code: str
    box: tuple[int, int, int, int]  # west, south, east, north
    encoded: tuple[str, ...]

    @cached_property
    def rings(self) -> tuple[Ring, ...]:
        """Longitudes and latitudes of the corners; decoded when first asked for."""
        return tuple(map(_decoded, self.encoded))

    def may_be_within(self, x: float, y: float, margin_x: float, margin_y: float) -> bool:
        west, south, east, north = self.box
        return west - margin_x <= x <= east + margin_x and south - margin_y <= y <= north + margin_y


@dataclass(frozen=True, slots=True)
class Near:
    """A county a point lies in, or not far from. `metres` is how far its nearest line is."""

    code: str
    inside: bool
    metres: float


def outlines(document: Mapping[str, Any]) -> tuple[Outline, ...]:
    """The outlines of the data file, whose `form` says how they are written."""
    return tuple(
        Outline(code, tuple(box), tuple(rings))
        for code, (box, *rings) in document["outlines"].items()
    )


def near(known: Sequence[Outline], *, lon: float, lat: float, reach_m: float) -> list[Near]:
    """The counties whose land is within `reach_m` of a point in WGS-84: where it lies, the nearest.

    Distances are on a plane that touches the globe at the point; within 50 km they are right to
    a part in a hundred, and the outlines themselves to some tens of metres.
    """
    x, y = lon * GRID, lat * GRID
    scale_y = METRES_PER_UNIT
    scale_x = METRES_PER_UNIT * math.cos(math.radians(lat))
    margins = reach_m / scale_x, reach_m / scale_y
    found = [
        Near(each.code, _inside(each.rings, x, y), _distance(each.rings, x, y, scale_x, scale_y))
        for each in known
        if each.may_be_within(x, y, *margins)
    ]
    within = [each for each in found if each.inside or each.metres <= reach_m]
    return sorted(within, key=lambda each: (not each.inside, each.metres, each.code))


def _inside(rings: Iterable[Ring], x: float, y: float) -> bool:
    """Whether a ray to the east crosses the lines an odd number of times."""
    crossings = 0
    for (ax, ay), (bx, by) in _edges(rings):
        if (ay > y) != (by > y) and x < (bx - ax) * (y - ay) / (by - ay) + ax:
            crossings += 1
    return crossings % 2 == 1


def _distance(rings: Iterable[Ring], x: float, y: float, scale_x: float, scale_y: float) -> float:
    """Metres from the point to the nearest edge."""
    least = math.inf
    for (ax, ay), (bx, by) in _edges(rings):
        px, py = (x - ax) * scale_x, (y - ay) * scale_y
        dx, dy = (bx - ax) * scale_x, (by - ay) * scale_y
        length = dx * dx + dy * dy
        part = min(1.0, max(0.0, (px * dx + py * dy) / length)) if length else 0.0
        ex, ey = px - part * dx, py - part * dy
        least = min(least, ex * ex + ey * ey)
    return math.sqrt(least)


def _edges(rings: Iterable[Ring]) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    for xs, ys in rings:
        corners = list(zip(xs, ys, strict=True))
        yield from zip(corners, [*corners[1:], corners[0]], strict=True)


def _decoded(encoded: str) -> Ring:
    xs, ys = array("i"), array("i")
    x = y = 0
    steps = _steps(encoded)
    for dy, dx in zip(steps, steps, strict=True):
        y += dy
        x += dx
        ys.append(y)
        xs.append(x)
    return xs, ys


def _steps(encoded: str) -> Iterator[int]:
    value = shift = 0
    for letter in encoded:
        bits = ord(letter) - OFFSET
        value |= (bits & (MORE - 1)) << shift
        shift += BITS
        if bits < MORE:
            yield ~(value >> 1) if value & 1 else value >> 1
            value = shift = 0
