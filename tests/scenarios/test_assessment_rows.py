"""Acceptance row 2-24: joint work is assessed, and goes into the county bureaus' target duty.

舟山 and its four counties. Nobody enters a figure: what counts are letters and notices that were
acknowledged in time or not, each of which can be opened.
"""

from datetime import date, timedelta
from decimal import Decimal
from typing import Final
from uuid import uuid4

from ops.demo.people import Json
from tests.support.offices import Offices, chief, officer

ZHOUSHAN, DINGHAI, PUTUO, DAISHAN, SHENGSI = "330900", "330902", "330903", "330921", "330922"
CITY: Final = chief(ZHOUSHAN)
DESK: Final = f"{ZHOUSHAN}-command-center-1"
AUDITOR: Final = f"{ZHOUSHAN}-auditor-1"
STRANGER: Final = chief("330282")
LINES: Final = [
    {"indicator": "letters_acknowledged", "weight": "50", "zero_at": "0", "full_at": "100"},
    {"indicator": "notices_acknowledged", "weight": "30", "zero_at": "0", "full_at": "100"},
    {"indicator": "orders_acknowledged", "weight": "20", "zero_at": "0", "full_at": "100"},
]


def in_force(office: Offices) -> Json:
    """A scheme for the rest of the year, by the city's head alone."""
    body = {
        "division": ZHOUSHAN,
        "year": office.today.year,
        "title": "县(区)局执法联动目标责任制考核方案",
        "lines": LINES,
    }
    office.refused(chief(DINGHAI), "/assessment-schemes", body)
    made = office.person(CITY).post("/assessment-schemes", body)
    path = f"/assessment-schemes/{made['id']}"
    assert set(made["units"]) == {DINGHAI, PUTUO, DAISHAN, SHENGSI}
    office.refused(chief(DINGHAI), path + "/publish", {"late_reason": "代发"}, on=made)
    late = {"late_reason": "本年度首次建立联动考核"}
    office.barred(CITY, "reason_missing", f"{path}/publish", {}, on=made)
    done = office.act(path, "publish", late, by=CITY, not_by=DESK)
    assert done["effective_from"] == done["published_at"]
    return done


def sent(office: Offices, sender: str, receiver: str) -> Json:
    body = {
        "sender": sender,
        "receiver": receiver,
        "kind": "records",
        "title": "协查渔船加工点台账",
        "facts": "海上巡查发现臭气",
        "asked": "请提供加工点台账",
        "contact": "值班室",
    }
    return office.person(chief(sender)).post("/assistance-requests", body)


def acknowledged(office: Offices, letter: Json, by: str) -> None:
    office.act(f"/assistance-requests/{letter['id']}", "acknowledge", by=officer(by))


def told_of(office: Offices, division: str, neighbour: str) -> None:
    """A border notice that the neighbour acknowledges at once."""
    matter = {
        "title": "海上油污",
        "division": division,
        "media": ["water"],
        "place": "两区交界海域",
        "facts": "油膜随潮漂移",
    }
    body = {"matter": matter, "neighbours": [{"division": neighbour}], "urgency": "urgent"}
    given = office.person(officer(division)).post("/border-notices", body)
    said = {"division": neighbour}
    office.act(f"/border-notices/{given['id']}", "acknowledge", said, by=officer(neighbour))


def ordered(office: Offices) -> str:
    """The centre orders two counties out; one acknowledges. The incident's id."""
    desk = {"division": ZHOUSHAN, "kind": "command_center", "name": f"指挥中心{uuid4().hex[:6]}"}
    told = {
        "bureau_id": office.person(CITY).post("/bureaus", desk)["id"],
        "source": "neighbouring_desk",
        "title": "海域油污",
        "place_division": DINGHAI,
        "place": "金塘码头",
        "media": ["water"],
        "urgency": "urgent",
        "facts": "海面有带状油污",
    }
    item = office.person(DESK).post("/incidents", told)
    path = f"/incidents/{item['id']}"
    judged = {"grade": "ordinary", "assessment": "疑似船舶偷排", "measures": ["采样"]}
    office.act(path, "judge", judged, by=DESK, not_by=chief(DINGHAI))
    for division in (DINGHAI, DAISHAN):
        order = {
            "receiver": "desk",
            "division": division,
            "text": "两名执法人员赴现场",
            "urgency": "urgent",
            "due_at": (office.now + timedelta(hours=6)).isoformat(),
        }
        office.act(path, "dispatch", order, by=DESK)
    mine = f"orders/{office.person(DESK).get(path)['orders'][0]['id']}/acknowledge"
    office.act(path, mine, by=officer(DINGHAI), not_by=officer(PUTUO))
    return str(item["id"])


