"""Acceptance rows 4-02 to 4-06: the through-train through the gateway, beside the demo story.

The story shows a matter left where it was and solved by a joint operation; here one is raised and
still unsolved at the period's end, one is decided by nobody, and data comes late.
"""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Final
from uuid import uuid4

import pytest

from ops.demo.people import Json
from tests.support.offices import (
    BEILUN,
    CALLER,
    CITY,
    CITY_CHIEF,
    CITY_CLERK,
    CIXI,
    OPINION,
    YUYAO,
    Offices,
    chief,
    clerk,
    leader,
    officer,
)

SCHEME: Final = {
    "title": "关于建立生态环境信访直通车机制推进解决群众身边突出生态环境问题的试行方案",
    "document_number": "示例环发〔2026〕1号",
    "issued_by": ["市生态环境局", "市信访局"],
    "issued_on": "2026-01-04",
}
GROUP: Final = {"city": CITY, "name": "市生态环境信访直通车工作群", "scheme": SCHEME}
# Two counties' leaders and a department head of one: who raises, who reads, who listens.
MEMBERS: Final = (
    (leader(CIXI), CIXI, "county_leader_in_charge"),
    (leader(BEILUN), BEILUN, "county_leader_in_charge"),
    (chief(CIXI), CIXI, "department_head"),
    (CITY_CHIEF, CITY, "department_head"),
)
BAD: Final = {"result": "basically_satisfied", "solved": "partly"}
GOOD: Final = {"result": "satisfied", "solved": "yes"}
RAISE: Final = {"level": "county_government", "reason": "多次反映,需分管领导牵头"}
PROOF: Final = {"proof": "废气设施已更新,第三方监测达标"}


@pytest.fixture(scope="module")
def group(office: Offices) -> Json:
    """The city's working group as its clerk founded it, with its members."""
    office.refused(clerk(CIXI), "/working-groups", GROUP)
    unsigned = GROUP | {"scheme": SCHEME | {"issued_by": []}}
    assert office.person(CITY_CLERK).attempt("/working-groups", unsigned).status_code == 422
    path = f"/working-groups/{office.person(CITY_CLERK).post('/working-groups', GROUP)['id']}"
    for login, division, role in MEMBERS:
        member = {
            "account_id": office.person(login).account_id,
            "name": login,
            "division": division,
            "role": role,
        }
        office.act(path, "members", member, by=CITY_CLERK)
    return dict(office.person(CITY_CLERK).get(path))


def test_the_working_group_stands_on_a_document_of_two_bureaus(
    office: Offices, group: Json
) -> None:
    """Row 4-02: issued jointly by 市生态环境局 and 市信访局; members by county."""
    path = f"/working-groups/{group['id']}"
    for login in (CITY_CLERK, leader(CIXI)):
        assert office.person(login).get(path)["scheme"] == SCHEME
    assert {each["division"] for each in group["members"]} == {CIXI, BEILUN, CITY}
    assert office.person("510100-department-head-1").http.get(
        f"/api/v1{path}"
    ).status_code == 404  # fmt: skip
    outsider = {
        "account_id": office.person("510100-department-head-1").account_id,
        "name": "外市",
        "division": "510100",
        "role": "department_head",
    }
    office.refused(clerk(CIXI), f"{path}/members", outsider, on=group)
    office.barred(CITY_CLERK, "member_outside_city", f"{path}/members", outsider, on=group)


def answered(office: Offices, path: str, county: str) -> None:
    office.act(path, "reply", OPINION, by=officer(county), not_by=clerk(county))


def called(office: Offices, path: str, county: str, heard: Json) -> None:
    """A call by somebody of the city who had no hand in the matter."""
    office.act(path, "callbacks", heard, by=CALLER, not_by=officer(county))


def a_candidate(office: Offices, county: str) -> tuple[str, Json]:
    """A petition whose answer did not solve it, and its escalation."""
    body = {"petitioner": {"name": "庚某某", "phone": f"138{uuid4().int % 10**8:08d}"}}
    path = f"/petitions/{office.registered(county, **body)['id']}"
    office.in_progress(path, county)
    answered(office, path, county)
    called(office, path, county, BAD)
    return path, escalation_of(office, path, "candidate")


def escalation_of(office: Offices, path: str, state: str) -> Json:
    """The petition's escalation in this state, as soon as there is one."""
    city, petition = office.person(CITY_CLERK), path.rpartition("/")[2]

    def look() -> Json | None:
        listed = city.get("/escalations", state=state, limit=200)["items"]
        found = [each for each in listed if each["petition_id"] == petition]
        return city.get(f"/escalations/{found[0]['id']}") if found else None

    return office.wait(f"an escalation in {state}", look)


