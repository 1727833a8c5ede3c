"""Registering: what is refused, what is numbered, and what anonymous means."""

import asyncio
from datetime import timedelta

import pytest

from tests.integration.petitions.conftest import PHONE, Place

FILED = {"reason": "匿名件无法回访"}


@pytest.mark.parametrize("field", ["office", "divisions"])
async def test_an_unknown_division_is_refused(place: Place, field: str) -> None:
    nowhere = place.city[:2] + "0299"
    unknown = nowhere if field == "office" else [nowhere]
    province = place.city[:2] + "0000"
    province_clerk = place.service.caller(*((g.role, province) for g in place.city_clerk.grants))

    answer = await place.try_register(province_clerk, **{field: unknown})

    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_division")


async def test_nothing_was_received_in_the_future(place: Place) -> None:
    later = (place.time.now + timedelta(seconds=1)).isoformat()

    answer = await place.try_register(received_at=later)

    assert (answer.status_code, answer.json()["code"]) == (422, "received_in_future")


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"received_at": "2026-03-02T08:00:00"}, "/received_at"),
        ({"media": []}, "/media"),
        ({"media": ["noise", "love"]}, "/media/1"),
        ({"title": " "}, "/title"),
        ({"title": "a\0b"}, "/title"),
        ({"number": "1"}, "/number"),
    ],
)
async def test_a_wrong_field_is_named(
    place: Place, changes: dict[str, object], pointer: str
) -> None:
    answer = await place.try_register(**changes)

    assert answer.status_code == 422
    assert [each["pointer"] for each in answer.json()["errors"]] == [pointer]


async def test_shares_must_name_the_divisions_and_make_one(place: Place) -> None:
    both = [place.county, place.neighbour]
    for shares in (
        {place.county: "1/1"},
        {place.county: "1/2", place.neighbour: "1/3"},
        {place.county: "1/0", place.neighbour: "0/1"},
    ):
        assert (await place.try_register(divisions=both, division_shares=shares)).status_code == 422

    said = {place.county: "1/3", place.neighbour: "2/3"}
    case = await place.register(divisions=both, division_shares=said)
    assert (await case.read(place.city_clerk))["shares"] == said


async def test_an_id_number_with_a_wrong_check_digit_is_refused_and_leaves_no_gap(
    place: Place,
) -> None:
    first = await place.register()
    petitioner = {"name": "王小明", "id_number": "110105194912310021"}

    answer = await place.try_register(petitioner=petitioner)
    second = await place.register()

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_id_number")
    assert serial(second.number) == serial(first.number) + 1


def serial(number: str) -> int:
    return int(number.rpartition("-")[2])


async def test_parallel_registrations_get_numbers_without_gap_or_double(place: Place) -> None:
    cases = await asyncio.gather(*(place.register() for _ in range(20)))

    assert sorted(serial(each.number) for each in cases) == list(range(1, 21))


async def test_a_title_that_grows_by_redaction_is_kept_within_bounds(place: Place) -> None:
    case = await place.register(title="王五" * 100, petitioner={"name": "王五"})

    assert "王五" not in (await case.read(place.leader))["title"]


async def test_a_platforms_number_comes_once(place: Place) -> None:
    own = {"source": "12345", "outside_number": f"NB-{place.city}"}
    await place.register(**own)

    again = await place.try_register(**own)

    assert again.status_code == 409


async def test_a_county_does_not_register_for_its_city(place: Place) -> None:
    assert (await place.try_register(place.clerk)).status_code == 403


async def test_an_anonymous_petition_has_no_entry_in_the_vault(place: Place) -> None:
    case = await place.register(petitioner=None)
    [row] = await place.service.sql("SELECT * FROM petition WHERE id = $1", case.id)

    assert (row["anonymous"], row["petitioner_id"], row["petitioner_tokens"]) == (True, None, [])
    seen = await case.read(place.city_clerk)
    assert (seen["anonymous"], seen["petitioner"]) == (True, None)
    body = {"fields": ["name"], "reason": "核实"}
    assert (await place.city_clerk.post(f"{case.path}/reveal", body)).status_code == 404


async def test_an_anonymous_petition_is_filed_because_nobody_can_be_called(place: Place) -> None:
    case = await (await place.register(petitioner=None)).replied()
    call = await case.try_(place.city_clerk, "callbacks", {"result": "satisfied", "solved": "yes"})
    assert (call.status_code, call.json()["code"]) == (409, "nobody_to_call")

    await case.step(place.clerk, "file", FILED)

    assert await case.state() == "closed"


async def test_who_can_be_called_is_not_filed_away(place: Place) -> None:
    case = await (await place.register()).replied()

    answer = await case.try_(place.clerk, "file", FILED)

    assert (answer.status_code, answer.json()["code"]) == (409, "callback_required")


async def test_a_repeat_is_found_by_the_person_and_confirmed_by_a_clerk(place: Place) -> None:
    first = await place.register(body="夜里有酸味")
    spelled = {"name": "欧阳", "phone": f"+86 {PHONE[:3]} {PHONE[3:7]} {PHONE[7:]}"}
    second = await place.register(petitioner=spelled)
    path = f"{second.path}/repeat-candidates"
    found = (await place.city_clerk.get(path)).json()
    assert str(first.id) in [each["petition_id"] for each in found]

    link = await second.try_(place.city_clerk, "confirm-repeat", {"root_id": str(first.id)})
    assert (link.status_code, link.json()["position"]) == (200, 2)
    again = await second.try_(place.city_clerk, "confirm-repeat", {"root_id": str(first.id)})
    assert again.status_code == 409
    third = await place.register(petitioner=spelled)
    joined = await third.try_(place.city_clerk, "confirm-repeat", {"root_id": str(second.id)})
    assert (joined.json()["root_id"], joined.json()["position"]) == (str(first.id), 3)


@pytest.mark.parametrize("which", ["itself", "stranger"])
async def test_neither_itself_nor_anothers_petition_is_repeated(place: Place, which: str) -> None:
    case = await place.register()
    other = await place.register(petitioner={"name": "李雷", "phone": "13700001111"})
    root = case.id if which == "itself" else other.id

    answer = await case.try_(place.city_clerk, "confirm-repeat", {"root_id": str(root)})

    codes = {"itself": "repeat_of_itself", "stranger": "not_the_same_person"}
    assert (answer.status_code, answer.json()["code"]) == (409, codes[which])
