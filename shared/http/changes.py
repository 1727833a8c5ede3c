"""Which requests may have left work for the jobs."""

from starlette.types import ASGIApp, Receive, Scope, Send

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class CountsChanges:
    """Counts requests that may change something, once they are answered. Pure ASGI: it is hot."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)
        if scope["type"] == "http" and scope["method"] not in SAFE:
            scope["state"]["changes"].count += 1
