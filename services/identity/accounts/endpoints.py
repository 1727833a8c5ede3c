"""Accounts over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from starlette.status import HTTP_201_CREATED

from services.identity.accounts import domain, queries, use_cases
from services.identity.accounts.domain import Action
from services.identity.accounts.models import Account
from services.identity.accounts.schemas import AccountIn, AccountOut, StepIn
from shared.auth.actor import Actor
from shared.auth.policy import may
from shared.clock import machine_time
from shared.http.access import ActorDep, policy
from shared.http.body import Division
from shared.http.pages import Page, PageDep
from shared.http.preconditions import ExpectedVersion, etag
from shared.http.routing import Route, SessionDep

router = APIRouter(prefix="/accounts", tags=["accounts"], route_class=Route)


def _out(account: Account, actor: Actor) -> AccountOut:
    manages = may(actor, "account.manage", division=account.division) and account.id != actor.id
    return AccountOut(
        id=account.id,
        login_name=account.login_name,
        display_name=account.display_name,
        division=account.division,
        created_at=account.created_at,
        disabled_at=account.disabled_at,
        version=account.version,
        actions=list(domain.allowed(account.disabled_at)) if manages else [],
    )


@router.post(
    "",
    status_code=HTTP_201_CREATED,
    dependencies=[policy("account.manage")],
)
async def create_account(
    body: AccountIn, actor: ActorDep, session: SessionDep, response: Response
) -> AccountOut:
    """Open an account in the caller's area; rights are granted separately."""
    account = await use_cases.open_account(
        session,
        actor,
        login_name=body.login_name,
        display_name=body.display_name,
        division=body.division,
        password=body.password,
        now=machine_time(),
    )
    response.headers["ETag"] = etag(account.version)
    return _out(account, actor)


@router.get("", dependencies=[policy("account.read")])
async def list_accounts(
    actor: ActorDep,
    session: SessionDep,
    page: PageDep,
    division: Annotated[Division | None, Query()] = None,
) -> Page[AccountOut]:
    """Accounts of the caller's area, oldest first."""
    after = UUID(page.after[0]) if page.after else None
    rows = await queries.accounts(session, after=after, limit=page.limit, division=division)
    items = [_out(row, actor) for row in page.cut(rows, key=lambda row: (str(row.id),))]
    return Page(items=items, next=page.next)


@router.get("/{account_id:uuid}", dependencies=[policy("account.read")])
async def read_account(
    account_id: UUID, actor: ActorDep, session: SessionDep, response: Response
) -> AccountOut:
    account = await queries.account(session, account_id)
    response.headers["ETag"] = etag(account.version)
    return _out(account, actor)


@router.post(
    "/{account_id:uuid}/disable",
    dependencies=[policy("account.manage")],
)
async def disable_account(
    account_id: UUID,
    body: StepIn,
    actor: ActorDep,
    session: SessionDep,
    expected_version: ExpectedVersion,
    response: Response,
) -> AccountOut:
    """Shut the person out; tokens and sessions are dead within five seconds."""
    account = await use_cases.take(
        session,
        actor,
        account_id,
        action=Action.DISABLE,
        reason=body.reason,
        expected_version=expected_version,
        now=machine_time(),
    )
    response.headers["ETag"] = etag(account.version)
    return _out(account, actor)


@router.post(
    "/{account_id:uuid}/enable",
    dependencies=[policy("account.manage")],
)
async def enable_account(
    account_id: UUID,
    body: StepIn,
    actor: ActorDep,
    session: SessionDep,
    expected_version: ExpectedVersion,
    response: Response,
) -> AccountOut:
    """Let the person log in again; sessions from before stay dead."""
    account = await use_cases.take(
        session,
        actor,
        account_id,
        action=Action.ENABLE,
        reason=body.reason,
        expected_version=expected_version,
        now=machine_time(),
    )
    response.headers["ETag"] = etag(account.version)
    return _out(account, actor)
