"""A matter near a border: both sides know at once, each neighbour says what it found."""

import asyncio
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import asyncpg
import pytest

from ops.bootstrap import Databases
from services.regions.tables import OPEN_WORK
from shared.auth.actor import Role
from shared.clock_rows.sweep import sweep
from shared.db.session import SYSTEM
from shared.succession.migration import move_batch
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

OFFICER: Final = Person(Role.OFFICER, YUYAO)
CLERK_OF_CIXI: Final = Person(Role.PETITION_CLERK, CIXI)
HAIYAN, PUTUO, DINGHAI, CHENGDU = "330424", "330903", "330902", "510100"
PATH: Final = "/border-notices"


def matter(division: str = YUYAO, **facts: Any) -> dict[str, Any]:
    return {
        "title": "界河水体发黑",
        "division": division,
        "media": ["water"],
        "place": "泗门镇与慈溪交界界河闸口",
        "facts": "闸口下游水体发黑,上游来水异常",
        **facts,
    }


def notice(*neighbours: str, **facts: Any) -> dict[str, Any]:
    told = [{"division": each} for each in neighbours or (CIXI,)]
    return {"matter": matter(), "neighbours": told, **facts}


@dataclass(frozen=True, slots=True)
class Time:
    """The stack's business time; other tests may have moved it on."""

    owner: str

    async def now(self) -> datetime:
        return await self._ask("SELECT now FROM clock.simulated")

    async def pass_by(self, **time: float) -> datetime:
        return await self._ask(
            "UPDATE clock.simulated SET now = now + $1 RETURNING now", timedelta(**time)
        )

    async def _ask(self, statement: str, *arguments: Any) -> datetime:
        connection = await asyncpg.connect(self.owner)
        try:
            instant: datetime = await connection.fetchval(statement, *arguments)
        finally:
            await connection.close()
        return instant


@pytest.fixture
def time(regions: Regions, databases: Databases) -> Time:
    regions.database.kept.clear()
    return Time(databases.owner)


async def test_a_notice_goes_from_one_side_to_the_other_and_back(
    regions: Regions, time: Time
) -> None:
    body = {
        **notice(urgency="urgent", point={"lon": 121.16, "lat": 30.2}),
        "neighbours": [
            {"division": CIXI, "position": "downstream"},
            {"division": HAIYAN, "position": "right_bank"},
        ],
    }
    given = await regions.done(OFFICER, PATH, body)

    assert (given["state"], given["neighbours"], given["overdue"]) == ("open", [CIXI, HAIYAN], [])
    assert given["actions"] == ["close"]
    parties = {each["division"]: each for each in given["parties"]}
    assert (parties[CIXI]["border"], parties[CIXI]["km"]) == ("land", 73.5)
    assert parties[HAIYAN]["border"] == "water"
    assert parties[CIXI]["contact"] == {
        "rule": "downstream_to_upstream",
        "from_division": YUYAO,
        "to_division": CIXI,
    }
    assert parties[HAIYAN]["contact"] == {
        "rule": "left_to_right_bank",
        "from_division": HAIYAN,
        "to_division": YUYAO,
    }
    due = datetime.fromisoformat(parties[CIXI]["acknowledge_by"])
    assert due == await time.now() + timedelta(hours=2)

    path = f"{PATH}/{given['id']}"
    seen = (await regions.get(CLERK_OF_CIXI, path)).json()
    assert seen["matter"] == {
        **matter(),
        "object_name": None,
        "object_code": None,
        "at_night": False,
    }
    assert seen["actions"] == ["acknowledge"]
    acknowledged = await regions.done(
        CLERK_OF_CIXI, f"{path}/acknowledge", {"division": CIXI}, version=seen["version"]
    )
    assert acknowledged["state"] == "open"
    answered = await regions.done(
        desk(CIXI),
        f"{path}/answer",
        {"division": CIXI, "finding": "joint_handling", "text": "上游排口异常"},
        version=acknowledged["version"],
    )
    other = await regions.done(
        head(JIAXING), f"{path}/acknowledge", {"division": HAIYAN}, version=answered["version"]
    )
    whole = await regions.done(
        desk(HAIYAN),
        f"{path}/answer",
        {
            "division": HAIYAN,
            "finding": "handed_over",
            "text": "属港航部门职责",
            "handed_over_to": "港航管理部门",
        },
        version=other["version"],
    )
    assert whole["state"] == "answered"
    more = await regions.done(
        desk(CIXI),
        f"{path}/answer",
        {"division": CIXI, "finding": "no_facts", "text": "复查未见异常"},
        version=whole["version"],
    )
    closed = await regions.done(
        head(YUYAO), f"{path}/close", {"closing": "两地联合处置完毕"}, version=more["version"]
    )

    assert (closed["state"], closed["actions"]) == ("closed", [])
    assert [(each["action"], each["division"]) for each in closed["steps"]] == [
        ("give", YUYAO),
        ("acknowledge", CIXI),
        ("answer", CIXI),
        ("acknowledge", HAIYAN),
        ("answer", HAIYAN),
        ("answer", CIXI),
        ("close", YUYAO),
    ]
    assert [each["late"] for each in closed["parties"]] == [False, False]
    trace = await regions.sql(
        "SELECT action FROM audit WHERE object_kind = 'border_notice' AND object_id = $1"
        " ORDER BY id",
        given["id"],
    )
    assert len(trace) == 7


