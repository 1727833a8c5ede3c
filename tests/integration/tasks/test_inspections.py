"""What an inspection needs, and what it is refused for."""

from datetime import timedelta
from typing import Any

import pytest

from tests.integration.tasks.conftest import Story


async def test_nothing_the_law_wants_may_be_missing(story: Story) -> None:
    await story.accepted()
    inspection = await story.inspected()
    leader = story.cast.cixi_officers[0]

    async def refusal() -> Any:
        path = f"/inspections/{inspection['id']}/finish"
        answer = await leader.post(path, version=inspection["version"])
        assert answer.status_code == 409, answer.text
        return answer.json()["code"]

    assert await refusal() == "integrity_sheet_missing"
    inspection = await story.on_site(inspection, "integrity-sheet")
    assert await refusal() == "record_missing"
    record = {"text": "笔录", "signature": "refused", "signature_note": "当事人拒签"}
    inspection = await story.on_site(inspection, "record", record)
    inspection = await story.on_site(inspection, "finish")
    assert inspection["state"] == "finished"

    again = await leader.post(
        f"/inspections/{inspection['id']}/record", record, version=inspection["version"]
    )
    assert (again.status_code, again.json()["code"]) == (409, "illegal_step")


@pytest.mark.parametrize(
    ("present", "code"),
    [
        (lambda officers: officers[:1], "too_few_officers"),
        (
            lambda officers: [officers[0], officers[1] | {"certificate_shown": False}],
            "certificate_not_shown",
        ),
    ],
)
async def test_two_officers_show_their_certificates(story: Story, present: Any, code: str) -> None:
    await story.accepted()
    inspection = await story.inspected(officers=present(story.visit()["officers"]))
    answer = await story.cast.cixi_officers[0].post(
        f"/inspections/{inspection['id']}/finish", version=inspection["version"]
    )
    assert (answer.status_code, answer.json()["code"]) == (409, code)
    assert "行政处罚法" in answer.json()["detail"]


async def test_a_gap_of_the_recorder_is_explained(story: Story) -> None:
    await story.accepted()
    leader = story.cast.cixi_officers[0]
    silent = await leader.post("/inspections", story.visit(recorder={"on": False}))
    assert silent.status_code == 422
    inspection = await story.inspected(recorder={"on": False, "reason": "防爆区禁用"})
    inspection = await story.on_site(inspection, "recorder", {"on": True, "said": ["time"]})
    assert (inspection["recorder_on"], inspection["recorder_reason"]) == (True, "防爆区禁用")
    steps = await leader.get(f"/inspections/{inspection['id']}/steps")
    assert [each["action"] for each in steps.json()] == ["switch_recorder"]


async def test_an_inspection_lies_in_the_period_its_team_was_sent_for(story: Story) -> None:
    await story.accepted()
    await story.stack.set_clock(story.starts_at + timedelta(days=2))
    for moment in (timedelta(hours=-1), timedelta(hours=11), timedelta(days=3)):
        visit = story.visit(started_at=(story.starts_at + moment).isoformat())
        answer = await story.cast.cixi_officers[0].post("/inspections", visit)
        assert (answer.status_code, answer.json()["code"]) == (409, "start_out_of_period")


async def test_only_the_team_inspects_and_only_the_parties_look(story: Story) -> None:
    cast = story.cast
    await story.accepted()
    outsider = await cast.yuyao_officers[2].post("/inspections", story.visit())
    assert (outsider.status_code, outsider.json()["code"]) == (403, "not_of_the_team")
    assert (await cast.beilun_officer.post("/inspections", story.visit())).status_code == 404
    assert (await cast.cixi_head.post("/inspections", story.visit())).status_code == 403

    stranger = story.visit()["officers"] + [
        {"officer_id": cast.officer_id(cast.beilun_officer), "certificate_shown": True}
    ]
    await story.stack.set_clock(story.starts_at + timedelta(hours=1))
    answer = await cast.cixi_officers[0].post("/inspections", story.visit(officers=stranger))
    assert answer.json()["code"] == "officer_not_of_the_team"

    inspection = await story.inspected()
    path = f"/inspections/{inspection['id']}"
    assert (await cast.clerk.get(path)).json()["actions"] == []
    assert (await cast.beilun_officer.get(path)).status_code == 404
    listed = await cast.yuyao_head.get("/inspections", params={"task_id": story.task["id"]})
    assert [each["id"] for each in listed.json()["items"]] == [inspection["id"]]
    for name in ("record", "finish", "integrity-sheet"):
        body = {"text": "x", "signature": "signed"} if name == "record" else None
        answer = await cast.yuyao_officers[2].post(f"{path}/{name}", body, version=1)
        assert answer.status_code == 403, answer.text
