"""A desk is kept day and night: rosters without holes, swaps, replacements, hand-overs."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

import asyncpg
import pytest

from services.regions.duty.jobs import JOBS
from shared.auth.actor import Role
from shared.clocks.days import SHANGHAI
from shared.jobs import run_job
from tests.integration.regions.conftest import Person, Regions, desk, head

ZHOUSHAN, DINGHAI, NINGBO = "330900", "330902", "330200"
CENTRE, CHIEF, COUNTY = desk(ZHOUSHAN), head(ZHOUSHAN), head(DINGHAI)
WEEK: Final = timedelta(days=7)
LEADERS, OFFICERS = 4, 8
# Each test has a desk and weeks of its own.
FIRST: Final = datetime(2026, 3, 9, 8, tzinfo=SHANGHAI)


@dataclass
class Desk:
    """A command centre with its people."""

    bureau: str
    leaders: list[str] = field(default_factory=list)
    officers: list[str] = field(default_factory=list)
    # By officer, who logs in as that person.
    people: dict[str, Person] = field(default_factory=dict)

    def roster(self, **changes: Any) -> dict[str, Any]:
        return {
            "bureau_id": self.bureau,
            "title": "指挥中心值班表",
            "starts_at": FIRST.isoformat(),
            "ends_at": (FIRST + WEEK).isoformat(),
            "changes_at": ["08:00", "20:00"],
            "seats": 3,
            "leaders": self.leaders,
            "officers": self.officers,
            **changes,
        }


async def opened(regions: Regions, *, certificated: bool = True) -> Desk:
    office = await regions.done(
        CHIEF,
        "/bureaus",
        {
            "division": ZHOUSHAN,
            "kind": "command_center",
            "name": f"舟山市指挥中心{uuid4().hex[:6]}",
            "phone": "0580-2020000",
        },
    )
    made = Desk(office["id"])
    for number in range(LEADERS + OFFICERS):
        person = Person(Role.OFFICER, ZHOUSHAN)
        certificate = {
            "number": f"ZJ-{uuid4().hex[:10]}",
            "valid_from": "2024-01-01",
            "valid_to": "2028-12-31",
        }
        body: dict[str, Any] = {
            "bureau_id": made.bureau,
            "name": f"值班员{number}",
            "account_id": str(person.id),
        }
        if certificated and number >= LEADERS:
            body["certificate"] = certificate
        one = await regions.done(CHIEF, "/officers", body)
        (made.leaders if number < LEADERS else made.officers).append(one["id"])
        made.people[one["id"]] = person
    return made


async def act(
    regions: Regions, who: Person, item: dict[str, Any], step: str, body: dict[str, Any]
) -> dict[str, Any]:
    return await regions.done(
        who, f"/duty-rosters/{item['id']}/{step}", body, version=item["version"]
    )


async def refused(
    regions: Regions, who: Person, item: dict[str, Any], step: str, body: dict[str, Any]
) -> tuple[int, str]:
    answer = await regions.post(
        who, f"/duty-rosters/{item['id']}/{step}", body, version=item["version"]
    )
    return answer.status_code, answer.json()["code"]


async def published(regions: Regions, at: Desk, **changes: Any) -> dict[str, Any]:
    item = await regions.done(CENTRE, "/duty-rosters", at.roster(**changes))
    return await act(regions, CENTRE, item, "publish", {})


def seat_of(item: dict[str, Any], shift: int, seat: int) -> dict[str, Any]:
    stints: list[dict[str, Any]] = item["shifts"][shift]["stints"]
    return next(each for each in stints if each["seat"] == seat)


def swappable(item: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Two officers' duties far from one another, each of whom has rest around the other's."""
    shifts = item["shifts"]
    for one in shifts[2:6]:
        for other in shifts[8:12]:
            for a in one["stints"][1:]:
                for b in other["stints"][1:]:
                    if a["officer_id"] != b["officer_id"] and _rested(item, a, b):
                        return a, b
    raise AssertionError("nobody can swap")


