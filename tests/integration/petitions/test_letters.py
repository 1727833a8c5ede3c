"""Letters an inspection assigned (督察交办): 46 of them, due, closed, looked back at twice."""

import asyncio
from datetime import date, timedelta
from typing import Any, Final

import pytest

from shared.auth.actor import Role
from shared.clocks.days import legal_day
from tests.integration.petitions.conftest import CANARIES, NAME, PHONE, Place
from tests.support.services import Caller

NOTE: Final = "原文为“46前完成结案”,按46件计"
ANSWER: Final = {"text": "已停产整改并处罚", "pace": "completed"}
CLOSE: Final = {"reason": "已现场核实"}
LOOK: Final = {"round": 1, "found": "solved", "findings": "现场无异味"}
PATH: Final = "/inspection-letters"


def a_letter(place: Place, position: int = 1, **changes: Any) -> dict[str, Any]:
    return {
        "outside_number": f"D3ZJ2026-{position:04d}",
        "county": place.county,
        "content": "某电镀厂夜间排放酸性气体。",
        "due_on": (legal_day(place.time.now) + timedelta(days=30)).isoformat(),
        **changes,
    }


def a_batch(place: Place, *letters: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {
        "body": f"督察组 {place.city}",
        "number": "第三批",
        "level": "central",
        "division": place.city,
        "received_on": legal_day(place.time.now).isoformat(),
        "letters": list(letters) or [a_letter(place)],
        **changes,
    }


async def loaded(place: Place, *letters: dict[str, Any], **changes: Any) -> dict[str, Any]:
    answer = await place.city_clerk.post(PATH, a_batch(place, *letters, **changes))
    assert answer.status_code == 201, answer.text
    return await shown(place.city_clerk, answer.json()["id"])


async def shown(who: Caller, batch: str) -> dict[str, Any]:
    return dict((await who.get(f"{PATH}/{batch}")).json())


async def step(
    who: Caller, batch: dict[str, Any], name: str, body: dict[str, Any], place: int = 0
) -> Any:
    """A step with the version the letter has now."""
    path = f"{PATH}/{batch['id']}/letters/{batch['letters'][place]['id']}"
    version = (await who.get(path)).json()["version"]
    return await who.post(f"{path}/{name}", body, version=version)


async def done(who: Caller, batch: dict[str, Any], name: str, body: dict[str, Any]) -> Any:
    answer = await step(who, batch, name, body)
    assert answer.status_code in {200, 201}, answer.text
    return answer.json()


async def closed(place: Place, batch: dict[str, Any]) -> None:
    await done(place.officer, batch, "answer", ANSWER)
    await done(place.city_clerk, batch, "close", CLOSE)


async def test_a_batch_of_46_is_loaded_with_its_numbers_and_its_note(place: Place) -> None:
    letters = [a_letter(place, each) for each in range(1, 47)]
    batch = await loaded(place, *letters, stated_total=46, note=NOTE)

    assert (batch["figures"]["total"], batch["figures"]["stated_total"]) == (46, 46)
    assert batch["note"] == NOTE
    assert batch["figures"]["by_state"] == {"open": 46}
    assert [each["position"] for each in batch["letters"]] == list(range(1, 47))
    listed = (await place.city_clerk.get(PATH)).json()["items"]
    assert batch["id"] in {each["id"] for each in listed}


async def test_a_batch_is_loaded_once_however_often_it_is_sent(place: Place) -> None:
    body = a_batch(place)
    first, again = [await place.city_clerk.post(PATH, body) for _ in range(2)]
    other = await place.city_clerk.post(PATH, {**body, "note": "另一内容"})

    assert first.json() == again.json()
    assert (other.status_code, other.json()["code"]) == (409, "batch_differs")
    assert (await shown(place.city_clerk, first.json()["id"]))["figures"]["total"] == 1


async def test_two_that_load_the_same_batch_at_once_load_one(place: Place) -> None:
    body = a_batch(place)
    answers = await asyncio.gather(*(place.city_clerk.post(PATH, body) for _ in range(4)))

    assert {each.status_code for each in answers} <= {201, 409}
    rows = await place.service.sql("SELECT 1 FROM letter_batch WHERE body = $1", body["body"])
    assert len(rows) == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"due_on": "2020-01-01"}, "due_before_receipt"),
        ({"closed_on": "2020-01-01"}, "closed_out_of_time"),
        ({"county": "999999"}, "unknown_division"),
    ],
)
async def test_a_batch_with_a_wrong_letter_is_not_half_loaded(
    place: Place, changes: dict[str, Any], code: str
) -> None:
    body = a_batch(place, a_letter(place, 1), a_letter(place, 2, **changes))
    answer = await place.city_clerk.post(PATH, body)

    assert (answer.status_code, answer.json()["code"]) == (422, code)
    rows = await place.service.sql("SELECT 1 FROM letter_batch WHERE body = $1", body["body"])
    assert rows == []


