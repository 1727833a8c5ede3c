"""Slow, huge and too many requests at the front; dead, slow and broken services at the back."""

import asyncio
import contextlib
import resource
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from tests.integration.gateway.conftest import (
    HEAD_SECONDS,
    PEER,
    UPSTREAM_SECONDS,
    Process,
    access_token,
    environment,
    running,
)

ECHO = "/api/v1/petitions/echo"
MIB = 1024 * 1024


@pytest.fixture(scope="module")
def own_service(logs: Path) -> Iterator[Process]:
    """A service that a test may kill, if it starts it again."""
    with running(Process(PEER, logs / "own-service")) as process:
        yield process


@pytest.fixture(scope="module")
def own_gateway(logs: Path, identity: Process, own_service: Process) -> Iterator[Process]:
    settings = environment(identity, own_service) | {
        "LIANDONG_RATE": "5",
        "LIANDONG_BURST": "20",
        "LIANDONG_HTTP_MAX_REQUESTS": "4",
    }
    with running(Process("gateway.main:app", logs / "own-gateway", settings)) as process:
        yield process


@pytest.fixture
async def own_http(own_gateway: Process, identity: Process) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Authorization": f"Bearer {access_token(identity)}"}
    async with httpx.AsyncClient(base_url=own_gateway.url, headers=headers) as client:
        yield client


def memory(process: Process) -> int:
    """Bytes of memory the process holds now."""
    pages = int(Path(f"/proc/{process.running.pid}/statm").read_text().split()[1])
    return pages * resource.getpagesize()


