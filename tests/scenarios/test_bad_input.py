"""Whatever is sent, the answer is a clear 4xx or a closed socket, and not a row is written."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
import orjson
import pytest

from ops.demo.intake import COMPLAINTS
from ops.services import SERVICES
from tests.support.openapi import A_UUID
from tests.support.stack import HEAD_SECONDS, WholeStack, fresh_key, problem

MIB: Final = 1024 * 1024
INSTANT: Final = "2026-04-20T08:30:00+08:00"
JSON: Final = {"Content-Type": "application/json"}
# Logs of what was tried; and tables of the machinery that moves by itself.
MAY_CHANGE: Final = ("audit", "idempotency", "database_time", "clock_alarm")


@dataclass(frozen=True, slots=True)
class Target:
    """An act of a service with a body that no schema refuses, and a list of the same service.

    `text`, `instant` and `division` are fields of the body; `other_list` takes no cursor of `list`.
    """

    login: str
    act: str
    body: Mapping[str, Any]
    text: str
    instant: str
    division: str
    list: str
    other_list: str
    item: str


TARGETS: Final = {
    "identity": Target(
        login="330200-security-administrator-1",
        act="/api/v1/grants",
        body={
            "account_id": A_UUID,
            "role": "officer",
            "division": "330281",
            "valid_from": INSTANT,
            "reason": "借调",
        },
        text="reason",
        instant="valid_from",
        division="division",
        list="/api/v1/accounts",
        other_list="/api/v1/clients",
        item="/api/v1/accounts",
    ),
    "regions": Target(
        login="330200-command-center-1",
        act="/api/v1/officers/bookings",
        body={
            "task_id": A_UUID,
            "officer_ids": [A_UUID],
            "starts_at": INSTANT,
            "ends_at": "2026-04-20T18:30:00+08:00",
            "object_name": "示例单位",
        },
        text="object_name",
        instant="starts_at",
        division="",
        list="/api/v1/divisions",
        other_list="/api/v1/officers",
        item="/api/v1/officers",
    ),
    "tasks": Target(
        login="330282-officer-2",
        act="/api/v1/problems",
        body={
            "inspection_id": A_UUID,
            "category": "gas",
            "severity": "general",
            "description": "示例",
            "traceable_source": "现场检查",
            "found_at": INSTANT,
        },
        text="description",
        instant="found_at",
        division="",
        list="/api/v1/problems",
        other_list="/api/v1/tasks",
        item="/api/v1/problems",
    ),
    "petitions": Target(
        login="330200-petition-clerk-1",
        act="/api/v1/petitions",
        body={
            **COMPLAINTS["noise"],
            # The clerk's right ends at the city's border, so that a good body is refused too.
            "office": "510100",
            "divisions": ["510114"],
            "received_at": INSTANT,
        },
        text="title",
        instant="received_at",
        division="office",
        list="/api/v1/petitions",
        other_list="/api/v1/escalations",
        item="/api/v1/petitions",
    ),
}
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


@pytest.fixture(scope="module", autouse=True)
async def untouched(stack: WholeStack) -> AsyncIterator[None]:
    """After everything below not a row is there that was not, and none says something else."""
    for target in TARGETS.values():
        stack.login(target.login)
    before = await _settled(stack)
    yield
    after = await _settled(stack)
    changed = sorted(name for name in before if before[name] != after[name])
    assert [name for name in changed if not name.endswith(MAY_CHANGE)] == []


async def _settled(stack: WholeStack) -> dict[str, tuple[int, str]]:
    """The rows once jobs and relays, which other tests may have woken, have nothing to do."""
    rows = await stack.rows()
    for _ in range(20):
        await asyncio.sleep(0.7)
        again = await stack.rows()
        if again == rows:
            break
        rows = again
    return rows


@pytest.fixture(params=TARGETS)
def target(request: pytest.FixtureRequest) -> Target:
    return TARGETS[request.param]


@pytest.fixture
def http(stack: WholeStack, target: Target) -> httpx.Client:
    return stack.login(target.login)


def refused(answer: httpx.Response, *statuses: int) -> Mapping[str, Any]:
    assert answer.status_code in statuses, answer.text
    return problem(answer)


def act(http: httpx.Client, target: Target, body: bytes, **headers: str) -> httpx.Response:
    return http.post(target.act, content=body, headers=JSON | fresh_key() | headers)


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


async def raw(stack: WholeStack, request: bytes) -> bytes:
    """What comes back on a socket of one's own until it is closed."""
    url = httpx.URL(stack.ready.gateway)
    reader, writer = await asyncio.open_connection(url.host, url.port)
    writer.write(request)
    with contextlib.suppress(ConnectionError):
        await writer.drain()
    answer = b""
    with contextlib.suppress(ConnectionError):
        answer = await asyncio.wait_for(reader.read(), 20)
    writer.close()
    return answer


def request_line(stack: WholeStack, target: Target, line: str) -> bytes:
    token = stack.login(target.login).headers["Authorization"]
    return f"{line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: {token}\r\n".encode()


AMBIGUOUS: Final = (
    "{item}/../petitions",
    "{item}/./",
    "{item}/..%2fpetitions",
    "{item}/%2e%2e/petitions",
    "{item}/%2E%2E/%2E%2E/internal/events",
    "/api/v1/..;/internal/events",
    "{item};a=b",
    "{item}/;/",
    "{item}//",
    "//internal/events",
    "{item}\\..\\x",
    "{item}/%5c..%5c",
    "{item}/%00",
    "{item}/a%00b",
    "{item}?limit=1%00",
    "{item}/%",
    "{item}/%zz",
    "{item}/%ff",
    "{item}/%ed%a0%80",
    "{item}/%c0%ae%c0%ae/",
    "{item}/%252e%252e/",
    "/api/v1/%70etitions",
    "{item}/%0d%0aX-Injected:%20yes",
    "http://example.org{item}/../",
)


