"""What may befall a task that was sent: another team, more time, recusal, an envelope, lateness."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

from shared.auth.actor import Role
from tests.integration.tasks.conftest import (
    BEILUN,
    CIXI,
    NINGBO,
    YUYAO,
    Person,
    Stack,
    Story,
    _hire,
    eventually,
)
from tests.integration.tasks.test_dispatch import booked

CODES = {"reason": "另有紧急任务"}


async def refused(story: Story, who: Person, name: str, body: Any = None) -> tuple[int, str]:
    answer = await who.post(f"{story.path}/{name}", body, version=story.version)
    return answer.status_code, answer.json()["code"]


async def test_another_team_goes_instead_in_one_act_and_the_old_one_is_free(story: Story) -> None:
    cast = story.cast
    await story.accepted()
    new = story.order(cast.cixi_officers[0], cast.yuyao_officers[2]) | CODES
    assert await refused(story, cast.yuyao_head, "reassign", new) == (403, "forbidden")
    assert await refused(story, cast.cixi_officers[0], "reassign", new) == (403, "forbidden")

    task = await story.step(cast.cixi_center, "reassign", new)

    assert (task["state"], task["answer_due_at"] is not None) == ("dispatched", True)
    assert {each["officer_id"] for each in task["team"]["members"]} == {*new["officer_ids"]}
    # Who went before answers for it no more, and can go elsewhere.
    assert await refused(story, cast.cixi_officers[1], "accept") == (403, "not_of_the_team")
    old = [cast.cixi_officers[1], *cast.yuyao_officers[:2]]
    for each in await booked(cast, old):
        assert story.task["id"] not in each["tasks"]
    await story.step(cast.yuyao_officers[2], "accept")
    steps = (await cast.cixi_head.get(f"{story.path}/steps")).json()
    assert [(each["action"], each["reason"]) for each in steps] == [
        ("dispatch", None),
        ("accept", None),
        ("reassign", CODES["reason"]),
        ("accept", None),
    ]
    teams = (
        await cast.cixi_center.get(
            "/teams", params={"division": CIXI, "starts_before": new["ends_at"], "limit": 200}
        )
    ).json()["items"]
    own = [each for each in teams if each["task_id"] == story.task["id"]]
    assert [each["dissolved_at"] is None for each in own] == [False, True]
    mine = await cast.cixi_officers[1].get("/teams", params={"mine": True, "standing": True})
    assert story.task["id"] not in {each["task_id"] for each in mine.json()["items"]}
    busy = await cast.cixi_center.get(
        "/teams/free-busy",
        params={"division": YUYAO, "starts_at": new["starts_at"], "ends_at": new["ends_at"]},
    )
    assert [each["officer_id"] for each in busy.json()] == [cast.officer_id(cast.yuyao_officers[2])]
    assert (await cast.beilun_officer.get("/teams")).json()["items"] == []


async def test_of_two_tasks_that_want_one_officer_at_once_one_has_him(story: Story) -> None:
    cast = story.cast
    await story.requested()
    other = await Story(story.stack, cast, story.starts_at).requested()
    orders = [
        (story, story.order(cast.cixi_officers[0], cast.yuyao_officers[0])),
        (other, other.order(cast.cixi_officers[0], cast.yuyao_officers[1])),
    ]
    answers = await asyncio.gather(
        *(
            cast.cixi_center.post(f"{each.path}/dispatch", order, version=each.version)
            for each, order in orders
        )
    )
    assert sorted(each.status_code for each in answers) == [200, 409]
    [(lost, told)] = [
        (each, answer.json())
        for (each, _), answer in zip(orders, answers, strict=True)
        if answer.status_code == 409
    ]
    assert told["code"] in ("officers_barred", "roster_refused")
    if told["code"] == "officers_barred":
        assert "慈溪甲: booked" in told["detail"]
    now = (await cast.cixi_center.get(lost.path)).json()
    assert (now["state"], now["version"], now["team"]) == ("requested", lost.version, None)
    # Asked again, it says who is booked.
    period = {"starts_at": orders[0][1]["starts_at"], "ends_at": orders[0][1]["ends_at"]}
    shown = (await cast.cixi_center.get(f"{lost.path}/candidates", params=period)).json()
    barred = {each["name"]: each["barred_by"] for each in shown}
    assert barred["慈溪甲"] == ["booked"]


async def test_more_time_is_asked_for_by_the_team_and_granted_above_it_twice(story: Story) -> None:
    cast = story.cast
    await story.accepted()
    officer, due_on = cast.yuyao_officers[0], story.task["due_on"]
    wanted = {"days": 10, "reason": "等待监测报告"}
    assert await refused(story, cast.yuyao_officers[2], "ask-extension", wanted) == (
        403,
        "not_of_the_team",
    )
    too_long = await refused(story, officer, "ask-extension", wanted | {"days": 16})
    assert too_long == (409, "extension_exceeds_cap")
    await story.step(officer, "ask-extension", wanted)
    assert story.task["due_on"] == due_on  # asking moves nothing
    assert await refused(story, officer, "ask-extension", wanted) == (409, "extension_pending")
    grant = {"granted": True, "reason": "同意"}
    assert await refused(story, cast.yuyao_head, "decide-extension", grant) == (403, "forbidden")
    await story.step(cast.city_center, "decide-extension", grant)
    moved = datetime.fromisoformat(due_on).date() + timedelta(days=10)
    assert story.task["due_on"] == moved.isoformat()
    await story.step(officer, "ask-extension", wanted)
    await story.step(cast.cixi_head, "decide-extension", {"granted": False, "reason": "理由不足"})
    await story.step(officer, "ask-extension", wanted)
    await story.step(cast.cixi_head, "decide-extension", grant)
    assert await refused(story, officer, "ask-extension", wanted) == (
        409,
        "extension_already_used",
    )
    clocks = (await cast.cixi_head.get(f"{story.path}/clocks")).json()
    due = next(each for each in clocks if each["kind"] == "due")
    assert (due["state"], due["due_on"]) == ("running", story.task["due_on"])
    assert next(each for each in clocks if each["kind"] == "answer")["state"] == "met"
    decided = [each["decision"] for each in (await officer.get(f"{story.path}/extensions")).json()]
    assert decided == ["granted", "refused", "granted"]


async def test_who_stands_aside_is_replaced_and_the_work_goes_on_meanwhile(story: Story) -> None:
    cast = story.cast
    await story.accepted()
    aside, other = cast.cixi_officers
    wish = {
        "officer_id": cast.officer_id(aside),
        "asked_on": "own_motion",
        "ground": "interest",
        "reason": "本人近亲属在该企业任职",
    }
    assert await refused(story, other, "ask-recusal", wish) == (403, "own_motion_only")
    assert (await refused(story, cast.beilun_officer, "ask-recusal", wish))[0] == 404
    await story.step(aside, "ask-recusal", wish)
    # 行政处罚法 art. 43: until the decision the investigation goes on.
    await story.inspected()
    [asked] = (await cast.cixi_head.get(f"{story.path}/recusals")).json()
    ruling = {"recusal_id": asked["id"], "granted": True, "reason": "符合回避情形"}
    assert await refused(story, cast.cixi_center, "decide-recusal", ruling) == (403, "forbidden")
    by_himself = ruling | {"replacement_id": wish["officer_id"]}
    assert await refused(story, cast.cixi_head, "decide-recusal", by_himself) == (
        409,
        "officers_barred",
    )
    task = await story.step(cast.cixi_head, "decide-recusal", ruling)
    assert task["state"] == "in_progress"
    assert wish["officer_id"] not in {each["officer_id"] for each in task["team"]["members"]}
    assert sum(each["is_leader"] for each in task["team"]["members"]) == 1
    [now] = await booked(cast, [aside])
    assert story.task["id"] not in now["tasks"]
    assert await refused(story, cast.cixi_head, "decide-recusal", ruling) == (
        409,
        "recusal_decided",
    )
    # On the party's wish, and refused: the officer stays.
    wish = wish | {"officer_id": cast.officer_id(other), "asked_on": "party"}
    await story.step(cast.yuyao_officers[0], "ask-recusal", wish)
    asked = (await cast.cixi_head.get(f"{story.path}/recusals")).json()[-1]
    ruling = {"recusal_id": asked["id"], "granted": False, "reason": "理由不成立"}
    task = await story.step(cast.cixi_head, "decide-recusal", ruling)
    assert cast.officer_id(other) in {each["officer_id"] for each in task["team"]["members"]}


SECRET = ("酸雾", "余慈交界", "电镀厂")


async def test_a_sealed_task_says_nothing_before_its_leader_opens_it(
    stack: Stack, story: Story
) -> None:
    """A flying check of the city's with officers of elsewhere (2-08)."""
    cast = story.cast
    await story.requested(divisions=[NINGBO], object_code="91330281MA2AAAAA0X")
    await stack.sql(
        "UPDATE task SET methods = ARRAY['flying', 'cross'] WHERE id = $1", story.task["id"]
    )
    assert (await cast.yuyao_head.get(story.path)).status_code == 200
    key = {"Idempotency-Key": "seal-" + story.task["id"]}
    sealing = await cast.city_center.post(f"{story.path}/seal", version=story.version, headers=key)
    assert sealing.status_code == 200, sealing.text
    story.task = sealing.json()
    # Its maker reads on what it is about, also when the answer is repeated.
    assert all(word in sealing.text for word in SECRET)
    again = await cast.city_center.post(
        f"{story.path}/seal", version=story.version - 1, headers=key
    )
    assert again.json() == sealing.json()
    assert await refused(story, cast.city_center, "seal") == (409, "already_sealed")

    head = await stack.a_person("宁波负责人", (Role.DEPARTMENT_HEAD, NINGBO))
    await nothing_is_told(story, head)
    team = story.order(*cast.cixi_officers) | {"from_divisions": [CIXI]}
    of_the_place = story.order(*cast.yuyao_officers[:2]) | {"from_divisions": [YUYAO]}
    answer = await head.post(f"{story.path}/dispatch", of_the_place, version=story.version)
    assert answer.json()["code"] == "officers_barred"
    assert "not_available" in answer.json()["detail"]
    assert "own_area" not in answer.text
    assert "own_area" in (await refused_text(story, cast.city_center, "dispatch", of_the_place))
    await story.step(head, "dispatch", team)
    assert story.task["lent_by"] == [CIXI]
    await story.step(cast.cixi_officers[1], "accept")
    assert await refused(story, cast.cixi_officers[0], "open") == (409, "opened_too_early")
    early = await cast.cixi_officers[0].post("/inspections", story.visit())
    assert early.json()["code"] == "envelope_sealed"
    await stack.set_clock(story.starts_at - timedelta(minutes=50))
    assert await refused(story, cast.cixi_officers[1], "open") == (403, "leader_opens")
    task = await story.step(cast.cixi_officers[0], "open")
    assert (task["sealed"], task["place"]) == (False, YUYAO)
    assert all(word in str(task) for word in SECRET)
    told = (await head.get(story.path)).text
    assert all(word in told for word in SECRET)
    assert (await cast.yuyao_head.get(story.path)).status_code == 200
    assert await refused(story, cast.cixi_officers[0], "open") == (409, "nothing_sealed")
    steps = (await cast.yuyao_head.get(f"{story.path}/steps")).json()
    assert [each["action"] for each in steps] == ["seal", "dispatch", "accept", "open"]
    # The team that was lent takes part as long as it goes.
    await story.step(cast.cixi_officers[0], "return", {"code": "no_capacity", "reason": "车辆故障"})
    assert (await cast.cixi_officers[0].get(story.path)).status_code == 404
    seen = (await head.get(story.path)).json()
    assert (seen["parties"], seen["lent_by"]) == ([NINGBO], [])


