"""Who reads what: the assignment of a round and every later one, each kept to be run again."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.file_reviews import queries
from services.regions.file_reviews.domain import assigning, blinding, life
from services.regions.file_reviews.domain.assigning import Placed, Problem, Reader
from services.regions.file_reviews.domain.life import (
    FileStep,
    NoSuchReviewer,
    Purpose,
    ReadingState,
    Step,
)
from services.regions.file_reviews.models import (
    FileReview,
    FileReviewDraw,
    FileReviewer,
    FileReviewSecret,
    ReviewFile,
    ReviewReading,
)
from services.regions.file_reviews.queries import RoundFile
from services.regions.file_reviews.use_cases.convening import (
    LADDER,
    SUBMIT_CLOCK,
)
from services.regions.file_reviews.use_cases.record import note, note_own
from services.regions.officers import queries as officers
from services.regions.officers.domain.eligibility import Need, Period, Reason, reasons_against
from services.regions.officers.models import Officer
from shared.auth import marks
from shared.auth.actor import Actor
from shared.auth.policy import may, require
from shared.clock_rows.rows import drop_clocks, start_clock
from shared.clocks.days import DAY
from shared.db.session import beyond_scope
from shared.ids import uuid7

READING_KIND: Final = "review_reading"
READING_CLOCK: Final = "file_review_reading"
LASTING: Final = (ReadingState.GIVEN, ReadingState.SCORED)


@dataclass(frozen=True, slots=True)
class Pool:
    """Everything an assignment is made of, with the names behind the codes."""

    round: FileReview
    secret: FileReviewSecret
    files: Mapping[str, ReviewFile]
    reviewers: Mapping[str, FileReviewer]
    readings: Mapping[UUID, list[ReviewReading]]
    # Files by reader that an interest of the reader's forbids.
    interests: Mapping[UUID, frozenset[str]]

    def token(self, officer_id: UUID) -> str:
        return blinding.blind(self.secret.key, "reader", officer_id)

    def _party(self, division: str) -> str:
        return blinding.blind(self.secret.key, "party", division)

    def problem(self, needs: Mapping[str, int]) -> Problem:
        """What an assignment is asked for, in codes alone, in the order of the codes."""
        return Problem(
            tuple(self._placed(each, needs.get(code, 0)) for code, each in self.files.items()),
            tuple(self._reader(token, each) for token, each in self.reviewers.items()),
        )

    def _placed(self, file: ReviewFile, needs: int) -> Placed:
        named = {each.officer_id for each in self.reviewers.values()}
        return Placed(
            file.code,
            self._party(file.division),
            needs,
            handlers=tuple(sorted(self.token(each) for each in file.handlers if each in named)),
            readers=tuple(
                sorted(
                    self.token(each.officer_id)
                    for each in self.readings.get(file.id, ())
                    if each.state in LASTING
                )
            ),
        )

    def _reader(self, token: str, reviewer: FileReviewer) -> Reader:
        # Who gave a file back does not get it again.
        left = {
            each.code
            for readings in self.readings.values()
            for each in readings
            if each.officer_id == reviewer.officer_id and each.state is ReadingState.DROPPED
        }
        barred = left | self.interests.get(reviewer.officer_id, frozenset())
        return Reader(
            token,
            self._party(reviewer.division),
            tuple(sorted(barred)),
            gone=reviewer.dropped_at is not None,
        )


async def pool(session: AsyncSession, file: RoundFile, *, now: datetime) -> Pool:
    """To be asked beyond scope: the caller gets codes at most."""
    secret = await queries.secret(session, file.round.id)
    taking_part = {each.division for each in file.parties if each.takes_part}
    files = [
        each
        for each in await queries.files_of_round(session, file.round.id)
        if each.division in taking_part
    ]
    # The caller's own were read with the round; here everybody's are wanted.
    reviewers = (await queries.round_file(session, file.round)).reviewers
    readers = [each for each in reviewers if each.division in taking_part]
    people = await officers.officers_by_id(session, [each.officer_id for each in readers])
    return Pool(
        file.round,
        secret,
        {each.code: each for each in files},
        dict(
            sorted(
                (blinding.blind(secret.key, "reader", each.officer_id), each) for each in readers
            )
        ),
        await queries.readings_of_round(session, file.round.id),
        await _interests(session, people, files, now=now),
    )


async def _interests(
    session: AsyncSession,
    people: Mapping[UUID, Officer],
    files: Iterable[ReviewFile],
    *,
    now: datetime,
) -> dict[UUID, frozenset[str]]:
    period = Period(now, now + DAY)
    found = {}
    for each in await officers.files(session, list(people.values())):
        candidate = each.candidate(period, besides=())
        found[each.officer.id] = frozenset(
            file.code
            for file in files
            if Reason.RECUSED
            in reasons_against(candidate, Need(period, file.object_name, file.object_code))
        )
    return found


async def assign(
    session: AsyncSession,
    actor: Actor,
    round_id: UUID,
    *,
    expected_version: int,
    now: datetime,
) -> FileReview:
    """Reveal the seed and give every file its readers.

    All that consented are waited for until the time to submit is over; then those that are
    complete review one another and the others are left out.
    """
    file = await queries.lock_round(session, round_id)
    row = file.round
    require(actor, "file_review.convene", division=row.convener)
    row.require_version(expected_version)
    row.state = life.step(row.state, Step.ASSIGN)
    async with beyond_scope(session):
        await _choose_parties(session, file, now=now)
        await session.flush()
        held = await pool(session, file, now=now)
        row.seed, row.assigned_at = held.secret.seed, now
        needs = dict.fromkeys(held.files, file.rules.readers_per_file)
        await draw(session, held, needs, Purpose.FIRST, now=now)
        for each in held.files.values():
            each.state = life.file_step(each.state, FileStep.ASSIGN)
            each.changed_at = now
        await drop_clocks(session, subject_id=row.id, at=now, kinds=(SUBMIT_CLOCK,))
    told = f"{row.level}; {len(held.files)} files, {len(held.reviewers)} readers"
    await note(session, actor, row, Step.ASSIGN, reason=told, now=now)
    return row


async def _choose_parties(session: AsyncSession, file: RoundFile, *, now: datetime) -> None:
    submitted = await queries.files_of_round(session, file.round.id)
    reviewers = (await queries.round_file(session, file.round)).reviewers
    complete, incomplete = [], []
    for party in file.parties:
        own = [each for each in submitted if each.division == party.division]
        ready = len(own) == file.round.files_per_division and any(
            each.division == party.division for each in reviewers
        )
        if party.consents and ready:
            complete.append(party.division)
        elif party.consents is not False:
            incomplete.append(party.division)
    due = file.round.submit_due_at
    chosen = life.parties_taking_part(
        complete, incomplete, time_is_over=due is not None and due <= now
    )
    for party in file.parties:
        party.takes_part = party.division in chosen


async def draw(
    session: AsyncSession,
    held: Pool,
    needs: Mapping[str, int],
    purpose: Purpose | Mapping[str, Purpose],
    *,
    now: datetime,
) -> None:
    """Assign, keep what went in and what came out, and give each reader his files."""
    row = held.round
    number = len(await queries.draws(session, row.id))
    problem = held.problem(needs)
    found = assigning.assign(problem, seed=seed_of(held.secret.seed, number), level=row.level)
    of_file = purpose if isinstance(purpose, Mapping) else dict.fromkeys(needs, purpose)
    session.add(
        FileReviewDraw(
            id=uuid7(),
            round_id=row.id,
            number=number,
            purpose=next(iter(of_file.values())),
            level=found.level,
            problem=assigning.problem_to_json(problem),
            pairs=[list(each) for each in found.pairs],
            at=now,
            visible_to=row.visible_to,
        )
    )
    row.level = found.level
    for code, token in found.pairs:
        await _give(session, held, code, token, of_file[code], now=now)
    await session.flush()


def seed_of(seed: str, number: int) -> str:
    """The seed of the round's n-th assignment, from 0."""
    return f"{seed}:{number}" if number else seed


