"""Bodies of sessions."""

from datetime import datetime
from uuid import UUID

from shared.http.body import Out


class SessionOut(Out):
    id: UUID
    client_id: str
    source: str
    created_at: datetime
    expires_at: datetime
    ended_at: datetime | None
    end_reason: str | None
    # Whether this request belongs to it.
    current: bool
    version: int
    actions: list[str]
