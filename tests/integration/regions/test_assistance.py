"""Assistance requests and hand-overs: each side acts in its own name, and time settles the rest."""

import asyncio
from datetime import date, datetime
from typing import Any, Final
from uuid import uuid4

import pytest

from ops.bootstrap import Databases
from services.regions.assistance import queries
from services.regions.tables import OPEN_WORK
from shared.auth.actor import Role
from shared.db.session import SYSTEM
from shared.succession.lineage import Succession
from shared.succession.migration import moving
from shared.succession.rows import keep
from tests.integration.regions.conftest import (
    BEILUN,
    CIXI,
    JIAXING,
    NINGBO,
    YUYAO,
    Person,
    Regions,
    desk,
    head,
)
from tests.integration.regions.letters import (
    JIANGSU,
    JIASHAN,
    WUJIANG,
    ZHEJIANG,
    Desk,
    a_handover,
    a_request,
    report,
    sha256,
)

REVIEWER: Final = Role.LEGAL_REVIEWER
WHY: Final = {"reason": "情况说明"}
DONE: Final = {"text": "已采样", "outcome": "done"}


@pytest.fixture
def office(regions: Regions, databases: Databases) -> Desk:
    return Desk(regions, databases)


async def sent_request(office: Desk, sender: str, receiver: str, **changes: Any) -> str:
    made = await office.send(
        head(sender), "/assistance-requests", a_request(sender, receiver, **changes)
    )
    return f"/assistance-requests/{made['id']}"


async def sent_handover(office: Desk, sender: str, receiver: str, **changes: Any) -> str:
    made = await office.send(head(sender), "/handovers", a_handover(sender, receiver, **changes))
    return f"/handovers/{made['id']}"


async def replied(office: Desk, path: str, receiver: str, **reply: Any) -> dict[str, Any]:
    await office.act(head(receiver), path, "acknowledge")
    await office.act(head(receiver), path, "begin", {"measures": "已派员到场"})
    return await office.act(head(receiver), path, "reply", {**DONE, **reply})


def due(letter: dict[str, Any]) -> dict[str, str]:
    return {each["kind"]: each["due_on"] for each in letter["clocks"] if each["state"] == "running"}


# The course of a request.


async def test_a_request_is_numbered_sent_done_and_accepted(office: Desk) -> None:
    path = await sent_request(office, YUYAO, CIXI, urgent=True)
    sent = await office.read(head(CIXI), path)
    assert sent["number"].startswith(f"{YUYAO}-XC-2026-")
    assert (sent["state"], sent["legal_basis"]) == ("sent", "行政处罚法第二十六条")
    assert sent["common_superior"] == "3302"
    assert set(sent["actions"]) == {"acknowledge", "object"}
    assert set((await office.read(head(YUYAO), path))["actions"]) == {"withdraw"}
    assert set(due(sent)) == {"acknowledge", "objection", "measures", "reply"}

    answer = await replied(
        office, path, CIXI, evidence=[report()], receiver_case_id="慈环〔2026〕1号"
    )
    assert (answer["state"], answer["answered"]) == ("replied", True)
    assert due(answer) == {}
    closed = await office.act(desk(YUYAO), path, "accept")

    assert closed["state"] == "accepted_by_sender"
    assert closed["receiver_case_id"] == "慈环〔2026〕1号"
    assert [each["action"] for each in closed["steps"]] == [
        "send",
        "acknowledge",
        "begin",
        "reply",
        "accept",
    ]
    assert {each["state"] for each in closed["clocks"]} == {"met", "dropped"}


async def test_numbers_run_without_gaps_however_many_send_at_once(office: Desk) -> None:
    bodies = [a_request(BEILUN, CIXI) for _ in range(6)]
    refused = {**a_request(BEILUN, CIXI), "receiver": "330299"}
    answers = await asyncio.gather(
        *(office.regions.post(head(BEILUN), "/assistance-requests", each) for each in bodies),
        office.regions.post(head(BEILUN), "/assistance-requests", refused),
    )
    numbers = sorted(each.json()["number"] for each in answers if each.status_code == 201)
    assert numbers == [f"{BEILUN}-XC-2026-{serial:05d}" for serial in range(1, 7)]


async def test_a_retry_sends_one_letter(office: Desk) -> None:
    who, key, body = head(JIASHAN), uuid4().hex, a_request(JIASHAN, JIAXING)
    first = await office.regions.post(who, "/assistance-requests", body, key=key)
    again = await office.regions.post(who, "/assistance-requests", body, key=key)
    assert (first.status_code, again.json()["id"]) == (201, first.json()["id"])


