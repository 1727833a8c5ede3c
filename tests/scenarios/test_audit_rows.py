"""Acceptance rows 2-06, 2-09 and 1-26: consultations and audits of units, through the gateway.

舟山 consults with its districts, a lawyer and an expert, and audits its counties' brigades at night
and on a Sunday. Everybody acts with a login of their own.
"""

from datetime import datetime, time, timedelta
from typing import Any, Final
from uuid import uuid4

from ops.demo.people import SHANGHAI, Json
from tests.support.offices import Offices, chief, officer

ZHOUSHAN, DINGHAI, PUTUO, DAISHAN, SHENGSI = "330900", "330902", "330903", "330921", "330922"
CENTRE: Final = f"{ZHOUSHAN}-command-center-1"
AUDITOR: Final = f"{ZHOUSHAN}-auditor-1"
STRANGERS: Final = (chief(DAISHAN), chief("330000"), chief("330200"))
NIGHT, MORNING, SUNDAY = time(22, 30), time(10), 6
TOPICS: Final = ("site_checks", "petition_handling", "fees", "three_simultaneity")
SHIPYARD: Final = "示例船舶修造厂"
QUARRY: Final = "示例石料厂"


def problem(title: str, place: str, name: str) -> Json:
    return {
        "title": title,
        "division": place,
        "media": ["air"],
        "place": "示例工业区",
        "facts": "两次整改后仍有投诉",
        "object_name": name,
    }


def an_expert(office: Offices, name: str, **facts: Any) -> Json:
    [bureau, *_] = office.person(chief(ZHOUSHAN)).get("/bureaus", division=ZHOUSHAN)["items"]
    body = {
        "bureau_id": bureau["id"],
        "name": name,
        "fields": ["air"],
        "organisation": "某环境科学研究院",
        "valid_from": "2026-01-01",
        "valid_to": "2027-12-31",
        **facts,
    }
    return office.person(chief(ZHOUSHAN)).post("/experts", body)


def called(office: Offices) -> Json:
    """The consultation: an expert with an interest in an object is not called."""
    conflict = {"object_name": QUARRY, "relation": "顾问"}
    partial = an_expert(office, "丙专家", conflicts=[conflict])
    expert = an_expert(office, "乙专家")
    body = {
        "convener": ZHOUSHAN,
        "title": "喷涂废气与矿山扬尘会诊",
        "regular": True,
        "starts_at": (office.now + timedelta(hours=1)).isoformat(),
        "place": "舟山市生态环境局",
        "problems": [
            problem("船厂喷涂废气反复投诉", DINGHAI, SHIPYARD),
            problem("宕口扬尘", PUTUO, QUARRY),
        ],
        "invitees": [
            *({"kind": "division", "division": each} for each in (DINGHAI, PUTUO, SHENGSI)),
            {"kind": "procuratorate", "organisation": "示例市人民检察院"},
            {"kind": "lawyer", "organisation": "示例律师事务所", "person": "甲律师"},
            {"kind": "expert", "expert_id": expert["id"]},
        ],
    }
    recused = {**body, "invitees": [{"kind": "expert", "expert_id": partial["id"]}]}
    office.barred(chief(ZHOUSHAN), "expert_recused", "/consultations", recused)
    office.refused(chief(DINGHAI), "/consultations", body)
    return office.person(chief(ZHOUSHAN)).post("/consultations", body)


def by_name(item: Json) -> dict[str, str]:
    """The invited by division, person or organisation."""
    return {
        each["division"] or each["person"] or each["organisation"]: each["id"]
        for each in item["invitees"]
    }


def answered(office: Offices, path: str, ids: dict[str, str]) -> None:
    """Two come, one declines and sees no more, a lawyer's opinion is written down."""

    def says(who: str, answer: str, text: str | None, *, by: str, not_by: str) -> None:
        said = {"invitee_id": ids[who], "answer": answer, "text": text}
        office.act(path, "answer", said, by=by, not_by=not_by)

    says(DINGHAI, "comes", None, by=chief(DINGHAI), not_by=chief(PUTUO))
    says(PUTUO, "comes", None, by=chief(PUTUO), not_by=officer(PUTUO))
    says("甲律师", "sends_opinion", "应先责令改正", by=chief(ZHOUSHAN), not_by=chief(DINGHAI))
    says(SHENGSI, "declined", "与本县无关", by=chief(SHENGSI), not_by=chief(DINGHAI))
    left = office.person(chief(SHENGSI))
    assert left.http.get(f"/api/v1{path}").status_code == 404
    [kept] = left.get("/consultations/invitations", division=SHENGSI)["items"]
    assert (kept["answer"], len(kept["problems"])) == ("declined", 2)