async def test_both_sides_and_those_above_see_it_and_nobody_else(regions: Regions) -> None:
    given = await regions.done(OFFICER, PATH, notice(HAIYAN))
    path = f"{PATH}/{given['id']}"

    for who in (desk(NINGBO), desk(HAIYAN), head(JIAXING), head("330000")):
        assert (await regions.get(who, path)).status_code == 200
        listed = (await regions.get(who, PATH, limit=200)).json()["items"]
        assert given["id"] in {each["id"] for each in listed}
    for who in (desk(CIXI), desk(BEILUN), head(CHENGDU)):
        assert (await regions.get(who, path)).status_code == 404
        step = {"division": HAIYAN}
        answer = await regions.post(who, f"{path}/acknowledge", step, version=1)
        assert answer.status_code == 404
        listed = (await regions.get(who, PATH, limit=200)).json()["items"]
        assert given["id"] not in {each["id"] for each in listed}


async def test_neighbours_over_the_sea_are_told_too(regions: Regions) -> None:
    body = {**notice(BEILUN, DINGHAI), "matter": matter(PUTUO, media=["air"])}
    given = await regions.done(desk("330900"), PATH, body)

    borders = {each["division"]: (each["border"], each["km"]) for each in given["parties"]}
    assert borders == {BEILUN: ("sea", 2.5), DINGHAI: ("land", 16.3)}
    assert {each["contact"]["rule"] for each in given["parties"]} == {"giver"}


async def test_a_city_is_a_neighbour_where_its_counties_are(regions: Regions) -> None:
    given = await regions.done(OFFICER, PATH, notice(JIAXING))

    [party] = given["parties"]
    assert (party["division"], party["border"]) == (JIAXING, "water")


async def test_a_zone_borders_where_its_city_does(regions: Regions) -> None:
    who = Person(Role.SYSTEM_ADMINISTRATOR, NINGBO)
    zone = {"parent": NINGBO, "name": "前湾新区", "valid_from": "2026-01-01"}
    code = (await regions.done(who, "/divisions", zone))["code"]

    given = await regions.done(desk(NINGBO), PATH, {**notice(HAIYAN, CIXI), "matter": matter(code)})
    assert (given["division"], given["neighbours"]) == (code, [CIXI, HAIYAN])


@pytest.mark.parametrize(
    ("who", "body", "status", "code"),
    [
        (OFFICER, notice(BEILUN), 422, "not_neighbours"),
        (OFFICER, notice(CHENGDU), 422, "not_neighbours"),
        (OFFICER, notice(NINGBO), 422, "not_neighbours"),
        (OFFICER, notice(YUYAO), 422, "bad_notice"),
        (OFFICER, notice(CIXI, CIXI), 422, "bad_notice"),
        (OFFICER, notice("330299"), 422, "unknown_division"),
        (OFFICER, {**notice(), "neighbours": []}, 422, "invalid_input"),
        (OFFICER, {**notice(), "matter": matter(petitioner="张三")}, 422, "invalid_input"),
        (OFFICER, {**notice(), "matter": matter(number="330281-2026-1")}, 422, "invalid_input"),
        (CLERK_OF_CIXI, notice(HAIYAN), 403, "forbidden"),
        (Person(Role.LEGAL_REVIEWER, YUYAO), notice(), 403, "forbidden"),
        (Person(Role.AUDITOR, NINGBO), notice(), 403, "forbidden"),
    ],
)
async def test_a_notice_that_cannot_be_is_refused(
    regions: Regions, who: Person, body: dict[str, Any], status: int, code: str
) -> None:
    answer = await regions.post(who, PATH, body)

    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text


