"""Draws over HTTP: two people, three steps, one list that nobody else sees, a file to verify."""

import asyncio
import json
import time
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.tasks.draws.domain import record
from shared.auth import marks
from shared.auth.actor import Role
from shared.clocks.days import SHANGHAI
from tests.factories.firms import a_firm, credit_code
from tests.integration.tasks.conftest import YUYAO, Person, Stack, eventually

# One for each test, and another for the crowd: what a test draws leaves the pool of its quarter.
COUNTIES = iter(("330702", "330723", "330726", "330727", "330781", "330782", "330783", "330784"))
CROWD = "330703"
# A Monday for each test, in one quarter without a holiday: checks are made on working days.
MONDAYS = (datetime(2026, 7, 6, 10, tzinfo=SHANGHAI) + timedelta(weeks=n) for n in range(8))
MANY = """
INSERT INTO enterprise (id, version, credit_code, site_number, kind, name, name_plain, name_key,
  division, address, address_key, industry, flags, status, facts_since, created_at, changed_at,
  visible_to)
SELECT gen_random_uuid(), 1, code, 1, 'enterprise', code, code, code, $2::text, code, code, 'C3360',
       CASE WHEN n % 50 = 0 THEN ARRAY['key_air'] ELSE ARRAY[]::text[] END, 'operating',
       DATE '2025-01-01', now(), now(), ARRAY['33', '3307', $2::text]
  FROM unnest($1::text[]) WITH ORDINALITY AS given (code, n)
"""


@dataclass
class Office:
    """The people of a county's draw."""

    stack: Stack
    county: str
    now: datetime
    head: Person
    leader: Person
    other: Person
    city: Person
    discipline: Person
    officers: dict[str, Person] = field(default_factory=dict)

    @property
    def day(self) -> date:
        return self.now.date()

    async def done(self, who: Person, path: str, body: Any = None, *, on: Any = None) -> Any:
        answer = await who.post(path, body, version=on["version"] if on else None)
        assert answer.status_code in (200, 201), answer.text
        assert answer.headers["ETag"] == f'"{answer.json()["version"]}"'
        return answer.json()

    async def plan(self, division: str | None = None, **changes: Any) -> Any:
        who = self.city if division else self.head
        division = division or self.county
        item = {
            "division": division,
            "code": f"C-{uuid4().hex[:6]}",
            "name": "排污许可证执行情况",
            "checks": ["排放口与许可证一致"],
            "laws": ["排污许可管理条例第二十五条"],
        }
        made = await self.done(who, "/draw-items", item)
        body = {
            "division": division,
            "title": "双随机抽查",
            "document": "象环发〔2026〕1号",
            "item_ids": [made["id"]],
            "classes": ["key", "special", "general"],
            **changes,
        }
        return await self.done(who, "/draw-plans", body)

    def days(self, plan: Any) -> dict[str, str]:
        last = self.day + timedelta(days=6)
        return {
            "plan_id": plan["id"],
            "opens_on": self.day.isoformat(),
            "closes_on": last.isoformat(),
        }

    async def listed(self, who: Person, draw: Any) -> list[Any]:
        answer = await who.get(f"/draws/{draw['id']}/objects", params={"limit": 200})
        assert answer.status_code == 200, answer.text
        return list(answer.json()["items"])


