"""Acceptance row 2-10: 舟山's command centre day and night, through the gateway.

统一信息收集、统一问题研判、统一指挥调度、统一决策考核: everybody acts with a login of their own.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final
from uuid import uuid4

from ops.demo.people import Json
from tests.support.offices import MORNING, Offices, chief, officer

ZHOUSHAN, DINGHAI, PUTUO, NINGBO = "330900", "330902", "330903", "330200"
CENTRE, HEAD = f"{ZHOUSHAN}-command-center-1", chief(ZHOUSHAN)
ONE: Final = officer(ZHOUSHAN)
NEIGHBOUR, STRANGER = chief(NINGBO), officer("330921")
LEADERS, OFFICERS = 4, 6
REST: Final = timedelta(hours=12)
WEEK: Final = timedelta(days=7)


def staffed(office: Offices, bureau: str) -> tuple[list[str], list[str]]:
    """People of the desk; two of the officers log in as themselves."""
    head = office.person(HEAD)
    logins = {LEADERS: ONE, LEADERS + 1: CENTRE}
    taken = {
        each["account_id"]: each["id"]
        for each in head.get("/officers", division=ZHOUSHAN, limit=200)["items"]
        if each.get("account_id")
    }
    found = []
    for number in range(LEADERS + OFFICERS):
        login = logins.get(number)
        account = office.person(login).account_id if login else None
        if account in taken:
            found.append(taken[account])
            continue
        certificate = {
            "number": f"ZS-{uuid4().hex[:10]}",
            "valid_from": "2024-01-01",
            "valid_to": "2028-12-31",
        }
        body: Json = {"bureau_id": bureau, "name": f"值班{number}", "certificate": certificate}
        if account:
            body["account_id"] = account
        found.append(head.post("/officers", body)["id"])
    return found[:LEADERS], found[LEADERS:]


def stints(roster: Json) -> Iterator[Json]:
    for shift in roster["shifts"]:
        yield from shift["stints"]


def rested(roster: Json, who: str, gives: Json, takes: Json) -> bool:
    begins, ends = map(datetime.fromisoformat, (takes["starts_at"], takes["ends_at"]))
    return all(
        each["id"] == gives["id"]
        or datetime.fromisoformat(each["ends_at"]) + REST <= begins
        or ends + REST <= datetime.fromisoformat(each["starts_at"])
        for each in stints(roster)
        if each["officer_id"] == who
    )


def swappable(roster: Json, one: str, other: str) -> tuple[Json, Json]:
    """A duty of each that the other can take, neither of the first day."""
    later = [each for shift in roster["shifts"][3:] for each in shift["stints"]]
    return next(
        (a, b)
        for a in later
        for b in later
        if (a["officer_id"], b["officer_id"]) == (one, other)
        and rested(roster, one, a, b)
        and rested(roster, other, b, a)
    )


def test_one_command_takes_in_judges_orders_and_evaluates_day_and_night(office: Offices) -> None:
    first = datetime.combine(office.monday(), MORNING, office.now.tzinfo)
    begins = first.replace(hour=20, minute=0)
    head, centre = office.person(HEAD), office.person(CENTRE)
    bureau = head.post(
        "/bureaus",
        {
            "division": ZHOUSHAN,
            "kind": "command_center",
            "name": f"舟山市生态环境指挥中心{uuid4().hex[:4]}",
            "phone": "0580-2090000",
        },
    )["id"]
    leaders, officers = staffed(office, bureau)
    wanted: Json = {
        "bureau_id": bureau,
        "title": "一周值班表",
        "starts_at": begins.isoformat(),
        "ends_at": (begins + WEEK).isoformat(),
        "changes_at": ["08:00", "20:00"],
        "seats": 3,
        "leaders": leaders,
        "officers": officers,
    }
    office.refused(chief(DINGHAI), "/duty-rosters", wanted)
    roster = kept_without_a_hole(office, wanted)
    path = f"/duty-rosters/{roster['id']}"
    swapped(office, path, one=officers[0], other=officers[1])
    office.move(begins + timedelta(minutes=5))

    [there] = office.person(NEIGHBOUR).get("/duty-rosters/on-duty", division=ZHOUSHAN)
    assert there["phone"] == "0580-2090000"
    assert all("*" in each["name"] for each in there["people"])
    incident = dispatched(office, bureau)
    evaluated(office, incident)
    handed_over(office, path, begins)

    asked = {
        "division": ZHOUSHAN,
        "starts_at": begins.isoformat(),
        "ends_at": (begins + WEEK).isoformat(),
    }
    [desk] = centre.get("/duty-rosters/coverage", **asked)["desks"]
    assert (desk["required_minutes"], desk["covered_minutes"]) == (10080, 10080)
    assert (desk["holes"], desk["threatened"], desk["handovers_late"]) == ([], [], 0)
    figures = centre.get("/incidents/response-times", **asked)
    by = {each["division"]: each for each in figures["divisions"]}
    assert figures["to_judge"]["share"] == 1.0
    assert by[DINGHAI]["acknowledged_in_time"] == 1
    assert (by[PUTUO]["acknowledged_in_time"], by[PUTUO]["arrived"]) == (0, 1)
    assert by[PUTUO]["to_acknowledge"]["longest"] > by[DINGHAI]["to_acknowledge"]["longest"]


def kept_without_a_hole(office: Offices, wanted: Json) -> Json:
    """Refused with its hole named, then published."""
    centre = office.person(CENTRE)
    draft = centre.post("/duty-rosters", wanted)
    assert draft["faults"] == []
    path = f"/duty-rosters/{draft['id']}"
    shift = draft["shifts"][2]
    who = next(each["officer_id"] for each in shift["stints"] if each["seat"] == 1)
    empty = {"shift_id": shift["id"], "seat": 1}
    holed = office.act(path, "assign", empty, by=CENTRE, not_by=officer(ZHOUSHAN))
    [hole] = holed["faults"]
    assert (hole["kind"], hole["starts_at"]) == ("hole", shift["starts_at"])
    office.barred(CENTRE, "roster_faulty", f"{path}/publish", on=holed)
    office.act(path, "assign", {**empty, "officer_id": who}, by=CENTRE)
    return office.act(path, "publish", by=CENTRE, not_by=chief(DINGHAI))


def swapped(office: Offices, path: str, *, one: str, other: str) -> None:
    roster = office.person(CENTRE).get(path)
    mine, theirs = swappable(roster, one, other)
    body = {"stint_id": mine["id"], "other_stint_id": theirs["id"], "reason": "家中有事"}
    roster = office.act(path, "swap", body, by=ONE, not_by=STRANGER)
    swap = f"swaps/{roster['swaps'][0]['id']}"
    office.barred(ONE, "not_ones_own_duty", f"{path}/{swap}/consent", {}, on=roster)
    roster = office.person(CENTRE).post(f"{path}/{swap}/consent", {}, on=roster)
    office.barred(CENTRE, "own_swap", f"{path}/{swap}/approve", {}, on=roster)
    roster = office.person(HEAD).post(f"{path}/{swap}/approve", {}, on=roster)
    assert (roster["swaps"][0]["state"], roster["faults"]) == ("approved", [])


def dispatched(office: Offices, bureau: str) -> str:
    """A call from 宁波, judged and ordered to two counties; the path of the incident."""
    centre = office.person(CENTRE)
    told: Json = {
        "bureau_id": bureau,
        "source": "neighbouring_desk",
        "source_note": "宁波市指挥中心来电",
        "title": "金塘海域油污",
        "place_division": DINGHAI,
        "place": "金塘大浦口码头",
        "media": ["water"],
        "urgency": "urgent",
        "facts": "海面有带状油污",
    }
    office.refused(NEIGHBOUR, "/incidents", told)
    item = centre.post("/incidents", told)
    assert item["shift_id"] is not None
    path = f"/incidents/{item['id']}"
    office.act(path, "correct", {"correction": "油污约二百米"}, by=ONE, not_by=officer(DINGHAI))
    judged = {"grade": "ordinary", "assessment": "疑似船舶偷排", "measures": ["围控", "采样"]}
    office.act(path, "judge", judged, by=CENTRE, not_by=chief(DINGHAI))
    for division in (DINGHAI, PUTUO):
        assert office.person(chief(division)).attempt(f"{path}/correct", {}).status_code != 200
        order = {
            "receiver": "desk",
            "division": division,
            "text": "两名执法人员赴现场",
            "urgency": "urgent",
            "due_at": (office.now + timedelta(hours=6)).isoformat(),
        }
        office.act(path, "dispatch", order, by=CENTRE, not_by=chief(division))
    office.refused(STRANGER, f"{path}/correct", {"correction": "无"}, on=centre.get(path))
    return path


def evaluated(office: Offices, path: str) -> None:
    centre = office.person(CENTRE)
    east, west = (f"orders/{each['id']}" for each in centre.get(path)["orders"])
    office.later(minutes=10)
    office.act(path, f"{east}/acknowledge", by=officer(DINGHAI), not_by=officer(PUTUO))
    office.later(minutes=15)

    def told_upwards() -> Json | None:
        [order] = office.person(chief(PUTUO)).get(path)["orders"]
        told: Json = order
        return told if told["escalated_at"] else None

    late = office.wait("the silence to be told", told_upwards)
    assert (late["escalated_to"], late["overdue"]) == (ZHOUSHAN, True)
    overdue = centre.get("/incidents/orders", division=PUTUO, overdue="true")["items"]
    assert late["id"] in {each["id"] for each in overdue}

    def alerted() -> bool:
        alerts = centre.get("/duty-rosters/alerts", division=ZHOUSHAN, standing="true")["items"]
        return late["id"] in {each["subject_id"] for each in alerts}

    office.wait("the alert", lambda: alerted() or None)
    office.act(path, f"{west}/acknowledge", by=officer(PUTUO))
    for division, order in ((DINGHAI, east), (PUTUO, west)):
        office.act(path, f"{order}/set-out", by=officer(division))
        office.later(minutes=20)
        office.act(path, f"{order}/arrive", by=officer(division))
        office.act(path, f"{order}/report", {"report": "已围控取样"}, by=officer(division))
    item = centre.get(path)
    words = [
        {"order_id": each["id"], "result": result}
        for each, result in zip(item["orders"], ("good", "adequate"), strict=True)
    ]
    done = {"outcome": "油污清除,线索移交海事", "evaluations": words}
    item = office.act(path, "close", done, by=CENTRE, not_by=chief(PUTUO))
    assert [each["timely"] for each in item["orders"]] == [True, False]
    assert [each["action"] for each in item["steps"]][:3] == ["receive", "correct", "judge"]


def handed_over(office: Offices, path: str, begins: datetime) -> None:
    """The first night goes to the morning."""
    centre = office.person(CENTRE)
    night, morning = centre.get(path)["shifts"][:2]
    office.move(begins + timedelta(hours=12, minutes=10))
    shift = f"{path}/shifts/{night['id']}"
    assert centre.get(shift)["state"] == "due"
    goes = {"officer_id": night["stints"][1]["officer_id"], "remarks": "油污已处置"}
    office.act(shift, "hand-over", goes, by=CENTRE, not_by=STRANGER)
    comes = {"officer_id": morning["stints"][1]["officer_id"]}
    taken = office.act(shift, "take-over", comes, by=CENTRE)
    assert (taken["state"], taken["overdue"]) == ("taken", False)
