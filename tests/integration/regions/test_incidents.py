"""One centre takes in, judges, orders and evaluates: incidents and dispatch orders."""

import asyncio
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import uuid4

import asyncpg
import pytest

from services.regions.duty.jobs import JOBS
from shared.auth.actor import Role
from shared.clocks.days import SHANGHAI
from shared.jobs import run_job
from tests.integration.regions.conftest import Person, Regions, desk, head

ZHOUSHAN, DINGHAI, PUTUO, NINGBO = "330900", "330902", "330903", "330200"
CENTRE, CHIEF, ABOVE = desk(ZHOUSHAN), head(ZHOUSHAN), head("330000")
EAST, WEST = head(DINGHAI), head(PUTUO)
START: Final = datetime(2026, 5, 11, 9, tzinfo=SHANGHAI)


class At:
    """A clock that stands."""

    def __init__(self, instant: datetime) -> None:
        self.instant = instant

    async def now(self, within: object = None) -> datetime:  # noqa: ARG002 -- the protocol's
        return self.instant


async def time_passes(regions: Regions, now: datetime) -> None:
    await regions.set_clock(now)
    for job in JOBS:
        await run_job(regions.database, At(now), job)


async def centre(regions: Regions, division: str = ZHOUSHAN) -> str:
    office = await regions.done(
        head(division),
        "/bureaus",
        {"division": division, "kind": "command_center", "name": f"指挥中心{uuid4().hex[:6]}"},
    )
    return str(office["id"])


def told(bureau: str, **changes: Any) -> dict[str, Any]:
    return {
        "bureau_id": bureau,
        "source": "neighbouring_desk",
        "source_note": "宁波市指挥中心",
        "title": "金塘海域油污",
        "place_division": DINGHAI,
        "place": "金塘大浦口码头",
        "longitude": 121.87,
        "latitude": 30.05,
        "media": ["water"],
        "urgency": "urgent",
        "facts": "海面有带状油污",
        **changes,
    }


def order(division: str, **changes: Any) -> dict[str, Any]:
    return {
        "receiver": "desk",
        "division": division,
        "text": "两名执法人员赴现场取证",
        "urgency": "urgent",
        "due_at": (START + timedelta(hours=8)).isoformat(),
        **changes,
    }


JUDGED: Final = {"grade": "ordinary", "assessment": "疑似船舶偷排", "measures": ["采样"]}


async def act(
    regions: Regions, who: Person, item: dict[str, Any], step: str, body: dict[str, Any]
) -> dict[str, Any]:
    return await regions.done(who, f"/incidents/{item['id']}/{step}", body, version=item["version"])


async def refused(
    regions: Regions, who: Person, item: dict[str, Any], step: str, body: dict[str, Any]
) -> tuple[int, str]:
    answer = await regions.post(
        who, f"/incidents/{item['id']}/{step}", body, version=item["version"]
    )
    return answer.status_code, answer.json()["code"]


async def seen_by(regions: Regions, who: Person, item: dict[str, Any]) -> int:
    return (await regions.get(who, f"/incidents/{item['id']}")).status_code


