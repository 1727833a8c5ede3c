"""Evidence is kept as it came, by hash, and every look at it is noted."""

import hashlib
from datetime import timedelta
from uuid import uuid4

import pytest

from tests.integration.tasks.conftest import JPEG, Story


async def test_a_file_comes_back_as_it_was_and_each_look_is_noted(story: Story) -> None:
    cast = story.cast
    await story.accepted()
    await story.inspected()
    content = JPEG + uuid4().bytes
    answer = await story.evidence(cast.yuyao_officers[2], content)
    assert answer.status_code == 201, answer.text
    evidence = answer.json()
    assert (evidence["sha256"], evidence["size"]) == (hashlib.sha256(content).hexdigest(), 84)
    path = f"/evidence/{evidence['id']}"

    file = await cast.cixi_officers[0].get(f"{path}/content")
    assert (file.content, file.headers["content-type"]) == (content, "image/jpeg")
    custody = (await cast.cixi_head.get(f"{path}/custody")).json()
    assert [each["act"] for each in custody] == ["received", "read"]
    assert (await cast.clerk.get(path)).status_code == 403
    assert (await cast.beilun_officer.get(path)).status_code == 404
    assert (await story.evidence(cast.beilun_officer, content)).status_code == 404


async def test_a_file_that_was_touched_is_not_handed_out(story: Story) -> None:
    officer = story.cast.cixi_officers[0]
    await story.accepted()
    await story.inspected()
    evidence = (await story.evidence(officer, JPEG + uuid4().bytes)).json()
    sha256 = evidence["sha256"]
    place = story.stack.evidence / sha256[:2] / sha256[2:4] / sha256
    place.chmod(0o600)
    place.write_bytes(JPEG + b"tampered")

    answer = await officer.get(f"/evidence/{evidence['id']}/content")
    assert (answer.status_code, answer.json()["code"]) == (500, "evidence_damaged")
    custody = (await officer.get(f"/evidence/{evidence['id']}/custody")).json()
    assert [each["act"] for each in custody] == ["received", "found_damaged"]


async def test_evidence_of_a_task_is_a_chain(story: Story) -> None:
    officer = story.cast.cixi_officers[0]
    await story.accepted()
    await story.inspected()
    chain = [(await story.evidence(officer, JPEG + uuid4().bytes)).json() for _ in range(3)]
    assert [each["number"] for each in chain] == [1, 2, 3]
    assert [each["previous_hash"] for each in chain] == [
        None,
        chain[0]["entry_hash"],
        chain[1]["entry_hash"],
    ]
    listed = await officer.get("/evidence", params={"task_id": story.task["id"], "limit": 2})
    assert [each["number"] for each in listed.json()["items"]] == [1, 2]
    assert listed.json()["next"]


@pytest.mark.parametrize(
    ("content", "changes", "status", "code"),
    [
        (b"%PDF-1.7", {}, 422, "type_mismatch"),
        (b"", {}, 422, "empty_file"),
        (JPEG, {"longitude": "nan", "latitude": "1"}, 422, "invalid_input"),
        (JPEG, {"longitude": "181", "latitude": "1"}, 422, "invalid_input"),
        (JPEG, {"longitude": "121"}, 422, "invalid_input"),
        (JPEG, {"taken_at": "2026-03-02T09:00:00"}, 422, "invalid_input"),
        (JPEG, {"taken_at": "2199-01-01T00:00:00Z"}, 409, "taken_in_future"),
        (JPEG, {"kind": "rumour"}, 422, "invalid_input"),
        (JPEG, {"unknown": "x"}, 422, "invalid_input"),
        (JPEG, {"purpose": " "}, 422, "invalid_input"),
        (JPEG, {"task_id": str(uuid4())}, 404, "not_found"),
        (JPEG + bytes(8 * 1024 * 1024), {}, 413, "too_large"),
    ],
)
async def test_what_is_no_evidence_is_refused(
    story: Story, content: bytes, changes: dict[str, str], status: int, code: str
) -> None:
    await story.accepted()
    await story.stack.set_clock(story.starts_at + timedelta(hours=1))
    answer = await story.evidence(story.cast.cixi_officers[0], content, **changes)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_a_retry_is_one_piece_and_another_description_another_request(story: Story) -> None:
    officer = story.cast.cixi_officers[0]
    await story.accepted()
    await story.inspected()
    described = {
        "task_id": story.task["id"],
        "kind": "electronic",
        "taken_at": story.starts_at.isoformat(),
        "place": "门口",
        "purpose": "证明",
    }
    headers = {"Content-Type": "image/jpeg", "Idempotency-Key": uuid4().hex}
    first, again = [
        await officer.post("/evidence", content=JPEG, params=described, headers=headers)
        for _ in range(2)
    ]
    assert first.json() == again.json()
    other = await officer.post(
        "/evidence", content=JPEG, params=described | {"place": "后门"}, headers=headers
    )
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


async def test_a_task_that_waits_takes_no_evidence(story: Story) -> None:
    await story.requested()
    await story.stack.set_clock(story.starts_at + timedelta(hours=1))
    answer = await story.evidence(story.cast.cixi_officers[0], JPEG)
    assert (answer.status_code, answer.json()["code"]) == (409, "illegal_step")
