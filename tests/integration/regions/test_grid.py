"""The grid of a county: drawn, published, led without a gap, gone round, answered for."""

import asyncio
import random
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

import asyncpg
import pytest

from shared.auth.actor import Role
from tests.integration.regions.conftest import (
    BEILUN,
    CIXI,
    JIAXING,
    NINGBO,
    YUYAO,
    Person,
    Regions,
    desk,
    head,
)

NOW: Final = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)  # ten in the morning there
TOWNSHIPS: Final = ("001", "002")


def codes(county: str) -> list[str]:
    """Two townships with two villages each."""
    return [f"{county}{each}00{number}" for each in TOWNSHIPS for number in (1, 2)]


def named(person: Person) -> dict[str, str]:
    return {"account_id": str(person.id), "name": f"{person.division} {person.role}"}


def lead(division: str) -> Person:
    return Person(Role.GRID_LEAD, division)


def walker(division: str) -> Person:
    return Person(Role.GRID_OFFICER, division)


async def listed(regions: Regions, county: str, *more: str) -> None:
    areas: list[dict[str, Any]] = [
        {"code": f"{county}{each}", "name": f"街道{each}"} for each in TOWNSHIPS
    ]
    areas += [{"code": each, "name": f"村{each[-6:]}"} for each in (*codes(county), *more)]
    areas[-1]["point"] = {"lon": 121.2, "lat": 30.1}
    await regions.done(head(county), "/grid-plans/areas", {"division": county, "areas": areas})


def drawing(county: str, top: Person, leads: list[Person], people: list[Person]) -> dict[str, Any]:
    """The county, and below it each township with its lead and all officers."""
    cells = [
        {
            "key": "top",
            "name": "全域",
            "level": 1,
            "areas": [f"{county}{each}" for each in TOWNSHIPS],
            "lead": named(top),
        }
    ]
    for number, (township, one) in enumerate(zip(TOWNSHIPS, leads, strict=True), start=1):
        cells.append(
            {
                "key": f"c{number}",
                "name": f"网格{number}",
                "level": 2,
                "parent": "top",
                "areas": [f"{county}{township}"],
                "lead": named(one),
                "officers": [named(each) for each in people],
            }
        )
    return {
        "title": "网格划分方案",
        "basis": "按现有力量划定",
        "levels": ["县级", "乡镇级"],
        "cells": cells,
    }


class Grid:
    """A county's grid in force and its people."""

    def __init__(self, regions: Regions, county: str) -> None:
        self.regions = regions
        self.county = county
        self.top = lead(county)
        self.leads = [lead(county), lead(county)]
        self.people = [walker(county), walker(county)]

    def drawing(self, **changes: Any) -> dict[str, Any]:
        return drawing(self.county, self.top, self.leads, self.people) | changes

    async def draft(self, **changes: Any) -> dict[str, Any]:
        body = {"division": self.county, **self.drawing(**changes)}
        return await self.regions.done(desk(self.county), "/grid-plans", body)

    async def publish(self, plan: dict[str, Any], **body: Any) -> dict[str, Any]:
        path = f"/grid-plans/{plan['id']}/publish"
        return await self.regions.done(head(self.county), path, body, version=plan["version"])

    async def cell(self, key: str) -> dict[str, Any]:
        found = await self.regions.get(head(self.county), "/grid-cells", division=self.county)
        [one] = [each for each in found.json()["items"] if each["key"] == key]
        return await self.get(f"/grid-cells/{one['id']}")

    async def get(self, path: str, **query: Any) -> dict[str, Any]:
        answer = await self.regions.get(head(self.county), path, **query)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def act(
        self, cell: dict[str, Any], step: str, body: dict[str, Any], by: Person | None = None
    ) -> dict[str, Any]:
        path = f"/grid-cells/{cell['id']}"
        seen = await self.get(path)
        who = head(self.county) if by is None else by
        return await self.regions.done(who, f"{path}/{step}", body, version=seen["version"])


async def a_grid(regions: Regions, county: str, now: datetime = NOW) -> Grid:
    await regions.set_clock(now)
    await listed(regions, county)
    grid = Grid(regions, county)
    await grid.publish(await grid.draft())
    return grid


