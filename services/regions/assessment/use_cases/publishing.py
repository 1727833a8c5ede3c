"""Publishing a result, handing it to the target duty outside, and setting it beside last year's."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.assessment.domain import life
from services.regions.assessment.domain.life import ObjectionsOpen, OtherDocument, Step
from services.regions.assessment.domain.scoring import comparable
from services.regions.assessment.models import (
    Assessment,
    AssessmentDelivery,
    AssessmentResult,
)
from services.regions.assessment.queries import files as queries
from services.regions.assessment.queries.files import AssessmentFile
from services.regions.assessment.use_cases.record import heard, note
from shared.audit.trace import fingerprint
from shared.auth.actor import Actor
from shared.auth.policy import require
from shared.clock_rows.rows import drop_clocks
from shared.clocks.days import legal_day
from shared.errors import NotFound
from shared.ids import uuid7

FORM: Final = "liandong.assessment.v1"


@dataclass(frozen=True, slots=True)
class Beside:
    """One unit this year and the last, as far as the caller sees it.

    `difference` is of scores, and only where both schemes are the same.
    """

    division: str
    score: Decimal | None
    score_before: Decimal | None
    rank: int | None
    rank_before: int | None
    difference: Decimal | None
    values: Mapping[str, str | None]
    values_before: Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Comparison:
    before: Assessment | None
    comparable: bool
    units: list[Beside]


async def publish(
    session: AsyncSession,
    actor: Actor,
    assessment_id: UUID,
    *,
    expected_version: int,
    now: datetime,
) -> Assessment:
    """公布: once every unit was heard, the table of all becomes a document that stays."""
    row = await queries.lock_assessment(session, assessment_id)
    require(actor, "assessment.publish", division=row.division)
    row.require_version(expected_version)
    state = life.step(row.state, Step.PUBLISH)
    file = await queries.file(session, row)
    if not heard(file, now=now):
        raise ObjectionsOpen
    names = await queries.names(session, [row.division, *file.scheme.units], on_day=row.last_day)
    row.document = document(file, names)
    row.document_sha256 = fingerprint(row.document)
    row.state = state
    row.published_at, row.published_by = now, actor.id
    await drop_clocks(session, subject_id=row.id, at=now)
    await note(session, actor, row, Step.PUBLISH, reason=None, now=now)
    return row


def document(file: AssessmentFile, names: Mapping[str, str]) -> dict[str, Any]:
    """The published result as other systems take it over: no rows, only what came out of them."""
    row, scheme = file.assessment, file.scheme
    return {
        "form": FORM,
        "assessment_id": str(row.id),
        "division": row.division,
        "name": names.get(row.division),
        "title": row.title,
        "year": row.year,
        "first_day": row.first_day.isoformat(),
        "last_day": row.last_day.isoformat(),
        "as_of": row.as_of.isoformat(),
        "scheme": {"id": str(scheme.id), "number": scheme.number, "title": scheme.title},
        "full_marks": str(scheme.full_marks),
        "result_sha256": row.result_sha256,
        "units": [_published(each, names) for each in file.results],
    }


def _published(result: AssessmentResult, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "division": result.division,
        "name": names.get(result.division),
        "assessed": result.score is not None,
        "score": None if result.score is None else str(result.score),
        "rank": result.rank,
        "caution": result.caution,
        "indicators": [
            {name: mark[name] for name in ("indicator", "value", "marks")} for mark in result.marks
        ],
        "adjustments": [
            {name: each[name] for name in ("indicator", "points")} for each in result.adjusted
        ],
    }


async def hand_over(
    session: AsyncSession,
    actor: Actor,
    assessment_id: UUID,
    *,
    system: str,
    reference: str,
    handed_on: date,
    document_sha256: str,
    remark: str | None,
    expected_version: int,
    now: datetime,
) -> Assessment:
    """纳入目标责任制: note by what receipt the very document went into a system outside."""
    row = await queries.lock_assessment(session, assessment_id)
    require(actor, "assessment.set_up", division=row.division)
    row.require_version(expected_version)
    row.state = life.step(row.state, Step.HAND_OVER)
    if document_sha256 != row.document_sha256:
        raise OtherDocument
    if row.published_at is not None:
        life.require_handed_on(handed_on, published_at=row.published_at, today=legal_day(now))
    session.add(
        AssessmentDelivery(
            id=uuid7(),
            assessment_id=row.id,
            system=system,
            reference=reference,
            handed_on=handed_on,
            document_sha256=document_sha256,
            note=remark,
            actor_id=actor.id,
            actor_name=actor.name,
            at=now,
            visible_to=row.visible_to,
        )
    )
    told = f"{system} {reference} {handed_on.isoformat()}"
    await note(session, actor, row, Step.HAND_OVER, reason=told, now=now)
    return row


async def withdraw(
    session: AsyncSession,
    actor: Actor,
    assessment_id: UUID,
    *,
    reason: str,
    expected_version: int,
    now: datetime,
) -> Assessment:
    """撤销: the result holds no more, and why; what was published stays to be read."""
    row = await queries.lock_assessment(session, assessment_id)
    require(actor, "assessment.publish", division=row.division)
    row.require_version(expected_version)
    row.state = life.step(row.state, Step.WITHDRAW)
    row.withdraw_reason = reason
    await drop_clocks(session, subject_id=row.id, at=now)
    await note(session, actor, row, Step.WITHDRAW, reason=reason, now=now)
    return row


async def published(session: AsyncSession, assessment_id: UUID) -> Assessment:
    """An assessment with its document; NotFound until there is one, and once it was withdrawn."""
    row = await queries.assessment(session, assessment_id)
    if row.document is None or row.state is not life.State.PUBLISHED:
        raise NotFound(what="assessment")
    return row


async def compare(session: AsyncSession, assessment_id: UUID) -> Comparison:
    """Beside the published result of the year before, if there is one."""
    row = await queries.assessment(session, assessment_id)
    now = {each.division: each for each in await queries.results(session, row)}
    before = await queries.published_before(session, row)
    if before is None:
        units = [_beside(each, None, same=False) for each in now.values()]
        return Comparison(None, comparable=False, units=units)
    schemes = [await queries.scheme(session, each.scheme_id) for each in (before, row)]
    same = comparable(schemes[0].rules, schemes[1].rules)
    then = {each.division: each for each in await queries.results(session, before)}
    units = [_beside(each, then.get(code), same=same) for code, each in now.items()]
    return Comparison(before, comparable=same, units=units)


def _beside(now: AssessmentResult, then: AssessmentResult | None, *, same: bool) -> Beside:
    score_before = then.score if then is not None else None
    both = same and now.score is not None and score_before is not None
    return Beside(
        division=now.division,
        score=now.score,
        score_before=score_before,
        rank=now.rank,
        rank_before=then.rank if then is not None else None,
        difference=now.score - score_before if both else None,  # type: ignore[operator]
        values=_values(now),
        values_before=_values(then) if then is not None else {},
    )


def _values(result: AssessmentResult) -> dict[str, str | None]:
    return {each["indicator"]: each["value"] for each in result.marks}
