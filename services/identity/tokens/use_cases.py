"""Issuing tokens: for a password, a refresh token, a client's own secret, another token.

A refused login and a refresh token used twice must leave their trace although the answer is an
error. So each grant runs its own transactions and raises only after they are committed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.identity.accounts import use_cases as accounts
from services.identity.clients import use_cases as clients
from services.identity.clients.domain import CLI, GATEWAY
from services.identity.clients.models import Client, ClientKind
from services.identity.keys.use_cases import Keychain
from services.identity.sessions import queries as session_queries, use_cases as sessions
from services.identity.sessions.use_cases import Going
from services.identity.tokens.domain import (
    ACCESS_TOKEN,
    EDGE,
    JWT,
    ClientProof,
    InvalidClient,
    InvalidGrant,
    InvalidRequest,
    InvalidTarget,
    Issued,
    UnauthorizedClient,
    longer_chain,
)
from shared.auth.actor import Actor, ActorKind
from shared.auth.claims import MAX_TTL, Claims
from shared.auth.tokens import InvalidToken, TokenType, Verifier
from shared.db.session import SYSTEM, Database
from shared.ids import uuid7


@dataclass(frozen=True, slots=True)
class Office:
    """What issuing takes: the database, the keys, our name, and readers of our own tokens."""

    database: Database
    keychain: Keychain
    issuer: str
    access: Verifier
    # By audience; whoever is not here is not a service.
    services: Mapping[str, Verifier]


async def identify(office: Office, proof: ClientProof, *, now: datetime) -> Client:
    """The client that proved itself."""
    async with office.database.transaction(SYSTEM) as session:
        client = await clients.authenticate(session, proof.client_id, proof.secret, now=now)
    if client is None:
        raise InvalidClient(reason="secret")
    return client


async def by_password(
    office: Office,
    client: Client,
    *,
    login_name: str,
    password: str,
    source: str,
    now: datetime,
) -> Issued:
    """The first tokens of a person's session."""
    if client.client_id != CLI:
        raise UnauthorizedClient(reason="password")
    async with office.database.transaction(SYSTEM) as session:
        candidate = await accounts.begin_login(
            session, login_name=login_name, source=source, now=now
        )
    # No connection is held while the password is hashed.
    right = await accounts.is_right(candidate, password)
    async with office.database.transaction(SYSTEM) as session:
        await accounts.end_login(session, candidate, succeeded=right, now=now)
        going = (
            await sessions.open_for_account(
                session, candidate.account, client_id=client.client_id, source=source, now=now
            )
            if right and candidate.account
            else None
        )
    return await _access(office, going, now=now)


async def by_refresh(office: Office, client: Client, token: str, *, now: datetime) -> Issued:
    """The next tokens of a session."""
    async with office.database.transaction(SYSTEM) as session:
        going = await sessions.refresh(session, token, client_id=client.client_id, now=now)
    return await _access(office, going, now=now)


async def by_client(
    office: Office, client: Client, *, audience: str | None, source: str, now: datetime
) -> Issued:
    """A platform gets an access token, a service a service token for another."""
    match client.kind:
        case ClientKind.PUBLIC:
            raise UnauthorizedClient(reason="client_credentials")
        case ClientKind.PLATFORM:
            async with office.database.transaction(SYSTEM) as session:
                going = await sessions.open_for_client(session, client, source=source, now=now)
            return await _access(office, going, now=now)
        case ClientKind.SERVICE:
            target = _target(office, client, audience)
            actor = Actor(id=client.id, kind=ActorKind.SERVICE, name=client.client_id)
            return await _service(office, actor, audience=target, now=now)


