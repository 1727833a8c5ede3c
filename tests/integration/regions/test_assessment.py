"""The yearly assessment: rules before events, rows behind every score, two persons for a change."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import pytest

from ops.bootstrap import Databases
from shared.auth.actor import Role
from shared.clocks.days import SHANGHAI
from tests.integration.regions.conftest import Person, Regions, head
from tests.integration.regions.letters import Desk, a_request


@dataclass(frozen=True, slots=True)
class City:
    """Who assesses, and four units: one that misses some, one nothing, one all, one without."""

    code: str
    some: str
    none: str
    all: str
    idle: str

    @property
    def units(self) -> list[str]:
        return [self.some, self.none, self.all, self.idle]

    @property
    def chief(self) -> Person:
        return Person(Role.DEPARTMENT_HEAD, self.code, UUID(int=int(self.code)))

    @property
    def computer(self) -> Person:
        return Person(Role.COMMAND_CENTER, self.code, UUID(int=int(self.code) + 1))

    @property
    def auditor(self) -> Person:
        return Person(Role.AUDITOR, self.code, UUID(int=int(self.code) + 2))


# Each test has its own: a city has one scheme in force, and tests come in any order.
ZHOUSHAN: Final = City("330900", "330902", "330903", "330921", "330922")
NINGBO: Final = City("330200", "330206", "330211", "330281", "330282")
JIAXING: Final = City("330400", "330402", "330411", "330421", "330424")
HUZHOU: Final = City("330500", "330502", "330503", "330521", "330522")
SHAOXING: Final = City("330600", "330602", "330603", "330604", "330624")
LINES: Final = [
    {"indicator": "letters_acknowledged", "weight": "40", "zero_at": "0", "full_at": "100"},
    {"indicator": "letters_answered", "weight": "60", "zero_at": "0", "full_at": "100"},
]
LATE: Final = {"late_reason": "本年度首次制定"}
DONE: Final = {"text": "已采样", "outcome": "done"}


@pytest.fixture
def office(regions: Regions, databases: Databases) -> Desk:
    return Desk(regions, databases)


def scheme_of(city: City, **changes: Any) -> dict[str, Any]:
    body = {"division": city.code, "year": 2026, "title": "联动考核方案", "units": city.units}
    return {**body, "lines": LINES, **changes}


async def published_scheme(office: Desk, city: City) -> dict[str, Any]:
    made = await office.send(city.chief, "/assessment-schemes", scheme_of(city))
    return await office.act(city.chief, f"/assessment-schemes/{made['id']}", "publish", LATE)


async def letter(office: Desk, sender: str, receiver: str) -> str:
    made = await office.send(head(sender), "/assistance-requests", a_request(sender, receiver))
    return f"/assistance-requests/{made['id']}"


async def answered(office: Desk, path: str, receiver: str) -> None:
    await office.act(head(receiver), path, "acknowledge")
    await office.act(head(receiver), path, "begin", {"measures": "已派员"})
    await office.act(head(receiver), path, "reply", DONE)


def scores(seen: dict[str, Any]) -> dict[str, Any]:
    return {each["division"]: (each["score"], each["rank"]) for each in seen["results"]}


async def computed(office: Desk, city: City, month: int) -> dict[str, Any]:
    """A month in which one missed one of three letters, one none, one all, and one got none."""
    await office.set_clock(f"2026-{month:02}-02")
    await letter(office, city.none, city.some)  # before there were rules, but due after them
    scheme = await published_scheme(office, city)
    for _ in range(2):
        await answered(office, await letter(office, city.none, city.some), city.some)
        await answered(office, await letter(office, city.some, city.none), city.none)
    late = await letter(office, city.some, city.all)
    await office.set_clock(f"2026-{month:02}-20")
    await answered(office, late, city.all)
    period = {"first_day": f"2026-{month:02}-01", "last_day": f"2026-{month:02}-28"}
    body = {"scheme_id": scheme["id"], "title": "月度考核", **period}
    stranger = await office.regions.post(head(city.some), "/assessments", body)
    assert stranger.status_code == 403
    return await office.send(city.computer, "/assessments", body)


async def announced(office: Desk, city: City, month: int) -> str:
    path = f"/assessments/{(await computed(office, city, month))['id']}"
    await office.set_clock(f"2026-{month + 1:02}-01")
    await office.act(city.computer, path, "compute", {})
    await office.act(city.chief, path, "announce")
    return path


async def rows_of(office: Desk, who: Person, path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await office.read(who, f"{path}/rows"))["items"]
    return found


async def test_a_result_is_computed_at_any_time_and_announced_when_the_period_is_over(
    office: Desk,
) -> None:
    city = JIAXING
    interim = await computed(office, city, 3)
    path = f"/assessments/{interim['id']}"
    assert await office.refused(city.chief, path, "announce") == (409, "assessment_period_running")
    assert (await office.regions.get(head(city.some), path)).status_code == 404
    assert scores(interim) == {
        city.none: ("100.00", 1),
        city.some: ("66.67", 2),
        city.all: ("0.00", 3),
        city.idle: (None, None),
    }

    await office.set_clock("2026-04-01")
    whole = await office.act(city.computer, path, "compute", {})
    assert whole["run"] == 2
    again = await office.act(city.computer, path, "compute", {"as_of": whole["as_of"]})
    assert again["result_sha256"] == whole["result_sha256"]
    proof = await office.read(city.computer, f"{path}/proof")
    assert (proof["same_result"], proof["same_sources"]) == (True, True)

    told = await office.act(city.chief, path, "announce")
    assert told["objections_due_at"] is not None
    own = await office.read(head(city.some), path)
    assert [each["division"] for each in own["results"]] == [city.some]
    assert (own["table"], set(own["actions"])) == ([], {"agree", "object"})
    assert {each["division"] for each in await rows_of(office, head(city.some), path)} == {
        city.some
    }
    missed = [each for each in await rows_of(office, head(city.some), path) if not each["good"]]
    [letter_id] = {each["subject_id"] for each in missed}
    opened = await office.read(head(city.some), f"/assistance-requests/{letter_id}")
    assert opened["receiver"] == city.some

    # Taking back what was announced wants a reason; the units no longer see it.
    assert await office.refused(city.computer, path, "compute", {}) == (422, "reason_missing")
    await office.act(city.computer, path, "compute", {"reason": "数据更正"})
    assert (await office.regions.get(head(city.some), path)).status_code == 404


async def test_an_objection_takes_two_persons_and_leaves_out_the_row_it_names(
    office: Desk,
) -> None:
    city = NINGBO
    path = await announced(office, city, 4)
    found = {
        each["division"]: each["id"]
        for each in await rows_of(office, city.chief, path)
        if not each["good"] and each["indicator"] == "letters_answered"
    }
    body = {"division": city.some, "event_id": found[city.all], "grounds": "非本局职责"}
    assert await office.refused(head(city.some), path, "object", body) == (422, "not_the_units_row")
    body["event_id"] = found[city.some]
    as_other = {**body, "division": city.none}
    assert (await office.attempt(head(city.some), path, "object", as_other)).status_code == 403
    seen = await office.act(head(city.some), path, "object", body)
    assert await office.refused(head(city.some), path, "object", body) == (409, "objected_already")
    daishan = {"division": city.all, "event_id": found[city.all], "grounds": "台风停航"}
    await office.act(head(city.all), path, "object", daishan)
    assert (await office.read(head(city.none), path))["objections"] == []

    # Who computed does not decide, and one person alone accepts nothing.
    first = f"objections/{seen['objections'][0]['id']}"
    yes, agreed = {"accepts": True, "reason": "港区停航"}, {"confirms": True, "reason": "属实"}
    assert await office.refused(city.computer, path, f"{first}/decide", yes) == (409, "same_person")
    assert await office.refused(city.chief, path, f"{first}/confirm", agreed) == (
        409,
        "illegal_step",
    )
    assert (await office.act(city.chief, path, f"{first}/decide", yes))["run"] == 2
    assert await office.refused(city.chief, path, f"{first}/confirm", agreed) == (
        409,
        "same_person",
    )
    doubt = {"confirms": False, "reason": "证据不足"}
    await office.act(city.auditor, path, f"{first}/confirm", doubt)
    await office.act(city.chief, path, f"{first}/decide", yes)
    heard = await office.act(city.auditor, path, f"{first}/confirm", agreed)
    # Two of three acknowledged, both that count answered: 40 x 2/3 + 60.
    assert heard["run"] == 3
    assert scores(heard)[city.some] == ("86.67", 2)
    assert scores(heard)[city.all] == ("0.00", 3)
    out = [each["left_out_by"] for each in await rows_of(office, head(city.some), path)]
    assert [each for each in out if each] == [seen["objections"][0]["id"]]

    second = next(each["id"] for each in heard["objections"] if each["division"] == city.all)
    no = {"accepts": False, "reason": "未提供停航证明"}
    assert await office.refused(city.chief, path, "publish") == (409, "objections_open")
    await office.act(city.chief, path, f"objections/{second}/decide", no)
    assert await office.refused(city.chief, path, "publish") == (409, "objections_open")
    await office.set_clock("2026-05-20")
    assert await office.refused(
        head(city.none), path, "object", {**body, "division": city.none}
    ) == (
        409,
        "objections_closed",
    )
    await office.act(city.chief, path, "publish")
    assert (await office.read(city.computer, f"{path}/proof"))["same_result"]


async def test_what_is_published_is_a_document_that_goes_into_the_target_duty(
    office: Desk,
) -> None:
    city = ZHOUSHAN
    path = await announced(office, city, 6)
    for unit in (city.some, city.none, city.all, city.idle):
        await office.act(head(unit), path, "agree", {"division": unit})
    assert (await office.regions.get(city.chief, f"{path}/document")).status_code == 404
    assert await office.refused(city.computer, path, "publish") == (403, "forbidden")
    done = await office.act(city.chief, path, "publish")

    # The table is everybody's, the rows are not.
    table = (await office.read(head(city.idle), path))["table"]
    assert [(each["name"], each["rank"]) for each in table] == [
        ("普陀区", 1),
        ("定海区", 2),
        ("岱山县", 3),
        ("嵊泗县", None),
    ]
    assert await rows_of(office, head(city.idle), path) == []
    exported = await office.read(head(city.none), f"{path}/document")
    assert exported == await office.read(city.chief, f"{path}/document")
    receipt = {
        "system": "美丽舟山建设考核",
        "reference": "MLZS-2026-017",
        "handed_on": "2026-07-01",
        "document_sha256": "0" * 64,
    }
    assert await office.refused(city.chief, path, "hand-over", receipt) == (409, "other_document")
    receipt["document_sha256"] = exported["sha256"]
    early = {**receipt, "handed_on": "2026-06-30"}
    assert await office.refused(city.chief, path, "hand-over", early) == (422, "handed_on_later")
    seen = await office.act(city.chief, path, "hand-over", receipt)
    assert [each["reference"] for each in seen["deliveries"]] == ["MLZS-2026-017"]
    assert done["document_sha256"] == exported["sha256"]
    assert await office.refused(city.chief, path, "compute", {}) == (409, "illegal_step")
    beside = await office.read(city.chief, f"{path}/comparison")
    assert (beside["before_id"], beside["comparable"]) == (None, False)


async def test_rules_set_later_judge_what_comes_later_and_a_correction_shows(
    office: Desk,
) -> None:
    city = SHAOXING
    await office.set_clock("2026-08-11")
    made = await office.send(city.chief, "/assessment-schemes", scheme_of(city))
    path = f"/assessment-schemes/{made['id']}"
    assert (await office.regions.get(head(city.none), path)).status_code == 404
    bad = {"title": "改", "lines": LINES[:1]}
    assert await office.refused(city.chief, path, "change", bad) == (422, "bad_assessment_scheme")
    assert await office.refused(city.chief, path, "publish", {}) == (422, "reason_missing")
    assert await office.refused(city.computer, path, "publish", LATE) == (403, "forbidden")
    both = await asyncio.gather(
        *(office.attempt(city.chief, path, "publish", LATE) for _ in range(2))
    )
    assert sorted(each.status_code for each in both) == [200, 412]
    second = await office.read(head(city.none), path)
    assert second["number"] >= 1
    assert await office.refused(city.chief, path, "change", bad) == (409, "illegal_step")

    await office.set_clock("2026-08-12")
    third = await published_scheme(office, city)
    second = await office.read(city.chief, path)
    assert (second["state"], second["ends_at"]) == ("superseded", third["effective_from"])
    first_half = {"title": "旧方案", "first_day": "2026-08-01", "last_day": "2026-08-31"}
    old = await office.send(
        city.computer, "/assessments", {"scheme_id": second["id"], **first_half}
    )
    assert old["counts_until"] == third["effective_from"]
    before_it = {"title": "无", "first_day": "2026-08-01", "last_day": "2026-08-11"}
    answer = await office.regions.post(
        city.computer, "/assessments", {"scheme_id": third["id"], **before_it}
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_assessment_period")

    # A default scheme needs no lines, and what happened after the instant is not in the result.
    plain = {"division": city.code, "year": 2026, "title": "默认方案"}
    default = await office.send(city.chief, "/assessment-schemes", plain)
    assert sum(float(each["weight"]) for each in default["lines"]) == 100
    opened = await letter(office, city.none, city.idle)
    await office.set_clock("2026-08-14")
    may = {"title": "8月", "first_day": "2026-08-12", "last_day": "2026-08-31"}
    seen = await office.send(city.computer, "/assessments", {"scheme_id": third["id"], **may})
    rows = (await office.read(city.computer, f"/assessments/{seen['id']}/rows"))["items"]
    assert [(each["indicator"], each["good"], each["done_at"]) for each in rows] == [
        ("letters_acknowledged", False, None)
    ]
    await office.set_clock("2026-08-15")
    await office.act(head(city.idle), opened, "acknowledge")
    proof = await office.read(city.computer, f"/assessments/{seen['id']}/proof")
    assert (proof["same_result"], proof["same_sources"]) == (True, True)
    await office.regions.sql(
        "UPDATE clock SET due_at = due_at + interval '5 days' WHERE id = $1::uuid",
        rows[0]["source_id"],
    )
    proof = await office.read(city.computer, f"/assessments/{seen['id']}/proof")
    assert proof["same_result"]
    assert [each["source_id"] for each in proof["gone"]] == [rows[0]["source_id"]]
    ahead = {"as_of": datetime(2026, 9, 1, tzinfo=SHANGHAI).isoformat()}
    assert await office.refused(city.computer, f"/assessments/{seen['id']}", "compute", ahead) == (
        422,
        "as_of_ahead",
    )
    missing = await office.regions.post(
        city.chief, f"/assessments/{seen['id']}/withdraw", {"reason": "x"}
    )
    assert missing.status_code == 428
    gone = await office.act(
        city.chief, f"/assessments/{seen['id']}", "withdraw", {"reason": "有误"}
    )
    assert (gone["state"], gone["actions"]) == ("withdrawn", [])


async def test_the_default_scheme_counts_what_every_subject_has(office: Desk) -> None:
    city = HUZHOU
    await office.set_clock("2026-10-12")
    plain = {"division": city.code, "year": 2026, "title": "默认方案", "units": city.units}
    made = await office.send(city.chief, "/assessment-schemes", plain)
    scheme = await office.act(city.chief, f"/assessment-schemes/{made['id']}", "publish", LATE)
    # At the very instant it begins to judge there is nothing to judge.
    october = {"first_day": "2026-10-01", "last_day": "2026-10-31"}
    body = {"scheme_id": scheme["id"], "title": "10月", **october}
    empty = await office.send(city.computer, "/assessments", body)
    assert {each["score"] for each in empty["results"]} == {None}
    for _ in range(3):
        await answered(office, await letter(office, city.some, city.none), city.none)
    await letter(office, city.none, city.some)
    await office.set_clock("2026-10-20")
    seen = await office.send(city.computer, "/assessments", body)

    [best] = [each for each in seen["results"] if each["division"] == city.none]
    assert {each["indicator"] for each in best["marks"] if each["denominator"]} == {
        "letters_acknowledged",
        "letters_answered",
    }
    # A fifth of the weight is assessed: too little for a score, and nobody has a rank.
    assert (best["assessed_weight"], best["score"]) == ("20.00", None)
    assert {each["rank"] for each in seen["results"]} == {None}
    catalogue = await office.regions.get(head(city.some), "/assessment-schemes/indicators")
    named = {each["indicator"] for each in (*scheme["lines"], *scheme["adjustments"])}
    assert named < {each["code"] for each in catalogue.json()}