async def test_a_plan_is_published_only_if_its_cells_cover_the_county_exactly(
    regions: Regions,
) -> None:
    await regions.set_clock(NOW)
    await listed(regions, BEILUN)
    grid = Grid(regions, BEILUN)
    whole = grid.drawing()
    holed = [dict(each) for each in whole["cells"]]
    holed[2]["areas"] = [codes(BEILUN)[2], codes(BEILUN)[0]]
    del holed[1]["lead"]
    plan = await grid.draft(cells=holed)
    path = f"/grid-plans/{plan['id']}"

    check = await grid.get(f"{path}/check")
    assert check["gaps"] == [
        {
            "level": 2,
            "parent": "top",
            "missing": [codes(BEILUN)[3]],
            "doubled": [codes(BEILUN)[0]],
            "outside": [],
        }
    ]
    assert check["without_lead"] == ["c1"]
    barred = await regions.post(head(BEILUN), f"{path}/publish", {}, version=plan["version"])
    assert barred.json()["code"] == "grid_not_whole"
    assert codes(BEILUN)[3] in barred.json()["detail"]

    stale = await regions.post(desk(BEILUN), f"{path}/amend", whole, version=99)
    assert stale.status_code == 412
    assert (await regions.post(desk(BEILUN), f"{path}/amend", whole)).status_code == 428
    assert (await regions.get(head(CIXI), path)).status_code == 404
    foreign = await regions.post(head(CIXI), f"{path}/publish", {}, version=1)
    assert foreign.status_code == 404
    short = grid.drawing()
    short["cells"][1]["officers"] = []
    plan = await regions.done(desk(BEILUN), f"{path}/amend", short, version=plan["version"])
    refused = await regions.post(desk(BEILUN), f"{path}/publish", {}, version=plan["version"])
    assert refused.status_code == 403  # the desk draws, the head publishes
    barred = await regions.post(head(BEILUN), f"{path}/publish", {}, version=plan["version"])
    assert barred.json()["code"] == "grid_short_of_officers"
    published = await grid.publish(plan, short_reason="编制未满")
    assert (published["state"], published["actions"]) == ("published", [])

    coverage = await grid.get("/grid-plans/coverage", division=BEILUN)
    assert (coverage["areas"], coverage["covered"], coverage["uncovered"]) == (4, 4, [])
    assert coverage["cells_by_level"] == [1, 2]
    assert [each["key"] for each in coverage["short_of_officers"]] == ["c1"]
    shown = await grid.get(f"{path}/map")
    assert [len(each["areas"]) for each in shown["cells"]] == [4, 2, 2]
    assert [each["lon"] for each in shown["areas"]] == [None, None, None, 121.2]

    await listed(regions, BEILUN, f"{BEILUN}002003")
    coverage = await grid.get("/grid-plans/coverage", division=BEILUN)
    assert coverage["uncovered"] == [f"{BEILUN}002003"]


async def test_the_tables_refuse_an_overlap_a_hole_and_a_cell_nobody_leads(
    regions: Regions,
) -> None:
    grid = await a_grid(regions, YUYAO)
    cell, other = await grid.cell("c1"), await grid.cell("c2")

    async def refused(error: type[Exception], statement: str) -> None:
        with pytest.raises(error):
            await regions.sql(statement, UUID(cell["id"]))

    with pytest.raises(asyncpg.ExclusionViolationError):
        await regions.sql(
            "INSERT INTO grid_cell_area SELECT $2, area_id, plan_id, level, parent_id,"
            " lower_level, valid_from, valid_to, visible_to FROM grid_cell_area WHERE cell_id = $1",
            UUID(cell["id"]),
            UUID(other["id"]),
        )
    foreign = asyncpg.ForeignKeyViolationError
    await refused(foreign, "DELETE FROM grid_cell_area WHERE cell_id = $1")
    await refused(foreign, "DELETE FROM grid_assignment WHERE cell_id = $1")
    await refused(foreign, "UPDATE grid_assignment SET begins_at = now() WHERE cell_id = $1")
    # A plan ends only where another begins.
    await refused(
        asyncpg.CheckViolationError,
        "UPDATE grid_plan SET valid_to = valid_from + interval '1 day'"
        " WHERE id = (SELECT plan_id FROM grid_cell WHERE id = $1)",
    )


