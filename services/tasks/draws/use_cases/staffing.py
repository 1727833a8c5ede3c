"""Officers for what was drawn: by the seed, evenly; where too few are left, by the superior."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson
from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.draws.domain import life, record
from services.tasks.draws.domain.life import HasOfficers, NotDrawn, State, Step
from services.tasks.draws.domain.staff import NotEnough, OfficersUnable
from services.tasks.draws.models.draws import Draw, DrawnObject, DrawnOfficer
from services.tasks.draws.queries import draws as queries, library
from services.tasks.draws.use_cases.record import note_drawn, take
from services.tasks.draws.use_cases.roster import OfficerLibrary, Sought
from shared import divisions
from shared.audit.trace import SYSTEM_ACTOR
from shared.auth import marks
from shared.auth.actor import Actor
from shared.auth.policy import require
from shared.clocks.days import legal_day
from shared.db.session import beyond_scope

BATCH: Final = 200


async def staff(
    session: AsyncSession,
    actor: Actor,
    draw_id: UUID,
    *,
    officers: OfficerLibrary,
    expected_version: int,
    now: datetime,
) -> Draw:
    """Match officers to every drawn object.

    Who is barred from which object is asked now and kept, so that the result follows from the
    file. A call of `regions` that fails leaves everything as it was, and the step is taken again.
    """
    draw = await queries.lock_draw(session, draw_id)
    require(actor, "draw.staff", division=draw.division)
    draw.require_version(expected_version)
    life.step(draw.state, Step.STAFF)
    plan = await library.plan(session, draw.plan_id)
    async with beyond_scope(session):
        kept = await queries.snapshot(session, draw.id)
        nonce = await queries.nonce(session, draw.id)
        drawn = {each.object_code: each for each in await queries.all_of(session, draw.id)}
    sought = {code: _sought(each, cross=plan.cross) for code, each in drawn.items()}
    barred = await officers.bars(list(kept.officers), plan.bodies, sought)
    whole = record.whole(orjson.loads(kept.content), nonce, barred)
    async with beyond_scope(session):
        kept.barred = {code: {**bars} for code, bars in barred.items()}
        for code, _, _, _, team in whole["drawn"]:
            if team:
                session.add_all(_matched(drawn[code], each, kept.officers[each]) for each in team)
            else:
                _send_up(drawn[code], draw.division)
            drawn[code].changed_at = now
    draw.result_hash, draw.staffed_at = whole["result_hash"], now
    await take(session, actor, draw, Step.STAFF, now=now)
    return draw


async def assign(
    session: AsyncSession,
    actor: Actor,
    drawn_object_id: UUID,
    *,
    officer_ids: Sequence[UUID],
    officers: OfficerLibrary,
    bodies: Sequence[str],
    expected_version: int,
    now: datetime,
) -> DrawnObject:
    """The superior names officers where too few were left; the file shows nobody drawn."""
    drawn = await queries.lock_drawn(session, drawn_object_id)
    require(actor, "draw.assign", division=drawn.sent_up_to or drawn.division)
    drawn.require_version(expected_version)
    draw = await queries.draw(session, drawn.draw_id)
    matched = await queries.officers(session, [drawn.id])
    if drawn.sent_up_to is None or drawn.id in matched:
        raise HasOfficers
    if draw.state is not State.STAFFED:
        raise NotDrawn
    wanted = [str(each) for each in dict.fromkeys(officer_ids)]
    if len(wanted) < record.OFFICERS_EACH:
        raise NotEnough(needed=record.OFFICERS_EACH)
    plan = await library.plan(session, draw.plan_id)
    able = await officers.able(bodies, _sought(drawn, cross=plan.cross))
    if unable := [each for each in wanted if each not in able]:
        raise OfficersUnable(officers=", ".join(unable))
    for each in wanted:
        told = able[each].model_dump(mode="json")
        session.add(_matched(drawn, each, told, assigned=True))
    # Told with the others of their day, or at once if it has come.
    drawn.told_at = None
    await note_drawn(session, actor, drawn, "assign", division=draw.division, now=now)
    return drawn


async def tell(session: AsyncSession, now: datetime) -> int:
    """On the day of a check its officers see it, and nothing else of the list."""
    untold = await queries.untold(session, legal_day(now), limit=BATCH)
    going = await queries.officers(session, [each.id for each in untold])
    for each in untold:
        seen_by = {marks.person(officer.account_id) for officer in going.get(each.id, ())}
        each.visible_to = sorted({*each.visible_to, *seen_by})
        each.told_at = now
        await note_drawn(session, SYSTEM_ACTOR, each, "tell", division=each.division, now=now)
    return len(untold)


def _sought(drawn: DrawnObject, *, cross: bool) -> Sought:
    return Sought(
        drawn.day,
        drawn.object_name,
        drawn.object_code,
        drawn.division if cross else None,
    )


def _matched(
    drawn: DrawnObject, officer: str, told: dict[str, Any], *, assigned: bool = False
) -> DrawnOfficer:
    return DrawnOfficer(
        drawn_object_id=drawn.id,
        officer_id=UUID(officer),
        account_id=UUID(told["account_id"]),
        name=told["name"],
        division=told["division"],
        certificate_number=told["certificate_number"],
        year=drawn.day.year,
        assigned=assigned,
    )


def _send_up(drawn: DrawnObject, division: str) -> None:
    """Whoever is next above the drawing division sees this object; its heads name officers."""
    superior = divisions.superior(division) or division
    drawn.sent_up_to = superior
    drawn.visible_to = sorted({*drawn.visible_to, marks.head_of(superior)})
