"""What may be known of a round beyond one's own rows, each answer for who has the right to it."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.file_reviews import queries
from services.regions.file_reviews.domain import assigning, blinding, scoring
from services.regions.file_reviews.domain.assigning import Level
from services.regions.file_reviews.domain.life import (
    SCORED,
    FileState,
    ReadingState,
    State,
    StillRunning,
)
from services.regions.file_reviews.domain.scoring import FinalRule
from services.regions.file_reviews.models import (
    FileReview,
    FileReviewDraw,
    FileReviewSecret,
    ReviewFile,
    ReviewReading,
)
from services.regions.file_reviews.queries import RoundFile
from services.regions.file_reviews.use_cases.drawing import LASTING, seed_of
from shared.audit.trace import record
from shared.auth.actor import Actor
from shared.auth.policy import require
from shared.db.session import beyond_scope


@dataclass(frozen=True, slots=True)
class Progress:
    """A file as its convener sees it: by code, readers by code, totals once all are in."""

    code: str
    state: FileState
    readers: list[str]
    waiting: list[str]
    totals: list[Decimal]
    objection: str | None


@dataclass(frozen=True, slots=True)
class Verification:
    """Whether every assignment of the round comes out again, with all it takes to run it."""

    seed_hash: str
    seed: str | None
    seed_holds: bool
    draws: list[tuple[FileReviewDraw, bool]]


@dataclass(frozen=True, slots=True)
class Ranking:
    """A division's files: the average of their scores; equal averages share a rank."""

    rank: int
    division: str
    files: int
    average: Decimal
    vetoes: int


@dataclass(frozen=True, slots=True)
class Summary:
    rankings: list[Ranking]
    common_faults: list[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class KeyLine:
    """One line of the key (对照表): whose file, and who read it."""

    file: ReviewFile
    readings: list[tuple[ReviewReading, str]]


@dataclass(frozen=True, slots=True)
class Key:
    secret: FileReviewSecret
    lines: list[KeyLine]


async def progress(session: AsyncSession, actor: Actor, round_id: UUID) -> list[Progress]:
    """How far the reading is, for the convener.

    Its own files show no totals before results are told.
    """
    row = await queries.round_(session, round_id)
    require(actor, "file_review.convene", division=row.convener)
    async with beyond_scope(session):
        secret = await queries.secret(session, round_id)
        files = await queries.files_of_round(session, round_id)
        readings = await queries.readings_of_round(session, round_id)
    if row.state is State.OPEN:
        return []  # by number and time a code could be told from another
    return [_progress(each, readings.get(each.id, []), row, secret) for each in files]


def _progress(
    file: ReviewFile, readings: list[ReviewReading], row: FileReview, secret: FileReviewSecret
) -> Progress:
    lasting = [each for each in readings if each.state in LASTING]
    waiting = [each for each in lasting if each.state is ReadingState.GIVEN]
    hidden = waiting or (file.division == row.convener and row.state is State.READING)
    return Progress(
        file.code,
        file.state,
        sorted(_token(secret, each) for each in lasting),
        sorted(_token(secret, each) for each in waiting),
        [] if hidden else sorted(each.total for each in lasting if each.total is not None),
        file.objection,
    )


def _token(secret: FileReviewSecret, reading: ReviewReading) -> str:
    return blinding.blind(secret.key, "reader", reading.officer_id)


async def verification(session: AsyncSession, round_id: UUID) -> Verification:
    """Run every assignment again. All of it is in codes, so that anybody may do the same."""
    row = await queries.round_(session, round_id)
    draws = await queries.draws(session, round_id) if row.seed else ()
    return Verification(
        row.seed_hash,
        row.seed,
        row.seed is not None and blinding.commitment(row.seed) == row.seed_hash,
        [
            (each, _comes_out_again(each, row.seed or "", level=level))
            for each, level in zip(draws, [None, *(each.level for each in draws)], strict=False)
        ],
    )


def _comes_out_again(draw: FileReviewDraw, seed: str, *, level: Level | None) -> bool:
    found = assigning.assign(
        assigning.problem_from_json(draw.problem),
        seed=seed_of(seed, draw.number),
        level=level,
    )
    return (found.level, [list(each) for each in found.pairs]) == (draw.level, draw.pairs)


async def summary(session: AsyncSession, round_id: UUID) -> Summary | None:
    """Averages and common faults, once the round is closed; None before."""
    row = await queries.round_(session, round_id)
    if row.state is not State.CLOSED:
        return None
    async with beyond_scope(session):
        files = await queries.files_of_round(session, round_id)
    by_division: dict[str, list[ReviewFile]] = defaultdict(list)
    faulty: Counter[str] = Counter()
    for each in files:
        if each.state in SCORED:
            by_division[each.division].append(each)
            faulty.update(fault["item"] for fault in each.faults or ())
    return Summary(_ranked(by_division), sorted(faulty.items(), key=lambda each: (-each[1], each)))


def _ranked(by_division: dict[str, list[ReviewFile]]) -> list[Ranking]:
    averages = {
        division: scoring.final(
            [each.score for each in files if each.score is not None], FinalRule.MEAN
        )
        for division, files in by_division.items()
    }
    return [
        Ranking(
            1 + sum(other > average for other in averages.values()),
            division,
            len(by_division[division]),
            average,
            sum(each.vetoed for each in by_division[division]),
        )
        for division, average in sorted(averages.items(), key=lambda each: (-each[1], each[0]))
    ]


async def reader_divisions(
    session: AsyncSession, file: RoundFile, files: list[ReviewFile]
) -> dict[UUID, list[str]]:
    """Which divisions read these files, if the rules of the round open that at its end."""
    if not file.rules.opens_reader_division or file.round.state is not State.CLOSED:
        return {}
    async with beyond_scope(session):
        readings = await queries.readings_of_round(session, file.round.id)
    return {
        each.id: sorted({one.division for one in readings.get(each.id, []) if one.state in LASTING})
        for each in files
    }


async def key(session: AsyncSession, actor: Actor, round_id: UUID, *, now: datetime) -> Key:
    """对照表: whose files they are and who read them, for the convener's auditor.

    StillRunning where the convener takes part itself: its auditor is a party's.
    """
    file = await queries.round_file(session, await queries.round_(session, round_id))
    row = file.round
    require(actor, "file_review.audit", division=row.convener)
    if file.convener_takes_part and row.state not in (State.CLOSED, State.CANCELLED):
        raise StillRunning
    async with beyond_scope(session):
        secret = await queries.secret(session, round_id)
        files = await queries.files_of_round(session, round_id)
        readings = await queries.readings_of_round(session, round_id)
        names = {
            each.officer_id: each.name
            for each in (await queries.round_file(session, row)).reviewers
        }
    await record(
        session,
        actor,
        "file_review.read_key",
        object_kind="file_review",
        object_id=row.id,
        now=now,
        seen_by=[row.convener],
    )
    return Key(
        secret,
        [
            KeyLine(
                each,
                [(one, names.get(one.officer_id, "")) for one in readings.get(each.id, [])],
            )
            for each in files
        ],
    )
