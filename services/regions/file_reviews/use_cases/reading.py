"""Scoring a file, and what its scores come to once all are in."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.orm.attributes import flag_modified
from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.file_reviews import queries
from services.regions.file_reviews.domain import life, scoring
from services.regions.file_reviews.domain.life import (
    PURPOSE_OF,
    FileStep,
    Purpose,
    ReadingState,
    Step,
)
from services.regions.file_reviews.domain.scoring import FinalRule, Mark, Outcome
from services.regions.file_reviews.models import ReviewFile, ReviewReading
from services.regions.file_reviews.queries import RoundFile
from services.regions.file_reviews.use_cases.drawing import READING_CLOCK, READING_KIND
from shared.audit.trace import record
from shared.auth.actor import Actor
from shared.auth.policy import require
from shared.clock_rows.rows import stop_clock
from shared.db.session import beyond_scope

COUNTING: Final = {
    Purpose.FIRST: (Purpose.FIRST,),
    Purpose.THIRD: (Purpose.FIRST, Purpose.THIRD),
}


async def score(
    session: AsyncSession,
    actor: Actor,
    round_id: UUID,
    reading_id: UUID,
    *,
    marks: Sequence[Mark],
    remark: str | None,
    expected_version: int,
    now: datetime,
) -> ReviewReading:
    """The reader's word on a file, final; nobody sees it before the others of the file are in."""
    file = await queries.lock_round(session, round_id)
    reading = await queries.reading(session, round_id, reading_id)
    require(actor, "file_review.score", division=reading.division)
    reading.require_version(expected_version)
    life.step(file.round.state, Step.SCORE)
    reading.state = life.reading_step(reading.state, ReadingState.SCORED)
    scoring.require_marks(file.rubric, marks)
    reading.marks = scoring.marks_to_json(marks)
    reading.total = scoring.total(file.rubric, marks, veto_score=file.rules.veto_score)
    reading.remark = remark
    reading.scored_at = reading.changed_at = now
    flag_modified(reading, "changed_at")  # a version even if no time has passed
    async with beyond_scope(session):
        await stop_clock(session, subject_id=reading.id, kind=READING_CLOCK, at=now)
        await session.flush()
        await _settle(session, file, reading.file_id, now=now)
    # Seen by the reader's own division: the reading names no file to it.
    await record(
        session,
        actor,
        "file_review.score",
        object_kind=READING_KIND,
        object_id=reading.id,
        now=now,
        seen_by=[reading.division],
        after=reading.model_dump(mode="json"),
    )
    return reading


async def _settle(session: AsyncSession, file: RoundFile, file_id: UUID, *, now: datetime) -> None:
    """With the last score in, the file has its own, or is seen to be in dispute."""
    read = await queries.file(session, file.round.id, file_id)
    purpose = PURPOSE_OF[read.state]
    if purpose is Purpose.REREAD:
        return
    counted = await queries.that_count(session, file_id, COUNTING[purpose])
    given = [scoring.marks_from_json(each.marks or ()) for each in counted]
    if any(each.state is not ReadingState.SCORED for each in counted):
        return
    rules = file.rules
    if purpose is Purpose.FIRST and scoring.disagree(file.rubric, given, rules=rules):
        read.state = life.file_step(read.state, FileStep.DISAGREE)
        read.changed_at = now
        return
    rule = rules.third_rule if purpose is Purpose.THIRD else rules.final_rule
    read.state = life.file_step(read.state, FileStep.SETTLE)
    keep_outcome(read, scoring.outcome(file.rubric, given, rule=rule, rules=rules), now=now)


def keep_outcome(file: ReviewFile, outcome: Outcome, *, now: datetime) -> None:
    file.score, file.vetoed = outcome.score, outcome.vetoed
    file.faults = scoring.faults_to_json(outcome.faults)
    file.changed_at = now


def judged_alone(file: RoundFile, marks: Sequence[Mark]) -> Outcome:
    """What one reading, or the one both agreed on, comes to."""
    return scoring.outcome(file.rubric, [marks], rule=FinalRule.MEAN, rules=file.rules)
