"""The way one service asks another: with a token, a deadline, few retries, and a breaker."""

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Any, Final

import httpx

from shared.errors import Unavailable, UpstreamRefused
from shared.http.context import current_request
from shared.http.identity import IdentityTokens, TokenSource
from shared.http.transport import transport_for

__all__ = ["IdentityTokens", "ServiceClient", "TokenSource", "UpstreamProblem"]

TIMEOUT: Final = httpx.Timeout(5.0, connect=1.0, pool=1.0)
# Seconds before the second and the third try.
PAUSES: Final = (0.05, 0.2)
# Each call earns a tenth of a retry: a peer in trouble gets a tenth more load, not three times.
EARNED: Final = 0.1
SAVED: Final = 10.0
BUSY: Final = frozenset({502, 503, 504})


class UpstreamProblem(UpstreamRefused):
    """Another service refused; `status` and `upstream_code` are what it said."""

    code = "upstream_problem"
    zh = "{service} 服务拒绝了请求（{upstream_code}）。"
    en = "{service} refused the request ({upstream_code})."

    def __init__(self, *, service: str, status: int, upstream_code: str) -> None:
        super().__init__(service=service, status=status, upstream_code=upstream_code)
        self.status = status
        self.upstream_code = upstream_code


class Breaker:
    """Fails at once for `PAUSE` seconds after `FAILURES` in a row; then lets one call try."""

    FAILURES: Final = 5
    PAUSE: Final = 5.0

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._failed = 0
        self._until = 0.0

    def admits(self) -> bool:
        if self._failed < self.FAILURES:
            return True
        if self._monotonic() < self._until:
            return False
        self._until = self._monotonic() + self.PAUSE  # the others wait for this one's result
        return True

    def note(self, *, success: bool) -> None:
        self._failed = 0 if success else self._failed + 1
        if self._failed == self.FAILURES:
            self._until = self._monotonic() + self.PAUSE


class ServiceClient:
    """Calls one service. Answers are 2xx; Unavailable or UpstreamProblem is raised otherwise."""

    def __init__(
        self,
        service: str,
        base_url: str,
        tokens: TokenSource,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.service = service
        self._tokens = tokens
        self._http = httpx.AsyncClient(
            base_url=base_url, transport=transport or transport_for(base_url), timeout=TIMEOUT
        )
        self._breaker = Breaker(monotonic)
        self._retries = SAVED

    async def get(
        self,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        on_behalf_of: str | None = None,
    ) -> httpx.Response:
        headers = await self._headers(on_behalf_of)
        request = self._http.build_request("GET", path, params=params, headers=headers)
        return await self._send(request, repeatable=True)

    async def post(
        self,
        path: str,
        *,
        json: object,
        idempotency_key: str | None = None,
        on_behalf_of: str | None = None,
    ) -> httpx.Response:
        """Repeated on failure only under a key."""
        headers = await self._headers(on_behalf_of)
        if idempotency_key is not None:
            headers["Idempotency-Key"] = idempotency_key
        request = self._http.build_request("POST", path, json=json, headers=headers)
        return await self._send(request, repeatable=idempotency_key is not None)

    async def aclose(self) -> None:
        await self._http.aclose()

    async def _headers(self, on_behalf_of: str | None) -> dict[str, str]:
        """What goes along with every call: the right to make it, and what request it is part of."""
        context = current_request()
        token = await self._tokens.token(self.service, on_behalf_of)
        headers = {"Authorization": f"Bearer {token}", "X-Request-Id": context.request_id}
        return headers | ({"traceparent": context.traceparent} if context.traceparent else {})

    async def _send(self, request: httpx.Request, *, repeatable: bool) -> httpx.Response:
        self._retries = min(SAVED, self._retries + EARNED)
        for pause in PAUSES if repeatable else ():
            answer = await self._try(request)
            if answer is not None:
                return self._accepted(answer)
            if self._retries < 1:
                break
            self._retries -= 1
            await asyncio.sleep(pause)
        answer = await self._try(request)
        if answer is None:
            raise Unavailable(what=self.service)
        return self._accepted(answer)

    async def _try(self, request: httpx.Request) -> httpx.Response | None:
        """An answer from the service itself, if it gives one."""
        if not self._breaker.admits():
            return None
        try:
            answer = await self._http.send(request)
        except httpx.TransportError:
            self._breaker.note(success=False)
            return None
        busy = answer.status_code in BUSY
        self._breaker.note(success=not busy)
        return None if busy else answer

    def _accepted(self, answer: httpx.Response) -> httpx.Response:
        if answer.is_success:
            return answer
        raise UpstreamProblem(
            service=self.service, status=answer.status_code, upstream_code=_code(answer)
        )


def _code(answer: httpx.Response) -> str:
    try:
        return str(answer.json()["code"])
    except (ValueError, KeyError, TypeError):
        return answer.reason_phrase
