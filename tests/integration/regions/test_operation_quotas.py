"""What groups owe becomes drafts, which the lead makes operations of, and which count once held."""

import asyncio
from datetime import UTC, datetime
from typing import Any, Final
from uuid import uuid4

from services.regions.groups.use_cases.slots import open_due
from services.regions.operations.use_cases.owed import draft_owed
from shared.db.session import SYSTEM
from tests.integration.regions.conftest import BEILUN, NINGBO, Person, Regions, desk, head
from tests.integration.regions.joint import (
    DONE,
    act,
    agree,
    manned,
    plan,
    result,
)
from tests.integration.regions.test_groups import active

YUYAO, SHANGYU = "330281", "330604"
NOW: Final = datetime(2026, 3, 2, 1, tzinfo=UTC)


async def time_passes(regions: Regions) -> None:
    """The jobs of groups and of operations, until neither moves anything."""
    for job in (open_due, draft_owed):
        moved = 1
        while moved:
            async with regions.database.transaction(SYSTEM) as session:
                moved = await job(session, NOW)


async def drafts_of(regions: Regions, who: Person, group: str) -> list[dict[str, Any]]:
    listed = (await regions.get(who, "/operations", group_id=group, limit=200)).json()["items"]
    return list(listed)


async def slots_of(regions: Regions, group: str) -> dict[str, str]:
    rows = await regions.sql(
        "SELECT operation_id::text, state FROM quota_slot WHERE group_id = $1"
        " AND operation_id IS NOT NULL",
        group,
    )
    return {row["operation_id"]: row["state"] for row in rows}


async def test_an_owed_operation_is_drafted_once_for_the_groups_lead(regions: Regions) -> None:
    group = await active(regions, NINGBO, YUYAO, SHANGYU)

    await asyncio.gather(time_passes(regions), time_passes(regions))
    await time_passes(regions)

    drafts = await drafts_of(regions, head(YUYAO), group)
    slots = await slots_of(regions, group)
    assert len(drafts) == len(slots) >= 2
    assert {each["id"] for each in drafts} == set(slots)
    assert {each["lead"] for each in drafts} == {YUYAO}
    assert set(slots.values()) == {"drafted"}
    assert await drafts_of(regions, head(SHANGYU), group) == []
    read = (await regions.get(head(YUYAO), f"/operations/{drafts[0]['id']}")).json()
    assert (read["state"], read["form"], read["links"]) == ("draft", "daily", ["area", "staff"])
    assert [each["division"] for each in read["parties"]] == sorted([YUYAO, SHANGYU])
    assert "amend" in read["actions"]


async def test_a_draft_of_a_quota_counts_when_the_operation_was_held(regions: Regions) -> None:
    group = await active(regions, NINGBO, YUYAO, SHANGYU)
    await time_passes(regions)
    operation = (await drafts_of(regions, head(YUYAO), group))[0]["id"]
    days = {"planned_from": "2026-03-10", "planned_to": "2026-03-12", "due_on": "2026-03-31"}
    own = plan(YUYAO, YUYAO, SHANGYU)
    body = {"title": own["title"], "matter": own["matter"], "focuses": ["air"], **days}
    await act(regions, head(YUYAO), operation, "amend", body)
    [slot] = await regions.sql(
        "SELECT planned_to FROM quota_slot WHERE operation_id = $1", operation
    )
    assert slot["planned_to"].isoformat() == "2026-03-12"
    await act(regions, head(YUYAO), operation, "countersign", {})
    await agree(regions, operation, SHANGYU)
    await act(regions, head(YUYAO), operation, "issue", {})
    await act(regions, head(YUYAO), operation, "prepare", DONE)
    await manned(regions, operation, YUYAO, YUYAO, SHANGYU)
    await act(regions, head(YUYAO), operation, "start", {})
    await regions.tell(result(operation, divisions=(YUYAO, SHANGYU)))
    await act(regions, head(YUYAO), operation, "hand-over", DONE)
    assert (await slots_of(regions, group))[operation] == "planned"

    await act(regions, head(YUYAO), operation, "summarise", {"summary": "已开展"})

    assert (await slots_of(regions, group))[operation] == "done"


async def test_a_draft_by_hand_stands_for_what_its_group_owes(regions: Regions) -> None:
    group = await active(regions, NINGBO, YUYAO, SHANGYU)
    async with regions.database.transaction(SYSTEM) as session:
        while await open_due(session, NOW):
            pass
    stranger = plan(BEILUN, BEILUN, "330211", group_id=group, form="daily")
    other = (await regions.done(head(BEILUN), "/operations", stranger))["id"]
    mine = plan(YUYAO, YUYAO, SHANGYU, group_id=group, form="daily", plan_id=str(uuid4()))

    made = (await regions.done(desk(YUYAO), "/operations", mine))["id"]

    taken = await slots_of(regions, group)
    assert other not in taken
    # The service's own job may have drafted the others meanwhile.
    assert made in taken or len(taken) >= 2
