"""Who may be sent, by whom, and what anybody else is told."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from shared.auth.actor import Role
from tests.integration.tasks.conftest import BEILUN, CIXI, YUYAO, Cast, Person, Stack, Story

Choose = Callable[[Cast], list[Person]]


@pytest.mark.parametrize(
    ("choose", "code"),
    [
        (lambda cast: [cast.cixi_officers[0]], "too_few_officers"),
        (lambda cast: [*cast.cixi_officers], "division_unrepresented"),
        (lambda cast: [cast.cixi_officers[0], cast.beilun_officer], "officers_barred"),
    ],
)
async def test_a_team_that_breaks_a_rule_is_refused(
    story: Story, choose: Choose, code: str
) -> None:
    await story.requested()
    answer = await story.cast.cixi_center.post(
        f"{story.path}/dispatch", story.order(*choose(story.cast)), version=story.version
    )
    assert (answer.status_code, answer.json()["code"]) == (409, code)


async def test_somebody_of_the_place_goes_along(story: Story) -> None:
    await story.requested(divisions=[CIXI], division=YUYAO)
    answer = await story.cast.cixi_center.post(
        f"{story.path}/dispatch", story.order(*story.cast.cixi_officers), version=story.version
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "nobody_of_the_place")


async def test_the_recused_stay_at_home_and_the_reason_is_told(story: Story) -> None:
    cast = story.cast
    await story.requested()
    recused = cast.yuyao_officers[0]
    file = await cast.yuyao_head.get(f"/officers/{cast.officer_id(recused)}", at="regions")
    declared = await recused.post(
        f"/officers/{cast.officer_id(recused)}/interests",
        {"object_name": story.task["object_name"], "relation": "亲属任职"},
        version=file.json()["version"],
        at="regions",
    )
    assert declared.status_code in (200, 201), declared.text

    order = story.order(cast.cixi_officers[0], recused)
    answer = await cast.cixi_center.post(f"{story.path}/dispatch", order, version=story.version)
    assert answer.json()["code"] == "officers_barred"
    assert "余姚甲: recused" in answer.json()["detail"]
    period = {key: order[key] for key in ("starts_at", "ends_at")}
    shown = await cast.cixi_center.get(f"{story.path}/candidates", params=period)
    barred = {each["name"]: each["barred_by"] for each in shown.json() if each["barred_by"]}
    assert barred == {"余姚甲": ["recused"]}


async def test_nobody_is_sent_to_two_places_at_a_time(story: Story) -> None:
    await story.accepted()
    other = await Story(story.stack, story.cast, story.starts_at).requested()
    answer = await story.cast.cixi_center.post(
        f"{other.path}/dispatch",
        other.order(story.cast.cixi_officers[0], story.cast.yuyao_officers[2]),
        version=other.version,
    )
    assert answer.json()["code"] == "officers_barred"
    assert "慈溪甲: booked" in answer.json()["detail"]


async def test_of_two_dispatches_at_once_one_counts_and_its_officers_are_held(story: Story) -> None:
    cast = story.cast
    await story.requested()
    teams = [
        (cast.cixi_officers[0], cast.yuyao_officers[0]),
        cast.cixi_officers[1:] + cast.yuyao_officers[1:2],
    ]
    answers = await asyncio.gather(
        *(
            who.post(f"{story.path}/dispatch", story.order(*team), version=story.version)
            for who, team in zip((cast.cixi_center, cast.cixi_head), teams, strict=True)
        )
    )
    assert [each.status_code for each in answers].count(200) == 1
    sent = (await cast.city_center.get(story.path)).json()["team"]["members"]
    held = [
        each["officer_id"]
        for each in (await booked(cast, [*cast.cixi_officers, *cast.yuyao_officers]))
        if story.task["id"] in each["tasks"]
    ]
    assert sorted(held) == sorted(each["officer_id"] for each in sent)


async def test_whom_the_operation_holds_goes_on_the_task_that_came_from_it(story: Story) -> None:
    """And nobody else's hold stands aside for it."""
    cast = story.cast
    await story.of_an_operation()
    team = [cast.cixi_officers[0], cast.yuyao_officers[0]]
    order = story.order(*team)
    hold = {
        "task_id": story.task["origin_id"],
        "officer_ids": order["officer_ids"],
        "starts_at": order["starts_at"],
        "ends_at": order["ends_at"],
    }
    held = await cast.cixi_head.post("/officers/bookings", hold, at="regions")
    assert held.status_code == 200, held.text
    other = await Story(story.stack, cast, story.starts_at).requested()
    answer = await cast.cixi_center.post(f"{other.path}/dispatch", order, version=other.version)
    assert answer.json()["code"] == "officers_barred"

    period = {key: order[key] for key in ("starts_at", "ends_at")}
    shown = await cast.cixi_center.get(f"{story.path}/candidates", params=period)
    barred = {each["officer_id"]: each["barred_by"] for each in shown.json()}
    assert [barred[each] for each in order["officer_ids"]] == [[], []]
    await story.step(cast.cixi_center, "dispatch", order)

    for each in await booked(cast, team):
        assert story.task["id"] in each["tasks"]
        assert story.task["origin_id"] not in each["tasks"]


