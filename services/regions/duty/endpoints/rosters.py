"""Rosters over HTTP: one route a step."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response, status

from services.regions.duty.domain.changes import RosterState
from services.regions.duty.models.rosters import DutyRoster
from services.regions.duty.queries import rosters as queries
from services.regions.duty.schemas.rosters import (
    AssignIn,
    CutIn,
    ReplaceIn,
    RosterIn,
    RosterLineOut,
    RosterOut,
    RosterReasonIn,
    SwapIn,
    TurnIn,
)
from services.regions.duty.use_cases import changing, drafting
from services.regions.duty.use_cases.record import actions, judged
from shared.http.access import ActorDep, policy
from shared.http.body import Division
from shared.http.now import Now
from shared.http.pages import Page, PageDep
from shared.http.preconditions import ExpectedVersion, etag
from shared.http.routing import Route, SessionDep

router = APIRouter(prefix="/duty-rosters", tags=["duty rosters"], route_class=Route)


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, when, and where the answer goes."""

    actor: ActorDep
    session: SessionDep
    now: Now
    response: Response

    async def answer(self, row: DutyRoster) -> RosterOut:
        """The roster whole, with what is wrong with it now and what this caller may do next."""
        file = await queries.file(self.session, row)
        found = await judged(self.session, file)
        self.response.headers["ETag"] = etag(row.version)
        return RosterOut.of(file, found, actions(self.actor, file))


AskedDep = Annotated[Asked, Depends()]


@router.get("", dependencies=[policy("duty_roster.read")])
async def list_rosters(
    session: SessionDep,
    page: PageDep,
    division: Division | None = None,
    bureau_id: UUID | None = None,
    state: RosterState | None = None,
) -> Page[RosterLineOut]:
    """Rosters of a division's desks and those below it."""
    [after] = page.after or (None,)
    rows = await queries.rosters(
        session,
        division=division,
        bureau_id=bureau_id,
        state=state,
        after=UUID(after) if after else None,
        limit=page.limit,
    )
    cut = page.cut(rows, lambda row: (str(row.id),))
    return Page(items=[RosterLineOut.model_validate(row) for row in cut], next=page.next)


@router.post("", status_code=status.HTTP_201_CREATED, dependencies=[policy("duty_roster.keep")])
async def draft_roster(body: RosterIn, asked: AskedDep) -> RosterOut:
    """A draft with everybody's turn; what nobody can take is among its faults."""
    row = await drafting.draft(asked.session, asked.actor, body.value(), now=asked.now)
    asked.response.headers["Location"] = f"/api/v1/duty-rosters/{row.id}"
    return await asked.answer(row)


@router.get("/{duty_roster_id}", dependencies=[policy("duty_roster.read")])
async def read_roster(duty_roster_id: UUID, asked: AskedDep) -> RosterOut:
    """One roster with its shifts and what is wrong with it now."""
    return await asked.answer(await queries.roster(asked.session, duty_roster_id))


