"""Campaigns and orders over HTTP: who may, who knows, retries, slices, stale versions, crashes."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from ops.bootstrap import Databases
from services.tasks.enterprises.domain.visits import LegalKind, Mode
from services.tasks.orders.domain import Item
from services.tasks.orders.jobs import make_slice
from services.tasks.orders.use_cases import making
from services.tasks.orders.use_cases.sending import Kept, Sent, send
from shared.auth.actor import Actor, ActorKind, Grant, Role
from shared.db.session import SYSTEM, Database
from shared.ids import uuid7
from tests.factories.firms import a_firm
from tests.integration.tasks.conftest import (
    BEILUN,
    CIXI,
    NINGBO,
    YUYAO,
    Cast,
    Person,
    Stack,
    Story,
    eventually,
)
from tests.support.postgres import CLOCK_STARTS


@pytest.fixture
async def today(story: Story) -> date:
    return (story.starts_at - timedelta(hours=12)).date()


@pytest.fixture(scope="session")
async def city_head(stack: Stack) -> Person:
    return await stack.a_person("宁波负责人", (Role.DEPARTMENT_HEAD, NINGBO))


def a_campaign(today: date, **changes: Any) -> dict[str, Any]:
    return {
        "division": NINGBO,
        "name": "大气“一号行动”",
        "kind": "special",
        "document_title": "大气“一号行动”方案",
        "document_number": f"示例环发〔2026〕{uuid4().hex[:6]}号",
        "starts_on": today.isoformat(),
        "ends_on": (today + timedelta(days=60)).isoformat(),
        "media": ["air"],
        "industries": ["C2319"],
        "parties": [YUYAO, CIXI],
    } | changes


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def made(answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code in {200, 201, 202}, answer.text
    return dict(answer.json())


async def act(who: Person, path: str, step: str, body: Any = None) -> dict[str, Any]:
    item = made(await who.get(path))
    return made(await who.post(f"{path}/{step}", body, version=item["version"]))


async def issued(who: Person, today: date, **changes: Any) -> dict[str, Any]:
    item = made(await who.post("/campaigns", a_campaign(today, **changes)))
    return await act(who, f"/campaigns/{item['id']}", "issue")


async def test_a_draft_is_its_organisers_alone_and_an_amendment_has_a_reason(
    cast: Cast, city_head: Person, today: date
) -> None:
    body = a_campaign(today)
    assert code(await cast.yuyao_head.post("/campaigns", body)) == (403, "forbidden")
    draft = made(await cast.city_center.post("/campaigns", body))
    path = f"/campaigns/{draft['id']}"
    assert (await cast.yuyao_head.get(path)).status_code == 404
    # The command centre drafts; the head issues.
    refused = await cast.city_center.post(f"{path}/issue", version=draft["version"])
    assert code(refused) == (403, "forbidden")
    twin = made(await city_head.post("/campaigns", body | {"document_number": None}))
    unnumbered = await city_head.post(f"/campaigns/{twin['id']}/issue", version=twin["version"])
    assert code(unnumbered) == (409, "document_number_missing")
    assert code(await city_head.post("/campaigns", body)) == (409, "document_taken")

    assert (await city_head.post(f"{path}/issue")).status_code == 428
    assert (await city_head.post(f"{path}/issue", version=99)).status_code == 412
    item = await act(city_head, path, "issue")
    assert (item["state"], "start" in item["actions"]) == ("issued", True)
    seen = made(await cast.yuyao_head.get(path))
    assert (seen["actions"], seen["industries"][0]["name"]) == ([], "包装装潢及其他印刷")
    amended = {name: body[name] for name in body if name != "division"} | {"goals": ["全覆盖"]}
    unsaid = await city_head.post(f"{path}/amend", amended, version=item["version"])
    assert code(unsaid) == (422, "reason_missing")
    item = await act(city_head, path, "amend", amended | {"reason": "省厅要求"})
    assert item["goals"] == ["全覆盖"]
    assert (await cast.beilun_officer.get(path)).status_code == 404
    item = await act(city_head, path, "start")
    steps = made(await cast.cixi_head.get(f"{path}/steps"))["items"]
    assert [each["action"] for each in steps] == ["draft", "issue", "amend", "start"]
    assert steps[2]["reason"] == "省厅要求"
    assert (steps[1]["facts"]["goals"], steps[2]["facts"]["goals"]) == ([], ["全覆盖"])


async def test_rounds_are_in_order_and_a_campaign_closes_when_they_have_ended(
    cast: Cast, city_head: Person, today: date
) -> None:
    item = await issued(city_head, today)
    path = f"/campaigns/{item['id']}"
    await act(city_head, path, "start")

    def a_round(sequence: int, after: int) -> dict[str, Any]:
        starts = today + timedelta(days=after)
        return {
            "campaign_id": item["id"],
            "sequence": sequence,
            "starts_on": starts.isoformat(),
            "ends_on": (starts + timedelta(days=5)).isoformat(),
            "teams_planned": 9,
        }

    assert code(await cast.yuyao_head.post("/campaign-rounds", a_round(1, 0)))[0] == 403
    first = made(await city_head.post("/campaign-rounds", a_round(1, 0)))
    answers = await asyncio.gather(
        *(city_head.post("/campaign-rounds", a_round(2, 10)) for _ in range(2))
    )
    assert sorted(each.status_code for each in answers) == [201, 409]
    early = await city_head.post("/campaign-rounds", a_round(3, 5))
    assert code(early) == (422, "rounds_out_of_order")
    changed = a_round(1, 1) | {"reason": "顺延"}
    changed.pop("campaign_id")
    moved = await city_head.post(
        f"/campaign-rounds/{first['id']}/amend", changed, version=first["version"]
    )
    assert made(moved)["starts_on"] == (today + timedelta(days=1)).isoformat()
    running = made(await city_head.get(path))
    summed = {"summary": "行动完成"}
    early = await city_head.post(f"{path}/close", summed, version=running["version"])
    assert code(early) == (409, "rounds_under_way")
    page = made(await cast.cixi_head.get("/campaign-rounds", params={"campaign_id": item["id"]}))
    assert [each["sequence"] for each in page["items"]] == [1, 2]


async def test_teams_are_formed_by_who_sends_their_people_and_do_not_work_at_home(
    cast: Cast, city_head: Person, today: date
) -> None:
    item = await issued(city_head, today)
    officer = cast.officer_id(cast.cixi_officers[0])
    leader = {
        "name": "慈溪甲",
        "division": CIXI,
        "function": "officer",
        "officer_id": officer,
        "is_leader": True,
    }
    team = {
        "campaign_id": item["id"],
        "kind": "cross_county",
        "name": "交叉一队",
        "home_divisions": [CIXI],
        "works_in": [YUYAO],
        "tools": ["pid", "drone"],
        "focus": ["secret_discharge"],
        "members": [leader],
    }
    assert code(await cast.yuyao_head.post("/campaign-teams", team)) == (403, "forbidden")
    at_home = await cast.cixi_head.post("/campaign-teams", team | {"works_in": [CIXI]})
    assert code(at_home) == (422, "own_county")
    formed = made(await cast.cixi_head.post("/campaign-teams", team))
    path = f"/campaign-teams/{formed['id']}"
    assert formed["by_function"] == {
        "officer": 1,
        "monitoring_staff": 0,
        "expert": 0,
        "lawyer": 0,
    }
    lawyer = {"name": "律师", "division": CIXI, "function": "lawyer"}
    other = leader | {"name": "慈溪乙", "officer_id": cast.officer_id(cast.cixi_officers[1])}
    changed = {name: team[name] for name in team if name != "campaign_id"}
    changed |= {"members": [other, lawyer], "reason": "人员调整"}
    now = await act(cast.cixi_head, path, "amend", changed)
    assert [each["name"] for each in now["members"]] == ["慈溪乙", "律师"]
    gone = await act(city_head, path, "disband", {"reason": "批次结束"})
    assert (gone["disbanded_on"], gone["actions"]) == (today.isoformat(), [])
    late = await cast.cixi_head.post(f"{path}/amend", changed, version=gone["version"])
    assert code(late) == (409, "team_disbanded")


async def order_done(who: Person, order_id: str) -> dict[str, Any]:
    async def done() -> bool:
        state: str = made(await who.get(f"/task-orders/{order_id}"))["state"]
        return state != "sending"

    await eventually(done)
    return made(await who.get(f"/task-orders/{order_id}"))


def an_order(today: date, items: list[dict[str, Any]], **changes: Any) -> dict[str, Any]:
    return {
        "division": NINGBO,
        "key": uuid4().hex,
        "document": "示例环发〔2026〕7号",
        "title": "包装印刷企业检查",
        "facts": "检查废气收集和治理设施",
        "media": ["air"],
        "legal_kind": "routine",
        "mode": "on_site",
        "due_on": (today + timedelta(days=30)).isoformat(),
        "items": items,
    } | changes


async def test_one_order_makes_a_task_for_each_and_says_of_each_why_not(
    cast: Cast, city_head: Person, today: date, stack: Stack
) -> None:
    firms = [
        made(await cast.yuyao_head.post("/enterprises", a_firm(YUYAO, industry="C2319")))
        for _ in range(3)
    ]
    visit = {
        "agency": {"kind": "fire_rescue", "name": "消防", "division": YUYAO},
        "legal_kind": "routine",
        "mode": "on_site",
        "made_on": today.isoformat(),
    }
    for _ in range(2):
        told = visit | {"enterprise_id": firms[1]["id"], "act_code": uuid4().hex[:12]}
        made(await cast.yuyao_head.post("/enterprise-visits:report", told))
    items: list[dict[str, Any]] = [
        {"key": "a", "enterprise_id": firms[0]["id"]},
        {"key": "b", "code": firms[1]["credit_code"]},
        {"key": "c", "code": firms[0]["credit_code"]},
        {"key": "d", "place": CIXI, "site": "某园区", "division": CIXI},
        {"key": "e", "place": "510104"},
        {"key": "f", "code": "NOBODY"},
    ]
    body = an_order(today, items)
    assert code(await cast.yuyao_head.post("/task-orders", body)) == (403, "forbidden")
    twins = await asyncio.gather(*(city_head.post("/task-orders", body) for _ in range(2)))
    assert {made(each)["id"] for each in twins} == {twins[0].json()["id"]}
    sent = await order_done(city_head, twins[0].json()["id"])
    path = f"/task-orders/{sent['id']}"
    assert (sent["state"], sent["results"]) == (
        "finished",
        {"waiting": 0, "made": 2, "refused": 4, "stopped": 0},
    )
    rows = made(await city_head.get(f"{path}/items"))["items"]
    assert {each["key"]: (each["problem"] or {}).get("code") for each in rows} == {
        "a": None,
        "b": "cap_reached",
        "c": "object_ordered_twice",
        "d": None,
        "e": "beyond_the_orderer",
        "f": "not_found",
    }
    task = made(await cast.yuyao_head.get(f"/tasks/{rows[0]['task_id']}"))
    assert (task["origin_kind"], task["enterprise_id"]) == ("order", firms[0]["id"])
    assert (task["division"], task["parties"], task["object_name"]) == (
        YUYAO,
        [YUYAO],
        firms[0]["name"],
    )
    assert (await cast.yuyao_head.get(path)).status_code == 404
    other = await city_head.post("/task-orders", body | {"title": "另一事项"})
    assert code(other) == (409, "order_differs")

    # What was refused is sent again, corrected; what was made is not made twice.
    again = {"items": [{"key": "f", "code": firms[2]["credit_code"]}]}
    wrong = await city_head.post(f"{path}/resend", {"items": [items[0]]}, version=sent["version"])
    assert code(wrong) == (422, "item_unknown")
    assert (await city_head.post(f"{path}/resend", again, version=0)).status_code == 412
    made(await city_head.post(f"{path}/resend", again, version=sent["version"]))
    sent = await order_done(city_head, sent["id"])
    assert sent["results"] == {"waiting": 0, "made": 3, "refused": 3, "stopped": 0}
    [count] = await stack.sql(
        "SELECT count(*) AS n FROM task t JOIN task_order_item i ON i.id = t.origin_id"
        " WHERE i.order_id = $1",
        sent["id"],
    )
    assert count["n"] == 3

    # By its item nobody but who sealed it learns what a sealed task is about.
    await act(city_head, f"/tasks/{task['id']}", "seal", None)
    named = (task["id"], firms[0]["id"])
    for reader, shows in ((city_head, named), (cast.city_center, (None, None))):
        shown = made(await reader.get(f"{path}/items"))["items"][0]
        assert (shown["result"], shown["task_id"], shown["enterprise_id"]) == ("made", *shows)


async def test_listed_objects_are_checked_off_site_and_special_checks_need_an_approval(
    cast: Cast, city_head: Person, today: date
) -> None:
    firms = [
        made(await cast.yuyao_head.post("/enterprises", a_firm(YUYAO, industry="C2319")))
        for _ in range(2)
    ]
    listed = made(
        await city_head.post(
            "/positive-lists",
            {
                "division": NINGBO,
                "document": uuid4().hex,
                "title": "正面清单",
                "published_on": today.isoformat(),
                "valid_from": today.isoformat(),
            },
        )
    )
    put = {"enterprise_id": firms[0]["id"], "category": "livelihood"}
    await act(city_head, f"/positive-lists/{listed['id']}", "put-on", put)
    items = [{"key": each["id"], "enterprise_id": each["id"]} for each in firms]

    async def ordered(**changes: Any) -> list[dict[str, Any]]:
        body = an_order(today, items, **changes)
        sent = await order_done(city_head, made(await city_head.post("/task-orders", body))["id"])
        rows: list[dict[str, Any]] = made(await city_head.get(f"/task-orders/{sent['id']}/items"))[
            "items"
        ]
        return rows

    instead = await ordered()
    assert [each["mode"] for each in instead] == ["off_site", "on_site"]
    refused = await ordered(off_site_instead=False)
    assert [each["result"] for each in refused] == ["refused", "made"]
    assert refused[0]["problem"]["code"] == "off_site_only"

    unapproved = await city_head.post("/task-orders", an_order(today, items, legal_kind="special"))
    assert code(unapproved) == (409, "special_needs_approval")
    day = today.isoformat()
    approval = {
        "organ": "示例市人民政府",
        "division": NINGBO,
        "document": "政办1号",
        "approved_on": day,
        "filed_with": "司法局",
        "filed_on": day,
        "published_on": day,
        "published_at": "门户网站",
        "scope": "印刷企业",
        "content": "治理设施",
        "most_objects": 1,
        "valid_from": day,
        "valid_to": (today + timedelta(days=60)).isoformat(),
    }
    special = await ordered(legal_kind="special", approval=approval)
    assert [each["result"] for each in special] == ["made", "refused"]
    assert special[1]["problem"]["code"] == "approval_exceeded"


async def test_tasks_of_a_campaign_count_for_its_round_and_team(
    cast: Cast, city_head: Person, today: date, stack: Stack
) -> None:
    firm = made(await cast.yuyao_head.post("/enterprises", a_firm(YUYAO, industry="C2319")))
    item = await issued(city_head, today)
    path = f"/campaigns/{item['id']}"
    a_round = made(
        await city_head.post(
            "/campaign-rounds",
            {
                "campaign_id": item["id"],
                "kind": "batch",
                "sequence": 1,
                "starts_on": today.isoformat(),
                "ends_on": today.isoformat(),
            },
        )
    )
    member = {"name": "慈溪甲", "division": CIXI, "function": "officer", "is_leader": True}
    team = made(
        await cast.cixi_head.post(
            "/campaign-teams",
            {
                "campaign_id": item["id"],
                "round_id": a_round["id"],
                "kind": "cross_county",
                "name": "交叉队",
                "home_divisions": [CIXI],
                "members": [member],
            },
        )
    )
    put = {
        "basis": "ministry",
        "round_id": a_round["id"],
        "team_id": team["id"],
        "enterprise_ids": [firm["id"]],
    }
    refused = await cast.beilun_officer.post(f"{path}/add-targets", put, version=item["version"])
    assert refused.status_code in {403, 404}
    assert await act(city_head, path, "add-targets", put) == {"added": 1, "more": False}
    assert await act(city_head, path, "add-targets", put) == {"added": 0, "more": False}
    filled = await act(city_head, path, "fill-targets", {})
    assert filled["added"] >= 1
    coverage = made(await city_head.get(f"{path}/coverage"))
    assert coverage["on_register"] == coverage["on_list"]
    assert {"round_id": a_round["id"], "basis": "ministry", "number": 1} in coverage["assigned"]
    # Cixi's team is sent to Yuyao's firm: it learns of this one and of no other.
    seen = made(await cast.cixi_head.get(f"{path}/targets"))["items"]
    assert [(each["name"], each["round_id"]) for each in seen] == [(firm["name"], a_round["id"])]

    items = [
        {"key": "1", "enterprise_id": firm["id"], "team_id": team["id"]},
        {"key": "2", "place": CIXI, "team_id": team["id"]},
        {"key": "3", "place": BEILUN, "team_id": team["id"]},
    ]
    body = an_order(today, items, campaign_id=item["id"], round_id=a_round["id"], methods=["cross"])
    sent = await order_done(city_head, made(await city_head.post("/task-orders", body))["id"])
    rows = made(await city_head.get(f"/task-orders/{sent['id']}/items"))["items"]
    assert [(each["problem"] or {}).get("code") for each in rows] == [
        None,
        "team_not_for_place",
        None,
    ]
    [task] = await stack.sql(
        "SELECT campaign_id, round_id, campaign_team_id, parties FROM task WHERE id = $1",
        rows[0]["task_id"],
    )
    ids = [str(each) for each in (task["campaign_id"], task["round_id"], task["campaign_team_id"])]
    assert ids == [item["id"], a_round["id"], team["id"]]
    assert task["parties"] == [NINGBO, CIXI, YUYAO]
    # At night too nobody of the place goes, and the task lies with who can send others.
    night = an_order(today, [{"key": "1", "place": CIXI}], methods=["night"])
    sent = await order_done(city_head, made(await city_head.post("/task-orders", night))["id"])
    rows = made(await city_head.get(f"/task-orders/{sent['id']}/items"))["items"]
    at_night = made(await city_head.get(f"/tasks/{rows[0]['task_id']}"))
    assert (at_night["division"], at_night["parties"]) == (NINGBO, [NINGBO, CIXI])
    await act(city_head, path, "call-off", {"reason": "上级统一部署"})
    late = await city_head.post("/task-orders", body | {"key": uuid4().hex})
    assert code(late) == (409, "campaign_not_in_force")


async def test_a_group_has_duties_with_names_and_questions_that_its_leaders_answer(
    cast: Cast, city_head: Person, today: date
) -> None:
    item = await issued(city_head, today)
    body = {
        "campaign_id": item["id"],
        "name": "工作专班",
        "leaders": [
            {"name": "甲某", "post": "副市长", "division": NINGBO},
            {"name": "乙某", "post": "副县长", "division": YUYAO},
        ],
        "core_staff": [{"name": "丙某", "division": CIXI, "drill_winner": True}],
        "goals": ["整改率100%"],
        "watched": {"report_format": 100},
    }
    assert code(await cast.cixi_head.post("/campaign-groups", body)) == (403, "forbidden")
    group = made(await city_head.post("/campaign-groups", body))
    path = f"/campaign-groups/{group['id']}"
    duty = {"person": "丙某", "division": CIXI, "duty": "核对", "due_on": today.isoformat()}
    group = await act(city_head, path, "give-duty", duty)
    done = {"duty_id": group["duties"][0]["id"], "note": "已核对"}
    wrong = await cast.yuyao_head.post(f"{path}/finish-duty", done, version=group["version"])
    assert code(wrong) == (403, "forbidden")
    group = await act(cast.cixi_head, path, "finish-duty", done)
    assert group["duties"][0]["note"] == "已核对"
    twice = await cast.cixi_head.post(f"{path}/finish-duty", done, version=group["version"])
    assert code(twice) == (409, "already_done")
    question = {"put_to": "乙某", "division": YUYAO, "question": "用地如何解决?"}
    group = await act(cast.cixi_head, path, "put-question", question)
    answer = {"question_id": group["questions"][0]["id"], "answer": "由开发区统筹"}
    wrong = await cast.cixi_head.post(f"{path}/answer-question", answer, version=group["version"])
    assert code(wrong) == (403, "forbidden")
    group = await act(cast.yuyao_head, path, "answer-question", answer)
    assert group["questions"][0]["answer"] == "由开发区统筹"
    reading = {"figure": "report_format", "done": 75, "whole": 76, "source": "抽查"}
    group = await act(cast.cixi_head, path, "note-figure", reading)
    assert (group["watched"][0]["done"], group["watched"][0]["reached"]) == (75, False)
    group = await act(cast.cixi_head, path, "note-figure", reading | {"done": 76})
    assert group["watched"][0]["reached"]


class Died(RuntimeError):
    pass


async def test_a_worker_that_dies_in_an_order_costs_no_task_and_makes_none_twice(
    clone: Callable[[], Awaitable[Databases]], monkeypatch: pytest.MonkeyPatch
) -> None:
    databases = await clone()
    database = Database(databases.url("tasks"), schema="tasks")
    head = Actor(
        id=uuid7(),
        kind=ActorKind.ACCOUNT,
        name="宁波负责人",
        grants=(Grant(Role.DEPARTMENT_HEAD, "3302"),),
    )
    now, today = CLOCK_STARTS, CLOCK_STARTS.date()
    whole = Sent(
        division=NINGBO,
        key="1",
        document="1号",
        title="检查",
        facts="检查",
        legal_kind=LegalKind.INDIVIDUAL,
        mode=Mode.ON_SITE,
        due_on=today + timedelta(days=9),
    )
    asked = [{"key": str(n), "place": YUYAO, "site": f"{n}号"} for n in range(120)]
    slices = 0

    def die(_: str) -> None:
        nonlocal slices
        slices += 1
        if slices in {1, 3}:
            raise Died

    monkeypatch.setattr(making, "crashpoint", die)
    async with database.transaction(SYSTEM) as session:
        connection = session.info["driver"]
        await connection.execute(
            "INSERT INTO reference_division (code, name, valid_from)"
            " VALUES ('330200', '宁波市', '2026-01-01'),"
            " ('330281', '余姚市', '2026-01-01') ON CONFLICT DO NOTHING"
        )
        items = [Kept(Item(each["key"], place=YUYAO), each) for each in asked]
        order = await send(session, head, whole, items, now=now)
    left = []
    for _ in range(6):
        try:
            async with database.transaction(SYSTEM) as session:
                await make_slice(session, now)
        except Died:
            pass
        async with database.transaction(SYSTEM) as session:
            connection = session.info["driver"]
            left.append(await connection.fetchval("SELECT count(*) FROM task"))
    async with database.transaction(SYSTEM) as session:
        connection = session.info["driver"]
        state = await connection.fetchval("SELECT state FROM task_order WHERE id = $1", order.id)
    await database.close()

    assert left == [0, 50, 50, 100, 120, 120]
    assert state == "finished"
