"""A party's part in a joint operation: its people, its findings, its end, and what it sees then."""

import asyncio
from fractions import Fraction
from typing import Any
from uuid import uuid4

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
from tests.integration.regions.joint import (
    DONE,
    STARTED,
    a_draft,
    a_team,
    act,
    agree,
    check_again,
    finding,
    finish,
    found,
    issued,
    pass_on,
    preparing,
    result,
    running,
    send,
)
from tests.integration.regions.test_officers import an_officer


async def refused(
    regions: Regions, who: Person, operation: str, step: str, body: dict[str, Any]
) -> tuple[int, str]:
    """Status and code of a step by somebody who has read the newest version."""
    read = (await regions.get(who, f"/operations/{operation}")).json()
    answer = await regions.post(
        who, f"/operations/{operation}/{step}", body, version=read.get("version", 0)
    )
    return answer.status_code, answer.json().get("code", "")


async def test_a_team_needs_two_certificates_one_of_the_place_and_two_divisions(
    regions: Regions,
) -> None:
    operation = await preparing(regions, YUYAO, YUYAO, CIXI)
    start: tuple[Person, str, str, dict[str, Any]] = (head(YUYAO), operation, "start", {})
    assert await refused(regions, *start) == (409, "no_team")
    team = await a_team(regions, operation, YUYAO, YUYAO)
    assert await refused(regions, *start) == (409, "too_few_certificated")
    ours, also_ours = await an_officer(regions, YUYAO), await an_officer(regions, YUYAO)
    theirs, also_theirs = await an_officer(regions, CIXI), await an_officer(regions, CIXI)
    await send(regions, operation, team, YUYAO, ours)
    assert await refused(regions, *start) == (409, "too_few_certificated")
    await send(regions, operation, team, YUYAO)
    await send(regions, operation, team, CIXI, theirs, also_theirs)
    assert await refused(regions, *start) == (409, "nobody_of_the_place")
    await send(regions, operation, team, CIXI)
    await send(regions, operation, team, YUYAO, ours, also_ours)
    assert await refused(regions, *start) == (409, "not_mixed")
    await send(regions, operation, team, CIXI, theirs)

    started = await act(regions, head(YUYAO), operation, "start", {})

    assert started["state"] == "running"
    [event] = await regions.events(STARTED, operation)
    [told] = event["teams"]
    assert set(told["officer_ids"]) == {ours.id, also_ours.id, theirs.id}
    assert told["place"] == YUYAO


async def test_each_party_names_its_own_people_and_they_are_held(regions: Regions) -> None:
    operation = await preparing(regions, YUYAO, YUYAO, CIXI)
    team = await a_team(regions, operation, YUYAO, YUYAO)
    ours, theirs = await an_officer(regions, YUYAO), await an_officer(regions, CIXI)
    body = {"division": CIXI, "team_id": team, "officer_ids": [theirs.id]}
    named = {**body, "officer_ids": [ours.id]}

    assert (await refused(regions, head(YUYAO), operation, "send-officers", body))[0] == 403
    assert (await refused(regions, head(NINGBO), operation, "send-officers", body))[0] == 403
    assert await refused(regions, head(CIXI), operation, "send-officers", named) == (
        422,
        "not_own_officer",
    )
    lapsed = await an_officer(regions, CIXI, valid_to="2026-03-15")
    assert await refused(
        regions, head(CIXI), operation, "send-officers", {**body, "officer_ids": [lapsed.id]}
    ) == (409, "officer_not_eligible")

    await send(regions, operation, team, CIXI, theirs)

    other = await preparing(regions, YUYAO, YUYAO, CIXI)
    elsewhere = await a_team(regions, other, YUYAO, YUYAO)
    again = {**body, "team_id": elsewhere}
    assert await refused(regions, head(CIXI), other, "send-officers", again) == (
        409,
        "officer_not_eligible",
    )
    second = await a_team(regions, operation, YUYAO, CIXI)
    assert await refused(
        regions, head(CIXI), operation, "send-officers", {**body, "team_id": second}
    ) == (409, "in_two_teams")
    # Whom it takes back can go elsewhere.
    await send(regions, operation, team, CIXI)
    await send(regions, other, elsewhere, CIXI, theirs)