def _rested(item: dict[str, Any], a: dict[str, Any], b: dict[str, Any]) -> bool:
    def clear(officer: str, given: dict[str, Any], taken: dict[str, Any]) -> bool:
        begins = datetime.fromisoformat(taken["starts_at"])
        ends = datetime.fromisoformat(taken["ends_at"])
        return all(
            each["id"] == given["id"]
            or datetime.fromisoformat(each["ends_at"]) + timedelta(hours=12) <= begins
            or ends + timedelta(hours=12) <= datetime.fromisoformat(each["starts_at"])
            for shift in item["shifts"]
            for each in shift["stints"]
            if each["officer_id"] == officer
        )

    return clear(a["officer_id"], a, b) and clear(b["officer_id"], b, a)


class At:
    """A clock that stands."""

    def __init__(self, instant: datetime) -> None:
        self.instant = instant

    async def now(self, within: object = None) -> datetime:  # noqa: ARG002 -- the protocol's
        return self.instant


async def time_passes(regions: Regions, now: datetime) -> None:
    await regions.set_clock(now)
    for job in JOBS:
        await run_job(regions.database, At(now), job)


async def test_a_week_is_kept_without_a_hole_and_the_next_begins_where_it_ends(
    regions: Regions,
) -> None:
    at = await opened(regions)
    await regions.set_clock(FIRST - timedelta(days=1))
    wrong = await regions.post(COUNTY, "/duty-rosters", at.roster())
    assert wrong.status_code == 403
    item = await regions.done(CENTRE, "/duty-rosters", at.roster())
    assert (item["state"], item["faults"], len(item["shifts"])) == ("draft", [], 14)
    again = await regions.done(CENTRE, "/duty-rosters", at.roster())
    who = [[each["officer_id"] for each in shift["stints"]] for shift in item["shifts"]]
    assert who == [[each["officer_id"] for each in shift["stints"]] for shift in again["shifts"]]

    shift = item["shifts"][3]
    nobody = {"shift_id": shift["id"], "seat": 1}
    item = await act(regions, CENTRE, item, "assign", nobody)
    held = await regions.post(
        CENTRE, f"/duty-rosters/{item['id']}/publish", {}, version=item["version"]
    )
    assert (held.status_code, held.json()["code"]) == (409, "roster_faulty")
    assert "hole #1 2026-03-10 20:00/2026-03-11 08:00" in held.json()["detail"]
    put = {**nobody, "officer_id": again["shifts"][3]["stints"][1]["officer_id"]}
    item = await act(regions, CENTRE, item, "assign", put)
    missing = await regions.post(CENTRE, f"/duty-rosters/{item['id']}/publish", {})
    assert missing.status_code == 428
    stale = await regions.post(CENTRE, f"/duty-rosters/{item['id']}/publish", {}, version=1)
    assert stale.status_code == 412
    assert await refused(regions, COUNTY, item, "publish", {}) == (404, "not_found")
    item = await act(regions, CENTRE, item, "publish", {})
    assert (item["state"], item["faults"]) == ("published", [])

    # The draft made beside it overlaps it now.
    assert await refused(regions, CENTRE, again, "publish", {}) == (409, "not_next_in_line")
    late = await regions.done(
        CENTRE,
        "/duty-rosters",
        at.roster(
            starts_at=(FIRST + WEEK + timedelta(hours=12)).isoformat(),
            ends_at=(FIRST + 2 * WEEK).isoformat(),
        ),
    )
    assert await refused(regions, CENTRE, late, "publish", {}) == (409, "not_next_in_line")
    ends = {"ends_at": (FIRST + timedelta(days=5)).isoformat(), "reason": "机构调整"}
    item = await act(regions, CENTRE, item, "cut", ends)
    assert len(item["shifts"]) == 10
    following = await published(
        regions,
        at,
        starts_at=(FIRST + timedelta(days=5)).isoformat(),
        ends_at=(FIRST + WEEK).isoformat(),
    )
    assert await refused(
        regions,
        CENTRE,
        item,
        "cut",
        {"ends_at": (FIRST + timedelta(days=2)).isoformat(), "reason": "再提前"},
    ) == (409, "not_next_in_line")

    # What is published late kept nothing before, and the chain goes on all the same.
    await regions.set_clock(FIRST + WEEK + timedelta(hours=2))
    await published(
        regions,
        at,
        starts_at=(FIRST + WEEK).isoformat(),
        ends_at=(FIRST + 2 * WEEK).isoformat(),
    )
    after = {
        "starts_at": (FIRST + WEEK).isoformat(),
        "ends_at": (FIRST + 2 * WEEK).isoformat(),
    }
    seen = await regions.get(CENTRE, "/duty-rosters/coverage", division=ZHOUSHAN, **after)
    mine = next(each for each in seen.json()["desks"] if each["bureau_id"] == at.bureau)
    assert mine["required_minutes"] - mine["covered_minutes"] == 120
    asked = {"starts_at": FIRST.isoformat(), "ends_at": (FIRST + WEEK).isoformat()}
    seen = await regions.get(CENTRE, "/duty-rosters/coverage", division=ZHOUSHAN, **asked)
    mine = next(each for each in seen.json()["desks"] if each["bureau_id"] == at.bureau)
    assert (mine["required_minutes"], mine["covered_minutes"]) == (10080, 10080)
    assert (mine["percent"], mine["holes"]) == (100.0, [])
    officers = [each for each in mine["people"] if each["officer_id"] in at.officers]
    counts = [each["shifts"] for each in officers]
    assert max(counts) - min(counts) <= 1
    assert following["bureau_id"] == at.bureau


