"""Acceptance rows 2-07, 2-12, 3-13 and 3-37: what goes between organs, through the gateway.

Everybody has a login of his own bureau; who is no side of a letter does not learn of it.
"""

from datetime import timedelta
from typing import Any, Final
from uuid import uuid4

from ops.demo.people import Json
from tests.support.letters import CASE, absent, an_item, at_the_place, seen
from tests.support.offices import Offices, chief, officer

ZHOUSHAN, DINGHAI, PUTUO, DAISHAN = "330900", "330902", "330903", "330921"
SICHUAN, XINDU, GUANGHAN, MEISHAN = "510000", "510114", "510681", "511400"
CHANGSHOU: Final = "500115"


def reviewer(division: str) -> str:
    return f"{division}-legal-reviewer-1"


def a_matter(division: str, title: str, place: str) -> Json:
    return {
        "title": title,
        "division": division,
        "media": ["air"],
        "place": place,
        "facts": "气味自海上向岸扩散",
    }


def a_handover(sender: str, receiver: str, matter: Json, **changes: Any) -> Json:
    return {
        "sender": sender,
        "receiver": receiver,
        "matter": matter,
        "facts": "巡查发现臭气来自停泊渔船",
        "legal_view": "涉嫌违反大气污染防治法第八十条",
        "contact": "值班室",
        **changes,
    }


def test_an_odour_from_land_to_sea_goes_to_the_place_of_the_act(office: Offices) -> None:
    """Row 2-07: 普陀 finds a fishmeal ship's odour; the ship lies in 定海. One case, two files."""
    matter = a_matter(DINGHAI, "渔船加工鱼粉臭气", "金塘大浦口外锚地")
    evidence = [
        an_item(office, "臭气监测报告"),
        an_item(office, "登船录像", kind="audio_visual", cma_number=None, chain=[]),
    ]
    body = a_handover(PUTUO, DINGHAI, matter, evidence=evidence)
    office.refused(chief(DINGHAI), "/handovers", body)
    wrong = body | {"receiver": DAISHAN}
    office.barred(chief(PUTUO), "not_the_place_of_the_act", "/handovers", wrong)
    path = f"/handovers/{office.person(chief(PUTUO)).post('/handovers', body)['id']}"
    absent(office, path, chief(DAISHAN), chief(XINDU))

    at_the_place(office, path, DINGHAI, PUTUO)
    closed = office.act(path, "accept", by=chief(PUTUO), not_by=chief(DINGHAI))

    assert closed["state"] == "accepted_by_sender"
    for login in (chief(PUTUO), chief(DINGHAI), chief(ZHOUSHAN)):
        assert office.person(login).get(path)["receiver_case_id"] == CASE
    assert [each["receipt"] for each in closed["evidence"]] == ["confirmed", "confirmed"]


def test_a_quarry_claimed_by_two_goes_to_the_first_to_file_or_whom_the_city_names(
    office: Offices,
) -> None:
    """Row 2-07: 金塘's quarry dust is claimed by two; they do not agree; the city designates."""
    body = {
        "opened_by": DINGHAI,
        "parties": [DINGHAI, PUTUO],
        "matter": a_matter(DINGHAI, "宕口扬尘噪声", "金塘大浦口宕口"),
        "facts": "两地均已受理",
    }
    office.refused(officer(DINGHAI), "/jurisdiction-disputes", body)
    made = office.person(chief(DINGHAI)).post("/jurisdiction-disputes", body)
    path = f"/jurisdiction-disputes/{made['id']}"
    kept = {"holder": PUTUO, "what": "监测数据", "measure": "封存"}
    kept["started_at"] = office.now.isoformat()
    office.act(path, "preserve", kept, by=officer(PUTUO), not_by=officer(DINGHAI))
    for division, earlier in ((DINGHAI, 1), (PUTUO, 2)):
        said = {
            "division": division,
            "stance": "claims",
            "reason": "行为发生于本辖区",
            "filed_at": (office.now - timedelta(hours=earlier)).isoformat(),
            "filed_number": "1号",
            "agrees_on": division,
        }
        office.act(path, "position", said, by=chief(division))
    assert office.person(chief(DINGHAI)).get(path)["first_to_file"] == PUTUO
    absent(office, path, chief(DAISHAN))

    office.later(days=30)
    office.wait(
        "the dispute going up",
        lambda: office.person(chief(ZHOUSHAN)).get(path)["state"] == "referred",
    )
    decision = {"competent": DINGHAI, "reason": "主要行为发生于定海"}
    office.act(path, "designate", decision, by=chief(ZHOUSHAN), not_by=chief(PUTUO))
    handed = {"division": PUTUO, "facts": "移交", "legal_view": "扬尘", "contact": "值班室"}
    done = office.act(path, "hand-over", handed, by=chief(PUTUO))

    got = office.person(chief(DINGHAI)).get(f"/handovers/{done['handover_id']}")
    assert (got["ground"], got["sender"], got["designated"]) == ("designated", PUTUO, True)


