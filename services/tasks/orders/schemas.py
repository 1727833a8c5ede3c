"""Bodies of orders, in and out."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any, Final, Self
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from services.tasks.campaigns.domain.life import Medium
from services.tasks.campaigns.schemas.campaigns import ApprovalIn
from services.tasks.draws.models.draws import DrawnObject
from services.tasks.enterprises.domain.visits import LegalKind, Method, Mode
from services.tasks.enterprises.schemas.visits import ObjectCode, SiteNumber
from services.tasks.orders.domain import (
    MOST_ITEMS,
    Item,
    ItemResult,
    OrderAction,
    OrderState,
)
from services.tasks.orders.models import DrawOrderRefusal, TaskOrder, TaskOrderItem
from services.tasks.orders.use_cases.of_draws import Asked
from services.tasks.orders.use_cases.of_leads import OfLead
from services.tasks.orders.use_cases.sending import Kept, Sent, actions
from shared.auth.actor import Actor
from shared.http.body import Body, Code, Division, LongText, Out, Reason, ShortText

AN_ITEM: Final[dict[str, Any]] = {"key": "1", "code": "91330281MA2AAAA00G"}
MOST_PARTIES: Final = 20


class ItemIn(Body):
    """What one task is asked for: an object, by its key or its code, or a place.

    `key` is the sender's own, by which the result is found. Without `division` the place is in
    charge, and in a cross or night inspection who orders; what is left out is as the order has it.
    """

    key: Code
    enterprise_id: UUID | None = None
    code: ObjectCode | None = None
    site_number: SiteNumber = 1
    place: Annotated[Division | None, Field(description="where there is no object")] = None
    site: ShortText | None = None
    object_name: ShortText | None = None
    division: Annotated[Division | None, Field(description="in charge")] = None
    parties: Annotated[list[Division], Field(max_length=MOST_PARTIES)] = Field(default_factory=list)
    title: ShortText | None = None
    facts: Annotated[Reason | None, Field(description="instead of the order's")] = None
    due_on: date | None = None
    team_id: Annotated[UUID | None, Field(description="a team of the campaign")] = None

    @model_validator(mode="after")
    def _object_or_place(self) -> Self:
        named = (self.enterprise_id, self.code, self.place)
        if sum(each is not None for each in named) != 1:
            raise PydanticCustomError("missing", "one of enterprise_id, code and place")
        return self

    def item(self) -> Item:
        return Item(**(self.model_dump() | {"parties": tuple(self.parties)}))

    def kept(self) -> Kept:
        return Kept(self.item(), self.model_dump(mode="json", exclude_unset=True))


def item_of(asked: Mapping[str, Any]) -> Item:
    """An item that was kept."""
    return ItemIn.model_validate(asked).item()


Items = Annotated[list[ItemIn], Field(min_length=1, max_length=MOST_ITEMS)]


class OrderIn(Body):
    """One order for many: what is wanted of all, and the items.

    `key` is the sender's number of the order: sent again with the same content it is the order it
    was. A special check needs an approval, of the campaign or given here.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "division": "330200",
                "key": "2026-07",
                "document": "示例环发〔2026〕7号",
                "title": "包装印刷企业挥发性有机物检查",
                "facts": "检查废气收集和治理设施运行情况",
                "media": ["air"],
                "legal_kind": "routine",
                "mode": "on_site",
                "due_on": "2026-06-30",
                "items": [AN_ITEM],
            }
        }
    )

    division: Annotated[Division, Field(description="who orders")]
    key: Code
    document: ShortText
    title: ShortText
    facts: LongText
    media: Annotated[list[Medium], Field(max_length=len(Medium))] = Field(default_factory=list)
    legal_kind: LegalKind
    mode: Mode
    methods: Annotated[list[Method], Field(max_length=len(Method))] = Field(default_factory=list)
    due_on: date
    campaign_id: UUID | None = None
    round_id: UUID | None = None
    approval: ApprovalIn | None = None
    off_site_instead: Annotated[
        bool, Field(description="objects that are spared a visit are checked off-site instead")
    ] = True
    items: Items

    def sent(self) -> Sent:
        return Sent(
            division=self.division,
            key=self.key,
            document=self.document,
            title=self.title,
            facts=self.facts,
            legal_kind=self.legal_kind,
            mode=self.mode,
            due_on=self.due_on,
            media=tuple(dict.fromkeys(self.media)),
            methods=tuple(dict.fromkeys(self.methods)),
            campaign_id=self.campaign_id,
            round_id=self.round_id,
            approval=None if self.approval is None else self.approval.value(),
            off_site_instead=self.off_site_instead,
        )