async def test_nobody_else_sees_it_and_each_side_does_its_own(office: Desk) -> None:
    path = await sent_request(office, YUYAO, CIXI)
    for stranger in (head(BEILUN), desk(JIAXING), Person(Role.OFFICER, WUJIANG)):
        assert (await office.regions.get(stranger, path)).status_code == 404
        listed = (await office.regions.get(stranger, "/assistance-requests", limit=200)).json()
        assert path.rpartition("/")[2] not in {each["id"] for each in listed["items"]}
        assert (await office.attempt(stranger, path, "acknowledge")).status_code in {403, 404}
    # One side does not act for the other, and a superior for neither.
    assert await office.refused(head(YUYAO), path, "acknowledge") == (403, "forbidden")
    assert await office.refused(head(NINGBO), path, "acknowledge") == (403, "forbidden")
    assert await office.refused(head(CIXI), path, "withdraw", WHY) == (403, "forbidden")
    for who in (head(CIXI), Person(Role.OFFICER, YUYAO)):
        answer = await office.regions.post(who, "/assistance-requests", a_request(YUYAO, CIXI))
        assert answer.status_code == 403


async def test_a_stale_reader_is_told(office: Desk) -> None:
    path = await sent_request(office, YUYAO, CIXI)
    await office.act(head(CIXI), path, "acknowledge")
    body = {"measures": "x"}
    stale = await office.regions.post(head(CIXI), f"{path}/begin", body, version=1)
    blind = await office.regions.post(head(CIXI), f"{path}/begin", body)
    assert (stale.status_code, blind.status_code) == (412, 428)


async def test_two_at_once_sign_for_it_once(office: Desk) -> None:
    path = await sent_request(office, YUYAO, CIXI)
    answers = await asyncio.gather(
        *(office.regions.post(head(CIXI), f"{path}/acknowledge", {}, version=1) for _ in range(3))
    )
    assert sorted(each.status_code for each in answers) == [200, 412, 412]


async def test_a_step_out_of_turn_is_refused(office: Desk) -> None:
    path = await sent_request(office, YUYAO, CIXI)
    assert await office.refused(head(NINGBO), path, "urge", WHY) == (409, "not_escalated")
    assert await office.refused(head(CIXI), path, "begin", {"measures": "x"}) == (
        409,
        "illegal_step",
    )
    assert await office.refused(head(YUYAO), path, "accept") == (409, "illegal_step")


async def test_who_cannot_says_why(office: Desk) -> None:
    path = await sent_request(office, YUYAO, CIXI)
    await office.act(head(CIXI), path, "acknowledge")
    await office.act(head(CIXI), path, "begin", {"measures": "核对能力"})
    unable = {"text": "无法采样", "outcome": "unable"}
    assert await office.refused(head(CIXI), path, "reply", unable) == (
        422,
        "inability_unexplained",
    )
    told = await office.act(head(CIXI), path, "reply", {**unable, "reason": "无相应监测资质"})
    assert (told["outcome"], told["outcome_reason"]) == ("unable", "无相应监测资质")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (a_request(YUYAO, YUYAO), "bad_letter"),
        (a_request(YUYAO, "330299"), "unknown_division"),
        (a_request(YUYAO, CIXI, kind="favour"), "invalid_input"),
        (a_request(YUYAO, CIXI, state="replied"), "invalid_input"),
        (a_request(YUYAO, CIXI, attachments=[{"title": "x", "sha256": "zz"}]), "invalid_input"),
    ],
)
async def test_a_letter_that_does_not_hold_together_is_refused(
    office: Desk, body: dict[str, Any], code: str
) -> None:
    answer = await office.regions.post(head(YUYAO), "/assistance-requests", body)
    assert (answer.status_code, answer.json()["code"]) == (422, code), answer.text


async def test_within_a_division_the_other_organ_is_named(office: Desk) -> None:
    bureau = await office.send(
        head(YUYAO),
        "/bureaus",
        {"division": YUYAO, "kind": "government", "name": f"余姚市某机构{uuid4().hex[:6]}"},
    )
    path = await sent_request(office, YUYAO, YUYAO, receiver_bureau_id=bureau["id"])
    assert (await office.read(head(YUYAO), path))["receiver_bureau_id"] == bureau["id"]
    body = a_request(YUYAO, CIXI, receiver_bureau_id=bureau["id"])
    answer = await office.regions.post(head(YUYAO), "/assistance-requests", body)
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_letter")


