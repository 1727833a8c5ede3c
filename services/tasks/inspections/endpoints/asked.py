"""What every route of inspections is asked with."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Response

from services.tasks.dispatch.use_cases.crews import crews
from services.tasks.inspections import queries
from services.tasks.inspections.models.inspections import Inspection
from services.tasks.inspections.schemas.inspections import InspectionOut
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

    async def answer(self, inspection: Inspection) -> InspectionOut:
        """The inspection as this caller sees it, with its version as ETag."""
        self.response.headers["ETag"] = etag(inspection.version)
        [shown] = await self.answers([inspection])
        return shown

    async def answers(self, inspections: Sequence[Inspection]) -> list[InspectionOut]:
        present = await queries.officers(self.session, [each.id for each in inspections])
        teams = await crews(self.session, [each.task_id for each in inspections])
        return [
            InspectionOut.of(each, present.get(each.id, ()), teams.get(each.task_id), self.actor)
            for each in inspections
        ]


AskedDep = Annotated[Asked, Depends()]
