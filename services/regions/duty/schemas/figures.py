"""Bodies of how fast incidents and orders were answered."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import Field

from services.regions.duty.domain.figures import Spread
from services.regions.duty.domain.incidents import Grade
from services.regions.duty.use_cases.measuring import Answered, ResponseTimes
from shared.http.body import Out


class SpreadOut(Out):
    """Minutes; `within` of those that had a term, `share` as a part of one."""

    count: int
    median: float | None
    p90: float | None
    longest: float | None
    within: int | None
    share: float | None

    @classmethod
    def of(cls, found: Spread) -> Self:
        return cls.model_validate(found)


class AnsweredOut(Out):
    """How the orders to one division were answered."""

    division: str
    received: int
    acknowledged_in_time: int
    arrived: int
    reported_in_time: int
    refused: Annotated[int, Field(description="without a reason the centre accepted")]
    good: int
    adequate: int
    poor: int
    to_acknowledge: SpreadOut
    to_arrive: SpreadOut
    to_report: SpreadOut

    @classmethod
    def of(cls, found: Answered) -> Self:
        counts = found.counts
        return cls(
            division=counts.division,
            received=counts.received,
            acknowledged_in_time=counts.acknowledged_in_time,
            arrived=counts.arrived,
            reported_in_time=counts.reported_in_time,
            refused=counts.refused,
            good=counts.good,
            adequate=counts.adequate,
            poor=counts.poor,
            to_acknowledge=SpreadOut.of(found.acknowledged),
            to_arrive=SpreadOut.of(found.arrived),
            to_report=SpreadOut.of(found.reported),
        )


class GradeOut(Out):
    grade: Grade | None
    incidents: int


class ResponseTimesOut(Out):
    """From receipt to judgement, to the first order, to the close; and each ordered division."""

    division: str
    starts_at: datetime
    ends_at: datetime
    to_judge: SpreadOut
    to_dispatch: SpreadOut
    to_close: SpreadOut
    divisions: list[AnsweredOut]
    grades: list[GradeOut]

    @classmethod
    def of(
        cls, found: ResponseTimes, *, division: str, starts_at: datetime, ends_at: datetime
    ) -> Self:
        return cls(
            division=division,
            starts_at=starts_at,
            ends_at=ends_at,
            to_judge=SpreadOut.of(found.judged),
            to_dispatch=SpreadOut.of(found.dispatched),
            to_close=SpreadOut.of(found.closed),
            divisions=list(map(AnsweredOut.of, found.divisions)),
            grades=[
                GradeOut(grade=grade, incidents=count)
                for grade, count in sorted(found.by_grade.items(), key=lambda each: each[0] or "")
            ],
        )
