"""Whatever stands in a request, the answer is a clear 4xx, and not a row is written."""

from collections.abc import Callable, Mapping
from typing import Final

import httpx
import orjson
import pytest

from tests.support.openapi import A_UUID
from tests.support.stack import WholeStack, problem
from tests.support.targets import TARGETS, Target, act, refused

pytestmark = pytest.mark.usefixtures("untouched")

Values = Mapping[str, object]

BAD_TEXTS: Final[Values] = {
    "NUL": "a\0b",
    "bell": "a\x07b",
    "number": 10**20,
    "a list": ["a"],
    "an object": {"a": 1},
    "too long": "联" * 200_000,
    "blank": " \t ",
    "null": None,
}
BAD_INSTANTS: Final[Values] = {
    "naive": "2026-04-20T08:30:00",
    "a date": "2026-04-20",
    "year 1": "0001-01-01T00:00:00+00:00",
    "year 1, shifted before it": "0001-01-01T00:00:00+14:00",
    "year 9999": "9999-12-31T23:59:59+00:00",
    "year 9999, shifted behind it": "9999-12-31T23:59:59-14:00",
    "year 10000": "+10000-01-01T00:00:00+00:00",
    "no such day": "2026-02-30T00:00:00+08:00",
    "an offset of two days": "2026-04-20T08:30:00+48:00",
    "10^20": 10**20,
    "-10^20": -(10**20),
    "10^308": 1e308,
    "NUL": "2026-04-20T08:30:00+08:00\0",
}
BAD_DIVISIONS: Final[Values] = {
    "five digits": "33028",
    "seven digits": "3302811",
    "full-width digits": "\uff13\uff13\uff10\uff12\uff18\uff11",
    "a line more": "330281\n",
    "a scope": "3302",
    "a wildcard": "3302%",
    "a path": "../330281",
    "letters": "33O281",
    "number": 330281,
    "10^20": 10**20,
}


def changed(target: Target, **fields: object) -> bytes:
    return orjson.dumps({**target.body, **fields}, default=str)


def big(target: Target, field: str, value: object) -> bytes:
    """The body with a value that orjson itself would not write."""
    return changed(target, **{field: "<>"}).replace(b'"<>"', str(value).encode())


def test_a_good_body_gets_past_the_schema(http: httpx.Client, target: Target) -> None:
    """So that what is refused below is refused for what was done to it."""
    answer = act(http, target, changed(target))

    assert answer.status_code in (403, 404, 409), answer.text


def expect_at(answer: httpx.Response, field: str) -> None:
    found = refused(answer, 422)
    assert any(each["pointer"].startswith(f"/{field}") for each in found["errors"]), found


@pytest.mark.parametrize("what", BAD_TEXTS)
def test_a_bad_text_is_named(http: httpx.Client, target: Target, what: str) -> None:
    value = BAD_TEXTS[what]
    if value is None and target.text == "object_name":
        return  # may be absent there
    body = (
        big(target, target.text, value)
        if isinstance(value, int)
        else changed(target, **{target.text: value})
    )
    expect_at(act(http, target, body), target.text)


@pytest.mark.parametrize("what", BAD_INSTANTS)
def test_a_bad_instant_is_named(http: httpx.Client, target: Target, what: str) -> None:
    value = BAD_INSTANTS[what]
    body = (
        changed(target, **{target.instant: value})
        if isinstance(value, str)
        else big(target, target.instant, value)
    )
    expect_at(act(http, target, body), target.instant)


@pytest.mark.parametrize("what", BAD_DIVISIONS)
def test_a_bad_division_is_named(http: httpx.Client, target: Target, what: str) -> None:
    value = BAD_DIVISIONS[what]
    if target.division:
        body = (
            big(target, target.division, value)
            if isinstance(value, int)
            else changed(target, **{target.division: value})
        )
        expect_at(act(http, target, body), target.division)


def test_a_division_that_does_not_exist_is_refused(stack: WholeStack) -> None:
    target = TARGETS["petitions"]
    body = changed(target, office="330200", divisions=["330299"])

    refused(act(stack.login(target.login), target, body), 403, 404, 422)


def test_an_unknown_field_is_named(http: httpx.Client, target: Target) -> None:
    for field in ("id", "visible_to", "version", "state", "__proto__", "x" * 1000):
        expect_at(act(http, target, changed(target, **{field: "x"})), field)


