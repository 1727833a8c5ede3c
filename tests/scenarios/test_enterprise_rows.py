"""Acceptance rows 1-03 to 1-05, 2-04 and 2-05: the positive list, three grades, one visit ledger.

The firms are made up; what the list and the grades do to draws and inspections comes with these.
"""

from collections import Counter
from datetime import timedelta
from typing import Any, Final

from ops.demo.people import Json
from tests.factories.firms import LISTED, OTHERS, SPARED, a_firm, any_code, listed_firms
from tests.support.offices import (
    BEILUN,
    CITY,
    CITY_CHIEF,
    CIXI,
    LOADING_S,
    YUYAO,
    Offices,
    chief,
    csv_of,
    officer,
)

ZHOUSHAN, DINGHAI, PUTUO = "330900", "330902", "330903"
STRANGER: Final = chief("510100")
DOCUMENT: Final = "长环发〔2020〕32号"


def visit(office: Offices, code: str, division: str, **changes: Any) -> Json:
    agency = {
        "kind": "ecology_environment",
        "name": f"生态环境分局{division}",
        "division": division,
    }
    return {
        "code": code,
        "agency": agency,
        "legal_kind": "routine",
        "mode": "on_site",
        "planned_on": office.today.isoformat(),
        **changes,
    }


def graded(office: Offices, score: int, *flags: str) -> Json:
    """A firm of 定海, scored by its officer; who is not of 定海 does not even find it."""
    firm = office.person(chief(DINGHAI)).post("/enterprises", a_firm(DINGHAI, flags=list(flags)))
    elements = [
        {"code": code, "score": score, "basis": "年度评分"}
        for code in ("credit", "risk", "concern", "harm")
    ]
    path = f"/enterprises/{firm['id']}"
    body = {"elements": elements}
    return office.act(path, "grade", body, by=officer(DINGHAI), not_by=chief(PUTUO))


def end_of_next_week(office: Offices) -> str:
    return (office.today + timedelta(days=13 - office.today.weekday())).isoformat()


def test_rows_2_04_and_2_05_green_yellow_and_red_are_seen_every_quarter_month_and_week(
    office: Offices,
) -> None:
    firms = (
        graded(office, 10),
        graded(office, 36, "city_controlled"),
        graded(office, 90),
    )
    _, yellow, red = firms
    assert [each["grade"] for each in firms] == ["green", "yellow", "red"]
    due = [each["contact_due_on"] for each in firms]
    assert due[2] == end_of_next_week(office)
    assert due[2] < due[1] < due[0]

    [line] = office.person(chief(ZHOUSHAN)).get(f"/enterprises/{yellow['id']}/grades")["items"]
    assert [each["code"] for each in line["reasons"]] == [
        "credit",
        "risk",
        "concern",
        "harm",
        "listing",
    ]
    assert (line["score"], line["reasons"][-1]["listed_as"]) == ("41.00", "city_controlled")

    # Somebody makes contact from afar, as a weekly visit would break the cap.
    office.later(days=1)
    person = office.person(officer(DINGHAI))
    item = person.post(
        "/enterprise-visits", visit(office, red["credit_code"], DINGHAI, mode="off_site")
    )
    done = {"made_on": office.today.isoformat(), "result": "在线数据与用电正常"}
    office.act(
        f"/enterprise-visits/{item['id']}", "make", done, by=officer(DINGHAI), not_by=STRANGER
    )
    seen = person.get(f"/enterprises/{red['id']}")
    assert seen["last_contact_on"] == office.today.isoformat()
    assert seen["contact_due_on"] == end_of_next_week(office)
    owed = person.get("/enterprises", due_by=due[0], division=DINGHAI, limit=200)["items"]
    days = [each["contact_due_on"] for each in owed]
    assert days == sorted(days)
    assert {each["id"] for each in firms} <= {each["id"] for each in owed}

    until = (office.today + timedelta(days=1)).isoformat()
    over = {"grade": "yellow", "until": until, "reason": "整治完成"}
    set_by_hand = office.act(
        f"/enterprises/{red['id']}",
        "override-grade",
        over,
        by=chief(DINGHAI),
        not_by=officer(DINGHAI),
    )
    assert (set_by_hand["grade"], set_by_hand["override_until"]) == ("yellow", over["until"])
    office.later(days=2)

    def red_again() -> Json | None:
        now: Json = person.get(f"/enterprises/{red['id']}")
        return now if now["grade"] == "red" else None

    office.wait("the computed grade", red_again)


