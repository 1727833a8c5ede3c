"""One service as it runs: a process of its own behind a socket, called with real tokens.

`Issuer` stands where identity stands: it publishes its key and signs with the real `Signer`.
"""

import asyncio
import base64
import json
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, Final, TypeVar
from urllib.parse import parse_qs
from uuid import UUID, uuid4

import asyncpg
import httpx
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from jose import jwk
from typing_extensions import override

from ops.bootstrap import Databases
from shared.auth.actor import ActorKind, Grant, Role
from shared.auth.claims import Claims
from shared.auth.tokens import Signer, TokenType
from shared.clock import machine_time
from shared.contracts.events import Event
from shared.divisions import scope
from shared.messaging.envelope import Envelope

ISSUER: Final = "https://identity.test"
LIFE_S: Final = 60
START_S: Final = 120.0
T = TypeVar("T")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


class Issuer:
    """Signs service tokens; over HTTP it publishes the key and serves client credentials.

    A service that asks on somebody's behalf gets that person's token for the other service.
    """

    def __init__(self) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        self._signer = Signer(
            "test",
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            ),
        )
        public = key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        described = {**jwk.construct(public, "ES256").to_dict(), "use": "sig", "kid": "test"}
        self.jwks: Final = {"keys": [described | {"alg": "ES256"}]}
        self._signed: dict[str, Claims] = {}

    def token(
        self,
        audience: str,
        *,
        kind: ActorKind,
        name: str,
        subject: UUID,
        grants: tuple[Grant, ...] = (),
    ) -> str:
        now = int(machine_time().timestamp())
        claims = Claims(
            issuer=ISSUER,
            audience=audience,
            subject=subject,
            token_id=uuid4(),
            issued_at=now,
            expires_at=now + LIFE_S,
            kind=kind,
            name=name,
            grants=grants,
        )
        return self._sign(claims)

    def exchanged(self, token: str, audience: str, *, by: str) -> str:
        """What `by` shows to another service on behalf of whom the token is of."""
        claims, now = self._signed[token], int(machine_time().timestamp())
        return self._sign(
            replace(
                claims,
                audience=audience,
                token_id=uuid4(),
                issued_at=now,
                expires_at=now + LIFE_S,
                via=(by, *claims.via),
            )
        )

    def _sign(self, claims: Claims) -> str:
        token = self._signer.sign(claims, TokenType.SERVICE)
        self._signed[token] = claims
        return token

    @contextmanager
    def serving(self) -> Iterator[str]:
        """The address at which services find it."""
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(issuer: Issuer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(issuer.jwks)

        def do_POST(self) -> None:
            """Client credentials: the caller is the service that names itself."""
            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            basic = self.headers["Authorization"].removeprefix("Basic ")
            name = base64.b64decode(basic).decode().partition(":")[0]
            [audience] = form["audience"]
            if "subject_token" in form:
                token = issuer.exchanged(form["subject_token"][0], audience, by=name)
            else:
                token = issuer.token(audience, kind=ActorKind.SERVICE, name=name, subject=uuid4())
            self._answer({"access_token": token, "token_type": "Bearer", "expires_in": LIFE_S})

        def _answer(self, content: object) -> None:
            body = json.dumps(content).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        @override
        def log_message(self, *_: object) -> None:
            """Silence: its lines would stand between the tests' own."""

    return Handler


@dataclass
class RunningService:
    """A service's process, its database and who calls it."""

    name: str
    url: str
    databases: Databases
    issuer: Issuer
    http: httpx.AsyncClient
    log_file: Path

    def caller(self, *roles: tuple[Role, str], name: str = "") -> "Caller":
        """Somebody with these roles, each at a division."""
        grants = tuple(Grant(role, scope(division)) for role, division in roles)
        return Caller(self, name or " ".join(f"{g.role} {g.scope}" for g in grants), grants)

    @property
    def log(self) -> str:
        return self.log_file.read_text("utf-8")

    @asynccontextmanager
    async def connection(self, **settings: str) -> AsyncIterator["asyncpg.Connection[Any]"]:
        """The service's own role, with what of `app.*` the test sets."""
        connection = await asyncpg.connect(
            self.databases.url(self.name), server_settings={"search_path": self.name}
        )
        try:
            for name, value in settings.items():
                await connection.execute("SELECT set_config($1, $2, false)", f"app.{name}", value)
            yield connection
        finally:
            await connection.close()

    async def sql(self, statement: str, *arguments: Any) -> list[asyncpg.Record]:
        """As the service's machinery sees its tables."""
        async with self.connection(system="on", principal="test") as connection:
            rows: list[asyncpg.Record] = await connection.fetch(statement, *arguments)
        return rows

    async def set_clock(self, now: datetime) -> None:
        connection = await asyncpg.connect(self.databases.owner)
        try:
            await connection.execute("UPDATE clock.simulated SET now = $1", now)
        finally:
            await connection.close()

    async def tell(self, event: Event, *, source: str, by: str | None = None) -> httpx.Response:
        """Deliver an event as the relay of `source` does, or, `by` another, as it may not."""
        token = self.issuer.token(
            self.name, kind=ActorKind.SERVICE, name=by or source, subject=uuid4()
        )
        envelope = Envelope(
            id=uuid4(),
            source=source,
            type=event.topic,
            subject=event.key,
            time=machine_time(),
            data=event.model_dump(mode="json"),
        )
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        return await self.http.post(
            "/internal/events", content=envelope.model_dump_json(), headers=headers
        )


@dataclass
class Caller:
    """Somebody with a service token, made anew before it runs out."""

    service: RunningService
    name: str
    grants: tuple[Grant, ...]
    id: UUID = field(default_factory=uuid4)
    _token: tuple[float, str] = (0.0, "")

    @property
    def headers(self) -> dict[str, str]:
        if self._token[0] < time.monotonic():
            token = self.service.issuer.token(
                self.service.name,
                kind=ActorKind.ACCOUNT,
                name=self.name,
                subject=self.id,
                grants=self.grants,
            )
            self._token = (time.monotonic() + LIFE_S / 2, token)
        return {"Authorization": f"Bearer {self._token[1]}", "Accept-Language": "en"}

    async def get(self, path: str, **query: Any) -> httpx.Response:
        return await self.service.http.get(
            f"/api/v1{path}", params=query or None, headers=self.headers
        )

    async def post(
        self,
        path: str,
        body: Any = None,
        *,
        version: int | None = None,
        key: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> httpx.Response:
        """A POST under a fresh key unless one is given; an empty key sends none."""
        sent = {**self.headers, **(headers or {})}
        key = uuid4().hex if key is None else key
        if key:
            sent["Idempotency-Key"] = key
        if version is not None:
            sent["If-Match"] = f'"{version}"'
        return await self.service.http.post(
            f"/api/v1{path}", json={} if body is None else body, headers=sent
        )


@asynccontextmanager
async def running(
    name: str, databases: Databases, issuer: Issuer, folder: Path, **settings: str
) -> AsyncIterator[RunningService]:
    """Start the service on the database and wait until it answers; settings without prefix."""
    log_file, port = folder / f"{name}.log", free_port()
    url = f"http://127.0.0.1:{port}"
    with issuer.serving() as identity_url:
        kept = {
            "ENVIRONMENT": "test",
            "CLOCK": "simulated",
            "ISSUER": ISSUER,
            "IDENTITY_URL": identity_url,
            "DATABASE_URL": databases.url(name),
            "CLIENT_SECRET": secrets.token_urlsafe(32),
            "CURSOR_KEY": secrets.token_urlsafe(32),
            "JOB_PERIOD": "3",
            "JOB_GAP": "0.2",
            "RELAY_PERIOD": "1",
            f"{name.upper()}_URL": url,
            **settings,
        }
        with _process(name, port, log_file, kept) as process:
            async with httpx.AsyncClient(base_url=url, timeout=20) as http:
                await _until_alive(http, process, log_file)
                yield RunningService(name, url, databases, issuer, http, log_file)


@contextmanager
def _process(
    name: str, port: int, log_file: Path, settings: dict[str, str]
) -> Iterator["subprocess.Popen[bytes]"]:
    command = [sys.executable, "-m", "shared.http.server", f"services.{name}.main:app"]
    environment = {f"LIANDONG_{key}": value for key, value in settings.items()}
    with log_file.open("ab") as log:
        process = subprocess.Popen(
            [*command, "--port", str(port)],
            stdout=log,
            stderr=log,
            env={**os.environ, "LIANDONG_HTTP_STOP_SECONDS": "1", **environment},
        )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(timeout=10)


async def _until_alive(
    http: httpx.AsyncClient, process: "subprocess.Popen[bytes]", log_file: Path
) -> None:
    until = time.monotonic() + START_S
    while time.monotonic() < until:
        assert process.poll() is None, _tail(log_file)
        with suppress(httpx.TransportError):
            if (await http.get("/healthz")).status_code == 200:
                return
        await asyncio.sleep(0.05)
    raise AssertionError(_tail(log_file))


async def eventually(ask: Callable[[], Awaitable[T | None]], *, within: float = 120.0) -> T:
    """What `ask` answers, as soon as it is truthy: for what relays and jobs bring about.

    When a test lets weeks pass, the jobs have to do with what all tests before it left, too.
    """
    until = time.monotonic() + within
    while not (answer := await ask()):
        assert time.monotonic() < until, "it never came about"
        await asyncio.sleep(0.02)
    return answer


def _tail(log_file: Path) -> str:
    return log_file.read_text("utf-8")[-4000:]
