"""Bodies of accounts."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from shared.http.body import Body, Division, Out, Reason, SafeText, ShortText

LoginName = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{2,63}$"),
    Field(examples=["330281-clerk"]),
]
Password = Annotated[SafeText, StringConstraints(min_length=12, max_length=128)]


class AccountIn(Body):
    login_name: LoginName
    display_name: ShortText
    division: Division
    # Told to the person by the administrator; never shown again.
    password: Password


class StepIn(Body):
    reason: Reason


class AccountOut(Out):
    id: UUID
    login_name: str
    display_name: str
    division: str
    created_at: datetime
    disabled_at: datetime | None
    version: int
    actions: list[str]
