"""What is done with clients: our own at each start, platforms by an administrator."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.clients import domain, queries
from services.identity.clients.domain import CLI, ClientIdTaken
from services.identity.clients.models import Client, ClientKind
from shared import divisions
from shared.audit import trace
from shared.auth.actor import Actor
from shared.ids import uuid7


async def create_platform(
    session: AsyncSession,
    actor: Actor,
    *,
    client_id: str,
    display_name: str,
    division: str,
    secret: str,
    now: datetime,
) -> Client:
    """Admit an outside platform of the division; it has no rights until somebody grants some.

    `secret` must be random, 256 bits: it is stored as a plain hash.
    """
    client = Client(
        id=uuid7(),
        client_id=client_id,
        kind=ClientKind.PLATFORM,
        display_name=display_name,
        division=division,
        visible_to=divisions.visibility([division]),
        secret_hash=domain.secret_hash(secret),
        created_at=now,
        active_since=now,
    )
    session.add(client)
    try:
        await session.flush()
    except IntegrityError:
        raise ClientIdTaken from None
    await trace.record(
        session,
        actor,
        "client.create",
        object_kind="client",
        object_id=client.id,
        now=now,
        seen_by=[division],
    )
    return client


async def keep_own_clients(
    session: AsyncSession, secrets: Mapping[str, str], *, now: datetime
) -> None:
    """Make the suite's own clients what the settings say: one a process, and the command line."""
    await queries.be_alone(session)
    await _keep(session, CLI, ClientKind.PUBLIC, None, now=now)
    for process, secret in secrets.items():
        await _keep(session, process, ClientKind.SERVICE, domain.secret_hash(secret), now=now)


async def authenticate(
    session: AsyncSession, client_id: str, secret: str | None, *, now: datetime
) -> Client | None:
    """The client if it proves itself. A wrong secret of a known client leaves a trace."""
    client = await queries.by_client_id(session, client_id)
    if client is None or client.disabled_at is not None:
        return None
    if domain.proves(secret, client.secret_hash):
        return client
    await trace.record(
        session,
        trace.SYSTEM_ACTOR,
        "client.authenticate",
        object_kind="client",
        object_id=client.id,
        now=now,
        seen_by=[client.division] if client.division else [],
        result=trace.Result.REFUSED,
    )
    return None


async def _keep(
    session: AsyncSession,
    client_id: str,
    kind: ClientKind,
    secret_hash: bytes | None,
    *,
    now: datetime,
) -> None:
    client = await queries.by_client_id(session, client_id)
    if client is None:
        client = Client(
            id=uuid7(),
            client_id=client_id,
            kind=kind,
            display_name=client_id,
            visible_to=[],
            created_at=now,
            active_since=now,
        )
    client.secret_hash = secret_hash
    session.add(client)
    await session.flush()
