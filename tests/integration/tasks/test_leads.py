"""Leads on a real server: entered once, merged safely, checked always, and nobody's complaint."""

import asyncio
from datetime import timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from services.tasks.dispatch.use_cases.carrying_out import Wanted, ask_for
from services.tasks.leads.use_cases.steps import hand_on, name_task
from shared.auth.actor import Actor, ActorKind, Grant, Role
from shared.db.session import SYSTEM, Database
from tests.integration.tasks.conftest import CIXI, YUYAO, Person, Story, eventually
from tests.support.postgres import CLOCK_STARTS

FOUND: Final = {"result": "confirmed", "note": "正在偷排"}


def a_lead(**changes: Any) -> dict[str, Any]:
    return {
        "division": YUYAO,
        "place": YUYAO,
        "source": "online_monitoring",
        "title": "废气小时均值超标",
        "media": ["gas"],
        "site": "余慈交界某电镀厂",
        "facts": "连续三小时超标",
        "object_code": uuid4().hex[:18].upper(),
        "confidence": "high",
        "occurred_at": CLOCK_STARTS.isoformat(),
    } | changes


async def entered(who: Person, **changes: Any) -> dict[str, Any]:
    answer = await who.post("/leads", a_lead(**changes))
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def step(
    who: Person, lead: dict[str, Any], name: str, body: Any = None, *, status: int = 200
) -> dict[str, Any]:
    version = (await who.get(f"/leads/{lead['id']}")).json().get("version", lead["version"])
    answer = await who.post(f"/leads/{lead['id']}/{name}", body, version=version)
    assert answer.status_code == status, answer.text
    return dict(answer.json())


async def test_a_lead_goes_its_way_and_none_is_closed_unchecked(story: Story) -> None:
    cast = story.cast
    lead = await entered(cast.yuyao_officers[0])
    assert lead["state"] == "received"
    assert lead["number"].startswith(f"XS-{YUYAO}-2026-")
    assert {each["kind"] for each in lead["deadlines"]} == {"check", "grade"}
    assert (await cast.cixi_head.get(f"/leads/{lead['id']}")).status_code == 404
    path = f"/leads/{lead['id']}"
    for who, name, body, version, status in (
        (cast.yuyao_officers[0], "grade", {}, lead["version"], 403),
        (cast.yuyao_head, "grade", {}, None, 428),
        (cast.yuyao_head, "grade", {}, 99, 412),
        (cast.yuyao_head, "grade", {"priority": "urgent"}, lead["version"], 422),
        (cast.yuyao_head, "close", None, lead["version"], 409),
        (cast.yuyao_head, "verify", FOUND, lead["version"], 409),
    ):
        answer = await who.post(f"{path}/{name}", body, version=version)
        assert answer.status_code == status, (name, answer.text)
    lead = await step(cast.yuyao_head, lead, "grade", {})
    assert [each["code"] for each in lead["reasons"]] == ["source", "confidence", "medium"]
    assert (lead["priority"], lead["score"]) == ("high", 65)
    lead = await step(
        cast.yuyao_head, lead, "grade", {"priority": "urgent", "reason": "夜间正在排放"}
    )
    [check] = [
        each for each in lead["deadlines"] if each["kind"] == "check" and each["state"] == "running"
    ]
    received = story.starts_at - timedelta(hours=12)
    assert check["due_on"] == (received + timedelta(days=1)).date().isoformat()
    lead = (await cast.yuyao_head.get(path)).json()
    assert check["due_at"] == lead["due_at"] == lead["work_due_at"]

    # To the neighbour, who refuses first; who had it stays written down.
    lead = await step(cast.yuyao_head, lead, "assign", {"division": CIXI, "note": "在慈溪一侧"})
    assert lead["division"] == YUYAO
    await step(cast.yuyao_head, lead, "accept", {}, status=403)
    await step(cast.cixi_head, lead, "refuse", {"reason": "界址不清"})
    await step(cast.yuyao_head, lead, "assign", {"division": CIXI})
    officer = cast.cixi_officers[0]
    lead = await step(cast.cixi_head, lead, "accept", {"officers": [str(officer.id)]})
    assert (lead["division"], lead["parties"]) == (CIXI, [YUYAO, CIXI])
    mine = (await officer.get("/leads", params={"mine": True})).json()["items"]
    assert [each["id"] for each in mine] == [lead["id"]]
    answer = await cast.cixi_officers[1].post(f"{path}/verify", FOUND, version=lead["version"])
    assert (answer.status_code, answer.json()["code"]) == (403, "lead_not_yours")
    lead = await step(officer, lead, "verify", FOUND)
    assert lead["state"] == "verified"
    states = {each["kind"]: each["state"] for each in lead["deadlines"]}
    assert states["check"] in ("met", "missed")
    lead = await step(cast.cixi_head, lead, "close")
    assert (lead["state"], lead["actions"]) == ("closed", [])
    steps = (await cast.yuyao_head.get(f"{path}/steps")).json()
    had = [(each["action"], each["division"]) for each in steps]
    assert ("refuse", CIXI) in had
    assert had[-1] == ("close", CIXI)