async def test_an_incident_goes_from_the_call_to_the_evaluation(  # noqa: PLR0915 -- one story
    regions: Regions,
) -> None:
    await regions.set_clock(START)
    bureau = await centre(regions)
    wrong = await regions.post(EAST, "/incidents", told(bureau))
    assert wrong.status_code == 403
    item = await regions.done(CENTRE, "/incidents", told(bureau))
    assert (item["state"], item["shift_id"]) == ("received", None)
    assert await refused(regions, CENTRE, item, "dispatch", order(DINGHAI)) == (409, "illegal_step")
    item = await act(regions, CENTRE, item, "correct", {"correction": "油污长约二百米"})
    assert item["facts"] == "海面有带状油污"
    await regions.set_clock(START + timedelta(minutes=5))
    item = await act(regions, CENTRE, item, "judge", JUDGED)
    outside = await refused(regions, CENTRE, item, "dispatch", order(NINGBO))
    assert outside == (422, "outside_area_of_centre")
    nameless = await refused(
        regions, CENTRE, item, "dispatch", order(DINGHAI, receiver="grid_lead")
    )
    assert nameless == (422, "bad_receiver")

    assert await seen_by(regions, EAST, item) == 404
    item = await act(regions, CENTRE, item, "dispatch", order(DINGHAI))
    assert (await seen_by(regions, EAST, item), await seen_by(regions, WEST, item)) == (200, 404)
    item = await act(regions, CENTRE, item, "dispatch", order(PUTUO))
    assert (await seen_by(regions, WEST, item), await seen_by(regions, ABOVE, item)) == (200, 200)
    assert await seen_by(regions, head(NINGBO), item) == 404
    early = (await regions.get(EAST, f"/incidents/{item['id']}")).json()["steps"]
    assert [each["action"] for each in early][:3] == ["receive", "correct", "judge"]
    east, west = (f"orders/{each['id']}" for each in item["orders"])
    # A neighbour that was ordered too does not know of it.
    assert await refused(regions, WEST, item, f"{east}/acknowledge", {}) == (404, "not_found")
    await regions.set_clock(START + timedelta(minutes=15))
    item = await act(regions, EAST, item, f"{east}/acknowledge", {})

    await time_passes(regions, START + timedelta(minutes=40))
    item = (await regions.get(WEST, f"/incidents/{item['id']}")).json()
    [late] = item["orders"]
    assert (late["overdue"], late["escalated_to"], late["state"]) == (True, ZHOUSHAN, "issued")
    alerts = (await regions.get(CENTRE, "/duty-rosters/alerts", standing="true")).json()["items"]
    assert late["id"] in {each["subject_id"] for each in alerts}
    overdue = await regions.get(CENTRE, "/incidents/orders", overdue="true", division=ZHOUSHAN)
    assert late["id"] in {each["id"] for each in overdue.json()["items"]}

    item = await act(regions, WEST, item, f"{west}/refuse", {"reason": "船只检修"})
    item = await act(
        regions,
        CENTRE,
        item,
        f"{west}/judge-refusal",
        {"accepts": False, "reason": "另有执法船可用"},
    )
    item = await act(regions, EAST, item, f"{east}/set-out", {})
    await regions.set_clock(START + timedelta(minutes=70))
    item = await act(regions, EAST, item, f"{east}/arrive", {})
    done: dict[str, Any] = {"outcome": "已清除", "evaluations": []}
    assert await refused(regions, CENTRE, item, "close", done) == (409, "orders_open")
    item = await act(regions, EAST, item, f"{east}/report", {"report": "已取证,油污已围控"})
    assert await refused(regions, CENTRE, item, "close", done) == (422, "evaluation_missing")
    item = (await regions.get(CENTRE, f"/incidents/{item['id']}")).json()
    done["evaluations"] = [
        {"order_id": item["orders"][0]["id"], "result": "good"},
        {"order_id": item["orders"][1]["id"], "result": "poor"},
    ]
    assert (await refused(regions, EAST, item, "close", done))[0] == 403
    item = await act(regions, CENTRE, item, "close", done)
    assert item["state"] == "closed"
    words = [(each["timely"], each["result"]) for each in item["orders"]]
    assert words == [(True, "good"), (False, "poor")]
    assert item["actions"] == []

    # Each reads the matter and its own order, and nothing of how the other answered or was judged.
    for who, mine, other in ((EAST, 0, 1), (WEST, 1, 0)):
        told_of = (await regions.get(who, f"/incidents/{item['id']}")).json()
        own, foreign = item["orders"][mine], item["orders"][other]["id"]
        assert [each["id"] for each in told_of["orders"]] == [own["id"]]
        steps = [each["action"] for each in told_of["steps"]]
        assert (steps[:3], steps[-1]) == (["receive", "correct", "judge"], "close")
        assert "order_evaluate" in steps
        assert {each["order_id"] for each in told_of["steps"]} == {None, own["id"]}
        assert foreign not in str(told_of)
        listed = (await regions.get(who, "/incidents/orders")).json()["items"]
        assert foreign not in {each["id"] for each in listed}
    assert len((await regions.get(ABOVE, f"/incidents/{item['id']}")).json()["orders"]) == 2
    traced = await regions.sql(
        "SELECT action, visible_to FROM audit WHERE object_id = $1 AND action LIKE '%refus%'",
        item["id"],
    )
    assert traced
    assert all(DINGHAI not in each["visible_to"] for each in traced)

    asked = {
        "starts_at": START.isoformat(),
        "ends_at": (START + timedelta(days=1)).isoformat(),
    }
    figures = (
        await regions.get(CENTRE, "/incidents/response-times", division=ZHOUSHAN, **asked)
    ).json()
    assert (figures["to_judge"]["median"], figures["to_judge"]["share"]) == (5.0, 1.0)
    by = {each["division"]: each for each in figures["divisions"]}
    assert (by[DINGHAI]["received"], by[DINGHAI]["acknowledged_in_time"]) == (1, 1)
    assert (by[DINGHAI]["to_acknowledge"]["longest"], by[DINGHAI]["to_arrive"]["share"]) == (10, 1)
    assert (by[PUTUO]["refused"], by[PUTUO]["poor"], by[PUTUO]["arrived"]) == (1, 1, 0)
    assert {"grade": "ordinary", "incidents": 1} in figures["grades"]

    with pytest.raises(asyncpg.RaiseError):
        await regions.sql("UPDATE incident_step SET told = 'x'")


