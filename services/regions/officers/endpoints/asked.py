"""Who asks about an officer, and the officer's file as the answer."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Response

from services.regions.officers import queries
from services.regions.officers.models import Officer
from services.regions.officers.schemas.people import OfficerOut
from services.regions.officers.use_cases import personnel
from shared.auth.policy import may
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

    async def answer(self, officer: Officer) -> OfficerOut:
        """The officer's file as this caller may see it."""
        [file] = await queries.files(self.session, [officer])
        reads = may(self.actor, "officer.read_interests", division=officer.division)
        self.response.headers["ETag"] = etag(officer.version)
        return OfficerOut.full(
            file,
            actions=personnel.actions(self.actor, officer),
            shows_interests=reads or personnel.is_self(self.actor, officer),
            now=self.now,
        )


AskedDep = Annotated[Asked, Depends()]
