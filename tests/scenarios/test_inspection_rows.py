"""Acceptance rows 1-24, 1-27, 2-08, 3-32 and 3-39: what is done at inspections, by the gateway.

Everybody acts with a login of their own bureau. The tasks come from surprise operations.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from ops.demo import inspection
from ops.demo.inspection import SAID
from ops.demo.people import SHANGHAI, Json
from tests.factories.firms import a_firm
from tests.support.offices import Offices, chief, officer

CHENGDU, XINDU, JINTANG = "510100", "510114", "510121"
ZHOUSHAN, DINGHAI, PUTUO = "330900", "330902", "330903"
STRANGER: Final = "330282"
OFF_SITE_CHECKS: Final = 18


@dataclass
class Field:
    """A task of a surprise operation, and the team that is sent on it."""

    office: Offices
    task: Json
    team: Sequence[str]
    starts_at: datetime

    @property
    def lead(self) -> str:
        return self.team[0]

    def body(self, by: Sequence[str], at: datetime, **changes: Any) -> Json:
        ids = [inspection.officer_of(self.office.stage, each)["id"] for each in by]
        return {
            "task_id": self.task["id"],
            "officers": [{"officer_id": each, "certificate_shown": True} for each in ids],
            "started_at": at.isoformat(),
            "recorder": {"on": True, "said": SAID},
            **changes,
        }

    def begin(self, by: Sequence[str], at: datetime, **changes: Any) -> Json:
        body = self.body(by, at, **changes)
        self.office.refused(officer(STRANGER), "/inspections", body)
        begun: Json = self.office.person(self.lead).post("/inspections", body)
        return begun

    def act(self, visit: Json, step: str, body: object = None) -> Json:
        path = f"/inspections/{visit['id']}"
        return self.office.act(path, step, body, by=self.lead, not_by=officer(STRANGER))

    def finish(self, visit: Json) -> Json:
        inspection.finish(self.office.stage, visit, self.lead)
        ended: Json = self.office.person(self.lead).get(f"/inspections/{visit['id']}")
        return ended


def sent(office: Offices, lead: str, place: str, *others: str, team: Sequence[str]) -> Field:
    """A surprise operation over counties of a city, its task, its team, accepted."""
    first = office.today
    centre = f"{lead}-command-center-1"
    body = {
        "form": "daily",
        "kind": "surprise",
        "title": f"飞行检查{uuid4().hex[:6]}",
        "lead": lead,
        "parties": [place, *others],
        "named": [office.person(team[-1]).account_id],
        "links": ["area"],
        "focuses": ["air"],
        "matter": {
            "title": "涉气企业检查",
            "division": place,
            "media": ["air"],
            "place": "工业区",
            "facts": "废气治理设施运行情况",
        },
        "planned_from": first.isoformat(),
        "planned_to": (first + timedelta(days=6)).isoformat(),
        "due_on": (first + timedelta(days=40)).isoformat(),
    }
    office.refused(chief(place), "/operations", body)
    made = office.person(centre).post("/operations", body)
    path = f"/operations/{made['id']}"
    office.act(path, "issue", by=chief(lead), not_by=chief(place))
    office.act(path, "prepare", {"reason": "已完成"}, by=centre)
    formed = office.act(path, "teams", {"name": "飞行组", "place": place}, by=centre)
    [group] = (each["id"] for each in formed["teams"])
    for division in dict.fromkeys(each[:6] for each in team):
        ids = [
            inspection.officer_of(office.stage, each)["id"] for each in team if each[:6] == division
        ]
        named = {"division": division, "team_id": group, "officer_ids": ids}
        office.act(path, "send-officers", named, by=centre)
    office.act(path, "start", by=centre, not_by=chief(place))

    def look() -> Json | None:
        listed = office.person(chief(lead)).get("/tasks", limit=200)["items"]
        return next((each for each in listed if each["origin_id"] == made["id"]), None)

    line = office.wait("the task", look)
    task: Json = office.person(chief(lead)).get(f"/tasks/{line['id']}")
    ids = [inspection.officer_of(office.stage, each)["id"] for each in team]
    starts_at = office.now + timedelta(minutes=5)
    order = {
        "officer_ids": ids,
        "leader_id": ids[0],
        "starts_at": starts_at.isoformat(),
        "ends_at": (starts_at + timedelta(days=6)).isoformat(),
    }
    where = f"/tasks/{task['id']}"
    office.act(where, "dispatch", order, by=chief(lead), not_by=officer(STRANGER))
    accepted = office.act(where, "accept", by=team[0], not_by=officer(STRANGER))
    office.move(starts_at + timedelta(minutes=5))
    return Field(office, accepted, team, starts_at)


def a_listed_firm(office: Offices) -> Json:
    """A firm of 新都 on the positive list, of the kind that is not visited."""
    head = office.person(chief(XINDU))
    firm: Json = head.post("/enterprises", a_firm(XINDU))
    today = office.today.isoformat()
    listing = {
        "division": XINDU,
        "document": f"新环发{uuid4().hex[:6]}号",
        "title": "监督执法正面清单",
        "published_on": today,
        "valid_from": today,
    }
    made = head.post("/positive-lists", listing)
    on = {"enterprise_id": firm["id"], "category": "livelihood"}
    path = f"/positive-lists/{made['id']}"
    office.act(path, "put-on", on, by=chief(XINDU), not_by=chief(JINTANG))
    return firm


def a_special_check(office: Offices) -> Json:
    """Approved by the superior, filed, published."""
    today = office.today
    body = {
        "division": XINDU,
        "document": f"成环函{uuid4().hex[:6]}号",
        "title": "涉气企业专项检查",
        "approver": "vertical_superior",
        "approving_division": CHENGDU,
        "approved_on": today.isoformat(),
        "divisions": [XINDU],
        "contents": ["废气治理"],
        "most": 1,
        "starts_on": today.isoformat(),
        "ends_on": (today + timedelta(days=30)).isoformat(),
    }
    office.refused(chief(JINTANG), "/inspections/special-checks", body)
    made = office.person(chief(XINDU)).post("/inspections/special-checks", body)
    path = f"/inspections/special-checks/{made['id']}"
    for step in ("file", "publish"):
        named = {"reference": "2026-1"}
        made = office.act(path, step, named, by=chief(XINDU), not_by=chief(JINTANG))
    return made


def test_rows_3_39_and_3_32_all_weather_and_eighteen_checks_from_afar(office: Offices) -> None:
    """Daily and special, day and night, workday and holiday, own and cross; and the listed firm."""
    office.move(friday_morning(office))
    own = (officer(XINDU), f"{XINDU}-officer-2")
    team = (*own, officer(JINTANG))
    listed, check = a_listed_firm(office), a_special_check(office)
    firm: Json = office.person(chief(XINDU)).post("/enterprises", a_firm(XINDU))
    field = sent(office, CHENGDU, XINDU, JINTANG, team=team)
    lead = office.person(field.lead)

    daily = field.finish(
        field.begin(own, office.now, legal_kind="routine", mode="on_site", enterprise_id=firm["id"])
    )
    night = office.now.replace(hour=22, minute=30)
    office.move(night)
    special = {"legal_kind": "special", "mode": "on_site", "contents": ["废气治理"]}
    body = field.body(team, night, **special, special_check_id=check["id"])
    beyond = body | {"contents": ["废水"]}
    office.barred(field.lead, "outside_special_content", "/inspections", beyond)
    field.finish(lead.post("/inspections", body))
    office.barred(field.lead, "special_number_reached", "/inspections", body)
    office.move(office.now.replace(hour=10, minute=0) + timedelta(days=1))
    cross = field.finish(field.begin(team, office.now, mode="on_site", methods=["cross"]))
    assert (daily["on_rest_day"], cross["on_rest_day"], cross["methods"]) == (
        False,
        True,
        ["cross", "holiday"],
    )

    wanted = {"task_id": field.task["id"], "limit": 200}
    for name, value in (
        ("legal_kind", "routine"),
        ("legal_kind", "special"),
        ("at_night", "true"),
        ("at_night", "false"),
        ("on_rest_day", "true"),
        ("on_rest_day", "false"),
        ("crossing", "true"),
        ("crossing", "false"),
    ):
        assert lead.get("/inspections", **wanted, **{name: value})["items"], (name, value)

    routine = {"legal_kind": "routine", "enterprise_id": listed["id"]}
    body = field.body(own, office.now, **routine, mode="on_site")
    office.barred(field.lead, "off_site_only", "/inspections", body)
    for _ in range(OFF_SITE_CHECKS):
        afar = field.begin(own, office.now, **routine, mode="off_site")
        record = {"text": "在线数据、用电正常", "signature": "signed"}
        afar = lead.post(f"/inspections/{afar['id']}/record", record, on=afar)
        lead.post(f"/inspections/{afar['id']}/finish", on=afar)
    year = office.today.year
    rows = lead.get("/enterprise-visits:statistics", year=year, division=XINDU, limit=200)
    counted = {each["enterprise_id"]: each for each in rows["items"]}
    assert (counted[listed["id"]]["off_site"], counted[listed["id"]]["counted"]) == (18, 0)
    assert (counted[firm["id"]]["counted"], counted[firm["id"]]["over_cap"]) == (1, 0)
    seen = lead.get(f"/enterprises/{listed['id']}")
    assert seen["last_contact_on"] == office.today.isoformat()


def friday_morning(office: Offices) -> datetime:
    """The next Friday that is a working day with a weekend after it."""
    ahead = (4 - office.today.weekday()) % 7 or 7
    day = office.now.astimezone(SHANGHAI) + timedelta(days=ahead)
    return day.replace(hour=8, minute=30, second=0, microsecond=0)


def test_rows_2_08_1_24_and_1_27_fly_to_another_county_unannounced_and_watched(
    office: Offices,
) -> None:
    """Officers of elsewhere, each with a recorder, no notice, a sheet; what is found is filed."""
    team = (officer(DINGHAI), officer(ZHOUSHAN), officer(PUTUO))
    field = sent(office, ZHOUSHAN, PUTUO, DINGHAI, team=team)
    devices = "/inspections/recorder-devices"
    for login in team:
        held = {
            "serial": f"BWC-{uuid4().hex[:8]}",
            "officer_id": inspection.officer_of(office.stage, login)["id"],
        }
        office.refused(chief(STRANGER), devices, held)
        office.person(f"{ZHOUSHAN}-command-center-1").post(devices, held)
    day = office.today.isoformat()
    period = {"division": ZHOUSHAN, "first": day, "last": day}
    covered = office.person(chief(ZHOUSHAN)).get("/inspections:recorder-coverage", **period)
    equipped = {each["officer_id"]: each["device"] for each in covered["front_line"]}
    ids = [inspection.officer_of(office.stage, each)["id"] for each in team]
    assert all(equipped[each] for each in ids)

    flying = {"mode": "on_site", "methods": ["flying", "unannounced"]}
    alone = field.body(team[2:] + team[:1], office.now, **flying)
    office.barred(field.lead, "flying_needs_outsiders", "/inspections", alone)
    recorder = {"on": True, "said": SAID, "device": equipped[ids[0]]}
    visit = field.begin(team, office.now, **flying, recorder=recorder)

    notes = f"/inspections/{visit['id']}/supervision-notes"
    seen = {"kind": "in_order", "note": "亮证、告知程序规范"}
    office.refused(team[0], notes, seen)
    office.refused(chief(STRANGER), notes, seen)
    office.person(f"{ZHOUSHAN}-command-center-1").post(notes, seen)
    problem = inspection.find(
        office.stage, field.lead, visit, severity="general", what="活性炭未更换"
    )
    assert problem["division"] == PUTUO

    visit = field.act(visit, "record", {"text": "现场检查情况", "signature": "signed"})
    visit = field.act(visit, "integrity-sheet")
    assert visit["sheet_number"].startswith(f"{PUTUO}-L-")
    where = f"/inspections/{visit['id']}"
    office.barred(field.lead, "integrity_sheet_handed", f"{where}/integrity-sheet", {}, on=visit)
    office.barred(field.lead, "unannounced_undeclared", f"{where}/finish", {}, on=visit)
    breach = {"breaches": [{"kind": "escort", "note": "镇干部到场陪同"}]}
    visit = field.act(visit, "declare-unannounced", breach)
    visit = field.act(visit, "show-code")
    visit = field.act(visit, "finish")
    assert (visit["crossing"], visit["breaches"][0]["kind"]) == (True, "escort")
    public = office.person(chief(STRANGER)).get("/inspections:by-code", code=visit["act_code"])
    assert (public["division"], public["state"]) == (ZHOUSHAN, "finished")
