"""Repeats over HTTP: what is found for whom, and what a clerk may confirm and take back."""

import asyncio
from datetime import timedelta
from typing import Any, Final
from uuid import uuid4

import pytest

from shared.auth.actor import Role
from shared.rule_settings import KEEP_S
from tests.integration.petitions.conftest import NAME, PHONE, Case, Place

NAMED: Final = {
    "title": "夜间气味",
    "body": "临港镇盛泰塑胶制品厂每晚排放刺鼻的焦糊味,锦绣小区的住户不敢开窗。",
    "place": "临港镇",
    "object_name": "盛泰塑胶制品厂",
}
# The same matter by somebody else, in other words and without a name in the field.
RETOLD: Final = {
    "title": "又臭了",
    "body": "住在锦绣小区,一到夜里就闻到烧塑料的臭味,就是旁边那个盛泰厂放的。",
    "place": "锦绣小区",
    "object_name": None,
}
# The same letter about another firm.
DECOY: Final = {
    "title": "夜间气味",
    "body": "沙河镇金河塑胶制品厂每晚排放刺鼻的焦糊味,桂园小区的住户不敢开窗。",
    "place": "沙河镇",
    "object_name": "金河塑胶制品厂",
}


def somebody() -> dict[str, str]:
    return {"name": "李雷", "phone": f"137{uuid4().int % 10**8:08d}"}


async def register(place: Place, facts: dict[str, Any], /, **changes: Any) -> Case:
    return await place.register(**{"petitioner": somebody(), **facts, **changes})


async def candidates(case: Case) -> list[dict[str, Any]]:
    answer = await case.place.city_clerk.get(f"{case.path}/repeat-candidates")
    assert answer.status_code == 200, answer.text
    return list(answer.json())


async def found(case: Case) -> list[str]:
    return [each["petition_id"] for each in await candidates(case)]


async def border(place: Place) -> None:
    await place.service.sql(
        "INSERT INTO reference_border VALUES ($1, $2, 3.5)", place.county, place.neighbour
    )


async def test_the_same_target_is_found_without_a_person_and_above_a_copied_letter(
    place: Place,
) -> None:
    first, decoy = await register(place, NAMED), await register(place, DECOY)
    second = await register(place, RETOLD)

    [best, *others] = await candidates(second)

    assert (best["petition_id"], best["rank"]) == (str(first.id), 1)
    assert best["score"] > max((each["score"] for each in others), default=0)
    assert best["petition_id"] != str(decoy.id)
    assert {"other_person", "same_object", "same_county", "shared_medium", "same_place"} <= {
        *best["grounds"]
    }
    told = {each["ground"]: each for each in best["reasons"]}
    assert told["same_object"]["zh"] == "同一对象:盛泰"
    assert told["same_county"]["en"] == f"The same county: 区划{place.county}"
    assert not best["confirmable"]


async def test_at_most_five_are_named_in_the_order_of_their_score(place: Place) -> None:
    for _ in range(7):
        await register(place, NAMED)

    ranked = await candidates(await register(place, NAMED))

    assert [each["rank"] for each in ranked] == [1, 2, 3, 4, 5]
    assert [each["score"] for each in ranked] == sorted(
        (each["score"] for each in ranked), reverse=True
    )


async def test_a_candidate_tells_nothing_of_a_petitioner(place: Place) -> None:
    await place.register(object_name="盛泰厂")

    [candidate] = await candidates(await place.register(object_name="盛泰厂"))

    assert NAME not in str(candidate)
    assert PHONE not in str(candidate)
    assert "same_person" in candidate["grounds"]
    assert candidate["confirmable"]


@pytest.mark.parametrize(
    ("changes", "there"),
    [
        ({}, True),
        ({"media": ["noise", "air"]}, True),
        ({"media": ["noise"]}, False),
        ({"received_at": "2025-03-03T09:00:00+08:00"}, True),
        ({"received_at": "2025-03-01T09:00:00+08:00"}, False),
    ],
    ids=["same", "shared type", "other type", "within a year", "a year ago"],
)
async def test_kind_and_time_bound_what_is_looked_at(
    place: Place, changes: dict[str, Any], *, there: bool
) -> None:
    first = await register(place, NAMED, **{"received_at": "2026-03-01T09:00:00+08:00", **changes})
    second = await register(place, RETOLD, received_at="2026-03-02T08:00:00+08:00")

    assert (str(first.id) in await found(second)) is there


async def test_a_neighbour_county_counts_only_where_the_border_is_known(place: Place) -> None:
    first = await register(place, NAMED, divisions=[place.neighbour])
    second = await register(place, RETOLD)
    assert await found(second) == []

    await border(place)

    [candidate] = await candidates(second)
    assert candidate["petition_id"] == str(first.id)
    assert "bordering_county" in candidate["grounds"]


