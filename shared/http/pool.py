"""Connections to one origin, bounded in number, kept open between requests."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final

import httpx

from shared.http.connection import ClosedUnanswered, Connection, Headers, Outgoing, Timeouts

MAX_CONNECTIONS: Final = 128
# Shorter than our server keeps an idle connection, so that it is rarely found closed.
IDLE_SECONDS: Final = 4.0


@dataclass(slots=True)
class Answer:
    """Status and headers at once; `body` if all of it came with them, else the stream has it.

    A streamed answer holds a connection until it is closed.
    """

    status: int
    headers: Headers
    body: bytes | None
    _connection: Connection
    _pool: "Pool"
    _read: float | None
    _open: bool

    async def stream(self) -> AsyncIterator[bytes]:
        """The body as it arrives. Reading pauses the peer when it is faster than the reader."""
        if self.body is not None:
            yield self.body
            return
        while data := await self._connection.read(self._read):
            yield data

    def abandon(self, error: Exception) -> None:
        """Have whoever reads the stream fail with the error."""
        self._connection.fail(error)

    def close(self) -> None:
        """Give the connection back; one that has not been read to the end is dropped."""
        if self._open:
            self._open = False
            self._pool.release(self._connection)


class Pool:
    """The connections to one host and port."""

    def __init__(
        self,
        host: str,
        port: int,
        *,
        max_connections: int = MAX_CONNECTIONS,
        idle_seconds: float = IDLE_SECONDS,
    ) -> None:
        self._host = host
        self._port = port
        self._idle_seconds = idle_seconds
        self._loop = asyncio.get_running_loop()
        self._slots = asyncio.Semaphore(max_connections)
        self._idle: list[Connection] = []
        self._closed = False

    async def request(self, request: Outgoing, timeouts: Timeouts) -> Answer:
        """The answer's head, and its body if that came along.

        A replayable request is sent once more, over a new connection, when a kept-open one proves
        closed before any byte of an answer. Fails with httpx's transport errors.
        """
        await self._slot(timeouts.pool)
        try:
            connection = await self._exchange(request, timeouts)
        except BaseException:
            self._slots.release()
            raise
        body = connection.take() if connection.complete else None
        answer = Answer(
            status=connection.status,
            headers=connection.headers,
            body=body,
            _connection=connection,
            _pool=self,
            _read=timeouts.read,
            _open=body is None,
        )
        if body is not None:
            self.release(connection)
        return answer

    def release(self, connection: Connection) -> None:
        if connection.finish():
            connection.idle_since = self._loop.time()
            self._idle.append(connection)
        self._slots.release()
        if self._closed:
            self.close()

    def close(self) -> None:
        """Drop what is idle; exchanges under way end by themselves."""
        self._closed = True
        for connection in self._idle:
            connection.abort()
        self._idle.clear()

    async def _slot(self, within: float | None) -> None:
        if not self._slots.locked():
            await self._slots.acquire()
            return
        try:
            async with asyncio.timeout(within):
                await self._slots.acquire()
        except TimeoutError as error:
            raise httpx.PoolTimeout("every connection is busy") from error

    async def _exchange(self, request: Outgoing, timeouts: Timeouts) -> Connection:
        kept = self._take_idle()
        if kept is not None:
            try:
                return await _carried(kept, request, timeouts)
            except ClosedUnanswered:
                if not request.replayable or not isinstance(request.body, bytes):
                    raise
        return await _carried(await self._connect(timeouts.connect), request, timeouts)

    def _take_idle(self) -> Connection | None:
        """The connection used last: the most likely to be open, and lets the others grow old."""
        oldest = self._loop.time() - self._idle_seconds
        while self._idle:
            connection = self._idle.pop()
            if connection.usable and connection.idle_since > oldest:
                return connection
            connection.abort()
        return None

    async def _connect(self, within: float | None) -> Connection:
        try:
            async with asyncio.timeout(within):
                _, connection = await self._loop.create_connection(
                    lambda: Connection(self._loop), self._host, self._port
                )
        except TimeoutError as error:
            raise httpx.ConnectTimeout(f"{self._host}:{self._port} does not accept") from error
        except OSError as error:
            raise httpx.ConnectError(f"{self._host}:{self._port} is not to be reached") from error
        return connection


async def _carried(connection: Connection, request: Outgoing, timeouts: Timeouts) -> Connection:
    """The connection, once the head of the answer is there."""
    try:
        await connection.exchange(request, timeouts)
    except BaseException:
        connection.abort()
        raise
    return connection
