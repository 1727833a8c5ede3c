"""Two real processes that are killed wherever it hurts: nothing is lost, nothing happens twice."""

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest

from ops.bootstrap import Databases
from shared.auth.actor import ActorKind
from shared.clock_rows.rows import Ladder, start_clock
from shared.db.session import SYSTEM, Database
from shared.ids import uuid7
from shared.messaging.outbox import announce
from tests.factories.clocks import a_term
from tests.integration.shared.conftest import Sql
from tests.support.postgres import CLOCK_STARTS
from tests.support.pulses import pulse_of
from tests.support.services import ISSUER, Issuer, eventually, free_port

DIED: Final = 137
PATIENCE: Final = 30.0


async def _patience() -> None:
    """It dies of itself."""


@dataclass
class Probe:
    """One copy of the probe service, on one port through all its lives."""

    name: str
    settings: dict[str, str]
    log: Path
    port: int = field(default_factory=free_port)
    _process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def launch(self, *, crashpoint: str = "") -> None:
        """Start it; with a crash point it may die before it ever answers."""
        command = [sys.executable, "-m", "shared.http.server", "tests.support.probe:app"]
        named = {**self.settings, "CRASHPOINT": crashpoint, "HTTP_STOP_SECONDS": "1"}
        settings = {f"LIANDONG_{name}": value for name, value in named.items()}
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*command, "--port", str(self.port)],
                stdout=log,
                stderr=log,
                env={**os.environ, **settings, "PROBE": self.name},
            )

    async def start(self, *, crashpoint: str = "") -> None:
        self.launch(crashpoint=crashpoint)
        async with httpx.AsyncClient(base_url=self.url) as http:
            until = time.monotonic() + PATIENCE
            while time.monotonic() < until:
                with suppress(httpx.TransportError):
                    if (await http.get("/healthz")).is_success:
                        return
                await asyncio.sleep(0.05)
        raise AssertionError(self.log.read_text())

    async def death(self, *, by: Callable[[], Awaitable[None]] = _patience) -> int:
        """How it died, of what is tried again and again."""
        assert self._process is not None
        until = time.monotonic() + PATIENCE
        while (code := self._process.poll()) is None:
            assert time.monotonic() < until, self.log.read_text()
            await by()
            await asyncio.sleep(0.2)
        return code

    def kill(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()

    async def restart(self, *, crashpoint: str = "") -> None:
        self.kill()
        await self.start(crashpoint=crashpoint)


@pytest.fixture(scope="module")
def issuer() -> Iterator[tuple[Issuer, str]]:
    made = Issuer()
    with made.serving() as url:
        yield made, url


@pytest.fixture(scope="module")
def probes(
    databases: Databases, issuer: tuple[Issuer, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Probe]]:
    """`regions` tells and `petitions` hears; neither runs yet."""
    folder = tmp_path_factory.mktemp("probes")
    made = {
        name: Probe(name, _settings(name, databases, issuer[1]), folder / name)
        for name in ("regions", "petitions")
    }
    for probe in made.values():
        probe.settings |= {f"{name.upper()}_URL": each.url for name, each in made.items()}
    yield made
    for probe in made.values():
        probe.kill()


def _settings(name: str, databases: Databases, identity_url: str) -> dict[str, str]:
    return {
        "ENVIRONMENT": "test",
        "CLOCK": "simulated",
        "ISSUER": ISSUER,
        "IDENTITY_URL": identity_url,
        "DATABASE_URL": databases.url(name),
        "CLIENT_SECRET": "probe-probe-probe",
        "CURSOR_KEY": "probe-probe-probe",
        "JOB_PERIOD": "0.1",
        "RELAY_PERIOD": "0.1",
    }


@pytest.fixture
def sender(probes: dict[str, Probe]) -> Iterator[Probe]:
    yield probes["regions"]
    probes["regions"].kill()


@pytest.fixture
def receiver(probes: dict[str, Probe]) -> Iterator[Probe]:
    yield probes["petitions"]
    probes["petitions"].kill()


@dataclass(frozen=True)
class Books:
    """What stands in the databases of the two."""

    regions: Database
    sql: Sql
    sent: Sql

    async def tell(self, key: UUID, *numbers: int) -> None:
        for number in numbers:
            async with self.regions.transaction(SYSTEM) as session:
                await announce(session, pulse_of(key, number, CLOCK_STARTS), now=CLOCK_STARTS)

    async def heard(self, key: UUID) -> list[int]:
        """The numbers heard, in the order they were; -1 where something was heard twice."""
        rows = await self.sql(
            "SELECT CASE WHEN last < 0 THEN -1 ELSE year END AS number FROM number_counter"
            " WHERE series = $1 ORDER BY abs(last)",
            key.hex,
        )
        return [row["number"] for row in rows]

    async def wait_until_told(self) -> None:
        """No attempt while nobody is there: what fails would only make the others wait longer."""
        await self._next_attempt("1 hour")

    async def try_now(self) -> None:
        """Leases and back-offs end."""
        await self._next_attempt("0")

    async def _next_attempt(self, within: str) -> None:
        await self.sent(
            "UPDATE outbox_delivery SET next_at = clock_timestamp() + CAST($1 AS text)::interval"
            " WHERE state = 'pending'",
            within,
        )

    async def undelivered(self) -> int:
        return len(await self.sent("SELECT FROM outbox_delivery WHERE state <> 'delivered'"))

    async def arrives(self, key: UUID, *numbers: int) -> None:
        """All of it, once and in order, however often that has to be tried."""
        for _ in range(int(PATIENCE)):
            await self.try_now()
            with suppress(AssertionError):
                await eventually(self.has_heard(key, *numbers), within=1)
                return
        raise AssertionError(await self.heard(key))

    def has_heard(self, key: UUID, *numbers: int) -> Callable[[], Awaitable[bool]]:
        async def ask() -> bool:
            return await self.heard(key) == list(numbers) and await self.undelivered() == 0

        return ask


@pytest.fixture(scope="module")
async def books(databases: Databases, sql: Sql) -> AsyncIterator[Books]:
    regions = Database(databases.url("regions"), schema="regions")
    connection = await asyncpg.connect(
        databases.url("regions"), server_settings={"search_path": "regions"}
    )
    await connection.execute(
        "SELECT set_config('app.system', 'on', false), set_config('app.principal', 'test', false)"
    )

    async def sent(statement: str, *arguments: Any) -> list[asyncpg.Record]:
        rows: list[asyncpg.Record] = await connection.fetch(statement, *arguments)
        return rows

    yield Books(regions, sql, sent)
    await connection.close()
    await regions.close()


async def test_a_service_accepts_while_its_peer_is_down_and_delivers_after(
    sender: Probe, receiver: Probe, books: Books, issuer: tuple[Issuer, str]
) -> None:
    key = uuid7()
    await sender.start()
    token = issuer[0].token("regions", kind=ActorKind.SERVICE, name="tasks", subject=uuid4())
    async with httpx.AsyncClient(base_url=sender.url) as http:
        for number in (1, 2, 3):
            answer = await http.post(
                "/api/v1/pulses",
                json={"key": str(key), "number": number},
                headers={"Authorization": f"Bearer {token}"},
            )
            assert answer.status_code == 204, answer.text
    await eventually(lambda: books.sent("SELECT FROM outbox_delivery WHERE last_error <> ''"))
    assert await books.heard(key) == []

    await receiver.start()
    await eventually(books.has_heard(key, 1, 2, 3), within=PATIENCE)
    [row] = await books.sent("SELECT max(attempts) AS tries FROM outbox_delivery")
    assert row["tries"] == 1, "waiting for a peer costs no try"


async def test_the_receiver_dies_at_every_point_and_the_effect_is_there_once(
    sender: Probe, receiver: Probe, books: Books
) -> None:
    key = uuid7()
    await sender.start()
    await books.tell(key, 1, 2)

    for point, so_far in (("seen", []), ("handled", []), ("committed", [1])):
        await books.wait_until_told()
        await receiver.start(crashpoint=f"inbox.{point}")
        assert await receiver.death(by=books.try_now) == DIED, point
        assert await books.heard(key) == so_far, point

    await receiver.start()
    await books.arrives(key, 1, 2)


async def test_the_sender_dies_at_every_point_and_the_effect_is_there_once(
    sender: Probe, receiver: Probe, books: Books
) -> None:
    key = uuid7()
    await receiver.start()
    await books.tell(key, 1, 2)

    for point, so_far in (("claimed", []), ("delivered", [1])):
        sender.launch(crashpoint=f"relay.{point}")
        assert await sender.death(by=books.try_now) == DIED, point
        assert await books.heard(key) == so_far, point

    await sender.start()
    await books.arrives(key, 1, 2)


async def test_both_are_killed_at_random_and_all_arrives_once_and_in_order(
    sender: Probe, receiver: Probe, books: Books
) -> None:
    keys, numbers = [uuid7() for _ in range(6)], range(1, 13)
    await asyncio.gather(sender.start(), receiver.start())

    async def talk() -> None:
        for number in numbers:
            for key in keys:
                await books.tell(key, number)

    talking = asyncio.create_task(talk())
    for victim in (receiver, sender):
        await asyncio.sleep(random.uniform(0.05, 0.4))  # noqa: S311 -- no secret
        await victim.restart()
    await talking

    for key in keys:
        await books.arrives(key, *numbers)


async def test_a_worker_that_dies_while_it_fires_has_fired_nothing(
    receiver: Probe, database: Database, sql: Sql
) -> None:
    subject = uuid7()
    async with database.transaction(SYSTEM) as session:
        await start_clock(
            session,
            subject_kind="petition",
            subject_id=subject,
            kind="handling",
            term=a_term(10),
            ladder=Ladder(timedelta(days=3), timedelta(days=1)),
            started_at=CLOCK_STARTS - timedelta(days=30),
            seen_by=["330281"],
        )
    events = "SELECT data ->> 'rung' AS rung FROM outbox_event WHERE key = $1"
    receiver.launch(crashpoint="sweep.fired")
    assert await receiver.death() == DIED
    assert await sql(events, str(subject)) == []

    await receiver.start()
    await eventually(lambda: sql(f"{events} AND data ->> 'rung' = 'raise'", str(subject)))
    await asyncio.sleep(0.3)
    fired = [row["rung"] for row in await sql(events, str(subject))]
    assert sorted(fired) == ["breach", "raise", "warn"]
