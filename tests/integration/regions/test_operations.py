"""Joint operations: every step by the right people, and by nobody else."""

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
    ESCALATION,
    STARTED,
    SUMMARISED,
    a_draft,
    act,
    finish,
    plan,
    result,
    running,
)


async def test_from_draft_to_archive(regions: Regions) -> None:
    operation = await running(regions, NINGBO, BEILUN)
    assert (await regions.tell(result(operation))).status_code == 204
    await act(regions, head(NINGBO), operation, "hand-over", DONE)
    summed = await act(regions, head(NINGBO), operation, "summarise", {"summary": "已解决"})
    report = summed["report"]
    assert (report["summary"], report["summarised_at"]) == ("已解决", "2026-03-02T01:00:00Z")
    assert report["tasks"]["total"] == {
        "tasks": 1,
        "inspections": 2,
        "problems_found": 3,
        "problems_closed": 3,
    }
    await act(regions, head(NINGBO), operation, "look-back", DONE)
    await finish(regions, operation, BEILUN)
    closed = await act(regions, head(NINGBO), operation, "close", DONE)

    assert (closed["state"], closed["actions"]) == ("closed", [])
    assert [each["status"] for each in closed["parties"]] == ["finished"]
    assert [each["action"] for each in closed["steps"]] == [
        "draft",
        "countersign",
        "answer",
        "issue",
        "prepare",
        "form_team",
        "send_officers",
        "send_officers",
        "start",
        "result",
        "hand_over",
        "summarise",
        "look_back",
        "finish",
        "close",
    ]


async def test_the_start_tells_tasks_and_the_report_whoever_asked(regions: Regions) -> None:
    operation = await running(regions, NINGBO, BEILUN)
    [started] = await regions.events(STARTED, operation)
    assert (started["division"], started["divisions"]) == (NINGBO, [BEILUN])
    assert (started["matter"]["division"], started["due_on"]) == (BEILUN, "2026-03-31")
    await regions.tell(result(operation))
    await act(regions, head(NINGBO), operation, "hand-over", DONE)
    await act(regions, head(NINGBO), operation, "summarise", {"summary": "已解决"})

    [event] = await regions.events(SUMMARISED, operation)
    assert event["origin"] == {"kind": "escalation", "id": str(ESCALATION)}
    assert (event["inspections"], event["problems_found"], event["problems_closed"]) == (2, 3, 3)


async def test_a_task_counts_once_and_two_tasks_add_up(regions: Regions) -> None:
    operation, task = await running(regions, NINGBO, BEILUN), uuid4()
    for each in (task, task, uuid4()):
        assert (await regions.tell(result(operation, each))).status_code == 204

    read = (await regions.get(head(NINGBO), f"/operations/{operation}")).json()
    assert read["totals"] == {
        "tasks": 2,
        "inspections": 4,
        "problems_found": 6,
        "problems_closed": 6,
    }


async def test_there_is_no_report_without_results(regions: Regions) -> None:
    operation = await running(regions, NINGBO, BEILUN)
    handed = await act(regions, head(NINGBO), operation, "hand-over", DONE)

    answer = await regions.post(
        head(NINGBO),
        f"/operations/{operation}/summarise",
        {"summary": "x"},
        version=handed["version"],
    )

    assert (answer.status_code, answer.json()["code"]) == (409, "results_missing")


async def test_silence_is_no_consent(regions: Regions) -> None:
    operation = await a_draft(regions, YUYAO, YUYAO, CIXI)
    sent = await act(regions, head(YUYAO), operation, "countersign", {})
    assert {each["division"]: each["consent"] for each in sent["parties"]} == {
        YUYAO: "agreed",
        CIXI: "pending",
    }
    assert sent["actions"] == ["answer", "call_off"]  # the lead itself stays

    answer = await regions.post(
        head(YUYAO), f"/operations/{operation}/issue", {}, version=sent["version"]
    )

    assert (answer.status_code, answer.json()["code"]) == (409, "consent_missing")
    assert CIXI in answer.json()["detail"]


async def test_the_common_superior_decides_with_a_reason(regions: Regions) -> None:
    operation = await a_draft(regions, YUYAO, YUYAO, CIXI)
    await act(regions, head(YUYAO), operation, "countersign", {})
    no = {"division": CIXI, "agrees": False}
    path = f"/operations/{operation}/answer"
    answer = await regions.post(head(CIXI), path, no, version=2)
    assert (answer.status_code, answer.json()["code"]) == (422, "reason_missing")
    await act(regions, head(CIXI), operation, "answer", {**no, "reason": "人手不足"})

    path = f"/operations/{operation}/issue"
    mute = await regions.post(head(NINGBO), path, {}, version=3)
    assert (mute.status_code, mute.json()["code"]) == (422, "reason_missing")
    issued = await act(regions, head(NINGBO), operation, "issue", {"reason": "群众反映强烈"})

    assert (issued["state"], issued["issued_by"]) == ("issued", "common_superior")
    assert {each["consent"] for each in issued["parties"]} == {"agreed", "declined"}


