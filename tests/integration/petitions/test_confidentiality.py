"""Nothing of the petitioner is shown, told, logged or kept where it does not belong."""

import re
from typing import Any, Final

import asyncpg
import httpx
import pytest

from services.petitions.tables import metadata
from shared.auth.actor import Role
from tests.integration.petitions.conftest import (
    ADDRESS,
    CANARIES,
    ID_NUMBER,
    NAME,
    PHONE,
    Case,
    Place,
    Ride,
)

# What offices write to or about a petitioner names the petitioner.
TELLING: Final = f"{NAME}您好,{PHONE},{ADDRESS},{ID_NUMBER}"
TABLES: Final = sorted(metadata.tables)


def clean(text: str) -> None:
    squeezed = re.sub(r"[\s-]", "", text)
    for canary in CANARIES:
        place = text.find(canary)
        assert place < 0, text[place - 40 : place + 40]
        assert re.sub(r"[\s-]", "", canary) not in squeezed, canary


async def told(place: Place) -> Case:
    """A shared petition, in every free text of which somebody named the petitioner."""
    case = await place.shared(place=f"{NAME}家旁,电话{PHONE}")
    await case.step(place.city_clerk, "transfer", {"unit": place.county, "reason": TELLING})
    await case.step(place.clerk, "accept", {"notice": TELLING})
    await case.step(place.officer, "start", {"reason": TELLING})
    await case.step(place.officer, "request-extension", {"days": 3, "reason": TELLING})
    await case.step(place.head, "extend", {"notice": TELLING, "consent": TELLING})
    reply = {
        "outcome": "explained",
        "opinion": TELLING,
        "legal_basis": "大气污染防治法",
        "request": TELLING,
        "facts": TELLING,
        "partial": True,
    }
    await case.step(place.officer, "reply", reply)
    await case.step(place.city_clerk, "callbacks", {
        "result": "no_answer", "solved": "unknown", "note": TELLING,
    })  # fmt: skip
    await place.time.pass_by(minutes=1)
    return await case.call("dissatisfied", "no", TELLING)


READERS: Final = ("leader", "head", "other_officer", "other_clerk", "other_leader", "city_head")


@pytest.mark.parametrize("who", [*READERS, "auditor"])
async def test_who_may_not_know_the_petitioner_learns_nothing(place: Place, who: str) -> None:
    case = await told(place)
    reader = getattr(place, who)

    own = ("callbacks", "repeats", "parties", "parts")
    for path in (case.path, *(f"{case.path}/{each}" for each in own), "/petitions"):
        answer = await reader.get(path)
        assert answer.status_code == 200
        clean(answer.text)
    seen = await case.read(reader)
    assert seen["number"] == case.number
    assert "夜里有酸味" in seen["body"]
    if who != "auditor":
        assert not any((seen["petitioner"] or {}).values())


async def test_the_handling_officer_has_the_text_and_a_masked_petitioner(place: Place) -> None:
    seen = await (await told(place)).read(place.officer)

    assert NAME in seen["body"]
    assert seen["petitioner"] == {
        "name": "欧***",
        "phone": "139****0123",
        "id_number": None,
        "address": "慈溪市长河镇",
    }


async def test_the_clerk_sees_masks_until_asking_with_a_reason(place: Place) -> None:
    seen = await (await told(place)).read(place.clerk)

    assert NAME in seen["body"]
    assert seen["petitioner"]["name"] == "欧***"
    assert seen["petitioner"]["id_number"] == ID_NUMBER[:6] + "********" + ID_NUMBER[-4:]


async def test_nothing_of_the_petitioner_crosses_or_is_traced(place: Place) -> None:
    case = await told(place)
    rows = await place.service.sql(
        "SELECT to_jsonb(e)::text AS row FROM outbox_event e WHERE key = $1"
        " UNION ALL SELECT to_jsonb(a)::text FROM audit a WHERE object_id = $1"
        " UNION ALL SELECT to_jsonb(s)::text FROM petition_step s WHERE petition_id::text = $1"
        " UNION ALL SELECT to_jsonb(c)::text FROM callback c WHERE petition_id::text = $1"
        " UNION ALL SELECT to_jsonb(v)::text FROM vault_entry v",
        str(case.id),
    )
    assert len(rows) > 20
    for row in rows:
        clean(row["row"])


