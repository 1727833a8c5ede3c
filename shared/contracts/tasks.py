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


class OfficersReleased(Event):
    """Some officers go no more on a task that stays open; who is booked later is not meant."""

    topic: ClassVar[str] = "tasks.task.officers_released.v1"
    AGGREGATE: ClassVar[str] = "task_id"
    CONCERNED: ClassVar[tuple[str, ...]] = ("divisions",)

    task_id: UUID
    divisions: list[str]
    officer_ids: list[UUID]
    released_at: datetime


class TaskWithdrawn(Event):
    """A task was called off before anybody inspected: whoever it held is free."""

    topic: ClassVar[str] = "tasks.task.withdrawn.v1"
    AGGREGATE: ClassVar[str] = "task_id"
    CONCERNED: ClassVar[tuple[str, ...]] = ("divisions",)

    task_id: UUID
    origin: Origin
    divisions: list[str]
    withdrawn_at: datetime


class TaskLate(Event):
    """A task is late and `told` was told: who is in charge first, then the division above.

    `clock` is `answer` (the team has neither accepted nor returned) or `due` (not completed).
    """

    topic: ClassVar[str] = "tasks.task.late.v1"
    AGGREGATE: ClassVar[str] = "task_id"
    CONCERNED: ClassVar[tuple[str, ...]] = ("told", "divisions")

    task_id: UUID
    clock: str
    told: str
    divisions: list[str]
    late_at: datetime


class ClockFired(Event):
    """A rung of a running clock fired (`shared.clock_rows.sweep` writes it); `tasks` hears itself.

    `rung` is `warn`, `breach` or `raise`.
    """

    topic: ClassVar[str] = "tasks.clock.fired.v1"
    AGGREGATE: ClassVar[str] = "subject_id"

    clock_id: UUID
    subject_kind: str
    subject_id: UUID
    kind: str
    rung: str
    due_at: datetime | None = None