async def test_a_report_sent_again_is_the_same_lead_and_a_list_answers_each(story: Story) -> None:
    platform = await story.stack.a_person("在线监控平台", (Role.PLATFORM, YUYAO))
    report = a_lead(reference=f"ALARM-{uuid4().hex[:8]}")
    twins = await asyncio.gather(*(platform.post("/leads", report) for _ in range(3)))
    assert sorted(each.status_code for each in twins) == [200, 200, 201]
    assert len({each.json()["id"] for each in twins}) == 1
    other = await platform.post("/leads", report | {"facts": "已恢复"})
    assert (other.status_code, other.json()["code"]) == (409, "lead_reference_taken")

    listed = [
        report,
        a_lead(reference=f"ALARM-{uuid4().hex[:8]}"),
        a_lead(division=CIXI),
        a_lead(source="station"),
        a_lead(source="station", station_class="micro"),
    ]
    answer = await platform.post("/leads:batch", {"leads": listed})
    assert answer.status_code == 200, answer.text
    results = answer.json()["results"]
    assert [each["result"] for each in results] == [
        "known",
        "created",
        "refused",
        "refused",
        "created",
    ]
    assert [results[2]["code"], results[3]["code"]] == ["forbidden", "station_class_misplaced"]
    assert results[3]["pointer"] == "/leads/3/station_class"


async def test_merged_leads_are_one_matter_and_two_at_once_make_no_other(story: Story) -> None:
    cast = story.cast
    code = uuid4().hex[:18].upper()
    sources = ("online_monitoring", "drone", "grid", "press")
    leads = [
        await entered(cast.yuyao_officers[0], object_code=code, source=source) for source in sources
    ]
    first, *others = leads
    proposed = (await cast.yuyao_head.get(f"/leads/{first['id']}/duplicates")).json()
    assert {each["lead"]["id"] for each in proposed} == {each["id"] for each in others}
    assert {each["why"] for each in proposed} == {"code"}

    async def merge(one: dict[str, Any], other: dict[str, Any]) -> int:
        body = {"lead_ids": [other["id"]], "reason": "同一企业"}
        path = f"/leads/{one['id']}/merge"
        return (await cast.yuyao_head.post(path, body, version=one["version"])).status_code

    # Each into the other at the same time: one comes first, the other finds it done.
    answers = await asyncio.gather(merge(leads[0], leads[1]), merge(leads[1], leads[0]))
    assert sorted(answers) == [200, 409] or sorted(answers) == [200, 412]
    matter = await step(cast.yuyao_head, leads[3], "grade", {})
    body = {"lead_ids": [first["id"], leads[2]["id"]], "reason": "同一企业"}
    matter = await step(cast.yuyao_head, matter, "merge", body)
    assert (matter["id"], matter["reports"]) == (leads[3]["id"], 4)
    assert matter["reasons"][-1] == {"code": "repeats", "value": "4", "points": 30}
    reports = (await cast.yuyao_head.get(f"/leads/{matter['id']}/reports")).json()
    assert {each["source"] for each in reports} == set(sources[:3])
    assert matter["work_due_at"] == min(each["due_at"] for each in [matter, *reports])

    parted = await step(cast.yuyao_head, leads[1], "unmerge", {"reason": "另一厂区"})
    assert (parted["state"], parted["merged_into_id"]) == ("received", None)
    matter = (await cast.yuyao_head.get(f"/leads/{matter['id']}")).json()
    assert (matter["reports"], matter["reasons"][-1]["value"]) == (3, "3")


async def test_a_lead_out_of_a_complaint_says_nothing_of_it(story: Story) -> None:
    cast = story.cast
    clerk = await story.stack.a_person("余姚信访", (Role.PETITION_CLERK, YUYAO))
    lead = await entered(clerk, source="petition", reference="内部编号七")
    marked = await entered(cast.yuyao_officers[0], source="video", confidential=True)
    assert (lead["source"], lead["reference"]) == ("petition", "内部编号七")
    assert (await cast.yuyao_head.get(f"/leads/{lead['id']}")).json()["source"] == "petition"

    officer = cast.yuyao_officers[1]
    shown = [(await officer.get(f"/leads/{each['id']}")).json() for each in (lead, marked)]
    for each in shown:
        assert (each["source"], each["reference"], each["reported_by"]) == (
            "undisclosed",
            None,
            None,
        )
    asked = (await officer.get("/leads", params={"source": "petition"})).json()["items"]
    assert asked == []
    graded = [await step(cast.yuyao_head, each, "grade", {}) for each in (lead, marked)]
    assert graded[0]["reasons"] == graded[1]["reasons"]
    whole = ""
    for path in ("", "/steps", "/reports", "/duplicates"):
        whole += (await officer.get(f"/leads/{lead['id']}{path}")).text
    whole += (await officer.get("/leads")).text
    period = {"division": YUYAO, "first_day": "2026-01-01", "last_day": "2026-12-31"}
    figures = await officer.get("/leads:statistics", params=period)
    whole += figures.text
    for secret in ("petition", "内部编号七", "余姚信访", "信访"):
        assert secret not in whole
    [hidden] = [each for each in figures.json() if each["source"] == "undisclosed"]
    assert hidden["received"] >= 2


