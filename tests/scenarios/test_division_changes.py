"""Two counties of Ningbo become one, through the gateway: who had work has it the next morning.

海曙 330203 and 江北 330205 stand for 渝北 and 江北 of Chongqing (DOMAIN 0.3 item 3).
"""

import secrets
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

import pytest

from ops.demo.people import SHANGHAI, Json
from ops.principals import Login
from shared.clock import machine_time
from tests.support.offices import CITY, CITY_CLERK, OPINION, YUYAO, Offices, clerk, officer, offices

HAISHU, JIANGBEI, INTO = "330203", "330205", "330218"
FIRST, SECOND = f"{CITY}-system-administrator-1", "330200-second-administrator"
SECURITY: Final = f"{CITY}-security-administrator-1"
DAY: Final = "2026-02-02"
MERGER: Final = {
    "kind": "merge",
    "predecessors": [HAISHU, JIANGBEI],
    "successors": [{"code": INTO, "name": "三江区", "level": "county", "parent": CITY}],
    "effective_on": DAY,
    "document": {"title": "关于调整宁波市部分行政区划的批复", "number": "浙政函〔2026〕3号"},
}


@pytest.fixture(scope="module")
def city() -> Iterator[Offices]:
    """A stack of its own: nobody else should lose these counties."""
    with offices() as opened:
        second_administrator(opened)
        yield opened


def second_administrator(city: Offices) -> None:
    """Four eyes need two people; the security administrator gives the other a login."""
    password = secrets.token_urlsafe(16)
    security = city.person(SECURITY)
    account = security.post(
        "/accounts",
        {
            "login_name": SECOND,
            "display_name": "系统管理员二",
            "division": CITY,
            "password": password,
        },
    )
    security.post(
        "/grants",
        {
            "account_id": account["id"],
            "role": "system_administrator",
            "division": CITY,
            "valid_from": machine_time().isoformat(),
            "reason": "双人复核",
        },
    )
    login = Login(SECOND, password, "系统管理员二", "system_administrator", CITY)
    city.stage.realm = replace(city.stage.realm, accounts=[*city.stage.realm.accounts, login])


def rights(city: Offices, login: str) -> set[tuple[str, str]]:
    me = city.person(login).get("/accounts/me")
    return {(each["role"], each["scope"]) for each in me["grants"]}


def read(city: Offices, who: str, path: str) -> tuple[int, Any]:
    answer = city.person(who).http.get(f"/api/v1{path}")
    return answer.status_code, answer.json()


def test_the_morning_after_two_counties_became_one(city: Offices) -> None:
    going = city.registered(HAISHU)
    path = f"/petitions/{going['id']}"
    city.in_progress(path, HAISHU)
    ended = city.registered(JIANGBEI, title="噪声", object_name="示例加工厂")
    closed = f"/petitions/{ended['id']}"
    city.in_progress(closed, JIANGBEI)
    city.act(closed, "reply", OPINION, by=officer(JIANGBEI))
    content = {"result": "satisfied", "solved": "yes"}
    city.act(closed, "callbacks", content, by=CITY_CLERK)
    assert city.person(CITY_CLERK).get(closed)["state"] == "closed"
    borders = city.person(CITY_CLERK).get("/borders", division=CITY, limit=200)["items"]

    # Drafted, previewed and published by two people.
    city.refused(CITY_CLERK, "/division-changes", MERGER)
    change = city.person(FIRST).post("/division-changes", MERGER)
    this = f"/division-changes/{change['id']}"
    seen = city.act(this, "preview", by=FIRST)["preview"]
    assert seen["not_reachable"] == []
    work = {(each["service"], each["kind"], each["division"]): each for each in seen["work"]}
    assert work["petitions", "petition", HAISHU]["ids"] == [going["id"]]
    assert work["petitions", "petition", HAISHU]["clocks"]
    assert ("petitions", "petition", JIANGBEI) not in work
    assert work["identity", "grant", HAISHU]["open"] == 2
    city.barred(
        FIRST, "needs_another_person", f"{this}/publish", {}, on=city.person(FIRST).get(this)
    )
    city.act(this, "publish", by=SECOND, not_by=CITY_CLERK)
    assert rights(city, clerk(HAISHU)) == {("petition_clerk", HAISHU)}

    city.move(datetime.fromisoformat(f"{DAY}T08:30").replace(tzinfo=SHANGHAI))
    both = {("petition_clerk", INTO), ("petition_clerk", HAISHU), ("petition_clerk", JIANGBEI)}
    for who in (clerk(HAISHU), clerk(JIANGBEI)):
        city.wait("the grants", lambda who=who: rights(city, who) == both)  # type: ignore[misc]  # mypy cannot infer it

    def moved() -> Json | None:
        status, body = read(city, clerk(JIANGBEI), path)
        return body if status == 200 and body["holder"] == INTO else None

    # The colleague of the other county has it too, and the history of both is theirs.
    petition = city.wait("the petition", moved)
    assert petition["divisions"] == [INTO]
    for who in (clerk(HAISHU), clerk(JIANGBEI)):
        listed = city.person(who).get("/petitions", limit=200)["items"]
        assert {going["id"], ended["id"]} <= {each["id"] for each in listed}
        assert read(city, who, closed)[1]["holder"] == JIANGBEI
    for where in (path, closed):
        assert read(city, clerk(YUYAO), where)[0] == 404
    # It is answered by whom it was with, in the time that ran on.
    answered = city.act(path, "reply", OPINION, by=officer(HAISHU))
    assert answered["state"] == "replied"

    status, old = read(city, clerk(YUYAO), f"/divisions/{HAISHU}")
    assert (status, old["name"], old["valid_to"], old["successors"]) == (
        200,
        "海曙区",
        "2026-02-01",
        [INTO],
    )
    # The map: no pair names them any more, and no kilometre to a third is lost.
    inside = {HAISHU, JIANGBEI}
    lengths = [each for each in borders if each["kind"] != "sea"]  # no lengths, but distances
    kept = sum(each["km"] for each in lengths if not {each["a"], each["b"]} <= inside)
    after = city.person(CITY_CLERK).get("/borders", division=CITY, limit=200)["items"]
    assert not [each for each in after if inside & {each["a"], each["b"]}]
    assert sum(each["km"] for each in after if each["kind"] != "sea") == pytest.approx(kept)
    # The successor takes petitions under its own name.
    new = city.person(clerk(HAISHU)).post(
        "/petitions", city.complaint(INTO, office=INTO, title="新区来件")
    )
    assert INTO in new["number"]