# Not ours.


async def test_who_agrees_to_an_objection_sends_the_same_elsewhere(office: Desk) -> None:
    path = await sent_request(office, YUYAO, CIXI, urgent=True)
    objected = await office.act(head(CIXI), path, "object", {"reason": "排口在北仑一侧"})
    assert (objected["state"], due(objected)) == ("objected", {})
    body = {"receiver": BEILUN, **WHY}
    assert await office.refused(head(YUYAO), path, "redirect", {**body, "receiver": CIXI}) == (
        422,
        "bad_letter",
    )
    old = await office.act(head(YUYAO), path, "redirect", body)

    assert old["state"] == "withdrawn"
    again = await office.read(head(BEILUN), f"/assistance-requests/{old['followed_by_id']}")
    assert (again["state"], again["follows_id"], again["asked"]) == (
        "sent",
        old["id"],
        old["asked"],
    )
    assert set(due(again)) == {"acknowledge", "objection", "measures", "reply"}
    # The first organ keeps its own letter, and does not see the second.
    assert (await office.read(head(CIXI), path))["objection"] == "排口在北仑一侧"
    assert (
        await office.regions.get(head(CIXI), f"/assistance-requests/{old['followed_by_id']}")
    ).status_code == 404


async def test_who_insists_has_the_common_superior_designate(office: Desk) -> None:
    path = await sent_request(office, YUYAO, CIXI)
    await office.act(head(CIXI), path, "object", WHY)
    assert await office.refused(head(NINGBO), path, "designate", WHY) == (409, "illegal_step")
    referred = await office.act(head(YUYAO), path, "insist", WHY)
    assert (referred["state"], referred["no_common_superior"]) == ("referred", False)
    for who in (head(YUYAO), head(CIXI), desk(NINGBO)):
        assert await office.refused(who, path, "designate", WHY) == (403, "forbidden")

    assert set((await office.read(head(NINGBO), path))["actions"]) == {"designate", "reassign"}
    designated = await office.act(head(NINGBO), path, "designate", WHY)

    assert (designated["state"], designated["designated"]) == ("acknowledged", True)
    assert set(due(designated)) == {"reply"}
    assert await office.refused(head(CIXI), path, "object", WHY) == (409, "objection_barred")


async def test_the_superior_may_name_another_organ_below_it(office: Desk) -> None:
    path = await sent_request(office, YUYAO, CIXI)
    await office.act(head(CIXI), path, "object", WHY)
    await office.act(head(YUYAO), path, "insist", WHY)
    out = {"receiver": JIASHAN, **WHY}
    assert await office.refused(head(NINGBO), path, "reassign", out) == (422, "bad_letter")
    old = await office.act(head(NINGBO), path, "reassign", {"receiver": BEILUN, **WHY})
    again = await office.read(head(BEILUN), f"/assistance-requests/{old['followed_by_id']}")
    assert (again["sender"], again["designated"]) == (YUYAO, True)
    assert "object" not in again["actions"]


async def test_across_provinces_nobody_designates_and_both_provinces_see_it(office: Desk) -> None:
    path = await sent_request(office, JIASHAN, WUJIANG)
    await office.act(head(WUJIANG), path, "object", WHY)
    await office.act(head(JIASHAN), path, "insist", WHY)
    for province in (ZHEJIANG, JIANGSU):
        seen = await office.read(head(province), path)
        assert (seen["no_common_superior"], seen["common_superior"]) == (True, None)
        assert seen["actions"] == []
        assert await office.refused(head(province), path, "designate", WHY) == (
            409,
            "no_common_superior",
        )
    assert (await office.act(head(JIASHAN), path, "withdraw", WHY))["state"] == "withdrawn"


# Hand-overs.


async def test_a_hand_over_goes_to_the_place_of_the_act(office: Desk) -> None:
    body = a_handover(YUYAO, CIXI)
    elsewhere = {**body, "matter": {**body["matter"], "division": BEILUN}}
    answer = await office.regions.post(head(YUYAO), "/handovers", elsewhere)
    assert (answer.status_code, answer.json()["code"]) == (422, "not_the_place_of_the_act")
    for ground in ("designated", "agreed"):
        answer = await office.regions.post(head(YUYAO), "/handovers", {**body, "ground": ground})
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")
    assert (await office.send(head(YUYAO), "/handovers", body))["ground"] == "place_of_act"


