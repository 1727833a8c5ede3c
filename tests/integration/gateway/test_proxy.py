"""What passes the gateway, in both directions, and what does not."""

import asyncio
import socket
from collections.abc import AsyncIterator
from uuid import UUID

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from shared.auth.actor import ActorKind
from shared.auth.tokens import Signer, TokenType
from shared.ids import uuid7
from tests.integration.gateway import peer
from tests.integration.gateway.conftest import Process, access_token, asked

ECHO = "/api/v1/petitions/echo"
PROBLEM = "application/problem+json"


async def test_a_request_arrives_as_it_was_sent(http: httpx.AsyncClient) -> None:
    path = f"{ECHO}/%E5%AE%81%E6%B3%A2?state=open&q=%E5%AE%81"
    answer = await http.post(path, content=b"body", headers={"If-Match": '"3"', "X-Own": "a"})
    seen = answer.json()
    assert answer.status_code == 201
    assert answer.headers["etag"] == '"7"'
    assert (seen["method"], seen["body"]) == ("POST", "body")
    assert f"{seen['path']}?{seen['query']}" == path
    headers = dict(seen["headers"])
    assert headers["if-match"] == '"3"'
    assert headers["x-own"] == "a"
    assert headers["content-length"] == "4"


async def test_the_service_sees_a_token_of_its_own(
    http: httpx.AsyncClient, identity: Process
) -> None:
    shown = http.headers["authorization"].removeprefix("Bearer ")
    seen = dict((await http.get(ECHO)).json()["headers"])
    assert seen["authorization"].startswith("Bearer ")
    assert shown not in seen["authorization"]
    exchanges = (await asked(identity))["exchanges"]
    [exchange] = [each for each in exchanges if each["subject_token"] == shown]
    assert exchange["audience"] == "petitions"
    assert exchange["subject_token_type"].endswith(":access_token")
    assert exchange["authorization"] == httpx.BasicAuth("gateway", "gateway-secret")._auth_header


async def test_many_requests_at_once_are_one_exchange(
    http: httpx.AsyncClient, identity: Process
) -> None:
    shown = http.headers["authorization"].removeprefix("Bearer ")
    answers = await asyncio.gather(*(http.get(ECHO) for _ in range(20)))
    assert {answer.status_code for answer in answers} == {200}
    exchanges = (await asked(identity))["exchanges"]
    assert len([each for each in exchanges if each["subject_token"] == shown]) == 1


async def test_an_ended_session_is_dead_within_five_seconds(
    http: httpx.AsyncClient, identity: Process
) -> None:
    assert (await http.get(ECHO)).status_code == 200
    token = http.headers["authorization"].removeprefix("Bearer ")
    await http.post(f"{identity.url}/test/end", content=token)
    await asyncio.sleep(4.2)
    assert (await http.get(ECHO)).status_code == 401


async def test_request_ids_and_traces_go_through(http: httpx.AsyncClient) -> None:
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    answer = await http.get(ECHO, headers={"X-Request-Id": "my-request-1", "traceparent": trace})
    seen = dict(answer.json()["headers"])
    assert seen["x-request-id"] == answer.headers["x-request-id"] == "my-request-1"
    assert seen["traceparent"] == trace


async def test_malformed_ids_are_replaced(http: httpx.AsyncClient) -> None:
    answer = await http.get(ECHO, headers={"X-Request-Id": "a b", "traceparent": "junk"})
    seen = dict(answer.json()["headers"])
    assert UUID(seen["x-request-id"]).version == 7
    assert seen["x-request-id"] == answer.headers["x-request-id"]
    assert seen["traceparent"].startswith("00-")


async def test_what_concerns_one_hop_only_stays_there(http: httpx.AsyncClient) -> None:
    headers = {
        "Connection": "keep-alive, X-Private",
        "X-Private": "1",
        "Keep-Alive": "timeout=5",
        "TE": "trailers",
        "Proxy-Authorization": "Basic eDp5",
        "X-Forwarded-For": "203.0.113.7",
        "Forwarded": "for=203.0.113.7",
    }
    answer = await http.get(ECHO, headers=headers)
    seen = dict(answer.json()["headers"])
    dropped = {"connection", "x-private", "keep-alive", "te", "proxy-authorization", "forwarded"}
    assert not dropped & seen.keys()
    assert seen["x-forwarded-for"] == "127.0.0.1"
    assert "server" not in answer.headers
    assert len(answer.headers.get_list("date")) == 1


