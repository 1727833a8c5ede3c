"""Bodies of grants."""

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from shared.auth.actor import ActorKind, Role
from shared.http.body import Body, Division, Instant, Out, Reason


class GrantIn(Body):
    account_id: UUID
    role: Role
    # The grant covers this division and everything below it.
    division: Division
    valid_from: Instant
    valid_to: Instant | None = None
    reason: Reason

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.valid_to is not None and self.valid_to <= self.valid_from:
            raise PydanticCustomError("ends_before_start", "ends before it starts")
        return self


class WithdrawalIn(Body):
    reason: Reason


class GrantOut(Out):
    id: UUID
    holder_id: UUID
    role: Role
    scope: str
    valid_from: datetime
    valid_to: datetime | None
    given_at: datetime
    given_by: UUID
    reason: str
    withdrawn_at: datetime | None
    withdrawn_reason: str | None
    # The staff exchange (regions) it is given for.
    exchange_id: UUID | None
    version: int
    actions: list[str]


class RightOut(Out):
    role: Role
    scope: str


class MeOut(Out):
    """The caller as the services see it now."""

    id: UUID
    kind: ActorKind
    name: str
    session_id: UUID | None
    grants: list[RightOut]
