"""The regions service as its callers meet it: over HTTP, with signed tokens, on real data."""

import json
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from jose import jwk
from starlette.types import Receive, Scope, Send

from ops.bootstrap import Databases
from ops.seed_references import seed_references
from services.regions.config import settings
from services.regions.main import app
from shared.auth.actor import ActorKind, Grant, Role
from shared.auth.authenticator import Authenticator
from shared.auth.tokens import Claims, KeyRing, Signer, TokenType, Verifier
from shared.clock import machine_time
from shared.db.session import Database
from shared.divisions import scope
from shared.http.client import ServiceClient
from shared.messaging.envelope import Envelope

ISSUER: Final = "https://identity.test"
YUYAO, CIXI, BEILUN, NINGBO, JIAXING = "330281", "330282", "330206", "330200", "330400"
_KEY: Final = ec.generate_private_key(ec.SECP256R1())
SIGNER: Final = Signer(
    "test",
    _KEY.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ),
)


async def published_keys() -> dict[str, Any]:
    public = _KEY.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    key = jwk.construct(public, "ES256").to_dict()
    return {"keys": [{**key, "use": "sig", "alg": "ES256", "kid": "test"}]}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with one role in one division."""

    role: Role
    division: str
    id: UUID = field(default_factory=uuid4)

    def token(self) -> str:
        now = int(machine_time().timestamp())
        claims = Claims(
            issuer=ISSUER,
            audience="regions",
            subject=self.id,
            token_id=uuid4(),
            issued_at=now,
            expires_at=now + 60,
            session_id=uuid4(),
            kind=ActorKind.ACCOUNT,
            name=f"{self.division} {self.role}",
            grants=(Grant(self.role, scope(self.division)),),
        )
        return SIGNER.sign(claims, TokenType.SERVICE)


def head(division: str) -> Person:
    return Person(Role.DEPARTMENT_HEAD, division)


def desk(division: str) -> Person:
    return Person(Role.COMMAND_CENTER, division)


@dataclass(frozen=True, slots=True)
class Regions:
    """The running service."""

    http: httpx.AsyncClient
    database: Database
    url: str
    databases: Databases
    # Other services by name, as the service finds them; a test may put some in.
    peers: dict[str, ServiceClient] = field(default_factory=dict)

    async def get(self, who: Person, path: str, **query: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {who.token()}", "Accept-Language": "en"}
        return await self.http.get(f"/api/v1{path}", params=query or None, headers=headers)

    async def post(
        self,
        who: Person,
        path: str,
        body: dict[str, Any],
        *,
        version: int | None = None,
        key: str | None = None,
    ) -> httpx.Response:
        headers = {"Authorization": f"Bearer {who.token()}", "Accept-Language": "en"}
        headers["Idempotency-Key"] = key or uuid4().hex
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        return await self.http.post(f"/api/v1{path}", json=body, headers=headers)

    async def done(
        self, who: Person, path: str, body: dict[str, Any], *, version: int | None = None
    ) -> dict[str, Any]:
        """A step that is taken; what it answers."""
        answer = await self.post(who, path, body, version=version)
        assert answer.status_code in {200, 201}, answer.text
        content: dict[str, Any] = answer.json()
        assert answer.headers.get("ETag", f'"{content.get("version")}"') == (
            f'"{content.get("version")}"'
        )
        return content

    async def tell(self, event: Any, *, source: str = "tasks") -> httpx.Response:
        """Deliver an event as another service does."""
        now = int(machine_time().timestamp())
        claims = Claims(
            issuer=ISSUER,
            audience="regions",
            subject=uuid4(),
            token_id=uuid4(),
            issued_at=now,
            expires_at=now + 60,
            kind=ActorKind.SERVICE,
            name=source,
        )
        envelope = Envelope(
            id=uuid4(),
            source=source,
            type=event.topic,
            subject=event.key,
            time=datetime(2026, 3, 10, tzinfo=UTC),
            data=event.model_dump(mode="json"),
        )
        token = SIGNER.sign(claims, TokenType.SERVICE)
        return await self.http.post(
            "/internal/events",
            content=envelope.model_dump_json(),
            headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        )

    async def sql(self, statement: str, *arguments: Any) -> list[asyncpg.Record]:
        """As the machinery sees the tables."""
        connection = await asyncpg.connect(self.url, server_settings={"search_path": "regions"})
        try:
            await connection.execute(
                "SELECT set_config('app.system', 'on', false),"
                " set_config('app.principal', 'test', false)"
            )
            rows: list[asyncpg.Record] = await connection.fetch(statement, *arguments)
        finally:
            await connection.close()
        return rows

    async def set_clock(self, now: datetime) -> None:
        connection = await asyncpg.connect(self.databases.owner)
        try:
            await connection.execute("UPDATE clock.simulated SET now = $1", now)
        finally:
            await connection.close()

    async def events(self, topic: str, key: str) -> list[dict[str, Any]]:
        rows = await self.sql(
            "SELECT data FROM outbox_event WHERE topic = $1 AND key = $2", topic, key
        )
        return [json.loads(row["data"]) for row in rows]


@pytest.fixture(scope="module")
async def regions(databases: Databases) -> AsyncIterator[Regions]:
    """The service on the module's database, with the real references loaded."""
    await seed_references(databases.url("regions"))
    with pytest.MonkeyPatch.context() as environment:
        for name, value in {
            "ENVIRONMENT": "test",
            "CLOCK": "simulated",
            "DATABASE_URL": databases.url("regions"),
            "ISSUER": ISSUER,
            "IDENTITY_URL": ISSUER,
            "CLIENT_SECRET": secrets.token_urlsafe(32),
            "CURSOR_KEY": secrets.token_urlsafe(32),
            # A test runs the jobs it is about; those of the service would take rows from it.
            "JOB_PERIOD": "86400",
        }.items():
            environment.setenv(f"LIANDONG_{name}", value)
        settings.cache_clear()
        async with _running(databases) as service:
            yield service
    settings.cache_clear()


@asynccontextmanager
async def _running(databases: Databases) -> AsyncIterator[Regions]:
    async with app.router.lifespan_context(app) as state:
        kept = dict(state or {})
        kept["authenticate"] = Authenticator(
            Verifier(
                KeyRing(published_keys),
                issuer=ISSUER,
                audience="regions",
                typ=TokenType.SERVICE,
            )
        )

        async def with_state(scope: Scope, receive: Receive, send: Send) -> None:
            await app({**scope, "state": dict(kept)}, receive, send)

        transport = httpx.ASGITransport(with_state)
        async with httpx.AsyncClient(transport=transport, base_url="http://regions") as http:
            yield Regions(
                http, kept["database"], databases.url("regions"), databases, kept["peers"]
            )
