"""Joint groups: confirmed by each member, led in turn, held to what they owe."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, date, datetime
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest

from ops.bootstrap import Databases
from services.regions.groups import queries
from services.regions.groups.jobs import JOBS
from services.regions.groups.use_cases.slots import (
    slot_done,
    slot_drafted,
    slot_planned,
    slot_reopened,
)
from shared.auth.actor import Role
from shared.db.session import SYSTEM
from shared.jobs import run_job
from tests.integration.regions.conftest import Person, Regions, desk, head
from tests.integration.regions.cooperation import SCHEME_2023_2025
from tests.unit.regions.test_group_proposals import FIXTURE, LEFT_OUT_BY_THE_FIXTURE

# Yuyao and Cixi of Ningbo, Shangyu of Shaoxing.
NINGBO, YUYAO, CIXI, SHAOXING, SHANGYU = "330200", "330281", "330282", "330600", "330604"
ZHEJIANG, JIAXING = "330000", "330400"
# Across a province's border: Jinshan of Shanghai, Pinghu of Jiaxing.
PINGHU, JINSHAN = "330482", "310116"
STARTS: Final = datetime(2026, 3, 2, 1, tzinfo=UTC)
WHY: Final = {"reason": "工作需要"}


def described(*members: str, **changes: Any) -> dict[str, Any]:
    return {
        "name": "余姚上虞联动组",
        "members": [{"division": each} for each in members],
        "valid_from": "2026-01-01",
        "valid_to": "2026-12-31",
        **changes,
    }


def drafted(drafter: str, *members: str, **changes: Any) -> dict[str, Any]:
    return {"drafter": drafter, "code": f"G-{uuid4().hex[:8]}", **described(*members, **changes)}


async def a_draft(regions: Regions, drafter: str, *members: str, **changes: Any) -> str:
    made = await regions.done(desk(drafter), "/groups", drafted(drafter, *members, **changes))
    return str(made["id"])


async def read(regions: Regions, who: Person, group: str) -> dict[str, Any]:
    found: dict[str, Any] = (await regions.get(who, f"/groups/{group}")).json()
    return found


async def act(
    regions: Regions, who: Person, group: str, step: str, body: dict[str, Any]
) -> dict[str, Any]:
    """The step by somebody who has read the newest version, again if a job was faster."""
    answer = await attempt(regions, who, group, step, body)
    if answer.status_code == HTTPStatus.PRECONDITION_FAILED:
        answer = await attempt(regions, who, group, step, body)
    assert answer.status_code == HTTPStatus.OK, answer.text
    content: dict[str, Any] = answer.json()
    return content


async def attempt(
    regions: Regions, who: Person, group: str, step: str, body: dict[str, Any]
) -> httpx.Response:
    version = (await read(regions, who, group)).get("version", 0)
    return await regions.post(who, f"/groups/{group}/{step}", body, version=version)


async def refused(
    regions: Regions, who: Person, group: str, step: str, body: dict[str, Any]
) -> tuple[int, str]:
    answer = await attempt(regions, who, group, step, body)
    return answer.status_code, answer.json()["code"]


async def confirming(regions: Regions, drafter: str, *members: str, **changes: Any) -> str:
    group = await a_draft(regions, drafter, *members, **changes)
    await act(regions, desk(drafter), group, "submit", {})
    return group


async def active(regions: Regions, drafter: str, *members: str, **changes: Any) -> str:
    group = await confirming(regions, drafter, *members, **changes)
    for each in members:
        await act(regions, head(each), group, "confirm", {"division": each, "agrees": True})
    await act(regions, desk(drafter), group, "activate", {})
    return group


class Calendar:
    """Business time of the module's stack; a test that moves it puts it back."""

    def __init__(self, owner: str, regions: Regions) -> None:
        self.owner, self.regions = owner, regions
        self.at = STARTS

    async def now(self, within: object = None) -> datetime:  # noqa: ARG002 -- the protocol's
        return self.at

    async def move_to(self, day: str) -> None:
        """To the morning of a day, and let time do its work."""
        await self._set(datetime.fromisoformat(f"{day}T09:00:00+08:00"))
        await self.run_jobs()

    async def run_jobs(self) -> None:
        for job in JOBS:
            await run_job(self.regions.database, self, job)

    async def _set(self, instant: datetime) -> None:
        self.at = instant
        connection = await asyncpg.connect(self.owner)
        try:
            await connection.execute("UPDATE clock.simulated SET now = $1", instant)
        finally:
            await connection.close()


