"""What is said of evidence, in and out."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from services.tasks.evidence.domain import CustodyAct, EvidenceKind
from services.tasks.evidence.use_cases.keeping import Description
from shared.http.body import Body, Instant, Out, ShortText


class EvidenceIn(Body):
    """Query parameters: the body is the file itself."""

    task_id: UUID
    kind: EvidenceKind
    taken_at: Instant
    place: ShortText
    purpose: ShortText
    original: bool = True
    longitude: Annotated[float | None, Field(ge=-180, le=180)] = None
    latitude: Annotated[float | None, Field(ge=-90, le=90)] = None
    device: Annotated[ShortText | None, Field(max_length=64)] = None

    @model_validator(mode="after")
    def _whole_point(self) -> Self:
        if (self.longitude is None) != (self.latitude is None):
            raise PydanticCustomError("missing", "longitude and latitude come together")
        return self

    def description(self) -> Description:
        return Description(
            kind=self.kind,
            is_original=self.original,
            taken_at=self.taken_at,
            place_text=self.place,
            purpose=self.purpose,
            longitude=self.longitude,
            latitude=self.latitude,
            device=self.device,
        )


class EvidenceOut(Out):
    id: UUID
    task_id: UUID
    number: int
    kind: EvidenceKind
    is_original: bool
    media_type: str
    sha256: str
    size: int
    taken_at: datetime
    place_text: str
    longitude: float | None
    latitude: float | None
    device: str | None
    purpose: str
    received_at: datetime
    received_by: UUID
    received_from: str
    previous_hash: str | None
    entry_hash: str


class CustodyOut(Out):
    act: CustodyAct
    actor_id: UUID
    actor_name: str
    at: datetime
