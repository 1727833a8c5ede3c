"""Bodies of the figures."""

from datetime import date

from shared.http.body import Out


class LoadOut(Out):
    """In how many open matters of each kind a division has a part, as far as the asker may see."""

    name: str | None
    operations: int = 0
    handovers_in: int = 0
    handovers_out: int = 0
    requests_in: int = 0
    requests_out: int = 0
    activations: int = 0
    groups: int = 0


class MapPairOut(Out):
    """Two divisions that touch or meet; `km` is of their common border, if they have one.

    Letters, operations and activations are those of the days asked for, groups those of now.
    """

    a: str
    b: str
    km: float | None
    same_city: bool
    groups: int = 0
    operations: int = 0
    letters: int = 0
    activations: int = 0


class MapOut(Out):
    """What a map of cooperation shows: loads by division code, and the pairs between them."""

    division: str
    since: date
    until: date
    divisions: dict[str, LoadOut]
    pairs: list[MapPairOut]
