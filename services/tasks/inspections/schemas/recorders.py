"""Bodies of recorders and of supervision from behind."""

from datetime import date, datetime
from typing import Self
from uuid import UUID

from pydantic import ConfigDict

from services.tasks.inspections.domain.recorders import NoteKind
from services.tasks.inspections.models.recorders import RecorderDevice, Recording
from services.tasks.inspections.queries import FrontLine
from services.tasks.inspections.use_cases.supervising import device_actions
from shared.auth.actor import Actor
from shared.clock_rows.rows import ClockRow, ClockState
from shared.http.body import Body, Code, LongText, Out


class DeviceIn(Body):
    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "serial": "BWC-2025-007",
                "officer_id": "01912d68-783e-7a94-8b6b-6a9d9d8a5e12",
            }
        }
    )

    serial: Code
    officer_id: UUID


class NoteIn(Body):
    model_config = ConfigDict(
        json_schema_extra={"example": {"kind": "in_order", "note": "亮证、告知程序规范"}}
    )

    kind: NoteKind
    note: LongText
    device: Code | None = None


class DeviceOut(Out):
    id: UUID
    serial: str
    division: str
    officer_id: UUID
    officer_name: str
    assigned_at: datetime
    returned_at: datetime | None
    version: int


class DeviceLine(DeviceOut):
    actions: list[str]

    @classmethod
    def of(cls, device: RecorderDevice, actor: Actor) -> Self:
        return cls(
            **DeviceOut.model_validate(device).model_dump(), actions=device_actions(actor, device)
        )


class FrontLineOut(Out):
    officer_id: UUID
    name: str
    division: str
    device: str | None


class CoverageOut(Out):
    """Officers who were sent in the period, and how many of them have a recorder today."""

    division: str
    first: date
    last: date
    officers: int
    equipped: int
    front_line: list[FrontLineOut]

    @classmethod
    def of(cls, division: str, first: date, last: date, sent: list[FrontLine]) -> Self:
        return cls(
            division=division,
            first=first,
            last=last,
            officers=len(sent),
            equipped=sum(each.device is not None for each in sent),
            front_line=[FrontLineOut.model_validate(each) for each in sent],
        )


class RecordingOut(Out):
    """From one switch to the next; `due_at` is when its file must be on the platform."""

    id: UUID
    device: str | None
    from_at: datetime
    to_at: datetime | None
    reason: str | None
    evidence_id: UUID | None
    stored_at: datetime | None
    due_on: date | None
    due_at: datetime | None
    clock: ClockState | None

    @classmethod
    def of(cls, recording: Recording, clock: ClockRow | None) -> Self:
        return cls(
            id=recording.id,
            device=recording.device,
            from_at=recording.from_at,
            to_at=recording.to_at,
            reason=recording.reason,
            evidence_id=recording.evidence_id,
            stored_at=recording.stored_at,
            due_on=clock.due_on if clock else None,
            due_at=clock.due_at if clock else None,
            clock=clock.state if clock else None,
        )


class GapOut(Out):
    from_at: datetime
    to_at: datetime
    reason: str | None


class RecordingsOut(Out):
    recordings: list[RecordingOut]
    gaps: list[GapOut]


class NoteOut(Out):
    id: UUID
    kind: NoteKind
    note: str
    device: str | None
    actor_name: str
    at: datetime
