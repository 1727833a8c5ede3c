"""Late data: what would differ is shown, a report is stated again, and the original stays."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.integration.petitions.conftest import Place, add_member, found_group
from tests.integration.petitions.reporting import (
    Report,
    a_candidate,
    assert_hashed,
    issued,
    named,
    reports,
    silence,
)
from tests.support.services import eventually

KINDS = ("weekly", "monthly", "quarterly")
REASON = {"reason": "迟到的回访数据"}


@pytest.fixture
async def published(place: Place) -> AsyncIterator[tuple[Place, Report, UUID]]:
    """A weekly report with one matter, and another of its week that was heard of too late."""
    await place.time.next_monday()
    await place.time.pass_by(days=1)
    group = await found_group(place)
    await add_member(place, group, place.leader, place.county)
    before = place.time.now
    await a_candidate(place)
    await place.time.next_monday()
    [report] = await issued(place, 1)
    _, late = await a_candidate(place, before + timedelta(hours=1))
    yield place, report, late
    await silence(place)


async def last_hash(place: Place) -> str:
    """Of the chain: when a month ends, the report of the period follows that of the week."""
    found = [each for kind in KINDS for each in await reports(place, kind)]
    originals = [each for each in found if each["restates_id"] is None]
    followed = {each["previous_hash"] for each in originals}
    [last] = [each["hash"] for each in originals if each["hash"] not in followed]
    return str(last)


async def changes(place: Place, report: Report) -> list[dict[str, Any]]:
    answer = await place.city_clerk.get(f"/reports/{report['id']}/differences")
    assert answer.status_code == 200, answer.text
    return list(answer.json()["changes"])


async def restated(place: Place, report: Report) -> Report:
    path = f"/reports/{report['id']}"
    answer = await place.city_clerk.post(f"{path}/restatements", REASON)
    assert answer.status_code == 201, answer.text
    return dict((await place.city_clerk.get(f"/reports/{answer.json()['id']}")).json())


async def test_a_report_without_late_data_differs_in_nothing(
    published: tuple[Place, Report, UUID],
) -> None:
    place, _, _ = published
    await place.time.next_monday()
    _, second = await issued(place, 2)
    [item] = second["carried"]
    matter = f"/escalations/{item['content']['escalation']}"
    await place.time.first_of_month()

    async def moved_on() -> bool:
        return bool((await place.leader.get(matter)).json()["state"] == "noticed")

    await eventually(moved_on)

    assert await changes(place, second) == []  # that it was noticed since is no late data
    refused = await place.city_clerk.post(f"/reports/{second['id']}/restatements", REASON)
    assert (refused.status_code, refused.json()["code"]) == (409, "nothing_to_restate")


async def test_what_would_differ_is_told_and_nothing_stored(
    published: tuple[Place, Report, UUID],
) -> None:
    place, report, late = published
    found = await changes(place, report)

    assert [each["escalation"] for each in found if each["kind"] == "added"] == [str(late)]
    [line] = [each for each in found if each["escalation"] is None]
    assert line["fields"] == {
        "named": {"before": 1, "after": 2},
        "new": {"before": 1, "after": 2},
    }
    assert len(await reports(place)) == 1


async def test_a_restatement_is_a_new_report_beside_the_original(
    published: tuple[Place, Report, UUID],
) -> None:
    place, report, late = published
    again = await restated(place, report)

    assert again["number"] == f"{report['number']}-R1"
    assert (again["restates_id"], again["reason"]) == (report["id"], REASON["reason"])
    assert named(again) == [*named(report), str(late)]
    assert [each["kind"] for each in again["changes"]] == ["added", "changed"]
    assert again["previous_hash"] == await last_hash(place)
    assert_hashed(again)
    original = (await place.city_clerk.get(f"/reports/{report['id']}")).json()
    assert original == {**report, "restatements": [again["id"]]}
    assert await changes(place, report) == []


async def test_a_restatement_pushes_nobody_and_the_next_report_does(
    published: tuple[Place, Report, UUID],
) -> None:
    place, report, late = published
    await restated(place, report)

    assert (await place.leader.get(f"/escalations/{late}")).json()["state"] == "candidate"
    await place.time.next_monday()
    weeks = [each for each in await issued(place, 3) if each["restatement"] == 0]
    assert [each["content"]["late"] for each in weeks[1]["items"]] == [True]


async def test_later_data_makes_a_second_restatement(published: tuple[Place, Report, UUID]) -> None:
    place, report, _ = published
    first = await restated(place, report)
    within = datetime.fromisoformat(first["cut_off"]) - timedelta(hours=1)
    repeat = await place.register(received_at=within.isoformat())
    root = (await place.city_clerk.get(f"/escalations/{named(report)[0]}")).json()["petition_id"]
    confirmed = await repeat.try_(place.city_clerk, "confirm-repeat", {"root_id": root})
    assert confirmed.status_code == 200, confirmed.text
    second = await restated(place, first)

    assert second["number"] == f"{report['number']}-R2"
    assert second["restates_id"] == report["id"]
    [change] = second["changes"]
    assert list(change["fields"]) == ["repeats"]
    assert change["fields"]["repeats"]["after"] == [repeat.number]


async def test_only_the_citys_clerk_states_again(published: tuple[Place, Report, UUID]) -> None:
    place, report, _ = published
    path = f"/reports/{report['id']}"
    for who in (place.leader, place.city_head, place.clerk):
        assert (await who.post(f"{path}/restatements", REASON)).status_code == 403
        assert (await who.get(f"{path}/differences")).status_code == 403
    assert (await place.third_clerk.post(f"{path}/restatements", REASON)).status_code == 404
    assert (await place.city_clerk.post(f"{path}/restatements", {})).status_code == 422
    assert len(await reports(place)) == 1


async def test_a_retry_states_again_once(published: tuple[Place, Report, UUID]) -> None:
    place, report, _ = published
    path = f"/reports/{report['id']}/restatements"
    first, second = [await place.city_clerk.post(path, REASON, key="restate-1") for _ in range(2)]

    assert second.json() == first.json()
    assert len(await reports(place)) == 2


async def test_a_county_sees_its_own_changes_only(published: tuple[Place, Report, UUID]) -> None:
    place, report, _ = published
    await a_candidate(
        place,
        place.time.now - timedelta(days=3),
        divisions=[place.neighbour],
    )
    again = await restated(place, report)
    mine = (await place.leader.get(f"/reports/{again['id']}")).json()

    assert {each["county"] for each in again["changes"]} == {place.county, place.neighbour}
    assert {each["county"] for each in mine["changes"]} == {place.county}
    assert len(mine["change_hashes"]) == len(again["change_hashes"])
