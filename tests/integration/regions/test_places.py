"""Borders by kind, functional zones, common superiors, and where a point or a text is."""

import asyncio
from typing import Any, Final

import pytest

from shared.auth.actor import Role
from tests.integration.regions.conftest import NINGBO, YUYAO, Person, Regions, desk
from tests.integration.regions.test_territory import every

CLERK: Final = Person(Role.PETITION_CLERK, YUYAO)
ZHOUSHAN: Final = "330900"
FIVE_CITIES: Final = ("510100", "510600", "511800", "511400", "512000")


def admin(division: str) -> Person:
    return Person(Role.SYSTEM_ADMINISTRATOR, division)


async def located(regions: Regions, who: Person, **body: Any) -> dict[str, Any]:
    answer = await regions.post(who, "/divisions:locate", body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_the_five_cities_meet_in_30_pairs_of_25_counties_and_7_pairs_of_cities(
    regions: Regions,
) -> None:
    pairs = {}
    for city in FIVE_CITIES:
        for each in await every(regions, "/borders", limit=200, division=city):
            ends = {each["a"][:4], each["b"][:4]}
            if not each["same_city"] and ends <= {code[:4] for code in FIVE_CITIES}:
                assert each["kind"] == "land"
                pairs[each["a"], each["b"]] = frozenset(ends)

    assert len(pairs) == 30
    assert len({code for pair in pairs for code in pair}) == 25
    assert len(set(pairs.values())) == 7


async def test_zhoushan_touches_at_one_place_and_faces_the_rest_over_the_sea(
    regions: Regions,
) -> None:
    touching = [
        each
        for kind in ("land", "water")
        for each in await every(regions, "/borders", limit=9, division=ZHOUSHAN, kind=kind)
    ]
    at_sea = await every(regions, "/borders", limit=4, division=ZHOUSHAN, kind="sea")

    [land] = touching
    assert (land["a_name"], land["b_name"], land["km"]) == ("定海区", "普陀区", 16.3)
    assert len(at_sea) == 15
    assert {each["kind"] for each in at_sea} == {"sea"}
    by_names = {(each["a_name"], each["b_name"]): each["km"] for each in at_sea}
    assert by_names["定海区", "岱山县"] == by_names["北仑区", "普陀区"] == 2.5
    assert by_names["浦东新区", "嵊泗县"] == 27.2
    same_city = {each["b_name"] for each in at_sea if each["same_city"]}
    assert same_city == {"岱山县", "嵊泗县"}


async def test_a_kind_of_border_nobody_knows_is_refused(regions: Regions) -> None:
    assert (await regions.get(CLERK, "/borders", kind="air")).status_code == 422


async def test_the_other_services_hear_of_touching_pairs_only(regions: Regions) -> None:
    [event] = await regions.events("regions.borders.published.v1", "borders:33")
    pairs = {(a, b): km for a, b, km in event["pairs"]}

    assert pairs["330902", "330903"] == 16.3
    assert pairs["330281", "330424"] == 12.1, "across the bay they touch in the water"
    assert ("330206", "330903") not in pairs
    assert event["total"] == 8041


async def test_a_border_proved_to_be_water_replaces_the_one_by_land(regions: Regions) -> None:
    rows = await regions.sql("SELECT kind FROM border WHERE (a, b) = ('330281', '330424')")

    assert [row["kind"] for row in rows] == ["water"]


async def test_a_zone_has_a_code_of_its_city_and_is_announced(regions: Regions) -> None:
    body = {"parent": "330400", "name": "嘉兴港区", "valid_from": "2026-02-01"}
    zone = await regions.done(admin("330400"), "/divisions", body)

    assert (zone["code"], zone["level"], zone["parent"]) == ("330471", "zone", "330400")
    read = await regions.get(CLERK, "/divisions/330471")
    assert read.json() == zone
    assert (await regions.get(CLERK, "/divisions/330471", on="2026-01-31")).status_code == 404
    listed = await every(regions, "/divisions", limit=9, parent="330400", level="zone")
    assert [each["name"] for each in listed] == ["嘉兴港区"]
    events = await regions.events("regions.divisions.published.v1", "divisions:33")
    told = [{each["code"]: each for each in event["divisions"]} for event in events]
    [entries, *_] = [each for each in told if "330471" in each]
    assert entries["330471"] == {
        "code": "330471",
        "name": "嘉兴港区",
        "valid_from": "2026-02-01",
        "valid_to": None,
    }
    assert "330281" in entries
    acts = await regions.sql("SELECT object_id FROM audit WHERE action = 'division.add_zone'")
    assert [each["object_id"] for each in acts].count("330471") == 1


@pytest.mark.parametrize(
    ("who", "body", "status", "code"),
    [
        (admin("330281"), {"parent": NINGBO}, 403, "forbidden"),
        (admin("330100"), {"parent": NINGBO}, 403, "forbidden"),
        (desk(NINGBO), {"parent": NINGBO}, 403, "forbidden"),
        (admin("330200"), {"parent": YUYAO}, 422, "no_zone_here"),
        (admin("330000"), {"parent": "330000"}, 422, "no_zone_here"),
        (admin("410000"), {"parent": "419000"}, 422, "unknown_division"),
        (admin("330200"), {"parent": NINGBO, "code": "330280"}, 422, "not_a_zone_code"),
        (admin("330200"), {"parent": NINGBO, "code": "330371"}, 422, "not_a_zone_code"),
        (admin("330200"), {"parent": NINGBO, "level": "zone"}, 422, "invalid_input"),
    ],
)
async def test_a_zone_that_cannot_be_is_refused(
    regions: Regions, who: Person, body: dict[str, Any], status: int, code: str
) -> None:
    answer = await regions.post(
        who, "/divisions", {"name": "某新区", "valid_from": "2026-01-01", **body}
    )

    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text


async def test_a_province_names_zones_in_its_cities_and_no_code_or_name_comes_twice(
    regions: Regions,
) -> None:
    who, body = admin("330000"), {"parent": "330600", "valid_from": "2026-01-01"}
    first = await regions.done(who, "/divisions", {**body, "name": "滨海新城", "code": "330691"})

    same_code = await regions.post(who, "/divisions", {**body, "name": "别名", "code": "330691"})
    same_name = await regions.post(who, "/divisions", {**body, "name": "滨海新城"})
    assert first["code"] == "330691"
    assert [each.json()["code"] for each in (same_code, same_name)] == ["zone_exists"] * 2
    assert [each.status_code for each in (same_code, same_name)] == [409, 409]


async def test_two_who_add_zones_at_once_get_two_codes(regions: Regions) -> None:
    body = {"parent": "330700", "valid_from": "2026-01-01"}
    answers = await asyncio.gather(
        *(
            regions.post(admin("330700"), "/divisions", {**body, "name": f"功能区{number}"})
            for number in range(4)
        )
    )

    assert [each.status_code for each in answers] == [201] * 4
    assert sorted(each.json()["code"] for each in answers) == [f"33077{n}" for n in range(1, 5)]


async def test_a_retry_adds_no_second_zone(regions: Regions) -> None:
    who, body = (
        admin("330800"),
        {"parent": "330800", "name": "智造新城", "valid_from": "2026-01-01"},
    )
    first = await regions.post(who, "/divisions", body, key="zone-retried")
    again = await regions.post(who, "/divisions", body, key="zone-retried")

    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()


@pytest.mark.parametrize(
    ("codes", "scope", "division", "name"),
    [
        (["330281", "330282"], "3302", "330200", "宁波市"),
        (["330281", "330200"], "3302", "330200", "宁波市"),
        (["330281", "330902"], "33", "330000", "浙江省"),
        (["510183", "511826"], "51", "510000", "四川省"),
        (["110101", "110105"], "11", "110000", "北京市"),
        (["429004", "429005"], "42", "420000", "湖北省"),
        (["330281", "330281"], "330281", "330281", "余姚市"),
    ],
)
async def test_the_lowest_common_superior_is_a_division_that_can_decide(
    regions: Regions, codes: list[str], scope: str, division: str, name: str
) -> None:
    answer = await regions.get(CLERK, "/divisions:common-superior", code=codes)

    found = answer.json()
    assert (found["scope"], found["division"], found["name"]) == (scope, division, name)
    assert found["national"] is False


async def test_above_two_provinces_stands_only_the_state(regions: Regions) -> None:
    answer = await regions.get(CLERK, "/divisions:common-superior", code=["510100", "500157"])

    assert answer.json() == {
        "scope": "00",
        "division": None,
        "name": "国家",
        "level": None,
        "national": True,
    }


@pytest.mark.parametrize(
    ("codes", "status", "code"),
    [
        ([], 422, "invalid_input"),
        (["33028"], 422, "invalid_input"),
        (["330281", "330299"], 422, "unknown_division"),
        (["330281"] * 51, 422, "invalid_input"),
    ],
)
async def test_a_superior_of_no_division_is_not_found(
    regions: Regions, codes: list[str], status: int, code: str
) -> None:
    answer = await regions.get(CLERK, "/divisions:common-superior", code=codes)

    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text


async def test_a_text_is_read_whole_and_nothing_is_decided(regions: Regions) -> None:
    text = "余姚市泗门镇与慈溪交界处,原奉化市某厂"
    found = await located(regions, CLERK, text=text)

    assert found["point"] is None
    assert [each["text"] for each in found["mentions"]] == ["余姚市", "慈溪", "奉化市"]
    for each in found["mentions"]:
        assert text[each["start"] : each["end"]] == each["text"]
    [yuyao] = found["mentions"][0]["candidates"]
    assert (yuyao["code"], yuyao["level"], yuyao["rank"]) == (YUYAO, "county", 1)
    assert yuyao["path_name"] == "浙江省宁波市余姚市"
    assert yuyao["reasons"] == ["own", "full_name", "only_one"]
    touched = {each["code"]: each for each in yuyao["touches"]}
    assert touched["330424"] == {
        "code": "330424",
        "name": "海盐县",
        "kind": "water",
        "km": 12.1,
        "other_city": True,
    }
    assert not touched["330282"]["other_city"]
    [fenghua] = found["mentions"][2]["candidates"]
    assert fenghua["form"] == "former"
    assert fenghua["valid"] is False
    assert [each["name"] for each in fenghua["now"]] == ["奉化区"]


async def test_a_district_that_is_no_longer_in_the_table_is_found_by_its_name(
    regions: Regions,
) -> None:
    [_, mention] = (await located(regions, CLERK, text="重庆市渝北区"))["mentions"]

    [candidate] = mention["candidates"]
    assert candidate["code"] == "500112"
    assert candidate["path_name"] == "重庆市渝北区"
    assert candidate["now"] == [{"code": "500157", "name": "两江新区"}]
    assert {each["code"] for each in candidate["touches"]} >= {"500109", "500117"}


@pytest.mark.parametrize(("division", "first"), [("110105", "110105"), ("220100", "220104")])
async def test_the_askers_own_city_stands_first_where_a_name_has_several(
    regions: Regions, division: str, first: str
) -> None:
    [mention] = (await located(regions, desk(division), text="朝阳区某路口"))["mentions"]

    codes = [each["code"] for each in mention["candidates"]]
    assert codes[0] == first
    assert sorted(codes) == ["110105", "220104"]
    assert [each["rank"] for each in mention["candidates"]] == [1, 2]


async def test_a_zone_is_found_by_its_name_as_soon_as_it_is_one(regions: Regions) -> None:
    text = "前湾示范园三号路"
    assert (await located(regions, CLERK, text=text))["mentions"] == []
    body = {"parent": "331000", "name": "前湾示范园", "valid_from": "2026-01-01"}
    zone = await regions.done(admin("331000"), "/divisions", body)

    [mention] = (await located(regions, CLERK, text=text))["mentions"]
    [candidate] = mention["candidates"]
    assert (candidate["code"], candidate["level"]) == (zone["code"], "zone")
    assert candidate["path_name"] == "浙江省台州市前湾示范园"


async def test_a_point_well_inside_has_one_candidate_and_no_border_near(regions: Regions) -> None:
    found = await located(regions, CLERK, point={"lon": 121.1, "lat": 29.86})

    [candidate] = found["point"]["candidates"]
    assert (candidate["code"], candidate["inside"]) == (YUYAO, True)
    assert candidate["path_name"] == "浙江省宁波市余姚市"
    assert found["point"]["near_border"] == bool(found["point"]["neighbours"])
    assert all(each["metres"] <= 5000 for each in found["point"]["neighbours"])
    assert found["mentions"] == []


async def test_near_the_border_both_sides_are_named_with_their_distance(regions: Regions) -> None:
    rows = [
        (await located(regions, CLERK, point={"lon": 121.1 + step / 1000, "lat": 30.1}))["point"]
        for step in range(0, 140, 2)
    ]
    two = [row for row in rows if len(row["candidates"]) == 2]

    assert two, "somewhere on the way from 余姚 to 慈溪 the line is too near to say"
    for row in two:
        first, second = row["candidates"]
        assert {first["code"], second["code"]} == {YUYAO, "330282"}
        assert (first["inside"], second["inside"]) == (True, False)
        assert second["metres"] <= 300
    for row in rows:
        assert row["near_border"] == bool(row["neighbours"])
        assert row["strip_km"] == 5
        for each in row["neighbours"]:
            assert each["metres"] <= 5000
            assert each["code"] != row["candidates"][0]["code"]


async def test_the_strip_is_a_figure_of_the_place(
    regions: Regions,
) -> None:
    await regions.sql(
        "INSERT INTO rule_setting (name, scope, valid_from, value, basis)"
        " VALUES ('border.strip_km', '3307', '2026-01-01', '50', 'test')"
    )
    regions.database.kept.clear()
    found = await located(regions, CLERK, point={"lon": 119.65, "lat": 29.08})

    assert found["point"]["candidates"][0]["code"][:4] == "3307"
    assert found["point"]["strip_km"] == 50
    assert max(each["metres"] for each in found["point"]["neighbours"]) > 10_000


async def test_at_sea_the_nearest_counties_are_candidates(regions: Regions) -> None:
    found = await located(regions, CLERK, point={"lon": 122.3, "lat": 30.2})

    codes = [each["code"] for each in found["point"]["candidates"]]
    assert codes == ["330921", "330903", "330902"]
    assert not any(each["inside"] for each in found["point"]["candidates"])


async def test_a_point_of_another_datum_is_turned_back(regions: Regions) -> None:
    as_maps_have_it = {"lon": 116.397508, "lat": 39.908743, "datum": "gcj02"}
    found = await located(regions, CLERK, point=as_maps_have_it)

    assert found["point"]["datum"] == "wgs84"
    assert found["point"]["lon"] == pytest.approx(116.391265, abs=0.0001)
    assert found["point"]["lat"] == pytest.approx(39.907340, abs=0.0001)


async def test_in_the_open_sea_nobody_is_a_candidate(regions: Regions) -> None:
    found = await located(regions, CLERK, point={"lon": 126.0, "lat": 28.0})

    assert found["point"]["candidates"] == []
    assert found["point"]["near_border"] is False


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"text": ""},
        {"text": "长" * 2001},
        {"point": {"lon": 121.1}},
        {"point": {"lon": 21.1, "lat": 30.0}},
        {"point": {"lon": 121.1, "lat": 91}},
        {"point": {"lon": 121.1, "lat": 30, "datum": "beijing54"}},
        {"text": "余姚", "decided": YUYAO},
    ],
)
async def test_a_question_without_sense_is_refused(regions: Regions, body: dict[str, Any]) -> None:
    answer = await regions.post(CLERK, "/divisions:locate", body)

    assert answer.status_code == 422, answer.text