@pytest.fixture
async def office(stack: Stack) -> Office:
    county, now = next(COUNTIES), next(MONDAYS)
    await stack.set_clock(now)
    city = f"{county[:4]}00"
    head = await stack.a_person("县局负责人", (Role.DEPARTMENT_HEAD, county))
    office = Office(
        stack,
        county,
        now,
        head,
        await stack.a_person("县局分管领导", (Role.COUNTY_LEADER_IN_CHARGE, county)),
        await stack.a_person("县局指挥中心", (Role.COMMAND_CENTER, county)),
        await stack.a_person("市局主要负责人", (Role.DEPARTMENT_HEAD, city)),
        await stack.a_person("驻局纪检", (Role.DISCIPLINE_OFFICER, city)),
    )
    bureau = {"division": county, "kind": "enforcement_corps", "name": "执法队"}
    made = await head.post("/bureaus", bureau, at="regions")
    assert made.status_code == 201, made.text
    for n in range(3):
        person = await stack.a_person(f"队员{n}", (Role.OFFICER, county))
        body = {
            "bureau_id": made.json()["id"],
            "name": f"队员{n}",
            "account_id": str(person.id),
            "certificate": {
                "number": f"C{uuid4().hex[:8]}",
                "valid_from": "2025-01-01",
                "valid_to": "2027-12-31",
            },
        }
        hired = await head.post("/officers", body, at="regions")
        assert hired.status_code == 201, hired.text
        office.officers[hired.json()["id"]] = person
    for n in range(12):
        flags = ["key_air"] if n < 8 else []
        answer = await head.post("/enterprises", a_firm(county, flags=flags))
        assert answer.status_code == 201, answer.text
    return office


async def frozen(office: Office, **changes: Any) -> Any:
    plan = await office.plan(**changes)
    draw = await office.done(office.head, "/draws", office.days(plan))
    return await office.done(office.leader, f"/draws/{draw['id']}/freeze", on=draw)


async def told(office: Office, row: Any) -> Any:
    """The drawn object once its day has come, so that no job changes it any more."""

    async def happened() -> bool:
        found = await office.stack.sql("SELECT told_at FROM drawn_object WHERE id = $1", row["id"])
        return found[0]["told_at"] is not None

    await eventually(happened)
    return (await office.head.get(f"/drawn-objects/{row['id']}")).json()


async def staffed(office: Office, **changes: Any) -> Any:
    draw = await frozen(office, **changes)
    for name in ("reveal", "staff"):
        draw = await office.done(office.head, f"/draws/{draw['id']}/{name}", on=draw)
    return draw


