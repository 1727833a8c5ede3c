"""Strict bodies: unknown fields refused, text that can be stored and shown, finite numbers."""

from datetime import datetime
from typing import Annotated, Final

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
)
from pydantic_core import PydanticCustomError

from shared import divisions

# Control characters except tab, line feed and carriage return; surrogates that are not text.
UNSAFE: Final = frozenset(
    [*map(chr, range(0x09)), "\x0b", "\x0c", *map(chr, range(0x0E, 0x20)), "\x7f"]
)

# Instants outside these years are typing errors, and near year 1 or 9999 arithmetic overflows.
FIRST_YEAR: Final = 1990
LAST_YEAR: Final = 2199


def _safe(text: str) -> str:
    if any(char in UNSAFE or "\ud800" <= char <= "\udfff" for char in text):
        raise PydanticCustomError("unsafe_text", "unsafe text")
    return text


def _plausible(instant: datetime) -> datetime:
    if not FIRST_YEAR <= instant.year <= LAST_YEAR:
        raise PydanticCustomError("implausible_time", "implausible time")
    return instant


def _division(code: str) -> str:
    if divisions.CODE.fullmatch(code) is None:
        raise PydanticCustomError("unknown_division", "unknown division")
    return code


SafeText = Annotated[str, AfterValidator(_safe)]
# Constraints stand before the validator: behind it, a length is measured before blanks are cut off.
ShortText = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    AfterValidator(_safe),
]
Reason = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=500),
    AfterValidator(_safe),
]
LongText = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000),
    AfterValidator(_safe),
]
Code = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9_.:-]{1,64}$"),
    Field(examples=["ZJ-330281-2026-001"]),
]
Division = Annotated[
    str,
    AfterValidator(_division),
    Field(json_schema_extra={"pattern": f"^{divisions.CODE.pattern}$", "examples": ["330281"]}),
]
Instant = Annotated[AwareDatetime, AfterValidator(_plausible)]


class Body(BaseModel):
    """What comes in. Never a table."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Out(BaseModel):
    """What goes out, read from a row or a value."""

    model_config = ConfigDict(from_attributes=True)
