"""Bodies of orders and spot checks."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field

from services.petitions.intake.schemas import ClockOut
from services.petitions.oversight.domain import CheckResult, OrderKind, OrderState, OrderStep
from services.petitions.oversight.models import SpotCheckSample
from shared.http.body import Body, Division, LongText, Out, Reason


class OrderIn(Body):
    """What is demanded; `days` are working days, the office's own figure if absent."""

    kind: OrderKind
    demand: LongText
    days: Annotated[int, Field(ge=1, le=60, strict=True)] | None = None


class AnswerIn(Body):
    answer: LongText


class CloseIn(Body):
    reason: Reason | None = None


class WithdrawIn(Body):
    reason: Reason


class ReturnIn(Body):
    """Why the answer does not do."""

    reason: Reason


class OrderRow(Out):
    id: UUID
    number: str
    kind: OrderKind
    petition_id: UUID
    division: str
    unit: str
    demand: str
    days: int
    state: OrderState
    answer: str | None
    answered_at: datetime | None
    answered_by_name: str | None
    issued_at: datetime
    issued_by_name: str
    ended_at: datetime | None
    version: int


class OrderStepOut(Out):
    """A line of an order's history; without `step` the order was given, or handed on to `unit`."""

    step: OrderStep | None
    state: OrderState
    unit: str
    actor_name: str
    text: str | None
    at: datetime


class OrderOut(OrderRow):
    """An order with its deadlines, its history and what the caller may do now."""

    clocks: list[ClockOut]
    history: list[OrderStepOut]
    actions: list[str]


class SpotCheckIn(Body):
    result: CheckResult
    findings: LongText


class SpotCheckOut(Out):
    id: UUID
    petition_id: UUID
    division: str
    unit: str
    result: CheckResult
    findings: str
    checked_by_name: str
    at: datetime


class SampleIn(Body):
    """Draw among what was closed on these legal days; the setting's share if none is named."""

    division: Division
    first_day: date
    last_day: date
    share: Annotated[
        Decimal | None,
        Field(gt=0, le=1, max_digits=6, decimal_places=5, description="0.088 is 8.8 %"),
    ] = None


class SampledOut(Out):
    """One drawn petition; `check` is the latest check since the draw."""

    petition_id: UUID
    number: str | None
    unit: str | None
    checked: bool
    result: CheckResult | None


class SampleOut(Out):
    """A sample with what proves it: sort the population by HMAC-SHA-256(seed, id)."""

    id: UUID
    division: str
    first_day: date
    last_day: date
    share: str
    seed: str
    population_hash: str
    population_size: int
    drawn_at: datetime
    drawn_by_name: str
    items: list[SampledOut]

    @classmethod
    def of(cls, sample: SpotCheckSample, items: list[SampledOut]) -> Self:
        return cls(
            **sample.model_dump(
                include={
                    "id",
                    "division",
                    "first_day",
                    "last_day",
                    "share",
                    "population_hash",
                    "drawn_at",
                    "drawn_by_name",
                }
            ),
            seed=sample.seed.hex(),
            population_size=len(sample.population),
            items=items,
        )
