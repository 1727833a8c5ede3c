"""An administrator binds a place to its own times and figures, from a day on."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from services.petitions.profiles.domain.figures import KINDS
from shared.auth.actor import Role
from shared.clocks.days import legal_day
from tests.integration.petitions.conftest import Place, day_of
from tests.support.services import Caller, eventually

BASIS = {"law_code": "city-rules", "title_zh": "市局规定", "title_en": "Rules of the city"}


@pytest.fixture
def administrator(place: Place) -> Caller:
    return place.person(Role.SYSTEM_ADMINISTRATOR, place.city)


def term(amount: int, unit: str = "working_days", **more: Any) -> dict[str, Any]:
    return {"amount": amount, "unit": unit, "basis": BASIS, "evidence": "DD", **more}


def profile(place: Place, **changes: Any) -> dict[str, Any]:
    return {
        "code": f"cn.test.{place.city}",
        "division": place.city,
        "valid_from": str(legal_day(place.time.now)),
        "accept": term(1),
        "begin": term(2, "hours"),
        "close": term(20, "natural_days", extension=10),
        "tracks": ["statutory_duty"],
        "reason": "市局要求",
    } | changes


async def added(who: Caller, body: dict[str, Any]) -> httpx.Response:
    answer = await who.post("/handling-profiles", body)
    assert answer.status_code == 201, answer.text
    return answer


async def weighed(place: Place, **facts: Any) -> dict[str, Any]:
    asked = {
        "division": place.county,
        "channel": "phone",
        "track": "statutory_duty",
        "day": str(legal_day(place.time.now)),
    } | facts
    return dict((await place.clerk.get("/handling-profiles", **asked)).json())


async def test_a_row_is_chosen_and_the_others_say_why_not(
    place: Place, administrator: Caller
) -> None:
    code = (await added(administrator, profile(place))).json()["code"]

    found = await weighed(place)

    why = {each["code"]: each["why"] for each in found["items"]}
    assert found["chosen"] == code
    assert why["cn.statute"] == "narrower_scope_wins"
    assert why["cn.zj.2016"] == "other_place"
    assert why["cn.statute.uncounted"] == "other_track"
    earlier = await weighed(place, day=str(day_of(place.time.now, days=-1)))
    assert earlier["chosen"] != code
    assert (await weighed(place, track="petition_opinion"))["chosen"] == "cn.statute"


async def test_without_a_petition_in_mind_every_profile_is_listed(place: Place) -> None:
    found = (await place.clerk.get("/handling-profiles")).json()

    assert found["chosen"] is None
    assert {each["why"] for each in found["items"]} == {None}
    assert {"cn.statute", "cn.sjz.pledge"} <= {each["code"] for each in found["items"]}
    fewer = (await place.clerk.get("/handling-profiles", division="330281")).json()
    codes = {each["code"] for each in fewer["items"] if each["shipped"]}
    assert codes == {"cn.statute", "cn.statute.uncounted", "cn.zj.2016"}


async def test_a_petition_lives_by_the_row(place: Place, administrator: Caller) -> None:
    code = (await added(administrator, profile(place))).json()["code"]

    async def registered() -> Any:
        case = await place.register()
        return case if case.seen["profile"] == code else None

    case = await eventually(registered)
    await case.transferred()
    await case.step(place.clerk, "accept", {"notice": "已受理"})

    clocks = {each["kind"]: each for each in (await case.read(place.clerk))["clocks"]}
    assert clocks["closing"]["due_on"] >= str(day_of(place.time.now, days=20))
    assert clocks["closing"]["law"] == BASIS["title_zh"]
    assert (await case.clocks())["beginning"] == ["running"]
    await case.step(place.officer, "start")
    assert (await case.clocks())["beginning"] == ["met"]


async def test_a_row_that_ended_is_no_longer_chosen(place: Place, administrator: Caller) -> None:
    made = await added(administrator, profile(place))
    path = f"/handling-profiles/{made.json()['id']}/end"
    day = legal_day(place.time.now)
    body = {"valid_to": str(day), "reason": "规定废止"}

    without = await administrator.post(path, body)
    stale = await administrator.post(path, body, version=7)
    early = {**body, "valid_to": str(day - timedelta(days=1))}
    backdated = await administrator.post(path, early, version=1)
    ended = await administrator.post(path, body, version=1)

    assert (without.status_code, stale.status_code) == (428, 412)
    assert (backdated.status_code, backdated.json()["code"]) == (409, "valid_from_past")
    assert (ended.status_code, ended.json()["valid_to"]) == (200, str(day))
    assert ended.headers["etag"] == '"2"'
    assert (await weighed(place))["chosen"] == made.json()["code"]
    tomorrow = str(day + timedelta(days=1))
    assert (await weighed(place, day=tomorrow))["chosen"] != made.json()["code"]
    traced = await place.service.sql(
        "SELECT action FROM audit WHERE object_id = $1 ORDER BY id", made.json()["id"]
    )
    assert [row["action"] for row in traced] == ["handling_profile.add", "handling_profile.end"]


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"code": "cn.statute"}, 409, "already_exists"),
        ({"valid_from": "2020-01-01"}, 409, "valid_from_past"),
        ({"accept": term(16, "natural_days")}, 409, "profile_beyond_statute"),
        (
            {"tracks": None, "close": term(61, "natural_days")},
            409,
            "profile_beyond_statute",
        ),
        ({"channels": []}, 422, "invalid_input"),
        ({"accept": term(0)}, 422, "invalid_input"),
        ({"division": "340100x"}, 422, "invalid_input"),
        ({"colour": "red"}, 422, "invalid_input"),
    ],
)
async def test_a_row_that_cannot_hold_is_not_kept(
    place: Place, administrator: Caller, changes: dict[str, Any], status: int, code: str
) -> None:
    answer = await administrator.post("/handling-profiles", profile(place, **changes))

    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    kept = await place.service.sql(
        "SELECT 1 FROM handling_profile WHERE scope = $1", place.city[:4]
    )
    assert not kept


async def test_only_the_place_s_own_administrator_binds_it(
    place: Place, administrator: Caller
) -> None:
    made = (await added(administrator, profile(place))).json()
    stranger = place.person(Role.SYSTEM_ADMINISTRATOR, place.county)
    end = {"valid_to": str(legal_day(place.time.now)), "reason": "x"}

    for who in (place.city_clerk, stranger):
        body = profile(place, code=f"cn.other.{uuid4().hex[:8]}")
        assert (await who.post("/handling-profiles", body)).status_code == 403
        path = f"/handling-profiles/{made['id']}/end"
        assert (await who.post(path, end, version=1)).status_code == 403
    nowhere = f"/handling-profiles/{uuid4()}/end"
    assert (await administrator.post(nowhere, end, version=1)).status_code == 404


async def test_a_retried_row_is_added_once(place: Place, administrator: Caller) -> None:
    key, body = uuid4().hex, profile(place)

    answers = [await administrator.post("/handling-profiles", body, key=key) for _ in range(2)]

    assert [each.status_code for each in answers] == [201, 201]
    assert answers[0].json()["id"] == answers[1].json()["id"]


def figure(place: Place, **changes: Any) -> dict[str, Any]:
    return {
        "name": "callbacks.tries",
        "division": place.city,
        "valid_from": str(legal_day(place.time.now)),
        "value": 5,
        "basis": "[DD] 市局要求",
    } | changes


async def shown(place: Place, name: str, **query: Any) -> dict[str, Any]:
    asked = {"division": place.county, "day": str(legal_day(place.time.now))} | query
    found = (await place.clerk.get("/petition-settings", **asked)).json()
    return dict(next(each for each in found["items"] if each["name"] == name))


async def test_a_figure_holds_for_its_place_from_its_day_on(
    place: Place, administrator: Caller
) -> None:
    before = await shown(place, "callbacks.tries")
    tomorrow = str(day_of(place.time.now, days=1))

    now = await administrator.post("/petition-settings", figure(place))
    later = await administrator.post(
        "/petition-settings", figure(place, value=7, valid_from=tomorrow)
    )

    assert (now.status_code, later.status_code) == (201, 201)
    assert (before["value"], before["scope"]) == (3, "")
    found = await shown(place, "callbacks.tries")
    assert (found["value"], found["scope"], found["basis"]) == (5, place.city[:4], "[DD] 市局要求")
    assert (await shown(place, "callbacks.tries", day=tomorrow))["value"] == 7
    elsewhere = await shown(place, "callbacks.tries", division="330281")
    assert elsewhere["value"] == 3
    [row] = await place.service.sql(
        "SELECT actor_id, reason FROM audit WHERE action = 'setting.set' AND actor_id = $1"
        " ORDER BY id LIMIT 1",
        administrator.id,
    )
    assert row["reason"] == "[DD] 市局要求"


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"name": "callbacks.hope"}, 422, "unknown_setting"),
        ({"value": 0}, 422, "setting_out_of_range"),
        ({"value": "5"}, 422, "setting_out_of_range"),
        ({"value": True}, 422, "setting_out_of_range"),
        ({"value": 1.5}, 422, "invalid_input"),
        ({"valid_from": "2020-01-01"}, 409, "valid_from_past"),
        ({"basis": ""}, 422, "invalid_input"),
    ],
)
async def test_a_figure_that_cannot_be_is_not_set(
    place: Place, administrator: Caller, changes: dict[str, Any], status: int, code: str
) -> None:
    answer = await administrator.post("/petition-settings", figure(place, **changes))

    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert (await shown(place, "callbacks.tries"))["value"] == 3


async def test_a_figure_is_set_once_a_day_and_by_the_place_s_administrator(
    place: Place, administrator: Caller
) -> None:
    assert (await administrator.post("/petition-settings", figure(place))).status_code == 201
    again = await administrator.post("/petition-settings", figure(place, value=6))
    above = await administrator.post("/petition-settings", figure(place, division="340000"))
    clerk = await place.city_clerk.post("/petition-settings", figure(place))

    assert (again.status_code, again.json()["code"]) == (409, "already_exists")
    assert (above.status_code, clerk.status_code) == (403, 403)


async def test_every_figure_of_the_service_can_be_set(place: Place) -> None:
    rows = await place.service.sql("SELECT DISTINCT name FROM rule_setting")

    assert {row["name"] for row in rows} == set(KINDS)
