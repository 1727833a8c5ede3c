"""The process dies between hearing of a calendar and moving its clocks: the next one goes on."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

import httpx
import pytest

from ops.bootstrap import Databases
from shared.clock_rows.rows import Ladder, start_clock
from shared.contracts.regions import CalendarPublished
from shared.db.session import SYSTEM, Database
from shared.ids import uuid7
from tests.factories.clocks import a_term, at
from tests.support.copies import Copy
from tests.support.services import ISSUER, Issuer, RunningService, eventually

CLOCKS: Final = 5
BEFORE, AFTER = date(2027, 2, 8), date(2027, 2, 9)
NOTICE: Final = CalendarPublished(
    year=2027,
    version=1,
    notice="示例号",
    days_off=[("春节", "Spring Festival", ["02-08"])],
    make_up=[],
)


@dataclass
class Mortal:
    """A service that dies where a test says, and what its database holds."""

    copy: Copy
    service: RunningService

    async def launch(self, *, crashpoint: str = "") -> None:
        self.copy.launch(crashpoint=crashpoint)
        await eventually(self._answers)

    async def _answers(self) -> bool:
        try:
            return (await self.service.http.get("/healthz")).status_code == 200
        except httpx.TransportError:
            return False

    async def died(self) -> bool:
        return not self.copy.is_alive

    async def days(self) -> set[date]:
        return {row["due_on"] for row in await self.service.sql("SELECT due_on FROM clock")}

    async def moved(self) -> bool:
        return await self.days() == {AFTER}


@pytest.fixture
async def mortal(databases: Databases, tmp_path: Path) -> AsyncIterator[Mortal]:
    issuer = Issuer()
    with issuer.serving() as identity_url:
        settings = {
            "ENVIRONMENT": "test",
            "CLOCK": "simulated",
            "ISSUER": ISSUER,
            "IDENTITY_URL": identity_url,
            "DATABASE_URL": databases.url("petitions"),
            "CLIENT_SECRET": secrets.token_urlsafe(32),
            "CURSOR_KEY": secrets.token_urlsafe(32),
            "VAULT_KEY": secrets.token_urlsafe(32),
            "VAULT_LOOKUP_KEY": secrets.token_urlsafe(32),
            "JOB_PERIOD": "0.1",
            "RELAY_PERIOD": "5",
        }
        copy = Copy("services.petitions.main:app", settings, tmp_path / "petitions.log")
        url = f"http://127.0.0.1:{copy.port}"
        async with httpx.AsyncClient(base_url=url, timeout=20) as http:
            service = RunningService("petitions", url, databases, issuer, http, copy.log)
            yield Mortal(copy, service)
        copy.kill()


async def some_clocks(databases: Databases) -> list[UUID]:
    database, subjects = Database(databases.url("petitions"), schema="petitions"), []
    try:
        async with database.transaction(SYSTEM) as session:
            for _ in range(CLOCKS):
                subjects.append(uuid7())
                await start_clock(
                    session,
                    subject_kind="petition",
                    subject_id=subjects[-1],
                    kind="closing",
                    term=a_term(15),
                    ladder=Ladder(timedelta(days=3), timedelta(days=1)),
                    started_at=at("2027-01-24"),
                    seen_by=["330281"],
                )
    finally:
        await database.close()
    return subjects


async def test_clocks_follow_once_whoever_dies_on_the_way(
    mortal: Mortal, databases: Databases
) -> None:
    subjects = await some_clocks(databases)
    assert await mortal.days() == {BEFORE}

    # Before the copy is committed: the sender hears nothing and tells it again.
    await mortal.launch(crashpoint="calendar.kept")
    with pytest.raises(httpx.TransportError):
        await mortal.service.tell(NOTICE, source="regions")
    await eventually(mortal.died)
    assert await mortal.service.sql("SELECT FROM calendar_projection") == []

    # After it, in the middle of the first batch.
    await mortal.launch(crashpoint="clocks.reprojected")
    assert (await mortal.service.tell(NOTICE, source="regions")).status_code == 204
    await eventually(mortal.died)
    assert await mortal.days() == {BEFORE}
    [run] = await mortal.service.sql("SELECT moved, done_at FROM calendar_projection")
    assert (run["moved"], run["done_at"]) == (0, None)

    await mortal.launch()
    await eventually(mortal.moved)
    await asyncio.sleep(0.5)  # further rounds of the job find nothing
    lines = await mortal.service.sql(
        "SELECT subject_id, due_before, due_after FROM clock_projection"
    )
    assert sorted(row["subject_id"] for row in lines) == sorted(subjects)
    assert {(row["due_before"], row["due_after"]) for row in lines} == {(BEFORE, AFTER)}
    assert (await mortal.service.sql("SELECT moved FROM calendar_projection"))[0]["moved"] == CLOCKS