async def test_nothing_of_the_petitioner_is_logged_or_echoed(place: Place) -> None:
    await told(place)
    wrong = place.body()
    for changes in (
        {"petitioner": {**wrong["petitioner"], "phone": f"tel {PHONE}"}},
        {"petitioner": {**wrong["petitioner"], "id_number": ID_NUMBER[:-1] + "9"}},
        {"petitioner": {**wrong["petitioner"], "extra": NAME}},
        {"petitioner": NAME},
        {"title": NAME * 100},
        {NAME: 1},
        {"received_at": f"{PHONE}"},
    ):
        answer = await place.try_register(**changes)
        assert answer.status_code == 422
        if NAME not in changes:  # a field's own name is its pointer
            clean(answer.text)
    clean(place.service.log)


async def reveal(place: Place, case: Case, who: str, *fields: str) -> httpx.Response:
    body = {"fields": fields or ("name", "phone", "id_number", "address"), "reason": "回访核实"}
    answer: httpx.Response = await getattr(place, who).post(f"{case.path}/reveal", body)
    return answer


async def accesses(place: Place, case: Case) -> list[asyncpg.Record]:
    return await place.service.sql(
        "SELECT a.* FROM vault_access a JOIN petition p ON p.petitioner_id = a.entry_id"
        " WHERE p.id = $1 ORDER BY a.id",
        case.id,
    )


FULL: Final = {"name": NAME, "phone": PHONE, "id_number": ID_NUMBER, "address": ADDRESS}
MASKED: Final = {
    "name": "欧***",
    "phone": "139****0123",
    "id_number": ID_NUMBER[:6] + "********" + ID_NUMBER[-4:],
    "address": "慈溪市长河镇",
}


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("city_clerk", FULL | {"id_number": MASKED["id_number"]}),
        ("clerk", FULL | {"id_number": MASKED["id_number"]}),
        ("officer", MASKED | {"phone": PHONE, "id_number": None}),
        ("auditor", FULL),
    ],
)
async def test_a_reveal_gives_what_the_matrix_says_and_leaves_a_record(
    place: Place, who: str, expected: dict[str, Any]
) -> None:
    case = await (await place.register()).in_progress()

    answer = await reveal(place, case, who)

    told = answer.json()
    assert {field: told[field] for field in expected} == expected
    [access] = await accesses(place, case)
    assert access["actor_id"] == getattr(place, who).id
    assert access["reason"] == "回访核实"
    assert access["fields"] == ["name", "phone", "id_number", "address"]


async def test_every_reveal_leaves_a_record_of_its_own(place: Place) -> None:
    case = await place.register()
    for _ in range(3):
        assert (await reveal(place, case, "city_clerk", "name")).status_code == 200

    assert len(await accesses(place, case)) == 3


async def test_a_revealed_identity_is_not_kept_with_the_answers(place: Place) -> None:
    case = await place.register()
    key = f"reveal-{case.number}"
    body = {"fields": ["name"], "reason": "回访"}
    await place.city_clerk.post(f"{case.path}/reveal", body, key=key)

    async with place.service.connection(principal=str(place.city_clerk.id)) as connection:
        kept = await connection.fetch("SELECT body FROM idempotency")
    assert kept
    for row in kept:
        clean(bytes(row["body"]).decode())


async def test_an_auditor_gets_the_text_as_written_with_a_reason_only(place: Place) -> None:
    case = await place.register()

    clean((await place.auditor.get(case.path)).text)
    assert NAME in (await reveal(place, case, "auditor", "text")).json()["text"]
    assert len(await accesses(place, case)) == 1


@pytest.mark.parametrize("who", ["leader", "head", "other_officer", "other_clerk", "other_leader"])
async def test_others_cannot_ask_at_all(place: Place, who: str) -> None:
    case = await (await place.shared()).transferred()

    assert (await reveal(place, case, who)).status_code == 403
    assert await accesses(place, case) == []


