"""Unit audits: who goes, at what hour, what the audited sees, and what becomes of findings."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from shared.auth.actor import Role
from tests.integration.regions.conftest import Person, Regions, head
from tests.integration.regions.test_officers import Officer, an_officer

ZHEJIANG, ZHOUSHAN = "330000", "330900"
DINGHAI, PUTUO, DAISHAN, SHENGSI = "330902", "330903", "330921", "330922"
CITY: Final = head(ZHOUSHAN)
AUDITOR: Final = Person(Role.AUDITOR, ZHOUSHAN)
COLLEAGUE: Final = Person(Role.AUDITOR, ZHOUSHAN)
DISCIPLINE: Final = Person(Role.DISCIPLINE_OFFICER, ZHOUSHAN)
# A Saturday evening.
NIGHT: Final = datetime.fromisoformat("2026-04-11T22:30:00+08:00")
TOPICS: Final = ["petition_handling"]
ITEMS: Final = ("answered_in_time", "facts_checked", "petitioner_protected")


@dataclass
class Corps:
    """A unit in Dinghai and officers of the other counties."""

    regions: Regions
    unit: dict[str, Any]
    officers: dict[str, Officer] = field(default_factory=dict)

    def plan(self, **changes: Any) -> dict[str, Any]:
        return {
            "orderer": ZHOUSHAN,
            "bureau_id": self.unit["bureau_id"],
            "title": "定海大队夜间稽查",
            "topics": TOPICS,
            "announced": False,
            "planned_from": (NIGHT - timedelta(hours=2)).isoformat(),
            "planned_to": (NIGHT + timedelta(days=2)).isoformat(),
            **changes,
        }

    async def drafted(self, by: Person = AUDITOR, **changes: Any) -> dict[str, Any]:
        return await self.regions.done(by, "/unit-audits", self.plan(**changes))

    async def seen(self, who: Person, item: dict[str, Any]) -> dict[str, Any]:
        answer = await self.regions.get(who, f"/unit-audits/{item['id']}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def act(
        self, who: Person, item: dict[str, Any], step: str, body: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        now = await self.seen(CITY, item)
        path = f"/unit-audits/{item['id']}/{step}"
        return await self.regions.done(who, path, body or {}, version=now["version"])

    async def refused(
        self, who: Person, item: dict[str, Any], step: str, body: dict[str, Any] | None = None
    ) -> str:
        now = await self.seen(CITY, item)
        path = f"/unit-audits/{item['id']}/{step}"
        answer = await self.regions.post(who, path, body or {}, version=now["version"])
        assert answer.status_code >= 400, answer.text
        return str(answer.json()["code"])

    async def with_finding(
        self, who: Person, item: dict[str, Any], number: int, step: str, body: dict[str, Any]
    ) -> dict[str, Any]:
        """A step on a finding, as the corps sees it now; the answer is the audit's."""
        finding = (await self.seen(CITY, item))["findings"][number - 1]
        path = f"/unit-audits/{item['id']}/findings/{finding['id']}/{step}"
        answer = await self.regions.post(who, path, body, version=finding["version"])
        found: dict[str, Any] = answer.json()
        return found

    async def ordered(self, *names: str, **changes: Any) -> dict[str, Any]:
        item = await self.drafted(**changes)
        going = {"officer_ids": [self.officers[each].id for each in names]}
        item = await self.act(AUDITOR, item, "name-auditors", going)
        return await self.act(CITY, item, "order")

    async def running(self, **changes: Any) -> dict[str, Any]:
        item = await self.ordered("putuo", "daishan", **changes)
        await self.regions.set_clock(NIGHT)
        return await self.act(self.officers["putuo"].login, item, "start")

    async def checked(self, item: dict[str, Any], *faults: str) -> None:
        checks = [
            {"topic": TOPICS[0], "item": each, "result": "fault" if each in faults else "in_order"}
            for each in ITEMS
        ]
        await self.act(self.officers["daishan"].login, item, "check", {"checks": checks})

    async def found(self, item: dict[str, Any], of: str, severity: str) -> dict[str, Any]:
        return await self.act(
            self.officers["putuo"].login,
            item,
            "find",
            {
                "topic": TOPICS[0],
                "item": of,
                "severity": severity,
                "fact": "信访件超期答复",
                "legal_basis": "《信访工作条例》第三十四条",
                "sample": "330902-2026-000001",
                "responsible": "定海大队二中队",
            },
        )

    async def reported(self) -> dict[str, Any]:
        item = await self.running()
        await self.checked(item, *ITEMS[:2])
        await self.found(item, ITEMS[0], "serious")
        await self.found(item, ITEMS[1], "minor")
        return await self.act(self.officers["putuo"].login, item, "report", {"report": "稽查报告"})


