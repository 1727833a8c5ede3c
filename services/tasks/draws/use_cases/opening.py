"""When the secrecy of a draw is over, and the file by which anybody draws again."""

from datetime import datetime
from typing import Final
from uuid import UUID

import orjson
from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.draws.domain import record
from services.tasks.draws.domain.life import NotDrawn, StillSealed
from services.tasks.draws.domain.pool import DRAWN_BEFORE
from services.tasks.draws.models.draws import Draw
from services.tasks.draws.queries import draws as queries
from services.tasks.draws.use_cases.record import note, opened_to
from shared.audit import trace
from shared.audit.trace import SYSTEM_ACTOR
from shared.auth.actor import Actor
from shared.auth.policy import may, require
from shared.clocks.days import legal_day
from shared.db.session import beyond_scope

BATCH: Final = 20


async def open_over(session: AsyncSession, now: datetime) -> int:
    """The day after the last of its checks a draw is secret no more, whatever was not checked."""
    over = await queries.over(session, legal_day(now), limit=BATCH)
    for draw in over:
        kept = await queries.snapshot(session, draw.id)
        kept.visible_to = draw.visible_to
        for each in await queries.all_of(session, draw.id):
            each.visible_to = opened_to(draw, each)
            each.changed_at = now
        draw.opened_at = now
        await note(session, SYSTEM_ACTOR, draw, "open", now=now)
    return len(over)


async def file(session: AsyncSession, actor: Actor, draw_id: UUID, *, now: datetime) -> bytes:
    """The draw as one file, in the bytes whose change is noticed.

    For anybody who may know of the draw once its secrecy is over, and that of the draws whose
    objects it left out, for it names them; for the discipline group before.
    """
    draw = await queries.draw(session, draw_id)
    require(actor, "draw.read_file")
    if draw.result_hash is None:
        raise NotDrawn
    may_read_sealed = may(actor, "draw.read_sealed", division=draw.division)
    if draw.opened_at is None and not may_read_sealed:
        raise StillSealed
    async with beyond_scope(session):
        kept = await queries.snapshot(session, draw.id)
        nonce = await queries.nonce(session, draw.id)
        frozen = orjson.loads(kept.content)
        left_out = [code for code, why in frozen["excluded"] if why in DRAWN_BEFORE]
        secret = await queries.still_awaited(session, draw, left_out, today=legal_day(now))
    if secret and not may_read_sealed:
        raise StillSealed
    await _trace(session, actor, draw, now=now)
    return record.canonical(record.whole(frozen, nonce, kept.barred))


async def _trace(session: AsyncSession, actor: Actor, draw: Draw, *, now: datetime) -> None:
    await trace.record(
        session,
        actor,
        "draw.read_file",
        object_kind="draw",
        object_id=draw.id,
        now=now,
        seen_by=[draw.division],
        reason="sealed" if draw.opened_at is None else None,
    )
