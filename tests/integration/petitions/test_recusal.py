"""Who has an interest in the matter takes no step with it; another officer handles it."""

from typing import Any, Final
from uuid import uuid4

import pytest

from shared.auth.actor import Role
from tests.integration.petitions.conftest import NAME, Case, Place
from tests.support.services import Caller

REASON: Final = {"reason": f"与信访人{NAME}是亲属"}
REPLY: Final = {"outcome": "explained", "opinion": "已整改", "legal_basis": "大气污染防治法"}
GOOD: Final = {"result": "satisfied", "solved": "yes"}


def order(who: Caller) -> dict[str, Any]:
    return {"account_id": str(who.id), "account_name": who.name, **REASON}


async def recusals(place: Place, case: Case) -> list[dict[str, Any]]:
    answer = await place.head.get(f"{case.path}/recusals")
    assert answer.status_code == 200, answer.text
    return list(answer.json())


async def test_who_declares_an_interest_takes_no_step_any_more(place: Place) -> None:
    case = await (await place.register()).in_progress()
    colleague = place.person(Role.OFFICER, place.county)

    await case.step(place.officer, "recusals", REASON)

    answer = await case.try_(place.officer, "reply", REPLY)
    assert (answer.status_code, answer.json()["code"]) == (409, "recused")
    [recusal] = await recusals(place, case)
    assert recusal["account_id"] == str(place.officer.id)
    assert NAME not in recusal["reason"]

    await case.step(colleague, "hand-over", {"reason": "原承办人回避"})
    seen = await case.step(colleague, "reply", REPLY)
    assert (seen.seen["handler_id"], seen.seen["state"]) == (str(colleague.id), "replied")


@pytest.mark.parametrize(
    ("who", "prepare", "step", "body"),
    [
        ("clerk", "transferred", "accept", {"notice": "已受理"}),
        ("clerk", "transferred", "object", {"reason": "不在本辖区"}),
        ("officer", "accepted", "start", {}),
        ("clerk", "accepted", "mark-urgent", {"reason": "紧急"}),
        ("clerk", "accepted", "ask-back", {"question": "何时?"}),
        ("clerk", "replied", "callbacks", GOOD),
        ("auditor", "replied", "spot-checks", {"result": "pass", "findings": "属实"}),
        ("city_clerk", "accepted", "orders", {"kind": "urge", "demand": "请抓紧办理"}),
    ],
)
async def test_no_step_is_open_to_somebody_recused(
    place: Place, who: str, prepare: str, step: str, body: dict[str, Any]
) -> None:
    case = await getattr(await place.register(), prepare)()
    recused = getattr(place, who)
    await case.step(place.head, "recusals", order(recused))
    before = await case.state()

    answer = await case.try_(recused, step, body)

    assert (answer.status_code, answer.json()["code"]) == (409, "recused")
    assert await case.state() == before


async def test_a_lifted_recusal_bars_nothing(place: Place) -> None:
    case = await (await place.register()).transferred()
    await case.step(place.clerk, "recusals", REASON)
    [recusal] = await recusals(place, case)
    path = f"recusals/{recusal['id']}/lift"

    for who, status in ((place.clerk, 403), (place.other_clerk, 403), (place.officer, 403)):
        assert (await case.try_(who, path, {"reason": "无利害关系"})).status_code == status
    await case.step(place.head, path, {"reason": "无利害关系"})

    again = await case.try_(place.head, path, {"reason": "无利害关系"})
    assert (again.status_code, again.json()["code"]) == (409, "recusal_lifted")
    await case.step(place.clerk, "accept", {"notice": "已受理"})
    [kept] = await recusals(place, case)
    assert (kept["lifted_by_name"], kept["lifted_reason"]) == (place.head.name, "无利害关系")


