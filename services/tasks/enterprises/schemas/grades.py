"""Bodies of grades, in and out."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import ConfigDict, Field

from services.tasks.enterprises.domain.grades import MOST, Element, Grade
from shared.http.body import Body, Code, Out, Reason

AN_EXAMPLE: Final[dict[str, Any]] = {
    "elements": [
        {"code": "credit", "score": 20, "basis": "近一年无行政处罚"},
        {"code": "risk", "score": 60, "basis": "较大环境风险等级"},
        {"code": "concern", "score": 10, "basis": "一年内一次有效投诉"},
        {"code": "harm", "score": 40, "basis": "涉重金属废水"},
    ]
}


class ElementIn(Body):
    """How bad it is on one element, from 0 (best) to 100, and why."""

    code: Code
    score: Annotated[int, Field(ge=0, le=MOST)]
    basis: Reason


class GradeIn(Body):
    """Every element of the setting in force, once."""

    model_config = ConfigDict(json_schema_extra={"example": AN_EXAMPLE})

    elements: Annotated[list[ElementIn], Field(min_length=1, max_length=20)]

    def scored(self) -> list[Element]:
        return [Element(each.code, each.score, each.basis) for each in self.elements]


class OverrideIn(Body):
    """Set by hand, the last day included. Who does so is the approver."""

    grade: Grade
    until: date
    reason: Reason


class GradeOut(Out):
    """`score` and `reasons` of what was computed; `until` and `reason` of what was set by hand."""

    id: UUID
    grade: Grade
    graded_on: date
    score: Decimal | None
    reasons: list[dict[str, Any]]
    until: date | None
    reason: str | None
    actor_name: str
    at: datetime