async def test_two_parties_that_answer_at_once_are_both_heard(regions: Regions) -> None:
    operation = await a_draft(regions, NINGBO, BEILUN, YUYAO, CIXI)
    await act(regions, head(NINGBO), operation, "countersign", {})
    path = f"/operations/{operation}/answer"

    async def say(division: str) -> int:
        yes = {"division": division, "agrees": True}
        return (await regions.post(head(division), path, yes, version=2)).status_code

    assert sorted(await asyncio.gather(say(YUYAO), say(CIXI))) == [200, 412]
    read = (await regions.get(head(NINGBO), f"/operations/{operation}")).json()
    heard = {each["division"] for each in read["parties"] if each["consent"] == "agreed"}
    [late] = {YUYAO, CIXI} - heard
    await agree(regions, operation, late)
    read = (await regions.get(head(NINGBO), f"/operations/{operation}")).json()
    assert {each["division"]: each["consent"] for each in read["parties"]} == {
        BEILUN: "pending",
        YUYAO: "agreed",
        CIXI: "agreed",
    }


async def test_a_party_leaves_with_a_reason_and_sees_its_own_rows_only(regions: Regions) -> None:
    operation = await running(regions, BEILUN, BEILUN, YUYAO, JIAXING)
    mine = await found(regions, operation, JIAXING, JIAXING, facts="我方所见")
    theirs = await found(regions, operation, YUYAO, YUYAO, facts="余姚所见")
    path = f"/operations/{operation}"
    assert (await regions.get(head(JIAXING), f"{path}/findings/{theirs['id']}")).status_code == 200

    left = await act(
        regions, head(JIAXING), operation, "leave", {"division": JIAXING, "reason": "人手不足"}
    )

    assert (left["status"], left["closing"]) == ("left", "人手不足")
    assert (await regions.get(head(JIAXING), path)).status_code == 404
    listed = (await regions.get(head(JIAXING), "/operations", limit=200)).json()["items"]
    assert operation not in {each["id"] for each in listed}
    assert (await regions.get(head(JIAXING), f"{path}/findings/{theirs['id']}")).status_code == 404
    own = (await regions.get(head(JIAXING), f"{path}/findings")).json()["items"]
    assert [each["facts"] for each in own] == ["我方所见"]
    part = (await regions.get(head(JIAXING), f"{path}/parties/{JIAXING}")).json()
    assert part["status"] == "left"
    assert (await regions.get(head(JIAXING), f"{path}/parties/{YUYAO}")).status_code == 404
    # What it recorded stays with the others.
    kept = await regions.get(head(BEILUN), f"{path}/findings/{mine['id']}")
    assert kept.status_code == 200
    assert (await regions.get(head(JIAXING), f"{path}/findings/{mine['id']}")).json()[
        "actions"
    ] == []
    late = await regions.post(head(JIAXING), f"{path}/findings", finding(JIAXING, JIAXING))
    assert late.status_code == 404


async def test_whose_part_is_finished_keeps_the_past_and_the_report(regions: Regions) -> None:
    operation = await running(regions, BEILUN, BEILUN, YUYAO, JIAXING)
    before = await found(regions, operation, YUYAO, YUYAO)
    await finish(regions, operation, JIAXING, enterprise_visits=4)
    after = await found(regions, operation, YUYAO, YUYAO, facts="嘉兴离场以后")
    path = f"/operations/{operation}"

    read = (await regions.get(head(JIAXING), path)).json()

    assert (read["state"], read["actions"]) == ("running", [])
    assert [each["division"] for each in read["parties"]] == [JIAXING]
    assert (await regions.get(head(JIAXING), f"{path}/findings/{before['id']}")).status_code == 200
    assert (await regions.get(head(JIAXING), f"{path}/findings/{after['id']}")).status_code == 404
    steps = len(read["steps"])
    await act(regions, head(BEILUN), operation, "hand-over", DONE)
    await act(regions, head(BEILUN), operation, "summarise", {"summary": "联合通报"})
    read = (await regions.get(head(JIAXING), path)).json()
    assert len(read["steps"]) == steps
    assert read["report"]["summary"] == "联合通报"
    assert read["report"]["own"] == {
        JIAXING: {"enterprise_visits": 4, "officer_visits": 0, "cases_filed": 0}
    }


