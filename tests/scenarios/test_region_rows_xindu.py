"""Acceptance row 3-37: whom 新都 works with, each with a login of their own.

四协同: its neighbours (joint enforcement, emergency, petitions), local government and parks, police
and justice; the monitoring station is in `test_assistance_rows.py`.
"""

from datetime import timedelta
from typing import Final

from ops.demo.people import Json
from tests.integration.regions.cooperation import agreement
from tests.support.offices import Offices, chief, clerk, officer

XINDU, GUANGHAN, STRANGER = "510114", "510681", "330282"
COMMON: Final = ["joint_enforcement", "emergency", "petitions", "clue_handover"]
GUESTS: Final = ("police", "procuratorate", "court", "lawyer")


def with_the_neighbour(office: Offices) -> Json:
    """新都与广汉的合作协议: joint enforcement, emergency handling and petition coordination."""
    text = agreement(XINDU, GUANGHAN) | {
        "title": "新都区、广汉市生态环境联动协议",
        "systems": [{"system": each} for each in COMMON],
        "valid_from": office.today.isoformat(),
        "valid_to": (office.today + timedelta(days=700)).isoformat(),
    }
    made = office.person(chief(XINDU)).post("/agreements", text)
    path = f"/agreements/{made['id']}"
    office.act(path, "negotiate", by=chief(XINDU), not_by=chief(GUANGHAN))
    for each, other in ((XINDU, GUANGHAN), (GUANGHAN, XINDU)):
        word = {"division": each, "text_hash": made["text_hash"]}
        office.act(path, "sign", word, by=chief(each), not_by=chief(other))

    def bound() -> Json | None:
        seen: Json = office.person(chief(GUANGHAN)).get(path)
        return seen if seen["state"] == "in_force" else None

    return office.wait("the agreement in force", bound)


def test_row_3_37_the_neighbours_act_together_and_meet_with_police_and_justice(
    office: Offices,
) -> None:
    frame = with_the_neighbour(office)
    assert {each["system"] for each in frame["systems"]} == set(COMMON)
    assert (
        office.person(chief(STRANGER)).http.get(f"/api/v1/agreements/{frame['id']}").status_code
        == 404
    )
    turn = next(each["lead"] for each in frame["rotation"]["turns"] if each["current"])
    other = next(each for each in (XINDU, GUANGHAN) if each != turn)
    call = {
        "kind": "consultation",
        "agreement_id": frame["id"],
        "host": turn,
        "title": "公检法环联席会商",
        "starts_at": office.now.isoformat(),
        "ends_at": f"{office.today.isoformat()}T23:30:00+08:00",
        "place": "新都",
        "guests": [{"kind": each, "organisation": f"新都{each}"} for each in GUESTS],
    }
    path = f"/meetings/{office.person(chief(turn)).post('/meetings', call)['id']}"
    minutes = {
        "held_on": office.today.isoformat(),
        "text": "会商两案移送标准。",
        "attendance": [{"division": each, "attended": True} for each in (turn, other)],
        "items": [
            {
                "text": "统一取证清单",
                "responsible": other,
                "due_on": (office.today + timedelta(days=20)).isoformat(),
            }
        ],
    }
    noted = office.act(path, "record", minutes, by=chief(turn), not_by=chief(other))
    assert [each["kind"] for each in noted["guests"]] == list(GUESTS)
    [item] = noted["items"]
    done = {"done": True, "proof": "清单已印发"}
    step = f"{path}/items/{item['id']}/close"
    office.refused(chief(STRANGER), step, done, on=item)
    office.person(chief(other)).post(step, done, on=item)


def test_row_3_37_a_petition_at_the_border_is_known_to_both_sides(office: Offices) -> None:
    """Who hears of the matter hears nothing of who complained."""
    given = {
        "matter": {
            "title": "交界处夜间异味",
            "division": XINDU,
            "media": ["air"],
            "place": "新都区与广汉市交界工业区",
            "facts": "接群众反映,夜间有异味,疑来自对岸",
        },
        "neighbours": [{"division": GUANGHAN}],
    }
    notice = office.person(clerk(XINDU)).post("/border-notices", given)
    path = f"/border-notices/{notice['id']}"
    said = {"division": GUANGHAN}
    office.act(path, "acknowledge", said, by=clerk(GUANGHAN), not_by=clerk(STRANGER))
    found = {**said, "finding": "joint_handling", "text": "建议联合夜查"}
    office.act(path, "answer", found, by=officer(GUANGHAN), not_by=officer(XINDU))
    closing = {"closing": "已联合夜查,责令整改"}
    closed = office.act(path, "close", closing, by=clerk(XINDU), not_by=clerk(STRANGER))
    assert closed["state"] == "closed"


def test_row_3_37_parks_and_towns_have_their_offices_and_villages_their_supervisors(
    office: Offices,
) -> None:
    head = office.person(chief(XINDU))
    for kind, name in (
        ("industrial_park", "新都工业园区管委会"),
        ("township_government", "新都区某镇人民政府"),
        ("police", "成都市公安局新都分局"),
        ("monitoring_station", "新都环境监测站(行)"),
    ):
        body = {"division": XINDU, "kind": kind, "name": name}
        office.refused(chief(GUANGHAN), "/bureaus", body)
        head.post("/bureaus", body)
    known = office.person(chief(GUANGHAN)).get("/bureaus", division=XINDU, limit=200)
    kinds = {each["kind"] for each in known["items"]}
    assert {"industrial_park", "township_government", "police", "monitoring_station"} <= kinds

    somebody = {
        "division": XINDU,
        "kind": "village",
        "object_name": "示例村",
        "name": "庚某某",
        "phone": "13800000031",
        "valid_from": office.today.isoformat(),
    }
    office.refused(chief(GUANGHAN), "/environmental-supervisors", somebody)
    made = head.post("/environmental-supervisors", somebody)
    path = f"/api/v1/environmental-supervisors/{made['id']}"
    assert office.person(officer(GUANGHAN)).http.get(path).status_code == 404
    city = office.person(chief("510100")).get("/environmental-supervisors", division=XINDU)
    assert "13800000031" not in str(city)
