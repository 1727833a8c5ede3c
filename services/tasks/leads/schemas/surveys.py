"""Bodies of analyses of the air situation and of survey requests."""

from datetime import date, datetime
from typing import Annotated, Any, Final, Self
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from services.tasks.leads.domain.surveys import DataKind, Judgement, SurveyKind, SurveyState
from services.tasks.leads.models.surveys import SurveyRequest
from services.tasks.leads.use_cases.surveying import Look, Wish
from shared.auth.actor import Actor
from shared.auth.policy import may
from shared.http.body import Body, Division, LongText, Out, Reason, ShortText

AN_ANALYSIS: Final[dict[str, Any]] = {
    "division": "330200",
    "first_day": "2026-01-01",
    "last_day": "2026-01-04",
    "data": ["ambient", "online"],
    "judgement": "abnormal",
    "findings": "夜间臭氧前体物浓度高于周边站点",
}
A_SURVEY: Final[dict[str, Any]] = {
    "kind": "mobile_survey",
    "division": "330281",
    "asked_of": "330200",
    "area": "示例工业区",
    "purpose": "查找挥发性有机物高值区",
}


class AnalysisIn(Body):
    model_config = ConfigDict(json_schema_extra={"example": AN_ANALYSIS})

    division: Division
    first_day: date
    last_day: date
    data: Annotated[list[DataKind], Field(min_length=1, max_length=len(DataKind))]
    judgement: Judgement
    findings: LongText

    def look(self) -> Look:
        return Look(**self.model_dump())


class SurveyIn(Body):
    """`asked_of` is the division whose vehicle, satellite desk or drone is asked."""

    model_config = ConfigDict(json_schema_extra={"example": A_SURVEY})

    kind: SurveyKind
    division: Division
    asked_of: Division
    analysis_id: UUID | None = None
    area: LongText
    longitude: Annotated[float, Field(ge=-180, le=180)] | None = None
    latitude: Annotated[float, Field(ge=-90, le=90)] | None = None
    purpose: ShortText

    @model_validator(mode="after")
    def _whole_point(self) -> Self:
        if (self.longitude is None) != (self.latitude is None):
            raise PydanticCustomError("missing", "both longitude and latitude, or neither")
        return self

    def wish(self) -> Wish:
        return Wish(**self.model_dump())


class AnswerIn(Body):
    answer: LongText


class WithdrawIn(Body):
    reason: Reason


class AnalysisOut(Out):
    id: UUID
    division: str
    first_day: date
    last_day: date
    data: list[DataKind]
    judgement: Judgement
    findings: str
    author_name: str
    written_at: datetime


class SurveyFacts(Out):
    id: UUID
    kind: SurveyKind
    division: str
    asked_of: str
    analysis_id: UUID | None
    area: str
    longitude: float | None
    latitude: float | None
    purpose: str
    state: SurveyState
    requested_by_name: str
    requested_at: datetime
    due_at: datetime
    answer: str | None
    answered_by_name: str | None
    answered_at: datetime | None
    withdrawn_reason: str | None
    version: int


class SurveyLine(SurveyFacts):
    actions: list[str]

    @classmethod
    def of(cls, survey: SurveyRequest, actor: Actor) -> Self:
        wanted = (
            ("answer", "survey.answer", survey.asked_of),
            ("withdraw", "survey.ask", survey.division),
        )
        is_open = survey.state is SurveyState.REQUESTED
        return cls(
            **SurveyFacts.model_validate(survey).model_dump(),
            actions=[
                name
                for name, needed, division in wanted
                if is_open and may(actor, needed, division=division)
            ],
        )


class SurveyOut(SurveyLine):
    """A request with the leads that came of it."""

    leads: list[UUID]
