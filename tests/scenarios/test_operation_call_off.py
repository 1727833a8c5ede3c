"""取消联合行动: through the gateway, what was asked of other services is taken back too."""

from datetime import timedelta
from typing import Final

from ops.demo.inspection import officer_of, task_for
from ops.demo.people import Json
from tests.support.offices import BEILUN, CITY_CHIEF, CIXI, YUYAO, Offices, chief, officer

STRANGER: Final = chief(BEILUN)
OFF: Final = {"reason": "线索已由属地单独办结"}
MATTER: Final = {
    "title": "余慈交界酸雾",
    "division": YUYAO,
    "media": ["air"],
    "place": "余慈交界某电镀厂",
    "facts": "夜间有酸性气味",
}


def running(office: Offices, *others: str) -> str:
    """Yuyao leads, the others take part, and one officer of each goes; the path."""
    parties = [YUYAO, *others]
    last = (office.today + timedelta(days=5)).isoformat()
    plan = {
        "form": "emergency",
        "title": "酸雾联合检查",
        "lead": YUYAO,
        "parties": parties,
        "matter": MATTER,
        "planned_from": office.today.isoformat(),
        "planned_to": last,
        "due_on": last,
    }
    made = office.person(chief(YUYAO)).post("/operations", plan)
    path = f"/operations/{made['id']}"
    office.act(path, "countersign", by=chief(YUYAO))
    for each in others:
        office.act(path, "answer", {"division": each, "agrees": True}, by=chief(each))
    office.act(path, "issue", by=chief(YUYAO))
    office.act(path, "prepare", {"reason": "两县各派人员"}, by=chief(YUYAO))
    formed = office.act(path, "teams", {"name": "一组", "place": YUYAO}, by=chief(YUYAO))
    team = formed["teams"][0]["id"]
    for each in parties:
        sent = {"division": each, "team_id": team, "officer_ids": [person_of(office, each)]}
        office.act(path, "send-officers", sent, by=chief(each))
    office.act(path, "start", by=chief(YUYAO))
    return path


def person_of(office: Offices, division: str) -> str:
    return str(officer_of(office.stage, officer(division))["id"])


def task_of(office: Offices, path: str) -> Json:
    return task_for(office.stage, chief(YUYAO), path.rsplit("/", 1)[1])


def sees(office: Offices, who: str, task: Json) -> bool:
    listed = office.person(who).get("/tasks", limit=200)["items"]
    return task["id"] in {each["id"] for each in listed}


def test_a_called_off_operation_takes_its_task_and_its_people_back(office: Offices) -> None:
    path = running(office, CIXI)
    task = task_of(office, path)
    assert (task["state"], task["parties"]) == ("requested", [YUYAO, CIXI])
    office.refused(STRANGER, f"{path}/call-off", OFF, on=office.person(chief(YUYAO)).get(path))

    ended = office.act(path, "call-off", OFF, by=chief(YUYAO), not_by=chief(CIXI))

    assert (ended["state"], ended["actions"]) == ("called_off", [])
    seen = office.person(chief(CIXI)).get(path)
    assert (seen["state"], seen["steps"][-1]["reason"]) == ("called_off", OFF["reason"])

    def withdrawn() -> bool:
        read = office.person(chief(YUYAO)).get(f"/tasks/{task['id']}")
        return bool(read["state"] == "withdrawn")

    office.wait("the task to be withdrawn", withdrawn)
    assert sees(office, officer(CIXI), task)
    # Both can be sent on the next operation in the same days.
    again = running(office, CIXI)
    office.act(again, "call-off", OFF, by=CITY_CHIEF, not_by=officer(YUYAO))


def test_who_left_an_operation_is_not_needed_on_its_task(office: Offices) -> None:
    path = running(office, CIXI, BEILUN)
    task = task_of(office, path)
    item = f"/tasks/{task['id']}"
    assert sees(office, officer(BEILUN), task)
    leaving = {"division": BEILUN, "reason": "人手不足"}

    office.act(path, "leave", leaving, by=chief(BEILUN), not_by=officer(BEILUN))

    def gone() -> bool:
        return not sees(office, officer(BEILUN), task)

    office.wait("the task to go out of sight", gone)
    assert office.person(chief(YUYAO)).get(item)["parties"] == [YUYAO, CIXI]
    office.act(path, "call-off", OFF, by=chief(YUYAO))
