"""httpx over our own connection pool: its API at about an eighth of its CPU cost (`make bench`)."""

import re
from collections.abc import AsyncIterator, Iterable
from typing import Final

import httpx
from typing_extensions import override

from shared.http.connection import Outgoing, Timeouts
from shared.http.pool import IDLE_SECONDS, MAX_CONNECTIONS, Answer, Pool

SAFE_METHODS: Final = frozenset({b"GET", b"HEAD", b"OPTIONS"})
HTTP_PORT: Final = 80
LINE_BREAK: Final = re.compile(rb"[\r\n\0]")


class AnswerStream(httpx.AsyncByteStream):
    """An answer's body as httpx wants it."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    @override
    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for data in self._answer.stream():
            yield data

    @override
    async def aclose(self) -> None:
        self._answer.close()


class PooledTransport(httpx.AsyncBaseTransport):
    """Plain HTTP/1.1 to any number of origins, a bounded pool for each."""

    def __init__(
        self, *, max_connections: int = MAX_CONNECTIONS, idle_seconds: float = IDLE_SECONDS
    ) -> None:
        self._max_connections = max_connections
        self._idle_seconds = idle_seconds
        self._pools: dict[tuple[str, int], Pool] = {}

    @override
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.scheme != "http":
            raise httpx.UnsupportedProtocol(request.url.scheme)
        timeouts = Timeouts(**request.extensions.get("timeout", {}))
        answer = await self._pool(request.url).request(_outgoing(request), timeouts)
        return httpx.Response(
            answer.status,
            headers=answer.headers,
            stream=AnswerStream(answer),
            extensions={"http_version": b"HTTP/1.1"},
        )

    @override
    async def aclose(self) -> None:
        for pool in self._pools.values():
            pool.close()

    def _pool(self, url: httpx.URL) -> Pool:
        origin = (url.host, url.port or HTTP_PORT)
        pool = self._pools.get(origin)
        if pool is None:
            pool = self._pools[origin] = Pool(
                *origin, max_connections=self._max_connections, idle_seconds=self._idle_seconds
            )
        return pool


def transport_for(url: str) -> httpx.AsyncBaseTransport:
    """The transport for an origin: our own, or httpx's where TLS is spoken."""
    return httpx.AsyncHTTPTransport() if url.startswith("https:") else PooledTransport()


def replayable(method: bytes, headers: Iterable[tuple[bytes, bytes]]) -> bool:
    """Whether a request may be sent twice: it changes nothing, or names itself by a key."""
    return method in SAFE_METHODS or any(name.lower() == b"idempotency-key" for name, _ in headers)


def _outgoing(request: httpx.Request) -> Outgoing:
    method = request.method.encode("ascii")
    headers = request.headers.raw
    lines = [b"%b %b HTTP/1.1" % (method, request.url.raw_path)]
    lines += [b"%b: %b" % header for header in headers]
    if any(LINE_BREAK.search(line) for line in lines):
        raise httpx.LocalProtocolError("a header holds a line break")
    return Outgoing(
        head=b"\r\n".join(lines) + b"\r\n\r\n",
        body=_body(request),
        chunked="transfer-encoding" in request.headers,
        replayable=replayable(method, headers),
        bodiless_answer=method == b"HEAD",
    )


def _body(request: httpx.Request) -> bytes | httpx.AsyncByteStream:
    try:
        return request.content
    except httpx.RequestNotRead:
        assert isinstance(request.stream, httpx.AsyncByteStream)  # noqa: S101 - AsyncClient's own
        return request.stream
