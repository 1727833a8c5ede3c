"""The other side of the gateway for its tests: a token issuer and a service of odd habits."""

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import parse_qsl
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc.jwk import ECKey
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send
from typing_extensions import override

from shared.auth.actor import ActorKind
from shared.auth.tokens import Claims, Signer, TokenType
from shared.clock import machine_time
from shared.ids import uuid7

ISSUER = "http://issuer.test"
KEY = ec.generate_private_key(ec.SECP256R1())
PEM = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
SIGNER = Signer("test-key", PEM)

exchanges: list[dict[str, str]] = []
ended: set[str] = set()
abandoned: list[str] = []


def claims(subject: str, audience: str, *, lifetime: int, kind: ActorKind | None) -> Claims:
    now = int(machine_time().timestamp())
    return Claims(
        issuer=ISSUER,
        audience=audience,
        subject=UUID(subject),
        token_id=uuid7(),
        issued_at=now,
        expires_at=now + lifetime,
        session_id=uuid7(),
        client_id="console",
        kind=kind,
        name="Somebody",
    )


async def access_token(request: Request) -> Response:
    """An access token for whoever is named: the tests' login."""
    subject = request.query_params.get("sub", str(uuid7()))
    lifetime = int(request.query_params.get("lifetime", "600"))
    token = SIGNER.sign(claims(subject, "gateway", lifetime=lifetime, kind=None), TokenType.ACCESS)
    return PlainTextResponse(token)


async def jwks(_: Request) -> Response:
    public = ECKey.import_key(PEM).as_dict(private=False)
    return JSONResponse({"keys": [{**public, "kid": "test-key", "use": "sig", "alg": "ES256"}]})


async def exchange(request: Request) -> Response:
    form = dict(parse_qsl((await request.body()).decode()))
    exchanges.append({**form, "authorization": request.headers["authorization"]})
    await asyncio.sleep(0.05)
    if form["subject_token"] in ended:
        return JSONResponse({"error": "invalid_grant"}, 400)
    token = SIGNER.sign(
        claims(str(uuid7()), form["audience"], lifetime=60, kind=ActorKind.ACCOUNT),
        TokenType.SERVICE,
    )
    return JSONResponse({"access_token": token, "expires_in": 60, "token_type": "Bearer"})


async def asked(_: Request) -> Response:
    return JSONResponse({"exchanges": exchanges, "abandoned": abandoned})


async def end(request: Request) -> Response:
    ended.add((await request.body()).decode())
    return Response()


async def echo(request: Request) -> Response:
    body = await request.body()
    content = {
        "method": request.method,
        "path": request.scope["raw_path"].decode(),
        "query": request.url.query,
        "headers": [[name.decode(), value.decode()] for name, value in request.headers.raw],
        "body": body.decode("latin-1"),
    }
    headers = {"ETag": '"7"', "X-Hop": "secret", "Connection": "x-hop"}
    return JSONResponse(content, 201 if request.method == "POST" else 200, headers=headers)


async def stream(request: Request) -> Response:
    """A line every 50 ms, for ever."""

    async def lines() -> AsyncIterator[str]:
        try:
            for number in range(10_000):
                yield f"{number}\n"
                await asyncio.sleep(0.05)
        finally:
            abandoned.append(request.url.path)

    return StreamingResponse(lines(), media_type="text/plain")


class Converse(Response):
    """Answers each piece of the body while it still arrives."""

    @override
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        more = True
        while more:
            message = await receive()
            more = message["more_body"]
            if message["body"]:
                part = b"%d\n" % len(message["body"])
                await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


async def converse(_: Request) -> Response:
    return Converse()


async def count(request: Request) -> Response:
    total = 0
    try:
        async for part in request.stream():
            total += len(part)
    except ClientDisconnect:
        abandoned.append(request.url.path)
    return JSONResponse(total)


async def large(_: Request) -> Response:
    return Response(bytes(range(256)) * 65536)


async def slow(_: Request) -> Response:
    await asyncio.sleep(30)
    return Response()


async def workbook(_: Request) -> Response:
    """A file that takes twice as long to begin as another answer may."""
    await asyncio.sleep(3)
    return Response(b"PK")


async def unchanged(_: Request) -> Response:
    return Response(status_code=304, headers={"ETag": '"7"', "Content-Length": "500"})


class Cut(Response):
    """An answer that stops in the middle."""

    @override
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-length", b"1000000")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"x" * 10, "more_body": True})


async def cut(_: Request) -> Response:
    return Cut()


async def document(_: Request) -> Response:
    operation = {"operationId": "petitions_list", "responses": {"200": {"description": "list"}}}
    secured = {**operation, "security": [{"bearer": []}], "x-action": "petitions.read"}
    paths = {"/api/v1/petitions": {"get": secured}, "/internal/events": {"post": operation}}
    return JSONResponse({"openapi": "3.1.0", "info": {}, "paths": paths})


async def ready(_: Request) -> Response:
    return JSONResponse({"status": "ready"})


ANY = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
API = "/api/v1/petitions"
app = Starlette(
    routes=[
        Route("/healthz", ready),
        Route("/readyz", ready),
        Route("/openapi.json", document),
        Route("/.well-known/jwks.json", jwks),
        Route("/oauth/token", exchange, methods=["POST"]),
        Route("/test/token", access_token),
        Route("/test/asked", asked),
        Route("/test/end", end, methods=["POST"]),
        Route("/internal/events", echo, methods=ANY),
        Route(f"{API}/stream", stream),
        Route(f"{API}/converse", converse, methods=["POST"]),
        Route(f"{API}/count", count, methods=["POST"]),
        Route(f"{API}/large", large),
        Route(f"{API}/slow", slow, methods=["GET", "POST"]),
        Route(f"{API}/cut", cut),
        Route("/api/v1/petitions-exports", workbook),
        Route(f"{API}/unchanged", unchanged),
        Route("/api/v1/{path:path}", echo, methods=ANY),
    ]
)