async def test_answers_say_how_they_may_be_used(http: httpx.AsyncClient) -> None:
    answer = await http.get(ECHO)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("method", ["HEAD", "GET"])
async def test_answers_without_body_pass(http: httpx.AsyncClient, method: str) -> None:
    answer = await http.request(method, "/api/v1/petitions/unchanged")
    assert (answer.status_code, answer.content) == (304, b"")
    assert (await http.head(ECHO)).status_code == 200
    assert (await http.get(ECHO)).status_code == 200


async def test_a_large_answer_arrives_whole(http: httpx.AsyncClient) -> None:
    answer = await http.get("/api/v1/petitions/large")
    assert answer.content == bytes(range(256)) * 65536


async def test_both_directions_stream_at_once(gateway: Process, http: httpx.AsyncClient) -> None:
    token = http.headers["authorization"]
    reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
    writer.write(
        b"POST /api/v1/petitions/converse HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
        b"Authorization: %b\r\n\r\n" % token.encode()
    )
    writer.write(b"3\r\nabc\r\n")
    assert b" 200 " in await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 3)
    assert await asyncio.wait_for(reader.readuntil(b"3\n\r\n"), 3) == b"2\r\n3\n\r\n"
    writer.write(b"5\r\nabcde\r\n")
    assert await asyncio.wait_for(reader.readuntil(b"5\n\r\n"), 3) == b"2\r\n5\n\r\n"
    writer.write(b"0\r\n\r\n")
    assert await asyncio.wait_for(reader.readuntil(b"0\r\n\r\n"), 3) == b"0\r\n\r\n"
    writer.close()


async def test_a_stream_without_end_stops_when_its_reader_leaves(
    http: httpx.AsyncClient, service: Process
) -> None:
    async with http.stream("GET", "/api/v1/petitions/stream") as answer:
        lines = answer.aiter_lines()
        assert [await anext(lines), await anext(lines)] == ["0", "1"]
    for _ in range(40):
        await asyncio.sleep(0.05)
        if "/api/v1/petitions/stream" in (await asked(service))["abandoned"]:
            return
    pytest.fail("the service still streams")


async def test_an_upload_ends_when_its_sender_leaves(
    gateway: Process, http: httpx.AsyncClient, service: Process
) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
    writer.write(
        b"POST /api/v1/petitions/count HTTP/1.1\r\nHost: x\r\nContent-Length: 500000\r\n"
        b"Authorization: %b\r\n\r\n" % http.headers["authorization"].encode()
    )
    writer.write(b"x" * 100_000)
    await writer.drain()
    await asyncio.sleep(0.2)
    writer.close()
    for _ in range(40):
        await asyncio.sleep(0.05)
        if "/api/v1/petitions/count" in (await asked(service))["abandoned"]:
            return
    pytest.fail("the service still waits")


async def test_an_upload_is_streamed_with_its_length(http: httpx.AsyncClient) -> None:
    async def parts() -> AsyncIterator[bytes]:
        for _ in range(10):
            yield b"x" * 50_000

    assert (await http.post("/api/v1/petitions/count", content=parts())).json() == 500_000
    assert (await http.post("/api/v1/petitions/count", content=b"x" * 500_000)).json() == 500_000


@pytest.mark.parametrize(
    "path",
    [
        "/internal/events",
        "/metrics",
        "/api/v1/unknown",
        "/api/v2/petitions",
        "/api/v1/%70etitions",
        "/API/v1/petitions",
        "/api/v1",
        "/favicon.ico",
    ],
)
async def test_what_no_service_offers_is_not_found(http: httpx.AsyncClient, path: str) -> None:
    answer = await http.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (404, PROBLEM)