async def test_a_letter_due_on_a_rest_day_is_due_on_that_day(place: Place) -> None:
    today = legal_day(place.time.now)
    saturday = today + timedelta(days=12 - today.weekday())
    batch = await loaded(place, a_letter(place, due_on=saturday.isoformat()))
    path = f"{PATH}/{batch['id']}/letters/{batch['letters'][0]['id']}"
    [clock] = (await place.clerk.get(path)).json()["clocks"]

    assert (clock["kind"], clock["due_on"]) == ("letter_due", saturday.isoformat())


async def test_a_letter_is_answered_closed_and_looked_back_at_twice(place: Place) -> None:
    batch = await loaded(place)
    await closed(place, batch)
    await place.time.pass_by(days=20)
    await done(place.city_clerk, batch, "look-backs", LOOK)
    await place.time.pass_by(days=20)
    await done(place.auditor, batch, "look-backs", {**LOOK, "round": 2, "found": "partly"})
    figures = (await shown(place.city_clerk, batch["id"]))["figures"]
    path = f"{PATH}/{batch['id']}/letters/{batch['letters'][0]['id']}"
    letter = (await place.clerk.get(path)).json()

    assert (figures["closed"], figures["closed_by_due"]) == (1, 1)
    assert figures["by_pace"] == {"completed": 1}
    assert figures["look_back"] == {"1": {"solved": 1}, "2": {"partly": 1}}
    assert [(each["kind"], each["state"]) for each in letter["clocks"]] == [
        ("letter_due", "met"),
        ("look_back", "met"),
        ("look_back", "met"),
    ]
    assert [each["step"] for each in letter["history"]] == ["answer", "close"]
    again = await step(place.city_clerk, batch, "look-backs", {**LOOK, "round": 2})
    assert (again.status_code, again.json()["code"]) == (409, "rounds_done")


async def test_round_two_needs_round_one_and_a_closed_letter(place: Place) -> None:
    batch = await loaded(place)
    early = await step(place.city_clerk, batch, "look-backs", LOOK)
    assert (early.status_code, early.json()["code"]) == (409, "letter_not_closed")
    await closed(place, batch)
    second = await step(place.city_clerk, batch, "look-backs", {**LOOK, "round": 2})

    assert (second.status_code, second.json()["code"]) == (409, "wrong_round")


async def test_a_relapse_opens_the_letter_again_and_the_rounds_begin_anew(place: Place) -> None:
    batch = await loaded(place)
    await closed(place, batch)
    await done(place.city_clerk, batch, "look-backs", {**LOOK, "found": "relapsed"})
    [letter] = (await shown(place.city_clerk, batch["id"]))["letters"]
    assert (letter["state"], letter["closed_on"]) == ("open", None)
    await closed(place, batch)
    await done(place.city_clerk, batch, "look-backs", LOOK)
    figures = (await shown(place.city_clerk, batch["id"]))["figures"]

    assert figures["look_back"] == {"1": {"solved": 1}, "2": {}}


async def test_a_returned_letter_is_answered_again(place: Place) -> None:
    batch = await loaded(place)
    await done(place.officer, batch, "answer", ANSWER)
    await done(place.city_clerk, batch, "return", {"reason": "证据不足"})
    assert (await step(place.city_clerk, batch, "close", CLOSE)).status_code == 409
    again = await done(place.officer, batch, "answer", {**ANSWER, "text": "补充监测报告"})

    assert (again["state"], again["answer"]) == ("answered", "补充监测报告")
    assert [each["step"] for each in again["history"]] == ["answer", "return", "answer"]


async def test_each_step_is_its_offices_and_nobody_elses(place: Place) -> None:
    batch = await loaded(place)
    for who in (place.city_clerk, place.leader):
        assert (await step(who, batch, "answer", ANSWER)).status_code == 403
    path = f"{PATH}/{batch['id']}/letters/{batch['letters'][0]['id']}"
    assert (await place.third_clerk.get(path)).status_code == 404
    assert (await place.third_clerk.get(f"{PATH}/{batch['id']}")).status_code == 404
    await done(place.officer, batch, "answer", ANSWER)
    assert (await step(place.clerk, batch, "close", CLOSE)).status_code == 403
    await done(place.city_clerk, batch, "close", CLOSE)
    assert (await step(place.clerk, batch, "look-backs", LOOK)).status_code == 403
    assert (await place.clerk.post(PATH, a_batch(place, number="二"))).status_code == 403


