"""What PostgreSQL itself shows and lets write, whatever the code above it asks."""

from typing import Final

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.identity.accounts.models import Account
from shared.auth.actor import Role
from shared.clock import machine_time
from shared.db.session import Context
from shared.ids import uuid7
from tests.integration.identity.conftest import Identity, Person

SECRET_TABLES: Final = ("credential", "refresh_token", "signing_key", "login_guess")


async def seen(identity: Identity, context: Context, table: str, where: str = "true") -> int:
    async with identity.database.transaction(context) as session:
        count = text(f"SELECT count(*) FROM {table} WHERE {where}")  # noqa: S608  names of ours
        return int((await (await session.connection()).execute(count)).scalar_one())


def as_(person: Person, *scopes: str) -> Context:
    return Context(principal=str(person.id), scopes=scopes)


async def test_secrets_are_nobodys_rows(identity: Identity) -> None:
    person = await identity.a_person((Role.SECURITY_ADMINISTRATOR, "330000"), division="330000")
    await identity.login(person)
    for table in SECRET_TABLES:
        assert await seen(identity, as_(person, "33"), table) == 0


async def test_without_a_caller_there_are_no_rows(identity: Identity) -> None:
    await identity.login(await identity.a_person((Role.OFFICER, "330281")))
    for table in ("account", "role_grant", "login_session", "client", *SECRET_TABLES):
        assert await seen(identity, Context(principal=""), table) == 0


async def test_an_area_shows_its_accounts_and_a_person_himself(identity: Identity) -> None:
    here = await identity.a_person(division="370281")
    there = await identity.a_person(division="370102")
    assert await seen(identity, as_(there, "3702"), "account", f"id = '{here.id}'") == 1
    assert await seen(identity, as_(there), "account", f"id = '{here.id}'") == 0
    assert await seen(identity, as_(there), "account", f"id = '{there.id}'") == 1


async def test_sessions_and_grants_are_their_holders(identity: Identity) -> None:
    person = await identity.a_person((Role.OFFICER, "370281"))
    other = await identity.a_person()
    await identity.login(person)
    for table, holder in (("login_session", "subject_id"), ("role_grant", "holder_id")):
        mine = f"{holder} = '{person.id}'"
        assert await seen(identity, as_(person), table, mine) == 1
        assert await seen(identity, as_(other, "3301"), table, mine) == 0


async def write(identity: Identity, context: Context, account: Account) -> None:
    async with identity.database.transaction(context) as session:
        session.add(account)
        await session.flush()


async def test_nobody_writes_an_account_into_another_area(identity: Identity) -> None:
    person = await identity.a_person()
    now = machine_time()
    account = Account(
        id=uuid7(),
        login_name="smuggled-in",
        display_name="x",
        division="510100",
        visible_to=["51", "5101"],
        created_at=now,
        active_since=now,
    )
    with pytest.raises(DBAPIError, match="row-level security"):
        await write(identity, as_(person, "330281"), account)
