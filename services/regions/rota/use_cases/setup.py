"""A rota is set up: its capacity, its units and their headcounts."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.bureaus.use_cases import open_bureau
from services.regions.divisions.use_cases import require_known
from services.regions.rota.domain.life import (
    CapacityOutside,
    ForeignUnit,
    HeadcountMissing,
    UnitClosed,
    UnitExists,
    UnitUnsent,
)
from services.regions.rota.domain.shares import Bounds
from services.regions.rota.models import Rota, RotaUnit
from services.regions.rota.queries import people, rounds
from services.regions.rota.use_cases.record import lock_rota, note_rota
from shared import divisions
from shared.auth.actor import Actor
from shared.auth.policy import require
from shared.clocks.days import legal_day
from shared.errors import AlreadyExists
from shared.ids import uuid7
from shared.rule_settings import rule_settings

IN_ALL: Final = "round"


@dataclass(frozen=True, slots=True)
class Rules:
    """The figures of the division on the day: bounds by unit, and of the round if they are its."""

    bounds: Bounds
    least: int
    most: int
    in_all: bool
    capacity: int
    longest: int
    rounds_least: int
    rounds_most: int

    @property
    def most_in_all(self) -> int | None:
        return self.most if self.in_all else None

    def require_capacity(self, capacity: int) -> None:
        """CapacityOutside if the bounds are the round's and this is not within."""
        if self.in_all and not self.least <= capacity <= self.most:
            raise CapacityOutside(
                reason="capacity", pointer="/capacity", least=self.least, most=self.most
            )


async def rules(session: AsyncSession, division: str, *, now: datetime) -> Rules:
    """1-4 persons are read as of each unit, or of the whole round, as the setting says."""
    settings = await rule_settings(session, division=division, on_day=legal_day(now))
    least, most = settings["rota.persons_least"], settings["rota.persons_most"]
    in_all = settings["rota.persons_per"] == IN_ALL
    return Rules(
        bounds=Bounds(0 if in_all else least, most),
        least=least,
        most=most,
        in_all=in_all,
        capacity=settings["rota.capacity"],
        longest=settings["rota.longest_days"],
        rounds_least=settings["rota.rounds_per_month_least"],
        rounds_most=settings["rota.rounds_per_month_most"],
    )


async def create(
    session: AsyncSession,
    actor: Actor,
    *,
    division: str,
    title: str,
    capacity: int | None,
    now: datetime,
) -> Rota:
    """The rota of a division; AlreadyExists while it has one."""
    require(actor, "rota.manage", division=division)
    await require_known(session, [division], on_day=legal_day(now), pointer="/division")
    known = await rules(session, division, now=now)
    wanted = known.capacity if capacity is None else capacity
    known.require_capacity(wanted)
    if await people.running_of(session, division) is not None:
        raise AlreadyExists
    rota = Rota(
        id=uuid7(),
        division=division,
        title=title,
        capacity=wanted,
        created_at=now,
        changed_at=now,
        visible_to=divisions.visibility([division]),
    )
    session.add(rota)
    await note_rota(session, actor, rota, "create", now=now)
    return rota


async def change(
    session: AsyncSession,
    actor: Actor,
    rota_id: UUID,
    *,
    title: str,
    capacity: int,
    expected_version: int,
    now: datetime,
) -> Rota:
    """Another title or capacity for the rounds to come; what is carried stays carried."""
    rota = await lock_rota(
        session, actor, rota_id, "rota.manage", expected_version=expected_version
    )
    (await rules(session, rota.division, now=now)).require_capacity(capacity)
    rota.title, rota.capacity = title, capacity
    await note_rota(session, actor, rota, "change", now=now)
    return rota


async def end(
    session: AsyncSession,
    actor: Actor,
    rota_id: UUID,
    *,
    reason: str,
    expected_version: int,
    now: datetime,
) -> Rota:
    """Nobody is drawn any more; UnitUnsent while a published round runs."""
    rota = await lock_rota(
        session, actor, rota_id, "rota.manage", expected_version=expected_version
    )
    if await rounds.has_open(session, rota_id):
        raise UnitUnsent
    rota.ended_at, rota.end_reason = now, reason
    await note_rota(session, actor, rota, "end", now=now, reason=reason)
    return rota


async def add_unit(
    session: AsyncSession,
    actor: Actor,
    rota_id: UUID,
    *,
    code: str,
    bureau_id: UUID,
    office: str | None,
    headcount: int | None,
    expected_version: int,
    now: datetime,
) -> Rota:
    """A bureau or a named office of one takes part from the next round on.

    Of a whole bureau the headcount is its own unless another is given; an office names its own.
    """
    rota = await lock_rota(
        session, actor, rota_id, "rota.manage", expected_version=expected_version
    )
    bureau = await open_bureau(session, bureau_id)
    if not divisions.covers(divisions.scope(rota.division), bureau.division):
        raise ForeignUnit(reason="bureau", pointer="/bureau_id")
    heads = headcount or (bureau.headcount if office is None else None)
    if not heads:
        raise HeadcountMissing(reason="headcount", pointer="/headcount")
    for each in await people.units(session, rota_id):
        same = each.left_at is None and (each.bureau_id, each.office) == (bureau_id, office)
        if each.code == code or same:
            raise UnitExists
    unit = RotaUnit(
        id=uuid7(),
        rota_id=rota_id,
        code=code,
        bureau_id=bureau_id,
        division=bureau.division,
        office=office,
        headcount=heads,
        joined_at=now,
        visible_to=divisions.visibility([rota.division, bureau.division]),
    )
    session.add(unit)
    # Who has people in it knows of the rota.
    rota.visible_to = sorted({*rota.visible_to, *unit.visible_to})
    await note_rota(session, actor, rota, "add_unit", now=now, about=unit.model_dump(mode="json"))
    return rota


async def change_unit(
    session: AsyncSession,
    actor: Actor,
    rota_id: UUID,
    unit_id: UUID,
    *,
    headcount: int,
    expected_version: int,
    now: datetime,
) -> Rota:
    """Another headcount for the rounds to come; what is carried stays carried."""
    rota = await lock_rota(
        session, actor, rota_id, "rota.manage", expected_version=expected_version
    )
    unit = await open_unit(session, rota_id, unit_id)
    unit.headcount = headcount
    await note_rota(
        session, actor, rota, "change_unit", now=now, about=unit.model_dump(mode="json")
    )
    return rota


async def remove_unit(
    session: AsyncSession,
    actor: Actor,
    rota_id: UUID,
    unit_id: UUID,
    *,
    reason: str,
    expected_version: int,
    now: datetime,
) -> Rota:
    """The unit leaves with all its staff; its account stays in the ledger as it stands."""
    rota = await lock_rota(
        session, actor, rota_id, "rota.manage", expected_version=expected_version
    )
    unit = await open_unit(session, rota_id, unit_id)
    for each in await people.staff_of(session, [unit.id]):
        if await people.is_drawn(session, each.id):
            raise UnitUnsent
        each.left_at, each.leave_reason = now, reason
    unit.left_at, unit.leave_reason = now, reason
    await note_rota(
        session,
        actor,
        rota,
        "remove_unit",
        now=now,
        reason=reason,
        about=unit.model_dump(mode="json"),
    )
    return rota


async def open_unit(session: AsyncSession, rota_id: UUID, unit_id: UUID) -> RotaUnit:
    """The unit, if it has not left the rota."""
    unit = await people.unit(session, rota_id, unit_id)
    if unit.left_at is not None:
        raise UnitClosed
    return unit
