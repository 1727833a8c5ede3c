"""Bodies of positive lists, in and out."""

from collections.abc import Mapping
from datetime import date
from typing import Self
from uuid import UUID

from pydantic import ConfigDict

from services.tasks.enterprises.domain.positive_lists import (
    EFFECTS,
    NUMBERS,
    SPARED,
    Category,
    Effect,
    RemovalGround,
)
from services.tasks.enterprises.models.positive_lists import PositiveList, PositiveListing
from services.tasks.enterprises.models.registry import Enterprise
from services.tasks.enterprises.use_cases.positive_lists import Published, actions
from services.tasks.enterprises.use_cases.record import code_of
from shared.auth.actor import Actor
from shared.http.body import Body, Division, Out, Reason, ShortText


class PositiveListIn(Body):
    """A list as its document has it; objects are put on it one by one or by a file."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "division": "330200",
                "document": "示例环发〔2026〕1号",
                "title": "监督执法正面清单",
                "published_on": "2026-03-02",
                "valid_from": "2026-03-02",
            }
        }
    )

    division: Division
    document: ShortText
    title: ShortText
    published_on: date
    valid_from: date
    valid_to: date | None = None

    def published(self) -> Published:
        return Published(**self.model_dump())


class PutOnIn(Body):
    enterprise_id: UUID
    category: Category


class RemoveIn(Body):
    """After a violation, an accident, exposure, or because it no longer qualifies."""

    enterprise_id: UUID
    ground: RemovalGround
    reason: Reason


class WithdrawIn(Body):
    reason: Reason


class PositiveListOut(Out):
    """`listed` stand on it, of these `off_site` in categories 1 to 5, which are spared a visit."""

    id: UUID
    division: str
    document: str
    title: str
    published_on: date
    valid_from: date
    valid_to: date | None
    withdrawn_on: date | None
    withdrawal_reason: str | None
    listed: int
    off_site: int
    by_category: dict[Category, int]
    version: int
    actions: list[str]

    @classmethod
    def of(cls, row: PositiveList, actor: Actor, numbers: Mapping[Category, int]) -> Self:
        by_category = {each: numbers.get(each, 0) for each in Category}
        return cls.model_validate(
            {
                **row.model_dump(),
                "listed": sum(by_category.values()),
                "off_site": sum(by_category[each] for each in SPARED),
                "by_category": by_category,
                "actions": actions(actor, row),
            }
        )


class ListingOut(Out):
    """One object on the list. Who took it off stays in the trace."""

    id: UUID
    enterprise_id: UUID
    code: str
    name: str
    division: str
    category: Category
    number: int
    effect: Effect
    listed_on: date
    removed_on: date | None
    removal_ground: RemovalGround | None
    removal_reason: str | None

    @classmethod
    def of(cls, row: PositiveListing, enterprise: Enterprise) -> Self:
        return cls.model_validate(
            {
                **row.model_dump(),
                "code": code_of(enterprise),
                "name": enterprise.name,
                "division": enterprise.division,
                "number": NUMBERS[row.category],
                "effect": EFFECTS[row.category],
            }
        )
