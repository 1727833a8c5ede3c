"""A round: prepared by one, published by another, called off while nobody has served."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.divisions.use_cases import require_known
from services.regions.operations import queries as operations
from services.regions.rota.domain import rounds as drawing, turns
from services.regions.rota.domain.life import (
    BadDays,
    DrawState,
    DrawStep,
    LaterRoundDrawn,
    NoUnits,
    PreviewStale,
    RotaEnded,
    RoundState,
    RoundStep,
    SamePerson,
    ServedAlready,
    Source,
    draw_step,
    require_days,
    round_step,
)
from services.regions.rota.domain.rounds import RoundInput, UnitDraw, UnitInput
from services.regions.rota.models import Rota, RotaDraw, RotaRound, RotaStaff, RotaUnit
from services.regions.rota.queries import people, rounds
from services.regions.rota.use_cases.availability import Standing, hold, let_go, standing
from services.regions.rota.use_cases.record import is_running, lock_round, note_round
from services.regions.rota.use_cases.setup import rules
from shared import divisions
from shared.auth.actor import Actor
from shared.auth.policy import require
from shared.clocks.days import legal_day
from shared.db.session import beyond_scope
from shared.ids import uuid7


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a round is for. Without a capacity it has the rota's."""

    place: str
    purpose: str
    starts_on: date
    ends_on: date
    capacity: int | None
    operation_id: UUID | None


@dataclass(frozen=True, slots=True)
class Gathered:
    """What is known for a round, and the rows it is about."""

    given: RoundInput
    units: Mapping[str, RotaUnit]
    staff: Mapping[str, RotaStaff]
    standing: Standing


@dataclass(frozen=True, slots=True)
class Verdict:
    """What comes of drawing a round again from its kept input."""

    digest: str
    outcome_holds: bool
    list_holds: bool


async def prepare(
    session: AsyncSession, actor: Actor, rota_id: UUID, wanted: Wanted, *, now: datetime
) -> RotaRound:
    """预抽: a preview with all that decides about it. Nobody is told, nothing is booked yet."""
    rota = await people.lock_rota(session, rota_id)
    require(actor, "rota.prepare", division=rota.division)
    if rota.ended_at is not None:
        raise RotaEnded
    await require_known(session, [wanted.place], on_day=legal_day(now), pointer="/place")
    known = await rules(session, rota.division, now=now)
    require_days(wanted.starts_on, wanted.ends_on, most=known.longest)
    if wanted.starts_on < legal_day(now):
        raise BadDays(reason="days", pointer="/starts_on", why="in the past")
    if wanted.operation_id is not None:
        await operations.operation(session, wanted.operation_id)
    capacity = rota.capacity if wanted.capacity is None else wanted.capacity
    known.require_capacity(capacity)
    row = RotaRound(
        id=uuid7(),
        rota_id=rota_id,
        number=await rounds.next_number(session, rota_id),
        division=rota.division,
        place=wanted.place,
        purpose=wanted.purpose,
        operation_id=wanted.operation_id,
        starts_on=wanted.starts_on,
        ends_on=wanted.ends_on,
        state=RoundState.PREPARED,
        input={},
        outcome=[],
        digest="",
        prepared_by=actor.id,
        preparer_name=actor.name,
        prepared_at=now,
        changed_at=now,
        visible_to=rota.visible_to,
    )
    await _preview(session, rota, row, capacity, now=now)
    session.add(row)
    await note_round(session, actor, row, "prepare", now=now)
    return row


async def refresh(
    session: AsyncSession,
    actor: Actor,
    rota_id: UUID,
    round_id: UUID,
    *,
    expected_version: int,
    now: datetime,
) -> RotaRound:
    """Preview again with what is known now; whoever does so has prepared it."""
    rota, row, before = await lock_round(session, rota_id, round_id)
    require(actor, "rota.prepare", division=rota.division)
    row.require_version(expected_version)
    row.state = round_step(row.state, RoundStep.REFRESH)
    row.prepared_by, row.preparer_name, row.prepared_at = actor.id, actor.name, now
    await _preview(session, rota, row, row.input["capacity"], now=now)
    await note_round(session, actor, row, "refresh", now=now, before=before)
    return row


