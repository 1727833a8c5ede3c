"""A round of the rota: from what is known to who goes; the same input gives the same output."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from services.regions.rota.domain.shares import Bounds, Standing, allot
from services.regions.rota.domain.turns import Member, Pick, Queue, take


@dataclass(frozen=True, slots=True)
class UnitInput:
    """A unit as it stands. `owing` are persons it was to send and could not."""

    code: str
    headcount: int
    carried: Fraction
    owing: int
    queue: Queue


@dataclass(frozen=True, slots=True)
class RoundInput:
    """All that decides about a round. `most_in_all` bounds the round where units' bounds do not."""

    capacity: int
    bounds: Bounds
    units: tuple[UnitInput, ...]
    most_in_all: int | None = None


@dataclass(frozen=True, slots=True)
class UnitDraw:
    """A unit's part: entitled, given of it, wanted with what it owed, who goes, what is lacking.

    `skipped` are those who stood before the last one drawn and could not go, with the reason.
    """

    code: str
    entitled: Fraction
    given: int
    wanted: int
    picked: tuple[Pick, ...]
    skipped: tuple[tuple[str, str], ...]

    @property
    def short(self) -> int:
        return self.wanted - len(self.picked)


def draw(given: RoundInput) -> tuple[UnitDraw, ...]:
    """The round, unit by unit in the order of their codes."""
    standings = [Standing(each.code, each.headcount, each.carried) for each in given.units]
    shares = allot(standings, given.capacity, given.bounds)
    room = None
    if given.most_in_all is not None:
        room = max(0, given.most_in_all - sum(each.given for each in shares.values()))
    drawn = []
    for unit in sorted(given.units, key=lambda each: each.code):
        share = shares[unit.code]
        made_good = max(0, min(unit.owing, given.bounds.most - share.given))
        if room is not None:
            made_good = min(made_good, room)
            room -= made_good
        wanted = share.given + made_good
        picked, _ = take(unit.queue, wanted)
        drawn.append(
            UnitDraw(
                code=unit.code,
                entitled=share.entitled,
                given=share.given,
                wanted=wanted,
                picked=picked,
                skipped=_skipped(unit.queue, picked, wanted),
            )
        )
    return tuple(drawn)


def _skipped(queue: Queue, picked: tuple[Pick, ...], wanted: int) -> tuple[tuple[str, str], ...]:
    last = picked[-1].place if len(picked) == wanted and picked else queue.end
    return tuple(
        (each.key, each.barred)
        for each in sorted(queue.members, key=lambda each: each.place)
        if each.barred is not None and wanted and each.place < last
    )


def input_to_json(given: RoundInput) -> dict[str, Any]:
    """Exact: fractions as `p/q`."""
    return {
        "capacity": given.capacity,
        "least": given.bounds.least,
        "most": given.bounds.most,
        "most_in_all": given.most_in_all,
        "units": [
            {
                "code": unit.code,
                "headcount": unit.headcount,
                "carried": text_of(unit.carried),
                "owing": unit.owing,
                "end": unit.queue.end,
                "members": [
                    {
                        "id": each.key,
                        "place": each.place,
                        "lap": each.lap,
                        "barred": each.barred,
                    }
                    for each in sorted(unit.queue.members, key=lambda each: each.place)
                ],
            }
            for unit in sorted(given.units, key=lambda each: each.code)
        ],
    }


def input_from_json(kept: Mapping[str, Any]) -> RoundInput:
    return RoundInput(
        capacity=kept["capacity"],
        bounds=Bounds(kept["least"], kept["most"]),
        most_in_all=kept["most_in_all"],
        units=tuple(
            UnitInput(
                code=unit["code"],
                headcount=unit["headcount"],
                carried=Fraction(unit["carried"]),
                owing=unit["owing"],
                queue=Queue(
                    unit["end"],
                    tuple(
                        Member(each["id"], each["place"], each["lap"], each["barred"])
                        for each in unit["members"]
                    ),
                ),
            )
            for unit in kept["units"]
        ),
    )


def outcome_to_json(drawn: tuple[UnitDraw, ...]) -> list[dict[str, Any]]:
    return [
        {
            "code": unit.code,
            "entitled": text_of(unit.entitled),
            "given": unit.given,
            "wanted": unit.wanted,
            "short": unit.short,
            "picked": [
                {
                    "id": each.key,
                    "place": each.place,
                    "lap": each.lap,
                    "next_place": each.next_place,
                    "next_lap": each.next_lap,
                }
                for each in unit.picked
            ],
            "skipped": [{"id": key, "reason": reason} for key, reason in unit.skipped],
        }
        for unit in drawn
    ]


def digest(content: object) -> str:
    """SHA-256 of canonical JSON, as lower-case hex."""
    packed = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(packed.encode()).hexdigest()


def text_of(value: Fraction) -> str:
    return f"{value.numerator}/{value.denominator}"