async def test_each_item_is_compared_and_a_mismatch_is_refused_for_itself(office: Desk) -> None:
    path = await sent_handover(office, YUYAO, CIXI)
    letter = await office.act(head(CIXI), path, "acknowledge")
    good, bad = (each["id"] for each in letter["evidence"])
    items = [
        {"evidence_id": good, "sha256": sha256("report")},
        {"evidence_id": bad, "sha256": sha256("something else")},
    ]
    received = await office.act(head(CIXI), path, "receive", {"items": items})
    assert [each["receipt"] for each in received["evidence"]] == ["confirmed", "refused"]
    assert received["evidence"][1]["received_sha256"] == sha256("something else")
    assert await office.refused(head(CIXI), path, "receive", {"items": items[:1]}) == (
        409,
        "receipt_settled",
    )
    items[1]["sha256"] = sha256("photo")
    received = await office.act(head(CIXI), path, "receive", {"items": items[1:]})
    assert received["evidence"][1]["receipt"] == "confirmed"
    unknown = {"items": [{"evidence_id": str(uuid4()), "sha256": sha256("x")}]}
    assert await office.refused(head(CIXI), path, "receive", unknown) == (404, "not_found")
    assert await office.refused(head(YUYAO), path, "receive", unknown) == (403, "forbidden")


async def test_the_receivers_case_comes_back_and_is_kept_on_both_sides(office: Desk) -> None:
    path = await sent_handover(office, YUYAO, CIXI)
    letter = await office.act(head(CIXI), path, "acknowledge")
    await office.act(head(CIXI), path, "begin", {"measures": "已立案"})
    answer = {**DONE, "receiver_case_id": "慈环立〔2026〕3号"}
    assert await office.refused(head(CIXI), path, "reply", answer) == (409, "receipt_missing")
    items = [{"evidence_id": each["id"], "sha256": each["sha256"]} for each in letter["evidence"]]
    await office.act(Person(Role.OFFICER, CIXI), path, "receive", {"items": items})
    assert await office.refused(head(CIXI), path, "reply", DONE) == (422, "case_missing")
    await office.act(head(CIXI), path, "reply", answer)
    for who in (head(YUYAO), head(CIXI)):
        read = await office.read(who, path)
        assert (read["receiver_case_id"], read["answered"]) == ("慈环立〔2026〕3号", True)


async def test_the_legal_reviewer_recognises_what_lacks_nothing(office: Desk) -> None:
    path = await sent_handover(
        office, YUYAO, CIXI, evidence=[report(), report("b", taken_by=["张三"])]
    )
    letter = await office.act(head(CIXI), path, "acknowledge")
    await office.act(head(CIXI), path, "begin", {"measures": "核对"})
    whole, thin = (each["id"] for each in letter["evidence"])
    reviewer, yes = Person(REVIEWER, CIXI), {"evidence_id": whole, "recognised": True, **WHY}
    early = await office.attempt(reviewer, path, "recognise", yes)
    assert (early.status_code, early.json()["code"]) == (409, "not_recognisable")
    assert "not_received" in early.json()["detail"]
    items = [{"evidence_id": each["id"], "sha256": each["sha256"]} for each in letter["evidence"]]
    await office.act(head(CIXI), path, "receive", {"items": items})

    for who in (head(CIXI), Person(REVIEWER, NINGBO), Person(REVIEWER, YUYAO)):
        assert await office.refused(who, path, "recognise", yes) == (403, "forbidden")
    read = await office.act(reviewer, path, "recognise", yes)
    assert (read["evidence"][0]["recognised"], read["evidence"][0]["lacks"]) == (True, [])
    against = await office.attempt(reviewer, path, "recognise", {**yes, "evidence_id": thin})
    assert (against.status_code, against.json()["code"]) == (409, "not_recognisable")
    assert "too_few_officers" in against.json()["detail"]
    refusal = {"evidence_id": thin, "recognised": False, "reason": "仅一人采样"}
    read = await office.act(reviewer, path, "recognise", refusal)
    item = read["evidence"][1]
    assert (item["recognised"], item["lacks"]) == (False, ["too_few_officers"])
    assert item["recognition_reason"] == "仅一人采样"


