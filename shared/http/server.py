"""The server of every process: uvicorn, made safe against slow, huge and too many requests.

`python -m shared.http.server MODULE:APP --host H --port P`
"""

import argparse
import asyncio
import contextvars
import resource
import signal
import sys
from contextlib import suppress
from http import HTTPStatus
from typing import Any, Final, cast

import uvicorn
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send
from typing_extensions import override
from uvicorn.importer import import_from_string
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from shared.errors import AppError, MalformedRequest, TooLarge, Unavailable
from shared.http.logs import AccessLog, configure
from shared.http.problems import problem

ALWAYS_SERVED: Final = frozenset({"/healthz"})
SPARE_FILES: Final = 64  # file descriptors for everything that is not a client


class HttpSettings(BaseSettings):
    """How long and how much a client may take; seconds, bytes and counts."""

    model_config = SettingsConfigDict(env_prefix="LIANDONG_HTTP_", frozen=True, extra="ignore")

    head_seconds: float = Field(default=10.0, gt=0)
    head_bytes: int = Field(default=64 * 1024, gt=0)
    keep_alive_seconds: int = Field(default=15, gt=0)
    # A client that takes nothing of its answer for this long is dropped.
    stall_seconds: float = Field(default=30.0, gt=0)
    max_requests: int = Field(default=512, gt=0)
    max_connections: int = Field(default=4096, gt=0)
    stop_seconds: int = Field(default=10, gt=0)


class HttpConfig(uvicorn.Config):
    """uvicorn's configuration with ours."""

    def __init__(self, app: ASGIApp, settings: HttpSettings, *, host: str, port: int) -> None:
        super().__init__(
            app,
            host=host,
            port=port,
            loop="uvloop",
            http=EdgeProtocol,
            ws="none",
            lifespan="on",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_keep_alive=settings.keep_alive_seconds,
            timeout_graceful_shutdown=settings.stop_seconds,
        )
        self.settings = settings
        self.overloaded = Overloaded(app)


