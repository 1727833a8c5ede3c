"""A file comes in pieces, through broken lines and retries, and is evidence once."""

import asyncio
import hashlib
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx

from shared.ids import uuid7
from tests.integration.tasks.conftest import JPEG, Person, Story, eventually

HALF = 40_000


class Upload:
    """What a device does with one file."""

    def __init__(self, story: Story, who: Person, content: bytes) -> None:
        self.story, self.who, self.content = story, who, content
        self.declaration: dict[str, Any] = {
            "id": str(uuid7()),
            "task_id": story.task["id"],
            "kind": "audio_visual",
            "taken_at": (story.starts_at + timedelta(minutes=45)).isoformat(),
            "place": "车间东侧",
            "purpose": "证明夜间生产",
            "media_type": "image/jpeg",
            "size": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
        }

    @property
    def path(self) -> str:
        return f"/evidence-uploads/{self.declaration['id']}"

    async def declare(self, **changes: Any) -> httpx.Response:
        return await self.who.post("/evidence-uploads", self.declaration | changes)

    async def send(self, offset: int, piece: bytes, *, by: Person | None = None) -> httpx.Response:
        who = by or self.who
        headers = await who.headers() | {
            "Upload-Offset": str(offset),
            "Content-Type": "application/offset+octet-stream",
        }
        return await self.story.stack.http.patch(
            self.story.stack.api("tasks", self.path), content=piece, headers=headers
        )

    async def finish(self) -> httpx.Response:
        version = (await self.who.get(self.path)).json()["version"]
        return await self.who.post(f"{self.path}/finish", version=version)


async def an_upload(story: Story) -> Upload:
    await story.accepted()
    await story.inspected()
    return Upload(story, story.cast.cixi_officers[0], JPEG + uuid4().bytes * 5000)


async def test_a_file_in_pieces_is_one_piece_of_evidence(story: Story) -> None:
    upload = await an_upload(story)
    others = Upload(story, story.cast.beilun_officer, upload.content)
    assert (await others.declare()).status_code == 404
    assert (await upload.declare(id=str(uuid4()))).json()["code"] == "not_uuid7"
    assert (await upload.declare(size=2**31 - 1)).json()["code"] == "upload_too_large"
    first, again = await upload.declare(), await upload.declare()
    assert (first.status_code, again.status_code) == (201, 201), first.text
    assert first.json() == again.json()
    other = await upload.declare(sha256="0" * 64)
    assert (other.status_code, other.json()["code"]) == (409, "upload_declared_otherwise")

    one, two = upload.content[:HALF], upload.content[HALF:]
    colleague = story.cast.cixi_officers[1]
    assert (await upload.send(0, one, by=colleague)).status_code == 404
    early = await upload.send(HALF, two)
    assert (early.status_code, early.headers["Upload-Offset"]) == (409, "0")
    twins = await asyncio.gather(upload.send(0, one), upload.send(0, one))
    assert [each.status_code for each in twins] == [200, 200]
    assert {each.json()["received"] for each in twins} == {HALF}
    changed = await upload.send(0, bytes(HALF))
    assert (changed.status_code, changed.json()["code"]) == (409, "piece_changed")
    assert (await upload.finish()).json()["code"] == "upload_incomplete"

    probe = await story.stack.http.head(
        story.stack.api("tasks", upload.path), headers=await upload.who.headers()
    )
    assert (probe.status_code, probe.headers["Upload-Offset"]) == (200, str(HALF))
    assert (await upload.send(HALF, two)).json()["actions"] == ["finish"]
    unsaid = await upload.who.post(f"{upload.path}/finish")
    stale = await upload.who.post(f"{upload.path}/finish", version=0)
    assert (unsaid.status_code, stale.status_code) == (428, 412)
    kept = (await upload.finish()).json()
    assert (kept["state"], kept["evidence_id"]) == ("kept", upload.declaration["id"])
    file = await upload.who.get(f"/evidence/{kept['evidence_id']}/content")
    assert file.content == upload.content

    same = Upload(story, colleague, upload.content)
    answer = (await same.declare()).json()
    assert (answer["state"], answer["evidence_id"]) == ("kept", kept["evidence_id"])
    listed = await upload.who.get("/evidence", params={"task_id": story.task["id"]})
    assert len(listed.json()["items"]) == 1


async def test_what_is_not_what_was_declared_begins_again(story: Story) -> None:
    upload = await an_upload(story)
    assert (await upload.declare()).status_code == 201
    assert (await upload.send(0, bytes(len(upload.content)))).status_code == 200
    refused = await upload.finish()
    assert (refused.status_code, refused.json()["code"]) == (409, "upload_hash_mismatch")
    assert (await upload.who.get(upload.path)).json()["received"] == 0
    assert (await upload.send(0, upload.content)).status_code == 200
    assert (await upload.finish()).json()["state"] == "kept"


async def test_an_upload_nobody_goes_on_with_is_given_up(story: Story) -> None:
    upload = await an_upload(story)
    assert (await upload.declare()).status_code == 201
    assert (await upload.send(0, upload.content[:HALF])).status_code == 200
    await story.stack.set_clock(story.starts_at + timedelta(days=8))

    async def expired() -> bool:
        return bool((await upload.who.get(upload.path)).json()["state"] == "expired")

    await eventually(expired)
    assert not (story.stack.evidence / "arriving" / f"upload-{upload.declaration['id']}").exists()
    late = await upload.send(HALF, upload.content[HALF:])
    assert (late.status_code, late.json()["code"]) == (409, "illegal_step")


async def test_a_crash_between_the_file_and_its_row_is_no_end(story: Story) -> None:
    upload = await an_upload(story)
    assert (await upload.declare()).status_code == 201
    assert (await upload.send(0, upload.content)).status_code == 200
    # Where finishing got to: the file is stored, and nothing says so.
    sha256 = upload.declaration["sha256"]
    stored = story.stack.evidence / sha256[:2] / sha256[2:4] / sha256
    stored.parent.mkdir(parents=True, exist_ok=True)
    (story.stack.evidence / "arriving" / f"upload-{upload.declaration['id']}").rename(stored)

    kept = (await upload.finish()).json()
    assert kept["state"] == "kept"
    file = await upload.who.get(f"/evidence/{kept['evidence_id']}/content")
    assert file.content == upload.content


async def test_what_was_lost_on_disk_is_sent_again(story: Story) -> None:
    upload = await an_upload(story)
    assert (await upload.declare()).status_code == 201
    assert (await upload.send(0, upload.content)).status_code == 200
    (story.stack.evidence / "arriving" / f"upload-{upload.declaration['id']}").unlink()

    assert (await upload.finish()).json()["code"] == "upload_hash_mismatch"
    assert (await upload.send(0, upload.content)).status_code == 200
    assert (await upload.finish()).json()["state"] == "kept"
