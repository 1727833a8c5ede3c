"""回头看 and 廉政回访 after a draw: which checks are looked at again, and what came out."""

import hashlib
import secrets
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.draws.domain import life, record
from services.tasks.draws.domain.life import (
    ChecksOpen,
    FollowUp,
    FollowUpDone,
    Liability,
    NotChecked,
    OwnCheck,
)
from services.tasks.draws.domain.pool import ratio_of
from services.tasks.draws.domain.sampling import NONCE_BYTES, number, sample, seed_of
from services.tasks.draws.models.draws import Draw, DrawFollowUp, DrawFollowUpSample
from services.tasks.draws.queries import draws as queries
from services.tasks.draws.use_cases.record import note, note_of
from services.tasks.draws.use_cases.rules import FOLLOW_UP_RATIOS
from shared import divisions
from shared.auth.actor import Actor
from shared.auth.policy import may, require
from shared.clocks.days import legal_day
from shared.db.session import beyond_scope
from shared.rule_settings import rule_settings

RIGHTS = {FollowUp.LOOK_BACK: "draw.look_back", FollowUp.INTEGRITY: "draw.call_back"}


def actions(actor: Actor, row: DrawFollowUp) -> list[str]:
    """What this caller may do with the look-back or call-back now."""
    open_to = row.done_at is None and may(actor, RIGHTS[row.kind], division=row.division)
    return ["report"] if open_to else []


async def draw_again(
    session: AsyncSession,
    actor: Actor,
    draw_id: UUID,
    kind: FollowUp,
    *,
    expected_version: int,
    now: datetime,
) -> Draw:
    """Draw which of the checks made are looked at again, once for a kind: nobody tries twice.

    Not while some are still to be made: who chose the moment would choose the pool.
    """
    draw = await queries.lock_draw(session, draw_id)
    require(actor, "draw.follow_up", division=draw.division)
    draw.require_version(expected_version)
    if await queries.follow_up_sample(session, draw.id, kind) is not None:
        raise FollowUpDone
    async with beyond_scope(session):
        unchecked = await queries.unchecked_any(session, draw.id)
    if unchecked and draw.opened_at is None:
        raise ChecksOpen
    checked = {
        each.object_code: each
        for each in await queries.all_of(session, draw.id)
        if each.checked_on is not None
    }
    if not checked:
        raise NotChecked
    figures = await rule_settings(session, division=draw.division, on_day=legal_day(now))
    share = figures[FOLLOW_UP_RATIOS][kind]
    nonce, codes = secrets.token_bytes(NONCE_BYTES), sorted(checked)
    seed = seed_of(draw.id, hashlib.sha256(record.canonical(codes)).digest(), nonce)
    n = number(len(codes), ratio_of(share["ratio"]), share["floor"])
    session.add(DrawFollowUpSample(draw_id=draw.id, kind=kind, codes=codes, nonce=nonce, at=now))
    for code in sample(seed, codes, n):
        session.add(
            DrawFollowUp(
                draw_id=draw.id,
                drawn_object_id=checked[code].id,
                kind=kind,
                division=draw.division,
                object_name=checked[code].object_name,
                changed_at=now,
                visible_to=divisions.visibility([draw.division]),
            )
        )
    await note(session, actor, draw, f"follow_up_{kind}", now=now)
    return draw


async def report(
    session: AsyncSession,
    actor: Actor,
    follow_up_id: UUID,
    *,
    found: bool,
    note: str,
    liability: Liability | None,
    liability_note: str | None,
    expected_version: int,
    now: datetime,
) -> DrawFollowUp:
    """What came out. Who checked diligently is exempt, who did not is liable; never by oneself."""
    row = await queries.lock_follow_up(session, follow_up_id)
    require(actor, RIGHTS[row.kind], division=row.division)
    row.require_version(expected_version)
    if row.done_at is not None:
        raise FollowUpDone
    life.require_liability(found=found, liability=liability, note=liability_note)
    going = await queries.officers(session, [row.drawn_object_id])
    if actor.id in {each.account_id for each in going.get(row.drawn_object_id, ())}:
        raise OwnCheck(action=RIGHTS[row.kind])
    row.done_at, row.done_by, row.changed_at = now, actor.id, now
    row.found, row.note = found, note
    row.liability, row.liability_note = liability, liability_note
    await note_of(
        session,
        actor,
        "report",
        "draw_follow_up",
        row.id,
        seen_by=[row.division],
        after=row.model_dump(mode="json"),
        now=now,
    )
    return row
