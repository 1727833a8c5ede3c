"""Acceptance 2-23: supervisors take part in petitions; firms and residents meet, promises stand."""

from datetime import timedelta
from typing import Final
from uuid import uuid4

from ops.demo.people import Json
from tests.support.offices import CIXI, YUYAO, Offices, chief, clerk, officer

FIRM: Final = "示例化工厂"
WHO: Final = "丁某某"
FIRM_CODE: Final = "91330281MA2AXXXX1R"


def named(office: Offices, division: str, **facts: object) -> Json:
    body = {
        "division": division,
        "kind": "village",
        "object_name": f"示例村{uuid4().hex[:6]}",
        "name": "张三",
        "phone": "13800000001",
        "valid_from": "2026-01-01",
        **facts,
    }
    made: Json = office.person(chief(division)).post("/environmental-supervisors", body)
    return made


def taken_part(office: Offices, supervisor: Json) -> Json:
    listed = office.person(chief(CIXI)).get(
        "/environmental-supervisors/participation", division=CIXI, year=office.today.year, limit=200
    )["items"]
    return next(each for each in listed if each["supervisor_id"] == supervisor["id"])


def test_row_2_23_a_supervisor_of_the_place_looks_into_a_petition(office: Offices) -> None:
    villager = named(office, CIXI)
    own = named(office, CIXI, kind="enterprise", object_name=FIRM, credit_code=FIRM_CODE)
    elsewhere = named(office, YUYAO)
    petition = office.registered(CIXI, place=f"示例工业区,{WHO}家东侧", object_name=FIRM)
    path = f"/petitions/{petition['id']}"
    office.in_progress(path, CIXI)
    call = {
        "supervisor_id": villager["id"],
        "visit_at": (office.now + timedelta(days=1)).isoformat(),
    }
    handler = office.person(officer(CIXI))

    def seen() -> Json:
        item: Json = handler.get(path)
        return item

    office.refused(clerk(YUYAO), f"{path}/supervisors", call, on=seen())
    office.refused(chief(CIXI), f"{path}/supervisors", call, on=seen())
    of_firm = call | {"supervisor_id": own["id"]}
    office.barred(officer(CIXI), "supervisor_of_object", f"{path}/supervisors", of_firm, on=seen())
    unknown = call | {"supervisor_id": elsewhere["id"]}
    office.barred(officer(CIXI), "not_found", f"{path}/supervisors", unknown, on=seen())
    asked = handler.post(f"{path}/supervisors", call, on=seen())
    assert set(asked["told"]) == {"place", "object_name", "media", "visit_at"}
    assert WHO not in str(asked)
    assert "刺鼻" not in str(asked)
    office.barred(officer(CIXI), "already_called", f"{path}/supervisors", call, on=seen())

    note = f"{path}/supervisors/{asked['id']}/note"
    said = {"came": True, "remark": f"与{WHO}所述一致,确有异味"}
    office.barred(officer(CIXI), "not_before_visit", note, said, on=seen())
    office.later(days=1, minutes=5)
    office.refused(clerk(YUYAO), note, said, on=seen())
    noted = office.person(clerk(CIXI)).post(note, said, on=seen())
    assert noted["came"] is True
    assert WHO not in noted["remark"]
    office.barred(clerk(CIXI), "already_noted", note, said, on=seen())
    assert [each["step"] for each in seen()["history"]][-2:] == [
        "call_supervisor",
        "note_supervisor",
    ]

    counted = office.wait(
        "the supervisor's record",
        lambda: found if (found := taken_part(office, villager))["petitions"] else None,
    )
    assert counted["petitions"] == 1
    [line] = office.person(chief(CIXI)).get(
        f"/environmental-supervisors/{villager['id']}/activities"
    )["items"]
    assert line["kind"] == "petition"
    assert str(petition["id"]) not in str(line)


def test_row_2_23_a_firm_and_its_neighbours_meet_and_promises_are_looked_at(
    office: Offices,
) -> None:
    villager = named(office, CIXI)
    path = "/environmental-supervisors"
    head = office.person(chief(CIXI))
    park = head.post(
        "/bureaus",
        {"division": CIXI, "kind": "industrial_park", "name": f"示例园区{uuid4().hex[:6]}"},
    )
    visit = {
        "on_day": office.today.isoformat(),
        "place": "示例园区东门",
        "findings": "未见明显异味",
    }
    item = f"{path}/{villager['id']}"
    office.act(item, "visits", visit, by=officer(CIXI), not_by=officer(YUYAO))
    held = {
        "division": CIXI,
        "bureau_id": park["id"],
        "firm": FIRM,
        "village": villager["object_name"],
        "residents": 23,
        "topics": ["夜间异味", "运输车辆噪声"],
        "held_on": office.today.isoformat(),
        "supervisors": [villager["id"]],
        "promises": [
            {"text": "加装除臭设施", "due_on": (office.today + timedelta(days=2)).isoformat()},
            {"text": "夜间不运输", "due_on": (office.today + timedelta(days=1)).isoformat()},
        ],
    }
    office.refused(officer(YUYAO), f"{path}/exchange-days", held)
    day = office.person(officer(CIXI)).post(f"{path}/exchange-days", held)
    told = f"{path}/exchange-days/{day['id']}"
    first, second = (f"{told}/promises/{each['id']}/look-back" for each in day["promises"])
    broken = {"kept": False, "remark": "设施未安装"}
    office.barred(officer(CIXI), "promise_not_due", first, broken, on=day)
    office.later(days=3)
    office.refused(officer(YUYAO), first, broken, on=day)
    day = office.person(officer(CIXI)).post(first, broken, on=day)
    day = office.person(officer(CIXI)).post(second, {"kept": True}, on=day)
    assert [each["state"] for each in day["promises"]] == ["broken", "kept"]
    assert day["actions"] == ["look_back"]
    day = office.person(officer(CIXI)).post(first, {"kept": True, "remark": "已安装"}, on=day)
    assert (day["promises"][0]["state"], day["actions"]) == ("kept", [])
    office.barred(officer(CIXI), "promise_settled", first, broken, on=day)
    counts = taken_part(office, villager)
    assert (counts["visits"], counts["exchange_days"], counts["petitions"]) == (1, 1, 0)