async def test_who_answered_does_not_look_back(place: Place) -> None:
    both = place.service.caller((Role.OFFICER, place.county), (Role.PETITION_CLERK, place.city))
    batch = await loaded(place)
    await done(both, batch, "answer", ANSWER)
    await done(place.city_clerk, batch, "close", CLOSE)
    answer = await step(both, batch, "look-backs", LOOK)

    assert (answer.status_code, answer.json()["code"]) == (409, "own_answer")


async def test_a_letter_is_changed_by_who_read_it_last(place: Place) -> None:
    batch = await loaded(place)
    path = f"{PATH}/{batch['id']}/letters/{batch['letters'][0]['id']}/answer"

    assert (await place.officer.post(path, ANSWER)).status_code == 428
    assert (await place.officer.post(path, ANSWER, version=99)).status_code == 412
    first, again = [
        await place.officer.post(path, ANSWER, version=1, key="answer-1") for _ in range(2)
    ]
    assert (first.status_code, again.json()) == (200, first.json())


async def test_a_linked_letter_is_kept_without_the_petitioner(place: Place) -> None:
    case = await place.register(channel="inspection_group")
    batch = await loaded(place, a_letter(place, content=f"{NAME}({PHONE})反映酸味。"))
    linked = await done(place.city_clerk, batch, "link", {"petition_id": str(case.id)})

    assert linked["petition_id"] == str(case.id)
    assert "酸味" in linked["content"]
    assert not [canary for canary in CANARIES if canary in linked["content"]]


async def test_a_letter_is_registered_as_a_petition_of_the_inspections_channel(
    place: Place,
) -> None:
    halves = [place.county, place.neighbour]
    batch = await loaded(place, a_letter(place, divisions=halves))
    body = {"title": "酸性气体", "place": "长河镇", "media": ["air"]}
    letter = await done(place.city_clerk, batch, "register", body)
    petition = (await place.city_clerk.get(f"/petitions/{letter['petition_id']}")).json()

    assert (petition["channel"], petition["anonymous"]) == ("inspection_group", True)
    assert petition["shares"] == {place.county: "1/2", place.neighbour: "1/2"}
    again = await step(place.city_clerk, batch, "register", body)
    assert (again.status_code, again.json()["code"]) == (409, "letter_linked")


async def test_a_letter_about_two_counties_counts_half_for_each(place: Place) -> None:
    halves = [place.county, place.neighbour]
    letters = [a_letter(place, each) for each in range(1, 5)]
    batch = await loaded(place, *letters, a_letter(place, 5, divisions=halves))
    by_division = batch["figures"]["by_division"]

    assert by_division[place.county] == {"letters": 5, "exact": "9/2"}
    assert by_division[place.neighbour] == {"letters": 1, "exact": "1/2"}
    mine = await shown(place.other_clerk, batch["id"])
    assert mine["figures"]["total"] == 1


async def test_an_archives_closed_letter_is_closed_on_its_day(place: Place) -> None:
    today = legal_day(place.time.now)
    received, due = today - timedelta(days=60), today - timedelta(days=30)
    letters = [
        a_letter(place, each, due_on=str(due), closed_on=str(day), pace="completed")
        for each, day in ((1, due), (2, due + timedelta(days=1)))
    ]
    batch = await loaded(place, *letters, received_on=str(received))

    assert (batch["figures"]["closed"], batch["figures"]["closed_by_due"]) == (2, 1)
    rows = await place.service.sql(
        "SELECT state FROM clock WHERE subject_id = ANY($1) AND kind = 'letter_due' ORDER BY id",
        [each["id"] for each in batch["letters"]],
    )
    assert [row["state"] for row in rows] == ["met", "missed"]
    assert date.fromisoformat(batch["letters"][0]["closed_on"]) == due


async def test_what_was_written_before_a_letter_is_linked_names_nobody_any_more(
    place: Place,
) -> None:
    case = await place.register()
    batch = await loaded(place, a_letter(place, content=f"{NAME}反映酸味"))
    await done(place.officer, batch, "answer", {**ANSWER, "text": f"已答复{NAME}"})
    await done(place.city_clerk, batch, "close", {"reason": f"{NAME}满意"})
    await done(place.city_clerk, batch, "look-backs", {**LOOK, "findings": f"{NAME}家无异味"})

    linked = await done(place.city_clerk, batch, "link", {"petition_id": str(case.id)})

    path = f"{PATH}/{batch['id']}/letters/{batch['letters'][0]['id']}"
    for seen in (linked, (await place.leader.get(path)).json()):
        assert "酸味" in seen["content"]
        assert NAME not in str(seen)
