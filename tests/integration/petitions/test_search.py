"""Searching and filtering the worklist: what is found, what is not, and what may not be probed."""

from typing import Any, Final
from uuid import UUID, uuid4

import pytest

from shared.auth.actor import Role
from tests.integration.petitions.conftest import NAME, PHONE, Case, Place

TEXT: Final = "每天深夜排放 焦糊味,影响休息"


async def listed(place: Place, **query: Any) -> list[UUID]:
    answer = await place.city_clerk.get("/petitions", **query)
    assert answer.status_code == 200, answer.text
    return [UUID(row["id"]) for row in answer.json()["items"]]


async def two(place: Place, /, **changes: Any) -> tuple[Case, Case]:
    """One petition that differs by `changes`, and one that does not."""
    return await place.register(**changes), await place.register(body="楼下油烟")


@pytest.mark.parametrize("q", ["焦糊", "焦糊味", "深夜 焦糊", "排放焦糊味", "  休息 ", "ＡＢＣ厂"])
async def test_words_are_found_in_the_text_whatever_their_width_and_blanks(
    place: Place, q: str
) -> None:
    found, _ = await two(place, body=TEXT, object_name="Abc厂")

    assert await listed(place, q=q) == [found.id]


@pytest.mark.parametrize("q", ["糊焦", "焦糊 油烟", "放焦影响", "味影"])
async def test_what_stands_nowhere_as_it_is_written_is_not_found(place: Place, q: str) -> None:
    await two(place, body=TEXT)

    assert await listed(place, q=q) == []


@pytest.mark.parametrize("where", ["title", "place", "object_name"])
async def test_title_place_and_object_are_searched_too(place: Place, where: str) -> None:
    found, _ = await two(place, **{where: "青石桥旁"})

    assert await listed(place, q="石桥") == [found.id]


async def test_a_search_cannot_ask_for_a_petitioner(place: Place) -> None:
    case = await place.register()

    for q in (NAME, PHONE, "欧阳", "3987650123"):
        assert await listed(place, q=q) == []
    assert await listed(place, q="夜里") == [case.id]


@pytest.mark.parametrize("spelled", ["{}", " {} "])
async def test_a_number_finds_its_petition(place: Place, spelled: str) -> None:
    found, _ = await two(place)

    assert await listed(place, q=spelled.format(found.number)) == [found.id]


async def test_leading_zeros_of_a_number_may_be_left_out(place: Place) -> None:
    found, _ = await two(place)
    office, year, serial = found.number.split("-")

    assert await listed(place, q=f"{office}-{year}-{int(serial)}") == [found.id]


@pytest.mark.parametrize("q", ["味", "焦糊 味"])
async def test_one_character_is_not_searched_for(place: Place, q: str) -> None:
    answer = await place.city_clerk.get("/petitions", q=q)

    assert (answer.status_code, answer.json()["code"]) == (422, "search_too_short")


CHOICES: Final = (
    ("channel", "letter", {"channel": "letter"}),
    ("medium", "noise", {"media": ["water", "noise"]}),
    ("urgency", "major_urgent", {"urgency": "major_urgent"}),
    ("track", "suggestion_reply", {"purpose": "suggestion", "track": "suggestion_reply"}),
    ("industry", "C33", {"industry": "C3360"}),
    ("object", "盛大 电镀厂", {"object_name": "盛大表面处理有限公司"}),
)


@pytest.mark.parametrize(
    ("name", "value", "changes"), CHOICES, ids=[choice[0] for choice in CHOICES]
)
async def test_a_filter_keeps_what_it_names(
    place: Place, name: str, value: str, changes: dict[str, Any]
) -> None:
    found, _ = await two(place, **changes)

    assert await listed(place, **{name: value}) == [found.id]


async def test_a_county_is_where_the_matter_lies_and_a_city_all_of_its(place: Place) -> None:
    shared, own = await place.shared(), await place.register()

    mine, theirs = await shared.part(place.county), await shared.part(place.neighbour)
    assert set(await listed(place, county=place.neighbour)) == {shared.id, theirs.id}
    assert set(await listed(place, county=place.county)) == {own.id, shared.id, mine.id}
    everything = {own.id, shared.id, mine.id, theirs.id}
    assert set(await listed(place, county=place.city)) == everything
    assert await listed(place, county=place.third) == []


