"""Deadlines as they run: in time and late, extended once, objected to not too late."""

from datetime import datetime, time, timedelta
from typing import Any

import pytest

from shared.auth.actor import Role
from shared.clocks.days import SHANGHAI, legal_day
from tests.integration.petitions.conftest import ZHEJIANG, BusinessTime, Case, Place, day_of
from tests.support.services import RunningService, eventually

HERE = iter(ZHEJIANG)
NOTICE = {"notice": "已受理"}
REASON = {"reason": "不属本地"}


GRANTED = {"notice": "因情况复杂,延长办理期限"}


def ask(days: int) -> dict[str, Any]:
    return {"days": days, "reason": "情况复杂"}


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


async def deemed(case: Case) -> dict[str, Any]:
    """The petition, once its unit counts as competent."""

    async def settled() -> dict[str, Any] | None:
        seen = await case.read(case.place.clerk)
        return seen if seen["competence_settled"] else None

    seen = await eventually(settled)
    case.version = seen["version"]
    return seen


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
    if second == 0:
        await deemed(case)

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
    await deemed(case)
    await case.step(place.clerk, "accept", NOTICE)

    assert (await case.clocks())["objection"] == ["dropped"]


async def test_an_extension_moves_the_deadline_once(place: Place) -> None:
    case = await (await place.register()).in_progress()
    before = (await clock(case, "closing"))["due_on"]
    await case.step(place.officer, "request-extension", ask(20))
    assert (await clock(case, "closing"))["due_on"] == before
    await case.step(place.head, "extend", GRANTED)
    assert (await clock(case, "closing"))["due_on"] > before

    again = await case.try_(place.officer, "request-extension", ask(1))

    assert (again.status_code, again.json()["code"]) == (409, "extension_already_used")


async def test_what_was_asked_and_granted_is_kept(place: Place) -> None:
    case = await (await place.register()).in_progress()
    await case.step(place.officer, "request-extension", ask(20))
    twice = await case.try_(place.officer, "request-extension", ask(5))
    await case.step(place.head, "refuse-extension", {"reason": "人手足够"})
    await case.step(place.officer, "request-extension", ask(10))
    await case.step(place.head, "extend", GRANTED)

    kept = (await place.clerk.get(f"{case.path}/extensions")).json()

    assert (twice.status_code, twice.json()["code"]) == (409, "extension_already_asked")
    assert [(each["state"], each["days"]) for each in kept] == [("refused", 20), ("granted", 10)]
    assert kept[1]["answer"] == GRANTED["notice"]
    assert (kept[1]["requested_by_name"], kept[1]["decided_by_name"]) == (
        place.officer.name,
        place.head.name,
    )
    stranger = await place.third_clerk.get(f"{case.path}/extensions")
    assert stranger.status_code == 404


@pytest.mark.parametrize(("days", "asked"), [(60, True), (61, False)])
async def test_no_more_is_asked_than_the_cap(place: Place, days: int, asked: bool) -> None:  # noqa: FBT001  a column of the table
    case = await (await place.register()).in_progress()

    answer = await case.try_(place.officer, "request-extension", ask(days))

    assert answer.status_code == (200 if asked else 409)


async def test_nobody_approves_the_own_extension(place: Place) -> None:
    both = place.service.caller(
        *((grant.role, place.county) for grant in (*place.officer.grants, *place.head.grants))
    )
    case = await (await place.register()).accepted()
    await case.step(both, "start")
    await case.step(both, "request-extension", ask(10))

    for step, body in (("extend", GRANTED), ("refuse-extension", REASON)):
        answer = await case.try_(both, step, body)
        assert (answer.status_code, answer.json()["code"]) == (409, "self_approval")


async def test_only_the_handling_officer_asks_for_more_time(place: Place) -> None:
    case = await (await place.register()).in_progress()
    colleague = place.person(Role.OFFICER, place.county)

    answer = await case.try_(colleague, "request-extension", ask(10))

    assert (answer.status_code, answer.json()["code"]) == (409, "not_the_handler")


async def test_what_nobody_asked_for_is_not_granted(place: Place) -> None:
    case = await (await place.register()).in_progress()

    answer = await case.try_(place.head, "extend", GRANTED)

    assert (answer.status_code, answer.json()["code"]) == (409, "extension_not_asked")


async def test_what_ran_out_is_not_extended(place: Place) -> None:
    case = await (await place.register()).in_progress()
    await case.step(place.officer, "request-extension", ask(10))
    await to_end_of(case, "closing", second=0)

    answer = await case.try_(place.head, "extend", GRANTED)

    assert (answer.status_code, answer.json()["code"]) == (409, "term_expired")
    kept = (await place.clerk.get(f"{case.path}/extensions")).json()
    assert [each["state"] for each in kept] == ["open"]


async def test_a_reply_lets_the_request_lapse_and_leaves_nothing_to_extend(place: Place) -> None:
    case = await (await place.register()).in_progress()
    await case.step(place.officer, "request-extension", ask(10))
    await case.answer()
    kept = (await place.clerk.get(f"{case.path}/extensions")).json()
    assert [each["state"] for each in kept] == ["lapsed"]
    await case.call("dissatisfied", "no")
    await case.step(place.officer, "start")

    answer = await case.try_(place.officer, "request-extension", ask(10))

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


async def test_the_answer_is_the_report_an_assignment_asks_for(place: Place) -> None:
    case = await place.register()
    day = str(day_of(place.time.now, days=20))
    await case.step(place.city_clerk, "assign", {"unit": place.county, "report_due_on": day})
    assert (await clock(case, "report"))["due_on"] == day
    await case.step(place.clerk, "accept", NOTICE)
    await case.step(place.officer, "start")
    assert (await case.clocks())["report"] == ["running"]

    await case.answer()

    assert (await case.clocks())["report"] == ["met"]


async def test_a_report_is_not_due_today(place: Place) -> None:
    case = await place.register()
    body = {"unit": place.county, "report_due_on": str(day_of(place.time.now, days=0))}

    answer = await case.try_(place.city_clerk, "assign", body)

    assert (answer.status_code, answer.json()["code"]) == (422, "report_due_past")
    assert await case.state() == "registered"
