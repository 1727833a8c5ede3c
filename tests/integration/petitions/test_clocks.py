"""Deadlines as they run: in time and late, extended once, objected to not too late."""

from datetime import datetime, time, timedelta
from typing import Any

import pytest

from shared.clocks.days import SHANGHAI, legal_day
from tests.integration.petitions.conftest import ZHEJIANG, BusinessTime, Case, Place, day_of
from tests.support.services import RunningService

HERE = iter(ZHEJIANG)
NOTICE = {"notice": "已受理"}
REASON = {"reason": "不属本地"}


def ask(days: int, by: str = "承办人") -> dict[str, Any]:
    return {"days": days, "requested_by": by, "reason": "情况复杂"}


@pytest.fixture
def place(petitions: RunningService, time_: BusinessTime) -> Place:
    """In Zhejiang: 30 days to close, 60 more at most."""
    return Place(petitions, time_, next(HERE))


async def clock(case: Case, kind: str) -> dict[str, Any]:
    seen = await case.read(case.place.city_clerk)
    return next(each for each in reversed(seen["clocks"]) if each["kind"] == kind)


async def to_end_of(case: Case, kind: str, *, second: int) -> None:
    """So many seconds before (or, from 0 on, after) 24:00 of the clock's last day."""
    due = datetime.fromisoformat((await clock(case, kind))["due_at"])
    await case.place.time.move_to(due + timedelta(seconds=second))


async def test_the_receipt_says_until_when(place: Place) -> None:
    case = await place.register()

    assert case.seen["profile"] == "cn.zj.2016"
    assert case.seen["due"]["routing"] == str(day_of(place.time.now, days=15)) or (
        datetime.fromisoformat(case.seen["due"]["routing"]).weekday() == 0
    )


@pytest.mark.parametrize(("second", "state"), [(-1, "met"), (0, "missed")])
async def test_routing_is_in_time_until_24_o_clock(place: Place, second: int, state: str) -> None:
    case = await place.register()
    await to_end_of(case, "routing", second=second)

    await case.transferred()

    assert (await case.clocks())["routing"] == [state]
    assert (await clock(case, "routing"))["overdue"] is (state == "missed")


async def test_a_running_clock_past_its_end_is_overdue(place: Place) -> None:
    case = await (await place.register()).accepted()
    await to_end_of(case, "closing", second=0)

    found = await clock(case, "closing")

    assert (found["state"], found["overdue"]) == ("running", True)


async def test_the_unit_has_its_own_time_to_tell_the_petitioner(place: Place) -> None:
    case = await place.register()
    await place.time.pass_by(days=10)
    await case.transferred()

    assert (await case.clocks())["notice"] == ["met", "running"]
    due = datetime.fromisoformat((await clock(case, "notice"))["due_on"]).date()
    assert due >= day_of(place.time.now, days=15)


@pytest.mark.parametrize("second", [-1, 0])
async def test_an_objection_is_heard_within_five_working_days(place: Place, second: int) -> None:
    case = await (await place.register()).transferred()
    await to_end_of(case, "objection", second=second)

    answer = await case.try_(place.clerk, "object", REASON)

    if second < 0:
        assert answer.status_code == 200
    else:
        assert (answer.status_code, answer.json()["code"]) == (409, "objection_too_late")
        assert await case.state() == "transferred"


async def test_a_rejected_objection_is_not_raised_again(place: Place) -> None:
    case = await (await place.register()).transferred()
    await case.step(place.clerk, "object", REASON)
    await case.step(place.city_clerk, "reject-objection", REASON)

    answer = await case.try_(place.clerk, "object", REASON)

    assert (answer.status_code, answer.json()["code"]) == (409, "objection_used")


async def test_who_accepts_after_the_time_to_object_missed_nothing(place: Place) -> None:
    case = await (await place.register()).transferred()
    await to_end_of(case, "objection", second=0)
    await case.step(place.clerk, "accept", NOTICE)

    assert (await case.clocks())["objection"] == ["dropped"]


async def test_an_extension_moves_the_deadline_once(place: Place) -> None:
    case = await (await place.register()).in_progress()
    before = (await clock(case, "closing"))["due_on"]
    await case.step(place.head, "extend", ask(20))
    assert (await clock(case, "closing"))["due_on"] > before

    again = await case.try_(place.head, "extend", ask(1))

    assert (again.status_code, again.json()["code"]) == (409, "extension_already_used")


@pytest.mark.parametrize(("days", "granted"), [(60, True), (61, False)])
async def test_an_extension_is_capped(place: Place, days: int, granted: bool) -> None:  # noqa: FBT001  a column of the table
    case = await (await place.register()).in_progress()

    answer = await case.try_(place.head, "extend", ask(days))

    assert answer.status_code == (200 if granted else 409)


async def test_nobody_approves_the_own_extension_under_whatever_name(place: Place) -> None:
    both = place.service.caller(
        *((grant.role, place.county) for grant in (*place.officer.grants, *place.head.grants))
    )
    case = await (await place.register()).accepted()
    await case.step(both, "start")

    for asked in (ask(10), ask(10, both.name)):
        answer = await case.try_(both, "extend", asked)
        assert (answer.status_code, answer.json()["code"]) == (409, "self_approval")
    asked_by_the_head = await case.try_(place.head, "extend", ask(10, place.head.name))
    assert asked_by_the_head.json()["code"] == "self_approval"


async def test_what_ran_out_is_not_extended(place: Place) -> None:
    case = await (await place.register()).in_progress()
    await to_end_of(case, "closing", second=0)

    answer = await case.try_(place.head, "extend", ask(10))

    assert (answer.status_code, answer.json()["code"]) == (409, "term_expired")


async def test_after_the_reply_there_is_nothing_to_extend(place: Place) -> None:
    case = await (await place.register()).replied()
    await case.call("dissatisfied", "no")
    await case.step(place.officer, "start")

    answer = await case.try_(place.head, "extend", ask(10))

    assert (answer.status_code, answer.json()["code"]) == (409, "nothing_to_extend")


async def test_nobody_is_unreachable_before_three_days_of_trying(place: Place) -> None:
    case = await (await place.register()).replied()
    gone = {"result": "unreachable", "solved": "unknown"}
    tried = {"result": "no_answer", "solved": "unknown"}
    for _ in range(2):
        await case.step(place.city_clerk, "callbacks", tried)
        answer = await case.try_(place.city_clerk, "callbacks", gone)
        assert (answer.status_code, answer.json()["code"]) == (409, "too_few_tries")
        await place.time.move_to(
            datetime.combine(legal_day(place.time.now) + timedelta(days=1), time(9), SHANGHAI)
        )

    await case.step(place.city_clerk, "callbacks", gone)

    assert await case.state() == "closed"
    traced = await place.service.sql(
        "SELECT action FROM audit WHERE object_id = $1 ORDER BY id", str(case.id)
    )
    assert [row["action"] for row in traced][-3:] == [
        "petition.call_back",
        "petition.call_back",
        "petition.settle",
    ]


async def test_an_assignment_shows_when_its_report_is_due(place: Place) -> None:
    case = await place.register()
    body = {"unit": place.county, "report_due_on": "2080-01-01"}
    await case.step(place.city_clerk, "assign", body)

    assert (await case.read(place.clerk))["report_due_on"] == "2080-01-01"