async def test_nobody_lifts_the_own_recusal(place: Place) -> None:
    case = await (await place.register()).transferred()
    await case.step(place.head, "recusals", REASON)
    [recusal] = await recusals(place, case)

    answer = await case.try_(place.head, f"recusals/{recusal['id']}/lift", {"reason": "无"})

    assert (answer.status_code, answer.json()["code"]) == (409, "own_recusal")


async def test_only_a_head_recuses_somebody_else_and_once(place: Place) -> None:
    case = await (await place.register()).transferred()

    for who in (place.clerk, place.city_clerk, place.leader):
        assert (await case.try_(who, "recusals", order(place.officer))).status_code == 403
    assert (await case.try_(place.third_clerk, "recusals", REASON)).status_code == 404
    assert (await place.clerk.post(f"{case.path}/recusals", REASON)).status_code == 428
    assert (await place.clerk.post(f"{case.path}/recusals", REASON, version=9)).status_code == 412
    nameless = {"account_id": str(place.officer.id), **REASON}
    assert (await case.try_(place.head, "recusals", nameless)).status_code == 422
    await case.step(place.head, "recusals", order(place.officer))
    again = await case.try_(place.head, "recusals", order(place.officer))
    assert (again.status_code, again.json()["code"]) == (409, "already_recused")
    assert len(await recusals(place, case)) == 1


async def test_interests_are_not_shown_to_every_reader(place: Place) -> None:
    case = await (await place.register()).transferred()

    assert (await place.leader.get(f"{case.path}/recusals")).status_code == 403
    assert (await place.third_clerk.get(f"{case.path}/recusals")).status_code == 404


async def test_an_interest_in_a_matter_is_one_in_its_parts(place: Place) -> None:
    case = await place.shared()
    part = await case.part(place.county)
    await case.step(place.city_head, "recusals", order(place.clerk))

    answer = await part.try_(place.clerk, "accept", {"notice": "已受理"})

    assert (answer.status_code, answer.json()["code"]) == (409, "recused")


async def test_a_recusal_goes_with_the_petition(place: Place) -> None:
    case = await place.register(divisions=[place.county])
    await case.step(place.city_head, "recusals", order(place.other_clerk))
    await case.step(place.city_clerk, "transfer", {"unit": place.neighbour})

    answer = await case.try_(place.other_clerk, "accept", {"notice": "已受理"})

    assert (answer.status_code, answer.json()["code"]) == (409, "recused")


async def test_the_head_names_who_handles_it_but_nobody_recused(place: Place) -> None:
    case = await (await place.register()).in_progress()
    colleague = place.person(Role.OFFICER, place.county)
    body = {"account_id": str(colleague.id), "account_name": colleague.name, "reason": "轮岗"}

    assert (await case.try_(colleague, "hand-over", body)).status_code == 403
    assert (await case.try_(place.clerk, "hand-over", {"reason": "接办"})).status_code == 403
    assert (await case.try_(place.other_officer, "hand-over", body)).status_code == 404
    own = await case.try_(place.officer, "hand-over", {"reason": "接办"})
    assert (own.status_code, own.json()["code"]) == (409, "already_handler")
    await case.step(place.head, "recusals", order(colleague))
    barred = await case.try_(place.head, "hand-over", body)
    assert (barred.status_code, barred.json()["code"]) == (409, "recused")

    third = {"account_id": str(uuid4()), "account_name": "另一位", "reason": "轮岗"}
    await case.step(place.head, "hand-over", third)
    assert case.seen["handler_name"] == "另一位"
    assert case.seen["history"][-1]["step"] == "hand_over"
    answer = await case.try_(place.officer, "reply", REPLY)
    assert (answer.status_code, answer.json()["code"]) == (409, "not_the_handler")


async def test_nothing_is_handed_over_before_it_is_handled(place: Place) -> None:
    case = await (await place.register()).accepted()

    answer = await case.try_(place.officer, "hand-over", {"reason": "接办"})

    assert (answer.status_code, answer.json()["code"]) == (409, "illegal_step")
