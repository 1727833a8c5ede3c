"""Consultations: who is called sees them, who declined does not, and what becomes of measures."""

import asyncio
from datetime import datetime, timedelta
from typing import Any, Final

import pytest

from shared.auth.actor import Role
from shared.clock_rows.sweep import SWEEP_JOB
from shared.jobs import run_job
from tests.integration.regions.conftest import Person, Regions, desk, head
from tests.integration.regions.cooperation import At
from tests.integration.regions.test_helpers import FIRM, an_expert, expert

ZHEJIANG, ZHOUSHAN = "330000", "330900"
DINGHAI, PUTUO, DAISHAN = "330902", "330903", "330921"
CITY: Final = head(ZHOUSHAN)
TODAY: Final = datetime.fromisoformat("2026-03-10T10:00:00+08:00")
PROBLEM: Final = {
    "title": "船厂喷涂废气反复投诉",
    "division": DINGHAI,
    "media": ["air"],
    "place": "定海区某船厂",
    "facts": "两次整改后仍有投诉",
    "object_name": "示例船舶修造厂",
}
LAWYER: Final = {"kind": "lawyer", "organisation": "示例律师事务所", "person": "甲律师"}
DIAGNOSIS: Final = {
    "cause": "喷涂未在密闭空间进行",
    "legal_view": "违反大气污染防治法关于密闭作业的规定",
    "technical_view": "现有活性炭装置处理能力不足",
    "recommended": "限期改造喷涂车间",
}


def division(code: str) -> dict[str, Any]:
    return {"kind": "division", "division": code}