async def test_who_takes_part_on_a_superiors_word_cannot_leave_and_the_lead_stays(
    regions: Regions,
) -> None:
    operation = await a_draft(regions, YUYAO, YUYAO, CIXI)
    await act(regions, head(YUYAO), operation, "countersign", {})
    await act(regions, head(NINGBO), operation, "issue", {"reason": "群众反映强烈"})
    body = {"division": CIXI, "reason": "不愿参加"}

    assert await refused(regions, head(CIXI), operation, "leave", body) == (
        409,
        "bound_by_decision",
    )
    own = {"division": YUYAO, "reason": "不愿参加"}
    assert await refused(regions, head(YUYAO), operation, "leave", own) == (409, "lead_stays")
    assert (await refused(regions, desk(CIXI), operation, "leave", body))[0] == 403


async def test_who_leaves_too_many_alone_stops_the_operation(regions: Regions) -> None:
    operation = await issued(regions, YUYAO, YUYAO, CIXI)
    await act(regions, head(CIXI), operation, "leave", {"division": CIXI, "reason": "另有任务"})
    await act(regions, head(YUYAO), operation, "prepare", DONE)

    assert await refused(regions, head(YUYAO), operation, "start", {}) == (409, "too_few_parties")


async def test_findings_of_another_place_go_to_its_organ_before_the_report(
    regions: Regions,
) -> None:
    operation = await running(regions, YUYAO, YUYAO, CIXI)
    elsewhere = await found(regions, operation, YUYAO, CIXI, evidence=[item()])
    own = await found(regions, operation, YUYAO, YUYAO, case_number="余环罚2026-1")
    await act(regions, head(YUYAO), operation, "hand-over", DONE)
    assert await refused(regions, head(YUYAO), operation, "summarise", {"summary": "x"}) == (
        409,
        "findings_not_handed_over",
    )
    path = f"/operations/{operation}/findings"
    view = {"legal_view": "x", "contact": "x"}
    answer = await regions.post(
        head(YUYAO), f"{path}/{own['id']}/hand-over", view, version=own["version"]
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "nothing_to_hand_over")
    answer = await regions.post(head(CIXI), f"{path}/{elsewhere['id']}/hand-over", view, version=1)
    assert answer.status_code == 403
    answer = await regions.post(
        head(BEILUN), f"{path}/{elsewhere['id']}/hand-over", view, version=1
    )
    assert answer.status_code == 404

    handed = await pass_on(regions, operation, elsewhere)

    assert handed["handover_id"]
    stale = await regions.post(
        head(YUYAO), f"{path}/{elsewhere['id']}/hand-over", view, version=elsewhere["version"]
    )
    assert stale.status_code == 412
    [letter] = await regions.sql(
        "SELECT sender, receiver, operation_id::text, finding_id::text FROM handover WHERE id = $1",
        handed["handover_id"],
    )
    assert tuple(letter) == (YUYAO, CIXI, operation, elsewhere["id"])
    summed = await act(regions, head(YUYAO), operation, "summarise", {"summary": "通报"})
    assert summed["report"]["findings"]["total"] == {
        "enterprises": 1,
        "findings": 2,
        "handovers": 1,
        "answered": 0,
        "cases": 1,
    }


def item(**changes: Any) -> dict[str, Any]:
    return {
        "title": "现场照片",
        "sha256": "ab" * 32,
        "kind": "audio_visual",
        "taken_at": "2026-03-01T10:00:00+08:00",
        "taken_by": ["张某", "李某"],
        "chain": [
            {
                "at": "2026-03-01T11:00:00+08:00",
                "giver": "张某",
                "taker": "证据室",
                "what": "移交保管",
            }
        ],
        **changes,
    }


