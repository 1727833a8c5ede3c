"""Asking the petitioner back: what a place set itself waits, the statute's clocks run on."""

from typing import Any, Final

import pytest

from shared.auth.actor import Role
from tests.integration.petitions.conftest import NAME, PHONE, Case, Place
from tests.support.services import eventually

QUESTION: Final = {"question": f"请{NAME}说明何时、何处闻到酸味"}
ANSWER: Final = {"text": f"我是{NAME},电话{PHONE},每晚十一点在家闻到焦糊味。"}


def term(amount: int, unit: str) -> dict[str, Any]:
    basis = {"law_code": "own-pledge", "title_zh": "本市承诺", "title_en": "The city's pledge"}
    return {"amount": amount, "unit": unit, "basis": basis, "evidence": "DD"}


async def pledged(place: Place, *, pausable: bool = True) -> None:
    """The city binds itself to times of its own."""
    admin = place.person(Role.SYSTEM_ADMINISTRATOR, place.city)
    body = {
        "code": f"cn.test.{place.city}",
        "division": place.city,
        "tracks": ["statutory_duty"],
        "valid_from": place.time.now.date().isoformat(),
        "accept": term(5, "working_days"),
        "close": term(20, "natural_days"),
        "pausable": pausable,
        "reason": "测试",
    }
    answer = await admin.post("/handling-profiles", body)
    assert answer.status_code == 201, answer.text


async def registered(place: Place, **changes: Any) -> Case:
    """A petition under the pledge, as soon as the profile is known everywhere."""

    async def under_it() -> Case | None:
        case = await place.register(**changes)
        return case if case.seen["profile"].startswith("cn.test") else None

    return await eventually(under_it)


async def due(case: Case) -> dict[str, tuple[str, str | None]]:
    seen = await case.read(case.place.city_clerk)
    return {each["kind"]: (each["state"], each["due_on"]) for each in seen["clocks"]}


async def test_only_what_the_place_set_itself_waits(place: Place) -> None:
    await pledged(place)
    case = await (await registered(place)).transferred()

    await case.step(place.clerk, "ask-back", QUESTION)

    states = {kind: state for kind, (state, _) in (await due(case)).items()}
    assert states == {
        "routing": "met",
        "notice": "running",
        "objection": "running",
        "acceptance": "paused",
        "supplement": "running",
    }
    seen = await case.read(place.leader)
    assert seen["asked_back_at"] is not None
    assert NAME not in seen["history"][-1]["reason"]


async def test_time_spent_waiting_is_not_counted_and_the_reason_is_said(place: Place) -> None:
    await pledged(place)
    case = await (await registered(place)).in_progress()
    before = (await due(case))["closing"][1]
    assert before is not None
    await case.step(place.officer, "ask-back", QUESTION)
    await place.time.pass_by(days=4)

    await case.step(place.officer, "supplement", ANSWER)

    state, after = (await due(case))["closing"]
    assert after is not None
    assert (state, after > before) == ("running", True)
    [closing] = [each for each in case.seen["clocks"] if each["kind"] == "closing"]
    assert "补正" in str(closing["explanation"])
    assert (await due(case))["supplement"][0] == "met"


async def test_the_statutes_sixty_days_run_on(place: Place) -> None:
    case = await (await place.register(track="petition_opinion")).in_progress()
    before = await due(case)

    await case.step(place.officer, "ask-back", QUESTION)
    await place.time.pass_by(days=2)
    await case.step(place.officer, "supplement", ANSWER)

    assert (await due(case))["closing"] == before["closing"]


async def test_what_was_added_is_read_by_who_handles_it_and_redacted_for_others(
    place: Place,
) -> None:
    case = await (await place.register()).in_progress()
    await case.step(place.officer, "ask-back", QUESTION)
    await case.step(place.officer, "supplement", ANSWER)

    seen = await case.read(place.officer)
    assert ANSWER["text"] in seen["body"]
    assert seen["asked_back_at"] is None
    other = await case.read(place.leader)
    assert "焦糊味" in other["body"]
    assert NAME not in str(other)
    assert PHONE not in str(other)
    found = (await place.clerk.get("/petitions", q="焦糊")).json()["items"]
    assert [each["id"] for each in found] == [str(case.id)]