BAD_BODIES: Final[Mapping[str, Callable[[Target], bytes]]] = {
    "empty": lambda _: b"",
    "blank": lambda _: b"  ",
    "half": lambda target: changed(target)[:-5],
    "NaN": lambda target: big(target, target.text, "NaN"),
    "Infinity": lambda target: big(target, target.text, "Infinity"),
    "-Infinity": lambda target: big(target, target.instant, "-Infinity"),
    "too large a number": lambda target: big(target, target.instant, "1e999"),
    "raw NUL": lambda target: changed(target).replace(b"{", b"{\0", 1),
    "a lone surrogate": lambda target: big(target, target.text, '"\\ud800"'),
    "a raw surrogate": lambda target: changed(target, **{target.text: "<>"}).replace(
        b"<>", b"\xed\xa0\x80"
    ),
    "not utf-8": lambda target: changed(target, **{target.text: "<>"}).replace(b"<>", b"\xff\xfe"),
    "utf-16": lambda target: changed(target).decode().encode("utf-16"),
    "a name twice": lambda target: (
        changed(target)[:-1] + b"," + orjson.dumps({target.text: "x"})[1:]
    ),
    "100,000 lists deep": lambda _: b"[" * 100_000,
    "100,000 lists deep, closed": lambda _: b"[" * 100_000 + b"]" * 100_000,
    "100,000 objects deep": lambda _: b'{"a":' * 100_000,
    "deep in a field": lambda target: big(target, target.text, "[" * 100_000 + "]" * 100_000),
    "two values": lambda target: changed(target) * 2,
    "a comment": lambda target: changed(target) + b"//",
    "single quotes": lambda target: changed(target).replace(b'"', b"'"),
    "a bomb of entities": lambda _: b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
}


@pytest.mark.parametrize("what", BAD_BODIES)
def test_what_is_not_json_is_malformed(http: httpx.Client, target: Target, what: str) -> None:
    refused(act(http, target, BAD_BODIES[what](target)), 400, 422)


@pytest.mark.parametrize("value", [b"null", b"[]", b"0", b'""', b"true", b"[{}]"])
def test_what_is_no_object_is_refused(http: httpx.Client, target: Target, value: bytes) -> None:
    refused(act(http, target, value), 422)


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "image/png", ""],
)
def test_another_content_type_is_refused(
    http: httpx.Client, target: Target, content_type: str
) -> None:
    answer = act(http, target, changed(target), **{"Content-Type": content_type})

    refused(answer, 400, 415, 422)


@pytest.mark.parametrize(
    "limit", ["-1", "0", "201", str(10**20), "NaN", "1e2", "0x10", "", "5;", "\uff15"]
)
def test_a_bad_limit_is_named(http: httpx.Client, target: Target, limit: str) -> None:
    found = refused(http.get(target.list, params={"limit": limit}), 422)

    assert [each["pointer"] for each in found["errors"]] == ["limit"]


@pytest.mark.parametrize("cursor", ["A", "eyJhIjoxfQ", "A" * 64, "-" * 1024, "", "=", "A" * 2000])
def test_a_forged_cursor_is_refused(http: httpx.Client, target: Target, cursor: str) -> None:
    refused(http.get(target.list, params={"cursor": cursor}), 400, 422)


def cursor_of(http: httpx.Client, path: str) -> str:
    cursor = http.get(path, params={"limit": 1}).json()["next"]
    assert cursor
    return str(cursor)


def test_a_changed_cursor_is_refused(http: httpx.Client, target: Target) -> None:
    cursor = cursor_of(http, target.list)
    assert http.get(target.list, params={"cursor": cursor}).status_code == 200
    for place in range(0, len(cursor), 3):
        other = "B" if cursor[place] == "A" else "A"
        forged = cursor[:place] + other + cursor[place + 1 :]
        assert problem(http.get(target.list, params={"cursor": forged}))["status"] == 400


def test_a_cursor_belongs_to_one_list_with_its_filters(http: httpx.Client, target: Target) -> None:
    cursor = cursor_of(http, target.list)
    for path, params in (
        (target.other_list, {}),
        (target.list, {"division": "330281"}),
        (target.list, {"unknown": "filter"}),
    ):
        answer = http.get(path, params={"cursor": cursor, **params})
        assert refused(answer, 400)["code"] == "invalid_cursor"


@pytest.mark.parametrize(
    "key", ["-1", str(10**20), "null", "联" * 300, "%2e", "0", A_UUID.upper() + "0", "*", "'"]
)
def test_a_bad_key_is_no_item(http: httpx.Client, target: Target, key: str) -> None:
    refused(http.get(f"{target.item}/{key}"), 400, 404, 422)
