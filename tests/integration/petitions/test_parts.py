"""A matter of two counties: one coordinating item, a part for each, one answer."""

from typing import Any, Final

import pytest

from tests.integration.petitions.conftest import Case, Place
from tests.support.services import eventually

NOTICE: Final = {"notice": "已受理"}
REPLY: Final = {"outcome": "explained", "opinion": "已整改", "legal_basis": "大气污染防治法"}
GOOD: Final = {"result": "satisfied", "solved": "yes"}


async def answered(part: Case, clerk: str, officer: str) -> Case:
    """The part's own county accepts, begins and answers."""
    place = part.place
    await part.step(getattr(place, clerk), "accept", NOTICE)
    await part.step(getattr(place, officer), "start")
    return await part.step(getattr(place, officer), "reply", REPLY)


async def both_answered(case: Case) -> None:
    await answered(await case.part(case.place.county), "clerk", "officer")
    await answered(await case.part(case.place.neighbour), "other_clerk", "other_officer")


async def test_a_matter_of_two_counties_opens_a_part_for_each(place: Place) -> None:
    case = await place.shared()

    whole = await case.read(place.city_clerk)
    assert whole["shares"] == {place.county: "1/2", place.neighbour: "1/2"}
    assert whole["parent_id"] is None
    assert [(each["number"], each["holder"], each["state"]) for each in whole["parts"]] == [
        (f"{case.number}-1", place.county, "transferred"),
        (f"{case.number}-2", place.neighbour, "transferred"),
    ]
    part = await case.part(place.neighbour)
    seen = await part.read(place.other_clerk)
    assert (seen["parent_id"], seen["office"], seen["holder"]) == (
        str(case.id),
        place.city,
        place.neighbour,
    )
    assert (seen["divisions"], seen["shares"]) == ([place.neighbour], {place.neighbour: "1"})
    assert await part.clocks() == {
        "notice": ["running"],
        "objection": ["running"],
        "acceptance": ["running"],
    }
    assert {line["step"] for line in seen["history"]} == {"transfer"}


async def test_a_matter_of_one_county_has_no_parts(place: Place) -> None:
    case = await place.register()

    assert (await case.read(place.city_clerk))["parts"] == []
    assert (await place.city_clerk.get(f"{case.path}/parts")).json() == []


async def test_an_accusation_about_two_counties_opens_no_part_at_the_accused(place: Place) -> None:
    case = await place.shared(track="accusation_transfer", purpose="accusation")

    assert (await case.read(place.city_clerk))["parts"] == []


async def test_a_part_is_marked_in_its_countys_list_and_seen_by_nobody_elses(place: Place) -> None:
    case = await place.shared()
    mine = await case.part(place.county)

    listed = (await place.clerk.get("/petitions")).json()["items"]
    assert {(each["number"], each["parent_id"]) for each in listed} == {
        (case.number, None),
        (mine.number, str(case.id)),
    }
    assert (await place.other_clerk.get(mine.path)).status_code == 404
    parts = (await place.other_clerk.get(f"{case.path}/parts")).json()
    assert [each["holder"] for each in parts] == [place.neighbour]


async def test_the_petitioner_can_be_read_at_each_part_under_the_same_rules(place: Place) -> None:
    case = await place.shared()
    body = {"fields": ["name"], "reason": "联系"}
    mine = await case.part(place.county)

    assert (await place.clerk.post(f"{mine.path}/reveal", body)).status_code == 200
    assert (await place.other_clerk.post(f"{case.path}/reveal", body)).status_code == 403


async def test_the_first_reply_waits_for_every_part_and_names_those_it_waits_for(
    place: Place,
) -> None:
    case = await (await place.shared()).in_progress()
    first = await answered(await case.part(place.county), "clerk", "officer")

    answer = await case.try_(place.officer, "reply", REPLY)

    assert (answer.status_code, answer.json()["code"]) == (409, "parts_unanswered")
    assert f"{case.number}-2" in answer.json()["detail"]
    assert first.number not in answer.json()["detail"]
    assert await case.state() == "in_progress"

    await answered(await case.part(place.neighbour), "other_clerk", "other_officer")
    await case.step(place.officer, "reply", REPLY)
    seen = await case.read(place.city_clerk)
    assert (seen["state"], seen["partial"]) == ("replied", False)


async def test_a_partial_reply_says_so_and_a_refused_part_is_not_waited_for(place: Place) -> None:
    partial = await (await place.shared()).in_progress()
    await partial.step(place.officer, "reply", REPLY | {"partial": True})
    assert (await partial.read(place.city_clerk))["partial"] is True

    case = await (await place.shared()).in_progress()
    refusal = {"ground": "unclear", "notice": "线索不详"}
    await (await case.part(place.county)).step(place.clerk, "refuse", refusal)
    await (await case.part(place.neighbour)).step(place.other_clerk, "refuse", refusal)
    await case.step(place.officer, "reply", REPLY | {"partial": True})
    assert (await case.read(place.city_clerk))["partial"] is False