def matters(report: Json, section: str = "items") -> list[str]:
    """The escalations a section of the report lists."""
    return [each["content"]["escalation"] for each in report[section]]


def names(matter: Json, section: str = "items") -> Callable[[Json], bool]:
    """Whether a report lists the matter there."""
    return lambda report: matter["id"] in matters(report, section)


def monday_within_a_month(office: Offices, *, until: int = 31) -> None:
    """A Monday the next of which is the first day of no period, and no later than this one."""
    while not 1 < (office.monday() + timedelta(days=7)).day <= until:
        pass


def clocks(matter: Json) -> dict[str, str]:
    return {each["kind"]: each["state"] for each in matter["clocks"]}


def pushed(office: Offices, matter: Json) -> None:
    """In Monday's report, receipts asked for, redacted, and each county sees its own."""
    path = f"/escalations/{matter['id']}"
    early = office.person(leader(CIXI)).get(path)
    office.barred(leader(CIXI), "illegal_step", f"{path}/raise", RAISE, on=early)
    monday = office.monday()
    report = office.report("weekly", holds=names(matter))
    assert report["period_end"] == monday.isoformat()
    assert {each["name"] for each in report["unconfirmed"]} == {login for login, *_ in MEMBERS}
    receipts = f"/reports/{report['id']}/receipts"
    office.refused(officer(CIXI), receipts, {})
    office.person(leader(CIXI)).post(receipts, {})
    signed = office.person(CITY_CLERK).get(f"/reports/{report['id']}")
    assert leader(CIXI) not in {each["name"] for each in signed["unconfirmed"]}
    assert "庚某某" not in json.dumps(report, ensure_ascii=False)
    other = office.person(leader(BEILUN)).get(f"/reports/{report['id']}")
    assert not names(matter)(other)


def raised_in_vain(office: Offices, matter: Json) -> None:
    """The county's leader raises; unsolved at the period's end it is named and submitted."""
    path = f"/escalations/{matter['id']}"
    for other in (leader(BEILUN), leader(YUYAO)):
        office.refused(other, f"{path}/raise", RAISE, on=office.person(CITY_CLERK).get(path))
    raised = office.act(path, "raise", RAISE, by=leader(CIXI), not_by=clerk(CIXI))
    assert (raised["state"], clocks(raised)["county_decision"]) == ("supervised", "met")
    begun = office.first_of_month()
    period = office.report("monthly", holds=names(matter))
    assert period["period_start"] == begun.isoformat()
    noticed = office.person(CITY_CLERK).get(path)
    assert (noticed["state"], noticed["undecided"]) == ("noticed", False)
    assert (clocks(noticed)["county_handling"], clocks(noticed)["city_resolution"]) == (
        "missed",
        "running",
    )
    [line] = [each for each in noticed["history"] if each["action"] == "notice"]
    assert line["at"] == period["issued_at"]  # named and submitted are one step


def solved_by_the_city(office: Offices, matter: Json, petition: str) -> None:
    """The city takes it up; resolved needs proof and a new call-back that is not bad."""
    path = f"/escalations/{matter['id']}"
    owner = {"owner": "市生态环境局", "reason": "市级重点解决"}
    taken = office.act(path, "take-up", owner, by=CITY_CHIEF, not_by=chief(CIXI))
    assert (taken["state"], taken["owner"]) == ("city_level", owner["owner"])
    office.monday()
    carried = office.report("weekly", holds=names(matter, "carried"))
    assert not names(matter)(carried)  # pushed once, carried over since
    item = office.person(CITY_CLERK).get(path)
    office.barred(CITY_CLERK, "not_solved_yet", f"{path}/resolve", PROOF, on=item)
    office.act(petition, "start", by=officer(CIXI), not_by=officer(BEILUN))
    answered(office, petition, CIXI)
    called(office, petition, CIXI, GOOD)
    item = office.person(CITY_CLERK).get(path)
    office.barred(CITY_CLERK, "not_solved_yet", f"{path}/resolve", {}, on=item)  # without proof
    done = office.act(path, "resolve", PROOF, by=CITY_CLERK, not_by=clerk(CIXI))
    assert (done["state"], clocks(done)["city_resolution"]) == ("resolved", "met")
    monday = office.monday()
    after = office.report("weekly", holds=lambda each: each["period_end"] == monday.isoformat())
    assert not names(matter)(after)
    assert not names(matter, "carried")(after)


