"""The register over HTTP: validity in time, sites, doubles, who sees what, grades, lists, files."""

import asyncio
import json
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from shared.auth.actor import Role
from tests.factories.firms import a_firm, any_code, listed_firms
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
from tests.support.offices import csv_of

CHENGDU = "510100"
SCORES = {"credit": 20, "risk": 20, "concern": 20, "harm": 20}


@pytest.fixture
async def today(story: Story) -> date:
    return (story.starts_at - timedelta(hours=12)).date()


@pytest.fixture(scope="session")
async def city_head(stack: Stack) -> Person:
    return await stack.a_person("宁波负责人", (Role.DEPARTMENT_HEAD, NINGBO))


@pytest.fixture(scope="session")
async def stranger(stack: Stack) -> Person:
    return await stack.a_person("成都负责人", (Role.DEPARTMENT_HEAD, CHENGDU))


async def registered(who: Person, division: str = YUYAO, **changes: Any) -> dict[str, Any]:
    answer = await who.post("/enterprises", a_firm(division, **changes))
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    assert answer.headers["etag"] == f'"{found["version"]}"'
    return found


async def act(who: Person, item: dict[str, Any], step: str, body: Any) -> dict[str, Any]:
    answer = await try_(who, item, step, body)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def try_(who: Person, item: dict[str, Any], step: str, body: Any) -> httpx.Response:
    return await who.post(f"/enterprises/{item['id']}/{step}", body, version=item["version"])


def facts_of(item: dict[str, Any], **changes: Any) -> dict[str, Any]:
    names = ("name", "kind", "credit_code", "division", "address", "industry", "flags")
    return {name: item[name] for name in names} | {"reason": "变更"} | changes


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def scored(**changes: int) -> dict[str, Any]:
    whole = SCORES | changes
    return {"elements": [{"code": c, "score": s, "basis": "依据"} for c, s in whole.items()]}


async def test_what_an_object_was_on_a_day_stays_known(cast: Cast, today: date) -> None:
    head = cast.yuyao_head
    since = today - timedelta(days=100)
    firm = await registered(head, since=since.isoformat(), name="示例老名电镀有限公司")
    renamed_on = today - timedelta(days=10)
    amended = facts_of(firm, name="示例新名有限公司", effective_on=renamed_on.isoformat())

    stale = await head.post(f"/enterprises/{firm['id']}/amend", amended, version=0)
    unsaid = await head.post(f"/enterprises/{firm['id']}/amend", amended)
    firm = await act(head, firm, "amend", amended)
    early = await try_(
        head, firm, "amend", facts_of(firm, effective_on=(renamed_on - timedelta(1)).isoformat())
    )

    assert (stale.status_code, unsaid.status_code) == (412, 428)
    assert code(early) == (422, "effective_day")
    for day, name in ((since, "示例老名电镀有限公司"), (today, "示例新名有限公司")):
        was = await head.get(f"/enterprises/{firm['id']}/as-of", params={"day": str(day)})
        assert was.json()["name"] == name
    unborn = await head.get(
        f"/enterprises/{firm['id']}/as-of", params={"day": str(since - timedelta(1))}
    )
    assert unborn.status_code == 404
    changes = (await head.get(f"/enterprises/{firm['id']}/changes")).json()["items"]
    assert [each["act"] for each in changes] == ["register", "amend"]
    with pytest.raises(Exception, match="never changed"):
        await head.stack.sql("UPDATE enterprise_change SET reason = ''")


async def test_a_wrong_object_is_refused_with_the_place_of_the_fault(cast: Cast) -> None:
    head = cast.yuyao_head
    for changes, wrong in (
        ({"credit_code": any_code()[:-1] + "0"}, "bad_credit_code"),
        ({"credit_code": None}, "code_mismatch"),
        ({"industry": "D3360"}, "bad_industry"),
        ({"division": "330299"}, "forbidden"),
    ):
        answer = await head.post("/enterprises", a_firm(**changes))
        assert answer.json()["code"] == wrong, answer.text
    elsewhere = await head.post("/enterprises", a_firm(CIXI))
    assert code(elsewhere) == (403, "forbidden")


