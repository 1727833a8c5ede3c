"""Calls to make: planned after every answer, never by who handled it, and the loop they close."""

from datetime import date, timedelta
from typing import Any

import pytest

from shared.auth.actor import Role
from shared.clocks.days import legal_day
from shared.contracts.regions import CalendarPublished
from tests.integration.petitions.conftest import Case, Place, Ride
from tests.support.services import Caller, eventually

GOOD = {"result": "satisfied", "solved": "yes"}


async def due(place: Place, who: Caller | None = None, **query: Any) -> list[dict[str, Any]]:
    answer = await (who or place.city_clerk).get("/callbacks", division=place.county, **query)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def planned(case: Case) -> dict[str, Any]:
    async def there() -> dict[str, Any] | None:
        found = await due(case.place)
        return next((each for each in found if each["petition_id"] == str(case.id)), None)

    return await eventually(there)


async def gone(case: Case) -> bool:
    return str(case.id) not in {each["petition_id"] for each in await due(case.place)}


async def test_an_answer_makes_a_call_due(place: Place) -> None:
    case = await (await place.register()).replied()
    found = await planned(case)

    earliest = legal_day(place.time.now) + timedelta(days=10)
    assert date.fromisoformat(found["due_on"]) >= earliest  # a rest day moves it
    assert (found["number"], found["overdue"], found["tried_on"]) == (case.number, False, [])
    assert await case.clocks() | {"callback_due": ["running"]} == await case.clocks()
    assert await due(place, due=str(earliest - timedelta(days=1))) == []


async def test_a_try_stays_on_the_list_and_a_call_takes_it_off(place: Place) -> None:
    case = await (await place.register()).replied()
    await planned(case)
    await case.call("no_answer", "unknown")
    assert (await planned(case))["tried_on"] == [str(legal_day(place.time.now))]
    await case.call("satisfied", "yes")

    assert await gone(case)
    assert (await case.clocks())["callback_due"] == ["met"]


async def test_a_call_that_was_forgotten_is_overdue_and_missed(place: Place) -> None:
    case = await (await place.register()).replied()
    await planned(case)
    await place.time.pass_by(days=20)
    assert (await planned(case))["overdue"] is True
    await case.call("satisfied", "yes")

    assert (await case.clocks())["callback_due"] == ["missed"]


async def test_a_matter_answered_anew_is_called_about_anew(place: Place) -> None:
    case = await (await place.register()).replied()
    await planned(case)
    await case.call("dissatisfied", "no")
    await place.time.pass_by(hours=1)
    await case.step(place.officer, "start")
    await case.answer()
    await planned(case)

    assert (await case.clocks())["callback_due"] == ["met", "running"]


async def test_what_goes_to_review_is_not_called_about(place: Place) -> None:
    case = await (await place.register()).replied()
    await planned(case)
    await place.service.sql("UPDATE petition SET state = 'under_review' WHERE id = $1", case.id)

    await eventually(lambda: gone(case))
    assert (await case.clocks())["callback_due"] == ["dropped"]


async def test_nobody_is_to_be_called_about_an_anonymous_petition(place: Place) -> None:
    await (await place.register(petitioner=None)).replied()
    case = await (await place.register()).replied()
    await planned(case)

    assert [each["petition_id"] for each in await due(place)] == [str(case.id)]


async def test_a_county_sees_the_calls_about_its_own_petitions_only(place: Place) -> None:
    case = await (await place.register()).replied()
    await planned(case)

    assert [each["number"] for each in await due(place, place.clerk)] == [case.number]
    assert await due(place, place.other_clerk) == []


async def test_who_once_handled_it_calls_nobody_back_even_after_another_took_over(
    place: Place,
) -> None:
    case = await (await place.register()).replied()
    await case.call("dissatisfied", "no")
    await place.time.pass_by(hours=1)
    first = Caller(
        place.service,
        "former",
        place.service.caller(
            (Role.PETITION_CLERK, place.county), (Role.OFFICER, place.county)
        ).grants,
        id=place.officer.id,
    )
    successor = place.person(Role.OFFICER, place.county)
    await case.step(successor, "start")
    opinion = {"outcome": "explained", "opinion": "已整改", "legal_basis": "大气污染防治法"}
    await case.step(successor, "reply", opinion)

    answer = await case.try_(first, "callbacks", GOOD)
    assert (answer.status_code, answer.json()["code"]) == (409, "own_case")


@pytest.mark.parametrize(
    ("result", "stages"), [("satisfied", {"call_back", "evaluation"}), ("declined", {"call_back"})]
)
async def test_the_timeline_shows_the_eight_steps_of_the_loop(
    place: Place, result: str, stages: set[str]
) -> None:
    case = await (await place.register()).replied()
    await case.call(result, "yes")
    found = (await place.clerk.get(f"{case.path}/timeline")).json()

    assert [each["stage"] for each in found] == [
        "acceptance",
        "dispatch",
        "handling",
        "reply",
        "supervision",
        "closing",
        "call_back",
        "evaluation",
    ]
    told = {each["stage"] for each in found if each["moments"]}
    assert told == {"acceptance", "dispatch", "handling", "reply", "closing", *stages}
    assert (await place.third_clerk.get(f"{case.path}/timeline")).status_code == 404


async def test_the_through_train_is_supervision_on_the_timeline(ride: Ride) -> None:
    await ride.pushed()
    found = (await ride.place.clerk.get(f"{ride.case.path}/timeline")).json()
    [supervision] = [each for each in found if each["stage"] == "supervision"]

    assert [each["what"] for each in supervision["moments"]] == ["push"]


async def test_a_superiors_order_is_supervision_on_the_timeline(place: Place) -> None:
    case = await (await place.register()).in_progress()
    order = {"kind": "urge", "demand": "请抓紧办理"}
    answer = await case.try_(place.city_clerk, "orders", order)
    assert answer.status_code == 201, answer.text
    found = (await place.clerk.get(f"{case.path}/timeline")).json()
    [supervision] = [each for each in found if each["stage"] == "supervision"]

    assert [each["what"] for each in supervision["moments"]] == ["urge"]


async def test_a_plan_follows_a_calendar_that_moves_its_clock_and_back(place: Place) -> None:
    """A holiday is published on the last day, then called off again."""
    case = await (await place.register()).replied()
    first = date.fromisoformat((await planned(case))["due_on"])
    holiday = [("示例", "Example", [f"{first:%m-%d}"])]

    async def publish(days_off: list[tuple[str, str, list[str]]]) -> None:
        [known] = await place.service.sql(
            "SELECT version FROM reference_calendar WHERE year = $1", first.year
        )
        event = CalendarPublished(
            year=first.year,
            version=known["version"] + 1,
            notice="示例号",
            days_off=days_off,
            make_up=[],
        )
        assert (await place.service.tell(event, source="regions")).status_code == 204

    async def moved_to(*, later: bool) -> date | None:
        day = date.fromisoformat((await planned(case))["due_on"])
        return day if (day > first) is later else None

    await publish(holiday)
    after = await eventually(lambda: moved_to(later=True))
    assert (await case.read(place.city_clerk))["version"] == case.version
    [clock] = await place.service.sql(
        "SELECT due_on FROM clock WHERE subject_id = $1 AND kind = 'callback_due'", case.id
    )
    assert clock["due_on"] == after
    lines = await place.service.sql(
        "SELECT * FROM clock_projection WHERE subject_id = $1 AND kind = 'callback_due'", case.id
    )
    assert [(each["due_before"], each["due_after"]) for each in lines] == [(first, after)]

    await publish([])
    assert await eventually(lambda: moved_to(later=False)) == first
