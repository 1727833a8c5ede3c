"""The masking matrix (DOMAIN 2.7), and that no other output of the service shows more.

An oracle, not a list of cases: whatever the service answers, keeps, tells others or logs about the
petitions of `masking` is looked through for whoever petitioned.
"""

import json
from collections.abc import AsyncIterator, Iterator
from typing import Any, Final
from urllib.parse import quote
from uuid import uuid4

import asyncpg
import pytest

from services.regions.operations import handlers as regions
from services.tasks.dispatch import handlers as tasks
from shared.auth.actor import Role
from shared.contracts.petitions import SupervisionRaised
from tests.integration.petitions.conftest import BusinessTime, Case, Place
from tests.integration.petitions.leaks import (
    FACTS,
    MASKED,
    NUMBERS,
    OF_LATE,
    PERSON,
    SECRETS,
    TOLD,
    holding,
    leaks_of,
    named_in,
)
from tests.integration.petitions.masking import World, told
from tests.integration.petitions.sweeping import GETS, SWEEPERS, Swept, person, sweep
from tests.integration.petitions.test_follow import look
from tests.support.openapi import A_UUID, Operation, operations_of
from tests.support.services import Caller, RunningService

POSTS: Final = [each for each in operations_of("petitions") if each.method == "post"]
FULL, MASK, STREET, REDACTED, NOT = "full", "masked", "street", "redacted", "absent"
READERS: Final = {
    # Name of the column: who it is, and of which petition.
    "clerk who handles it": ("clerk", "in_progress"),
    "clerk of the office that registered it": ("city_clerk", "in_progress"),
    "officer while in progress": ("officer", "in_progress"),
    "officer afterwards": ("officer", "ridden"),
    "officer after the last word": ("officer", "reviewed"),
    "unit that shares it": ("other_officer", "shared"),
    "clerk of the unit that shares it": ("other_clerk", "shared"),
    "leader in the group": ("leader", "shared"),
    "leader of the other county": ("other_leader", "shared"),
    "head of the unit": ("head", "in_progress"),
    "head of the city": ("city_head", "ridden"),
    "auditor with a reason": ("auditor", "in_progress"),
}
# As DOMAIN 2.7 has it, in the order of READERS.
MATRIX: Final = {
    "name": (FULL, FULL, MASK, MASK, MASK, NOT, NOT, NOT, NOT, NOT, NOT, FULL),
    "phone": (FULL, FULL, FULL, MASK, MASK, NOT, NOT, NOT, NOT, NOT, NOT, FULL),
    "id_number": (MASK, MASK, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, FULL),
    "address": (FULL, FULL, STREET, STREET, STREET, NOT, NOT, NOT, NOT, NOT, NOT, FULL),
    "text": (
        FULL, FULL, FULL, FULL, FULL,
        REDACTED, REDACTED, REDACTED, REDACTED, REDACTED, REDACTED, FULL,
    ),
    "facts": (FULL,) * 12,
    "number": (FULL,) * 12,
}  # fmt: skip
CELLS: Final = [
    (field, reader, word)
    for field, words in MATRIX.items()
    for reader, word in zip(READERS, words, strict=True)
]
# Where a secret may lie, and why.
KEPT_AS_WRITTEN: Final = {
    ("petition", "title"): "text as written, for the clerk and the handling officer",
    ("petition", "body"): "the same",
    ("petition", "reply"): "what the petitioner is told, as written",
    ("petition", "reply_parts"): "the same",
    ("idempotency", "body"): "an answer kept for who asked, by a row policy of the asker's own",
}
# Where somebody may stand who joined after it was written: what is sent, issued, never changed.
WRITTEN_BEFORE: Final = {
    ("audit", "reason"),
    ("vault_access", "reason"),
    ("outbox_event", "data"),
    ("report", "reason"),
    ("report_item", "content"),
    ("report_part", "content"),
    ("spot_check", "findings"),
}


@pytest.fixture(scope="module")
async def world(petitions: RunningService, time_: BusinessTime, cities: Iterator[str]) -> World:
    return await told(Place(petitions, time_, next(cities)))


def everybody(place: Place) -> Caller:
    """One account with every role of the city."""
    return place.service.caller(*((role, place.city) for role in Role if role != Role.AUDITOR))


# --- the matrix -----------------------------------------------------------------------------


async def accesses(world: World) -> int:
    rows = await world.place.service.sql("SELECT count(*) FROM vault_access")
    return int(rows[0]["count"])


