"""Bodies of items, grounds and plans, in and out."""

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints

from services.tasks.draws.domain.pool import ObjectClass, SpecialGround
from services.tasks.draws.models.library import DrawGround, DrawItem, DrawPlan
from services.tasks.draws.use_cases import library
from services.tasks.enterprises.models.registry import Enterprise
from services.tasks.enterprises.use_cases.record import code_of
from shared.auth.actor import Actor
from shared.http.body import Body, Code, Division, Out, Reason, ShortText

Ratio = Annotated[
    str, StringConstraints(pattern=r"^[0-9./]{1,16}$"), Field(examples=["1/2", "0.25"])
]
Texts = Annotated[list[ShortText], Field(min_length=1, max_length=50)]


class DrawItemIn(Body):
    """One item of the list: what is looked at, by which laws."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "division": "330281",
                "code": "C-01-03",
                "name": "排污许可证执行情况检查",
                "checks": ["排放口与许可证一致", "自行监测记录", "执行报告"],
                "laws": ["排污许可管理条例第二十五条"],
            }
        }
    )

    division: Division
    code: Code
    name: ShortText
    checks: Texts
    laws: Texts

    def wanted(self) -> library.Item:
        return library.Item(self.division, self.code, self.name, self.checks, self.laws)


class EndIn(Body):
    reason: Reason


class DrawItemOut(Out):
    id: UUID
    division: str
    code: str
    name: str
    checks: list[str]
    laws: list[str]
    withdrawn_at: datetime | None
    withdrawal_reason: str | None
    version: int
    actions: list[str]

    @classmethod
    def of(cls, row: DrawItem, actor: Actor) -> Self:
        ended = row.withdrawn_at is not None
        steps = library.actions(actor, row.division, ended=ended)
        return cls.model_validate({**row.model_dump(), "actions": steps})


class DrawGroundIn(Body):
    """A fact that makes an object special; proven complaints are counted."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "enterprise_id": "01980000-0000-7000-8000-000000000001",
                "ground": "punished_last_year",
                "reason": "2025年因超标排放受到行政处罚",
                "valid_from": "2026-01-01",
                "valid_to": "2026-12-31",
            }
        }
    )

    enterprise_id: UUID
    ground: SpecialGround
    number: Annotated[int, Field(ge=1, le=10_000)] | None = None
    reason: Reason
    valid_from: date
    valid_to: date | None = None

    def wanted(self) -> library.Ground:
        return library.Ground(**self.model_dump())


class DrawGroundOut(Out):
    id: UUID
    enterprise_id: UUID
    object_name: str
    object_code: str
    ground: SpecialGround
    number: int | None
    reason: str
    valid_from: date
    valid_to: date | None
    ended_at: datetime | None
    end_reason: str | None
    version: int
    actions: list[str]

    @classmethod
    def of(cls, row: DrawGround, of: Enterprise, actor: Actor) -> Self:
        steps = library.actions(actor, of.division, ended=row.ended_at is not None)
        named = {"object_name": of.name, "object_code": code_of(of), "actions": steps}
        return cls.model_validate({**row.model_dump(), **named})


class DrawPlanIn(Body):
    """What is drawn every quarter. Without `ratios` those of the rule in force hold.

    `by_staff`: as many general objects as the number of officers stands for. `cross`: officers of
    elsewhere than the object. `bodies` are the divisions whose officers are drawn.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "division": "330281",
                "title": "2026年度双随机抽查",
                "document": "余环发〔2026〕3号",
                "item_ids": ["01980000-0000-7000-8000-000000000001"],
                "classes": ["key", "special", "general"],
                "ratios": {"special": "1/1"},
                "bodies": ["330281"],
            }
        }
    )

    division: Division
    title: ShortText
    document: ShortText
    item_ids: Annotated[list[UUID], Field(min_length=1, max_length=50)]
    classes: Annotated[list[ObjectClass], Field(min_length=1, max_length=len(ObjectClass))]
    ratios: dict[ObjectClass, Ratio] = Field(default_factory=dict)
    by_staff: bool = False
    cross: bool = False
    bodies: Annotated[list[Division], Field(max_length=20)] = Field(default_factory=list)
    campaign_id: UUID | None = None

    def wanted(self) -> library.Plan:
        return library.Plan(**self.model_dump())


class DrawPlanOut(Out):
    id: UUID
    division: str
    title: str
    document: str
    item_ids: list[UUID]
    classes: list[ObjectClass]
    ratios: dict[ObjectClass, str]
    by_staff: bool
    cross: bool
    bodies: list[str]
    campaign_id: UUID | None
    ended_at: datetime | None
    end_reason: str | None
    version: int
    actions: list[str]

    @classmethod
    def of(cls, row: DrawPlan, actor: Actor) -> Self:
        steps = library.actions(actor, row.division, ended=row.ended_at is not None)
        return cls.model_validate({**row.model_dump(), "actions": steps})
