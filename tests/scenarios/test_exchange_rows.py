"""Acceptance 3-14 and 3-41: officers sent both ways and to the ministry, training, honours."""

from datetime import date, timedelta
from typing import Final

from ops.demo.inspection import officer_of
from ops.demo.people import Json
from tests.support.offices import Offices, chief, officer

CHENGDU, DEYANG, JINTANG = "510100", "510600", "510121"
# A third city, and the county of another province.
STRANGERS: Final = (chief("511400"), chief("330282"))
GUARDIAN: Final = f"{DEYANG}-security-administrator-1"
STAY: Final = 3
MINISTRY: Final = "生态环境部"


def day(office: Offices, number: int) -> str:
    return (office.today + timedelta(days=number)).isoformat()


def going(officer_id: str, from_on: str, to_on: str, purpose: str) -> Json:
    return {
        "officer_id": officer_id,
        "from_on": from_on,
        "to_on": to_on,
        "purpose": purpose,
        "duties": "参加对方执法工作",
    }


def word(division: str) -> Json:
    return {"division": division, "agrees": True, "commander": f"{division}带教人员"}


def unseen(office: Offices, path: str, listed: str) -> None:
    """A third city does not learn that there is such a thing."""
    for who in STRANGERS:
        stranger = office.person(who)
        assert stranger.http.get(f"/api/v1{path}").status_code == 404, (who, path)
        items = stranger.get(listed, limit=200)["items"]
        assert path.rsplit("/", 1)[1] not in {each["id"] for each in items}


def state_of(office: Offices, path: str, wanted: str) -> Json:
    """The exchange once the day took its course."""

    def look() -> Json | None:
        seen: Json = office.person(chief(path_owner(office, path))).get(path)
        return seen if seen["state"] == wanted else None

    return office.wait(f"{path} to be {wanted}", look)


def path_owner(office: Offices, path: str) -> str:
    for each in (CHENGDU, JINTANG):
        if office.person(chief(each)).http.get(f"/api/v1{path}").status_code == 200:
            return each
    raise AssertionError(path)


def sees(office: Offices, login: str, path: str) -> int:
    return office.person(login).http.get(f"/api/v1{path}").status_code


def agreed(office: Offices, ours: Json, theirs: Json, first: str, last: str) -> str:
    """Each side names its own people and agrees in its own name, the wrong person refused first."""
    body = {
        "kind": "mutual",
        "title": "成都—德阳互派执法人员",
        "proposer": CHENGDU,
        "partner": DEYANG,
        "cost_bearer": "派出方承担",
        "from_on": first,
        "to_on": last,
        "guests": [going(ours["id"], first, last, "joint_case")],
    }
    office.refused(chief(DEYANG), "/staff-exchanges", body)
    made = office.person(chief(CHENGDU)).post("/staff-exchanges", body)
    path = f"/staff-exchanges/{made['id']}"
    named = {"division": DEYANG, "guests": [going(theirs["id"], first, last, "joint_help")]}
    office.act(path, "name", named, by=chief(DEYANG), not_by=chief(CHENGDU))
    seen = office.act(
        path, "answer", word(CHENGDU), by=chief(CHENGDU), not_by=f"{CHENGDU}-command-center-1"
    )
    assert seen["state"] == "proposed"
    seen = office.act(path, "answer", word(DEYANG), by=chief(DEYANG), not_by=chief(CHENGDU))
    assert (seen["state"], seen["without_login"]) == ("agreed", [])
    # Who is away is held: nobody sends him a second time.
    office.barred(chief(CHENGDU), "officer_not_eligible", "/staff-exchanges", body)
    unseen(office, path, "/staff-exchanges")
    return path


