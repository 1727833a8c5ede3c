"""Bodies of special working groups, in and out."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any, Final, Self
from uuid import UUID

from pydantic import ConfigDict, Field

from services.tasks.campaigns.domain.groups import CoreStaff, GroupFacts, GroupLeader, Watched
from services.tasks.campaigns.models.campaigns import Campaign
from services.tasks.campaigns.models.groups import (
    CampaignGroup,
    GroupDuty,
    GroupQuestion,
    GroupReading,
)
from services.tasks.campaigns.use_cases.groups import Duty, Question, Reading, actions
from shared.auth.actor import Actor
from shared.http.body import Body, Division, LongText, Out, Reason, ShortText

AN_ID: Final = "01890000-0000-7000-8000-000000000001"
A_GROUP: Final[dict[str, Any]] = {
    "name": "大气专项行动工作专班",
    "leaders": [{"name": "甲某某", "post": "副市长", "division": "330200"}],
    "core_staff": [{"name": "乙某某", "division": "330281", "drill_winner": True}],
    "goals": ["问题整改率 100%"],
    "watched": {"check_steps": 100, "report_format": 100, "rectification": 100},
}


class LeaderIn(Body):
    name: ShortText
    post: ShortText
    division: Division


class CoreStaffIn(Body):
    """`drill_winner` 大练兵先进个人."""

    name: ShortText
    division: Division
    drill_winner: bool = False


class WatchedIn(Body):
    """The share in parts of a hundred that each watched figure is to reach."""

    check_steps: Annotated[int, Field(ge=1, le=100)] | None = None
    report_format: Annotated[int, Field(ge=1, le=100)] | None = None
    rectification: Annotated[int, Field(ge=1, le=100)] | None = None

    def value(self) -> dict[Watched, int]:
        return {Watched(name): share for name, share in self.model_dump(exclude_none=True).items()}


class GroupFactsIn(Body):
    """A group with leaders of the city and the counties in charge and core staff."""

    name: ShortText
    leaders: Annotated[list[LeaderIn], Field(min_length=1, max_length=20)]
    core_staff: Annotated[list[CoreStaffIn], Field(max_length=100)] = Field(default_factory=list)
    goals: Annotated[list[ShortText], Field(min_length=1, max_length=20)]
    watched: WatchedIn = Field(default_factory=WatchedIn)

    def facts(self) -> GroupFacts:
        return GroupFacts(
            name=self.name,
            leaders=tuple(GroupLeader(**each.model_dump()) for each in self.leaders),
            core_staff=tuple(CoreStaff(**each.model_dump()) for each in self.core_staff),
            goals=tuple(self.goals),
            watched=self.watched.value(),
        )


class GroupIn(GroupFactsIn):
    model_config = ConfigDict(json_schema_extra={"example": {"campaign_id": AN_ID, **A_GROUP}})

    campaign_id: UUID


class GroupAmendIn(GroupFactsIn):
    model_config = ConfigDict(json_schema_extra={"example": {**A_GROUP, "reason": "分工调整"}})

    reason: Reason


class DutyIn(Body):
    """责任到人: a person of the group, what he sees to, and by when."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "person": "乙某某",
                "division": "330281",
                "duty": "逐家核对检查环节",
                "due_on": "2026-04-30",
            }
        }
    )

    person: ShortText
    division: Division
    duty: LongText
    due_on: date

    def value(self) -> Duty:
        return Duty(self.person, self.division, self.duty, self.due_on)


class DutyDoneIn(Body):
    model_config = ConfigDict(json_schema_extra={"example": {"duty_id": AN_ID, "note": "已核对"}})

    duty_id: UUID
    note: LongText


class QuestionIn(Body):
    """难题, put to a leader of the group."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "put_to": "甲某某",
                "division": "330200",
                "question": "园区集中喷涂中心用地如何解决?",
            }
        }
    )

    put_to: ShortText
    division: Division
    question: LongText

    def value(self) -> Question:
        return Question(self.put_to, self.division, self.question)


class AnswerIn(Body):
    model_config = ConfigDict(
        json_schema_extra={"example": {"question_id": AN_ID, "answer": "由属地协调解决"}}
    )

    question_id: UUID
    answer: LongText


class ReadingIn(Body):
    """So many of so many, and where that is known from."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"figure": "report_format", "done": 76, "whole": 76, "source": "专班抽查"}
        }
    )

    figure: Watched
    done: Annotated[int, Field(ge=0, le=10_000_000)]
    whole: Annotated[int, Field(ge=0, le=10_000_000)]
    source: ShortText

    def value(self) -> Reading:
        return Reading(self.figure, self.done, self.whole, self.source)


class LeaderOut(Out):
    name: str
    post: str
    division: str


class CoreStaffOut(Out):
    name: str
    division: str
    drill_winner: bool


class DutyOut(Out):
    id: UUID
    person: str
    division: str
    duty: str
    due_on: date
    given_at: datetime
    done_at: datetime | None
    note: str | None


class QuestionOut(Out):
    id: UUID
    put_to: str
    division: str
    question: str
    asked_by: str
    asked_at: datetime
    answer: str | None
    answered_by: str | None
    answered_at: datetime | None


class ReadingOut(Out):
    figure: Watched
    done: int
    whole: int
    on_day: date
    source: str
    noted_by: str
    noted_at: datetime


class WatchedOut(Out):
    """A watched figure: what it is to reach, how it stood last, and whether that is enough.

    `done` and `whole` are None until it was noted.
    """

    figure: Watched
    wanted_percent: int
    done: int | None
    whole: int | None
    on_day: date | None
    reached: bool

    @classmethod
    def of(cls, figure: Watched, share: int, last: GroupReading | None) -> Self:
        done = whole = None
        if last is not None:
            done, whole = last.done, last.whole
        return cls(
            figure=figure,
            wanted_percent=share,
            done=done,
            whole=whole,
            on_day=last.on_day if last else None,
            # Of nothing nothing is claimed.
            reached=last is not None and last.whole > 0 and last.done * 100 >= share * last.whole,
        )


class GroupOut(Out):
    id: UUID
    campaign_id: UUID
    name: str
    leaders: list[LeaderOut]
    core_staff: list[CoreStaffOut]
    goals: list[str]
    watched: list[WatchedOut]
    duties: list[DutyOut]
    questions: list[QuestionOut]
    dissolved_on: date | None
    version: int
    actions: list[str]

    @classmethod
    def of(
        cls,
        group: CampaignGroup,
        actor: Actor,
        campaign: Campaign,
        *,
        duties: Sequence[GroupDuty],
        questions: Sequence[GroupQuestion],
        latest: Sequence[GroupReading],
    ) -> Self:
        last = {each.figure: each for each in latest}
        watched = [
            WatchedOut.of(each, group.watched[each], last.get(each))
            for each in Watched
            if each in group.watched
        ]
        return cls.model_validate(
            {
                **group.model_dump(exclude={"watched"}),
                "watched": watched,
                "duties": [DutyOut.model_validate(each) for each in duties],
                "questions": [QuestionOut.model_validate(each) for each in questions],
                "actions": actions(actor, group, campaign),
            }
        )