def diagnosed(office: Offices, path: str, ids: dict[str, str]) -> tuple[str, str]:
    """It is held, each problem has its diagnosis, and the expert dissents on the first."""
    came = [
        {"invitee_id": key, "attended": who != "甲律师"}
        for who, key in ids.items()
        if who != SHENGSI
    ]
    held = {"held_on": office.today.isoformat(), "attendance": came}
    item = office.act(path, "hold", held, by=CENTRE, not_by=chief(DINGHAI))
    first, second = (each["id"] for each in item["problems"])
    for each in (first, second):
        found = {
            "problem_id": each,
            "cause": "作业未密闭",
            "legal_view": "违反大气污染防治法",
            "technical_view": "收集效率不足",
            "recommended": "限期改造",
        }
        office.act(path, "diagnose", found, by=chief(ZHOUSHAN), not_by=chief(PUTUO))
    other = {"problem_id": first, "invitee_id": ids["乙专家"], "text": "改造不如搬迁"}
    item = office.act(path, "dissent", other, by=chief(ZHOUSHAN), not_by=chief(PUTUO))
    assert [each["name"] for each in item["problems"][0]["dissents"]] == ["乙专家"]
    return first, second


def carried_out(office: Offices, path: str, first: str, second: str) -> None:
    """Two measures: one is late, sent back once and done; one is dropped with a reason."""
    city = office.person(chief(ZHOUSHAN))
    due = (office.today + timedelta(days=2)).isoformat()
    for key, who in ((first, DINGHAI), (second, PUTUO)):
        told = {"problem_id": key, "text": "改造作业区", "responsible": who, "due_on": due}
        office.act(path, "order-measure", told, by=chief(ZHOUSHAN), not_by=chief(PUTUO))
    item = city.get(path)
    office.barred(chief(ZHOUSHAN), "measures_open", f"{path}/close", {}, on=item)
    late, dropped = item["measures"]

    def measure(step: str, body: Json, *, by: str, not_by: str) -> Json:
        now = next(each for each in city.get(path)["measures"] if each["id"] == late["id"])
        office.refused(not_by, f"{path}/measures/{late['id']}/{step}", body, on=now)
        return office.person(by).post(f"{path}/measures/{late['id']}/{step}", body, on=now)

    measure("confirm", {}, by=chief(DINGHAI), not_by=chief(PUTUO))
    office.later(days=3)
    overdue = city.get("/consultations/measures", division=DINGHAI, overdue=True)["items"]
    assert [each["id"] for each in overdue] == [late["id"]]
    measure("report", {"proof": "照片"}, by=officer(DINGHAI), not_by=officer(PUTUO))
    measure("send-back", {"reason": "缺监测报告"}, by=CENTRE, not_by=chief(DINGHAI))
    measure("report", {"proof": "照片与监测报告"}, by=officer(DINGHAI), not_by=CENTRE)
    done = measure("close", {}, by=chief(ZHOUSHAN), not_by=chief(DINGHAI))
    assert (done["state"], done["overdue"]) == ("done", True)
    given_up = {"reason": "该宕口已关闭"}
    city.post(f"{path}/measures/{dropped['id']}/drop", given_up, on=dropped)


def test_row_2_06_a_city_its_districts_a_lawyer_and_an_expert_diagnose_two_problems(
    office: Offices,
) -> None:
    item = called(office)
    path, ids = f"/consultations/{item['id']}", by_name(item)
    for login in STRANGERS:
        assert office.person(login).http.get(f"/api/v1{path}").status_code == 404
    answered(office, path, ids)
    office.later(hours=3)
    held_on = office.today.isoformat()
    first, second = diagnosed(office, path, ids)
    carried_out(office, path, first, second)

    item = office.act(path, "close", {}, by=chief(ZHOUSHAN), not_by=chief(DINGHAI))
    assert item["state"] == "closed"
    seen = {"problem_id": first, "solved": True, "text": "回访无投诉"}
    item = office.act(path, "look-back", seen, by=chief(ZHOUSHAN), not_by=chief(DINGHAI))
    assert [each["solved"] for each in item["problems"]] == [True, None]
    rhythm = office.person(chief("330000")).get("/consultations/rhythm", division=ZHOUSHAN)
    assert (rhythm["last_held_on"], rhythm["is_due"]) == (held_on, False)


