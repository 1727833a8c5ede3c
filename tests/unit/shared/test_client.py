"""Calls to a peer that fails in all the ways peers fail."""

from collections.abc import Callable

import httpx
import pytest

from shared.errors import Unauthenticated, Unavailable
from shared.http.client import Breaker, ServiceClient, UpstreamProblem
from shared.http.context import enter
from shared.http.identity import IdentityTokens

Handler = Callable[[httpx.Request], httpx.Response]


class Fixed:
    async def token(self, audience: str, on_behalf_of: str | None) -> str:
        return f"{audience}-{on_behalf_of}"


class Peer:
    """Answers with the given things in turn; an exception is a broken connection."""

    def __init__(self, *answers: int | Exception) -> None:
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer, json={"code": "some_code"})


class Watch:
    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


def calling(peer: Handler, watch: Watch | None = None) -> ServiceClient:
    return ServiceClient(
        "regions",
        "http://regions",
        Fixed(),
        transport=httpx.MockTransport(peer),
        monotonic=watch or Watch(),
    )


BROKEN = httpx.ConnectError("refused")


async def test_a_call_carries_token_request_and_trace() -> None:
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    enter("request-0001", trace)
    peer = Peer(200)
    await calling(peer).get("/x", params={"a": 1}, on_behalf_of="user")
    [request] = peer.requests
    assert request.url.query == b"a=1"
    assert request.headers["authorization"] == "Bearer regions-user"
    assert request.headers["x-request-id"] == "request-0001"
    assert request.headers["traceparent"] == trace


@pytest.mark.parametrize("failure", [BROKEN, 503, 502, 504])
async def test_a_read_is_tried_again(failure: int | Exception) -> None:
    peer = Peer(failure, failure, 200)
    assert (await calling(peer).get("/x")).status_code == 200


async def test_an_act_is_tried_again_only_under_its_key() -> None:
    peer = Peer(BROKEN, 201)
    with pytest.raises(Unavailable):
        await calling(peer).post("/x", json={})
    peer = Peer(BROKEN, 201)
    assert (await calling(peer).post("/x", json={}, idempotency_key="k")).status_code == 201
    assert [request.headers["idempotency-key"] for request in peer.requests] == ["k", "k"]


async def test_a_refusal_is_told_as_it_is() -> None:
    peer = Peer(409)
    with pytest.raises(UpstreamProblem) as refusal:
        await calling(peer).get("/x")
    assert (refusal.value.status, refusal.value.upstream_code) == (409, "some_code")
    assert len(peer.requests) == 1


async def test_retries_are_few_when_everything_fails() -> None:
    peer, watch = Peer(BROKEN), Watch()
    client = calling(peer, watch)
    for _ in range(30):
        watch.seconds += Breaker.PAUSE
        with pytest.raises(Unavailable):
            await client.get("/x")
    assert len(peer.requests) <= 30 + 10 + 3


async def test_a_peer_that_keeps_failing_is_left_alone_for_a_while() -> None:
    peer, watch = Peer(BROKEN), Watch()
    client = calling(peer, watch)
    while len(peer.requests) < Breaker.FAILURES:
        with pytest.raises(Unavailable):
            await client.post("/x", json={})
    with pytest.raises(Unavailable):
        await client.post("/x", json={})
    assert len(peer.requests) == Breaker.FAILURES
    peer.answers = [200]
    watch.seconds += Breaker.PAUSE
    assert (await client.post("/x", json={})).status_code == 200
    assert (await client.post("/x", json={})).status_code == 200


def identity(peer: Handler, watch: Watch) -> IdentityTokens:
    tokens = IdentityTokens(
        "http://identity", client_id="tasks", client_secret="s", monotonic=watch
    )
    tokens._http = httpx.AsyncClient(
        transport=httpx.MockTransport(peer), base_url="http://identity"
    )
    return tokens


async def test_tokens_are_kept_for_their_time() -> None:
    asked: list[bytes] = []

    def issue(request: httpx.Request) -> httpx.Response:
        asked.append(request.content)
        return httpx.Response(200, json={"access_token": f"t{len(asked)}", "expires_in": 60})

    watch = Watch()
    tokens = identity(issue, watch)
    assert await tokens.token("regions", None) == "t1"
    assert await tokens.token("regions", "user") == "t2"
    watch.seconds += 3.9
    assert await tokens.token("regions", "user") == "t2"
    watch.seconds += 0.2
    assert await tokens.token("regions", "user") == "t3"
    assert await tokens.token("regions", None) == "t1"
    watch.seconds += 46
    assert await tokens.token("regions", None) == "t4"
    assert await tokens.token("tasks", None) == "t5"
    assert b"grant_type=client_credentials" in asked[0]
    assert b"subject_token=user" in asked[1]


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (400, {"error": "invalid_grant"}, Unauthenticated),
        (400, {"error": "invalid_target"}, Unavailable),
        (401, {"error": "invalid_client"}, Unavailable),
        (503, {}, Unavailable),
        (200, {"nothing": 1}, Unavailable),
        (200, [], Unavailable),
    ],
)
async def test_a_refused_token_is_not_a_dead_identity(
    status: int, body: object, error: type[Exception]
) -> None:
    tokens = identity(lambda _: httpx.Response(status, json=body), Watch())
    with pytest.raises(error):
        await tokens.token("regions", "user")