async def booked(cast: Cast, people: list[Person]) -> list[dict[str, Any]]:
    """Each officer's open bookings, as `regions` tells the command centre of the city."""
    files = []
    for person in people:
        officer_id = cast.officer_id(person)
        file = (await cast.city_center.get(f"/officers/{officer_id}", at="regions")).json()
        tasks = [each["task_id"] for each in file["bookings"]]
        files.append({"officer_id": officer_id, "tasks": tasks})
    return files


async def test_only_those_in_charge_dispatch(stack: Stack, story: Story) -> None:
    await story.requested()
    cast = story.cast
    order = story.order(cast.cixi_officers[0], cast.yuyao_officers[0])
    stranger = await stack.a_person("北仑指挥中心", (Role.COMMAND_CENTER, BEILUN))
    for who, status in (
        (cast.cixi_officers[0], 403),  # not in command
        (cast.clerk, 403),
        (cast.yuyao_head, 403),  # a party, but not the one in charge
        (stranger, 404),  # knows nothing of it
    ):
        answer = await who.post(f"{story.path}/dispatch", order, version=story.version)
        assert answer.status_code == status, answer.text
    assert (await stranger.get(story.path)).status_code == 404
    assert (await cast.yuyao_head.get(story.path)).json()["actions"] == []
    assert (await cast.cixi_head.get(story.path)).json()["actions"] == [
        "dispatch",
        "hand_over",
        "seal",
        "withdraw",
    ]


async def test_only_members_of_the_team_answer_for_it(story: Story) -> None:
    cast = story.cast
    await story.requested()
    await story.step(
        cast.cixi_center, "dispatch", story.order(cast.cixi_officers[0], cast.yuyao_officers[0])
    )
    for who in (cast.cixi_officers[1], cast.yuyao_officers[1]):
        answer = await who.post(f"{story.path}/accept", version=story.version)
        assert (answer.status_code, answer.json()["code"]) == (403, "not_of_the_team")
    assert (await cast.beilun_officer.post(f"{story.path}/accept", version=1)).status_code == 404
    assert (await cast.cixi_head.post(f"{story.path}/accept", version=1)).status_code == 403


async def test_a_stale_or_missing_version_changes_nothing(story: Story) -> None:
    await story.accepted()
    leader = story.cast.cixi_officers[0]
    reason = {"reason": "x"}
    stale = await leader.post(f"{story.path}/return", reason, version=story.version - 1)
    missing = await leader.post(f"{story.path}/return", reason)
    assert (stale.status_code, missing.status_code) == (412, 428)
    assert (await leader.get(story.path)).json()["state"] == "accepted"


async def test_the_worklist_is_paged_by_due_day_and_shows_ones_own(story: Story) -> None:
    cast = story.cast
    await story.accepted()
    for _ in range(3):
        await Story(story.stack, cast, story.starts_at).requested()
    seen, cursor = [], None
    while True:
        page = (
            await cast.cixi_center.get(
                "/tasks", params={"limit": 2} | ({"cursor": cursor} if cursor else {})
            )
        ).json()
        seen += [(each["due_on"], each["id"]) for each in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == sorted(set(seen))
    mine = (await cast.cixi_officers[0].get("/tasks", params={"mine": True, "limit": 200})).json()
    assert story.task["id"] in {each["id"] for each in mine["items"]}
    theirs = (await cast.yuyao_officers[2].get("/tasks", params={"mine": True})).json()
    assert story.task["id"] not in {each["id"] for each in theirs["items"]}
    assert (await cast.beilun_officer.get("/tasks")).json()["items"] == []


@pytest.mark.parametrize(
    "query", ["limit=-1", "limit=100000000000000000000", "cursor=AAAA", "division=1", "state=lost"]
)
async def test_a_wrong_question_is_refused(cast: Cast, query: str) -> None:
    answer = await cast.cixi_center.get(f"/tasks?{query}")
    assert answer.status_code in (400, 422), answer.text
