"""A county ends: its open petitions go on with the successor, its closed ones are history."""

import json
from datetime import date
from typing import Any
from uuid import uuid4

from shared.auth.actor import Role
from shared.clocks.days import legal_day
from shared.clocks.json_form import term_to_json
from shared.clocks.term import LegalBasis, Term, Unit
from shared.contracts.regions import ChangeDocument, DivisionSucceeded
from tests.integration.petitions.conftest import ANSWER, Case, Place
from tests.support.services import Caller, eventually


def new_code(place: Place) -> str:
    return place.city[:4] + "91"


async def succeeded(place: Place, *predecessors: str) -> None:
    """From today on one division stands in their place."""
    into = new_code(place)
    today: date = legal_day(place.time.now)
    await place.service.sql(
        "INSERT INTO reference_division VALUES ($1, '新区', $2, NULL) ON CONFLICT DO NOTHING",
        into,
        today,
    )
    event = DivisionSucceeded(
        change_id=uuid4(),
        predecessors=[*predecessors],
        successors=[into],
        main=into,
        assignments=[],
        effective_on=today,
        document=ChangeDocument(title="关于调整行政区划的批复", number="国函〔2026〕1号"),
    )
    for _ in range(2):
        answer = await place.service.tell(event, source="regions")
        assert answer.status_code == 204, answer.text


async def is_moved(place: Place, case: Case, into: str) -> dict[str, Any]:
    async def there() -> dict[str, Any] | None:
        [row] = await place.service.sql("SELECT * FROM petition WHERE id = $1", case.id)
        return dict(row) if row["holder"] == into else None

    return await eventually(there)


def of_the_successor(place: Place, role: Role) -> Caller:
    """As `identity` has it: the grant at the successor carries the predecessor's along."""
    return place.service.caller((role, new_code(place)), (role, place.county))


async def test_open_petitions_go_on_and_closed_ones_stay(place: Place) -> None:
    going = await place.register()
    await going.in_progress()
    closed = await place.register()
    await closed.replied()
    await closed.call("satisfied", "yes")
    assert await closed.state() == "closed"
    into = new_code(place)
    before = await going.read(place.clerk)

    await succeeded(place, place.county)

    row = await is_moved(place, going, into)
    assert (row["county"], row["divisions"], json.loads(row["shares"])) == (
        into,
        [into],
        {into: "1"},
    )
    assert {into, place.city[:4], place.city[:2]} == {*row["visible_to"]}
    assert row["number"] == before["number"]
    clerk, officer = (
        of_the_successor(place, Role.PETITION_CLERK),
        of_the_successor(place, Role.OFFICER),
    )
    officer.id = place.officer.id  # the same person, by the grant of that morning
    # Who read it before is told that it has changed.
    stale = await going.try_(officer, "reply", ANSWER)
    assert stale.status_code == 412
    read = await going.read(clerk)
    assert (read["holder"], read["version"]) == (into, before["version"] + 1)
    # The officer of the successor answers it, in the time that runs on.
    going.version = read["version"]
    running = {kind for kind, states in (await going.clocks()).items() if "running" in states}
    assert running
    going.place.officer = officer
    await going.answer()
    after = await going.clocks()
    assert "met" in {state for kind in running for state in after[kind]}

    [kept] = await place.service.sql("SELECT * FROM petition WHERE id = $1", closed.id)
    assert (kept["holder"], kept["divisions"]) == (place.county, [place.county])
    assert (await closed.read(clerk))["state"] == "closed"
    listed = {each["id"] for each in (await clerk.get("/petitions", limit=200)).json()["items"]}
    assert {str(going.id), str(closed.id)} <= listed


async def test_nobody_else_comes_to_see_anything(place: Place) -> None:
    case = await place.register()
    await case.transferred()

    await succeeded(place, place.county)
    await is_moved(place, case, new_code(place))

    for stranger in (place.other_clerk, place.third_clerk):
        assert (await stranger.get(case.path)).status_code == 404
    # With the old grant alone, which has ended, the open petition is no more there either.
    assert (await place.clerk.get(case.path)).status_code == 404
    assert (await case.read(place.city_clerk))["holder"] == new_code(place)


async def test_a_matter_of_both_predecessors_is_one_divisions(place: Place) -> None:
    case = await place.shared()
    into = new_code(place)

    await succeeded(place, place.county, place.neighbour)

    async def there() -> dict[str, Any] | None:
        [row] = await place.service.sql("SELECT * FROM petition WHERE id = $1", case.id)
        return dict(row) if row["divisions"] == [into] else None

    row = await eventually(there)
    assert json.loads(row["shares"]) == {into: "1"}
    parts = await place.service.sql(
        "SELECT scope FROM petition_part WHERE petition_id = $1", case.id
    )
    assert [each["scope"] for each in parts] == [into]
    read = (await place.city_clerk.get(f"{case.path}/parts")).json()
    assert {each["holder"] for each in read} == {into}


async def test_the_successor_counts_its_own_numbers(place: Place) -> None:
    await place.register()
    await succeeded(place, place.county)
    clerk = of_the_successor(place, Role.PETITION_CLERK)

    answer = await place.try_register(clerk, office=new_code(place), divisions=[new_code(place)])

    assert answer.status_code == 201, answer.text
    assert new_code(place) in answer.json()["number"]


async def test_a_countys_own_terms_hold_for_its_successor(place: Place) -> None:
    await place.service.sql(
        "INSERT INTO handling_profile (version, id, code, scope, channels, tracks,"
        " momentary_only, valid_from, accept, sender_agrees, pausable, created_by, created_at)"
        " SELECT 1, gen_random_uuid(), $1, $2, '{visit}', '{petition_opinion}', false,"
        " '2026-01-01', $3, false, false, gen_random_uuid(), now()",
        f"own-{place.county}",
        place.county,
        json.dumps(term_to_json(Term(2, Unit.WORKING_DAYS, LegalBasis("[DD]")))),
    )

    await succeeded(place, place.county)

    [row] = await place.service.sql(
        "SELECT * FROM handling_profile WHERE scope = $1", new_code(place)
    )
    assert row["code"] == f"own-{place.county}-{new_code(place)}"
    assert (row["valid_from"], row["valid_to"]) == (legal_day(place.time.now), None)
    assert json.loads(row["accept"])["amount"] == 2
