"""Analyses of the air situation and survey requests over HTTP."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from services.tasks.leads.domain.surveys import SurveyState
from services.tasks.leads.models.surveys import AirAnalysis, SurveyRequest
from services.tasks.leads.queries import surveys as queries
from services.tasks.leads.schemas.surveys import (
    AnalysisIn,
    AnalysisOut,
    AnswerIn,
    SurveyIn,
    SurveyLine,
    SurveyOut,
    WithdrawIn,
)
from services.tasks.leads.use_cases import surveying
from shared.http.access import ActorDep, policy
from shared.http.body import Division
from shared.http.now import Now
from shared.http.pages import Page, PageDep
from shared.http.preconditions import ExpectedVersion, etag
from shared.http.routing import Route, SessionDep

router = APIRouter(tags=["leads"], route_class=Route)


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, when, and where the answer goes."""

    actor: ActorDep
    session: SessionDep
    now: Now
    response: Response

    async def answer(self, survey: SurveyRequest) -> SurveyOut:
        self.response.headers["ETag"] = etag(survey.version)
        leads = await queries.leads_from(self.session, survey.id)
        line = SurveyLine.of(survey, self.actor)
        return SurveyOut(**line.model_dump(), leads=[each.id for each in leads])


AskedDep = Annotated[Asked, Depends()]


@router.post(
    "/air-analyses",
    status_code=201,
    dependencies=[policy("air_analysis.write")],
    response_model=AnalysisOut,
)
async def write_analysis(body: AnalysisIn, asked: AskedDep) -> AirAnalysis:
    """Write down what the data of a period say."""
    analysis = await surveying.analyse(asked.session, asked.actor, body.look(), now=asked.now)
    asked.response.headers["Location"] = f"/api/v1/air-analyses/{analysis.id}"
    return analysis


@router.get("/air-analyses", dependencies=[policy("air_analysis.read")])
async def list_analyses(
    session: SessionDep,
    page: PageDep,
    division: Division | None = None,
    covering: date | None = None,
) -> Page[AnalysisOut]:
    """Analyses, the newest first; `covering` is a day of their period."""
    found = await queries.analyses(
        session,
        division=division,
        covering=covering,
        after=UUID(page.after[0]) if page.after else None,
        limit=page.limit + 1,
    )
    cut = page.cut(found, key=lambda each: (str(each.id),))
    return Page(items=[AnalysisOut.model_validate(each) for each in cut], next=page.next)


@router.get(
    "/air-analyses/{air_analysis_id}",
    dependencies=[policy("air_analysis.read")],
    response_model=AnalysisOut,
)
async def read_analysis(air_analysis_id: UUID, session: SessionDep) -> AirAnalysis:
    """One analysis."""
    return await queries.analysis(session, air_analysis_id)


@router.post("/survey-requests", status_code=201, dependencies=[policy("survey.ask")])
async def ask_survey(body: SurveyIn, asked: AskedDep) -> SurveyOut:
    """Send for a mobile survey, a satellite scan or a drone."""
    survey = await surveying.ask(asked.session, asked.actor, body.wish(), now=asked.now)
    asked.response.headers["Location"] = f"/api/v1/survey-requests/{survey.id}"
    return await asked.answer(survey)


@router.get("/survey-requests", dependencies=[policy("survey.read")])
async def list_surveys(
    asked: AskedDep,
    page: PageDep,
    state: SurveyState | None = None,
    asked_of: Division | None = None,
) -> Page[SurveyLine]:
    """Requests by the instant by which an answer is due."""
    after = page.after and (datetime.fromisoformat(page.after[0]), UUID(page.after[1]))
    found = await queries.surveys(
        asked.session, state=state, asked_of=asked_of, after=after, limit=page.limit + 1
    )
    cut = page.cut(found, key=lambda each: (each.due_at.isoformat(), str(each.id)))
    return Page(items=[SurveyLine.of(each, asked.actor) for each in cut], next=page.next)


@router.get("/survey-requests/{survey_request_id}", dependencies=[policy("survey.read")])
async def read_survey(survey_request_id: UUID, asked: AskedDep) -> SurveyOut:
    """One request with the leads that came of it."""
    return await asked.answer(await queries.survey(asked.session, survey_request_id))


@router.post("/survey-requests/{survey_request_id}/answer", dependencies=[policy("survey.answer")])
async def answer_survey(
    survey_request_id: UUID, body: AnswerIn, asked: AskedDep, expected_version: ExpectedVersion
) -> SurveyOut:
    """Whoever was asked says what the survey saw."""
    survey = await surveying.answer(
        asked.session,
        asked.actor,
        survey_request_id,
        answer=body.answer,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(survey)


@router.post("/survey-requests/{survey_request_id}/withdraw", dependencies=[policy("survey.ask")])
async def withdraw_survey(
    survey_request_id: UUID, body: WithdrawIn, asked: AskedDep, expected_version: ExpectedVersion
) -> SurveyOut:
    """The survey is no longer needed."""
    survey = await surveying.withdraw(
        asked.session,
        asked.actor,
        survey_request_id,
        reason=body.reason,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(survey)
