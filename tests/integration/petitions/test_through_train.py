"""The through-train: from a bad call-back to a solved matter, by report, leader and city."""

import asyncio
import json
from datetime import timedelta
from uuid import uuid4

import asyncpg
import pytest

from services.petitions.reports.jobs import JOBS
from shared.db.session import Database
from shared.db.simulated_clock import SimulatedClock
from shared.jobs import run_job
from tests.integration.petitions.conftest import (
    CANARIES,
    Place,
    Ride,
    add_member,
    escalation_of,
    found_group,
)
from tests.integration.petitions.reporting import (
    assert_hashed,
    naming,
    recorded,
    reports,
    silence,
)
from tests.support.services import eventually

RAISE = {"level": "county_government", "reason": "群众反映强烈"}
KEEP = {"reason": "已在整改"}
TAKE_UP = {"owner": "市生态环境局大气处", "reason": "跨县"}
PROOF = {"proof": "整改照片与监测报告"}


@pytest.mark.parametrize(
    ("result", "solved", "trigger"),
    [("dissatisfied", "yes", "dissatisfied"), ("satisfied", "no", "unresolved")],
)
async def test_a_bad_call_back_makes_a_candidate(
    place: Place, result: str, solved: str, trigger: str
) -> None:
    case = await place.register()

    answer = await place.service.tell(recorded(place, case.id, result, solved), source="petitions")

    assert answer.status_code == 204
    [row] = await place.service.sql("SELECT * FROM escalation WHERE petition_id = $1", case.id)
    assert (row["state"], row["trigger"], row["county"]) == ("candidate", trigger, place.county)


async def test_a_good_one_does_not(place: Place) -> None:
    case = await place.register()
    event = recorded(place, case.id, "satisfied", "yes")

    assert (await place.service.tell(event, source="petitions")).status_code == 204
    assert await escalation_of(place, case.id) is None


async def test_two_bad_calls_are_one_matter(place: Place) -> None:
    case = await place.register()
    for _ in range(2):
        event = recorded(place, case.id, "dissatisfied", "no")
        assert (await place.service.tell(event, source="petitions")).status_code == 204

    rows = await place.service.sql("SELECT id FROM escalation WHERE petition_id = $1", case.id)
    assert len(rows) == 1


async def test_nobody_tells_in_anothers_name(place: Place) -> None:
    event = recorded(place, uuid4(), "dissatisfied", "no")

    assert (await place.service.tell(event, source="petitions", by="tasks")).status_code == 403


async def test_the_weekly_report_pushes_once_however_many_workers_there_are(ride: Ride) -> None:
    databases = [
        Database(ride.place.service.databases.url("petitions"), schema="petitions")
        for _ in range(2)
    ]
    await ride.place.time.next_monday()
    weekly = next(job for job in JOBS if job.name == "reports.weekly")
    await asyncio.gather(
        *(run_job(each, SimulatedClock(each.engine), weekly) for each in databases),
        return_exceptions=True,
    )
    for each in databases:
        await each.close()
    found = await ride.reaches("pushed")

    assert [line["action"] for line in found["history"]] == ["push"]
    assert [clock["kind"] for clock in found["clocks"]] == ["county_decision"]
    report = await naming(ride)
    again = [
        each for each in await reports(ride.place) if each["period_start"] == report["period_start"]
    ]
    assert len(again) == 1


async def test_what_was_triggered_after_the_cut_off_waits_a_week(ride: Ride) -> None:
    await ride.pushed()
    case = await (await ride.place.register()).replied()
    await case.call("dissatisfied", "no")
    late = await eventually(lambda: escalation_of(ride.place, case.id))
    await asyncio.sleep(0.5)  # the jobs run again, several times

    rows = await ride.place.service.sql("SELECT state FROM escalation WHERE id = $1", late)
    assert rows[0]["state"] == "candidate"


async def test_a_matter_is_in_one_weekly_report_only(ride: Ride) -> None:
    await ride.pushed()
    before = len(await reports(ride.place))
    await ride.place.time.next_monday()

    async def another() -> bool:
        return len(await reports(ride.place)) > before

    await eventually(another)
    assert await naming(ride)


async def test_anyone_can_recompute_a_reports_hash(ride: Ride) -> None:
    await ride.pushed()
    report = await naming(ride)

    assert report["items"]
    assert report["lines"]
    assert_hashed(report)


async def test_a_report_holds_nothing_of_the_petitioner(ride: Ride) -> None:
    await ride.pushed()
    text = json.dumps(await naming(ride), ensure_ascii=False)

    assert "夜里有酸味" in text
    assert ride.case.number in text
    assert not [canary for canary in CANARIES if canary in text]


