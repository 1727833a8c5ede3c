"""The migrations build exactly the schema the models declare.

alembic compares neither CHECK constraints nor index predicates nor policies; the catalogue of
PostgreSQL has them all.
"""

import asyncio
import importlib
from typing import Final

import asyncpg
import pytest
from alembic import command
from sqlalchemy import MetaData
from sqlalchemy.ext.asyncio import create_async_engine

from ops import migrations
from ops.bootstrap import Databases
from ops.services import SERVICES
from tests.support.postgres import Cluster

CATALOGUE: Final = """
    SELECT 'column ' || table_name || '.' || column_name,
           concat_ws(' ', data_type, udt_name, character_maximum_length, numeric_precision,
                     numeric_scale, is_nullable, column_default, is_identity,
                     generation_expression)
      FROM information_schema.columns WHERE table_schema = $1
    UNION ALL
    SELECT 'constraint ' || conrelid::regclass || ' ' || conname, pg_get_constraintdef(oid)
      FROM pg_constraint WHERE connamespace = CAST($1 AS regnamespace)
    UNION ALL
    SELECT 'index ' || indexname, indexdef FROM pg_indexes WHERE schemaname = $1
    UNION ALL
    SELECT 'policy ' || tablename || ' ' || policyname,
           concat_ws(' | ', permissive, roles, cmd, qual, with_check)
      FROM pg_policies WHERE schemaname = $1
    UNION ALL
    SELECT 'table ' || relname,
           concat_ws(' ', relkind, relpersistence, relrowsecurity, relforcerowsecurity, reloptions)
      FROM pg_class WHERE relnamespace = CAST($1 AS regnamespace) AND relkind IN ('r', 'p', 'v')
    UNION ALL
    SELECT 'trigger ' || tgrelid::regclass || ' ' || tgname, pg_get_triggerdef(oid)
      FROM pg_trigger
     WHERE NOT tgisinternal
       AND tgrelid IN (SELECT oid FROM pg_class WHERE relnamespace = CAST($1 AS regnamespace))
    UNION ALL
    SELECT 'function ' || p.oid::regprocedure, pg_get_functiondef(p.oid)
      FROM pg_proc AS p WHERE pronamespace = CAST($1 AS regnamespace)
    UNION ALL
    SELECT 'rights ' || table_name || ' ' || grantee,
           string_agg(privilege_type, ' ' ORDER BY privilege_type)
      FROM information_schema.role_table_grants WHERE table_schema = $1
     GROUP BY table_name, grantee
"""


async def read_catalogue(databases: Databases, schema: str) -> dict[str, str]:
    connection = await asyncpg.connect(databases.owner)
    try:
        rows = await connection.fetch(CATALOGUE, schema)
    finally:
        await connection.close()
    return {name: definition for name, definition in rows if "alembic_version" not in name}


async def create_all(databases: Databases, metadata: MetaData) -> None:
    engine = create_async_engine(databases.owner.replace("postgresql", "postgresql+asyncpg", 1))
    async with engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    await engine.dispose()


def downgrade(databases: Databases, service: str) -> None:
    command.downgrade(migrations._config(service, databases.owner), "base")


@pytest.mark.parametrize("service", SERVICES)
async def test_migrations_build_what_the_models_declare(service: str, cluster: Cluster) -> None:
    declared = await cluster.empty()
    await create_all(declared, importlib.import_module(f"services.{service}.tables").metadata)
    migrated = await cluster.clone()

    assert await read_catalogue(migrated, service) == await read_catalogue(declared, service)

    await cluster.drop(declared)
    await cluster.drop(migrated)


@pytest.mark.parametrize("service", SERVICES)
async def test_every_table_protects_its_rows(service: str, databases: Databases) -> None:
    catalogue = await read_catalogue(databases, service)
    tables = {name.split()[1]: value for name, value in catalogue.items() if name[:6] == "table "}
    policies = {name.split()[1] for name in catalogue if name.startswith("policy ")}

    assert tables, "a service without tables proves nothing"
    assert {name for name, value in tables.items() if not value.startswith("r p t t")} == set()
    assert set(tables) == policies


@pytest.mark.parametrize("service", SERVICES)
async def test_down_and_up_again_ends_where_it_began(service: str, cluster: Cluster) -> None:
    databases = await cluster.clone()
    before = await read_catalogue(databases, service)

    await asyncio.to_thread(downgrade, databases, service)
    await asyncio.to_thread(migrations.upgrade, databases.owner, [service])
    await asyncio.to_thread(migrations.upgrade, databases.owner, [service])

    assert await read_catalogue(databases, service) == before
    await cluster.drop(databases)
