"""What the gateway itself asks the services: whether they are ready, and what they offer."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, TypeVar

import httpx
import orjson

from shared.http.connection import Outgoing, Timeouts
from shared.http.pool import Pool

T = TypeVar("T")

# Long enough for a service that makes its document for the first time.
PATIENCE: Final = Timeouts(connect=1.0, read=10.0, write=1.0, pool=1.0)


class Upstreams:
    """The services by name, each behind its pool."""

    def __init__(self, pools: Mapping[str, Pool]) -> None:
        self._pools = pools

    async def ready(self) -> dict[str, bool]:
        """Which services say that they are ready."""
        return await self._each(self._is_ready)

    async def documents(self) -> dict[str, dict[str, Any]]:
        """The OpenAPI documents of the services that answer."""
        found = await self._each(self._document)
        return {service: document for service, document in found.items() if document is not None}

    async def _each(self, ask: Callable[[Pool], Awaitable[T]]) -> dict[str, T]:
        answers = await asyncio.gather(*(ask(pool) for pool in self._pools.values()))
        return dict(zip(self._pools, answers, strict=True))

    async def _is_ready(self, pool: Pool) -> bool:
        status, _ = await _get(pool, b"/readyz")
        return status == httpx.codes.OK

    async def _document(self, pool: Pool) -> dict[str, Any] | None:
        status, body = await _get(pool, b"/openapi.json")
        try:
            document = orjson.loads(body) if status == httpx.codes.OK else None
        except orjson.JSONDecodeError:
            return None
        return document if isinstance(document, dict) else None


async def _get(pool: Pool, path: bytes) -> tuple[int, bytes]:
    """Status and body; status 0 when the service does not answer."""
    head = b"GET %b HTTP/1.1\r\nhost: gateway\r\n\r\n" % path
    try:
        answer = await pool.request(Outgoing(head=head, replayable=True), PATIENCE)
        try:
            return answer.status, b"".join([part async for part in answer.stream()])
        finally:
            answer.close()
    except httpx.TransportError:
        return 0, b""
