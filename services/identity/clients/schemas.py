"""Bodies of clients. Secrets never come back."""

from datetime import datetime
from uuid import UUID

from services.identity.clients.models import ClientKind
from shared.http.body import Out


class ClientOut(Out):
    id: UUID
    client_id: str
    kind: ClientKind
    display_name: str
    division: str | None
    created_at: datetime
    disabled_at: datetime | None
    version: int
    actions: list[str]
