"""What is said of evidence, in and out."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from services.tasks.evidence.domain import MARKS, CustodyAct, EvidenceKind, UploadState
from services.tasks.evidence.use_cases.keeping import Description
from shared.http.body import Body, Instant, Out, ShortText


class DescribedIn(Body):
    """What the officer says of a piece of evidence; `purpose` is 待证事实."""

    task_id: UUID
    kind: EvidenceKind
    taken_at: Instant
    place: ShortText
    purpose: ShortText
    original: bool = True
    longitude: Annotated[float | None, Field(ge=-180, le=180)] = None
    latitude: Annotated[float | None, Field(ge=-90, le=90)] = None
    device: Annotated[ShortText | None, Field(max_length=64)] = None
    officers: Annotated[list[UUID], Field(max_length=50, default_factory=list)]
    document_ref: ShortText | None = None

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
            officers=tuple(self.officers),
            document_ref=self.document_ref,
        )


class EvidenceIn(DescribedIn):
    """Query parameters: the body is the file itself."""


class UploadIn(DescribedIn):
    """`id` is made on the device and becomes the evidence's; the bytes come in pieces."""

    id: UUID
    media_type: Annotated[ShortText, Field(max_length=64, examples=[*MARKS])]
    size: Annotated[int, Field(ge=1, le=2**31 - 1)]
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "id": "0190a5d0-0000-7000-8000-000000000001",
                "task_id": "01890a5d-ac96-774b-bcce-b302099a8057",
                "kind": "audio_visual",
                "taken_at": "2026-03-02T21:45:00+08:00",
                "place": "车间东侧",
                "purpose": "证明夜间生产",
                "media_type": "video/mp4",
                "size": 31457280,
                "sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            }
        }
    )


class UploadOut(Out):
    """`received` is where the next piece begins; `evidence_id` is there once it is kept."""

    id: UUID
    task_id: UUID
    media_type: str
    sha256: str
    size: int
    received: int
    state: UploadState
    evidence_id: UUID | None
    declared_at: datetime
    expires_at: datetime
    version: int
    actions: list[str]


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
    officers: list[UUID]
    document_ref: str | None
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