async def test_a_draft_is_the_leads_alone(regions: Regions) -> None:
    operation = await a_draft(regions, YUYAO, YUYAO, CIXI)
    path = f"/operations/{operation}"

    assert (await regions.get(head(CIXI), path)).status_code == 404
    assert (await regions.get(head(NINGBO), path)).status_code == 200
    await act(regions, head(YUYAO), operation, "countersign", {})
    assert (await regions.get(head(CIXI), path)).status_code == 200
    assert (await regions.get(head(BEILUN), path)).status_code == 404
    assert (await regions.get(head(JIAXING), path)).status_code == 404


@pytest.mark.parametrize(
    ("who", "step", "status"),
    [
        (Person(Role.PETITION_CLERK, YUYAO), "countersign", 403),
        (head(NINGBO), "countersign", 403),
        (head(CIXI), "countersign", 404),
        (head(JIAXING), "countersign", 404),
        (Person(Role.OFFICER, YUYAO), "issue", 403),
        (Person(Role.LEGAL_REVIEWER, YUYAO), "start", 403),
        (head(YUYAO), "start", 409),
        (head(YUYAO), "issue", 409),
        (head(YUYAO), "close", 409),
    ],
)
async def test_wrong_people_and_wrong_times_are_refused(
    regions: Regions, who: Person, step: str, status: int
) -> None:
    operation = await a_draft(regions, YUYAO, YUYAO, CIXI)

    body = DONE if step == "close" else {}
    answer = await regions.post(who, f"/operations/{operation}/{step}", body, version=1)

    assert answer.status_code == status, answer.text


async def test_a_party_answers_for_itself_only(regions: Regions) -> None:
    operation = await a_draft(regions, YUYAO, YUYAO, CIXI)
    await act(regions, head(YUYAO), operation, "countersign", {})
    path, yes = f"/operations/{operation}/answer", {"division": CIXI, "agrees": True}

    for who, status in (
        (head(YUYAO), 403),
        (desk(CIXI), 403),
        (head(NINGBO), 403),
        (head(BEILUN), 404),
        (Person(Role.COUNTY_LEADER_IN_CHARGE, CIXI), 200),
    ):
        answer = await regions.post(who, path, yes, version=2)
        assert answer.status_code == status, answer.text


async def test_a_stale_reader_is_told(regions: Regions) -> None:
    operation = await a_draft(regions, YUYAO, YUYAO, CIXI)
    await act(regions, head(YUYAO), operation, "countersign", {})
    path, yes = f"/operations/{operation}/answer", {"division": CIXI, "agrees": True}

    assert (await regions.post(head(CIXI), path, yes, version=1)).status_code == 412
    assert (await regions.post(head(CIXI), path, yes)).status_code == 428


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (plan(YUYAO, YUYAO), "bad_plan"),
        (plan(YUYAO, CIXI, CIXI), "bad_plan"),
        (plan(YUYAO, CIXI, due_on="2026-03-01"), "bad_plan"),
        (plan(YUYAO, CIXI, planned_from="2026-03-21"), "bad_plan"),
        (plan(YUYAO, CIXI, matter={**plan(YUYAO, BEILUN)["matter"]}), "bad_plan"),
        (plan(YUYAO, CIXI, "330299"), "unknown_division"),
        (plan(YUYAO, CIXI, form="friendly"), "invalid_input"),
        (plan(YUYAO, CIXI, state="closed"), "invalid_input"),
        (plan(YUYAO, CIXI, title="\x00"), "invalid_input"),
    ],
)
async def test_a_plan_that_does_not_hold_together_is_refused(
    regions: Regions, body: dict[str, Any], code: str
) -> None:
    answer = await regions.post(head(YUYAO), "/operations", body)

    assert (answer.status_code, answer.json()["code"]) == (422, code), answer.text


async def test_nobody_plans_for_a_division_that_is_not_his(regions: Regions) -> None:
    for who in (head(CIXI), Person(Role.OFFICER, YUYAO)):
        answer = await regions.post(who, "/operations", plan(YUYAO, CIXI))
        assert answer.status_code == 403


async def test_lists_show_what_one_has_a_part_in(regions: Regions) -> None:
    mine = await a_draft(regions, YUYAO, YUYAO, CIXI)
    other = await running(regions, NINGBO, BEILUN)

    seen = (await regions.get(head(YUYAO), "/operations", limit=200)).json()["items"]
    assert mine in {each["id"] for each in seen}
    assert other not in {each["id"] for each in seen}
    asked = {"state": "running", "origin_id": str(ESCALATION), "division": BEILUN}
    seen = (await regions.get(head(NINGBO), "/operations", limit=200, **asked)).json()["items"]
    assert other in {each["id"] for each in seen}
    assert {each["state"] for each in seen} == {"running"}


async def test_a_result_of_an_unknown_operation_is_not_swallowed(regions: Regions) -> None:
    assert (await regions.tell(result(str(uuid4())))).status_code == 404