async def a_corps(regions: Regions) -> Corps:
    """A new unit each time, so that what one test did is none of another's business."""
    await regions.set_clock(NIGHT - timedelta(days=2))
    theirs = await an_officer(regions, DINGHAI)
    row = (await regions.get(head(DINGHAI), f"/officers/{theirs.id}")).json()
    unit = {"bureau_id": row["bureau_id"], "officer": theirs}
    corps = Corps(regions, unit)
    for name, code in (("putuo", PUTUO), ("daishan", DAISHAN), ("shengsi", SHENGSI)):
        corps.officers[name] = await an_officer(regions, code)
    return corps


async def test_an_unannounced_audit_is_not_there_for_the_audited_until_it_starts(
    regions: Regions,
) -> None:
    corps = await a_corps(regions)
    item = await corps.ordered("putuo", "daishan")
    path = f"/unit-audits/{item['id']}"
    for stranger in (head(DINGHAI), COLLEAGUE, head(PUTUO), head(ZHEJIANG)):
        assert (await regions.get(stranger, path)).status_code == 404
        listed = (await regions.get(stranger, "/unit-audits", division=DINGHAI)).json()["items"]
        assert item["id"] not in {each["id"] for each in listed}
    goes = corps.officers["putuo"].login
    assert "start" in (await corps.seen(goes, item))["actions"]
    assert await corps.refused(goes, item, "start") == "outside_planned_time"

    await regions.set_clock(NIGHT)
    started = await corps.act(goes, item, "start")
    assert started["hour_class"] == "weekend_night"
    told = await corps.seen(head(DINGHAI), item)
    assert (told["state"], told["actions"]) == ("running", [])
    assert (await regions.get(head(PUTUO), path)).status_code == 404

    await corps.found(item, ITEMS[0], "serious")
    assert (await corps.seen(COLLEAGUE, item))["findings"]
    told = await corps.seen(head(DINGHAI), item)
    assert (told["findings"], told["checks"]) == ([], [])
    # Nor how often something was found, in the history or in the trace of the county.
    assert "find" not in {each["action"] for each in told["steps"]}
    assert "find" in {each["action"] for each in (await corps.seen(COLLEAGUE, item))["steps"]}
    traced = await regions.sql(
        "SELECT action FROM audit WHERE object_id = $1 AND $2 = ANY (visible_to)",
        item["id"],
        DINGHAI,
    )
    assert {each["action"] for each in traced} == {"unit_audit.start"}
    assert await corps.refused(Person(Role.OFFICER, DINGHAI), item, "report", {"report": "x"}) == (
        "forbidden"
    )


async def test_auditors_are_never_of_the_audited_county_nor_twice_booked_nor_recused(
    regions: Regions,
) -> None:
    corps = await a_corps(regions)
    own = corps.unit["officer"]
    unit = (await regions.get(CITY, f"/bureaus/{corps.unit['bureau_id']}")).json()
    shy = await an_officer(regions, DAISHAN)
    interest = {"object_name": unit["name"], "relation": "配偶在该队任职"}
    file = (await regions.get(head(DAISHAN), f"/officers/{shy.id}")).json()
    await regions.done(
        head(DAISHAN), f"/officers/{shy.id}/interests", interest, version=file["version"]
    )
    item = await corps.drafted()
    asked = await regions.get(AUDITOR, f"/unit-audits/{item['id']}/candidates", number=2)
    found = {each["officer_id"]: each for each in asked.json()["candidates"]}
    assert own.id not in found
    assert not any(each["division"] == DINGHAI for each in found.values())
    assert found[shy.id]["reasons"] == ["recused"]
    assert sum(each["proposed"] for each in found.values()) == 2

    def going(*ids: str) -> dict[str, Any]:
        return {"officer_ids": list(ids)}

    putuo, daishan = corps.officers["putuo"].id, corps.officers["daishan"].id
    for body, code in (
        (going(own.id, putuo), "not_a_candidate"),
        (going(shy.id, putuo), "auditor_barred"),
        (going(putuo), "too_few_auditors"),
    ):
        assert await corps.refused(AUDITOR, item, "name-auditors", body) == code
    assert await corps.refused(CITY, item, "order") == "too_few_auditors"
    await corps.act(AUDITOR, item, "name-auditors", going(putuo, daishan))
    assert await corps.refused(AUDITOR, item, "order") == "forbidden"
    await corps.act(CITY, item, "order")

    # Booked: not for another audit at that time, until it is called off.
    other = await corps.drafted(title="另一次稽查")
    assert await corps.refused(AUDITOR, other, "name-auditors", going(putuo, daishan)) == (
        "auditor_barred"
    )
    off = await corps.act(CITY, item, "call-off", {"reason": "台风"})
    assert off["state"] == "called_off"
    assert (await regions.get(head(DINGHAI), f"/unit-audits/{item['id']}")).status_code == 404
    await corps.act(AUDITOR, other, "name-auditors", going(putuo, daishan))


