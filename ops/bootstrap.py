"""Brings a PostgreSQL server to where migrations can run: roles, database, schemas, rights.

Safe to repeat and to run twice at once. It needs a role that may create roles and databases.
"""

import base64
import hashlib
import hmac
import secrets
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final
from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg

from ops.errors import OperatorError
from ops.secrets import Secrets, database_password
from ops.services import SERVICES

DATABASE: Final = "liandong"
OWNER: Final = "liandong_owner"
_LOCK: Final = 0x6C69616E646F6E67  # "liandong" in ASCII, as one bigint
_SCRAM_ROUNDS: Final = 4096
# What array operators compare by: texts, without an error that would name a value.
_ARRAY_TESTS: Final = ("arraycontains", "arrayoverlap")


class UnfitServer(OperatorError):
    """The server would lose or leak data; says which setting."""


@dataclass(frozen=True, slots=True)
class Databases:
    """How to reach one database as its administrator, its owner and each service."""

    admin: str
    owner: str
    services: Mapping[str, str]

    def url(self, service: str) -> str:
        return self.services[service]

    def as_dict(self) -> dict[str, str]:
        return {"admin": self.admin, "owner": self.owner, **self.services}


def databases(admin_url: str, keys: Secrets, *, name: str = DATABASE) -> Databases:
    """The URLs of the database `name` on the server of `admin_url`."""
    return Databases(
        admin=_with(admin_url, database=name),
        owner=_url(admin_url, "owner", keys, name),
        services=MappingProxyType(
            {service: _url(admin_url, service, keys, name) for service in SERVICES}
        ),
    )


async def bootstrap(
    admin_url: str,
    keys: Secrets,
    *,
    name: str = DATABASE,
    durable: bool = True,
    simulated_from: datetime | None = None,
) -> Databases:
    """Make what is missing and return how to reach it.

    With `simulated_from`, business time is a row of this database and starts there. UnfitServer
    when a server that must be durable is not, or a role of ours could see past its rows.
    """
    urls = databases(admin_url, keys, name=name)
    async with _connected(admin_url) as admin, _alone(admin):
        if durable:
            await _require_durable(admin)
        for role in ("owner", *SERVICES):
            await _make_role(admin, f"liandong_{role}", keys.read(database_password(role)))
        await _make_database(admin, name)
        async with _connected(urls.admin) as within:
            await _let_arrays_be_indexed(within)
        async with _connected(urls.owner) as owner, owner.transaction():
            await _require_unicode(owner)
            await _prepare(owner, name)
            for service in SERVICES:
                await _make_schema(owner, service)
            if simulated_from is not None:
                await _make_clock(owner, simulated_from)
    return urls


def _url(admin_url: str, role: str, keys: Secrets, name: str) -> str:
    password = keys.read(database_password(role))
    return _with(admin_url, database=name, user=f"liandong_{role}", password=password)


def _with(url: str, *, database: str, user: str = "", password: str = "") -> str:
    """`url` with another database and, if given, other credentials; it may name several hosts."""
    parts = urlsplit(url)
    credentials, _, hosts = parts.netloc.rpartition("@")
    if user:
        credentials = f"{user}:{quote(password, safe='')}"
    netloc = f"{credentials}@{hosts}" if credentials else hosts
    return urlunsplit((parts.scheme, netloc, f"/{database}", parts.query, ""))


