"""Open work follows a division batch by batch, whatever dies in between."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

import pytest

from ops.bootstrap import Databases
from services.tasks.dispatch.use_cases.carrying_out import ask_for
from services.tasks.tables import OPEN_WORK, metadata
from shared.contracts.origins import Matter, Origin, OriginKind
from shared.contracts.regions import Assignment, ChangeDocument, DivisionSucceeded
from shared.db.session import SYSTEM, Database, driver
from shared.jobs import run_job
from shared.messaging.envelope import Envelope
from shared.messaging.inbox import receive
from shared.succession.migration import AGAIN, BATCH, move_batch, moving
from shared.succession.open_work import dependants
from shared.succession.rows import HANDLERS

DIED: Final = 137
DAY: Final = date(2027, 1, 1)
NOW: Final = datetime(2027, 1, 1, 1, tzinfo=UTC)
OLD, NEW, OTHER = "500112", "500157", "500158"
DOCUMENT: Final = ChangeDocument(title="批复", number="国函〔2026〕1号")
# One round of the job in a process of its own, which a test may let die.
CHILD: Final = """
import asyncio, sys
from datetime import datetime
from services.tasks.tables import OPEN_WORK
from shared.db.session import SYSTEM, Database
from shared.succession.migration import move_batch

async def main():
    database = Database(sys.argv[1], schema="tasks")
    async with database.transaction(SYSTEM) as session:
        await move_batch(session, OPEN_WORK, now=datetime.fromisoformat(sys.argv[2]))

