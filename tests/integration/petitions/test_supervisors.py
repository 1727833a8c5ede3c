"""A supervisor of the place is asked to come along: petitions with a real regions beside it."""

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any, Final

import pytest

from ops.bootstrap import Databases
from ops.seed_references import seed_references
from shared.auth.actor import Role
from tests.integration.petitions.conftest import CANARIES, NAME, BusinessTime, Case, Place, publish
from tests.support.services import Caller, Issuer, RunningService, eventually, running

# Known to the made-up places of the petitions and to the real ones of regions.
CITY: Final = "331000"


@pytest.fixture(scope="module")
async def pair(
    clone: Callable[[], Awaitable[Databases]], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[Place, RunningService]]:
    databases, issuer, folder = await clone(), Issuer(), tmp_path_factory.mktemp("supervisors")
    await seed_references(databases.url("regions"))
    async with (
        running("regions", databases, issuer, folder) as regions,
        running(
            "petitions",
            databases,
            issuer,
            folder,
            REGIONS_URL=regions.url,
            VAULT_KEY=secrets.token_urlsafe(32),
            VAULT_LOOKUP_KEY=secrets.token_urlsafe(32),
        ) as petitions,
    ):
        await publish(petitions)
        yield Place(petitions, BusinessTime(petitions), CITY), regions


async def named(regions: RunningService, division: str, **facts: Any) -> dict[str, Any]:
    body = {
        "division": division,
        "kind": "village",
        "object_name": "某村",
        "name": "张三丰",
        "phone": "13812345678",
        "valid_from": "2026-01-01",
        **facts,
    }
    head = regions.caller((Role.DEPARTMENT_HEAD, division))
    answer = await head.post("/environmental-supervisors", body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def asked(case: Case, who: Caller, step: str, body: dict[str, Any]) -> str:
    """Why a call or a note is refused."""
    answer = await case.try_(who, step, body)
    assert answer.status_code >= 400, answer.text
    return str(answer.json()["code"])


async def test_he_is_told_where_and_when_and_regions_hears_only_that_he_came(
    pair: tuple[Place, RunningService],
) -> None:
    place, regions = pair
    villager = await named(regions, place.county)
    away = await named(regions, place.neighbour)
    case = await (await place.register(place=f"长河镇工业园,{NAME}家东侧")).in_progress()
    body = {
        "supervisor_id": villager["id"],
        "visit_at": (place.time.now + timedelta(days=1)).isoformat(),
    }
    # Whom the handler may not know of is not there, whoever else knows him.
    other = body | {"supervisor_id": away["id"]}
    assert await asked(case, place.officer, "supervisors", other) == "not_found"
    assert await asked(case, place.other_officer, "supervisors", body) == "not_found"
    unsure = await place.officer.post(f"{case.path}/supervisors", body)
    assert unsure.status_code == 428
    assert (await case.try_(place.officer, "supervisors", body)).status_code == 201
    assert await asked(case, place.officer, "supervisors", body) == "stale_version"
    case.version = (await case.read(place.officer))["version"]
    assert await asked(case, place.officer, "supervisors", body) == "already_called"

    [call] = (await place.officer.get(f"{case.path}/supervisors")).json()
    assert set(call["told"]) == {"place", "object_name", "media", "visit_at"}
    assert not any(each in str(call) for each in CANARIES)
    note = f"supervisors/{call['id']}/note"
    assert await asked(case, place.officer, note, {"came": True}) == "not_before_visit"
    await place.time.pass_by(days=1, hours=1)
    await case.step(place.officer, note, {"came": True, "remark": f"与{NAME}所述一致"})
    assert case.seen["came"]
    assert not any(each in case.seen["remark"] for each in CANARIES)

    told = await place.service.sql(
        "SELECT data::text AS data FROM outbox_event WHERE topic = $1",
        "petitions.supervisor.took_part.v1",
    )
    assert len(told) == 1
    assert not any(each in told[0]["data"] for each in (*CANARIES, case.number))
    head = regions.caller((Role.DEPARTMENT_HEAD, place.county))

    async def line() -> dict[str, Any] | None:
        answer = await head.get(f"/environmental-supervisors/{villager['id']}/activities")
        assert str(case.id) not in answer.text
        items = answer.json()["items"]
        return dict(items[0]) if items else None

    kept = await eventually(line)
    assert (kept["kind"], kept["place"], kept["findings"]) == ("petition", None, None)