async def test_sites_of_a_legal_person_are_told_apart_over_all_divisions(
    cast: Cast, city_head: Person, stranger: Person
) -> None:
    shared_code = any_code()
    first = await registered(cast.yuyao_head, credit_code=shared_code)
    again = await cast.yuyao_head.post("/enterprises", a_firm(credit_code=shared_code))
    second = await registered(cast.yuyao_head, credit_code=shared_code, another_site=True)
    third = await registered(cast.cixi_head, CIXI, credit_code=shared_code)

    assert code(again) == (409, "already_registered")
    assert [each["site_number"] for each in (first, second, third)] == [1, 2, 3]
    assert third["code"] == f"{shared_code}-3"
    related = (await cast.cixi_head.get(f"/enterprises/{third['id']}/related")).json()
    assert [each["id"] for each in related["sites"]] == [None, None, third["id"]]
    assert [each["division"] for each in related["sites"]] == [YUYAO, YUYAO, CIXI]
    whole = (await city_head.get(f"/enterprises/{third['id']}/related")).json()
    assert [each["id"] for each in whole["sites"]] == [first["id"], second["id"], third["id"]]
    assert (await stranger.get(f"/enterprises/{first['id']}")).status_code == 404
    assert (await cast.cixi_head.get(f"/enterprises/{first['id']}")).status_code == 404


async def test_two_at_once_register_one_site(cast: Cast) -> None:
    firm = a_firm()
    answers = await asyncio.gather(*(cast.yuyao_head.post("/enterprises", firm) for _ in range(4)))
    assert sorted(each.status_code for each in answers) == [201, 409, 409, 409]


async def test_who_has_no_credit_code_gets_one_of_ours(cast: Cast, today: date) -> None:
    shop: dict[str, Any] = {"kind": "scattered", "credit_code": None, "industry": "C2110"}
    first = await registered(cast.yuyao_head, **shop)
    second = await registered(cast.yuyao_head, **shop)
    twin = await cast.yuyao_head.post(
        "/enterprises", a_firm(**shop, name=first["name"], address=first["address"])
    )

    assert first["code"].startswith(f"{YUYAO}-W-{today.year}-")
    assert int(second["code"][-4:]) == int(first["code"][-4:]) + 1
    assert code(twin) == (409, "already_registered")
    found = await cast.yuyao_head.get("/enterprises", params={"code": first["code"]})
    assert [each["id"] for each in found.json()["items"]] == [first["id"]]


async def test_moving_takes_the_history_along(cast: Cast, city_head: Person) -> None:
    firm = await registered(cast.yuyao_head)
    moved = facts_of(firm, division=CIXI, reason="搬迁")
    alone = await try_(cast.yuyao_head, firm, "amend", moved)

    firm = await act(city_head, firm, "amend", moved)

    assert code(alone) == (403, "forbidden")
    assert (await cast.yuyao_head.get(f"/enterprises/{firm['id']}")).status_code == 404
    changes = await cast.cixi_head.get(f"/enterprises/{firm['id']}/changes")
    assert [each["division"] for each in changes.json()["items"]] == [YUYAO, CIXI]