asyncio.run(main())
"""


class Standing:
    def __init__(self, instant: datetime) -> None:
        self.instant = instant

    async def now(self, within: object = None) -> datetime:  # noqa: ARG002 -- the protocol's
        return self.instant


@pytest.fixture
async def tasks(databases: Databases) -> AsyncIterator[Database]:
    database = Database(databases.url("tasks"), schema="tasks", pool_size=3)
    async with database.transaction(SYSTEM) as session:
        connection = await driver(session)
        await connection.execute("DELETE FROM division_succession")
        await connection.execute("DELETE FROM task")
    yield database
    await database.close()


async def rows(database: Database, statement: str, *values: Any) -> list[Mapping[str, Any]]:
    async with database.transaction(SYSTEM) as session:
        found = await (await driver(session)).fetch(statement, *values)
    return [dict(each) for each in found]


async def ask(database: Database, number: int, *parties: str) -> None:
    matter = Matter(title="扬尘", division=parties[0], media=["air"], place="某地", facts="扬尘")
    async with database.transaction(SYSTEM) as session:
        for _ in range(number):
            await ask_for(
                session,
                origin=Origin(kind=OriginKind.OPERATION, id=uuid4()),
                parties=[*parties],
                matter=matter,
                due_on=DAY,
                now=NOW,
            )


def succeeded(**changes: Any) -> DivisionSucceeded:
    facts: dict[str, Any] = {
        "change_id": uuid4(),
        "predecessors": [OLD],
        "successors": [NEW],
        "main": NEW,
        "assignments": [],
        "effective_on": DAY,
        "document": DOCUMENT,
    }
    return DivisionSucceeded(**{**facts, **changes})


async def hear(database: Database, event: DivisionSucceeded) -> None:
    envelope = Envelope(
        id=uuid4(),
        source="regions",
        type=event.topic,
        subject=event.key,
        time=NOW,
        data=event.model_dump(mode="json"),
    )
    await receive(database, HANDLERS[event.topic], envelope, now=NOW)


async def move(database: Database, at: datetime = NOW) -> None:
    await run_job(database, Standing(at), moving(OPEN_WORK))


async def test_a_death_in_the_middle_loses_and_doubles_nothing(
    tasks: Database, databases: Databases
) -> None:
    many = BATCH + 50
    await ask(tasks, many, OLD, "500115")
    await hear(tasks, succeeded())
    async with tasks.transaction(SYSTEM) as session:
        assert await move_batch(session, OPEN_WORK, now=NOW) > 0

    died = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", CHILD, databases.url("tasks"), NOW.isoformat()],
        env={
            **os.environ,
            "LIANDONG_ENVIRONMENT": "test",
            "LIANDONG_CRASHPOINT": "succession.moved",
        },
        check=False,
    )

    assert died.returncode == DIED
    counted = "SELECT division, count(*) FROM task GROUP BY division ORDER BY division"
    assert [(row["division"], row["count"]) for row in await rows(tasks, counted)] == [
        (OLD, 50),
        (NEW, BATCH),
    ]
    await move(tasks)
    moved = await rows(tasks, "SELECT division, parties, version FROM task")
    assert {(row["division"], *row["parties"], row["version"]) for row in moved} == {
        (NEW, NEW, "500115", 2)
    }
    traced = await rows(
        tasks,
        "SELECT object_id, count(*) FROM audit WHERE action = 'succession.move'"
        " AND object_kind = 'task' AND object_id IN (SELECT id::text FROM task) GROUP BY 1",
    )
    assert {row["count"] for row in traced} == {1}
    assert len(traced) == many


async def test_two_workers_move_each_row_once(tasks: Database) -> None:
    await ask(tasks, BATCH + 10, OLD)
    await hear(tasks, succeeded())

    await asyncio.gather(move(tasks), move(tasks), move(tasks))
    await move(tasks)

    moved = await rows(tasks, "SELECT DISTINCT division, version FROM task")
    assert [(row["division"], row["version"]) for row in moved] == [(NEW, 2)]


async def test_history_keeps_its_code_and_what_comes_late_is_found(tasks: Database) -> None:
    await ask(tasks, 1, OLD)
    await rows(tasks, "UPDATE task SET state = 'withdrawn'")
    await hear(tasks, succeeded())
    await move(tasks)
    assert [row["division"] for row in await rows(tasks, "SELECT division FROM task")] == [OLD]

    # An event that was under way names the old code, and one finished task is asked for again.
    await ask(tasks, 1, OLD, NEW)
    await move(tasks, NOW + AGAIN - timedelta(seconds=1))
    assert (await rows(tasks, "SELECT 1 FROM task WHERE division = $1", NEW)) == []
    await move(tasks, NOW + AGAIN)

    late = await rows(tasks, "SELECT parties FROM task WHERE division = $1", NEW)
    assert [row["parties"] for row in late] == [[NEW]]


async def test_nothing_moves_before_its_day(tasks: Database) -> None:
    await ask(tasks, 1, OLD)
    await hear(tasks, succeeded(effective_on=DAY + timedelta(days=1)))

    await move(tasks)

    assert [row["division"] for row in await rows(tasks, "SELECT division FROM task")] == [OLD]


async def test_of_a_division_that_goes_on_only_what_is_assigned_leaves(tasks: Database) -> None:
    await ask(tasks, 3, OLD)
    [first, *_] = sorted([UUID(str(row["id"])) for row in await rows(tasks, "SELECT id FROM task")])
    await hear(
        tasks,
        succeeded(
            successors=[OLD, OTHER],
            main=OLD,
            assignments=[Assignment(kind="task", id=first, code=OTHER)],
        ),
    )

    await move(tasks)

    found = {
        UUID(str(row["id"])): row
        for row in await rows(tasks, "SELECT id, division, visible_to, version FROM task")
    }
    gone = found.pop(first)
    assert (gone["division"], gone["visible_to"]) == (OTHER, ["50", "5001", OTHER])
    assert {(row["division"], row["version"]) for row in found.values()} == {(OLD, 1)}
    # Its history, which nobody changes, is seen by who sees the task.
    clocks = await rows(tasks, "SELECT visible_to FROM clock WHERE subject_id = $1", first)
    assert [OTHER in row["visible_to"] for row in clocks] == [True]


async def test_figures_of_the_ended_division_hold_for_its_successor(tasks: Database) -> None:
    insert = (
        "INSERT INTO rule_setting (name, scope, valid_from, value, basis)"
        " VALUES ($1, $2, $3, '9', '[DD] 本区') ON CONFLICT DO NOTHING"
    )
    await rows(tasks, insert, "problem.general_days", "510112", date(2026, 1, 1))
    await rows(tasks, insert, "problem.general_days", "510112", date(2027, 6, 1))

    for _ in range(2):
        await hear(tasks, succeeded(predecessors=["510112"], successors=["510157"], main="510157"))

    copied = await rows(
        tasks, "SELECT * FROM rule_setting WHERE scope = '510157' ORDER BY valid_from"
    )
    assert [(row["valid_from"], row["value"]) for row in copied] == [
        (DAY, 9),
        (date(2027, 6, 1), 9),
    ]
    assert copied[0]["basis"] == "[DD] 本区 (沿用 510112)"


def test_the_lines_of_a_task_are_found_from_the_tables_themselves() -> None:
    task = metadata.tables["tasks.task"]

    assert {"team", "team_member", "inspection", "problem", "clock"} <= {*dependants(task)}
    assert dependants(task)["team_member"].startswith("team_id IN (SELECT id FROM team WHERE")
