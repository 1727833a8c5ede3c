"""Acceptance rows 2-19, 2-20, 2-21: all staff take turns, each office with its own login."""

from datetime import date, timedelta
from fractions import Fraction
from typing import Any, Final

from ops.demo.people import Json
from services.regions.rota.domain.pace import quarter_of
from tests.support.offices import BEILUN, CITY, CITY_CHIEF, YUYAO, Offices, chief, leader, officer

CENTRE: Final = f"{CITY}-command-center-1"
INSPECTOR: Final = f"{CITY}-officer-2"
STRANGER: Final = "510100-department-head-1"
# Offices of the bureau and a subordinate body, by code: persons on establishment and in office.
HEADS: Final = {"01": 20, "02": 10, "03": 8, "04": 4}
CAPACITIES: Final = (10, 9, 9, 9, 9, 9, 9, 9)
PERSON_TIMES: Final = 73


def bureau_of(office: Offices, division: str) -> str:
    [found] = [
        each["id"]
        for each in office.person(CITY_CHIEF).get("/bureaus", division=division, limit=200)["items"]
        if each["division"] == division and each["kind"] == "ecology_bureau"
    ][:1]
    return str(found)


def officer_file(office: Offices, login: str, division: str) -> str:
    account = office.person(login).account_id
    listed = office.person(CITY_CHIEF).get("/officers", division=division, limit=200)["items"]
    return str(next(each["id"] for each in listed if each["account_id"] == account))


def set_up(office: Offices) -> str:
    """人人参与: three offices of the bureau and a branch, with everybody in a fixed order."""
    body = {"division": CITY, "title": "宁波市全员执法轮值", "capacity": 9}
    office.refused(STRANGER, "/rotas", body)
    office.refused(chief(BEILUN), "/rotas", body)
    made = office.person(CENTRE).post("/rotas", body)
    path = f"/rotas/{made['id']}"
    city, branch = bureau_of(office, CITY), bureau_of(office, BEILUN)
    for code, heads in HEADS.items():
        unit: Json = {"code": code, "bureau_id": city, "headcount": heads, "office": f"{code}处"}
        if code == "04":
            unit |= {"bureau_id": branch, "office": None}
        office.act(path, "units", unit, by=CENTRE, not_by=chief(YUYAO))
    lines: list[Json] = [
        {"unit": code, "name": f"甲{code}{n:02}"}
        for code, heads in HEADS.items()
        for n in range(heads)
    ]
    lines[0] |= {"name": "执法人员二", "officer_id": officer_file(office, INSPECTOR, CITY)}
    wrong = {"unit": "99", "name": "无此单位"}
    entered = office.act(path, "staff", {"lines": [*lines, wrong]}, by=CENTRE, not_by=STRANGER)
    assert (entered["entered"], entered["refused"]) == (sum(HEADS.values()), 1)
    assert entered["results"][-1]["code"] == "not_found"
    return path


def published(office: Offices, path: str, first: date, capacity: int) -> Json:
    """抽调: previewed by the command centre, published by the head of the bureau."""
    wanted = {
        "place": BEILUN,
        "purpose": "全员执法轮值",
        "starts_on": first.isoformat(),
        "ends_on": (first + timedelta(days=2)).isoformat(),
        "capacity": capacity,
    }
    office.refused(chief(BEILUN), f"{path}/rounds", wanted)
    made = office.person(CENTRE).post(f"{path}/rounds", wanted)
    one = f"{path}/rounds/{made['id']}"
    return office.act(one, "publish", by=CITY_CHIEF, not_by=CENTRE)


def test_rows_2_19_to_2_21_all_staff_take_turns_by_headcount_and_are_remarked_on(
    office: Offices,
) -> None:
    path = set_up(office)
    quarter = quarter_of(quarter_of(office.today).last + timedelta(days=1))
    days = [office.today, *(quarter.first + timedelta(days=12 * n) for n in range(7))]
    rounds = [
        published(office, path, first, capacity)
        for first, capacity in zip(days, CAPACITIES, strict=True)
    ]
    for each in rounds:  # anyone who sees it draws it again
        seen = office.person(chief(BEILUN)).get(f"{path}/rounds/{each['id']}/verification")
        assert seen["holds"]
        assert all(1 <= unit["given"] <= 4 for unit in each["units"])
        assert (
            office.person(STRANGER).http.get(f"/api/v1{path}/rounds/{each['id']}").status_code
            == 404
        )
    ledger = office.person(CITY_CHIEF).get(f"{path}/ledger", day=quarter.first.isoformat())
    assert ledger["person_times"] == PERSON_TIMES
    assert ledger["pace"]["rounds"] == 7
    assert 2 <= Fraction(ledger["pace"]["mean"]) <= 3
    assert ledger["pace"]["drift"] is None
    units = [each["unit"] for each in ledger["units"]]
    given = [each["drawn"] for each in units]
    assert given == sorted(given, reverse=True)  # 人多多抽,人少少抽
    assert all(abs(Fraction(each["carried"])) < 1 for each in units)
    assert all(each["spread"] <= 1 for each in ledger["units"])

    serve_today(office, path, rounds[0])


