"""What the gateway itself finds wrong, and how it says so."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from gateway.rates import OverRate
from shared.errors import AppError, MalformedRequest, Unavailable
from shared.http.problems import RETRY_AFTER_S, problem

METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"})


class Broken(Unavailable):
    """The service gave no answer that can be passed on."""

    code = "bad_gateway"


class Late(Unavailable):
    """The service did not answer in time."""

    code = "gateway_timeout"


class MethodNotAllowed(MalformedRequest):
    """Only the `allowed` methods may be used here."""

    code = "method_not_allowed"

    def __init__(self, allowed: frozenset[str]) -> None:
        super().__init__(reason="method", allowed=sorted(allowed))
        self.allowed = allowed


STATUS: Final[Mapping[type[AppError], HTTPStatus]] = {
    Broken: HTTPStatus.BAD_GATEWAY,
    Late: HTTPStatus.GATEWAY_TIMEOUT,
    MethodNotAllowed: HTTPStatus.METHOD_NOT_ALLOWED,
}


async def refuse(error: AppError, scope: Scope, receive: Receive, send: Send) -> None:
    status = STATUS.get(type(error))
    response = problem(error, Headers(scope=scope), status=status)
    if isinstance(error, OverRate):
        response.headers.update(error.headers)
    if isinstance(error, MethodNotAllowed):
        response.headers["allow"] = ", ".join(sorted(error.allowed))
    if isinstance(error, Unavailable):
        response.headers["retry-after"] = RETRY_AFTER_S
    await response(scope, receive, send)
