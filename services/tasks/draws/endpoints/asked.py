"""Who asks for a draw or something drawn, when, and where the answer goes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request, Response

from services.tasks.draws.models.draws import Draw, DrawnObject
from services.tasks.draws.queries import draws as queries
from services.tasks.draws.schemas.draws import DrawnObjectOut, DrawOut
from services.tasks.draws.use_cases.checking import CLOCK
from services.tasks.draws.use_cases.roster import OfficerLibrary
from shared.clock_rows.rows import clocks_of
from shared.http.access import BEARER, ActorDep
from shared.http.now import Now
from shared.http.pages import Page, PageDep
from shared.http.preconditions import etag
from shared.http.routing import SessionDep


@dataclass(frozen=True, slots=True)
class Asked:
    actor: ActorDep
    session: SessionDep
    now: Now
    response: Response

    async def answer(self, row: Draw) -> DrawOut:
        """The draw as this caller sees it, with its version as ETag."""
        self.response.headers["ETag"] = etag(row.version)
        [shown] = await self.answers([row])
        return shown

    async def answers(self, rows: Sequence[Draw]) -> list[DrawOut]:
        failed = await queries.attempts(self.session, rows)
        redrawn = await queries.redraws(self.session, [row.id for row in rows])
        return [
            DrawOut.of(
                row, self.actor, failed.get((row.plan_id, row.period), {}), redrawn.get(row.id)
            )
            for row in rows
        ]

    async def drawn(self, row: DrawnObject) -> DrawnObjectOut:
        """The drawn object as this caller sees it, with its version as ETag."""
        self.response.headers["ETag"] = etag(row.version)
        [shown] = await self.all_drawn([row])
        return shown

    async def all_drawn(self, rows: Sequence[DrawnObject]) -> list[DrawnObjectOut]:
        keys = [row.id for row in rows]
        going = await queries.officers(self.session, keys)
        clocks = {
            each.subject_id: each
            for each in await clocks_of(self.session, keys)
            if each.kind == CLOCK
        }
        return [
            DrawnObjectOut.of(row, self.actor, going.get(row.id, ()), clocks.get(row.id))
            for row in rows
        ]

    async def drawn_page(
        self,
        page: PageDep,
        *,
        draw_id: UUID | None = None,
        mine: UUID | None = None,
        open_problems: bool = False,
    ) -> Page[DrawnObjectOut]:
        """A page of what the caller may know of, in the order drawn."""
        found = await queries.drawn_objects(
            self.session,
            draw_id=draw_id,
            mine=mine,
            open_problems=open_problems,
            after=(UUID(page.after[0]), page.after[1]) if page.after else None,
            limit=page.limit + 1,
        )
        rows = page.cut(found, key=lambda row: (str(row.draw_id), row.number))
        return Page(items=await self.all_drawn(rows), next=page.next)


AskedDep = Annotated[Asked, Depends()]


async def _library(request: Request) -> OfficerLibrary:
    """Asks with the rights of whoever asks us."""
    token = request.headers["authorization"][len(BEARER) :]
    return OfficerLibrary(request.state.peers["regions"], token)


LibraryDep = Annotated[OfficerLibrary, Depends(_library)]