def relapsed(office: Offices, matter: Json, petition: str) -> None:
    """A failed spot check, a new answer, a bad call: another escalation, linked to the first."""
    failed = {"result": "fail", "findings": "设施再次停运"}
    office.act(petition, "spot-checks", failed, by=f"{CITY}-auditor-1", not_by=officer(CIXI))
    office.act(petition, "start", by=officer(CIXI), not_by=officer(BEILUN))
    answered(office, petition, CIXI)
    called(office, petition, CIXI, BAD)
    again = escalation_of(office, petition, "candidate")
    assert again["previous_id"] == matter["id"] != again["id"]


def test_a_matter_raised_in_vain_is_named_submitted_solved_and_relapses(
    office: Offices, group: Json
) -> None:
    """Rows 4-03 to 4-06: from a bad call-back to the city and back, in the report and out of it."""
    assert group["members"]
    monday_within_a_month(office)
    petition, matter = a_candidate(office, CIXI)
    assert matter["trigger"] == "unresolved"
    pushed(office, matter)
    raised_in_vain(office, matter)
    solved_by_the_city(office, matter, petition)
    relapsed(office, matter, petition)


def test_a_matter_nobody_decided_on_is_named_as_undecided(office: Offices, group: Json) -> None:
    """Rows 4-05 and 4-06: silence is no decision, and no county without a leader is overlooked."""
    assert group["members"]
    monday_within_a_month(office, until=15)  # five working days pass before the period ends
    _, matter = a_candidate(office, YUYAO)
    office.monday()
    report = office.report("weekly", holds=names(matter))
    assert YUYAO in report["unled"]  # its leader is not in the group
    office.first_of_month()
    period = office.report("monthly", holds=names(matter))
    [item] = [each for each in period["items"] if each["content"]["escalation"] == matter["id"]]
    assert item["content"]["undecided"] is True
    noticed = office.person(CITY_CLERK).get(f"/escalations/{matter['id']}")
    assert (noticed["state"], clocks(noticed)["county_decision"]) == ("noticed", "missed")
    keep = {"reason": "已晚"}
    path = f"/escalations/{matter['id']}/keep"
    office.barred(leader(YUYAO), "illegal_step", path, keep, on=noticed)


def test_late_data_makes_a_dated_restatement_and_leaves_the_report(
    office: Offices, group: Json
) -> None:
    """Row 4-04: what an archive brings in late is stated with a difference, never silently."""
    assert group["members"]
    office.monday()
    monday = office.monday()
    report = office.report("weekly", holds=lambda each: each["period_end"] == monday.isoformat())
    path = f"/reports/{report['id']}"
    before = office.person(CITY_CLERK).get(f"{path}/differences")["changes"]
    assert before == []

    day = (monday - timedelta(days=4)).isoformat()
    late = {
        "outside_number": "LATE-1",
        "channel": "letter",
        "media": "air",
        "divisions": BEILUN,
        "title": "迟到的信访件",
        "received_at": (monday - timedelta(days=40)).isoformat(),
        "identification": "withheld",
        "accepted_at": (monday - timedelta(days=38)).isoformat(),
        "replied_at": (monday - timedelta(days=10)).isoformat(),
        "callback_at": day,
        "callback_result": "不满意",
        "callback_solved": "未解决",
        "pushed_on": monday.isoformat(),
    }
    content = (json.dumps(late, ensure_ascii=False) + "\n").encode()
    said = {"format": "jsonl", "source": f"late-{uuid4().hex[:8]}", "office": CITY}
    sent = office.send(CITY_CLERK, content, "application/x-ndjson", **said, dry_run="false")
    done = office.ended(CITY_CLERK, sent.json()["id"])
    assert done["rows"]["loaded"] == 1, done

    denied = office.person(clerk(BEILUN)).http.get(f"/api/v1{path}/differences")
    assert denied.status_code in (403, 404)
    changes = office.person(CITY_CLERK).get(f"{path}/differences")["changes"]
    [added] = [each for each in changes if each["kind"] == "added" and each["escalation"]]
    assert added["county"] == BEILUN
    reason = {"reason": "补录一件迟到的回访"}
    office.refused(clerk(BEILUN), f"{path}/restatements", reason)
    again = office.person(CITY_CLERK).post(f"{path}/restatements", reason)
    assert again["number"] == f"{report['number']}-R1"
    assert (again["restates_id"], again["reason"]) == (report["id"], reason["reason"])
    stated = office.person(CITY_CLERK).get(f"/reports/{again['id']}")
    assert added["escalation"] in matters(stated)
    assert stated["changes"]
    now = office.person(CITY_CLERK).get(path)
    assert {name: now[name] for name in ("hash", "items", "lines")} == {
        name: report[name] for name in ("hash", "items", "lines")
    }
    assert now["restatements"] == [again["id"]]
    assert office.person(CITY_CLERK).get(f"{path}/differences")["changes"] == []