@router.post("/{duty_roster_id}/generate", dependencies=[policy("duty_roster.keep")])
async def generate_roster(
    duty_roster_id: UUID, body: TurnIn, asked: AskedDep, expected_version: ExpectedVersion
) -> RosterOut:
    """Everybody's turn anew, with these people in this order."""
    row = await drafting.generate(
        asked.session,
        asked.actor,
        duty_roster_id,
        leaders=body.leaders,
        officers=body.officers,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(row)


@router.post("/{duty_roster_id}/assign", dependencies=[policy("duty_roster.keep")])
async def assign_seat(
    duty_roster_id: UUID, body: AssignIn, asked: AskedDep, expected_version: ExpectedVersion
) -> RosterOut:
    """Put somebody on a seat of a draft, or nobody."""
    row = await drafting.assign(
        asked.session,
        asked.actor,
        duty_roster_id,
        shift_id=body.shift_id,
        seat=body.seat,
        officer_id=body.officer_id,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(row)


@router.post("/{duty_roster_id}/publish", dependencies=[policy("duty_roster.keep")])
async def publish_roster(
    duty_roster_id: UUID, asked: AskedDep, expected_version: ExpectedVersion
) -> RosterOut:
    """The roster holds from now on; refused with every hole and overlap if there is any."""
    row = await drafting.publish(
        asked.session,
        asked.actor,
        duty_roster_id,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(row)


@router.post("/{duty_roster_id}/withdraw", dependencies=[policy("duty_roster.keep")])
async def withdraw_roster(
    duty_roster_id: UUID, body: RosterReasonIn, asked: AskedDep, expected_version: ExpectedVersion
) -> RosterOut:
    """A draft is thrown away."""
    row = await drafting.withdraw(
        asked.session,
        asked.actor,
        duty_roster_id,
        reason=body.reason,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(row)


@router.post("/{duty_roster_id}/cut", dependencies=[policy("duty_roster.keep")])
async def cut_roster(
    duty_roster_id: UUID, body: CutIn, asked: AskedDep, expected_version: ExpectedVersion
) -> RosterOut:
    """A published roster ends early, at a change-over; the next one begins there."""
    row = await drafting.cut(
        asked.session,
        asked.actor,
        duty_roster_id,
        ends_at=body.ends_at,
        reason=body.reason,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(row)


@router.post("/{duty_roster_id}/replace", dependencies=[policy("duty_roster.keep")])
async def replace_person(
    duty_roster_id: UUID, body: ReplaceIn, asked: AskedDep, expected_version: ExpectedVersion
) -> RosterOut:
    """Somebody stands in for a person on duty, at once or from an instant on."""
    row = await changing.replace(
        asked.session,
        asked.actor,
        duty_roster_id,
        stint_id=body.stint_id,
        officer_id=body.officer_id,
        at=body.at,
        reason=body.reason,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(row)


@router.post("/{duty_roster_id}/swap", dependencies=[policy("duty_roster.serve")])
async def propose_swap(
    duty_roster_id: UUID, body: SwapIn, asked: AskedDep, expected_version: ExpectedVersion
) -> RosterOut:
    """换班: ask a colleague to take one another's duty."""
    row = await changing.propose_swap(
        asked.session,
        asked.actor,
        duty_roster_id,
        stint_id=body.stint_id,
        other_stint_id=body.other_stint_id,
        reason=body.reason,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(row)


@router.post(
    "/{duty_roster_id}/swaps/{duty_swap_id}/consent", dependencies=[policy("duty_roster.serve")]
)
async def consent_to_swap(
    duty_roster_id: UUID, duty_swap_id: UUID, asked: AskedDep, expected_version: ExpectedVersion
) -> RosterOut:
    """The colleague agrees."""
    row = await changing.consent_to_swap(
        asked.session,
        asked.actor,
        duty_roster_id,
        duty_swap_id,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(row)


@router.post(
    "/{duty_roster_id}/swaps/{duty_swap_id}/approve", dependencies=[policy("duty_roster.approve")]
)
async def approve_swap(
    duty_roster_id: UUID, duty_swap_id: UUID, asked: AskedDep, expected_version: ExpectedVersion
) -> RosterOut:
    """Who answers for the desk approves; from now on each has the other's duty."""
    row = await changing.approve_swap(
        asked.session,
        asked.actor,
        duty_roster_id,
        duty_swap_id,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(row)


@router.post(
    "/{duty_roster_id}/swaps/{duty_swap_id}/decline", dependencies=[policy("duty_roster.serve")]
)
async def decline_swap(
    duty_roster_id: UUID,
    duty_swap_id: UUID,
    body: RosterReasonIn,
    asked: AskedDep,
    expected_version: ExpectedVersion,
) -> RosterOut:
    """The colleague does not agree, or the desk does not approve."""
    row = await changing.decline_swap(
        asked.session,
        asked.actor,
        duty_roster_id,
        duty_swap_id,
        reason=body.reason,
        expected_version=expected_version,
        now=asked.now,
    )
    return await asked.answer(row)
