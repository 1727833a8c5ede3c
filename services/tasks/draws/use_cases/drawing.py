"""The three steps of a draw: commit, freeze by another, reveal; what is not gone on with lapses."""

import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import orjson
from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.draws.domain import life, pool as pools, record
from services.tasks.draws.domain.library import PlanEnded
from services.tasks.draws.domain.life import DrawStands, NotToBeRedrawn, State, Step
from services.tasks.draws.domain.pool import ObjectClass, Share
from services.tasks.draws.domain.sampling import NONCE_BYTES
from services.tasks.draws.models.draws import Draw, DrawnObject, DrawNonce, DrawSnapshot
from services.tasks.draws.models.library import DrawPlan
from services.tasks.draws.queries import draws as queries, library, pools as pool_queries
from services.tasks.draws.use_cases.record import note, take
from services.tasks.draws.use_cases.roster import OfficerLibrary, Sought
from services.tasks.draws.use_cases.rules import (
    LISTED_INTERVAL,
    STAFF_RATIO,
    STEP_HOURS,
    ratio_table,
)
from services.tasks.enterprises.domain.visits import CAP, Mode
from services.tasks.enterprises.queries.registry import names
from shared import divisions, reference
from shared.audit.trace import SYSTEM_ACTOR
from shared.auth import marks
from shared.auth.actor import Actor
from shared.auth.policy import require
from shared.clocks.days import legal_day
from shared.contracts.regions import EligibleOfficer
from shared.db.session import beyond_scope
from shared.ids import uuid7
from shared.rule_settings import rule_settings

