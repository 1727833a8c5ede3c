"""Joint operations as several bureaus carry them out, for tests of what they come to."""

from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID, uuid4

from shared.contracts.origins import Origin, OriginKind
from shared.contracts.tasks import TaskCompleted
from tests.integration.regions.conftest import Person, Regions, head
from tests.integration.regions.test_officers import Officer, an_officer

STARTED, SUMMARISED = "regions.operation.started.v1", "regions.operation.summarised.v1"
DONE: Final = {"reason": "已完成"}
ESCALATION: Final = uuid4()
FOUND_AT: Final = "2026-03-01T10:00:00+08:00"


def plan(lead: str, *parties: str, **changes: Any) -> dict[str, Any]:
    return {
        "form": "emergency",
        "title": "北仑扬尘联合整治",
        "lead": lead,
        "parties": list(parties),
        "matter": {
            "title": "扬尘",
            "division": parties[0],
            "media": ["air"],
            "place": "霞浦街道",
            "facts": "堆场未覆盖",
        },
        "origin": {"kind": "escalation", "id": str(ESCALATION)},
        "planned_from": "2026-03-10",
        "planned_to": "2026-03-20",
        "due_on": "2026-03-31",
        **changes,
    }


async def a_draft(regions: Regions, lead: str, *parties: str, **changes: Any) -> str:
    made = await regions.done(head(lead), "/operations", plan(lead, *parties, **changes))
    return str(made["id"])


async def act(
    regions: Regions, who: Person, operation: str, step: str, body: dict[str, Any]
) -> dict[str, Any]:
    """The step by somebody who has read the newest version."""
    read = (await regions.get(who, f"/operations/{operation}")).json()
    return await regions.done(who, f"/operations/{operation}/{step}", body, version=read["version"])


async def agree(regions: Regions, operation: str, *parties: str) -> None:
    for each in parties:
        await act(regions, head(each), operation, "answer", {"division": each, "agrees": True})


async def issued(regions: Regions, lead: str, *parties: str, **changes: Any) -> str:
    operation = await a_draft(regions, lead, *parties, **changes)
    await act(regions, head(lead), operation, "countersign", {})
    await agree(regions, operation, *(each for each in parties if each != lead))
    await act(regions, head(lead), operation, "issue", {})
    return operation


async def preparing(regions: Regions, lead: str, *parties: str, **changes: Any) -> str:
    operation = await issued(regions, lead, *parties, **changes)
    await act(regions, head(lead), operation, "prepare", DONE)
    return operation


async def a_team(regions: Regions, operation: str, lead: str, place: str) -> str:
    """A team without anybody in it yet; its id."""
    body = {"name": f"{uuid4().hex[:6]}组", "place": place}
    formed = await act(regions, head(lead), operation, "teams", body)
    return next(str(each["id"]) for each in formed["teams"] if each["name"] == body["name"])


async def send(
    regions: Regions, operation: str, team: str, division: str, *officers: Officer
) -> dict[str, Any]:
    """The party's head names these for the team, and no others of its own."""
    body = {
        "division": division,
        "team_id": team,
        "officer_ids": [each.id for each in officers],
    }
    return await act(regions, head(division), operation, "send-officers", body)


async def manned(regions: Regions, operation: str, lead: str, *parties: str) -> None:
    """One mixed team for the first party's place, with one officer of each."""
    team = await a_team(regions, operation, lead, parties[0])
    for each in dict.fromkeys((lead, *parties)):
        await send(regions, operation, team, each, await an_officer(regions, each))


async def running(regions: Regions, lead: str, *parties: str, **changes: Any) -> str:
    operation = await preparing(regions, lead, *parties, **changes)
    if changes.get("form") != "exchange":
        await manned(regions, operation, lead, *parties)
    await act(regions, head(lead), operation, "start", {})
    return operation


def result(
    operation: str, task_id: UUID | None = None, *, divisions: tuple[str, ...] = ("330206",)
) -> TaskCompleted:
    return TaskCompleted(
        task_id=task_id or uuid4(),
        origin=Origin(kind=OriginKind.OPERATION, id=UUID(operation)),
        divisions=list(divisions),
        inspections=2,
        problems_found=3,
        problems_closed=3,
        completed_at=datetime(2026, 3, 1, tzinfo=UTC),
        summary="堆场已覆盖",
    )


def finding(division: str, place: str, **changes: Any) -> dict[str, Any]:
    return {
        "division": division,
        "place": place,
        "site": "霞浦街道码头",
        "facts": "堆场未覆盖,无喷淋设施",
        "media": ["air"],
        "enterprise_name": "示例码头有限公司",
        "officer_ids": [str(uuid4())],
        "found_at": FOUND_AT,
        **changes,
    }


async def found(
    regions: Regions, operation: str, division: str, place: str, **changes: Any
) -> dict[str, Any]:
    return await regions.done(
        head(division), f"/operations/{operation}/findings", finding(division, place, **changes)
    )


async def pass_on(
    regions: Regions, operation: str, recorded: dict[str, Any], **changes: Any
) -> dict[str, Any]:
    """Hand the finding to the organ of its place."""
    body = {"legal_view": "涉嫌违反大气污染防治法", "contact": "张某 0574-00000000", **changes}
    return await regions.done(
        head(recorded["division"]),
        f"/operations/{operation}/findings/{recorded['id']}/hand-over",
        body,
        version=recorded["version"],
    )


async def check_again(
    regions: Regions, who: Person, operation: str, finding_id: str, **changes: Any
) -> dict[str, Any]:
    path = f"/operations/{operation}/findings/{finding_id}"
    read = (await regions.get(who, path)).json()
    body = {"division": who.division, "rectified": "solved", "note": "已整改", **changes}
    return await regions.done(who, f"{path}/look-back", body, version=read["version"])


async def finish(regions: Regions, operation: str, division: str, **changes: Any) -> dict[str, Any]:
    body = {"division": division, "summary": "本方工作办结", **changes}
    return await act(regions, head(division), operation, "finish", body)
