"""Computing: rows are read as of an instant, and scores come out of them by rule alone."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.assessment.domain import life
from services.regions.assessment.domain.life import AsOfAhead, SchemeNotInForce, State, Step
from services.regions.assessment.domain.scoring import (
    Key,
    UnitResult,
    adjusted_to_json,
    assess,
    key_of,
    mark_to_json,
)
from services.regions.assessment.models import (
    Assessment,
    AssessmentEvent,
    AssessmentResult,
    AssessmentScheme,
)
from services.regions.assessment.queries import files as queries
from services.regions.assessment.queries.events import Gathered
from services.regions.assessment.use_cases.gathering import Asked, gather
from services.regions.assessment.use_cases.record import note
from shared import divisions
from shared.audit.trace import fingerprint
from shared.auth.actor import Actor
from shared.auth.policy import require
from shared.clock_rows.rows import drop_clocks
from shared.db.session import beyond_scope
from shared.errors import ReasonMissing
from shared.ids import uuid7

VALUE_PLACES: Final = Decimal("0.0001")
# As many differences as a person reads.
MOST_SHOWN: Final = 200


@dataclass(frozen=True, slots=True)
class Proof:
    """Whether what is kept gives the result again, and whether its sources say the same still.

    `corrected` are rows that read differently now, `added` and `gone` those there were not then
    or are not now: their events were corrected since.
    """

    kept_sha256: str
    again_sha256: str
    corrected: list[Key]
    added: list[Key]
    gone: list[Key]

    @property
    def same_result(self) -> bool:
        return self.kept_sha256 == self.again_sha256

    @property
    def same_sources(self) -> bool:
        return not (self.corrected or self.added or self.gone)


async def begin(
    session: AsyncSession,
    actor: Actor,
    *,
    scheme_id: UUID,
    title: str,
    first_day: date,
    last_day: date,
    as_of: datetime | None,
    now: datetime,
) -> Assessment:
    """Compute a period under a scheme, finished or not; known to who assesses alone."""
    scheme = await queries.scheme(session, scheme_id)
    require(actor, "assessment.compute", division=scheme.division)
    since, until = _counted(scheme, first_day, last_day)
    row = Assessment(
        id=uuid7(),
        division=scheme.division,
        scheme_id=scheme.id,
        year=scheme.year,
        title=title,
        first_day=first_day,
        last_day=last_day,
        counts_from=since,
        counts_until=until,
        state=State.COMPUTED,
        as_of=_instant(as_of, now),
        computed_at=now,
        computed_by=actor.id,
        result_sha256="",
        changed_at=now,
        visible_to=divisions.visibility([scheme.division]),
    )
    session.add(row)
    await session.flush()
    await _gather(session, row, scheme)
    await note(session, actor, row, Step.COMPUTE, reason=None, now=now)
    return row


async def compute(
    session: AsyncSession,
    actor: Actor,
    assessment_id: UUID,
    *,
    as_of: datetime | None,
    reason: str | None,
    expected_version: int,
    now: datetime,
) -> Assessment:
    """Read the rows again. What was announced is taken back by it, with a reason.

    Rows that were left out stay out.
    """
    row = await queries.lock_assessment(session, assessment_id)
    require(actor, "assessment.compute", division=row.division)
    row.require_version(expected_version)
    told = row.state is State.ANNOUNCED
    row.state = life.step(row.state, Step.COMPUTE)
    if told and reason is None:
        raise ReasonMissing(reason="taking back", pointer="/reason")
    scheme = await queries.scheme(session, row.scheme_id)
    row.counts_from, row.counts_until = _counted(scheme, row.first_day, row.last_day)
    row.as_of, row.computed_at, row.computed_by = _instant(as_of, now), now, actor.id
    row.gathering, row.run = row.gathering + 1, row.run + 1
    row.announced_at = row.objections_due_at = None
    row.visible_to = divisions.visibility([row.division])
    await drop_clocks(session, subject_id=row.id, at=now)
    await _gather(session, row, scheme)
    await note(session, actor, row, Step.COMPUTE, reason=reason, now=now)
    return row


async def run_again(session: AsyncSession, row: Assessment) -> None:
    """The same rows without those left out since: another run of the same gathering."""
    scheme = await queries.scheme(session, row.scheme_id)
    row.run += 1
    await _run(session, row, scheme, await queries.rows(session, row))


async def prove(session: AsyncSession, actor: Actor, assessment_id: UUID) -> Proof:
    """Compute the kept rows again, and read their sources as of the same instant."""
    row = await queries.assessment(session, assessment_id)
    require(actor, "assessment.compute", division=row.division)
    scheme = await queries.scheme(session, row.scheme_id)
    kept = await queries.rows(session, row)
    left_out = await queries.left_out(session, row)
    results = _results(scheme, kept, left_out)
    read = {_key(each): _facts(each) for each in await _read(session, row, scheme)}
    known = {key_of(each.counted): _facts(each) for each in kept}
    return Proof(
        kept_sha256=row.result_sha256,
        again_sha256=_sha256(kept, results, left_out),
        corrected=sorted(key for key in known if key in read and known[key] != read[key])[
            :MOST_SHOWN
        ],
        added=sorted(read.keys() - known.keys())[:MOST_SHOWN],
        gone=sorted(known.keys() - read.keys())[:MOST_SHOWN],
    )


def _counted(
    scheme: AssessmentScheme, first_day: date, last_day: date
) -> tuple[datetime, datetime]:
    if scheme.effective_from is None:
        raise SchemeNotInForce
    return life.counted(
        first_day,
        last_day,
        year=scheme.year,
        begins=scheme.effective_from,
        ends=scheme.ends_at,
    )


def _instant(as_of: datetime | None, now: datetime) -> datetime:
    if as_of is not None and as_of > now:
        raise AsOfAhead(reason="as_of", pointer="/as_of")
    return as_of or now


async def _read(
    session: AsyncSession, row: Assessment, scheme: AssessmentScheme
) -> Sequence[Gathered]:
    """What the sources have: past the caller's rows, since a count does not depend on who asks."""
    asked = Asked(
        units=scheme.units,
        since=row.counts_from,
        until=row.counts_until,
        as_of=row.as_of,
        assessor=row.division,
    )
    async with beyond_scope(session):
        return await gather(session, scheme.rules.indicators, asked)


