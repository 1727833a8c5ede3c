"""What every event between services is, and who listens to which."""

from collections.abc import Mapping
from typing import ClassVar, Final

from pydantic import BaseModel, ConfigDict


class Event(BaseModel):
    """A fact one service tells others. Tolerant to newer senders; fields are only ever added.

    `AGGREGATE` names the field whose events stay in order, `CONCERNED` those with the division
    codes of whom the fact concerns.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    topic: ClassVar[str]
    AGGREGATE: ClassVar[str]
    CONCERNED: ClassVar[tuple[str, ...]] = ()

    @property
    def key(self) -> str:
        """The aggregate: its events are delivered in the order they were announced."""
        return str(getattr(self, self.AGGREGATE))

    @property
    def seen_by(self) -> tuple[str, ...]:
        """The divisions that may know of the event."""
        named = (getattr(self, field) for field in self.CONCERNED)
        return tuple(code for each in named for code in ([each] if isinstance(each, str) else each))


# Topic → services that listen. A new listener is one entry here and one handler there.
SUBSCRIBERS: Final[Mapping[str, tuple[str, ...]]] = {
    "regions.calendar.published.v1": ("tasks", "petitions"),
    "regions.legal_bases.published.v1": ("tasks", "petitions"),
    "regions.divisions.published.v1": ("tasks", "petitions"),
    "regions.borders.published.v1": ("tasks", "petitions"),
    "regions.division.succeeded.v1": ("identity", "tasks", "petitions"),
    "regions.guest.arrived.v1": ("identity",),
    "regions.guest.left.v1": ("identity",),
    "petitions.callback.recorded.v1": ("petitions",),
    "petitions.repeat.confirmed.v1": ("petitions",),
    "petitions.repeat.revoked.v1": ("petitions",),
    "petitions.supervision.raised.v1": ("tasks",),
    "petitions.supervisor.took_part.v1": ("regions",),
    "regions.operation.started.v1": ("tasks",),
    "regions.operation.party_left.v1": ("tasks",),
    "regions.operation.called_off.v1": ("tasks",),
    "regions.operation.dropped.v1": ("petitions",),
    "regions.operation.summarised.v1": ("petitions",),
    "tasks.clock.fired.v1": ("tasks",),
    "tasks.task.completed.v1": ("regions", "petitions"),
    "tasks.task.officers_released.v1": ("regions",),
    "tasks.task.withdrawn.v1": ("regions", "petitions", "tasks"),
}