async def test_an_object_is_found_by_all_that_is_known_of_it(cast: Cast, today: date) -> None:
    mark = uuid4().hex[:6]
    head = cast.yuyao_head
    parent = await registered(head, name=f"示例{mark}集团有限公司", industry="D4620")
    firm = await registered(
        head,
        name=f"示例{mark}(电镀)有限公司",
        flags=["state_controlled", "key_water"],
        parent_id=parent["id"],
        address=parent["address"],
    )
    firm = await act(head, firm, "grade", scored(risk=100, harm=100))

    async def ids(**params: str) -> list[str]:
        answer = await head.get("/enterprises", params={"name": mark} | params)
        assert answer.status_code == 200, answer.text
        return [each["id"] for each in answer.json()["items"]]

    assert await ids() == [parent["id"], firm["id"]]
    assert await ids(name=f"{mark}(电镀)") == [firm["id"]]
    assert await ids(code=firm["credit_code"]) == [firm["id"]]
    assert await ids(industry="C33") == [firm["id"]]
    assert await ids(flag="key_water") == [firm["id"]]
    assert await ids(grade="red") == [firm["id"]]
    assert await ids(division=NINGBO) == [parent["id"], firm["id"]]
    assert await ids(division=BEILUN) == []
    assert await ids(name="%") == []
    assert await ids(due_by=(today + timedelta(days=30)).isoformat()) == [firm["id"]]
    related = (await head.get(f"/enterprises/{firm['id']}/related")).json()
    assert related["parent"]["id"] == parent["id"]
    assert [each["id"] for each in related["same_address"]] == [parent["id"]]
    circle = await try_(head, parent, "amend", facts_of(parent, parent_id=firm["id"]))
    assert code(circle) == (422, "parent_circle")


async def test_a_closed_object_is_planned_for_no_more_and_can_come_back(cast: Cast) -> None:
    head, officer = cast.yuyao_head, cast.yuyao_officers[0]
    firm, heir = await registered(head), await registered(head)
    closing = {"ground": "restructured", "reason": "重组"}
    assert code(await try_(head, firm, "close", closing)) == (422, "successor_mismatch")
    assert code(await try_(officer, firm, "close", closing)) == (403, "forbidden")

    firm = await act(head, firm, "close", closing | {"successor_id": heir["id"]})

    assert firm["closing"]["successor_id"] == heir["id"]
    assert firm["actions"] == ["reopen", "merge"]
    assert code(await try_(head, firm, "amend", facts_of(firm))) == (409, "illegal_step")
    firm = await act(head, firm, "reopen", {"reason": "恢复生产"})
    assert (firm["status"], firm["closing"]) == ("operating", None)


async def test_a_grade_is_scored_with_reasons_and_set_by_hand_until_a_day(
    stack: Stack, cast: Cast, today: date
) -> None:
    head, officer = cast.yuyao_head, cast.yuyao_officers[0]
    firm = await registered(head, flags=["state_controlled"])
    missing = {"elements": scored()["elements"][1:]}
    assert code(await try_(officer, firm, "grade", missing)) == (422, "wrong_elements")

    firm = await act(officer, firm, "grade", scored(risk=40, harm=40))
    assert (firm["grade"], firm["graded_on"]) == ("yellow", today.isoformat())
    over = {"grade": "green", "until": (today + timedelta(2)).isoformat(), "reason": "已完成整治"}
    assert code(await try_(officer, firm, "override-grade", over)) == (403, "forbidden")
    past = over | {"until": (today - timedelta(1)).isoformat()}
    assert code(await try_(head, firm, "override-grade", past)) == (422, "override_day")
    firm = await act(head, firm, "override-grade", over)
    again = await act(officer, firm, "grade", scored(risk=100, harm=100, credit=100))
    assert again["grade"] == "green"

    await stack.set_clock((await _now(stack)) + timedelta(days=3))

    async def over_now() -> bool:
        seen = (await head.get(f"/enterprises/{firm['id']}")).json()
        return bool(seen["grade"] == "red" and seen["override_until"] is None)

    await eventually(over_now)
    lines = (await head.get(f"/enterprises/{firm['id']}/grades")).json()["items"]
    assert [each["grade"] for each in lines] == ["red", "red", "green", "yellow"]
    assert lines[3]["score"] == "45.00"
    assert lines[3]["reasons"][-1] == {
        "code": "listing",
        "listed_as": "state_controlled",
        "points": "15",
    }
    assert lines[2]["reason"] == "已完成整治"