async def test_the_database_refuses_a_hole_whatever_the_program_believes(
    regions: Regions,
) -> None:
    at = await opened(regions)
    await regions.set_clock(FIRST - timedelta(days=1))
    item = await published(regions, at)
    stint = seat_of(item, 4, 1)
    with pytest.raises(asyncpg.CheckViolationError, match="empty at some time"):
        await regions.sql("UPDATE duty_stint SET standing = false WHERE id = $1", UUID(stint["id"]))
    with pytest.raises(asyncpg.CheckViolationError, match="empty at some time"):
        await regions.sql(
            "UPDATE duty_stint SET ends_at = ends_at - interval '1 minute' WHERE id = $1",
            UUID(stint["id"]),
        )
    shift = UUID(item["shifts"][4]["id"])
    with pytest.raises(asyncpg.CheckViolationError, match="do not cover"):
        await regions.sql("UPDATE duty_shift SET standing = false WHERE id = $1", shift)
    with pytest.raises(asyncpg.CheckViolationError, match="do not cover"):
        await regions.sql(
            "UPDATE duty_roster SET ends_at = ends_at + interval '1 hour' WHERE id = $1",
            UUID(item["id"]),
        )
    with pytest.raises(asyncpg.ExclusionViolationError):
        await regions.sql(
            "UPDATE duty_stint SET officer_id = $2 WHERE id = $1",
            UUID(stint["id"]),
            UUID(seat_of(item, 4, 2)["officer_id"]),
        )


async def _behind_the_program(regions: Regions) -> "asyncpg.Connection[Any]":
    connection = await asyncpg.connect(regions.url, server_settings={"search_path": "regions"})
    await connection.execute(
        "SELECT set_config('app.system', 'on', false), set_config('app.principal', 'test', false)"
    )
    return connection


PUBLISHES: Final = (
    "UPDATE duty_roster SET state = 'published', published_at = starts_at,"
    " published_by = '01890a5d-ac96-774b-bcce-b302099a8057' WHERE id = $1"
)


