"""Bodies of bureaus."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import StringConstraints

from services.regions.bureaus.domain import BureauKind
from shared.http.body import Body, Division, Out, ShortText

Phone = Annotated[str, StringConstraints(pattern=r"^[0-9+() -]{3,32}$")]


class BureauIn(Body):
    division: Division
    kind: BureauKind
    name: ShortText
    short_name: ShortText | None = None
    phone: Phone | None = None


class BureauOut(Out):
    id: UUID
    division: str
    kind: BureauKind
    name: str
    short_name: str | None
    phone: str | None
    created_at: datetime
    version: int
    actions: tuple[str, ...] = ()