def rows(office: Offices, who: str, path: str, **asked: object) -> list[Json]:
    found: list[Json] = office.person(who).get(f"{path}/rows", **asked)["items"]
    return found


def missed(office: Offices, path: str, letter: Json) -> Json:
    """The row of a letter that was let go by."""
    [row] = [
        each
        for each in rows(office, CITY, path, indicator="letters_acknowledged", good="false")
        if each["subject_id"] == letter["id"]
    ]
    return row


def test_joint_work_is_assessed_from_its_events_and_goes_into_the_target_duty(
    office: Offices,
) -> None:
    scheme = in_force(office)
    first_day = office.today
    in_time = [sent(office, DINGHAI, PUTUO) for _ in range(2)]
    for each in in_time:
        acknowledged(office, each, by=PUTUO)
    kept = sent(office, PUTUO, DINGHAI)
    acknowledged(office, kept, by=DINGHAI)
    to_dinghai, to_daishan = sent(office, PUTUO, DINGHAI), sent(office, DINGHAI, DAISHAN)
    told_of(office, DINGHAI, PUTUO)
    told_of(office, PUTUO, DINGHAI)
    incident = ordered(office)
    [due_on] = [
        date.fromisoformat(each["due_on"])
        for each in to_daishan["clocks"]
        if each["kind"] == "acknowledge"
    ]

    # In between: for who assesses, and it binds nobody.
    body = {
        "scheme_id": scheme["id"],
        "title": "目标责任制考核(联动部分)",
        "first_day": first_day.isoformat(),
        "last_day": due_on.isoformat(),
    }
    office.refused(chief(DINGHAI), "/assessments", body)
    interim = office.person(DESK).post("/assessments", body)
    path = f"/assessments/{interim['id']}"
    office.refused(chief(DINGHAI), path + "/agree", {"division": DINGHAI}, on=interim)
    office.barred(CITY, "assessment_period_running", f"{path}/announce", {}, on=interim)

    office.later(days=(due_on - first_day).days + 1)
    acknowledged(office, to_daishan, by=DAISHAN)  # a day late
    computed = office.act(path, "compute", {}, by=DESK, not_by=chief(PUTUO))
    again = office.act(path, "compute", {"as_of": computed["as_of"]}, by=DESK)
    assert again["result_sha256"] == computed["result_sha256"]
    office.act(path, "announce", by=CITY, not_by=chief(PUTUO))

    of_order = [
        (each["division"], each["good"])
        for each in rows(office, CITY, path, indicator="orders_acknowledged")
        if each["subject_id"] == incident
    ]
    assert sorted(of_order) == [(DINGHAI, True), (DAISHAN, False)]
    objected(office, path, missed(office, path, to_dinghai), missed(office, path, to_daishan))
    published(office, path)


