"""Acceptance rows 0-09, 0-10, 0-12, 2-22 and 3-17: problems from the finding to their lists' end.

An operation of 慈溪 and 余姚 finds three things at a works in 慈溪; 宁波 and 浙江 keep lists.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from ops.demo import inspection
from ops.demo.inspection import STANDARDS
from ops.demo.people import Json
from ops.demo.picture import photograph
from tests.support.joint import at, drafted, officer_id, plan
from tests.support.letters import absent
from tests.support.offices import BEILUN, CITY, CITY_CHIEF, CIXI, YUYAO, Offices, chief, officer

PROVINCE: Final = "330000"
OWNER: Final = f"{CIXI}-officer-3"
TEAM: Final = (officer(CIXI), officer(YUYAO))
STRANGER, STRANGE_CHIEF = officer(BEILUN), chief(BEILUN)
DONE: Final = {"reason": "已完成"}


@dataclass
class Visit:
    """One inspection of the operation and what it found."""

    office: Offices
    task: Json
    item: Json

    def find(self, severity: str, **changes: Any) -> Json:
        body = {
            "inspection_id": self.item["id"],
            "category": "gas",
            "severity": severity,
            "description": f"问题 {severity}",
            "traceable_source": "现场检查笔录",
            "found_at": self.office.now.isoformat(),
            **changes,
        }
        self.office.refused(STRANGER, "/problems", body)
        return self.office.person(TEAM[0]).post("/problems", body)

    def photographed(self) -> str:
        described = {
            "task_id": self.task["id"],
            "kind": "audio_visual",
            "taken_at": self.office.now.isoformat(),
            "place": "示例工业区",
            "purpose": "整改完成情况",
        }
        content = photograph(self.office.now.isoformat())
        kept = self.office.person(OWNER).upload("/evidence", content, "image/png", **described)
        return str(kept["id"])

    def submitted(self, path: str) -> None:
        """Owned by a unit and a person, put right, with proof younger than the finding."""
        office = self.office
        named = {"unit": "示例电镀厂", "person": "环保负责人"}
        office.act(path, "assign", named, by=chief(CIXI), not_by=STRANGE_CHIEF)
        office.act(path, "rectify", {"measures": "更换收集罩"}, by=OWNER, not_by=STRANGER)
        office.barred(
            OWNER, "proof_missing", f"{path}/submit", {"proof": [self.early]}, on=self.seen(path)
        )
        office.act(path, "submit", {"proof": [self.photographed()]}, by=OWNER, not_by=STRANGER)

    def verified(self, path: str) -> None:
        ids = [officer_id(self.office, each) for each in TEAM]
        went = {"officer_ids": ids, "result": "现场核查整改到位"}
        self.office.act(path, "verify", went, by=TEAM[0], not_by=OWNER)

    def seen(self, path: str) -> Json:
        found: Json = self.office.person(chief(CIXI)).get(path)
        return found

    early: str = ""


def visited(office: Offices) -> Visit:
    """An operation of two counties under way, its task dispatched, its inspection begun."""
    body = plan(office, CIXI, CIXI, YUYAO)
    joint = drafted(office, chief(CIXI), body, not_by=officer(CIXI), strangers=(STRANGE_CHIEF,))
    joint.act("countersign")
    joint.act("answer", {"division": YUYAO, "agrees": True}, by=chief(YUYAO))
    joint.act("issue")
    joint.act("prepare", DONE)
    [team] = (each["id"] for each in joint.act("teams", {"name": "一组", "place": CIXI})["teams"])
    joint.send(team, CIXI, TEAM[0])
    joint.send(team, YUYAO, TEAM[1], by=chief(YUYAO))
    joint.act("start")
    starts_at = at(joint.seen()["planned_from"], 8)
    window = {
        "starts_at": starts_at.isoformat(),
        "ends_at": (starts_at + timedelta(hours=10)).isoformat(),
    }
    task = inspection.dispatch(office.stage, joint.task(), chief(CIXI), team=TEAM, **window)
    office.move(starts_at + timedelta(hours=1))
    visit = Visit(office, task, inspection.begin(office.stage, task, TEAM, ["cross"]))
    visit.early = visit.photographed()
    office.later(minutes=5)
    return visit


def test_rows_0_09_0_10_0_12_and_2_22_three_problems_go_their_ways(office: Offices) -> None:
    visit = visited(office)
    in_20_days = (office.today + timedelta(days=20)).isoformat()
    quick, slow = visit.find("immediate"), visit.find("general", category="water")
    grave = visit.find("major", due_on=in_20_days, is_key=True)
    _in_time(quick, slow, grave, in_20_days)
    told = _told_and_served(visit)
    _punished(visit, quick, told)
    _more_time(office, f"/problems/{grave['id']}", in_20_days)
    _on_the_lists(visit, f"/problems/{grave['id']}", quick)
    _hundred_percent(office, f"/problems/{grave['id']}")


def _in_time(quick: Json, slow: Json, grave: Json, dated: str) -> None:
    """Row 0-12: not past the day, not past the week, and the day that was given."""
    found_at = datetime.fromisoformat(quick["found_at"])
    assert datetime.fromisoformat(quick["due_at"]) == found_at + timedelta(hours=24)
    assert slow["due_on"] == (found_at.date() + timedelta(days=7)).isoformat()
    assert grave["due_on"] == dated


def _told_and_served(visit: Visit) -> Json:
    """Row 2-22, one to three: the problem, the demand and the responsibility list."""
    office, of_it = visit.office, {"inspection_id": visit.item["id"]}
    team, head = office.person(TEAM[0]), office.person(chief(CIXI))
    told = {
        **of_it,
        "told_to": "法定代表人王某",
        "is_legal_representative": True,
        "manner": "in_person",
        "told_at": office.now.isoformat(),
    }
    demand = {**of_it, "kind": "technology", "demand": "酸雾收集", "stated_by": "环保负责人"}
    named = [
        {"kind": kind, "office": name, "person": "李某"}
        for kind, name in (("gas", "大气科"), ("water", "水科"))
    ]
    offices = {**of_it, "offices": named}
    office.barred(TEAM[0], "five_steps_missing", "/service-demands", demand)
    office.barred(chief(CIXI), "five_steps_missing", "/problems:name-offices", offices)
    office.refused(STRANGER, "/problems:tell", told)
    listed = team.post("/problems:tell", told)
    assert len(listed["problem_ids"]) == len(("quick", "slow", "grave"))
    office.refused(STRANGER, "/service-demands", demand)
    asked = team.post("/service-demands", demand)
    path = f"/service-demands/{asked['id']}"
    served = {"service": "专家入企指导", "provider": "宁波市环科院"}
    office.act(path, "serve", served, by=chief(CIXI), not_by=STRANGE_CHIEF)
    office.act(path, "finish", {"outcome": "方案已交付"}, by=chief(CIXI), not_by=STRANGE_CHIEF)
    office.refused(STRANGE_CHIEF, "/problems:name-offices", offices)
    office.barred(
        chief(CIXI), "kinds_uncovered", "/problems:name-offices", {**offices, "offices": named[:1]}
    )
    head.post("/problems:name-offices", offices)
    return listed


def _punished(visit: Visit, quick: Json, told: Json) -> None:
    """Row 2-22, four and five: after enough time, a case; then published and told to credit."""
    office, path = visit.office, f"/problems/{quick['id']}"
    late = {"ground": "still_violating", "facts": "期限届满仍未改正"}
    office.barred(OWNER, "time_not_over", f"{path}/punish", late, on=visit.seen(path))
    office.later(days=3)
    office.act(path, "punish", late, by=OWNER, not_by=STRANGER)
    public = {
        "problem_id": quick["id"],
        "kind": "credit",
        "title": "行政处罚信息",
        "reference": f"慈环罚〔2026〕{quick['id'][-6:]}号",
        "place": "信用平台",
        "published_on": office.today.isoformat(),
    }
    office.barred(chief(CIXI), "case_not_filed", "/problems:publicise", public)
    case = {"case_ref": "慈环案〔2026〕1号"}
    office.act(path, "take-case", case, by=chief(CIXI), not_by=STRANGE_CHIEF)
    office.refused(STRANGE_CHIEF, "/problems:publicise", public)
    office.person(chief(CIXI)).post("/problems:publicise", public)

    steps = office.person(CITY_CHIEF).get(f"/inspections/{visit.item['id']}/five-steps")
    assert all(steps["steps"].values())
    assert {each["id"] for each in steps["problem_list"]} == {*told["problem_ids"]}
    assert [each["state"] for each in steps["demand_list"]] == ["done"]
    assert {each["kind"] for each in steps["responsibility_list"]} == {"gas", "water"}
    feed = office.person(CITY_CHIEF).get("/problems:credit-feed", limit=200)["items"]
    assert public["reference"] in {each["reference"] for each in feed}
    # Nobody acted in time, so those above were told.
    office.wait(
        "the city to be told", lambda: visit.seen(path)["raised_to"] == CITY or None, within=30
    )


def _more_time(office: Offices, path: str, before: str) -> None:
    """Row 0-12: asked for with a reason, granted by somebody else."""
    later = (datetime.fromisoformat(before) + timedelta(days=5)).date().isoformat()
    asked = {"due_on": later, "reason": "设备交货延迟"}
    office.act(path, "ask-extension", asked, by=OWNER, not_by=STRANGER)
    yes = {"granted": True, "opinion": "同意延期"}
    granted = office.act(path, "decide-extension", yes, by=chief(CIXI), not_by=OWNER)
    assert granted["due_on"] == later


def _on_the_lists(visit: Visit, path: str, quick: Json) -> None:
    """Row 0-09 and 3-17: on the city's and the province's list, live, accepted and filed there."""
    office, province = visit.office, chief(PROVINCE)
    for level in ("city", "province"):
        reason = {"level": level, "reason": "重大违法问题"}
        office.act(path, "enlist", reason, by=chief(CIXI), not_by=OWNER)
        office.act(path, "send-to-list", {"level": level}, by=chief(CIXI), not_by=OWNER)
        number = {"level": level, "reference": f"七张清单-{level}-7"}
        office.act(path, "receive-on-list", number, by=chief(CIXI), not_by=OWNER)
    assert visit.seen(path)["external_list_ref"] == "七张清单-province-7"
    assert _line(office, province, PROVINCE, path)["pace"] == "on_schedule"

    visit.submitted(path)
    visit.verified(path)
    accepted = {"opinion": "同意验收", "standards": STANDARDS}
    office.refused(chief(CIXI), f"{path}/approve", accepted, on=visit.seen(path))
    office.refused(CITY_CHIEF, f"{path}/approve", accepted, on=visit.seen(path))
    # 举一反三: the other one is long overdue.
    item = office.person(province).get(path)
    office.barred(province, "others_overdue", f"{path}/approve", accepted, on=item)
    visit.submitted(f"/problems/{quick['id']}")
    office.act(path, "approve", accepted, by=province)
    published = {"publication_ref": "甬环公示〔2026〕7号"}
    office.act(path, "publish", published, by=chief(CIXI), not_by=STRANGE_CHIEF)
    office.barred(chief(CIXI), "closing_not_filed", f"{path}/close", None, on=visit.seen(path))
    for level, keeper, below in (
        ("city", CITY_CHIEF, chief(CIXI)),
        ("province", province, CITY_CHIEF),
    ):
        filing = {"level": level, "filing_ref": f"备案-{level}-7"}
        office.act(path, "file-closing", filing, by=keeper, not_by=below)
    item = visit.seen(path)
    closed = office.person(chief(CIXI)).post(f"{path}/close", on=item)
    assert (closed["state"], closed["pace"]) == ("closed", "completed")
    line = _line(office, CITY_CHIEF, CITY, path)
    assert (line["state"], line["list_state"], line["measures"]) == (
        "closed",
        "filed",
        "更换收集罩",
    )


def _line(office: Offices, who: str, division: str, path: str) -> Json:
    listed = office.person(who).get("/problems:listed", division=division, limit=200)["items"]
    [line] = [each for each in listed if path.endswith(each["problem_id"])]
    found: Json = line
    return found


def _hundred_percent(office: Offices, path: str) -> None:
    """Row 0-10: what is closed is traceable, proven and owned; one file holds all of it."""
    absent(office, path, STRANGER)
    file = office.person(chief(CIXI)).get(f"{path}/file")
    problem = file["problem"]
    assert all(problem[each] for each in ("traceable_source", "proof", "responsible_person"))
    assert [each["verdict"] for each in file["acceptances"][0]["standards"]] == ["met"] * 6
    assert [each["state"] for each in file["extensions"]] == ["granted"]
    assert {each["id"] for each in file["evidence"]} == set(problem["proof"])
    figures = office.person(CITY_CHIEF).get("/problems:figures", division=CITY)
    assert figures["closed"] >= 1
    assert [figures[f"{each}_rate"] for each in ("traceable", "proven", "owned")] == ["100.00"] * 3
    unseen = office.person(chief("510100")).get("/problems:figures", division=CITY)
    assert (unseen["found"], unseen["traceable_rate"]) == (0, None)