async def _now(stack: Stack) -> Any:
    [row] = await stack.sql("SELECT now FROM clock.simulated")
    return row["now"]


async def test_a_positive_list_is_loaded_from_a_file_and_a_violation_ends_the_place_on_it(
    cast: Cast, city_head: Person, stranger: Person, today: date
) -> None:
    number = f"示例环发〔{uuid4().hex[:4]}〕1号"
    body = {
        "division": NINGBO,
        "document": number,
        "title": "监督执法正面清单",
        "published_on": today.isoformat(),
        "valid_from": today.isoformat(),
    }
    assert code(await cast.yuyao_head.post("/positive-lists", body)) == (403, "forbidden")
    made = await city_head.post("/positive-lists", body)
    assert made.status_code == 201, made.text
    path = f"/positive-lists/{made.json()['id']}"
    rows = [*listed_firms(YUYAO, CIXI, run=uuid4().int % 100_000)][:60]
    bad = [
        rows[0] | {"credit_code": "91330281MA2AAAA000"},
        rows[1] | {"industry": "X99"},
        rows[2] | {"division": "510104", "credit_code": any_code("510104")},
    ]
    content = csv_of([*rows, *bad])
    asked = {"format": "csv", "division": NINGBO, "positive_list_id": made.json()["id"]}

    sent = await city_head.post("/tasks-imports", content=content, params=asked)
    assert sent.status_code == 202, sent.text
    import_path = f"/tasks-imports/{sent.json()['id']}"

    async def done() -> bool:
        return (await city_head.get(import_path)).json()["finished_at"] is not None

    await eventually(done)
    results = (await city_head.get(import_path)).json()["results"]
    assert results == {
        "waiting": 0,
        "registered": 60,
        "amended": 0,
        "unchanged": 0,
        "refused": 3,
    }
    refused = await city_head.get(f"{import_path}/rows", params={"result": "refused"})
    assert [
        (each["number"], each["problem"]["code"], each["problem"]["pointer"])
        for each in refused.json()["items"]
    ] == [
        (61, "bad_credit_code", "/credit_code"),
        (62, "string_pattern_mismatch", "/industry"),
        (63, "unknown_division", "/division"),
    ]
    twice = await city_head.post("/tasks-imports", content=content, params=asked)
    assert twice.json()["id"] == sent.json()["id"]
    other = csv_of([rows[0] | {"address": "示例新址1号"}, *rows[1:3]])
    resent = await city_head.post("/tasks-imports", content=other, params=asked)
    import_path = f"/tasks-imports/{resent.json()['id']}"
    await eventually(done)
    results = (await city_head.get(import_path)).json()["results"]
    assert (results["amended"], results["unchanged"], results["refused"]) == (1, 2, 0)

    listed = (await stranger.get(path)).json()
    assert (listed["listed"], listed["off_site"]) == (60, 60)
    assert (await stranger.get(f"{path}/entries")).json()["items"] == []
    entries = (await cast.yuyao_head.get(f"{path}/entries")).json()["items"]
    assert {each["division"] for each in entries} == {YUYAO}
    leaving = {
        "enterprise_id": entries[0]["enterprise_id"],
        "ground": "violation",
        "reason": "超标",
    }
    version = (await city_head.get(path)).json()["version"]
    refused_it = await cast.yuyao_head.post(f"{path}/remove", leaving, version=version)
    assert code(refused_it) == (403, "forbidden")
    left = await city_head.post(f"{path}/remove", leaving, version=version)
    assert (left.status_code, left.json()["listed"]) == (200, 59)
    firm = (await cast.yuyao_head.get(f"/enterprises/{leaving['enterprise_id']}")).json()
    assert firm["positive_list"] is None
    on_it = await cast.yuyao_head.get("/enterprises", params={"category": entries[1]["category"]})
    assert entries[1]["enterprise_id"] in [each["id"] for each in on_it.json()["items"]]


