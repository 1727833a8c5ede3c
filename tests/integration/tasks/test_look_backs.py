"""Closed problems are looked at again: drawn by nobody's choice, opened again on relapse."""

import asyncio
import hashlib
import hmac
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from shared.auth.actor import Role
from tests.integration.tasks.conftest import JPEG, NINGBO, YUYAO, Cure, Person, Story, approval


@dataclass
class Draw:
    """The draw of one day's closed problems of Yuyao, and the one problem closed on it."""

    story: Story
    first: Person
    cure: Cure
    row: dict[str, Any]

    @property
    def path(self) -> str:
        return f"/look-backs/{self.row['id']}"

    async def try_(self, who: Person, name: str, body: Any = None) -> httpx.Response:
        return await who.post(f"{self.path}/{name}", body, version=self.row["version"])

    async def step(self, who: Person, name: str, body: Any = None) -> None:
        answer = await self.try_(who, name, body)
        assert answer.status_code == 200, answer.text
        self.row = answer.json()

    async def refused(self, who: Person, name: str, code: str, body: Any = None) -> None:
        answer = await self.try_(who, name, body)
        assert (answer.status_code, answer.json()["code"]) == (409, code)

    async def revealed(self) -> None:
        await self.step(self.story.cast.yuyao_head, "freeze")
        await self.step(self.first, "reveal")

    def sent(self, *people: Person) -> dict[str, Any]:
        named = [{"account_id": str(each.id), "name": each.login_name} for each in people]
        return {"problem_id": self.cure.problem["id"], "visitors": named}


@pytest.fixture
async def draw(story: Story) -> Draw:
    """Committed, two days after a problem was closed and its task completed."""
    stack, cast = story.stack, story.cast
    await story.accepted()
    inspection = await story.inspected()
    cure = await Cure(story, await story.found(inspection)).closed()
    await story.finish(inspection)
    story.task = (await cast.city_center.get(story.path)).json()
    await story.step(cast.cixi_officers[0], "complete", {"summary": "已查清"})
    day = (story.starts_at + timedelta(hours=1)).date().isoformat()
    body = {"division": YUYAO, "closed_from": day, "closed_to": day}

    first = await stack.a_person("余姚指挥", (Role.COMMAND_CENTER, YUYAO))
    assert (await first.post("/look-backs", body)).json()["code"] == "period_open"
    await stack.set_clock(story.starts_at + timedelta(days=2))
    # Long before any test's own days.
    before = (story.starts_at - timedelta(days=400)).date().isoformat()
    empty = await first.post("/look-backs", body | {"closed_from": before, "closed_to": before})
    assert (empty.status_code, empty.json()["code"]) == (409, "nothing_closed")
    for who in (cast.clerk, cast.cixi_head):
        assert (await who.post("/look-backs", body)).status_code == 403
    # Two at once: days are drawn from once.
    both = await asyncio.gather(*(first.post("/look-backs", body) for _ in range(2)))
    made, second = sorted(both, key=lambda each: each.status_code)
    assert (made.status_code, second.json()["code"]) == (201, "drawn_before"), made.text
    return Draw(story, first, cure, made.json())


async def test_a_draw_is_frozen_by_another_and_drawn_again_by_anybody(draw: Draw) -> None:
    head, reader = draw.story.cast.yuyao_head, draw.story.cast.yuyao_officers[0]
    assert (draw.row["nonce"], draw.row["samples"]) == (None, [])
    assert (await reader.get(f"{draw.path}/file")).status_code == 404
    await draw.refused(draw.first, "reveal", "illegal_step")
    await draw.refused(draw.first, "freeze", "same_person")
    assert (await head.post(f"{draw.path}/freeze", version=99)).status_code == 412
    await draw.step(head, "freeze")
    assert (draw.row["state"], draw.row["nonce"]) == ("frozen", None)
    await draw.step(draw.first, "reveal")

    file = (await reader.get(f"{draw.path}/file")).json()
    nonce = bytes.fromhex(file["nonce"])
    assert hashlib.sha256(nonce).hexdigest() == draw.row["nonce_hash"]
    pool_hash = hashlib.sha256("\n".join(sorted(file["pool"])).encode()).hexdigest()
    assert pool_hash == file["pool_hash"]
    seed = hashlib.sha256(UUID(draw.row["id"]).bytes + bytes.fromhex(pool_hash) + nonce).digest()
    drawn = sorted(file["pool"], key=lambda each: hmac.digest(seed, each.encode(), "sha256"))
    assert drawn[: file["number"]] == file["drawn"] == [draw.cure.problem["id"]]
    assert (await draw.story.cast.beilun_officer.get(draw.path)).status_code == 404


