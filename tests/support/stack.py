"""The whole suite as `make run` starts it, once for the test run, with the demo story played on it.

The story moves the business clock, so it is played before anybody else comes; after it the clock
stands, and the stack holds matters of every kind.
"""

import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final, TypeVar
from uuid import uuid4

import asyncpg
import httpx
import pytest

from ops import demo, principals
from ops.demo.people import Claim
from ops.home import Home
from ops.own_stack import own_stack
from ops.principals import Principals
from ops.ready import Ready
from ops.services import SERVICES

T = TypeVar("T")

HEAD_SECONDS: Final = 5.0
# So that nobody waits long for what is slow on purpose.
IMPATIENT: Final = {
    "LIANDONG_HTTP_HEAD_SECONDS": str(HEAD_SECONDS),
    "LIANDONG_UPSTREAM_SECONDS": "8",
}
FRESH_S: Final = 300.0  # half an access token's life
CLI: Final = {"grant_type": "password", "client_id": "liandong-cli"}
TABLES: Final = """
SELECT format('%I.%I', n.nspname, c.relname) AS name
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND n.nspname = ANY ($1::text[]) ORDER BY 1
"""
SUMMED: Final = """
SELECT count(*) AS rows, coalesce(sum(hashtextextended(t::text, 0)), 0)::text AS content
FROM {table} AS t
"""


@dataclass
class WholeStack:
    """A running stack, its logins, and what its story claimed."""

    ready: Ready
    realm: Principals
    story: Sequence[Claim]
    _sessions: dict[str, tuple[float, httpx.Client]] = field(default_factory=dict)

    @property
    def home(self) -> Home:
        """The folder of the stack."""
        return Home(Path(self.ready.principals or "").parent)

    @cached_property
    def nobody(self) -> httpx.Client:
        """Somebody without a token."""
        return self.client()

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self.ready.gateway, timeout=30, verify=False)  # noqa: S501 -- plain HTTP; reading certificates takes longer than a test

    def login(self, login: str) -> httpx.Client:
        """Somebody at the gateway, with a token that lasts for the test."""
        until, http = self._sessions.get(login, (0.0, None))
        if http is not None and until < time.monotonic():
            http.close()
            http = None
        if http is None:
            http = self.new_session(login)
            self._sessions[login] = (time.monotonic() + FRESH_S, http)
        return http

    def new_session(self, login: str) -> httpx.Client:
        """Another session of this login, which a test may end."""
        password = next(each.password for each in self.realm.accounts if each.login == login)
        return self.enter(login, password)

    def enter(self, login: str, password: str) -> httpx.Client:
        http = self.client()
        answer = http.post("/oauth/token", data={**CLI, "username": login, "password": password})
        if answer.status_code != 200:
            http.close()
        assert answer.status_code == 200, answer.text
        http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        return http

    def close(self) -> None:
        self.nobody.close()
        for _, http in self._sessions.values():
            http.close()

    @asynccontextmanager
    async def as_system(self) -> AsyncIterator["asyncpg.Connection[Any]"]:
        """The owner of all tables, before whom no row is hidden."""
        settings = {"app.system": "on", "app.principal": "test"}
        owner = await asyncpg.connect(self.ready.databases["owner"], server_settings=settings)
        try:
            yield owner
        finally:
            await owner.close()

    async def rows(self) -> dict[str, tuple[int, str]]:
        """For every table how many rows it has and a hash over all of them."""
        async with self.as_system() as owner:
            found = await owner.fetch(TABLES, list(SERVICES))
            return {each["name"]: await _summed(owner, each["name"]) for each in found}


async def _summed(owner: "asyncpg.Connection[Any]", table: str) -> tuple[int, str]:
    row = await owner.fetchrow(SUMMED.format(table=table))
    return row["rows"], row["content"]


def fresh_key() -> dict[str, str]:
    return {"Idempotency-Key": uuid4().hex}


def until(what: str, look: Callable[[], T | None], *, within: float = 20.0) -> T:
    """What `look` answers, as soon as it is truthy."""
    end = time.monotonic() + within
    while not (found := look()):
        assert time.monotonic() < end, f"waited {within:.0f} s for {what}"
        time.sleep(0.05)
    return found


@pytest.fixture(scope="session")
def stack() -> Iterator[WholeStack]:
    with own_stack(clock_from=demo.BEGINS, settings=IMPATIENT) as ready:
        # A thread, because the story runs event loops of its own and pytest may have one here.
        with ThreadPoolExecutor(max_workers=1) as thread:
            story = thread.submit(demo.played, ready).result()
        assert ready.principals is not None
        whole = WholeStack(ready, principals.read(Path(ready.principals)), story)
        yield whole
        whole.close()


def problem(answer: httpx.Response) -> Mapping[str, Any]:
    """The problem document of an answer that is one."""
    assert answer.headers.get("content-type") == "application/problem+json", answer.text
    document: Mapping[str, Any] = answer.json()
    assert document["status"] == answer.status_code
    assert {"type", "title", "detail", "code", "request_id"} <= set(document)
    return document