async def test_json_lines_leave_what_they_do_not_name_and_say_what_cannot_be_read(
    cast: Cast,
) -> None:
    head = cast.yuyao_head
    known = a_firm(flags=["key_air"], permit={"number": "XK-1", "kind": "key"})
    firm = (await head.post("/enterprises", known)).json()
    del known["flags"], known["permit"]
    shop = a_firm(kind="scattered", credit_code=None)
    lines = [
        json.dumps(known | {"address": "示例新址"}),
        json.dumps(shop),
        json.dumps(shop),
        json.dumps(known | {"site_number": 7}),
        '{"name": "',
        json.dumps(a_firm() | {"surprise": 1}),
    ]
    asked = {"format": "jsonl", "division": YUYAO}
    content = "\n".join(lines).encode()
    officer = cast.yuyao_officers[0]
    assert (await officer.post("/tasks-imports", content=content, params=asked)).status_code == 403
    empty = await head.post("/tasks-imports", content=b"\xff", params=asked)
    assert code(empty) == (422, "unreadable_file")
    sent = await head.post("/tasks-imports", content=content, params=asked)
    assert sent.status_code == 202, sent.text
    path = f"/tasks-imports/{sent.json()['id']}"

    async def done() -> bool:
        return (await head.get(path)).json()["finished_at"] is not None

    await eventually(done)
    rows = (await head.get(f"{path}/rows")).json()["items"]
    assert [each["result"] for each in rows] == [
        "amended",
        "registered",
        "unchanged",
        "refused",
        "refused",
        "refused",
    ]
    assert [each["problem"]["code"] for each in rows[3:]] == [
        "site_mismatch",
        "malformed_row",
        "extra_forbidden",
    ]
    assert "surprise" not in str(rows)
    seen = (await head.get(f"/enterprises/{firm['id']}")).json()
    assert (seen["address"], seen["flags"], seen["permit"]["number"]) == (
        "示例新址",
        ["key_air"],
        "XK-1",
    )
    assert (await cast.cixi_head.get(path)).status_code == 404

    # As after a restore of the day before: what was done is done again and changes nothing.
    await head.stack.sql(
        "UPDATE file_import_row SET result = 'waiting', enterprise_id = NULL"
        " WHERE import_id = $1 AND result <> 'refused'",
        sent.json()["id"],
    )
    await head.stack.sql(
        "UPDATE file_import SET finished_at = NULL WHERE id = $1", sent.json()["id"]
    )
    await eventually(done)
    results = (await head.get(path)).json()["results"]
    assert (results["unchanged"], results["refused"], results["waiting"]) == (3, 3, 0)


async def test_the_file_of_an_object_has_its_tasks_by_code_and_by_name(
    cast: Cast, story: Story, city_head: Person
) -> None:
    shared_code = any_code()
    later = await story.requested(object_code=shared_code)
    assert later.task["enterprise_id"] is None
    firm = await registered(cast.yuyao_head, credit_code=shared_code)
    known = await story.requested(object_code=shared_code)
    assert known.task["enterprise_id"] == firm["id"]
    unnamed = (await story.requested()).task
    named = await cast.cixi_center.post(
        f"/tasks/{unnamed['id']}/name-object",
        {"enterprise_id": firm["id"]},
        version=unnamed["version"],
    )
    # Cixi is a party of the task, but does not see Yuyao's firm.
    assert named.status_code == 404, named.text
    named = await city_head.post(
        f"/tasks/{unnamed['id']}/name-object",
        {"enterprise_id": firm["id"]},
        version=unnamed["version"],
    )
    assert named.status_code == 200, named.text

    path = f"/enterprises/{firm['id']}/file"
    page = (await cast.yuyao_head.get(path, params={"limit": 2})).json()
    rest = (await cast.yuyao_head.get(path, params={"limit": 2, "cursor": page["next"]})).json()
    assert [each["kind"] for each in page["items"] + rest["items"]] == ["task"] * 3
    assert (await cast.cixi_head.get(path)).status_code == 404
