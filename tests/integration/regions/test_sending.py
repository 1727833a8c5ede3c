"""Who goes with what: near, able, of another area, in whose operation, and with free equipment."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from shared.auth.actor import Role
from shared.clock import machine_time
from shared.contracts.origins import Origin, OriginKind
from shared.contracts.regions import Eligibility
from shared.contracts.tasks import TaskWithdrawn
from tests.integration.regions.conftest import (
    BEILUN,
    CIXI,
    JIAXING,
    NINGBO,
    YUYAO,
    Person,
    Regions,
    desk,
    head,
)
from tests.integration.regions.test_officers import (
    Officer,
    an_officer,
    ask,
    booking,
    verdict,
)


async def an_item(regions: Regions, officer: Officer, **facts: Any) -> dict[str, Any]:
    """Equipment of the officer's bureau."""
    division = officer.login.division
    file = (await regions.get(head(division), f"/officers/{officer.id}")).json()
    body = {
        "bureau_id": file["bureau_id"],
        "kind": "pid",
        "serial_number": uuid4().hex[:12],
        "label": f"PID {uuid4().hex[:6]}",
        "calibration_valid_to": "2027-06-30",
        **facts,
    }
    return await regions.done(head(division), "/equipment", body)


def free(answer: Eligibility, kind: str = "pid") -> set[str]:
    [of_kind] = [each for each in answer.equipment if each.kind == kind]
    return {str(each.equipment_id) for each in of_kind.free}


async def held(regions: Regions, holder: UUID, table: str = "booking") -> list[tuple[bool, Any]]:
    """Of each booking whether it stands, and who took it over."""
    rows = await regions.sql(
        f"SELECT released_at IS NULL AS stands, taken_over_by FROM {table}"  # noqa: S608
        " WHERE task_id = $1 ORDER BY booked_at, id",
        holder,
    )
    return [(row["stands"], row["taken_over_by"]) for row in rows]


async def test_a_cross_check_at_night_is_not_made_by_the_objects_own(regions: Regions) -> None:
    ours, theirs = await an_officer(regions, YUYAO), await an_officer(regions, CIXI)

    answer = await ask(regions, head(YUYAO), YUYAO, CIXI, other_area_than=CIXI)

    assert (verdict(answer, ours), verdict(answer, theirs)) == ([], ["own_area"])


async def test_a_skill_that_is_wanted_and_missing_is_named(regions: Regions) -> None:
    able, other = await an_officer(regions, YUYAO), await an_officer(regions, YUYAO)
    skills = {"skills": ["drone_pilot", "air"]}
    await regions.done(head(YUYAO), f"/officers/{able.id}/skills", skills, version=1)

    answer = await ask(regions, head(YUYAO), YUYAO, skills=["air", "drone_pilot"])

    assert (verdict(answer, able), verdict(answer, other)) == ([], ["skill_missing"])
    [excluded] = [each for each in answer.excluded if str(each.officer_id) == other.id]
    assert excluded.missing_skills == ["air", "drone_pilot"]


async def test_the_nearest_come_first_and_among_them_the_least_engaged(regions: Regions) -> None:
    far, city, near, here, busy = [
        await an_officer(regions, each) for each in (JIAXING, BEILUN, YUYAO, CIXI, CIXI)
    ]
    day = {"starts_at": "2026-05-04T09:00:00+08:00", "ends_at": "2026-05-04T12:00:00+08:00"}
    await regions.done(head(CIXI), "/officers/bookings", booking(uuid4(), busy, **day))

    answer = await ask(regions, desk("330000"), JIAXING, BEILUN, YUYAO, CIXI, near=CIXI)

    names = {each.name: each for each in (far, city, near, here, busy)}
    order = [each for each in answer.eligible if each.name in names]
    assert [each.name for each in order] == [each.name for each in (here, busy, near, city, far)]
    assert [each.proximity for each in order] == [
        "same",
        "same",
        "neighbouring",
        "same_city",
        "elsewhere",
    ]
    assert [each.load for each in order[:2]] == [0, 1]


