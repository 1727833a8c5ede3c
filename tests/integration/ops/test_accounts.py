"""The operator's way in: the first account of a stack."""

import pytest

from ops.accounts import open_account
from ops.bootstrap import Databases
from services.identity.accounts.use_cases import begin_login, is_right
from shared.auth.actor import Role
from shared.clock import machine_time
from shared.db.session import SYSTEM, Database
from shared.errors import AppError


async def may_log_in(databases: Databases, login: str, password: str) -> bool:
    identity = Database(databases.url("identity"), schema="identity")
    try:
        async with identity.transaction(SYSTEM) as session:
            candidate = await begin_login(
                session, login_name=login, source="127.0.0.1", now=machine_time()
            )
        return await is_right(candidate, password)
    finally:
        await identity.close()


async def test_the_first_administrator_logs_in_with_what_was_shown(databases: Databases) -> None:
    password = await open_account(
        databases.url("identity"),
        login="first",
        name="安全管理员",
        role=Role.SECURITY_ADMINISTRATOR,
        division="330000",
    )

    assert await may_log_in(databases, "first", password)
    assert not await may_log_in(databases, "first", password[::-1])


async def test_a_login_name_is_given_once(databases: Databases) -> None:
    facts = {"login": "twice", "name": "一", "division": "330000"}
    await open_account(databases.url("identity"), role=Role.SYSTEM_ADMINISTRATOR, **facts)

    with pytest.raises(AppError):
        await open_account(databases.url("identity"), role=Role.SYSTEM_ADMINISTRATOR, **facts)