async def test_findings_are_spoken_to_ruled_on_rectified_and_verified_by_another(
    regions: Regions,
) -> None:
    corps = await a_corps(regions)
    item = await corps.running()
    putuo = corps.officers["putuo"].login
    assert await corps.refused(putuo, item, "report", {"report": "x"}) == "checks_missing"
    await corps.checked(item, ITEMS[0])
    assert await corps.refused(putuo, item, "report", {"report": "x"}) == "fault_without_finding"
    await corps.found(item, ITEMS[0], "serious")
    await corps.found(item, ITEMS[1], "minor")
    item = await corps.act(putuo, item, "report", {"report": "稽查报告"})
    assert item["statement_due_at"] > "2026-04-16"
    assert await corps.refused(CITY, item, "decide") == "statement_time_running"

    first, second = (each["id"] for each in item["findings"])
    said = [
        {"finding_id": first, "position": "agrees"},
        {"finding_id": second, "position": "disagrees"},
    ]
    body = {"statement": "我队说明", "statements": said}
    assert await corps.refused(head(DINGHAI), item, "state", body) == "reason_missing"
    assert await corps.refused(CITY, item, "state", body) == "forbidden"
    said[1]["reason"] = "已到场核实,有照片"
    item = await corps.act(head(DINGHAI), item, "state", body)
    assert item["state"] == "heard"
    assert await corps.refused(CITY, item, "decide") == "not_every_finding"
    ruling = {"finding_id": second, "upheld": False, "reason": "说明成立"}
    item = await corps.act(CITY, item, "decide", {"rulings": [ruling]})
    assert [each["state"] for each in item["findings"]] == ["open", "withdrawn"]
    assert item["findings"][0]["rectify_due_at"] > "2026-05-20"  # thirty working days

    assert await corps.refused(CITY, item, "close") == "findings_open"
    proof = {"proof": "已补办答复,见附件"}
    answer = await corps.with_finding(putuo, item, 1, "rectify", proof)
    assert answer["code"] == "forbidden"
    await corps.with_finding(Person(Role.OFFICER, DINGHAI), item, 1, "rectify", proof)
    answer = await corps.with_finding(
        Person(Role.OFFICER, DINGHAI), item, 1, "verify", {"remark": "好"}
    )
    assert answer["code"] == "forbidden"
    back = await corps.with_finding(putuo, item, 1, "send-back", {"remark": "缺送达回证"})
    assert back["findings"][0]["state"] == "open"
    await corps.with_finding(head(DINGHAI), item, 1, "rectify", proof)
    done = await corps.with_finding(COLLEAGUE, item, 1, "verify", {"remark": "属实"})
    assert (done["findings"][0]["state"], done["findings"][0]["late"]) == ("verified", False)
    closed = await corps.act(CITY, item, "close")
    assert closed["state"] == "closed"
    looked = {"holds": True, "text": "抽查三件均按期"}
    seen = await corps.with_finding(AUDITOR, item, 1, "look-back", looked)
    assert seen["findings"][0]["holds"]


async def test_a_serious_finding_goes_to_discipline_and_the_audited_does_not_learn_of_it(
    regions: Regions,
) -> None:
    corps = await a_corps(regions)
    item = await corps.reported()
    text = {"text": "疑似压案不办"}
    before = await corps.seen(head(DINGHAI), item)
    assert (await corps.with_finding(AUDITOR, item, 2, "refer", text))["code"] == "not_serious"
    answer = await corps.with_finding(corps.officers["putuo"].login, item, 1, "refer", text)
    assert answer["code"] == "forbidden"
    told = await corps.with_finding(AUDITOR, item, 1, "refer", text)
    assert told["referred"] == [item["findings"][0]["id"]]
    answer = await corps.with_finding(AUDITOR, item, 1, "refer", text)
    assert answer["code"] == "referred_already"

    after = await corps.seen(head(DINGHAI), item)
    assert after == before
    read = await regions.get(DISCIPLINE, "/unit-audits/referrals")
    assert text["text"] in read.text
    assert (await regions.get(DISCIPLINE, f"/unit-audits/{item['id']}")).status_code == 403
    other = Person(Role.DISCIPLINE_OFFICER, DINGHAI)
    assert (await regions.get(other, "/unit-audits/referrals")).json()["items"] == []
    assert (await regions.get(CITY, "/unit-audits/referrals")).status_code == 403


