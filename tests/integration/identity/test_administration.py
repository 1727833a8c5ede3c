"""Accounts and grants in the hands of security administrators."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from shared.auth.actor import Role
from tests.integration.identity.conftest import PASSWORD, Identity, Person, fresh_key

FROM = "2026-01-01T00:00:00+08:00"
REASON = {"reason": "岗位变动"}


def an_account(**changes: Any) -> dict[str, Any]:
    return {
        "login_name": f"person-{uuid4().hex[:12]}",
        "display_name": "李强",
        "division": "330281",
        "password": PASSWORD,
    } | changes


async def administrator(identity: Identity, division: str = "330200") -> dict[str, str]:
    person = await identity.a_person((Role.SECURITY_ADMINISTRATOR, division), division=division)
    return await identity.enter(person)


async def post(
    identity: Identity, path: str, who: dict[str, str], body: Any = None, **headers: str
) -> httpx.Response:
    return await identity.http.post(
        f"/api/v1{path}", json=body, headers=who | fresh_key() | headers
    )


async def give(
    identity: Identity, who: dict[str, str], person: Person, role: Role, division: str
) -> httpx.Response:
    body = {
        "account_id": str(person.id),
        "role": role,
        "division": division,
        "valid_from": FROM,
        "reason": "任命",
    }
    return await post(identity, "/grants", who, body)


async def test_an_administrator_opens_an_account_that_can_log_in(identity: Identity) -> None:
    who = await administrator(identity)
    body = an_account()

    answer = await post(identity, "/accounts", who, body)

    assert answer.status_code == 201, answer.text
    assert answer.headers["ETag"] == '"1"'
    account = answer.json()
    assert account["actions"] == ["disable"]
    assert PASSWORD not in answer.text
    await identity.login(Person(account["id"], body["login_name"]))


@pytest.mark.parametrize("division", ["330100", "330000", "510100"])
async def test_nobody_administers_beyond_his_area(identity: Identity, division: str) -> None:
    who = await administrator(identity)
    answer = await post(identity, "/accounts", who, an_account(division=division))
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


async def test_accounts_elsewhere_do_not_exist(identity: Identity) -> None:
    who = await administrator(identity)
    stranger = await identity.a_person(division="510100")
    superior = await identity.a_person(division="330000")
    for person in (stranger, superior):
        path = f"/accounts/{person.id}"
        assert (await identity.http.get(f"/api/v1{path}", headers=who)).status_code == 404
        step = await post(identity, f"{path}/disable", who, REASON, **{"If-Match": '"1"'})
        assert step.status_code == 404
        assert (await give(identity, who, person, Role.OFFICER, "330281")).status_code == 404


@pytest.mark.parametrize("role", [Role.OFFICER, Role.DEPARTMENT_HEAD, Role.SYSTEM_ADMINISTRATOR])
async def test_others_administer_nothing(identity: Identity, role: Role) -> None:
    who = await identity.enter(await identity.a_person((role, "330200")))
    person = await identity.a_person()
    answers = [
        await identity.http.get("/api/v1/accounts", headers=who),
        await identity.http.get(f"/api/v1/accounts/{person.id}", headers=who),
        await identity.http.get(
            "/api/v1/grants", params={"holder_id": str(person.id)}, headers=who
        ),
        await identity.http.get("/api/v1/clients", headers=who),
        await post(identity, "/accounts", who, an_account()),
        await give(identity, who, person, Role.OFFICER, "330281"),
    ]
    assert {answer.status_code for answer in answers} == {403}


async def test_without_a_token_nothing_is_told(identity: Identity) -> None:
    for path in ("/accounts", "/accounts/me", "/grants", "/clients", "/sessions"):
        answer = await identity.http.get(f"/api/v1{path}")
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


async def test_an_access_token_is_not_taken_directly(identity: Identity) -> None:
    tokens = await identity.login(await identity.a_person((Role.OFFICER, "330281")))
    who = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert (await identity.http.get("/api/v1/accounts/me", headers=who)).status_code == 401


async def test_disabling_shuts_out_and_enabling_lets_in_again(identity: Identity) -> None:
    who = await administrator(identity)
    person = await identity.a_person()
    tokens = await identity.login(person)
    path = f"/accounts/{person.id}"

    answer = await post(identity, f"{path}/disable", who, REASON, **{"If-Match": '"1"'})

    assert answer.json()["actions"] == ["enable"]
    assert (await identity.exchange(tokens["access_token"], "tasks")).status_code == 400
    again = await post(identity, f"{path}/disable", who, REASON, **{"If-Match": '"2"'})
    assert (again.status_code, again.json()["code"]) == (409, "illegal_step")
    await post(identity, f"{path}/enable", who, REASON, **{"If-Match": '"2"'})
    assert (await identity.exchange(tokens["access_token"], "tasks")).status_code == 400
    await identity.login(person)


async def test_a_change_needs_the_version_that_was_read(identity: Identity) -> None:
    who = await administrator(identity)
    person = await identity.a_person()
    path = f"/accounts/{person.id}/disable"
    assert (await post(identity, path, who, REASON)).status_code == 428
    assert (await post(identity, path, who, REASON, **{"If-Match": '"7"'})).status_code == 412


async def test_nobody_disables_himself(identity: Identity) -> None:
    person = await identity.a_person((Role.SECURITY_ADMINISTRATOR, "330200"), division="330200")
    who = await identity.enter(person)
    path = f"/accounts/{person.id}/disable"
    answer = await post(identity, path, who, REASON, **{"If-Match": '"1"'})
    assert (answer.status_code, answer.json()["code"]) == (409, "own_account")


async def test_a_repeated_creation_creates_once(identity: Identity) -> None:
    who = await administrator(identity) | fresh_key()
    body = an_account()
    answers = [
        await identity.http.post("/api/v1/accounts", json=body, headers=who) for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()


async def test_a_login_name_is_given_once(identity: Identity) -> None:
    who = await administrator(identity)
    person = await identity.a_person()
    answer = await post(identity, "/accounts", who, an_account(login_name=person.login_name))
    assert (answer.status_code, answer.json()["code"]) == (409, "login_name_taken")


async def test_a_login_name_taken_out_of_sight_is_taken_too(identity: Identity) -> None:
    stranger = await identity.a_person(division="510100")
    who = await administrator(identity)
    answer = await post(identity, "/accounts", who, an_account(login_name=stranger.login_name))
    assert (answer.status_code, answer.json()["code"]) == (409, "login_name_taken")


async def test_of_two_who_take_a_name_at_once_one_gets_it(identity: Identity) -> None:
    who, body = await administrator(identity), an_account()
    answers = await asyncio.gather(*(post(identity, "/accounts", who, body) for _ in range(2)))
    assert sorted(answer.status_code for answer in answers) == [201, 409]


@pytest.mark.parametrize(
    "changes",
    [
        {"password": "short"},
        {"password": "x" * 129},
        {"password": "aaaaaaaaaaaaaaa"},
        {"password": "nul\x00nul\x00nul\x00nul"},
        {"login_name": "Upper"},
        {"login_name": "a b"},
        {"login_name": "ａｂｃ"},
        {"login_name": ""},
        {"login_name": "x" * 65},
        {"display_name": ""},
        {"display_name": "\x00"},
        {"division": "33"},
        {"division": "３３０２８１"},
        {"unknown": 1},
        {"password": None},
        {"login_name": 5},
    ],
)
async def test_a_bad_account_is_refused(identity: Identity, changes: dict[str, Any]) -> None:
    who = await administrator(identity)
    answer = await post(identity, "/accounts", who, an_account(**changes))
    assert answer.status_code in {400, 422}, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"


async def test_a_password_must_not_hold_the_login_name(identity: Identity) -> None:
    who = await administrator(identity)
    body = an_account(login_name="zhang.wei", password="my-ZHANG.WEI-2026")
    answer = await post(identity, "/accounts", who, body)
    assert (answer.status_code, answer.json()["code"]) == (422, "weak_password")


async def test_a_grant_is_given_and_withdrawn_at_once(identity: Identity) -> None:
    who = await administrator(identity)
    person = await identity.a_person()
    tokens = await identity.login(person)

    given = await give(identity, who, person, Role.OFFICER, "330281")
    assert given.status_code == 201, given.text
    first = await identity.exchange(tokens["access_token"], "tasks")
    path = f"/grants/{given.json()['id']}/withdraw"
    withdrawn = await post(identity, path, who, REASON, **{"If-Match": '"1"'})
    second = await identity.exchange(tokens["access_token"], "tasks")

    assert len((await identity.claims(first.json()["access_token"], "tasks")).grants) == 1
    assert withdrawn.json()["withdrawn_reason"] == REASON["reason"]
    assert (await identity.claims(second.json()["access_token"], "tasks")).grants == ()
    again = await post(identity, path, who, REASON, **{"If-Match": '"2"'})
    assert (again.status_code, again.json()["code"]) == (409, "grant_ended")


async def test_grants_stay_within_the_administrators_area(identity: Identity) -> None:
    who = await administrator(identity)
    person = await identity.a_person()
    for division in ("330000", "330100", "510100"):
        answer = await give(identity, who, person, Role.OFFICER, division)
        assert answer.status_code == 403, division
    assert (await give(identity, who, person, Role.OFFICER, "330282")).status_code == 201


async def test_nobody_gives_himself_rights(identity: Identity) -> None:
    person = await identity.a_person((Role.SECURITY_ADMINISTRATOR, "330200"), division="330200")
    answer = await give(identity, await identity.enter(person), person, Role.OFFICER, "330281")
    assert (answer.status_code, answer.json()["code"]) == (409, "own_grant")


@pytest.mark.parametrize(
    ("held", "given"),
    [
        (Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR),
        (Role.SECURITY_ADMINISTRATOR, Role.AUDIT_ADMINISTRATOR),
        (Role.AUDIT_ADMINISTRATOR, Role.OFFICER),
        (Role.PETITION_CLERK, Role.SYSTEM_ADMINISTRATOR),
    ],
)
async def test_the_three_administrators_are_three_people(
    identity: Identity, held: Role, given: Role
) -> None:
    who = await administrator(identity)
    person = await identity.a_person((held, "330281"))
    answer = await give(identity, who, person, given, "330281")
    assert (answer.status_code, answer.json()["code"]) == (409, "roles_separated")


async def test_three_people_do_not_become_one_by_haste(identity: Identity) -> None:
    who = await administrator(identity)
    person = await identity.a_person()
    roles = (Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR, Role.AUDIT_ADMINISTRATOR)
    answers = await asyncio.gather(*(give(identity, who, person, role, "330281") for role in roles))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]


async def test_everybody_sees_his_own_grants_and_nobody_elses(identity: Identity) -> None:
    person = await identity.a_person((Role.OFFICER, "330281"), (Role.GRID_LEAD, "330281"))
    colleague = await identity.a_person((Role.OFFICER, "330281"))
    who = await identity.enter(person)

    own = (await identity.http.get("/api/v1/grants", headers=who)).json()["items"]
    hers = await identity.http.get("/api/v1/grants", headers=await identity.enter(colleague))

    assert {each["role"] for each in own} == {Role.OFFICER, Role.GRID_LEAD}
    assert all(each["actions"] == [] for each in own)
    other = hers.json()["items"][0]["id"]
    assert (await identity.http.get(f"/api/v1/grants/{other}", headers=who)).status_code == 404
    assert (
        await identity.http.get(f"/api/v1/grants/{own[0]['id']}", headers=who)
    ).status_code == 200


async def test_i_am_who_the_services_see(identity: Identity) -> None:
    person = await identity.a_person((Role.OFFICER, "330200"))
    answer = await identity.http.get("/api/v1/accounts/me", headers=await identity.enter(person))
    me = answer.json()
    assert (me["id"], me["name"], me["kind"]) == (str(person.id), "王芳", "account")
    assert me["grants"] == [{"role": "officer", "scope": "3302"}]


async def test_a_grant_cannot_end_before_it_begins(identity: Identity) -> None:
    who = await administrator(identity)
    person = await identity.a_person()
    until = (datetime.fromisoformat(FROM) - timedelta(days=1)).astimezone(UTC).isoformat()
    body = {
        "account_id": str(person.id),
        "role": "officer",
        "division": "330281",
        "valid_from": FROM,
        "valid_to": until,
        "reason": "x",
    }
    assert (await post(identity, "/grants", who, body)).status_code == 422


async def test_accounts_page_through_without_loss(identity: Identity) -> None:
    who = await administrator(identity, "350200")
    made = {str((await identity.a_person(division="350205")).id) for _ in range(7)}

    seen: list[str] = []
    path = "/api/v1/accounts?limit=3&division=350205"
    while path:
        answer = await identity.http.get(path, headers=who)
        seen += [each["id"] for each in answer.json()["items"]]
        path = answer.links["next"]["url"] if "next" in answer.links else ""

    assert sorted(seen) == sorted(made)


async def test_administration_leaves_a_trace(identity: Identity) -> None:
    who = await administrator(identity)
    account = (await post(identity, "/accounts", who, an_account())).json()
    person = Person(account["id"], account["login_name"])
    grant = (await give(identity, who, person, Role.OFFICER, "330281")).json()
    path = f"/accounts/{account['id']}/disable"
    await post(identity, path, who, REASON, **{"If-Match": '"1"'})

    rows = await identity.sql(
        "SELECT action FROM audit WHERE object_id IN ($1, $2) ORDER BY at",
        account["id"],
        grant["id"],
    )

    assert [row["action"] for row in rows] == ["account.create", "grant.give", "account.disable"]


async def test_platforms_are_listed_without_their_secrets(identity: Identity) -> None:
    who = await administrator(identity, "330000")
    row_id, secret = await identity.a_platform("zj-listed")
    await identity.a_platform("sc-elsewhere", division="510000")

    answer = await identity.http.get("/api/v1/clients", headers=who)

    assert [each["client_id"] for each in answer.json()["items"]] == ["zj-listed"]
    assert secret not in answer.text
    assert "secret" not in answer.text
    one = await identity.http.get(f"/api/v1/clients/{row_id}", headers=who)
    assert one.status_code == 200