async def test_what_comes_with_an_answer_is_received_and_recognised_by_the_asker(
    office: Desk,
) -> None:
    path = await sent_request(office, YUYAO, CIXI)
    answer = await replied(office, path, CIXI, evidence=[report()])
    [item] = answer["evidence"]
    seen = {"items": [{"evidence_id": item["id"], "sha256": item["sha256"]}]}
    assert await office.refused(head(CIXI), path, "receive", seen) == (403, "forbidden")
    await office.act(head(YUYAO), path, "receive", seen)
    yes = {"evidence_id": item["id"], "recognised": True, **WHY}
    read = await office.act(Person(REVIEWER, YUYAO), path, "recognise", yes)
    assert read["evidence"][0]["recognised"] is True
    assert read["state"] == "replied"


# Time.


async def test_more_time_is_taken_once_and_before_it_runs_out(office: Desk) -> None:
    path = await sent_request(office, YUYAO, CIXI)
    await office.act(head(CIXI), path, "acknowledge")
    before = due(await office.read(head(CIXI), path))["reply"]
    more = {"working_days": 10, "reason": "需第三方检测"}
    assert await office.refused(desk(CIXI), path, "extend", more) == (403, "forbidden")
    too_much = {**more, "working_days": 11}
    assert (await office.refused(head(CIXI), path, "extend", too_much))[1] == (
        "extension_exceeds_cap"
    )
    longer = await office.act(head(CIXI), path, "extend", more)
    assert due(longer)["reply"] > before
    assert (await office.refused(head(CIXI), path, "extend", more))[1] == "extension_already_used"


async def test_an_answer_sent_back_has_its_whole_time_again(office: Desk) -> None:
    path = await sent_request(office, YUYAO, CIXI)
    await replied(office, path, CIXI)
    returned = await office.act(head(YUYAO), path, "return", {"reason": "缺采样记录"})
    assert (returned["state"], returned["returns"]) == ("returned", 1)
    assert set(due(returned)) == {"reply"}
    again = await office.act(head(CIXI), path, "reply", {**DONE, "text": "补充采样记录"})
    assert (again["state"], again["reply"]) == ("replied", "补充采样记录")


async def test_a_silent_receiver_is_late_and_the_letter_goes_up_by_itself_once(
    office: Desk,
) -> None:
    """Sent on Wednesday 2026-04-29: the days before Labour Day, the make-up Saturday 05-09."""
    await office.set_clock("2026-04-29")
    path = await sent_handover(office, YUYAO, CIXI)
    assert due(await office.read(head(YUYAO), path)) == {
        "acknowledge": "2026-04-30",
        "objection": "2026-05-09",
        "reply": "2026-05-15",
    }
    await office.set_clock("2026-05-01")
    late = await office.read(head(YUYAO), path)
    assert (late["overdue"], late["escalated_at"], late["answered"]) == (True, None, False)
    assert due(late)["escalation"] == "2026-05-07"
    await office.set_clock("2026-05-07", 23)
    assert (await office.read(head(CIXI), path))["escalated_at"] is None

    await office.set_clock("2026-05-08", 1)
    await office.run_jobs()
    up = await office.read(head(NINGBO), path)
    assert (up["escalated_to"], up["state"], up["answered"]) == ("3302", "sent", True)
    assert [each["action"] for each in up["steps"]] == ["send", "escalate"]
    assert up["steps"][-1]["actor_name"] == "system"
    found = await office.regions.get(head(NINGBO), "/handovers", escalated=True, limit=200)
    assert path.rpartition("/")[2] in {each["id"] for each in found.json()["items"]}
    # The superior urges; the receiver still owes its answer, and may give it.
    assert await office.refused(head(YUYAO), path, "urge", WHY) == (403, "forbidden")
    assert "urge" in up["actions"]
    urged = await office.act(head(NINGBO), path, "urge", {"reason": "三日内办结"})
    assert (urged["state"], urged["steps"][-1]["reason"]) == ("sent", "三日内办结")
    await office.act(head(CIXI), path, "acknowledge")


async def test_two_workers_escalate_once(office: Desk) -> None:
    await office.set_clock("2026-07-01")
    path = await sent_request(office, YUYAO, CIXI)
    await office.set_clock("2026-07-03")
    await asyncio.gather(*(office.run_jobs() for _ in range(3)))
    await office.set_clock("2026-07-10")
    await asyncio.gather(*(office.run_jobs() for _ in range(3)))
    up = await office.read(head(YUYAO), path)
    assert [each["action"] for each in up["steps"]] == ["send", "escalate"]
    assert [each["kind"] for each in up["clocks"]].count("escalation") == 1