async def test_each_neighbour_speaks_in_its_own_name(regions: Regions) -> None:
    given = await regions.done(OFFICER, PATH, notice(CIXI, HAIYAN))
    path, said = f"{PATH}/{given['id']}", {"division": HAIYAN}

    for who in (CLERK_OF_CIXI, OFFICER, desk(NINGBO)):
        answer = await regions.post(who, f"{path}/acknowledge", said, version=given["version"])
        assert answer.status_code == 403
    own = await regions.post(
        OFFICER, f"{path}/acknowledge", {"division": YUYAO}, version=given["version"]
    )
    assert (own.status_code, own.json()["code"]) == (422, "not_notified")
    closing = {"closing": "已处置", "without_answers": True}
    answer = await regions.post(CLERK_OF_CIXI, f"{path}/close", closing, version=given["version"])
    assert answer.status_code == 403


async def test_steps_come_in_order_and_on_what_was_read_last(regions: Regions) -> None:
    given = await regions.done(OFFICER, PATH, notice())
    path, said = f"{PATH}/{given['id']}", {"division": CIXI}
    found = {**said, "finding": "no_facts", "text": "未见异常"}

    early = await regions.post(CLERK_OF_CIXI, f"{path}/answer", found, version=given["version"])
    assert (early.status_code, early.json()["code"]) == (409, "illegal_step")
    without = await regions.post(CLERK_OF_CIXI, f"{path}/acknowledge", said)
    assert without.status_code == 428
    stale = await regions.post(CLERK_OF_CIXI, f"{path}/acknowledge", said, version=99)
    assert stale.status_code == 412
    row = await regions.done(CLERK_OF_CIXI, f"{path}/acknowledge", said, version=given["version"])
    twice = await regions.post(CLERK_OF_CIXI, f"{path}/acknowledge", said, version=row["version"])
    assert (twice.status_code, twice.json()["code"]) == (409, "illegal_step")
    nobody = {**found, "finding": "handed_over"}
    answer = await regions.post(CLERK_OF_CIXI, f"{path}/answer", nobody, version=row["version"])
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_notice")


async def test_of_two_who_acknowledge_at_once_one_does(regions: Regions) -> None:
    given = await regions.done(OFFICER, PATH, notice())
    answers = await asyncio.gather(
        *(
            regions.post(
                Person(Role.OFFICER, CIXI),
                f"{PATH}/{given['id']}/acknowledge",
                {"division": CIXI},
                version=given["version"],
            )
            for _ in range(4)
        )
    )

    assert sorted(each.status_code for each in answers) == [200, 412, 412, 412]


async def test_a_retry_gives_no_second_notice(regions: Regions) -> None:
    first = await regions.post(OFFICER, PATH, notice(), key="notice-retried")
    again = await regions.post(OFFICER, PATH, notice(), key="notice-retried")

    assert first.status_code == again.status_code == 201
    assert first.json()["id"] == again.json()["id"]


async def test_who_closes_without_answers_says_so_and_the_clocks_fall_away(
    regions: Regions,
) -> None:
    given = await regions.done(OFFICER, PATH, notice(CIXI, HAIYAN))
    path = f"{PATH}/{given['id']}/close"

    silent = await regions.post(OFFICER, path, {"closing": "已处置"}, version=given["version"])
    assert (silent.status_code, silent.json()["code"]) == (409, "answers_missing")
    assert CIXI in silent.json()["detail"]
    closed = await regions.done(
        OFFICER, path, {"closing": "已处置", "without_answers": True}, version=given["version"]
    )
    assert closed["state"] == "closed"
    states = await regions.sql(
        "SELECT c.state FROM clock c JOIN border_notice_party p ON p.id = c.subject_id"
        " WHERE p.notice_id = $1::text::uuid",
        given["id"],
    )
    assert [each["state"] for each in states] == ["dropped", "dropped"]
    said = {"division": CIXI}
    answer = await regions.post(
        CLERK_OF_CIXI, f"{PATH}/{given['id']}/acknowledge", said, version=closed["version"]
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "illegal_step")


