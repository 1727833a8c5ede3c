"""Hearing an event: one effect, whoever sends it how often; and who may send at all."""

import asyncio
from datetime import datetime

import pytest
from sqlmodel.ext.asyncio.session import AsyncSession

from shared.auth.actor import ActorKind, Role
from shared.contracts.petitions import CallbackRecorded
from shared.contracts.regions import CalendarPublished
from shared.db.session import Database, driver
from shared.errors import InvalidInput, NotFound, RuleViolation
from shared.ids import uuid7
from shared.messaging.envelope import Envelope
from shared.messaging.inbox import Handler, hear, receive
from tests.integration.shared.conftest import Served, Sql
from tests.support.postgres import CLOCK_STARTS


async def count_up(session: AsyncSession, _: CallbackRecorded, __: datetime) -> None:
    """An effect that cannot hide that it happened twice."""
    await (await driver(session)).execute(
        "INSERT INTO number_counter (series, division, year, last) VALUES ('heard', '33', 2026, 1)"
        " ON CONFLICT (series, division, year) DO UPDATE SET last = number_counter.last + 1"
    )


async def refuse(session: AsyncSession, event: CallbackRecorded, now: datetime) -> None:
    await count_up(session, event, now)
    raise RuleViolation


COUNTING = Handler(CallbackRecorded, count_up)
REFUSING = Handler(CallbackRecorded, refuse)


@pytest.fixture(autouse=True)
async def _from_zero(sql: Sql) -> None:
    await sql("DELETE FROM number_counter")
    await sql("DELETE FROM inbox")


async def heard(sql: Sql) -> int:
    rows = await sql("SELECT last FROM number_counter WHERE series = 'heard'")
    return int(rows[0]["last"]) if rows else 0


def an_envelope(topic: str = CallbackRecorded.topic, source: str = "petitions") -> Envelope:
    event = CallbackRecorded(
        petition_id=uuid7(),
        result="satisfied",
        solved="yes",
        at=CLOCK_STARTS,
        divisions=["330281"],
        office="330200",
    )
    return Envelope(
        id=uuid7(),
        source=source,
        type=topic,
        subject=event.key,
        time=CLOCK_STARTS,
        data=event.model_dump(mode="json"),
    )


async def test_a_repeated_event_has_one_effect(database: Database, sql: Sql) -> None:
    envelope = an_envelope()

    assert await receive(database, COUNTING, envelope, now=CLOCK_STARTS)
    assert not await receive(database, COUNTING, envelope, now=CLOCK_STARTS)
    assert await heard(sql) == 1


async def test_ten_deliveries_at_once_have_one_effect(database: Database, sql: Sql) -> None:
    envelope = an_envelope()

    took_effect = await asyncio.gather(
        *(receive(database, COUNTING, envelope, now=CLOCK_STARTS) for _ in range(10))
    )

    assert sorted(took_effect) == [False] * 9 + [True]
    assert await heard(sql) == 1


async def test_the_same_id_from_another_source_is_another_event(
    database: Database, sql: Sql
) -> None:
    envelope = an_envelope()

    await receive(database, COUNTING, envelope, now=CLOCK_STARTS)
    other = envelope.model_copy(update={"source": "tasks"})
    await receive(database, COUNTING, other, now=CLOCK_STARTS)

    assert await heard(sql) == 2


async def test_what_had_no_effect_is_not_remembered(database: Database, sql: Sql) -> None:
    envelope = an_envelope()

    with pytest.raises(RuleViolation):
        await receive(database, REFUSING, envelope, now=CLOCK_STARTS)
    assert (await heard(sql), await sql("SELECT FROM inbox")) == (0, [])

    assert await receive(database, COUNTING, envelope, now=CLOCK_STARTS)
    assert await heard(sql) == 1


async def test_data_that_is_not_the_events_is_refused(database: Database, sql: Sql) -> None:
    envelope = an_envelope().model_copy(update={"data": {"petition_id": "x"}})

    with pytest.raises(InvalidInput):
        await receive(database, COUNTING, envelope, now=CLOCK_STARTS)
    assert await sql("SELECT FROM inbox") == []


async def test_what_nobody_here_listens_to_is_not_found(database: Database) -> None:
    with pytest.raises(NotFound):
        await hear(database, {}, an_envelope(), now=CLOCK_STARTS)


async def test_a_newer_sender_may_say_more(database: Database) -> None:
    envelope = an_envelope()
    envelope.data["since_v2"] = True

    assert await receive(database, COUNTING, envelope, now=CLOCK_STARTS)


async def deliver(
    service: Served, envelope: Envelope, *, kind: ActorKind = ActorKind.SERVICE, name: str
) -> tuple[int, str]:
    caller = service.enter((Role.COMMAND_CENTER, "33"), kind=kind, name=name)
    answer = await service.http.post(
        "/internal/events", json=envelope.model_dump(mode="json"), headers=caller.headers
    )
    return answer.status_code, answer.json()["code"] if answer.content else ""


async def test_only_a_service_delivers_events_and_only_its_own(petitions: Served) -> None:
    topic = CalendarPublished.topic
    envelope = an_envelope(topic, source="regions")

    by_person = await deliver(petitions, envelope, kind=ActorKind.ACCOUNT, name="regions")
    by_another = await deliver(petitions, envelope, name="tasks")
    unknown = await deliver(petitions, an_envelope("regions.x.v1", "regions"), name="regions")
    malformed = await deliver(petitions, envelope, name="regions")

    assert by_person == (401, "unauthenticated")
    assert by_another == (403, "forbidden")
    assert unknown == (404, "not_found")
    assert malformed == (422, "invalid_input")
