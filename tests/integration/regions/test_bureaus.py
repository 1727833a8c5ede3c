"""Bureaus of all kinds: who stands above which, what changes, and how one is closed."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from tests.integration.regions.conftest import CIXI, JIAXING, NINGBO, YUYAO, Regions, desk, head

KINDS = (
    "ecology_bureau",
    "enforcement_corps",
    "petition_office",
    "command_center",
    "government",
    "police",
    "procuratorate",
    "court_liaison",
    "provincial_platform",
    "monitoring_station",
    "industrial_park",
    "township_government",
)


async def a_bureau(regions: Regions, division: str, **facts: Any) -> dict[str, Any]:
    body = {"division": division, "kind": "enforcement_corps", "name": f"机构 {uuid4().hex}"}
    return await regions.done(head(division), "/bureaus", {**body, **facts})


def amended(bureau: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The bureau as it is, and a change."""
    kept = ("name", "short_name", "phone", "superior_id", "headcount", "active_from")
    named = {name: bureau[name] for name in (*kept, "liaison_name", "liaison_phone")}
    return {**named, "reason": "机构调整", **changes}


@pytest.mark.parametrize("kind", KINDS)
async def test_every_kind_of_bureau_has_its_people_to_call(regions: Regions, kind: str) -> None:
    facts = {
        "kind": kind,
        "headcount": 32,
        "liaison_name": "张三",
        "liaison_phone": "0574-12345678",
        "active_from": "2020-01-01",
    }
    made = await a_bureau(regions, YUYAO, **facts)

    told = (await regions.get(head(JIAXING), f"/bureaus/{made['id']}")).json()
    assert {name: told[name] for name in facts} == facts
    assert (told["actions"], made["actions"]) == ([], ["amend", "close"])


async def test_a_superior_office_stands_in_the_division_or_above_and_never_in_a_ring(
    regions: Regions,
) -> None:
    city = await a_bureau(regions, NINGBO)
    county = await a_bureau(regions, YUYAO, superior_id=city["id"])
    below = await a_bureau(regions, YUYAO, superior_id=county["id"])
    stranger = await a_bureau(regions, CIXI)

    async def put_under(bureau: dict[str, Any], superior: str) -> tuple[int, str]:
        body = amended(bureau, superior_id=superior)
        path = f"/bureaus/{bureau['id']}/amend"
        answer = await regions.post(head(NINGBO), path, body, version=bureau["version"])
        return answer.status_code, answer.json().get("code", "")

    assert await put_under(county, below["id"]) == (409, "circular_superiors")
    assert await put_under(county, county["id"]) == (409, "circular_superiors")
    assert await put_under(county, stranger["id"]) == (422, "foreign_superior")
    assert await put_under(city, county["id"]) == (422, "foreign_superior")
    assert await put_under(county, str(uuid4())) == (422, "foreign_superior")
    listed = (await regions.get(head(CIXI), "/bureaus", superior_id=county["id"])).json()
    assert [each["id"] for each in listed["items"]] == [below["id"]]


async def test_of_two_that_close_a_ring_at_once_one_is_refused(regions: Regions) -> None:
    one, other = await a_bureau(regions, YUYAO), await a_bureau(regions, YUYAO)

    answers = await asyncio.gather(
        *(
            regions.post(
                head(YUYAO),
                f"/bureaus/{low['id']}/amend",
                amended(low, superior_id=high["id"]),
                version=low["version"],
            )
            for low, high in ((one, other), (other, one))
        )
    )

    assert sorted(each.status_code for each in answers) == [200, 409]


