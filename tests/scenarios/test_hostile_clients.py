"""Clients that bend paths, methods and lengths, send without end or hardly at all."""

import asyncio
import contextlib
import time
from pathlib import Path
from typing import Final

import httpx
import pytest

from ops.services import SERVICES
from tests.support.stack import HEAD_SECONDS, WholeStack, fresh_key
from tests.support.targets import JSON, TARGETS, Target, refused

pytestmark = pytest.mark.usefixtures("untouched")

MIB: Final = 1024 * 1024


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
