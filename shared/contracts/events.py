"""What every event between services is, and who listens to which."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar, Final

from pydantic import BaseModel, ConfigDict


class Event(BaseModel, ABC):
    """A fact one service tells others. Tolerant to newer senders; fields are only ever added.

    `key` is the aggregate whose events stay in order; `seen_by` the divisions it concerns.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    topic: ClassVar[str]

    @property
    @abstractmethod
    def key(self) -> str: ...

    @property
    @abstractmethod
    def seen_by(self) -> tuple[str, ...]: ...


# Topic → services that listen. A new listener is one entry here and one handler there.
SUBSCRIBERS: Final[Mapping[str, tuple[str, ...]]] = {
    "regions.calendar.published.v1": ("tasks", "petitions"),
    "regions.divisions.published.v1": ("tasks", "petitions"),
    "regions.borders.published.v1": ("tasks", "petitions"),
    "petitions.callback.recorded.v1": ("petitions",),
    "petitions.repeat.confirmed.v1": ("petitions",),
    "petitions.supervision.raised.v1": ("tasks",),
    "regions.operation.started.v1": ("tasks",),
    "regions.operation.summarised.v1": ("petitions",),
    "tasks.task.completed.v1": ("regions", "petitions"),
    "tasks.task.withdrawn.v1": ("regions",),
}