async def handed_on(story: Story, lead: dict[str, Any]) -> UUID:
    """A task made of the lead as the orders do: both or neither."""
    head = Actor(
        story.cast.yuyao_head.id,
        ActorKind.ACCOUNT,
        "余姚负责人",
        grants=(Grant(Role.DEPARTMENT_HEAD, YUYAO),),
    )
    database = Database(story.stack.databases.url("tasks"), schema="tasks")
    version = (await story.cast.yuyao_head.get(f"/leads/{lead['id']}")).json()["version"]
    now = story.starts_at - timedelta(hours=12)
    async with database.transaction(SYSTEM) as session:
        given = await hand_on(session, head, UUID(lead["id"]), expected_version=version, now=now)
        task_id = await ask_for(
            session,
            origin=given.origin,
            parties=[CIXI, YUYAO],
            matter=given.matter,
            due_on=given.due_on,
            now=now,
            wanted=Wanted(enterprise_id=given.enterprise_id),
            asked_by=head,
        )
        await name_task(session, given.lead, task_id)
    await database.close()
    return task_id


async def test_the_task_of_a_lead_settles_it_and_one_called_off_gives_it_back(
    story: Story,
) -> None:
    cast = story.cast
    lead = await entered(cast.yuyao_officers[0])
    await step(cast.yuyao_head, lead, "grade", {})
    await step(cast.yuyao_head, lead, "assign", {"division": YUYAO})
    await step(cast.yuyao_head, lead, "accept", {})

    first = await handed_on(story, lead)
    task = (await cast.cixi_head.get(f"/tasks/{first}")).json()
    answer = await cast.cixi_head.post(
        f"/tasks/{first}/withdraw", {"reason": "重复"}, version=task["version"]
    )
    assert answer.status_code == 200, answer.text

    async def given_back() -> bool:
        now = (await cast.yuyao_head.get(f"/leads/{lead['id']}")).json()
        return (now["state"], now["task_id"]) == ("accepted", None)

    await eventually(given_back)

    second = await handed_on(story, lead)
    assert second != first
    story.task = (await cast.cixi_head.get(f"/tasks/{second}")).json()
    team = (*cast.cixi_officers, *cast.yuyao_officers[:2])
    await story.step(cast.cixi_center, "dispatch", story.order(*team))
    await story.step(cast.cixi_officers[0], "accept")
    await story.finish(await story.inspected())
    story.task = (await cast.city_center.get(story.path)).json()
    await story.step(cast.cixi_officers[0], "complete", {"summary": "未发现问题"})
    lead = (await cast.yuyao_head.get(f"/leads/{lead['id']}")).json()
    assert (lead["state"], lead["result"], lead["result_note"]) == (
        "verified",
        "not_confirmed",
        "未发现问题",
    )


async def test_a_survey_is_asked_for_at_once_and_its_leads_are_kept_with_it(story: Story) -> None:
    cast = story.cast
    look = {
        "division": YUYAO,
        "first_day": "2026-01-01",
        "last_day": "2026-01-04",
        "data": ["ambient"],
        "judgement": "abnormal",
        "findings": "夜间浓度高",
    }
    officer = cast.yuyao_officers[0]
    assert (await cast.cixi_head.post("/air-analyses", look)).status_code == 403
    analysis = (await officer.post("/air-analyses", look)).json()
    wish = {
        "kind": "mobile_survey",
        "division": YUYAO,
        "asked_of": CIXI,
        "analysis_id": analysis["id"],
        "area": "工业区",
        "purpose": "查找高值区",
    }
    answer = await officer.post("/survey-requests", wish)
    assert answer.status_code == 201, answer.text
    survey = answer.json()
    path = f"/survey-requests/{survey['id']}"
    seen = {"answer": "厂区东侧高值"}
    refused = await officer.post(f"{path}/answer", seen, version=survey["version"])
    assert refused.status_code == 403
    done = await cast.cixi_officers[0].post(f"{path}/answer", seen, version=survey["version"])
    assert (done.status_code, done.json()["state"]) == (200, "answered")
    again = await cast.cixi_officers[0].post(f"{path}/answer", seen, version=done.json()["version"])
    assert again.status_code == 409
    lead = await entered(officer, source="lidar", survey_request_id=survey["id"])
    assert (await officer.get(path)).json()["leads"] == [lead["id"]]
    listed = (await officer.get("/air-analyses", params={"covering": "2026-01-02"})).json()
    assert analysis["id"] in {each["id"] for each in listed["items"]}
