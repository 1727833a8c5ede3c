"""The pooled transport against real sockets whose every byte the test decides."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

import httpx
import pytest

from shared.http.transport import PooledTransport

Reader = asyncio.StreamReader
Writer = asyncio.StreamWriter
Serve = Callable[["Peer", Reader, Writer], Awaitable[None]]
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class Peer:
    """A server that counts its connections and keeps what it read."""

    def __init__(self, serve: Serve) -> None:
        self.connections = 0
        self.heads: list[bytes] = []
        self.url = ""
        self._serve = serve

    async def __call__(self, reader: Reader, writer: Writer) -> None:
        self.connections += 1
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            await self._serve(self, reader, writer)
        writer.close()

    async def head(self, reader: Reader) -> bytes:
        head = await reader.readuntil(b"\r\n\r\n")
        self.heads.append(head)
        return head


@contextlib.asynccontextmanager
async def peer(serve: Serve) -> AsyncIterator[Peer]:
    box = Peer(serve)
    server = await asyncio.start_server(box, "127.0.0.1", 0)
    box.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield box
    finally:
        server.close()


def answering(*answers: bytes) -> Serve:
    """Serves the answers in turn on each connection, then closes it."""

    async def serve(box: Peer, reader: Reader, writer: Writer) -> None:
        for answer in answers:
            await box.head(reader)
            writer.write(answer)
            await writer.drain()

    return serve


@contextlib.asynccontextmanager
async def client(**options: int) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=PooledTransport(**options)) as caller:
        yield caller


async def test_a_connection_serves_one_request_after_another() -> None:
    async with peer(answering(OK, OK, OK)) as box, client() as http:
        for _ in range(3):
            assert (await http.get(box.url)).text == "ok"
        assert box.connections == 1


async def test_a_chunked_answer_arrives_whole_and_in_pieces() -> None:
    chunked = (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    )
    async with peer(answering(chunked, chunked)) as box, client() as http:
        assert (await http.get(box.url)).content == b"abcde"
        async with http.stream("GET", box.url) as response:
            assert b"".join([part async for part in response.aiter_raw()]) == b"abcde"
        assert box.connections == 1


@pytest.mark.parametrize(
    ("method", "answer"),
    [
        ("HEAD", b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n"),
        ("GET", b"HTTP/1.1 204 No Content\r\n\r\n"),
        ("GET", b"HTTP/1.1 304 Not Modified\r\nContent-Length: 500\r\n\r\n"),
    ],
)
async def test_an_answer_without_body_leaves_the_connection_open(
    method: str, answer: bytes
) -> None:
    async with peer(answering(answer, OK)) as box, client() as http:
        assert (await http.request(method, box.url)).content == b""
        assert (await http.get(box.url)).text == "ok"
        assert box.connections == 1


async def test_an_answer_announced_by_100_continue_is_the_final_one() -> None:
    announced = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n"
    async with peer(answering(announced)) as box, client() as http:
        assert (await http.post(box.url, content=b"x")).status_code == 201


async def test_an_answer_may_end_with_its_connection() -> None:
    async with peer(answering(b"HTTP/1.1 200 OK\r\n\r\nuntil the end")) as box, client() as http:
        assert (await http.get(box.url)).text == "until the end"


async def test_an_answer_cut_short_is_an_error() -> None:
    cut = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"
    async with peer(answering(cut)) as box, client() as http:
        with pytest.raises(httpx.RemoteProtocolError):
            await http.get(box.url)


@pytest.mark.parametrize("answer", [b"SSH-2.0-OpenSSH_9.2\r\n", b"HTTP/1.1 101 Switching\r\n\r\n"])
async def test_what_is_not_an_answer_is_an_error(answer: bytes) -> None:
    async with peer(answering(answer)) as box, client() as http:
        with pytest.raises(httpx.RemoteProtocolError):
            await http.get(box.url)


async def test_a_read_is_repeated_when_the_kept_connection_was_closed() -> None:
    closing = asyncio.Event()

    async def serve(box: Peer, reader: Reader, writer: Writer) -> None:
        await box.head(reader)
        writer.write(OK)
        if box.connections == 1:
            await box.head(reader)  # takes the second request and dies without a word
            closing.set()
        else:
            await reader.read()

    async with peer(serve) as box, client() as http:
        await http.get(box.url)
        assert (await http.get(box.url)).text == "ok"
        assert closing.is_set()
        assert box.connections == 2


async def test_an_act_without_a_key_is_not_repeated() -> None:
    async def serve(box: Peer, reader: Reader, writer: Writer) -> None:
        await box.head(reader)
        writer.write(OK)
        await box.head(reader)

    async with peer(serve) as box, client() as http:
        await http.post(box.url)
        with pytest.raises(httpx.RemoteProtocolError):
            await http.post(box.url)
        await http.post(box.url)
        assert (await http.post(box.url, headers={"Idempotency-Key": "k"})).text == "ok"


async def test_silence_ends_by_the_read_timeout() -> None:
    async def serve(_box: Peer, reader: Reader, _: Writer) -> None:
        await reader.read()

    async with peer(serve) as box, client() as http:
        with pytest.raises(httpx.ReadTimeout):
            await http.get(box.url, timeout=0.05)


async def test_nobody_listening_is_a_connect_error() -> None:
    async with client() as http:
        with pytest.raises(httpx.ConnectError):
            await http.get("http://127.0.0.1:1")


async def test_a_peer_that_takes_no_body_ends_by_the_write_timeout() -> None:
    async def forever() -> AsyncIterator[bytes]:
        while True:
            yield b"x" * 65536

    async def serve(box: Peer, reader: Reader, _: Writer) -> None:
        await box.head(reader)
        await asyncio.sleep(5)

    async with peer(serve) as box, client() as http:
        with pytest.raises(httpx.WriteTimeout):
            await http.post(box.url, content=forever(), timeout=httpx.Timeout(5, write=0.1))


async def test_a_body_is_streamed_and_an_early_answer_ends_it() -> None:
    sent = 0

    async def parts() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 1000:
            sent += 1
            yield b"part"
            await asyncio.sleep(0.005)

    refusal = b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n"
    async with peer(answering(refusal)) as box, client() as http:
        assert (await http.post(box.url, content=parts())).status_code == 413
    assert sent < 1000


async def test_the_error_of_a_body_reaches_the_caller() -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"some"
        raise LookupError

    async def serve(_box: Peer, reader: Reader, _: Writer) -> None:
        await reader.read()

    async with peer(serve) as box, client() as http:
        with pytest.raises(LookupError):
            await http.post(box.url, content=broken())


async def test_a_slow_reader_makes_the_peer_wait() -> None:
    size = 64 * 1024 * 1024
    written = 0

    async def serve(box: Peer, reader: Reader, writer: Writer) -> None:
        nonlocal written
        await box.head(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size)
        while written < size:
            writer.write(bytes(65536))
            written += 65536
            await writer.drain()
        await reader.read()

    async with peer(serve) as box, client() as http, http.stream("GET", box.url) as response:
        await asyncio.sleep(0.2)
        assert written < size / 2
        assert sum([len(part) async for part in response.aiter_raw()]) == size


async def test_a_cancelled_call_drops_its_connection_and_frees_its_place() -> None:
    async def serve(box: Peer, reader: Reader, writer: Writer) -> None:
        while True:
            head = await box.head(reader)
            if b"/slow" not in head:
                writer.write(OK)

    async with peer(serve) as box, client(max_connections=1) as http:
        for _ in range(3):
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(http.get(f"{box.url}/slow", timeout=None), 0.02)
        assert (await http.get(box.url)).text == "ok"


async def test_more_calls_than_places_wait_their_turn() -> None:
    busy = most = 0

    async def serve(box: Peer, reader: Reader, writer: Writer) -> None:
        nonlocal busy, most
        while True:
            await box.head(reader)
            busy += 1
            most = max(most, busy)
            await asyncio.sleep(0.01)
            busy -= 1
            writer.write(OK)

    async with peer(serve) as box, client(max_connections=3) as http:
        answers = await asyncio.gather(*(http.get(box.url) for _ in range(12)))
        assert {answer.text for answer in answers} == {"ok"}
        assert most == box.connections == 3
        with pytest.raises(httpx.PoolTimeout):
            await asyncio.gather(
                *(http.get(box.url, timeout=httpx.Timeout(5, pool=0.001)) for _ in range(4))
            )


async def test_a_header_with_a_line_break_is_never_sent() -> None:
    async with peer(answering(OK)) as box, client() as http:
        with pytest.raises(httpx.LocalProtocolError):
            await http.get(box.url, headers={b"x-note": b"a\r\nX-Forged: 1"})
        assert box.heads == []
