"""The through-train over HTTP."""

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query, Response
from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.intake.endpoints import Keys
from services.petitions.intake.queries import petition as read_petition
from services.petitions.intake.schemas import ClockOut
from services.petitions.through_train import queries
from services.petitions.through_train.domain import State
from services.petitions.through_train.models import (
    Escalation,
    EscalationNote,
    WorkingGroup,
    WorkingGroupMember,
)
from services.petitions.through_train.schemas import (
    EscalationOut,
    EscalationRow,
    EscalationStepOut,
    KeepIn,
    LeaveIn,
    MemberIn,
    MemberOut,
    NoteOut,
    ProgressIn,
    RaiseIn,
    ResolveIn,
    TakeUpIn,
    WorkingGroupIn,
    WorkingGroupOut,
)
from services.petitions.through_train.use_cases import (
    escalation as escalation_steps,
    telling,
    working_group,
)
from shared import reference
from shared.auth.actor import Actor
from shared.clock_rows.rows import clocks_of
from shared.http.access import ActorDep, policy
from shared.http.body import Division
from shared.http.now import Now
from shared.http.pages import Page, PageDep
from shared.http.preconditions import ExpectedVersion, etag
from shared.http.routing import Route, SessionDep

router: Final = APIRouter(prefix="/escalations", tags=["through-train"], route_class=Route)
groups: Final = APIRouter(prefix="/working-groups", tags=["through-train"], route_class=Route)


@router.get("", dependencies=[policy("escalation.read")])
async def escalations(
    session: SessionDep,
    page: PageDep,
    division: Division | None = None,
    state: Annotated[State | None, Query()] = None,
) -> Page[EscalationRow]:
    """Matters on the through-train, latest trigger first; a county sees its own only."""
    after = page.after and (datetime.fromisoformat(page.after[0]), UUID(page.after[1]))
    rows = await queries.escalations(
        session, division=division, state=state, after=after, limit=page.limit + 1
    )
    items = page.cut(rows, key=lambda each: (each.triggered_at, str(each.id)))
    return Page(items=[EscalationRow.model_validate(each) for each in items], next=page.next)


@router.get("/{escalation_id}", dependencies=[policy("escalation.read")])
async def read(
    escalation_id: UUID, actor: ActorDep, session: SessionDep, now: Now, response: Response
) -> EscalationOut:
    """One escalation with deadlines, history and the caller's next steps."""
    escalation = await queries.escalation(session, escalation_id)
    return await _shown(session, actor, escalation, now=now, response=response)


@router.post("/{escalation_id}/raise", dependencies=[policy("escalation.raise")])
async def raise_supervision(
    escalation_id: UUID,
    body: RaiseIn,
    version: ExpectedVersion,
    keys: Keys,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    response: Response,
) -> EscalationOut:
    """Raise the supervision (提级督办); asks for a cross-county inspection."""
    escalation = await escalation_steps.decide(
        session,
        actor,
        escalation_id,
        level=body.level,
        reason=body.reason,
        keys=keys,
        version=version,
        now=now,
    )
    return await _shown(session, actor, escalation, now=now, response=response)


@router.post("/{escalation_id}/keep", dependencies=[policy("escalation.keep")])
async def keep(
    escalation_id: UUID,
    body: KeepIn,
    version: ExpectedVersion,
    keys: Keys,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    response: Response,
) -> EscalationOut:
    """Leave the supervision where it is (不提级); if unsolved, the period report names it."""
    escalation = await escalation_steps.decide(
        session,
        actor,
        escalation_id,
        level=None,
        reason=body.reason,
        keys=keys,
        version=version,
        now=now,
    )
    return await _shown(session, actor, escalation, now=now, response=response)


@router.post("/{escalation_id}/take-up", dependencies=[policy("escalation.take_up")])
async def take_up(
    escalation_id: UUID,
    body: TakeUpIn,
    version: ExpectedVersion,
    keys: Keys,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    response: Response,
) -> EscalationOut:
    """The city takes the matter up (市级重点解决) and names who owns it."""
    escalation = await escalation_steps.take_up(
        session,
        actor,
        escalation_id,
        owner=body.owner,
        reason=body.reason,
        keys=keys,
        version=version,
        now=now,
    )
    return await _shown(session, actor, escalation, now=now, response=response)


