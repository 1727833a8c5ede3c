"""Bodies of objects of enforcement, in and out."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Final, Self
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from services.tasks.enterprises.domain.grades import Grade
from services.tasks.enterprises.domain.industries import industry_name
from services.tasks.enterprises.domain.positive_lists import NUMBERS, Category, Effect, Standing
from services.tasks.enterprises.domain.registry import (
    Act,
    ClosingGround,
    Facts,
    KeyFlag,
    ObjectKind,
    Permit,
    PermitKind,
    Point,
    Status,
)
from services.tasks.enterprises.models.registry import Enterprise, EnterpriseChange
from services.tasks.enterprises.use_cases.endings import Closing
from services.tasks.enterprises.use_cases.record import actions, code_of
from shared.auth.actor import Actor
from shared.http.body import Body, Division, Out, Reason, ShortText

A_FIRM: Final[dict[str, Any]] = {
    "name": "示例电镀有限公司",
    "kind": "enterprise",
    "credit_code": "91330281MA2AAAA00G",
    "division": "330281",
    "address": "示例工业园区一路1号",
    "point": {"longitude": 121.15, "latitude": 30.04},
    "industry": "C3360",
    "permit": {"number": "91330281MA2AAAA00G001P", "kind": "key", "valid_from": "2025-01-01"},
    "flags": ["city_controlled", "key_water"],
}

CreditCode = Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{18}$")]
Industry = Annotated[
    str, StringConstraints(pattern=r"^[A-T][0-9]{2,4}$"), Field(examples=["C3360"])
]
SearchText = Annotated[str, StringConstraints(min_length=1, max_length=200)]


def _flags_once(flags: list[KeyFlag]) -> list[KeyFlag]:
    return [*dict.fromkeys(flags)]


class PointIn(Body):
    """WGS-84 degrees."""

    longitude: Annotated[float, Field(ge=73, le=136)]
    latitude: Annotated[float, Field(ge=3, le=54)]

    def value(self) -> Point:
        return Point(self.longitude, self.latitude)


class PermitIn(Body):
    """排污许可证 or 排污登记."""

    number: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z-]{1,64}$")]
    kind: PermitKind
    valid_from: date | None = None
    valid_to: date | None = None

    def value(self) -> Permit:
        return Permit(self.number, self.kind, self.valid_from, self.valid_to)


class FactsIn(Body):
    """What is known of a site. Enterprises and institutions have a credit code."""

    name: ShortText
    kind: ObjectKind
    credit_code: CreditCode | None = None
    division: Division
    address: ShortText
    point: PointIn | None = None
    industry: Industry
    permit: PermitIn | None = None
    flags: Annotated[list[KeyFlag], Field(max_length=len(KeyFlag)), AfterValidator(_flags_once)] = (
        Field(default_factory=list)
    )

    def facts(self) -> Facts:
        return Facts(
            name=self.name,
            kind=self.kind,
            division=self.division,
            address=self.address,
            industry=self.industry,
            credit_code=self.credit_code,
            point=None if self.point is None else self.point.value(),
            permit=None if self.permit is None else self.permit.value(),
            flags=tuple(self.flags),
        )


class EnterpriseIn(FactsIn):
    """`another_site`: the legal person has a site in the division, and this is another."""

    model_config = ConfigDict(json_schema_extra={"example": A_FIRM})

    parent_id: UUID | None = None
    another_site: bool = False
    since: Annotated[date | None, Field(description="the facts hold from this day")] = None


class EnterpriseAmendIn(FactsIn):
    """The object as it is to be: what is left out is taken away."""

    model_config = ConfigDict(
        json_schema_extra={"example": {**A_FIRM, "name": "示例表面处理有限公司", "reason": "更名"}}
    )

    parent_id: UUID | None = None
    effective_on: date | None = None
    reason: Reason


class ReasonIn(Body):
    model_config = ConfigDict(json_schema_extra={"example": {"reason": "停产检修"}})

    reason: Reason


class CloseIn(Body):
    """`successor_id` is named for a restructuring, and only then."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"ground": "shut_down", "reason": "依法关停"}}
    )

    ground: ClosingGround
    reason: Reason
    effective_on: date | None = None
    successor_id: UUID | None = None

    def closing(self) -> Closing:
        return Closing(self.ground, self.reason, self.effective_on, self.successor_id)


