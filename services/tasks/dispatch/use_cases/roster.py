"""The officers of `regions`: who may go, and booking those who do, with the caller's rights."""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

import httpx
from pydantic import BaseModel, ConfigDict

from services.tasks.dispatch.domain import Candidate, Member
from shared.contracts.regions import (
    Eligibility,
    EligibilityQuery,
    EligibleOfficer,
    ExcludedOfficer,
)
from shared.errors import Forbidden, RuleViolation
from shared.http.client import ServiceClient, UpstreamProblem
from shared.ids import uuid7

OPERATIONS: Final = "/api/v1/operations"
ELIGIBLE: Final = "/api/v1/officers/eligible"
BOOKINGS: Final = "/api/v1/officers/bookings"
# What the question says that holding its answer needs too.
OF_A_BOOKING: Final = {
    "task_id",
    "operation_id",
    "starts_at",
    "ends_at",
    "object_name",
    "object_code",
}
NOT_ALLOWED: Final = frozenset({HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND})


class RosterRefused(RuleViolation):
    """`regions` does not let these officers go; `upstream_code` is its reason."""

    code = "roster_refused"
    zh = "人员库拒绝了该安排({upstream_code})。"
    en = "The roster of officers refuses this ({upstream_code})."


class _Held(BaseModel):
    model_config = ConfigDict(extra="ignore")

    officer_id: UUID


class _HeldTeam(BaseModel):
    model_config = ConfigDict(extra="ignore")

    members: list[_Held]


class _Operation(BaseModel):
    """What is read of a joint operation here: whom it holds."""

    model_config = ConfigDict(extra="ignore")

    teams: list[_HeldTeam]


@dataclass(frozen=True, slots=True)
class Roster:
    """What one caller may ask of `regions` about officers."""

    regions: ServiceClient
    token: str

    async def candidates(self, query: EligibilityQuery) -> list[Candidate]:
        """Every officer of the divisions, fit or not."""
        answer = await self._ask(ELIGIBLE, query.model_dump(mode="json", exclude_defaults=True))
        found = Eligibility.model_validate_json(answer.content)
        return [*map(_eligible, found.eligible), *map(_excluded, found.excluded)]

    async def held_by_operation(self, operation_id: UUID) -> frozenset[UUID]:
        """The officers a joint operation holds for its teams; nobody if the caller sees it not."""
        try:
            answer = await self.regions.get(f"{OPERATIONS}/{operation_id}", on_behalf_of=self.token)
        except UpstreamProblem as problem:
            if problem.status in NOT_ALLOWED:
                return frozenset()
            raise
        teams = _Operation.model_validate_json(answer.content).teams
        return frozenset(each.officer_id for team in teams for each in team.members)

    async def book(self, members: Sequence[Member], query: EligibilityQuery) -> None:
        """Hold exactly these officers for the query's task: nobody is sent to two places."""
        booking = {
            "officer_ids": [str(member.officer_id) for member in members],
            **query.model_dump(mode="json", include=OF_A_BOOKING, exclude_none=True),
        }
        await self._ask(BOOKINGS, booking, key=uuid7().hex)

    async def _ask(
        self, path: str, body: dict[str, Any], *, key: str | None = None
    ) -> httpx.Response:
        try:
            return await self.regions.post(
                path, json=body, idempotency_key=key, on_behalf_of=self.token
            )
        except UpstreamProblem as problem:
            if problem.status in NOT_ALLOWED:
                raise Forbidden(action=path) from problem
            if problem.status < HTTPStatus.INTERNAL_SERVER_ERROR:
                raise RosterRefused(upstream_code=problem.upstream_code) from problem
            raise


def _eligible(officer: EligibleOfficer) -> Candidate:
    return Candidate(
        officer_id=officer.officer_id,
        name=officer.name,
        division=officer.division,
        account_id=officer.account_id,
        certificate_number=officer.certificate_number,
        certificate_valid_to=officer.certificate_valid_to,
    )


def _excluded(officer: ExcludedOfficer) -> Candidate:
    return Candidate(
        officer_id=officer.officer_id,
        name=officer.name,
        division=officer.division,
        barred_by=tuple(officer.reasons) or ("excluded",),
    )
