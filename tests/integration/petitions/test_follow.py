"""A citizen follows a case by its number and a one-time code."""

import asyncio
from typing import Any

import httpx

from services.petitions.intake.use_cases.follow_codes import ALPHABET, LENGTH
from tests.integration.petitions.conftest import CANARIES, Case, Place

SOURCES = (f"198.51.100.{number}" for number in range(1, 250))


async def look(
    place: Place, number: str, code: str, *, source: str | None = None
) -> httpx.Response:
    """As the gateway passes it on: no token, and where it comes from."""
    headers = {"Accept-Language": "en", "X-Forwarded-For": source or next(SOURCES)}
    return await place.service.http.post(
        "/api/v1/petition-status", json={"number": number, "code": code}, headers=headers
    )


async def registered(place: Place, **changes: Any) -> tuple[Case, str]:
    case = await place.register(**changes)
    return case, case.seen["follow_code"]


async def test_the_code_shows_the_public_state_and_nothing_else(place: Place) -> None:
    case, code = await registered(place)
    assert len(code) == LENGTH
    assert set(code) <= set(ALPHABET)

    answer = await look(place, case.number, f"{code[:5]}-{code[5:].lower()}")

    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["number"], told["status"], told["zh"]) == (case.number, "registered", "已登记")
    assert told["office"] == f"区划{place.city}"
    assert set(told) == {
        "number", "status", "zh", "en", "office", "received_on", "accepted_on", "refused_on",
        "answered_on", "closed_on", "next_code",
    }  # fmt: skip
    for secret in (*CANARIES, "酸味", "电镀", place.county):
        assert secret not in answer.text


async def test_the_words_follow_the_case_and_tell_nothing_of_the_units(place: Place) -> None:
    case, code = await registered(place)
    seen = []
    for step in (case.transferred, case.answer):
        if step == case.answer:
            await case.step(place.clerk, "accept", {"notice": "已受理"})
            await case.step(place.officer, "start")
        await step()
        told = (await look(place, case.number, code)).json()
        seen.append(told["zh"])
        code = told["next_code"]

    assert seen == ["转送办理中", "已答复"]


async def test_a_code_is_used_up_and_the_answer_holds_the_next(place: Place) -> None:
    case, first = await registered(place)
    second = (await look(place, case.number, first)).json()["next_code"]
    third = (await look(place, case.number, second)).json()["next_code"]

    assert len({first, second, third}) == 3
    # Two uses ago, within the grace that only the last used code has.
    assert (await look(place, case.number, first)).status_code == 404
    assert (await look(place, case.number, third)).status_code == 200


async def test_who_lost_an_answer_is_not_locked_out(place: Place) -> None:
    case, code = await registered(place)
    lost = (await look(place, case.number, code)).json()["next_code"]

    again = await look(place, case.number, code)
    assert again.status_code == 200
    # What the lost answer held is dead: two answers must not hold two good codes.
    assert (await look(place, case.number, lost)).status_code == 404
    await place.time.pass_by(minutes=11)
    assert (await look(place, case.number, code)).status_code == 404
    assert (await look(place, case.number, again.json()["next_code"])).status_code == 200


async def test_of_two_that_use_a_code_at_once_none_spoils_the_other(place: Place) -> None:
    case, code = await registered(place)

    answers = await asyncio.gather(*(look(place, case.number, code) for _ in range(4)))

    good = [each.json()["next_code"] for each in answers if each.status_code == 200]
    assert good
    assert {each.status_code for each in answers} <= {200, 404}
    alive = [code for code in good if (await look(place, case.number, code)).status_code == 200]
    assert len(alive) >= 1


async def test_wrong_number_wrong_code_and_a_case_without_one_answer_alike(place: Place) -> None:
    case, code = await registered(place)
    await place.service.sql("UPDATE petition SET follow_hash = NULL WHERE id = $1", case.id)
    other, _ = await registered(place)

    answers = [
        await look(place, other.number, "3" * LENGTH),
        await look(place, "999999-2026-000001", code),
        await look(place, case.number, code),
    ]

    assert {each.status_code for each in answers} == {404}
    bodies = [{**each.json(), "request_id": ""} for each in answers]
    assert bodies[0] == bodies[1] == bodies[2]
    assert bodies[0]["code"] == "unknown_case"


async def test_guessing_gets_slow_and_the_owner_still_gets_in(place: Place) -> None:
    case, code = await registered(place)
    guesser = next(SOURCES)
    codes = [
        (await look(place, case.number, "3" * LENGTH, source=guesser)).status_code for _ in range(9)
    ]
    assert codes[:6] == [404] * 6
    assert 429 in codes[6:]
    # Not even the right code is judged while the guesser waits.
    barred = await look(place, case.number, code, source=guesser)
    assert (barred.status_code, barred.json()["code"]) == (429, "too_many_guesses")

    assert (await look(place, case.number, code)).status_code == 200


async def test_a_clerk_gives_a_new_code_and_the_old_ones_are_dead(place: Place) -> None:
    case, old = await registered(place)
    path = f"{case.path}/follow-code"

    for who, status in ((place.officer, 403), (place.other_clerk, 404)):
        assert (await who.post(path)).status_code == status
    answer = await place.city_clerk.post(path, key="")
    assert answer.status_code == 200, answer.text
    new = answer.json()["follow_code"]

    assert (await look(place, case.number, old)).status_code == 404
    assert (await look(place, case.number, new)).status_code == 200


async def test_a_code_is_kept_as_a_hash_only_and_a_retry_still_tells_it(place: Place) -> None:
    key, body = "k" * 20 + place.city, place.body()
    first = await place.city_clerk.post("/petitions", body, key=key)
    again = await place.city_clerk.post("/petitions", body, key=key)
    code = first.json()["follow_code"]

    assert again.content == first.content
    for table in ("petition", "idempotency", "audit", "outbox_event", "follow_previous"):
        async with place.service.connection(
            system="on", principal=str(place.city_clerk.id)
        ) as connection:
            found = await connection.fetchval(
                f"SELECT count(*) FROM {table} t WHERE t::text LIKE $1",  # noqa: S608
                f"%{code}%",
            )
            bodies = (
                await connection.fetch("SELECT body FROM idempotency")
                if table == "idempotency"
                else []
            )
        assert found == 0
        assert all(code.encode() not in bytes(each["body"]) for each in bodies)


async def test_following_changes_nothing_an_officer_sees(place: Place) -> None:
    case, code = await registered(place)
    await look(place, case.number, code)

    assert (await case.read(place.city_clerk))["version"] == 1