async def by_exchange(
    office: Office,
    client: Client,
    *,
    subject_token: str,
    subject_token_type: str,
    audience: str | None,
    now: datetime,
) -> Issued:
    """A token for one service, for whom another token speaks, with the rights of this instant."""
    if client.kind is not ClientKind.SERVICE:
        raise UnauthorizedClient(reason="token-exchange")
    target = _target(office, client, audience)
    verifier = _reader(office, client, subject_token_type)
    try:
        claims = await verifier.verify(subject_token, now=now)
    except InvalidToken:
        raise InvalidGrant(reason="subject_token") from None
    actor = await _speaker(office, claims, now=now)
    if claims.kind is None:
        # The edge swaps one form of the caller's own right for another: it is not in the chain.
        return await _service(office, actor, audience=target, until=claims.expires_at, now=now)
    via = longer_chain(claims.via, client.client_id)
    return await _service(office, replace(actor, via=via), audience=target, now=now)


async def revoke(office: Office, client: Client, token: str, *, now: datetime) -> None:
    """End the session of a refresh or access token; an unknown token is as good as ended."""
    try:
        session_id = (await office.access.verify(token, now=now)).session_id
    except InvalidToken:
        session_id = None
    async with office.database.transaction(SYSTEM) as session:
        session_id = session_id or await sessions.session_of_refresh_token(session, token)
        if session_id is not None:
            await sessions.revoke(session, session_id, client_id=client.client_id, now=now)


def _reader(office: Office, client: Client, token_type: str) -> Verifier:
    """Who may exchange what: the gateway access tokens, a service what was sent to it."""
    if token_type == ACCESS_TOKEN and client.client_id == GATEWAY:
        return office.access
    if token_type == JWT and client.client_id in office.services:
        return office.services[client.client_id]
    raise InvalidRequest(reason="subject_token_type")


async def _speaker(office: Office, claims: Claims, *, now: datetime) -> Actor:
    """Whom a token speaks for, as it is now; InvalidGrant once it was shut out."""
    if claims.session_id is None:
        return Actor(id=claims.subject, kind=ActorKind.SERVICE, name=claims.name)
    async with office.database.transaction(SYSTEM) as session:
        login = await session_queries.live_session(session, claims.session_id, now=now)
        actor = await sessions.live_actor(session, login, now=now) if login else None
    if actor is None:
        raise InvalidGrant(reason="session")
    return actor


def _target(office: Office, client: Client, audience: str | None) -> str:
    if audience is None:
        raise InvalidRequest(reason="audience")
    if audience not in office.services or audience == client.client_id:
        raise InvalidTarget(reason=audience)
    return audience


async def _access(office: Office, going: Going | None, *, now: datetime) -> Issued:
    if going is None:
        raise InvalidGrant(reason="refused")
    login = going.login
    issued_at = int(now.timestamp())
    ends = min(now + timedelta(seconds=MAX_TTL[TokenType.ACCESS]), login.expires_at)
    claims = Claims(
        issuer=office.issuer,
        audience=EDGE,
        subject=login.subject_id,
        token_id=uuid7(),
        issued_at=issued_at,
        expires_at=int(ends.timestamp()),
        session_id=login.id,
        client_id=login.client_id,
    )
    signer = await office.keychain.signer(now=now)
    return Issued(
        access_token=signer.sign(claims, TokenType.ACCESS),
        expires_in=claims.expires_at - issued_at,
        refresh_token=going.refresh_token,
    )


async def _service(
    office: Office, actor: Actor, *, audience: str, now: datetime, until: int | None = None
) -> Issued:
    """A service token of a minute, or less when what it came from ends before (`until`)."""
    issued_at = int(now.timestamp())
    expires_at = issued_at + MAX_TTL[TokenType.SERVICE]
    claims = Claims(
        issuer=office.issuer,
        audience=audience,
        subject=actor.id,
        token_id=uuid7(),
        issued_at=issued_at,
        expires_at=min(expires_at, until) if until is not None else expires_at,
        session_id=actor.session_id,
        kind=actor.kind,
        name=actor.name,
        grants=actor.grants,
        via=actor.via,
        reads=actor.reads,
    )
    signer = await office.keychain.signer(now=now)
    return Issued(
        access_token=signer.sign(claims, TokenType.SERVICE),
        expires_in=claims.expires_at - issued_at,
        issued_token_type=JWT,
    )
