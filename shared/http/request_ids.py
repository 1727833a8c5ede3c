"""Each request's id: taken over or made, and told in the answer."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.http.context import enter


class RequestIds:
    """Gives every request its context and every answer its request id. Pure ASGI: it is hot."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        context = enter(headers.get(b"x-request-id"), headers.get(b"traceparent"))
        tag = (b"x-request-id", context.request_id.encode())

        async def tagged(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), tag]
            await send(message)

        await self._app(scope, receive, tagged)
