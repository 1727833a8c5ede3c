"""People see and end their own sessions."""

from uuid import UUID

from shared.auth.actor import Role
from tests.integration.identity.conftest import Identity, Person, fresh_key

SESSIONS = "/api/v1/sessions"
FIRST = {"If-Match": '"1"'}


async def an_officer(identity: Identity) -> Person:
    return await identity.a_person((Role.OFFICER, "330281"))


async def session_of(identity: Identity, access_token: str) -> UUID:
    session_id = (await identity.claims(access_token, "gateway")).session_id
    assert session_id is not None
    return session_id


async def test_sessions_are_listed_latest_first_with_the_current_one_marked(
    identity: Identity,
) -> None:
    person = await an_officer(identity)
    await identity.login(person)
    who = await identity.enter(person)

    items = (await identity.http.get(SESSIONS, headers=who)).json()["items"]

    assert [(each["current"], each["actions"]) for each in items] == [
        (True, ["end"]),
        (False, ["end"]),
    ]


async def test_a_session_is_ended_from_another(identity: Identity) -> None:
    person = await an_officer(identity)
    lost = await identity.login(person)
    who = await identity.enter(person)
    path = f"{SESSIONS}/{await session_of(identity, lost['access_token'])}"

    answer = await identity.http.post(f"{path}/end", headers=who | fresh_key() | FIRST)

    assert answer.status_code == 200, answer.text
    assert (answer.json()["end_reason"], answer.json()["actions"]) == ("ended_by_owner", [])
    assert (await identity.exchange(lost["access_token"], "tasks")).status_code == 400
    again = await identity.http.post(
        f"{path}/end", headers=who | fresh_key() | {"If-Match": answer.headers["ETag"]}
    )
    assert (again.status_code, again.json()["code"]) == (409, "session_ended")
    assert (await identity.http.get(path, headers=who)).status_code == 200


async def test_other_peoples_sessions_do_not_exist(identity: Identity) -> None:
    other = await identity.login(await an_officer(identity))
    who = await identity.enter(await an_officer(identity))
    path = f"{SESSIONS}/{await session_of(identity, other['access_token'])}"

    assert (await identity.http.get(path, headers=who)).status_code == 404
    end = await identity.http.post(f"{path}/end", headers=who | fresh_key() | FIRST)
    assert end.status_code == 404
    assert (await identity.exchange(other["access_token"], "tasks")).status_code == 200


async def test_ending_needs_the_version_that_was_read(identity: Identity) -> None:
    person = await an_officer(identity)
    lost = await identity.login(person)
    who = await identity.enter(person)
    path = f"{SESSIONS}/{await session_of(identity, lost['access_token'])}/end"
    assert (await identity.http.post(path, headers=who | fresh_key())).status_code == 428
    stale = await identity.http.post(path, headers=who | fresh_key() | {"If-Match": '"9"'})
    assert stale.status_code == 412
