"""Acceptance 3-13: emergency joint action on an air alert and on a cross-border clue."""

from datetime import timedelta
from typing import Final

from ops.demo.people import Json
from tests.support.offices import Offices, chief, officer

XINDU, GUANGHAN, PROVINCE = "510114", "510681", "510000"
STRANGER: Final = chief("330282")
PROTOCOL: Final = {
    "title": "新都—广汉应急联动预案",
    "proposer": XINDU,
    "parties": [XINDU, GUANGHAN],
    "tiers": [
        {
            "code": "red",
            "trigger": "pollution_alert",
            "alert_level": "red",
            "acknowledge_hours": 2,
            "box_hours": 48,
            "measures": [
                {"code": "limit", "strictness": 30, "text": "限产30%", "division": XINDU},
                {"code": "limit", "strictness": 50, "text": "限产50%", "division": GUANGHAN},
                {"code": "dust", "strictness": 1, "text": "工地停工", "division": XINDU},
            ],
        },
        {
            "code": "clue",
            "trigger": "cross_border_clue",
            "acknowledge_hours": 1,
            "box_hours": 24,
            "measures": [
                {"code": "send", "strictness": 2, "text": "两人到场", "division": XINDU},
            ],
        },
    ],
}
MATTER: Final = {
    "title": "界河水体发黑",
    "division": XINDU,
    "media": ["water"],
    "place": "青白江界河断面",
    "facts": "夜间水体发黑,疑来自对岸",
}


def agreed(office: Offices) -> str:
    """A protocol both agreed to."""
    made = office.person(chief(XINDU)).post("/emergency-protocols", PROTOCOL)
    path = f"/emergency-protocols/{made['id']}"
    assert made["state"] == "proposed"
    early = office.person(chief(XINDU)).attempt("/activations", clue(made["id"]))
    assert early.json()["code"] == "protocol_not_agreed"
    said = {"division": GUANGHAN, "agrees": True}
    seen = office.act(path, "answer", said, by=chief(GUANGHAN), not_by=officer(GUANGHAN))
    assert seen["state"] == "agreed"
    return str(made["id"])


def clue(protocol_id: str, **changes: object) -> Json:
    return {
        "protocol_id": protocol_id,
        "caller": XINDU,
        "called": [GUANGHAN],
        "trigger": "cross_border_clue",
        "tier": "clue",
        "matter": MATTER,
        **changes,
    }


def test_a_notice_becomes_a_call_both_come_and_an_operation_grows_out_of_it(
    office: Offices,
) -> None:
    protocol = agreed(office)
    given = {
        "matter": MATTER,
        "neighbours": [{"division": GUANGHAN, "position": "downstream"}],
        "urgency": "urgent",
    }
    notice = office.person(officer(XINDU)).post("/border-notices", given)
    told = office.person(officer(GUANGHAN)).get(f"/border-notices/{notice['id']}")
    assert told["matter"]["title"] == MATTER["title"]
    office.refused(
        STRANGER, f"/border-notices/{notice['id']}/close", {"closing": "办结"}, on=notice
    )
    office.act(
        f"/border-notices/{notice['id']}",
        "acknowledge",
        {"division": GUANGHAN},
        by=officer(GUANGHAN),
        not_by=officer("510100"),
    )

    body = clue(protocol, notice_id=notice["id"])
    office.refused(chief(GUANGHAN), "/activations", body)
    item = office.person(chief(XINDU)).post("/activations", body)
    path = f"/activations/{item['id']}"
    said = {"division": GUANGHAN}
    office.act(path, "acknowledge", said, by=officer(GUANGHAN), not_by=officer(XINDU))
    seen = office.act(path, "arrive", {**said, "officers": 2}, by=officer(GUANGHAN))
    assert seen["replies"][0]["state"] == "arrived"

    last = (office.today + timedelta(days=5)).isoformat()
    grown = {"title": "界河联合排查", "planned_to": last, "due_on": last}
    seen = office.act(path, "join-up", grown, by=chief(XINDU), not_by=chief(GUANGHAN))
    operation = office.person(chief(XINDU)).get(f"/operations/{seen['operation_id']}")
    assert (operation["form"], operation["state"]) == ("emergency", "draft")
    office.refused(STRANGER, f"{path}/stand-down", {"reason": "误报"}, on=seen)


def test_in_an_alert_both_apply_the_stricter_measures_and_silence_goes_up(
    office: Offices,
) -> None:
    protocol = agreed(office)
    alert = clue(
        protocol,
        trigger="pollution_alert",
        alert_level="red",
        tier="red",
        document="川气预警〔2026〕3号",
    )
    item = office.person(chief(XINDU)).post("/activations", alert)
    path = f"/activations/{item['id']}"
    assert {(each["code"], each["text"]) for each in item["measures"]} == {
        ("limit", "限产50%"),
        ("dust", "工地停工"),
    }

    office.later(hours=3)

    def escalated() -> Json | None:
        seen: Json = office.person(chief(PROVINCE)).get(path)
        return seen if seen["replies"][0]["escalated_at"] else None

    office.wait("the silence to be told", escalated)
    office.later(hours=46)

    def over() -> Json | None:
        seen: Json = office.person(chief(XINDU)).get(path)
        return seen if seen["state"] == "ended" else None

    ended = office.wait("the end of the time", over)
    assert ended["ended_at"] == ended["ends_at"]
    assert ended["report_due_at"] is not None
    told = {"report": "共检查企业三家,未发现违法"}
    office.act(path, "report", told, by=chief(XINDU), not_by=chief(GUANGHAN))
    silent = office.person(chief(XINDU)).get(path)
    office.barred(chief(XINDU), "answers_missing", f"{path}/close", {}, on=silent)
    doubt = {"division": GUANGHAN, "confirms": False, "remark": "未通知我方"}
    office.act(path, "confirm", doubt, by=chief(GUANGHAN), not_by=chief("510100"))
    closed = office.act(path, "close", {}, by=chief(XINDU))
    assert closed["state"] == "closed"
    assert closed["replies"][0]["remark"] == "未通知我方"
