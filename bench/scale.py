"""How much is measured and how long."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final


@dataclass(frozen=True, slots=True)
class Scale:
    """Sizes in rows, a slice in whole seconds."""

    rounds: int
    seconds: int
    petitions: int
    clocks: int
    few_clocks: int
    # Running clocks a notice of holidays goes over.
    followed: int
    # Petitions that repeats and words are looked for among, and matters made up to be found.
    letters: int
    matters: int
    tasks: int
    texts: tuple[Path, ...] = ()


FULL: Final = Scale(
    rounds=6,
    seconds=3,
    petitions=1_000_000,
    clocks=1_000_000,
    few_clocks=10_000,
    followed=100_000,
    letters=100_000,
    matters=200,
    tasks=100_000,
)
QUICK: Final = Scale(
    rounds=3,
    seconds=1,
    petitions=50_000,
    clocks=50_000,
    few_clocks=5_000,
    followed=10_000,
    letters=10_000,
    matters=50,
    tasks=10_000,
)