async def test_each_division_of_a_shared_matter_counts(place: Place) -> None:
    first = await register(place, NAMED, divisions=[place.third, place.neighbour])
    second = await register(place, RETOLD, divisions=[place.county, place.neighbour])

    assert await found(second) == [str(first.id)]


async def test_neither_parts_nor_itself_nor_later_items_are_candidates(place: Place) -> None:
    whole, part = await register(place, NAMED), await register(place, NAMED)
    # By the day it is: other tests may have let years pass.
    day, month = (place.time.now - timedelta(days=each) for each in (1, 30))
    later = await register(place, NAMED, received_at=day.isoformat())
    early = await register(place, NAMED, received_at=month.isoformat())
    await place.service.sql("UPDATE petition SET parent_id = $1 WHERE id = $2", whole.id, part.id)

    assert await found(whole) == [str(later.id), str(early.id)]
    assert await found(part) == [str(later.id), str(early.id)]
    assert await found(early) == []


async def test_a_point_near_by_is_found_though_nobody_is_named(place: Place) -> None:
    nameless = {"title": "臭", "body": "夜里很臭", "place": "村口", "object_name": None}
    near = await register(place, nameless, longitude=121.15, latitude=30.04)
    far = await register(place, nameless, longitude=121.16, latitude=30.04)
    asked = await register(place, nameless, body="半夜里灰很大", longitude=121.1525, latitude=30.04)

    told = {each["petition_id"]: each["reasons"] for each in await candidates(asked)}
    assert "地点相距约241米" in [each["zh"] for each in told[str(near.id)]]
    assert "near" not in [each["ground"] for each in told.get(str(far.id), [])]
    half = await place.try_register(longitude=121.1)
    assert half.status_code == 422


async def test_an_officer_is_not_shown_candidates_and_a_stranger_no_petition(place: Place) -> None:
    case = await register(place, NAMED)
    stranger = place.person(Role.PETITION_CLERK, place.third)

    assert (await place.officer.get(f"{case.path}/repeat-candidates")).status_code == 403
    assert (await stranger.get(f"{case.path}/repeat-candidates")).status_code == 404


def typed(place: Place, **changes: Any) -> dict[str, Any]:
    return {"office": place.city, "divisions": [place.county], "media": ["air"]} | changes


async def test_while_typing_candidates_are_told_and_nothing_is_kept(place: Place) -> None:
    first = await register(place, NAMED)
    body = typed(place, body=RETOLD["body"])

    answer = await place.city_clerk.post("/petitions/repeat-candidates", body, key="")

    assert answer.status_code == 200, answer.text
    assert [each["petition_id"] for each in answer.json()] == [str(first.id)]
    rows = await place.service.sql("SELECT id FROM petition WHERE office = $1", place.city)
    assert [row["id"] for row in rows] == [first.id]


async def test_while_typing_nobody_can_try_a_phone_number(place: Place) -> None:
    body = typed(place, petitioner={"name": NAME, "phone": PHONE})

    answer = await place.city_clerk.post("/petitions/repeat-candidates", body, key="")

    assert answer.status_code == 422


async def test_only_who_registers_for_the_office_asks_while_typing(place: Place) -> None:
    body = typed(place, body="夜里臭")

    assert (await place.officer.post("/petitions/repeat-candidates", body)).status_code == 403
    assert (await place.other_clerk.post("/petitions/repeat-candidates", body)).status_code == 403
    unknown = typed(place, divisions=["999999"])
    answer = await place.city_clerk.post("/petitions/repeat-candidates", unknown)
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_division")


async def confirm(case: Case, root: Case) -> dict[str, Any]:
    answer = await case.try_(case.place.city_clerk, "confirm-repeat", {"root_id": str(root.id)})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def matter(case: Case) -> list[tuple[str, int]]:
    answer = await case.place.city_clerk.get(f"{case.path}/repeats")
    return [(each["petition_id"], each["position"]) for each in answer.json()]


async def three_of_one(place: Place) -> list[Case]:
    """A first item with three repeats, confirmed in order."""
    cases = [await place.register() for _ in range(4)]
    for case in cases[1:]:
        await confirm(case, cases[0])
    return cases


async def test_a_link_keeps_by_what_it_was_confirmed(place: Place) -> None:
    first, second = await place.register(), await place.register()

    link = await confirm(second, first)

    assert (link["basis"], link["position"]) == ("person", 2)
    assert {"same_person", "same_county", "shared_medium"} <= {*link["grounds"]}


async def count_by_object(place: Place) -> None:
    await place.service.sql(
        "INSERT INTO rule_setting (name, scope, valid_from, value, basis)"
        " VALUES ('repeats.basis', $1, '2020-01-01', '\"object\"', 'test')",
        place.city[:4],
    )
    await asyncio.sleep(KEEP_S + 0.1)