class Audit:
    """One audit, its auditor from another county, and the steps on it."""

    def __init__(self, office: Offices, unit: Json, begins: datetime, **changes: Any) -> None:
        self.office = office
        self.item: Json = office.person(AUDITOR).post(
            "/unit-audits",
            {
                "orderer": ZHOUSHAN,
                "bureau_id": unit["id"],
                "title": "定海分局稽查",
                "topics": [*TOPICS],
                "announced": False,
                "planned_from": (begins - timedelta(hours=1)).isoformat(),
                "planned_to": (begins + timedelta(hours=12)).isoformat(),
                **changes,
            },
        )
        self.path = f"/unit-audits/{self.item['id']}"

    def act(self, step: str, body: object = None, *, by: str, not_by: str | None = None) -> Json:
        self.item = self.office.act(self.path, step, body, by=by, not_by=not_by)
        return self.item

    def unseen(self, *logins: str) -> None:
        """Neither as an item nor in a list nor in a figure."""
        for login in logins:
            person = self.office.person(login)
            assert person.http.get(f"/api/v1{self.path}").status_code == 404, login
            rows = person.get("/unit-audits", limit=200)["items"]
            assert self.item["id"] not in {each["id"] for each in rows}

    def with_finding(self, step: str, body: Json, *, by: str, not_by: str) -> Json:
        [finding, *_] = self.office.person(chief(ZHOUSHAN)).get(self.path)["findings"]
        path = f"{self.path}/findings/{finding['id']}/{step}"
        self.office.refused(not_by, path, body, on=finding)
        return self.office.person(by).post(path, body, on=finding)

    def checked(self, by: str, *, fault: str | None) -> None:
        items = {
            "site_checks": ("two_officers", "record_complete", "problems_followed"),
            "petition_handling": ("answered_in_time", "facts_checked", "petitioner_protected"),
            "fees": ("basis_right", "levied_in_full"),
            "three_simultaneity": ("followed_up", "acceptance_checked"),
        }
        checks = [
            {"topic": topic, "item": each, "result": "fault" if each == fault else "in_order"}
            for topic, each_of in items.items()
            for each in each_of
        ]
        self.act("check", {"checks": checks}, by=by, not_by=officer(DINGHAI))


def an_officer(office: Offices, division: str) -> Json:
    """One more, with no login of their own."""
    person = office.person(chief(division))
    [bureau, *_] = person.get("/bureaus", division=division)["items"]
    return person.post(
        "/officers",
        {
            "bureau_id": bureau["id"],
            "name": f"增派人员{uuid4().hex[:4]}",
            "certificate": {
                "number": uuid4().hex[:12],
                "valid_from": "2024-01-01",
                "valid_to": "2028-12-31",
            },
        },
    )


def the_officer(office: Offices, login: str) -> Json:
    rows = office.person(login).get("/officers", division=login[:6])["items"]
    return next(each for each in rows if each["name"].endswith("执法人员1"))


def next_sunday(office: Offices) -> datetime:
    days = (SUNDAY - office.today.weekday()) % 7 or 7
    return datetime.combine(office.today + timedelta(days=days), MORNING, SHANGHAI)


def ordered_in_secret(office: Offices, unit: Json, night: datetime) -> tuple[Audit, Json]:
    """By 舟山's auditor and head: who goes is of other counties, and nobody else knows of it."""
    own, goes = the_officer(office, officer(DINGHAI)), the_officer(office, officer(SHENGSI))
    beside = an_officer(office, DAISHAN)
    audit = Audit(office, unit, night)
    asked = office.person(AUDITOR).get(f"{audit.path}/candidates", number=2)["candidates"]
    assert {each["division"] for each in asked} == {PUTUO, DAISHAN, SHENGSI}
    assert sum(each["proposed"] for each in asked) == 2
    home = {"officer_ids": [own["id"], goes["id"]]}
    drafted = office.person(AUDITOR).get(audit.path)
    office.barred(AUDITOR, "not_a_candidate", f"{audit.path}/name-auditors", home, on=drafted)
    named = {"officer_ids": [goes["id"], beside["id"]]}
    audit.act("name-auditors", named, by=AUDITOR, not_by=chief(DINGHAI))
    audit.act("order", by=chief(ZHOUSHAN), not_by=AUDITOR)
    audit.unseen(chief(DINGHAI), officer(DINGHAI), chief(PUTUO), CENTRE, chief("330000"))
    return audit, goes


def audited_at_night(office: Offices, audit: Audit, night: datetime) -> Json:
    """Started by an officer of 嵊泗; what is found the audited reads with the report."""
    office.move(night)
    started = audit.act("start", by=officer(SHENGSI), not_by=chief(DINGHAI))
    assert started["hour_class"].endswith("_night")
    assert office.person(chief(DINGHAI)).get(audit.path)["state"] == "running"
    audit.unseen(chief(PUTUO), officer(PUTUO))
    audit.checked(officer(SHENGSI), fault="answered_in_time")
    fault = {
        "topic": "petition_handling",
        "item": "answered_in_time",
        "severity": "general",
        "fact": "一件信访超期答复",
        "legal_basis": "《信访工作条例》第三十四条",
        "sample": "330902-2026-000001",
        "responsible": "信访科",
    }
    audit.act("find", fault, by=officer(SHENGSI), not_by=officer(DINGHAI))
    assert office.person(chief(DINGHAI)).get(audit.path)["findings"] == []
    audit.act("report", {"report": "夜间稽查报告"}, by=AUDITOR, not_by=chief(DINGHAI))
    [finding] = office.person(chief(DINGHAI)).get(audit.path)["findings"]
    return dict(finding)