@pytest.fixture(scope="module", autouse=True)
def _jobs_run_when_a_test_says_so() -> Iterator[None]:
    """The service's own rounds would draft what a test has just seen open."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("LIANDONG_JOB_PERIOD", "86400")
        yield


@pytest.fixture
async def calendar(databases: Databases, regions: Regions) -> AsyncIterator[Calendar]:
    made = Calendar(databases.owner, regions)
    yield made
    await made._set(STARTS)


def members(group: dict[str, Any]) -> dict[str, tuple[str, str, str]]:
    return {
        each["division"]: (each["role"], each["status"], each["consent"])
        for each in group["members"]
    }


async def test_a_group_is_drafted_confirmed_by_each_member_and_begins(regions: Regions) -> None:
    group = await a_draft(regions, NINGBO, YUYAO, SHANGYU)
    assert (await regions.get(head(SHANGYU), f"/groups/{group}")).status_code == 404

    sent = await act(regions, desk(NINGBO), group, "submit", {})
    assert sent["state"] == "confirming"
    assert {each["consent"] for each in sent["members"]} == {"pending"}
    for each in (YUYAO, SHANGYU):
        await act(regions, head(each), group, "confirm", {"division": each, "agrees": True})
    begun = await act(regions, desk(NINGBO), group, "activate", {})

    assert (begun["state"], begun["activated_by"], begun["lead"]) == ("active", "consent", YUYAO)
    assert members(begun) == {
        YUYAO: ("lead", "taking_part", "agreed"),
        SHANGYU: ("member", "taking_part", "agreed"),
    }
    assert [each["action"] for each in begun["steps"]] == [
        "draft",
        "submit",
        "confirm",
        "confirm",
        "activate",
    ]
    assert [each["lead"] for each in begun["next_turns"]] == [SHANGYU, YUYAO]


async def test_silence_is_no_consent(regions: Regions) -> None:
    group = await confirming(regions, NINGBO, YUYAO, SHANGYU)
    await act(regions, head(YUYAO), group, "confirm", {"division": YUYAO, "agrees": True})

    assert await refused(regions, desk(NINGBO), group, "activate", {}) == (
        409,
        "confirmation_missing",
    )


async def test_a_city_speaks_for_its_county_and_for_no_other(regions: Regions) -> None:
    group = await confirming(regions, NINGBO, YUYAO, SHANGYU)
    agrees = {"division": SHANGYU, "agrees": True}

    assert await refused(regions, head(NINGBO), group, "confirm", agrees) == (403, "forbidden")
    assert await refused(regions, head(YUYAO), group, "confirm", agrees) == (403, "forbidden")
    said = await act(regions, head(SHAOXING), group, "confirm", agrees)
    assert members(said)[SHANGYU] == ("member", "invited", "agreed")


async def test_a_head_that_submits_has_confirmed_for_its_own(regions: Regions) -> None:
    group = await a_draft(regions, NINGBO, YUYAO, SHANGYU)
    sent = await act(regions, head(NINGBO), group, "submit", {})

    assert members(sent)[YUYAO][2] == "agreed"
    assert members(sent)[SHANGYU][2] == "pending"


async def test_who_declines_says_why_and_may_think_again(regions: Regions) -> None:
    group = await confirming(regions, NINGBO, YUYAO, SHANGYU)
    declines = {"division": SHANGYU, "agrees": False}

    assert await refused(regions, head(SHANGYU), group, "confirm", declines) == (
        422,
        "reason_missing",
    )
    said = await act(regions, head(SHANGYU), group, "confirm", {**declines, "reason": "人手不足"})
    assert members(said)[SHANGYU][2] == "declined"
    again = {"division": SHANGYU, "agrees": True}
    said = await act(regions, head(SHANGYU), group, "confirm", again)
    assert members(said)[SHANGYU][2] == "agreed"


async def test_the_common_superior_decides_when_time_is_up_or_a_member_asks(
    regions: Regions, calendar: Calendar
) -> None:
    group = await confirming(regions, NINGBO, YUYAO, SHANGYU)
    province = head(ZHEJIANG)
    assert await refused(regions, province, group, "decide", WHY) == (409, "no_deadlock")
    asks = {"division": YUYAO, "reason": "对方未答复"}
    asked = await act(regions, head(YUYAO), group, "ask-decision", asks)
    assert asked["decision_asked_at"] is not None
    assert await refused(regions, head(NINGBO), group, "decide", WHY) == (403, "forbidden")
    decided = await act(regions, province, group, "decide", WHY)

    assert (decided["state"], decided["activated_by"]) == ("active", "common_superior")
    assert decided["decision_reason"] == WHY["reason"]
    assert members(decided)[SHANGYU] == ("member", "taking_part", "pending")

    silent = await confirming(regions, NINGBO, YUYAO, SHANGYU)
    await calendar.move_to("2026-03-17")
    assert await refused(regions, province, silent, "decide", WHY) == (409, "no_deadlock")
    await calendar.move_to("2026-03-18")  # fifteen days are over
    assert (await act(regions, province, silent, "decide", WHY))["state"] == "active"


async def test_across_provinces_nobody_decides(regions: Regions) -> None:
    group = await confirming(regions, JIAXING, PINGHU, JINSHAN)
    asks = {"division": PINGHU, "reason": "对方未答复"}

    assert await refused(regions, head(PINGHU), group, "ask-decision", asks) == (
        409,
        "no_common_superior",
    )
    agrees = {"division": JINSHAN, "agrees": True}
    said = await act(regions, head("310000"), group, "confirm", agrees)
    assert members(said)[JINSHAN][2] == "agreed"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"members": [{"division": YUYAO}, {"division": CIXI}]}, "too_few_cities"),
        (
            {
                "members": [
                    {"division": YUYAO},
                    {"division": CIXI},
                    {"division": SHANGYU, "role": "observer"},
                ]
            },
            "too_few_cities",
        ),
        ({"members": [{"division": YUYAO}, {"division": YUYAO}]}, "bad_group"),
        ({"members": [{"division": YUYAO}, {"division": NINGBO}]}, "bad_group"),
        ({"members": [{"division": YUYAO}, {"division": "330699"}]}, "unknown_division"),
        ({"rotation": [YUYAO, CIXI]}, "bad_group"),
        ({"valid_to": "2026-01-31"}, "bad_group"),
        ({"form": "comprehensive"}, "bad_group"),
        ({"plan_id": str(uuid4())}, "not_found"),
    ],
)
async def test_what_could_not_work_is_not_drafted(
    regions: Regions, changes: dict[str, Any], code: str
) -> None:
    body = {**drafted(NINGBO, YUYAO, SHANGYU), **changes}
    answer = await regions.post(desk(NINGBO), "/groups", body)

    assert answer.status_code in {404, 409, 422}
    assert answer.json()["code"] == code


async def test_only_the_drafters_side_drafts(regions: Regions) -> None:
    body = drafted(NINGBO, YUYAO, SHANGYU)

    for who in (desk(SHAOXING), desk(YUYAO), Person(Role.OFFICER, NINGBO)):
        assert (await regions.post(who, "/groups", body)).status_code == 403


async def test_a_retry_makes_no_second_group_and_a_code_comes_once(regions: Regions) -> None:
    body, who, key = drafted(NINGBO, YUYAO, SHANGYU), desk(NINGBO), uuid4().hex
    first = await regions.post(who, "/groups", body, key=key)
    again = await regions.post(who, "/groups", body, key=key)

    assert first.status_code == again.status_code == 201
    assert first.json()["id"] == again.json()["id"]
    answer = await regions.post(who, "/groups", body)
    assert (answer.status_code, answer.json()["code"]) == (409, "already_exists")


async def test_a_stale_reader_changes_nothing(regions: Regions) -> None:
    group = await a_draft(regions, NINGBO, YUYAO, SHANGYU)
    who = desk(NINGBO)
    version = (await read(regions, who, group))["version"]
    await regions.done(who, f"/groups/{group}/submit", {}, version=version)

    late = await regions.post(who, f"/groups/{group}/submit", {}, version=version)
    assert (late.status_code, late.json()["code"]) == (412, "stale_version")
    blind = await regions.post(who, f"/groups/{group}/activate", {})
    assert (blind.status_code, blind.json()["code"]) == (428, "precondition_required")


async def test_of_two_who_activate_at_once_one_does(regions: Regions) -> None:
    group = await confirming(regions, NINGBO, YUYAO, SHANGYU)
    for each in (YUYAO, SHANGYU):
        await act(regions, head(each), group, "confirm", {"division": each, "agrees": True})
    version = (await read(regions, desk(NINGBO), group))["version"]
    path = f"/groups/{group}/activate"
    answers = await asyncio.gather(
        *(regions.post(desk(NINGBO), path, {}, version=version) for _ in range(2))
    )

    assert sorted(each.status_code for each in answers) == [200, 412]


async def test_a_revision_voids_what_was_confirmed(regions: Regions) -> None:
    group = await confirming(regions, NINGBO, YUYAO, SHANGYU)
    await act(regions, head(SHANGYU), group, "confirm", {"division": SHANGYU, "agrees": True})
    body = described(YUYAO, CIXI, SHANGYU, name="余姚慈溪上虞联动组")
    revised = await act(regions, desk(NINGBO), group, "revise", body)

    assert (revised["state"], revised["name"]) == ("draft", "余姚慈溪上虞联动组")
    assert {each["consent"] for each in revised["members"]} == {"pending"}
    assert len(revised["members"]) == 3
    assert (await regions.get(head(SHANGYU), f"/groups/{group}")).status_code == 404


async def test_the_lead_rotates_with_a_hand_over_and_its_open_items(
    regions: Regions, calendar: Calendar
) -> None:
    group = await active(regions, NINGBO, YUYAO, CIXI, SHANGYU, term_months=1)
    await calendar.run_jobs()
    items = [{"kind": "handover", "title": "某电镀厂线索未答复", "due_on": "2026-03-20"}]
    passed = {"items": items, "reason": "任期届满"}

    assert await refused(regions, head(CIXI), group, "hand-over", passed) == (403, "forbidden")
    given = await act(regions, desk(YUYAO), group, "hand-over", passed)
    [handover] = given["handovers"]
    assert (given["lead"], given["term"]) == (CIXI, 1)
    assert (handover["from_division"], handover["to_division"]) == (YUYAO, CIXI)
    assert [each["title"] for each in handover["listed"]] == ["某电镀厂线索未答复"]
    assert [each["kind"] for each in handover["found"]] == ["operation_open", "operation_open"]
    assert members(given)[YUYAO][0] == "member"
    assert members(given)[CIXI][0] == "lead"

    # Nobody passes on what was not taken.
    early = await refused(regions, desk(CIXI), group, "hand-over", {})
    assert early == (409, "hand_over_not_taken")
    assert await refused(regions, desk(YUYAO), group, "take-over", {}) == (403, "forbidden")
    taken = await act(regions, desk(CIXI), group, "take-over", {"reason": "已清点"})
    assert taken["handovers"][0]["remark"] == "已清点"
    assert taken["handovers"][0]["taken_at"] is not None


async def test_a_silent_lead_does_not_stay(regions: Regions, calendar: Calendar) -> None:
    group = await active(regions, NINGBO, YUYAO, SHANGYU, term_months=1)
    assert await refused(regions, desk(SHANGYU), group, "take-over", {}) == (
        409,
        "hand_over_not_due",
    )
    await calendar.move_to("2026-04-02")
    assert (await read(regions, desk(SHANGYU), group))["hand_over_overdue"]
    taken = await act(regions, desk(SHANGYU), group, "take-over", {"reason": "逾期未移交"})

    assert (taken["lead"], taken["term"], taken["term_started_on"]) == (SHANGYU, 1, "2026-04-02")
    assert taken["handovers"][0]["given_at"] is None
    assert not taken["hand_over_overdue"]


async def clocks(regions: Regions, group: str) -> list[tuple[str, str, str]]:
    rows = await regions.sql(
        "SELECT kind, state, due_on FROM clock WHERE subject_id = $1 ORDER BY id", UUID(group)
    )
    return [(row["kind"], row["state"], str(row["due_on"])) for row in rows]


async def test_clocks_wait_for_members_and_for_the_lead(
    regions: Regions, calendar: Calendar
) -> None:
    group = await active(regions, NINGBO, YUYAO, SHANGYU, term_months=1)
    await calendar.move_to("2026-03-20")
    await act(regions, desk(YUYAO), group, "hand-over", {})
    assert await clocks(regions, group) == [
        ("confirming", "met", "2026-03-17"),
        ("term_of_lead", "met", "2026-04-01"),
        ("term_of_lead", "running", "2026-04-19"),
    ]
    assert (await read(regions, desk(YUYAO), group))["term_ends_on"] == "2026-04-19"
    await act(regions, desk(NINGBO), group, "end", WHY)
    assert (await clocks(regions, group))[-1][1] == "dropped"


async def test_who_is_passed_over_leads_last(regions: Regions) -> None:
    group = await active(regions, NINGBO, YUYAO, CIXI, SHANGYU)
    why = {"division": CIXI, "reason": "班子换届"}

    other = {"division": SHANGYU, "reason": "x"}
    assert await refused(regions, head(SHANGYU), group, "skip", other) == (409, "not_its_turn")
    assert await refused(regions, head(YUYAO), group, "skip", why) == (403, "forbidden")
    skipped = await act(regions, head(CIXI), group, "skip", why)

    assert [each["lead"] for each in skipped["next_turns"]] == [SHANGYU, CIXI, YUYAO]
    assert skipped["skips"][0]["reason"] == "班子换届"
    assert skipped["skips"][0]["approver_name"] == f"{CIXI} department_head"


async def test_who_joins_confirms_by_itself_and_leads_last(regions: Regions) -> None:
    group = await active(regions, NINGBO, YUYAO, SHANGYU)
    asked = {"division": CIXI, "joins_on": "2026-04-01", **WHY}
    agrees = {"division": CIXI, "agrees": True}

    assert (await regions.get(head(CIXI), f"/groups/{group}")).status_code == 404
    assert await refused(regions, desk(SHANGYU), group, "invite", asked) == (403, "forbidden")
    invited = await act(regions, desk(YUYAO), group, "invite", asked)
    assert members(invited)[CIXI] == ("member", "invited", "pending")
    assert await refused(regions, head(SHANGYU), group, "confirm", agrees) == (403, "forbidden")
    joined = await act(regions, head(CIXI), group, "confirm", agrees)

    assert members(joined)[CIXI] == ("member", "taking_part", "agreed")
    assert [each["lead"] for each in joined["next_turns"]] == [SHANGYU, YUYAO, CIXI]
    twice = await refused(regions, desk(YUYAO), group, "invite", asked)
    assert twice == (409, "already_a_member")
    again = await refused(regions, head(CIXI), group, "confirm", agrees)
    assert again == (409, "nothing_to_answer")


async def test_who_declines_an_invitation_sees_the_group_no_more(regions: Regions) -> None:
    group = await active(regions, NINGBO, YUYAO, SHANGYU)
    other = "330683"  # 嵊州
    asked = {"division": other, "joins_on": "2026-04-01", **WHY}
    await act(regions, desk(YUYAO), group, "invite", asked)
    declines = {"division": other, "agrees": False, "reason": "不接壤"}
    await act(regions, head(other), group, "confirm", declines)

    assert (await regions.get(head(other), f"/groups/{group}")).status_code == 404
    after = await read(regions, desk(YUYAO), group)
    assert members(after)[other] == ("member", "declined", "declined")
    assert after["state"] == "active"


async def test_a_member_leaves_on_its_own_word_and_sees_nothing_afterwards(
    regions: Regions, calendar: Calendar
) -> None:
    xinchang = "330624"
    group = await active(regions, NINGBO, YUYAO, SHANGYU, xinchang)
    leaves = {"division": xinchang, "leaves_on": "2026-03-31", **WHY}

    assert await refused(regions, head(YUYAO), group, "leave", leaves) == (403, "forbidden")
    left = await act(regions, head(xinchang), group, "leave", leaves)
    assert [each["lead"] for each in left["next_turns"]] == [SHANGYU, YUYAO]
    await calendar.move_to("2026-03-31")
    assert (await regions.get(head(xinchang), f"/groups/{group}")).status_code == 200
    await calendar.move_to("2026-04-01")
    assert (await regions.get(head(xinchang), f"/groups/{group}")).status_code == 404
    assert (await regions.get(head(SHAOXING), f"/groups/{group}")).status_code == 200
    assert members(await read(regions, desk(YUYAO), group))[xinchang][1] == "left"


async def test_the_lead_and_the_last_of_a_second_city_cannot_leave(regions: Regions) -> None:
    group = await active(regions, NINGBO, YUYAO, CIXI, SHANGYU)

    leads = {"division": YUYAO, "leaves_on": "2026-03-31", **WHY}
    assert await refused(regions, head(YUYAO), group, "leave", leads) == (
        409,
        "lead_must_hand_over",
    )
    last = {"division": SHANGYU, "leaves_on": "2026-03-31", **WHY}
    assert await refused(regions, head(SHANGYU), group, "leave", last) == (409, "too_few_cities")


async def test_each_member_names_its_own_liaisons(regions: Regions) -> None:
    group = await active(regions, NINGBO, YUYAO, SHANGYU)
    contact = {"unit": "上虞分局执法大队", "person": "李明", "phone": "0575-82212345"}
    body = {"division": SHANGYU, "people": [contact]}

    assert await refused(regions, desk(YUYAO), group, "liaise", body) == (403, "forbidden")
    named = await act(regions, Person(Role.OFFICER, SHANGYU), group, "liaise", body)
    assert named["liaisons"] == [{"division": SHANGYU, **contact}]
    cleared = await act(regions, desk(SHANGYU), group, "liaise", {**body, "people": []})
    assert cleared["liaisons"] == []


async def test_a_group_ends_by_its_drafter_the_superior_or_its_last_day(
    regions: Regions, calendar: Calendar
) -> None:
    by_hand = await active(regions, NINGBO, YUYAO, SHANGYU)
    assert await refused(regions, desk(SHANGYU), by_hand, "end", WHY) == (403, "forbidden")
    ended = await act(regions, head(ZHEJIANG), by_hand, "end", WHY)
    assert (ended["state"], ended["ended_on"], ended["actions"]) == ("ended", "2026-03-02", [])
    again = await refused(regions, desk(NINGBO), by_hand, "end", WHY)
    assert again == (409, "illegal_step")

    by_time = await active(regions, NINGBO, YUYAO, SHANGYU, valid_to="2026-03-31")
    await calendar.move_to("2026-04-01")
    over = await read(regions, desk(SHANGYU), by_time)
    assert (over["state"], over["ended_on"]) == ("ended", "2026-03-31")


async def slots(regions: Regions, group: str) -> list[queries.OpenSlot]:
    async with regions.database.transaction(SYSTEM) as session:
        found = await queries.open_slots(session, limit=10_000)
    return [each for each in found if str(each.group_id) == group]


async def test_an_active_group_owes_two_operations_that_are_drafted_and_done(
    regions: Regions, calendar: Calendar
) -> None:
    group = await active(regions, NINGBO, YUYAO, SHANGYU)
    assert await slots(regions, group) == []
    await calendar.run_jobs()
    await calendar.run_jobs()  # once is enough

    first, second = await slots(regions, group)
    assert (first.lead, first.members, first.period) == (YUYAO, (YUYAO, SHANGYU), "2026")
    assert [str(each.window_from) for each in (first, second)] == ["2026-03-02", "2026-08-01"]
    operation = uuid4()
    async with regions.database.transaction(SYSTEM) as session:
        assert await slot_drafted(session, first.slot_id, operation)
        assert await slot_drafted(session, first.slot_id, operation)
        assert not await slot_drafted(session, first.slot_id, uuid4())
    found = (await regions.get(head(SHANGYU), f"/groups/{group}/compliance")).json()
    [period] = found["periods"]
    assert (period["required"], period["done"], period["drafted"]) == (2, 0, 1)
    assert (period["expected"], period["shortfall"], period["outlook"]) == (1, 1, "at_risk")
    async with regions.database.transaction(SYSTEM) as session:
        assert await slot_planned(session, operation, planned_to=date(2026, 6, 30))
        assert not await slot_planned(session, operation)
    found = (await regions.get(head(SHANGYU), f"/groups/{group}/compliance")).json()
    assert found["periods"][0]["planned"] == 1
    assert found["slots"][0]["planned_to"] == "2026-06-30"
    async with regions.database.transaction(SYSTEM) as session:
        assert await slot_done(session, operation, STARTS)
        assert not await slot_done(session, operation, STARTS)  # a result counts once
        assert not await slot_done(session, uuid4(), STARTS)
        assert not await slot_reopened(session, operation)
    found = (await regions.get(head(SHANGYU), f"/groups/{group}/compliance")).json()
    assert found["periods"][0]["done"] == 1
    assert [each["state"] for each in found["slots"]] == ["done", "open"]

    await calendar.move_to("2026-12-31")
    found = (await regions.get(head(SHANGYU), f"/groups/{group}/compliance")).json()
    assert (found["shortfall"], found["periods"][0]["outlook"]) == (1, "short")


async def test_a_draft_that_came_to_nothing_is_owed_again(
    regions: Regions, calendar: Calendar
) -> None:
    group = await active(regions, NINGBO, YUYAO, SHANGYU)
    await calendar.run_jobs()
    first, _ = await slots(regions, group)
    operation = uuid4()
    async with regions.database.transaction(SYSTEM) as session:
        assert await slot_drafted(session, first.slot_id, operation)
        assert await slot_reopened(session, operation)

    assert first.slot_id in {each.slot_id for each in await slots(regions, group)}


async def test_what_an_ended_group_owed_is_dropped(regions: Regions, calendar: Calendar) -> None:
    group = await active(regions, NINGBO, YUYAO, SHANGYU)
    await calendar.run_jobs()
    await act(regions, desk(NINGBO), group, "end", WHY)

    assert await slots(regions, group) == []
    rows = await regions.sql("SELECT state FROM quota_slot WHERE group_id = $1", UUID(group))
    assert {row["state"] for row in rows} == {"dropped"}


async def test_cities_owe_a_summer_and_an_autumn_winter_action(
    regions: Regions, calendar: Calendar
) -> None:
    """Row 3-11: the city level acts in May to August and in October to December."""
    five = ("510100", "510600", "511800", "511400", "512000")
    group = await active(regions, "510100", *five, form="comprehensive", name="成德雅眉资联动组")
    await calendar.run_jobs()

    summer, winter = await slots(regions, group)
    assert (str(summer.window_from), str(summer.window_to)) == ("2026-05-01", "2026-08-31")
    assert (str(winter.window_from), str(winter.window_to)) == ("2026-10-01", "2026-12-31")
    assert len(summer.members) == 5
    found = (await regions.get(head("511800"), f"/groups/{group}/compliance")).json()
    assert [(each["period"], each["required"]) for each in found["periods"]] == [
        ("2026-summer", 1),
        ("2026-autumn_winter", 1),
    ]


async def test_a_place_may_ask_for_more_operations(regions: Regions, calendar: Calendar) -> None:
    await regions.sql(
        "INSERT INTO rule_setting (name, scope, valid_from, value, basis)"
        " VALUES ('plan.min_ops_per_period', '3502', '2000-01-01', '4', 'test')"
        " ON CONFLICT DO NOTHING"
    )
    regions.database.kept.clear()
    group = await active(regions, "350200", "350211", "350583")  # 集美, 南安
    await calendar.run_jobs()

    assert len(await slots(regions, group)) == 4


PLAN_OF: Final = ("330200", "330600")


async def a_plan_for(regions: Regions, calendar: Calendar, **changes: Any) -> str:
    """A plan of Ningbo and Shaoxing that both agreed to and that has begun."""
    text = {**SCHEME_2023_2025, "lead": NINGBO, "parties": list(PLAN_OF), "items": []}
    days = {"year": 2026, "valid_from": "2026-01-01", "valid_to": "2026-12-31"}
    made = await regions.done(head(NINGBO), "/plans", {**text, **days, **changes})
    path = f"/plans/{made['id']}"
    sent = await regions.done(head(NINGBO), f"{path}/countersign", {}, version=made["version"])
    agrees = {"division": SHAOXING, "agrees": True, "text_hash": sent["text_hash"]}
    agreed = await regions.done(head(SHAOXING), f"{path}/answer", agrees, version=sent["version"])
    await regions.done(head(NINGBO), f"{path}/issue", {}, version=agreed["version"])
    await calendar.run_jobs()
    return str(made["id"])


async def test_a_group_works_under_its_plan(regions: Regions, calendar: Calendar) -> None:
    """Row 3-12: at least two operations, unless the plan asks for more."""
    plan = await a_plan_for(regions, calendar, min_ops=3)
    group = await active(regions, NINGBO, YUYAO, SHANGYU, plan_id=plan)
    await calendar.run_jobs()

    assert [each.plan_id for each in await slots(regions, group)] == [UUID(plan)] * 3
    # The county does not see the cities' plan, and yet knows what its group owes.
    assert (await regions.get(head(SHANGYU), f"/plans/{plan}")).status_code == 404
    page = (await regions.get(head(SHANGYU), "/groups/compliance", plan_id=plan)).json()
    [line] = page["items"]
    assert (line["group_id"], line["periods"][0]["required"]) == (group, 3)

    for changes in (
        {"valid_to": "2027-06-30"},
        {"members": [{"division": YUYAO}, {"division": PINGHU}]},
    ):
        body = drafted(NINGBO, YUYAO, SHANGYU, plan_id=plan) | changes
        answer = await regions.post(desk(NINGBO), "/groups", body)
        assert (answer.status_code, answer.json()["code"]) == (422, "bad_group")
    unknown = drafted(JIAXING, PINGHU, SHANGYU, plan_id=plan)
    assert (await regions.post(desk(JIAXING), "/groups", unknown)).status_code == 404


async def test_where_the_place_says_so_a_division_sits_in_one_group(
    regions: Regions, calendar: Calendar
) -> None:
    plan = await a_plan_for(regions, calendar)
    await active(regions, NINGBO, YUYAO, SHANGYU, plan_id=plan)
    second = await confirming(regions, NINGBO, CIXI, SHANGYU, plan_id=plan)  # by default it may
    for each in (CIXI, SHANGYU):
        await act(regions, head(each), second, "confirm", {"division": each, "agrees": True})
    await regions.sql(
        "INSERT INTO rule_setting (name, scope, valid_from, value, basis)"
        " VALUES ('group.several_per_plan', '3302', '2000-01-01', 'false', 'test')"
    )
    regions.database.kept.clear()
    try:
        answer = await refused(regions, desk(NINGBO), second, "activate", {})
        assert answer == (409, "already_in_a_group")
        body = drafted(NINGBO, CIXI, SHANGYU, plan_id=plan)
        refusal = await regions.post(desk(NINGBO), "/groups", body)
        assert refusal.json()["code"] == "already_in_a_group"
    finally:
        await regions.sql("DELETE FROM rule_setting WHERE basis = 'test' AND scope = '3302'")
        regions.database.kept.clear()


async def test_compliance_of_all_groups_is_a_list(regions: Regions, calendar: Calendar) -> None:
    group = await active(regions, NINGBO, YUYAO, SHANGYU)
    await calendar.run_jobs()

    page = (await regions.get(head(ZHEJIANG), "/groups/compliance", limit=200)).json()
    [line] = [each for each in page["items"] if each["group_id"] == group]
    assert line["periods"][0]["required"] == 2
    elsewhere = (await regions.get(head("510100"), "/groups/compliance", limit=200)).json()
    assert group not in {each["group_id"] for each in elsewhere["items"]}
    past = (await regions.get(head(YUYAO), f"/groups/{group}/compliance", year=2025)).json()
    assert past["periods"] == []


async def test_the_lists_filters_hold(regions: Regions) -> None:
    group = await active(regions, NINGBO, YUYAO, SHANGYU)

    for query in ({"state": "active"}, {"division": SHANGYU}, {"form": "daily"}):
        found = (await regions.get(head(SHANGYU), "/groups", limit=200, **query)).json()
        assert group in {each["id"] for each in found["items"]}
    for query in ({"state": "ended"}, {"form": "exchange"}, {"plan_id": str(uuid4())}):
        found = (await regions.get(head(SHANGYU), "/groups", limit=200, **query)).json()
        assert group not in {each["id"] for each in found["items"]}


async def test_five_cities_are_proposed_checked_and_made_a_group(regions: Regions) -> None:
    """Row 3-10: 30 pairs, 25 counties and 7 city pairs; 21 counties in 8 groups leave out 15."""
    five = ["510100", "510600", "511800", "511400", "512000"]
    who = desk("510100")
    proposed = await regions.done(who, "/groups:propose", {"divisions": five, "groups": 8})
    borders = proposed["borders"]
    assert (borders["pairs"], borders["counties"], borders["city_pairs"]) == (30, 25, 7)
    assert len(proposed["groups"]) == 8
    assert proposed["unplaced"] == []
    assert len(proposed["without_border"]) == 18
    assert proposed["covered_pairs"] + len(proposed["uncovered"]) == 30
    assert await regions.sql("SELECT 1 FROM joint_group WHERE name = 'proposed'") == []

    grouping = [{"code": code, "members": list(codes)} for code, codes in FIXTURE.items()]
    checked = await regions.done(who, "/groups:check", {"divisions": five, "groups": grouping})
    assert {(each["a"], each["b"]) for each in checked["left_out"]} == {
        (a, b) for a, b, _ in LEFT_OUT_BY_THE_FIXTURE
    }
    assert [each["name"] for each in checked["in_none"]] == ["洪雅县", "雨城区", "荥经县", "汉源县"]
    by_default = await regions.done(who, "/groups:check", {"groups": grouping})
    assert by_default == checked

    first = [each["division"] for each in proposed["groups"][0]["members"]]
    made = await regions.done(who, "/groups", drafted("510100", *first))
    assert [each["division"] for each in made["members"]] == first


async def test_the_whole_country_is_proposed_over_http(regions: Regions) -> None:
    proposed = await regions.done(desk(NINGBO), "/groups:propose", {})

    assert proposed["borders"]["pairs"] == 3355
    assert proposed["unplaced"] == []
    assert all(len(each["cities"]) >= 2 for each in proposed["groups"])


async def test_a_grouping_that_names_nothing_is_refused(regions: Regions) -> None:
    who = desk(NINGBO)
    twice = [{"code": "A", "members": [YUYAO]}, {"code": "A", "members": [CIXI]}]
    unknown = [{"code": "A", "members": ["330299"]}]
    for path, body, code in (
        ("/groups:check", {"groups": twice}, "bad_group"),
        ("/groups:check", {"groups": unknown}, "unknown_division"),
        ("/groups:propose", {"divisions": ["339900"]}, "unknown_division"),
        ("/groups:propose", {"groups": 1}, "bad_proposal_wishes"),
        ("/groups:propose", {"max_members": 1}, "invalid_input"),
    ):
        answer = await regions.post(who, path, body)
        assert (answer.status_code, answer.json()["code"]) == (422, code)
