"""What a client may send and how long it may take: the same for every service and the gateway.

Innocent of frameworks. FastAPI turns any error of reading a body into its own 400, so a refusal is
kept here and answered in place of whatever the application answers.
"""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import unquote_to_bytes

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.errors import AppError, MalformedRequest, TooLarge, Unavailable
from shared.http.problems import problem

MIB: Final = 1024 * 1024
STRAY_PERCENT: Final = re.compile(rb"%(?![0-9A-Fa-f]{2})")
DIGITS: Final = re.compile(rb"[0-9]{1,18}")


class TooSlow(AppError):
    """The body did not arrive in time."""

    code = "request_timeout"
    zh = "请求内容未在 {seconds:g} 秒内到达。"
    en = "The request did not arrive within {seconds:g} seconds."


class Overdue(Unavailable):
    """The answer was not there in time."""

    code = "deadline_exceeded"
    zh = "处理超时。"
    en = "The answer took too long."

    def __init__(self) -> None:
        super().__init__(what="deadline")


@dataclass(frozen=True, slots=True)
class Bounds:
    """Bytes of a body, by prefix of the path where more is meant; seconds for it and for all."""

    body: int = MIB
    body_of: Mapping[str, int] = field(default_factory=dict)
    body_seconds: float = 30.0
    total_seconds: float = 300.0

    def body_at(self, path: str) -> int:
        for prefix, size in self.body_of.items():
            if path.startswith(prefix):
                return size
        return self.body


DEFAULT: Final = Bounds()


class Limits:
    """Refuses what is too large, too slow or not text, before or while the application reads."""

    def __init__(self, app: ASGIApp, bounds: Bounds = DEFAULT) -> None:
        self._app = app
        self._bounds = bounds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = _Exchange(scope, receive, send)
        exchange.inspect(self._bounds)
        if exchange.refusal is None:
            await self._serve(exchange)
        if exchange.refusal is not None:
            await exchange.refuse(exchange.refusal)

    async def _serve(self, exchange: "_Exchange") -> None:
        # What asyncio.timeout does, at an eighth of its cost: this is around every request.
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - ASGI applications run in tasks
        timer = task.get_loop().call_later(self._bounds.total_seconds, exchange.expire, task)
        try:
            await self._app(exchange.scope, exchange.receive, exchange.send)
        except asyncio.CancelledError:
            if not isinstance(exchange.refusal, Overdue):
                raise
            task.uncancel()
        except Exception:
            if exchange.refusal is None:
                raise
        finally:
            timer.cancel()


class _Exchange:
    """One request and its answer, with the refusal that replaces the answer, if any."""

    __slots__ = (
        "_bounds",
        "_left",
        "_limit",
        "_receive",
        "_send",
        "_started",
        "_until",
        "receive",
        "refusal",
        "scope",
    )

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scope = scope
        self._receive = receive
        self._send = send
        self._started = False
        self.receive = receive
        self.refusal: AppError | None = None

    def inspect(self, bounds: Bounds) -> None:
        """Refuse by what the head says; watch the body, if there is one."""
        try:
            _require_text(self.scope)
            announced = _announced(self.scope)
        except MalformedRequest as error:
            self.refusal = error
            return
        if announced == 0:
            return
        self._bounds = bounds
        self._limit = self._left = bounds.body_at(self.scope["path"])
        if announced is not None and announced > self._limit:
            self.refusal = TooLarge(limit=self._limit)
        self._until: float | None = asyncio.get_running_loop().time() + bounds.body_seconds
        self.receive = self._receive_bounded

    def expire(self, task: asyncio.Task[Any]) -> None:
        self.refusal = Overdue()
        task.cancel()

    async def _receive_bounded(self) -> Message:
        if self.refusal is not None:
            raise self.refusal
        try:
            async with asyncio.timeout_at(self._until):
                message = await self._receive()
        except TimeoutError:
            self.refusal = TooSlow(seconds=self._bounds.body_seconds)
            raise self.refusal from None
        if message["type"] == "http.request":
            self._left -= len(message.get("body", b""))
            if self._left < 0:
                self.refusal = TooLarge(limit=self._limit)
                raise self.refusal
            if not message.get("more_body"):
                self._until = None  # what is awaited from here on is the client's leaving
        return message

    async def send(self, message: Message) -> None:
        if self.refusal is not None and not self._started:
            return  # what the application makes of its interrupted read; `refuse` answers
        self._started = True
        await self._send(message)

    async def refuse(self, error: AppError) -> None:
        """Answer with the error, or break off an answer that has begun."""
        if self._started:
            return  # the server closes a connection whose answer is unfinished
        self._started = True
        slow = isinstance(error, TooSlow)
        status = HTTPStatus.REQUEST_TIMEOUT if slow else None
        response = problem(error, Headers(scope=self.scope), status=status)
        if slow:
            response.headers["connection"] = "close"
        await response(self.scope, self._receive, self._send)


def _announced(scope: Scope) -> int | None:
    """The length of the body: 0 without one, None where only its end will tell."""
    for name, value in scope["headers"]:
        if name == b"content-length":
            if DIGITS.fullmatch(value) is None:
                raise MalformedRequest(reason="Content-Length")
            return int(value)
        if name == b"transfer-encoding":
            return None
    return 0


def _require_text(scope: Scope) -> None:
    """MalformedRequest for a path or query that is not UTF-8 text without NUL."""
    path, query = scope["raw_path"], scope["query_string"]
    if b"%" not in path and b"%" not in query:
        return
    if STRAY_PERCENT.search(path):
        raise MalformedRequest(reason="URL")
    try:
        text = unquote_to_bytes(path + b"?" + query).decode()
    except UnicodeDecodeError:
        raise MalformedRequest(reason="URL") from None
    if "\0" in text:
        raise MalformedRequest(reason="URL")
