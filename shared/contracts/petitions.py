"""What `petitions` tells others."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from shared.contracts.events import Event
from shared.contracts.origins import Matter


class SupervisionRaised(Event):
    """A county leader raised the supervision of a matter: a cross-county inspection is wanted.

    `divisions` are the counties whose officers are to go; the first is the one in charge.
    """

    topic: ClassVar[str] = "petitions.supervision.raised.v1"
    AGGREGATE: ClassVar[str] = "escalation_id"
    CONCERNED: ClassVar[tuple[str, ...]] = ("divisions",)

    escalation_id: UUID
    divisions: list[str]
    matter: Matter
    due_on: date


class PetitionRegistered(Event):
    """A petition exists. Nothing of its petitioner or its text crosses."""

    topic: ClassVar[str] = "petitions.petition.registered.v1"
    AGGREGATE: ClassVar[str] = "petition_id"
    CONCERNED: ClassVar[tuple[str, ...]] = ("office", "divisions")

    petition_id: UUID
    number: str
    divisions: list[str]
    office: str
    # The coordinating item, if this is one division's part of a matter.
    parent_id: UUID | None = None


class UrgentReported(Event):
    """A major or urgent matter was reported to every superior organ (信访工作条例 art. 25)."""

    topic: ClassVar[str] = "petitions.urgent.reported.v1"
    AGGREGATE: ClassVar[str] = "petition_id"
    CONCERNED: ClassVar[tuple[str, ...]] = ("superiors", "office", "divisions")

    petition_id: UUID
    number: str
    superiors: list[str]
    divisions: list[str]
    office: str
    at: datetime


class PetitionChanged(Event):
    """A step was taken with a petition."""

    topic: ClassVar[str] = "petitions.petition.changed.v1"
    AGGREGATE: ClassVar[str] = "petition_id"
    CONCERNED: ClassVar[tuple[str, ...]] = ("office", "divisions")

    petition_id: UUID
    number: str
    step: str
    state: str
    divisions: list[str]
    office: str


class CallbackRecorded(Event):
    """A call-back reached its petitioner: how satisfied, and whether the matter is solved."""

    topic: ClassVar[str] = "petitions.callback.recorded.v1"
    AGGREGATE: ClassVar[str] = "petition_id"
    CONCERNED: ClassVar[tuple[str, ...]] = ("office", "divisions")

    petition_id: UUID
    result: str
    solved: str
    at: datetime
    divisions: list[str]
    office: str


class SupervisorTookPart(Event):
    """An environmental supervisor came to look into a petition.

    What the petition is about does not cross; its id only makes sure that it counts once.
    """

    topic: ClassVar[str] = "petitions.supervisor.took_part.v1"
    AGGREGATE: ClassVar[str] = "supervisor_id"
    CONCERNED: ClassVar[tuple[str, ...]] = ("division",)

    supervisor_id: UUID
    petition_id: UUID
    division: str
    on_day: date


class RepeatConfirmed(Event):
    """A clerk confirmed that a petition raises the matter of an earlier one again."""

    topic: ClassVar[str] = "petitions.repeat.confirmed.v1"
    AGGREGATE: ClassVar[str] = "root_id"
    CONCERNED: ClassVar[tuple[str, ...]] = ("office", "divisions")

    petition_id: UUID
    root_id: UUID
    at: datetime
    divisions: list[str]
    office: str


class RepeatRevoked(Event):
    """A clerk took back that a petition repeats an earlier one."""

    topic: ClassVar[str] = "petitions.repeat.revoked.v1"
    AGGREGATE: ClassVar[str] = "root_id"
    CONCERNED: ClassVar[tuple[str, ...]] = ("office", "divisions")

    petition_id: UUID
    root_id: UUID
    at: datetime
    divisions: list[str]
    office: str