async def test_who_never_answers_is_waited_for_no_longer(place: Place) -> None:
    await pledged(place)
    case = await (await registered(place)).transferred()
    await case.step(place.clerk, "ask-back", QUESTION)
    await place.time.pass_by(days=17)

    async def resumed() -> dict[str, Any] | None:
        seen = await case.read(place.clerk)
        return seen if seen["asked_back_at"] is None else None

    seen = await eventually(resumed)
    last = seen["history"][-1]
    assert (last["step"], last["actor_name"]) == ("supplement", "system")
    clocks = await case.clocks()
    assert (clocks["supplement"], clocks["acceptance"]) == (["missed"], ["running"])


async def test_who_waits_may_go_on_all_the_same(place: Place) -> None:
    await pledged(place)
    case = await (await registered(place)).transferred()
    await case.step(place.clerk, "ask-back", QUESTION)
    await case.step(place.clerk, "accept", {"notice": "已受理"})
    assert (await case.clocks())["acceptance"] == ["met"]
    await case.step(place.clerk, "supplement", ANSWER)
    await case.step(place.officer, "start")
    await case.step(place.officer, "ask-back", QUESTION)
    await case.answer()
    assert (await case.clocks())["closing"] == ["met"]
    await place.time.pass_by(days=17)

    async def forgotten() -> bool | None:
        return (await case.read(place.clerk))["asked_back_at"] is None or None

    assert await eventually(forgotten)
    assert (await case.read(place.clerk))["history"][-1]["step"] == "reply"


async def test_a_question_left_behind_by_a_refusal_changes_nothing_later(place: Place) -> None:
    case = await place.register()
    await case.step(place.city_clerk, "ask-back", QUESTION)
    await case.step(place.city_clerk, "refuse", {"ground": "unclear", "notice": "线索不详"})
    await place.time.pass_by(days=20)

    seen = await case.read(place.city_clerk)
    assert (seen["state"], seen["history"][-1]["step"]) == ("not_accepted", "refuse")


@pytest.mark.parametrize(("step", "body"), [("ask-back", QUESTION), ("supplement", ANSWER)])
async def test_who_may_not_neither_asks_nor_adds(
    place: Place, step: str, body: dict[str, Any]
) -> None:
    case = await (await place.register()).transferred()
    if step == "supplement":
        await case.step(place.clerk, "ask-back", QUESTION)

    for who, status in ((place.leader, 403), (place.city_clerk, 403), (place.third_clerk, 404)):
        assert (await case.try_(who, step, body)).status_code == status
    assert (await place.clerk.post(f"{case.path}/{step}", body)).status_code == 428
    assert (await place.clerk.post(f"{case.path}/{step}", body, version=9)).status_code == 412


async def test_one_question_at_a_time_and_none_to_nobody(place: Place) -> None:
    case = await place.register()
    early = await case.try_(place.city_clerk, "supplement", ANSWER)
    assert (early.status_code, early.json()["code"]) == (409, "not_asked_back")
    await case.step(place.city_clerk, "ask-back", QUESTION)
    again = await case.try_(place.city_clerk, "ask-back", QUESTION)
    assert (again.status_code, again.json()["code"]) == (409, "already_asked_back")

    nobody = await place.register(petitioner=None)
    answer = await nobody.try_(place.city_clerk, "ask-back", QUESTION)
    assert (answer.status_code, answer.json()["code"]) == (409, "nobody_to_ask")
    assert "ask_back" not in (await nobody.read(place.city_clerk))["actions"]


async def test_what_was_replied_to_is_not_asked_about(place: Place) -> None:
    case = await (await place.register()).replied()

    answer = await case.try_(place.officer, "ask-back", QUESTION)

    assert (answer.status_code, answer.json()["code"]) == (409, "illegal_step")
