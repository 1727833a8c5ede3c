"""Paging through a list that grows meanwhile: nothing is lost, nothing comes twice."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import httpx
import pytest

from shared.auth.actor import Role
from shared.ids import uuid7
from tests.integration.shared.conftest import Caller, Served, Sql
from tests.integration.shared.petitions import a_petition
from tests.support.postgres import CLOCK_STARTS

ROWS: Final = 1_000
WORKLIST: Final = "/api/v1/petitions"
LONG_BEFORE: Final = CLOCK_STARTS - timedelta(days=30)
# A copy of the one petition there is, whatever columns the table has by now.
COPY: Final = """
SELECT format('INSERT INTO petition (%s) SELECT %s FROM petition p, '
              'unnest($1::uuid[], $2::timestamptz[]) AS copy (id, at) WHERE p.number = $3',
              string_agg(name, ', '),
              string_agg(CASE name WHEN 'id' THEN 'copy.id' WHEN 'number' THEN 'copy.id::text'
                                   WHEN 'received_at' THEN 'copy.at' ELSE 'p.' || name END, ', '))
  FROM (SELECT attname AS name FROM pg_attribute
         WHERE attrelid = 'petition'::regclass AND attnum > 0 AND NOT attisdropped
           AND attgenerated = '') AS columns
"""


@dataclass(frozen=True, slots=True)
class Copier:
    sql: Sql
    statement: str
    original: str

    async def __call__(self, *received: datetime) -> list[UUID]:
        """Petitions received at these instants."""
        ids = [uuid7() for _ in received]
        await self.sql(self.statement, ids, list(received), self.original)
        return ids


@pytest.fixture(scope="module")
async def copy(petitions: Served, sql: Sql) -> Copier:
    await sql(
        "INSERT INTO reference_division (code, name, valid_from)"
        " VALUES ('330281', '余姚市', '2020-01-01')"
    )
    clerk = petitions.enter((Role.PETITION_CLERK, "330281"))
    answer = await petitions.http.post(
        WORKLIST, json=a_petition(received_at=LONG_BEFORE), headers=clerk.acting
    )
    assert answer.status_code == 201, answer.text
    [(statement,)] = await sql(COPY)
    return Copier(sql, statement, answer.json()["number"])


@pytest.fixture(scope="module")
async def there(copy: Copier) -> list[UUID]:
    """What is there before anybody looks; three share each instant."""
    moments = [CLOCK_STARTS + timedelta(seconds=number // 3) for number in range(ROWS)]
    return await copy(*moments)


@pytest.fixture
def clerk(petitions: Served) -> Caller:
    return petitions.enter((Role.PETITION_CLERK, "3302"))


async def page(
    petitions: Served, caller: Caller, url: str = WORKLIST, **query: Any
) -> httpx.Response:
    answer = await petitions.http.get(url, params=query or None, headers=caller.headers)
    assert answer.status_code == 200, answer.text
    return answer


async def walk(petitions: Served, caller: Caller, *, limit: int, **query: Any) -> list[UUID]:
    """Every row from the first page to the last, by the cursor."""
    seen: list[UUID] = []
    answer = (await page(petitions, caller, limit=limit, **query)).json()
    while True:
        seen += (UUID(each["id"]) for each in answer["items"])
        assert len(answer["items"]) <= limit
        if answer["next"] is None:
            return seen
        await asyncio.sleep(0)
        answer = (await page(petitions, caller, limit=limit, cursor=answer["next"], **query)).json()


@pytest.mark.parametrize("limit", [7, 100, 200])
async def test_nothing_is_lost_or_doubled_while_rows_arrive(
    petitions: Served, clerk: Caller, copy: Copier, there: list[UUID], limit: int
) -> None:
    """New rows go before what was read, among it, and after: only they may be seen or not."""
    arriving = True

    async def arrive() -> None:
        number = 0
        while arriving:
            await copy(
                CLOCK_STARTS + timedelta(days=1, seconds=number),
                CLOCK_STARTS + timedelta(seconds=(number * 17) % (ROWS // 3)),
                CLOCK_STARTS - timedelta(days=1),
            )
            number += 1
            await asyncio.sleep(0.002)

    arrivals = asyncio.create_task(arrive())
    seen = await walk(petitions, clerk, limit=limit)
    arriving = False
    await arrivals

    assert len(seen) == len(set(seen)), "twice"
    assert set(there) <= set(seen), "lost"
    assert [each for each in seen if each in set(there)] == await in_order(copy.sql, there)


async def in_order(sql: Sql, ids: list[UUID]) -> list[UUID]:
    rows = await sql(
        "SELECT id FROM petition WHERE id = ANY($1) ORDER BY received_at DESC, id DESC", ids
    )
    return [UUID(str(row["id"])) for row in rows]


@pytest.mark.usefixtures("there")
async def test_the_link_leads_to_the_next_page(petitions: Served, clerk: Caller) -> None:
    first = await page(petitions, clerk, limit=3, division="330281")
    assert first.links["next"]["url"].startswith("/api/v1/petitions?")

    second = await page(petitions, clerk, first.links["next"]["url"])
    by_cursor = await page(
        petitions, clerk, limit=3, division="330281", cursor=first.json()["next"]
    )
    assert second.json()["items"] == by_cursor.json()["items"]
    assert second.json()["items"][0] not in first.json()["items"]


async def test_the_last_page_leads_nowhere(petitions: Served) -> None:
    elsewhere = petitions.enter((Role.PETITION_CLERK, "3301"))
    answer = await page(petitions, elsewhere)

    assert answer.json() == {"items": [], "next": None}
    assert "link" not in answer.headers


@pytest.mark.usefixtures("there")
async def test_a_cursor_belongs_to_its_list_and_its_filters(
    petitions: Served, clerk: Caller
) -> None:
    cursor = (await page(petitions, clerk, limit=3)).json()["next"]
    altered = ("B" if cursor[-1] != "B" else "C").join((cursor[:-1], ""))

    for url, query in (
        (WORKLIST, {"cursor": cursor, "division": "330281"}),
        (WORKLIST, {"cursor": cursor, "state": "registered"}),
        ("/api/v1/escalations", {"cursor": cursor}),
        (WORKLIST, {"cursor": altered}),
        (WORKLIST, {"cursor": cursor[::-1]}),
    ):
        answer = await petitions.http.get(url, params=query, headers=clerk.headers)
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_cursor"), query

    assert (await page(petitions, clerk, limit=50, cursor=cursor)).json()["items"]