@router.post("/{escalation_id}/resolve", dependencies=[policy("escalation.resolve")])
async def resolve(
    escalation_id: UUID,
    body: ResolveIn,
    version: ExpectedVersion,
    keys: Keys,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    response: Response,
) -> EscalationOut:
    """Solved: proof of rectification and a new call-back that is not bad."""
    escalation = await escalation_steps.resolve(
        session, actor, escalation_id, proof=body.proof, keys=keys, version=version, now=now
    )
    return await _shown(session, actor, escalation, now=now, response=response)


@router.post(
    "/{escalation_id}/progress",
    status_code=201,
    dependencies=[policy("escalation.progress")],
    response_model=NoteOut,
)
async def tell_progress(
    escalation_id: UUID,
    body: ProgressIn,
    keys: Keys,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
) -> EscalationNote:
    """Say how far the work on the matter is; one more line, nothing is changed."""
    return await telling.tell_progress(
        session, actor, escalation_id, text=body.note, keys=keys, now=now
    )


@groups.post(
    "",
    status_code=201,
    dependencies=[policy("working_group.manage")],
    response_model=WorkingGroupOut,
)
async def found_group(
    body: WorkingGroupIn, actor: ActorDep, session: SessionDep, now: Now, response: Response
) -> WorkingGroup:
    """Found a city's working group (直通车工作群)."""
    group = await working_group.found_group(session, actor, **body.model_dump(mode="json"), now=now)
    response.headers["ETag"] = etag(group.version)
    return group


@groups.get("", dependencies=[policy("report.read")])
async def working_groups(session: SessionDep) -> list[WorkingGroupOut]:
    """The working groups the caller may see."""
    return [WorkingGroupOut.model_validate(each) for each in await queries.working_groups(session)]


@groups.get("/{group_id}", dependencies=[policy("report.read")])
async def read_group(
    group_id: UUID, session: SessionDep, now: Now, response: Response
) -> WorkingGroupOut:
    """A working group with its members; a county sees its own."""
    group = await queries.working_group(session, group_id)
    members = await queries.members(session, group.id, at=now)
    response.headers["ETag"] = etag(group.version)
    return WorkingGroupOut(
        **group.model_dump(include={"id", "city", "name", "scheme", "version"}),
        members=[MemberOut.model_validate(each) for each in members],
    )


@groups.post(
    "/{group_id}/members",
    status_code=201,
    dependencies=[policy("working_group.manage")],
    response_model=MemberOut,
)
async def add_member(
    group_id: UUID,
    body: MemberIn,
    version: ExpectedVersion,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    response: Response,
) -> WorkingGroupMember:
    """Take a leader or department head into the group, in the place of another if so said."""
    group, member = await working_group.add_member(
        session, actor, group_id, **body.model_dump(), version=version, now=now
    )
    response.headers["ETag"] = etag(group.version)
    return member


@groups.post(
    "/{group_id}/members/{account_id}/leave",
    dependencies=[policy("working_group.manage")],
    response_model=MemberOut,
)
async def let_leave(
    group_id: UUID,
    account_id: UUID,
    body: LeaveIn,
    version: ExpectedVersion,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    response: Response,
) -> WorkingGroupMember:
    """Let a member go; reports issued before still say whether it confirmed them."""
    group, member = await working_group.let_leave(
        session, actor, group_id, account_id, reason=body.reason, version=version, now=now
    )
    response.headers["ETag"] = etag(group.version)
    return member


async def _shown(
    session: AsyncSession,
    actor: Actor,
    escalation: Escalation,
    *,
    now: datetime,
    response: Response,
) -> EscalationOut:
    """The escalation as every route on one answers it."""
    calendar = await reference.calendar(session)
    response.headers["ETag"] = etag(escalation.version)
    return EscalationOut.model_validate(
        {
            **escalation.model_dump(),
            "clocks": [
                ClockOut.of(clock, calendar, now)
                for clock in await clocks_of(session, [escalation.id])
            ],
            "history": [
                EscalationStepOut.model_validate(line)
                for line in await queries.history(session, escalation.id)
            ],
            "notes": [
                NoteOut.model_validate(line) for line in await queries.notes(session, escalation.id)
            ],
            "petition_state": (await read_petition(session, escalation.petition_id)).state,
            "actions": escalation_steps.actions(actor, escalation),
        }
    )
