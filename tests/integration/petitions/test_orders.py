"""Supervision orders: a superior asks, the unit answers, the superior says whether that does."""

from typing import Any, Final

import pytest

from shared.auth.actor import Role
from tests.integration.petitions.conftest import NAME, PHONE, Case, Place
from tests.support.services import Caller, eventually

SUPERVISE: Final = {"kind": "supervise", "demand": f"{NAME}反映的问题十日内办结,电话{PHONE}"}
URGE: Final = {"kind": "urge", "demand": "尽快答复"}
REASON: Final = {"reason": "未说明整改情况"}
ANSWER: Final = {"answer": f"已到{NAME}家中核实"}


class Order:
    """An order on its way; each step is taken with the version read before."""

    def __init__(self, content: dict[str, Any]) -> None:
        self.seen = content

    @property
    def path(self) -> str:
        return f"/supervision-orders/{self.seen['id']}"

    async def try_(self, who: Caller, step: str, body: Any) -> Any:
        return await who.post(f"{self.path}/{step}", body, version=self.seen["version"])

    async def step(self, who: Caller, step: str, body: Any) -> "Order":
        answer = await self.try_(who, step, body)
        assert answer.status_code == 200, answer.text
        assert answer.headers["ETag"] == f'"{answer.json()["version"]}"'
        self.seen = answer.json()
        return self

    async def read(self, who: Caller) -> dict[str, Any]:
        answer = await who.get(self.path)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def clocks(self) -> list[str]:
        return [each["state"] for each in self.seen["clocks"]]


async def issued(who: Caller, case: Case, body: dict[str, Any]) -> Order:
    answer = await case.try_(who, "orders", body)
    assert answer.status_code == 201, answer.text
    assert answer.headers["Location"].endswith(answer.json()["id"])
    return Order(answer.json())


@pytest.fixture
async def case(place: Place) -> Case:
    return await (await place.register()).in_progress()


async def test_an_order_is_answered_returned_answered_and_closed(place: Place, case: Case) -> None:
    order = await issued(place.city_head, case, SUPERVISE)
    assert order.seen["number"] == f"{place.city}-DB-{place.time.now.year}-0001"
    assert (order.seen["division"], order.seen["unit"]) == (place.city, place.county)
    assert (order.seen["days"], order.clocks()) == (10, ["running"])
    assert set(order.seen["actions"]) == {"withdraw"}

    await order.step(place.officer, "answer", ANSWER)
    assert (order.seen["state"], order.clocks()) == ("answered", ["met"])
    await order.step(place.city_clerk, "return", REASON)
    assert (order.seen["state"], order.clocks()) == ("open", ["met", "running"])
    await order.step(place.clerk, "answer", {"answer": "已整改完毕"})
    await order.step(place.city_clerk, "close", {})

    assert (order.seen["state"], order.seen["actions"]) == ("closed", [])
    steps = [line["step"] for line in order.seen["history"]]
    assert steps == [None, "answer", "return", "answer", "close"]
    traced = await place.service.sql(
        "SELECT action FROM audit WHERE object_id = $1 ORDER BY id", order.seen["id"]
    )
    assert [row["action"] for row in traced] == [
        "order.issue", "order.answer", "order.return", "order.answer", "order.close",
    ]  # fmt: skip


async def test_an_order_names_no_petitioner(place: Place, case: Case) -> None:
    order = await issued(place.city_head, case, SUPERVISE)
    await order.step(place.officer, "answer", ANSWER)
    told = str(order.seen)
    assert NAME not in told
    assert PHONE not in told


async def test_an_urging_order_has_its_own_time_unless_another_is_said(
    place: Place, case: Case
) -> None:
    order = await issued(place.city_clerk, case, URGE)
    other = await issued(place.city_clerk, case, URGE | {"days": 1})
    assert (order.seen["days"], other.seen["days"]) == (3, 1)
    assert order.seen["number"].split("-")[1:] == ["CB", str(place.time.now.year), "0001"]
    assert other.seen["clocks"][0]["due_on"] < order.seen["clocks"][0]["due_on"]


async def test_only_what_runs_is_urged(place: Place, case: Case) -> None:
    await case.answer()
    await case.call("satisfied", "yes")

    answer = await case.try_(place.city_clerk, "orders", URGE)

    assert (answer.status_code, answer.json()["code"]) == (409, "nothing_runs")
    await issued(place.city_clerk, case, SUPERVISE)


async def test_a_unit_orders_nothing_of_itself_and_others_find_nothing(
    place: Place, case: Case
) -> None:
    for who, status in ((place.clerk, 403), (place.leader, 403), (place.third_clerk, 404)):
        answer = await case.try_(who, "orders", URGE)
        assert answer.status_code == status, answer.text
    assert (await place.city_clerk.get("/supervision-orders")).json()["items"] == []