async def test_a_duplicate_is_linked_and_kept(regions: Regions) -> None:
    await regions.set_clock(START + timedelta(days=2))
    bureau = await centre(regions)
    first = await regions.done(CENTRE, "/incidents", told(bureau))
    second = await regions.done(CENTRE, "/incidents", told(bureau, source="hotline"))
    begins, serial = first["number"].rsplit("-", 1)
    assert second["number"] == f"{begins}-{int(serial) + 1:04d}"
    itself = {"into": second["id"], "reason": "同一事件"}
    assert await refused(regions, CENTRE, second, "merge", itself) == (422, "merged_into_itself")
    merged = await act(regions, CENTRE, second, "merge", {**itself, "into": first["id"]})
    assert (merged["state"], merged["merged_into"]) == ("merged", first["id"])
    first = (await regions.get(CENTRE, f"/incidents/{first['id']}")).json()
    assert first["duplicates"] == [second["id"]]
    assert "merge" not in first["actions"]


async def test_no_matter_gets_lost_by_merging(regions: Regions) -> None:
    await regions.set_clock(START + timedelta(days=3))
    bureau = await centre(regions)
    one, other = [await regions.done(CENTRE, "/incidents", told(bureau)) for _ in range(2)]
    answers = await asyncio.gather(
        *(
            regions.post(
                CENTRE,
                f"/incidents/{mine['id']}/merge",
                {"into": into["id"], "reason": "同一事件"},
                version=mine["version"],
            )
            for mine, into in ((one, other), (other, one))
        )
    )
    # Never both into each other, so that one of them goes on.
    assert sorted(each.status_code for each in answers) == [200, 422]

    closed = await regions.done(CENTRE, "/incidents", told(bureau))
    closed = await act(regions, CENTRE, closed, "judge", {**JUDGED, "grade": "no_incident"})
    closed = await act(regions, CENTRE, closed, "close", {"outcome": "不实", "evaluations": []})
    late = await regions.done(CENTRE, "/incidents", told(bureau))
    into = {"into": closed["id"], "reason": "同一事件"}
    assert await refused(regions, CENTRE, late, "merge", into) == (422, "merged_into_itself")


async def test_a_point_is_whole_and_a_closed_office_keeps_no_desk(regions: Regions) -> None:
    await regions.set_clock(START + timedelta(days=3))
    bureau = await centre(regions)
    half = await regions.post(CENTRE, "/incidents", told(bureau, latitude=None))
    assert half.status_code == 422
    office = (await regions.get(CHIEF, f"/bureaus/{bureau}")).json()
    gone = {"last_day": "2026-05-13", "reason": "机构改革"}
    await regions.done(CHIEF, f"/bureaus/{bureau}/close", gone, version=office["version"])
    shut = await regions.post(CENTRE, "/incidents", told(bureau))
    assert (shut.status_code, shut.json()["code"]) == (422, "not_a_duty_desk")


async def test_officers_ordered_are_checked_and_held(regions: Regions) -> None:
    now = START + timedelta(days=4)
    await regions.set_clock(now)
    bureau = await centre(regions)
    place = await centre(regions, DINGHAI)
    body: dict[str, Any] = {"bureau_id": place, "name": "定海执法员"}
    without = await regions.done(EAST, "/officers", body)
    body["certificate"] = {
        "number": uuid4().hex[:12],
        "valid_from": "2024-01-01",
        "valid_to": "2028-01-01",
    }
    able = await regions.done(EAST, "/officers", body)
    item = await regions.done(CENTRE, "/incidents", told(bureau))
    item = await act(regions, CENTRE, item, "judge", JUDGED)
    wanted = order(
        DINGHAI,
        receiver="officers",
        officer_ids=[without["id"]],
        book=True,
        due_at=(now + timedelta(hours=6)).isoformat(),
    )
    assert await refused(regions, CENTRE, item, "dispatch", wanted) == (409, "officer_not_eligible")
    wanted["officer_ids"] = [able["id"]]
    item = await act(regions, CENTRE, item, "dispatch", wanted)
    assert await refused(regions, CENTRE, item, "dispatch", wanted) == (409, "officer_not_eligible")
    path = f"orders/{item['orders'][0]['id']}"
    unknown = {"kind": "activation", "id": str(uuid4())}
    assert await refused(regions, CENTRE, item, f"{path}/link", unknown) == (404, "not_found")
    task = {"kind": "task", "id": str(uuid4())}
    item = await act(regions, CENTRE, item, f"{path}/link", task)
    assert item["orders"][0]["links"] == [task]
    item = await act(regions, CENTRE, item, f"{path}/recall", {"reason": "误报"})
    again = await act(regions, CENTRE, item, "dispatch", wanted)
    assert [each["state"] for each in again["orders"]] == ["recalled", "issued"]
    officer = Person(Role.OFFICER, DINGHAI)
    seen = (await regions.get(officer, f"/incidents/{item['id']}")).json()
    assert "acknowledge" in seen["orders"][1]["actions"]
    assert seen["actions"] == []