def test_row_3_14_officers_go_both_ways_with_a_right_for_the_days(office: Offices) -> None:
    ours, theirs = (officer_of(office.stage, officer(each)) for each in (CHENGDU, DEYANG))
    first, last = day(office, 1), day(office, STAY)
    path = agreed(office, ours, theirs, first, last)
    at_host, at_home = f"/officers/{theirs['id']}", f"/officers/{ours['id']}"
    assert sees(office, officer(CHENGDU), at_host) == 404
    assert office.person(chief(CHENGDU)).get(f"{path}/grants")["grants"] == []

    training = convened(office, path)
    office.later(days=1)
    running = state_of(office, path, "running")
    ids = {each["home"]: each["id"] for each in running["guests"]}
    office.wait("the guest's right", lambda: sees(office, officer(CHENGDU), at_host) == 200)
    office.wait("the other's", lambda: sees(office, officer(DEYANG), at_home) == 200)
    # An officer of Deyang for these days, and neither its head nor one of anywhere else.
    office.refused(officer(CHENGDU), f"{path}/name", {"division": DEYANG, "guests": []}, on=running)
    third = officer_of(office.stage, officer("511400"))
    assert sees(office, officer(CHENGDU), f"/officers/{third['id']}") == 404
    mine = office.person(officer(CHENGDU)).get("/grants")["items"]
    assert [each["scope"] for each in mine if each["exchange_id"] == running["id"]] == ["5106"]
    guarded = office.person(GUARDIAN).get("/grants/guests")["items"]
    [kept] = [each for each in guarded if each["exchange_id"] == running["id"]]
    assert kept["valid_to"] is not None
    office.refused(officer(CHENGDU), f"/grants/{kept['id']}/withdraw", {"reason": "x"}, on=kept)
    shown = office.person(chief(DEYANG)).get(f"{path}/grants")["grants"]
    assert [each["state"] for each in shown] == ["in_force", "in_force"]
    assert sees(office, STRANGERS[0], f"{path}/grants") == 404

    held(office, training)
    office.move(office.now + timedelta(days=STAY))
    over = state_of(office, path, "ended")
    office.wait("the right to end", lambda: sees(office, officer(CHENGDU), at_host) == 404)
    office.wait("the other's", lambda: sees(office, officer(DEYANG), at_home) == 404)
    shown = office.person(chief(DEYANG)).get(f"{path}/grants")["grants"]
    assert {each["state"] for each in shown} == {"over"}
    assert {each["days"]["calendar_days"] for each in over["guests"]} == {STAY}

    for home, host in ((CHENGDU, DEYANG), (DEYANG, CHENGDU)):
        told = {"guest_id": ids[home], "report": "共参与案件办理两件、帮扶企业三家"}
        office.act(path, "report", told, by=officer(home), not_by=officer(host))
        said = {"guest_id": ids[home], "remark": "工作扎实"}
        over = office.act(path, "remark", said, by=chief(host), not_by=chief(home))
    assert over["state"] == "reported"
    asked = {"since": first, "until": last}
    sides = [
        office.person(chief(each)).get("/staff-exchanges/balance", division=each, **asked)
        for each in (CHENGDU, DEYANG)
    ]
    assert [each["balance"] for each in sides] == [0, 0]
    assert [each["given"]["calendar_days"] for each in sides] == [STAY, STAY]
    assert sides[0]["given"] == sides[1]["received"]
    foreign = office.person(STRANGERS[0]).http.get(
        "/api/v1/staff-exchanges/balance", params={"division": CHENGDU}
    )
    assert foreign.status_code == 403


def convened(office: Offices, exchange: str) -> str:
    """A case talk and a visit of joint help in the days of the exchange."""
    begins = office.now + timedelta(days=1, hours=1)
    body = {
        "convener": CHENGDU,
        "kind": "case_talk",
        "topic": "我的案件我来讲",
        "venue": "成都市生态环境局",
        "starts_at": begins.isoformat(),
        "ends_at": (begins + timedelta(hours=2)).isoformat(),
        "places": 30,
        "invited": [DEYANG],
        "materials": [{"name": "典型案例", "sha256": "0" * 64}],
        "exchange_id": exchange.rsplit("/", 1)[1],
    }
    office.refused(chief(DEYANG), "/trainings", body)
    help_visit = {**body, "kind": "joint_help", "topic": "园区联合帮扶", "places": 4}
    helping = office.person(chief(CHENGDU)).post("/trainings", help_visit)
    office.act(
        f"/trainings/{helping['id']}",
        "decline",
        {"division": DEYANG, "reason": "已另行安排"},
        by=chief(DEYANG),
        not_by=chief(CHENGDU),
    )
    office.act(
        f"/trainings/{helping['id']}",
        "cancel",
        {"reason": "改期"},
        by=chief(CHENGDU),
        not_by=chief(DEYANG),
    )
    made = office.person(chief(CHENGDU)).post("/trainings", body)
    path = f"/trainings/{made['id']}"
    unseen(office, path, "/trainings")
    for each, people in ((CHENGDU, 6), (DEYANG, 4)):
        other = chief(DEYANG if each == CHENGDU else CHENGDU)
        coming = {"division": each, "people": people}
        office.act(path, "register", coming, by=chief(each), not_by=other)
    return path


