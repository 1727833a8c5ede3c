"""Every SELECT on analyses of the air situation and on survey requests."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import tuple_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.leads.domain.surveys import SurveyState
from services.tasks.leads.models.leads import Lead
from services.tasks.leads.models.surveys import AirAnalysis, SurveyRequest
from shared.errors import NotFound


async def analysis(session: AsyncSession, analysis_id: UUID) -> AirAnalysis:
    statement = select(AirAnalysis).where(AirAnalysis.id == analysis_id)
    found = (await session.exec(statement)).one_or_none()
    if found is None:
        raise NotFound(what="air analysis")
    return found


async def analyses(
    session: AsyncSession,
    *,
    division: str | None,
    covering: date | None,
    after: UUID | None,
    limit: int,
) -> Sequence[AirAnalysis]:
    """The newest first."""
    statement = select(AirAnalysis)
    if division is not None:
        statement = statement.where(AirAnalysis.division == division)
    if covering is not None:
        statement = statement.where(
            col(AirAnalysis.first_day) <= covering, col(AirAnalysis.last_day) >= covering
        )
    if after is not None:
        statement = statement.where(col(AirAnalysis.id) < after)
    return (await session.exec(statement.order_by(col(AirAnalysis.id).desc()).limit(limit))).all()


async def survey(session: AsyncSession, survey_request_id: UUID) -> SurveyRequest:
    statement = select(SurveyRequest).where(SurveyRequest.id == survey_request_id)
    return _found((await session.exec(statement)).one_or_none())


async def lock_survey(session: AsyncSession, survey_request_id: UUID) -> SurveyRequest:
    statement = (
        select(SurveyRequest)
        .where(SurveyRequest.id == survey_request_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return _found((await session.exec(statement)).one_or_none())


def _found(survey: SurveyRequest | None) -> SurveyRequest:
    if survey is None:
        raise NotFound(what="survey request")
    return survey


async def surveys(
    session: AsyncSession,
    *,
    state: SurveyState | None,
    asked_of: str | None,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> Sequence[SurveyRequest]:
    """By the instant by which an answer is due."""
    order = tuple_(col(SurveyRequest.due_at), col(SurveyRequest.id))
    statement = select(SurveyRequest)
    if state is not None:
        statement = statement.where(SurveyRequest.state == state)
    if asked_of is not None:
        statement = statement.where(SurveyRequest.asked_of == asked_of)
    if after is not None:
        statement = statement.where(order > after)
    ordered = statement.order_by(col(SurveyRequest.due_at), col(SurveyRequest.id))
    return (await session.exec(ordered.limit(limit))).all()


async def leads_from(session: AsyncSession, survey_request_id: UUID) -> Sequence[Lead]:
    """What the survey brought to light."""
    statement = select(Lead).where(Lead.survey_request_id == survey_request_id)
    return (await session.exec(statement.order_by(col(Lead.id)))).all()
