"""What every table of this service belongs to."""

from typing import Final

from sqlmodel import SQLModel

from shared.db.model import service_registry

SCHEMA: Final = "identity"


class IdentityTable(SQLModel, registry=service_registry(SCHEMA)):
    """Base of every table in this service."""
