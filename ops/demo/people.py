"""Those who act in the story, each with a login of their own, and the stage they act on."""

import asyncio
import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from types import TracebackType
from typing import Any, Final, Self, TypeVar
from uuid import uuid4
from zoneinfo import ZoneInfo

import httpx
from typing_extensions import override

from ops import clock
from ops.principals import Principals
from ops.ready import Ready

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
PATIENCE_S: Final = 30.0
POLL_S: Final = 0.1
FRESH_S: Final = 300.0  # half an access token's life

# Before the story begins.
EVE: Final = datetime(2026, 1, 1, tzinfo=SHANGHAI)

WRONG_PERSON: Final = (403, 404)
IDENTIFIER: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")

Found = TypeVar("Found")
Item = TypeVar("Item")
Json = dict[str, Any]


def every(items: Iterable[Item], holds: Callable[[Item], object]) -> bool:
    """Whether there are any and it holds for each: of nothing nothing is claimed."""
    found = [bool(holds(item)) for item in items]
    return bool(found) and all(found)


class StoryBroken(RuntimeError):
    """A step of the story was answered in a way it cannot go on from."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A statement about the story and whether it holds."""

    chapter: str
    at: datetime
    statement: str
    holds: bool
    seen: str


@dataclass
class Person:
    """Somebody with a login; everything goes through the gateway with that login's token."""

    login: str
    account_id: str
    http: httpx.Client
    # What everybody in the story tried, and what was answered.
    tried: list[tuple[str, int]]

    def get(self, path: str, **params: object) -> Any:  # noqa: ANN401 -- JSON of any shape
        answer = self.http.get(f"/api/v1{path}", params=_given(params))
        return _accepted(self.login, answer)

    def post(self, path: str, body: object = None, *, on: Json | None = None) -> Json:
        """Act; `on` is the item acted on, as it was read."""
        made: Json = _accepted(self.login, self.attempt(path, body, on=on))
        return made

    def attempt(self, path: str, body: object = None, *, on: Json | None = None) -> httpx.Response:
        """Act and take whatever is answered."""
        headers = {"Idempotency-Key": uuid4().hex}
        if on is not None:
            headers["If-Match"] = f'"{on["version"]}"'
        return self._noted(path, self.http.post(f"/api/v1{path}", json=body, headers=headers))

    def upload(self, path: str, content: bytes, media_type: str, **params: object) -> Json:
        answer = self.attempt_upload(path, content, media_type, **params)
        made: Json = _accepted(self.login, answer)
        return made

    def attempt_upload(
        self, path: str, content: bytes, media_type: str, **params: object
    ) -> httpx.Response:
        headers = {"Idempotency-Key": uuid4().hex, "Content-Type": media_type}
        url, query = f"/api/v1{path}", _given(params)
        return self._noted(
            path, self.http.post(url, content=content, headers=headers, params=query)
        )

    def _noted(self, path: str, answer: httpx.Response) -> httpx.Response:
        self.tried.append((IDENTIFIER.sub("{id}", path), answer.status_code))
        return answer


def _given(params: Mapping[str, object]) -> dict[str, str]:
    return {name: str(value) for name, value in params.items() if value is not None}


def _accepted(login: str, answer: httpx.Response) -> Any:  # noqa: ANN401 -- JSON of any shape
    if not answer.is_success:
        raise StoryBroken(
            f"{login}: {answer.request.method} {answer.request.url.path}"
            f" -> {answer.status_code} {answer.text}"
        )
    return answer.json() if answer.content else {}


@dataclass
class Stage(AbstractContextManager["Stage"]):
    """The running stack as the story uses it: logins, the clock, and what was claimed."""

    ready: Ready
    realm: Principals
    claims: list[Claim] = field(default_factory=list)
    _tried: list[tuple[str, int]] = field(default_factory=list)
    _people: dict[str, tuple[float, Person]] = field(default_factory=dict)
    _opened: ExitStack = field(default_factory=ExitStack)
    _chapter: str = ""
    _now: datetime = EVE

    def person(self, login: str) -> Person:
        """Log somebody in, and again before the token runs out."""
        until, person = self._people.get(login, (0.0, None))
        if person is None or until < time.monotonic():
            until, person = time.monotonic() + FRESH_S, self._log_in(login)
            self._people[login] = until, person
        return person

    def _log_in(self, login: str) -> Person:
        password = next(each.password for each in self.realm.accounts if each.login == login)
        http = httpx.Client(base_url=self.ready.gateway, timeout=30)
        form = {
            "grant_type": "password",
            "client_id": "liandong-cli",
            "username": login,
            "password": password,
        }
        self._opened.callback(http.close)
        token = _accepted(login, http.post("/oauth/token", data=form))["access_token"]
        http.headers["Authorization"] = f"Bearer {token}"
        me = _accepted(login, http.get("/api/v1/accounts/me"))
        return Person(login, me["id"], http, self._tried)

    def chapter(self, title: str) -> None:
        self._chapter = title

    def at(self, instant: str) -> None:
        """Let business time be this (Asia/Shanghai)."""
        self._now = datetime.fromisoformat(instant).replace(tzinfo=SHANGHAI)
        asyncio.run(clock.move(self.ready.databases["owner"], self._now))

    @property
    def instant(self) -> datetime:
        return self._now

    @property
    def now(self) -> str:
        """The business time as RFC 3339."""
        return self._now.isoformat()

    def claim(self, statement: str, *, holds: bool, seen: object = "") -> None:
        self.claims.append(Claim(self._chapter, self._now, statement, holds, str(seen)))

    def refused(
        self,
        who: str,
        statement: str,
        path: str,
        body: object = None,
        *,
        on: Json | None = None,
        statuses: Sequence[int] = WRONG_PERSON,
    ) -> None:
        """Claim that this person may not do this."""
        answer = self.person(who).attempt(path, body, on=on)
        self.claim(statement, holds=answer.status_code in statuses, seen=answer.status_code)

    def unguarded(self) -> list[str]:
        """The steps that were taken without anybody having been refused them."""
        taken = {step for step, status in self._tried if httpx.codes.is_success(status)}
        return sorted(taken - {step for step, status in self._tried if status in WRONG_PERSON})

    def until(self, what: str, look: Callable[[], Found | None]) -> Found:
        """What the other services bring about in their own time."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            found = look()
            if found:
                return found
            time.sleep(POLL_S)
        raise StoryBroken(f"waited {PATIENCE_S:.0f} s for {what}")

    @override
    def __enter__(self) -> Self:
        return self

    @override
    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._opened.close()
