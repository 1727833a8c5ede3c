"""Acceptance rows 1-04, 1-05, 1-25 and 3-17: drawn by two people, checked, looked back at.

The firms are made up. Nobody of 长沙 or of 青羊 has a login: 宁波 and 成都 draw for them.
"""

import subprocess
import sys
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from ops.demo.people import Json
from tests.factories.firms import OTHERS, a_firm, listed_firms
from tests.support.offices import LOADING_S, Offices, chief, csv_of, officer

CHENGDU, QINGYANG, ZHENHAI = "510100", "510105", "330211"
CITY: Final = "330200"
SCRIPT: Final = Path(__file__).parents[2] / "docs/verify_draw.py"
RUN: Final = 41  # other firms than those of other tests
KEY_FIRMS: Final = 46


def centre(division: str) -> str:
    return f"{division}-command-center-1"


def discipline(division: str) -> str:
    return f"{division}-discipline-officer-1"


def planned(office: Offices, division: str, *, by: str, not_by: str, **changes: Any) -> Json:
    item = {
        "division": division,
        "code": f"C-{uuid4().hex[:8]}",
        "name": "排污许可证执行情况检查",
        "checks": ["排放口", "自行监测", "执行报告"],
        "laws": ["排污许可管理条例第二十五条"],
    }
    office.refused(not_by, "/draw-items", item)
    made = office.person(by).post("/draw-items", item)
    plan = {"division": division, "item_ids": [made["id"]], **changes}
    office.refused(not_by, "/draw-plans", plan)
    return office.person(by).post("/draw-plans", plan)


def drawn(office: Offices, plan: Json, *, by: str, other: str, not_by: str, days: int) -> Json:
    """Commit, freeze by the other, reveal, staff; each refused to a wrong person first."""
    last = office.today + timedelta(days=days)
    body = {
        "plan_id": plan["id"],
        "opens_on": office.today.isoformat(),
        "closes_on": last.isoformat(),
    }
    office.refused(not_by, "/draws", body)
    draw = office.person(by).post("/draws", body)
    path = f"/draws/{draw['id']}"
    office.refused(by, f"{path}/freeze", {}, on=draw)
    office.act(path, "freeze", by=other, not_by=not_by)
    office.act(path, "reveal", by=by, not_by=not_by)
    return office.act(path, "staff", by=other, not_by=not_by)


def all_of(office: Offices, draw: Json, who: str) -> list[Json]:
    found: list[Json] = []
    page: Json = office.person(who).get(f"/draws/{draw['id']}/objects", limit=200)
    found += page["items"]
    while page["next"]:
        page = office.person(who).get(
            f"/draws/{draw['id']}/objects", limit=200, cursor=page["next"]
        )
        found += page["items"]
    return found


def verified(office: Offices, draw: Json, who: str, folder: Path) -> None:
    """The command and the script of a stranger say the same of the file and of a forged one."""
    file = office.person(who).http.get(f"/api/v1/draws/{draw['id']}/file")
    assert file.status_code == 200, file.text
    right, forged = folder / "draw.json", folder / "forged.json"
    right.write_bytes(file.content)
    forged.write_bytes(file.content.replace(b'"on_site"', b'"off_sit"', 1))
    for command in ([sys.executable, "-m", "ops", "draw", "verify"], [sys.executable, str(SCRIPT)]):
        said = subprocess.run([*command, str(right)], capture_output=True, check=True, text=True)
        assert draw["result_hash"] in said.stdout
        assert subprocess.run([*command, str(forged)], capture_output=True).returncode == 1  # noqa: PLW1510 -- a no is an answer


def test_rows_1_04_and_1_05_256_drawn_firms_are_spared_a_visit_and_the_sixth_category_is_not(
    office: Offices, tmp_path: Path
) -> None:
    city, county = chief(CITY), ZHENHAI
    today = office.today.isoformat()
    listed = office.person(city).post(
        "/positive-lists",
        {
            "division": CITY,
            "document": "双随机测试〔2026〕1号",
            "title": "监督执法正面清单",
            "published_on": today,
            "valid_from": today,
        },
    )
    rows = [*listed_firms(county, run=RUN)]
    asked = {"format": "csv", "division": CITY, "positive_list_id": listed["id"]}
    sent = office.person(city).upload("/tasks-imports", csv_of(rows), "text/csv", **asked)
    office.wait(
        "the list",
        lambda: office.person(city).get(f"/tasks-imports/{sent['id']}")["finished_at"],
        within=LOADING_S,
    )
    plan = planned(
        office,
        county,
        by=chief(county),
        not_by=officer(county),
        title="正面清单企业抽查",
        document="镇海双随机1号",
        classes=["general"],
        ratios={"general": "1/1"},
        bodies=[county, "330212"],
    )
    who = {"by": chief(county), "other": f"{county}-county-leader-in-charge-1"}
    draw = drawn(office, plan, **who, not_by=officer(county), days=4)
    found = all_of(office, draw, chief(county))
    mine = [each for each in found if each["object_code"] in {row["credit_code"] for row in rows}]
    modes = Counter(each["mode"] for each in mine)
    assert (modes["off_site"], modes["on_site"]) == (256, 562 - 256)
    sixth = {row["credit_code"] for row in rows if row["category"] == OTHERS}
    assert {each["object_code"] for each in mine if each["mode"] == "on_site"} == sixth
    assert {len(each["officers"]) for each in mine} == {2}
    assert len(all_of(office, draw, officer(county))) < len(found)
    assert all_of(office, draw, city) == []
    verified(office, draw, discipline(CITY), tmp_path)

    # What was drawn in the quarter is not drawn again, and says so.
    again = planned(
        office,
        county,
        by=chief(county),
        not_by=officer(county),
        title="补充抽查",
        document="镇海双随机2号",
        classes=["general"],
    )
    second = drawn(office, again, **who, not_by=officer(county), days=1)
    assert second["left_out"]["drawn_this_period"] >= 562