def held(office: Offices, path: str) -> None:
    office.later(hours=4)
    came = [{"division": CHENGDU, "people": 5}, {"division": DEYANG, "people": 4}]
    office.act(path, "hold", {"attendance": came}, by=chief(CHENGDU), not_by=chief(DEYANG))
    said = {"division": DEYANG, "score": 5, "evaluation": "案例讲解清楚"}
    office.act(path, "evaluate", said, by=chief(DEYANG), not_by=chief(CHENGDU))
    office.act(path, "close", by=chief(CHENGDU), not_by=chief(DEYANG))
    for each, hours in ((CHENGDU, "10.0"), (DEYANG, "8.0")):
        found = office.person(chief(each)).get(
            "/trainings/hours", division=each, since=office.today.isoformat()
        )
        assert found["hours"] == hours


def test_row_3_41_jintang_sends_7_person_times_to_the_ministry_and_3_are_honoured(
    office: Offices,
) -> None:
    people = [a_colleague(office, number) for number in range(4)]
    journeys = [(people, 1, 2), (people[:3], 3, 4)]
    paths = [called_up(office, who, day(office, a), day(office, b)) for who, a, b in journeys]
    office.later(days=5)
    for path in paths:
        over = state_of(office, path, "ended")
        for each in over["guests"]:
            told = {"guest_id": each["id"], "report": "参加部级统筹强化监督帮扶"}
            over = office.act(path, "report", told, by=chief(JINTANG), not_by=chief(CHENGDU))
        assert over["state"] == "reported"
    first = people[0]
    office.refused(
        chief(CHENGDU), "/honours", honour(office, first, paths[0], "环办执法函〔2026〕40号")
    )
    for each in people[:3]:
        body = honour(office, each, paths[0], "环办执法函〔2026〕40号")
        row = office.person(chief(JINTANG)).post("/honours", body)
        office.act(f"/honours/{row['id']}", "confirm", by=chief(CHENGDU), not_by=chief(JINTANG))
        assert sees(office, STRANGERS[0], f"/honours/{row['id']}") == 404

    days = office.person(chief(JINTANG)).get("/staff-exchanges/balance", division=JINTANG)
    year = office.today.year
    honours = office.person(chief(CHENGDU)).get("/honours/counts", division=JINTANG, year=year)
    assert days["given"] == {**days["given"], "person_times": 7, "calendar_days": 14}
    assert {each["other"] for each in days["lines"]} == {MINISTRY}
    assert (honours["honours"], honours["lines"][0]["people"]) == (3, 3)


def a_colleague(office: Offices, number: int) -> str:
    """Another officer of Jintang's bureau, without a login."""
    known = officer_of(office.stage, officer(JINTANG))
    until = date(office.today.year + 2, 12, 31).isoformat()
    body = {
        "bureau_id": known["bureau_id"],
        "name": f"金堂执法人员{number}",
        "certificate": {
            "number": f"JT-{number}",
            "valid_from": "2025-01-01",
            "valid_to": until,
        },
    }
    made = office.person(chief(JINTANG)).post("/officers", body)
    return str(made["id"])


def called_up(office: Offices, people: list[str], first: str, last: str) -> str:
    """The ministry calls by its letter; Jintang's head sends."""
    body = {
        "kind": "secondment",
        "title": "抽调参加统筹强化监督",
        "proposer": JINTANG,
        "host_body": MINISTRY,
        "document": "环办执法函〔2026〕12号",
        "cost_bearer": "派出方承担",
        "from_on": first,
        "to_on": last,
        "guests": [going(each, first, last, "audit") for each in people],
    }
    office.refused(officer(JINTANG), "/staff-exchanges", body)
    made = office.person(chief(JINTANG)).post("/staff-exchanges", body)
    path = f"/staff-exchanges/{made['id']}"
    unseen(office, path, "/staff-exchanges")
    agrees = {"division": JINTANG, "agrees": True}
    seen = office.act(path, "answer", agrees, by=chief(JINTANG), not_by=chief(CHENGDU))
    assert seen["state"] == "agreed"
    return path


def honour(office: Offices, officer_id: str, exchange: str, document: str) -> Json:
    return {
        "division": JINTANG,
        "officer_id": officer_id,
        "issuer_level": "ministry",
        "issuer": MINISTRY,
        "document": document,
        "awarded_on": office.today.isoformat(),
        "merit": "统筹强化监督帮扶表现突出",
        "reference": "staff_exchange",
        "reference_id": exchange.rsplit("/", 1)[1],
    }
