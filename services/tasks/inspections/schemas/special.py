"""Bodies of what an inspection may rest on: special checks, turns to the site."""

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import ConfigDict, Field

from services.tasks.inspections.domain.special import Approver, SpecialAction, SpecialState
from services.tasks.inspections.domain.terms import TurnGround
from services.tasks.inspections.models.special import SpecialCheck
from services.tasks.inspections.use_cases.special import Document, next_steps
from shared.auth.actor import Actor
from shared.http.body import Body, Division, Out, Reason, ShortText


class SpecialCheckIn(Body):
    """An approved document with its limits of number (`most`), scope, content and time."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "division": "330281",
                "document": "余政办函〔2026〕12号",
                "title": "涉酸企业专项检查",
                "approver": "county_government",
                "approving_division": "330281",
                "approved_on": "2026-03-02",
                "divisions": ["330281"],
                "contents": ["酸雾收集设施"],
                "most": 40,
                "starts_on": "2026-03-05",
                "ends_on": "2026-05-31",
            }
        }
    )

    division: Division
    document: ShortText
    title: ShortText
    approver: Approver
    approving_division: Division
    approved_on: date
    divisions: Annotated[list[Division], Field(min_length=1, max_length=100)]
    contents: Annotated[list[ShortText], Field(min_length=1, max_length=50)]
    most: Annotated[int, Field(ge=1, le=100_000)]
    starts_on: date
    ends_on: date

    def value(self) -> Document:
        return Document(
            **self.model_dump(exclude={"divisions", "contents"}),
            divisions=tuple(self.divisions),
            contents=tuple(self.contents),
        )


class ReferenceIn(Body):
    """The number of the filing, or where it was published."""

    reference: ShortText


class SpecialCheckFacts(Out):
    id: UUID
    division: str
    document: str
    title: str
    approver: Approver
    approving_division: str
    approved_on: date
    divisions: list[str]
    contents: list[str]
    most: int
    starts_on: date
    ends_on: date
    state: SpecialState
    filed_on: date | None
    filing_ref: str | None
    published_on: date | None
    publication_ref: str | None
    version: int


class SpecialCheckOut(SpecialCheckFacts):
    actions: list[SpecialAction]

    @classmethod
    def of(cls, check: SpecialCheck, actor: Actor) -> Self:
        return cls(
            **SpecialCheckFacts.model_validate(check).model_dump(),
            actions=next_steps(actor, check),
        )


class TurnIn(Body):
    model_config = ConfigDict(
        json_schema_extra={
            "example": {"ground": "abnormal_data", "reason": "在线数据连续 6 小时恒值"}
        }
    )

    ground: TurnGround
    reason: Reason


class DecisionIn(Body):
    approved: bool
    opinion: Reason


class TurnOut(Out):
    id: UUID
    task_id: UUID
    ground: TurnGround
    reason: str
    asked_by_name: str
    asked_at: datetime
    approved: bool | None
    decided_by_name: str | None
    decided_at: datetime | None
    opinion: str | None
