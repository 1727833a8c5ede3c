"""What `petitions` tells others."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from typing_extensions import override

from shared.contracts.events import Event
from shared.contracts.origins import Matter


class SupervisionRaised(Event):
    """A county leader raised the supervision of a matter: a cross-county inspection is wanted.

    `divisions` are the counties whose officers are to go; the first is the one in charge.
    """

    topic: ClassVar[str] = "petitions.supervision.raised.v1"

    escalation_id: UUID
    divisions: list[str]
    matter: Matter
    due_on: date

    @property
    @override
    def key(self) -> str:
        return str(self.escalation_id)

    @property
    @override
    def seen_by(self) -> tuple[str, ...]:
        return tuple(self.divisions)