async def test_a_change_is_a_version_of_those_who_keep_the_bureau(regions: Regions) -> None:
    made = await a_bureau(regions, YUYAO, headcount=30)
    path, body = f"/bureaus/{made['id']}/amend", amended(made, headcount=35)

    assert (await regions.post(head(CIXI), path, body, version=1)).status_code == 403
    assert (await regions.post(head(YUYAO), path, body)).status_code == 428
    changed = await regions.done(desk(NINGBO), path, body, version=made["version"])
    assert (changed["headcount"], changed["version"]) == (35, made["version"] + 1)
    stale = await regions.post(head(YUYAO), path, body, version=made["version"])
    assert stale.status_code == 412
    # To say the same again is an act too.
    again = await regions.done(head(YUYAO), path, body, version=changed["version"])
    assert again["version"] == changed["version"] + 1
    other = await a_bureau(regions, YUYAO)
    taken = amended(again, name=other["name"])
    answer = await regions.post(head(YUYAO), path, taken, version=again["version"])
    assert (answer.status_code, answer.json()["code"]) == (409, "bureau_exists")


async def test_a_bureau_is_closed_when_it_has_nobody_and_nothing_left(regions: Regions) -> None:
    bureau = await a_bureau(regions, YUYAO, active_from="2020-01-01")
    path = f"/bureaus/{bureau['id']}/close"
    officer = await regions.done(
        head(YUYAO), "/officers", {"bureau_id": bureau["id"], "name": "某某"}
    )
    item = await regions.done(
        head(YUYAO),
        "/equipment",
        {"bureau_id": bureau["id"], "kind": "drone", "serial_number": "D-1", "label": "无人机"},
    )
    below = await a_bureau(regions, YUYAO, superior_id=bureau["id"])

    async def refused() -> str:
        answer = await regions.post(
            head(YUYAO), path, {"reason": "撤并"}, version=bureau["version"]
        )
        assert answer.status_code == 409, answer.text
        assert answer.json()["code"] == "bureau_not_empty"
        detail: str = answer.json()["detail"]
        return detail

    assert "officers" in await refused()
    gone = {"reason": "调离"}
    await regions.done(head(YUYAO), f"/officers/{officer['id']}/deactivate", gone, version=1)
    assert "equipment" in await refused()
    retired = {"label": "无人机", "status": "retired", "reason": "报废"}
    path_item = f"/equipment/{item['id']}/amend"
    await regions.done(head(YUYAO), path_item, retired, version=item["version"])
    assert "offices below" in await refused()
    await regions.done(head(YUYAO), f"/bureaus/{below['id']}/close", gone, version=below["version"])

    for day in ("2019-12-31", "2999-01-01"):
        late = {"reason": "撤并", "last_day": day}
        answer = await regions.post(head(YUYAO), path, late, version=bureau["version"])
        assert (answer.status_code, answer.json()["code"]) == (422, "bad_last_day")
    closed = await regions.done(head(YUYAO), path, {"reason": "撤并"}, version=bureau["version"])
    assert (closed["active_to"], closed["actions"]) == ("2026-03-02", [])
    again = await regions.post(head(YUYAO), path, {"reason": "x"}, version=closed["version"])
    assert (again.status_code, again.json()["code"]) == (409, "bureau_closed")
    joins = {"bureau_id": bureau["id"], "name": "某某"}
    answer = await regions.post(head(YUYAO), "/officers", joins)
    assert (answer.status_code, answer.json()["code"]) == (409, "bureau_closed")


async def test_bureaus_are_listed_by_what_is_known_of_them(regions: Regions) -> None:
    mark = uuid4().hex
    park = await a_bureau(regions, YUYAO, kind="industrial_park", name=f"园区 {mark}")
    town = await a_bureau(
        regions, CIXI, kind="township_government", name=f"镇 {mark}", active_from="2026-03-01"
    )

    async def found(**query: Any) -> list[str]:
        answer = await regions.get(head(JIAXING), "/bureaus", name=mark, **query)
        return [each["id"] for each in answer.json()["items"]]

    assert await found() == [park["id"], town["id"]]
    assert await found(kind="industrial_park") == [park["id"]]
    assert await found(division=CIXI) == [town["id"]]
    assert await found(division=NINGBO) == [park["id"], town["id"]]
    assert await found(active_on="2026-02-28") == [park["id"]]
