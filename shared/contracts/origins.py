"""Where a piece of work came from, as the other services keep it."""

from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class OriginKind(StrEnum):
    """What asked for the work; from the third on something of `tasks` itself."""

    ESCALATION = "escalation"  # a raised supervision (petitions)
    OPERATION = "operation"  # a joint operation (regions)
    LEAD = "lead"
    DRAW = "draw"  # one drawn object
    ORDER = "order"  # one item of an order to many divisions


class Origin(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    kind: OriginKind
    id: UUID


class Matter(BaseModel):
    """Pollution facts that may cross services: no petitioner, no petition text, no number."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    title: str
    division: str
    media: list[str]
    place: str
    facts: str
    object_name: str | None = None
    object_code: str | None = None
    at_night: bool = False
