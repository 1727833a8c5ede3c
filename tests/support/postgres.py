"""A real PostgreSQL for the test run, and a database of its own for who commits."""

import asyncio
import hashlib
import os
import tempfile
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import asyncpg
import pytest

from ops import home, migrations, postgres, secrets
from ops.bootstrap import Databases, bootstrap, databases as urls_of
from ops.secrets import Secrets
from ops.services import SERVICES

# A Monday morning; a test that lets business time pass sets the row of its own clone.
CLOCK_STARTS: Final = datetime.fromisoformat("2026-03-02T09:00:00+08:00")


@dataclass(frozen=True, slots=True)
class Cluster:
    """The server of the test run and its template: all schemas at head."""

    admin: str
    keys: Secrets
    template: str

    async def clone(self) -> Databases:
        """A new database as the migrations leave it."""
        name = f"liandong_{uuid.uuid4().hex}"
        await self._run(
            f"CREATE DATABASE {name} OWNER liandong_owner TEMPLATE {self.template}"
            " STRATEGY file_copy"
        )
        return urls_of(self.admin, self.keys, name=name)

    async def empty(self) -> Databases:
        """A new database with roles and schemas and not a table."""
        name = f"liandong_{uuid.uuid4().hex}"
        return await self.prepare(name)

    async def prepare(self, name: str) -> Databases:
        return await bootstrap(
            self.admin, self.keys, name=name, durable=False, simulated_from=CLOCK_STARTS
        )

    async def drop(self, databases: Databases) -> None:
        name = databases.owner.rpartition("/")[2].partition("?")[0]
        await self._run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    async def _run(self, statement: str) -> None:
        connection = await asyncpg.connect(self.admin)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """TEST_DATABASE_URL wins; DATABASE_URL is never read, for tests create and drop."""
    with _server() as admin, tempfile.TemporaryDirectory() as folder:
        keys = _keys(Path(folder), admin)
        made = Cluster(admin, keys, template=f"liandong_template_{uuid.uuid4().hex}")
        # A thread, because alembic runs an event loop of its own and pytest may have one here.
        with ThreadPoolExecutor(max_workers=1) as thread:
            thread.submit(_make_template, made).result()
            yield made
            template = urls_of(admin, keys, name=made.template)
            thread.submit(asyncio.run, made.drop(template)).result()


@pytest.fixture(scope="session")
async def clone(cluster: Cluster) -> AsyncIterator[Callable[[], Awaitable[Databases]]]:
    """Makes a database of one's own; all of them are dropped after the run."""
    made: list[Databases] = []

    async def make() -> Databases:
        made.append(await cluster.clone())
        return made[-1]

    yield make
    for databases in made:
        await cluster.drop(databases)


@pytest.fixture(scope="module")
async def databases(cluster: Cluster) -> AsyncIterator[Databases]:
    """One database for the tests of a module."""
    made = await cluster.clone()
    yield made
    await cluster.drop(made)


@contextmanager
def _server() -> Iterator[str]:
    if url := os.environ.get("TEST_DATABASE_URL"):
        yield url
        return
    with home.temporary() as place, postgres.embedded(place, durable=False) as server:
        yield server.url


def _keys(folder: Path, seed: str) -> Secrets:
    """The same passwords for every run on one server: its roles are shared between runs."""
    for role in ("owner", *SERVICES):
        file = folder / secrets.database_password(role)
        file.touch(mode=0o600)
        file.write_text(hashlib.sha256(f"{seed} {role}".encode()).hexdigest(), encoding="ascii")
    return Secrets(folder)


def _make_template(cluster: Cluster) -> None:
    migrations.upgrade(asyncio.run(cluster.prepare(cluster.template)).owner)
