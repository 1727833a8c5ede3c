"""A task follows its operation: called off, or left by a party, in whatever order it is told."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from shared.contracts.events import Event
from shared.contracts.regions import OperationCalledOff, OperationPartyLeft, OperationStarted
from tests.integration.tasks.conftest import (
    BEILUN,
    CIXI,
    YUYAO,
    Story,
    eventually,
    supervision,
)


class Told:
    """What `regions` says of one operation that Cixi leads."""

    def __init__(self, story: Story, *parties: str, **matter: Any) -> None:
        raised = supervision(on=story.starts_at.date(), **matter)
        self.story, self.id, self.parties = story, uuid4(), list(parties)
        self.matter, self.due_on, self.now = raised.matter, raised.due_on, story.starts_at

    async def started(self) -> None:
        await self.tell(
            OperationStarted(
                operation_id=self.id,
                division=CIXI,
                divisions=self.parties,
                matter=self.matter,
                due_on=self.due_on,
            )
        )
        if await self.tasks():
            await self.read()

    async def called_off(self) -> None:
        await self.tell(
            OperationCalledOff(
                operation_id=self.id,
                division=CIXI,
                divisions=self.parties,
                matter=self.matter,
                due_on=self.due_on,
                reason="线索已办结",
                called_off_at=self.now,
            )
        )

    async def left(self, division: str) -> None:
        await self.tell(
            OperationPartyLeft(
                operation_id=self.id,
                lead=CIXI,
                division=division,
                divisions=[each for each in self.parties if each != division],
                matter=self.matter,
                due_on=self.due_on,
                left_at=self.now,
            )
        )

    async def tell(self, event: Event) -> None:
        assert await self.story.stack.tell(event, source="regions") == 204

    async def tasks(self) -> Sequence[Any]:
        return await self.story.stack.sql("SELECT * FROM task WHERE origin_id = $1", self.id)

    async def read(self) -> dict[str, Any]:
        [row] = await self.tasks()
        answer = await self.story.cast.city_center.get(f"/tasks/{row['id']}")
        self.story.task = answer.json()
        return self.story.task

    async def withdrawn_events(self) -> int:
        [row] = await self.tasks()
        return len(await self.story.stack.sql(EVENTS, "tasks.task.withdrawn.v1", str(row["id"])))


EVENTS = "SELECT id FROM outbox_event WHERE topic = $1 AND key = $2"


async def test_a_called_off_operation_withdraws_its_task_once(story: Story) -> None:
    cast, told = story.cast, Told(story, CIXI, YUYAO)
    await told.started()
    order = story.order(cast.cixi_officers[0], cast.yuyao_officers[0])
    await story.step(cast.cixi_center, "dispatch", order)

    await told.called_off()
    await told.called_off()

    assert (await told.read())["state"] == "withdrawn"
    steps = (await cast.city_center.get(f"{story.path}/steps")).json()
    listed = steps["items"] if isinstance(steps, dict) else steps
    assert (listed[-1]["action"], listed[-1]["reason"]) == ("withdraw", "线索已办结")
    assert await told.withdrawn_events() == 1


async def test_called_off_before_its_start_is_heard_of_makes_no_second_task(story: Story) -> None:
    told = Told(story, CIXI, YUYAO)

    await told.called_off()
    await told.started()

    assert [each["state"] for each in await told.tasks()] == ["withdrawn"]
    assert await told.withdrawn_events() == 1


async def test_what_is_being_inspected_is_brought_to_its_end(story: Story) -> None:
    cast, told = story.cast, Told(story, CIXI, YUYAO)
    await told.started()
    team = (*cast.cixi_officers, *cast.yuyao_officers[:2])
    await story.step(cast.cixi_center, "dispatch", story.order(*team))
    await story.step(cast.cixi_officers[0], "accept")
    inspection = await story.inspected()

    await told.called_off()
    await told.left(YUYAO)

    task = await told.read()
    assert (task["state"], task["parties"]) == ("in_progress", [CIXI, YUYAO])
    await story.finish(inspection)
    await told.read()
    await story.step(cast.cixi_officers[0], "complete", {"summary": "检查完毕"})
    assert story.task["state"] == "completed"


async def test_who_left_is_not_needed_and_sees_the_task_no_more(story: Story) -> None:
    cast, told = story.cast, Told(story, CIXI, YUYAO, BEILUN)
    await told.started()
    team = (cast.cixi_officers[0], cast.yuyao_officers[0], cast.beilun_officer)
    await story.step(cast.cixi_center, "dispatch", story.order(*team))
    assert (await cast.beilun_officer.get(story.path)).status_code == 200

    await told.left(BEILUN)
    await told.left(BEILUN)

    task = await told.read()
    assert (task["state"], task["parties"]) == ("dispatched", [CIXI, YUYAO])
    assert (await cast.beilun_officer.get(story.path)).status_code == 404
    gone = await story.stack.sql(
        "SELECT m.division FROM team_member m JOIN team t ON t.id = m.team_id"
        " WHERE t.task_id = $1 AND t.dissolved_at IS NULL",
        UUID(story.task["id"]),
    )
    assert sorted(each["division"] for each in gone) == [YUYAO, CIXI]
    released = await story.stack.sql(EVENTS, "tasks.task.officers_released.v1", story.task["id"])
    assert len(released) == 1
    await story.step(cast.cixi_officers[0], "accept")


async def test_a_team_that_may_not_go_without_them_is_dissolved(story: Story) -> None:
    cast, told = story.cast, Told(story, CIXI, YUYAO, BEILUN, division=CIXI)
    await told.started()
    team = (cast.cixi_officers[0], cast.yuyao_officers[0], cast.beilun_officer)
    order = story.order(*team, leader=cast.beilun_officer)
    await story.step(cast.cixi_center, "dispatch", order)

    await told.left(BEILUN)

    task = await told.read()
    assert (task["state"], task["parties"]) == ("requested", [CIXI, YUYAO])
    await story.step(cast.cixi_center, "dispatch", story.order(*team[:2]))
    assert story.task["state"] == "dispatched"

    async def free() -> bool:
        rows = await story.stack.sql(
            "SELECT 1 FROM outbox_delivery d JOIN outbox_event e ON e.id = d.event_id"
            " WHERE e.topic = 'tasks.task.officers_released.v1' AND e.key = $1"
            " AND d.state = 'delivered'",
            story.task["id"],
        )
        return bool(rows)

    await eventually(free)


async def test_a_party_that_left_before_the_start_is_heard_of_is_not_asked(story: Story) -> None:
    told = Told(story, CIXI, YUYAO, BEILUN)

    await told.left(BEILUN)
    await told.started()

    [task] = await told.tasks()
    assert list(task["parties"]) == [CIXI, YUYAO]