async def test_each_step_is_for_one_side_in_its_order_with_the_right_version(
    place: Place, case: Case
) -> None:
    order = await issued(place.city_clerk, case, URGE)
    wrong = await order.try_(place.city_clerk, "answer", ANSWER)
    early = await order.try_(place.city_clerk, "close", {})
    without = await place.clerk.post(f"{order.path}/answer", ANSWER)
    stale = await place.clerk.post(f"{order.path}/answer", ANSWER, version=9)
    hidden = await order.try_(place.third_clerk, "answer", ANSWER)

    assert [each.status_code for each in (wrong, early, without, stale, hidden)] == [
        403, 409, 428, 412, 404,
    ]  # fmt: skip
    assert early.json()["code"] == "illegal_step"
    assert (await order.read(place.clerk)) == order.seen | {"actions": ["answer"]}


async def test_an_order_may_be_withdrawn(place: Place, case: Case) -> None:
    order = await issued(place.city_clerk, case, URGE)
    await order.step(place.city_head, "withdraw", REASON)
    assert (order.seen["state"], order.clocks()) == ("withdrawn", ["dropped"])


async def test_a_retry_issues_no_second_order(place: Place, case: Case) -> None:
    key = f"order-{case.id}"
    path, version = f"{case.path}/orders", case.version
    first = await place.city_clerk.post(path, URGE, version=version, key=key)
    again = await place.city_clerk.post(path, URGE, version=version, key=key)
    without = await place.city_clerk.post(path, URGE)
    stale = await place.city_clerk.post(path, URGE, version=version + 1)
    assert (again.status_code, again.content) == (201, first.content)
    assert (without.status_code, stale.status_code) == (428, 412)
    assert len((await place.city_clerk.get("/supervision-orders")).json()["items"]) == 1


async def test_a_unit_that_loses_the_petition_hands_the_order_on(place: Place) -> None:
    case = await place.register()
    province = place.person(Role.PETITION_CLERK, f"{place.city[:2]}0000")
    order = await issued(province, case, SUPERVISE)
    assert order.seen["unit"] == place.city
    await case.step(place.city_clerk, "transfer", {"unit": place.third})

    async def moved() -> dict[str, Any] | None:
        found = await place.third_clerk.get(order.path)
        return dict(found.json()) if found.status_code == 200 else None

    seen = await eventually(moved)
    assert (seen["unit"], seen["state"]) == (place.third, "open")
    assert [each["state"] for each in seen["clocks"]] == ["dropped", "running"]
    assert seen["actions"] == ["answer"]


async def test_an_order_that_would_come_back_to_who_gave_it_is_withdrawn(place: Place) -> None:
    case = await (await place.register()).transferred()
    order = await issued(place.city_clerk, case, URGE)
    await case.step(place.clerk, "object", {"reason": "不属本单位职责"})
    await case.step(place.city_clerk, "accept-objection", {"reason": "同意"})

    async def ended() -> dict[str, Any] | None:
        seen = await order.read(place.city_clerk)
        return seen if seen["state"] == "withdrawn" else None

    assert (await eventually(ended))["history"][-1]["actor_name"] == "system"


async def test_while_it_is_reviewed_the_order_goes_to_the_organ_of_review(place: Place) -> None:
    case = await (await place.register(track="petition_opinion")).replied()
    body = {"received_at": place.time.now.isoformat(), "grounds": "不服"}
    await case.step(place.clerk, "ask-review", body)
    province = place.person(Role.PETITION_CLERK, f"{place.city[:2]}0000")

    order = await issued(province, case, URGE)

    assert order.seen["unit"] == place.city
    await order.step(place.city_clerk, "answer", ANSWER)


async def test_orders_are_listed_by_what_is_asked(place: Place, case: Case) -> None:
    order = await issued(place.city_clerk, case, URGE)
    await issued(place.city_clerk, case, SUPERVISE)
    await order.step(place.clerk, "answer", ANSWER)

    async def numbers(who: Caller, **query: Any) -> list[str]:
        answer = await who.get("/supervision-orders", **query)
        assert answer.status_code == 200, answer.text
        return [each["number"].split("-")[1] for each in answer.json()["items"]]

    assert await numbers(place.city_clerk) == ["DB", "CB"]
    assert await numbers(place.city_clerk, kind="urge") == ["CB"]
    assert await numbers(place.city_clerk, state="open") == ["DB"]
    assert await numbers(place.city_clerk, division=place.city, petition_id=str(case.id)) == [
        "DB", "CB",
    ]  # fmt: skip
    assert await numbers(place.clerk, own="true") == ["DB", "CB"]
    assert await numbers(place.city_clerk, own="true") == []
    assert await numbers(place.third_clerk) == []
    first = await place.city_clerk.get("/supervision-orders", limit=1)
    rest = await place.city_clerk.get("/supervision-orders", limit=1, cursor=first.json()["next"])
    assert [each["kind"] for each in rest.json()["items"]] == ["urge"]
