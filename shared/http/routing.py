"""Routes that read JSON strictly, run in one transaction and answer a retry as the first time."""

import base64
import hashlib
import os
import re
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass
from typing import Annotated, Any, Final

import orjson
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from fastapi import Depends, Header, Request, Response
from fastapi.routing import APIRoute
from sqlmodel.ext.asyncio.session import AsyncSession
from typing_extensions import override

from shared.db.session import SYSTEM, Database, driver
from shared.errors import InvalidInput, MalformedRequest, RuleViolation
from shared.http import strict_json
from shared.http.access import ActorDep, Internal, context_of

KEY: Final = re.compile(r"[\x21-\x7e]{8,128}")
KEPT_HEADERS: Final = ("etag", "location", "content-type", "link")
# Marks a POST that computes and stores nothing, hence needs no key.
COMPUTES: Final = {"x-idempotent": True}
# Marks a POST whose answer holds a secret: it is remembered, but sealed.
SEALED: Final = {"x-sealed-answer": True}
NONCE_BYTES: Final = 12


async def _unit_of_work(request: Request, actor: ActorDep) -> AsyncIterator[AsyncSession]:
    """One transaction per request, seeing what the caller may see."""
    database: Database = request.state.database
    async with database.transaction(context_of(actor)) as session:
        request.state.session = session
        yield session


# scope="function" ends the transaction *before* the response leaves. FastAPI's default ends it
# after, so a failing COMMIT would be reported to nobody and the client would hold a 2xx.
SessionDep = Annotated[AsyncSession, Depends(_unit_of_work, scope="function")]


async def _system_unit_of_work(request: Request) -> AsyncIterator[AsyncSession]:
    database: Database = request.state.database
    async with database.transaction(SYSTEM) as session:
        yield session


# For routes whose caller has no rows of its own: tokens, events, public status.
SystemSessionDep = Annotated[AsyncSession, Depends(_system_unit_of_work, scope="function")]


class KeyReused(InvalidInput):
    code = "idempotency_key_reused"


class KeyInUse(RuleViolation):
    code = "idempotency_key_in_use"
    zh = "相同 Idempotency-Key 的请求正在处理。"
    en = "A request with this Idempotency-Key is still running."


class Replay(Exception):
    """Not an error: the request was answered before, and this is that answer."""

    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


@dataclass(frozen=True, slots=True)
class Attempt:
    """One keyed request, to be remembered with its answer."""

    principal: str
    key: str
    route: str
    body_hash: bytes
    # Of an answer that holds a secret.
    cipher: AESGCM | None

    def closed(self, answer: bytes) -> bytes:
        """The answer as it is kept."""
        if self.cipher is None:
            return answer
        nonce = os.urandom(NONCE_BYTES)
        return base64.b64encode(nonce + self.cipher.encrypt(nonce, answer, self._place))

    def opened(self, kept: bytes) -> bytes:
        if self.cipher is None:
            return kept
        sealed = base64.b64decode(kept)
        return self.cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], self._place)

    @property
    def _place(self) -> bytes:
        return f"{self.principal} {self.key}".encode()


async def _once(
    request: Request,
    actor: ActorDep,
    session: SessionDep,
    idempotency_key: Annotated[
        str | None, Header(description="Chosen by the caller, new for each act; kept 14 days")
    ] = None,
) -> None:
    """Answer a repeated request from memory; let the first one through."""
    if idempotency_key is None or KEY.fullmatch(idempotency_key) is None:
        raise MalformedRequest(reason="Idempotency-Key")
    attempt = Attempt(
        principal=str(actor.id),
        key=idempotency_key,
        route=f"{request.method} {request.url.path}"[:256],
        # The query belongs to what is asked: a file's description stands there.
        body_hash=hashlib.sha256(
            request.url.query.encode() + b"\n" + await request.body()
        ).digest(),
        cipher=_cipher(request) if request.state.sealed_answer else None,
    )
    await _look_up(session, attempt)
    request.state.attempt = attempt


def _cipher(request: Request) -> AESGCM:
    """Under a key that all copies of the service have and its database has not."""
    derive = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"answers")
    return AESGCM(derive.derive(request.state.cursor_key))


async def _look_up(session: AsyncSession, attempt: Attempt) -> None:
    connection = await driver(session)
    # The lock is the transaction's: a twin that runs at the same moment does not get it.
    row = await connection.fetchrow(
        "SELECT pg_try_advisory_xact_lock(hashtextextended($1 || ' ' || $2, 0)) AS alone,"
        " a.* FROM (VALUES (1)) AS one LEFT JOIN idempotency a ON principal = $1 AND key = $2",
        attempt.principal,
        attempt.key,
    )
    if not row["alone"]:
        raise KeyInUse
    if row["status"] is None:
        return
    if (row["route"], row["body_hash"]) != (attempt.route, attempt.body_hash):
        raise KeyReused(reason="Idempotency-Key")
    headers = {**row["headers"], "Idempotency-Replayed": "true"}
    answer = attempt.opened(row["body"])
    raise Replay(Response(answer, status_code=row["status"], headers=headers))


async def _remember(session: AsyncSession, attempt: Attempt, response: Response) -> None:
    """Keep the answer in the transaction of the effect."""
    headers = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
    await session.flush()
    connection = await driver(session)
    kept = await connection.execute(
        "INSERT INTO idempotency (principal, key, route, body_hash, status, headers, body)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
        attempt.principal,
        attempt.key,
        attempt.route,
        attempt.body_hash,
        response.status_code,
        orjson.dumps(headers).decode(),
        attempt.closed(bytes(response.body)),
    )
    if kept == "INSERT 0 0":
        raise KeyInUse  # its twin was done between our look and our lock


class StrictRequest(Request):
    """JSON as the standard has it: no NaN, no lone surrogates, no name twice."""

    @override
    async def json(self) -> Any:
        return strict_json.loads(await self.body())


class Route(APIRoute):
    """The route class of every service: see `Attempt` and `StrictRequest`."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:  # noqa: ANN401 -- FastAPI's own, many
        extra = options.get("openapi_extra") or {}
        dependencies = list(options.get("dependencies") or [])
        inside = any(isinstance(each.dependency, Internal) for each in dependencies)
        keyed = "POST" in (options.get("methods") or ()) and not extra.get("x-idempotent")
        if keyed and not inside:
            dependencies.append(Depends(_once))
        options["dependencies"] = dependencies
        self._sealed = bool(extra.get("x-sealed-answer"))
        super().__init__(path, endpoint, **options)

    @override
    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handler = super().get_route_handler()

        async def handle(request: Request) -> Response:
            request = StrictRequest(request.scope, request.receive)
            request.state.sealed_answer = self._sealed
            try:
                response = await handler(request)
            except Replay as replay:
                return replay.response
            attempt: Attempt | None = getattr(request.state, "attempt", None)
            if attempt is not None:
                await _remember(request.state.session, attempt, response)
            return response

        return handle
