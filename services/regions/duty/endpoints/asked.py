"""Who asks about an incident, and the incident as the answer."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Response

from services.regions.duty.models.incidents import Incident
from services.regions.duty.queries import incidents as queries
from services.regions.duty.schemas.incidents import IncidentOut
from services.regions.duty.use_cases.incidents import actions, order_actions
from shared.http.access import ActorDep
from shared.http.now import Now
from shared.http.preconditions import etag
from shared.http.routing import SessionDep


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, when, and where the answer goes."""

    actor: ActorDep
    session: SessionDep
    now: Now
    response: Response

    async def answer(self, row: Incident) -> IncidentOut:
        """The incident whole, with what this caller may do next."""
        file = await queries.file(self.session, row)
        self.response.headers["ETag"] = etag(row.version)
        steps = {
            each.id: order_actions(self.actor, each, centre=row.division) for each in file.orders
        }
        return IncidentOut.of(file, actions(self.actor, file), steps, now=self.now)


AskedDep = Annotated[Asked, Depends()]
