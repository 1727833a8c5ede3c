"""What `tasks` tells others."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from shared.contracts.events import Event
from shared.contracts.origins import Origin


class TaskCompleted(Event):
    """A task is done: its inspections are closed and every problem they found is too."""

    topic: ClassVar[str] = "tasks.task.completed.v1"
    AGGREGATE: ClassVar[str] = "task_id"
    CONCERNED: ClassVar[tuple[str, ...]] = ("divisions",)

    task_id: UUID
    origin: Origin
    divisions: list[str]
    inspections: int
    problems_found: int
    problems_closed: int
    completed_at: datetime
    summary: str


class TaskWithdrawn(Event):
    """A task was called off before anybody inspected: whoever it held is free."""

    topic: ClassVar[str] = "tasks.task.withdrawn.v1"
    AGGREGATE: ClassVar[str] = "task_id"
    CONCERNED: ClassVar[tuple[str, ...]] = ("divisions",)

    task_id: UUID
    origin: Origin
    divisions: list[str]
    withdrawn_at: datetime