async def test_a_leader_sees_the_items_of_the_own_county_only(ride: Ride) -> None:
    place = ride.place
    other = await place.register(divisions=[place.third])
    await place.service.tell(recorded(place, other.id, "dissatisfied", "no"), source="petitions")
    await ride.pushed()
    report = await naming(ride)
    assert len(report["items"]) == 2

    mine = await place.leader.get(f"/reports/{report['id']}")
    outsider = await place.third_clerk.get(f"/reports/{report['id']}")

    shown = [item["content"]["escalation"] for item in mine.json()["items"]]
    assert shown == [str(ride.id)]
    assert len(mine.json()["item_hashes"]) == 2
    assert outsider.status_code == 404


@pytest.mark.parametrize("table", ["report", "report_item", "audit"])
@pytest.mark.parametrize(
    "act", ["UPDATE {} SET visible_to = '{{}}'", "DELETE FROM {}", "TRUNCATE {} CASCADE"]
)
async def test_what_is_issued_never_changes_even_by_the_owner(
    place: Place, table: str, act: str
) -> None:
    connection = await asyncpg.connect(place.service.databases.owner)
    try:
        await connection.execute("SELECT set_config('app.system', 'on', false)")
        with pytest.raises(asyncpg.RaiseError, match="never changed"):
            await connection.execute(act.format(f"petitions.{table}"))
    finally:
        await connection.close()


async def test_raising_asks_for_an_inspection_without_number_or_petitioner(ride: Ride) -> None:
    await ride.pushed()
    raised = await ride.step(ride.place.leader, "raise", RAISE)

    assert (raised["state"], raised["supervision_level"]) == ("supervised", "county_government")
    [decision] = [each for each in raised["clocks"] if each["kind"] == "county_decision"]
    assert decision["state"] == "met"
    [event] = await ride.place.service.sql(
        "SELECT data FROM outbox_event WHERE key = $1 AND topic LIKE '%supervision.raised%'",
        str(ride.id),
    )
    for secret in (*CANARIES, ride.case.number, str(ride.case.id), "hotline"):
        assert secret not in event["data"]
    told = json.loads(event["data"])
    assert told["divisions"] == [ride.place.county, ride.place.neighbour]
    assert "夜里有酸味" in told["matter"]["facts"]


async def test_keeping_asks_for_nothing(ride: Ride) -> None:
    await ride.pushed()
    kept = await ride.step(ride.place.leader, "keep", KEEP)

    assert (kept["state"], kept["decision_reason"]) == ("kept", KEEP["reason"])
    rows = await ride.place.service.sql(
        "SELECT 1 FROM outbox_event WHERE key = $1 AND topic LIKE '%supervision.raised%'",
        str(ride.id),
    )
    assert rows == []


@pytest.mark.parametrize("who", ["other_leader", "city_head", "city_clerk", "officer"])
async def test_only_the_own_countys_leaders_decide(ride: Ride, who: str) -> None:
    await ride.pushed()

    assert (await ride.try_(getattr(ride.place, who), "raise", RAISE)).status_code == 403


async def test_nobody_decides_before_the_push(ride: Ride) -> None:
    answer = await ride.try_(ride.place.leader, "raise", RAISE)

    assert (answer.status_code, answer.json()["allowed"]) == (409, ["push"])


async def test_of_two_that_decide_at_once_one_wins(ride: Ride) -> None:
    version = (await ride.pushed())["version"]
    answers = await asyncio.gather(
        *(ride.place.leader.post(f"{ride.path}/keep", KEEP, version=version) for _ in range(10))
    )

    assert sorted(each.status_code for each in answers) == [200] + [412] * 9


async def test_what_the_county_never_decided_is_noticed_and_its_time_was_missed(ride: Ride) -> None:
    await ride.place.time.first_of_month()
    await ride.pushed()
    await ride.place.time.first_of_month()
    found = await ride.reaches("noticed")

    assert found["undecided"] is True
    assert {clock["kind"]: clock["state"] for clock in found["clocks"]} == {
        "county_decision": "missed",
        "city_resolution": "running",
    }


async def test_the_period_report_names_and_submits_in_one_step_and_once(ride: Ride) -> None:
    await ride.pushed()
    await ride.step(ride.place.leader, "raise", RAISE)
    await ride.place.time.first_of_month()
    found = await ride.reaches("noticed")

    assert [line["action"] for line in found["history"]] == ["push", "raise", "notice"]
    assert found["undecided"] is False
    report = await naming(ride, "monthly")
    await ride.place.time.first_of_month()

    async def next_month() -> bool:
        return any(
            each["period_start"] > report["period_start"]
            for each in await reports(ride.place, "monthly")
        )

    await eventually(next_month)
    assert await naming(ride, "monthly") == report


