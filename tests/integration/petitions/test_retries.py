"""Retries, races and pages: what happens once, who wins, and that no row is lost."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

from tests.integration.petitions.conftest import Place


async def count(place: Place, table: str, where: str, *values: Any) -> int:
    [row] = await place.service.sql(f"SELECT count(*) FROM {table} WHERE {where}", *values)  # noqa: S608  constants
    return int(row["count"])


async def test_a_retry_is_answered_as_the_first_time(place: Place) -> None:
    key, body = uuid4().hex, place.body()

    first = await place.city_clerk.post("/petitions", body, key=key)
    again = await place.city_clerk.post("/petitions", body, key=key)

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert again.headers["etag"] == first.headers["etag"]
    assert again.headers["idempotency-replayed"] == "true"
    assert await count(place, "petition", "office = $1", place.city) == 1


async def test_a_retried_step_takes_no_second_one(place: Place) -> None:
    case = await place.register()
    key, body = uuid4().hex, {"unit": place.county}
    for _ in range(3):
        answer = await place.city_clerk.post(f"{case.path}/transfer", body, version=1, key=key)
        assert answer.status_code == 200

    assert await count(place, "petition_step", "petition_id = $1", case.id) == 2


async def test_a_key_with_another_body_is_refused(place: Place) -> None:
    key = uuid4().hex
    await place.city_clerk.post("/petitions", place.body(), key=key)

    answer = await place.city_clerk.post("/petitions", place.body(place="别处"), key=key)

    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")


async def test_the_same_key_of_another_person_is_another_key(place: Place) -> None:
    key = uuid4().hex
    colleague = place.person(place.city_clerk.grants[0].role, place.city)
    for who in (place.city_clerk, colleague):
        assert (await who.post("/petitions", place.body(), key=key)).status_code == 201

    assert await count(place, "petition", "office = $1", place.city) == 2


async def test_an_act_without_a_key_is_refused(place: Place) -> None:
    answer = await place.city_clerk.post("/petitions", place.body(), key="")

    assert answer.status_code == 400
    assert await count(place, "petition", "office = $1", place.city) == 0


async def test_a_refused_act_leaves_its_key_free(place: Place) -> None:
    key = uuid4().hex
    refused = await place.city_clerk.post("/petitions", place.body(office="990000"), key=key)
    assert refused.status_code in {403, 422}

    assert (await place.city_clerk.post("/petitions", place.body(), key=key)).status_code == 201


async def test_twins_at_the_same_moment_make_one_row(place: Place) -> None:
    key, body = uuid4().hex, place.body()

    answers = await asyncio.gather(
        *(place.city_clerk.post("/petitions", body, key=key) for _ in range(8))
    )

    assert {each.status_code for each in answers} <= {201, 409}
    assert len({each.content for each in answers if each.status_code == 201}) == 1
    refused = {each.json()["code"] for each in answers if each.status_code == 409}
    assert refused <= {"idempotency_key_in_use"}
    assert await count(place, "petition", "office = $1", place.city) == 1


async def test_while_its_twin_runs_a_key_is_in_use(place: Place) -> None:
    key = uuid4().hex
    async with place.service.connection() as connection, connection.transaction():
        await connection.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended($1 || ' ' || $2, 0))",
            str(place.city_clerk.id),
            key,
        )
        answer = await place.city_clerk.post("/petitions", place.body(), key=key)

    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_key_in_use")


async def test_of_fifty_that_act_at_once_one_wins(place: Place) -> None:
    case = await place.register()
    units = [place.county, place.neighbour, place.third]

    answers = await asyncio.gather(
        *(case.try_(place.city_clerk, "transfer", {"unit": units[n % 3]}) for n in range(50))
    )

    codes = [each.status_code for each in answers]
    assert codes.count(200) == 1
    # Whoever came late finds the version old or the petition no longer the city's to give.
    assert set(codes) - {200} <= {403, 409, 412, 503}
    assert await count(place, "petition_step", "petition_id = $1", case.id) == 2
    assert (await case.read(place.city_clerk))["version"] == 2


async def fill(place: Place, number: int) -> None:
    """Petitions by one row copied, three with each instant, so that pages end within ties."""
    case = await place.register()
    columns = await place.service.sql(
        "SELECT string_agg(column_name, ', ') AS names FROM information_schema.columns"
        " WHERE table_schema = 'petitions' AND table_name = 'petition'"
        " AND column_name NOT IN ('id', 'number', 'received_at', 'holder_city')"
    )
    names = columns[0]["names"]
    await place.service.sql(
        f"INSERT INTO petition (id, number, received_at, {names})"  # noqa: S608  names of columns
        " SELECT gen_random_uuid(), p.number || '-' || n, received_at - (n / 3) * interval '1 h',"
        f" {names} FROM petition p, generate_series(1, $2) n WHERE p.id = $1",
        case.id,
        number,
    )


async def test_pages_lose_and_double_nothing_while_others_register(place: Place) -> None:
    await fill(place, 299)
    before = {
        str(row["id"])
        for row in await place.service.sql("SELECT id FROM petition WHERE office = $1", place.city)
    }
    seen: list[str] = []
    query: dict[str, Any] = {"limit": 37}
    while True:
        page = (await place.city_clerk.get("/petitions", **query)).json()
        seen += [each["id"] for each in page["items"]]
        if page["next"] is None:
            break
        query["cursor"] = page["next"]
        await place.register()

    assert len(seen) == len(set(seen))
    assert before <= set(seen)
    assert len(before) == 300


async def test_a_list_is_newest_first(place: Place) -> None:
    old = (place.time.now - timedelta(days=3)).isoformat()
    first = await place.register(received_at=old)
    second = await place.register()

    page = (await place.city_clerk.get("/petitions")).json()

    assert [each["id"] for each in page["items"]] == [str(second.id), str(first.id)]


async def test_a_forged_cursor_is_refused_and_one_of_another_list_too(place: Place) -> None:
    await fill(place, 3)
    cursor = (await place.city_clerk.get("/petitions", limit=2)).json()["next"]
    forged = cursor[:-2] + ("AA" if cursor[-2:] != "AA" else "BB")

    for query in ({"cursor": forged}, {"cursor": cursor, "division": place.county}):
        answer = await place.city_clerk.get("/petitions", **query)
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_cursor")
    elsewhere = await place.city_clerk.get("/escalations", cursor=cursor)
    assert elsewhere.status_code == 400
