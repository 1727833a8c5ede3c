"""Log lines: one JSON object each on standard output, of allowed fields only.

Nothing a person wrote gets in: no query, no body, no message of an exception (a database error
quotes its parameters). Of a library's line only the unfilled template is kept.
"""

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from time import perf_counter
from types import TracebackType
from typing import Any, BinaryIO, Final

import orjson
import structlog
from pydantic import ValidationError
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from typing_extensions import override

from shared.clock import machine_time
from shared.http.context import current_request

ALLOWED: Final = frozenset(
    {
        "attempts",
        "code",
        "count",
        "destination",
        "duration_ms",
        "error",
        "event",
        "event_id",
        "fields",
        "job",
        "level",
        "logger",
        "method",
        "request_id",
        "route",
        "service",
        "source",
        "sqlstate",
        "status",
        "timestamp",
        "topic",
        "trace",
        "upstream",
    }
)
MAX_TEXT: Final = 200
FRAMES: Final = 12
# Asked every few seconds by machines; worth a line only when they fail.
PROBES: Final = frozenset({"/healthz", "/readyz", "/metrics"})
OURS: Final = ("shared", "services", "gateway", "ops", "__main__")
FAILED: Final = 500
LINE: Final = orjson.OPT_APPEND_NEWLINE | orjson.OPT_UTC_Z

Line = MutableMapping[str, Any]


TOLD: Final = "Traceback"
FRAME: Final = re.compile(r'File "[^"]*?([^/"]+)", line (\d+), in (\S+)')


def configure(service: str, *, level: int = logging.INFO) -> None:
    """Send everything logged in this process, by us or by a library, to standard output."""

    def name_service(_: Any, __: str, line: Line) -> Line:  # noqa: ANN401 - structlog's signature
        line["service"] = service
        return line

    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            name_service,
            keep_allowed,
            structlog.processors.JSONRenderer(serializer=orjson.dumps, default=str),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.BytesLoggerFactory(sys.stdout.buffer),
        cache_logger_on_first_use=True,
    )
    logging.root.handlers = [_Forward()]
    logging.root.setLevel(level)
    logging.getLogger("httpx").setLevel(logging.WARNING)  # would log URLs with their queries


def keep_allowed(_: Any, __: str, line: Line) -> Mapping[str, Any]:  # noqa: ANN401 - as above
    return {name: _short(value) for name, value in line.items() if name in ALLOWED}


class _Forward(logging.Handler):
    """The standard library's records as lines like our own."""

    @override
    def emit(self, record: logging.LogRecord) -> None:
        fields = {name: getattr(record, name) for name in ALLOWED if hasattr(record, name)}
        if record.exc_info and record.exc_info[0] is not None:
            fields |= {"error": record.exc_info[0].__name__, "trace": _trace(record.exc_info[2])}
            if isinstance(record.exc_info[1], ValidationError):
                fields["fields"] = _places(record.exc_info[1])
        if record.name.startswith(OURS):
            event = record.getMessage()
            fields.setdefault("request_id", current_request().request_id)
        else:
            event, _, rest = str(record.msg).partition("\n")
            if event.startswith(TOLD):
                # uvicorn tells a failed start as text; its last line may quote what was in it.
                fields |= {"error": rest.rpartition("\n")[2].partition(":")[0]}
                fields["trace"] = [
                    f"{place}:{line} {name}" for place, line, name in FRAME.findall(rest)
                ]
        structlog.get_logger().log(record.levelno, event, logger=record.name, **fields)


def _trace(traceback: TracebackType | None) -> list[str]:
    """Where it went wrong, innermost last: places in the code, nothing of what was in them."""
    frames = []
    while traceback is not None:
        code = traceback.tb_frame.f_code
        module = traceback.tb_frame.f_globals.get("__name__", "?")
        frames.append(f"{module}:{traceback.tb_lineno} {code.co_name}")
        traceback = traceback.tb_next
    return frames[-FRAMES:]


def _places(error: ValidationError) -> list[str]:
    """Which fields are wrong and how: at start-up they are settings, for the operator."""
    return [f"{'.'.join(map(str, each['loc']))}: {each['type']}" for each in error.errors()]


def _short(value: object) -> object:
    return value[:MAX_TEXT] if isinstance(value, str) else value


class AccessLog:
    """One line per request: the route's pattern, never the path, which may name somebody.

    Written past structlog, which costs a third of a proxied request's CPU; its form is the same.
    """

    def __init__(self, app: ASGIApp, *, service: str, out: BinaryIO) -> None:
        self._app = app
        self._service = service
        self._out = out

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = perf_counter()
        status = 0

        async def observed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, observed)
        finally:
            if scope["path"] not in PROBES or status >= FAILED:
                self._write(scope, status, perf_counter() - began)

    def _write(self, scope: Scope, status: int, seconds: float) -> None:
        line = {
            "request_id": current_request().request_id,
            "method": scope["method"],
            "route": getattr(scope.get("route"), "path", None),
            "status": status,
            "duration_ms": round(seconds * 1000, 1),
            "event": "request",
            "level": "info",
            "timestamp": machine_time(),
            "service": self._service,
        }
        self._out.write(orjson.dumps(line, option=LINE))
        self._out.flush()
