"""What goes with a request through every call, log line, audit row and event."""

import re
from contextvars import ContextVar
from dataclasses import dataclass

from shared.ids import uuid7

REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
TRACEPARENT = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")


@dataclass(frozen=True, slots=True)
class RequestContext:
    request_id: str
    traceparent: str | None = None


_current: ContextVar[RequestContext | None] = ContextVar("request", default=None)


def current_request() -> RequestContext:
    """The context of the request being served; a fresh one outside of any."""
    context = _current.get()
    if context is None:
        context = RequestContext(uuid7().hex)
        _current.set(context)
    return context


def enter(request_id: str | None, traceparent: str | None) -> RequestContext:
    """Begin a request: what the caller sent is kept if it is well formed."""
    context = RequestContext(
        request_id if request_id and REQUEST_ID.fullmatch(request_id) else uuid7().hex,
        traceparent if traceparent and TRACEPARENT.fullmatch(traceparent) else None,
    )
    _current.set(context)
    return context