async def test_a_hand_over_leaves_no_instant_without_a_lead_and_lists_what_is_open(
    regions: Regions,
) -> None:
    grid = await a_grid(regions, CIXI)
    cell = await grid.cell("c1")
    first, second = grid.leads
    thing = {
        "division": CIXI,
        "name": "某化工厂",
        "area": codes(CIXI)[0],
        "kind": "key",
        "basis": "名录",
    }
    made = await regions.done(head(CIXI), "/grid-plans/objects", thing)
    later = NOW + timedelta(days=4)
    await regions.set_clock(later)

    path = f"/grid-cells/{cell['id']}"
    body = {"to": named(second), "reason": "轮岗"}
    wrong = await regions.post(first, f"{path}/hand-over", body, version=cell["version"])
    assert wrong.status_code == 403
    past = {**body, "at": NOW.isoformat()}
    barred = await regions.post(head(CIXI), f"{path}/hand-over", past, version=cell["version"])
    assert barred.json()["code"] == "grid_instant"
    both = await asyncio.gather(
        *(
            regions.post(head(CIXI), f"{path}/hand-over", body, version=cell["version"])
            for _ in range(2)
        )
    )
    assert sorted(each.status_code for each in both) == [200, 412]
    seen = await grid.get(path)
    assert [each["person"]["account_id"] for each in seen["leads"]] == [
        str(first.id),
        str(second.id),
    ]
    assert seen["leads"][0]["valid_to"] == seen["leads"][1]["valid_from"]
    assert [each["action"] for each in seen["steps"]] == ["hand_over"]
    before = await grid.get(path, at=NOW.isoformat())
    assert before["answers"]["person"]["account_id"] == str(first.id)

    [handover] = (await grid.get("/grid-cells/handovers", grid_cell_id=cell["id"]))["items"]
    assert [each["id"] for each in handover["open_matters"]] == [made["id"]]
    taken = f"/grid-cells/handovers/{handover['id']}"
    note = {"note": "已接收"}
    wrong = await regions.post(first, f"{taken}/acknowledge", note, version=handover["version"])
    assert wrong.json()["code"] == "grid_not_yours"
    done = await regions.done(second, f"{taken}/acknowledge", note, version=handover["version"])
    assert done["acknowledged_at"] is not None

    for at, who in ((NOW, first), (later - timedelta(seconds=1), first), (later, second)):
        area = codes(CIXI)[0]
        found = await grid.get("/grid-plans/responsible", area=area, at=at.isoformat())
        assert [each["cell"]["level"] for each in found["responsible"]] == [1, 2]
        assert found["responsible"][1]["person"]["account_id"] == str(who.id)
    assert (
        await regions.get(head(JIAXING), "/grid-plans/responsible", area=codes(CIXI)[0])
    ).status_code == 404


async def test_while_a_lead_is_away_the_deputy_answers_and_may_not_leave(
    regions: Regions,
) -> None:
    grid = await a_grid(regions, "330203")
    one, other = grid.leads
    cell = await grid.cell("c1")
    until = NOW + timedelta(days=2)
    away = {"until": until.isoformat(), "deputy": named(other), "reason": "培训"}

    seen = await grid.act(cell, "leave", away, by=one)  # the lead says so himself
    assert seen["answers"]["person"]["account_id"] == str(other.id)
    assert seen["answers"]["acting_for"]["account_id"] == str(one.id)
    theirs = await grid.cell("c2")
    own = {**away, "deputy": named(grid.top)}
    barred = await regions.post(
        other, f"/grid-cells/{theirs['id']}/leave", own, version=theirs["version"]
    )
    assert barred.json()["code"] == "grid_acts_elsewhere"
    wrong = await regions.post(
        one, f"/grid-cells/{theirs['id']}/leave", own, version=theirs["version"]
    )
    assert wrong.status_code == 403  # not his cell
    twice = await regions.post(
        head("330203"), f"/grid-cells/{cell['id']}/leave", away, version=seen["version"]
    )
    assert twice.json()["code"] == "grid_away_already"

    await regions.set_clock(NOW + timedelta(hours=3))
    back = await grid.act(cell, f"absences/{seen['absences'][0]['id']}/come-back", {}, by=one)
    assert back["answers"] == {
        "person": {"account_id": str(one.id), "name": named(one)["name"]},
        "acting_for": None,
    }


