"""Who asks about a campaign, when, and where the answer goes."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Response

from shared.db.model import Versioned
from shared.http.access import ActorDep
from shared.http.now import Now
from shared.http.preconditions import etag
from shared.http.routing import SessionDep


@dataclass(frozen=True, slots=True)
class Asked:
    actor: ActorDep
    session: SessionDep
    now: Now
    response: Response

    def made(self, row: Versioned, path: str) -> None:
        """Where the new item is found."""
        self.response.headers["Location"] = f"/api/v1/{path}"
        self.shown(row)

    def shown(self, row: Versioned) -> None:
        """The version that was answered."""
        self.response.headers["ETag"] = etag(row.version)


AskedDep = Annotated[Asked, Depends()]
