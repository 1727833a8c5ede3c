"""Roles, schemas and rights: what each role can do, and above all what it cannot."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from urllib.parse import urlsplit

import asyncpg
import pytest

from ops import clock
from ops.bootstrap import Databases, UnfitServer, bootstrap
from ops.services import SERVICES
from tests.support.postgres import CLOCK_STARTS, Cluster


async def run(url: str, statement: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


async def test_it_can_run_many_times_at_once(cluster: Cluster) -> None:
    runs = (
        bootstrap(cluster.admin, cluster.keys, name="liandong_race", durable=False)
        for _ in range(4)
    )
    made = await asyncio.gather(*runs)

    assert len({databases.owner for databases in made}) == 1
    await cluster.drop(made[0])


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE {own}.mine ()",
        "CREATE TABLE public.mine ()",
        "CREATE TEMPORARY TABLE mine ()",
        "CREATE SCHEMA mine",
        "CREATE TABLE {other}.mine ()",
        "SELECT count(*) FROM {other}.known",
        "SET ROLE liandong_owner",
        "UPDATE clock.simulated SET now = now()",
        "ALTER TABLE {own}.known DISABLE ROW LEVEL SECURITY",
        "DROP TABLE {own}.known",
        "TRUNCATE {own}.known",
    ],
)
async def test_a_service_has_its_own_rows_and_nothing_else(
    service: str, statement: str, schemas: Databases
) -> None:
    other = SERVICES[SERVICES.index(service) - 1]

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await run(schemas.url(service), statement.format(own=service, other=other))


@pytest.fixture(scope="module")
async def schemas(cluster: Cluster) -> AsyncIterator[Databases]:
    """A database where each schema has one table."""
    databases = await cluster.empty()
    for service in SERVICES:
        await run(databases.owner, f"CREATE TABLE {service}.known (id bigserial)")
    yield databases
    await cluster.drop(databases)


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_reads_and_writes_tables_made_later(
    service: str, schemas: Databases
) -> None:
    url = schemas.url(service)

    for statement in (
        "INSERT INTO known DEFAULT VALUES RETURNING true",
        "UPDATE known SET id = id RETURNING true",
        "DELETE FROM known RETURNING true",
    ):
        assert await run(f"{url}?search_path={service}", statement) is True


async def test_business_time_is_one_row_that_the_owner_moves(databases: Databases) -> None:
    later = CLOCK_STARTS + timedelta(days=3)

    await clock.move(databases.owner, later)

    for service in SERVICES:
        assert await run(databases.url(service), "SELECT now FROM clock.simulated") == later


LEAKY = "SELECT count(*) FROM pg_proc WHERE proname = 'arraycontains' AND NOT proleakproof"


async def test_arrays_are_searched_by_index_under_row_policies(databases: Databases) -> None:
    assert await run(databases.owner, LEAKY) == 0


async def test_without_a_superuser_search_is_slow_and_says_so(
    cluster: Cluster, capfd: pytest.CaptureFixture[str]
) -> None:
    # Roles belong to the server, so that the administrator is made and taken away again.
    await run(cluster.admin, "CREATE ROLE plain_admin LOGIN CREATEROLE CREATEDB PASSWORD 'plain'")
    for role in ("owner", *SERVICES):
        await run(cluster.admin, f"GRANT liandong_{role} TO plain_admin WITH ADMIN OPTION")
    await run(cluster.admin, "GRANT CREATE ON DATABASE postgres TO plain_admin")
    address = urlsplit(cluster.admin)
    plain = address._replace(netloc=f"plain_admin:plain@{address.netloc.rpartition('@')[2]}")
    try:
        made = await bootstrap(plain.geturl(), cluster.keys, name="liandong_plain", durable=False)
        assert await run(made.owner, LEAKY) == 1
        assert "arraycontains" in capfd.readouterr().err
        await cluster.drop(made)
    finally:
        await run(cluster.admin, "DROP OWNED BY plain_admin")
        await run(cluster.admin, "DROP ROLE plain_admin")


async def test_a_server_that_forgets_is_refused(cluster: Cluster) -> None:
    with pytest.raises(UnfitServer, match="off"):
        await bootstrap(cluster.admin, cluster.keys, name="liandong_never")


async def test_a_role_that_could_see_every_row_is_refused(cluster: Cluster) -> None:
    await run(cluster.admin, "ALTER ROLE liandong_tasks BYPASSRLS")
    try:
        with pytest.raises(UnfitServer, match="liandong_tasks"):
            await bootstrap(cluster.admin, cluster.keys, name="liandong_never", durable=False)
    finally:
        await run(cluster.admin, "ALTER ROLE liandong_tasks NOBYPASSRLS")
