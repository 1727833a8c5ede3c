"""The officer library: who of the roster of `regions` may go, asked with the caller's rights."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from http import HTTPStatus
from typing import Any, Final

from shared.clocks.days import SHANGHAI
from shared.contracts.regions import Eligibility, EligibilityQuery, EligibleOfficer
from shared.errors import Forbidden, RuleViolation
from shared.http.client import ServiceClient, UpstreamProblem

ELIGIBLE: Final = "/api/v1/officers/eligible"
# A check takes a working day.
BEGINS, ENDS = time(8, 30), time(17, 30)
AT_ONCE: Final = 8
NOT_ALLOWED: Final = frozenset({HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND})
UNKNOWN: Final = "unknown"


class OfficersRefused(RuleViolation):
    """`regions` does not tell who may go; `upstream_code` is its reason."""

    code = "officers_refused"
    zh = "人员库未能给出可派人员({upstream_code})。"
    en = "The roster does not tell who may go ({upstream_code})."


@dataclass(frozen=True, slots=True)
class Sought:
    """For which object on which day officers are sought; `away_from` bars those of its place."""

    day: date
    object_name: str | None = None
    object_code: str | None = None
    away_from: str | None = None


@dataclass(frozen=True, slots=True)
class OfficerLibrary:
    """What one caller may ask of `regions` about officers."""

    regions: ServiceClient
    token: str

    async def able(self, divisions: Sequence[str], sought: Sought) -> dict[str, EligibleOfficer]:
        """Who may go, by id; who has no login could not act and is left out."""
        found = await self._ask(divisions, sought)
        return {str(each.officer_id): each for each in found.eligible if each.account_id}

    async def bars(
        self, officers: Sequence[str], divisions: Sequence[str], sought: Mapping[str, Sought]
    ) -> dict[str, dict[str, list[str]]]:
        """Of each object the officers who may not go to it, with the codes of what bars them."""
        gate = asyncio.Semaphore(AT_ONCE)

        async def ask(one: Sought) -> Eligibility:
            async with gate:
                return await self._ask(divisions, one)

        answers = await asyncio.gather(*map(ask, sought.values()))
        return {
            code: barred
            for code, answer in zip(sought, answers, strict=True)
            if (barred := _bars(officers, answer))
        }

    async def _ask(self, divisions: Sequence[str], sought: Sought) -> Eligibility:
        query = EligibilityQuery(
            divisions=[*divisions],
            starts_at=datetime.combine(sought.day, BEGINS, SHANGHAI),
            ends_at=datetime.combine(sought.day, ENDS, SHANGHAI),
            object_name=sought.object_name,
            object_code=sought.object_code,
            other_area_than=sought.away_from,
        )
        body: dict[str, Any] = query.model_dump(mode="json", exclude_defaults=True)
        try:
            answer = await self.regions.post(ELIGIBLE, json=body, on_behalf_of=self.token)
        except UpstreamProblem as problem:
            if problem.status in NOT_ALLOWED:
                raise Forbidden(action=ELIGIBLE) from problem
            if problem.status < HTTPStatus.INTERNAL_SERVER_ERROR:
                raise OfficersRefused(upstream_code=problem.upstream_code) from problem
            raise
        return Eligibility.model_validate_json(answer.content)


def _bars(officers: Sequence[str], answer: Eligibility) -> dict[str, list[str]]:
    able = {str(each.officer_id) for each in answer.eligible}
    why = {str(each.officer_id): sorted(each.reasons) for each in answer.excluded}
    return {each: why.get(each) or [UNKNOWN] for each in officers if each not in able}
