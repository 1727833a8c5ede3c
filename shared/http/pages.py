"""Lists by keyset: a signed cursor says where the last page ended."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final, Generic, TypeVar

import orjson
from fastapi import Depends, Query, Request, Response
from pydantic import BaseModel

from shared.errors import MalformedRequest

T = TypeVar("T")
Row = TypeVar("Row")
MAX_LIMIT: Final = 200
TAG_BYTES: Final = 16


class InvalidCursor(MalformedRequest):
    code = "invalid_cursor"
    zh = "游标无效或不属于此列表。"
    en = "The cursor is not valid for this list."


class Page(BaseModel, Generic[T]):
    """One page; `next` is the cursor of the following one, absent on the last."""

    items: list[T]
    next: str | None = None


@dataclass(frozen=True, slots=True)
class PageRequest:
    """What page is asked for. `after` holds the sort values of the last row seen."""

    limit: int
    after: tuple[Any, ...] | None
    _request: Request
    _response: Response

    def cut(self, rows: Sequence[Row], key: Callable[[Row], tuple[Any, ...]]) -> list[Row]:
        """The page out of up to `limit + 1` rows; sets the `next` link if there is more."""
        page = list(rows[: self.limit])
        if len(rows) > self.limit:
            cursor = _seal(self._request, key(page[-1]))
            url = self._request.url.include_query_params(cursor=cursor)
            self._response.headers["Link"] = f'<{url.path}?{url.query}>; rel="next"'
            self._request.state.next_cursor = cursor
        return page

    @property
    def next(self) -> str | None:
        """The cursor of the following page, once `cut` was called."""
        return getattr(self._request.state, "next_cursor", None)

    def answer(self, content: bytes) -> Response:
        """A page that was serialised by hand, with the `next` link."""
        headers = {"Link": link} if (link := self._response.headers.get("Link")) else None
        return Response(content, media_type="application/json", headers=headers)


def _binding(request: Request) -> bytes:
    """A cursor belongs to one list with one set of filters."""
    filters = sorted(
        (name, value)
        for name, value in request.query_params.multi_items()
        if name not in ("cursor", "limit")
    )
    return orjson.dumps([request.url.path, filters])


def _tag(request: Request, body: bytes) -> bytes:
    key: bytes = request.state.cursor_key
    return hmac.digest(key, _binding(request) + body, hashlib.sha256)[:TAG_BYTES]


def _seal(request: Request, values: tuple[Any, ...]) -> str:
    body = orjson.dumps(values)
    return base64.urlsafe_b64encode(_tag(request, body) + body).rstrip(b"=").decode()


def _open(request: Request, cursor: str) -> tuple[Any, ...]:
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    except (binascii.Error, ValueError):
        raise InvalidCursor(reason="cursor") from None
    tag, body = raw[:TAG_BYTES], raw[TAG_BYTES:]
    if not hmac.compare_digest(tag, _tag(request, body)):
        raise InvalidCursor(reason="cursor")
    return tuple(orjson.loads(body))


async def _page_request(
    request: Request,
    response: Response,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = 50,
    cursor: Annotated[str | None, Query(max_length=1024, pattern=r"^[A-Za-z0-9_-]+$")] = None,
) -> PageRequest:
    after = _open(request, cursor) if cursor is not None else None
    return PageRequest(limit, after, request, response)


PageDep = Annotated[PageRequest, Depends(_page_request)]
