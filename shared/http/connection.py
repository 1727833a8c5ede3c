"""One kept-open HTTP/1.1 connection to a server: asyncio.Protocol around httptools' parser."""

import asyncio
from collections.abc import AsyncIterable
from dataclasses import dataclass
from typing import Final, cast

import httptools
import httpx
from typing_extensions import override

Headers = list[tuple[bytes, bytes]]

READ_AHEAD: Final = 256 * 1024  # bytes of an answer kept before the peer is made to wait
BODILESS: Final = frozenset({204, 304})
SWITCHING: Final = 101
FINAL: Final = 200  # statuses below only announce another answer


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds without progress, each for one kind of waiting; None waits for ever."""

    connect: float | None = 1.0
    read: float | None = 5.0
    write: float | None = 5.0
    pool: float | None = 1.0


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A request as it goes over the wire: `head` ends with its empty line.

    A streamed body is framed here when `chunked`. `replayable`: sending it twice does no harm.
    """

    head: bytes
    body: bytes | AsyncIterable[bytes] = b""
    chunked: bool = False
    replayable: bool = False
    bodiless_answer: bool = False


class ClosedUnanswered(httpx.RemoteProtocolError):
    """The peer closed before the first byte of an answer, as it may do to an idle connection."""


class Connection(asyncio.Protocol):
    """Carries one exchange at a time; `headers` and `status` are of the answer under way."""

    __slots__ = (
        "_answered",
        "_buffered",
        "_chunks",
        "_error",
        "_in_exchange",
        "_keep",
        "_loop",
        "_parser",
        "_paused",
        "_skip_body",
        "_transport",
        "_upload",
        "_waiter",
        "_writable",
        "closed",
        "complete",
        "head_complete",
        "headers",
        "idle_since",
        "status",
    )

    _transport: asyncio.Transport

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._parser: httptools.HttpResponseParser | None = None
        self._chunks: list[bytes] = []
        self._waiter: asyncio.Future[None] | None = None
        self._writable: asyncio.Future[None] | None = None
        self._upload: asyncio.Task[None] | None = None
        self._error: BaseException | None = None
        self._in_exchange = self._paused = self.closed = False
        self.idle_since = 0.0
        self._reset(skip_body=False)

    def _reset(self, *, skip_body: bool) -> None:
        self._skip_body = skip_body
        self._answered = self._keep = self.head_complete = self.complete = False
        self._buffered = self.status = 0
        self.headers: Headers = []

    # What the event loop says.

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is one in all but name

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self.closed = True
        if self._in_exchange and not self.complete and self._error is None:
            if self.head_complete and exc is None and self._ends_with_the_connection():
                self.complete = True
            elif self._answered:
                self._error = httpx.RemoteProtocolError("connection closed within the answer")
            else:
                self._error = ClosedUnanswered("connection closed without an answer")
        self._wake()
        self.resume_writing()

    @override
    def data_received(self, data: bytes) -> None:
        if not self._in_exchange or self.complete or self._parser is None:
            self.abort()  # nothing was asked
            return
        self._answered = True
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            if not self.complete:
                self.fail(httpx.RemoteProtocolError("the answer is not HTTP"))
        if self._buffered > READ_AHEAD and not self._paused:
            self._paused = True
            self._transport.pause_reading()
        if self.head_complete:
            self._wake()

    @override
    def pause_writing(self) -> None:
        self._writable = self._loop.create_future()

    @override
    def resume_writing(self) -> None:
        writable, self._writable = self._writable, None
        if writable is not None and not writable.done():
            writable.set_result(None)

    # What the parser says.

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self.head_complete:  # else a trailer: nothing of ours reads one
            self.headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        assert self._parser is not None  # noqa: S101 - narrows the type
        self.status = self._parser.get_status_code()
        if self.status == SWITCHING:
            raise httpx.RemoteProtocolError("nobody asked to switch protocols")
        if self.status < FINAL:
            self.headers = []
            return
        self.head_complete = True
        self._keep = bool(self._parser.should_keep_alive())
        if self._skip_body or self.status in BODILESS:
            self.complete = True

    def on_body(self, body: bytes) -> None:
        if not self.complete:
            self._chunks.append(body)
            self._buffered += len(body)

    def on_message_complete(self) -> None:
        self.complete = self.head_complete

    # What the pool says.

    @property
    def usable(self) -> bool:
        return not self.closed and not self._transport.is_closing()

    async def exchange(self, request: Outgoing, timeouts: Timeouts) -> None:
        """Send the request and wait for the head of the answer."""
        self._reset(skip_body=request.bodiless_answer)
        self._in_exchange = True
        if self._parser is None:
            self._parser = httptools.HttpResponseParser(self)
        if isinstance(request.body, bytes):
            self._transport.write(request.head + request.body)
        else:
            self._transport.write(request.head)
            body = self._send(request.body, chunked=request.chunked, within=timeouts.write)
            self._upload = self._loop.create_task(body)
            self._upload.add_done_callback(self._uploaded)
        while not self.head_complete:
            await self._wait(timeouts.read)

    async def read(self, within: float | None) -> bytes:
        """What has arrived of the body, at least one byte; nothing at its end."""
        while not self._chunks:
            if self.complete:
                return b""
            await self._wait(within)
        return self.take()

    def take(self) -> bytes:
        """Whatever has arrived of the body, without waiting."""
        chunks, self._chunks = self._chunks, []
        self._buffered = 0
        if self._paused and not self.closed:
            self._paused = False
            self._transport.resume_reading()
        return chunks[0] if len(chunks) == 1 else b"".join(chunks)

    def finish(self) -> bool:
        """End the exchange; whether another may follow on this connection."""
        self._in_exchange = False
        sent = self._upload is None or self._upload.done()
        if not (sent and self.complete and self._keep and self.usable):
            self.abort()
            return False
        if self._skip_body or self.status in BODILESS:
            self._parser = None  # it may still wait for a body that never comes
        self._upload = None
        return True

    def abort(self) -> None:
        """Drop the connection now, whatever is under way."""
        if self._upload is not None:
            self._upload.cancel()
        if not self.closed:
            self._transport.abort()

    def fail(self, error: BaseException) -> None:
        """End the exchange with the error for whoever waits on it."""
        if self._error is None:
            self._error = error
        self._wake()
        self.abort()

    def _uploaded(self, upload: asyncio.Task[None]) -> None:
        if not upload.cancelled() and (error := upload.exception()) is not None:
            self.fail(error)

    async def _send(
        self, body: AsyncIterable[bytes], *, chunked: bool, within: float | None
    ) -> None:
        async for data in body:
            if not data:
                continue
            self._transport.write(b"%x\r\n%b\r\n" % (len(data), data) if chunked else data)
            if self._writable is not None:
                try:
                    async with asyncio.timeout(within):
                        await self._writable
                except TimeoutError as error:
                    raise httpx.WriteTimeout("the peer does not take the body") from error
            if self.closed:
                return
        if chunked:
            self._transport.write(b"0\r\n\r\n")

    async def _wait(self, within: float | None) -> None:
        """Until something has arrived or gone wrong."""
        self._check()
        waiter = self._waiter = self._loop.create_future()
        timer = None if within is None else self._loop.call_later(within, self._expire, waiter)
        try:
            await waiter
        finally:
            self._waiter = None
            if timer is not None:
                timer.cancel()
        self._check()

    def _check(self) -> None:
        if self._error is not None and not self._chunks and not self.complete:
            raise self._error

    def _expire(self, waiter: asyncio.Future[None]) -> None:
        if not waiter.done():
            waiter.set_exception(httpx.ReadTimeout("the peer does not answer"))

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _ends_with_the_connection(self) -> bool:
        """Whether nothing in the head told where the body ends (RFC 9112 section 6.3)."""
        return not any(
            name in {b"content-length", b"transfer-encoding"} for name, _ in self.headers
        )
