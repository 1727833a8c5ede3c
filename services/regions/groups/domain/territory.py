"""What a city is, where bureaus act together across its border."""

from dataclasses import dataclass
from typing import Final

from shared import divisions
from shared.divisions import Level

# Heading of counties that a province runs itself (省直辖县级): no bureau stands behind it.
BY_THE_PROVINCE: Final = "90"


def city(code: str) -> str:
    """The city a division belongs to, as far as command goes.

    A municipality (直辖市) is one city with all its districts, under whatever heading; a county
    that its province runs itself (济源 419001, 仙桃 429004) has nobody between: a city of its own.
    """
    if divisions.level(code) is Level.PROVINCE:
        return code
    if code[:2] in divisions.MUNICIPALITIES:
        return code[:2] + "0000"
    return code if code[2:4] == BY_THE_PROVINCE else divisions.city_of(code)


@dataclass(frozen=True, slots=True, order=True)
class Pair:
    """Two counties, `a` before `b`, that touch for `km` kilometres, by land or by water.

    By sea they do not touch, and `km` is the way over the water.
    """

    a: str
    b: str
    km: float
    by_sea: bool = False

    @property
    def crosses(self) -> bool:
        """Whether the border is one between cities (两两交界)."""
        return city(self.a) != city(self.b)

    @property
    def cities(self) -> frozenset[str]:
        return frozenset((city(self.a), city(self.b)))
