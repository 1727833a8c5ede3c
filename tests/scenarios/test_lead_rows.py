"""Acceptance row 0-05, and a complaint that stays invisible behind the lead it became."""

from typing import Any, Final

from ops.demo.people import Json
from tests.support.offices import CITY, CIXI, YUYAO, Offices, chief, clerk, officer

STRANGER: Final = officer("510100")
SCANNER: Final = officer(CITY)


def a_lead(office: Offices, **changes: Any) -> Json:
    return {
        "division": YUYAO,
        "place": YUYAO,
        "source": "lidar",
        "title": "夜间挥发性有机物高值",
        "media": ["gas"],
        "site": "余慈交界工业区东侧",
        "longitude": 121.3312,
        "latitude": 30.1077,
        "facts": "走航车在厂区下风向测得高值",
        "confidence": "high",
        "occurred_at": office.now.isoformat(),
        **changes,
    }


def test_row_0_05_the_air_is_watched_surveyed_at_once_and_every_lead_is_checked(
    office: Offices,
) -> None:
    mine = office.person(officer(YUYAO))
    today = office.today.isoformat()
    look = {
        "division": YUYAO,
        "first_day": today,
        "last_day": today,
        "data": ["ambient", "online", "process"],
        "judgement": "abnormal",
        "findings": "东部站点夜间前体物浓度高,在线与工况数据平稳",
    }
    office.refused(STRANGER, "/air-analyses", look)
    analysis = mine.post("/air-analyses", look)
    wish = {
        "kind": "mobile_survey",
        "division": YUYAO,
        "asked_of": CITY,
        "analysis_id": analysis["id"],
        "area": "东部工业区",
        "purpose": "查找高值区",
    }
    survey = mine.post("/survey-requests", wish)
    path = f"/survey-requests/{survey['id']}"
    seen = {"answer": "两处高值,一处在夜间作业车间下风向"}
    survey = office.act(path, "answer", seen, by=SCANNER, not_by=officer(YUYAO))

    lead = mine.post("/leads", a_lead(office, survey_request_id=survey["id"]))
    micro = mine.post("/leads", a_lead(office, source="station", station_class="micro"))
    assert mine.get(path)["leads"] == [lead["id"]]
    [double] = [
        each
        for each in mine.get(f"/leads/{lead['id']}/duplicates")
        if each["lead"]["id"] == micro["id"]
    ]
    assert double["why"] == "place"
    where = f"/leads/{lead['id']}"
    merged = {"lead_ids": [micro["id"]], "reason": "同一处高值"}
    lead = office.act(where, "merge", merged, by=chief(YUYAO), not_by=officer(YUYAO))
    assert lead["reports"] == 2
    lead = office.act(where, "grade", {}, by=chief(YUYAO), not_by=chief(CIXI))
    assert lead["reasons"][-1]["code"] == "repeats"

    # Pushed across the border to who can go there at night; who had it stays written down.
    office.act(where, "assign", {"division": CIXI}, by=chief(YUYAO), not_by=officer(YUYAO))
    lead = office.act(where, "accept", {}, by=chief(CIXI), not_by=chief(YUYAO))
    assert (lead["division"], lead["parties"]) == (CIXI, [YUYAO, CIXI])
    office.barred(chief(CIXI), "illegal_step", f"{where}/close", {}, on=lead)
    found = {"result": "confirmed", "note": "车间夜间未开治理设施"}
    lead = office.act(where, "verify", found, by=officer(CIXI), not_by=STRANGER)
    assert lead["state"] == "verified"
    lead = office.act(where, "close", {}, by=chief(CIXI), not_by=officer(CIXI))
    assert (lead["state"], lead["result"]) == ("closed", "confirmed")
    held = [(each["action"], each["division"]) for each in mine.get(f"{where}/steps")]
    assert held[0] == ("receive", YUYAO)
    assert ("accept", CIXI) in held

    period = {"division": YUYAO, "first_day": today, "last_day": today}
    figures = {each["source"]: each for each in mine.get("/leads:statistics", **period)}
    assert figures["lidar"]["checked"] >= 1
    # The station's report was checked with the matter it is part of.
    assert figures["station"]["merged"] >= 1
    assert figures["station"]["confirmed"] >= 1


def test_a_lead_out_of_a_complaint_keeps_the_complaint_invisible(office: Offices) -> None:
    secret = "来信编号甲七"
    complained = a_lead(office, source="petition", reference=secret, title="夜间异味")
    lead = office.person(clerk(YUYAO)).post("/leads", complained)
    assert lead["source"] == "petition"
    marked = office.person(officer(YUYAO)).post(
        "/leads", a_lead(office, source="video", confidential=True, title="夜间异味")
    )
    where = f"/leads/{lead['id']}"
    reader = office.person(officer(YUYAO))
    office.refused(STRANGER, f"{where}/grade", {}, on=lead)
    shown = [reader.get(f"/leads/{marked['id']}"), reader.get(where)]
    assert shown[1]["source"] == "undisclosed"
    assert (shown[1]["reference"], shown[1]["reported_by"]) == (None, None)
    graded = [
        office.act(f"/leads/{each['id']}", "grade", {}, by=chief(YUYAO)) for each in (lead, marked)
    ]
    assert graded[0]["reasons"] == graded[1]["reasons"]
    office.act(where, "assign", {"division": CIXI}, by=chief(YUYAO))
    # The neighbour's head reads sources of its own office, and not of this one.
    for who in (chief(CIXI), officer(CIXI), clerk(CIXI), officer(YUYAO)):
        person = office.person(who)
        told = str([person.get(where), person.get(f"{where}/steps")])
        assert "petition" not in told
        assert secret not in told
        assert person.get("/leads", source="petition", limit=200)["items"] == []
