"""Showing a citizen the state of a case for a code that is used up by it."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.follow import queries
from services.petitions.follow.domain import (
    TooManyGuesses,
    UnknownCase,
    delay,
    subjects,
)
from services.petitions.intake.queries import lock_petition
from services.petitions.intake.use_cases.follow_codes import FollowCodes
from services.petitions.intake.use_cases.steps import KIND, seen_by
from shared import divisions, reference
from shared.audit.trace import record
from shared.auth.actor import Actor
from shared.auth.policy import require
from shared.clocks.days import legal_day
from shared.db.session import beyond_scope
from shared.errors import AppError, NotFound
from shared.rule_settings import rule_settings

# Compared with where there is no case, so that nothing is told by how long it takes.
NOBODYS: Final = bytes(32)


@dataclass(frozen=True, slots=True)
class Shown:
    """A case as its citizen sees it, and the code for the next time."""

    case: Mapping[str, Any]
    office_name: str
    next_code: str


async def look_up(
    session: AsyncSession,
    *,
    number: str,
    code: str,
    source: str,
    codes: FollowCodes,
    now: datetime,
) -> Shown | AppError:
    """The case, or why not: returned and not raised, since the guess must be counted.

    A guess made while waiting is not judged (decision 12). The number, the code or a part's number
    being wrong takes the same way.
    """
    # A number begins with its office; what is no number follows the rule of everywhere.
    office = number[:6] if divisions.CODE.match(number) else ""
    settings = await rule_settings(session, division=office, on_day=legal_day(now))
    free, longest = settings["follow.free_tries"], settings["follow.longest_wait_minutes"]
    counted = subjects(number, source)
    guesses = await queries.lock_guesses(session, [each.key for each in counted], now=now)
    has_guessed = guesses[0][0] > 0
    for subject, (failures, until) in zip(counted, guesses, strict=True):
        beyond = failures > free * subject.factor and now < until
        if beyond and (has_guessed or not subject.only_guessers):
            return TooManyGuesses()
    case = await queries.case(session, number)
    turned = await _turn(session, case, codes.hash(code), codes, settings=settings, now=now)
    if case is None or turned is None:
        for subject, (failures, _) in zip(counted, guesses, strict=True):
            wait = delay(
                failures + 1, free=free * subject.factor, longest=timedelta(minutes=longest)
            )
            await queries.count_guess(session, subject.key, failures + 1, now + wait)
        return UnknownCase()
    await queries.count_guess(session, counted[0].key, 0, now)
    names = await reference.division_names(session, [case["office"]], on_day=legal_day(now))
    return Shown(case, names.get(case["office"], case["office"]), turned)


async def _turn(
    session: AsyncSession,
    case: Mapping[str, Any] | None,
    shown: bytes,
    codes: FollowCodes,
    *,
    settings: Mapping[str, Any],
    now: datetime,
) -> str | None:
    """A right code is used up and the next one drawn; None for a wrong one.

    The code before stays good for a short while: the answer that held the next may be lost.
    """
    held = case["follow_hash"] if case else None
    previous = case["previous_hash"] if case and case["usable_until"] else None
    is_held = hmac.compare_digest(shown, held or NOBODYS)
    is_previous = hmac.compare_digest(shown, previous or NOBODYS)
    if case is None or not (is_held or (is_previous and now < case["usable_until"])):
        return None
    new = codes.new()
    if not await queries.turn_code(session, case["id"], held=held, new=codes.hash(new)):
        return None  # used at this very moment by somebody else
    if is_held:
        until = now + timedelta(minutes=settings["follow.grace_minutes"])
        await queries.keep_previous(session, case["id"], shown, until)
    return new


async def issue(
    session: AsyncSession, actor: Actor, petition_id: UUID, *, codes: FollowCodes, now: datetime
) -> tuple[str, str]:
    """The number and a new code for somebody who lost it; whatever was issued before is dead."""
    petition = await lock_petition(session, petition_id)
    require(actor, "petition.issue_code", division=petition.office)
    if petition.parent_id is not None:
        raise NotFound(what="petition")
    new = codes.new()
    await queries.turn_code(session, petition.id, held=petition.follow_hash, new=codes.hash(new))
    async with beyond_scope(session):
        await queries.forget_previous(session, petition.id)
    await record(
        session,
        actor,
        "petition.issue_code",
        object_kind=KIND,
        object_id=petition.id,
        now=now,
        seen_by=seen_by(petition),
    )
    return petition.number, new
