"""Bodies of what environmental supervisors take part in."""

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import ConfigDict, Field

from services.regions.helpers.domain.taking_part import ActivityKind, PromiseState
from services.regions.helpers.models.taking_part import SupervisorActivity
from services.regions.helpers.queries.taking_part import Count, DayFile
from services.regions.helpers.schemas.engaged import CreditCode
from services.regions.helpers.use_cases.taking_part import DayFacts, Promise
from shared.http.body import Body, Division, LongText, Out, ShortText


class VisitIn(Body):
    """A visit the supervisor made."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"on_day": "2026-03-10", "place": "某村河道", "findings": "水面无漂浮物"}
        }
    )

    on_day: date
    place: ShortText
    findings: LongText


class PromiseIn(Body):
    """What the firm promised, and by when."""

    text: LongText
    due_on: date

    def value(self) -> Promise:
        return Promise(self.text, self.due_on)


class ExchangeDayIn(Body):
    """An exchange day as it was held."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "division": "330902",
                "bureau_id": "01900000-0000-7000-8000-000000000001",
                "firm": "某水产加工有限公司",
                "village": "某村",
                "residents": 23,
                "topics": ["夜间异味"],
                "held_on": "2026-03-10",
                "supervisors": ["01900000-0000-7000-8000-000000000002"],
                "promises": [{"text": "加装除臭设施", "due_on": "2026-06-30"}],
            }
        }
    )

    division: Division
    bureau_id: UUID
    firm: ShortText
    credit_code: CreditCode | None = None
    village: ShortText
    residents: Annotated[int, Field(ge=1, le=10_000)]
    topics: Annotated[list[ShortText], Field(min_length=1, max_length=20)]
    held_on: date
    supervisors: Annotated[list[UUID], Field(max_length=20, default_factory=list)]
    promises: Annotated[list[PromiseIn], Field(max_length=20, default_factory=list)]

    def value(self) -> DayFacts:
        return DayFacts(
            division=self.division,
            bureau_id=self.bureau_id,
            firm=self.firm,
            credit_code=self.credit_code,
            village=self.village,
            residents=self.residents,
            topics=tuple(self.topics),
            held_on=self.held_on,
            supervisors=tuple(dict.fromkeys(self.supervisors)),
            promises=tuple(each.value() for each in self.promises),
        )


class LookBackIn(Body):
    """Whether the promise was kept; who finds it broken says how."""

    kept: bool
    remark: LongText | None = None


class ActivityOut(Out):
    """One line of a supervisor's record; of a petition no more than that it was one."""

    id: UUID
    kind: ActivityKind
    on_day: date
    place: str | None
    findings: str | None
    exchange_day_id: UUID | None
    recorded_at: datetime

    @classmethod
    def of(cls, row: SupervisorActivity) -> Self:
        return cls.model_validate(row)


class CountOut(Out):
    """What a supervisor took part in, in the year asked for."""

    supervisor_id: UUID
    division: str
    object_name: str
    visits: int
    exchange_days: int
    petitions: int

    @classmethod
    def of(cls, row: Count) -> Self:
        return cls.model_validate(row)


class PromiseOut(Out):
    id: UUID
    text: str
    due_on: date
    state: PromiseState
    looked_at: datetime | None
    looked_by_name: str | None
    remark: str | None


class ExchangeDayLineOut(Out):
    """An exchange day in a list."""

    id: UUID
    division: str
    bureau_id: UUID
    firm: str
    credit_code: str | None
    village: str
    residents: int
    topics: list[str]
    held_on: date
    supervisors: list[UUID]
    recorded_at: datetime
    version: int


class ExchangeDayOut(ExchangeDayLineOut):
    """An exchange day with what was promised and what became of it."""

    promises: list[PromiseOut]
    actions: list[str]

    @classmethod
    def of(cls, file: DayFile, actions: list[str]) -> Self:
        return cls(
            **ExchangeDayLineOut.model_validate(file.day).model_dump(),
            promises=[PromiseOut.model_validate(each) for each in file.promises],
            actions=actions,
        )