async def answered(grid: Grid, finding: dict[str, Any], walks: Person) -> None:
    """The county's command hands it on to something there is, and answers those who found it."""
    command = desk(grid.county)
    told = f"/grid-cells/findings/{finding['id']}"
    wrong = {"outcome_kind": "border_notice", "outcome_id": str(uuid4()), "remark": "交办"}
    barred = await grid.regions.post(command, f"{told}/hand-on", wrong, version=finding["version"])
    assert barred.json()["code"] == "no_such_outcome"
    given = {"outcome_kind": "task", "outcome_id": str(uuid4()), "remark": "交执法队"}
    refused = await grid.regions.post(walks, f"{told}/hand-on", given, version=finding["version"])
    assert refused.status_code == 403
    seen = await grid.regions.done(command, f"{told}/hand-on", given, version=finding["version"])
    assert seen["state"] == "handed_on"
    seen = await grid.regions.done(
        command, f"{told}/answer", {"answer": "已改正"}, version=seen["version"]
    )
    assert (seen["state"], seen["actions"]) == ("answered", [])
    assert [each["action"] for each in seen["steps"]] == ["report", "hand_on", "answer"]
    assert [each["person"]["account_id"] for each in seen["responsible"]] == [
        str(grid.top.id),
        str(grid.leads[0].id),
    ]


async def test_what_is_due_is_walked_recorded_counted_and_reported(regions: Regions) -> None:
    county = "330205"
    grid = await a_grid(regions, county)
    cell = await grid.cell("c1")
    path = f"/grid-cells/{cell['id']}"
    walks = grid.people[0]
    made = {}
    for kind in ("key", "other"):
        body = {"division": county, "name": f"单位{kind}", "area": codes(county)[0], "kind": kind}
        made[kind] = await regions.done(head(county), "/grid-plans/objects", body)

    list_ = await grid.get(f"{path}/worklist")
    assert [(each["kind"], each["every_hours"]) for each in list_["owed"]] == [
        ("key", 84.0),
        ("other", 360.0),
    ]
    # The county visits key objects only, weekly.
    top = await grid.cell("top")
    owed = (await grid.get(f"/grid-cells/{top['id']}/worklist"))["owed"]
    assert [(each["kind"], each["every_hours"]) for each in owed] == [("key", 168.0)]

    evening = NOW + timedelta(days=2, hours=11)  # nine in the evening
    await regions.set_clock(evening)
    visit = {
        "at": evening.isoformat(),
        "object_id": made["key"]["id"],
        "found": "夜间正常生产",
        "findings": ["露天喷漆"],
    }
    stranger = await regions.post(walker(county), f"{path}/visits", visit)
    assert stranger.status_code == 403  # of the county, not of the cell
    assert (await regions.post(walker(YUYAO), f"{path}/visits", visit)).status_code == 404
    future = {**visit, "at": (evening + timedelta(minutes=1)).isoformat()}
    assert (await regions.post(walks, f"{path}/visits", future)).json()["code"] == "bad_visit"
    answer = await regions.post(walks, f"{path}/visits", visit, key="a-visit-sent-twice")
    again = await regions.post(walks, f"{path}/visits", visit, key="a-visit-sent-twice")
    assert answer.status_code == 201
    assert again.json() == answer.json()
    recorded = answer.json()
    assert recorded["at_night"]

    ledger = await grid.get(f"{path}/ledger")
    assert (len(ledger["entries"]), ledger["work"]["duties"]["done"]) == (1, 1)
    assert ledger["work"]["night_check"]
    await regions.set_clock(evening + timedelta(days=4))
    week = await grid.get(f"{path}/weekly-report", day="2026-03-16")
    # The next visit to the key object was due three and a half days after the last one.
    assert week["work"]["duties"] == {"due": 1, "done": 0, "missed": 1}
    done = await grid.get("/grid-plans/performance", division=county, last_day="2026-03-16")
    assert done["duties"] == {"due": 2, "done": 1, "missed": 1}
    # Of the level that owes the check at night only the cell that was visited has it.
    nights = {each["cell"]["key"]: each["night_check"] for each in done["cells"]}
    assert nights == {"top": None, "c1": True, "c2": False}

    # A visit made while it was on the list is recorded also when it is off it.
    gone = made["other"]
    ends = {"reason": "关停"}
    await regions.done(
        head(county), f"/grid-plans/objects/{gone['id']}/end", ends, version=gone["version"]
    )
    old = {"object_id": gone["id"], "found": "已停产", "findings": []}
    before = {**old, "at": (evening + timedelta(days=3)).isoformat()}
    assert (await regions.post(walks, f"{path}/visits", before)).status_code == 201
    await regions.set_clock(evening + timedelta(days=4, minutes=1))
    after = {**old, "at": (evening + timedelta(days=4, minutes=1)).isoformat()}
    assert (await regions.post(walks, f"{path}/visits", after)).json()["code"] == "bad_visit"

    await answered(grid, recorded["findings"][0], walks)