def calling(*invitees: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {
        "convener": ZHOUSHAN,
        "title": "废气扰民会诊",
        "regular": True,
        "starts_at": "2026-03-10T09:00:00+08:00",
        "place": "舟山市生态环境局",
        "problems": [PROBLEM],
        "invitees": list(invitees),
        **changes,
    }


async def convened(regions: Regions, *invitees: dict[str, Any], **changes: Any) -> dict[str, Any]:
    await regions.set_clock(TODAY)
    return await regions.done(CITY, "/consultations", calling(*invitees, **changes))


def own(item: dict[str, Any], **named: Any) -> dict[str, Any]:
    """The invited of whom this holds."""
    [(name, value)] = named.items()
    found: dict[str, Any] = next(each for each in item["invitees"] if each[name] == value)
    return found


async def act(
    regions: Regions, who: Person, item: dict[str, Any], step: str, body: dict[str, Any]
) -> dict[str, Any]:
    """A step on the consultation as the convener sees it now."""
    now = await seen(regions, CITY, item)
    return await regions.done(
        who, f"/consultations/{item['id']}/{step}", body, version=now["version"]
    )


async def seen(regions: Regions, who: Person, item: dict[str, Any]) -> dict[str, Any]:
    answer = await regions.get(who, f"/consultations/{item['id']}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def refused(
    regions: Regions, who: Person, item: dict[str, Any], step: str, body: dict[str, Any]
) -> str:
    now = await seen(regions, CITY, item)
    answer = await regions.post(
        who, f"/consultations/{item['id']}/{step}", body, version=now["version"]
    )
    assert answer.status_code >= 400, answer.text
    return str(answer.json()["code"])


async def held(regions: Regions, *invitees: dict[str, Any], **changes: Any) -> dict[str, Any]:
    item = await convened(regions, *invitees, **changes)
    noted = [{"invitee_id": each["id"], "attended": True} for each in item["invitees"]]
    return await act(regions, CITY, item, "hold", {"held_on": "2026-03-10", "attendance": noted})


async def ordered(regions: Regions, item: dict[str, Any], **changes: Any) -> dict[str, Any]:
    body = {
        "problem_id": item["problems"][0]["id"],
        "text": "改造喷涂车间",
        "responsible": DINGHAI,
        **changes,
    }
    found = await act(regions, CITY, item, "order-measure", body)
    measure: dict[str, Any] = found["measures"][-1]
    return measure


async def take(
    regions: Regions, who: Person, measure: dict[str, Any], step: str, body: dict[str, Any]
) -> dict[str, Any]:
    path = f"/consultations/{measure['consultation_id']}/measures/{measure['id']}/{step}"
    return await regions.done(who, path, body, version=measure["version"])


async def test_only_the_invited_see_it_and_who_declined_keeps_the_invitation(
    regions: Regions,
) -> None:
    item = await convened(regions, division(DINGHAI), division(PUTUO), LAWYER)
    for who in (head(DINGHAI), head(PUTUO)):
        assert (await seen(regions, who, item))["problems"][0]["matter"]["facts"]
    for stranger in (head(DAISHAN), head(ZHEJIANG), head("330200")):
        answer = await regions.get(stranger, f"/consultations/{item['id']}")
        assert answer.status_code == 404

    no = {"invitee_id": own(item, division=PUTUO)["id"], "answer": "declined"}
    assert await refused(regions, head(PUTUO), item, "answer", no) == "reason_missing"
    assert await refused(regions, head(DINGHAI), item, "answer", {**no, "text": "忙"}) == (
        "forbidden"
    )
    said = await act(regions, head(PUTUO), item, "answer", {**no, "text": "与我区无关"})
    assert (said["answer"], said["title"]) == ("declined", item["title"])

    assert (await regions.get(head(PUTUO), f"/consultations/{item['id']}")).status_code == 404
    listed = (await regions.get(head(PUTUO), "/consultations")).json()["items"]
    assert item["id"] not in {each["id"] for each in listed}
    answer = await regions.get(head(PUTUO), "/consultations/invitations", division=PUTUO)
    [kept] = [each for each in answer.json()["items"] if each["consultation_id"] == item["id"]]
    assert kept["problems"] == [PROBLEM["title"]]
    assert (kept["version"], kept["answer_text"]) == (None, "与我区无关")
    assert str(PROBLEM["facts"]) not in answer.text
    other = await regions.get(head(DAISHAN), "/consultations/invitations", division=PUTUO)
    assert other.json()["items"] == []

    again = await act(regions, CITY, item, "invite", {"invitees": [division(PUTUO)]})
    assert own(again, division=PUTUO)["answer"] == "pending"
    assert (await seen(regions, head(PUTUO), item))["state"] == "convened"


async def test_guests_speak_under_their_names_as_the_convener_writes_and_dissent_stands(
    regions: Regions,
) -> None:
    known = await an_expert(regions, ZHOUSHAN, conflicts=[], name="乙专家")
    called = {"kind": "expert", "expert_id": known["id"]}
    item = await convened(regions, division(DINGHAI), LAWYER, called)
    lawyer, adviser = own(item, kind="lawyer"), own(item, kind="expert")
    assert adviser["person"] == "乙专家"
    opinion = {"invitee_id": lawyer["id"], "answer": "sends_opinion", "text": "应先责令改正"}
    assert await refused(regions, head(DINGHAI), item, "answer", opinion) == "forbidden"
    told = await act(regions, CITY, item, "answer", opinion)
    assert told["answer_text"] == "应先责令改正"

    ids = {each["id"] for each in item["invitees"]}
    short = {
        "held_on": "2026-03-10",
        "attendance": [{"invitee_id": lawyer["id"], "attended": True}],
    }
    assert await refused(regions, CITY, item, "hold", short) == "bad_consultation"
    came = [{"invitee_id": each, "attended": each != lawyer["id"]} for each in sorted(ids)]
    item = await act(regions, CITY, item, "hold", {"held_on": "2026-03-10", "attendance": came})
    assert item["state"] == "held"

    problem = item["problems"][0]["id"]
    item = await act(regions, CITY, item, "diagnose", {"problem_id": problem, **DIAGNOSIS})
    other = {"problem_id": problem, "invitee_id": adviser["id"], "text": "改造不如搬迁"}
    assert await refused(regions, head(DINGHAI), item, "dissent", other) == "forbidden"
    item = await act(regions, CITY, item, "dissent", other)
    mine = {**other, "invitee_id": own(item, division=DINGHAI)["id"], "text": "期限过短"}
    item = await act(regions, head(DINGHAI), item, "dissent", mine)
    [found] = item["problems"]
    assert [each["name"] for each in found["dissents"]] == ["乙专家", DINGHAI]
    assert found["cause"] == DIAGNOSIS["cause"]


async def test_an_expert_with_an_interest_in_the_object_recuses(regions: Regions) -> None:
    known = await an_expert(regions, ZHOUSHAN)
    called = {"kind": "expert", "expert_id": known["id"]}
    problem = {**PROBLEM, "object_code": FIRM}
    answer = await regions.post(CITY, "/consultations", calling(called, problems=[problem]))
    assert answer.json()["code"] == "expert_recused"
    ended = {"problems": [PROBLEM], "invitees": [called]}
    assert (await regions.post(CITY, "/consultations", calling(**ended))).status_code == 201


async def test_who_advised_was_engaged_on_the_day_and_has_no_interest_by_now(
    regions: Regions,
) -> None:
    engaged = await an_expert(regions, ZHOUSHAN, conflicts=[])
    writes = await an_expert(regions, ZHOUSHAN, conflicts=[])
    item = await convened(
        regions, *({"kind": "expert", "expert_id": each["id"]} for each in (engaged, writes))
    )
    came, wrote = (own(item, expert_id=each["id"])["id"] for each in (engaged, writes))
    opinion = {"invitee_id": wrote, "answer": "sends_opinion", "text": "建议密闭喷涂"}
    await act(regions, CITY, item, "answer", opinion)
    # The term of one ends the day after; the other declares an interest before it is noted down.
    last = {"last_day": "2026-03-10", "reason": "聘期届满"}
    await regions.done(CITY, f"/experts/{engaged['id']}/end", last, version=engaged["version"])
    await regions.set_clock(TODAY + timedelta(days=1))
    interest = [{"object_name": PROBLEM["object_name"], "relation": "顾问"}]
    path = f"/experts/{writes['id']}/amend"
    known = {**expert(conflicts=interest), "reason": "本人申报"}
    await regions.done(CITY, path, known, version=writes["version"])
    body = {
        "held_on": "2026-03-10",
        "attendance": [
            {"invitee_id": came, "attended": True},
            {"invitee_id": wrote, "attended": False},
        ],
    }

    assert await refused(regions, CITY, item, "hold", body) == "expert_recused"
    await act(
        regions, CITY, item, "answer", opinion | {"answer": "declined", "text": "与对象有利害关系"}
    )
    body["attendance"] = body["attendance"][:1]
    item = await act(regions, CITY, item, "hold", body)
    assert item["state"] == "held"


async def test_a_measure_is_confirmed_reported_sent_back_closed_and_late_ones_show(
    regions: Regions,
) -> None:
    item = await held(regions, division(DINGHAI), division(PUTUO))
    problem = item["problems"][0]["id"]
    assert await refused(regions, CITY, item, "close", {}) == "not_diagnosed"
    await act(regions, CITY, item, "diagnose", {"problem_id": problem, **DIAGNOSIS})
    assert await refused(
        regions,
        CITY,
        item,
        "order-measure",
        {"problem_id": problem, "text": "x", "responsible": DAISHAN},
    ) == ("not_a_party")
    dated = await ordered(regions, item, due_on="2026-03-12")
    counted = await ordered(regions, item, responsible=PUTUO)
    assert dated["due_at"].startswith("2026-03-12T16:00") or "2026-03-13T00:00" in dated["due_at"]
    assert counted["due_at"] > "2026-04-07"  # twenty working days

    path = f"/consultations/{item['id']}/measures/{dated['id']}/confirm"
    assert (await regions.post(head(DINGHAI), path, {})).status_code == 428
    assert (await regions.post(head(PUTUO), path, {}, version=dated["version"])).status_code == 403
    dated = await take(regions, head(DINGHAI), dated, "confirm", {})
    stale = await regions.post(head(DINGHAI), path, {}, version=dated["version"] - 1)
    assert stale.status_code == 412

    at = At(datetime.fromisoformat("2026-03-17T08:00:00+08:00"))
    await regions.set_clock(await at.now())
    await run_job(regions.database, at, SWEEP_JOB)
    fired = await regions.events("regions.clock.fired.v1", dated["id"])
    assert {each["rung"] for each in fired} >= {"warn", "breach"}
    late = (await regions.get(CITY, "/consultations/measures", overdue=True)).json()["items"]
    assert [each["id"] for each in late if each["consultation_id"] == item["id"]] == [dated["id"]]

    officer = Person(Role.OFFICER, DINGHAI)
    dated = await take(regions, officer, dated, "progress", {"progress": "已购设备"})
    dated = await take(regions, officer, dated, "report", {"proof": "验收照片"})
    assert dated["overdue"]
    dated = await take(regions, CITY, dated, "send-back", {"reason": "缺监测报告"})
    assert dated["state"] == "under_way"
    dated = await take(regions, officer, dated, "report", {"proof": "验收照片和监测报告"})
    assert await refused(regions, CITY, item, "close", {}) == "measures_open"
    dated = await take(regions, desk(ZHOUSHAN), dated, "close", {})
    counted = await take(regions, CITY, counted, "drop", {"reason": "已并入另一措施"})
    assert (dated["state"], counted["state"]) == ("done", "dropped")

    closed = await act(regions, CITY, item, "close", {})
    assert (closed["state"], closed["actions"]) == ("closed", ["look_back"])
    looked = {"problem_id": problem, "solved": True, "text": "三个月无投诉"}
    assert (await act(regions, CITY, item, "look-back", looked))["problems"][0]["solved"]
    assert closed["steps"][-1]["action"] == "close"


async def test_two_that_close_one_measure_at_once_are_one(regions: Regions) -> None:
    item = await held(regions, division(DINGHAI))
    measure = await ordered(regions, item)
    measure = await take(regions, head(DINGHAI), measure, "confirm", {})
    measure = await take(regions, head(DINGHAI), measure, "report", {"proof": "照片"})
    path = f"/consultations/{item['id']}/measures/{measure['id']}/close"
    both = await asyncio.gather(
        *(regions.post(CITY, path, {}, version=measure["version"]) for _ in range(2))
    )
    assert sorted(each.status_code for each in both) == [200, 412]
    again = await regions.post(CITY, path, {}, version=measure["version"], key="k" * 32)
    assert again.status_code == 412


async def test_the_rhythm_tells_superiors_the_day_and_nothing_more(regions: Regions) -> None:
    await regions.set_clock(datetime.fromisoformat("2026-03-18T10:00:00+08:00"))
    convener = "330400"
    asked = {"division": convener}
    before = (await regions.get(head(convener), "/consultations/rhythm", **asked)).json()
    assert (before["last_held_on"], before["is_due"], before["months"]) == (None, True, 3)

    body = calling({"kind": "police", "organisation": "示例市公安局"}, convener=convener)
    item = await regions.done(head(convener), "/consultations", body)
    noted = [{"invitee_id": item["invitees"][0]["id"], "attended": True}]
    early = await regions.post(
        head(convener),
        f"/consultations/{item['id']}/hold",
        {"held_on": "2026-03-19", "attendance": noted},
        version=item["version"],
    )
    assert early.json()["code"] == "bad_consultation"
    await regions.done(
        head(convener),
        f"/consultations/{item['id']}/hold",
        {"held_on": "2026-03-18", "attendance": noted},
        version=item["version"],
    )
    after = (await regions.get(head(ZHEJIANG), "/consultations/rhythm", **asked)).json()
    assert (after["last_held_on"], after["due_on"]) == ("2026-03-18", "2026-06-18")
    assert not after["is_due"]
    assert (await regions.get(CITY, "/consultations/rhythm", **asked)).status_code == 403


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"convener": ZHEJIANG}, "forbidden"),
        ({"invitees": [division(ZHOUSHAN)]}, "bad_consultation"),
        ({"invitees": [division(DINGHAI), division(DINGHAI)]}, "bad_consultation"),
        ({"invitees": [{"kind": "lawyer"}]}, "bad_consultation"),
        ({"invitees": [division("330999")]}, "unknown_division"),
    ],
)
async def test_who_calls_and_who_is_called_is_checked(
    regions: Regions, changes: dict[str, Any], code: str
) -> None:
    answer = await regions.post(CITY, "/consultations", calling(division(DINGHAI), **changes))
    assert answer.json()["code"] == code, answer.text
