"""Check, serve, supervise, punish, publish: none of them can be skipped."""

from datetime import datetime, timedelta
from typing import Any

from tests.integration.tasks.conftest import Cure, Story

FACTS = {"facts": "期限届满仍未改正"}
LATE = {"ground": "still_violating", **FACTS}


async def a_problem(story: Story) -> tuple[dict[str, Any], Cure]:
    await story.accepted()
    inspection = await story.inspected()
    return inspection, Cure(story, await story.found(inspection))


async def test_no_step_before_the_one_it_needs(story: Story) -> None:
    cast = story.cast
    inspection, cure = await a_problem(story)
    officer, owner, center = cast.cixi_officers[0], cast.yuyao_officers[2], cast.yuyao_head
    of_it = {"inspection_id": inspection["id"]}
    told = {
        **of_it,
        "told_to": "法定代表人王某",
        "is_legal_representative": True,
        "manner": "in_person",
        "told_at": (story.starts_at + timedelta(minutes=50)).isoformat(),
    }
    demand = {
        **of_it,
        "kind": "technology",
        "demand": "酸雾收集改造指导",
        "stated_by": "环保负责人",
    }
    offices = {**of_it, "offices": [{"kind": "gas", "office": "大气科", "person": "李某"}]}

    async def code(answer: Any) -> tuple[int, str]:
        return answer.status_code, answer.json()["code"]

    early = await officer.post("/service-demands", demand)
    assert await code(early) == (409, "five_steps_missing")
    assert await code(await center.post("/problems:name-offices", offices)) == (
        409,
        "five_steps_missing",
    )
    assert await code(await cure.try_(owner, "punish", LATE)) == (409, "five_steps_missing")

    for who, status in ((owner, 403), (cast.clerk, 403), (cast.beilun_officer, 404)):
        assert (await who.post("/problems:tell", told)).status_code == status
    before = {**told, "told_at": (story.starts_at + timedelta(minutes=10)).isoformat()}
    assert await code(await officer.post("/problems:tell", before)) == (409, "nothing_to_tell")
    assert (await officer.post("/problems:tell", told)).status_code == 201

    await _served(story, demand)

    wrong = {**of_it, "offices": [{"kind": "water", "office": "水科", "person": "张某"}]}
    assert await code(await center.post("/problems:name-offices", wrong)) == (
        409,
        "kinds_uncovered",
    )
    assert (await center.post("/problems:name-offices", offices)).status_code == 201

    assert await code(await cure.try_(owner, "punish", LATE)) == (409, "time_not_over")
    await story.stack.set_clock(datetime.fromisoformat(cure.problem["due_at"]) + timedelta(hours=1))
    publication = {
        "problem_id": cure.problem["id"],
        "kind": "penalty",
        "title": "行政处罚决定公开",
        "reference": "甬环罚〔2026〕1号",
        "place": "市局网站",
        "published_on": "2026-03-20",
    }
    assert await code(await center.post("/problems:publicise", publication)) == (
        409,
        "five_steps_missing",
    )
    await cure.step(owner, "punish", LATE)
    assert cure.problem["punishment"] == "offered"
    assert await code(await cure.try_(owner, "punish", LATE)) == (409, "punished_already")
    asked = {"punishment": "offered", "limit": 200}
    found = (await owner.get("/problems", params=asked)).json()["items"]
    assert cure.problem["id"] in {each["id"] for each in found}
    assert await code(await center.post("/problems:publicise", publication)) == (
        409,
        "case_not_filed",
    )
    await cure.step(owner, "take-case", {"case_ref": "余环案〔2026〕1号"})
    assert (await center.post("/problems:publicise", publication)).status_code == 201

    shown = (await cast.clerk.get(f"/inspections/{inspection['id']}/five-steps")).json()
    assert all(shown["steps"].values())
    assert [each["id"] for each in shown["problem_list"]] == [cure.problem["id"]]
    assert [each["state"] for each in shown["demand_list"]] == ["done"]
    assert [each["office"] for each in shown["responsibility_list"]] == ["大气科"]
    feed = (await cast.clerk.get("/problems:credit-feed", params={"limit": 200})).json()["items"]
    [entry] = [each for each in feed if each["problem_id"] == cure.problem["id"]]
    assert entry["reference"] == publication["reference"]
    assert entry["object_name"].startswith("电镀厂")


async def test_what_must_be_filed_at_once_does_not_wait(story: Story) -> None:
    _, cure = await a_problem(story)
    owner = story.cast.yuyao_officers[2]
    await cure.step(owner, "punish", {"ground": "falsified_data", "facts": "篡改在线监测数据"})
    kept = (await owner.get(f"{cure.path}/file")).json()["punishments"]
    assert [each["ground"] for each in kept] == ["falsified_data"]
    assert "S21" in kept[0]["basis"]


async def _served(story: Story, demand: dict[str, Any]) -> None:
    """What the enterprise asked for is given, by somebody of the place."""
    officer, owner = story.cast.cixi_officers[0], story.cast.yuyao_officers[2]
    stated = await officer.post("/service-demands", demand)
    assert stated.status_code == 201, stated.text
    item, path = stated.json(), f"/service-demands/{stated.json()['id']}"
    served = {"service": "专家现场指导", "provider": "市环科院"}
    assert (await owner.post(f"{path}/serve", served)).status_code == 428
    assert (await owner.post(f"{path}/serve", served, version=99)).status_code == 412
    assert (
        await story.cast.cixi_head.post(f"{path}/serve", served, version=item["version"])
    ).status_code == 403
    item = (await owner.post(f"{path}/serve", served, version=item["version"])).json()
    assert (item["state"], item["provider"]) == ("serving", "市环科院")
    done = await owner.post(f"{path}/finish", {"outcome": "已完成"}, version=item["version"])
    assert (done.json()["state"], done.json()["actions"]) == ("done", [])
