"""A right that was taken away is dead at the gateway, for every service, within five seconds."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

import httpx
import pytest

from tests.support.stack import WholeStack, fresh_key

SECONDS: Final = 5.0
ADMINISTRATOR: Final = "330200-security-administrator-1"
DIVISION: Final = "330281"
PASSWORD: Final = "long enough for a test"
# One list of each service, which the person may read.
LISTS: Final = ("/api/v1/sessions", "/api/v1/officers", "/api/v1/tasks", "/api/v1/petitions")


def act(http: httpx.Client, path: str, body: object, *, on: Mapping[str, Any] | None = None) -> Any:
    headers = fresh_key() | ({} if on is None else {"If-Match": f'"{on["version"]}"'})
    answer = http.post(f"/api/v1{path}", json=body, headers=headers)
    assert answer.is_success, answer.text
    return answer.json()


def statuses(http: httpx.Client) -> list[int]:
    return [http.get(path).status_code for path in LISTS]


def seconds_until(http: httpx.Client, dead: Sequence[int]) -> float:
    """How long the person went on being served by anybody; asks all the time, as the person would.

    Once dead everywhere it stays so.
    """
    began = time.monotonic()
    while (seen := statuses(http)) != list(dead):
        assert time.monotonic() - began < SECONDS, seen
    took = time.monotonic() - began
    assert statuses(http) == list(dead)
    return took


@dataclass
class Somebody:
    """An account of its own for each test, with one grant and one session."""

    account: Mapping[str, Any]
    grant: Mapping[str, Any]
    http: httpx.Client


@pytest.fixture
def administrator(stack: WholeStack) -> httpx.Client:
    return stack.login(ADMINISTRATOR)


@pytest.fixture
def somebody(stack: WholeStack, administrator: httpx.Client) -> Iterator[Somebody]:
    login = f"somebody-{uuid4().hex[:12]}"
    opened = {"login_name": login, "display_name": "临时人员", "division": DIVISION}
    account = act(administrator, "/accounts", {**opened, "password": PASSWORD})
    given = {
        "account_id": account["id"],
        "role": "petition_clerk",
        "division": DIVISION,
        "valid_from": "2026-01-01T00:00:00+08:00",
        "reason": "借调",
    }
    grant = act(administrator, "/grants", given)
    with closing(stack.enter(login, PASSWORD)) as http:
        assert statuses(http) == [200] * len(LISTS)
        yield Somebody(account, grant, http)


def test_a_disabled_account_is_dead_everywhere(
    stack: WholeStack, administrator: httpx.Client, somebody: Somebody
) -> None:
    path = f"/accounts/{somebody.account['id']}/disable"
    act(administrator, path, {"reason": "离岗"}, on=somebody.account)

    assert seconds_until(somebody.http, [401] * len(LISTS)) < SECONDS
    again = {"username": somebody.account["login_name"], "password": PASSWORD}
    form = {"grant_type": "password", "client_id": "liandong-cli", **again}
    assert stack.nobody.post("/oauth/token", data=form).status_code == 400


def test_an_ended_session_is_dead_and_another_of_the_same_person_lives(
    stack: WholeStack, somebody: Somebody
) -> None:
    with closing(stack.enter(somebody.account["login_name"], PASSWORD)) as other:
        sessions = other.get("/api/v1/sessions").json()["items"]
        first = next(each for each in sessions if not each["current"])
        act(other, f"/sessions/{first['id']}/end", None, on=first)

        assert seconds_until(somebody.http, [401] * len(LISTS)) < SECONDS
        assert statuses(other) == [200] * len(LISTS)


def test_a_withdrawn_grant_opens_nothing_any_more(
    administrator: httpx.Client, somebody: Somebody
) -> None:
    path = f"/grants/{somebody.grant['id']}/withdraw"
    act(administrator, path, {"reason": "借调结束"}, on=somebody.grant)

    assert seconds_until(somebody.http, [403] * len(LISTS)) < SECONDS


def test_a_revoked_refresh_token_ends_its_session(stack: WholeStack, somebody: Somebody) -> None:
    form = {
        "grant_type": "password",
        "client_id": "liandong-cli",
        "username": somebody.account["login_name"],
        "password": PASSWORD,
    }
    tokens = stack.nobody.post("/oauth/token", data=form).json()
    with stack.client() as http:
        http.headers["Authorization"] = f"Bearer {tokens['access_token']}"
        assert statuses(http) == [200] * len(LISTS)
        revoked = {"client_id": "liandong-cli", "token": tokens["refresh_token"]}
        assert stack.nobody.post("/oauth/revoke", data=revoked).status_code == 200

        assert seconds_until(http, [401] * len(LISTS)) < SECONDS
