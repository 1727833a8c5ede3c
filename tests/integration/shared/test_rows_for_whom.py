"""Row-level security and the trace as PostgreSQL itself holds them, for every service's role."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import asyncpg
import pytest

from ops.bootstrap import Databases
from ops.services import SERVICES
from shared.audit.trace import SYSTEM_ACTOR, record
from shared.db.session import SYSTEM, Context, Database, beyond_scope, driver
from tests.integration.shared.conftest import Sql
from tests.support.openapi import A_UUID
from tests.support.postgres import CLOCK_STARTS

# The count of every table, as one statement.
COUNTS: Final = """
SELECT string_agg(format('SELECT %L AS name, count(*) AS rows FROM %I', relname, relname),
                  ' UNION ALL ')
  FROM pg_class
 WHERE relnamespace = CAST($1 AS regnamespace) AND relkind = 'r' AND relname <> 'alembic_version'
"""
EVENT: Final = """
INSERT INTO outbox_event (id, topic, key, data, occurred_at, request_id, visible_to)
VALUES (gen_random_uuid(), 't', 'k', '{}', now(), 'r', $1)
"""


@asynccontextmanager
async def as_role(databases: Databases, service: str) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(
        databases.url(service), server_settings={"search_path": service}
    )
    try:
        yield connection
    finally:
        await connection.close()


async def fill(connection: Any) -> None:
    """A row in a table of each policy; nothing else is in a new database but settings."""
    await connection.execute(
        "SELECT set_config('app.system', 'on', false), set_config('app.principal', 'p', false)"
    )
    await connection.execute(EVENT, ["33"])
    await connection.execute(
        "INSERT INTO inbox (source, event_id, topic) VALUES ('s', $1, 't')", A_UUID
    )
    await connection.execute(
        "INSERT INTO idempotency (principal, key, route, body_hash, status, headers, body)"
        " VALUES ('p', 'key', 'r', '', 200, '{}', '')"
    )
    await connection.execute("INSERT INTO database_time (id, latest) VALUES (1, now())")
    await connection.execute(
        "SELECT set_config('app.system', '', false), set_config('app.principal', '', false)"
    )


@pytest.mark.parametrize("service", SERVICES)
async def test_a_session_that_says_for_whom_nothing_sees_nothing(
    service: str, databases: Databases
) -> None:
    async with as_role(databases, service) as filler, as_role(databases, service) as fresh:
        await fill(filler)
        counts = await fresh.fetchval(COUNTS, service)
        # One that never knew anybody, and one whose caller has gone.
        seen = [*await fresh.fetch(counts), *await filler.fetch(counts)]

    assert len(seen) > 20
    assert {row["name"] for row in seen if row["rows"]} == set()


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_owns_nothing_and_sees_no_other(service: str, databases: Databases) -> None:
    other = next(each for each in SERVICES if each != service)
    async with as_role(databases, service) as connection:
        role = await connection.fetchrow(
            "SELECT rolsuper, rolbypassrls, rolcreatedb, rolcreaterole FROM pg_roles"
            " WHERE rolname = current_user"
        )
        assert not any(role)
        for statement in (
            f"CREATE TABLE {service}.mine (id int)",
            f"ALTER TABLE {service}.audit DISABLE ROW LEVEL SECURITY",
            f"DROP POLICY access ON {service}.audit",
            f"ALTER TABLE {service}.audit DISABLE TRIGGER refuse_change",
            "CREATE SCHEMA mine",
            f"TABLE {other}.audit",
            f"SET ROLE liandong_{other}",
            "SET ROLE liandong_owner",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(statement)


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize(
    "statement", ["UPDATE audit SET reason = ''", "DELETE FROM audit", "TRUNCATE audit"]
)
async def test_not_even_the_owner_changes_the_trace(
    service: str, statement: str, databases: Databases
) -> None:
    database = Database(databases.url(service), schema=service, pool_size=1)
    async with database.transaction(SYSTEM) as session:
        await record(
            session,
            SYSTEM_ACTOR,
            "act",
            object_kind="thing",
            object_id="1",
            now=CLOCK_STARTS,
            seen_by=["330281"],
        )
    await database.close()
    owner = await asyncpg.connect(databases.owner, server_settings={"search_path": service})
    await owner.execute("SELECT set_config('app.system', 'on', false)")

    with pytest.raises(asyncpg.PostgresError, match="never changed"):
        await owner.execute(statement)
    assert await owner.fetchval("SELECT count(*) FROM audit") > 0
    await owner.close()

    async with as_role(databases, service) as role:
        await role.execute("SELECT set_config('app.system', 'on', false)")
        with pytest.raises(asyncpg.PostgresError, match=r"never changed|permission denied"):
            await role.execute(statement)


async def events_seen(database: Database, *scopes: str) -> int:
    async with database.transaction(Context("somebody", scopes)) as session:
        rows: int = await (await driver(session)).fetchval("SELECT count(*) FROM outbox_event")
    return rows


@pytest.mark.parametrize(
    ("scopes", "visible"),
    [
        (("33",), 2),
        (("3302",), 2),
        (("330281",), 1),
        (("330282",), 1),
        (("330281", "330282"), 2),
        (("330206",), 0),
        (("34",), 0),
        ((), 0),
        (("",), 0),
    ],
)
async def test_a_row_is_seen_from_its_divisions_and_above(
    database: Database, sql: Sql, scopes: tuple[str, ...], visible: int
) -> None:
    await sql("DELETE FROM outbox_event")
    await sql(EVENT, ["33", "3302", "330281"])
    await sql(EVENT, ["33", "3302", "330282"])

    assert await events_seen(database, *scopes) == visible


async def test_a_pooled_connection_forgets_for_whom_it_was(databases: Databases, sql: Sql) -> None:
    await sql(EVENT, ["33"])
    database = Database(databases.url("petitions"), schema="petitions", pool_size=1)
    try:
        async with database.transaction(SYSTEM):
            pass
        async with database.engine.connect() as connection:
            rows = await connection.exec_driver_sql("SELECT count(*) FROM outbox_event")
            assert rows.scalar_one() == 0
    finally:
        await database.close()


async def test_one_looks_beyond_ones_scope_only_within_the_block(
    database: Database, sql: Sql
) -> None:
    await sql("DELETE FROM outbox_event")
    await sql(EVENT, ["33"])
    counting = "SELECT count(*) FROM outbox_event"

    async with database.transaction(Context("somebody", ("3401",))) as session:
        connection = await driver(session)
        before = await connection.fetchval(counting)
        async with beyond_scope(session):
            within = await connection.fetchval(counting)
        after = await connection.fetchval(counting)

    assert (before, within, after) == (0, 1, 0)


async def test_remembered_answers_are_their_callers_own(database: Database, sql: Sql) -> None:
    await sql("DELETE FROM idempotency")
    async with database.transaction(Context("somebody", ("33",))) as session:
        connection = await driver(session)
        await connection.execute(
            "INSERT INTO idempotency (principal, key, route, body_hash, status, headers, body)"
            " VALUES ('somebody', 'key', 'r', '', 200, '{}', '')"
        )
    async with database.transaction(Context("another", ("33",))) as session:
        connection = await driver(session)
        assert await connection.fetchval("SELECT count(*) FROM idempotency") == 0
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(
                "INSERT INTO idempotency (principal, key, route, body_hash, status, headers, body)"
                " VALUES ('somebody', 'key2', 'r', '', 200, '{}', '')"
            )
