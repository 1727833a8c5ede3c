"""Bodies of bureaus."""

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints

from services.regions.bureaus import use_cases
from services.regions.bureaus.domain import BureauKind
from services.regions.bureaus.models import Bureau
from services.regions.bureaus.use_cases import Particulars
from shared.auth.actor import Actor
from shared.http.body import Body, Division, Out, Reason, ShortText

Phone = Annotated[str, StringConstraints(pattern=r"^[0-9+() -]{3,32}$")]
Headcount = Annotated[int, Field(ge=0, le=1_000_000)]


class ParticularsIn(Body):
    """What may change about a bureau. `headcount` are the persons in office (编制在职人数)."""

    name: ShortText
    short_name: ShortText | None = None
    phone: Phone | None = None
    superior_id: UUID | None = None
    headcount: Headcount | None = None
    liaison_name: ShortText | None = None
    liaison_phone: Phone | None = None
    active_from: date | None = None

    def particulars(self) -> Particulars:
        return Particulars(**self.model_dump(include=set(ParticularsIn.model_fields)))


class BureauIn(ParticularsIn):
    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "division": "330281",
                "kind": "monitoring_station",
                "name": "余姚市环境监测站",
                "headcount": 32,
                "liaison_name": "张三",
                "liaison_phone": "0574-12345678",
                "active_from": "2020-01-01",
            }
        }
    )

    division: Division
    kind: BureauKind


class BureauAmendIn(ParticularsIn):
    """The bureau as it is to be: what is left out is taken away."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "name": "余姚市环境监测站",
                "headcount": 35,
                "active_from": "2020-01-01",
                "reason": "编制调整",
            }
        }
    )

    reason: Reason


class BureauOut(Out):
    """`active_to` is the last day of a bureau that is closed."""

    id: UUID
    division: str
    kind: BureauKind
    name: str
    short_name: str | None
    phone: str | None
    superior_id: UUID | None
    headcount: int | None
    liaison_name: str | None
    liaison_phone: str | None
    active_from: date | None
    active_to: date | None
    close_reason: str | None
    created_at: datetime
    version: int
    actions: list[str]

    @classmethod
    def of(cls, bureau: Bureau, actor: Actor) -> Self:
        return cls.model_validate(
            {**bureau.model_dump(), "actions": use_cases.actions(actor, bureau)}
        )
