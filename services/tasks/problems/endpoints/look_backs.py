"""Look-backs 回头看 over HTTP."""

import secrets
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from services.tasks.draws.domain.sampling import NONCE_BYTES
from services.tasks.problems.models.look_backs import LookBack
from services.tasks.problems.queries import look_backs as queries
from services.tasks.problems.schemas.look_backs import (
    LookBackFile,
    LookBackIn,
    LookBackItem,
    LookBackOut,
    SampleOut,
    SeenIn,
    VisitorsIn,
)
from services.tasks.problems.use_cases import look_backs
from shared.errors import NotFound
from shared.http.access import ActorDep, policy
from shared.http.body import Division
from shared.http.now import Now
from shared.http.pages import Page, PageDep
from shared.http.preconditions import ExpectedVersion, etag
from shared.http.routing import Route, SessionDep

router = APIRouter(prefix="/look-backs", tags=["look-backs"], route_class=Route)


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, when, and where the answer goes."""

    actor: ActorDep
    session: SessionDep
    now: Now
    response: Response

    async def answer(self, row: LookBack) -> LookBackOut:
        """The draw as this caller sees it, with its version as ETag."""
        self.response.headers["ETag"] = etag(row.version)
        samples = await queries.samples(self.session, row.id)
        return LookBackOut(
            **LookBackItem.of(row, self.actor).model_dump(),
            samples=[SampleOut.model_validate(each) for each in samples],
        )


AskedDep = Annotated[Asked, Depends()]


@router.post("", status_code=201, dependencies=[policy("look_back.draw")])
async def commit_look_back(body: LookBackIn, asked: AskedDep) -> LookBackOut:
    """Commit to a nonce for the problems closed on some days; days are drawn from once."""
    row = await look_backs.commit_nonce(
        asked.session,
        asked.actor,
        division=body.division,
        closed_from=body.closed_from,
        closed_to=body.closed_to,
        nonce=secrets.token_bytes(NONCE_BYTES),
        now=asked.now,
    )
    asked.response.headers["Location"] = f"/api/v1/look-backs/{row.id}"
    return await asked.answer(row)


@router.get("", dependencies=[policy("problem.read")])
async def list_look_backs(
    asked: AskedDep, page: PageDep, division: Division | None = None
) -> Page[LookBackItem]:
    """Draws, the latest first."""
    after = UUID(page.after[0]) if page.after else None
    found = await queries.look_backs(
        asked.session, division=division, after=after, limit=page.limit + 1
    )
    rows = page.cut(found, key=lambda row: (str(row.id),))
    return Page(items=[LookBackItem.of(row, asked.actor) for row in rows], next=page.next)


@router.get("/{look_back_id}", dependencies=[policy("problem.read")])
async def read_look_back(look_back_id: UUID, asked: AskedDep) -> LookBackOut:
    """One draw with what was drawn and seen."""
    return await asked.answer(await queries.look_back(asked.session, look_back_id))


@router.get("/{look_back_id}/file", dependencies=[policy("problem.read")])
async def read_look_back_file(look_back_id: UUID, session: SessionDep) -> LookBackFile:
    """All that is needed to draw again, once the nonce is shown."""
    row = await queries.look_back(session, look_back_id)
    if row.nonce is None:
        raise NotFound(what="look-back")
    return LookBackFile.of_draw(row, row.nonce, await queries.samples(session, row.id))


@router.post("/{look_back_id}/freeze", dependencies=[policy("look_back.draw")])
async def freeze_look_back(
    look_back_id: UUID, asked: AskedDep, expected_version: ExpectedVersion
) -> LookBackOut:
    """Another person fixes the pool."""
    row = await look_backs.freeze(
        asked.session, asked.actor, look_back_id, expected_version=expected_version, now=asked.now
    )
    return await asked.answer(row)


@router.post("/{look_back_id}/reveal", dependencies=[policy("look_back.draw")])
async def reveal_look_back(
    look_back_id: UUID, asked: AskedDep, expected_version: ExpectedVersion
) -> LookBackOut:
    """Show the nonce; the drawn problems follow from it and the pool."""
    row = await look_backs.reveal(
        asked.session, asked.actor, look_back_id, expected_version=expected_version, now=asked.now
    )
    return await asked.answer(row)


@router.post("/{look_back_id}/assign", dependencies=[policy("look_back.draw")])
async def assign_look_back(
    look_back_id: UUID, body: VisitorsIn, asked: AskedDep, expected_version: ExpectedVersion
) -> LookBackOut:
    """Send two people at least who had no part in the closing."""
    row = await look_backs.assign(
        asked.session,
        asked.actor,
        look_back_id,
        problem_id=body.problem_id,
        visitors=body.people(),
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(row)


@router.post("/{look_back_id}/report", dependencies=[policy("look_back.report")])
async def report_look_back(
    look_back_id: UUID, body: SeenIn, asked: AskedDep, expected_version: ExpectedVersion
) -> LookBackOut:
    """What was seen; a relapse opens the problem again."""
    row = await look_backs.report(
        asked.session,
        asked.actor,
        look_back_id,
        problem_id=body.problem_id,
        finding=body.finding,
        facts=body.facts,
        due_on=body.due_on,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(row)