async def _gather(session: AsyncSession, row: Assessment, scheme: AssessmentScheme) -> None:
    found = [
        AssessmentEvent(
            id=uuid7(),
            assessment_id=row.id,
            gathering=row.gathering,
            **each._asdict(),
            visible_to=divisions.visibility([each.division]),
        )
        for each in await _read(session, row, scheme)
    ]
    session.add_all(found)
    await _run(session, row, scheme, found)


async def _run(
    session: AsyncSession,
    row: Assessment,
    scheme: AssessmentScheme,
    counted: Sequence[AssessmentEvent],
) -> None:
    left_out = await queries.left_out(session, row)
    results = _results(scheme, counted, left_out)
    session.add_all(
        AssessmentResult(
            id=uuid7(),
            assessment_id=row.id,
            run=row.run,
            **_stored(each),
            visible_to=divisions.visibility([each.division]),
        )
        for each in results
    )
    row.result_sha256 = _sha256(counted, results, left_out)
    await session.flush()


def _results(
    scheme: AssessmentScheme, counted: Iterable[AssessmentEvent], left_out: Collection[Key]
) -> tuple[UnitResult, ...]:
    rows = (each.counted for each in counted)
    return assess(scheme.rules, scheme.units, rows, left_out=left_out)


def _stored(result: UnitResult) -> dict[str, Any]:
    return {
        "division": result.division,
        "score": result.score,
        "rank": result.rank,
        "caution": result.caution,
        "assessed_weight": result.assessed_weight,
        "marks": [mark_to_json(each) for each in result.marks],
        "adjusted": [adjusted_to_json(each) for each in result.adjusted],
    }


def _key(row: Gathered) -> Key:
    return row.indicator, row.division, row.source_id


def _facts(row: AssessmentEvent | Gathered) -> Mapping[str, Any]:
    """All of a row that a score or a drill-down rests on."""
    return {
        "subject": f"{row.subject_kind}/{row.subject_id}",
        "at": row.at.timestamp(),
        "due_at": row.due_at and row.due_at.timestamp(),
        "done_at": row.done_at and row.done_at.timestamp(),
        "good": row.good,
        "value": str(row.value.quantize(VALUE_PLACES)),
    }


def _sha256(
    counted: Iterable[AssessmentEvent], results: Iterable[UnitResult], left_out: Collection[Key]
) -> str:
    """Over rows and results, the same whatever order the rows were read in."""
    rows = sorted((*key_of(each.counted), str(_facts(each))) for each in counted)
    whole = {
        "rows": rows,
        "left_out": sorted(left_out),
        "results": [_stored(each) for each in results],
    }
    return fingerprint(whole) or ""