async def nothing_is_told(story: Story, head: Person) -> None:
    """Who is above the sealed task reads that there is one; where the object is it is not."""
    cast = story.cast
    for path in ("/tasks?limit=200", story.path, f"{story.path}/steps", f"{story.path}/clocks"):
        answer = await head.get(path)
        assert answer.status_code == 200
        lines = answer.json()
        own = (
            [each for each in lines["items"] if each["id"] == story.task["id"]]
            if "items" in lines
            else lines
        )
        assert own
        assert not any(word in str(own) for word in (*SECRET, "91330281MA2AAAAA0X", YUYAO))
    # Where the object is the task is as if it were not.
    assert (await cast.yuyao_head.get(story.path)).status_code == 404
    assert story.task["id"] not in str((await cast.yuyao_head.get("/tasks?limit=200")).json())


async def refused_text(story: Story, who: Person, name: str, body: Any) -> str:
    return (await who.post(f"{story.path}/{name}", body, version=story.version)).text


async def test_neither_candidates_nor_refusals_nor_filters_tell_where_a_sealed_task_leads(
    story: Story,
) -> None:
    cast = story.cast
    await story.requested(divisions=[CIXI], division=YUYAO)
    await story.step(cast.cixi_center, "seal")
    order = story.order(*cast.cixi_officers)
    period = {name: order[name] for name in ("starts_at", "ends_at")}
    for reader, code, known in (
        (cast.cixi_center, "nobody_of_the_place", True),
        (cast.cixi_head, "envelope_forbids", False),
    ):
        shown = await reader.get(f"{story.path}/candidates", params=period)
        assert (YUYAO in {each["division"] for each in shown.json()}) is known
        answer = await reader.post(f"{story.path}/dispatch", order, version=story.version)
        assert (answer.status_code, answer.json()["code"]) == (409, code)
        assert (YUYAO in answer.text) is known
        of_complaints = {"origin_kind": "escalation", "limit": 200}
        listed = (await reader.get("/tasks", params=of_complaints)).json()["items"]
        assert (story.task["id"] in {each["id"] for each in listed}) is known