class MergeIn(Body):
    """The object this row is a double of."""

    into_id: UUID
    reason: Reason


class PointOut(Out):
    longitude: float
    latitude: float


class PermitOut(Out):
    number: str
    kind: PermitKind
    valid_from: date | None
    valid_to: date | None


class StandingOut(Out):
    """Its place on the positive list in force; `number` is ours, 1 to 6."""

    category: Category
    number: int
    document: str
    effect: Effect

    @classmethod
    def of(cls, standing: Standing) -> Self:
        return cls(
            category=standing.category,
            number=NUMBERS[standing.category],
            document=standing.document,
            effect=standing.effect,
        )


class ClosingOut(Out):
    on: date
    ground: ClosingGround
    successor_id: UUID | None


class EnterpriseOut(Out):
    """An object of enforcement: one site. `code` names it for everybody."""

    id: UUID
    code: str
    credit_code: str | None
    site_number: int
    name: str
    kind: ObjectKind
    division: str
    address: str
    point: PointOut | None
    industry: str
    industry_name: str | None
    permit: PermitOut | None
    flags: list[KeyFlag]
    parent_id: UUID | None
    status: Status
    closing: ClosingOut | None
    merged_into_id: UUID | None
    facts_since: date
    grade: Grade | None
    graded_on: date | None
    override_until: date | None
    last_contact_on: date | None
    contact_due_on: date | None
    positive_list: StandingOut | None
    version: int
    actions: list[str]

    @classmethod
    def of(cls, row: Enterprise, actor: Actor, standing: Standing | None) -> Self:
        whole = row.model_dump()
        return cls.model_validate(
            {
                **whole,
                "code": code_of(row),
                "point": _point(whole),
                "permit": _permit(whole),
                "industry_name": industry_name(row.industry),
                "closing": _closing(whole),
                "positive_list": standing and StandingOut.of(standing),
                "actions": actions(actor, row),
            }
        )


class ChangeOut(Out):
    """The facts from a day on, and what brought them about."""

    id: UUID
    act: Act
    status: Status
    valid_from: date
    name: str
    kind: ObjectKind
    credit_code: str | None
    site_number: int
    division: str
    address: str
    point: PointOut | None
    industry: str
    permit: PermitOut | None
    flags: list[KeyFlag]
    parent_id: UUID | None
    closing: ClosingOut | None
    merged_into_id: UUID | None
    reason: str | None
    actor_name: str
    at: datetime

    @classmethod
    def of(cls, row: EnterpriseChange) -> Self:
        facts = row.facts
        return cls.model_validate(
            {
                **facts,
                **row.model_dump(exclude={"facts"}),
                "point": _point(facts),
                "permit": _permit(facts),
                "closing": _closing(facts),
            }
        )


class SiteOut(Out):
    """A site of the same legal person; its key only where the caller sees it."""

    id: UUID | None
    code: str
    name: str
    division: str
    status: Status


class RelatedOut(Out):
    """What an object hangs together with: its legal person's sites, its group, its neighbours."""

    sites: list[SiteOut]
    parent: SiteOut | None
    subsidiaries: list[SiteOut]
    same_address: list[SiteOut]


def site(row: Enterprise, *, seen: bool = True) -> SiteOut:
    return SiteOut(
        id=row.id if seen else None,
        code=code_of(row),
        name=row.name,
        division=row.division,
        status=row.status,
    )


def _point(facts: Mapping[str, Any]) -> dict[str, Any] | None:
    if facts["longitude"] is None:
        return None
    return {"longitude": facts["longitude"], "latitude": facts["latitude"]}


def _permit(facts: Mapping[str, Any]) -> dict[str, Any] | None:
    if facts["permit_number"] is None:
        return None
    return {name: facts[f"permit_{name}"] for name in ("number", "kind", "valid_from", "valid_to")}


def _closing(facts: Mapping[str, Any]) -> dict[str, Any] | None:
    if facts["closed_on"] is None:
        return None
    return {
        "on": facts["closed_on"],
        "ground": facts["closing_ground"],
        "successor_id": facts["successor_id"],
    }
