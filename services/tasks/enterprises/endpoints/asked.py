"""Who asks for an object, when, and where the answer goes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Response

from services.tasks.enterprises.models.registry import Enterprise
from services.tasks.enterprises.queries import positive_lists
from services.tasks.enterprises.schemas.registry import EnterpriseOut
from shared.clocks.days import legal_day
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

    async def answer(self, row: Enterprise) -> EnterpriseOut:
        """The object as this caller sees it, with its version as ETag."""
        self.response.headers["ETag"] = etag(row.version)
        [shown] = await self.answers([row])
        return shown

    async def answers(self, rows: Sequence[Enterprise]) -> list[EnterpriseOut]:
        standings = await positive_lists.standings(
            self.session, [row.id for row in rows], on_day=legal_day(self.now)
        )
        return [EnterpriseOut.of(row, self.actor, standings.get(row.id)) for row in rows]


AskedDep = Annotated[Asked, Depends()]