async def test_counted_by_object_another_voice_repeats_and_another_object_does_not(
    place: Place,
) -> None:
    await count_by_object(place)
    first, decoy = await register(place, NAMED), await register(place, DECOY)
    second = await register(place, RETOLD)

    [candidate, *_] = await candidates(second)
    assert candidate["confirmable"]
    refused = await second.try_(place.city_clerk, "confirm-repeat", {"root_id": str(decoy.id)})
    assert (refused.status_code, refused.json()["code"]) == (409, "not_the_same_object")
    assert (await confirm(second, first))["basis"] == "object"


async def test_unsigned_accusations_of_one_party_may_be_confirmed(place: Place) -> None:
    unsigned = {"petitioner": None, "purpose": "accusation"}
    first = await register(place, NAMED, **unsigned)
    second = await register(place, RETOLD, **unsigned)

    [candidate] = await candidates(second)
    assert candidate["confirmable"]
    assert "same_accused" in (await confirm(second, first))["grounds"]


async def test_a_wrong_repeat_is_taken_back_and_the_later_move_up(place: Place) -> None:
    first, second, third, fourth = await three_of_one(place)

    answer = await second.try_(place.city_clerk, "revoke-repeat", {"reason": "另一件事"})

    assert (answer.status_code, answer.content) == (204, b"")
    assert await matter(first) == [(str(third.id), 2), (str(fourth.id), 3)]
    assert await matter(second) == []
    assert (await confirm(second, first))["position"] == 4


async def test_taking_back_is_traced_without_the_petitioner_and_told(place: Place) -> None:
    _, second, *_ = await three_of_one(place)

    await second.try_(place.city_clerk, "revoke-repeat", {"reason": f"{NAME}来电说不是一件事"})

    [row] = await place.service.sql(
        "SELECT reason FROM audit WHERE action = 'petition.revoke_repeat' AND object_id = $1",
        str(second.id),
    )
    assert "不是一件事" in row["reason"]
    assert NAME not in row["reason"]
    events = await place.service.sql(
        "SELECT data FROM outbox_event WHERE topic = 'petitions.repeat.revoked.v1'"
    )
    assert any(str(second.id) in str(event["data"]) for event in events)


async def test_a_note_is_kept_without_the_petitioner(place: Place) -> None:
    first, second = await place.register(), await place.register()

    body = {"root_id": str(first.id), "note": f"{NAME}说同一件事"}
    link = (await second.try_(place.city_clerk, "confirm-repeat", body)).json()

    assert NAME not in link["note"]
    assert "同一件事" in link["note"]


@pytest.mark.parametrize("step", ["confirm-repeat", "revoke-repeat"])
async def test_who_may_not_or_comes_late_changes_nothing(place: Place, step: str) -> None:
    first, second = await place.register(), await place.register()
    body: dict[str, Any] = {"root_id": str(first.id)}
    if step == "revoke-repeat":
        await confirm(second, first)
        body = {"reason": "误认"}
    before = await matter(first)
    path = f"{second.path}/{step}"

    assert (await place.officer.post(path, body, version=1)).status_code == 403
    stranger = place.person(Role.PETITION_CLERK, place.third)
    assert (await stranger.post(path, body, version=1)).status_code == 404
    assert (await place.city_clerk.post(path, body)).status_code == 428
    assert (await place.city_clerk.post(path, body, version=9)).status_code == 412
    assert (await place.city_clerk.post(path, body, version=1, key="")).status_code == 400
    assert await matter(first) == before


async def test_a_retried_revocation_happens_once(place: Place) -> None:
    first, second, third, _ = await three_of_one(place)
    key, body = uuid4().hex, {"reason": "误认"}
    path = f"{second.path}/revoke-repeat"

    for _ in range(2):
        answer = await place.city_clerk.post(path, body, version=1, key=key)
        assert answer.status_code == 204

    assert (await matter(first))[0] == (str(third.id), 2)
    again = await place.city_clerk.post(path, body, version=1)
    assert (again.status_code, again.json()["code"]) == (409, "not_a_repeat")


async def test_what_cannot_be_a_repeat_is_refused_by_name(place: Place) -> None:
    first, second, _, _ = await three_of_one(place)
    early = await place.register(received_at="2026-02-02T08:00:00+08:00")
    part = await place.register()
    await place.service.sql("UPDATE petition SET parent_id = $1 WHERE id = $2", early.id, part.id)

    async def code(case: Case, root: Case) -> str:
        body = {"root_id": str(root.id)}
        answer = await case.try_(place.city_clerk, "confirm-repeat", body)
        assert answer.status_code == 409, answer.text
        return str(answer.json()["code"])

    assert await code(second, first) == "already_a_repeat"
    assert await code(first, early) == "has_repeats"
    assert await code(early, first) == "repeat_not_later"
    assert await code(part, first) == "part_of_a_matter"


async def test_two_confirmed_at_once_get_two_positions(place: Place) -> None:
    first, *others = [await place.register() for _ in range(5)]

    await asyncio.gather(*(confirm(case, first) for case in others))

    assert sorted(position for _, position in await matter(first)) == [2, 3, 4, 5]
