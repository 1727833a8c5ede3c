"""Handled together: a relation shown on both, that moves nothing and can be undone."""

import asyncio
from typing import Any, Final

from tests.integration.petitions.conftest import NAME, Case, Place

WHY: Final = {"reason": f"同一事项,{NAME}也反映"}


def into(case: Case) -> dict[str, Any]:
    return {"into_id": str(case.id), **WHY}


async def code_of(case: Case, who: Any, step: str, body: Any) -> tuple[int, str]:
    answer = await case.try_(who, step, body)
    return answer.status_code, answer.json()["code"]


async def test_both_show_it_and_keep_number_state_and_clocks(place: Place) -> None:
    first, second = await place.register(), await place.register()
    clocks = await second.clocks()

    await second.step(place.city_clerk, "merge", into(first))

    seen, other = await second.read(place.city_clerk), await first.read(place.city_clerk)
    assert seen["merged_into"]["petition_id"] == str(first.id)
    assert NAME not in seen["merged_into"]["reason"]
    assert [each["number"] for each in other["merged"]] == [second.number]
    assert (other["merged_into"], seen["merged"]) == (None, [])
    assert (seen["number"], seen["state"]) == (second.number, "registered")
    assert await second.clocks() == clocks
    await second.transferred()


async def test_undoing_keeps_the_row_with_who_and_why(place: Place) -> None:
    first, second = await place.register(), await place.register()
    await second.step(place.city_clerk, "merge", into(first))

    await second.step(place.city_clerk, "unmerge", {"reason": "并非同一事项"})

    assert (await second.read(place.city_clerk))["merged_into"] is None
    [kept] = (await first.read(place.city_clerk))["merged"]
    assert (kept["undone_by"], kept["undone_reason"]) == (place.city_clerk.name, "并非同一事项")
    assert await code_of(second, place.city_clerk, "unmerge", WHY) == (409, "not_merged")
    await second.step(place.city_clerk, "merge", into(first))
    assert len((await first.read(place.city_clerk))["merged"]) == 2


async def test_there_is_no_chain_and_no_circle(place: Place) -> None:
    first, second, third = [await place.register() for _ in range(3)]
    clerk = place.city_clerk
    assert await code_of(first, clerk, "merge", into(first)) == (409, "merge_into_itself")
    await second.step(clerk, "merge", into(first))

    assert await code_of(second, clerk, "merge", into(third)) == (409, "already_merged")
    assert await code_of(third, clerk, "merge", into(second)) == (409, "merge_chain")
    assert await code_of(first, clerk, "merge", into(third)) == (409, "merge_chain")
    await third.step(clerk, "merge", into(first))
    assert len((await first.read(clerk))["merged"]) == 2


async def test_two_that_merge_into_each_other_at_once_make_one_relation(place: Place) -> None:
    first, second = await place.register(), await place.register()

    answers = await asyncio.gather(
        first.try_(place.city_clerk, "merge", into(second)),
        second.try_(place.city_clerk, "merge", into(first)),
    )

    assert sorted(each.status_code for each in answers) == [200, 409]


async def test_a_clerk_merges_what_is_held_below_and_nobody_else(place: Place) -> None:
    first, second = await place.register(), await place.register()
    await second.transferred()

    for who, status in ((place.leader, 403), (place.other_clerk, 404)):
        assert (await second.try_(who, "merge", into(first))).status_code == status
    body = into(first)
    assert (await place.city_clerk.post(f"{second.path}/merge", body)).status_code == 428
    stale = await place.city_clerk.post(f"{second.path}/merge", body, version=9)
    assert stale.status_code == 412
    # The county's clerk holds the one, but not the other.
    assert (await second.try_(place.clerk, "merge", body)).status_code == 403
    await second.step(place.city_clerk, "merge", body)


async def test_what_one_may_not_know_of_is_neither_merged_with_nor_shown(place: Place) -> None:
    first = await place.register(divisions=[place.third])
    second = await (await place.register()).transferred()
    assert (await second.try_(place.clerk, "merge", into(first))).status_code == 404

    await second.step(place.city_clerk, "merge", into(first))

    seen = await place.clerk.get(second.path)
    assert first.number not in seen.text
    assert seen.json()["merged_into"] is None