async def test_a_relapse_opens_the_problem_again_and_it_is_closed_anew(draw: Draw) -> None:
    story, cure, cast = draw.story, draw.cure, draw.story.cast
    await draw.revealed()
    visitors = [await story.stack.a_person(f"宁波{n}", (Role.OFFICER, NINGBO)) for n in "甲乙"]
    for people, code in (
        ((visitors[0],), "too_few_visitors"),
        ((visitors[0], cast.cixi_officers[0]), "took_part"),
        ((visitors[0], cast.yuyao_officers[2]), "took_part"),
        ((visitors[0], cast.yuyao_head), "took_part"),
    ):
        await draw.refused(draw.first, "assign", code, draw.sent(*people))
    await draw.step(draw.first, "assign", draw.sent(*visitors))
    seen = {"problem_id": cure.problem["id"], "finding": "relapse", "facts": "收集罩再次破损"}
    await draw.refused(cast.yuyao_officers[0], "report", "not_assigned", seen)
    await draw.step(visitors[0], "report", seen)
    assert draw.row["state"] == "done"

    owner = cast.yuyao_officers[2]
    cure.problem = (await owner.get(cure.path)).json()
    assert (cure.problem["state"], cure.problem["reopen_count"]) == ("reopened", 1)
    assert (cure.problem["task_id"], cure.problem["closed_at"]) == (story.task["id"], None)
    assert [each["state"] for each in cure.problem["deadlines"]] == ["met", "running"]
    await _closed_again(story, cure)

    file = (await cast.clerk.get(f"{cure.path}/file")).json()
    assert [each["round"] for each in file["acceptances"]] == [0, 1]
    # Pictures are for who may read evidence, the look-back for who sees the draw.
    assert (file["evidence"], file["look_backs"]) == ([], [])
    file = (await owner.get(f"{cure.path}/file")).json()
    assert [each["finding"] for each in file["look_backs"]] == ["relapse"]
    assert len(file["evidence"]) == len(["old", "new"])
    figures = (await cast.clerk.get("/problems:figures", params={"division": YUYAO})).json()
    assert figures["relapses"] >= 1
    assert [figures[f"{each}_rate"] for each in ("traceable", "proven", "owned")] == ["100.00"] * 3


async def _closed_again(story: Story, cure: Cure) -> None:
    """Its task is done, and yet takes proof; what is older than the relapse proves nothing."""
    cast, owner = story.cast, story.cast.yuyao_officers[2]
    old = {"proof": cure.problem["proof"]}
    await cure.step(owner, "rectify", {"measures": "更换材质", "long_term": True})
    assert cure.problem["pace"] == "long_term"
    refused = await cure.try_(owner, "submit", old)
    assert (refused.status_code, refused.json()["code"]) == (409, "proof_missing")
    await story.stack.set_clock(story.starts_at + timedelta(days=2, hours=2))
    taken = (story.starts_at + timedelta(days=2, hours=1)).isoformat()
    proof = await story.evidence(owner, JPEG, taken_at=taken)
    assert proof.status_code == 201, proof.text
    await cure.step(owner, "submit", {"proof": [proof.json()["id"]]})
    await cure.step(cast.cixi_officers[0], "verify", cure.went(*cast.cixi_officers))
    await cure.step(cast.yuyao_head, "approve", approval())
    await cure.step(cast.yuyao_head, "close")
    assert (await story.evidence(owner, JPEG, taken_at=taken)).status_code == 409


async def test_a_relapse_that_two_look_backs_see_opens_the_problem_once(draw: Draw) -> None:
    """The city draws from the same days; what it sees of an open problem is said all the same."""
    story, cure, cast = draw.story, draw.cure, draw.story.cast
    visitors = [await story.stack.a_person(f"宁波{n}", (Role.OFFICER, NINGBO)) for n in "丙丁"]
    days = {each: draw.row[each] for each in ("closed_from", "closed_to")}
    made = await cast.city_center.post("/look-backs", {"division": NINGBO, **days})
    assert made.status_code == 201, made.text
    citys = Draw(story, cast.city_center, cure, made.json())
    city_head = await story.stack.a_person("宁波负责人", (Role.DEPARTMENT_HEAD, NINGBO))
    seen = {"problem_id": cure.problem["id"], "finding": "relapse", "facts": "收集罩再次破损"}
    for each, head in ((draw, cast.yuyao_head), (citys, city_head)):
        await each.step(head, "freeze")
    for each in (draw, citys):
        await each.step(each.first, "reveal")
        await each.step(each.first, "assign", each.sent(*visitors))
    for each in (draw, citys):
        await each.step(visitors[0], "report", seen)
        assert each.row["state"] == "done"
    problem = (await cast.yuyao_officers[2].get(cure.path)).json()
    assert (problem["state"], problem["reopen_count"]) == ("reopened", 1)
