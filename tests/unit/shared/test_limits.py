"""Limits in front of FastAPI, whose own errors must not show through."""

import asyncio
from collections.abc import AsyncIterator, Iterable

import httpx
import pytest
from fastapi import FastAPI, Request
from starlette.types import Message, Receive

from shared.http.limits import Bounds, Limits

BOUNDS = Bounds(body=100, body_of={"/large": 1000}, body_seconds=0.1, total_seconds=0.3)

api = FastAPI()


@api.post("/{where}")
async def size(where: str, request: Request) -> dict[str, object]:
    if where == "json":
        return {"size": len(await request.json())}
    return {"size": len(await request.body())}


@api.get("/slow")
async def slow() -> None:
    await asyncio.sleep(5)


@api.post("/bodies/json")
async def json(body: dict[str, str]) -> int:
    return len(body)


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(Limits(api, BOUNDS))
    async with httpx.AsyncClient(transport=transport, base_url="http://service") as caller:
        yield caller


def parts(*sizes: int) -> AsyncIterator[bytes]:
    async def generate() -> AsyncIterator[bytes]:
        for each in sizes:
            yield b"x" * each

    return generate()


async def test_a_body_within_its_limit_passes(client: httpx.AsyncClient) -> None:
    assert (await client.post("/a", content=b"x" * 100)).json() == {"size": 100}
    assert (await client.post("/a", content=parts(50, 50))).json() == {"size": 100}
    assert (await client.post("/large", content=parts(500, 500))).json() == {"size": 1000}


@pytest.mark.parametrize("path", ["/a", "/json", "/bodies/json"])
async def test_a_larger_body_is_refused_however_it_is_read(
    client: httpx.AsyncClient, path: str
) -> None:
    for content in (b"x" * 101, parts(60, 60)):
        headers = {"Content-Type": "application/json"}
        answer = await client.post(path, content=content, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


async def test_a_body_that_does_not_come_is_a_timeout() -> None:
    answer = await answered(never, headers=[(b"content-length", b"5")])
    assert (answer.status_code, answer.headers["connection"]) == (408, "close")


async def test_a_late_answer_is_unavailable(client: httpx.AsyncClient) -> None:
    answer = await client.get("/slow")
    assert (answer.status_code, answer.json()["code"]) == (503, "deadline_exceeded")


async def test_a_cancelled_request_stays_cancelled() -> None:
    call = asyncio.create_task(answered(never, path="/slow", method="GET"))
    await asyncio.sleep(0.05)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call


@pytest.mark.parametrize(
    ("path", "query"),
    [
        (b"/%00", b""),
        (b"/%zz", b""),
        (b"/%4", b""),
        (b"/%ff", b""),
        (b"/%C0%AF", b""),
        (b"/a", b"q=%00"),
        (b"/a", b"q=%ed%a0%80"),
    ],
)
async def test_what_is_not_text_is_malformed(path: bytes, query: bytes) -> None:
    answer = await answered(never, raw_path=path, query=query)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed_request")


async def test_text_is_fine() -> None:
    answer = await answered(empty, raw_path=b"/%E5%AE%81", query=b"q=%E6%B3%A2&p=100%")
    assert answer.status_code == 200


async def test_an_impossible_length_is_malformed() -> None:
    for length in (b"-1", b"1e3", b"9" * 30):
        answer = await answered(never, headers=[(b"content-length", length)])
        assert answer.status_code == 400


async def never() -> Message:
    await asyncio.sleep(5)
    return {"type": "http.disconnect"}


async def empty() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}


async def answered(
    receive: Receive,
    *,
    path: str = "/a",
    method: str = "POST",
    raw_path: bytes = b"/a",
    query: bytes = b"",
    headers: Iterable[tuple[bytes, bytes]] = (),
) -> httpx.Response:
    """The answer to a request whose every part the test gives."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "path": path,
        "raw_path": raw_path,
        "query_string": query,
        "headers": list(headers),
        "scheme": "http",
        "server": ("service", 80),
        "client": ("127.0.0.1", 1),
        "root_path": "",
    }
    await Limits(api, BOUNDS)(scope, receive, send)
    start, *rest = sent
    body = b"".join(message.get("body", b"") for message in rest)
    return httpx.Response(start["status"], headers=start["headers"], content=body)
