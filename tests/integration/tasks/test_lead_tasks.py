"""Lead → task: nothing is typed again, once; a task that is called off gives the lead back."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

from tests.integration.tasks.conftest import CIXI, YUYAO, Cast, Person, Story, eventually

TOLD = ("title", "media", "site", "facts", "object_name", "place", "at_night")


def a_lead(story: Story) -> dict[str, Any]:
    return {
        "division": CIXI,
        "place": YUYAO,
        "source": "drone",
        "title": "夜间涂装废气直排",
        "media": ["air"],
        "site": "余慈交界示例路1号",
        "facts": "无人机巡查发现喷漆房敞开作业",
        "object_name": f"示例涂装{uuid4().hex[:6]}有限公司",
        "confidence": "high",
        "at_night": True,
        "occurred_at": (story.starts_at - timedelta(hours=13)).isoformat(),
    }


async def test_an_accepted_lead_becomes_its_task_and_gets_it_back_when_it_is_called_off(
    cast: Cast, story: Story
) -> None:
    said = a_lead(story)
    entered = await cast.cixi_head.post("/leads", said)
    assert entered.status_code == 201, entered.text
    lead = entered.json()
    path = f"/leads/{lead['id']}"
    early = await cast.cixi_head.post(f"{path}/task", {}, version=lead["version"])
    assert (early.status_code, early.json()["code"]) == (409, "illegal_step")
    for step, body in (("grade", {}), ("assign", {"division": CIXI}), ("accept", {})):
        answer = await cast.cixi_head.post(f"{path}/{step}", body, version=lead["version"])
        assert answer.status_code == 200, answer.text
        lead = answer.json()
    stranger = await cast.beilun_officer.post(f"{path}/task", {}, version=lead["version"])
    assert stranger.status_code in {403, 404}
    assert (await cast.cixi_head.post(f"{path}/task", {})).status_code == 428
    late = {"due_on": (story.starts_at + timedelta(days=300)).date().isoformat()}
    refused = await cast.cixi_head.post(f"{path}/task", late, version=lead["version"])
    assert (refused.status_code, refused.json()["code"]) == (422, "order_day")

    both = await asyncio.gather(
        *(cast.cixi_head.post(f"{path}/task", {}, version=lead["version"]) for _ in range(2))
    )
    assert sorted(each.status_code for each in both) == [201, 412]
    task = next(each.json() for each in both if each.status_code == 201)
    assert {name: task[name] for name in TOLD} == {name: said[name] for name in TOLD}
    assert (task["origin_kind"], task["legal_kind"]) == ("lead", "individual")
    assert task["parties"] == [CIXI, YUYAO]
    lead = (await cast.cixi_head.get(path)).json()
    assert (lead["state"], lead["task_id"]) == ("handed_on", task["id"])
    # The place of the act knows of the task, and not of the lead.
    seen = await cast.yuyao_head.get(f"/tasks/{task['id']}")
    assert seen.status_code == 200
    assert (await cast.yuyao_head.get(path)).status_code == 404

    called_off = await cast.cixi_center.post(
        f"/tasks/{task['id']}/withdraw", {"reason": "另案处理"}, version=task["version"]
    )
    assert called_off.status_code == 200, called_off.text

    async def is_back() -> bool:
        state: str = (await cast.cixi_head.get(path)).json()["state"]
        return state == "accepted"

    await eventually(is_back)
    lead = (await cast.cixi_head.get(path)).json()
    again = await cast.cixi_head.post(f"{path}/task", {}, version=lead["version"])
    assert again.status_code == 201, again.text
    assert again.json()["id"] != task["id"]


async def test_a_lead_names_its_sealed_task_to_who_sealed_it_alone(
    cast: Cast, story: Story
) -> None:
    """The lead says what the task is about, and the task must not."""
    entered = await cast.cixi_head.post("/leads", a_lead(story))
    assert entered.status_code == 201, entered.text
    lead = entered.json()
    path = f"/leads/{lead['id']}"
    for step, body in (("grade", {}), ("assign", {"division": CIXI}), ("accept", {})):
        answer = await cast.cixi_head.post(f"{path}/{step}", body, version=lead["version"])
        assert answer.status_code == 200, answer.text
        lead = answer.json()
    made = await cast.cixi_head.post(f"{path}/task", {"sealed": True}, version=lead["version"])
    assert made.status_code == 201, made.text
    task = made.json()

    async def named_to(reader: Person) -> set[str | None]:
        listed = (await reader.get("/leads", params={"limit": 200})).json()["items"]
        lines = [each for each in listed if each["id"] == lead["id"]]
        return {each["task_id"] for each in [*lines, (await reader.get(path)).json()]}

    assert (await cast.cixi_center.get(f"/tasks/{task['id']}")).json()["sealed"]
    assert await named_to(cast.cixi_center) == {None}
    assert await named_to(cast.cixi_head) == {task["id"]}