async def test_an_auditor_of_elsewhere_is_no_auditor_here(place: Place) -> None:
    case = await (await place.shared()).transferred()
    both = place.service.caller((Role.AUDITOR, "990100"), (Role.LEGAL_REVIEWER, place.county))

    clean((await both.get(case.path)).text)
    assert (
        await both.post(f"{case.path}/reveal", {"fields": ["name"], "reason": "x"})
    ).status_code == 403


async def test_a_reveal_needs_a_reason(place: Place) -> None:
    case = await place.register()
    answer = await place.city_clerk.post(f"{case.path}/reveal", {"fields": ["name"]})

    assert answer.status_code == 422


async def test_the_vault_is_shut_even_to_the_service_until_it_is_opened(place: Place) -> None:
    await place.register()
    scopes = f"{place.city[:2]},{place.city[:4]},{place.county}"
    async with place.service.connection(principal="test", scopes=scopes, system="on") as shut:
        assert await shut.fetchval("SELECT count(*) FROM vault_entry") == 0
        assert await shut.execute("UPDATE vault_entry SET created_at = now()") == "UPDATE 0"
        assert await shut.execute("DELETE FROM vault_entry") == "DELETE 0"
    async with place.service.connection(scopes=place.county, vault="open") as opened:
        assert await opened.fetchval("SELECT count(*) FROM vault_entry") == 1
    async with place.service.connection(scopes=place.third, vault="open") as elsewhere:
        assert await elsewhere.fetchval("SELECT count(*) FROM vault_entry") == 0


async def test_without_a_caller_no_table_has_a_row(ride: Ride) -> None:
    async with ride.place.service.connection() as connection:
        walked = await connection.fetch(
            "SELECT relname, relrowsecurity, relforcerowsecurity FROM pg_class"
            " WHERE relnamespace = 'petitions'::regnamespace AND relkind IN ('r', 'p')"
            " AND relname <> 'alembic_version'"
        )
        assert {f"petitions.{row['relname']}" for row in walked} == set(TABLES)
        for row in walked:
            assert (row["relrowsecurity"], row["relforcerowsecurity"]) == (True, True), row
            statement = f"SELECT count(*) FROM {row['relname']}"  # noqa: S608  from the catalogue
            assert await connection.fetchval(statement) == 0, row["relname"]


async def test_a_county_has_rows_of_its_own_and_shared_ones_only(place: Place) -> None:
    mine, shared = await place.register(), await place.shared()
    both = (place.county, place.neighbour)
    await mine.transferred()
    await shared.transferred()

    async def listed(who: str) -> set[str]:
        page = (await getattr(place, who).get("/petitions")).json()
        return {each["number"] for each in page["items"]}

    parts = {division: f"{shared.number}-{n}" for n, division in enumerate(both, 1)}
    assert await listed("city_clerk") == {mine.number, shared.number, *parts.values()}
    assert await listed("clerk") == {mine.number, shared.number, parts[place.county]}
    assert await listed("other_clerk") == {shared.number, parts[place.neighbour]}
    assert await listed("third_clerk") == set()
    assert (await place.other_clerk.get(mine.path)).status_code == 404


async def test_a_list_of_a_division_beyond_ones_own_is_not_found(place: Place) -> None:
    for path in ("/petitions", "/petition-statistics"):
        answer = await place.clerk.get(
            path, division=place.city, first_day="2026-01-01", last_day="2026-12-31"
        )
        assert answer.status_code == 404


async def test_a_division_that_takes_part_reads_the_redacted_copy(place: Place) -> None:
    case = await (await place.shared()).transferred()

    seen = await case.read(place.other_officer)

    assert "夜里有酸味" in seen["body"]
    clean(f"{seen['title']} {seen['body']}")


async def test_figures_share_an_item_between_its_divisions(place: Place) -> None:
    await place.shared()
    await place.register()
    day = str(place.time.now.date())
    for division, denominator in (
        (place.city, "2"),
        (place.county, "3/2"),
        (place.neighbour, "1/2"),
    ):
        answer = await place.city_clerk.get(
            "/petition-statistics", division=division, first_day="2026-01-01", last_day="2079-12-31"
        )
        rate = answer.json()["rates"][0]
        assert (rate["metric"], rate["numerator"], rate["denominator"]) == (
            "repeat_rate",
            "0",
            denominator,
        ), day
