"""Service tokens: by exchange and for services themselves."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from services.identity.tokens.domain import ACCESS_TOKEN, JWT, GrantType
from shared.auth.actor import ActorKind, Grant, Role
from shared.clock import machine_time
from tests.integration.identity.conftest import SECRETS, Identity

DAY = timedelta(days=1)


def refused(answer: httpx.Response, error: str = "invalid_grant") -> bool:
    return (answer.status_code, answer.json().get("error")) == (400, error)


async def service_token(identity: Identity, *grants: tuple[Role, str]) -> str:
    tokens = await identity.login(await identity.a_person(*grants))
    answer = await identity.exchange(tokens["access_token"], "petitions")
    token: str = answer.json()["access_token"]
    return token


async def test_the_gateway_gets_a_minute_for_one_service(identity: Identity) -> None:
    person = await identity.a_person((Role.PETITION_CLERK, "330281"), (Role.OFFICER, "330200"))
    tokens = await identity.login(person)

    answer = await identity.exchange(tokens["access_token"], "petitions")

    body = answer.json()
    assert body["issued_token_type"] == JWT
    assert body["expires_in"] == 60
    assert "refresh_token" not in body
    claims = await identity.claims(body["access_token"], "petitions")
    assert (claims.subject, claims.kind, claims.name) == (person.id, ActorKind.ACCOUNT, "王芳")
    assert set(claims.grants) == {
        Grant(Role.PETITION_CLERK, "330281"),
        Grant(Role.OFFICER, "3302"),
    }
    assert claims.via == ()


async def test_only_grants_in_force_now_are_carried(identity: Identity) -> None:
    person = await identity.a_person((Role.OFFICER, "330281"))
    now = machine_time()
    await identity.grant(person.id, Role.AUDITOR, "330281", since=now - 2 * DAY, until=now - DAY)
    await identity.grant(person.id, Role.GRID_LEAD, "330281", since=now + DAY)
    withdrawn = await identity.grant(person.id, Role.PETITION_CLERK, "330281", since=now - DAY)
    await identity.sql(
        "UPDATE role_grant SET withdrawn_at = now(), withdrawn_by = $1 WHERE id = $1", withdrawn
    )

    tokens = await identity.login(person)
    answer = await identity.exchange(tokens["access_token"], "petitions")

    claims = await identity.claims(answer.json()["access_token"], "petitions")
    assert claims.grants == (Grant(Role.OFFICER, "330281"),)


async def test_a_disabled_account_is_refused_at_once(identity: Identity) -> None:
    person = await identity.a_person()
    tokens = await identity.login(person)
    assert (await identity.exchange(tokens["access_token"], "tasks")).status_code == 200

    await identity.sql("UPDATE account SET disabled_at = now() WHERE id = $1", person.id)

    assert refused(await identity.exchange(tokens["access_token"], "tasks"))


async def test_enabling_an_account_again_revives_no_session(identity: Identity) -> None:
    person = await identity.a_person()
    tokens = await identity.login(person)
    await identity.sql(
        "UPDATE account SET active_since = clock_timestamp() WHERE id = $1", person.id
    )
    assert refused(await identity.exchange(tokens["access_token"], "tasks"))
    again = await identity.login(person)
    assert (await identity.exchange(again["access_token"], "tasks")).status_code == 200


async def test_a_service_token_never_outlives_the_access_token(
    identity: Identity, later: Callable[[timedelta], None]
) -> None:
    tokens = await identity.login(await identity.a_person())
    later(timedelta(seconds=570))
    answer = await identity.exchange(tokens["access_token"], "tasks")
    assert answer.json()["expires_in"] in range(25, 32)


async def test_a_service_passes_on_for_whom_it_works(identity: Identity) -> None:
    first = await service_token(identity, (Role.PETITION_CLERK, "330281"))

    second = (await identity.exchange(first, "tasks", by="petitions")).json()["access_token"]
    third = (await identity.exchange(second, "regions", by="tasks")).json()["access_token"]

    before = await identity.claims(first, "petitions")
    after = await identity.claims(third, "regions")
    assert after.via == ("tasks", "petitions")
    assert (after.subject, after.grants) == (before.subject, before.grants)


async def test_a_chain_has_four_links_at_most(identity: Identity) -> None:
    token = await service_token(identity)
    for by, to in [("petitions", "tasks"), ("tasks", "petitions")] * 2:
        answer = await identity.exchange(token, to, by=by)
        token = answer.json()["access_token"]
    assert refused(await identity.exchange(token, "tasks", by="petitions"), "invalid_request")


async def test_a_service_cannot_go_on_for_a_session_that_has_ended(identity: Identity) -> None:
    person = await identity.a_person()
    tokens = await identity.login(person)
    answer = await identity.exchange(tokens["access_token"], "petitions")
    await identity.http.post(
        "/oauth/revoke", data={"client_id": "liandong-cli", "token": tokens["access_token"]}
    )
    assert refused(await identity.exchange(answer.json()["access_token"], "tasks", by="petitions"))


async def test_a_service_can_only_exchange_what_was_sent_to_it(identity: Identity) -> None:
    token = await service_token(identity)
    assert refused(await identity.exchange(token, "regions", by="tasks"))


@pytest.mark.parametrize("by", ["petitions", "tasks", "regions"])
async def test_only_the_gateway_exchanges_access_tokens(identity: Identity, by: str) -> None:
    tokens = await identity.login(await identity.a_person())
    audience = "tasks" if by != "tasks" else "regions"
    answer = await identity.exchange(
        tokens["access_token"], audience, by=by, token_type=ACCESS_TOKEN
    )
    assert refused(answer, "invalid_request")
    assert refused(await identity.exchange(tokens["access_token"], audience, by=by))


async def test_the_gateway_exchanges_nothing_but_access_tokens(identity: Identity) -> None:
    token = await service_token(identity)
    assert refused(await identity.exchange(token, "tasks"))
    assert refused(await identity.exchange(token, "tasks", token_type=JWT), "invalid_request")


@pytest.mark.parametrize("audience", ["gateway", "nobody", "Petitions", "petitions tasks"])
async def test_an_unknown_audience_is_refused(identity: Identity, audience: str) -> None:
    tokens = await identity.login(await identity.a_person())
    assert refused(await identity.exchange(tokens["access_token"], audience), "invalid_target")


@pytest.mark.parametrize("token", ["x", "a.b.c", "e30.e30.e30", "…", "\u00e9" * 9000])
async def test_a_subject_token_that_is_none_is_refused(identity: Identity, token: str) -> None:
    answer = await identity.exchange(token, "tasks")
    assert answer.status_code == 400


async def test_a_service_speaks_for_itself_without_rights(identity: Identity) -> None:
    answer = await identity.token(
        GrantType.CLIENT_CREDENTIALS, auth=("petitions", SECRETS["petitions"]), audience="tasks"
    )
    claims = await identity.claims(answer.json()["access_token"], "tasks")
    assert (claims.kind, claims.name) == (ActorKind.SERVICE, "petitions")
    assert (claims.grants, claims.session_id) == ((), None)


async def test_a_services_own_call_can_be_passed_on(identity: Identity) -> None:
    answer = await identity.token(
        GrantType.CLIENT_CREDENTIALS, auth=("petitions", SECRETS["petitions"]), audience="tasks"
    )
    passed = await identity.exchange(answer.json()["access_token"], "regions", by="tasks")
    claims = await identity.claims(passed.json()["access_token"], "regions")
    assert (claims.kind, claims.name, claims.via) == (ActorKind.SERVICE, "petitions", ("tasks",))


async def test_a_platform_logs_in_with_its_secret_and_has_its_grants(identity: Identity) -> None:
    client_id, secret = await identity.a_platform("zj-petition")
    await identity.grant(client_id, Role.PLATFORM, "330000", since=machine_time() - DAY)

    answer = await identity.token(GrantType.CLIENT_CREDENTIALS, auth=("zj-petition", secret))

    body = answer.json()
    assert "refresh_token" not in body
    exchanged = await identity.exchange(body["access_token"], "petitions")
    claims = await identity.claims(exchanged.json()["access_token"], "petitions")
    assert (claims.subject, claims.kind) == (client_id, ActorKind.CLIENT)
    assert claims.grants == (Grant(Role.PLATFORM, "33"),)

    await identity.sql("UPDATE client SET disabled_at = now() WHERE id = $1", client_id)
    assert refused(await identity.exchange(body["access_token"], "petitions"))


async def test_a_platform_cannot_exchange(identity: Identity) -> None:
    _, secret = await identity.a_platform("zj-curious")
    tokens = await identity.login(await identity.a_person())
    answer = await identity.token(
        GrantType.TOKEN_EXCHANGE,
        auth=("zj-curious", secret),
        subject_token=tokens["access_token"],
        subject_token_type=ACCESS_TOKEN,
        audience="petitions",
    )
    assert refused(answer, "unauthorized_client")


@pytest.mark.parametrize(
    "auth", [("gateway", "wrong"), ("gateway", ""), ("gateway", SECRETS["tasks"]), ("nobody", "x")]
)
async def test_a_wrong_secret_is_answered_401(identity: Identity, auth: tuple[str, str]) -> None:
    answer = await identity.token(GrantType.CLIENT_CREDENTIALS, auth=auth, audience="tasks")
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert answer.headers["WWW-Authenticate"].startswith("Basic")


async def test_a_secret_may_also_come_in_the_form(identity: Identity) -> None:
    form: dict[str, Any] = {
        "grant_type": "client_credentials",
        "client_id": "tasks",
        "client_secret": SECRETS["tasks"],
        "audience": "regions",
    }
    assert (await identity.http.post("/oauth/token", data=form)).status_code == 200
