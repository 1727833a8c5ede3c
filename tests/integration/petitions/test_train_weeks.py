"""Week after week: nothing is lost, named twice or forgotten, even when weeks were missed."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from shared.divisions import visibility
from tests.integration.petitions.conftest import Place, add_member, found_group
from tests.integration.petitions.reporting import (
    a_candidate,
    assert_hashed,
    issued,
    line_of,
    named,
    recorded,
    reports,
    set_figure,
    silence,
)
from tests.support.services import eventually


@pytest.fixture
async def grouped(place: Place) -> AsyncIterator[Place]:
    """A city with a group whose county has its leader in it, on a Tuesday."""
    await place.time.next_monday()
    await place.time.pass_by(days=1, hours=9)
    group = await found_group(place)
    await add_member(place, group, place.leader, place.county)
    yield place
    await silence(place)


async def test_missed_weeks_are_reported_one_by_one_each_with_what_was_due(grouped: Place) -> None:
    now = grouped.time.now
    _, first = await a_candidate(grouped)
    _, second = await a_candidate(grouped, now + timedelta(days=7))
    await grouped.time.move_to(now + timedelta(days=20))  # the Monday after the next but one

    found = await issued(grouped, 3)

    assert [named(each) for each in found] == [[str(first)], [str(second)], []]
    assert [each["number"][-3:] for each in found] == ["001", "002", "003"]
    assert [each["period_end"] for each in found[:2]] == [
        each["period_start"] for each in found[1:]
    ]
    assert [len(each["carried"]) for each in found] == [0, 1, 2]
    for each in found:
        assert_hashed(each)
    assert [each["previous_hash"] for each in found] == [
        None,
        *(each["hash"] for each in found[:2]),
    ]


async def test_what_was_heard_too_late_is_named_next_and_marked_late(grouped: Place) -> None:
    before = grouped.time.now
    await a_candidate(grouped)
    await grouped.time.next_monday()
    await issued(grouped, 1)
    _, late = await a_candidate(grouped, before + timedelta(hours=1))
    _, new = await a_candidate(grouped)
    await grouped.time.next_monday()
    report = (await issued(grouped, 2))[-1]

    marks = {each["content"]["escalation"]: each["content"]["late"] for each in report["items"]}
    assert marks == {str(late): True, str(new): False}
    assert line_of(report, grouped.county)["late"] == 1


async def test_a_call_of_the_last_second_is_in_the_report_of_its_week(grouped: Place) -> None:
    case = await (await grouped.register()).replied()
    monday = await grouped.time.next_monday()  # the first second of the week
    await grouped.time.move_to(monday + timedelta(days=7, seconds=-2))
    await case.call("dissatisfied", "no")
    await grouped.time.move_to(monday + timedelta(days=7))
    found = (await issued(grouped, 2))[1]

    assert [each["content"]["petition"] for each in found["items"]] == [case.number]
    assert found["items"][0]["content"]["late"] is False


async def test_a_report_waits_for_what_is_on_its_way_but_not_for_ever(grouped: Place) -> None:
    case = await grouped.register()
    event = recorded(grouped, case.id, "dissatisfied", "no")
    stuck = await grouped.service.sql(
        "WITH told AS (INSERT INTO outbox_event"
        " VALUES (gen_random_uuid(), $1, $2, $3::jsonb, $4, 'test', $5) RETURNING id)"
        " INSERT INTO outbox_delivery (event_id, destination, key, next_at)"
        " SELECT id, 'petitions', $2, '2100-01-01' FROM told RETURNING event_id",
        event.topic,
        event.key,
        event.model_dump_json(),
        grouped.time.now,
        visibility(event.seen_by),
    )
    await grouped.time.next_monday()
    await asyncio.sleep(1)  # the jobs run several times
    assert await reports(grouped) == []
    await grouped.time.pass_by(minutes=61)

    assert [named(each) for each in await issued(grouped, 1)] == [[]]
    await grouped.service.sql(
        "UPDATE outbox_delivery SET state = 'parked' WHERE event_id = $1", stuck[0]["event_id"]
    )


async def test_what_is_unsolved_is_carried_over_and_not_pushed_again(grouped: Place) -> None:
    _, matter = await a_candidate(grouped)
    for _ in range(3):
        await grouped.time.next_monday()
    first, second, third = await issued(grouped, 3)

    assert (named(first), named(first, "carried")) == ([str(matter)], [])
    for weeks, report in ((1, second), (2, third)):
        [item] = report["carried"]
        assert named(report) == []
        assert item["content"]["carried_over_from"] == first["number"]
        assert (item["content"]["weeks_open"], item["content"]["state"]) == (weeks, "pushed")
    history = (await grouped.city_clerk.get(f"/escalations/{matter}")).json()["history"]
    assert [line["action"] for line in history][:1] == ["push"]
    assert [line["action"] for line in history].count("push") == 1


async def test_a_county_is_told_its_own_numbers_since_the_last_report(grouped: Place) -> None:
    _, kept = await a_candidate(grouped)
    _, raised = await a_candidate(grouped)
    await a_candidate(grouped, divisions=[grouped.third])
    await grouped.time.next_monday()
    first = (await issued(grouped, 1))[0]
    await _decide(grouped, str(kept), "keep", {"reason": "已在整改"})
    await _decide(grouped, str(raised), "raise", {"level": "listed", "reason": "反复"})
    await grouped.time.next_monday()
    second = (await issued(grouped, 2))[1]

    counts = ("new", "named", "carried", "raised", "kept", "resolved")
    own, other = (line_of(first, each) for each in (grouped.county, grouped.third))
    assert [own[each] for each in counts] == [2, 2, 0, 0, 0, 0]
    assert [other[each] for each in counts] == [1, 1, 0, 0, 0, 0]
    own = line_of(second, grouped.county)
    assert [own[each] for each in counts] == [0, 0, 2, 1, 1, 0]
    mine = (await grouped.leader.get(f"/reports/{second['id']}")).json()
    assert {each["county"] for each in mine["lines"]} == {grouped.county}


async def _decide(place: Place, matter: str, step: str, body: dict[str, str]) -> None:
    version = (await place.leader.get(f"/escalations/{matter}")).json()["version"]
    answer = await place.leader.post(f"/escalations/{matter}/{step}", body, version=version)
    assert answer.status_code == 200, answer.text


async def test_a_week_begins_when_it_is_set_to(grouped: Place) -> None:
    await set_figure(grouped, "through_train.week_start", "wednesday 18:00", grouped.time.now)
    _, matter = await a_candidate(grouped)
    await grouped.time.pass_by(days=1)  # Wednesday, nine in the morning
    assert await reports(grouped) == []
    await grouped.time.pass_by(hours=9)
    [report] = await issued(grouped, 1)

    assert named(report) == [str(matter)]
    assert datetime.fromisoformat(report["cut_off"]) <= grouped.time.now
    assert datetime.fromisoformat(report["cut_off"]).utctimetuple()[3:5] == (10, 0)


async def test_a_switch_to_quarters_neither_loses_nor_doubles_a_period(grouped: Place) -> None:
    time = grouped.time
    while time.now.month % 3 != 1 or not 2 <= time.now.day <= 20:  # in a quarter's first month
        await time.pass_by(days=9)
    await grouped.service.sql(
        "UPDATE working_group SET created_at = $2 WHERE city = $1", grouped.city, time.now
    )
    await set_figure(grouped, "through_train.period_report", "quarterly", time.now)
    matters = []
    for _ in range(2):  # one of the month that was begun, one of the rest of the quarter
        _, matter = await a_candidate(grouped)
        matters.append(str(matter))
        await time.next_monday()
        await eventually(lambda: _nothing_waits(grouped))
        await time.first_of_month()
    await time.first_of_month()
    await issued(grouped, 1, "quarterly")
    for _ in range(3):
        await time.first_of_month()
    quarters = await issued(grouped, 2, "quarterly")
    [month] = await reports(grouped, "monthly")

    periods = [month, *quarters]
    assert all(a["period_end"] == b["period_start"] for a, b in pairwise(periods))
    assert [named(each) for each in periods] == [[matters[0]], [matters[1]], []]


@pytest.mark.parametrize("seed", [1, 2])
async def test_over_many_weeks_the_invariants_hold(grouped: Place, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 -- a story that can be told again
    for _ in range(7):
        for _ in range(chance.randrange(3)):
            await a_candidate(grouped, divisions=[grouped.county])
        await grouped.time.pass_by(hours=chance.randrange(1, 30))
        await _decide_some(grouped, chance)
        await grouped.time.next_monday()
    weeks = await issued(grouped, 7)
    await eventually(lambda: _nothing_waits(grouped))
    months = await reports(grouped, "monthly")

    _each_is_pushed_once_in_its_week(weeks)
    assert all(a["period_end"] == b["period_start"] for a, b in pairwise(weeks))
    noticed = Counter(each for report in months for each in named(report))
    assert set(noticed.values()) <= {1}
    for row in await _matters(grouped):
        await _lived_by_the_rules(grouped, row, weeks, months)


async def _decide_some(place: Place, chance: random.Random) -> None:
    page = (await place.leader.get("/escalations", state="pushed", limit=200)).json()
    for each in page["items"]:
        if each["county"] == place.county and chance.random() < 0.5:
            step, body = chance.choice(
                [("keep", {"reason": "可"}), ("raise", {"level": "listed", "reason": "可"})]
            )
            answer = await place.leader.post(
                f"/escalations/{each['id']}/{step}", body, version=each["version"]
            )
            # A report may have noticed it meanwhile.
            assert answer.status_code in {200, 409, 412}, answer.text


async def _nothing_waits(place: Place) -> bool:
    rows = await place.service.sql(
        "SELECT 1 FROM escalation WHERE city = $1 AND state = 'candidate'", place.city
    )
    return not rows


async def _matters(place: Place) -> list[Any]:
    return await place.service.sql("SELECT * FROM escalation WHERE city = $1", place.city)


def _each_is_pushed_once_in_its_week(weeks: list[dict[str, Any]]) -> None:
    pushed = Counter(each for report in weeks for each in named(report))
    assert set(pushed.values()) <= {1}
    for report in weeks:
        every = named(report) + named(report, "carried")
        assert len(every) == len(set(every))
        assert_hashed(report)


async def _lived_by_the_rules(
    place: Place, row: Any, weeks: list[dict[str, Any]], months: list[dict[str, Any]]
) -> None:
    """Pushed first and in time; carried until solved; noticed and submitted in one step."""
    matter = str(row["id"])
    after = [
        each for each in weeks if datetime.fromisoformat(each["cut_off"]) > row["triggered_at"]
    ]
    assert matter in named(after[0])
    assert all(matter in named(each, "carried") for each in after[1:])
    steps = await place.service.sql(
        "SELECT action, at FROM escalation_step WHERE escalation_id = $1 ORDER BY at, id", row["id"]
    )
    assert steps[0]["action"] == "push"
    notices = [each["at"] for each in steps if each["action"] == "notice"]
    naming = [each for each in months if matter in named(each)]
    assert [datetime.fromisoformat(each["issued_at"]) for each in naming] == notices
    clocks = await place.service.sql(
        "SELECT ledger->>'started_at' AS at FROM clock"
        " WHERE subject_id = $1 AND kind = 'city_resolution'",
        row["id"],
    )
    assert [datetime.fromisoformat(each["at"]) for each in clocks] == notices