async def test_the_city_takes_up_what_was_noticed_and_nobody_else(ride: Ride) -> None:
    await ride.noticed()
    refused = await ride.try_(ride.place.head, "take-up", TAKE_UP)
    taken = await ride.step(ride.place.city_head, "take-up", TAKE_UP)

    assert refused.status_code == 403
    assert (taken["state"], taken["owner"]) == ("city_level", TAKE_UP["owner"])


async def test_nothing_is_taken_up_before_it_is_noticed(ride: Ride) -> None:
    await ride.pushed()

    assert (await ride.try_(ride.place.city_head, "take-up", TAKE_UP)).status_code == 409


async def test_solved_needs_proof_and_a_new_good_call(ride: Ride) -> None:
    await ride.pushed()
    clerk = ride.place.city_clerk
    without_call = await ride.try_(clerk, "resolve", PROOF)
    assert (without_call.status_code, without_call.json()["code"]) == (409, "not_solved_yet")

    await ride.solved()
    assert (await ride.try_(clerk, "resolve", {})).status_code == 409
    solved = await ride.step(clerk, "resolve", PROOF)

    assert (solved["state"], solved["proof"]) == ("resolved", PROOF["proof"])
    assert [clock["state"] for clock in solved["clocks"]] == ["dropped"]


async def test_what_is_solved_is_not_in_the_next_report(ride: Ride) -> None:
    await ride.pushed()
    await ride.solved()
    await ride.step(ride.place.city_clerk, "resolve", PROOF)
    await ride.place.time.first_of_month()

    async def issued() -> bool:
        return bool(await reports(ride.place, "monthly"))

    await eventually(issued)
    items = [item for report in await reports(ride.place, "monthly") for item in report["items"]]
    assert items == []
    assert (await ride.read())["state"] == "resolved"


async def test_a_relapse_opens_a_new_escalation_linked_to_the_old(ride: Ride) -> None:
    await ride.pushed()
    await ride.solved()
    await ride.step(ride.place.city_clerk, "resolve", PROOF)
    await ride.place.time.pass_by(days=1)
    again = await ride.place.shared()
    answer = await again.try_(
        ride.place.city_clerk, "confirm-repeat", {"root_id": str(ride.case.id)}
    )
    assert answer.status_code == 200

    relapse = await eventually(lambda: escalation_of(ride.place, ride.case.id))

    found = (await ride.place.city_clerk.get(f"/escalations/{relapse}")).json()
    assert (found["previous_id"], found["trigger"]) == (str(ride.id), "repeat")
    assert found["state"] == "candidate"


async def test_who_decides_reads_that_a_repeat_was_taken_back(place: Place) -> None:
    first, second = await place.register(), await place.register()
    await second.try_(place.city_clerk, "confirm-repeat", {"root_id": str(first.id)})
    escalation = await eventually(lambda: escalation_of(place, first.id))
    await second.try_(place.city_clerk, "revoke-repeat", {"reason": "另一件事"})

    async def told() -> list[str]:
        found = (await place.city_clerk.get(f"/escalations/{escalation}")).json()
        return [each["note"] for each in found["notes"] if each["kind"] == "repeat_revoked"]

    assert await eventually(told) == [second.number]


async def test_only_members_confirm_a_report_and_once(ride: Ride) -> None:
    await ride.pushed()
    path = f"/reports/{(await naming(ride))['id']}/receipts"

    first = await ride.place.leader.post(path)
    again = await ride.place.leader.post(path)

    assert (first.status_code, again.json()) == (201, first.json())
    for who in (ride.place.city_head, ride.place.clerk):
        assert (await who.post(path)).status_code == 403
    assert (await ride.place.third_clerk.post(path)).status_code == 404
    assert len((await naming(ride))["receipts"]) == 1


async def test_a_city_has_one_working_group_and_only_its_clerk_keeps_it(place: Place) -> None:
    group = await found_group(place)
    await add_member(place, group, place.leader, place.county)
    body = {"city": place.city, "name": "又一群"}

    assert (await place.city_clerk.post("/working-groups", body)).status_code == 409
    assert (await place.clerk.post("/working-groups", body)).status_code == 403
    seen = (await place.city_clerk.get(f"/working-groups/{group['id']}")).json()
    assert [each["account_id"] for each in seen["members"]] == [str(place.leader.id)]
    await silence(place)


async def test_the_week_goes_by_the_clock_of_shanghai(ride: Ride) -> None:
    await ride.place.time.next_monday()
    found = await ride.reaches("pushed")
    report = await naming(ride)

    monday = (ride.place.time.now - timedelta(seconds=1)).date()
    assert report["period_end"] == str(monday)
    assert report["period_start"] == str(monday - timedelta(days=7))
    assert found["pushed_at"] >= report["issued_at"]
