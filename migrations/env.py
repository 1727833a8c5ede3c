"""Migrates one service's schema; which one is the section of the ini (`alembic -n petitions`).

Runs as the owner of the database. Wants the schemas and roles that `ops.bootstrap` makes.
"""

import asyncio
import functools
import importlib
import os
import re
from collections.abc import Iterable
from typing import Any, Literal

import asyncpg
from alembic import context
from alembic.autogenerate.api import AutogenContext
from alembic.operations.ops import CreateTableOp, ExecuteSQLOp, MigrationScript
from sqlalchemy import DDL, Connection, Dialect, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool
from sqlalchemy.types import TypeDecorator

config = context.config
tables = importlib.import_module(config.get_main_option("tables") or "")
SCHEMA: str = tables.SCHEMA
DIALECT: Dialect = postgresql.dialect()  # type: ignore[no-untyped-call]  # untyped in SQLAlchemy


def only_this_schema(name: str | None, kind: str, _: Any) -> bool:
    return kind != "schema" or name == SCHEMA


def plain_types(kind: str, obj: Any, autogen: AutogenContext) -> str | Literal[False]:
    """Render decorated types as what they decorate: a migration must outlive the code above it."""
    ours = isinstance(obj, TypeDecorator) and not type(obj).__module__.startswith("sqlalchemy.")
    if kind != "type" or not ours:
        return False
    plain = obj.impl_instance
    if not type(plain).__module__.startswith("sqlalchemy.dialects.postgresql"):
        return f"sa.{plain!r}"
    autogen.imports.add("from sqlalchemy.dialects import postgresql")
    return f"postgresql.{plain!r}"


def after_create(op: CreateTableOp) -> Iterable[str]:
    """What the models attach to a table beyond SQLAlchemy's own words: policies, triggers."""
    table = tables.metadata.tables[f"{SCHEMA}.{op.table_name}"]
    for listener in table.dispatch.after_create:
        if isinstance(listener, DDL):
            yield str(listener.against(table).compile(dialect=DIALECT)).strip()


def add_statements(_context: Any, _revision: Any, scripts: list[MigrationScript]) -> None:
    """Autogenerate knows tables only; their policies and triggers belong into the same migration.

    A table takes those with it when it is dropped, but not the functions made for them.
    """
    for script in scripts:
        up, down = script.upgrade_ops_list[0].ops, script.downgrade_ops_list[0].ops
        for op in [op for op in up if isinstance(op, CreateTableOp)]:
            op.info = {}  # what the models say to each other
            statements = list(after_create(op))
            up += map(ExecuteSQLOp, statements)
            functions = re.findall(r"^CREATE FUNCTION (\S+)\(", "\n".join(statements), re.MULTILINE)
            down += [ExecuteSQLOp(f"DROP FUNCTION {function}") for function in functions]


def configure(**target: Any) -> None:
    context.configure(
        target_metadata=tables.metadata,
        version_table_schema=SCHEMA,
        include_schemas=True,
        include_name=only_this_schema,
        render_item=plain_types,
        process_revision_directives=add_statements,
        compare_type=True,
        compare_server_default=True,
        transaction_per_migration=True,
        **target,
    )


def migrate(connection: Connection) -> None:
    # Wait for a concurrent migration first: lock_timeout would cut this wait short too.
    connection.execute(text("SELECT pg_advisory_lock(hashtext(:schema))"), {"schema": SCHEMA})
    connection.execute(text("SET lock_timeout = '4s'"))
    connection.execute(text("SET statement_timeout = '30s'"))
    connection.commit()
    configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
    protect_history(connection)


def protect_history(connection: Connection) -> None:
    """The schema's default rights are for rows of the work: its history is the owner's."""
    history = f"{SCHEMA}.alembic_version"
    if connection.scalar(text("SELECT to_regclass(:history)"), {"history": history}):
        service = f"liandong_{SCHEMA}"
        connection.execute(text(f"REVOKE INSERT, UPDATE, DELETE ON {history} FROM {service}"))
    connection.commit()


async def main() -> None:
    url = config.attributes.get("url") or os.environ["LIANDONG_DATABASE_URL"]
    # The driver reads the URL, so it may name several hosts.
    connect = functools.partial(asyncpg.connect, url)
    engine = create_async_engine("postgresql+asyncpg://", async_creator=connect, poolclass=NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(migrate)
    await engine.dispose()


if context.is_offline_mode():
    configure(dialect_name="postgresql", literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()
else:
    asyncio.run(main())
