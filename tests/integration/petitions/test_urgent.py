"""Major and urgent matters: every organ above is told in the same moment, and confirms."""

from datetime import datetime, timedelta
from typing import Any, Final

import orjson

from shared.auth.actor import Role
from tests.integration.petitions.conftest import CANARIES, NAME, Case, Place
from tests.support.services import Caller

URGENT: Final = {"urgency": "major_urgent"}
REASON: Final = {"reason": f"饮用水源附近泄漏,{NAME}报告"}


async def told(place: Place, case: Case) -> list[dict[str, Any]]:
    return list((await case.read(place.city_clerk))["reported_upward"])


def province_clerk(place: Place) -> Caller:
    return place.person(Role.PETITION_CLERK, place.city[:2] + "0000")


async def reports(case: Case) -> list[dict[str, Any]]:
    return [
        orjson.loads(each["data"]) if isinstance(each["data"], str) else each["data"]
        for each in await case.events()
        if each["topic"] == "petitions.urgent.reported.v1"
    ]


async def test_an_urgent_petition_is_reported_as_it_is_registered(place: Place) -> None:
    case = await place.register(**URGENT)

    [report] = await told(place, case)
    assert (report["superior"], report["acknowledged_at"]) == (place.city[:2] + "0000", None)
    due = datetime.fromisoformat(report["acknowledge_by"])
    assert due - datetime.fromisoformat(report["reported_at"]) == timedelta(hours=2)
    [event] = await reports(case)
    assert event["superiors"] == [place.city[:2] + "0000"]
    assert not [each for each in CANARIES if each in str(event) + str(report)]


async def test_what_turns_out_urgent_is_reported_to_each_organ_above_its_unit(
    place: Place,
) -> None:
    case = await (await place.register()).transferred()
    assert await told(place, case) == []

    await case.step(place.clerk, "mark-urgent", REASON)

    province = place.city[:2] + "0000"
    found = await told(place, case)
    assert [each["superior"] for each in found] == [place.city, province]
    assert all(NAME not in each["reason"] and "泄漏" in each["reason"] for each in found)
    [event] = await reports(case)
    assert event["superiors"] == [place.city, province]
    seen = await case.read(place.clerk)
    assert (seen["urgency"], seen["state"]) == ("major_urgent", "transferred")
    assert seen["history"][-1]["step"] == "mark_urgent"
    clocks = await place.service.sql(
        "SELECT c.state, c.term FROM clock c JOIN upward_report r ON r.id = c.subject_id"
        " WHERE r.petition_id = $1",
        case.id,
    )
    assert [row["state"] for row in clocks] == ["running", "running"]


async def test_it_is_reported_once(place: Place) -> None:
    case = await place.register(**URGENT)

    answer = await case.try_(place.city_clerk, "mark-urgent", REASON)

    assert (answer.status_code, answer.json()["code"]) == (409, "already_urgent")
    assert len(await reports(case)) == 1


async def test_each_superior_confirms_for_itself(place: Place) -> None:
    case = await (await place.register()).transferred()
    await case.step(place.clerk, "mark-urgent", REASON)
    center = place.person(Role.COMMAND_CENTER, place.city)

    await case.step(center, "acknowledge-urgent")

    city, province = await told(place, case)
    assert (city["acknowledged_by_name"], province["acknowledged_at"]) == (center.name, None)
    again = await case.try_(place.city_clerk, "acknowledge-urgent")
    assert again.status_code == 403
    await case.step(province_clerk(place), "acknowledge-urgent")
    assert all(each["acknowledged_at"] for each in await told(place, case))
    done = await case.try_(place.city_clerk, "acknowledge-urgent")
    assert (done.status_code, done.json()["code"]) == (409, "not_reported_upward")
    states = await place.service.sql(
        "SELECT c.state FROM clock c JOIN upward_report r ON r.id = c.subject_id"
        " WHERE r.petition_id = $1",
        case.id,
    )
    assert [row["state"] for row in states] == ["met", "met"]


async def test_who_may_not_marks_and_confirms_nothing(place: Place) -> None:
    case = await (await place.register()).transferred()
    for who, status in ((place.leader, 403), (place.other_clerk, 404)):
        assert (await case.try_(who, "mark-urgent", REASON)).status_code == status
    assert (await place.clerk.post(f"{case.path}/mark-urgent", REASON)).status_code == 428
    stale = await place.clerk.post(f"{case.path}/mark-urgent", REASON, version=9)
    assert stale.status_code == 412
    assert await told(place, case) == []

    await case.step(place.clerk, "mark-urgent", REASON)
    for who, status in ((place.clerk, 403), (place.officer, 403), (place.third_clerk, 404)):
        assert (await case.try_(who, "acknowledge-urgent")).status_code == status
    path = f"{case.path}/acknowledge-urgent"
    assert (await place.city_clerk.post(path)).status_code == 428
    assert (await place.city_clerk.post(path, version=9)).status_code == 412


async def test_a_report_not_confirmed_in_time_breaches_its_own_clock(place: Place) -> None:
    case = await (await place.register()).transferred()
    await case.step(place.clerk, "mark-urgent", REASON)
    await place.time.pass_by(hours=3)

    await case.step(place.city_clerk, "acknowledge-urgent")

    states = await place.service.sql(
        "SELECT r.superior, c.state FROM clock c JOIN upward_report r ON r.id = c.subject_id"
        " WHERE r.petition_id = $1",
        case.id,
    )
    assert {row["superior"]: row["state"] for row in states} == {
        place.city: "missed",
        place.city[:2] + "0000": "running",
    }