async def test_days_of_receipt_are_both_included(place: Place) -> None:
    early = await place.register(received_at="2026-02-10T00:00:00+08:00")
    late = await place.register(received_at="2026-02-11T23:59:59+08:00")

    assert await listed(place, received_from="2026-02-10", received_to="2026-02-11") == [
        late.id,
        early.id,
    ]
    assert await listed(place, received_from="2026-02-11") == [late.id]
    assert await listed(place, received_to="2026-02-10") == [early.id]


async def test_state_and_handler_follow_the_work(place: Place) -> None:
    case, other = await two(place)
    await case.in_progress()

    assert await listed(place, state="in_progress") == [case.id]
    assert await listed(place, handler=str(place.officer.id)) == [case.id]
    assert await listed(place, state=["in_progress", "registered"]) == [other.id, case.id]
    mine = await place.officer.get("/petitions", handler="me")
    assert [row["id"] for row in mine.json()["items"]] == [str(case.id)]


async def test_overdue_is_what_a_running_clock_says(place: Place) -> None:
    case = await place.register(received_at="2026-01-05T09:00:00+08:00")
    fresh = await place.register()

    assert await listed(place, overdue=True) == [case.id]
    assert await listed(place, overdue=False) == [fresh.id]


async def test_repeats_are_told_from_first_items(place: Place) -> None:
    first = await place.register()
    second = await place.register()
    await second.try_(place.city_clerk, "confirm-repeat", {"root_id": str(first.id)})

    assert await listed(place, repeat=True) == [second.id]
    assert await listed(place, repeat=False) == [first.id]


async def test_parts_and_their_coordinating_item_find_each_other(place: Place) -> None:
    whole, part = await two(place)
    await place.service.sql("UPDATE petition SET parent_id = $1 WHERE id = $2", whole.id, part.id)

    assert await listed(place, parent_id=str(whole.id)) == [part.id]
    assert await listed(place, coordinating=True) == [whole.id]
    assert await listed(place, coordinating=False) == [part.id]


async def test_a_batch_is_found_again(place: Place) -> None:
    batch, (case, _) = uuid4(), await two(place)
    await place.service.sql("UPDATE petition SET import_id = $1 WHERE id = $2", batch, case.id)

    assert await listed(place, import_id=str(batch)) == [case.id]


async def test_filters_hold_together_and_through_the_pages(place: Place) -> None:
    found = [await place.register(body=TEXT, channel="letter") for _ in range(3)]
    await two(place, body=TEXT)
    query = {"q": "焦糊味", "channel": "letter", "limit": 2}

    first = (await place.city_clerk.get("/petitions", **query)).json()
    second = (await place.city_clerk.get("/petitions", **query, cursor=first["next"])).json()

    ids = [UUID(row["id"]) for page in (first, second) for row in page["items"]]
    assert ids == [case.id for case in reversed(found)]
    assert second["next"] is None
    other = await place.city_clerk.get("/petitions", **query | {"q": "深夜"}, cursor=first["next"])
    assert other.json()["code"] == "invalid_cursor"


async def test_a_filter_shows_nothing_that_is_anothers(place: Place) -> None:
    await place.register(body=TEXT)
    stranger = place.person(Role.PETITION_CLERK, place.third)

    answer = await stranger.get("/petitions", q="焦糊", county=place.county)

    assert (answer.status_code, answer.json()["items"]) == (200, [])


@pytest.mark.parametrize(
    "query",
    [
        {"state": "lost"},
        {"received_from": "0001-01-01"},
        {"received_to": "9999-12-31"},
        {"handler": "you"},
        {"industry": "电镀"},
        {"county": "33"},
        {"q": "x" * 101},
    ],
)
async def test_a_filter_that_means_nothing_is_refused(place: Place, query: dict[str, str]) -> None:
    assert (await place.city_clerk.get("/petitions", **query)).status_code == 422
