"""The unit of work: the only way to a session, where row-level security gets its caller."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, TypeVar

import asyncpg
from asyncpg import Connection
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

T = TypeVar("T")

# Transaction-local, so that a pooled connection never carries one caller's rights to the next.
SET_CONTEXT = text(
    "SELECT set_config('app.principal', :principal, true),"
    " set_config('app.scopes', :scopes, true), set_config('app.system', :system, true)"
)
SET_SYSTEM: Final = "SELECT set_config('app.system', $1, true)"


@dataclass(frozen=True, slots=True)
class Context:
    """For whom a transaction runs."""

    principal: str
    scopes: tuple[str, ...] = ()
    system: bool = False


SYSTEM: Final = Context(principal="system", system=True)
DRIVER: Final = "driver"
# What was read once for all callers of a database, such as figures of practice.
KEPT: Final = "kept"


class Database:
    """One service's connection pool and the transactions on it."""

    def __init__(self, url: str, *, schema: str, pool_size: int = 10) -> None:
        self.url = url
        self.kept: dict[str, Any] = {}
        # The driver reads the URL, so it may name several hosts and libpq's options (sslmode).
        connect = partial(
            asyncpg.connect,
            url,
            server_settings={
                "application_name": f"liandong_{schema}",
                "search_path": schema,
                "jit": "off",
                "statement_timeout": "30000",
                "idle_in_transaction_session_timeout": "60000",
            },
        )
        self.engine: AsyncEngine = create_async_engine(
            "postgresql+asyncpg://",
            async_creator=connect,
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=5,
            pool_pre_ping=True,
        )
        self._sessions = async_sessionmaker(
            self.engine, class_=AsyncSession, expire_on_commit=False, autoflush=False
        )

    @asynccontextmanager
    async def transaction(self, context: Context) -> AsyncIterator[AsyncSession]:
        """One transaction for one caller: commits on return, rolls back on any exception."""
        async with self._sessions() as session, session.begin():
            connection = await session.connection()
            await connection.execute(
                SET_CONTEXT,
                {
                    "principal": context.principal,
                    "scopes": ",".join(context.scopes),
                    "system": "on" if context.system else "off",
                },
            )
            raw = await connection.get_raw_connection()
            # Kept, since asking the session for it goes through three layers each time.
            session.info[DRIVER] = raw.driver_connection
            session.info[KEPT] = self.kept
            yield session

    async def close(self) -> None:
        await self.engine.dispose()


async def kept_for(
    session: AsyncSession,
    name: str,
    read: Callable[[AsyncSession], Awaitable[T]],
    *,
    seconds: float,
) -> T:
    """What `read` found in this database at most so long ago; what is empty is asked for again."""
    kept: dict[str, tuple[float, T]] = session.info[KEPT]
    now = time.monotonic()
    if name not in kept or now - kept[name][0] > seconds or not kept[name][1]:
        kept[name] = now, await read(session)
    return kept[name][1]


@asynccontextmanager
async def beyond_scope(session: AsyncSession) -> AsyncIterator[None]:
    """Within a caller's transaction, look and write past the caller's rows.

    For a question the caller may ask about rows it may not see; that right is checked first. An
    exception ends the transaction, and this with it.
    """
    connection = await driver(session)
    before = await connection.fetchval("SELECT current_setting('app.system', true)")
    await connection.execute(SET_SYSTEM, "on")
    yield
    await session.flush()
    await connection.execute(SET_SYSTEM, before)


async def driver(session: AsyncSession) -> "Connection[Any]":
    """The asyncpg connection of a running transaction, for the few measured hot statements.

    SQLAlchemy sends BEGIN with its first own statement; `Database.transaction` has sent it. Its
    codecs are set too: JSON comes back decoded and goes in as text.
    """
    connection: Connection[Any] = session.info[DRIVER]
    return connection
