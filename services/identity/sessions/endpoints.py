"""The caller's own sessions over HTTP."""

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Response

from services.identity.sessions import queries, use_cases
from services.identity.sessions.models import LoginSession
from services.identity.sessions.schemas import SessionOut
from shared.auth.actor import Actor
from shared.clock import machine_time
from shared.http.access import ActorDep, policy
from shared.http.pages import Page, PageDep
from shared.http.preconditions import ExpectedVersion, etag
from shared.http.routing import Route, SessionDep

router = APIRouter(prefix="/sessions", tags=["sessions"], route_class=Route)


def _out(login: LoginSession, actor: Actor, *, now: datetime) -> SessionOut:
    alive = login.ended_at is None and login.expires_at > now
    return SessionOut(
        id=login.id,
        client_id=login.client_id,
        source=login.source,
        created_at=login.created_at,
        expires_at=login.expires_at,
        ended_at=login.ended_at,
        end_reason=login.end_reason,
        current=login.id == actor.session_id,
        version=login.version,
        actions=["end"] if alive else [],
    )


@router.get("", dependencies=[policy("identity.self")])
async def list_sessions(actor: ActorDep, session: SessionDep, page: PageDep) -> Page[SessionOut]:
    """The caller's sessions of the last month, the latest first."""
    after = UUID(page.after[0]) if page.after else None
    rows = await queries.sessions(session, actor.id, after=after, limit=page.limit)
    kept = page.cut(rows, key=lambda row: (str(row.id),))
    now = machine_time()
    return Page(items=[_out(row, actor, now=now) for row in kept], next=page.next)


@router.get("/{session_id:uuid}", dependencies=[policy("identity.self")])
async def read_session(
    session_id: UUID, actor: ActorDep, session: SessionDep, response: Response
) -> SessionOut:
    login = await queries.login_session(session, session_id)
    response.headers["ETag"] = etag(login.version)
    return _out(login, actor, now=machine_time())


@router.post("/{session_id:uuid}/end", dependencies=[policy("identity.self")])
async def end_session(
    session_id: UUID,
    actor: ActorDep,
    session: SessionDep,
    expected_version: ExpectedVersion,
    response: Response,
) -> SessionOut:
    """End one of the caller's sessions, this one or another; dead within five seconds."""
    now = machine_time()
    login = await use_cases.end_own(
        session, actor, session_id, expected_version=expected_version, now=now
    )
    response.headers["ETag"] = etag(login.version)
    return _out(login, actor, now=now)
