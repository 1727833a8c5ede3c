"""A repeated request is answered as the first time; the petitions service stands for all."""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any

import httpx
import pytest

from shared.auth.actor import Role
from shared.db.session import SYSTEM, Context, Database, driver
from shared.ids import uuid7
from shared.jobs import forget_answers
from tests.integration.shared.conftest import Caller, Served, Sql
from tests.integration.shared.petitions import a_petition
from tests.support.postgres import CLOCK_STARTS


@pytest.fixture(scope="module", autouse=True)
async def _references(sql: Sql) -> None:
    await sql(
        "INSERT INTO reference_division (code, name, valid_from)"
        " VALUES ('330281', '余姚市', '2020-01-01')"
    )


@pytest.fixture
def clerk(petitions: Served) -> Caller:
    return petitions.enter((Role.PETITION_CLERK, "330281"))


async def register(petitions: Served, caller: Caller, key: str, **changes: Any) -> httpx.Response:
    return await petitions.http.post(
        "/api/v1/petitions",
        json=a_petition(**changes),
        headers={**caller.headers, "Idempotency-Key": key},
    )


async def registered(sql: Sql) -> int:
    [row] = await sql("SELECT count(*) AS petitions FROM petition")
    return int(row["petitions"])


async def test_the_same_request_again_is_the_same_answer(
    petitions: Served, clerk: Caller, sql: Sql
) -> None:
    before, key = await registered(sql), uuid7().hex

    first = await register(petitions, clerk, key)
    again = await register(petitions, clerk, key)

    assert (first.status_code, again.status_code) == (201, 201), first.text
    assert again.content == first.content
    for header in ("etag", "location", "content-type"):
        assert again.headers[header] == first.headers[header]
    assert ("idempotency-replayed" in first.headers, again.headers["idempotency-replayed"]) == (
        False,
        "true",
    )
    assert await registered(sql) == before + 1


async def test_another_request_under_the_same_key_is_refused(
    petitions: Served, clerk: Caller
) -> None:
    key = uuid7().hex
    await register(petitions, clerk, key)

    other_body = await register(petitions, clerk, key, place="别处")

    assert (other_body.status_code, other_body.json()["code"]) == (422, "idempotency_key_reused")


async def test_keys_of_different_callers_have_nothing_to_do_with_each_other(
    petitions: Served, clerk: Caller
) -> None:
    key, other = uuid7().hex, petitions.enter((Role.PETITION_CLERK, "330281"))

    first = await register(petitions, clerk, key)
    second = await register(petitions, other, key)

    assert first.json()["id"] != second.json()["id"]


async def test_what_was_refused_is_not_remembered(petitions: Served, clerk: Caller) -> None:
    key = uuid7().hex

    refused = await register(petitions, clerk, key, divisions=["999999"], office="330281")
    accepted = await register(petitions, clerk, key)

    assert refused.status_code in {409, 422}
    assert accepted.status_code == 201


async def test_of_twins_one_acts_and_the_others_wait_or_get_its_answer(
    petitions: Served, clerk: Caller, sql: Sql
) -> None:
    before, key = await registered(sql), uuid7().hex

    answers = await asyncio.gather(*(register(petitions, clerk, key) for _ in range(12)))

    codes = Counter(each.status_code for each in answers)
    assert set(codes) <= {201, 409}
    assert codes[201] >= 1
    assert len({each.content for each in answers if each.status_code == 201}) == 1
    refused = {each.json()["code"] for each in answers if each.status_code == 409}
    assert refused <= {"idempotency_key_in_use"}
    assert await registered(sql) == before + 1


@pytest.mark.parametrize("key", ["", "short", "a" * 129, "with space"])
async def test_a_key_has_a_form(petitions: Served, clerk: Caller, key: str) -> None:
    answer = await register(petitions, clerk, key)

    assert (answer.status_code, answer.json()["code"]) == (400, "malformed_request")


async def test_answers_are_kept_for_fourteen_days(
    petitions: Served, clerk: Caller, sql: Sql
) -> None:
    young, old = uuid7().hex, uuid7().hex
    for key in (young, old):
        await register(petitions, clerk, key)
    database: Database = petitions.state["database"]
    async with database.transaction(Context(str(clerk.id))) as session:
        for key, age in ((young, timedelta(days=13)), (old, timedelta(days=15))):
            await (await driver(session)).execute(
                "UPDATE idempotency SET created_at = clock_timestamp() - $2::interval"
                " WHERE key = $1",
                key,
                age,
            )
    async with database.transaction(SYSTEM) as session:
        assert await forget_answers(session, CLOCK_STARTS) == 1

    kept = await sql("SELECT key FROM idempotency WHERE key = ANY($1)", [young, old])
    assert [row["key"] for row in kept] == [young]
