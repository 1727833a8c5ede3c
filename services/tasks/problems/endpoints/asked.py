"""Who asks of a problem, when, and where the answer goes."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request, Response

from services.tasks.dispatch.use_cases.crews import crew
from services.tasks.problems.models.problems import Problem
from services.tasks.problems.queries import problems as queries
from services.tasks.problems.schemas.problems import (
    DeadlineOut,
    ListingOut,
    ProblemLine,
    ProblemOut,
    VerifierOut,
)
from shared import reference
from shared.clock_rows.rows import clocks_of
from shared.http.access import ActorDep
from shared.http.now import Now
from shared.http.preconditions import etag
from shared.http.problems import language_of
from shared.http.routing import SessionDep


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, when, and where the answer goes."""

    actor: ActorDep
    session: SessionDep
    now: Now
    request: Request
    response: Response

    async def answer(self, problem: Problem) -> ProblemOut:
        """The problem as this caller sees it, with its version as ETag."""
        self.response.headers["ETag"] = etag(problem.version)
        return await self.whole(problem)

    async def whole(self, problem: Problem) -> ProblemOut:
        """The problem with its clocks, its lists and who went to see."""
        sent = await crew(self.session, problem.task_id)
        line = ProblemLine.of(problem, sent, self.actor, self.now)
        went = await queries.verifiers(self.session, problem.id)
        return ProblemOut(
            **line.model_dump(),
            deadlines=await self._deadlines(problem),
            verifiers=[VerifierOut.model_validate(each) for each in went],
            listings=[
                ListingOut.model_validate(each)
                for each in await queries.listings(self.session, problem.id)
            ],
        )

    async def _deadlines(self, problem: Problem) -> list[DeadlineOut]:
        language = language_of(self.request.headers)
        calendar = await reference.calendar(self.session)
        clocks = await clocks_of(self.session, [problem.id])
        return [DeadlineOut.of(clock, calendar, language) for clock in clocks]


AskedDep = Annotated[Asked, Depends()]