@asynccontextmanager
async def _connected(url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(url)
    try:
        yield connection
    finally:
        await connection.close()


@asynccontextmanager
async def _alone(admin: asyncpg.Connection) -> AsyncIterator[None]:
    """One bootstrap at a time: CREATE ROLE and GRANT fail when two meet."""
    await admin.execute("SELECT pg_advisory_lock($1)", _LOCK)
    try:
        yield
    finally:
        await admin.execute("SELECT pg_advisory_unlock($1)", _LOCK)


async def _require_durable(admin: asyncpg.Connection) -> None:
    for setting in ("fsync", "full_page_writes", "synchronous_commit"):
        value = await admin.fetchval("SELECT current_setting($1)", setting)
        if value == "off":
            message = f"{setting} is off: a crash would lose what was acknowledged"
            raise UnfitServer(message)


async def _require_unicode(owner: asyncpg.Connection) -> None:
    """With LC_CTYPE C, lower() and trigrams of anything beyond ASCII fail without a word."""
    if not await owner.fetchval("SELECT lower('Ä') = 'ä' AND getdatabaseencoding() = 'UTF8'"):
        message = "the database must have encoding UTF8 and locale C.UTF-8"
        raise UnfitServer(message)


async def _make_role(admin: asyncpg.Connection, role: str, password: str) -> None:
    found = await admin.fetchrow(
        "SELECT rolsuper OR rolbypassrls AS unbound FROM pg_roles WHERE rolname = $1", role
    )
    if found is None:
        await admin.execute(f"CREATE ROLE {role}")
    elif found["unbound"]:
        message = f"{role} is a superuser or bypasses row-level security"
        raise UnfitServer(message)
    # The verifier, not the password: statements end up in logs.
    await admin.execute(f"ALTER ROLE {role} LOGIN PASSWORD '{scram_verifier(password)}'")


async def _make_database(admin: asyncpg.Connection, name: str) -> None:
    if await admin.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
        return
    # A plain administrator may only give away what belongs to a role it is a member of.
    await admin.execute(f"GRANT {OWNER} TO CURRENT_USER")
    await admin.execute(
        f"CREATE DATABASE {name} OWNER {OWNER} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'"
    )


async def _let_arrays_be_indexed(admin: asyncpg.Connection) -> None:
    """Row-level security keeps an index from an operator that is not declared leakproof.

    Only a superuser may declare it; without, a search reads what the caller may see (decision 15).
    """
    leaky = await admin.fetch(
        "SELECT proname AS name FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace"
        " AND proname = ANY($1) AND NOT proleakproof ORDER BY 1",
        _ARRAY_TESTS,
    )
    if not leaky:
        return
    if not await admin.fetchval("SELECT rolsuper FROM pg_roles WHERE rolname = current_user"):
        print(
            "searching petitions will be slow: no superuser declared"
            " pg_catalog.arraycontains and arrayoverlap leakproof (docs/operations.md)",
            file=sys.stderr,
        )
        return
    for function in leaky:
        await admin.execute(
            f"ALTER FUNCTION pg_catalog.{function['name']}(anyarray, anyarray) LEAKPROOF"
        )


async def _prepare(owner: asyncpg.Connection, name: str) -> None:
    """Nobody gets in unless named, and what tables need is there."""
    roles = ", ".join(f"liandong_{service}" for service in SERVICES)
    await owner.execute(f"REVOKE ALL ON DATABASE {name} FROM PUBLIC")
    await owner.execute(f"GRANT CONNECT ON DATABASE {name} TO {roles}")
    await owner.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
    # Exclusion constraints over periods need it. A trusted extension: an owner may create it.
    await owner.execute("CREATE EXTENSION IF NOT EXISTS btree_gist SCHEMA public")


async def _make_schema(owner: asyncpg.Connection, service: str) -> None:
    role = f"liandong_{service}"
    defaults = f"ALTER DEFAULT PRIVILEGES IN SCHEMA {service} GRANT"
    await owner.execute(f"CREATE SCHEMA IF NOT EXISTS {service}")
    await owner.execute(f"GRANT USAGE ON SCHEMA {service} TO {role}")
    await owner.execute(f"{defaults} SELECT, INSERT, UPDATE, DELETE ON TABLES TO {role}")
    await owner.execute(f"{defaults} USAGE, SELECT ON SEQUENCES TO {role}")


async def _make_clock(owner: asyncpg.Connection, start: datetime) -> None:
    """Business time as one row; who owns the database sets it, the services read it."""
    roles = ", ".join(f"liandong_{service}" for service in SERVICES)
    await owner.execute("CREATE SCHEMA IF NOT EXISTS clock")
    await owner.execute(
        "CREATE TABLE IF NOT EXISTS clock.simulated"
        " (id int PRIMARY KEY CHECK (id = 1), now timestamptz NOT NULL)"
    )
    await owner.execute(
        "INSERT INTO clock.simulated VALUES (1, $1) ON CONFLICT (id) DO NOTHING", start
    )
    await owner.execute(f"GRANT USAGE ON SCHEMA clock TO {roles}")
    await owner.execute(f"GRANT SELECT ON clock.simulated TO {roles}")


def scram_verifier(password: str) -> str:
    """What PostgreSQL stores for a password (RFC 5802, RFC 7677)."""
    salt = secrets.token_bytes(16)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, _SCRAM_ROUNDS)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    text = [base64.b64encode(part).decode() for part in (salt, stored, server)]
    return f"SCRAM-SHA-256${_SCRAM_ROUNDS}:{text[0]}${text[1]}:{text[2]}"