async def test_a_redraw_takes_over_at_an_instant_and_nothing_open_is_lost(
    regions: Regions,
) -> None:
    county = "330225"
    grid = await a_grid(regions, county)
    cell = await grid.cell("c2")
    thing = {"division": county, "name": "某厂", "area": codes(county)[2], "kind": "key"}
    await regions.done(head(county), "/grid-plans/objects", thing)
    visit = {
        "at": NOW.isoformat(),
        "area": codes(county)[2],
        "found": "巡查",
        "findings": ["异味"],
    }
    path = f"/grid-cells/{cell['id']}/visits"
    [finding] = (await regions.done(grid.people[1], path, visit))["findings"]
    away = {"deputy": named(grid.top), "reason": "病假"}
    await grid.act(cell, "leave", away)
    later = NOW + timedelta(days=5)
    await regions.set_clock(later)

    # One cell of both townships, led by who is on sick leave.
    whole = grid.drawing()["cells"]
    whole[1]["areas"] += whole.pop()["areas"]
    whole[1]["key"], whole[1]["lead"] = "all", named(grid.leads[1])
    plan = await grid.draft(cells=whole)
    check = await grid.get(f"/grid-plans/{plan['id']}/check")
    assert {each["key"]: each["successor"] for each in check["successors"]} == {
        "top": "top",
        "c1": "all",
        "c2": "all",
    }
    over = later + timedelta(days=1)
    await grid.publish(plan, takes_over_at=over.isoformat())

    ended = await grid.get(f"/grid-cells/{cell['id']}")
    new = (await grid.get("/grid-cells", division=county, level=2, at=over.isoformat()))["items"]
    assert [each["key"] for each in new] == ["all"]
    assert ended["valid_to"] == new[0]["valid_from"]
    assert ended["successor_id"] == new[0]["id"]
    # On sick leave still, with the same deputy, in the new cell as in the old.
    assert new[0]["answers"]["person"]["account_id"] == str(grid.top.id)
    moved = await grid.get(f"/grid-cells/findings/{finding['id']}")
    assert moved["cell_id"] == new[0]["id"]
    # Until then the old cell's people go round, and what they find waits where all of it does.
    visit["at"] = later.isoformat()
    [between] = (await regions.done(grid.people[1], path, visit))["findings"]
    assert between["cell_id"] == new[0]["id"]
    handovers = (await grid.get("/grid-cells/handovers", division=county))["items"]
    by_cell = {each["cell_id"]: each for each in handovers}
    kinds = [each["kind"] for each in by_cell[cell["id"]]["open_matters"]]
    assert kinds == ["visit", "finding"]
    assert by_cell[cell["id"]]["acknowledged_at"] is not None  # the same lead
    await regions.set_clock(over)
    owed = (await grid.get(f"/grid-cells/{new[0]['id']}/worklist"))["owed"]
    assert [each["is_late"] for each in owed] == [True]
    late = await regions.post(
        head(county),
        f"/grid-cells/{cell['id']}/hand-over",
        {"to": named(lead(county)), "reason": "轮岗"},
        version=ended["version"],
    )
    assert late.json()["code"] == "grid_not_in_force"


