"""Groups worked out from the border graph, and groupings held against it. Nothing is stored."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.divisions.use_cases import require_known
from services.regions.groups import queries
from services.regions.groups.domain.checking import Findings, check
from services.regions.groups.domain.proposing import Proposal, Wishes, propose
from services.regions.groups.domain.territory import Pair, city
from shared import divisions
from shared.auth.actor import Actor
from shared.auth.policy import require
from shared.rule_settings import rule_settings


@dataclass(frozen=True, slots=True)
class Area:
    """Counties by code with their names, and the borders among them."""

    names: Mapping[str, str]
    borders: Sequence[Pair]


async def proposal(
    session: AsyncSession,
    actor: Actor,
    *,
    asked: Sequence[str] | None,
    most_members: int | None,
    groups: int | None,
    several: bool,
    sea: bool,
    today: date,
) -> tuple[Area, Proposal]:
    """Groups for an area; without one, for the whole country.

    With neither a size nor a number of groups the size is the setting's.
    """
    require(actor, "group.propose")
    area = await _area(session, asked, sea=sea, today=today)
    if most_members is None and groups is None:
        settings = await rule_settings(session, division=(asked or [_NATION])[0], on_day=today)
        most_members = settings["group.proposal_max_members"]
    wishes = Wishes(most_members, groups, several)
    # The whole country takes a third of a second, in which others are to be answered.
    return area, await asyncio.to_thread(propose, area.names, area.borders, wishes)


async def findings(
    session: AsyncSession,
    actor: Actor,
    *,
    asked: Sequence[str] | None,
    groups: Mapping[str, Sequence[str]],
    sea: bool,
    today: date,
) -> tuple[Area, Findings]:
    """What a grouping leaves out of an area; without one, of the cities it has members in."""
    require(actor, "group.propose")
    members = {each for codes in groups.values() for each in codes}
    await require_known(session, members, on_day=today, pointer="/groups")
    of = sorted({city(each) for each in members}) if asked is None else asked
    area = await _area(session, of, sea=sea, today=today)
    return area, await asyncio.to_thread(check, area.names, area.borders, groups)


# A division no setting of a place covers.
_NATION = divisions.NATION.ljust(6, "0")


async def _area(
    session: AsyncSession, asked: Sequence[str] | None, *, sea: bool, today: date
) -> Area:
    if asked is not None:
        await require_known(session, asked, on_day=today, pointer="/divisions")
    scopes = [divisions.scope(each) for each in asked or ()]
    return Area(
        await queries.counties_within(session, scopes, on_day=today),
        await queries.borders_within(session, scopes, sea=sea),
    )
