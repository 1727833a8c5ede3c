"""All tables of this service, each with its policy."""

from typing import Final

from sqlalchemy import MetaData

import services.tasks.dispatch.models
import services.tasks.evidence.models
import services.tasks.inspections.models
import services.tasks.problems.models  # noqa: F401  importing declares the tables
from services.tasks.base import SCHEMA, TasksTable
from shared.db import kernel, rls
from shared.succession.open_work import OpenWork

__all__ = ["OPEN_WORK", "SCHEMA", "metadata"]

kernel.declare(TasksTable.metadata)
metadata: Final[MetaData] = rls.protect(TasksTable.metadata)

_TABLES: Final = {table.name: table for table in metadata.tables.values()}
# Who was in a team or at an inspection stays written down as of then.
OPEN_WORK: Final = (
    OpenWork(
        "task",
        _TABLES["task"],
        ("division", "parties", "place"),
        is_open="state NOT IN ('completed', 'withdrawn')",
    ),
    OpenWork(
        "inspection",
        _TABLES["inspection"],
        ("division", "parties"),
        is_open="state <> 'finished'",
    ),
    OpenWork("problem", _TABLES["problem"], ("division", "parties"), is_open="state <> 'closed'"),
)
