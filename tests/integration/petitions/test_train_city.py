"""What befalls a matter on its way: progress, a task called off, parts, reviews, a relapse."""

from uuid import UUID, uuid4

import pytest

from shared.contracts.origins import Origin, OriginKind
from shared.contracts.regions import OperationDropped
from shared.contracts.tasks import TaskCompleted, TaskWithdrawn
from tests.integration.petitions.conftest import CANARIES, NAME, PHONE, Place, Ride, escalation_of
from tests.integration.petitions.reporting import recorded, set_figure

PROOF = {"proof": "整改照片与监测报告"}
TOLD = {"note": f"已联系{NAME}({PHONE}),企业停产整改。"}


def withdrawn(ride: Ride) -> TaskWithdrawn:
    return TaskWithdrawn(
        task_id=uuid4(),
        origin=Origin(kind=OriginKind.ESCALATION, id=ride.id),
        divisions=[ride.place.county],
        withdrawn_at=ride.place.time.now,
    )


async def test_progress_is_told_by_who_works_on_the_matter_without_its_petitioner(
    ride: Ride,
) -> None:
    place = ride.place
    early = await place.officer.post(f"{ride.path}/progress", TOLD)
    assert (early.status_code, early.json()["code"]) == (409, "nothing_under_way")
    assert "progress" in (await ride.pushed())["actions"]
    for who in (place.officer, place.other_officer, place.city_head):
        assert (await who.post(f"{ride.path}/progress", TOLD)).status_code == 201
    assert (await place.auditor.post(f"{ride.path}/progress", TOLD)).status_code == 403
    assert (await place.third_clerk.post(f"{ride.path}/progress", TOLD)).status_code == 404

    notes = (await ride.read())["notes"]
    assert [each["kind"] for each in notes] == ["progress"] * 3
    assert "企业停产整改" in notes[0]["note"]
    assert not [canary for canary in CANARIES if canary in notes[0]["note"]]


async def test_a_leaders_reason_is_kept_without_the_petitioner(ride: Ride) -> None:
    await ride.pushed()
    kept = await ride.step(ride.place.leader, "keep", {"reason": f"{NAME}已同意"})

    assert NAME not in kept["decision_reason"]
    assert NAME not in kept["history"][-1]["reason"]


async def test_a_task_called_off_leaves_a_mark_until_a_result_comes(ride: Ride) -> None:
    place = ride.place
    await ride.pushed()
    assert (await place.service.tell(withdrawn(ride), source="tasks")).status_code == 204
    seen = await ride.read(place.leader)
    assert seen["task_withdrawn_at"] is not None
    assert seen["notes"][-1]["kind"] == "task_withdrawn"

    done = TaskCompleted(
        **withdrawn(ride).model_dump(include={"task_id", "origin", "divisions"}),
        inspections=1,
        problems_found=0,
        problems_closed=0,
        completed_at=place.time.now,
        summary="未发现问题",
    )
    assert (await place.service.tell(done, source="tasks")).status_code == 204
    assert (await ride.read())["task_withdrawn_at"] is None


async def test_an_operation_called_off_is_told_to_who_waits_for_it(ride: Ride) -> None:
    place = ride.place
    state = (await ride.pushed())["state"]
    dropped = OperationDropped(
        operation_id=uuid4(),
        division=place.county,
        divisions=[place.county],
        origin=Origin(kind=OriginKind.ESCALATION, id=ride.id),
        reason="线索已由属地单独办结",
        called_off_at=place.time.now,
    )
    assert (await place.service.tell(dropped, source="regions")).status_code == 204
    seen = await ride.read(place.leader)
    assert (seen["state"], seen["task_withdrawn_at"]) == (state, None)
    assert "联动行动已取消" in seen["notes"][-1]["note"]


async def test_a_further_bad_call_is_noted_on_the_escalation_there_is(ride: Ride) -> None:
    again = recorded(ride.place, ride.case.id, "dissatisfied", "no")
    assert (await ride.place.service.tell(again, source="petitions")).status_code == 204

    assert [each["kind"] for each in (await ride.read())["notes"]] == ["triggered_again"]


async def _part_of(place: Place, whole: UUID, part: UUID) -> None:
    await place.service.sql("UPDATE petition SET parent_id = $1 WHERE id = $2", whole, part)


async def test_a_part_puts_its_coordinating_item_on_the_train_and_never_itself(
    place: Place,
) -> None:
    whole, part = await place.register(), await place.register()
    await _part_of(place, whole.id, part.id)
    event = recorded(place, part.id, "dissatisfied", "no")
    assert (await place.service.tell(event, source="petitions")).status_code == 204

    assert await escalation_of(place, part.id) is None
    assert await escalation_of(place, whole.id) is not None


async def test_a_bad_call_about_a_part_bars_the_resolution(ride: Ride) -> None:
    place = ride.place
    await ride.pushed()
    await ride.solved()
    part = await (await place.register()).replied()
    await part.call("dissatisfied", "no")
    await _part_of(place, ride.case.id, part.id)

    assert (await ride.try_(place.city_clerk, "resolve", PROOF)).status_code == 409


async def test_what_a_re_review_ended_enters_no_more(place: Place) -> None:
    case = await place.register()
    await place.service.sql("UPDATE petition SET state = 'final' WHERE id = $1", case.id)
    event = recorded(place, case.id, "dissatisfied", "no")
    assert (await place.service.tell(event, source="petitions")).status_code == 204

    assert await escalation_of(place, case.id) is None


async def test_a_matter_that_a_re_review_ended_is_resolved_by_proof_alone(ride: Ride) -> None:
    place = ride.place
    await ride.pushed()
    assert (await ride.try_(place.city_clerk, "resolve", PROOF)).status_code == 409
    await place.service.sql("UPDATE petition SET state = 'final' WHERE id = $1", ride.case.id)

    assert (await ride.try_(place.city_clerk, "resolve", {})).status_code == 409
    solved = await ride.step(place.city_clerk, "resolve", PROOF)
    assert (solved["state"], solved["petition_state"]) == ("resolved", "final")


@pytest.mark.parametrize("step", ["raise", "keep"])
async def test_the_countys_time_to_handle_runs_to_the_period_report_and_ends_with_it(
    ride: Ride, step: str
) -> None:
    place = ride.place
    if place.time.now.day > 15:
        await place.time.first_of_month()
        await place.time.pass_by(days=1)
    await ride.pushed()
    body = {"level": "listed", "reason": "可"} if step == "raise" else {"reason": "可"}
    decided = await ride.step(place.leader, step, body)
    [handling] = [each for each in decided["clocks"] if each["kind"] == "county_handling"]
    assert handling["state"] == "running"
    await place.time.first_of_month()
    noticed = await ride.reaches("noticed")

    states = {each["kind"]: each["state"] for each in noticed["clocks"]}
    assert states == {
        "county_decision": "met",
        "county_handling": "missed",
        "city_resolution": "running",
    }
    assert noticed["undecided"] is False


async def test_what_does_not_trigger_by_the_setting_does_not(place: Place) -> None:
    await set_figure(place, "through_train.trigger_on", ["unresolved"], place.time.now)
    case = await place.register()
    for result, solved in (("dissatisfied", "no"), ("satisfied", "no")):
        assert await escalation_of(place, case.id) is None
        event = recorded(place, case.id, result, solved)
        assert (await place.service.tell(event, source="petitions")).status_code == 204

    assert await escalation_of(place, case.id) is not None
