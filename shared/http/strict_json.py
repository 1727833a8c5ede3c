"""JSON as the standard has it, and no name twice: readers would disagree which one counts."""

from json import JSONDecodeError
from typing import Any

import orjson


def loads(body: bytes) -> Any:  # noqa: ANN401 -- any JSON
    """JSONDecodeError also for NaN, lone surrogates, and a name that an object has twice."""
    value = orjson.loads(body)
    if _names(value) != _colons(body):
        raise JSONDecodeError("a name stands twice", "", 0)
    return value


def _colons(body: bytes) -> int:
    """Those outside texts: in well-formed JSON one stands behind each name and nowhere else."""
    plain = body.replace(rb"\\", b"").replace(rb"\"", b"")
    return b"".join(plain.split(b'"')[::2]).count(b":")


def _names(value: object) -> int:
    """How many names the objects within have, all together."""
    count, inside = 0, [value]
    while inside:
        each = inside.pop()
        if isinstance(each, dict):
            count += len(each)
            inside.extend(each.values())
        elif isinstance(each, list):
            inside.extend(each)
    return count
