"""What the gateway answers itself: home page, documentation, health. None of it needs a token."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from importlib import resources
from pathlib import Path
from typing import Final

import orjson
from starlette.responses import Response

from gateway.openapi import merged
from gateway.upstreams import Upstreams

STATIC: Final = Path(__file__).with_name("static")
# Swagger UI as the fastapi-swagger wheel carries it (MIT; Swagger UI itself Apache-2.0).
SWAGGER: Final = resources.files("fastapi_swagger") / "resources"
SWAGGER_FILES: Final = {
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
    "favicon-32x32.png": "image/png",
}
HOME_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
DOCS_POLICY: Final = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "style-src 'self' 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)
JSON: Final = "application/json"
# Seconds for which the services are not asked again.
READY_FOR: Final = 1.0
DOCUMENT_FOR: Final = 10.0

Page = Callable[[], Awaitable[Response]]


class Remembered:
    """An answer made anew at most every so many seconds, once for all who ask meanwhile."""

    def __init__(self, make: Page, seconds: float) -> None:
        self._make = make
        self._seconds = seconds
        self._until = 0.0
        self._answer: Response | None = None
        self._making = asyncio.Lock()

    async def __call__(self) -> Response:
        async with self._making:
            if self._answer is None or time.monotonic() >= self._until:
                self._answer = await self._make()
                self._until = time.monotonic() + self._seconds
            return self._answer


def pages(upstreams: Upstreams) -> dict[str, Page]:
    """The gateway's own answers by path."""

    async def ready() -> Response:
        services = await upstreams.ready()
        well = all(services.values())
        body = {"status": "ready" if well else "not ready", "services": services}
        status = HTTPStatus.OK if well else HTTPStatus.SERVICE_UNAVAILABLE
        return Response(orjson.dumps(body), status, media_type=JSON)

    async def document() -> Response:
        return Response(orjson.dumps(merged(await upstreams.documents())), media_type=JSON)

    home = (STATIC / "home.html").read_bytes()
    docs = (STATIC / "docs.html").read_bytes()
    assets = {f"/docs/{name}": _asset(name, media) for name, media in SWAGGER_FILES.items()}
    return {
        "/": _fixed(home, "text/html", HOME_POLICY),
        "/docs": _fixed(docs, "text/html", DOCS_POLICY),
        "/docs/start.js": _fixed((STATIC / "start.js").read_bytes(), "text/javascript"),
        "/healthz": _fixed(b'{"status":"ok"}', JSON),
        "/readyz": Remembered(ready, READY_FOR),
        "/openapi.json": Remembered(document, DOCUMENT_FOR),
        **assets,
    }


def _asset(name: str, media: str) -> Page:
    return _fixed((SWAGGER / name).read_bytes(), media)


def _fixed(body: bytes, media: str, policy: str | None = None) -> Page:
    """The same answer for everybody; `policy` is the page's Content-Security-Policy."""
    headers = {"Cache-Control": "no-cache"}
    if policy is not None:
        headers["Content-Security-Policy"] = policy
    answer = Response(body, media_type=media, headers=headers)

    async def page() -> Response:
        return answer

    return page
