"""What every table class is made of."""

from typing import Any

from sqlalchemy import MetaData
from sqlalchemy.orm import declared_attr, registry
from sqlmodel import Field, SQLModel

from shared.errors import StaleVersion

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


def service_registry(schema: str) -> registry:
    """One registry, hence one metadata, per service: no foreign key can leave the schema."""
    return registry(metadata=MetaData(schema=schema, naming_convention=NAMING))


class Versioned(SQLModel):
    """Optimistic locking: an UPDATE of a row someone else changed raises StaleDataError."""

    version: int = Field(default=0, nullable=False)

    def require_version(self, expected: int) -> None:
        if self.version != expected:
            raise StaleVersion(current=self.version)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:  # noqa: N805 -- SQLAlchemy passes the class
        return {"version_id_col": cls.__table__.c.version}  # type: ignore[attr-defined]
