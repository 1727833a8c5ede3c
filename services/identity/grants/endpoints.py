"""Grants over HTTP, and who the caller is with them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from starlette.status import HTTP_201_CREATED

from services.identity.grants import queries
from services.identity.grants.models import RoleGrant
from services.identity.grants.schemas import GrantIn, GrantOut, MeOut, RightOut, WithdrawalIn
from services.identity.grants.use_cases import giving, guests as guest_acts
from shared.auth.actor import Actor
from shared.auth.policy import may, require
from shared.clock import machine_time
from shared.contracts.regions import GuestGrants, GuestGrantsQuery
from shared.db.session import SYSTEM, Database
from shared.http.access import ActorDep, internal, policy
from shared.http.pages import Page, PageDep
from shared.http.preconditions import ExpectedVersion, etag
from shared.http.routing import Route, SessionDep

router = APIRouter(tags=["grants"], route_class=Route)
# For other services only.
inside = APIRouter(route_class=Route, include_in_schema=False)


def _out(grant: RoleGrant, actor: Actor) -> GrantOut:
    manages = may(actor, "grant.manage", division=grant.scope) and grant.holder_id != actor.id
    return GrantOut(
        id=grant.id,
        holder_id=grant.holder_id,
        role=grant.role,
        scope=grant.scope,
        valid_from=grant.valid_from,
        valid_to=grant.valid_to,
        given_at=grant.given_at,
        given_by=grant.given_by,
        reason=grant.reason,
        withdrawn_at=grant.withdrawn_at,
        withdrawn_reason=grant.withdrawn_reason,
        exchange_id=grant.exchange_id,
        version=grant.version,
        actions=["withdraw"] if manages and grant.withdrawn_at is None else [],
    )


@router.get("/accounts/me", dependencies=[policy("identity.self")])
async def who_am_i(actor: ActorDep) -> MeOut:
    """Who the caller is, with the rights in force now."""
    return MeOut(
        id=actor.id,
        kind=actor.kind,
        name=actor.name,
        session_id=actor.session_id,
        grants=[RightOut(role=each.role, scope=each.scope) for each in actor.grants],
    )


@router.get("/grants", dependencies=[policy("identity.self")])
async def list_grants(
    actor: ActorDep,
    session: SessionDep,
    page: PageDep,
    holder_id: Annotated[UUID | None, Query(description="default: the caller")] = None,
) -> Page[GrantOut]:
    """The caller's own grants, or another's for who administers them; ended ones too."""
    if holder_id not in {None, actor.id}:
        require(actor, "grant.read")
    after = UUID(page.after[0]) if page.after else None
    rows = await queries.grants(
        session, holder_id=holder_id or actor.id, after=after, limit=page.limit
    )
    items = [_out(row, actor) for row in page.cut(rows, key=lambda row: (str(row.id),))]
    return Page(items=items, next=page.next)


@router.get("/grants/guests", dependencies=[policy("grant.read")])
async def list_guests(actor: ActorDep, session: SessionDep, page: PageDep) -> Page[GrantOut]:
    """Who is or was a guest in the caller's area by a staff exchange, in the order they came."""
    after = UUID(page.after[0]) if page.after else None
    rows = await queries.guests(session, after=after, limit=page.limit)
    items = [_out(row, actor) for row in page.cut(rows, key=lambda row: (str(row.id),))]
    return Page(items=items, next=page.next)


@router.post(
    "/grants",
    status_code=HTTP_201_CREATED,
    dependencies=[policy("grant.manage")],
)
async def give_grant(
    body: GrantIn, actor: ActorDep, session: SessionDep, response: Response
) -> GrantOut:
    """Give an account a role in a division of the caller's area, from–to."""
    grant = await giving.give(
        session,
        actor,
        account_id=body.account_id,
        role=body.role,
        division=body.division,
        valid_from=body.valid_from,
        valid_to=body.valid_to,
        reason=body.reason,
        now=machine_time(),
    )
    response.headers["ETag"] = etag(grant.version)
    return _out(grant, actor)


@router.get("/grants/{grant_id:uuid}", dependencies=[policy("identity.self")])
async def read_grant(
    grant_id: UUID, actor: ActorDep, session: SessionDep, response: Response
) -> GrantOut:
    grant = await queries.grant(session, grant_id, reader=actor)
    response.headers["ETag"] = etag(grant.version)
    return _out(grant, actor)


@router.post(
    "/grants/{grant_id:uuid}/withdraw",
    dependencies=[policy("grant.manage")],
)
async def withdraw_grant(
    grant_id: UUID,
    body: WithdrawalIn,
    actor: ActorDep,
    session: SessionDep,
    expected_version: ExpectedVersion,
    response: Response,
) -> GrantOut:
    """End a grant now; it is dead everywhere within five seconds."""
    grant = await giving.withdraw(
        session,
        actor,
        grant_id,
        reason=body.reason,
        expected_version=expected_version,
        now=machine_time(),
    )
    response.headers["ETag"] = etag(grant.version)
    return _out(grant, actor)


@inside.post("/internal/guest-grants", dependencies=[internal()])
async def guest_grants(query: GuestGrantsQuery, request: Request) -> GuestGrants:
    """What became of the grants of a staff exchange, for `regions`, which shows it to its sides."""
    database: Database = request.state.database
    async with database.transaction(SYSTEM) as session:
        return await guest_acts.of_exchange(session, query.exchange_id, now=machine_time())
