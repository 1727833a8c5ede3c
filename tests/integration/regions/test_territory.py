"""Divisions and borders as callers read them, and how they reach the other services."""

from typing import Any

import pytest

from ops.bootstrap import Databases
from ops.seed_references import seed_references
from shared.auth.actor import Role
from tests.integration.regions.conftest import NINGBO, YUYAO, Person, Regions

CLERK = Person(Role.PETITION_CLERK, YUYAO)


async def every(regions: Regions, path: str, *, limit: int, **query: str) -> list[dict[str, Any]]:
    """All items of a list, page by page."""
    page = (await regions.get(CLERK, path, limit=limit, **query)).json()
    found: list[dict[str, Any]] = page["items"]
    while cursor := page["next"]:
        page = (await regions.get(CLERK, path, limit=limit, cursor=cursor, **query)).json()
        found += page["items"]
    return found


async def test_ningbo_has_its_ten_counties(regions: Regions) -> None:
    items = await every(regions, "/divisions", limit=3, parent=NINGBO)

    assert [each["name"] for each in items] == [
        "海曙区",
        "江北区",
        "北仑区",
        "镇海区",
        "鄞州区",
        "奉化区",
        "象山县",
        "宁海县",
        "余姚市",
        "慈溪市",
    ]


async def test_the_whole_table_pages_without_loss_or_doubling(regions: Regions) -> None:
    codes = [each["code"] for each in await every(regions, "/divisions", limit=200)]

    assert len(codes) == len(set(codes)) == 3212
    assert codes == sorted(codes)


async def test_a_division_says_its_level_and_its_superior(regions: Regions) -> None:
    answer = await regions.get(CLERK, f"/divisions/{YUYAO}")

    assert answer.headers["ETag"] == '"1"'
    assert answer.json() == {
        "code": YUYAO,
        "name": "余姚市",
        "level": "county",
        "parent": NINGBO,
        "valid_from": "2026-01-01",
        "valid_to": None,
        "version": 1,
        "successors": [],
        "actions": [],
    }


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/divisions/330299", 404),
        ("/divisions/33028", 422),
        ("/divisions/3302%00", 400),
        ("/divisions?limit=-1", 422),
        ("/divisions?limit=99999999999999999999", 422),
        ("/divisions?cursor=forged", 400),
        ("/divisions?level=village", 422),
        (f"/divisions/{YUYAO}?on=1999-01-01", 404),
        ("/calendars/1980", 422),
        ("/calendars/2031", 404),
        ("/calendars/2026?version=9", 404),
    ],
)
async def test_bad_questions_get_a_clear_answer(regions: Regions, path: str, status: int) -> None:
    answer = await regions.get(CLERK, path)

    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_part_of_a_name_finds_it_and_a_wildcard_is_only_a_character(
    regions: Regions,
) -> None:
    assert {each["code"] for each in await every(regions, "/divisions", limit=9, name="慈溪")} == {
        "330282"
    }
    assert await every(regions, "/divisions", limit=9, name="%") == []


async def test_the_borders_of_a_county_are_its_real_ones(regions: Regions) -> None:
    items = await every(regions, "/borders", limit=3, division=YUYAO)

    others = {each["a"] if each["b"] == YUYAO else each["b"]: each["km"] for each in items}
    assert others == {
        "330203": 54.4,
        "330205": 18.4,
        "330213": 18.9,
        "330282": 73.5,
        "330424": 12.1,
        "330604": 90.6,
        "330683": 25.0,
    }
    assert {each["same_city"] for each in items if each["b"] == "330282"} == {True}


async def test_all_borders_page_without_loss_or_doubling(regions: Regions) -> None:
    items = await every(regions, "/borders", limit=200)

    assert len({(each["a"], each["b"], each["kind"]) for each in items}) == len(items) == 8056
    assert len({(each["a"], each["b"]) for each in items if each["kind"] != "sea"}) == 8041


async def test_loading_again_changes_and_announces_nothing(
    regions: Regions, databases: Databases
) -> None:
    before = await regions.sql("SELECT count(*) FROM outbox_event")
    await seed_references(databases.url("regions"))

    assert await regions.sql("SELECT count(*) FROM outbox_event") == before


async def test_each_province_year_and_law_is_announced_to_tasks_and_petitions(
    regions: Regions,
) -> None:
    rows = await regions.sql(
        "SELECT topic, destination, count(*) FROM outbox_event e"
        " JOIN outbox_delivery d ON d.event_id = e.id GROUP BY 1, 2 ORDER BY 1, 2"
    )

    assert [tuple(row) for row in rows] == [
        ("regions.borders.published.v1", "petitions", 31),
        ("regions.borders.published.v1", "tasks", 31),
        ("regions.calendar.published.v1", "petitions", 23),
        ("regions.calendar.published.v1", "tasks", 23),
        ("regions.divisions.published.v1", "petitions", 34),
        ("regions.divisions.published.v1", "tasks", 34),
        ("regions.legal_bases.published.v1", "petitions", 5),
        ("regions.legal_bases.published.v1", "tasks", 5),
    ]


async def test_without_a_token_nothing_is_told(regions: Regions) -> None:
    answer = await regions.http.get("/api/v1/divisions")

    assert answer.status_code == 401
