"""What every act on a draw shares: the line of its history, the trace, a new version."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm.attributes import flag_modified
from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.draws.domain.life import TRANSITIONS, State, Step, step
from services.tasks.draws.models.draws import Draw, DrawnObject, DrawStep
from shared import divisions
from shared.audit.trace import record
from shared.auth.actor import Actor
from shared.auth.policy import may

RIGHTS = {
    Step.FREEZE: "draw.freeze",
    Step.REVEAL: "draw.reveal",
    Step.STAFF: "draw.staff",
    Step.ABORT: "draw.abort",
}


def actions(actor: Actor, draw: Draw) -> list[str]:
    """What this caller may do with the draw now."""
    found: list[str] = [
        each
        for each in TRANSITIONS[draw.state]
        if each in RIGHTS
        and may(actor, RIGHTS[each], division=draw.division)
        and not (each is Step.FREEZE and draw.committed_by == actor.id)
    ]
    if draw.state is State.STAFFED and may(actor, "draw.follow_up", division=draw.division):
        found.append("follow_up")
    return found


async def take(
    session: AsyncSession,
    actor: Actor,
    draw: Draw,
    taken: Step,
    *,
    reason: str | None = None,
    now: datetime,
) -> None:
    """The only place a draw's state changes."""
    before = draw.state
    draw.state = step(before, taken)
    await note(session, actor, draw, taken, reason=reason, before=before, now=now)


async def note(
    session: AsyncSession,
    actor: Actor,
    draw: Draw,
    action: str,
    *,
    reason: str | None = None,
    before: State | None = None,
    now: datetime,
) -> None:
    """A new version of the draw, a line of its history, the trace: who and why, never what."""
    draw.changed_at = now
    flag_modified(draw, "changed_at")  # a version even if no time has passed
    session.add(
        DrawStep(
            draw_id=draw.id,
            action=action,
            state=draw.state,
            actor_id=actor.id,
            actor_name=actor.name,
            reason=reason,
            at=now,
        )
    )
    await session.flush()
    await record(
        session,
        actor,
        f"draw.{action}",
        object_kind="draw",
        object_id=draw.id,
        now=now,
        seen_by=[draw.division],
        reason=reason,
        before=None if before is None else {"state": before},
        after=draw.model_dump(mode="json"),
    )


def opened_to(draw: Draw, drawn: DrawnObject) -> list[str]:
    """The divisions of draw and object, and still whoever saw it before."""
    return sorted({*drawn.visible_to, *divisions.visibility([draw.division, drawn.division])})


async def note_drawn(
    session: AsyncSession,
    actor: Actor,
    drawn: DrawnObject,
    action: str,
    *,
    division: str,
    reason: str | None = None,
    now: datetime,
) -> None:
    """An act on one drawn object: a new version, and the trace by its key alone."""
    drawn.changed_at = now
    flag_modified(drawn, "changed_at")
    await session.flush()
    await record(
        session,
        actor,
        f"drawn_object.{action}",
        object_kind="drawn_object",
        object_id=drawn.id,
        now=now,
        seen_by=[division, drawn.division],
        reason=reason,
        after=drawn.model_dump(mode="json"),
    )


async def note_of(
    session: AsyncSession,
    actor: Actor,
    action: str,
    kind: str,
    key: UUID,
    *,
    seen_by: list[str],
    after: dict[str, object],
    reason: str | None = None,
    now: datetime,
) -> None:
    """The trace of an act on what a draw rests on or is followed by."""
    await session.flush()
    await record(
        session,
        actor,
        f"{kind}.{action}",
        object_kind=kind,
        object_id=key,
        now=now,
        seen_by=seen_by,
        reason=reason,
        after=after,
    )