def test_rows_1_03_to_1_05_562_firms_are_listed_and_256_of_them_spared_a_visit(
    office: Offices,
) -> None:
    today = office.today.isoformat()
    body = {
        "division": CITY,
        "document": DOCUMENT,
        "title": "监督执法正面清单",
        "published_on": today,
        "valid_from": today,
    }
    office.refused(chief(YUYAO), "/positive-lists", body)
    city = office.person(CITY_CHIEF)
    made = city.post("/positive-lists", body)
    path = f"/positive-lists/{made['id']}"
    rows = [*listed_firms(BEILUN, YUYAO, CIXI)]
    asked = {"format": "csv", "division": CITY, "positive_list_id": made["id"]}
    sent = city.upload("/tasks-imports", csv_of(rows), "text/csv", **asked)

    def loaded() -> Json | None:
        found: Json = city.get(f"/tasks-imports/{sent['id']}")
        return found if found["finished_at"] else None

    results = office.wait("the list", loaded, within=LOADING_S)["results"]
    assert results["registered"] == LISTED
    listed = city.get(path)
    assert (listed["listed"], listed["off_site"]) == (562, 256)
    assert Counter(listed["by_category"]) == Counter(SPARED | {OTHERS: LISTED - 256})
    assert office.person(STRANGER).get(f"{path}/entries")["items"] == []

    # Categories 1 to 5: no visit as a routine, other means instead; 6: as any other firm.
    spared, ordinary = (
        next(each for each in rows if each["category"] == name)
        for name in (
            "epidemic_supplies",
            OTHERS,
        )
    )
    who = officer(spared["division"])
    wanted = visit(office, spared["credit_code"], spared["division"])
    office.barred(who, "off_site_only", "/enterprise-visits", wanted)
    afar = office.person(who).post("/enterprise-visits", wanted | {"mode": "off_site"})
    assert (afar["state"], afar["slot"]) == ("planned", None)
    complaint = wanted | {"legal_kind": "individual", "ground": "complaint"}
    assert office.person(who).post("/enterprise-visits", complaint)["state"] == "planned"
    item = office.person(officer(ordinary["division"])).post(
        "/enterprise-visits", visit(office, ordinary["credit_code"], ordinary["division"])
    )
    assert item["slot"] == 1

    # A violation ends the place on the list.
    [firm] = city.get("/enterprises", code=spared["credit_code"])["items"]
    assert firm["positive_list"]["document"] == DOCUMENT
    leaving = {"enterprise_id": firm["id"], "ground": "violation", "reason": "检查发现超标排放"}
    left = office.act(path, "remove", leaving, by=CITY_CHIEF, not_by=chief(spared["division"]))
    assert (left["listed"], left["off_site"]) == (561, 255)
    near = wanted | {"reason": "复查"}
    assert office.person(who).post("/enterprise-visits", near)["slot"] == 1


def test_the_cap_of_a_firm_is_one_for_all_agencies_and_the_last_place_is_given_once(
    office: Offices,
) -> None:
    code = any_code(YUYAO)
    firm = office.person(chief(YUYAO)).post("/enterprises", a_firm(YUYAO, credit_code=code))
    joint = [{"kind": "emergency_management", "name": "应急管理局", "division": YUYAO}]
    first = visit(office, code, YUYAO, joint_with=joint)
    office.refused(officer(CIXI), "/enterprise-visits", first)
    taken = office.person(officer(YUYAO)).post("/enterprise-visits", first)
    assert taken["slot"] == 1
    again = visit(office, code, YUYAO)
    office.barred(officer(YUYAO), "quiet_period", "/enterprise-visits", again)
    crossing = visit(
        office, code, CIXI, methods=["cross"], document="宁波市交叉检查方案", reason="交叉检查"
    )
    assert office.person(officer(CIXI)).post("/enterprise-visits", crossing)["slot"] == 2
    third = again | {"reason": "年度计划"}
    office.barred(officer(YUYAO), "cap_reached", "/enterprise-visits", third)

    # Any agency that may plan sees the counts; who is of elsewhere does not find the firm.
    state = office.person(STRANGER).get("/enterprise-visits:ledger", code=code)
    assert (state["taken"], state["left"], len(state["visits"])) == (2, 0, 2)
    hidden = office.person(STRANGER).http.get(f"/api/v1/enterprises/{firm['id']}")
    assert hidden.status_code == 404
    file = office.person(officer(YUYAO)).get(f"/enterprises/{firm['id']}/file")["items"]
    assert [each["kind"] for each in file] == ["visit", "visit"]

    urgent = visit(office, code, YUYAO, legal_kind="individual", ground="accident", reason="泄漏")
    item = office.person(officer(YUYAO)).post("/enterprise-visits", urgent)
    path = f"/enterprise-visits/{item['id']}"
    assert item["state"] == "awaiting_approval"
    office.act(path, "approve", by=chief(YUYAO), not_by=officer(YUYAO))
    done = {"made_on": office.today.isoformat(), "officers": 2}
    office.act(path, "make", done, by=officer(YUYAO), not_by=officer(CIXI))
    years = office.person(CITY_CHIEF).get(
        "/enterprise-visits:statistics", year=office.today.year, division=YUYAO, limit=200
    )["items"]
    [line] = [each for each in years if each["enterprise_id"] == firm["id"]]
    assert (line["cap"], line["planned"], line["individual"], line["over_cap"]) == (2, 2, 1, 0)