def objected(office: Offices, path: str, of_dinghai: Json, of_daishan: Json) -> None:
    """One objection is accepted by two persons, one refused by another than who computed."""
    seen = office.person(chief(DINGHAI)).get(path)
    assert [each["division"] for each in seen["results"]] == [DINGHAI]
    assert {each["division"] for each in rows(office, officer(DINGHAI), path)} == {DINGHAI}
    opened = office.person(officer(DINGHAI)).get(f"/assistance-requests/{of_dinghai['subject_id']}")
    assert opened["receiver"] == DINGHAI
    assert not of_daishan["good"]
    assert of_daishan["done_at"] > of_daishan["due_at"]

    said = {"division": DINGHAI, "event_id": of_dinghai["id"], "grounds": "系统停机,无法签收"}
    other = {**said, "event_id": of_daishan["id"]}
    office.barred(chief(DINGHAI), "not_the_units_row", f"{path}/object", other, on=seen)
    with_it = office.act(path, "object", said, by=chief(DINGHAI), not_by=chief(DAISHAN))
    theirs = {"division": DAISHAN, "event_id": of_daishan["id"], "grounds": "当日台风"}
    office.act(path, "object", theirs, by=chief(DAISHAN), not_by=officer(DAISHAN))
    before = {each["division"]: each["score"] for each in office.person(CITY).get(path)["results"]}

    mine = f"objections/{with_it['objections'][0]['id']}"
    yes, agreed = {"accepts": True, "reason": "停机属实"}, {"confirms": True, "reason": "同意"}
    office.barred(
        DESK, "same_person", f"{path}/{mine}/decide", yes, on=office.person(DESK).get(path)
    )
    office.act(path, f"{mine}/decide", yes, by=CITY, not_by=chief(DINGHAI))
    seen = office.person(CITY).get(path)
    office.barred(CITY, "same_person", f"{path}/{mine}/confirm", agreed, on=seen)
    heard = office.act(path, f"{mine}/confirm", agreed, by=AUDITOR)
    [refused] = [each["id"] for each in heard["objections"] if each["division"] == DAISHAN]
    office.barred(CITY, "objections_open", f"{path}/publish", {}, on=heard)
    no = {"accepts": False, "reason": "当日无台风停工通知"}
    seen = office.act(path, f"objections/{refused}/decide", no, by=CITY)

    after = {each["division"]: each["score"] for each in seen["results"]}
    assert Decimal(after[DINGHAI]) > Decimal(before[DINGHAI])
    assert {unit for unit in after if after[unit] != before[unit]} == {DINGHAI}
    out = [each for each in rows(office, officer(DINGHAI), path) if each["left_out_by"]]
    assert [each["id"] for each in out] == [of_dinghai["id"]]


def published(office: Offices, path: str) -> None:
    """All units agree; the table is everybody's, and the document goes to the system outside."""
    for unit in (DINGHAI, PUTUO, DAISHAN, SHENGSI):
        office.act(path, "agree", {"division": unit}, by=chief(unit), not_by=officer(unit))
    proof = office.person(AUDITOR).get(f"{path}/proof")
    assert (proof["same_result"], proof["same_sources"]) == (True, True)
    done = office.act(path, "publish", by=CITY, not_by=DESK)

    table = {each["division"]: each for each in office.person(chief(SHENGSI)).get(path)["table"]}
    assert (table[SHENGSI]["assessed"], table[SHENGSI]["rank"]) == (False, None)
    assert table[PUTUO]["rank"] < table[DAISHAN]["rank"]
    assert table[DINGHAI]["rank"] < table[DAISHAN]["rank"]
    assert rows(office, chief(SHENGSI), path) == []
    office.refused(STRANGER, path + "/withdraw", {"reason": "无"}, on=done)

    exported = office.person(CITY).get(f"{path}/document")
    assert exported["document"]["units"][0]["rank"] == 1
    receipt = {
        "system": "美丽舟山建设考核(县区目标责任制)",
        "reference": "MLZS-2026-0042",
        "handed_on": office.today.isoformat(),
        "document_sha256": exported["sha256"],
    }
    seen = office.act(path, "hand-over", receipt, by=CITY, not_by=chief(DINGHAI))
    assert [each["reference"] for each in seen["deliveries"]] == ["MLZS-2026-0042"]
    assert office.person(chief(PUTUO)).get(f"{path}/document") == exported


def test_person_days_fairness_coverage_and_response_times_are_read_by_those_who_may_know(
    office: Offices,
) -> None:
    ordered(office)
    asked = {"division": ZHOUSHAN}
    city, stranger = office.person(CITY), office.person(STRANGER)
    for each in city.get("/cooperation-figures/person-days", **asked)["kinds"]:
        assert sum(each["given"].values()) == sum(each["received"].values()) == each["total"]
    times = city.get("/cooperation-figures/response-times", **asked)["pairs"]
    assert (ZHOUSHAN, DINGHAI) in {
        (each["sender"], each["receiver"]) for each in times if each["kind"] == "order"
    }
    for kind, field in {"fairness": "rotas", "duty-coverage": "desks"}.items():
        assert isinstance(city.get(f"/cooperation-figures/{kind}", **asked)[field], list)
        assert stranger.get(f"/cooperation-figures/{kind}", **asked)[field] == []
    hidden = stranger.get("/cooperation-figures/response-times", **asked)["pairs"]
    assert "order" not in {each["kind"] for each in hidden}