class Overloaded:
    """Sheds requests while too many are under way, except for the question whether we live."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] in ALWAYS_SERVED:
            await self._app(scope, receive, send)
        else:
            response = problem(Unavailable(what="capacity"), Headers(scope=scope))
            await response(scope, receive, send)


class HeadTooLarge(TooLarge):
    """The request line and headers are more than is read of them."""


class EdgeProtocol(HttpToolsProtocol):
    """One client connection with a deadline for each thing the client has to do.

    A timer runs only while a request's head is incomplete after the bytes at hand, so that an
    ordinary request, whose head comes in one piece, never starts one.
    """

    config: HttpConfig

    def __init__(
        self,
        config: HttpConfig,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._settings = config.settings
        self._served = self.app
        self._refusal: AppError | None = None
        self._in_head = False
        self._piece = 0
        self._earlier_pieces = 0
        self._deadline: asyncio.TimerHandle | None = None
        self._stall: asyncio.TimerHandle | None = None

    @override
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # uvicorn's narrowing
        super().connection_made(transport)
        if len(self.connections) > self._settings.max_connections:
            self._refuse(Unavailable(what="capacity"))
        else:
            self._set_deadline()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._clear_deadline()
        self._clear_stall()
        super().connection_lost(exc)

    @override
    def data_received(self, data: bytes) -> None:
        self._piece = len(data)
        super().data_received(data)
        if self.transport.is_closing():
            return
        if self._in_head:
            self._earlier_pieces += self._piece
            if self._earlier_pieces > self._settings.head_bytes:
                self._refuse(HeadTooLarge(limit=self._settings.head_bytes))
        elif self._unanswered() is not None:
            return
        # Within a head, before one, or in a body nobody reads any more.
        self._set_deadline()

    @override
    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head = True
        self._earlier_pieces = -self._piece  # it may begin behind the end of another request

    @override
    def on_headers_complete(self) -> None:
        self._in_head = False
        self._clear_deadline()
        in_pieces = self._earlier_pieces + self._piece > 0
        if (in_pieces or self._piece > self._settings.head_bytes) and self._head_is_too_large():
            self._refusal = HeadTooLarge(limit=self._settings.head_bytes)
            raise self._refusal  # the parser stops and has the refusal sent
        busy = len(self.tasks) >= self._settings.max_requests
        self.app = self.config.overloaded if busy else self._served
        super().on_headers_complete()

    @override
    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.transport.is_closing():
            self._drop_when_stalled()

    @override
    def timeout_keep_alive_handler(self) -> None:
        super().timeout_keep_alive_handler()
        self._drop_when_stalled()

    @override
    def pause_writing(self) -> None:
        super().pause_writing()
        self._drop_when_stalled()

    @override
    def resume_writing(self) -> None:
        self._clear_stall()
        super().resume_writing()

    @override
    def send_400_response(self, msg: str) -> None:
        self._refuse(self._refusal or MalformedRequest(reason="HTTP"))

    @override
    def _unsupported_upgrade_warning(self) -> None:
        """An upgrade is simply not taken (RFC 9110 section 7.8); no reason to log."""

    def _refuse(self, error: AppError) -> None:
        """Answer for the application and close; only close when it has begun to answer itself."""
        cycle = self._unanswered()
        if cycle is not None:
            cycle.disconnected = True
            if cycle.response_started:
                self.transport.abort()
                return
        self.transport.write(_last_answer(error))
        self.transport.close()
        self._drop_when_stalled()

    def _unanswered(self) -> RequestResponseCycle | None:
        """The request under way, if there is one."""
        cycle = cast("RequestResponseCycle | None", self.cycle)  # None before the first
        return None if cycle is None or cycle.response_complete else cycle

    def _head_is_too_large(self) -> bool:
        lines = sum(len(name) + len(value) + 4 for name, value in self.headers)
        return len(self.url) + lines > self._settings.head_bytes

    def _set_deadline(self) -> None:
        if self._deadline is None:
            seconds = self._settings.head_seconds
            self._deadline = self.loop.call_later(seconds, self.transport.abort)

    def _clear_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _drop_when_stalled(self) -> None:
        if self._stall is None and self.transport.get_write_buffer_size() > 0:
            seconds = self._settings.stall_seconds
            self._stall = self.loop.call_later(seconds, self.transport.abort)

    def _clear_stall(self) -> None:
        if self._stall is not None:
            self._stall.cancel()
            self._stall = None


def _last_answer(error: AppError) -> bytes:
    """A problem document as the last thing said on a connection that had no request yet."""
    large = isinstance(error, HeadTooLarge)
    status = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE if large else None
    # In a context of its own: there is no request whose id it could bear.
    response = contextvars.Context().run(problem, error, {}, status=status)
    headers = [*response.raw_headers, (b"connection", b"close")]
    head = b"".join(b"%b: %b\r\n" % header for header in headers)
    phrase = HTTPStatus(response.status_code).phrase.encode()
    line = b"HTTP/1.1 %d %b\r\n" % (response.status_code, phrase)
    return line + head + b"\r\n" + bytes(response.body)


def serve(app: ASGIApp, *, host: str, port: int, settings: HttpSettings) -> None:
    """Serve until SIGTERM or SIGINT, then finish what is under way."""
    # uvicorn repeats the signal it has obeyed: end well instead of by it.
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(0))
    with suppress(KeyboardInterrupt):
        uvicorn.Server(HttpConfig(app, settings, host=host, port=port)).run()


def _room_for(connections: int) -> int:
    """The number of connections the process may have, after asking for as many as are wanted."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * connections + SPARE_FILES
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    soft = max(soft, wanted)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return min(connections, (soft - SPARE_FILES) // 2)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m shared.http.server")
    parser.add_argument("app", metavar="MODULE:APP")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    arguments = parser.parse_args()

    module = arguments.app.partition(":")[0].split(".")
    service = module[1] if module[0] == "services" else module[0]
    configure(service)
    settings = HttpSettings()
    settings = settings.model_copy(update={"max_connections": _room_for(settings.max_connections)})
    app = AccessLog(import_from_string(arguments.app), service=service, out=sys.stdout.buffer)
    serve(app, host=arguments.host, port=arguments.port, settings=settings)


if __name__ == "__main__":
    main()