@pytest.mark.parametrize("path", AMBIGUOUS)
async def test_a_path_that_can_be_read_two_ways_is_refused(
    stack: WholeStack, target: Target, path: str
) -> None:
    head = request_line(stack, target, f"GET {path.format(item=target.item)}")

    answer = await raw(stack, head + b"\r\n")

    assert answer[:10] == b"HTTP/1.1 4", answer[:200]
    assert b"X-Injected" not in answer


@pytest.mark.parametrize(
    "method", ["PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "OPTIONS", "PROPFIND", "GETT", "post"]
)
async def test_another_method_does_nothing(stack: WholeStack, target: Target, method: str) -> None:
    head = request_line(stack, target, f"{method} {target.act}")

    answer = await raw(stack, head + b"Content-Length: 0\r\n\r\n")

    assert answer[:10] == b"HTTP/1.1 4", answer[:200]


@pytest.mark.parametrize(
    "header", ["X-HTTP-Method-Override", "X-Method-Override", "X-HTTP-Method", "_method"]
)
def test_a_header_does_not_change_the_method(
    http: httpx.Client, target: Target, header: str
) -> None:
    """GET stays GET, as the rows show; POST stays POST, and has no key here."""
    assert http.get(target.list, headers={header: "DELETE"}).status_code == 200
    answer = http.post(target.act, json={}, headers={header: "GET"})
    refused(answer, 400)


async def test_a_huge_head_is_refused(stack: WholeStack, target: Target) -> None:
    line = request_line(stack, target, f"GET {target.list}")
    for head in (b"X: " + b"x" * 70_000 + b"\r\n", b"X: y\r\n" * 20_000):
        answer = await raw(stack, line + head + b"\r\n")
        assert b" 431 " in answer.partition(b"\r\n")[0] or answer == b""


async def test_a_request_within_a_request_is_not_let_in(stack: WholeStack, target: Target) -> None:
    """Two lengths, or a length and pieces: who reads the one sees another request than who not."""
    line = request_line(stack, target, f"POST {target.act}")
    for lengths in (
        b"Content-Length: 4\r\nContent-Length: 5\r\n",
        b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
        b"Content-Length: -1\r\n",
        b"Content-Length: +4\r\n",
        b"Content-Length: 99999999999999999999\r\n",
        b"Transfer-Encoding: chunked, identity\r\n",
    ):
        answer = await raw(stack, line + lengths + b"\r\n0\r\n\r\n")
        assert answer[:10] == b"HTTP/1.1 4" or answer == b"", (lengths, answer[:200])


def peak(pid: int) -> int:
    """Bytes of memory the process ever held."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    line = next(each for each in status.splitlines() if each.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024


@pytest.mark.parametrize("announced", [True, False], ids=["announced", "in pieces"])
def test_two_hundred_megabytes_are_refused_and_not_kept(
    stack: WholeStack, http: httpx.Client, target: Target, *, announced: bool
) -> None:
    parts = (bytes(MIB) for _ in range(200))
    processes = {name: pid for name, pid in stack.ready.pids.items() if name != "postgres"}
    before = {name: peak(pid) for name, pid in processes.items()}
    headers = JSON | fresh_key() | ({"Content-Length": str(200 * MIB)} if announced else {})

    answer = http.post(target.act, content=parts, headers=headers)

    assert refused(answer, 413)["code"] == "too_large"
    grown = {name: peak(pid) - before[name] for name, pid in processes.items()}
    assert max(grown.values()) < 16 * MIB, grown
    assert http.get(target.list).status_code == 200


@pytest.mark.parametrize("service", SERVICES)
def test_two_hundred_megabytes_are_refused_by_a_service_itself(
    stack: WholeStack, service: str
) -> None:
    before = peak(stack.ready.pids[service])
    parts = (bytes(MIB) for _ in range(200))
    headers = JSON | fresh_key() | {"Content-Length": str(200 * MIB)}
    with httpx.Client(base_url=stack.ready.services[service], verify=False) as http:  # noqa: S501 -- plain HTTP
        answer = http.post(TARGETS[service].act, content=parts, headers=headers)

    assert refused(answer, 413)["code"] == "too_large"
    assert peak(stack.ready.pids[service]) - before < 16 * MIB


async def test_three_hundred_slow_sockets_are_closed_while_others_are_served(
    stack: WholeStack,
) -> None:
    url = httpx.URL(stack.ready.gateway)
    slow = [await asyncio.open_connection(url.host, url.port) for _ in range(300)]
    began = time.monotonic()
    for number, (_, writer) in enumerate(slow):
        writer.write(b"GET /api/v1/petitions HTTP/1.1\r\nX-Slow: "[: number % 40])
    token = {"Authorization": stack.login(TARGETS["petitions"].login).headers["Authorization"]}
    async with httpx.AsyncClient(base_url=stack.ready.gateway, headers=token, verify=False) as http:  # noqa: S501 -- plain HTTP
        served = 0
        while time.monotonic() - began < HEAD_SECONDS / 2:
            assert (await http.get("/api/v1/petitions")).status_code == 200
            served += 1
        for _, writer in slow:
            writer.write(b"x")  # a byte now and then buys no time
        assert served > 5
        async with asyncio.timeout(HEAD_SECONDS + 5):
            for reader, writer in slow:
                with contextlib.suppress(ConnectionError):
                    await reader.read()
                writer.close()
        assert time.monotonic() - began < HEAD_SECONDS + 5
        assert (await http.get("/api/v1/petitions")).status_code == 200