@pytest.mark.parametrize(("field", "reader", "word"), CELLS)
async def test_the_matrix(world: World, field: str, reader: str, word: str) -> None:
    who, case = person(world, READERS[reader][0]), world.cases[READERS[reader][1]]
    seen = await case.read(who)
    if field in PERSON:
        await _identity(world, who, case, field, word)
    elif field == "facts":
        assert FACTS in seen["body"]
        assert seen["media"] == ["air"]
    elif field == "number":
        assert seen["number"] == case.number
    elif reader.startswith("auditor"):
        assert named_in(str(seen)) == []
        answer = await who.post(f"{case.path}/reveal", {"fields": ["text"], "reason": "核查"})
        assert answer.json()["text"].startswith(TOLD)
    else:
        as_written = word == FULL
        assert seen["body"].startswith(TOLD) is as_written
        assert (seen["title"] == TOLD) is as_written
        if not as_written:
            assert named_in(json.dumps(seen, ensure_ascii=False)) == []


async def _identity(world: World, who: Caller, case: Case, field: str, word: str) -> None:
    before = await accesses(world)
    shown = (await case.read(who))["petitioner"][field]
    assert shown in ({None} if word == NOT else {MASKED[field]})
    body = {"fields": [field], "reason": "核实"}
    answer = await who.post(f"{case.path}/reveal", body)
    if answer.status_code == 403:
        assert word == NOT
        assert await accesses(world) == before
        return
    assert answer.status_code == 200, answer.text
    expected = {FULL: PERSON[field], NOT: None}.get(word, MASKED[field])
    assert answer.json()[field] == expected
    assert {name for name, value in answer.json().items() if value is not None} <= {field}
    assert await accesses(world) == before + 1


async def test_every_unmasked_read_left_one_record_with_its_reason(world: World) -> None:
    case = world.cases["in_progress"]
    rows = await world.place.service.sql(
        "SELECT a.* FROM vault_access a WHERE entry_id = ANY"
        " (SELECT unnest(party_ids) FROM petition WHERE id = $1)",
        case.id,
    )
    revealed = [
        each
        for each in world.answers
        if each.request.url.path.endswith(f"{case.id}/reveal") and each.status_code == 200
    ]
    assert len(rows) >= len(revealed) >= 4
    assert all(row["reason"] and row["fields"] for row in rows)
    unmasked = {
        each.request.url.path.rpartition("/")[2]
        for each in world.answers
        if PERSON["phone"] in each.text and each.status_code == 200
    }
    assert unmasked <= {"reveal"}


async def test_an_enterprise_can_be_told_the_facts_and_nothing_of_a_petition(world: World) -> None:
    """What other services get to make a task of: a matter, never a complaint (rule a)."""
    rows = await world.place.service.sql(
        "SELECT data FROM outbox_event WHERE topic = $1 AND data->>'escalation_id' IN"
        " (SELECT id::text FROM escalation WHERE city = $2)",
        SupervisionRaised.topic,
        world.place.city,
    )
    [told_] = [row["data"] for row in rows]
    assert FACTS in told_
    taken = {*tasks.HANDLERS, *regions.HANDLERS}
    assert {each for each in taken if each.startswith("petitions.")} == {SupervisionRaised.topic}
    numbers = [case.number for case in world.cases.values()]
    for word in (*numbers, "信访", "举报", "投诉", "petition", "hotline", "complain"):
        assert word not in told_, word
    assert named_in(told_) == []


async def test_the_public_learns_a_state_and_figures(world: World) -> None:
    case = world.cases["refused"]
    answer = await look(world.place, case.number, world.codes["refused"])
    assert answer.status_code == 200
    numbers = [each.number for each in world.cases.values() if each is not case]
    assert not [each for each in (*numbers, FACTS, world.place.county) if each in answer.text]
    assert named_in(answer.text) == []
    assert (await look(world.place, case.number, "AAAA AAAA AA")).status_code == 404
    days = {"first_day": "2026-01-01", "last_day": "2079-12-31", "division": world.place.city}
    for path in ("", "/rankings", "/repeat_rate", "/repeat_rate/series", "/repeat_rate/breakdown"):
        figures = await world.place.leader.get(f"/petition-statistics{path}", **days)
        told_ = figures.text
        assert not [case for case in world.cases.values() if case.number in told_], path
        assert FACTS not in told_


# --- everything that is answered ------------------------------------------------------------


def test_no_answer_of_the_whole_story_told_more_than_its_asker_may_have(world: World) -> None:
    assert len(world.answers) > 150
    found = {
        f"{each.request.method} {each.request.url.path} {each.status_code} {where}"
        for each in world.answers
        for where in leaks_of(each)
    }
    assert found == set()


@pytest.fixture(scope="module")
async def swept(world: World) -> Swept:
    return await sweep(world)


@pytest.mark.parametrize("name", SWEEPERS)
def test_no_get_shows_more_than_its_reader_may_have(swept: Swept, name: str) -> None:
    assert swept.leaks[name] == set()


def test_every_get_was_answered_to_somebody_and_none_failed(swept: Swept) -> None:
    """Else the sweep would have looked at nothing."""
    assert {str(each) for each in GETS} == set(swept.statuses)
    assert [name for name, statuses in swept.statuses.items() if 200 not in statuses] == []
    assert max(max(statuses) for statuses in swept.statuses.values()) < 500