async def test_who_was_to_lead_after_a_cell_had_ended_never_did(regions: Regions) -> None:
    county = "330213"
    grid = await a_grid(regions, county)
    one = grid.leads[0]
    cell = await grid.cell("c1")
    await grid.act(cell, "leave", {"deputy": named(grid.top), "reason": "病假"})
    planned = {
        "to": named(lead(county)),
        "at": (NOW + timedelta(days=9)).isoformat(),
        "reason": "轮岗",
    }
    await grid.act(cell, "hand-over", planned)
    over = NOW + timedelta(days=2)
    await grid.publish(await grid.draft(), takes_over_at=over.isoformat())

    ended = await grid.get(f"/grid-cells/{cell['id']}")
    assert [each["person"]["account_id"] for each in ended["leads"]] == [str(one.id)]
    assert ended["leads"][0]["valid_to"] == ended["valid_to"]
    for at in (over - timedelta(microseconds=1), over):
        found = await grid.get("/grid-plans/responsible", area=codes(county)[0], at=at.isoformat())
        answers = found["responsible"][1]
        # On sick leave before and after: the deputy answers.
        assert answers["person"]["account_id"] == str(grid.top.id)
        assert answers["acting_for"]["account_id"] == str(one.id)


async def test_at_every_instant_of_a_random_walk_exactly_one_answers(regions: Regions) -> None:
    """Hand-overs, absences, returns and redraws in any order; the answers come from the tables."""
    county = "330226"
    dice = random.Random(20261124)  # noqa: S311 -- a walk, not a secret
    grid = await a_grid(regions, county)
    crowd = [*grid.leads, *(lead(county) for _ in range(3))]
    now = NOW
    expected: list[tuple[datetime, UUID]] = []

    async def answers(at: datetime) -> UUID:
        area = codes(county)[0]
        found = await grid.get("/grid-plans/responsible", area=area, at=at.isoformat())
        one = [each for each in found["responsible"] if each["cell"]["level"] == 2]
        assert len(one) == 1
        return UUID(one[0]["person"]["account_id"])

    for _ in range(14):
        now += timedelta(hours=dice.randint(1, 30))
        await regions.set_clock(now)
        cell = await grid.cell("c1")
        path = f"/grid-cells/{cell['id']}"
        who = named(dice.choice(crowd))
        match dice.choice(["hand-over", "leave", "come-back", "redraw"]):
            case "hand-over":
                body = {"to": who, "reason": "轮岗"}
                await regions.post(head(county), f"{path}/hand-over", body, version=cell["version"])
            case "leave":
                until = now + timedelta(hours=dice.randint(1, 60))
                body = {"until": until.isoformat(), "deputy": who, "reason": "外出"}
                await regions.post(head(county), f"{path}/leave", body, version=cell["version"])
            case "come-back" if cell["absences"]:
                absence = cell["absences"][-1]["id"]
                await regions.post(
                    head(county),
                    f"{path}/absences/{absence}/come-back",
                    {},
                    version=cell["version"],
                )
            case _:
                grid.leads[0] = dice.choice(crowd)
                await grid.publish(await grid.draft())
        expected.append((now, await answers(now)))

    instant = NOW
    while instant < now:
        await answers(instant)
        instant += timedelta(hours=7)
    # What was true then is what is said of it now.
    assert [(at, await answers(at)) for at, _ in expected] == expected


async def test_who_proposes_gets_whole_townships_and_stores_nothing(regions: Regions) -> None:
    await regions.set_clock(NOW)
    await listed(regions, "330212")
    body = {
        "division": "330212",
        "cells": 2,
        "weights": [{"area": codes("330212")[0], "weight": 5}],
        "officers": [{"township": "330212001", "officers": 3}],
    }
    answers = [await regions.post(desk("330212"), "/grid-plans/propose", body) for _ in range(2)]
    proposed = answers[0].json()
    assert answers[1].json() == proposed
    assert [each["areas"] for each in proposed["cells"]] == [
        codes("330212")[:2],
        codes("330212")[2:],
    ]
    assert [(each["officers"], each["short"]) for each in proposed["cells"]] == [
        (3, False),
        (0, True),
    ]
    assert (await regions.post(desk(CIXI), "/grid-plans/propose", body)).status_code == 403
    assert (await regions.get(desk("330212"), "/grid-plans", division="330212")).json()[
        "items"
    ] == []
    # The city sees its counties' lists; another city's people none.
    seen = await regions.get(head(NINGBO), "/grid-plans/areas", division="330212")
    assert len(seen.json()["items"]) == 6
    beyond = await regions.get(head(JIAXING), "/grid-plans/areas", division="330212")
    assert beyond.json()["items"] == []
