"""Closed problems are looked at again: drawn by nobody's choice, opened again on relapse."""

import hashlib
import hmac
from datetime import timedelta
from uuid import UUID

from shared.auth.actor import Role
from tests.integration.tasks.conftest import JPEG, NINGBO, YUYAO, Cure, Story, approval


async def test_a_relapse_opens_the_problem_again_and_it_is_closed_anew(story: Story) -> None:
    stack, cast = story.stack, story.cast
    await story.accepted()
    inspection = await story.inspected()
    cure = await Cure(story, await story.found(inspection)).closed()
    await story.finish(inspection)
    story.task = (await cast.city_center.get(story.path)).json()
    await story.step(cast.cixi_officers[0], "complete", {"summary": "已查清"})
    day = (story.starts_at + timedelta(hours=1)).date()
    draw = {"division": YUYAO, "closed_from": day.isoformat(), "closed_to": day.isoformat()}

    first = await stack.a_person("余姚指挥", (Role.COMMAND_CENTER, YUYAO))
    assert (await first.post("/look-backs", draw)).json()["code"] == "period_open"
    await stack.set_clock(story.starts_at + timedelta(days=2))
    for who in (cast.clerk, cast.cixi_head):
        assert (await who.post("/look-backs", draw)).status_code == 403
    made = await first.post("/look-backs", draw)
    assert made.status_code == 201, made.text
    row, path = made.json(), f"/look-backs/{made.json()['id']}"
    assert (row["nonce"], row["samples"]) == (None, [])
    assert (await first.post("/look-backs", draw)).json()["code"] == "drawn_before"
    assert (await first.get(f"{path}/file")).status_code == 404
    early = await first.post(f"{path}/reveal", version=row["version"])
    assert (early.status_code, early.json()["code"]) == (409, "illegal_step")
    own = await first.post(f"{path}/freeze", version=row["version"])
    assert (own.status_code, own.json()["code"]) == (409, "same_person")
    row = (await cast.yuyao_head.post(f"{path}/freeze", version=row["version"])).json()
    assert (row["state"], row["nonce"]) == ("frozen", None)
    row = (await first.post(f"{path}/reveal", version=row["version"])).json()

    # Anybody draws again from the file.
    file = (await cast.clerk.get(f"{path}/file")).json()
    nonce = bytes.fromhex(file["nonce"])
    assert hashlib.sha256(nonce).hexdigest() == row["nonce_hash"]
    pool_hash = hashlib.sha256("\n".join(sorted(file["pool"])).encode()).hexdigest()
    assert pool_hash == file["pool_hash"]
    seed = hashlib.sha256(UUID(row["id"]).bytes + bytes.fromhex(pool_hash) + nonce).digest()
    drawn = sorted(file["pool"], key=lambda each: hmac.digest(seed, each.encode(), "sha256"))
    assert drawn[: file["number"]] == file["drawn"] == [cure.problem["id"]]

    visitors = [await stack.a_person(f"宁波{n}", (Role.OFFICER, NINGBO)) for n in "甲乙"]

    def sent(*people: object) -> dict[str, object]:
        named = [{"account_id": str(each.id), "name": each.login_name} for each in people]  # type: ignore[attr-defined]
        return {"problem_id": cure.problem["id"], "visitors": named}

    for people, code in (
        ((visitors[0],), "too_few_visitors"),
        ((visitors[0], cast.cixi_officers[0]), "took_part"),
        ((visitors[0], cast.yuyao_officers[2]), "took_part"),
        ((visitors[0], cast.yuyao_head), "took_part"),
    ):
        answer = await first.post(f"{path}/assign", sent(*people), version=row["version"])
        assert (answer.status_code, answer.json()["code"]) == (409, code)
    answer = await first.post(f"{path}/assign", sent(*visitors), version=row["version"])
    row = answer.json()
    seen = {"problem_id": cure.problem["id"], "finding": "relapse", "facts": "收集罩再次破损"}
    stranger = await cast.yuyao_officers[0].post(f"{path}/report", seen, version=row["version"])
    assert (stranger.status_code, stranger.json()["code"]) == (409, "not_assigned")
    answer = await visitors[0].post(f"{path}/report", seen, version=row["version"])
    assert answer.status_code == 200, answer.text
    assert answer.json()["state"] == "done"

    owner = cast.yuyao_officers[2]
    cure.problem = (await owner.get(cure.path)).json()
    assert (cure.problem["state"], cure.problem["reopen_count"]) == ("reopened", 1)
    assert (cure.problem["task_id"], cure.problem["closed_at"]) == (story.task["id"], None)
    assert [each["state"] for each in cure.problem["deadlines"]] == ["met", "running"]

    # Its task is done, and yet takes proof; what is older than the relapse proves nothing.
    old = {"proof": [*cure.problem["proof"]]}
    await cure.step(owner, "rectify", {"measures": "更换材质", "long_term": True})
    assert cure.problem["pace"] == "long_term"
    refused = await cure.try_(owner, "submit", old)
    assert (refused.status_code, refused.json()["code"]) == (409, "proof_missing")
    await stack.set_clock(story.starts_at + timedelta(days=2, hours=2))
    taken = (story.starts_at + timedelta(days=2, hours=1)).isoformat()
    proof = await story.evidence(owner, JPEG, taken_at=taken)
    assert proof.status_code == 201, proof.text
    await cure.step(owner, "submit", {"proof": [proof.json()["id"]]})
    await cure.step(cast.cixi_officers[0], "verify", cure.went(*cast.cixi_officers))
    await cure.step(cast.yuyao_head, "approve", approval())
    await cure.step(cast.yuyao_head, "close")
    assert (await story.evidence(owner, JPEG, taken_at=taken)).status_code == 409

    file = (await cast.clerk.get(f"{cure.path}/file")).json()
    assert [each["finding"] for each in file["look_backs"]] == ["relapse"]
    assert [each["round"] for each in file["acceptances"]] == [0, 1]
    assert file["evidence"] == []
    assert len((await owner.get(f"{cure.path}/file")).json()["evidence"]) == len(["old", "new"])
    figures = (await cast.clerk.get("/problems:figures", params={"division": YUYAO})).json()
    assert figures["relapses"] >= 1
    assert [figures[f"{each}_rate"] for each in ("traceable", "proven", "owned")] == ["100.00"] * 3
    wrong = await cast.beilun_officer.get(cure.path)
    assert wrong.status_code == 404