async def test_the_load_counts_the_year_and_not_what_was_called_off(regions: Regions) -> None:
    officer, task = await an_officer(regions, YUYAO), uuid4()

    async def load(day: str) -> int | None:
        times = {"starts_at": f"{day}T22:00:00+08:00", "ends_at": f"{day}T23:00:00+08:00"}
        answer = await ask(regions, head(YUYAO), YUYAO, **times)
        [found] = [each for each in answer.eligible if str(each.officer_id) == officer.id]
        return found.load

    for day in ("2026-04-01", "2026-12-31", "2027-01-01"):
        times = {"starts_at": f"{day}T09:00:00+08:00", "ends_at": f"{day}T10:00:00+08:00"}
        await regions.done(head(YUYAO), "/officers/bookings", booking(task, officer, **times))
        task = uuid4()
    assert (await load("2026-06-01"), await load("2027-06-01")) == (2, 1)
    again = {"starts_at": "2026-08-01T09:00:00+08:00", "ends_at": "2026-08-01T10:00:00+08:00"}
    await regions.done(head(YUYAO), "/officers/bookings", booking(task, officer, **again))
    called_off = TaskWithdrawn(
        task_id=task,
        origin=Origin(kind=OriginKind.ESCALATION, id=uuid4()),
        divisions=[YUYAO],
        withdrawn_at=machine_time(),
    )
    assert (await regions.tell(called_off)).status_code == 204
    assert await load("2026-06-01") == 2


async def test_a_task_takes_over_whom_its_operation_holds(regions: Regions) -> None:
    ours, theirs, third = [await an_officer(regions, each) for each in (YUYAO, CIXI, CIXI)]
    operation, task = uuid4(), uuid4()
    team = booking(operation, ours, theirs, third)
    await regions.done(head(YUYAO), "/officers/bookings", team)
    assert verdict(await ask(regions, head(YUYAO), YUYAO, CIXI), ours) == ["booked"]

    within = {"starts_at": "2026-03-10T23:00:00+08:00", "operation_id": str(operation)}
    answer = await ask(regions, head(YUYAO), YUYAO, CIXI, task_id=task, **within)
    assert verdict(answer, ours) == verdict(answer, theirs) == []
    body = booking(task, ours, theirs, **within)
    await regions.done(head(YUYAO), "/officers/bookings", body)

    assert await held(regions, task) == [(True, None), (True, None)]
    assert sorted(await held(regions, operation), key=str) == [
        (False, task),
        (False, task),
        (True, None),
    ]
    # Asking again changes nothing; the work of the two counts once.
    await regions.done(head(YUYAO), "/officers/bookings", body)
    assert await held(regions, task) == [(True, None), (True, None)]
    earlier = {"ends_at": "2026-03-10T22:30:00+08:00"}
    later = await ask(regions, head(YUYAO), YUYAO, **earlier)
    [found] = [each for each in later.eligible if str(each.officer_id) == ours.id]
    assert found.load == 1


async def test_at_another_time_the_operation_keeps_whom_it_holds(regions: Regions) -> None:
    officer, operation, task = await an_officer(regions, YUYAO), uuid4(), uuid4()
    await regions.done(head(YUYAO), "/officers/bookings", booking(operation, officer))

    day = {"starts_at": "2026-03-12T09:00:00+08:00", "ends_at": "2026-03-12T12:00:00+08:00"}
    body = booking(task, officer, **day, operation_id=str(operation))
    await regions.done(head(YUYAO), "/officers/bookings", body)

    assert await held(regions, operation) == await held(regions, task) == [(True, None)]


async def test_nobody_takes_over_what_an_operation_of_strangers_holds(regions: Regions) -> None:
    ours, theirs = await an_officer(regions, YUYAO), await an_officer(regions, CIXI)
    operation = uuid4()
    await regions.done(head(CIXI), "/officers/bookings", booking(operation, theirs))

    named = {"operation_id": str(operation)}
    answer = await ask(regions, head(YUYAO), YUYAO, CIXI, **named)
    assert verdict(answer, theirs) == ["booked"]
    body = booking(uuid4(), ours, theirs, **named)
    refused = await regions.post(head(YUYAO), "/officers/bookings", body)
    assert (refused.status_code, refused.json()["code"]) == (409, "officer_not_eligible")
    assert await held(regions, operation) == [(True, None)]


