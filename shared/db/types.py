"""Column types that refuse what PostgreSQL or asyncpg would silently bend."""

from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy import DateTime, Dialect, Enum
from sqlalchemy.types import TypeDecorator
from typing_extensions import override


class Timestamptz(TypeDecorator[datetime]):
    """timestamptz that refuses naive values: asyncpg would read them in the process's time zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    @override
    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.utcoffset() is None:
            raise ValueError(f"naive datetime {value!r}")
        return value

    @override
    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.astimezone(UTC) if value is not None else None


def str_enum(enum: type[StrEnum], *, length: int = 32) -> Enum:
    """VARCHAR of the enum's *values* with a CHECK; SQLModel's default stores the names."""

    def values(members: type[StrEnum]) -> list[str]:
        return [member.value for member in members]

    return Enum(
        enum,
        name=f"{enum.__name__.lower()}_known",
        native_enum=False,
        create_constraint=True,
        validate_strings=True,
        values_callable=values,
        length=length,
    )