async def test_the_city_sends_its_own_officers_into_a_county_of_its_territory(
    stack: Stack, story: Story
) -> None:
    """行政处罚法 art. 22, 23: the city's bureau is one of the place."""
    cast = story.cast
    await story.requested(divisions=[NINGBO], division=YUYAO)
    head = await stack.a_person("宁波负责人", (Role.DEPARTMENT_HEAD, NINGBO))
    officers = [await stack.a_person(name, (Role.OFFICER, NINGBO)) for name in ("甬甲", "甬乙")]
    hired = await _hire(head, NINGBO, dict(zip(("甬甲", "甬乙"), officers, strict=True)))
    order = story.order(*cast.yuyao_officers[:2]) | {
        "officer_ids": [*hired.values()],
        "leader_id": next(iter(hired.values())),
    }
    nowhere = {"division": "330299", "reason": "移交"}
    unknown = await cast.city_center.post(f"{story.path}/hand-over", nowhere, version=story.version)
    assert (unknown.status_code, unknown.json()["code"]) == (422, "unknown_division")
    assert unknown.json()["errors"][0]["pointer"] == "/division"
    task = await story.step(cast.city_center, "dispatch", order)
    assert {each["division"] for each in task["team"]["members"]} == {NINGBO}


async def test_a_crossing_task_is_handed_to_who_is_above_the_place(story: Story) -> None:
    cast = story.cast
    await story.requested()
    await story.stack.sql(
        "UPDATE task SET methods = ARRAY['cross'] WHERE id = $1", story.task["id"]
    )
    order = story.order(cast.cixi_officers[0], cast.cixi_officers[1])
    assert await refused(story, cast.cixi_center, "dispatch", order) == (409, "crossing_from_below")
    upwards = {"division": NINGBO, "reason": "交叉执法由市级组织"}
    assert await refused(story, cast.cixi_center, "hand-over", upwards) == (
        409,
        "outside_territory",
    )
    assert await refused(story, cast.yuyao_head, "hand-over", upwards) == (403, "forbidden")
    await story.step(cast.city_center, "hand-over", upwards | {"stays": True})
    assert (story.task["division"], story.task["parties"]) == (NINGBO, [NINGBO, CIXI, YUYAO])
    await story.step(cast.city_center, "dispatch", order)
    assert {each["division"] for each in story.task["team"]["members"]} == {CIXI}
    # Back to a party, by who sees it no more afterwards.
    other = await Story(story.stack, cast, story.starts_at).requested(divisions=[CIXI, YUYAO])
    away = await cast.cixi_center.post(
        f"{other.path}/hand-over",
        {"division": YUYAO, "reason": "属地办理"},
        version=other.version,
    )
    assert away.status_code == 200, away.text
    assert away.json()["division"] == YUYAO
    assert (await cast.cixi_center.get(other.path)).status_code == 404
    assert (await cast.yuyao_head.get(other.path)).json()["actions"][0] == "dispatch"