@pytest.mark.parametrize(
    "target",
    [
        b"/api/v1/petitions/../../../internal/events",
        b"/api/v1/petitions/%2e%2e/%2e%2e/internal/events",
        b"/api/v1/petitions/./echo",
        b"//api/v1/petitions",
        b"/api/v1//petitions",
        b"/api/v1/petitions/..;/internal",
        b"/api/v1/petitions/a%2Fb",
        b"/api/v1/petitions/a%5cb",
        b"/api/v1/petitions/a\\b",
        b"/api/v1/petitions/%252e%252e",
        b"/api/v1/petitions/%00",
        b"/api/v1/petitions/a%0d%0aX-Evil:1",
        b"/api/v1/petitions/%zz",
        b"/api/v1/petitions/%ff",
        b"/api/v1/petitions?q=%00",
        b"/api/v1/petitions?q=%ED%A0%80",
    ],
)
async def test_an_ambiguous_path_is_refused(
    gateway: Process, http: httpx.AsyncClient, target: bytes
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
    authorization = http.headers["authorization"].encode()
    writer.write(
        b"GET %b HTTP/1.1\r\nHost: x\r\nAuthorization: %b\r\nConnection: close\r\n\r\n"
        % (target, authorization)
    )
    answer = await asyncio.wait_for(reader.read(), 5)
    writer.close()
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert PROBLEM.encode() in answer


@pytest.mark.parametrize("method", ["TRACE", "OPTIONS", "PROPFIND"])
async def test_other_methods_are_refused(http: httpx.AsyncClient, method: str) -> None:
    answer = await http.request(method, ECHO)
    assert answer.status_code == 405
    assert "GET" in answer.headers["allow"]


def forged() -> str:
    """A token signed with somebody else's key under the issuer's name."""
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    claims = peer.claims(str(uuid7()), "gateway", lifetime=600, kind=None)
    return Signer("test-key", pem).sign(claims, TokenType.ACCESS)


@pytest.mark.parametrize(
    "credentials",
    [
        None,
        "",
        "Bearer",
        "Bearer not.a.token",
        "Basic Z2F0ZXdheTpnYXRld2F5",
        f"Bearer {forged()}",
        "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.",
        f"Bearer {'a' * 9000}",
        "Bearer é",
    ],
)
async def test_without_a_genuine_token_nothing_passes(
    gateway: Process, credentials: str | None
) -> None:
    headers = {} if credentials is None else {b"Authorization": credentials.encode("latin-1")}
    async with httpx.AsyncClient(base_url=gateway.url) as stranger:
        answer = await stranger.get(ECHO, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_a_token_dies_at_its_time_although_remembered(
    gateway: Process, identity: Process
) -> None:
    headers = {"Authorization": f"Bearer {access_token(identity, lifetime=2)}"}
    async with httpx.AsyncClient(base_url=gateway.url, headers=headers) as client:
        assert (await client.get(ECHO)).status_code == 200
        await asyncio.sleep(2.1)
        assert (await client.get(ECHO)).status_code == 401


async def test_a_service_token_does_not_open_the_gateway(gateway: Process) -> None:
    claims = peer.claims(str(uuid7()), "petitions", lifetime=60, kind=ActorKind.ACCOUNT)
    token = peer.SIGNER.sign(claims, TokenType.SERVICE)
    async with httpx.AsyncClient(base_url=gateway.url) as client:
        answer = await client.get(ECHO, headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 401


async def test_two_authorizations_are_refused(gateway: Process, http: httpx.AsyncClient) -> None:
    token = http.headers["authorization"]
    async with httpx.AsyncClient(base_url=gateway.url) as client:
        answer = await client.get(
            ECHO, headers=[("Authorization", token), ("Authorization", token)]
        )
    assert answer.status_code == 400


async def test_token_requests_reach_identity_without_a_token(gateway: Process) -> None:
    async with httpx.AsyncClient(base_url=gateway.url) as client:
        keys = await client.get("/.well-known/jwks.json")
        assert keys.json()["keys"][0]["kid"] == "test-key"
        form = {"subject_token": "x", "audience": "y"}
        answer = await client.post("/oauth/token", data=form, auth=("console", "s"))
    assert answer.json()["expires_in"] == 60


async def test_smuggled_requests_are_refused(gateway: Process) -> None:
    def ask(lines: bytes) -> bytes:
        with socket.create_connection(("127.0.0.1", gateway.port), 5) as client:
            client.sendall(b"POST /oauth/token HTTP/1.1\r\nHost: x\r\n" + lines)
            return client.recv(65536)

    for lines in (
        b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n",
        b"Content-Length: +5\r\n\r\n",
        b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        b"Content-Length : 5\r\n\r\n",
    ):
        assert b" 400 " in await asyncio.to_thread(ask, lines)
