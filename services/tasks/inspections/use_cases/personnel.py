"""The officer behind an id, as `regions` knows them, with the caller's rights."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Final
from uuid import UUID

from services.tasks.inspections.use_cases.supervising import Bearer
from shared.errors import NotFound
from shared.http.client import ServiceClient, UpstreamProblem

OFFICERS: Final = "/api/v1/officers"
UNSEEN: Final = frozenset({HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND})


@dataclass(frozen=True, slots=True)
class Personnel:
    """What one caller may ask of `regions` about an officer."""

    regions: ServiceClient
    token: str

    async def officer(self, officer_id: UUID) -> Bearer:
        """NotFound for whom the caller does not see."""
        try:
            answer = await self.regions.get(f"{OFFICERS}/{officer_id}", on_behalf_of=self.token)
        except UpstreamProblem as problem:
            if problem.status in UNSEEN:
                raise NotFound(what="officer") from problem
            raise
        known = answer.json()
        return Bearer(officer_id, known["name"], known["division"])
