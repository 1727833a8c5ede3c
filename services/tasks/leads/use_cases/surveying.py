"""Looking at the air, and asking at once for a survey where it looks wrong (row 0-05)."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.tasks.enterprises.use_cases.record import require_known
from services.tasks.leads.domain import surveys as domain
from services.tasks.leads.domain.life import SURVEY_CLOCK
from services.tasks.leads.domain.surveys import DataKind, Judgement, SurveyKind, SurveyState
from services.tasks.leads.models.surveys import AirAnalysis, SurveyRequest
from services.tasks.leads.queries import surveys as queries
from services.tasks.leads.use_cases import clocks
from shared import divisions
from shared.audit.trace import record
from shared.auth.actor import Actor
from shared.auth.policy import require
from shared.clock_rows.rows import drop_clocks
from shared.clocks.days import legal_day


@dataclass(frozen=True, slots=True)
class Look:
    """What a period's data say."""

    division: str
    first_day: date
    last_day: date
    data: list[DataKind]
    judgement: Judgement
    findings: str


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be surveyed, and by whose means."""

    kind: SurveyKind
    division: str
    asked_of: str
    analysis_id: UUID | None
    area: str
    longitude: float | None
    latitude: float | None
    purpose: str


async def analyse(session: AsyncSession, actor: Actor, look: Look, *, now: datetime) -> AirAnalysis:
    """Write down what was seen in the data of a period; it is not changed afterwards."""
    require(actor, "air_analysis.write", division=look.division)
    today = legal_day(now)
    domain.check_period(look.first_day, look.last_day, today=today)
    await require_known(session, look.division, on_day=today, pointer="/division")
    analysis = AirAnalysis(
        division=look.division,
        first_day=look.first_day,
        last_day=look.last_day,
        data=[*look.data],
        judgement=look.judgement,
        findings=look.findings,
        author_id=actor.id,
        author_name=actor.name,
        written_at=now,
        visible_to=divisions.visibility([look.division]),
    )
    session.add(analysis)
    await session.flush()
    await record(
        session,
        actor,
        "air_analysis.write",
        object_kind="air analysis",
        object_id=analysis.id,
        now=now,
        seen_by=[look.division],
        after=analysis.model_dump(mode="json"),
    )
    return analysis


async def ask(session: AsyncSession, actor: Actor, wish: Wish, *, now: datetime) -> SurveyRequest:
    """Send for a mobile survey or a scan; its answer is due within hours."""
    require(actor, "survey.ask", division=wish.division)
    today = legal_day(now)
    for code, pointer in ((wish.division, "/division"), (wish.asked_of, "/asked_of")):
        await require_known(session, code, on_day=today, pointer=pointer)
    if wish.analysis_id is not None:
        await queries.analysis(session, wish.analysis_id)
    survey = SurveyRequest(
        kind=wish.kind,
        division=wish.division,
        asked_of=wish.asked_of,
        analysis_id=wish.analysis_id,
        area=wish.area,
        longitude=wish.longitude,
        latitude=wish.latitude,
        purpose=wish.purpose,
        requested_by=actor.id,
        requested_by_name=actor.name,
        requested_at=now,
        due_at=now,
        visible_to=divisions.visibility([wish.division, wish.asked_of]),
    )
    survey.due_at = await clocks.start_survey(session, survey)
    session.add(survey)
    await session.flush()
    await _trace(session, actor, "survey.ask", survey, now=now)
    return survey


async def answer(
    session: AsyncSession,
    actor: Actor,
    survey_request_id: UUID,
    *,
    answer: str,
    expected_version: int,
    now: datetime,
) -> SurveyRequest:
    """What the survey saw; leads out of it name the request."""
    survey = await queries.lock_survey(session, survey_request_id)
    require(actor, "survey.answer", division=survey.asked_of)
    survey.require_version(expected_version)
    domain.require_open(survey.state, "answer")
    survey.state = SurveyState.ANSWERED
    survey.answer, survey.answered_by_name, survey.answered_at = answer, actor.name, now
    await clocks.stop(session, survey.id, SURVEY_CLOCK, at=now)
    await session.flush()
    await _trace(
        session, actor, "survey.answer", survey, before={"state": SurveyState.REQUESTED}, now=now
    )
    return survey


async def withdraw(
    session: AsyncSession,
    actor: Actor,
    survey_request_id: UUID,
    *,
    reason: str,
    expected_version: int,
    now: datetime,
) -> SurveyRequest:
    """The survey is no longer needed."""
    survey = await queries.lock_survey(session, survey_request_id)
    require(actor, "survey.ask", division=survey.division)
    survey.require_version(expected_version)
    domain.require_open(survey.state, "withdraw")
    survey.state, survey.withdrawn_reason = SurveyState.WITHDRAWN, reason
    await drop_clocks(session, subject_id=survey.id, at=now)
    await session.flush()
    await _trace(
        session, actor, "survey.withdraw", survey, before={"state": SurveyState.REQUESTED}, now=now
    )
    return survey


async def _trace(
    session: AsyncSession,
    actor: Actor,
    action: str,
    survey: SurveyRequest,
    *,
    before: dict[str, Any] | None = None,
    now: datetime,
) -> None:
    await record(
        session,
        actor,
        action,
        object_kind="survey request",
        object_id=survey.id,
        now=now,
        seen_by=[survey.division, survey.asked_of],
        before=before,
        after=survey.model_dump(mode="json"),
    )