async def test_a_plan_belongs_to_a_campaign_its_maker_sees(office: Office) -> None:
    plan = await office.plan()
    body = {name: plan[name] for name in ("division", "title", "document", "item_ids", "classes")}
    answer = await office.head.post("/draw-plans", body | {"campaign_id": str(uuid4())})
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_a_draw_takes_two_people_and_its_list_is_seen_by_nobody_else(
    office: Office,
) -> None:
    plan = await office.plan()
    body = office.days(plan)
    stranger = await office.stack.a_person("余姚", (Role.DEPARTMENT_HEAD, YUYAO))
    assert (await stranger.post("/draws", body)).status_code == 404
    both = await asyncio.gather(office.head.post("/draws", body), office.other.post("/draws", body))
    assert sorted(each.status_code for each in both) == [201, 409]
    draw = next(each.json() for each in both if each.status_code == 201)
    first = office.head if draw["committed_by"] == str(office.head.id) else office.other
    second = office.leader
    path = f"/draws/{draw['id']}"
    refused = await first.post(f"{path}/freeze", version=draw["version"])
    assert (refused.status_code, refused.json()["code"]) == (403, "frozen_by_same")
    early = await second.post(f"{path}/reveal", version=draw["version"])
    assert early.json()["code"] == "illegal_step"
    assert (await second.post(f"{path}/freeze", version=7)).status_code == 412
    assert (await second.post(f"{path}/freeze")).status_code == 428
    draw = await office.done(second, f"{path}/freeze", on=draw)
    size = draw["numbers"]["key"][0]
    assert size == 8
    assert draw["numbers"]["special"] == [0, 0]
    draw = await office.done(first, f"{path}/reveal", on=draw)
    draw = await office.done(second, f"{path}/staff", on=draw)
    assert draw["numbers"]["key"] == [size, -(-size // 4)]

    rows = await office.listed(first, draw)
    assert [each["id"] for each in rows] == [
        each["id"] for each in await office.listed(second, draw)
    ]
    assert len(rows) == sum(drawn for _, drawn in draw["numbers"].values())
    third = office.other if first is office.head else office.head
    for outsider in (third, office.city):
        assert await office.listed(outsider, draw) == []
        hidden = await outsider.get(f"/drawn-objects/{rows[0]['id']}")
        assert hidden.status_code == 404
    # The trace, not the list; the discipline group alone has the file before the checks.
    told = (await office.discipline.get(f"{path}/steps")).json()
    assert [each["action"] for each in told] == ["commit", "freeze", "reveal", "staff"]
    sealed = await third.get(f"{path}/file")
    assert (sealed.status_code, sealed.json()["code"]) == (409, "still_sealed")
    file = await office.discipline.get(f"{path}/file")
    again = record.verify(file.content)
    assert again
    assert (again["nonce_hash"], again["snapshot_hash"], again["result_hash"]) == (
        draw["nonce_hash"],
        draw["snapshot_hash"],
        draw["result_hash"],
    )
    assert [row[0] for row in again["drawn"]] == [each["object_code"] for each in rows]
    nonce = again["nonce"]
    shown = [await who.get(path) for who in (office.head, office.leader, office.discipline)]
    assert not any(nonce in each.text for each in shown)

    # Officers see theirs on its day, from then on.
    today = [each for each in rows if each["day"] == office.day.isoformat()]
    going = office.officers[today[0]["officers"][0]["officer_id"]]

    async def knows() -> bool:
        return today[0]["id"] in {each["id"] for each in await office.listed(going, draw)}

    await eventually(knows)
    seen = await office.listed(going, draw)
    assert {each["day"] for each in seen} == {office.day.isoformat()}
    later = await office.stack.sql(
        "SELECT count(*) FROM drawn_object WHERE day > $1 AND $2 = ANY (visible_to)",
        office.day,
        marks.person(going.id),
    )
    assert later[0]["count"] == 0


async def test_a_result_opens_its_object_and_its_publication_has_a_clock(office: Office) -> None:
    draw = await staffed(office, classes=["key"], ratios={"key": "1/2"})
    [row, *_] = await office.listed(office.head, draw)
    one = f"/drawn-objects/{row['id']}"
    again = await office.head.post(
        f"/draws/{draw['id']}/redraw",
        {
            "opens_on": office.day.isoformat(),
            "closes_on": office.day.isoformat(),
            "reason": "名录有误",
        },
        version=draw["version"],
    )
    assert again.status_code == 200, again.text
    first = (await office.head.get(f"/draws/{draw['id']}")).json()
    assert (first["state"], first["redrawn_by_id"]) == ("superseded", again.json()["id"])
    assert again.json()["attempts"] == {"superseded": 1}
    # Its officers may have been told since.
    row = (await office.head.get(one)).json()
    late = await office.head.post(
        f"{one}/report",
        {"checked_on": office.day.isoformat(), "result": "正常"},
        version=row["version"],
    )
    assert (late.status_code, late.json()["code"]) == (409, "illegal_step")

    draw = again.json()
    for who, name in ((office.leader, "freeze"), (office.head, "reveal"), (office.head, "staff")):
        draw = await office.done(who, f"/draws/{draw['id']}/{name}", on=draw)
    # What the first drew is in the pool again.
    assert draw["numbers"]["key"] == first["numbers"]["key"]
    [row, *_] = await office.listed(office.head, draw)
    one = f"/drawn-objects/{row['id']}"
    row = await told(office, row)
    stranger = await office.stack.a_person("余姚", (Role.OFFICER, YUYAO))
    result = {
        "checked_on": office.day.isoformat(),
        "result": "危废标识不全",
        "problems": ["危废标识不全"],
        "cases": 1,
    }
    assert (await stranger.post(f"{one}/report", result, version=1)).status_code == 404
    row = await office.done(office.head, f"{one}/report", result, on=row)
    assert row["object_name"] in (await office.other.get(one)).text
    listed = await office.other.get("/drawn-objects", params={"open_problems": True})
    assert [each["id"] for each in listed.json()["items"]] == [row["id"]]
    decided = f"{office.day.isoformat()}T08:00:00+08:00"
    row = await office.done(
        office.head, f"{one}/decide", {"decision": "penalty", "decided_at": decided}, on=row
    )
    assert row["publish_due_on"] is not None
    row = await office.done(office.head, f"{one}/publish", {"place": "政府网站"}, on=row)
    assert row["publication"]["decision"] == "penalty"
    assert len(row["publication"]["certificates"]) == 2
    row = await office.done(
        office.head, f"{one}/resolve", {"problem": 0, "note": "已补标识"}, on=row
    )
    assert (row["open_problems"], row["problems"][0]["note"]) == (0, "已补标识")


async def test_too_few_officers_are_left_and_the_superior_names_them(office: Office) -> None:
    draw = await frozen(office, classes=["general"], ratios={"general": "1/1"})
    draw = await office.done(office.head, f"/draws/{draw['id']}/reveal", on=draw)
    rows = await office.listed(office.head, draw)
    barred = [*office.officers.items()][:2]
    for officer_id, person in barred:
        found = (await person.get(f"/officers/{officer_id}", at="regions")).json()
        answer = await person.post(
            f"/officers/{officer_id}/interests",
            {"object_code": rows[0]["object_code"], "relation": "近亲属任职"},
            version=found["version"],
            at="regions",
        )
        assert answer.status_code in (200, 201), answer.text
    draw = await office.done(office.head, f"/draws/{draw['id']}/staff", on=draw)
    [up] = [each for each in await office.listed(office.head, draw) if each["sent_up_to"]]
    assert (up["sent_up_to"], up["officers"], up["id"]) == (
        f"{office.county[:4]}00",
        [],
        rows[0]["id"],
    )
    [seen] = await office.listed(office.city, draw)
    assert "assign" in seen["actions"]
    up = await told(office, up)
    one = f"/drawn-objects/{up['id']}"
    able = [key for key in office.officers if key not in dict(barred)]
    body = {"officer_ids": [*able, barred[0][0]], "bodies": [office.county]}
    assert (await office.head.post(f"{one}/assign", body, version=up["version"])).status_code == 403
    unable = await office.city.post(f"{one}/assign", body, version=up["version"])
    assert unable.json()["code"] == "officers_unable"
    few = await office.city.post(
        f"{one}/assign", body | {"officer_ids": able}, version=up["version"]
    )
    assert few.json()["code"] == "not_enough_officers"
    file = json.loads((await office.discipline.get(f"/draws/{draw['id']}/file")).content)
    [line] = [each for each in file["drawn"] if each[0] == up["object_code"]]
    assert line[3] == {key: ["recused"] for key, _ in barred}
    assert record.verify(record.canonical(file)) is not None


async def test_eleven_thousand_objects_are_frozen_and_drawn_at_once(office: Office) -> None:
    codes = [credit_code(CROWD, n, run=7) for n in range(11_259)]
    await office.stack.sql(MANY, codes, CROWD)
    leader = await office.stack.a_person("区局领导", (Role.COUNTY_LEADER_IN_CHARGE, CROWD))
    plan = await office.plan(CROWD)
    draw = await office.done(office.city, "/draws", office.days(plan))
    begun = time.perf_counter()
    draw = await office.done(leader, f"/draws/{draw['id']}/freeze", on=draw)
    froze = time.perf_counter()
    draw = await office.done(office.city, f"/draws/{draw['id']}/reveal", on=draw)
    print(f"freeze {froze - begun:.2f} s, reveal {time.perf_counter() - froze:.2f} s")  # noqa: T201

    assert draw["numbers"]["key"] == [225, 57]
    assert draw["numbers"]["general"] == [11_034, 552]


async def test_a_file_that_names_what_another_draw_keeps_secret_waits_for_it(
    office: Office,
) -> None:
    secret = await staffed(office, classes=["key"], ratios={"key": "1/1"})
    assert secret["numbers"]["key"][1] >= 2
    plan = await office.plan(classes=["key"])
    body = office.days(plan) | {"closes_on": office.day.isoformat()}
    short = await office.done(office.head, "/draws", body)
    steps = ((office.leader, "freeze"), (office.head, "reveal"), (office.head, "staff"))
    for who, name in steps:
        short = await office.done(who, f"/draws/{short['id']}/{name}", on=short)
    assert short["left_out"]["drawn_this_period"] >= 2

    async def opened() -> bool:
        found = (await office.other.get(f"/draws/{short['id']}")).json()
        return found["opened_at"] is not None

    await office.stack.set_clock(office.now + timedelta(days=2, hours=12))
    await eventually(opened)
    path = f"/draws/{short['id']}/file"
    sealed = await office.other.get(path)
    assert (sealed.status_code, sealed.json()["code"]) == (409, "still_sealed")
    assert (await office.discipline.get(path)).status_code == 200

    # Who chose when to look back would choose at what: not while checks are still to be made.
    row, *_ = await office.listed(office.head, secret)
    result = {"checked_on": office.day.isoformat(), "result": "正常"}
    await office.done(office.head, f"/drawn-objects/{row['id']}/report", result, on=row)
    secret = (await office.head.get(f"/draws/{secret['id']}")).json()
    again = f"/draws/{secret['id']}/follow-ups"
    early = await office.head.post(again, {"kind": "look_back"}, version=secret["version"])
    assert (early.status_code, early.json()["code"]) == (409, "checks_open")

    await office.stack.set_clock(office.now + timedelta(days=8, hours=12))
    short = secret
    await eventually(opened)
    assert (await office.other.get(path)).status_code == 200
    secret = (await office.head.get(f"/draws/{secret['id']}")).json()
    await office.done(office.head, again, {"kind": "look_back"}, on=secret)


async def test_nothing_is_checked_of_a_draw_while_it_is_redrawn(office: Office) -> None:
    draw = await staffed(office, classes=["key"], ratios={"key": "1/1"})
    row, *_ = await office.listed(office.head, draw)
    day = office.day.isoformat()
    result = {"checked_on": day, "result": "正常"}
    wish = {"opens_on": day, "closes_on": day, "reason": "名录有误"}

    row = await told(office, row)
    # A report that holds its object waits for the draw; only then is it seen to be superseded.
    checked, redrawn = await asyncio.gather(
        office.head.post(f"/drawn-objects/{row['id']}/report", result, version=row["version"]),
        office.leader.post(f"/draws/{draw['id']}/redraw", wish, version=draw["version"]),
    )
    assert sorted((checked.status_code, redrawn.status_code)) == [200, 409], checked.text
    [found] = await office.stack.sql(
        "SELECT d.state = 'superseded' AND o.state = 'checked' AS both"
        "  FROM draw d JOIN drawn_object o ON o.draw_id = d.id WHERE o.id = $1",
        row["id"],
    )
    assert not found["both"]


async def test_what_is_not_gone_on_with_lapses_and_is_counted(office: Office) -> None:
    plan = await office.plan(classes=["special"])
    draw = await office.done(office.head, "/draws", office.days(plan))
    given_up = await office.done(
        office.head, f"/draws/{draw['id']}/abort", {"reason": "填错日期"}, on=draw
    )
    assert given_up["state"] == "aborted"
    draw = await office.done(office.head, "/draws", office.days(plan))
    assert draw["attempts"] == {"aborted": 1}
    await office.stack.set_clock(office.now + timedelta(hours=32))

    async def lapsed() -> bool:
        found = (await office.head.get(f"/draws/{draw['id']}")).json()
        return bool(found["attempts"] == {"aborted": 1, "lapsed": 1})

    await eventually(lapsed)