@pytest.mark.parametrize("by", ["somebody leaving a seat", "the roster before being cut"])
async def test_two_at_once_make_no_hole_between_them(regions: Regions, by: str) -> None:
    """Each alone holds when it is looked at; only who comes second can see that both do not."""
    at = await opened(regions)
    await regions.set_clock(FIRST - timedelta(days=1))
    before = await published(regions, at)
    draft = await regions.done(
        CENTRE,
        "/duty-rosters",
        at.roster(starts_at=(FIRST + WEEK).isoformat(), ends_at=(FIRST + 2 * WEEK).isoformat()),
    )
    first, second = [await _behind_the_program(regions) for _ in range(2)]
    try:
        mine = first.transaction()
        await mine.start()
        if by == "somebody leaving a seat":
            stint = UUID(seat_of(draft, 4, 1)["id"])
            await first.execute("UPDATE duty_stint SET standing = false WHERE id = $1", stint)
        else:
            last, roster = UUID(before["shifts"][-1]["id"]), UUID(before["id"])
            for table, key in (("duty_stint", "shift_id"), ("duty_shift", "id")):
                await first.execute(f"UPDATE {table} SET standing = false WHERE {key} = $1", last)  # noqa: S608 -- our own names
            await first.execute(
                "UPDATE duty_roster SET ends_at = ends_at - interval '12 hours' WHERE id = $1",
                roster,
            )
        await first.execute("SET CONSTRAINTS ALL IMMEDIATE")
        other = asyncio.create_task(second.execute(PUBLISHES, UUID(draft["id"])))
        await asyncio.sleep(0.5)
        assert not other.done()
        await mine.commit()
        with pytest.raises(asyncpg.CheckViolationError):
            await other
    finally:
        await first.close()
        await second.close()


async def test_two_people_swap_with_both_words_and_an_approval(regions: Regions) -> None:
    at = await opened(regions)
    await regions.set_clock(FIRST - timedelta(days=1))
    item = await published(regions, at)
    one, other = swappable(item)
    mine, theirs = at.people[one["officer_id"]], at.people[other["officer_id"]]
    body = {"stint_id": one["id"], "other_stint_id": other["id"], "reason": "家中有事"}
    assert await refused(regions, theirs, item, "swap", body) == (409, "not_ones_own_duty")
    lead = {**body, "other_stint_id": seat_of(item, 9, 0)["id"]}
    assert await refused(regions, mine, item, "swap", lead) == (422, "different_seats")
    item = await act(regions, mine, item, "swap", body)
    [swap] = item["swaps"]
    path = f"swaps/{swap['id']}"
    assert await refused(regions, CHIEF, item, f"{path}/approve", {}) == (409, "illegal_step")
    assert await refused(regions, mine, item, f"{path}/consent", {}) == (409, "not_ones_own_duty")
    item = await act(regions, theirs, item, f"{path}/consent", {})
    assert (await refused(regions, mine, item, f"{path}/approve", {}))[0] == 403
    first, second = await asyncio.gather(
        *(
            regions.post(
                CHIEF, f"/duty-rosters/{item['id']}/{path}/approve", {}, version=item["version"]
            )
            for _ in range(2)
        )
    )
    assert sorted([first.status_code, second.status_code]) == [200, 412]
    item = (await regions.get(CENTRE, f"/duty-rosters/{item['id']}")).json()
    assert (item["swaps"][0]["state"], item["faults"]) == ("approved", [])
    now_there = {
        (each["starts_at"], each["officer_id"])
        for shift in item["shifts"]
        for each in shift["stints"]
    }
    assert (one["starts_at"], other["officer_id"]) in now_there
    assert (other["starts_at"], one["officer_id"]) in now_there


