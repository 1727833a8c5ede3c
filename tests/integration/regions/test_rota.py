"""The all-staff rota as the offices meet it: set up, previewed, published, served, swapped."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

import pytest

from shared.auth.actor import Role
from tests.integration.regions.conftest import (
    CIXI,
    JIAXING,
    NINGBO,
    YUYAO,
    Person,
    Regions,
    desk,
    head,
)

Json = dict[str, Any]
NOW: Final = datetime(2026, 3, 2, 1, tzinfo=UTC)
CITY_DESK, CITY_HEAD = desk(NINGBO), head(NINGBO)


def later(**by: float) -> datetime:
    return NOW + timedelta(**by)


async def bureau(regions: Regions, name: str, division: str, headcount: int | None) -> str:
    body = {"division": division, "kind": "ecology_bureau", "name": name, "headcount": headcount}
    made = await regions.done(head(division), "/bureaus", body)
    return str(made["id"])


async def officer(
    regions: Regions, bureau_id: str, name: str, account: Person | None = None
) -> str:
    body: Json = {
        "bureau_id": bureau_id,
        "name": name,
        "certificate": {
            "number": uuid4().hex,
            "valid_from": "2026-01-01",
            "valid_to": "2026-12-31",
        },
    }
    if account is not None:
        body["account_id"] = str(account.id)
    return str((await regions.done(CITY_HEAD, "/officers", body))["id"])


async def rota(
    regions: Regions, heads: Json, *, division: str = NINGBO, capacity: int = 10
) -> Json:
    """A rota with offices of one bureau, by code and headcount, each with all its staff listed."""
    await end_any(regions, division)
    keeper = desk(division)
    made = await regions.done(
        keeper, "/rotas", {"division": division, "title": "轮值", "capacity": capacity}
    )
    path = f"/rotas/{made['id']}"
    owner = await bureau(regions, f"机关{uuid4().hex}", division, None)
    for code, number in heads.items():
        unit = {"code": code, "bureau_id": owner, "office": f"{code}处", "headcount": number}
        made = await regions.done(keeper, f"{path}/units", unit, version=made["version"])
    lines = [
        {"unit": code, "name": f"{code}-{n:02}"}
        for code, size in heads.items()
        for n in range(size)
    ]
    entered = await regions.done(keeper, f"{path}/staff", {"lines": lines}, version=made["version"])
    assert entered["refused"] == 0
    whole: Json = (await regions.get(keeper, path)).json()
    return whole | {"bureau": owner}


async def end_any(regions: Regions, division: str) -> None:
    """A division has one rota at a time; what an earlier test left in it is history."""
    await regions.sql(
        "UPDATE rota SET ended_at = now(), end_reason = 'x'"
        " WHERE division = $1 AND ended_at IS NULL",
        division,
    )


def span(first: int, days: int = 3) -> Json:
    day = NOW.date() + timedelta(days=first)
    return {
        "place": YUYAO,
        "purpose": "电镀行业专项执法",
        "starts_on": day.isoformat(),
        "ends_on": (day + timedelta(days=days - 1)).isoformat(),
    }


async def drawn(regions: Regions, path: str, first: int, **body: Any) -> Json:
    """A published round that begins `first` days from now."""
    made = await regions.done(CITY_DESK, f"{path}/rounds", span(first) | body)
    return await regions.done(
        CITY_HEAD, f"{path}/rounds/{made['id']}/publish", {}, version=made["version"]
    )


def names(round_: Json) -> list[str]:
    return [each["name"] for each in round_["draws"] if each["state"] in ("drawn", "confirmed")]


@pytest.fixture(autouse=True)
async def clock(regions: Regions) -> None:
    await regions.set_clock(NOW)


async def test_a_round_is_previewed_by_one_and_published_by_another(regions: Regions) -> None:
    made = await rota(regions, {"A": 40, "B": 30, "C": 20, "D": 10})
    path = f"/rotas/{made['id']}"
    assert [each["listed"] for each in made["units"]] == [40, 30, 20, 10]
    assert [each["share"] for each in made["units"]] == ["4/1", "3/1", "2/1", "1/1"]
    assert (await regions.post(head(CIXI), f"{path}/rounds", span(1))).status_code in {403, 404}
    assert (await regions.post(CITY_DESK, f"{path}/rounds", span(-2))).status_code == 422
    before = await regions.done(CITY_HEAD, f"{path}/rounds", span(1))
    assert before["state"] == "prepared"
    assert before["draws"] == []
    assert [len(each["picked"]) for each in before["units"]] == [4, 3, 2, 1]
    one = f"{path}/rounds/{before['id']}"
    same = await regions.post(CITY_HEAD, f"{one}/publish", {}, version=before["version"])
    assert same.json()["code"] == "rota_same_person"
    assert (await regions.post(CITY_HEAD, f"{one}/publish", {})).status_code == 428
    fresh = await regions.done(CITY_DESK, f"{one}/refresh", {}, version=before["version"])
    stale = await regions.post(CITY_HEAD, f"{one}/publish", {}, version=before["version"])
    assert stale.status_code == 412
    key = uuid4().hex
    first = await regions.post(CITY_HEAD, f"{one}/publish", {}, version=fresh["version"], key=key)
    again = await regions.post(CITY_HEAD, f"{one}/publish", {}, version=fresh["version"], key=key)
    assert first.json() == again.json()
    assert names(first.json()) == [
        *(f"A-{n:02}" for n in range(4)),
        *(f"B-{n:02}" for n in range(3)),
        *(f"C-{n:02}" for n in range(2)),
        "D-00",
    ]
    found = (await regions.get(head(YUYAO), f"{one}/verification")).json()
    assert found["holds"], found
    assert found["digest"] == found["recomputed_digest"] == first.json()["digest"]
    assert (await regions.get(head(JIAXING), one)).status_code == 404
    # Where they serve, those who are drawn are known by name, the others are not.
    assert len(names((await regions.get(head(YUYAO), one)).json())) == 10
    assert (await regions.get(head(YUYAO), f"{path}/staff")).status_code == 404
    seen = (await regions.get(head(YUYAO), "/rotas/turns", limit=200)).json()["items"]
    assert {each["round_id"] for each in seen} >= {before["id"]}


async def test_two_rounds_published_at_once_draw_nobody_twice(regions: Regions) -> None:
    made = await rota(regions, {"A": 5, "B": 5, "C": 5})
    path = f"/rotas/{made['id']}"
    both = [await regions.done(CITY_DESK, f"{path}/rounds", span(first)) for first in (1, 2)]
    answers = await asyncio.gather(
        *(
            regions.post(
                CITY_HEAD, f"{path}/rounds/{each['id']}/publish", {}, version=each["version"]
            )
            for each in both
        )
    )
    assert sorted(each.status_code for each in answers) == [200, 409]
    [refused] = [each for each in answers if each.status_code == 409]
    assert refused.json()["code"] == "preview_stale"
    waiting = next(
        each for each, answer in zip(both, answers, strict=True) if answer.status_code == 409
    )
    one = f"{path}/rounds/{waiting['id']}"
    fresh = await regions.done(CITY_DESK, f"{one}/refresh", {}, version=waiting["version"])
    second = await regions.done(CITY_HEAD, f"{one}/publish", {}, version=fresh["version"])
    [first] = [each.json() for each in answers if each.status_code == 200]
    assert not {*names(first)} & {*names(second)}
    ledger = (await regions.get(CITY_HEAD, f"{path}/ledger")).json()
    assert "units" in ledger, ledger
    shares = [(each["unit"]["drawn"], each["unit"]["carried"]) for each in ledger["units"]]
    # The days overlap, so of five persons only one was left of the unit that had sent four.
    assert (
        sum(drawn for drawn, _ in shares) + sum(each["unit"]["owing"] for each in ledger["units"])
        == 20
    )
    assert ledger["person_times"] == sum(drawn for drawn, _ in shares)
    assert ledger["pace"]["rounds"] == 2


async def test_bulk_entry_answers_every_line(regions: Regions) -> None:
    made = await rota(regions, {"A": 2})
    path = f"/rotas/{made['id']}"
    known = await officer(regions, made["bureau"], "有证人员")
    elsewhere = await officer(regions, await bureau(regions, uuid4().hex, NINGBO, 5), "别处人员")
    lines = [
        {"unit": "A", "name": "新人", "number": "7"},
        {"unit": "Z", "name": "无此单位"},
        {"unit": "A", "name": "A-00"},
        {"unit": "A", "name": "有证人员", "officer_id": known},
        {"unit": "A", "name": "再次", "officer_id": known},
        {"unit": "A", "name": "别处人员", "officer_id": elsewhere},
        {"unit": "A", "name": "查无此人", "officer_id": str(uuid4())},
    ]
    done = await regions.done(CITY_DESK, f"{path}/staff", {"lines": lines}, version=made["version"])
    assert (done["entered"], done["refused"]) == (2, 5)
    assert [each["code"] for each in done["results"]] == [
        None,
        "not_found",
        "staff_listed",
        None,
        "staff_listed",
        "officer_not_of_unit",
        "not_found",
    ]
    stale = await regions.post(
        CITY_DESK, f"{path}/staff", {"lines": lines}, version=made["version"]
    )
    assert stale.status_code == 412
    staff = (await regions.get(CITY_HEAD, f"{path}/staff")).json()["items"]
    assert [each["name"] for each in staff] == ["A-00", "A-01", "新人", "有证人员"]
    # A county's desk keeps no rota of the city's.
    refused = await regions.post(desk(CIXI), f"{path}/staff", {"lines": lines}, version=1)
    assert refused.status_code in {403, 404}


async def test_officers_are_booked_confirm_themselves_and_are_remarked_on(
    regions: Regions,
) -> None:
    made = await rota(regions, {"A": 1}, capacity=2)
    path = f"/rotas/{made['id']}"
    keeper = CITY_DESK
    me, other = Person(Role.OFFICER, NINGBO), Person(Role.OFFICER, NINGBO)
    mine = await officer(regions, made["bureau"], "本人", me)
    lines = [{"unit": "A", "name": "本人", "officer_id": mine}]
    made = await regions.done(keeper, f"{path}/staff", {"lines": lines}, version=made["version"])
    unit = (await regions.get(keeper, path)).json()["units"][0]["id"]
    await regions.done(
        keeper, f"{path}/units/{unit}/change", {"headcount": 2}, version=made["version"]
    )
    round_ = await drawn(regions, path, 0)
    assert round_["officers"] == 1  # office staff do not count towards the two
    [desk_worker, fellow] = round_["draws"]
    assert (desk_worker["certificated"], fellow["certificated"]) == (False, True)
    asked = {
        "divisions": [NINGBO],
        "starts_at": NOW.isoformat(),
        "ends_at": later(hours=2).isoformat(),
    }
    judged = (await regions.post(CITY_HEAD, "/officers/eligible", asked)).json()
    assert [each["reasons"] for each in judged["excluded"] if each["officer_id"] == mine] == [
        ["booked"]
    ]
    # A task of the round takes over whom the round holds.
    sent = (
        await regions.post(CITY_HEAD, "/officers/eligible", asked | {"operation_id": round_["id"]})
    ).json()
    assert mine in {each["officer_id"] for each in sent["eligible"]}
    one = f"{path}/rounds/{round_['id']}"
    await regions.set_clock(later(minutes=20))
    turn = f"{one}/draws/{fellow['id']}"
    not_mine = await regions.post(other, f"{turn}/confirm", {}, version=round_["version"])
    assert not_mine.json()["code"] == "not_your_draw"
    listed = (await regions.get(me, "/rotas/turns", mine=True)).json()["items"]
    assert [(each["name"], each["actions"]) for each in listed] == [("本人", ["confirm", "swap"])]
    round_ = await regions.done(me, f"{turn}/confirm", {}, version=round_["version"])
    served = {"days": [NOW.date().isoformat()], "obeyed": True, "quality": "excellent"}
    early = await regions.post(
        CITY_HEAD,
        f"{turn}/serve",
        served | {"days": [(NOW.date() + timedelta(days=2)).isoformat()]},
        version=round_["version"],
    )
    assert early.json()["code"] == "bad_days"
    round_ = await regions.done(head(YUYAO), f"{turn}/serve", served, version=round_["version"])
    done = next(each for each in round_["draws"] if each["id"] == fellow["id"])
    assert (done["response_seconds"], done["quality"]) == (1200, "excellent")
    late = await regions.post(
        CITY_HEAD, f"{one}/call-off", {"reason": "雨"}, version=round_["version"]
    )
    assert late.json()["code"] == "served_already"
    # Office staff have no login: the leader says that they confirmed.
    turn = f"{one}/draws/{desk_worker['id']}"
    round_ = await regions.done(CITY_DESK, f"{turn}/confirm", {}, version=round_["version"])
    round_ = await regions.done(CITY_HEAD, f"{turn}/serve", served, version=round_["version"])
    assert round_["state"] == "served"
    closed = await regions.done(CITY_HEAD, f"{one}/close", {}, version=round_["version"])
    assert (closed["state"], closed["actions"]) == ("closed", [])
    ledger = (await regions.get(CITY_HEAD, f"{path}/ledger")).json()
    assert ledger["person_days"] == [{"unit": "A", "of": NINGBO, "to": YUYAO, "days": 2}]
    judged = (await regions.post(CITY_HEAD, "/officers/eligible", asked)).json()
    assert mine in {each["officer_id"] for each in judged["eligible"]}


async def test_leave_keeps_the_place_and_shortfalls_are_owed(regions: Regions) -> None:
    made = await rota(regions, {"A": 6, "B": 2}, capacity=5)
    path = f"/rotas/{made['id']}"
    staff = (await regions.get(CITY_HEAD, f"{path}/staff", limit=200)).json()["items"]
    by_name = {each["name"]: each["id"] for each in staff}
    leave = {
        "kind": "leave",
        "starts_on": span(1)["starts_on"],
        "ends_on": span(1)["ends_on"],
        "reason": "年休假",
    }
    version = made["version"]
    for name in ("A-00", "B-00", "B-01"):
        one = f"{path}/staff/{by_name[name]}/excuses"
        barred = await regions.post(CITY_DESK, one, leave, version=version)
        assert barred.status_code == 403  # who approves is a leader
        version = (await regions.done(CITY_HEAD, one, leave, version=version))["version"]
    round_ = await drawn(regions, path, 1)
    assert names(round_) == ["A-01", "A-02", "A-03", "A-04"]
    assert [(each["given"], each["short"]) for each in round_["units"]] == [(4, 0), (1, 1)]
    assert [each["reason"] for each in round_["units"][1]["skipped"]] == ["leave", "leave"]
    # B owes one and makes it good; A-00 stands at the head.
    second = await drawn(regions, path, 10)
    assert names(second)[0] == "A-00"
    assert [each["wanted"] for each in second["units"]] == [
        4 - (len(names(second)) - 2 < 4),
        2,
    ] or [each["wanted"] for each in second["units"]] == [4, 2]
    ledger = (await regions.get(CITY_HEAD, f"{path}/ledger")).json()
    assert [each["unit"]["owing"] for each in ledger["units"]] == [0, 0]
    assert all(each["spread"] <= 1 for each in ledger["units"])
    excused = next(p for p in ledger["units"][0]["people"] if p["name"] == "A-00")
    assert [each["kind"] for each in excused["excuses"]] == ["leave"]


async def test_who_is_excused_is_replaced_by_the_next_and_stands_at_the_head(
    regions: Regions,
) -> None:
    made = await rota(regions, {"A": 5}, capacity=2)
    path = f"/rotas/{made['id']}"
    round_ = await drawn(regions, path, 1)
    assert names(round_) == ["A-00", "A-01"]
    one = f"{path}/rounds/{round_['id']}"
    turn = f"{one}/draws/{round_['draws'][0]['id']}"
    body = {"reason": "突发疾病"}
    assert (
        await regions.post(CITY_DESK, f"{turn}/excuse", body, version=round_["version"])
    ).status_code == 403
    round_ = await regions.done(CITY_HEAD, f"{turn}/excuse", body, version=round_["version"])
    assert names(round_) == ["A-01", "A-02"]
    assert [each["source"] for each in round_["draws"]] == ["turn", "turn", "replacement"]
    assert (await regions.get(CITY_HEAD, f"{one}/verification")).json()["holds"]
    again = await regions.post(CITY_HEAD, f"{turn}/excuse", body, version=round_["version"])
    assert again.json()["code"] == "illegal_step"
    assert names(await drawn(regions, path, 20)) == ["A-00", "A-03"]


async def test_a_swap_swaps_turns_and_keeps_the_counts(regions: Regions) -> None:
    made = await rota(regions, {"A": 4, "B": 4}, capacity=2)
    path = f"/rotas/{made['id']}"
    staff = (await regions.get(CITY_HEAD, f"{path}/staff", limit=200)).json()["items"]
    by_name = {each["name"]: each["id"] for each in staff}
    await drawn(regions, path, 1)  # A-00, B-00
    round_ = await drawn(regions, path, 10)  # A-01, B-01
    one = f"{path}/rounds/{round_['id']}"
    turn = f"{one}/draws/{round_['draws'][0]['id']}"

    async def ask(name: str, version: int) -> Any:
        body = {"staff_id": by_name[name], "reason": "家中有事"}
        return await regions.post(CITY_DESK, f"{turn}/swaps", body, version=version)

    assert (await ask("B-02", round_["version"])).json()["code"] == "swap_other_unit"
    assert (await ask("A-00", round_["version"])).json()["code"] == "swap_unfair"
    version = (await regions.get(CITY_HEAD, path)).json()["version"]
    away = {
        "kind": "exemption",
        "starts_on": round_["starts_on"],
        "ends_on": round_["ends_on"],
        "reason": "孕期",
    }
    await regions.done(CITY_HEAD, f"{path}/staff/{by_name['A-02']}/excuses", away, version=version)
    assert (await ask("A-02", round_["version"])).json()["code"] == "swap_unavailable"
    asked = (await ask("A-03", round_["version"])).json()
    assert (await ask("A-03", asked["version"])).json()["code"] == "swap_pending"
    [swap] = asked["draws"][0]["swaps"]
    step = f"{turn}/swaps/{swap['id']}"
    early = await regions.post(CITY_HEAD, f"{step}/approve", {}, version=asked["version"])
    assert early.json()["code"] == "illegal_step"
    agreed = await regions.done(CITY_HEAD, f"{step}/agree", {}, version=asked["version"])
    refused = await regions.post(CITY_DESK, f"{step}/approve", {}, version=agreed["version"])
    assert refused.status_code == 403
    # Who wrote down that the colleague agreed does not approve it too.
    both = await regions.post(CITY_HEAD, f"{step}/approve", {}, version=agreed["version"])
    assert (both.status_code, both.json()["code"]) == (409, "rota_same_person")
    leader = Person(Role.COUNTY_LEADER_IN_CHARGE, NINGBO)
    swapped = await regions.done(leader, f"{step}/approve", {}, version=agreed["version"])
    assert names(swapped) == ["A-03", "B-01"]
    third, fourth = await drawn(regions, path, 20), await drawn(regions, path, 30)
    assert (names(third)[0], names(fourth)[0]) == ("A-02", "A-01")  # A-01 has the turn of A-03
    ledger = (await regions.get(CITY_HEAD, f"{path}/ledger")).json()
    assert [each["spread"] for each in ledger["units"]] == [0, 0]
    assert [each["state"] for each in ledger["swaps"]] == ["approved"]
    trace = await regions.sql(
        "SELECT action FROM audit WHERE object_id = $1 AND action LIKE '%swap%' ORDER BY at, id",
        round_["id"],
    )
    assert [each["action"].split(".")[1] for each in trace] == [
        "swap_ask",
        "swap_agree",
        "swap_approve",
    ]


async def test_calling_off_the_last_round_restores_everything(regions: Regions) -> None:
    made = await rota(regions, {"A": 5, "B": 5, "C": 5})
    path = f"/rotas/{made['id']}"
    first = await drawn(regions, path, 1)
    state = "SELECT code, entitled, given, drawn, owing FROM rota_unit WHERE rota_id = $1"
    places = "SELECT s.name, lap, s.drawn FROM rota_staff s JOIN rota_unit u ON u.id = unit_id"
    places += " WHERE rota_id = $1 ORDER BY unit_id, place"
    before = [await regions.sql(each, UUID(made["id"])) for each in (state, places)]
    second = await drawn(regions, path, 10)
    off = {"reason": "行动取消"}
    barred = await regions.post(
        CITY_HEAD, f"{path}/rounds/{first['id']}/call-off", off, version=first["version"]
    )
    assert barred.json()["code"] == "later_round_drawn"
    gone = await regions.done(
        CITY_HEAD, f"{path}/rounds/{second['id']}/call-off", off, version=second["version"]
    )
    assert gone["state"] == "called_off"
    after = [await regions.sql(each, UUID(made["id"])) for each in (state, places)]
    assert [sorted(map(tuple, each)) for each in after] == [
        sorted(map(tuple, each)) for each in before
    ]
    again = await drawn(regions, path, 10)
    assert names(again) == [each["name"] for each in second["draws"]]


async def test_people_leave_move_and_units_go(regions: Regions) -> None:
    made = await rota(regions, {"A": 3, "B": 3}, capacity=2)
    path = f"/rotas/{made['id']}"
    staff = (await regions.get(CITY_HEAD, f"{path}/staff", limit=200)).json()["items"]
    by_name = {each["name"]: each["id"] for each in staff}
    units = {each["code"]: each["id"] for each in made["units"]}
    round_ = await drawn(regions, path, 1)
    version = (await regions.get(CITY_HEAD, path)).json()["version"]
    why = {"reason": "退休"}
    busy = await regions.post(
        CITY_DESK, f"{path}/staff/{by_name['A-00']}/leave", why, version=version
    )
    assert busy.json()["code"] == "rota_still_drawn"
    version = (
        await regions.done(CITY_DESK, f"{path}/staff/{by_name['A-01']}/leave", why, version=version)
    )["version"]
    move = {"unit_id": units["A"], "reason": "调任"}
    version = (
        await regions.done(CITY_DESK, f"{path}/staff/{by_name['B-01']}/move", move, version=version)
    )["version"]
    second = await drawn(regions, path, 10, capacity=4)
    assert names(second) == ["A-02", "A-00", "B-02", "B-00"]
    third = await drawn(regions, path, 20, capacity=2)
    assert names(third) == ["B-01", "B-02"]
    gone = await regions.post(CITY_DESK, f"{path}/units/{units['B']}/remove", why, version=version)
    assert gone.json()["code"] == "rota_still_drawn"
    for each in (third, second, round_):
        one = f"{path}/rounds/{each['id']}"
        await regions.done(CITY_HEAD, f"{one}/call-off", {"reason": "x"}, version=each["version"])
    left = await regions.done(CITY_DESK, f"{path}/units/{units['B']}/remove", why, version=version)
    assert [each["left_at"] is None for each in left["units"]] == [True, False]
    ended = await regions.done(CITY_DESK, f"{path}/end", why, version=left["version"])
    assert ended["actions"] == []
    late = await regions.post(CITY_DESK, f"{path}/rounds", span(3))
    assert late.json()["code"] == "rota_ended"
