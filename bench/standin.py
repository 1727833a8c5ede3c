"""What stands behind a measured process: identity's keys and exchange, and a page to fetch."""

import os
from pathlib import Path
from urllib.parse import parse_qs
from uuid import uuid4

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from bench.issuer import Issuer
from bench.page import PAGE


class StandIn:
    """Raw ASGI, so that it costs little beside what is measured."""

    def __init__(self, issuer: Issuer) -> None:
        self._issuer = issuer
        self._keys = orjson.dumps(issuer.jwks)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        body = PAGE
        if scope["path"] == "/.well-known/jwks.json":
            body = self._keys
        elif scope["path"] == "/oauth/token":
            body = await self._exchanged(Request(scope, receive))
        await Response(body, media_type="application/json")(scope, receive, send)

    async def _exchanged(self, request: Request) -> bytes:
        """Whoever asks gets a token: the exchange itself is not what is measured."""
        [audience] = parse_qs((await request.body()).decode())["audience"]
        token = self._issuer.service_token(audience, uuid4())
        return orjson.dumps({"access_token": token, "token_type": "Bearer", "expires_in": 60})


app = StandIn(Issuer(Path(os.environ["LIANDONG_BENCH_KEY"])))
