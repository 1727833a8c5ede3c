"""Refresh tokens: each used once; one that comes back ends the session."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import httpx

from services.identity.tokens.domain import GrantType
from tests.integration.identity.conftest import SECRETS, Identity


async def refresh(identity: Identity, token: str) -> httpx.Response:
    return await identity.token(GrantType.REFRESH_TOKEN, refresh_token=token)


async def test_a_refresh_token_gives_the_next_of_the_same_session(identity: Identity) -> None:
    first = await identity.login(await identity.a_person())

    second = (await refresh(identity, first["refresh_token"])).json()

    before = await identity.claims(first["access_token"], "gateway")
    after = await identity.claims(second["access_token"], "gateway")
    assert before.session_id == after.session_id
    assert first["refresh_token"] != second["refresh_token"]
    assert (await refresh(identity, second["refresh_token"])).status_code == 200


async def test_a_used_token_that_comes_back_ends_the_whole_session(identity: Identity) -> None:
    first = await identity.login(await identity.a_person())
    second = (await refresh(identity, first["refresh_token"])).json()

    stolen = await refresh(identity, first["refresh_token"])

    assert (stolen.status_code, stolen.json()["error"]) == (400, "invalid_grant")
    assert (await refresh(identity, second["refresh_token"])).status_code == 400
    assert (await identity.exchange(second["access_token"], "tasks")).status_code == 400
    claims = await identity.claims(second["access_token"], "gateway")
    [row] = await identity.sql(
        "SELECT end_reason FROM login_session WHERE id = $1", claims.session_id
    )
    assert row["end_reason"] == "token_reused"


async def test_of_two_at_once_one_goes_on_and_the_session_ends(identity: Identity) -> None:
    tokens = await identity.login(await identity.a_person())

    answers = await asyncio.gather(*(refresh(identity, tokens["refresh_token"]) for _ in range(2)))

    assert sorted(answer.status_code for answer in answers) == [200, 400]
    assert (await identity.exchange(tokens["access_token"], "tasks")).status_code == 400


async def test_another_client_cannot_use_it(identity: Identity) -> None:
    tokens = await identity.login(await identity.a_person())
    answer = await identity.token(
        GrantType.REFRESH_TOKEN,
        auth=("petitions", SECRETS["petitions"]),
        refresh_token=tokens["refresh_token"],
    )
    assert answer.status_code == 400
    assert (await refresh(identity, tokens["refresh_token"])).status_code == 200


async def test_an_unused_token_ends_after_two_hours(
    identity: Identity, later: Callable[[timedelta], None]
) -> None:
    tokens = await identity.login(await identity.a_person())
    later(timedelta(hours=2, seconds=1))
    assert (await refresh(identity, tokens["refresh_token"])).status_code == 400


async def test_a_session_ends_after_a_working_day_however_often_refreshed(
    identity: Identity, later: Callable[[timedelta], None]
) -> None:
    tokens = await identity.login(await identity.a_person())
    for hours in range(1, 12):
        later(timedelta(hours=hours))
        tokens = (await refresh(identity, tokens["refresh_token"])).json()
    later(timedelta(hours=12, seconds=1))
    assert (await refresh(identity, tokens["refresh_token"])).status_code == 400


async def test_a_disabled_account_cannot_go_on(identity: Identity) -> None:
    person = await identity.a_person()
    tokens = await identity.login(person)
    await identity.sql("UPDATE account SET disabled_at = now() WHERE id = $1", person.id)
    assert (await refresh(identity, tokens["refresh_token"])).status_code == 400


async def test_tokens_are_stored_as_hashes_only(identity: Identity) -> None:
    tokens = await identity.login(await identity.a_person())
    rows = await identity.sql("SELECT * FROM refresh_token")
    assert tokens["refresh_token"] not in repr([dict(row) for row in rows])


async def test_revoking_either_token_ends_the_session(identity: Identity) -> None:
    for name in ("refresh_token", "access_token"):
        tokens = await identity.login(await identity.a_person())
        answer = await identity.http.post(
            "/oauth/revoke", data={"client_id": "liandong-cli", "token": tokens[name]}
        )
        assert (answer.status_code, answer.json()) == (200, {})
        assert (await identity.exchange(tokens["access_token"], "tasks")).status_code == 400
        assert (await refresh(identity, tokens["refresh_token"])).status_code == 400


async def test_revoking_an_unknown_token_is_as_good_as_done(identity: Identity) -> None:
    answer = await identity.http.post(
        "/oauth/revoke", data={"client_id": "liandong-cli", "token": "unknown"}
    )
    assert answer.status_code == 200


async def test_a_client_cannot_revoke_the_sessions_of_another(identity: Identity) -> None:
    tokens = await identity.login(await identity.a_person())
    await identity.http.post(
        "/oauth/revoke",
        data={"token": tokens["refresh_token"]},
        auth=("tasks", SECRETS["tasks"]),
    )
    assert (await refresh(identity, tokens["refresh_token"])).status_code == 200
