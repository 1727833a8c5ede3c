"""The working group: members per county come and go, and whose receipt is missing is said."""

from typing import Any

import pytest

from tests.integration.petitions.conftest import Place, Ride, add_member, found_group
from tests.integration.petitions.reporting import a_candidate, issued, naming, silence
from tests.support.services import Caller

LEAVE = {"reason": "调任"}


async def group_of(place: Place, group: dict[str, Any]) -> dict[str, Any]:
    return dict((await place.city_clerk.get(f"/working-groups/{group['id']}")).json())


def member(who: Caller, county: str, **more: Any) -> dict[str, Any]:
    role = {"role": "county_leader_in_charge"}
    return {"account_id": str(who.id), "name": "新任", "division": county, **role, **more}


async def test_who_leaves_gets_no_report_and_is_not_waited_for(ride: Ride) -> None:
    place, path = ride.place, f"/working-groups/{ride.group['id']}"
    version = (await group_of(place, ride.group))["version"]
    left = await place.city_clerk.post(
        f"{path}/members/{place.other_leader.id}/leave", LEAVE, version=version
    )
    assert (left.status_code, left.headers["ETag"]) == (200, f'"{version + 1}"')
    await ride.pushed()
    report = await naming(ride)

    assert [each["account_id"] for each in report["unconfirmed"]] == [str(place.leader.id)]
    receipt = await place.other_leader.post(f"/reports/{report['id']}/receipts")
    assert receipt.status_code == 404  # its county has nobody in the group any more
    again = await place.city_clerk.post(
        f"{path}/members/{place.other_leader.id}/leave", LEAVE, version=version + 1
    )
    assert again.status_code == 404


async def test_a_member_is_replaced_in_one_act(ride: Ride) -> None:
    place, path = ride.place, f"/working-groups/{ride.group['id']}/members"
    version = (await group_of(place, ride.group))["version"]
    body = member(place.head, place.county, replaces=str(place.leader.id))

    assert (await place.city_clerk.post(path, body, version=version)).status_code == 201
    accounts = {each["account_id"] for each in (await group_of(place, ride.group))["members"]}
    assert accounts == {str(place.head.id), str(place.other_leader.id)}
    back = member(place.leader, place.county)
    answer = await place.city_clerk.post(path, back, version=version + 1)
    assert answer.status_code == 201
    assert len((await group_of(place, ride.group))["members"]) == 3


async def test_members_are_changed_by_the_citys_clerk_who_read_the_group_last(ride: Ride) -> None:
    place, path = ride.place, f"/working-groups/{ride.group['id']}/members"
    leave = f"{path}/{place.leader.id}/leave"
    version = (await group_of(place, ride.group))["version"]

    assert (await place.city_clerk.post(leave, LEAVE)).status_code == 428
    assert (await place.city_clerk.post(leave, LEAVE, version=version - 1)).status_code == 412
    assert (await place.clerk.post(leave, LEAVE, version=version)).status_code == 403
    twice = await place.city_clerk.post(path, member(place.leader, place.county), version=version)
    assert twice.status_code == 409
    assert (await group_of(place, ride.group))["version"] == version


async def test_whose_receipt_is_missing_is_said_until_it_comes(ride: Ride) -> None:
    place = ride.place
    version = (await group_of(place, ride.group))["version"]
    listener = member(place.head, place.county, must_confirm=False)
    path = f"/working-groups/{ride.group['id']}/members"
    assert (await place.city_clerk.post(path, listener, version=version)).status_code == 201
    await ride.pushed()
    report = await naming(ride)
    missing = {each["account_id"] for each in report["unconfirmed"]}
    assert missing == {str(place.leader.id), str(place.other_leader.id)}

    assert (await place.leader.post(f"/reports/{report['id']}/receipts")).status_code == 201

    [left] = (await naming(ride))["unconfirmed"]
    assert left["account_id"] == str(place.other_leader.id)
    assert report["confirm_by"] > report["issued_at"]


async def test_a_county_without_a_leader_in_the_group_is_named(place: Place) -> None:
    await place.time.next_monday()
    group = await found_group(place)
    await add_member(place, group, place.leader, place.county)
    await a_candidate(place)
    await a_candidate(place, divisions=[place.third])
    await place.time.next_monday()
    [report] = await issued(place, 1)

    assert report["unled"] == [place.third]
    await silence(place)


async def test_a_group_shows_the_scheme_it_stands_on(
    place: Place,
) -> None:
    scheme = {"title": "直通车试行方案", "issued_by": ["市生态环境局", "市信访局"]}
    body = {"city": place.city, "name": "工作群", "scheme": scheme}
    made = await place.city_clerk.post("/working-groups", body)
    assert made.status_code == 201, made.text
    shown = {**scheme, "document_number": None, "issued_on": None}
    assert made.json()["scheme"] == shown
    assert (await group_of(place, made.json()))["scheme"] == shown
    [kept] = await place.service.sql(
        "SELECT scheme->>'title' AS title FROM working_group WHERE city = $1", place.city
    )
    assert kept["title"] == scheme["title"]
    await silence(place)


async def test_without_a_scheme_a_group_has_none(place: Place) -> None:
    group = await found_group(place)

    assert (await group_of(place, group))["scheme"] is None
    [kept] = await place.service.sql(
        "SELECT scheme IS NULL AS none FROM working_group WHERE city = $1", place.city
    )
    assert kept["none"]
    await silence(place)


@pytest.mark.parametrize(
    "wrong",
    [{"issued_by": []}, {"issued_by": [" "]}, {"title": ""}, {"issued_on": "2026-13-01"}],
)
async def test_a_scheme_has_a_title_and_somebody_who_issued_it(
    place: Place, wrong: dict[str, Any]
) -> None:
    scheme = {"title": "直通车试行方案", "issued_by": ["市生态环境局"], **wrong}
    body = {"city": place.city, "name": "工作群", "scheme": scheme}

    assert (await place.city_clerk.post("/working-groups", body)).status_code == 422
    assert await place.service.sql("SELECT 1 FROM working_group WHERE city = $1", place.city) == []