async def test_free_equipment_is_answered_by_bureau_without_what_is_not_free(
    regions: Regions,
) -> None:
    officer = await an_officer(regions, CIXI)
    ready = await an_item(regions, officer)
    await an_item(regions, officer, calibration_valid_to="2026-03-10")
    repaired = await an_item(regions, officer, status="under_repair")
    camera = await an_item(regions, officer, kind="infrared_camera")

    answer = await ask(regions, head(YUYAO), YUYAO, CIXI, equipment=["pid", "drone"])

    [pid, drone] = answer.equipment
    assert {ready["id"]} == free(answer) & {ready["id"], repaired["id"], camera["id"]}
    assert pid.barred["calibration_expired"] >= 1
    assert pid.barred["not_in_service"] >= 1
    assert (drone.kind, drone.free) == ("drone", [])
    [told] = [each for each in pid.free if str(each.equipment_id) == ready["id"]]
    assert (told.division, told.bureau_name[:3]) == (CIXI, "执法队")


async def test_equipment_goes_along_with_the_team_and_is_free_when_it_is_back(
    regions: Regions,
) -> None:
    officer, task = await an_officer(regions, YUYAO), uuid4()
    item = await an_item(regions, officer)
    body = booking(task, officer, equipment_ids=[item["id"]])

    for _ in range(2):
        await regions.done(head(YUYAO), "/officers/bookings", body)
    assert await held(regions, task, "equipment_booking") == [(True, None)]
    assert item["id"] not in free(await ask(regions, head(YUYAO), YUYAO, equipment=["pid"]))
    itself = await ask(regions, head(YUYAO), YUYAO, equipment=["pid"], task_id=task)
    assert item["id"] in free(itself)
    # Who names none leaves what is held; who names an empty list gives it back.
    await regions.done(head(YUYAO), "/officers/bookings", booking(task, officer))
    assert await held(regions, task, "equipment_booking") == [(True, None)]
    await regions.done(head(YUYAO), "/officers/bookings", booking(task, officer, equipment_ids=[]))
    assert await held(regions, task, "equipment_booking") == [(False, None)]
    await regions.done(head(YUYAO), "/officers/bookings", body)
    gone = TaskWithdrawn(
        task_id=task,
        origin=Origin(kind=OriginKind.ESCALATION, id=uuid4()),
        divisions=[YUYAO],
        withdrawn_at=machine_time(),
    )
    assert (await regions.tell(gone)).status_code == 204
    assert item["id"] in free(await ask(regions, head(YUYAO), YUYAO, equipment=["pid"]))


async def test_of_two_that_take_one_item_at_once_one_wins(regions: Regions) -> None:
    officers = [await an_officer(regions, YUYAO) for _ in range(3)]
    item = await an_item(regions, officers[0])

    answers = await asyncio.gather(
        *(
            regions.post(
                head(YUYAO),
                "/officers/bookings",
                booking(uuid4(), each, equipment_ids=[item["id"]]),
            )
            for each in officers
        )
    )

    assert sorted(each.status_code for each in answers) == [200, 409, 409]
    lost = next(each for each in answers if each.status_code == 409)
    assert lost.json()["code"] == "equipment_not_free"
    assert item["label"] in lost.json()["detail"]


async def test_the_database_itself_lets_an_item_be_in_one_place_only(regions: Regions) -> None:
    officer = await an_officer(regions, YUYAO)
    item = await an_item(regions, officer)
    body = booking(uuid4(), officer, equipment_ids=[item["id"]])
    await regions.done(head(YUYAO), "/officers/bookings", body)

    twice = (
        "INSERT INTO equipment_booking SELECT gen_random_uuid(), equipment_id, gen_random_uuid(),"
        " starts_at + interval '1 hour', ends_at, booked_at, booked_by, NULL, NULL, visible_to"
        " FROM equipment_booking WHERE equipment_id = $1"
    )
    with pytest.raises(asyncpg.ExclusionViolationError):
        await regions.sql(twice, UUID(item["id"]))


