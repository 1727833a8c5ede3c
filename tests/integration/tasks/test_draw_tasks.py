"""Draw → tasks: each object on its day and once, and nobody learns of it before."""

import asyncio
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from shared.auth.actor import Role
from shared.clocks.days import SHANGHAI
from tests.factories.firms import a_firm
from tests.integration.tasks.conftest import YUYAO, Person, Stack, eventually

COUNTY = "330226"  # 宁海: no other module's objects are there
# Checks are made on working days, within a quarter.
MONDAY = datetime(2026, 6, 1, 10, tzinfo=SHANGHAI)
ABOUT = {"title": "双随机检查", "facts": "按抽查事项清单检查", "media": ["air"]}


async def done(who: Person, path: str, body: Any = None, *, on: Any = None) -> Any:
    answer = await who.post(path, body, version=on["version"] if on else None)
    assert answer.status_code in {200, 201}, answer.text
    return answer.json()


async def hired(stack: Stack, head: Person) -> None:
    bureau = {"division": COUNTY, "kind": "enforcement_corps", "name": "宁海执法队"}
    made = (await head.post("/bureaus", bureau, at="regions")).json()
    for n in range(3):
        person = await stack.a_person(f"宁海{n}", (Role.OFFICER, COUNTY))
        body = {
            "bureau_id": made["id"],
            "name": f"宁海{n}",
            "account_id": str(person.id),
            "certificate": {
                "number": f"C{uuid4().hex[:8]}",
                "valid_from": "2025-01-01",
                "valid_to": "2027-12-31",
            },
        }
        assert (await head.post("/officers", body, at="regions")).status_code == 201


async def test_drawn_objects_become_tasks_on_their_day_and_a_closed_one_says_why_not(
    stack: Stack,
) -> None:
    today = MONDAY.date()
    await stack.set_clock(MONDAY)
    head = await stack.a_person("宁海负责人", (Role.DEPARTMENT_HEAD, COUNTY))
    leader = await stack.a_person("宁海分管领导", (Role.COUNTY_LEADER_IN_CHARGE, COUNTY))
    stranger = await stack.a_person("余姚负责人", (Role.DEPARTMENT_HEAD, YUYAO))
    await hired(stack, head)
    firms = [await done(head, "/enterprises", a_firm(COUNTY, flags=["key_air"])) for _ in range(6)]
    item = {
        "division": COUNTY,
        "code": f"C-{uuid4().hex[:6]}",
        "name": "排污许可证执行情况",
        "checks": ["排放口与许可证一致"],
        "laws": ["排污许可管理条例第二十五条"],
    }
    plan = {
        "division": COUNTY,
        "title": "双随机抽查",
        "document": "宁环发〔2026〕1号",
        "item_ids": [(await done(head, "/draw-items", item))["id"]],
        "classes": ["key", "special", "general"],
        "ratios": {"key": "1/1"},
    }
    days = {
        "plan_id": (await done(head, "/draw-plans", plan))["id"],
        "opens_on": today.isoformat(),
        "closes_on": (today + timedelta(days=4)).isoformat(),
    }
    draw = await done(head, "/draws", days)
    path = f"/draws/{draw['id']}"
    early = await head.post(f"{path}/tasks", ABOUT, version=draw["version"])
    assert (early.status_code, early.json()["code"]) == (409, "not_drawn")
    draw = await done(leader, f"{path}/freeze", on=draw)
    for step in ("reveal", "staff"):
        draw = await done(head, f"{path}/{step}", on=draw)
    rows = (await head.get(f"{path}/objects", params={"limit": 200})).json()["items"]
    assert {each["enterprise_id"] for each in rows} == {each["id"] for each in firms}
    # One of them closes after it was drawn.
    last = max(rows, key=lambda each: each["day"])
    closing = (await head.get(f"/enterprises/{last['enterprise_id']}")).json()
    shut = {"ground": "shut_down", "reason": "依法关停"}
    await done(head, f"/enterprises/{closing['id']}/close", shut, on=closing)

    refused = await stranger.post(f"{path}/tasks", ABOUT, version=draw["version"])
    assert refused.status_code == 404
    assert (await head.post(f"{path}/tasks", ABOUT, version=99)).status_code == 412
    assert (await head.post(f"{path}/tasks", ABOUT)).status_code == 428
    both = await asyncio.gather(
        *(head.post(f"{path}/tasks", ABOUT, version=draw["version"]) for _ in range(2))
    )
    assert [each.status_code for each in both] == [202, 202]

    async def state() -> list[Any]:
        answer = await head.get(f"{path}/tasks", params={"limit": 200})
        assert answer.status_code == 200, answer.text
        return list(answer.json()["items"])

    due = {each["id"] for each in rows if each["day"] == today.isoformat()} - {last["id"]}

    async def those_of_today() -> bool:
        return {each["drawn_object_id"] for each in await state() if each["task_id"]} == due

    await eventually(those_of_today)
    await stack.set_clock(MONDAY + timedelta(days=4, hours=12))

    async def all_of_them() -> bool:
        now = await state()
        return all(each["task_id"] or each["problem"] for each in now)

    await eventually(all_of_them)
    now = {each["drawn_object_id"]: each for each in await state()}
    assert now[last["id"]]["problem"]["code"] == "enterprise_not_standing"
    assert sum(each["task_id"] is not None for each in now.values()) == len(rows) - 1
    [count] = await stack.sql(
        "SELECT count(*) AS n FROM task t JOIN drawn_object o ON o.id = t.origin_id"
        " WHERE t.origin_kind = 'draw' AND o.draw_id = $1",
        draw["id"],
    )
    assert count["n"] == len(rows) - 1
    one = next(each["task_id"] for each in now.values() if each["task_id"])
    task = (await head.get(f"/tasks/{one}")).json()
    assert (task["origin_kind"], task["legal_kind"], task["methods"]) == (
        "draw",
        "routine",
        ["double_random"],
    )