async def test_who_signs_late_but_in_time_for_the_superior_is_left_alone(office: Desk) -> None:
    await office.set_clock("2026-05-11")
    path = await sent_request(office, YUYAO, CIXI)
    await office.set_clock("2026-05-13")
    assert (await office.read(head(CIXI), path))["overdue"] is True
    signed = await office.act(head(CIXI), path, "acknowledge")
    assert (signed["overdue"], set(due(signed))) == (False, {"objection", "reply"})
    assert {each["kind"]: each["state"] for each in signed["clocks"]}["acknowledge"] == "missed"
    await office.set_clock("2026-05-19")
    assert (await office.read(head(CIXI), path))["escalated_at"] is None
    # The time to object ends on the 18th; who was silent counts as competent.
    assert await office.refused(head(CIXI), path, "object", WHY) == (409, "objection_barred")


async def test_first_measures_on_an_urgent_clue_are_due_in_four_hours(office: Desk) -> None:
    await office.set_clock("2026-05-20", 9)
    path = await sent_request(office, YUYAO, CIXI, urgent=True)
    await office.act(head(CIXI), path, "acknowledge")
    await office.set_clock("2026-05-20", 12)
    assert (await office.read(head(YUYAO), path))["overdue"] is False
    await office.set_clock("2026-05-20", 14)
    assert (await office.read(head(YUYAO), path))["overdue"] is True
    begun = await office.act(head(CIXI), path, "begin", {"measures": "已采样留存"})
    assert (begun["overdue"], begun["measures"]) == (False, "已采样留存")


async def test_across_provinces_lateness_stays_unresolved_before_both(office: Desk) -> None:
    await office.set_clock("2026-06-01")
    path = await sent_request(office, JIASHAN, WUJIANG)
    await office.set_clock("2026-06-08")
    await office.run_jobs()
    for province in (ZHEJIANG, JIANGSU):
        seen = await office.read(head(province), path)
        assert (seen["no_common_superior"], seen["escalated_to"]) == (True, None)
        assert seen["steps"][-1]["reason"] == "no_common_superior"


async def test_what_is_open_follows_a_division_to_its_successor(office: Desk) -> None:
    ended, heir = "330213", "330212"
    path = await sent_handover(office, YUYAO, ended)
    over = await sent_request(office, YUYAO, ended)
    await office.act(head(YUYAO), over, "withdraw", WHY)
    succession = Succession(
        predecessor=ended,
        effective_on=date(2026, 1, 1),
        change_id=uuid4(),
        position=0,
        successors=(heir,),
        main=heir,
        assignments={},
        document="区划调整",
    )
    async with office.regions.database.transaction(SYSTEM) as session:
        await keep(session, [succession])
    await office.run_jobs([moving(OPEN_WORK)])
    moved = await office.read(head(heir), path)
    assert (moved["receiver"], moved["matter"]["division"]) == (heir, heir)
    assert {each["receipt"] for each in moved["evidence"]} == {"pending"}
    await office.act(head(heir), path, "acknowledge")
    assert (await office.read(head(YUYAO), over))["receiver"] == ended


# Figures.


async def test_figures_tell_what_is_open_late_and_how_fast_answers_come(office: Desk) -> None:
    await office.set_clock("2026-06-15")
    hours = (24, 48, 72, 96, 120)
    paths = [await sent_request(office, "330203", "330205") for _ in hours]
    await sent_request(office, "330203", "330206")
    for path in paths:
        await office.act(head("330205"), path, "acknowledge")
        await office.act(head("330205"), path, "begin", {"measures": "x"})
    for place, path in enumerate(paths):
        await office.set_clock(f"2026-06-{16 + place}")
        await office.act(head("330205"), path, "reply", DONE)
    now = await office.now()
    since = datetime.fromisoformat("2026-06-15T00:00:00+08:00")
    async with office.regions.database.transaction(SYSTEM) as session:
        standing = await queries.open_and_late(session, "330203", now=now)
        [times] = await queries.response_times(session, "330203", since, now.replace(year=2027))
        assert await queries.response_times(session, "510114", since, now) == []
    [open_] = [each for each in standing if each.receiver == "330206"]
    assert (open_.open, open_.late, open_.kind) == (1, 1, "assistance_request")
    assert (times.sender, times.receiver, times.answered) == ("330203", "330205", 5)
    assert times.median_hours == pytest.approx(72)
    assert times.p90_hours == pytest.approx(110.4)
