"""What every route of a letter needs: who asks, and the letter as an answer."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Response

from services.regions.assistance import queries
from services.regions.assistance.domain.course import LetterKind, State
from services.regions.assistance.queries import AnyLetter
from services.regions.assistance.schemas import HandoverOut, RequestOut
from services.regions.assistance.use_cases.acting import Act, actions
from shared.http.access import ActorDep
from shared.http.body import Division
from shared.http.now import Now
from shared.http.preconditions import ExpectedVersion, etag
from shared.http.routing import SessionDep


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, when, and where the answer goes."""

    actor: ActorDep
    session: SessionDep
    now: Now
    response: Response

    async def request(self, letter: AnyLetter) -> RequestOut:
        """The request whole, with what this caller may do next."""
        file = await queries.file(self.session, letter)
        self.response.headers["ETag"] = etag(letter.version)
        successor = await queries.successor(self.session, letter)
        return RequestOut.of(file, actions(self.actor, file), successor, self.now)

    async def handover(self, letter: AnyLetter) -> HandoverOut:
        """The hand-over whole, with what this caller may do next."""
        file = await queries.file(self.session, letter)
        self.response.headers["ETag"] = etag(letter.version)
        successor = await queries.successor(self.session, letter)
        return HandoverOut.of(file, actions(self.actor, file), successor, self.now)


AskedDep = Annotated[Asked, Depends()]


@dataclass(frozen=True, slots=True)
class Step:
    """One legal step, on a letter as the caller last read it."""

    asked: AskedDep
    expected_version: ExpectedVersion

    def on(self, kind: LetterKind, letter_id: UUID) -> Act:
        return Act(
            self.asked.session,
            self.asked.actor,
            kind,
            letter_id,
            self.expected_version,
            self.asked.now,
        )


StepDep = Annotated[Step, Depends()]


@dataclass(frozen=True, slots=True)
class Filters:
    """Which letters of a list; a division stands for its subtree."""

    state: State | None = None
    sender: Division | None = None
    receiver: Division | None = None
    escalated: Annotated[
        bool | None, Query(description="whether late letters went to the common superior")
    ] = None


FiltersDep = Annotated[Filters, Depends()]