def heard_and_rectified(audit: Audit, finding: Json) -> None:
    """The unit speaks, the head rules, the unit rectifies, another verifies."""
    said = {"finding_id": finding["id"], "position": "disagrees", "reason": "系统延迟"}
    told = {"statement": "情况说明", "statements": [said]}
    audit.act("state", told, by=chief(DINGHAI), not_by=chief(ZHOUSHAN))
    ruling = {"finding_id": finding["id"], "upheld": True, "reason": "日志显示未操作"}
    audit.act("decide", {"rulings": [ruling]}, by=chief(ZHOUSHAN), not_by=AUDITOR)
    proof = {"proof": "已答复并建立提醒"}
    audit.with_finding("rectify", proof, by=officer(DINGHAI), not_by=officer(SHENGSI))
    seen = {"remark": "抽查属实"}
    done = audit.with_finding("verify", seen, by=officer(SHENGSI), not_by=officer(DINGHAI))
    assert done["findings"][0]["verified_name"] != done["findings"][0]["rectified_name"]
    audit.act("close", by=chief(ZHOUSHAN), not_by=AUDITOR)
    looked = {"holds": True, "text": "三件均按期"}
    audit.with_finding("look-back", looked, by=AUDITOR, not_by=chief(DINGHAI))


def audited_on_a_sunday(office: Offices, unit: Json, was_there: Json) -> None:
    """Announced, by others than the last time, without a finding."""
    sunday = next_sunday(office)
    again = Audit(office, unit, sunday, announced=True, title="周日稽查")
    fresh = [an_officer(office, each)["id"] for each in (PUTUO, DAISHAN)]
    lately = {"officer_ids": [was_there["id"], fresh[0]]}
    drafted = office.person(AUDITOR).get(again.path)
    office.barred(AUDITOR, "audited_it_lately", f"{again.path}/name-auditors", lately, on=drafted)
    again.act("name-auditors", {"officer_ids": fresh}, by=AUDITOR)
    again.unseen(chief(DINGHAI))
    again.act("order", by=chief(ZHOUSHAN))
    assert office.person(chief(DINGHAI)).get(again.path)["state"] == "ordered"
    office.move(sunday)
    assert again.act("start", by=AUDITOR, not_by=chief(DINGHAI))["hour_class"] == "weekend"
    again.checked(AUDITOR, fault=None)
    again.act("report", {"report": "未发现问题"}, by=AUDITOR, not_by=chief(DINGHAI))
    again.act("decide", {}, by=chief(ZHOUSHAN), not_by=AUDITOR)
    again.act("close", by=chief(ZHOUSHAN), not_by=AUDITOR)


def test_rows_2_09_and_1_26_a_unit_is_audited_at_night_and_on_a_sunday_by_other_counties(
    office: Offices,
) -> None:
    city = office.person(chief(ZHOUSHAN))
    units = city.get("/bureaus", division=DINGHAI)["items"]
    [unit] = [each for each in units if each["kind"] == "ecology_bureau"]
    year = {"division": ZHOUSHAN, "year": office.today.year}
    figures = city.get("/unit-audits/figures", **year)
    uncovered = city.get("/unit-audits/coverage", **year)
    assert not next(e for e in uncovered["units"] if e["bureau_id"] == unit["id"])["covered"]

    night = datetime.combine(office.today + timedelta(days=1), NIGHT, SHANGHAI)
    audit, goes = ordered_in_secret(office, unit, night)
    finding = audited_at_night(office, audit, night)
    heard_and_rectified(audit, finding)
    audited_on_a_sunday(office, unit, goes)

    after = city.get("/unit-audits/figures", **year)
    assert after["audits"] == figures["audits"] + 2
    assert sum(after["hours"][each] for each in after["hours"] if each.endswith("_night")) >= 1
    assert after["hours"]["weekend"] == figures["hours"]["weekend"] + 1
    in_time = after["findings"]["closed_in_time"]
    assert in_time == figures["findings"]["closed_in_time"] + 1
    covered = city.get("/unit-audits/coverage", **year)
    assert next(e for e in covered["units"] if e["bureau_id"] == unit["id"])["covered"]
    assert covered["uncovered"] == uncovered["uncovered"] - 1
    own = {"division": DINGHAI, "year": office.today.year}
    assert office.person(chief(DINGHAI)).get("/unit-audits/figures", **own)["audits"] == 2
    path = f"/api/v1/unit-audits/figures?division={ZHOUSHAN}&year={office.today.year}"
    answer = office.person(chief(DINGHAI)).http.get(path)
    assert answer.status_code == 403
