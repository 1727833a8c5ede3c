"""The edge of the suite: one address for all services (`gateway.main:app`)."""

import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final

import httpx
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.config import GatewaySettings
from gateway.pages import Page, pages
from gateway.problems import MethodNotAllowed, refuse
from gateway.proxy import Proxy
from gateway.rates import Rates
from gateway.sessions import AUDIENCE, FetchKeys, Sessions
from gateway.upstreams import Upstreams
from shared.http.connection import Timeouts
from shared.http.context import enter
from shared.http.identity import IdentityTokens, SubjectType
from shared.http.limits import MIB, Bounds, Limits
from shared.http.pool import Pool
from shared.http.transport import PooledTransport

# For answers that are data; pages of our own bring a Content-Security-Policy that lets them work.
SECURITY: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
POLICY: Final = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'")
# A photograph or a scan is larger than anything else that is sent.
BOUNDS: Final = Bounds(
    body_of={
        "/api/v1/evidence": 8 * MIB,
        "/api/v1/inspection-letters": 8 * MIB,
        "/api/v1/petitions-imports": 64 * MIB,
        "/api/v1/task-orders": 4 * MIB,
        "/api/v1/tasks-imports": 4 * MIB,
    }
)
# How many times as long as for another answer it may take until a file begins.
FILE_PATIENCE: Final = 8
SAFE: Final = frozenset({"GET", "HEAD"})
NO_STORE: Final = (b"cache-control", b"no-store")


class Edge:
    """Gives each request its id and each answer its headers; pages of our own, the rest forwarded.

    What the process holds is made at start-up, on the loop that will use it.
    """

    def __init__(self) -> None:
        self._pages: Mapping[str, Page] = {}
        self._forward: ASGIApp
        self._limited = Limits(self._answer, BOUNDS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        if scope["type"] != "http":
            return
        sent = dict(scope["headers"])
        context = enter(_text(sent.get(b"x-request-id")), _text(sent.get(b"traceparent")))
        tag = (b"x-request-id", context.request_id.encode())

        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = _dressed(message["headers"], tag)
            await send(message)

        await self._limited(scope, receive, dressed)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        page = self._pages.get(scope["path"])
        if page is None or scope["raw_path"] != scope["path"].encode():
            await self._forward(scope, receive, send)
        elif scope["method"] in SAFE:
            await (await page())(scope, receive, send)
        else:
            await refuse(MethodNotAllowed(SAFE), scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        async with _upstreams(GatewaySettings()) as (self._pages, self._forward):
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})


@asynccontextmanager
async def _upstreams(settings: GatewaySettings) -> AsyncIterator[tuple[Mapping[str, Page], Proxy]]:
    """What the gateway keeps open while it runs, and closes when it stops."""
    pools = {name: Pool(*origin) for name, origin in settings.origins().items()}
    tokens = IdentityTokens(
        settings.identity_url,
        client_id=AUDIENCE,
        client_secret=settings.client_secret.get_secret_value(),
        subject_type=SubjectType.ACCESS,
    )
    http = httpx.AsyncClient(transport=PooledTransport(), base_url=settings.identity_url)
    proxy = Proxy(
        pools=pools,
        sessions=Sessions(_fetch_keys(http), tokens, issuer=settings.issuer),
        rates=Rates(rate=settings.rate, burst=settings.burst, monotonic=time.monotonic),
        timeouts=Timeouts(read=settings.upstream_seconds, write=settings.upstream_seconds),
        file_timeouts=Timeouts(
            read=FILE_PATIENCE * settings.upstream_seconds, write=settings.upstream_seconds
        ),
        trusted_proxies=settings.trusted_proxies,
    )
    try:
        yield pages(Upstreams(pools)), proxy
    finally:
        for pool in pools.values():
            pool.close()
        await tokens.aclose()
        await http.aclose()


def _fetch_keys(http: httpx.AsyncClient) -> FetchKeys:
    async def fetch() -> Any:  # noqa: ANN401 - a JWKS as it came
        answer = await http.get("/.well-known/jwks.json")
        return answer.raise_for_status().json()

    return fetch


def _dressed(
    headers: list[tuple[bytes, bytes]], tag: tuple[bytes, bytes]
) -> list[tuple[bytes, bytes]]:
    names = {name for name, _ in headers}
    dressed = [*headers, tag, *SECURITY]
    if POLICY[0] not in names:
        dressed.append(POLICY)
    if NO_STORE[0] not in names:
        dressed.append(NO_STORE)
    return dressed


def _text(value: bytes | None) -> str | None:
    return None if value is None else value.decode("latin-1")


app = Edge()
