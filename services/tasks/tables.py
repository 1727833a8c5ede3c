"""All tables of this service, each with its policy."""

from typing import Final

from sqlalchemy import MetaData

import services.tasks.dispatch.models
import services.tasks.evidence.models
import services.tasks.inspections.models
import services.tasks.problems.models  # noqa: F401  importing declares the tables
from services.tasks.base import SCHEMA, TasksTable
from shared.db import kernel, rls

__all__ = ["SCHEMA", "metadata"]

kernel.declare(TasksTable.metadata)
metadata: Final[MetaData] = rls.protect(TasksTable.metadata)
