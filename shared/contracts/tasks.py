"""What `tasks` tells others."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from typing_extensions import override

from shared.contracts.events import Event
from shared.contracts.origins import Origin


class TaskCompleted(Event):
    """A task is done: its inspections are closed and every problem they found is too."""

    topic: ClassVar[str] = "tasks.task.completed.v1"

    task_id: UUID
    origin: Origin
    divisions: list[str]
    inspections: int
    problems_found: int
    problems_closed: int
    completed_at: datetime
    summary: str

    @property
    @override
    def key(self) -> str:
        return str(self.task_id)

    @property
    @override
    def seen_by(self) -> tuple[str, ...]:
        return tuple(self.divisions)


class TaskWithdrawn(Event):
    """A task was called off before anybody inspected: whoever it held is free."""

    topic: ClassVar[str] = "tasks.task.withdrawn.v1"

    task_id: UUID
    origin: Origin
    divisions: list[str]
    withdrawn_at: datetime

    @property
    @override
    def key(self) -> str:
        return str(self.task_id)

    @property
    @override
    def seen_by(self) -> tuple[str, ...]:
        return tuple(self.divisions)