async def test_a_swap_ends_with_the_duty_it_is_about(regions: Regions) -> None:
    at = await opened(regions)
    await regions.set_clock(FIRST - timedelta(days=1))
    item = await published(regions, at)
    one, other = swappable(item)
    mine = at.people[one["officer_id"]]
    itself = {"stint_id": one["id"], "other_stint_id": one["id"], "reason": "家中有事"}
    assert await refused(regions, mine, item, "swap", itself) == (422, "swap_with_oneself")
    body = {**itself, "other_stint_id": other["id"]}
    item = await act(regions, mine, item, "swap", body)
    free = next(
        each
        for each in at.officers
        if each
        not in {
            stint["officer_id"]
            for shift in item["shifts"]
            for stint in shift["stints"]
            if shift["starts_at"] == other["starts_at"]
        }
        | {one["officer_id"]}
    )
    held = {"stint_id": other["id"], "officer_id": free, "reason": "病假"}
    item = await act(regions, CENTRE, item, "replace", held)
    assert [each["state"] for each in item["swaps"]] == ["declined"]
    assert item["swaps"][0]["decline_reason"]

    last = item["shifts"][-1]["stints"][1]
    following = next(
        stint
        for shift in item["shifts"][:6]
        for stint in shift["stints"][1:]
        if stint["officer_id"] != last["officer_id"]
    )
    asked = {"stint_id": last["id"], "other_stint_id": following["id"], "reason": "家中有事"}
    item = await act(regions, at.people[last["officer_id"]], item, "swap", asked)
    await time_passes(regions, FIRST + WEEK + timedelta(hours=1))
    item = (await regions.get(CENTRE, f"/duty-rosters/{item['id']}")).json()
    assert item["state"] == "ended"
    assert [each["state"] for each in item["swaps"]] == ["declined", "declined"]
    # Nobody follows: who sees to the desk is told until somebody does, also once it has come to it.
    alerts = (await regions.get(CENTRE, "/duty-rosters/alerts", standing="true")).json()["items"]
    assert item["id"] in {
        each["subject_id"] for each in alerts if each["kind"] == "roster_runs_out"
    }
    await published(
        regions,
        at,
        starts_at=(FIRST + WEEK).isoformat(),
        ends_at=(FIRST + 3 * WEEK).isoformat(),
    )
    await time_passes(regions, FIRST + WEEK + timedelta(hours=2))
    alerts = (await regions.get(CENTRE, "/duty-rosters/alerts", standing="true")).json()["items"]
    assert item["id"] not in {each["subject_id"] for each in alerts}


async def test_an_absence_threatens_a_shift_until_somebody_stands_in(regions: Regions) -> None:
    at = await opened(regions)
    await regions.set_clock(FIRST - timedelta(days=1))
    item = await published(regions, at)
    stint = seat_of(item, 2, 1)
    officer = (await regions.get(CHIEF, f"/officers/{stint['officer_id']}")).json()
    away = {
        "starts_at": stint["starts_at"],
        "ends_at": stint["ends_at"],
        "reason": "病假",
    }
    await regions.done(
        CHIEF, f"/officers/{officer['id']}/absences", away, version=officer["version"]
    )

    async def threatened() -> list[dict[str, Any]]:
        answer = await regions.get(CENTRE, "/duty-rosters/threatened", division=ZHOUSHAN)
        return [each for each in answer.json() if each["roster_id"] == item["id"]]

    [threat] = await threatened()
    assert (threat["fault"]["kind"], threat["fault"]["officer_id"]) == ("away", officer["id"])
    await time_passes(regions, FIRST - timedelta(hours=20))
    alerts = (await regions.get(CENTRE, "/duty-rosters/alerts", standing="true")).json()["items"]
    [alert] = [each for each in alerts if each["subject_id"] == threat["fault"]["shift_id"]]
    assert alert["kind"] == "threatened_shift"

    there = {each["officer_id"] for each in item["shifts"][2]["stints"]}
    busy = {
        "stint_id": stint["id"],
        "officer_id": next(iter(there - {stint["officer_id"]})),
        "reason": "顶班",
    }
    assert await refused(regions, CENTRE, item, "replace", busy) == (409, "roster_faulty")
    free = next(
        each
        for each in at.officers
        if each
        not in {one["officer_id"] for shift in item["shifts"][1:4] for one in shift["stints"]}
    )
    middle = datetime.fromisoformat(stint["starts_at"]) + timedelta(hours=5)
    item = await act(
        regions,
        CENTRE,
        item,
        "replace",
        {"stint_id": stint["id"], "officer_id": free, "at": middle.isoformat(), "reason": "病假"},
    )
    # Until then nobody is there.
    assert len(await threatened()) == 1
    [rest] = [
        each for each in item["shifts"][2]["stints"] if each["officer_id"] == stint["officer_id"]
    ]
    item = await act(
        regions,
        CENTRE,
        item,
        "replace",
        {"stint_id": rest["id"], "officer_id": free, "reason": "病假"},
    )
    assert (await threatened(), item["faults"]) == ([], [])
    await time_passes(regions, FIRST - timedelta(hours=19))
    again = (await regions.get(CENTRE, "/duty-rosters/alerts", standing="false")).json()["items"]
    assert alert["id"] in {each["id"] for each in again}


