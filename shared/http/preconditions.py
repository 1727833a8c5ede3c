"""Optimistic locking over HTTP: the version as ETag, If-Match on every change."""

import re
from typing import Annotated, Final

from fastapi import Depends, Header

from shared.errors import MalformedRequest, PreconditionRequired

ETAG: Final = re.compile(r'"(\d{1,9})"')


def etag(version: int) -> str:
    return f'"{version}"'


async def _expected_version(
    if_match: Annotated[str | None, Header(description='ETag of what was read, e.g. "3"')] = None,
) -> int:
    if if_match is None:
        raise PreconditionRequired
    match = ETAG.fullmatch(if_match.strip())
    if match is None:
        raise MalformedRequest(reason="If-Match")
    return int(match[1])


ExpectedVersion = Annotated[int, Depends(_expected_version)]