async def _give(
    session: AsyncSession, held: Pool, code: str, token: str, purpose: Purpose, *, now: datetime
) -> None:
    file, reviewer = held.files[code], held.reviewers[token]
    mark = marks.person(reviewer.account_id)
    key = uuid7()
    due = await start_clock(
        session,
        subject_kind=READING_KIND,
        subject_id=key,
        kind=READING_CLOCK,
        term=life.working_days(held.round.rules["reading_working_days"]),
        ladder=LADDER,
        started_at=now,
        seen_by=[mark],
    )
    session.add(
        ReviewReading(
            id=key,
            round_id=held.round.id,
            file_id=file.id,
            officer_id=reviewer.officer_id,
            division=reviewer.division,
            purpose=purpose,
            code=code,
            kind=file.kind,
            sha256=file.sha256,
            pages=file.pages,
            state=ReadingState.GIVEN,
            given_at=now,
            due_at=due.due_at,
            changed_at=now,
            visible_to=[mark],
        )
    )


async def substitute(
    session: AsyncSession,
    actor: Actor,
    round_id: UUID,
    *,
    reader: str,
    reason: str,
    expected_version: int,
    now: datetime,
) -> FileReview:
    """A reader drops out: his files that are not scored go to others, nothing else changes.

    `reader` is the officer's id for the division that named him, his code for the convener.
    """
    file = await queries.lock_round(session, round_id)
    file.round.require_version(expected_version)
    life.step(file.round.state, Step.SUBSTITUTE)
    async with beyond_scope(session):
        held = await pool(session, file, now=now)
        gone = _meant(actor, held, reader)
        if gone is None:
            raise NoSuchReviewer(reason="reader", pointer="/reader")
        gone.dropped_at, gone.drop_reason = now, reason
        await _drop(session, held, gone.officer_id, reason=reason, now=now)
    await note_own(
        session,
        actor,
        file.round,
        Step.SUBSTITUTE,
        division=gone.division if str(gone.officer_id) == reader else file.round.convener,
        reason=f"{reader}: {reason}",
        now=now,
    )
    return file.round