async def test_what_is_assigned_goes_with_its_holder_only(regions: Regions) -> None:
    holder, other = await an_officer(regions, YUYAO), await an_officer(regions, YUYAO)
    item = await an_item(regions, holder, holder_id=holder.id)

    alone = booking(uuid4(), other, equipment_ids=[item["id"]])
    answer = await regions.post(head(YUYAO), "/officers/bookings", alone)
    assert (answer.status_code, answer.json()["code"]) == (409, "equipment_not_free")
    both = booking(uuid4(), holder, other, equipment_ids=[item["id"]])
    await regions.done(head(YUYAO), "/officers/bookings", both)

    # To an officer of another bureau nothing is assigned; who leaves holds nothing more.
    path = f"/equipment/{item['id']}/amend"
    foreign = {"label": "PID", "holder_id": other.id, "reason": "调配"}
    answer = await regions.post(head(YUYAO), path, foreign, version=item["version"])
    assert (answer.status_code, answer.json()["code"]) == (422, "foreign_holder")
    gone = {"reason": "退休"}
    await regions.done(head(YUYAO), f"/officers/{holder.id}/deactivate", gone, version=1)
    told = (await regions.get(head(YUYAO), f"/equipment/{item['id']}")).json()
    assert told["holder_id"] is None


async def test_equipment_goes_with_people_of_its_own_or_of_a_county_below(
    regions: Regions,
) -> None:
    city, county, other = [await an_officer(regions, each) for each in (NINGBO, YUYAO, CIXI)]
    car = await an_item(regions, city, kind="mobile_survey", calibration_valid_to=None)
    pid = await an_item(regions, other)

    lent = booking(uuid4(), county, equipment_ids=[car["id"]])
    await regions.done(desk(NINGBO), "/officers/bookings", lent)
    answer = await regions.post(
        desk(NINGBO), "/officers/bookings", booking(uuid4(), county, equipment_ids=[pid["id"]])
    )
    assert answer.json()["code"] in {"officer_not_eligible", "equipment_without_its_people"}
    day = {"starts_at": "2026-03-12T09:00:00+08:00", "ends_at": "2026-03-12T12:00:00+08:00"}
    answer = await regions.post(
        desk(NINGBO),
        "/officers/bookings",
        booking(uuid4(), county, equipment_ids=[pid["id"]], **day),
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "equipment_without_its_people")


async def test_an_operations_equipment_is_taken_over_with_its_people(regions: Regions) -> None:
    officer, operation, task = await an_officer(regions, YUYAO), uuid4(), uuid4()
    item = await an_item(regions, officer)
    named = {"equipment_ids": [item["id"]]}
    await regions.done(head(YUYAO), "/officers/bookings", booking(operation, officer, **named))

    body = booking(task, officer, **named, operation_id=str(operation))
    await regions.done(head(YUYAO), "/officers/bookings", body)

    assert await held(regions, operation, "equipment_booking") == [(False, task)]
    assert await held(regions, task, "equipment_booking") == [(True, None)]


async def test_an_inventory_is_its_bureaus_own(regions: Regions) -> None:
    officer = await an_officer(regions, YUYAO)
    item = await an_item(regions, officer)
    path, body = f"/equipment/{item['id']}/amend", {"label": "PID", "reason": "更名"}

    assert (await regions.get(head(CIXI), f"/equipment/{item['id']}")).status_code == 404
    assert (await regions.post(head(CIXI), path, body, version=1)).status_code == 404
    assert (await regions.post(officer.login, path, body, version=1)).status_code == 403
    assert (await regions.post(head(YUYAO), path, body)).status_code == 428
    assert (await regions.post(head(YUYAO), path, body, version=9)).status_code == 412
    twin = {
        "bureau_id": item["bureau_id"],
        "kind": "pid",
        "serial_number": item["serial_number"],
        "label": "PID",
    }
    again = await regions.post(head(YUYAO), "/equipment", twin)
    assert (again.status_code, again.json()["code"]) == (409, "equipment_exists")
    foreign = await regions.post(head(CIXI), "/equipment", {**twin, "serial_number": "1"})
    assert foreign.status_code == 403
    listed = await regions.get(
        head(NINGBO), "/equipment", bureau_id=item["bureau_id"], kind="pid", status="in_service"
    )
    assert [each["id"] for each in listed.json()["items"]] == [item["id"]]
    due = await regions.get(
        head(YUYAO), "/equipment", calibration_expires_before="2027-07-01", limit=200
    )
    assert item["id"] in {each["id"] for each in due.json()["items"]}
    retired = await regions.done(head(YUYAO), path, {**body, "status": "retired"}, version=1)
    assert retired["actions"] == []
    answer = await regions.post(head(YUYAO), path, body, version=2)
    assert (answer.status_code, answer.json()["code"]) == (409, "equipment_retired")
    clerk = Person(Role.GRID_OFFICER, YUYAO)
    assert (await regions.get(clerk, "/equipment")).status_code == 403