def serve_today(office: Offices, path: str, drawn: Json) -> None:
    """闻令而动: confirmed, served, and the leader where they serve says how."""
    one = f"{path}/rounds/{drawn['id']}"
    by_login = [each for each in drawn["draws"] if each["officer_id"]]
    office.later(minutes=15)
    for each in drawn["draws"]:
        turn = f"{one}/draws/{each['id']}"
        who = INSPECTOR if each in by_login else CENTRE
        act(office, one, f"{turn}/confirm", by=who, not_by=officer(BEILUN))
    said = {"days": [office.today.isoformat()], "obeyed": True, "quality": "excellent"}
    for each in drawn["draws"]:
        turn = f"{one}/draws/{each['id']}"
        act(office, one, f"{turn}/serve", said, by=chief(BEILUN), not_by=chief(YUYAO))
    done = office.person(chief(BEILUN)).get(one)
    assert done["state"] == "served"
    assert all(each["response_seconds"] >= 900 for each in done["draws"])
    assert {(each["obeyed"], each["quality"]) for each in done["draws"]} == {(True, "excellent")}
    office.act(one, "close", by=CITY_CHIEF, not_by=CENTRE)
    ledger = office.person(CITY_CHIEF).get(f"{path}/ledger")
    received = sum(each["days"] for each in ledger["person_days"] if each["to"] == BEILUN)
    assert received == len(drawn["draws"])


def act(office: Offices, one: str, step: str, body: object = None, *, by: str, not_by: str) -> Json:
    """A step on a part of the round, by its version as it is now."""
    item = office.person(CITY_CHIEF).get(one)
    office.refused(not_by, step, body or {}, on=item)
    done: Any = office.person(by).post(step, body or {}, on=item)
    return dict(done)


def test_row_2_19_a_county_follows_the_same_scheme(office: Offices) -> None:
    """其余县(市、区)参照执行: the head of the bureau prepares, the leader in charge publishes."""
    body = {"division": YUYAO, "title": "余姚市全员执法轮值", "capacity": 3}
    made = office.person(chief(YUYAO)).post("/rotas", body)
    path = f"/rotas/{made['id']}"
    bureau = bureau_of(office, YUYAO)
    for code, heads in {"a": 6, "b": 3}.items():
        unit = {"code": code, "bureau_id": bureau, "office": f"{code}科", "headcount": heads}
        office.act(path, "units", unit, by=chief(YUYAO), not_by=chief(BEILUN))
    lines = [{"unit": code, "name": f"{code}{n}"} for code in "ab" for n in range(3)]
    office.act(path, "staff", {"lines": lines}, by=chief(YUYAO), not_by=CENTRE)
    wanted = {
        "place": YUYAO,
        "purpose": "企业夜查",
        "starts_on": (office.today + timedelta(days=5)).isoformat(),
        "ends_on": (office.today + timedelta(days=5)).isoformat(),
    }
    preview = office.person(chief(YUYAO)).post(f"{path}/rounds", wanted)
    one = f"{path}/rounds/{preview['id']}"
    office.barred(chief(YUYAO), "rota_same_person", f"{one}/publish", {}, on=preview)
    drawn = office.act(one, "publish", by=leader(YUYAO), not_by=chief(BEILUN))
    assert [each["name"] for each in drawn["draws"]] == ["a0", "a1", "b0"]
    turn = f"{one}/draws/{drawn['draws'][0]['id']}"
    excused = office.person(leader(YUYAO)).post(f"{turn}/excuse", {"reason": "突发疾病"}, on=drawn)
    going = [each["name"] for each in excused["draws"] if each["state"] == "drawn"]
    assert going == ["a1", "a2", "b0"]
