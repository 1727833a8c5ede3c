"""Border notices over HTTP: one route a step."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response, status

from services.regions.notices import queries, use_cases
from services.regions.notices.domain import State
from services.regions.notices.models import BorderNotice
from services.regions.notices.schemas import (
    NoticeAcknowledgeIn,
    NoticeAnswerIn,
    NoticeCloseIn,
    NoticeIn,
    NoticeLineOut,
    NoticeOut,
)
from services.regions.places.domain import to_wgs84
from shared.http.access import ActorDep, policy
from shared.http.body import Division
from shared.http.now import Now
from shared.http.pages import Page, PageDep
from shared.http.preconditions import ExpectedVersion, etag
from shared.http.routing import Route, SessionDep

router = APIRouter(prefix="/border-notices", tags=["border notices"], route_class=Route)


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, when, and where the answer goes."""

    actor: ActorDep
    session: SessionDep
    now: Now
    response: Response

    async def answer(self, notice: BorderNotice) -> NoticeOut:
        """The notice whole, with what this caller may do next."""
        file = await queries.file(self.session, notice)
        self.response.headers["ETag"] = etag(notice.version)
        return NoticeOut.of(file, use_cases.actions(self.actor, file), self.now)


AskedDep = Annotated[Asked, Depends()]


@router.get("", dependencies=[policy("border_notice.read")])
async def list_border_notices(
    session: SessionDep,
    page: PageDep,
    now: Now,
    division: Annotated[
        Division | None, Query(description="given by, or given to, this division or one below")
    ] = None,
    state: State | None = None,
    overdue: Annotated[
        bool | None, Query(description="a neighbour let its time to acknowledge pass in silence")
    ] = None,
) -> Page[NoticeLineOut]:
    """Notices the caller's side gave or was given, the newest first."""
    [after] = page.after or (None,)
    rows = await queries.notices(
        session,
        state=state,
        division=division,
        overdue=overdue,
        as_of=now,
        after=UUID(after) if after else None,
        limit=page.limit,
    )
    cut = page.cut(rows, lambda row: (str(row.id),))
    files = await queries.lines(session, cut)
    return Page(items=[NoticeLineOut.line(each, now) for each in files], next=page.next)


@router.post("", status_code=status.HTTP_201_CREATED, dependencies=[policy("border_notice.give")])
async def give_border_notice(body: NoticeIn, asked: AskedDep) -> NoticeOut:
    """通报: tell neighbours of a matter near the border; both sides see it at once."""
    point = to_wgs84(body.point.lon, body.point.lat, body.point.datum) if body.point else None
    notice = await use_cases.give(
        asked.session,
        asked.actor,
        matter=body.matter.value(),
        neighbours=body.positions(),
        point=point,
        urgency=body.urgency,
        now=asked.now,
    )
    asked.response.headers["Location"] = f"/api/v1/border-notices/{notice.id}"
    return await asked.answer(notice)


@router.get("/{notice_id}", dependencies=[policy("border_notice.read")])
async def read_border_notice(notice_id: UUID, asked: AskedDep) -> NoticeOut:
    """One notice with its neighbours, who contacts whom, and its history."""
    return await asked.answer(await queries.notice(asked.session, notice_id))


@router.post("/{notice_id}/acknowledge", dependencies=[policy("border_notice.acknowledge")])
async def acknowledge_border_notice(
    notice_id: UUID, body: NoticeAcknowledgeIn, asked: AskedDep, expected_version: ExpectedVersion
) -> NoticeOut:
    """签收: a neighbour has seen the notice; its clock stops."""
    notice = await use_cases.acknowledge(
        asked.session,
        asked.actor,
        notice_id,
        division=body.division,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(notice)


@router.post("/{notice_id}/answer", dependencies=[policy("border_notice.answer")])
async def answer_border_notice(
    notice_id: UUID, body: NoticeAnswerIn, asked: AskedDep, expected_version: ExpectedVersion
) -> NoticeOut:
    """答复: a neighbour says what it found on its side."""
    notice = await use_cases.answer(
        asked.session,
        asked.actor,
        notice_id,
        division=body.division,
        finding=body.finding,
        text=body.text,
        handed_over_to=body.handed_over_to,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(notice)


@router.post("/{notice_id}/close", dependencies=[policy("border_notice.close")])
async def close_border_notice(
    notice_id: UUID, body: NoticeCloseIn, asked: AskedDep, expected_version: ExpectedVersion
) -> NoticeOut:
    """办结: the giver says what came of it."""
    notice = await use_cases.close(
        asked.session,
        asked.actor,
        notice_id,
        closing=body.closing,
        without_answers=body.without_answers,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(notice)
