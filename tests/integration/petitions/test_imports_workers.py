"""Imports whose workers die or have company: nothing is lost, nothing is done twice."""

import secrets
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx

from ops.bootstrap import Databases
from tests.integration.petitions.conftest import BusinessTime, Place, publish
from tests.integration.petitions.test_imports import csv_of, petitions, row, send, settled
from tests.support.services import Issuer, eventually, running

ROWS = 1300


async def test_a_worker_dies_and_others_go_on_where_it_was(
    clone: Callable[[], Awaitable[Databases]], tmp_path: Path
) -> None:
    databases, issuer = await clone(), Issuer()
    keys = {
        "VAULT_KEY": secrets.token_urlsafe(32),
        "VAULT_LOOKUP_KEY": secrets.token_urlsafe(32),
    }
    first, second, third = (tmp_path / name for name in ("first", "second", "third"))
    for folder in (first, second, third):
        folder.mkdir()
    async with running(
        "petitions", databases, issuer, first, CRASHPOINT="imports.chunk", **keys
    ) as dying:
        await publish(dying)
        place = Place(dying, BusinessTime(dying), "341000")
        rows = [row(place, f"K-{number:05d}") for number in range(ROWS)]
        answer = await send(place, csv_of(rows), dry_run=False)
        import_id = answer.json()["id"]

        async def dead() -> bool:
            states = await dying.sql("SELECT state FROM file_import WHERE id = $1", import_id)
            return states[0]["state"] == "loading" and await _silent(place)

        await eventually(dead, within=30)
        assert await petitions(place) == []

    async with (
        running("petitions", databases, issuer, second, **keys) as one,
        running("petitions", databases, issuer, third, **keys),
    ):
        place = Place(one, BusinessTime(one), "341000")
        done = await settled(place, import_id)

    assert done["rows"] | {"total": ROWS, "loaded": ROWS, "known": 0, "failed": 0} == done["rows"]
    found = await petitions(place, "number, outside_number")
    assert len({each["outside_number"] for each in found}) == ROWS
    serials = sorted(int(each["number"].rpartition("-")[2]) for each in found)
    assert serials == list(range(1, ROWS + 1))
    chunks = await place.service.sql("SELECT FROM audit WHERE action = 'import.chunk'")
    assert len(chunks) == -(-ROWS // 500)


async def _silent(place: Place) -> bool:
    """Whether nobody answers any more."""
    try:
        await place.service.http.get("/healthz")
    except httpx.TransportError:
        return True
    return False