BATCH: Final = 100


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which plan is drawn and when the drawn are checked."""

    plan_id: UUID
    opens_on: date
    closes_on: date


@dataclass(frozen=True, slots=True)
class Library:
    """The object library sorted out: by code the key, class and mode; who was left out, and why."""

    ids: Mapping[str, UUID]
    pool: Sequence[tuple[str, ObjectClass, str]]
    excluded: Sequence[tuple[str, str]]


async def commit(session: AsyncSession, actor: Actor, wanted: Wanted, *, now: datetime) -> Draw:
    """Begin a draw: the system draws the nonce and publishes its hash, before there is a pool."""
    plan = await library.lock_plan(session, wanted.plan_id)
    require(actor, "draw.commit", division=plan.division)
    if await queries.standing(session, plan.id, life.quarter(wanted.opens_on)) is not None:
        raise DrawStands
    return await _begin(session, actor, plan, wanted, now=now)


async def redraw(
    session: AsyncSession,
    actor: Actor,
    draw_id: UUID,
    *,
    opens_on: date,
    closes_on: date,
    reason: str,
    expected_version: int,
    now: datetime,
) -> Draw:
    """Begin a draw in place of one that stays visible, before anything of that was checked."""
    known = await queries.draw(session, draw_id)
    plan = await library.lock_plan(session, known.plan_id)
    require(actor, "draw.commit", division=plan.division)
    first = await queries.lock_draw(session, draw_id)
    first.require_version(expected_version)
    async with beyond_scope(session):
        checked = await queries.checked_any(session, draw_id)
    if checked or first.state is not State.STAFFED or life.quarter(opens_on) != first.period:
        raise NotToBeRedrawn
    await take(session, actor, first, Step.SUPERSEDE, reason=reason, now=now)
    wanted = Wanted(plan.id, opens_on, closes_on)
    return await _begin(session, actor, plan, wanted, redraw_of_id=draw_id, reason=reason, now=now)


async def _begin(
    session: AsyncSession,
    actor: Actor,
    plan: DrawPlan,
    wanted: Wanted,
    *,
    redraw_of_id: UUID | None = None,
    reason: str | None = None,
    now: datetime,
) -> Draw:
    if plan.ended_at is not None:
        raise PlanEnded
    life.require_period(wanted.opens_on, wanted.closes_on, today=legal_day(now))
    nonce = secrets.token_bytes(NONCE_BYTES)
    draw = Draw(
        id=uuid7(),
        plan_id=plan.id,
        division=plan.division,
        title=plan.title,
        period=life.quarter(wanted.opens_on),
        opens_on=wanted.opens_on,
        closes_on=wanted.closes_on,
        state=State.COMMITTED,
        nonce_hash=record.digest(nonce),
        committed_by=actor.id,
        committed_at=now,
        lapses_at=await _time_allowed(session, plan.division, now=now),
        redraw_of_id=redraw_of_id,
        redraw_reason=reason,
        changed_at=now,
        visible_to=plan.visible_to,
    )
    session.add(draw)
    await session.flush()
    async with beyond_scope(session):
        session.add(DrawNonce(draw_id=draw.id, nonce=nonce))
    await note(session, actor, draw, "commit", reason=reason, now=now)
    return draw


async def freeze(
    session: AsyncSession,
    actor: Actor,
    draw_id: UUID,
    *,
    officers: OfficerLibrary,
    expected_version: int,
    now: datetime,
) -> Draw:
    """Another person freezes the pool: objects by code, officers, and who was left out and why."""
    draw = await _lock(session, actor, draw_id, Step.FREEZE, expected_version=expected_version)
    life.require_another(draw.committed_by, actor.id)
    plan = await library.plan(session, draw.plan_id)
    able = await officers.able(plan.bodies, Sought(draw.opens_on))
    shares = await _shares(session, plan, len(able), now=now)
    async with beyond_scope(session):
        found = await _library(session, draw, shares)
        loads = await queries.loads(session, map(UUID, able), year=draw.opens_on.year)
    frozen = record.snapshot(
        draw.id,
        await _about(session, plan, draw),
        shares,
        pool=found.pool,
        excluded=found.excluded,
        officers=[(key, loads.get(UUID(key), 0), each.division) for key, each in able.items()],
    )
    content = record.canonical(frozen)
    draw.snapshot_hash = record.digest(content)
    draw.frozen_by, draw.frozen_at = actor.id, now
    draw.lapses_at = await _time_allowed(session, draw.division, now=now)
    sizes = Counter(kind for _, kind, _ in found.pool)
    draw.numbers = {each.value: [sizes[each], 0] for each in shares}
    draw.left_out = dict(Counter(reason for _, reason in found.excluded))
    session.add(
        DrawSnapshot(
            draw_id=draw.id,
            content=content.decode(),
            objects={code: str(found.ids[code]) for code, _, _ in found.pool},
            officers={key: _told(each) for key, each in able.items()},
            visible_to=_drawers(draw),
        )
    )
    await take(session, actor, draw, Step.FREEZE, now=now)
    return draw


async def reveal(
    session: AsyncSession, actor: Actor, draw_id: UUID, *, expected_version: int, now: datetime
) -> Draw:
    """Nonce and snapshot make the seed, the seed draws. Nobody chooses anything any more."""
    draw = await _lock(session, actor, draw_id, Step.REVEAL, expected_version=expected_version)
    draw.revealed_by, draw.revealed_at = actor.id, now
    seen_by = _drawers(draw)
    async with beyond_scope(session):
        nonce = await queries.nonce(session, draw.id)
        kept = await queries.snapshot(session, draw.id)
        kept.visible_to = seen_by
        frozen = orjson.loads(kept.content)
        drawn = record.drawn(frozen, record.seed_from(frozen, nonce))
        keys = [UUID(kept.objects[code]) for code, _, _ in drawn]
        known = await names(session, keys)
        days = life.spread(await _days(session, draw), len(drawn))
        for number, ((code, kind, mode), key, day) in enumerate(
            zip(drawn, keys, days, strict=True), 1
        ):
            session.add(
                DrawnObject(
                    draw_id=draw.id,
                    number=number,
                    enterprise_id=key,
                    object_name=known[key].name,
                    object_code=code,
                    division=known[key].division,
                    object_class=ObjectClass(kind),
                    mode=Mode(mode),
                    day=day,
                    changed_at=now,
                    visible_to=seen_by,
                )
            )
    counted = Counter(kind for _, kind, _ in drawn)
    draw.numbers = {kind: [size, counted[kind]] for kind, (size, _) in draw.numbers.items()}
    await take(session, actor, draw, Step.REVEAL, now=now)
    return draw


async def abort(
    session: AsyncSession,
    actor: Actor,
    draw_id: UUID,
    *,
    reason: str,
    expected_version: int,
    now: datetime,
) -> Draw:
    """Give a draw up before anything is drawn; it stays, and is counted."""
    draw = await _lock(session, actor, draw_id, Step.ABORT, expected_version=expected_version)
    await take(session, actor, draw, Step.ABORT, reason=reason, now=now)
    return draw


async def lapse(session: AsyncSession, now: datetime) -> int:
    """What was not frozen or revealed in time is no draw any more."""
    late = await queries.overdue(session, now, limit=BATCH)
    for draw in late:
        await take(session, SYSTEM_ACTOR, draw, Step.LAPSE, now=now)
    return len(late)


async def _lock(
    session: AsyncSession, actor: Actor, draw_id: UUID, taken: Step, *, expected_version: int
) -> Draw:
    draw = await queries.lock_draw(session, draw_id)
    require(actor, f"draw.{taken}", division=draw.division)
    draw.require_version(expected_version)
    life.step(draw.state, taken)
    return draw


async def _time_allowed(session: AsyncSession, division: str, *, now: datetime) -> datetime:
    figures = await rule_settings(session, division=division, on_day=legal_day(now))
    return now + timedelta(hours=figures[STEP_HOURS])


async def _shares(
    session: AsyncSession, plan: DrawPlan, officers: int, *, now: datetime
) -> dict[ObjectClass, Share]:
    today = legal_day(now)
    own = {ObjectClass(kind): pools.ratio_of(ratio) for kind, ratio in plan.ratios.items()}
    table = await ratio_table(session, plan.division, on_day=today)
    shares = pools.shares_of(table, own, map(ObjectClass, plan.classes))
    if plan.by_staff and ObjectClass.GENERAL in shares:
        figures = await rule_settings(session, division=plan.division, on_day=today)
        per_officer = figures[STAFF_RATIO][pools.level_of(plan.division)]
        shares[ObjectClass.GENERAL] = pools.by_staff(officers, per_officer)
    return shares


async def _library(
    session: AsyncSession, draw: Draw, shares: Mapping[ObjectClass, Share]
) -> Library:
    scope, day = divisions.scope(draw.division), draw.opens_on
    figures = await rule_settings(session, division=draw.division, on_day=day)
    lately = day - timedelta(days=figures[LISTED_INTERVAL])
    rows = await pool_queries.library(session, scope, day=day, period=draw.period, lately=lately)
    standings = await pool_queries.standings(session, scope, day=day)
    caps = {
        place: (await rule_settings(session, division=place, on_day=day))[CAP]
        for place in {each.division for each in rows}
    }
    ids, pool, excluded = {}, [], []
    for row in rows:
        kind = pools.class_of(is_key=row.is_key, is_special=row.is_special, shares=shares)
        if kind not in shares:
            continue
        listed = pools.Listed(
            status=row.status,
            standing=standings.get(row.id),
            at_the_cap=row.visits >= caps[row.division],
            drawn_this_period=row.this_period,
            drawn_lately=row.last_day is not None and row.last_day >= lately,
        )
        why = pools.exclusion(listed)
        ids[row.code] = row.id
        if why is None:
            pool.append((row.code, kind, pools.mode_of(listed.standing).value))
        else:
            excluded.append((row.code, why.value))
    return Library(ids, pool, excluded)


async def _about(session: AsyncSession, plan: DrawPlan, draw: Draw) -> dict[str, Any]:
    items = [await library.item(session, each) for each in plan.item_ids]
    return {
        "title": plan.title,
        "document": plan.document,
        "division": draw.division,
        "period": draw.period,
        "opens_on": draw.opens_on.isoformat(),
        "closes_on": draw.closes_on.isoformat(),
        "cross": plan.cross,
        "items": [{"code": each.code, "name": each.name, "laws": each.laws} for each in items],
    }


async def _days(session: AsyncSession, draw: Draw) -> list[date]:
    """Working days between first and last; all days where there is none."""
    calendar = await reference.calendar(session)
    span = (draw.closes_on - draw.opens_on).days + 1
    days = [draw.opens_on + timedelta(days=each) for each in range(span)]
    return [each for each in days if calendar.is_workday(each)] or days


def _drawers(draw: Draw) -> list[str]:
    """Who made the draw, and nobody else."""
    people = {draw.committed_by, draw.frozen_by, draw.revealed_by} - {None}
    return sorted(marks.person(each) for each in people if each is not None)


def _told(officer: EligibleOfficer) -> dict[str, Any]:
    return officer.model_dump(
        mode="json", include={"account_id", "name", "division", "certificate_number"}
    )
