"""Opening a round, consenting to it, naming who reads, calling it off."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.agreements.domain.consent import NotAParty
from services.regions.agreements.queries import agreement
from services.regions.divisions.use_cases import require_known
from services.regions.file_reviews import queries
from services.regions.file_reviews.domain import blinding, life, scoring
from services.regions.file_reviews.domain.life import (
    BadParties,
    NotConsented,
    ReadingState,
    State,
    Step,
    UnfitReviewer,
)
from services.regions.file_reviews.models import (
    FileReview,
    FileReviewer,
    FileReviewParty,
    FileReviewSecret,
)
from services.regions.file_reviews.queries import RoundFile
from services.regions.file_reviews.use_cases.record import note, note_own
from services.regions.officers import queries as officers
from services.regions.officers.domain.eligibility import Period, certificate_lack
from services.regions.officers.queries import OfficerFile
from shared import divisions
from shared.auth.actor import Actor
from shared.auth.policy import require
from shared.clock_rows.rows import Ladder, drop_clocks, start_clock
from shared.clocks.days import DAY, legal_day
from shared.db.session import beyond_scope
from shared.errors import ReasonMissing
from shared.ids import uuid7
from shared.rule_settings import rule_settings

KIND: Final = "file_review"
SUBMIT_CLOCK: Final = "file_review_submit"
OBJECTION_CLOCK: Final = "file_review_objection"
LADDER: Final = Ladder(warn_before=timedelta(days=1), raise_after=timedelta(days=1))


@dataclass(frozen=True, slots=True)
class Wanted:
    """A round as its convener wants it; what is left out is as the settings say."""

    title: str
    convener: str
    parties: tuple[str, ...]
    kinds: tuple[str, ...]
    closed_from: date
    closed_to: date
    files_per_division: int
    readers_per_file: int | None
    rubric: tuple[dict[str, Any], ...] | None
    agreement_id: UUID | None


@dataclass(frozen=True, slots=True)
class Secrets:
    """Drawn by chance before anything is known of the files."""

    seed: str
    key: str


async def open_round(
    session: AsyncSession, actor: Actor, wanted: Wanted, secrets: Secrets, *, now: datetime
) -> FileReview:
    """Lay a round before divisions; the hash of its seed is published from here on."""
    require(actor, "file_review.convene", division=wanted.convener)
    if wanted.agreement_id is not None:
        await agreement(session, wanted.agreement_id)
    today = legal_day(now)
    await require_known(session, wanted.parties, on_day=today, pointer="/parties")
    life.require_parties(wanted.convener, wanted.parties)
    if wanted.closed_to < wanted.closed_from:
        raise BadParties(reason="the period ends before it begins", pointer="/closed_to")
    figures = await rule_settings(session, division=wanted.convener, on_day=today)
    rubric = list(wanted.rubric or figures["file_review.rubric"])
    scoring.require_rubric(scoring.rubric_from_json(rubric))
    rules = {
        name: figures[f"file_review.{name}"] for name in scoring.Rules.__dataclass_fields__
    } | ({"readers_per_file": wanted.readers_per_file} if wanted.readers_per_file else {})
    seen_by = divisions.visibility([wanted.convener, *wanted.parties])
    row = FileReview(
        id=uuid7(),
        title=wanted.title,
        convener=wanted.convener,
        agreement_id=wanted.agreement_id,
        kinds=sorted(set(wanted.kinds)),
        closed_from=wanted.closed_from,
        closed_to=wanted.closed_to,
        files_per_division=wanted.files_per_division,
        rubric=rubric,
        rules=scoring.rules_to_json(scoring.rules_from_json(rules)),
        state=State.OPEN,
        seed_hash=blinding.commitment(secrets.seed),
        key_hash=blinding.commitment(secrets.key),
        opened_at=now,
        opened_by=actor.id,
        changed_at=now,
        visible_to=seen_by,
    )
    session.add(row)
    await session.flush()
    async with beyond_scope(session):
        session.add(FileReviewSecret(round_id=row.id, seed=secrets.seed, key=secrets.key))
    for each in wanted.parties:
        session.add(FileReviewParty(round_id=row.id, division=each, visible_to=seen_by))
    due = await start_clock(
        session,
        subject_kind=KIND,
        subject_id=row.id,
        kind=SUBMIT_CLOCK,
        term=life.working_days(figures["file_review.submit_working_days"]),
        ladder=LADDER,
        started_at=now,
        seen_by=[wanted.convener, *wanted.parties],
    )
    row.submit_due_at = due.due_at
    await note(session, actor, row, "open", reason=None, now=now)
    return row


async def consent(
    session: AsyncSession,
    actor: Actor,
    round_id: UUID,
    *,
    division: str,
    consents: bool,
    reason: str | None,
    expected_version: int,
    now: datetime,
) -> FileReview:
    """A division takes part or does not, in its own name; who declines says why."""
    file = await queries.lock_round(session, round_id)
    require(actor, "file_review.consent", division=division)
    file.round.require_version(expected_version)
    life.step(file.round.state, Step.CONSENT)
    party = file.party(division)
    if party is None:
        raise NotAParty(reason=division, division=division, pointer="/division")
    if not consents and reason is None:
        raise ReasonMissing(reason="decline", pointer="/reason")
    party.consents, party.reason = consents, reason
    party.answered_at, party.answered_by = now, actor.id
    told = f"{division}: {'consents' if consents else 'declines'}"
    told += f"; {reason}" if reason else ""
    await note(session, actor, file.round, Step.CONSENT, reason=told, now=now)
    return file.round


async def name_reviewers(
    session: AsyncSession,
    actor: Actor,
    round_id: UUID,
    *,
    division: str,
    officer_ids: Sequence[UUID],
    expected_version: int,
    now: datetime,
) -> FileReview:
    """Who reads for a division: its own active officers with a login and a certificate in force.

    Until the assignment the list is replaced; later it only grows.
    """
    file = await queries.lock_round(session, round_id)
    require(actor, "file_review.name", division=division)
    file.round.require_version(expected_version)
    require_taking_part(file, division)
    life.step(file.round.state, Step.NAME_REVIEWERS)
    people = await _fit(session, division, officer_ids, now=now)
    known = {each.officer_id: each for each in file.reviewers if each.division == division}
    if file.round.state is State.OPEN:
        for former in known.values():
            await session.delete(former)
        await session.flush()
        known = {}
    for each in people:
        if each.officer.id not in known and each.officer.account_id is not None:
            session.add(
                FileReviewer(
                    round_id=file.round.id,
                    officer_id=each.officer.id,
                    division=division,
                    account_id=each.officer.account_id,
                    name=each.officer.name,
                    visible_to=[divisions.scope(division)],
                )
            )
    told = "、".join(each.officer.name for each in people)
    await note_own(
        session, actor, file.round, Step.NAME_REVIEWERS, division=division, reason=told, now=now
    )
    return file.round


def require_taking_part(file: RoundFile, division: str) -> None:
    """NotAParty, or NotConsented as long as the division has not said that it takes part."""
    party = file.party(division)
    if party is None:
        raise NotAParty(reason=division, division=division, pointer="/division")
    if not party.consents or party.takes_part is False:
        raise NotConsented


async def cancel(
    session: AsyncSession,
    actor: Actor,
    round_id: UUID,
    *,
    reason: str,
    expected_version: int,
    now: datetime,
) -> FileReview:
    """Call the round off before its results are told."""
    file = await queries.lock_round(session, round_id)
    row = file.round
    require(actor, "file_review.convene", division=row.convener)
    row.require_version(expected_version)
    row.state = life.step(row.state, Step.CANCEL)
    row.cancel_reason = reason
    async with beyond_scope(session):
        for readings in (await queries.readings_of_round(session, row.id)).values():
            for each in readings:
                if each.state is ReadingState.GIVEN:  # nobody is left with a file to read
                    each.state, each.drop_reason = ReadingState.DROPPED, reason
                    each.changed_at = now
                    await drop_clocks(session, subject_id=each.id, at=now)
        await drop_clocks(session, subject_id=row.id, at=now)
    await note(session, actor, row, Step.CANCEL, reason=reason, now=now)
    return row


async def _fit(
    session: AsyncSession, division: str, officer_ids: Sequence[UUID], *, now: datetime
) -> list[OfficerFile]:
    """The officers' files; UnfitReviewer names who cannot read and why."""
    rows = await officers.officers_by_id(session, set(officer_ids))
    files = await officers.files(session, list(rows.values()))
    against = [f"{each}: unknown" for each in officer_ids if each not in rows]
    today = Period(now, now + DAY)
    faults = ((each.officer.name, _fault(each, division, today)) for each in files)
    against += [f"{name}: {fault}" for name, fault in faults if fault]
    if against:
        reasons = ", ".join(against)
        raise UnfitReviewer(reason=reasons, reasons=reasons, pointer="/officers")
    return files


def _fault(file: OfficerFile, division: str, today: Period) -> str | None:
    officer = file.officer
    if officer.division != division:
        return "of another division"
    if officer.left_at is not None:
        return "inactive"
    if officer.account_id is None:
        return "no login"
    lack = certificate_lack(map(officers.certificate, file.certificates), today)
    return None if lack is None else lack.value
