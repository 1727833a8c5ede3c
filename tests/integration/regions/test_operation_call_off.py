"""取消: an operation ends before its report, and nothing that hangs on it stays behind."""

from typing import Final
from uuid import uuid4

import pytest

from shared.auth.actor import Role
from shared.contracts.tasks import OfficersReleased
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
    a_draft,
    a_team,
    act,
    found,
    issued,
    pass_on,
    preparing,
    result,
    running,
    send,
)
from tests.integration.regions.test_groups import active
from tests.integration.regions.test_officers import an_officer
from tests.integration.regions.test_operation_parts import refused
from tests.integration.regions.test_operation_quotas import drafts_of, slots_of, time_passes
from tests.integration.regions.test_operation_secrets import drafted, knows

CALLED_OFF: Final = "regions.operation.called_off.v1"
DROPPED: Final = "regions.operation.dropped.v1"
LEFT: Final = "regions.operation.party_left.v1"
OFF: Final = {"reason": "线索已由属地单独办结"}
ZHEJIANG: Final = "330000"


async def held(regions: Regions, task: str) -> int:
    [row] = await regions.sql(
        "SELECT count(*) AS n FROM booking WHERE task_id = $1::uuid AND released_at IS NULL", task
    )
    return int(row["n"])


async def test_the_lead_calls_off_and_who_took_part_keeps_what_there_was(regions: Regions) -> None:
    operation = await running(regions, YUYAO, YUYAO, CIXI)
    assert await held(regions, operation) == 2
    assert (await refused(regions, head(CIXI), operation, "call-off", OFF))[0] == 403
    assert (await refused(regions, head(NINGBO), operation, "call-off", {}))[0] == 422
    path = f"/operations/{operation}"
    stale = await regions.post(head(YUYAO), f"{path}/call-off", OFF, version=1)
    assert stale.status_code == 412
    assert (await regions.post(head(YUYAO), f"{path}/call-off", OFF)).status_code == 428

    ended = await act(regions, head(YUYAO), operation, "call-off", OFF)

    assert (ended["state"], ended["actions"]) == ("called_off", [])
    assert {each["status"] for each in ended["parties"]} == {"finished"}
    assert ended["steps"][-1]["reason"] == OFF["reason"]
    assert await held(regions, operation) == 0
    seen = (await regions.get(head(CIXI), path)).json()
    assert (seen["state"], seen["steps"][-1]["action"]) == ("called_off", "call_off")
    [event] = await regions.events(CALLED_OFF, operation)
    assert (event["divisions"], event["reason"]) == ([YUYAO, CIXI], OFF["reason"])
    [dropped] = await regions.events(DROPPED, operation)
    assert dropped["origin"] == {"kind": "escalation", "id": str(ESCALATION)}
    assert await refused(regions, head(YUYAO), operation, "call-off", OFF) == (409, "illegal_step")

    # A late result is kept, and reported by nobody.
    await regions.tell(result(operation, divisions=(YUYAO, CIXI)))
    read = (await regions.get(head(YUYAO), path)).json()
    assert (read["state"], len(read["results"]), read["report"]) == ("called_off", 1, None)
    assert (await regions.get(head(CIXI), path)).json()["results"] == []


@pytest.mark.parametrize("state", ["draft", "countersign", "issued", "preparing"])
async def test_before_its_start_nobody_else_hears_of_it(regions: Regions, state: str) -> None:
    operation = await a_draft(regions, YUYAO, YUYAO, CIXI)
    if state == "countersign":
        await act(regions, head(YUYAO), operation, "countersign", {})
    elif state == "issued":
        operation = await issued(regions, YUYAO, YUYAO, CIXI)
    elif state == "preparing":
        operation = await preparing(regions, YUYAO, YUYAO, CIXI)
        team = await a_team(regions, operation, YUYAO, YUYAO)
        await send(regions, operation, team, YUYAO, await an_officer(regions, YUYAO))
        assert await held(regions, operation) == 1

    ended = await act(regions, head(YUYAO), operation, "call-off", OFF)

    assert ended["state"] == "called_off"
    assert await held(regions, operation) == 0
    assert await regions.events(CALLED_OFF, operation) == []
    assert len(await regions.events(DROPPED, operation)) == (state != "draft")
    knew = 404 if state == "draft" else 200
    path = f"/operations/{operation}"
    assert (await regions.get(head(CIXI), path)).status_code == knew
    assert (await regions.get(head(CIXI), f"{path}/parties/{CIXI}")).status_code == knew


async def test_what_too_many_left_is_ended_by_the_common_superior(regions: Regions) -> None:
    operation = await running(regions, YUYAO, YUYAO, CIXI)
    await act(regions, head(CIXI), operation, "leave", {"division": CIXI, "reason": "人手不足"})
    [event] = await regions.events(LEFT, operation)
    assert (event["division"], event["divisions"], event["lead"]) == (CIXI, [YUYAO], YUYAO)
    other = await running(regions, YUYAO, YUYAO, CIXI)
    assert (await refused(regions, head(BEILUN), other, "call-off", OFF))[0] in {403, 404}

    await act(regions, head(NINGBO), other, "call-off", OFF)
    await act(regions, head(YUYAO), operation, "call-off", OFF)

    gone = await regions.get(head(CIXI), f"/operations/{operation}")
    assert gone.status_code == 404
    assert (await regions.get(head(CIXI), f"/operations/{other}")).status_code == 200


