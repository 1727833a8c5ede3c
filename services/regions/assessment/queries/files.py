"""Every SELECT on schemes and assessments. Row-level security hides what is not the caller's."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from sqlmodel import col, exists, func, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.assessment.domain.life import ObjectionState, SchemeState, State, Step
from services.regions.assessment.domain.scoring import Key
from services.regions.assessment.models import (
    Assessment,
    AssessmentDelivery,
    AssessmentEvent,
    AssessmentObjection,
    AssessmentResult,
    AssessmentScheme,
    AssessmentStep,
)
from services.regions.divisions.models import Division
from shared import divisions
from shared.divisions import Level
from shared.errors import NotFound

UNIT_LEVELS: Final = (Level.COUNTY, Level.ZONE)


@dataclass(frozen=True, slots=True)
class SchemeFile:
    """A scheme with what was done to it."""

    scheme: AssessmentScheme
    steps: list[AssessmentStep]


@dataclass(frozen=True, slots=True)
class AssessmentFile:
    """An assessment with what the caller may see of it: a unit its own result and objections."""

    assessment: Assessment
    scheme: AssessmentScheme
    results: list[AssessmentResult]
    objections: list[AssessmentObjection]
    deliveries: list[AssessmentDelivery]
    steps: list[AssessmentStep]

    @property
    def agreed(self) -> frozenset[str]:
        """The units, as far as the caller sees them, that agreed since the last announcement."""
        told = self.assessment.announced_at
        return frozenset(
            each.division
            for each in self.steps
            if each.action == Step.AGREE and each.division and told and each.at >= told
        )

    @property
    def undecided(self) -> list[AssessmentObjection]:
        waiting = (ObjectionState.FILED, ObjectionState.PROPOSED)
        return [each for each in self.objections if each.state in waiting]


async def scheme(session: AsyncSession, scheme_id: UUID) -> AssessmentScheme:
    found = await session.get(AssessmentScheme, scheme_id)
    if found is None:
        raise NotFound(what="assessment scheme")
    return found


async def lock_scheme(session: AsyncSession, scheme_id: UUID) -> AssessmentScheme:
    """The scheme, locked until the transaction ends. For every change."""
    statement = (
        select(AssessmentScheme)
        .where(AssessmentScheme.id == scheme_id)
        .with_for_update()
        .execution_options(populate_existing=True)  # a copy read before the lock may be stale
    )
    found = (await session.exec(statement)).one_or_none()
    if found is None:
        raise NotFound(what="assessment scheme")
    return found


async def scheme_file(session: AsyncSession, row: AssessmentScheme) -> SchemeFile:
    return SchemeFile(row, await _steps(session, row.id))


async def schemes(
    session: AsyncSession,
    *,
    division: str | None,
    year: int | None,
    state: SchemeState | None,
    after: UUID | None,
    limit: int,
) -> Sequence[AssessmentScheme]:
    """Schemes from the newest on, one more than `limit`."""
    statement = select(AssessmentScheme).order_by(col(AssessmentScheme.id).desc())
    if division is not None:
        statement = statement.where(AssessmentScheme.division == division)
    if year is not None:
        statement = statement.where(AssessmentScheme.year == year)
    if state is not None:
        statement = statement.where(AssessmentScheme.state == state)
    if after is not None:
        statement = statement.where(col(AssessmentScheme.id) < after)
    return (await session.exec(statement.limit(limit + 1))).all()


async def lock_in_force(
    session: AsyncSession, *, division: str, year: int
) -> AssessmentScheme | None:
    """The version that judges the year now, locked."""
    statement = (
        select(AssessmentScheme)
        .where(
            AssessmentScheme.division == division,
            AssessmentScheme.year == year,
            AssessmentScheme.state == SchemeState.PUBLISHED,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return (await session.exec(statement)).one_or_none()


async def last_number(session: AsyncSession, *, division: str, year: int) -> int:
    """How many versions were published for the year."""
    statement = select(func.max(AssessmentScheme.number)).where(
        AssessmentScheme.division == division, AssessmentScheme.year == year
    )
    return (await session.exec(statement)).one() or 0


async def counties(session: AsyncSession, division: str, *, on_day: date) -> list[str]:
    """The counties and functional zones below a division on the day."""
    statement = (
        select(Division.code)
        .where(
            col(Division.code).startswith(divisions.scope(division)),
            col(Division.level).in_(UNIT_LEVELS),
            col(Division.valid_from) <= on_day,
            or_(col(Division.valid_to).is_(None), col(Division.valid_to) >= on_day),
        )
        .order_by(col(Division.code))
    )
    return list((await session.exec(statement)).all())


async def names(session: AsyncSession, codes: Iterable[str], *, on_day: date) -> dict[str, str]:
    """What the divisions are called on the day."""
    statement = select(Division.code, Division.name).where(
        col(Division.code).in_(list(codes)),
        col(Division.valid_from) <= on_day,
        or_(col(Division.valid_to).is_(None), col(Division.valid_to) >= on_day),
    )
    return dict((await session.exec(statement)).all())


async def assessment(session: AsyncSession, assessment_id: UUID) -> Assessment:
    found = await session.get(Assessment, assessment_id)
    if found is None:
        raise NotFound(what="assessment")
    return found


async def lock_assessment(session: AsyncSession, assessment_id: UUID) -> Assessment:
    """The assessment, locked until the transaction ends. For every change."""
    statement = (
        select(Assessment)
        .where(Assessment.id == assessment_id)
        .with_for_update()
        .execution_options(populate_existing=True)  # a copy read before the lock may be stale
    )
    found = (await session.exec(statement)).one_or_none()
    if found is None:
        raise NotFound(what="assessment")
    return found


async def file(session: AsyncSession, row: Assessment) -> AssessmentFile:
    """Everything that hangs on the assessment, in its running result."""
    objections = (
        select(AssessmentObjection)
        .where(AssessmentObjection.assessment_id == row.id)
        .order_by(col(AssessmentObjection.id))
    )
    deliveries = (
        select(AssessmentDelivery)
        .where(AssessmentDelivery.assessment_id == row.id)
        .order_by(col(AssessmentDelivery.id))
    )
    return AssessmentFile(
        row,
        await scheme(session, row.scheme_id),
        await results(session, row),
        list((await session.exec(objections)).all()),
        list((await session.exec(deliveries)).all()),
        await _steps(session, row.id),
    )


async def results(session: AsyncSession, row: Assessment) -> list[AssessmentResult]:
    """The running result, the best first, those not assessed last."""
    statement = (
        select(AssessmentResult)
        .where(AssessmentResult.assessment_id == row.id, AssessmentResult.run == row.run)
        .order_by(col(AssessmentResult.rank).nulls_last(), col(AssessmentResult.division))
    )
    return list((await session.exec(statement)).all())


async def _steps(session: AsyncSession, subject_id: UUID) -> list[AssessmentStep]:
    statement = (
        select(AssessmentStep)
        .where(AssessmentStep.subject_id == subject_id)
        .order_by(col(AssessmentStep.id))
    )
    return list((await session.exec(statement)).all())


async def assessments(
    session: AsyncSession,
    *,
    division: str | None,
    year: int | None,
    state: State | None,
    after: UUID | None,
    limit: int,
) -> Sequence[Assessment]:
    """Assessments from the newest on, one more than `limit`."""
    statement = select(Assessment).order_by(col(Assessment.id).desc())
    if division is not None:
        statement = statement.where(Assessment.division == division)
    if year is not None:
        statement = statement.where(Assessment.year == year)
    if state is not None:
        statement = statement.where(Assessment.state == state)
    if after is not None:
        statement = statement.where(col(Assessment.id) < after)
    return (await session.exec(statement.limit(limit + 1))).all()


async def rows(
    session: AsyncSession,
    row: Assessment,
    *,
    division: str | None = None,
    indicator: str | None = None,
    good: bool | None = None,
    after: UUID | None = None,
    limit: int | None = None,
) -> Sequence[AssessmentEvent]:
    """What was counted, in the order it was read in; one more than `limit`, if there is one."""
    statement = (
        select(AssessmentEvent)
        .where(AssessmentEvent.assessment_id == row.id, AssessmentEvent.gathering == row.gathering)
        .order_by(col(AssessmentEvent.id))
    )
    if division is not None:
        statement = statement.where(AssessmentEvent.division == division)
    if indicator is not None:
        statement = statement.where(AssessmentEvent.indicator == indicator)
    if good is not None:
        statement = statement.where(AssessmentEvent.good == good)
    if after is not None:
        statement = statement.where(col(AssessmentEvent.id) > after)
    if limit is not None:
        statement = statement.limit(limit + 1)
    return (await session.exec(statement)).all()


async def event(session: AsyncSession, row: Assessment, event_id: UUID) -> AssessmentEvent | None:
    """A row of the running gathering."""
    statement = select(AssessmentEvent).where(
        AssessmentEvent.id == event_id,
        AssessmentEvent.assessment_id == row.id,
        AssessmentEvent.gathering == row.gathering,
    )
    return (await session.exec(statement)).one_or_none()


async def left_out(session: AsyncSession, row: Assessment) -> Mapping[Key, UUID]:
    """The rows that do not count, whichever gathering they were objected to in, by objection."""
    statement = (
        select(AssessmentEvent, AssessmentObjection.id)
        .join(AssessmentObjection, col(AssessmentObjection.event_id) == AssessmentEvent.id)
        .where(
            AssessmentObjection.assessment_id == row.id,
            AssessmentObjection.state == ObjectionState.ACCEPTED,
        )
    )
    return {
        (found.indicator, found.division, found.source_id): objection
        for found, objection in (await session.exec(statement)).all()
    }


async def objected(session: AsyncSession, row: Assessment, found: AssessmentEvent) -> bool:
    """Whether the same row was objected to, in whichever gathering."""
    same = exists().where(
        col(AssessmentEvent.id) == AssessmentObjection.event_id,
        col(AssessmentEvent.indicator) == found.indicator,
        col(AssessmentEvent.division) == found.division,
        col(AssessmentEvent.source_id) == found.source_id,
    )
    statement = select(AssessmentObjection.id).where(
        AssessmentObjection.assessment_id == row.id, same
    )
    return (await session.exec(statement)).first() is not None


async def objection(
    session: AsyncSession, row: Assessment, objection_id: UUID
) -> AssessmentObjection:
    """An objection; its assessment is locked."""
    found = await session.get(AssessmentObjection, objection_id, populate_existing=True)
    if found is None or found.assessment_id != row.id:
        raise NotFound(what="assessment objection")
    return found


async def published_before(session: AsyncSession, row: Assessment) -> Assessment | None:
    """The latest published result of the year before."""
    statement = (
        select(Assessment)
        .where(
            Assessment.division == row.division,
            Assessment.year == row.year - 1,
            Assessment.state == State.PUBLISHED,
        )
        .order_by(col(Assessment.last_day).desc(), col(Assessment.id).desc())
        .limit(1)
    )
    return (await session.exec(statement)).one_or_none()