@pytest.mark.parametrize("announced", [True, False])
async def test_a_huge_body_is_refused_and_not_kept(
    gateway: Process, http: httpx.AsyncClient, *, announced: bool
) -> None:
    sent = 0

    async def parts() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 200 * MIB:
            yield bytes(MIB)
            sent += MIB

    before = memory(gateway)
    headers = {"Content-Length": str(200 * MIB)} if announced else {}
    answer = await http.post("/api/v1/petitions/count", content=parts(), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert memory(gateway) - before < 16 * MIB
    assert (await http.get(ECHO)).status_code == 200


async def test_slow_sockets_are_closed_while_others_are_served(
    gateway: Process, http: httpx.AsyncClient
) -> None:
    slow = [await asyncio.open_connection("127.0.0.1", gateway.port) for _ in range(300)]
    for number, (_, writer) in enumerate(slow):
        writer.write(b"GET /api/v1/petitions HTTP/1.1\r\nX-Slow: "[: number % 40])
    began = time.monotonic()
    answers = await asyncio.gather(*(http.get(ECHO) for _ in range(50)))
    assert {answer.status_code for answer in answers} == {200}
    assert time.monotonic() - began < HEAD_SECONDS

    async def trickle(writer: asyncio.StreamWriter) -> None:
        for _ in range(20):
            writer.write(b"x")
            await asyncio.sleep(0.05)

    await asyncio.gather(*(trickle(writer) for _, writer in slow))
    async with asyncio.timeout(HEAD_SECONDS + 2):
        for reader, writer in slow:
            with contextlib.suppress(ConnectionError):
                await reader.read()
            writer.close()


async def test_a_huge_head_is_refused(gateway: Process) -> None:
    for head in (b"X: " + b"x" * 70_000, b"X: y\r\n" * 20_000):
        reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
        writer.write(b"GET / HTTP/1.1\r\n" + head + b"\r\n\r\n")
        assert b" 431 " in await asyncio.wait_for(reader.read(), 5)
        writer.close()


async def test_what_is_not_http_is_refused(gateway: Process) -> None:
    for noise in (b"\x16\x03\x01\x02\x00\x01", b"SSH-2.0-x\r\n\r\n", b"GET\r\n\r\n"):
        reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
        writer.write(noise)
        assert b" 400 " in await asyncio.wait_for(reader.read(), 5)
        writer.close()


async def test_a_dead_service_is_unavailable_and_served_again_when_it_is_back(
    own_http: httpx.AsyncClient, own_service: Process
) -> None:
    assert (await own_http.get(ECHO)).status_code == 200
    own_service.kill()
    for _ in range(3):
        answer = await own_http.get(ECHO)
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
        assert int(answer.headers["retry-after"]) >= 1
    own_service.start()
    assert (await own_http.get(ECHO)).status_code == 200


async def test_a_restart_between_two_requests_goes_unnoticed(
    own_http: httpx.AsyncClient, own_service: Process
) -> None:
    await own_http.get(ECHO)
    own_service.stop()
    own_service.start()
    assert (await own_http.get(ECHO)).status_code == 200
    answer = await own_http.post(ECHO, content=b"x", headers={"Idempotency-Key": "k"})
    assert answer.status_code == 201


async def test_a_service_killed_while_it_answers_leaves_a_clear_end(
    own_http: httpx.AsyncClient, own_service: Process
) -> None:
    calls = [asyncio.create_task(own_http.post("/api/v1/petitions/slow")) for _ in range(2)]
    await asyncio.sleep(0.3)
    own_service.kill()
    for answer in await asyncio.gather(*calls):
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    own_service.start()


async def test_a_slow_service_is_a_timeout(http: httpx.AsyncClient) -> None:
    began = time.monotonic()
    answer = await http.get("/api/v1/petitions/slow")
    assert (answer.status_code, answer.json()["code"]) == (504, "gateway_timeout")
    assert "retry-after" in answer.headers
    assert time.monotonic() - began < UPSTREAM_SECONDS + 1


async def test_a_file_is_waited_for_until_it_is_made(http: httpx.AsyncClient) -> None:
    began = time.monotonic()
    answer = await http.get("/api/v1/petitions-exports")
    assert (answer.status_code, answer.content) == (200, b"PK")
    assert time.monotonic() - began > UPSTREAM_SECONDS


async def test_an_answer_cut_short_does_not_look_whole(http: httpx.AsyncClient) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        await http.get("/api/v1/petitions/cut")
    assert (await http.get(ECHO)).status_code == 200


async def test_who_asks_too_much_is_told_when_to_come_back(
    own_gateway: Process, own_http: httpx.AsyncClient, identity: Process
) -> None:
    answers = [await own_http.get(ECHO) for _ in range(40)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert {answer.status_code for answer in answers} == {200, 429}
    assert int(refused[0].headers["retry-after"]) >= 1
    assert refused[0].headers["ratelimit-policy"] == '"caller";q=20;w=4'
    other = {"Authorization": f"Bearer {access_token(identity)}"}
    async with httpx.AsyncClient(base_url=own_gateway.url, headers=other) as client:
        assert (await client.get(ECHO)).status_code == 200


async def test_too_many_at_once_are_shed_but_the_gateway_is_alive(
    own_gateway: Process, own_http: httpx.AsyncClient
) -> None:
    calls = [asyncio.create_task(own_http.get("/api/v1/petitions/slow")) for _ in range(8)]
    await asyncio.sleep(0.5)
    async with httpx.AsyncClient(base_url=own_gateway.url) as client:
        assert (await client.get("/healthz")).status_code == 200
        shed = await client.get("/")
    assert (shed.status_code, shed.json()["code"]) == (503, "unavailable")
    assert "retry-after" in shed.headers
    assert {answer.status_code for answer in await asyncio.gather(*calls)} == {503, 504}


async def test_the_log_holds_no_query_no_body_and_no_token(
    gateway: Process, http: httpx.AsyncClient
) -> None:
    canary = "canary13800000000"
    await http.post(f"{ECHO}/{canary}?phone={canary}", content=canary.encode())
    await http.get(f"/api/v1/{canary}", headers={"X-Request-Id": "log-line-0001"})
    assert "log-line-0001" in gateway.lines
    assert canary not in gateway.lines
    assert http.headers["authorization"].removeprefix("Bearer ") not in gateway.lines


def test_a_stopped_gateway_ends_well(tmp_path: Path, identity: Process) -> None:
    settings = environment(identity, identity)
    with running(Process("gateway.main:app", tmp_path / "gateway", settings)) as process:
        assert process.stop() == 0
        assert "Traceback" not in process.lines