async def test_a_finding_goes_to_its_organ_or_is_dropped_with_a_reason(regions: Regions) -> None:
    operation = await running(regions, YUYAO, YUYAO, CIXI)
    own = await found(regions, operation, YUYAO, YUYAO)
    handed = await pass_on(regions, operation, await found(regions, operation, YUYAO, CIXI))
    theirs = await found(regions, operation, CIXI, YUYAO)
    left = (409, "findings_left")
    assert await refused(regions, head(YUYAO), operation, "call-off", OFF) == left
    for wrong in (own["id"], handed["id"], str(uuid4())):
        dropped = [{"finding_id": wrong, "reason": "重复"}]
        body = {**OFF, "dropped": dropped}
        assert await refused(regions, head(YUYAO), operation, "call-off", body) == (
            422,
            "nothing_to_drop",
        )

    dropped = [{"finding_id": theirs["id"], "reason": "与另案重复"}]
    await act(regions, head(YUYAO), operation, "call-off", {**OFF, "dropped": dropped})

    path = f"/operations/{operation}/findings"
    read = (await regions.get(head(CIXI), f"{path}/{theirs['id']}")).json()
    assert (read["drop_reason"], read["handover_id"]) == ("与另案重复", None)
    kept = (await regions.get(head(YUYAO), f"{path}/{handed['id']}")).json()
    letter = await regions.get(head(CIXI), f"/handovers/{kept['handover_id']}")
    assert (letter.status_code, kept["drop_reason"]) == (200, None)


async def test_a_surprise_called_off_before_its_start_stays_a_secret(regions: Regions) -> None:
    drafter, named = desk(NINGBO), Person(Role.OFFICER, YUYAO)
    operation = await drafted(regions, drafter, CIXI, YUYAO, named=[str(named.id)])
    await act(regions, head(NINGBO), operation, "issue", {})
    await act(regions, head(NINGBO), operation, "prepare", DONE)

    await act(regions, head(NINGBO), operation, "call-off", OFF)

    for who in (drafter, head(NINGBO), named):
        assert await knows(regions, who, operation), who
    for who in (desk(NINGBO), head(CIXI), head(YUYAO), head(ZHEJIANG)):
        assert not await knows(regions, who, operation), who
        hidden = await regions.get(who, f"/operations/{operation}/parties/{who.division}")
        assert hidden.status_code == 404
    assert await regions.events(CALLED_OFF, operation) == []
    assert await regions.events(DROPPED, operation) == []


async def test_an_exchange_has_no_task_that_could_hear_of_it(regions: Regions) -> None:
    operation = await running(regions, YUYAO, YUYAO, CIXI, JIAXING, form="exchange")
    leaving = {"division": JIAXING, "reason": "人手不足"}
    await act(regions, head(JIAXING), operation, "leave", leaving)

    await act(regions, head(YUYAO), operation, "call-off", OFF)

    assert await regions.events(LEFT, operation) == []
    assert await regions.events(CALLED_OFF, operation) == []


async def test_what_a_group_owes_it_owes_again(regions: Regions) -> None:
    shangyu = "330604"
    group = await active(regions, NINGBO, YUYAO, shangyu)
    await time_passes(regions)
    operation = (await drafts_of(regions, head(YUYAO), group))[0]["id"]
    owed = len(await slots_of(regions, group))

    await act(regions, head(YUYAO), operation, "call-off", OFF)
    await time_passes(regions)

    slots = await slots_of(regions, group)
    assert operation not in slots
    assert len(slots) == owed


async def test_of_a_task_some_are_let_go_and_who_was_booked_since_stays(regions: Regions) -> None:
    operation = await preparing(regions, YUYAO, YUYAO, CIXI)
    team = await a_team(regions, operation, YUYAO, YUYAO)
    ours, theirs = await an_officer(regions, YUYAO), await an_officer(regions, CIXI)
    await send(regions, operation, team, YUYAO, ours)
    await send(regions, operation, team, CIXI, theirs)
    [row] = await regions.sql(
        "SELECT max(booked_at) AS at FROM booking WHERE task_id = $1::uuid", operation
    )

    def let_go(**changes: object) -> OfficersReleased:
        said = {
            "task_id": operation,
            "divisions": [YUYAO, CIXI],
            "officer_ids": [theirs.id],
            "released_at": row["at"],
        }
        return OfficersReleased.model_validate(said | changes)

    await regions.tell(let_go(released_at="2020-01-01T00:00:00Z"))
    assert await held(regions, operation) == 2
    for _ in range(2):
        assert (await regions.tell(let_go())).status_code == 204
    assert await held(regions, operation) == 1
