"""Service tokens from identity: fetched once, kept for seconds, never asked for twice at a time."""

import asyncio
import hashlib
import logging
import time
from collections.abc import Callable, Coroutine
from enum import StrEnum
from typing import Any, Final, Protocol

import httpx

from shared.errors import AppError, Unauthenticated, Unavailable
from shared.http.context import current_request
from shared.http.transport import transport_for

# A withdrawn right must be dead everywhere within 5 s (DESIGN section 5); both in seconds.
EXCHANGED_FOR: Final = 4.0
RENEWED_BEFORE: Final = 10.0
REMEMBERED: Final = 10_000

EXCHANGE: Final = "urn:ietf:params:oauth:grant-type:token-exchange"

log = logging.getLogger(__name__)

Key = tuple[str, bytes]


class SubjectType(StrEnum):
    """What a client swaps for a service token (RFC 8693 section 3)."""

    ACCESS = "urn:ietf:params:oauth:token-type:access_token"
    SERVICE = "urn:ietf:params:oauth:token-type:jwt"


class TokenSource(Protocol):
    async def token(self, audience: str, on_behalf_of: str | None) -> str: ...


def digest(token: str) -> bytes:
    """What a token is remembered by: a cache never holds one that its owner still shows."""
    return hashlib.sha256(token.encode()).digest()


class IdentityTokens:
    """Tokens for calls to others: in the client's own name, or on behalf of an incoming token."""

    def __init__(
        self,
        identity_url: str,
        *,
        client_id: str,
        client_secret: str,
        subject_type: SubjectType = SubjectType.SERVICE,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._http = httpx.AsyncClient(
            base_url=identity_url,
            transport=transport_for(identity_url),
            auth=(client_id, client_secret),
            timeout=httpx.Timeout(5.0, connect=1.0),
        )
        self._subject_type = subject_type
        self._monotonic = monotonic
        self._kept: dict[Key, tuple[float, str]] = {}
        self._asked: dict[Key, asyncio.Task[str]] = {}

    def kept(self, audience: str, subject: bytes) -> str | None:
        """The token fetched before for the same audience and digest, if still to be used."""
        found = self._kept.get((audience, subject))
        return found[1] if found is not None and found[0] > self._monotonic() else None

    async def token(self, audience: str, on_behalf_of: str | None) -> str:
        """A token for the audience; Unauthenticated if identity does not honour the subject's."""
        subject = b"" if on_behalf_of is None else digest(on_behalf_of)
        kept = self.kept(audience, subject)
        if kept is not None:
            return kept
        if on_behalf_of is None:
            return await self._once((audience, subject), self._for_itself(audience))
        return await self._once((audience, subject), self._exchanged(audience, on_behalf_of))

    async def aclose(self) -> None:
        for asked in self._asked.values():
            asked.cancel()
        await self._http.aclose()

    async def _once(self, key: Key, fetch: Coroutine[Any, Any, tuple[float, str]]) -> str:
        """Ask, or wait with whoever asks already. Who goes away does not take the others along."""
        asked = self._asked.get(key)
        if asked is None:
            asked = self._asked[key] = asyncio.create_task(self._remember(key, fetch))
            asked.add_done_callback(lambda _: self._asked.pop(key))
        else:
            fetch.close()
        return await asyncio.shield(asked)

    async def _remember(self, key: Key, fetch: Coroutine[Any, Any, tuple[float, str]]) -> str:
        until, token = await fetch
        if len(self._kept) >= REMEMBERED:
            self._forget()
        self._kept[key] = (until, token)
        return token

    def _forget(self) -> None:
        """Drop what is out of date, or all of it: the worst that costs is asking again."""
        now = self._monotonic()
        self._kept = {key: kept for key, kept in self._kept.items() if kept[0] > now}
        if len(self._kept) >= REMEMBERED // 2:
            self._kept.clear()

    async def _for_itself(self, audience: str) -> tuple[float, str]:
        asked_at = self._monotonic()
        form = {"grant_type": "client_credentials", "audience": audience}
        token, lifetime = await self._post(form)
        return asked_at + lifetime - RENEWED_BEFORE, token

    async def _exchanged(self, audience: str, subject: str) -> tuple[float, str]:
        asked_at = self._monotonic()  # the rights in the answer may be as old as this
        form = {
            "grant_type": EXCHANGE,
            "subject_token": subject,
            "subject_token_type": self._subject_type,
            "audience": audience,
        }
        token, lifetime = await self._post(form)
        return asked_at + min(EXCHANGED_FOR, lifetime), token

    async def _post(self, form: dict[str, str]) -> tuple[str, float]:
        """A token and its lifetime in seconds."""
        headers = {"X-Request-Id": current_request().request_id}
        try:
            answer = await self._http.post("/oauth/token", data=form, headers=headers)
            content = answer.json()
            if answer.is_success:
                return str(content["access_token"]), float(content["expires_in"])
        except (httpx.TransportError, ValueError, KeyError, TypeError) as error:
            raise Unavailable(what="identity") from error
        raise _refusal(answer.status_code, content)


def _refusal(status: int, content: object) -> AppError:
    """Whether the subject's token is at fault; else identity or our own registration there is."""
    reason = content.get("error") if isinstance(content, dict) else None
    if reason == "invalid_grant":
        return Unauthenticated()
    log.error("identity refuses this client", extra={"status": status})
    return Unavailable(what="identity")