async def test_asking_stores_nothing_and_needs_no_key(regions: Regions) -> None:
    before = await regions.sql("SELECT count(*) FROM idempotency")
    headers = {"Authorization": f"Bearer {CLERK.token()}"}
    answer = await regions.http.post(
        "/api/v1/divisions:locate", json={"text": "余姚"}, headers=headers
    )

    assert answer.status_code == 200
    assert await regions.sql("SELECT count(*) FROM idempotency") == before


async def test_a_division_that_ended_is_found_by_its_name_with_what_took_its_place(
    regions: Regions,
) -> None:
    await regions.sql(
        "INSERT INTO division (code, name, level, parent, valid_from, valid_to, version)"
        " VALUES ('330284', '旧姚县', 'county', '330200', '2000-01-01', '2025-12-31', 1)"
    )
    await regions.sql(
        "INSERT INTO division_succession (predecessor, effective_on, change_id, position,"
        " successors, main, assignments, document)"
        " VALUES ('330284', '2026-01-01', gen_random_uuid(), 0, '{330281}', '330281', '{}', '撤县')"
    )
    [mention] = (await located(regions, CLERK, text="旧姚县城"))["mentions"]

    [candidate] = mention["candidates"]
    assert (candidate["code"], candidate["form"], candidate["valid"]) == ("330284", "former", False)
    assert candidate["now"] == [{"code": YUYAO, "name": "余姚市"}]
    then = await located(regions, CLERK, text="旧姚县城", on="2020-01-01")
    assert then["mentions"][0]["candidates"][0]["form"] == "full"