async def test_the_archive_waits_for_every_part_every_look_back_and_every_answer(
    regions: Regions,
) -> None:
    operation = await running(regions, YUYAO, YUYAO, CIXI)
    recorded = await found(regions, operation, YUYAO, CIXI)
    await pass_on(regions, operation, recorded)
    await act(regions, head(YUYAO), operation, "hand-over", DONE)
    await act(regions, head(YUYAO), operation, "summarise", {"summary": "通报"})
    assert await refused(regions, head(YUYAO), operation, "look-back", DONE) == (
        409,
        "not_checked_again",
    )
    path = f"/operations/{operation}/findings/{recorded['id']}"
    recorder = Person(Role.OFFICER, YUYAO)
    body = {"division": YUYAO, "rectified": "solved", "note": "自查"}
    assert (await regions.post(recorder, f"{path}/look-back", body, version=9)).status_code == 412
    await check_again(regions, head(CIXI), operation, recorded["id"], rectified="relapsed")
    checked = await check_again(regions, head(CIXI), operation, recorded["id"])
    assert [each["rectified"] for each in checked["look_backs"]] == ["relapsed", "solved"]
    await act(regions, head(YUYAO), operation, "look-back", DONE)
    close = (head(YUYAO), operation, "close", DONE)
    assert await refused(regions, *close) == (409, "parts_open")
    await finish(regions, operation, CIXI)
    # A party that keeps silent does not keep the archive waiting for ever.
    await act(
        regions, head(NINGBO), operation, "finish", {"division": YUYAO, "summary": "逾期未办结"}
    )
    assert await refused(regions, *close) == (409, "handovers_open")
    # Escalated by the clocks of assistance.
    await regions.sql(
        "UPDATE handover SET escalated_at = now(), escalated_to = '3302' WHERE operation_id = $1",
        operation,
    )

    closed = await act(regions, head(YUYAO), operation, "close", DONE)

    assert closed["state"] == "closed"
    assert (await regions.get(head(CIXI), f"/operations/{operation}")).status_code == 200


async def test_who_recorded_a_finding_does_not_check_it_again(regions: Regions) -> None:
    operation = await running(regions, YUYAO, YUYAO, CIXI)
    recorder = head(CIXI)
    answer = await regions.done(recorder, f"/operations/{operation}/findings", finding(CIXI, CIXI))
    await act(regions, head(YUYAO), operation, "hand-over", DONE)
    await act(regions, head(YUYAO), operation, "summarise", {"summary": "通报"})
    path = f"/operations/{operation}/findings/{answer['id']}/look-back"
    body = {"division": CIXI, "rectified": "solved", "note": "自查"}

    own = await regions.post(recorder, path, body, version=answer["version"])
    other = await regions.post(head(CIXI), path, body, version=answer["version"])

    assert (own.status_code, own.json()["code"]) == (409, "own_work")
    assert other.status_code == 200, other.text


async def test_a_result_counts_once_and_by_declared_shares(regions: Regions) -> None:
    operation, task = await running(regions, NINGBO, BEILUN, YUYAO, CIXI), uuid4()
    for _ in range(2):
        told = await regions.tell(result(operation, task, divisions=(NINGBO, BEILUN, YUYAO, CIXI)))
        assert told.status_code == 204
    await found(regions, operation, BEILUN, BEILUN, together_with=[YUYAO])
    half = [{"division": BEILUN, "share": "1/2"}, {"division": CIXI, "share": "1/2"}]
    third = [*half[:1], {"division": CIXI, "share": "1/3"}]
    body = {"task_id": str(task), "shares": third, "reason": "余姚未参加该次检查"}
    assert await refused(regions, head(NINGBO), operation, "shares", body) == (422, "bad_shares")
    before = (await regions.get(head(NINGBO), f"/operations/{operation}")).json()
    assert set(before["results"][0]["shares"].values()) == {"1/3"}
    await act(regions, head(NINGBO), operation, "shares", {**body, "shares": half})
    await act(regions, head(NINGBO), operation, "hand-over", DONE)

    summed = await act(regions, head(NINGBO), operation, "summarise", {"summary": "通报"})

    report = summed["report"]
    assert report["tasks"]["total"]["problems_found"] == 3
    assert {
        party: each["problems_found"] for party, each in report["tasks"]["by_party"].items()
    } == {BEILUN: "3/2", CIXI: "3/2"}
    for scope in ("tasks", "findings"):
        for measure, total in report[scope]["total"].items():
            parts = [Fraction(each[measure]) for each in report[scope]["by_party"].values()]
            assert sum(parts) == total, (scope, measure)
    assert report["findings"]["by_party"][YUYAO]["findings"] == "1/2"
    assert report["officers"]["total"] == 4
    # The report is frozen: what arrives later is kept beside it.
    assert (await regions.tell(result(operation))).status_code == 204
    read = (await regions.get(head(NINGBO), f"/operations/{operation}")).json()
    assert (read["totals"]["tasks"], read["report"]["tasks"]["total"]["tasks"]) == (2, 1)
    assert (await refused(regions, head(NINGBO), operation, "shares", {**body, "shares": half}))[
        1
    ] == "illegal_step"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"place": JIAXING}, "outside_the_operation"),
        ({"found_at": "2026-03-09T10:00:00+08:00"}, "not_yet_found"),
        ({"together_with": [BEILUN]}, "not_a_party"),
        ({"shares": [{"division": YUYAO, "share": "1/2"}]}, "bad_shares"),
        ({"shares": [{"division": YUYAO, "share": "1/0"}]}, "bad_shares"),
        ({"evidence": [item(), item()]}, "bad_evidence"),
        ({"evidence": [item(sha256="AB")]}, "invalid_input"),
        ({"officer_ids": []}, "invalid_input"),
    ],
)
async def test_a_finding_that_does_not_hold_together_is_refused(
    regions: Regions, changes: dict[str, Any], code: str
) -> None:
    operation = await running(regions, YUYAO, YUYAO, CIXI)

    answer = await regions.post(
        head(YUYAO), f"/operations/{operation}/findings", finding(YUYAO, YUYAO) | changes
    )

    assert (answer.status_code, answer.json()["code"]) == (422, code), answer.text


