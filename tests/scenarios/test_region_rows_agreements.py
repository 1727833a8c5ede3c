"""Acceptance rows 3-09 and 3-15: two corps agree, plan a year, meet, and carry the plan out.

Chongqing and Chengdu have nobody above them both: each speaks with its own token, through the
gateway, and nothing binds the one that keeps silent.
"""

from datetime import timedelta
from typing import Final

from ops.demo.people import Json
from tests.integration.regions.cooperation import (
    AGREEMENT_2023,
    CHENGDU,
    CHONGQING,
    FIVE,
    PLAN_2023,
    SCHEME_2023_2025,
    agreement,
)
from tests.support.offices import Offices, chief

DEYANG: Final = "510600"


def in_force(office: Offices) -> Json:
    """The agreement of March 2023, signed by both, each for itself."""
    text = agreement(CHONGQING, CHENGDU) | AGREEMENT_2023
    made = office.person(chief(CHONGQING)).post("/agreements", text)
    path = f"/agreements/{made['id']}"
    assert office.person(chief(CHENGDU)).http.get(f"/api/v1{path}").status_code == 404
    office.act(path, "negotiate", by=chief(CHONGQING), not_by=chief(CHENGDU))
    mine = {"division": CHONGQING, "text_hash": made["text_hash"]}
    silent = office.act(path, "sign", mine, by=chief(CHONGQING))
    assert (silent["state"], silent["missing"]) == ("negotiating", [CHENGDU])
    asked = {"division": CHENGDU, "reason": "协商未果"}
    office.barred(chief(CHENGDU), "no_common_superior", f"{path}/ask-decision", asked, on=silent)
    theirs = {"division": CHENGDU, "text_hash": made["text_hash"]}
    office.act(path, "sign", theirs, by=chief(CHENGDU), not_by=chief(CHONGQING))

    def bound() -> Json | None:
        seen: Json = office.person(chief(CHENGDU)).get(path)
        return seen if seen["state"] == "in_force" else None

    return office.wait("the agreement in force", bound)


def test_row_3_09_the_agreement_its_plan_and_what_became_of_it(office: Offices) -> None:
    frame = in_force(office)
    text = {**PLAN_2023, "agreement_id": frame["id"]}
    path = f"/plans/{office.person(chief(CHENGDU)).post('/plans', text)['id']}"
    sent = office.act(path, "countersign", by=chief(CHENGDU), not_by=chief(CHONGQING))
    office.barred(chief(CHENGDU), "consent_missing", f"{path}/issue", {}, on=sent)
    yes = {"division": CHONGQING, "agrees": True, "text_hash": sent["text_hash"]}
    office.act(path, "answer", yes, by=chief(CHONGQING), not_by=chief(CHENGDU))
    office.act(path, "issue", by=chief(CHENGDU))

    def running() -> Json | None:
        seen: Json = office.person(chief(CHONGQING)).get(path)
        return seen if seen["state"] == "running" else None

    plan = office.wait("the plan running", running)
    months = [(each["first_month"], each["form"]) for each in plan["items"]]
    assert months == [(5, "exchange"), (7, "comprehensive"), (11, "exchange")]
    for item, day in zip(plan["items"], ("2023-05-18", "2023-07-14", "2023-11-08"), strict=True):
        done = {"outcome": "done", "told": "已完成", "done_on": day}
        who = chief(item["responsible"])
        office.act(path, f"items/{item['id']}/progress", done, by=who, not_by=chief(DEYANG))
    closed = office.act(path, "close", {"summary": "三项均已完成"}, by=chief(CHENGDU))
    assert closed["figures"]["completed_percent"] == 100.0
    assert office.person(chief(DEYANG)).http.get(f"/api/v1{path}").status_code == 404
    meet(office, frame)


def meet(office: Offices, frame: Json) -> None:
    """The one whose turn it is calls the meeting; the other confirms its minutes for itself."""
    turn = next(each["lead"] for each in frame["rotation"]["turns"] if each["current"])
    other = next(each for each in (CHONGQING, CHENGDU) if each != turn)
    call = {
        "kind": "joint_meeting",
        "agreement_id": frame["id"],
        "host": turn,
        "title": "联席会议",
        "starts_at": office.now.isoformat(),
        "ends_at": f"{office.today.isoformat()}T23:00:00+08:00",
        "place": "渝北",
    }
    office.barred(chief(other), "not_the_host", "/meetings", {**call, "host": other})
    path = f"/meetings/{office.person(chief(turn)).post('/meetings', call)['id']}"
    due = (office.today + timedelta(days=30)).isoformat()
    minutes = {
        "held_on": office.today.isoformat(),
        "text": "商定下一年度实施方案。",
        "attendance": [{"division": each, "attended": True} for each in (turn, other)],
        "items": [{"text": "交换名单", "responsible": other, "due_on": due}],
    }
    noted = office.act(path, "record", minutes, by=chief(turn), not_by=chief(other))
    assert noted["unconfirmed"] == [other]
    yes = {"division": other, "minutes_hash": noted["minutes_hash"]}
    confirmed = office.act(path, "confirm", yes, by=chief(other), not_by=chief(turn))
    assert confirmed["state"] == "confirmed"
    waiting = office.person(chief(other)).get(f"/meetings/open-items?agreement_id={frame['id']}")
    assert [each["responsible"] for each in waiting["items"]] == [other]


def test_row_3_15_four_forms_four_links_four_focuses(office: Offices) -> None:
    """The five cities' scheme of three years, which each of them agrees to."""
    path = f"/plans/{office.person(chief(CHENGDU)).post('/plans', SCHEME_2023_2025)['id']}"
    sent = office.act(path, "countersign", by=chief(CHENGDU))
    assert sent["missing"] == sorted(FIVE[1:])
    for each in FIVE[1:]:
        agrees = {"division": each, "agrees": True, "text_hash": sent["text_hash"]}
        office.act(path, "answer", agrees, by=chief(each), not_by=chief(CHENGDU))
    issued = office.act(path, "issue", by=chief(CHENGDU))

    assert (issued["year"], issued["issued_by"]) == (None, "consent")
    assert issued["forms"] == ["comprehensive", "daily", "emergency", "exchange"]
    assert issued["links"] == ["area", "time", "staff", "information"]
    assert issued["focuses"] == ["air", "water", "waste", "off_site"]
