"""Who can be sent, and with what: asked across borders, answered without the files."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.bureaus import queries as bureaus
from services.regions.divisions.use_cases import require_known
from services.regions.officers import domain, queries
from services.regions.officers.domain import (
    LONGEST_CHAIN,
    EquipmentKind,
    EquipmentReason,
    Need,
    Period,
    Proximity,
    Reason,
    StandIn,
)
from services.regions.officers.models import Equipment, Officer
from services.regions.officers.queries import OfficerFile
from shared.auth.actor import Actor
from shared.auth.policy import may, require
from shared.clocks.days import SHANGHAI, legal_day
from shared.db.session import beyond_scope
from shared.rule_settings import rule_settings

NEAREST_FIRST: Final = {each: rank for rank, each in enumerate(Proximity)}


@dataclass(frozen=True, slots=True)
class Judgement:
    """An officer and what stands against sending him or her; nothing if eligible.

    `load` counts the bookings of the year besides the one asked for. `substitutes` stand in, in
    the order of the chain, where the officer is absent.
    """

    file: OfficerFile
    reasons: tuple[Reason, ...]
    missing_skills: tuple[str, ...] = ()
    load: int = 0
    proximity: Proximity | None = None
    substitutes: tuple[StandIn, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """Everybody judged; `people` are the officers and their substitutes by key."""

    judged: list[Judgement]
    people: Mapping[UUID, Officer]


@dataclass(frozen=True, slots=True)
class Availability:
    """An item, whose bureau it is, and what stands against taking it along."""

    equipment: Equipment
    bureau_name: str
    reasons: tuple[EquipmentReason, ...]


async def judge(
    session: AsyncSession,
    actor: Actor,
    *,
    codes: Sequence[str],
    need: Need,
    now: datetime,
    besides: UUID | None = None,
    operation_id: UUID | None = None,
    near: str | None = None,
) -> Answer:
    """Every active officer of the divisions, judged; the nearest and least engaged first.

    Bookings of the task `besides` do not count, nor those of its operation. One of the divisions
    is the asker's own.
    """
    require(actor, "officer.ask", division=codes[0], participants=codes[1:])
    for pointer, named in (
        ("/divisions", codes),
        ("/near", [near] if near else []),
        ("/other_area_than", [need.other_area_than] if need.other_area_than else []),
    ):
        await require_known(session, named, on_day=legal_day(now), pointer=pointer)
    async with beyond_scope(session):
        spared = await spared_holders(
            session, actor, "officer.ask", task_id=besides, operation_id=operation_id
        )
        officers = await queries.officers_of(session, codes)
        files = await queries.files(session, officers, since=need.period.starts_at)
        ids = [each.id for each in officers]
        loads = await queries.loads(session, ids, _year_of(need.period), besides=spared)
        neighbours = await queries.neighbours(session, near) if near else frozenset[str]()
        judged = [
            judgement(
                each,
                need,
                besides=spared,
                load=loads.get(each.officer.id, 0),
                proximity=_proximity(each.officer, near, neighbours),
            )
            for each in files
        ]
        return await _with_substitutes(session, judged, need.period, now=now)


def judgement(
    file: OfficerFile,
    need: Need,
    *,
    besides: frozenset[UUID],
    load: int = 0,
    proximity: Proximity | None = None,
) -> Judgement:
    candidate = file.candidate(need.period, besides=besides)
    return Judgement(
        file,
        domain.reasons_against(candidate, need),
        missing_skills=domain.missing_skills(candidate, need),
        load=load,
        proximity=proximity,
    )


async def availability(
    session: AsyncSession,
    actor: Actor,
    *,
    codes: Sequence[str],
    kinds: Iterable[EquipmentKind],
    period: Period,
    besides: UUID | None = None,
    operation_id: UUID | None = None,
) -> list[Availability]:
    """The items of these kinds that the divisions have, each with what bars it.

    What is assigned to an officer is free if nothing else bars it: it goes along with its holder.
    """
    wanted = set(kinds)
    if not wanted:
        return []
    require(actor, "officer.ask", division=codes[0], participants=codes[1:])
    async with beyond_scope(session):
        spared = await spared_holders(
            session, actor, "officer.ask", task_id=besides, operation_id=operation_id
        )
        items = await queries.equipment.of_kinds(session, wanted, codes)
        booked = await queries.equipment.with_bookings(session, items, period)
        owners = await bureaus.bureaus_by_id(session, {each.bureau_id for each in items})
    holders = {each.holder_id for each in items if each.holder_id}
    return [
        Availability(
            each.equipment,
            owners[each.equipment.bureau_id].name,
            domain.equipment_reasons(each.item(besides=spared), period, team=holders),
        )
        for each in booked
    ]


async def spared_holders(
    session: AsyncSession,
    actor: Actor,
    right: str,
    *,
    task_id: UUID | None,
    operation_id: UUID | None,
) -> frozenset[UUID]:
    """Whose bookings do not count: the task's own and those of its operation.

    An operation's only for who has the right in a division it holds officers of: nobody sees past
    what strangers hold by naming their operation.
    """
    spared = {task_id} if task_id else set()
    if operation_id is not None:
        held = await queries.divisions_held(session, operation_id)
        if held and may(actor, right, division=held[0], participants=held[1:]):
            spared.add(operation_id)
    return frozenset(spared)


async def _with_substitutes(
    session: AsyncSession, judged: list[Judgement], period: Period, *, now: datetime
) -> Answer:
    people = {each.file.officer.id: each.file.officer for each in judged}
    away = [each.file.officer for each in judged if Reason.ABSENT in each.reasons]
    links: list[StandIn] = []
    if away:
        settings = await rule_settings(session, division=away[0].division, on_day=legal_day(now))
        rows = await queries.substitutes_around(
            session, [each.id for each in away], period, steps=settings[LONGEST_CHAIN]
        )
        links = list(map(queries.stand_in, rows))
        unknown = {each.substitute_id for each in links} - people.keys()
        people |= await queries.officers_by_id(session, unknown)
    answered = [
        Judgement(
            each.file,
            each.reasons,
            each.missing_skills,
            each.load,
            each.proximity,
            domain.stand_ins(each.file.officer.id, period, links)
            if Reason.ABSENT in each.reasons
            else (),
        )
        for each in judged
    ]
    return Answer(sorted(answered, key=_nearest_and_least_engaged), people)


def _proximity(officer: Officer, near: str | None, neighbours: frozenset[str]) -> Proximity | None:
    if near is None:
        return None
    return domain.proximity(officer.division, place=near, neighbours=neighbours)


def _nearest_and_least_engaged(judged: Judgement) -> tuple[int, int]:
    """Officers alike in both stay in the order of division and name."""
    rank = NEAREST_FIRST[judged.proximity] if judged.proximity else 0
    return rank, judged.load


def _year_of(period: Period) -> Period:
    """The legal year in which the period begins."""
    year = legal_day(period.starts_at).year
    return Period(datetime(year, 1, 1, tzinfo=SHANGHAI), datetime(year + 1, 1, 1, tzinfo=SHANGHAI))
