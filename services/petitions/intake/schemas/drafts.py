"""Bodies of petitions half entered."""

from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

import orjson
from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from shared.http.body import Body, Division, Out


def _bounded(content: dict[str, Any]) -> dict[str, Any]:
    if len(orjson.dumps(content)) > DRAFT_BYTES:
        raise PydanticCustomError("too_long", "a draft is too long")
    return content


# A petition's longest text and two hundred names fit.
DRAFT_BYTES: Final = 256 * 1024
DraftContent = Annotated[
    dict[str, Any],
    AfterValidator(_bounded),
    Field(description="Fields of a petition as POST /petitions takes them, none required"),
]


class DraftIn(Body):
    """A petition half entered: any of its fields, judged when it is registered."""

    office: Annotated[Division, Field(description="Office that will register, e.g. 330200")]
    content: DraftContent


class DraftChangeIn(Body):
    content: DraftContent


class DraftOut(Out):
    """A draft without what it holds: an answer that is kept must not keep an identity."""

    id: UUID
    office: str
    created_by_name: str
    created_at: datetime
    changed_at: datetime
    version: int


class DraftContentOut(DraftOut):
    """A draft as its office entered it."""

    content: dict[str, Any]