async def test_a_silent_neighbour_is_overdue_listed_and_late_once_it_speaks(
    regions: Regions, time: Time
) -> None:
    given = await regions.done(OFFICER, PATH, notice(CIXI, HAIYAN, urgency="urgent"))
    path = f"{PATH}/{given['id']}"
    row = await regions.done(
        CLERK_OF_CIXI, f"{path}/acknowledge", {"division": CIXI}, version=given["version"]
    )
    assert row["overdue"] == []
    await time.pass_by(hours=2, seconds=1)

    for who in (OFFICER, desk(HAIYAN)):
        late = (await regions.get(who, PATH, overdue="true", limit=200)).json()["items"]
        assert {each["id"]: each["overdue"] for each in late}[given["id"]] == [HAIYAN]
        kept = (await regions.get(who, PATH, overdue="false", limit=200)).json()["items"]
        assert given["id"] not in {each["id"] for each in kept}
    read = (await regions.get(OFFICER, path)).json()
    assert [each["overdue"] for each in read["parties"]] == [False, True]
    async with regions.database.transaction(SYSTEM) as session:
        while await sweep(session, await time.now()):
            pass
    [line] = await regions.sql(
        "SELECT id::text FROM border_notice_party"
        " WHERE notice_id = $1::text::uuid AND division = $2",
        given["id"],
        HAIYAN,
    )
    told = await regions.events("regions.clock.fired.v1", line["id"])
    assert "breach" in {each["rung"] for each in told}
    assert {each["subject_kind"] for each in told} == {"border_notice_party"}

    spoke = await regions.done(
        desk(HAIYAN), f"{path}/acknowledge", {"division": HAIYAN}, version=row["version"]
    )
    assert spoke["overdue"] == []
    assert [each["late"] for each in spoke["parties"]] == [False, True]


async def test_an_ordinary_matter_is_acknowledged_within_a_working_day(
    regions: Regions, time: Time
) -> None:
    given = await regions.done(OFFICER, PATH, notice())

    [party] = given["parties"]
    left = datetime.fromisoformat(party["acknowledge_by"]) - await time.now()
    assert timedelta(0) < left < timedelta(days=12), "the next working day, rest days between"
    [clock] = await regions.sql(
        "SELECT term FROM clock WHERE kind = 'acknowledge' ORDER BY id DESC LIMIT 1"
    )
    assert json.loads(clock["term"])["unit"] == "working_days"
    assert party["provisional"] is False


async def test_lists_are_filtered_by_division_and_state_and_paged(regions: Regions) -> None:
    for _ in range(3):
        await regions.done(OFFICER, PATH, notice(HAIYAN))
    page = (await regions.get(OFFICER, PATH, division=HAIYAN, state="open", limit=2)).json()

    assert len(page["items"]) == 2
    assert all(HAIYAN in each["neighbours"] for each in page["items"])
    following = await regions.get(
        OFFICER, PATH, division=HAIYAN, state="open", limit=2, cursor=page["next"]
    )
    ids = [each["id"] for each in (*page["items"], *following.json()["items"])]
    assert ids == sorted(set(ids), reverse=True)
    closed = (await regions.get(OFFICER, PATH, state="closed", limit=200)).json()["items"]
    assert {each["state"] for each in closed} <= {"closed"}


async def test_the_history_is_never_changed(regions: Regions) -> None:
    await regions.done(OFFICER, PATH, notice())

    with pytest.raises(asyncpg.PostgresError, match="never changed"):
        await regions.sql("UPDATE border_notice_step SET reason = 'other'")


async def test_an_open_notice_follows_a_neighbour_to_what_took_its_place(
    regions: Regions, time: Time
) -> None:
    xiangshan, ninghai, fenghua = "330225", "330226", "330213"
    body = {**notice(ninghai), "matter": matter(xiangshan)}
    given = await regions.done(desk(xiangshan), PATH, body)
    path = f"{PATH}/{given['id']}"
    assert (await regions.get(desk(fenghua), path)).status_code == 404
    await regions.sql(
        "INSERT INTO division_succession (predecessor, effective_on, change_id, position,"
        " successors, main, assignments, document)"
        " VALUES ($1, '2026-01-01', gen_random_uuid(), 0, ARRAY[$2::text], $2::text, '{}', '撤县')",
        ninghai,
        fenghua,
    )
    async with regions.database.transaction(SYSTEM) as session:
        while await move_batch(session, OPEN_WORK, now=await time.now()):
            pass

    moved = (await regions.get(desk(fenghua), path)).json()
    assert moved["neighbours"] == [fenghua]
    done = await regions.done(
        desk(fenghua), f"{path}/acknowledge", {"division": fenghua}, version=moved["version"]
    )
    assert [each["late"] for each in done["parties"]] == [False]
