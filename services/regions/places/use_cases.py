"""Finding the county of a point or of a text. Nothing is decided here, and nothing kept."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.divisions.domain import BorderKind
from services.regions.divisions.models import Border
from services.regions.divisions.queries import borders_of
from services.regions.places import domain, queries
from services.regions.places.domain import Datum, Entry, Gazetteer, Mention, Named, Near
from shared import divisions
from shared.auth.actor import Actor
from shared.divisions import Level
from shared.rule_settings import rule_settings

METRES: int = 1000


@dataclass(frozen=True, slots=True)
class Place:
    """A division as an answer shows it. `now` stands in its place if it is no longer valid."""

    code: str
    name: str
    level: Level
    path: tuple[tuple[str, str], ...]
    valid: bool
    now: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A county that borders on another; `km` as in the table of borders."""

    code: str
    name: str
    kind: BorderKind
    km: float
    other_city: bool


@dataclass(frozen=True, slots=True)
class Beside:
    """A county a point does not lie in, and how far off its nearest line is."""

    place: Place
    metres: float
    other_city: bool


@dataclass(frozen=True, slots=True)
class PointFound:
    """Where a point lies. Near a line every county that may be meant is a candidate."""

    lon: float
    lat: float
    candidates: tuple[tuple[Place, Near], ...]
    beside: tuple[Beside, ...]
    strip_km: float


@dataclass(frozen=True, slots=True)
class Meant:
    """One division a mention may mean, with the borders of its county."""

    place: Place
    candidate: domain.Candidate
    touches: tuple[Neighbour, ...]


@dataclass(frozen=True, slots=True)
class MentionFound:
    mention: Mention
    meant: tuple[Meant, ...]


async def locate_point(
    session: AsyncSession, *, lon: float, lat: float, datum: Datum, on_day: date
) -> PointFound:
    """The counties a point may lie in, and those whose border is within the strip.

    At sea, where no county is, the counties within `border.sea_km` are candidates.
    """
    lon, lat = domain.to_wgs84(lon, lat, datum)
    names = await queries.names(session, on_day=on_day)
    outlines = queries.known_outlines()
    # The widest default first: whose figure holds is known once the county is.
    here = domain.near(outlines, lon=lon, lat=lat, reach_m=0)
    figures = await _figures(session, here[0].code if here else None, on_day)
    strip_m = figures["border.strip_km"] * METRES
    reach = max(strip_m, figures["border.candidate_m"])
    if not here:
        reach = max(reach, figures["border.sea_km"] * METRES)
    found = domain.near(outlines, lon=lon, lat=lat, reach_m=reach)
    likely = [
        each
        for each in found
        if not here or each.inside or each.metres <= figures["border.candidate_m"]
    ]
    home = divisions.city_of(found[0].code) if found else None
    return PointFound(
        lon=lon,
        lat=lat,
        candidates=tuple((_place(names, each.code), each) for each in likely),
        beside=tuple(
            Beside(_place(names, each.code), each.metres, divisions.city_of(each.code) != home)
            for each in found
            if not each.inside and each.metres <= strip_m
        ),
        strip_km=figures["border.strip_km"],
    )


async def read_text(
    session: AsyncSession, actor: Actor, text: str, *, on_day: date
) -> list[MentionFound]:
    """Every division the text names, the asker's own cities first where a name has several."""
    names = await queries.names(session, on_day=on_day)
    mentions = domain.read(text, names, own=actor.scopes)
    counties = {
        code
        for mention in mentions
        for each in mention.candidates
        for code in _standing_for(each.named)
    }
    borders = await borders_of(session, counties)
    return [
        MentionFound(
            mention,
            tuple(
                Meant(
                    _place(names, each.named.code, mention.span.text, each.named),
                    each,
                    _touches(names, borders, _standing_for(each.named)),
                )
                for each in mention.candidates
            ),
        )
        for mention in mentions
    ]


async def _figures(session: AsyncSession, code: str | None, on_day: date) -> Mapping[str, Any]:
    # At sea, outside every county, the figures that hold everywhere do.
    return await rule_settings(
        session, division=code or divisions.division_of(divisions.NATION), on_day=on_day
    )


def _standing_for(named: Named) -> tuple[str, ...]:
    return named.now or (named.code,)


def _place(
    names: Gazetteer, code: str, called: str | None = None, named: Named | None = None
) -> Place:
    """The division; one the table does not know goes by what it was called."""
    path = names.path(code)
    entry = names.by_code.get(code)
    if entry is None:
        above = names.path(divisions.superior(code) or "")
        name, level = called or code, divisions.level(code)
        steps = (*_steps(above), (code, name))
    else:
        name, level, steps = entry.name, entry.level, _steps(path)
    now = named.now if named else names.now(code)
    return Place(
        code=code,
        name=name,
        level=level,
        path=steps,
        valid=named.valid if named else code in names.valid,
        now=tuple((each, names.by_code[each].name) for each in now if each in names.by_code),
    )


def _steps(path: Iterable[Entry]) -> tuple[tuple[str, str], ...]:
    return tuple((each.code, each.name) for each in path)


def _touches(
    names: Gazetteer, borders: Sequence[Border], codes: Sequence[str]
) -> tuple[Neighbour, ...]:
    found = []
    for border in borders:
        for mine, other in ((border.a, border.b), (border.b, border.a)):
            if mine in codes and other not in codes:
                entry = names.by_code.get(other)
                found.append(
                    Neighbour(
                        code=other,
                        name=entry.name if entry else other,
                        kind=border.kind,
                        km=border.km,
                        other_city=divisions.city_of(mine) != divisions.city_of(other),
                    )
                )
    return tuple(found)