@pytest.mark.parametrize("secret", SECRETS)
async def test_searching_for_somebody_finds_nothing(world: World, secret: str) -> None:
    for who in (world.place.city_clerk, world.place.officer, world.place.leader):
        for path in ("/petitions", "/petitions-exports"):
            answer = await who.get(path, q=secret, **({} if "exp" in path else {"limit": 200}))
            assert answer.status_code in {200, 422}, answer.text
            assert not [case for case in world.cases.values() if case.number in answer.text]
            assert named_in(answer.text) == []


async def test_typing_somebodys_name_finds_no_petition_by_it(world: World) -> None:
    typed = {"office": world.place.city, "divisions": [world.place.county], "media": ["noise"]}
    texts = dict.fromkeys(("title", "body", "place", "object_name"), f"{PERSON['name']}{NUMBERS}")
    answer = await world.place.city_clerk.post("/petitions/repeat-candidates", typed | texts)
    assert (answer.status_code, answer.json()) == (200, [])


# --- what is refused ------------------------------------------------------------------------


def wrong_bodies(operation: Operation) -> Iterator[Any]:
    schema = operation.body()
    names = [] if schema is None else list(schema.get("properties", {}))
    yield TOLD
    yield {name: [TOLD] for name in names} | {"more": TOLD}
    yield dict.fromkeys(names, TOLD) | {"more": {"name": TOLD}}
    yield {name: {"name": TOLD, "fields": [TOLD]} for name in names}


async def test_no_refusal_echoes_what_it_refuses(world: World) -> None:
    who, statuses = everybody(world.place), set()
    for operation in POSTS:
        path = operation.url().removeprefix("/api/v1")
        for body in wrong_bodies(operation):
            answer = await who.post(path, body, version=1)
            statuses.add(answer.status_code)
            assert answer.status_code >= 400 or body == {"more": TOLD}, (path, answer.text)
            assert named_in(f"{answer.text} {answer.headers}") == [], path
    assert {404, 422} <= statuses <= {400, 403, 404, 409, 415, 422}


async def test_no_address_is_echoed_or_logged(world: World) -> None:
    who = everybody(world.place)
    for operation in GETS:
        if operation.is_of_one_item:
            name = operation.parameters("path")[0][0]
            path = operation.path.replace(f"{{{name}}}", quote(PERSON["name"]))
            rest = {each: A_UUID for each, _ in operation.parameters("path")[1:]}
            answer = await who.get(path.removeprefix("/api/v1").format(**rest), q=PERSON["name"])
            assert answer.status_code in {403, 404, 422}, answer.text
            assert named_in(answer.text) == [], path
    assert named_in(world.place.service.log) == []


async def test_conflicts_and_stale_versions_echo_nothing(world: World) -> None:
    place, case = world.place, world.cases["reviewed"]
    version = (await case.read(place.city_clerk))["version"]
    for name in ("accept", "refuse", "transfer", "start", "reply", "callbacks", "object", "extend"):
        for body in ({"notice": TOLD}, {"reason": TOLD}, {"note": TOLD}):
            for at in (version, version + 1):
                answer = await everybody(place).post(f"{case.path}/{name}", body, version=at)
                assert answer.status_code >= 400
                assert named_in(answer.text) == []


async def test_an_answer_is_kept_for_who_asked_only(world: World) -> None:
    place, case, key = world.place, world.cases["in_progress"], uuid4().hex
    body = {"fields": ["name"], "reason": "核实"}
    await place.city_clerk.post(f"{case.path}/reveal", body, key=key)
    answer = await place.leader.post(f"{case.path}/reveal", body, key=key)
    assert answer.status_code == 403
    assert named_in(answer.text) == []
    async with place.service.connection(principal=str(place.leader.id)) as other:
        assert (
            await other.fetchval(
                "SELECT count(*) FROM idempotency WHERE principal <> $1", str(place.leader.id)
            )
            == 0
        )


# --- what is kept ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
async def database(world: World) -> AsyncIterator["asyncpg.Connection[Any]"]:
    """As the administrator, who sees every row, past every policy."""
    connection = await asyncpg.connect(
        world.place.service.databases.admin, server_settings={"search_path": "petitions"}
    )
    yield connection
    await connection.close()


async def test_no_column_of_any_table_names_somebody_but_the_text_as_written(
    database: "asyncpg.Connection[Any]",
) -> None:
    assert await database.fetchval("SELECT count(*) FROM vault_entry") > 0
    assert await holding(database, SECRETS) == set(KEPT_AS_WRITTEN)


async def test_who_joins_late_is_named_in_nothing_that_can_still_be_changed(
    database: "asyncpg.Connection[Any]",
) -> None:
    found = await holding(database, OF_LATE)
    assert found - WRITTEN_BEFORE == set(KEPT_AS_WRITTEN)


async def test_nothing_is_logged(world: World) -> None:
    assert len(world.place.service.log) > 1000
    assert named_in(world.place.service.log, (*SECRETS, *OF_LATE)) == []