def looked_back_at(office: Offices, draw: Json) -> None:
    """回头看 and 廉政回访: drawn once, judged where something came out (尽职免责)."""
    path = f"/draws/{draw['id']}"
    for kind, by, not_by in (
        ("look_back", f"{CHENGDU}-auditor-1", chief("510600")),
        ("integrity", discipline(CHENGDU), chief(CHENGDU)),
    ):
        office.act(path, "follow-ups", {"kind": kind}, by=by, not_by=officer(CHENGDU))
        item = office.person(by).get(path)
        office.barred(by, "follow_up_done", f"{path}/follow-ups", {"kind": kind}, on=item)
        every = office.person(by).get("/draw-follow-ups", draw_id=draw["id"], limit=200)["items"]
        rows = [each for each in every if each["kind"] == kind]
        assert len(rows) == 5
        clean = {"found": False, "note": "属实"}
        missed = {
            "found": True,
            "note": "检查后新增暗管",
            "liability": "exempt",
            "liability_note": "检查记录完整,暗管为检查后新设,尽职免责",
        }
        unjudged = {"found": True, "note": "检查后新增暗管"}
        for number, row in enumerate(rows):
            report = f"/draw-follow-ups/{row['id']}"
            if number == 0:
                office.barred(by, "liability_unsaid", f"{report}/report", unjudged, on=row)
            body = missed if number == 0 else clean
            office.act(report, "report", body, by=by, not_by=not_by if number == 0 else None)


def test_rows_3_17_and_1_25_46_key_firms_a_dynamic_list_look_backs_and_integrity(
    office: Offices, tmp_path: Path
) -> None:
    city, operator, wrong = chief(CHENGDU), centre(CHENGDU), chief("510600")
    for _ in range(KEY_FIRMS):
        office.person(city).post("/enterprises", a_firm(QINGYANG, flags=["key_water"]))
    plan = planned(
        office,
        QINGYANG,
        by=city,
        not_by=wrong,
        title="青羊区重点监管企业双随机抽查",
        document="青羊双随机1号",
        classes=["key"],
        ratios={"key": "1/1"},
        bodies=[CHENGDU, "510114", "510121"],
    )
    draw = drawn(office, plan, by=operator, other=city, not_by=wrong, days=2)
    assert draw["numbers"] == {"key": [KEY_FIRMS, KEY_FIRMS]}
    path = f"/draws/{draw['id']}"
    office.barred(city, "draw_stands", "/draws", {"plan_id": plan["id"], **days_of(draw)})
    office.later(days=2)
    found = all_of(office, draw, city)
    assert len(found) == KEY_FIRMS
    going = officer("510114")
    office.wait("the day", lambda: office.person(going).get("/drawn-objects", mine="true")["items"])

    for number, each in enumerate(found):
        one = f"/drawn-objects/{each['id']}"
        problems = ["台账不全"] if number < 12 else []
        result = {
            "checked_on": office.today.isoformat(),
            "result": "检查完毕",
            "problems": problems,
            "cases": int(number < 9),
        }
        office.act(one, "report", result, by=city, not_by=wrong if number == 0 else None)
    dynamic = office.person(city).get("/drawn-objects", open_problems="true", draw_id=draw["id"])
    assert len(dynamic["items"]) == 12
    assert sum(each["cases"] for each in all_of(office, draw, city)) == 9
    one = f"/drawn-objects/{dynamic['items'][0]['id']}"
    done = {"problem": 0, "note": "台账已补齐"}
    office.act(one, "resolve", done, by=city, not_by=wrong)
    left = office.person(city).get("/drawn-objects", open_problems="true", draw_id=draw["id"])
    assert len(left["items"]) == 11

    decided = {"decision": "other", "decided_at": office.now.isoformat()}
    item = office.act(one, "decide", decided, by=city, not_by=wrong)
    due = date.fromisoformat(item["publish_due_on"])
    assert due > office.today + timedelta(days=20)
    item = office.act(one, "publish", {"place": "政府网站"}, by=city, not_by=wrong)
    assert item["publication"]["items"] == ["排污许可证执行情况检查"]

    looked_back_at(office, draw)

    # After the days of the checks the file is for everybody who may know of the draw.
    sealed = office.person(city).http.get(f"/api/v1{path}/file")
    assert sealed.json()["code"] == "still_sealed"
    office.later(days=1)
    office.wait("the end of secrecy", lambda: office.person(city).get(path)["opened_at"])
    verified(office, draw, city, tmp_path)
    told = [each["action"] for each in office.person(discipline(CHENGDU)).get(f"{path}/steps")]
    assert told[:4] == ["commit", "freeze", "reveal", "staff"]
    assert told[-1] == "open"


def days_of(draw: Json) -> Json:
    return {"opens_on": draw["opens_on"], "closes_on": draw["closes_on"]}
