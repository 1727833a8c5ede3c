"""The kernel on a real database, and every service as an application that knows its callers."""

import contextlib
import importlib
import json
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import asyncpg
import httpx
import pytest
from starlette.types import Receive, Scope, Send

from ops.bootstrap import Databases
from ops.services import SERVICES
from shared import reference
from shared.auth.actor import Actor, ActorKind, Grant, Role
from shared.clocks.json_form import calendar_year_to_json
from shared.contracts.regions import CalendarPublished
from shared.db.session import SYSTEM, Database
from shared.errors import Unauthenticated
from shared.ids import uuid7
from tests.factories.clocks import YEARS
from tests.support.openapi import app_of
from tests.support.postgres import CLOCK_STARTS

URL: Final = "http://service.test"
NOBODY: Final = "http://127.0.0.1:9"  # the discard port: peers are down


@dataclass(frozen=True, slots=True)
class Served:
    """A service in this process, and what its machinery sees."""

    name: str
    http: httpx.AsyncClient
    state: dict[str, Any]
    callers: dict[str, Actor]

    def enter(
        self,
        *grants: tuple[Role, str],
        kind: ActorKind = ActorKind.ACCOUNT,
        name: str = "王芳",
    ) -> "Caller":
        """Somebody with these grants, and the header by which the service knows them."""
        actor = Actor(uuid7(), kind, name, tuple(Grant(role, scope) for role, scope in grants))
        self.callers[str(actor.id)] = actor
        return Caller(actor.id, {"Authorization": f"Bearer {actor.id}"})


@dataclass(frozen=True, slots=True)
class Caller:
    id: UUID
    headers: dict[str, str]

    @property
    def acting(self) -> dict[str, str]:
        """Headers of a POST that may be made once."""
        return {**self.headers, "Idempotency-Key": uuid7().hex}


def settings_of(service: str, databases: Databases, evidence: Path) -> dict[str, str]:
    """What one service is told; the clock stands still at `CLOCK_STARTS`."""
    named = {
        "ENVIRONMENT": "test",
        "CLOCK": "simulated",
        "DATABASE_URL": databases.url(service),
        "ISSUER": URL,
        **{f"{name.upper()}_URL": NOBODY for name in SERVICES},
        "CLIENT_SECRET": secrets.token_urlsafe(32),
        "CURSOR_KEY": secrets.token_urlsafe(32),
        # A test runs the jobs it is about; those of the service would take rows from it.
        "JOB_PERIOD": "86400",
        "VAULT_KEY": secrets.token_urlsafe(32),
        "VAULT_LOOKUP_KEY": secrets.token_urlsafe(32),
        "KEY_ENCRYPTION_SECRET": secrets.token_urlsafe(32),
        "SERVICE_SECRETS": json.dumps({"gateway": secrets.token_urlsafe(32)}),
        "EVIDENCE_DIR": str(evidence),
    }
    return {f"LIANDONG_{name}": value for name, value in named.items()}


@asynccontextmanager
async def served(service: str, databases: Databases, evidence: Path) -> AsyncIterator[Served]:
    """The service's application, where a caller's token is the caller's id."""
    app = app_of(service)
    callers: dict[str, Actor] = {}

    async def authenticate(token: str) -> Actor:
        if token not in callers:
            raise Unauthenticated
        return callers[token]

    with pytest.MonkeyPatch.context() as environment:
        for name, value in settings_of(service, databases, evidence).items():
            environment.setenv(name, value)
        _forget_settings(service)
        async with app.router.lifespan_context(app) as started:
            state: dict[str, Any] = {**(started or {}), "authenticate": authenticate}

            async def with_state(scope: Scope, receive: Receive, send: Send) -> None:
                await app({**scope, "state": dict(state)}, receive, send)

            transport = httpx.ASGITransport(with_state, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url=URL) as http:
                yield Served(service, http, state, callers)
        _forget_settings(service)


def _forget_settings(service: str) -> None:
    config = importlib.import_module(f"services.{service}.config")
    with contextlib.suppress(AttributeError):  # identity reads its own at each start
        config.settings.cache_clear()


@pytest.fixture(scope="module")
async def services(
    databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[dict[str, Served]]:
    """All four, on the module's database."""
    async with contextlib.AsyncExitStack() as stack:
        yield {
            name: await stack.enter_async_context(
                served(name, databases, tmp_path_factory.mktemp(name))
            )
            for name in SERVICES
        }


@pytest.fixture(scope="module")
async def petitions(
    databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Served]:
    async with served("petitions", databases, tmp_path_factory.mktemp("petitions")) as service:
        yield service


@pytest.fixture(scope="module")
async def database(databases: Databases) -> AsyncIterator[Database]:
    """The kernel's tables of `petitions`, with the real calendar."""
    made = Database(databases.url("petitions"), schema="petitions", pool_size=12)
    async with made.transaction(SYSTEM) as session:
        for year in YEARS:
            event = CalendarPublished.model_validate(calendar_year_to_json(year))
            handler = reference.HANDLERS[CalendarPublished.topic]
            await handler.effect(session, event, CLOCK_STARTS)
    yield made
    await made.close()


Sql = Callable[..., Awaitable[list[asyncpg.Record]]]


@pytest.fixture(scope="module")
async def sql(databases: Databases) -> AsyncIterator[Sql]:
    """Statements as the machinery of `petitions` runs them."""
    connection = await asyncpg.connect(
        databases.url("petitions"), server_settings={"search_path": "petitions"}
    )
    await connection.execute(
        "SELECT set_config('app.system', 'on', false), set_config('app.principal', 'test', false)"
    )

    async def run(statement: str, *arguments: Any) -> list[asyncpg.Record]:
        rows: list[asyncpg.Record] = await connection.fetch(statement, *arguments)
        return rows

    yield run
    await connection.close()