async def test_findings_are_recorded_by_who_takes_part_while_it_runs(regions: Regions) -> None:
    operation = await preparing(regions, YUYAO, YUYAO, CIXI)
    path = f"/operations/{operation}/findings"
    early = await regions.post(head(YUYAO), path, finding(YUYAO, YUYAO))
    assert (early.status_code, early.json()["code"]) == (409, "illegal_step")
    other = await running(regions, YUYAO, YUYAO, CIXI)
    path = f"/operations/{other}/findings"

    for who, status in (
        (Person(Role.OFFICER, YUYAO), 201),
        (Person(Role.PETITION_CLERK, YUYAO), 403),
        (head(CIXI), 403),
        (head(BEILUN), 404),
    ):
        answer = await regions.post(who, path, finding(YUYAO, YUYAO))
        assert answer.status_code == status, answer.text


async def test_two_findings_at_once_make_one_another_not_stale(regions: Regions) -> None:
    operation = await running(regions, YUYAO, YUYAO, CIXI)

    both = await asyncio.gather(
        *(
            regions.post(head(each), f"/operations/{operation}/findings", finding(each, each))
            for each in (YUYAO, CIXI)
        )
    )

    assert [each.status_code for each in both] == [201, 201]


async def test_an_exchange_needs_no_team_and_asks_for_no_inspection(regions: Regions) -> None:
    operation = await running(
        regions, YUYAO, YUYAO, CIXI, form="exchange", links=["staff"], focuses=["off_site"]
    )
    assert await regions.events(STARTED, operation) == []
    await act(regions, head(YUYAO), operation, "hand-over", DONE)

    summed = await act(regions, head(YUYAO), operation, "summarise", {"summary": "案卷互评"})

    assert summed["state"] == "summarised"
    listed = (
        await regions.get(head(CIXI), "/operations", link="staff", focus="off_site", limit=200)
    ).json()["items"]
    assert operation in {each["id"] for each in listed}
    listed = (await regions.get(head(CIXI), "/operations", focus="water", limit=200)).json()
    assert operation not in {each["id"] for each in listed["items"]}


async def test_a_draft_is_amended_until_somebody_is_asked(regions: Regions) -> None:
    operation = await a_draft(regions, YUYAO, YUYAO, CIXI)
    body = {
        "title": "余姚慈溪水环境联合执法",
        "focuses": ["water"],
        "matter": {
            "title": "河道异味",
            "division": CIXI,
            "media": ["water"],
            "place": "古塘街道",
            "facts": "河水发黑",
        },
        "planned_from": "2026-04-01",
        "planned_to": "2026-04-05",
        "due_on": "2026-04-30",
    }
    assert (await refused(regions, head(CIXI), operation, "amend", body))[0] == 404

    amended = await act(regions, head(YUYAO), operation, "amend", body)

    assert (amended["title"], amended["focuses"]) == (body["title"], ["water"])
    await act(regions, head(YUYAO), operation, "countersign", {})
    assert await refused(regions, head(YUYAO), operation, "amend", body) == (409, "illegal_step")
