"""Joint groups: confirmed by each member, led in turn, held to what they owe."""

from typing import Any, Final
from uuid import uuid4

from services.regions.groups.jobs import JOBS
from shared.clock import Clock
from shared.jobs import run_job
from tests.integration.regions.conftest import Person, Regions, desk, head

# Yuyao and Cixi of Ningbo, Shangyu of Shaoxing.
NINGBO, YUYAO, CIXI, SHAOXING, SHANGYU = "330200", "330281", "330282", "330600", "330604"
ZHEJIANG, JIAXING = "330000", "330400"
# Across a province's border: Jinshan of Shanghai, Pinghu of Jiaxing.
PINGHU, JINSHAN = "330482", "310116"
WHY: Final = {"reason": "工作需要"}


def described(*members: str, **changes: Any) -> dict[str, Any]:
    return {
        "name": "余姚上虞联动组",
        "members": [{"division": each} for each in members],
        "valid_from": "2026-01-01",
        "valid_to": "2026-12-31",
        **changes,
    }


def drafted(drafter: str, *members: str, **changes: Any) -> dict[str, Any]:
    return {"drafter": drafter, "code": f"G-{uuid4().hex[:8]}", **described(*members, **changes)}


async def a_draft(regions: Regions, drafter: str, *members: str, **changes: Any) -> str:
    made = await regions.done(desk(drafter), "/groups", drafted(drafter, *members, **changes))
    return str(made["id"])


async def read(regions: Regions, who: Person, group: str) -> dict[str, Any]:
    found: dict[str, Any] = (await regions.get(who, f"/groups/{group}")).json()
    return found


async def act(
    regions: Regions, who: Person, group: str, step: str, body: dict[str, Any]
) -> dict[str, Any]:
    """The step by somebody who has read the newest version."""
    version = (await read(regions, who, group))["version"]
    return await regions.done(who, f"/groups/{group}/{step}", body, version=version)


async def refused(
    regions: Regions, who: Person, group: str, step: str, body: dict[str, Any]
) -> tuple[int, str]:
    version = (await read(regions, who, group)).get("version", 0)
    answer = await regions.post(who, f"/groups/{group}/{step}", body, version=version)
    return answer.status_code, answer.json()["code"]


async def confirming(regions: Regions, drafter: str, *members: str, **changes: Any) -> str:
    group = await a_draft(regions, drafter, *members, **changes)
    await act(regions, desk(drafter), group, "submit", {})
    return group


async def active(regions: Regions, drafter: str, *members: str, **changes: Any) -> str:
    group = await confirming(regions, drafter, *members, **changes)
    for each in members:
        await act(regions, head(each), group, "confirm", {"division": each, "agrees": True})
    await act(regions, desk(drafter), group, "activate", {})
    return group


async def run_jobs(regions: Regions) -> None:
    for job in JOBS:
        await run_job(regions.database, Clock(regions.database), job)


def members(group: dict[str, Any]) -> dict[str, tuple[str, str, str]]:
    return {
        each["division"]: (each["role"], each["status"], each["consent"])
        for each in group["members"]
    }


async def test_a_group_is_drafted_confirmed_by_each_member_and_begins(regions: Regions) -> None:
    group = await a_draft(regions, NINGBO, YUYAO, SHANGYU)
    assert (await regions.get(head(SHANGYU), f"/groups/{group}")).status_code == 404

    sent = await act(regions, desk(NINGBO), group, "submit", {})
    assert sent["state"] == "confirming"
    assert {each["consent"] for each in sent["members"]} == {"pending"}
    for each in (YUYAO, SHANGYU):
        await act(regions, head(each), group, "confirm", {"division": each, "agrees": True})
    begun = await act(regions, desk(NINGBO), group, "activate", {})

    assert (begun["state"], begun["activated_by"], begun["lead"]) == ("active", "consent", YUYAO)
    assert members(begun) == {
        YUYAO: ("lead", "taking_part", "agreed"),
        SHANGYU: ("member", "taking_part", "agreed"),
    }
    assert [each["action"] for each in begun["steps"]] == [
        "draft",
        "submit",
        "confirm",
        "confirm",
        "activate",
    ]
    assert [each["lead"] for each in begun["next_turns"]] == [SHANGYU, YUYAO]


async def test_silence_is_no_consent(regions: Regions) -> None:
    group = await confirming(regions, NINGBO, YUYAO, SHANGYU)
    await act(regions, head(YUYAO), group, "confirm", {"division": YUYAO, "agrees": True})

    assert await refused(regions, desk(NINGBO), group, "activate", {}) == (
        409,
        "confirmation_missing",
    )