async def test_a_shift_is_handed_over_by_who_goes_to_who_comes_or_is_late(
    regions: Regions,
) -> None:
    at = await opened(regions)
    await regions.set_clock(FIRST - timedelta(days=1))
    item = await published(regions, at)
    first, second = item["shifts"][:2]
    path = f"/duty-rosters/{item['id']}/shifts/{first['id']}"

    async def version() -> int:
        return int((await regions.get(CENTRE, path)).json()["version"])

    goes, comes = first["stints"][1]["officer_id"], second["stints"][1]["officer_id"]
    note = {"officer_id": goes, "remarks": "无异常"}
    early = await regions.post(at.people[goes], f"{path}/hand-over", note, version=item["version"])
    assert early.json()["code"] == "shift_not_begun"
    end = datetime.fromisoformat(first["ends_at"])
    await time_passes(regions, end + timedelta(minutes=31))
    open_ones = await regions.get(CENTRE, "/duty-rosters/handovers", untaken="true")
    mine = next(each for each in open_ones.json()["items"] if each["shift_id"] == first["id"])
    assert (mine["state"], mine["overdue"]) == ("due", True)
    alerts = (await regions.get(CENTRE, "/duty-rosters/alerts", standing="true")).json()["items"]
    assert first["id"] in {each["subject_id"] for each in alerts if each["kind"] == "late_handover"}

    not_there = await regions.post(
        at.people[comes],
        f"{path}/hand-over",
        {**note, "officer_id": comes},
        version=await version(),
    )
    assert not_there.json()["code"] == "not_of_the_desk"
    taken = {"officer_id": comes, "reservations": "一辆执法车未归还"}
    stale = await regions.post(at.people[comes], f"{path}/take-over", taken, version=1)
    assert stale.status_code == 412
    before = await regions.post(
        at.people[comes], f"{path}/take-over", taken, version=await version()
    )
    assert before.json()["code"] == "handover_not_written"
    key = uuid4().hex
    seen = await version()
    wrote = await regions.post(at.people[goes], f"{path}/hand-over", note, key=key, version=seen)
    repeated = await regions.post(at.people[goes], f"{path}/hand-over", note, key=key, version=seen)
    assert wrote.json() == repeated.json()
    done = await regions.done(at.people[comes], f"{path}/take-over", taken, version=await version())
    assert (done["state"], done["overdue"]) == ("reserved", True)
    twice = await regions.post(
        at.people[comes], f"{path}/take-over", taken, version=await version()
    )
    assert twice.json()["code"] == "handed_over_already"

    neighbour = await regions.get(head(NINGBO), "/duty-rosters/on-duty", division=ZHOUSHAN)
    there = next(each for each in neighbour.json() if each["bureau_id"] == at.bureau)
    assert there["phone"] == "0580-2020000"
    assert {each["name"][1:] for each in there["people"]} == {"***"}
    own = await regions.get(CENTRE, "/duty-rosters/on-duty", division=ZHOUSHAN)
    named = next(each for each in own.json() if each["bureau_id"] == at.bureau)
    assert all("*" not in each["name"] for each in named["people"])
    beyond = await regions.get(head(NINGBO), f"/duty-rosters/{item['id']}")
    assert beyond.status_code == 404