@pytest.mark.parametrize(
    ("who", "step", "body"),
    [
        ("city_clerk", "callbacks", GOOD),
        ("city_clerk", "file", {"reason": "归档"}),
        ("city_clerk", "merge", {"reason": "同一事项"}),
        ("city_clerk", "confirm-repeat", {}),
    ],
)
async def test_what_concerns_the_whole_is_not_done_to_a_part(
    place: Place, who: str, step: str, body: dict[str, Any]
) -> None:
    case = await place.shared(petitioner=None) if step == "file" else await place.shared()
    other = await place.register()
    part = await answered(await case.part(place.county), "clerk", "officer")
    body |= {"into_id": str(other.id)} if step == "merge" else {}
    body |= {"root_id": str(other.id)} if step == "confirm-repeat" else {}

    answer = await part.try_(getattr(place, who), step, body)

    assert (answer.status_code, answer.json()["code"]) == (409, "part_of_a_matter")
    assert (await part.read(place.city_clerk))["state"] == "replied"


async def test_a_part_is_no_repeat_of_its_matter(place: Place) -> None:
    case = await place.shared()
    again = await place.register()

    found = (await place.city_clerk.get(f"{again.path}/repeat-candidates")).json()
    assert [each["petition_id"] for each in found] == [str(case.id)]
    part = await case.part(place.county)
    own = await place.city_clerk.get(f"{part.path}/repeat-candidates")
    assert [each["petition_id"] for each in own.json()] == [str(again.id)]


async def test_open_parts_end_with_their_matter(place: Place) -> None:
    case = await (await place.shared()).in_progress()
    mine = await answered(await case.part(place.county), "clerk", "officer")
    theirs = await case.part(place.neighbour)
    await theirs.step(place.other_clerk, "accept", NOTICE)
    await case.step(place.officer, "reply", REPLY | {"partial": True})
    await case.call("satisfied", "yes")

    for part in (mine, theirs):

        async def closed(part: Case = part) -> dict[str, Any] | None:
            seen = await part.read(place.city_clerk)
            return seen if seen["state"] == "closed" else None

        seen = await eventually(closed)
        last = seen["history"][-1]
        assert (last["step"], last["actor_name"]) == ("close_part", "system")
        clocks = await part.clocks()
        assert not {"running", "paused"} & {states[-1] for states in clocks.values()}


async def test_a_part_sent_elsewhere_keeps_the_whole_readable_for_the_others(place: Place) -> None:
    case = await (await place.shared()).transferred()
    part = await case.part(place.neighbour)
    await part.step(place.other_clerk, "object", {"reason": "不在本辖区"})
    await part.step(place.city_clerk, "accept-objection", {"reason": "同意"})
    await part.step(place.city_clerk, "transfer", {"unit": place.third})

    body = {"fields": ["name"], "reason": "联系"}
    assert (await place.third_clerk.post(f"{part.path}/reveal", body)).status_code == 200
    assert (await place.clerk.post(f"{case.path}/reveal", body)).status_code == 200
    # Where the matter lies sees its part, whoever handles it.
    assert (await place.other_clerk.get(part.path)).status_code == 200


async def test_a_matter_counts_once_however_many_parts_it_has(place: Place) -> None:
    await place.shared()

    query = {"division": place.city, "first_day": "2026-01-01", "last_day": "2079-12-31"}
    answer = await place.city_clerk.get("/petition-statistics", **query)

    assert answer.json()["rates"][0]["denominator"] == "1"


async def test_a_division_may_switch_its_parts_off(place: Place) -> None:
    await place.service.sql(
        "INSERT INTO rule_setting (name, scope, valid_from, value, basis)"
        " VALUES ('cross_region.children', $1, '2000-01-01', 'false', 'test')",
        place.neighbour,
    )

    async def without() -> bool | None:
        case = await place.shared()
        parts = (await case.read(place.city_clerk))["parts"]
        return [each["holder"] for each in parts] == [place.county] or None

    assert await eventually(without)


async def test_a_failed_registration_leaves_neither_matter_nor_part(place: Place) -> None:
    shares = {place.county: "1/2", place.neighbour: "1/3"}
    both = [place.county, place.neighbour]

    assert (await place.try_register(divisions=both, division_shares=shares)).status_code == 422

    [row] = await place.service.sql("SELECT count(*) FROM petition WHERE office = $1", place.city)
    assert row["count"] == 0
