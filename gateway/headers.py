"""Which headers pass the gateway, and what it learns from those it reads."""

from dataclasses import dataclass
from typing import Final

from shared.errors import MalformedRequest
from shared.http.connection import Headers

HOP_BY_HOP: Final = frozenset(
    {
        b"connection",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    }
)
# Ours to say, whatever the client says of itself.
REPLACED: Final = frozenset(
    {
        b"expect",
        b"forwarded",
        b"traceparent",
        b"x-forwarded-for",
        b"x-forwarded-host",
        b"x-forwarded-port",
        b"x-forwarded-prefix",
        b"x-forwarded-proto",
        b"x-real-ip",
        b"x-request-id",
    }
)
READ: Final = HOP_BY_HOP | REPLACED | {b"authorization", b"content-length"}
NOT_SENT_BACK: Final = HOP_BY_HOP | {b"date", b"server", b"x-request-id"}
# A body up to this size is read whole first, so that the request can be repeated.
SMALL_BODY: Final = 64 * 1024


# Options of `Connection` that name no header.
NO_HEADERS: Final = frozenset({b"", b"keep-alive", b"close"})


@dataclass(frozen=True, slots=True)
class Head:
    """What one pass over the headers finds; `lines` go on as they are, `length` is in bytes."""

    lines: list[bytes]
    authorization: bytes | None
    forwarded_for: bytes
    length: int
    chunked: bool

    @property
    def streams(self) -> bool:
        """Whether the body is passed on while it arrives."""
        return self.chunked or self.length > SMALL_BODY


def read_head(headers: Headers) -> Head:
    """Sort the headers, whose names are in lower case already."""
    lines: list[bytes] = []
    read: dict[bytes, bytes] = {}
    for name, value in headers:
        if name not in READ:
            lines.append(b"%b: %b\r\n" % (name, value))
        elif name not in read:
            read[name] = value
        elif name == b"authorization":
            raise MalformedRequest(reason="Authorization")
        else:
            read[name] += b"," + value

    length = read.get(b"content-length")
    if length is not None:
        lines.append(b"content-length: %b\r\n" % length)
    connection = read.get(b"connection", b"").lower()
    if connection not in NO_HEADERS:
        lines = _without_named(lines, connection)
    return Head(
        lines=lines,
        authorization=read.get(b"authorization"),
        forwarded_for=read.get(b"x-forwarded-for", b""),
        length=int(length or 0),  # Limits has checked that it is a number
        chunked=b"transfer-encoding" in read,
    )


def _without_named(lines: list[bytes], connection: bytes) -> list[bytes]:
    """Headers that `Connection` names are for us alone (RFC 9110 section 7.6.1)."""
    named = {option.strip() for option in connection.split(b",")} - {b"content-length"}
    return [line for line in lines if line.partition(b":")[0] not in named]
