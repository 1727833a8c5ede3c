"""Bodies of equipment."""

from datetime import date, datetime
from typing import Self
from uuid import UUID

from pydantic import ConfigDict

from services.regions.officers.domain import EquipmentKind, EquipmentStatus
from services.regions.officers.models import Equipment
from services.regions.officers.use_cases import inventory
from services.regions.officers.use_cases.inventory import Condition
from shared.auth.actor import Actor
from shared.http.body import Body, Code, Out, Reason, ShortText


class ConditionIn(Body):
    """What may change: `holder_id` is the officer it is assigned to, without one it is the pool's.

    `calibration_valid_to` is the last day its measurements hold; null for what measures nothing.
    """

    label: ShortText
    status: EquipmentStatus = EquipmentStatus.IN_SERVICE
    calibration_valid_to: date | None = None
    holder_id: UUID | None = None

    def condition(self) -> Condition:
        return Condition(**self.model_dump(include=set(ConditionIn.model_fields)))


class EquipmentIn(ConditionIn):
    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "bureau_id": "01890a5d-ac96-774b-bcce-b302099a8057",
                "kind": "pid",
                "serial_number": "PID-2025-007",
                "label": "便携式PID检测仪7号",
                "calibration_valid_to": "2027-06-30",
            }
        }
    )

    bureau_id: UUID
    kind: EquipmentKind
    serial_number: Code


class EquipmentAmendIn(ConditionIn):
    """The item as it is to be: what is left out is taken away."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "label": "便携式PID检测仪7号",
                "status": "at_calibration",
                "reason": "送检",
            }
        }
    )

    reason: Reason


class EquipmentOut(Out):
    id: UUID
    bureau_id: UUID
    division: str
    kind: EquipmentKind
    label: str
    serial_number: str
    calibration_valid_to: date | None
    holder_id: UUID | None
    status: EquipmentStatus
    created_at: datetime
    version: int
    actions: list[str]

    @classmethod
    def of(cls, equipment: Equipment, actor: Actor) -> Self:
        return cls.model_validate(
            {**equipment.model_dump(), "actions": inventory.actions(actor, equipment)}
        )