def _meant(actor: Actor, held: Pool, reader: str) -> FileReviewer | None:
    for token, each in held.reviewers.items():
        by_division = str(each.officer_id) == reader and may(
            actor, "file_review.name", division=each.division
        )
        by_convener = token == reader and may(
            actor, "file_review.convene", division=held.round.convener
        )
        if (by_division or by_convener) and each.dropped_at is None:
            return each
    return None


async def recuse(
    session: AsyncSession,
    actor: Actor,
    round_id: UUID,
    reading_id: UUID,
    *,
    reason: str,
    expected_version: int,
    now: datetime,
) -> ReviewReading:
    """A reader gives a file back because of an interest in it; another one gets it."""
    file = await queries.lock_round(session, round_id)
    reading = await queries.reading(session, round_id, reading_id)
    require(actor, "file_review.score", division=reading.division)
    reading.require_version(expected_version)
    life.step(file.round.state, Step.SUBSTITUTE)
    life.reading_step(reading.state, ReadingState.DROPPED)
    async with beyond_scope(session):
        held = await pool(session, file, now=now)
        await _drop(session, held, reading.officer_id, reason=reason, now=now, only=reading.file_id)
    await note_own(
        session,
        actor,
        file.round,
        "recuse",
        division=reading.division,
        reason=reason,
        now=now,
    )
    return reading


async def _drop(
    session: AsyncSession,
    held: Pool,
    officer_id: UUID,
    *,
    reason: str,
    now: datetime,
    only: UUID | None = None,
) -> None:
    purposes: dict[str, Purpose] = {}
    for readings in held.readings.values():
        for each in readings:
            his = each.officer_id == officer_id and each.state is ReadingState.GIVEN
            if his and only in (None, each.file_id):
                each.state, each.drop_reason, each.changed_at = ReadingState.DROPPED, reason, now
                await drop_clocks(session, subject_id=each.id, at=now)
                purposes[each.code] = each.purpose
    await session.flush()
    if purposes:
        await draw(session, held, dict.fromkeys(purposes, 1), purposes, now=now)


async def third_reading(
    session: AsyncSession,
    actor: Actor,
    round_id: UUID,
    *,
    code: str,
    expected_version: int,
    now: datetime,
) -> FileReview:
    """Two that disagree: a third reads the file, chosen as they were."""
    return await _one_more(
        session,
        actor,
        round_id,
        code=code,
        taken=FileStep.THIRD,
        expected_version=expected_version,
        now=now,
    )


async def reread(
    session: AsyncSession,
    actor: Actor,
    round_id: UUID,
    *,
    code: str,
    expected_version: int,
    now: datetime,
) -> FileReview:
    """A division objects: another one reads the file before the objection is decided."""
    return await _one_more(
        session,
        actor,
        round_id,
        code=code,
        taken=FileStep.REREAD,
        expected_version=expected_version,
        now=now,
    )


_MORE: Final[Mapping[FileStep, tuple[Step, Purpose]]] = {
    FileStep.THIRD: (Step.THIRD_READING, Purpose.THIRD),
    FileStep.REREAD: (Step.REREAD, Purpose.REREAD),
}


async def _one_more(
    session: AsyncSession,
    actor: Actor,
    round_id: UUID,
    *,
    code: str,
    taken: FileStep,
    expected_version: int,
    now: datetime,
) -> FileReview:
    file = await queries.lock_round(session, round_id)
    row = file.round
    require(actor, "file_review.convene", division=row.convener)
    row.require_version(expected_version)
    step, purpose = _MORE[taken]
    life.step(row.state, step)
    async with beyond_scope(session):
        read = await queries.file_by_code(session, round_id, code)
        read.state = life.file_step(read.state, taken)
        read.changed_at = now
        await session.flush()
        held = await pool(session, file, now=now)
        await draw(session, held, {code: 1}, purpose, now=now)
    await note(session, actor, row, step, reason=code, now=now)
    return row
