"""Writing down what was done, and saying what may be done next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy.orm.attributes import flag_modified
from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.officers import queries as officers
from services.regions.rota.domain.life import (
    DRAW_TRANSITIONS,
    ROUND_TRANSITIONS,
    SWAP_TRANSITIONS,
    DrawState,
    DrawStep,
    NotYours,
    RotaEnded,
    RoundStep,
    SwapStep,
)
from services.regions.rota.models import Rota, RotaDraw, RotaRound, RotaStep, RotaSwap
from services.regions.rota.queries import people, rounds
from shared.audit.trace import record
from shared.auth.actor import Actor
from shared.auth.policy import may, require
from shared.db.session import beyond_scope
from shared.ids import uuid7

ROTA: Final = "rota"
ROUND: Final = "rota_round"


@dataclass(frozen=True, slots=True)
class Turn:
    """Where a draw stands: in which round of which rota."""

    rota_id: UUID
    rota_round_id: UUID
    rota_draw_id: UUID


@dataclass(frozen=True, slots=True)
class Asking(Turn):
    """Where a swap stands: which one of a draw."""

    rota_swap_id: UUID


async def lock_rota(
    session: AsyncSession, actor: Actor, rota_id: UUID, right: str, *, expected_version: int
) -> Rota:
    """The running rota, locked, for somebody who holds the right and has read its last version."""
    rota = await people.lock_rota(session, rota_id)
    require(actor, right, division=rota.division)
    rota.require_version(expected_version)
    if rota.ended_at is not None:
        raise RotaEnded
    return rota


async def lock_round(
    session: AsyncSession, rota_id: UUID, round_id: UUID
) -> tuple[Rota, RotaRound, Mapping[str, Any]]:
    """The rota and its round, locked in this order, and how the round stood before.

    Who only receives the people acts on a round without seeing the rota.
    """
    await rounds.round_of(session, rota_id, round_id)
    async with beyond_scope(session):
        rota = await people.lock_rota(session, rota_id)
    row = await rounds.lock_round(session, rota_id, round_id)
    return rota, row, row.model_dump(mode="json")


async def note_rota(
    session: AsyncSession,
    actor: Actor,
    rota: Rota,
    action: str,
    *,
    now: datetime,
    reason: str | None = None,
    about: Mapping[str, Any] | None = None,
    seen_by: Sequence[str] | None = None,
) -> None:
    """Every act on a rota, its units or its staff is a new version of the rota, and in the trace.

    `about` is the unit or the person it was done to, `seen_by` who may know.
    """
    rota.changed_at = now
    flag_modified(rota, "changed_at")  # a version even if no time has passed
    seen = list(seen_by or rota.visible_to)
    await _write(session, actor, rota.id, action, now=now, reason=reason, seen=seen)
    await record(
        session,
        actor,
        f"rota.{action}",
        object_kind=ROTA,
        object_id=rota.id,
        now=now,
        seen_by=seen,
        reason=reason,
        after={"rota": rota.model_dump(mode="json"), "about": about},
    )


async def note_round(
    session: AsyncSession,
    actor: Actor,
    row: RotaRound,
    action: str,
    *,
    now: datetime,
    before: Mapping[str, Any] | None = None,
    reason: str | None = None,
    draw: RotaDraw | None = None,
) -> None:
    """Every act on a round or a draw in it is a new version of the round, and in the trace."""
    row.changed_at = now
    flag_modified(row, "changed_at")  # a version even if no time has passed
    seen = draw.visible_to if draw is not None else row.visible_to
    await _write(
        session,
        actor,
        row.rota_id,
        action,
        now=now,
        reason=reason,
        seen=seen,
        round_id=row.id,
        draw_id=draw.id if draw is not None else None,
    )
    await record(
        session,
        actor,
        f"rota_round.{action}",
        object_kind=ROUND,
        object_id=row.id,
        now=now,
        seen_by=seen,
        reason=reason,
        before=before,
        after={
            "round": row.model_dump(mode="json"),
            "draw": draw.model_dump(mode="json") if draw is not None else None,
        },
    )


async def _write(
    session: AsyncSession,
    actor: Actor,
    rota_id: UUID,
    action: str,
    *,
    now: datetime,
    reason: str | None,
    seen: list[str],
    round_id: UUID | None = None,
    draw_id: UUID | None = None,
) -> None:
    await session.flush()  # what is referred to stands before it is referred to
    session.add(
        RotaStep(
            id=uuid7(),
            rota_id=rota_id,
            round_id=round_id,
            draw_id=draw_id,
            action=action,
            actor_id=actor.id,
            actor_name=actor.name,
            reason=reason,
            at=now,
            visible_to=seen,
        )
    )
    await session.flush()


async def require_own_or_speaks_for(
    session: AsyncSession, actor: Actor, rota: Rota, officer_id: UUID | None, *, unit_division: str
) -> None:
    """Somebody acts for himself, or a leader of the rota or of the unit for him; else NotYours.

    Office staff have no login of their own: their leader says what they said.
    """
    require(actor, "rota.answer", division=rota.division, participants=[unit_division])
    if may(actor, "rota.speak_for", division=rota.division, participants=[unit_division]):
        return
    own = await officers.officers_by_id(session, [officer_id] if officer_id else [])
    if not any(each.account_id == actor.id for each in own.values()):
        raise NotYours


def rota_actions(actor: Actor, rota: Rota) -> list[str]:
    """What this caller may do with the rota now."""
    if rota.ended_at is not None:
        return []
    manages = may(actor, "rota.manage", division=rota.division)
    found = ["change", "add-unit", "enter-staff", "end"] if manages else []
    return found + (["prepare"] if may(actor, "rota.prepare", division=rota.division) else [])


def round_actions(actor: Actor, row: RotaRound) -> list[str]:
    """The legal next steps this caller may take with a round."""
    prepares = may(actor, "rota.prepare", division=row.division)
    publishes = may(actor, "rota.publish", division=row.division)
    allowed = {
        RoundStep.REFRESH: prepares,
        RoundStep.PUBLISH: publishes and actor.id != row.prepared_by,
        RoundStep.CALL_OFF: publishes,
        RoundStep.CLOSE: publishes,
    }
    return [
        each.value.replace("_", "-")
        for each in ROUND_TRANSITIONS[row.state]
        if allowed.get(each, False)
    ]


def draw_actions(
    actor: Actor, row: RotaRound, draw: RotaDraw, *, account_id: UUID | None
) -> list[str]:
    """The legal next steps this caller may take with one draw."""
    parts = [row.division, draw.division]
    speaks = may(actor, "rota.speak_for", division=parts[0], participants=parts[1:])
    own = account_id == actor.id and may(
        actor, "rota.answer", division=parts[0], participants=parts[1:]
    )
    excuses = may(actor, "rota.excuse", division=parts[0], participants=parts[1:])
    allowed = {
        DrawStep.CONFIRM: own or speaks,
        DrawStep.SWAP: own or speaks,
        DrawStep.EXCUSE: excuses,
        DrawStep.SERVE: may(actor, "rota.remark", division=row.place, participants=[row.division]),
    }
    return [each.value for each in DRAW_TRANSITIONS[draw.state] if allowed.get(each, False)]


def swap_actions(
    actor: Actor, row: RotaRound, swap: RotaSwap, *, running: bool, speaks: bool
) -> list[str]:
    """The legal next steps this caller may take with a swap."""
    if not running:
        return []
    publishes = may(actor, "rota.publish", division=row.division)
    allowed = {
        SwapStep.AGREE: speaks,
        SwapStep.APPROVE: publishes and actor.id not in (swap.asked_by, swap.agreed_by),
        SwapStep.REFUSE: speaks or publishes,
    }
    return [each.value for each in SWAP_TRANSITIONS[swap.state] if allowed[each]]


def is_running(draw: RotaDraw) -> bool:
    return draw.state in (DrawState.DRAWN, DrawState.CONFIRMED)
