"""Changes of divisions over HTTP: drafted by one administrator, published by another."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response, status

from services.regions.succession import queries, use_cases
from services.regions.succession.domain import ChangeState
from services.regions.succession.models import DivisionChange
from services.regions.succession.schemas import (
    DivisionChangeIn,
    DivisionChangeLineOut,
    DivisionChangeOut,
    WithdrawalIn,
)
from shared.http.access import ActorDep, policy
from shared.http.body import Division
from shared.http.now import Now
from shared.http.pages import Page, PageDep
from shared.http.preconditions import ExpectedVersion, etag
from shared.http.routing import Route, SessionDep
from shared.succession.open_work import OpenWork

router = APIRouter(prefix="/division-changes", tags=["territory"], route_class=Route)


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, when, and where the answer goes."""

    actor: ActorDep
    session: SessionDep
    now: Now
    response: Response

    async def answer(self, row: DivisionChange) -> DivisionChangeOut:
        """The change whole, with what this caller may do next."""
        steps = await queries.steps(self.session, row.id)
        self.response.headers["ETag"] = etag(row.version)
        return DivisionChangeOut.of(row, steps, use_cases.actions(self.actor, row))


AskedDep = Annotated[Asked, Depends()]


@router.get("", dependencies=[policy("division_change.read")])
async def list_division_changes(
    session: SessionDep,
    page: PageDep,
    state: ChangeState | None = None,
    division: Division | None = None,
) -> Page[DivisionChangeLineOut]:
    """Changes the caller may know of, the newest first; `division` is one that ends or changes."""
    [after] = page.after or (None,)
    rows = await queries.changes(
        session,
        state=state,
        division=division,
        after=UUID(after) if after else None,
        limit=page.limit,
    )
    cut = page.cut(rows, lambda row: (str(row.id),))
    return Page(items=[DivisionChangeLineOut.line(row) for row in cut], next=page.next)


@router.post(
    "", status_code=status.HTTP_201_CREATED, dependencies=[policy("division_change.draft")]
)
async def draft_division_change(body: DivisionChangeIn, asked: AskedDep) -> DivisionChangeOut:
    """拟定: a renaming, merger, split or recoding, by an administrator above all it concerns."""
    row = await use_cases.draft(
        asked.session, asked.actor, body.change(), body.basis(), now=asked.now
    )
    asked.response.headers["Location"] = f"/api/v1/division-changes/{row.id}"
    return await asked.answer(row)


@router.get("/{division_change_id}", dependencies=[policy("division_change.read")])
async def read_division_change(division_change_id: UUID, asked: AskedDep) -> DivisionChangeOut:
    """One change with its last preview and its history."""
    return await asked.answer(await queries.change(asked.session, division_change_id))


@router.post("/{division_change_id}/preview", dependencies=[policy("division_change.preview")])
async def preview_division_change(
    division_change_id: UUID, asked: AskedDep, request: Request, expected_version: ExpectedVersion
) -> DivisionChangeOut:
    """预览: ask every service what open work, clocks and grants would move. Only counts and ids."""
    open_work: Sequence[OpenWork] = request.state.open_work
    row = await use_cases.preview(
        asked.session,
        asked.actor,
        division_change_id,
        open_work=open_work,
        peers=request.state.peers,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(row)


@router.post("/{division_change_id}/publish", dependencies=[policy("division_change.publish")])
async def publish_division_change(
    division_change_id: UUID, asked: AskedDep, expected_version: ExpectedVersion
) -> DivisionChangeOut:
    """发布: by another person than the drafter, on a preview of the table as it stands."""
    row = await use_cases.publish(
        asked.session,
        asked.actor,
        division_change_id,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(row)


@router.post("/{division_change_id}/withdraw", dependencies=[policy("division_change.withdraw")])
async def withdraw_division_change(
    division_change_id: UUID,
    body: WithdrawalIn,
    asked: AskedDep,
    expected_version: ExpectedVersion,
) -> DivisionChangeOut:
    """撤回: give a draft up."""
    row = await use_cases.withdraw(
        asked.session,
        asked.actor,
        division_change_id,
        reason=body.reason,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(row)
