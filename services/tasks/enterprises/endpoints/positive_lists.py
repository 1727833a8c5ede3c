"""Positive lists over HTTP."""

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response, status

from services.tasks.enterprises.domain.positive_lists import Category
from services.tasks.enterprises.models.positive_lists import PositiveList
from services.tasks.enterprises.queries import positive_lists as queries, registry
from services.tasks.enterprises.schemas.positive_lists import (
    ListingOut,
    PositiveListIn,
    PositiveListOut,
    PutOnIn,
    RemoveIn,
    WithdrawIn,
)
from services.tasks.enterprises.use_cases import positive_lists
from shared.db.session import beyond_scope
from shared.http.access import ActorDep, policy
from shared.http.body import Division
from shared.http.now import Now
from shared.http.pages import Page, PageDep
from shared.http.preconditions import ExpectedVersion, etag
from shared.http.routing import Route, SessionDep

router = APIRouter(prefix="/positive-lists", tags=["positive lists"], route_class=Route)


class Asked:
    """Who asks for a list, when, and where the answer goes."""

    def __init__(self, actor: ActorDep, session: SessionDep, now: Now, response: Response) -> None:
        self.actor, self.session, self.now, self.response = actor, session, now, response

    async def answer(self, row: PositiveList) -> PositiveListOut:
        self.response.headers["ETag"] = etag(row.version)
        return PositiveListOut.of(row, self.actor, await self._numbers(row.id))

    async def _numbers(self, list_id: UUID) -> Mapping[Category, int]:
        """The published figures: how many are on a list is no secret, who they are may be."""
        async with beyond_scope(self.session):
            return await queries.numbers(self.session, list_id)


AskedDep = Annotated[Asked, Depends()]


@router.get("", dependencies=[policy("positive_list.read")])
async def list_positive_lists(
    asked: AskedDep, page: PageDep, division: Division | None = None
) -> Page[PositiveListOut]:
    """Published lists with their numbers, newest first."""
    last = UUID(page.after[0]) if page.after else None
    found = await queries.lists(asked.session, division=division, after=last, limit=page.limit + 1)
    rows = page.cut(found, key=lambda row: (str(row.id),))
    return Page(items=[await asked.answer(row) for row in rows], next=page.next)


@router.post(
    "", status_code=status.HTTP_201_CREATED, dependencies=[policy("positive_list.publish")]
)
async def publish_positive_list(body: PositiveListIn, asked: AskedDep) -> PositiveListOut:
    """Publish a list under its document number."""
    row = await positive_lists.publish(asked.session, asked.actor, body.published(), now=asked.now)
    asked.response.headers["Location"] = f"/api/v1/positive-lists/{row.id}"
    return await asked.answer(row)


@router.get("/{positive_list_id}", dependencies=[policy("positive_list.read")])
async def read_positive_list(positive_list_id: UUID, asked: AskedDep) -> PositiveListOut:
    """One list: how many are on it, and how many of these are spared a visit."""
    return await asked.answer(await queries.positive_list(asked.session, positive_list_id))


@router.get("/{positive_list_id}/entries", dependencies=[policy("positive_list.read")])
async def list_entries(
    positive_list_id: UUID,
    session: SessionDep,
    page: PageDep,
    category: Category | None = None,
) -> Page[ListingOut]:
    """Who is or was on the list, of those the caller sees."""
    row = await queries.positive_list(session, positive_list_id)
    last = UUID(page.after[0]) if page.after else None
    found = await queries.listings(
        session, row.id, category=category, after=last, limit=page.limit + 1
    )
    rows = page.cut(found, key=lambda each: (str(each.id),))
    named = await registry.names(session, [each.enterprise_id for each in rows])
    items = [ListingOut.of(each, named[each.enterprise_id]) for each in rows]
    return Page(items=items, next=page.next)


@router.post("/{positive_list_id}/put-on", dependencies=[policy("positive_list.publish")])
async def put_on(
    positive_list_id: UUID, body: PutOnIn, asked: AskedDep, expected_version: ExpectedVersion
) -> PositiveListOut:
    """Put an object on the list; it may be of the division that published it or below."""
    row = await positive_lists.put_on(
        asked.session,
        asked.actor,
        positive_list_id,
        enterprise_id=body.enterprise_id,
        category=body.category,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(row)


@router.post("/{positive_list_id}/remove", dependencies=[policy("positive_list.remove")])
async def remove(
    positive_list_id: UUID, body: RemoveIn, asked: AskedDep, expected_version: ExpectedVersion
) -> PositiveListOut:
    """Take an object off the list, for a reason that has a ground."""
    row = await positive_lists.remove(
        asked.session,
        asked.actor,
        positive_list_id,
        enterprise_id=body.enterprise_id,
        ground=body.ground,
        reason=body.reason,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(row)


@router.post("/{positive_list_id}/withdraw", dependencies=[policy("positive_list.remove")])
async def withdraw(
    positive_list_id: UUID, body: WithdrawIn, asked: AskedDep, expected_version: ExpectedVersion
) -> PositiveListOut:
    """Withdraw the whole list."""
    row = await positive_lists.withdraw(
        asked.session,
        asked.actor,
        positive_list_id,
        reason=body.reason,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(row)
