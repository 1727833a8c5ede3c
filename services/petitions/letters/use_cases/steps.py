"""Answering, returning and closing a letter: state, history and trace are one act."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.intake.queries import petition as read_petition
from services.petitions.letters import domain, queries
from services.petitions.letters.domain import ClockKind, Pace, State, Step
from services.petitions.letters.models import InspectionLetter, LetterBatch, LetterStep
from services.petitions.vault.domain import redact
from services.petitions.vault.use_cases import VaultKeys, without_petitioner
from shared.audit.trace import record
from shared.auth.actor import Actor
from shared.auth.policy import may, require
from shared.clock_rows.rows import Ladder, is_running, start_clock, stop_clock
from shared.clocks.days import legal_day
from shared.clocks.term import Term
from shared.rule_settings import rule_settings

KIND: Final = "inspection_letter"


async def answer(
    session: AsyncSession,
    actor: Actor,
    batch_id: UUID,
    letter_id: UUID,
    *,
    text: str,
    pace: Pace,
    keys: VaultKeys,
    version: int,
    now: datetime,
) -> InspectionLetter:
    """The county reports what it did and how far it is."""
    _, letter = await begin_step(session, batch_id, letter_id, version)
    require(actor, "letter.answer", division=letter.county)
    letter.answer = await redacted(session, letter, text, keys=keys)
    letter.pace = pace
    letter.answered_by, letter.answered_at = actor.id, now
    await take(session, letter, Step.ANSWER, actor=actor, reason=letter.answer, now=now)
    return letter


async def close(
    session: AsyncSession,
    actor: Actor,
    batch_id: UUID,
    letter_id: UUID,
    *,
    reason: str,
    keys: VaultKeys,
    version: int,
    now: datetime,
) -> InspectionLetter:
    """The office that keeps the batch closes what is answered; the first look back is planned."""
    batch, letter = await begin_step(session, batch_id, letter_id, version)
    require(actor, "letter.manage", division=batch.division)
    reason = await redacted(session, letter, reason, keys=keys)
    letter.closed_on = legal_day(now)
    await take(session, letter, Step.CLOSE, actor=actor, reason=reason, now=now)
    await end_time(session, letter, at=now)
    return letter


async def return_(
    session: AsyncSession,
    actor: Actor,
    batch_id: UUID,
    letter_id: UUID,
    *,
    reason: str,
    keys: VaultKeys,
    version: int,
    now: datetime,
) -> InspectionLetter:
    """The answer does not do: the county gets the letter back, and its time goes on."""
    batch, letter = await begin_step(session, batch_id, letter_id, version)
    require(actor, "letter.manage", division=batch.division)
    reason = await redacted(session, letter, reason, keys=keys)
    await take(session, letter, Step.RETURN, actor=actor, reason=reason, now=now)
    return letter


async def end_time(session: AsyncSession, letter: InspectionLetter, *, at: datetime) -> None:
    """The letter is closed: its time ends, the first look back is due."""
    if await is_running(session, subject_id=letter.id, kind=ClockKind.LETTER_DUE):
        await stop_clock(session, subject_id=letter.id, kind=ClockKind.LETTER_DUE, at=at)
    await plan_look_back(session, letter, 1, at=at)


async def plan_look_back(
    session: AsyncSession, letter: InspectionLetter, round_: int, *, at: datetime
) -> None:
    """When the next look back is due, as the setting says for its round."""
    settings = await _settings(session, letter.county, at)
    days = settings[domain.LOOK_BACK_DAYS[round_]]
    await begin(session, letter, ClockKind.LOOK_BACK, domain.look_back_term(days), at=at)


async def take(
    session: AsyncSession,
    letter: InspectionLetter,
    step: Step,
    *,
    actor: Actor,
    reason: str,
    now: datetime,
) -> None:
    """The only place a letter's state changes: step, history and trace are one act."""
    before = {"state": letter.state}
    letter.state = domain.step(letter.state, step)
    session.add(
        LetterStep(
            letter_id=letter.id,
            step=step,
            state=letter.state,
            actor_id=actor.id,
            actor_name=actor.name,
            reason=reason,
            at=now,
            visible_to=letter.visible_to,
        )
    )
    await session.flush()
    await record_act(
        session,
        actor,
        letter,
        f"letter.{step}",
        before=before,
        after={"state": letter.state},
        reason=reason,
        now=now,
    )


async def begin_step(
    session: AsyncSession, batch_id: UUID, letter_id: UUID, version: int
) -> tuple[LetterBatch, InspectionLetter]:
    """The letter, locked, as the caller saw it, with its batch."""
    batch = await queries.batch(session, batch_id)
    letter = await queries.lock_letter(session, batch.id, letter_id)
    letter.require_version(version)
    return batch, letter


def actions(actor: Actor, batch: LetterBatch, letter: InspectionLetter) -> list[str]:
    """The steps this caller may take with the letter now."""
    kept = may(actor, "letter.manage", division=batch.division)
    allowed = {
        Step.ANSWER: may(actor, "letter.answer", division=letter.county),
        Step.CLOSE: kept,
        Step.RETURN: kept,
        Step.REOPEN: False,
    }
    steps = [each.value for each in domain.TRANSITIONS[letter.state] if allowed[each]]
    looks = letter.state is State.CLOSED and may(actor, "letter.look_back", division=batch.division)
    return [*steps, "look_back"] if looks else steps


async def redacted(
    session: AsyncSession, letter: InspectionLetter, text: str, *, keys: VaultKeys
) -> str:
    """The text without any number of a person, and without the petitioner of a linked petition."""
    if letter.petition_id is None:
        return redact(text, [])
    petition = await read_petition(session, letter.petition_id)
    return await without_petitioner(session, petition.party_ids, text, keys=keys)


async def begin(
    session: AsyncSession, letter: InspectionLetter, kind: ClockKind, term: Term, *, at: datetime
) -> None:
    """Start one of the letter's clocks."""
    settings = await _settings(session, letter.county, at)
    await start_clock(
        session,
        subject_kind=KIND,
        subject_id=letter.id,
        kind=kind,
        term=term,
        ladder=Ladder(
            timedelta(hours=settings["clocks.warn_before_hours"]),
            timedelta(hours=settings["clocks.raise_after_hours"]),
        ),
        started_at=at,
        seen_by=[letter.county, *letter.shares],
    )


async def _settings(session: AsyncSession, division: str, at: datetime) -> Mapping[str, Any]:
    return await rule_settings(session, division=division, on_day=legal_day(at))


async def record_act(
    session: AsyncSession,
    actor: Actor,
    letter: InspectionLetter,
    action: str,
    *,
    now: datetime,
    after: Mapping[str, Any],
    before: Mapping[str, Any] | None = None,
    reason: str | None = None,
) -> None:
    """The trace of an act on a letter."""
    await record(
        session,
        actor,
        action,
        object_kind=KIND,
        object_id=letter.id,
        now=now,
        seen_by=[letter.county, *letter.shares],
        reason=reason,
        before=before,
        after=after,
    )