async def test_a_team_that_does_not_answer_is_told_of_above(stack: Stack, story: Story) -> None:
    cast = story.cast
    await story.requested()
    await story.step(
        cast.cixi_center, "dispatch", story.order(cast.cixi_officers[0], cast.yuyao_officers[0])
    )
    late = datetime.fromisoformat(story.task["answer_due_at"])

    async def told() -> str | None:
        value: str | None = (await cast.city_center.get(story.path)).json()["raised_to"]
        return value

    assert await told() is None
    await stack.set_clock(late + timedelta(minutes=1))

    async def first() -> bool:
        return await told() == CIXI

    await eventually(first)
    await stack.set_clock(late + timedelta(hours=25))

    async def then() -> bool:
        return await told() == NINGBO

    await eventually(then)
    listed = await cast.city_center.get("/tasks", params={"raised_to": NINGBO, "open": True})
    assert story.task["id"] in {each["id"] for each in listed.json()["items"]}
    steps = (await cast.city_center.get(f"{story.path}/steps")).json()
    assert [each["action"] for each in steps] == ["dispatch", "raise", "raise"]
    events = await stack.sql(
        "SELECT data ->> 'told' AS told FROM outbox_event WHERE topic = 'tasks.task.late.v1'"
        " AND key = $1 ORDER BY occurred_at",
        story.task["id"],
    )
    assert [each["told"] for each in events] == [CIXI, NINGBO]


async def test_the_worklist_is_filtered_and_the_complaint_stays_unknown(story: Story) -> None:
    cast = story.cast
    await story.accepted()
    seen = (await cast.city_center.get(story.path)).json()
    assert seen["origin_kind"] == "escalation"
    for who in (cast.cixi_officers[0], cast.yuyao_officers[0]):
        own = (await who.get(story.path)).json()
        assert (own["origin_kind"], own["origin_id"]) == (None, None)
        asked = await who.get("/tasks", params={"origin_kind": "escalation"})
        assert asked.status_code == 403
    for params, found in (
        ({"division": NINGBO}, True),
        ({"division": BEILUN}, False),
        ({"open": True, "state": "accepted"}, True),
        ({"open": False}, False),
        ({"due_before": seen["due_on"]}, False),
        ({"overdue": True}, False),
        ({"origin_kind": "escalation"}, True),
        ({"origin_kind": "operation"}, False),
    ):
        items = (await cast.city_center.get("/tasks", params=params | {"limit": 200})).json()
        ids = {each["id"] for each in items["items"]}
        assert (story.task["id"] in ids) is found, params
    assert seen["remaining"]["days"] > seen["remaining"]["working_days"] > 0
