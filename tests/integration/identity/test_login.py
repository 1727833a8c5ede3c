"""Logging in with a password."""

import asyncio
import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from services.identity.accounts.domain import FREE_GUESSES
from services.identity.tokens.domain import GrantType
from shared.auth.actor import Role
from tests.integration.identity.conftest import PASSWORD, Identity, Person

ELSEWHERE = {"X-Forwarded-For": "10.9.9.9, 203.0.113.7"}


async def guess(identity: Identity, name: str, password: str, **options: Any) -> tuple[int, str]:
    answer = await identity.token(GrantType.PASSWORD, username=name, password=password, **options)
    return answer.status_code, answer.text


async def disable(identity: Identity, person: Person) -> None:
    await identity.sql("UPDATE account SET disabled_at = now() WHERE id = $1", person.id)


async def test_a_login_gives_tokens_that_name_a_session_and_no_rights(identity: Identity) -> None:
    person = await identity.a_person((Role.PETITION_CLERK, "330281"))

    answer = await identity.token(GrantType.PASSWORD, username=person.login_name, password=PASSWORD)

    assert answer.headers["Cache-Control"] == "no-store"
    tokens = answer.json()
    assert (tokens["token_type"], tokens["expires_in"]) == ("Bearer", 600)
    assert tokens["refresh_token"]
    claims = await identity.claims(tokens["access_token"], "gateway")
    assert (claims.subject, claims.client_id, claims.grants) == (person.id, "liandong-cli", ())
    [session] = await identity.sql("SELECT * FROM login_session WHERE id = $1", claims.session_id)
    assert session["subject_id"] == person.id


async def test_unknown_wrong_and_disabled_are_answered_alike(identity: Identity) -> None:
    person, disabled = await identity.a_person(), await identity.a_person()
    await disable(identity, disabled)

    answers = {
        await guess(identity, "nobody-has-this-name", PASSWORD),
        await guess(identity, person.login_name, "wrong password"),
        await guess(identity, disabled.login_name, PASSWORD),
        await guess(identity, disabled.login_name, "wrong password"),
    }

    [(status, body)] = answers
    assert status == 400
    assert '"error":"invalid_grant"' in body


async def test_the_case_of_the_login_name_does_not_matter(identity: Identity) -> None:
    person = await identity.a_person()
    assert (await guess(identity, person.login_name.upper(), PASSWORD))[0] == 200


async def test_guessing_gets_slow_but_never_shuts_the_owner_out_elsewhere(
    identity: Identity,
) -> None:
    person = await identity.a_person()
    for _ in range(7):
        await guess(identity, person.login_name, "wrong password")

    assert (await guess(identity, person.login_name, PASSWORD))[0] == 400
    assert (await guess(identity, person.login_name, PASSWORD, headers=ELSEWHERE))[0] == 200


async def test_a_barred_login_is_answered_like_a_wrong_one(identity: Identity) -> None:
    person = await identity.a_person()
    wrong = await guess(identity, person.login_name, "wrong password")
    for _ in range(6):
        await guess(identity, person.login_name, "wrong password")
    assert await guess(identity, person.login_name, PASSWORD) == wrong


async def test_the_bar_ends_by_itself(
    identity: Identity, later: Callable[[timedelta], None]
) -> None:
    person = await identity.a_person()
    for _ in range(8):
        await guess(identity, person.login_name, "wrong password")
    later(timedelta(minutes=15))
    assert (await guess(identity, person.login_name, PASSWORD))[0] == 200


async def test_of_many_guesses_at_once_no_more_are_judged_than_one_by_one(
    identity: Identity,
) -> None:
    person = await identity.a_person()
    await asyncio.gather(*(guess(identity, person.login_name, "wrong password") for _ in range(12)))
    login_hash = hashlib.sha256(person.login_name.encode()).digest()
    [row] = await identity.sql("SELECT * FROM login_guess WHERE login_hash = $1", login_hash)
    assert row["failures"] == FREE_GUESSES + 1


async def test_a_right_password_forgets_the_wrong_ones_before(identity: Identity) -> None:
    person = await identity.a_person()
    for _ in range(4):
        await guess(identity, person.login_name, "wrong password")
    await guess(identity, person.login_name, PASSWORD)
    for _ in range(5):
        await guess(identity, person.login_name, "wrong password")
    assert (await guess(identity, person.login_name, PASSWORD))[0] == 200


async def test_names_nobody_has_are_counted_without_being_stored(identity: Identity) -> None:
    name = "hunter2-typed-into-the-wrong-field"
    await guess(identity, name, "x")
    rows = await identity.sql("SELECT * FROM login_guess")
    trace = await identity.sql("SELECT * FROM audit")
    assert name not in repr([dict(row) for row in [*rows, *trace]])


async def test_logins_and_refusals_leave_a_trace(identity: Identity) -> None:
    person = await identity.a_person()
    await guess(identity, person.login_name, "wrong password")
    await guess(identity, person.login_name, PASSWORD)

    rows = await identity.sql(
        "SELECT result FROM audit WHERE action = 'session.open' AND object_id = $1 ORDER BY at",
        str(person.id),
    )

    assert [row["result"] for row in rows] == ["refused", "done"]


@pytest.mark.parametrize("client", ["gateway", "petitions", "nobody", "liandong-web"])
async def test_only_our_own_command_line_may_use_passwords(identity: Identity, client: str) -> None:
    person = await identity.a_person()
    answer = await identity.token(
        GrantType.PASSWORD, client_id=client, username=person.login_name, password=PASSWORD
    )
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


async def test_the_source_of_a_session_is_what_the_gateway_saw(identity: Identity) -> None:
    person = await identity.a_person()
    await guess(identity, person.login_name, PASSWORD, headers=ELSEWHERE)
    [row] = await identity.sql("SELECT source FROM login_session WHERE subject_id = $1", person.id)
    assert row["source"] == "203.0.113.7"


async def test_an_access_token_ends_after_ten_minutes(
    identity: Identity, later: Callable[[timedelta], None]
) -> None:
    tokens = await identity.login(await identity.a_person())
    later(timedelta(seconds=601))
    answer = await identity.exchange(tokens["access_token"], "petitions")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