async def test_silence_disputes_nothing_and_who_was_there_lately_goes_after_the_others(
    regions: Regions,
) -> None:
    corps = await a_corps(regions)
    await an_officer(regions, SHENGSI)  # so that two others can go, whatever ran before
    item = await corps.reported()
    await regions.set_clock(NIGHT + timedelta(days=9))
    item = await corps.act(CITY, item, "decide")
    assert {each["state"] for each in item["findings"]} == {"open"}
    assert item["stated_at"] is None
    for number in (1, 2):
        await corps.with_finding(head(DINGHAI), item, number, "rectify", {"proof": "已整改"})
        verifier = corps.officers["putuo"].login
        await corps.with_finding(verifier, item, number, "verify", {"remark": "属实"})
    await corps.act(CITY, item, "close")

    again: dict[str, Any] = {
        "planned_from": (NIGHT + timedelta(days=10)).isoformat(),
        "planned_to": (NIGHT + timedelta(days=12)).isoformat(),
    }
    item = await corps.drafted(**again)
    asked = await regions.get(AUDITOR, f"/unit-audits/{item['id']}/candidates", number=2)
    found = {each["officer_id"]: each for each in asked.json()["candidates"]}
    putuo, daishan, shengsi = (each.id for each in corps.officers.values())
    assert (found[putuo]["lately"], found[putuo]["load"]) == (True, 1)
    assert not found[putuo]["proposed"]
    body = {"officer_ids": [putuo, shengsi]}
    assert await corps.refused(AUDITOR, item, "name-auditors", body) == "audited_it_lately"
    fresh = [key for key, each in found.items() if each["proposed"]]
    item = await corps.act(AUDITOR, item, "name-auditors", {"officer_ids": fresh})
    item = await corps.act(CITY, item, "order")
    await regions.set_clock(NIGHT + timedelta(days=11))
    item = await corps.act(AUDITOR, item, "start")
    corps.officers["putuo"] = Officer("", "", AUDITOR)
    item = await corps.found(item, ITEMS[0], "general")
    assert item["findings"][0]["relapse"]
    assert daishan in found


async def test_coverage_and_figures_count_what_began(regions: Regions) -> None:
    corps = await a_corps(regions)
    planned = await corps.ordered("putuo", "daishan")
    asked = {"division": ZHOUSHAN, "year": 2026}

    async def unit() -> dict[str, Any]:
        found = (await regions.get(COLLEAGUE, "/unit-audits/coverage", **asked)).json()
        [row] = [each for each in found["units"] if each["bureau_id"] == corps.unit["bureau_id"]]
        assert found["covered"] + found["uncovered"] == len(found["units"])
        return dict(row)

    before = (await regions.get(COLLEAGUE, "/unit-audits/figures", **asked)).json()
    assert not (await unit())["covered"]
    await regions.set_clock(NIGHT)
    await corps.act(corps.officers["putuo"].login, planned, "start")
    assert (await unit())["covered"]
    after = (await regions.get(COLLEAGUE, "/unit-audits/figures", **asked)).json()
    assert after["audits"] == before["audits"] + 1
    assert after["hours"]["weekend_night"] == before["hours"]["weekend_night"] + 1
    assert set(after["hours"]) > {"workday", "holiday_night"}
    assert (await regions.get(head(DINGHAI), "/unit-audits/figures", **asked)).status_code == 403
    mine = {"division": DINGHAI, "year": 2026}
    assert (await regions.get(head(DINGHAI), "/unit-audits/figures", **mine)).status_code == 200


async def test_of_two_that_start_at_once_one_does_and_a_retry_answers_the_same(
    regions: Regions,
) -> None:
    corps = await a_corps(regions)
    item = await corps.ordered("putuo", "daishan")
    await regions.set_clock(NIGHT)
    path = f"/unit-audits/{item['id']}/start"
    assert (await regions.post(AUDITOR, path, {})).status_code == 428
    assert (await regions.post(AUDITOR, path, {}, version=1)).status_code == 412
    who, other = corps.officers["putuo"].login, corps.officers["daishan"].login
    both = await asyncio.gather(
        regions.post(who, path, {}, version=item["version"], key="a" * 32),
        regions.post(other, path, {}, version=item["version"], key="b" * 32),
    )
    assert sorted(each.status_code for each in both) == [200, 412]
    [won] = [each for each in both if each.status_code == 200]
    mine, key = (who, "a" * 32) if won is both[0] else (other, "b" * 32)
    again = await regions.post(mine, path, {}, version=item["version"], key=key)
    assert (again.status_code, again.json()) == (200, won.json())
