"""The relay on a real outbox: order, leases, tries, parking, waking; the peer is played."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from uuid import UUID

import asyncpg
import pytest

from ops import outbox as outboxes
from ops.bootstrap import Databases
from shared.contracts.petitions import CallbackRecorded
from shared.db.session import SYSTEM, Database
from shared.errors import RuleViolation, Unavailable
from shared.ids import uuid7
from shared.messaging.envelope import Envelope
from shared.messaging.outbox import announce
from shared.messaging.relay import BATCH, MAX_TRIES, Deliver, Relay
from tests.integration.shared.conftest import Sql
from tests.support.postgres import CLOCK_STARTS, Cluster
from tests.support.services import eventually

# Seconds; nothing in these tests may depend on polling.
NEVER = 30.0


class Refused(RuleViolation):
    code = "refused"


@dataclass
class Peer:
    """Who receives: remembers in what order, and behaves as told, by aggregate."""

    heard: list[tuple[UUID, str]] = field(default_factory=list)
    refuses: set[UUID] = field(default_factory=set)
    broken: set[UUID] = field(default_factory=set)
    is_down: bool = False

    async def __call__(self, destination: str, envelope: Envelope) -> None:
        await asyncio.sleep(0)
        key = UUID(envelope.subject)
        if self.is_down:
            raise Unavailable(what=destination)
        if key in self.refuses:
            raise Refused
        if key in self.broken:
            raise KeyError(key)
        self.heard.append((key, envelope.data["result"]))

    def heard_of(self, key: UUID) -> list[str]:
        return [each for heard, each in self.heard if heard == key]


@pytest.fixture(autouse=True)
async def peer(sql: Sql) -> Peer:
    """Nothing waits from the tests before."""
    await sql("DELETE FROM outbox_delivery")
    await sql("DELETE FROM outbox_event")
    return Peer()


@pytest.fixture
def relay(database: Database, peer: Peer) -> Relay:
    return Relay(database, source="petitions", deliver=peer)


def a_callback(
    key: UUID, result: str, *, of: type[CallbackRecorded] = CallbackRecorded
) -> CallbackRecorded:
    return of(
        petition_id=key,
        result=result,
        solved="no",
        at=CLOCK_STARTS,
        divisions=["330281"],
        office="330200",
    )


async def tell(
    database: Database, key: UUID, *results: str, of: type[CallbackRecorded] = CallbackRecorded
) -> None:
    """Each event in a transaction of its own, as acts that follow one another."""
    for result in results:
        async with database.transaction(SYSTEM) as session:
            await announce(session, a_callback(key, result, of=of), now=CLOCK_STARTS)


async def deliveries(sql: Sql, key: UUID) -> list[asyncpg.Record]:
    return await sql(
        "SELECT state, attempts, fence, last_error, next_at > clock_timestamp() AS waits"
        " FROM outbox_delivery WHERE key = $1 ORDER BY seq",
        str(key),
    )


async def let_time_pass(sql: Sql) -> None:
    """Leases run out and back-offs end."""
    await sql(
        "UPDATE outbox_delivery SET next_at = clock_timestamp() - interval '1 second'"
        " WHERE state = 'pending'"
    )


async def drain(relay: Relay) -> int:
    """Everything that can be delivered without waiting; how many rounds that took."""
    for rounds in count():
        if await relay.deliver_batch() == 0:
            return rounds
    raise AssertionError


@asynccontextmanager
async def running(relay: Relay) -> AsyncIterator[None]:
    task = asyncio.create_task(relay.run(period=NEVER))
    try:
        yield
    finally:
        assert not task.done(), "the relay has given up"
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def all_heard(peer: Peer, key: UUID, expected: list[str]) -> Callable[[], Awaitable[bool]]:
    async def heard() -> bool:
        return peer.heard_of(key) == expected

    return heard


async def test_events_of_an_aggregate_arrive_in_their_order(
    relay: Relay, peer: Peer, database: Database
) -> None:
    key, other = uuid7(), uuid7()
    await tell(database, key, "1", "2", "3")
    await tell(database, other, "1")

    assert await relay.deliver_batch() == 2, "one of each aggregate at a time"
    await drain(relay)

    assert peer.heard_of(key) == ["1", "2", "3"]
    assert peer.heard_of(other) == ["1"]


async def test_relays_side_by_side_do_nothing_twice(database: Database, peer: Peer) -> None:
    keys = [uuid7() for _ in range(8)]
    for result in "123456":
        for key in keys:
            await tell(database, key, result)
    relays = [Relay(database, source="petitions", deliver=peer) for _ in range(4)]

    while len(peer.heard) < 6 * len(keys):
        await asyncio.gather(*(each.deliver_batch() for each in relays))

    assert {key: peer.heard_of(key) for key in keys} == {key: list("123456") for key in keys}


async def test_a_peer_that_is_down_costs_no_try(
    relay: Relay, peer: Peer, database: Database, sql: Sql
) -> None:
    key = uuid7()
    await tell(database, key, "1", "2")
    peer.is_down = True
    for _ in range(MAX_TRIES + 2):
        await let_time_pass(sql)
        await drain(relay)

    first, second = await deliveries(sql, key)
    assert (first["state"], first["attempts"], first["waits"]) == ("pending", 0, True)
    assert "petitions" in first["last_error"]
    assert second["fence"] == 0, "it waits behind the first"

    peer.is_down = False
    await let_time_pass(sql)
    await drain(relay)
    assert peer.heard_of(key) == ["1", "2"]


async def test_what_is_refused_too_often_is_parked_with_all_behind_it(
    relay: Relay, peer: Peer, database: Database, sql: Sql
) -> None:
    key, other = uuid7(), uuid7()
    peer.refuses.add(key)
    await tell(database, key, "1", "2")
    for _ in range(MAX_TRIES):
        await let_time_pass(sql)
        await drain(relay)
    await tell(database, other, "1")
    await let_time_pass(sql)
    await drain(relay)

    first, second = await deliveries(sql, key)
    assert (first["state"], first["attempts"], first["fence"]) == ("parked", MAX_TRIES, MAX_TRIES)
    assert (second["state"], second["fence"]) == ("pending", 0)
    assert peer.heard_of(other) == ["1"]


async def test_an_operator_sends_it_again(
    relay: Relay, peer: Peer, database: Database, sql: Sql, databases: Databases
) -> None:
    key = uuid7()
    peer.refuses.add(key)
    await tell(database, key, "1", "2")
    for _ in range(MAX_TRIES):
        await let_time_pass(sql)
        await drain(relay)
    [parked] = await outboxes.parked(databases.owner)
    assert (parked.service, parked.destination) == ("petitions", "petitions")
    assert "refused" in (parked.last_error or "")
    peer.refuses.clear()

    assert await outboxes.resend(databases.owner, uuid7()) == 0
    async with running(relay):
        assert await outboxes.resend(databases.owner, parked.event_id) == 1
        await eventually(all_heard(peer, key, ["1", "2"]), within=5)
    assert await outboxes.parked(databases.owner) == []


async def test_a_relay_whose_lease_ran_out_writes_nothing_over(
    database: Database, sql: Sql, peer: Peer
) -> None:
    key, go_on = uuid7(), asyncio.Event()

    async def slow(destination: str, envelope: Envelope) -> None:
        await go_on.wait()
        await peer(destination, envelope)

    async def deliver_with(deliver: Deliver) -> None:
        await Relay(database, source="petitions", deliver=deliver).deliver_batch()

    await tell(database, key, "1")
    late = asyncio.create_task(deliver_with(slow))
    await eventually(lambda: sql("SELECT FROM outbox_delivery WHERE fence = 1"))
    await let_time_pass(sql)
    await deliver_with(Peer(refuses={key}))
    go_on.set()
    await late

    [delivery] = await deliveries(sql, key)
    assert (delivery["state"], delivery["attempts"], delivery["fence"]) == ("pending", 1, 2)


async def test_while_a_lease_runs_nobody_else_delivers(
    database: Database, peer: Peer, sql: Sql
) -> None:
    key, go_on = uuid7(), asyncio.Event()

    async def slow(destination: str, envelope: Envelope) -> None:
        await go_on.wait()
        await peer(destination, envelope)

    await tell(database, key, "1", "2")
    first = asyncio.create_task(Relay(database, source="petitions", deliver=slow).deliver_batch())
    await eventually(lambda: sql("SELECT FROM outbox_delivery WHERE fence = 1"))

    assert await Relay(database, source="petitions", deliver=peer).deliver_batch() == 0
    go_on.set()
    await first
    assert peer.heard_of(key) == ["1"]


async def test_a_new_event_wakes_the_relay(relay: Relay, peer: Peer, database: Database) -> None:
    async with running(relay):
        await asyncio.sleep(0.3)  # it has polled and found nothing
        for _ in range(3):
            key = uuid7()
            await tell(database, key, "1")
            await eventually(all_heard(peer, key, ["1"]), within=5)


async def test_what_follows_in_an_aggregate_need_not_wait_for_the_next_poll(
    relay: Relay, peer: Peer, database: Database
) -> None:
    key = uuid7()
    results = [str(number) for number in range(10)]
    await tell(database, key, *results)

    async with running(relay):
        await eventually(all_heard(peer, key, results), within=5)


async def test_more_than_a_batch_is_delivered_at_once(
    relay: Relay, peer: Peer, database: Database
) -> None:
    keys = [uuid7() for _ in range(BATCH + 10)]
    await asyncio.gather(*(tell(database, key, "1") for key in keys))

    assert await drain(relay) == 2
    assert {key for key, _ in peer.heard} == set(keys)


async def test_the_relay_outlives_its_connections(
    relay: Relay, peer: Peer, database: Database, databases: Databases, cluster: Cluster
) -> None:
    name = databases.owner.rpartition("/")[2]
    admin = await asyncpg.connect(cluster.admin)
    async with running(relay):
        for _ in range(3):
            await asyncio.sleep(0.2)
            await admin.fetch(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1"
                " AND (application_name = 'liandong_petitions' OR query LIKE 'LISTEN%')",
                name,
            )
            key = uuid7()
            await tell(database, key, "1")
            await eventually(all_heard(peer, key, ["1"]), within=8)
    await admin.close()


async def test_a_fault_of_ours_does_not_stop_the_others(
    relay: Relay, peer: Peer, database: Database, sql: Sql
) -> None:
    broken, key = uuid7(), uuid7()
    peer.broken.add(broken)
    async with running(relay):
        await tell(database, broken, "1")
        await tell(database, key, "1")
        await eventually(all_heard(peer, key, ["1"]), within=5)
        await asyncio.sleep(0.2)

    [delivery] = await deliveries(sql, broken)
    assert (delivery["state"], delivery["attempts"]) == ("pending", 1)


class OfNoInterest(CallbackRecorded):
    topic = "petitions.something.nobody.hears.v1"


async def test_an_event_nobody_listens_to_is_kept_and_not_sent(
    relay: Relay, database: Database, sql: Sql
) -> None:
    await tell(database, uuid7(), "1", of=OfNoInterest)

    assert await relay.deliver_batch() == 0
    [row] = await sql("SELECT topic, visible_to FROM outbox_event")
    assert row["topic"] == OfNoInterest.topic
    assert row["visible_to"] == ["33", "3302", "330281"]


async def test_what_is_rolled_back_was_never_said(database: Database, sql: Sql) -> None:
    async def act_in_vain() -> None:
        async with database.transaction(SYSTEM) as session:
            await announce(session, a_callback(uuid7(), "1"), now=CLOCK_STARTS)
            raise Refused

    with pytest.raises(Refused):
        await act_in_vain()

    assert await sql("SELECT FROM outbox_event") == []
