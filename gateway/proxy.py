"""The way through: check, swap the token, forward, stream back.

The hot path of the suite (`make bench` prints its cost). Hence raw ASGI and bytes: no framework,
no model, headers copied in one pass, a small answer sent in one piece.
"""

import asyncio
import hashlib
import logging
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

import httpx
from starlette.types import Receive, Scope, Send

from gateway.headers import NOT_SENT_BACK, Head, read_head
from gateway.problems import METHODS, Broken, Late, MethodNotAllowed, refuse
from gateway.rates import Rates
from gateway.routes import Route, route_of
from gateway.sessions import Sessions
from shared.errors import AppError, MalformedRequest, NotFound, Unauthenticated, Unavailable
from shared.http.connection import ClosedUnanswered, Outgoing, Timeouts
from shared.http.context import RequestContext, current_request
from shared.http.pool import Answer, Pool
from shared.http.transport import replayable

# Ways to write a path that two readers may understand differently.
AMBIGUOUS: Final = re.compile(
    rb"//|/\.{1,2}(?:/|$)|[;\\]|%(?:2[EFef]|5[Cc]|3[Bb]|25|[01][0-9A-Fa-f]|7[Ff])"
)
log = logging.getLogger(__name__)

BODILESS: Final = frozenset({204, 304})
BEARER: Final = b"bearer "


class Gone(Exception):
    """The client left before it had said everything."""


@dataclass(frozen=True, slots=True)
class Proxy:
    """Forwards to the services; answers problems itself."""

    pools: Mapping[str, Pool]
    sessions: Sessions
    rates: Rates
    timeouts: Timeouts
    # For a file that is made whole before its first byte: a workbook of 100,000 rows.
    file_timeouts: Timeouts
    trusted_proxies: frozenset[str] = field(default=frozenset())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            route = _routed(scope)
            head = read_head(scope["headers"])
            answer = await self._forward(route, head, scope, receive)
        except Gone:
            return
        except AppError as error:
            await refuse(error, scope, receive, send)
            return
        except Exception:
            log.exception("unhandled")
            await refuse(AppError(), scope, receive, send)
            return
        try:
            await _pass_back(answer, receive, send, watch=not head.streams)
        except (httpx.TransportError, Gone):
            return  # the answer stays unfinished, so the server closes the connection
        finally:
            answer.close()

    async def _forward(self, route: Route, head: Head, scope: Scope, receive: Receive) -> Answer:
        caller = self._address(scope, head)
        if route.public:
            self.rates.take(caller)
            credentials = head.authorization
        else:
            credentials = await self._service_token(head.authorization, route.service, caller)
        method = scope["method"].encode()
        request = Outgoing(
            head=b"".join(_lines(scope, head, credentials, caller)),
            body=await _body(head, receive),
            chunked=head.chunked,
            replayable=replayable(method, scope["headers"]),
            bodiless_answer=method == b"HEAD",
        )
        try:
            timeouts = self.file_timeouts if route.whole else self.timeouts
            return await self.pools[route.service].request(request, timeouts)
        except httpx.TransportError as error:
            raise _failure(error, route.service) from error

    async def _service_token(self, shown: bytes | None, service: str, caller: str) -> bytes:
        """The credentials for the service, in exchange for the client's."""
        if shown is None or shown[: len(BEARER)].lower() != BEARER:
            raise Unauthenticated
        token = shown[len(BEARER) :].decode("latin-1")
        session = self.sessions.known(token)
        if session is None:
            self.rates.take(caller)  # a signature is dear to check
            session = await self.sessions.verify(token)
        self.rates.take(session.subject)
        return b"Bearer " + (await self.sessions.service_token(session, token, service)).encode()

    def _address(self, scope: Scope, head: Head) -> str:
        """Where the request comes from, as far as that can be believed."""
        address: str = scope["client"][0] if scope["client"] else ""
        if address in self.trusted_proxies and head.forwarded_for:
            return head.forwarded_for.rpartition(b",")[2].strip().decode("latin-1")
        return address


def _routed(scope: Scope) -> Route:
    if scope["method"] not in METHODS:
        raise MethodNotAllowed(METHODS)
    raw_path: bytes = scope["raw_path"]
    if AMBIGUOUS.search(raw_path) is not None:
        raise MalformedRequest(reason="URL")
    route = route_of(raw_path)
    if route is None:
        raise NotFound(what="path")
    scope["route"] = route
    return route


def _failure(error: httpx.TransportError, service: str) -> AppError:
    if isinstance(
        error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout | ClosedUnanswered
    ):
        return Unavailable(what=service)
    if isinstance(error, httpx.TimeoutException):
        return Late(what=service)
    return Broken(what=service)


def _lines(scope: Scope, head: Head, credentials: bytes | None, caller: str) -> Iterator[bytes]:
    """The head as the service gets it, with its empty line."""
    query: bytes = scope["query_string"]
    target = b"%b?%b" % (scope["raw_path"], query) if query else scope["raw_path"]
    yield b"%b %b HTTP/1.1\r\n" % (scope["method"].encode(), target)
    yield from head.lines
    if credentials is not None:
        yield b"authorization: %b\r\n" % credentials
    if head.chunked:
        yield b"transfer-encoding: chunked\r\n"
    context = current_request()
    yield (
        b"x-request-id: %b\r\ntraceparent: %b\r\nx-forwarded-for: %b\r\n\r\n"
        % (context.request_id.encode(), _traceparent(context).encode(), caller.encode("latin-1"))
    )


def _traceparent(context: RequestContext) -> str:
    """The caller's trace, or one that begins here and is named after the request."""
    if context.traceparent is not None:
        return context.traceparent
    trace = hashlib.blake2b(context.request_id.encode(), digest_size=24).hexdigest()
    return f"00-{trace[:32]}-{trace[32:]}-01"


async def _body(head: Head, receive: Receive) -> bytes | AsyncIterator[bytes]:
    """A small body whole, so that the request can be repeated; a large one as it comes."""
    if head.streams:
        return _stream(receive)
    if head.length == 0:
        return b""
    return b"".join([part async for part in _stream(receive)])


async def _stream(receive: Receive) -> AsyncIterator[bytes]:
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Gone
        yield message.get("body", b"")
        more = message.get("more_body", False)


async def _pass_back(answer: Answer, receive: Receive, send: Send, *, watch: bool) -> None:
    """`watch`: nobody else listens whether the client is still there."""
    bodiless = answer.status in BODILESS
    headers = [
        header
        for header in answer.headers
        if header[0] not in NOT_SENT_BACK and not (bodiless and header[0] == b"content-length")
    ]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    if answer.body is not None:
        await send({"type": "http.response.body", "body": answer.body})
        return
    watcher = asyncio.create_task(_abandon_when_gone(answer, receive)) if watch else None
    try:
        async for part in answer.stream():
            await send({"type": "http.response.body", "body": part, "more_body": True})
    finally:
        if watcher is not None:
            watcher.cancel()
    await send({"type": "http.response.body", "body": b""})


async def _abandon_when_gone(answer: Answer, receive: Receive) -> None:
    """An answer without end would else be read for nobody."""
    while (await receive())["type"] != "http.disconnect":
        pass
    answer.abandon(Gone())