async def publish(
    session: AsyncSession,
    actor: Actor,
    rota_id: UUID,
    round_id: UUID,
    *,
    expected_version: int,
    now: datetime,
) -> RotaRound:
    """公布: who was previewed is drawn, told and booked; PreviewStale if it would be others now."""
    rota, row, before = await lock_round(session, rota_id, round_id)
    require(actor, "rota.publish", division=rota.division)
    row.require_version(expected_version)
    state = round_step(row.state, RoundStep.PUBLISH)
    if rota.ended_at is not None:
        raise RotaEnded
    if actor.id == row.prepared_by:
        raise SamePerson
    if row.starts_on < legal_day(now):
        raise BadDays(reason="days", why="the round was to begin before today")
    gathered = await _gather(session, rota, row, row.input["capacity"], locks=True, now=now)
    drawn = drawing.draw(gathered.given)
    if _digest(gathered.given, drawn) != row.digest:
        raise PreviewStale
    row.state, row.published_by, row.published_at = state, actor.id, now
    # From here on those who receive the people know of it.
    rota.visible_to = sorted({*rota.visible_to, *divisions.visibility([row.place])})
    row.visible_to = rota.visible_to
    row.sequence = await rounds.last_sequence(session, rota_id) + 1
    for part in drawn:
        _take_account(gathered.units[part.code], part)
    picked = [gathered.staff[each.key] for part in drawn for each in part.picked]
    for part in drawn:
        for each in part.picked:
            unit, staff = gathered.units[part.code], gathered.staff[each.key]
            add_draw(
                session, row, unit, staff, stands=gathered.standing, source=Source.TURN, now=now
            )
            move_on(unit, staff, each)
    await session.flush()
    await hold(session, row, picked, by=actor.id, now=now)
    await settle(session, row)
    await note_round(session, actor, row, "publish", now=now, before=before)
    return row


async def call_off(
    session: AsyncSession,
    actor: Actor,
    rota_id: UUID,
    round_id: UUID,
    *,
    reason: str,
    expected_version: int,
    now: datetime,
) -> RotaRound:
    """The round does not take place: everybody has the place and every unit the account of before.

    Only the round published last, since later ones were drawn on it; and while nobody has served.
    """
    rota, row, before = await lock_round(session, rota_id, round_id)
    require(actor, "rota.publish", division=rota.division)
    row.require_version(expected_version)
    was, row.state = row.state, round_step(row.state, RoundStep.CALL_OFF)
    row.reason = reason
    if was is RoundState.PUBLISHED:
        if row.sequence != await rounds.last_sequence(session, rota_id):
            raise LaterRoundDrawn
        file = await rounds.file(session, row)
        if any(each.state is DrawState.SERVED for each in file.draws):
            raise ServedAlready
        units = {each.code: each for each in await people.units(session, rota_id)}
        for part in row.outcome:
            unit = units[part["code"]]
            running = [each for each in file.draws if each.unit_id == unit.id and is_running(each)]
            _undo_account(unit, part, running=len(running))
            for draw in running:
                await _undo_draw(session, rota_id, draw)
        await let_go(session, row, now=now)
    await note_round(session, actor, row, "call_off", now=now, reason=reason, before=before)
    return row


async def close(
    session: AsyncSession,
    actor: Actor,
    rota_id: UUID,
    round_id: UUID,
    *,
    expected_version: int,
    now: datetime,
) -> RotaRound:
    """归档: everybody has served or is excused."""
    rota, row, before = await lock_round(session, rota_id, round_id)
    require(actor, "rota.publish", division=rota.division)
    row.require_version(expected_version)
    row.state = round_step(row.state, RoundStep.CLOSE)
    await let_go(session, row, now=now)
    await note_round(session, actor, row, "close", now=now, before=before)
    return row


async def verify(session: AsyncSession, row: RotaRound) -> Verdict:
    """Draw again from the kept input, and compare with what was kept and with the list."""
    given = drawing.input_from_json(row.input)
    drawn = drawing.draw(given)
    # Who sees a part of the list may still ask whether the whole of it holds.
    async with beyond_scope(session):
        file = await rounds.file(session, row)
    listed = {str(each.staff_id) for each in file.draws if each.source is Source.TURN}
    picked = {each.key for part in drawn for each in part.picked}
    return Verdict(
        digest=_digest(given, drawn),
        outcome_holds=drawing.outcome_to_json(drawn) == row.outcome,
        list_holds=row.published_at is None or listed == picked,
    )