def test_a_crime_goes_to_the_police_as_the_organ_it_is(office: Offices) -> None:
    """Row 2-12: administration hands over to the police of the place; the answer is tracked."""
    bureau = {"division": DINGHAI, "kind": "police", "name": f"定海区公安机关{uuid4().hex[:6]}"}
    bureau_id = office.person(chief(DINGHAI)).post("/bureaus", bureau)["id"]
    matter = a_matter(DINGHAI, "非法倾倒危险废物", "某码头")
    body = a_handover(ZHOUSHAN, DINGHAI, matter, ground="other_organ")
    office.barred(chief(ZHOUSHAN), "bad_letter", "/handovers", body)
    body |= {"receiver_bureau_id": bureau_id, "evidence": [an_item(office, "鉴定意见")]}
    sent = office.person(chief(ZHOUSHAN)).post("/handovers", body)
    path = f"/handovers/{sent['id']}"
    assert (sent["receiver_bureau_id"], sent["ground"]) == (bureau_id, "other_organ")
    absent(office, path, chief(PUTUO))

    answered = at_the_place(office, path, DINGHAI, ZHOUSHAN)
    assert (answered["answered"], answered["receiver_case_id"]) == (True, CASE)


def test_an_urgent_clue_across_two_cities_is_answered_in_hours_or_goes_up(
    office: Offices,
) -> None:
    """Row 3-13: 新都 asks 广汉; first measures are due in four hours; silence comes before 四川."""
    body = {
        "sender": XINDU,
        "receiver": GUANGHAN,
        "kind": "sampling",
        "title": "青白江跨界水污染线索",
        "facts": "夜间水体发黑,证据可能灭失",
        "asked": "请立即对上游排口采样",
        "urgent": True,
        "contact": "值班室",
    }
    office.refused(chief(GUANGHAN), "/assistance-requests", body)
    sent = office.person(chief(XINDU)).post("/assistance-requests", body)
    path = f"/assistance-requests/{sent['id']}"
    absent(office, path, chief(MEISHAN), chief(CHANGSHOU))
    letter = office.person(chief(GUANGHAN)).get(path)
    assert (letter["overdue"], letter["common_superior"]) == (False, "51")

    office.later(hours=5)
    assert office.person(chief(XINDU)).get(path)["overdue"] is True
    office.later(days=14)
    office.wait(
        "the escalation",
        lambda: office.person(chief(SICHUAN)).get(path)["escalated_at"],
    )
    late: Json = office.person(chief(SICHUAN)).get(path)
    assert (late["escalated_to"], late["steps"][-1]["action"]) == ("51", "escalate")
    mine = office.person(chief(SICHUAN)).get("/assistance-requests", escalated="true", limit=200)
    assert late["id"] in {each["id"] for each in mine["items"]}
    office.act(path, "acknowledge", by=officer(GUANGHAN), not_by=chief(SICHUAN))


def test_the_station_samples_and_the_neighbour_takes_its_report_over(office: Offices) -> None:
    """Row 3-37: 新都's station answers, and 广汉's legal reviewer recognises its report."""
    bureau = {
        "division": XINDU,
        "kind": "monitoring_station",
        "name": f"新都区监测站{uuid4().hex[:6]}",
    }
    bureau_id = office.person(chief(XINDU)).post("/bureaus", bureau)["id"]
    body = {
        "sender": XINDU,
        "receiver": XINDU,
        "receiver_bureau_id": bureau_id,
        "kind": "sampling",
        "title": "请求采样监测",
        "facts": "交界处企业异味",
        "asked": "请采样并出具监测报告",
        "contact": "值班室",
    }
    made = office.person(chief(XINDU)).post("/assistance-requests", body)
    path = f"/assistance-requests/{made['id']}"
    for step, said in (
        ("acknowledge", {}),
        ("begin", {"measures": "已派员"}),
        (
            "reply",
            {"text": "见报告", "outcome": "done", "evidence": [an_item(office, "监测报告")]},
        ),
    ):
        office.act(path, step, said, by=officer(XINDU), not_by=officer(GUANGHAN))
    letter = office.person(chief(XINDU)).get(path)
    [own] = letter["evidence"]
    office.act(path, "receive", seen(letter), by=chief(XINDU))
    verdict = {"evidence_id": own["id"], "recognised": True, "reason": "要素齐全"}
    office.act(path, "recognise", verdict, by=reviewer(XINDU), not_by=chief(XINDU))

    copied = {
        name: own[name]
        for name in (
            "title",
            "sha256",
            "kind",
            "taken_at",
            "taken_by",
            "chain",
            "cma_number",
            "method_standard",
        )
    }
    single = an_item(office, "快检记录", taken_by=["执法员甲"])
    handed = a_handover(
        XINDU, GUANGHAN, a_matter(GUANGHAN, "异味", "交界处"), evidence=[copied, single]
    )
    there = f"/handovers/{office.person(chief(XINDU)).post('/handovers', handed)['id']}"
    office.act(there, "acknowledge", by=officer(GUANGHAN))
    got = office.person(officer(GUANGHAN)).get(there)
    office.act(there, "receive", seen(got), by=officer(GUANGHAN))
    office.act(there, "begin", {"measures": "核查"}, by=officer(GUANGHAN))
    whole, thin = (each["id"] for each in got["evidence"])
    verdict = {"evidence_id": whole, "recognised": True, "reason": "要素齐全"}
    office.act(there, "recognise", verdict, by=reviewer(GUANGHAN), not_by=reviewer(XINDU))
    refused = office.person(reviewer(GUANGHAN)).attempt(
        f"{there}/recognise",
        verdict | {"evidence_id": thin},
        on=office.person(chief(XINDU)).get(there),
    )
    assert (refused.status_code, refused.json()["code"]) == (409, "not_recognisable")
    assert [each["recognised"] for each in office.person(chief(XINDU)).get(there)["evidence"]] == [
        True,
        None,
    ]