class ResendIn(Body):
    """Refused items by their key, corrected."""

    model_config = ConfigDict(json_schema_extra={"example": {"items": [AN_ITEM]}})

    items: Items


class StopIn(Body):
    model_config = ConfigDict(json_schema_extra={"example": {"reason": "部署调整"}})

    reason: Reason


class OrderOut(Out):
    """How far an order is: items by result. It is finished when none is waiting."""

    id: UUID
    division: str
    key: str
    campaign_id: UUID | None
    round_id: UUID | None
    approval_id: UUID | None
    document: str
    title: str
    facts: str
    media: list[Medium]
    legal_kind: LegalKind
    mode: Mode
    methods: list[Method]
    off_site_instead: bool
    due_on: date
    items: int
    results: dict[ItemResult, int]
    state: OrderState
    stop_reason: str | None
    created_at: datetime
    finished_at: datetime | None
    version: int
    actions: list[OrderAction]

    @classmethod
    def of(cls, order: TaskOrder, actor: Actor, results: Mapping[ItemResult, int]) -> Self:
        whole = {each: results.get(each, 0) for each in ItemResult}
        return cls.model_validate(
            {**order.model_dump(), "results": whole, "actions": actions(actor, order)}
        )


class ItemProblemOut(Out):
    pointer: str
    code: str
    zh: str
    en: str


class OrderItemOut(Out):
    """What became of one item. `mode` is how it was ordered in the end.

    Which task it is, and of which object, is told to its maker alone while the task is sealed.
    """

    key: str
    number: int
    tries: int
    result: ItemResult
    problem: ItemProblemOut | None
    task_id: UUID | None
    enterprise_id: UUID | None
    mode: Mode | None

    @classmethod
    def of(cls, item: TaskOrderItem, *, hidden: bool) -> Self:
        shown = cls.model_validate(item)
        untold = {"task_id": None, "enterprise_id": None} if hidden else {}
        return shown.model_copy(update=untold)


def kept(items: Sequence[ItemIn]) -> list[Kept]:
    return [each.kept() for each in items]


class DrawTasksIn(Body):
    """What the checks of a draw are about."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "title": "2026年第二季度双随机检查",
                "facts": "按抽查事项清单检查",
                "media": ["air", "water"],
            }
        }
    )

    title: ShortText
    facts: LongText
    media: Annotated[list[Medium], Field(max_length=len(Medium))] = Field(default_factory=list)

    def asked(self) -> Asked:
        return Asked(self.title, self.facts, tuple(dict.fromkeys(self.media)))


class DrawTasksOut(Out):
    """Tasks are wanted of the draw: each comes on the day of its check."""

    draw_id: UUID
    title: str
    facts: str
    media: list[Medium]
    sent_at: datetime


class DrawTaskOut(Out):
    """A drawn object with its task, or why it has none. Neither, while its day has not come.

    Of a sealed task its maker alone is told which it is.
    """

    drawn_object_id: UUID
    day: date
    task_id: UUID | None
    problem: ItemProblemOut | None

    @classmethod
    def of(cls, drawn: DrawnObject, task_id: UUID | None, refused: DrawOrderRefusal | None) -> Self:
        return cls(
            drawn_object_id=drawn.id,
            day=drawn.day,
            task_id=task_id,
            problem=None if refused is None else ItemProblemOut.model_validate(refused.problem),
        )


class LeadTaskIn(Body):
    """What is said of a lead's task beyond the lead. Without `due_on` it is due with the lead."""

    model_config = ConfigDict(json_schema_extra={"example": {"mode": "on_site"}})

    mode: Mode = Mode.ON_SITE
    methods: Annotated[list[Method], Field(max_length=len(Method))] = Field(default_factory=list)
    due_on: date | None = None
    campaign_id: UUID | None = None
    round_id: UUID | None = None
    team_id: UUID | None = None
    sealed: Annotated[bool, Field(description="known to the maker alone until departure")] = False

    def asked(self) -> OfLead:
        return OfLead(
            mode=self.mode,
            methods=tuple(dict.fromkeys(self.methods)),
            due_on=self.due_on,
            campaign_id=self.campaign_id,
            round_id=self.round_id,
            team_id=self.team_id,
            sealed=self.sealed,
        )
