"""Spot checks: a superior looks again, and nobody chooses whom it looks at."""

import hashlib
import hmac
from datetime import timedelta
from typing import Any, Final

import asyncpg
import pytest

from shared.auth.actor import Role
from shared.clocks.days import legal_day
from tests.integration.petitions.conftest import ANSWER, NAME, Case, Place

PASS: Final = {"result": "pass", "findings": "现场核查属实"}
FAIL: Final = {"result": "fail", "findings": f"{NAME}所述问题仍在"}


@pytest.fixture
async def closed(place: Place) -> Case:
    case = await (await place.register()).replied()
    return await case.call("satisfied", "yes")


async def checked(place: Place, case: Case, body: dict[str, Any]) -> Any:
    case.version = (await case.read(place.city_clerk))["version"]
    return await case.try_(place.auditor, "spot-checks", body)


async def test_what_fails_is_reopened_and_the_history_says_why(place: Place, closed: Case) -> None:
    before = await closed.read(place.city_clerk)

    answer = await checked(place, closed, FAIL)

    assert answer.status_code == 201, answer.text
    assert NAME not in answer.text
    seen = await closed.read(place.city_clerk)
    assert (seen["state"], seen["closed_at"]) == ("reopened", None)
    assert (seen["version"], seen["history"][-1]["step"]) == (before["version"] + 1, "send_back")
    [line] = await place.service.sql(
        "SELECT facts FROM petition_step WHERE petition_id = $1 AND step = 'send_back'", closed.id
    )
    assert before["closed_at"][:19] in line["facts"]
    assert [each["result"] for each in await listed(place)] == ["fail"]


async def listed(place: Place, **query: Any) -> list[dict[str, Any]]:
    answer = await place.city_clerk.get("/spot-checks", **query)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def test_what_passes_stays_as_it_is(place: Place, closed: Case) -> None:
    before = await closed.read(place.city_clerk)
    answer = await checked(place, closed, PASS)
    assert (answer.status_code, answer.json()["unit"]) == (201, place.county)
    assert await closed.read(place.city_clerk) == before
    assert len(await listed(place, result="pass", petition_id=str(closed.id))) == 1
    assert await listed(place, result="fail") == []


async def test_nobody_checks_the_own_unit_or_the_own_work(place: Place, closed: Case) -> None:
    own = await closed.try_(place.clerk, "spot-checks", PASS)
    beside = await closed.try_(place.third_clerk, "spot-checks", PASS)
    assert (own.status_code, beside.status_code) == (403, 404)

    both = place.service.caller((Role.OFFICER, place.county), (Role.PETITION_CLERK, place.city))
    case = await (await place.register()).accepted()
    await case.step(both, "start")
    await case.step(both, "reply", ANSWER)
    answer = await case.try_(both, "spot-checks", PASS)
    assert (answer.status_code, answer.json()["code"]) == (409, "own_hands")


async def test_only_what_was_answered_is_checked_as_it_was_read(place: Place) -> None:
    case = await (await place.register()).in_progress()
    early = await case.try_(place.auditor, "spot-checks", PASS)
    assert (early.status_code, early.json()["code"]) == (409, "illegal_step")
    await case.answer()

    path = f"{case.path}/spot-checks"
    without = await place.auditor.post(path, PASS)
    stale = await place.auditor.post(path, PASS, version=case.version + 1)
    key = f"check-{case.id}"
    first = await place.auditor.post(path, FAIL, version=case.version, key=key)
    again = await place.auditor.post(path, FAIL, version=case.version, key=key)

    assert (without.status_code, stale.status_code) == (428, 412)
    assert (first.status_code, again.content) == (201, first.content)
    assert len(await listed(place)) == 1


async def test_a_sample_can_be_drawn_again_by_anybody(place: Place) -> None:
    cases = []
    for _ in range(5):
        case = await (await place.register()).replied()
        cases.append(await case.call("satisfied", "yes"))
    today = legal_day(place.time.now).isoformat()
    body = {"division": place.city, "first_day": today, "last_day": today, "share": 0.3}

    answer = await place.auditor.post("/spot-check-samples", body)

    assert answer.status_code == 201, answer.text
    sample = answer.json()
    population = (await place.auditor.get(f"/spot-check-samples/{sample['id']}/population")).json()
    assert sorted(population) == sorted(str(case.id) for case in cases)
    seed = bytes.fromhex(sample["seed"])
    ranked = sorted(population, key=lambda each: hmac.digest(seed, each.encode(), hashlib.sha256))
    assert [each["petition_id"] for each in sample["items"]] == ranked[:2]  # 30 % of five, up
    listed_ids = "\n".join(sorted(population)).encode()
    assert sample["population_hash"] == hashlib.sha256(listed_ids).hexdigest()
    assert (sample["share"], sample["population_size"]) == ("3/10", 5)


async def test_a_sample_shows_what_was_checked_since(place: Place, closed: Case) -> None:
    today = legal_day(place.time.now).isoformat()
    body = {"division": place.city, "first_day": today, "last_day": today}
    sample = (await place.auditor.post("/spot-check-samples", body)).json()
    # 8.8 % of one is one.
    assert [(each["number"], each["checked"]) for each in sample["items"]] == [
        (closed.number, False)
    ]
    assert sample["share"] == "11/125"

    await checked(place, closed, PASS)

    again = (await place.auditor.get(f"/spot-check-samples/{sample['id']}")).json()
    assert [(each["checked"], each["result"]) for each in again["items"]] == [(True, "pass")]
    below = place.person(Role.PETITION_CLERK, place.county)
    assert (await below.get(f"/spot-check-samples/{sample['id']}")).status_code == 404


async def test_a_sample_is_for_the_superior_and_its_days_in_order(place: Place) -> None:
    today = legal_day(place.time.now)
    body = {
        "division": place.city,
        "first_day": today.isoformat(),
        "last_day": (today - timedelta(days=1)).isoformat(),
    }
    wrong = await place.clerk.post("/spot-check-samples", body)
    disordered = await place.auditor.post("/spot-check-samples", body)
    assert wrong.status_code == 403
    assert (disordered.status_code, disordered.json()["code"]) == (422, "days_in_disorder")


async def test_what_was_drawn_or_found_is_never_changed(place: Place, closed: Case) -> None:
    await checked(place, closed, PASS)
    for table in ("spot_check", "spot_check_sample"):
        with pytest.raises(asyncpg.RaiseError, match="is never changed"):
            await place.service.sql(f"DELETE FROM {table}")  # noqa: S608 -- its name
