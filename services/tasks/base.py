"""The schema of this service and the base of its tables."""

from typing import Final

from sqlmodel import SQLModel

from shared.db.model import service_registry

SCHEMA: Final = "tasks"


class TasksTable(SQLModel, registry=service_registry(SCHEMA)):
    """Base of every table in this service."""
