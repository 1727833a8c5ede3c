"""Bodies of look-backs, in and out."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Self
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from services.tasks.problems.domain.look_backs import (
    Finding,
    LookBackAction,
    LookBackState,
    seed,
    size,
)
from services.tasks.problems.models.look_backs import LookBack, LookBackSample
from services.tasks.problems.schemas.problems import Day
from services.tasks.problems.use_cases.look_backs import next_steps
from shared.auth.actor import Actor
from shared.http.body import Body, Division, LongText, Out, ShortText


class LookBackIn(Body):
    """Days on which problems were closed, both counted; they must be over."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "division": "330281",
                "closed_from": "2026-01-01",
                "closed_to": "2026-03-31",
            }
        }
    )

    division: Division
    closed_from: Day
    closed_to: Day

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.closed_from > self.closed_to:
            raise PydanticCustomError("period_reversed", "the period ends before it begins")
        return self


class VisitorIn(Body):
    account_id: UUID
    name: ShortText


class VisitorsIn(Body):
    problem_id: UUID
    visitors: Annotated[list[VisitorIn], Field(min_length=1, max_length=10)]

    def people(self) -> list[tuple[UUID, str]]:
        return [(each.account_id, each.name) for each in self.visitors]


class SeenIn(Body):
    """What was seen; `due_on` is for the relapse of a major problem only."""

    problem_id: UUID
    finding: Finding
    facts: LongText
    due_on: Day | None = None


class VisitorOut(Out):
    account_id: UUID
    name: str


class SampleOut(Out):
    problem_id: UUID
    place: int
    visitors: list[VisitorOut]
    finding: Finding | None
    facts: str | None
    reported_at: datetime | None


class LookBackFacts(Out):
    id: UUID
    division: str
    closed_from: date
    closed_to: date
    ratio: Decimal
    nonce_hash: str
    committed_at: datetime
    committed_by_name: str
    pool_hash: str | None
    frozen_at: datetime | None
    frozen_by_name: str | None
    nonce: str | None
    revealed_at: datetime | None
    state: LookBackState
    version: int


class LookBackItem(LookBackFacts):
    actions: list[LookBackAction]

    @classmethod
    def of(cls, row: LookBack, actor: Actor) -> Self:
        shown = LookBackFacts.model_validate(row)
        return cls(**shown.model_dump(), actions=next_steps(actor, row))


class LookBackOut(LookBackItem):
    """With what was drawn and seen."""

    samples: list[SampleOut]


class LookBackFile(Out):
    """All that is needed to draw again, as `draws.domain.sampling` draws.

    `nonce_hash` is the SHA-256 of the nonce's bytes, `pool_hash` of the sorted ids, one a line; the
    seed is SHA-256(id ‖ pool hash ‖ nonce). `number` ids come first by HMAC-SHA-256(seed, id).
    """

    id: UUID
    division: str
    closed_from: date
    closed_to: date
    ratio: Decimal
    nonce: str
    nonce_hash: str
    committed_at: datetime
    pool: list[str]
    pool_hash: str
    frozen_at: datetime
    revealed_at: datetime
    seed: str
    number: int
    drawn: list[str]

    @classmethod
    def of_draw(cls, row: LookBack, nonce: str, samples: Sequence[LookBackSample]) -> Self:
        pool = row.pool or []
        return cls.model_validate(
            {
                **LookBackFacts.model_validate(row).model_dump(),
                "pool": pool,
                "seed": seed(row.id, pool, bytes.fromhex(nonce)).hex(),
                "number": size(pool, row.ratio),
                "drawn": [str(each.problem_id) for each in samples],
            }
        )
