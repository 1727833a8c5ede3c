"""The identity service as its callers meet it: over HTTP, on a migrated database of its own."""

import json
import secrets
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest
from starlette.types import Receive, Scope, Send

from ops.bootstrap import Databases
from services.identity.accounts.use_cases import create_account
from services.identity.clients.use_cases import create_platform
from services.identity.grants.use_cases.giving import add_grant
from services.identity.main import app
from services.identity.tokens.domain import ACCESS_TOKEN, JWT, GrantType
from shared.audit.trace import SYSTEM_ACTOR
from shared.auth.actor import Role
from shared.auth.claims import Claims
from shared.auth.tokens import TokenType, Verifier
from shared.clock import machine_time
from shared.db.session import SYSTEM, Database

ISSUER: Final = "https://identity.test"
PASSWORD: Final = "Correct-Horse-7-battery"
SECRETS: Final = {
    name: secrets.token_urlsafe(32) for name in ("gateway", "regions", "tasks", "petitions")
}
KEY_SECRET: Final = secrets.token_urlsafe(32)
LONG_AGO: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Person:
    id: UUID
    login_name: str


@dataclass(slots=True)
class Identity:
    """A running service and those who use it."""

    http: httpx.AsyncClient
    state: dict[str, Any]
    url: str
    _people: int = field(default=0)

    @property
    def database(self) -> Database:
        database: Database = self.state["database"]
        return database

    async def a_person(
        self, *grants: tuple[Role, str], division: str = "330281", login_name: str | None = None
    ) -> Person:
        """An account with grants that began yesterday and have no end."""
        login_name = login_name or f"person-{uuid4().hex[:12]}"
        now = machine_time()
        async with self.database.transaction(SYSTEM) as session:
            account = await create_account(
                session,
                SYSTEM_ACTOR,
                login_name=login_name,
                display_name="王芳",
                division=division,
                password=PASSWORD,
                now=now - LONG_AGO,
            )
        for role, where in grants:
            await self.grant(account.id, role, where, since=now - LONG_AGO)
        return Person(account.id, login_name)

    async def grant(
        self,
        holder_id: UUID,
        role: Role,
        division: str,
        *,
        since: datetime,
        until: datetime | None = None,
    ) -> UUID:
        async with self.database.transaction(SYSTEM) as session:
            grant = await add_grant(
                session,
                SYSTEM_ACTOR,
                holder_id=holder_id,
                role=role,
                division=division,
                valid_from=since,
                valid_to=until,
                reason="test",
                now=machine_time(),
            )
        return grant.id

    async def a_platform(self, client_id: str, division: str = "330000") -> tuple[UUID, str]:
        secret = secrets.token_urlsafe(32)
        async with self.database.transaction(SYSTEM) as session:
            client = await create_platform(
                session,
                SYSTEM_ACTOR,
                client_id=client_id,
                display_name="浙江省信访平台",
                division=division,
                secret=secret,
                now=machine_time() - LONG_AGO,
            )
        return client.id, secret

    async def token(self, grant_type: str, **options: Any) -> httpx.Response:
        auth = options.pop("auth", None)
        headers = options.pop("headers", {})
        form = {"grant_type": grant_type, **options}
        if auth is None:
            form = {"client_id": "liandong-cli", **form}
        return await self.http.post("/oauth/token", data=form, auth=auth, headers=headers)

    async def login(self, person: Person, password: str = PASSWORD) -> dict[str, Any]:
        answer = await self.token(GrantType.PASSWORD, username=person.login_name, password=password)
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    async def exchange(
        self, token: str, audience: str, *, by: str = "gateway", token_type: str | None = None
    ) -> httpx.Response:
        return await self.token(
            GrantType.TOKEN_EXCHANGE,
            auth=(by, SECRETS[by]),
            subject_token=token,
            subject_token_type=token_type or (ACCESS_TOKEN if by == "gateway" else JWT),
            audience=audience,
        )

    async def enter(self, person: Person) -> dict[str, str]:
        """The headers the gateway would send here for a fresh login of the person."""
        answer = await self.exchange((await self.login(person))["access_token"], "identity")
        assert answer.status_code == 200, answer.text
        return {"Authorization": f"Bearer {answer.json()['access_token']}"}

    async def claims(self, token: str, audience: str) -> Claims:
        """What a service reads in its token, or the gateway in an access token."""
        verifier = Verifier(
            self.state["keys"],
            issuer=ISSUER,
            audience=audience,
            typ=TokenType.ACCESS if audience == "gateway" else TokenType.SERVICE,
        )
        return await verifier.verify(token, now=machine_time())

    async def sql(self, statement: str, *arguments: Any) -> list[asyncpg.Record]:
        """As the machinery sees the tables."""
        connection = await asyncpg.connect(self.url, server_settings={"search_path": "identity"})
        try:
            await connection.execute("SELECT set_config('app.system', 'on', false)")
            rows: list[asyncpg.Record] = await connection.fetch(statement, *arguments)
        finally:
            await connection.close()
        return rows


def fresh_key() -> dict[str, str]:
    return {"Idempotency-Key": uuid4().hex}


@asynccontextmanager
async def running(url: str) -> AsyncIterator[Identity]:
    """The application between its start and its end, called over ASGI."""
    from shared.auth.tokens import KeyRing  # noqa: PLC0415  only to read what is issued

    async with app.router.lifespan_context(app) as state:
        kept = dict(state or {})

        async def with_state(scope: Scope, receive: Receive, send: Send) -> None:
            await app({**scope, "state": dict(kept)}, receive, send)

        transport = httpx.ASGITransport(with_state, client=("127.0.0.1", 50000))
        async with httpx.AsyncClient(transport=transport, base_url=ISSUER) as http:

            async def fetch() -> Any:
                return (await http.get("/.well-known/jwks.json")).json()

            kept["keys"] = KeyRing(fetch)
            yield Identity(http, kept, url)


@pytest.fixture(scope="module")
def start(databases: Databases) -> Iterator[Callable[[], Any]]:
    """Starts the service on the module's database."""
    with pytest.MonkeyPatch.context() as environment:
        for name, value in {
            "ENVIRONMENT": "test",
            "DATABASE_URL": databases.url("identity"),
            "ISSUER": ISSUER,
            "IDENTITY_URL": ISSUER,
            "CLIENT_SECRET": secrets.token_urlsafe(32),
            "CURSOR_KEY": secrets.token_urlsafe(32),
            # A test runs the jobs it is about; those of the service would take rows from it.
            "JOB_PERIOD": "86400",
            "KEY_ENCRYPTION_SECRET": KEY_SECRET,
            "SERVICE_SECRETS": json.dumps(SECRETS),
        }.items():
            environment.setenv(f"LIANDONG_{name}", value)
        yield lambda: running(databases.url("identity"))


@pytest.fixture(scope="module")
async def identity(start: Callable[[], Any]) -> AsyncIterator[Identity]:
    async with start() as service:
        yield service


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    """Lets machine time pass for the token endpoint."""

    def pass_by(time: timedelta) -> None:
        monkeypatch.setattr(
            "services.identity.tokens.endpoints.machine_time", lambda: machine_time() + time
        )

    return pass_by