def add_draw(
    session: AsyncSession,
    row: RotaRound,
    unit: RotaUnit,
    staff: RotaStaff,
    *,
    stands: Standing,
    source: Source,
    now: datetime,
    replaces: RotaDraw | None = None,
) -> RotaDraw:
    """A turn of the person, from where he or she stands, told now."""
    staff.drawn += 1
    unit.drawn += 1
    draw = RotaDraw(
        id=uuid7(),
        round_id=row.id,
        unit_id=unit.id,
        staff_id=staff.id,
        unit=unit.code,
        division=unit.division,
        name=staff.name,
        officer_id=staff.officer_id,
        certificated=staff.id in stands.certificated,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        source=source,
        replaces_id=replaces.id if replaces else None,
        place=staff.place,
        lap=staff.lap,
        state=DrawState.DRAWN,
        told_at=now,
        visible_to=sorted({*staff.visible_to, *divisions.visibility([row.place])}),
    )
    session.add(draw)
    return draw


def move_on(unit: RotaUnit, staff: RotaStaff, pick: turns.Pick) -> None:
    """The person stands at the end of the queue now."""
    staff.place, staff.lap = pick.next_place, pick.next_lap
    unit.queue_end = pick.next_place + 1


def stand_again(staff: RotaStaff, draw: RotaDraw) -> None:
    """The person stands where he or she stood before the turn, or further ahead already."""
    staff.place, staff.lap = min(staff.place, draw.place), min(staff.lap, draw.lap)


async def settle(session: AsyncSession, row: RotaRound) -> None:
    """The round has been served once nobody drawn is still to serve."""
    await session.flush()
    file = await rounds.file(session, row)
    if not any(is_running(each) for each in file.draws):
        row.state = round_step(row.state, RoundStep.SERVE)


async def _preview(
    session: AsyncSession, rota: Rota, row: RotaRound, capacity: int, *, now: datetime
) -> None:
    gathered = await _gather(session, rota, row, capacity, locks=False, now=now)
    drawn = drawing.draw(gathered.given)
    row.input = drawing.input_to_json(gathered.given)
    row.outcome = drawing.outcome_to_json(drawn)
    row.digest = _digest(gathered.given, drawn)


async def _gather(
    session: AsyncSession,
    rota: Rota,
    row: RotaRound,
    capacity: int,
    *,
    locks: bool,
    now: datetime,
) -> Gathered:
    units = {each.code: each for each in await people.units(session, rota.id, gone=False)}
    if not units:
        raise NoUnits
    staff = await people.staff_of(session, [each.id for each in units.values()])
    known = await rules(session, rota.division, now=now)
    stands = await standing(
        session, staff, row.starts_on, row.ends_on, round_id=row.id, locks=locks
    )
    inputs = tuple(
        UnitInput(
            code=unit.code,
            headcount=unit.headcount,
            carried=unit.carried,
            owing=unit.owing,
            queue=turns.Queue(
                unit.queue_end,
                tuple(
                    turns.Member(str(each.id), each.place, each.lap, stands.barred.get(each.id))
                    for each in staff
                    if each.unit_id == unit.id
                ),
            ),
        )
        for unit in units.values()
    )
    given = RoundInput(capacity, known.bounds, inputs, known.most_in_all)
    return Gathered(given, units, {str(each.id): each for each in staff}, stands)


def _digest(given: RoundInput, drawn: tuple[UnitDraw, ...]) -> str:
    content = [drawing.input_to_json(given), drawing.outcome_to_json(drawn)]
    return drawing.digest(content)


def _take_account(unit: RotaUnit, part: UnitDraw) -> None:
    unit.entitled += part.entitled
    unit.given += part.given
    unit.owing += part.given - len(part.picked)


def _undo_account(unit: RotaUnit, part: Mapping[str, object], *, running: int) -> None:
    """What excused turns left owing is undone with the rest."""
    given = int(str(part["given"]))
    unit.entitled -= Fraction(str(part["entitled"]))
    unit.given -= given
    unit.owing = max(0, unit.owing - (given - running))


async def _undo_draw(session: AsyncSession, rota_id: UUID, draw: RotaDraw) -> None:
    draw.state = draw_step(draw.state, DrawStep.CALL_OFF)
    staff = await people.staff(session, rota_id, draw.staff_id)
    unit = await people.unit(session, rota_id, draw.unit_id)
    stand_again(staff, draw)
    staff.drawn -= 1
    unit.drawn -= 1
