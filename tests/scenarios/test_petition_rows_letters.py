"""Acceptance row 2-16: letters an inspection assigned, closed and looked back at twice."""

from datetime import timedelta
from typing import Final
from uuid import uuid4

from ops.demo.people import Json
from tests.support.offices import BEILUN, CITY, CITY_CLERK, CIXI, YUYAO, Offices, clerk, officer

AUDITOR: Final = f"{CITY}-auditor-1"
NOTE: Final = "原文为“46前完成结案”,按 46 件计"
COUNTIES: Final = (CIXI, YUYAO, BEILUN)
LETTERS: Final = 46


def a_batch(office: Offices) -> Json:
    due = (office.today + timedelta(days=30)).isoformat()
    return {
        "body": "示例督察组",
        "number": f"第三批-{uuid4().hex[:8]}",
        "level": "central",
        "division": CITY,
        "received_on": office.today.isoformat(),
        "stated_total": LETTERS,
        "note": NOTE,
        "letters": [
            {
                "outside_number": f"D3-{number:04d}",
                "county": COUNTIES[number % len(COUNTIES)],
                "content": "某厂夜间排放废气。",
                "due_on": due,
            }
            for number in range(1, LETTERS + 1)
        ],
    }


def look_back(office: Offices, path: str, who: str, round_: int, found: str) -> None:
    body = {"round": round_, "found": found, "findings": "现场核查"}
    item = office.person(who).get(path)
    office.person(who).post(f"{path}/look-backs", body, on=item)


def test_46_inspection_letters_are_closed_and_looked_back_at_twice(office: Offices) -> None:
    """Row 2-16, with its garbled text kept as a note (A4): 46 letters, two rounds of look-back."""
    body = a_batch(office)
    office.refused(clerk(CIXI), "/inspection-letters", body)
    made = office.person(CITY_CLERK).post("/inspection-letters", body)
    whole = f"/inspection-letters/{made['id']}"
    again = office.person(CITY_CLERK).post("/inspection-letters", body)
    batch = office.person(CITY_CLERK).get(whole)
    assert (again["id"], batch["note"]) == (made["id"], NOTE)
    assert batch["figures"]["by_state"] == {"open": LETTERS}
    assert {each["due_on"] for each in batch["letters"]} == {body["letters"][0]["due_on"]}
    own = office.person(officer(CIXI)).get(whole)["letters"]
    assert {each["county"] for each in own} == {CIXI}

    paths = {f"{whole}/letters/{each['id']}": each["county"] for each in batch["letters"]}
    first = next(iter(paths))
    done = {"text": "已停产整改并处罚", "pace": "completed"}
    office.refused(officer(BEILUN), f"{first}/answer", done, on=batch["letters"][0])
    office.later(days=10)
    for path, county in paths.items():
        office.act(path, "answer", done, by=officer(county))
    office.refused(
        officer(paths[first]),
        f"{first}/close",
        {"reason": "自行办结"},
        on=office.person(CITY_CLERK).get(first),
    )
    for path in paths:
        office.act(path, "close", {"reason": "已现场核实"}, by=CITY_CLERK)
    figures = office.person(CITY_CLERK).get(whole)["figures"]
    assert (figures["closed"], figures["closed_by_due"], figures["overdue"]) == (
        LETTERS,
        LETTERS,
        0,
    )

    office.later(days=30)
    item = office.person(officer(paths[first])).get(first)
    own_look = {"round": 1, "found": "solved", "findings": "自查"}
    office.refused(officer(paths[first]), f"{first}/look-backs", own_look, on=item)
    for path in paths:
        look_back(office, path, AUDITOR, 1, "relapsed" if path == first else "solved")
    figures = office.person(CITY_CLERK).get(whole)["figures"]
    assert (figures["closed"], figures["by_state"]["open"]) == (LETTERS - 1, 1)
    assert office.person(CITY_CLERK).get(first)["reopened"] == 1
    office.act(first, "answer", done, by=officer(paths[first]))
    office.act(first, "close", {"reason": "再次核实"}, by=CITY_CLERK)
    look_back(office, first, AUDITOR, 1, "solved")
    office.later(days=15)
    for path in paths:
        look_back(office, path, CITY_CLERK, 2, "solved")
    figures = office.person(CITY_CLERK).get(whole)["figures"]
    assert figures["look_back"] == {"1": {"solved": LETTERS}, "2": {"solved": LETTERS}}
    assert (figures["total"], figures["stated_total"], figures["closed"]) == (LETTERS,) * 3
    assert sum(each["letters"] for each in figures["by_division"].values()) == LETTERS
