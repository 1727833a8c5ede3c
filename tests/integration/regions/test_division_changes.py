"""Divisions that end and begin: who may change the map, what a preview says, what the day brings.

The other services answer with their own route and their own tables on the same server.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI
from starlette.types import Receive, Scope, Send

from ops.seed_references import seed_references
from services.identity.accounts.use_cases import create_account
from services.identity.grants.use_cases.giving import add_grant
from services.identity.tables import OPEN_WORK as IDENTITY_WORK
from services.petitions.tables import OPEN_WORK as PETITIONS_WORK
from services.regions.bureaus.domain import BureauKind
from services.regions.succession.jobs import JOBS
from services.regions.tables import OPEN_WORK as REGIONS_WORK
from services.tasks.dispatch.use_cases.carrying_out import ask_for
from services.tasks.tables import OPEN_WORK as TASKS_WORK
from shared.audit.trace import SYSTEM_ACTOR
from shared.auth.actor import ActorKind, Role
from shared.auth.authenticator import Authenticator
from shared.auth.tokens import Claims, KeyRing, TokenType, Verifier
from shared.clock import machine_time
from shared.contracts.origins import Matter, Origin, OriginKind
from shared.contracts.regions import DivisionSucceeded
from shared.db.session import SYSTEM, Database, driver
from shared.http.client import ServiceClient
from shared.jobs import run_job
from shared.messaging.envelope import Envelope
from shared.messaging.inbox import receive
from shared.succession.asking import division_work_router
from shared.succession.migration import moving
from shared.succession.open_work import OpenWork
from shared.succession.rows import HANDLERS
from tests.integration.regions.conftest import (
    ISSUER,
    SIGNER,
    Person,
    Regions,
    desk,
    head,
    published_keys,
)
from tests.integration.regions.letters import a_handover
from tests.integration.regions.test_grid import a_grid, drawing, listed, named

ADMIN: Final = Role.SYSTEM_ADMINISTRATOR
KIND: Final = next(iter(BureauKind)).value
NINGBO_ADMIN, SECOND_ADMIN = Person(ADMIN, "330200"), Person(ADMIN, "330200")
YUYAO_CLERK: Final = Person(Role.PETITION_CLERK, "330281")
APRIL: Final = date(2026, 4, 1)
BEFORE: Final = datetime(2026, 3, 2, 1, tzinfo=UTC)
ON_THE_DAY: Final = datetime(2026, 4, 1, 0, 0, 5, tzinfo=UTC)
SERVICES: Final[Mapping[str, Sequence[OpenWork]]] = {
    "identity": IDENTITY_WORK,
    "tasks": TASKS_WORK,
    "petitions": PETITIONS_WORK,
}


class Standing:
    """A clock that stands."""

    def __init__(self, instant: datetime) -> None:
        self.instant = instant

    async def now(self, within: object = None) -> datetime:  # noqa: ARG002 -- the protocol's
        return self.instant


class OwnTokens:
    """`regions` in its own name."""

    async def token(self, audience: str, on_behalf_of: str | None) -> str:
        assert on_behalf_of is None
        return a_token(audience)


def a_token(audience: str) -> str:
    now = int(machine_time().timestamp())
    claims = Claims(
        issuer=ISSUER,
        audience=audience,
        subject=uuid4(),
        token_id=uuid4(),
        issued_at=now,
        expires_at=now + 60,
        kind=ActorKind.SERVICE,
        name="regions",
    )
    return SIGNER.sign(claims, TokenType.SERVICE)


def a_peer(name: str, open_work: Sequence[OpenWork], database: Database) -> httpx.ASGITransport:
    """The service's route on the service's tables."""
    app = FastAPI()
    app.include_router(division_work_router(open_work))
    verifier = Verifier(
        KeyRing(published_keys), issuer=ISSUER, audience=name, typ=TokenType.SERVICE
    )
    state = {"database": database, "authenticate": Authenticator(verifier)}

    async def with_state(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, "state": dict(state)}, receive, send)

    return httpx.ASGITransport(with_state)


@pytest.fixture(scope="module")
async def others(regions: Regions) -> AsyncIterator[dict[str, Database]]:
    """The databases of the other services."""
    async with AsyncExitStack() as stack:
        found = {}
        for name in SERVICES:
            found[name] = Database(regions.databases.url(name), schema=name, pool_size=2)
            stack.push_async_callback(found[name].close)
        yield found


@pytest.fixture(autouse=True)
async def in_reach(regions: Regions, others: dict[str, Database]) -> AsyncIterator[None]:
    """All of them answer, on a day in March."""
    await regions.set_clock(BEFORE)
    for name, database in others.items():
        transport = a_peer(name, SERVICES[name], database)
        regions.peers[name] = ServiceClient(
            name, f"http://{name}", OwnTokens(), transport=transport
        )
    yield
    regions.peers.clear()


def successor(code: str, name: str) -> dict[str, Any]:
    return {"code": code, "name": name, "level": "county", "parent": code[:4] + "00"}


def merger(*codes: str, into: str, name: str = "新区", **changes: Any) -> dict[str, Any]:
    return {
        "kind": "merge",
        "predecessors": [*codes],
        "successors": [successor(into, name)],
        "effective_on": APRIL.isoformat(),
        "document": {"title": "关于调整部分行政区划的批复", "number": "浙政函〔2026〕1号"},
        **changes,
    }


PATH: Final = "/division-changes"


async def drafted(regions: Regions, body: dict[str, Any], who: Person = NINGBO_ADMIN) -> str:
    return str((await regions.done(who, PATH, body))["id"])


async def version_of(regions: Regions, change: str, who: Person = NINGBO_ADMIN) -> int:
    return int((await regions.get(who, f"{PATH}/{change}")).json()["version"])


async def previewed(regions: Regions, change: str, who: Person = NINGBO_ADMIN) -> dict[str, Any]:
    version = await version_of(regions, change, who)
    return await regions.done(who, f"{PATH}/{change}/preview", {}, version=version)


async def publish(regions: Regions, change: str, who: Person = SECOND_ADMIN) -> httpx.Response:
    version = await version_of(regions, change, who)
    return await regions.post(who, f"{PATH}/{change}/publish", {}, version=version)


async def published(
    regions: Regions,
    body: dict[str, Any],
    drafter: Person = NINGBO_ADMIN,
    publisher: Person = SECOND_ADMIN,
) -> str:
    change = await drafted(regions, body, drafter)
    await previewed(regions, change, drafter)
    answer = await publish(regions, change, publisher)
    assert answer.status_code == 200, answer.text
    return change


async def the_day_comes(regions: Regions, at: datetime = ON_THE_DAY) -> None:
    await regions.set_clock(at)
    for job in (*JOBS, moving(REGIONS_WORK)):
        await run_job(regions.database, Standing(at), job)


async def code_of(answer: httpx.Response) -> str:
    return str(answer.json()["code"])


async def test_a_draft_names_its_authority_and_the_next_steps(regions: Regions) -> None:
    body = merger("330203", "330205", into="330291")

    made = await regions.done(NINGBO_ADMIN, PATH, body)

    assert (made["authority"], made["state"], made["version"]) == ("330200", "draft", 1)
    assert made["actions"] == ["preview", "withdraw"]  # another person publishes
    other = (await regions.get(SECOND_ADMIN, f"{PATH}/{made['id']}")).json()
    assert other["actions"] == ["preview", "publish", "withdraw"]
    listed = (await regions.get(SECOND_ADMIN, PATH, division="330203")).json()["items"]
    assert made["id"] in [each["id"] for each in listed]


@pytest.mark.parametrize(
    "who",
    [
        Person(ADMIN, "330203"),  # nobody redraws their own division
        Person(ADMIN, "330400"),
        Person(Role.SECURITY_ADMINISTRATOR, "330200"),
        head("330200"),
        desk("330200"),
    ],
)
async def test_only_an_administrator_above_all_drafts(regions: Regions, who: Person) -> None:
    answer = await regions.post(who, PATH, merger("330203", "330205", into="330291"))

    assert answer.status_code == 403


async def test_a_draft_does_not_exist_for_those_beside_and_below(regions: Regions) -> None:
    change = await drafted(regions, merger("330203", "330205", into="330291"))

    for who in (Person(ADMIN, "330203"), Person(ADMIN, "330400")):
        assert (await regions.get(who, f"{PATH}/{change}")).status_code == 404
        answer = await regions.post(who, f"{PATH}/{change}/preview", {}, version=1)
        assert answer.status_code == 404
    assert (await regions.get(Person(ADMIN, "330000"), f"{PATH}/{change}")).status_code == 200


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"predecessors": ["330203", "330299"]}, "/predecessors/1"),
        ({"successors": [successor("330281", "余姚")]}, "/successors/0/code"),
        ({"successors": [successor("330291", "新区") | {"level": "city"}]}, "/successors/0/level"),
    ],
)
async def test_an_unsound_draft_is_refused(
    regions: Regions, changes: dict[str, Any], pointer: str
) -> None:
    answer = await regions.post(
        NINGBO_ADMIN, PATH, merger("330203", "330205", into="330291", **changes)
    )

    assert answer.status_code == 422
    assert await code_of(answer) == "unsound_change"
    assert answer.json()["errors"][0]["pointer"] == pointer


async def test_no_draft_takes_effect_in_the_past(regions: Regions) -> None:
    body = merger("330203", "330205", into="330291", effective_on="2026-03-01")

    answer = await regions.post(NINGBO_ADMIN, PATH, body)

    assert (answer.status_code, await code_of(answer)) == (409, "effective_day_past")


async def test_nothing_is_published_unseen_by_oneself_or_stale(regions: Regions) -> None:
    change = await drafted(regions, merger("330203", "330205", into="330291"))

    assert await code_of(await publish(regions, change)) == "preview_missing"
    await previewed(regions, change)
    own = await publish(regions, change, NINGBO_ADMIN)
    assert (own.status_code, await code_of(own)) == (409, "needs_another_person")
    path = f"{PATH}/{change}/publish"
    assert (await regions.post(SECOND_ADMIN, path, {}, version=1)).status_code == 412
    assert (await regions.post(SECOND_ADMIN, path, {})).status_code == 428
    # The day passes before anybody publishes.
    await regions.set_clock(datetime(2026, 4, 1, 16, tzinfo=UTC))
    assert await code_of(await publish(regions, change)) == "preview_stale"
    await previewed(regions, change)
    assert await code_of(await publish(regions, change)) == "effective_day_past"


async def test_a_service_that_does_not_answer_bars_publishing_by_its_name(
    regions: Regions,
) -> None:
    change = await drafted(regions, merger("330203", "330205", into="330291"))
    silent = httpx.MockTransport(lambda _: httpx.Response(503))
    regions.peers["tasks"] = ServiceClient("tasks", "http://tasks", OwnTokens(), transport=silent)
    del regions.peers["petitions"]

    seen = await previewed(regions, change)

    assert seen["preview"]["not_reachable"] == ["petitions", "tasks"]
    refused = await publish(regions, change)
    assert (refused.status_code, await code_of(refused)) == (409, "service_not_reachable")
    assert "petitions, tasks" in refused.json()["detail"]


async def test_a_draft_is_given_up_once(regions: Regions) -> None:
    change = await drafted(regions, merger("330203", "330205", into="330291"))
    why = {"reason": "方案调整"}

    gone = await regions.done(SECOND_ADMIN, f"{PATH}/{change}/withdraw", why, version=1)

    assert (gone["state"], gone["actions"]) == ("withdrawn", [])
    again = await regions.post(NINGBO_ADMIN, f"{PATH}/{change}/withdraw", why, version=2)
    assert (again.status_code, await code_of(again)) == (409, "illegal_step")


async def test_two_changes_of_the_table_are_not_published_on_one_preview(
    regions: Regions,
) -> None:
    first = await drafted(regions, merger("330225", "330226", into="330292"))
    second = await drafted(
        regions,
        {
            **merger("330211", into="330211"),
            "kind": "rename",
            "successors": [successor("330211", "新镇海区")],
        },
    )
    await previewed(regions, first)
    await previewed(regions, second)
    assert (await publish(regions, second)).status_code == 200

    refused = await publish(regions, first)

    assert (refused.status_code, await code_of(refused)) == (409, "preview_stale")
    await previewed(regions, first)
    assert (await publish(regions, first)).status_code == 200
    # A renamed division keeps its code: it has no successor.
    for day, name in (("2026-03-31", "镇海区"), ("2026-04-01", "新镇海区")):
        read = (await regions.get(head("330211"), "/divisions/330211", on=day)).json()
        assert (read["name"], read["successors"]) == (name, [])


async def test_the_day_of_a_merger(regions: Regions, others: dict[str, Database]) -> None:
    """北仑 330206 and 鄞州 330212 become one; their people, work and borders go on in it."""
    into = "330293"
    work = await some_work(regions, "330206", "330212", "330281")
    task = await a_task(others["tasks"], "330206")
    person, grant = await a_clerk(others["identity"], "330206")
    borders_before = await borders(regions, "330206", "330212")

    change = await drafted(regions, merger("330206", "330212", into=into, name="甬东区"))
    seen = (await previewed(regions, change))["preview"]

    preview_counts(seen, work, task=task, grant=grant)
    assert (await publish(regions, change)).status_code == 200

    await the_table_says_it(regions, change, into)
    assert await borders(regions, "330206", "330212") == borders_before

    await the_day_comes(regions)
    await the_day_comes(regions)  # and nothing happens twice

    ended = (await regions.get(YUYAO_CLERK, "/divisions/330206")).json()
    assert (ended["name"], ended["successors"]) == ("北仑区", [into])
    assert (await regions.get(YUYAO_CLERK, "/divisions/330206", on="2026-04-01")).status_code == 404
    read = (await regions.get(NINGBO_ADMIN, f"{PATH}/{change}")).json()
    assert read["state"] == "in_force"
    assert [each["action"] for each in read["steps"]] == [
        "draft",
        "preview",
        "publish",
        "take_effect",
    ]
    await borders_are_united(regions, borders_before, into)
    await work_is_in(regions, work, into)
    [event] = await regions.events(DivisionSucceeded.topic, change)
    assert (event["predecessors"], event["successors"], event["main"]) == (
        ["330206", "330212"],
        [into],
        into,
    )
    deliveries = await regions.sql(
        "SELECT destination FROM outbox_delivery d JOIN outbox_event e ON e.id = d.event_id"
        " WHERE e.topic = $1 AND e.key = $2 ORDER BY 1",
        DivisionSucceeded.topic,
        change,
    )
    assert [row["destination"] for row in deliveries] == ["identity", "petitions", "tasks"]

    await tasks_follow(others["tasks"], event, task, into)
    await grants_follow(others["identity"], event, person, grant, into)


async def test_the_shipped_tables_do_not_undo_a_change(regions: Regions) -> None:
    change = merger("330281", "330282", into="330294")
    await published(regions, change)
    await the_day_comes(regions)
    before = await regions.sql("SELECT * FROM division ORDER BY code, valid_from")
    pairs = await regions.sql("SELECT a, b, km FROM border ORDER BY a, b")

    await seed_references(regions.url)

    assert await regions.sql("SELECT * FROM division ORDER BY code, valid_from") == before
    assert await regions.sql("SELECT a, b, km FROM border ORDER BY a, b") == pairs


async def test_two_grids_go_on_in_the_county_that_takes_over_until_it_draws_its_own(
    regions: Regions,
) -> None:
    one, other, into = "330481", "330483", "330493"
    grids = [await a_grid(regions, each, now=BEFORE) for each in (one, other)]
    thing = {"division": one, "name": "某厂", "area": f"{one}001001", "kind": "key"}
    made = await regions.done(head(one), "/grid-plans/objects", thing)
    admin, second = Person(ADMIN, "330400"), Person(ADMIN, "330400")
    await published(regions, merger(one, other, into=into), admin, second)
    await the_day_comes(regions)

    new = head(into)
    cells = (await regions.get(new, "/grid-cells", division=into)).json()["items"]
    assert (len(cells), {each["division"] for each in cells}) == (6, {into})
    mine = Person(Role.GRID_OFFICER, into, grids[0].people[0].id)
    [cell] = [
        each
        for each in cells
        if each["answers"]["person"]["account_id"] == str(grids[0].leads[0].id)
    ]
    visit = {"at": ON_THE_DAY.isoformat(), "object_id": made["id"], "found": "巡查"}
    await regions.done(mine, f"/grid-cells/{cell['id']}/visits", visit)
    over = {"to": named(mine), "reason": "合并后调整"}
    await regions.done(new, f"/grid-cells/{cell['id']}/hand-over", over, version=cell["version"])

    await regions.set_clock(ON_THE_DAY + timedelta(days=1))
    await listed(regions, into)
    drawn = {"division": into, **drawing(into, grids[0].top, grids[0].leads, grids[1].people)}
    plan = await regions.done(new, "/grid-plans", drawn)
    await regions.done(new, f"/grid-plans/{plan['id']}/publish", {}, version=plan["version"])
    cells = (await regions.get(new, "/grid-cells", division=into)).json()["items"]
    assert {each["plan_id"] for each in cells} == {plan["id"]}


async def test_a_split_takes_single_rows_where_they_are_assigned(regions: Regions) -> None:
    """海盐 330424 is parted; what nobody assigns goes to the main successor."""
    rest = await an_officer(regions, "330424")
    assigned = await an_officer(regions, "330424")
    admin, second = Person(ADMIN, "330400"), Person(ADMIN, "330400")
    body = merger("330424", into="330491") | {
        "kind": "split",
        "successors": [successor("330491", "海盐东区"), successor("330492", "海盐西区")],
        "main": "330491",
        "assignments": [{"kind": "officer", "id": assigned, "code": "330492"}],
        "borders": [{"a": "330492", "b": "330491", "km": 12.5}],
    }
    change = await drafted(regions, body, admin)
    seen = (await previewed(regions, change, admin))["preview"]
    before = await borders(regions, "330424")
    once = {code for a, b, _ in before for code in (a, b)} - {"330424"}
    assert seen["borders"]["missing"] == sorted(once)
    assert seen["borders"]["added"] == [["330491", "330492", 12.5, "land"]]
    assert (await publish(regions, change, second)).status_code == 200

    await the_day_comes(regions)

    rows = await regions.sql(
        "SELECT id, division FROM officer WHERE id = ANY ($1)", [UUID(rest), UUID(assigned)]
    )
    assert {str(row["id"]): row["division"] for row in rows} == {
        rest: "330491",
        assigned: "330492",
    }
    clerk = Person(Role.PETITION_CLERK, "330402")
    read = (await regions.get(clerk, "/divisions/330424")).json()
    assert read["successors"] == ["330491", "330492"]
    assert await borders(regions, "330491") == {("330491", "330492", "land"): 12.5}


async def test_the_route_that_counts_open_work_is_for_services_only(
    regions: Regions, others: dict[str, Database]
) -> None:
    transport = a_peer("tasks", TASKS_WORK, others["tasks"])
    async with httpx.AsyncClient(transport=transport, base_url="http://tasks") as http:
        answer = await http.post(
            "/internal/division-work",
            json={"divisions": ["330225"]},
            headers={"Authorization": f"Bearer {a_token('tasks')}"},
        )
    assert (answer.status_code, answer.json()) == (200, {"work": []})
    headers = {"Authorization": f"Bearer {NINGBO_ADMIN.token()}"}
    answer = await regions.http.post(
        "/internal/division-work", json={"divisions": ["330225"]}, headers=headers
    )
    assert answer.status_code == 401


# What lies with divisions, and what became of it.


async def an_officer(regions: Regions, division: str) -> str:
    bureau = await regions.done(
        head(division),
        "/bureaus",
        {"division": division, "kind": KIND, "name": f"执法队{uuid4().hex[:6]}"},
    )
    officer = await regions.done(
        head(division), "/officers", {"bureau_id": bureau["id"], "name": "王芳"}
    )
    return str(officer["id"])


async def some_work(regions: Regions, one: str, two: str, third: str) -> dict[str, str]:
    """An officer with a booking, a running operation of both with a third, and a closed one."""
    officer = await an_officer(regions, one)
    await regions.sql(
        "INSERT INTO booking (id, officer_id, task_id, starts_at, ends_at, booked_at, booked_by,"
        " visible_to) SELECT $1, id, $1, '2026-04-02 00:00+00', '2026-04-02 08:00+00',"
        " now(), $1, visible_to FROM officer WHERE id = $2",
        uuid4(),
        UUID(officer),
    )
    running, closed = [await an_operation(regions, one, two, third) for _ in range(2)]
    await regions.sql("UPDATE operation SET state = 'closed' WHERE id = $1", UUID(closed))
    return {"officer": officer, "running": running, "closed": closed}


async def an_operation(regions: Regions, *parties: str) -> str:
    body = {
        "form": "daily",
        "title": "扬尘联合整治",
        "lead": parties[0],
        "parties": [*parties],
        "matter": {
            "title": "扬尘",
            "division": parties[1],
            "media": ["air"],
            "place": "霞浦街道",
            "facts": "堆场未覆盖",
        },
        "planned_from": "2026-04-10",
        "planned_to": "2026-04-20",
        "due_on": "2026-04-30",
    }
    made = await regions.done(head(parties[0]), "/operations", body)
    path = f"/operations/{made['id']}/countersign"
    await regions.done(head(parties[0]), path, {}, version=made["version"])
    return str(made["id"])


async def work_is_in(regions: Regions, work: dict[str, str], into: str) -> None:
    officers = await regions.sql("SELECT * FROM officer WHERE id = $1", UUID(work["officer"]))
    assert (officers[0]["division"], officers[0]["version"]) == (into, 2)
    # Still engaged: nobody can send this officer elsewhere on that day.
    ask = {
        "divisions": [into],
        "starts_at": "2026-04-02T09:00:00+08:00",
        "ends_at": "2026-04-02T12:00:00+08:00",
    }
    answer = (await regions.post(head(into), "/officers/eligible", ask)).json()
    [excluded] = [each for each in answer["excluded"] if each["officer_id"] == work["officer"]]
    assert "booked" in excluded["reasons"]
    operations = {
        str(row["id"]): row
        for row in await regions.sql(
            "SELECT * FROM operation WHERE id = ANY ($1)",
            [UUID(work["running"]), UUID(work["closed"])],
        )
    }
    running, closed = operations[work["running"]], operations[work["closed"]]
    assert (running["lead"], closed["lead"]) == (into, "330206")
    assert {into, "330281", "3302"} <= {*running["visible_to"]}
    assert not {"330206", "330212"} & {*running["visible_to"]}
    assert {"330206", "330212"} <= {*closed["visible_to"]}
    # Both were parties. One takes the place of the other; what that one said stays as it was said.
    parties = await regions.sql(
        "SELECT division FROM participation WHERE operation_id = $1 ORDER BY 1",
        UUID(work["running"]),
    )
    assert into in [row["division"] for row in parties]
    # The successor's people go on with it.
    read = await regions.get(head(into), f"/operations/{work['running']}")
    assert read.status_code == 200
    assert "answer" in read.json()["actions"]
    trace = await regions.sql(
        "SELECT result FROM audit WHERE action = 'succession.move' AND object_id = $1",
        work["running"],
    )
    assert [row["result"] for row in trace] == ["done", "done"]  # once for each predecessor


def preview_counts(
    seen: Mapping[str, Any], work: Mapping[str, str], *, task: UUID, grant: UUID
) -> None:
    assert seen["not_reachable"] == []
    counted = {(each["service"], each["kind"], each["division"]): each for each in seen["work"]}
    assert counted["tasks", "task", "330206"]["ids"] == [str(task)]
    assert counted["identity", "grant", "330206"]["ids"] == [str(grant)]
    assert counted["identity", "account", "330206"]["open"] == 1
    assert counted["regions", "officer", "330206"]["ids"] == [work["officer"]]
    assert counted["regions", "operation", "330206"]["ids"] == [work["running"]]
    assert counted["regions", "participation", "330212"]["open"] == 1
    assert ("petitions", "petition", "330206") not in counted
    # Only numbers and ids.
    assert {key for each in seen["work"] for key in each} == {
        "service",
        "division",
        "kind",
        "open",
        "ids",
        "clocks",
    }
    assert seen["borders"]["missing"] == []


async def the_table_says_it(regions: Regions, change: str, into: str) -> None:
    """At once; and nothing has moved yet."""
    now = (await regions.get(YUYAO_CLERK, "/divisions/330206")).json()
    assert (now["valid_to"], now["successors"]) == ("2026-03-31", [into])
    assert (await regions.get(YUYAO_CLERK, f"/divisions/{into}")).status_code == 404
    coming = (await regions.get(YUYAO_CLERK, f"/divisions/{into}", on="2026-04-01")).json()
    assert (coming["name"], coming["parent"]) == ("甬东区", "330200")
    told = await regions.events("regions.divisions.published.v1", "divisions:33")
    entries = {(each["code"], each["valid_from"]): each for each in told[-1]["divisions"]}
    assert entries["330206", "2026-01-01"]["valid_to"] == "2026-03-31"
    assert entries[into, "2026-04-01"]["valid_to"] is None
    assert await regions.events(DivisionSucceeded.topic, change) == []
    # What concerns them, they may read now.
    assert (await regions.get(Person(ADMIN, "330206"), f"{PATH}/{change}")).status_code == 200


async def tasks_follow(database: Database, event: Mapping[str, Any], task: UUID, into: str) -> None:
    await heard_by(database, TASKS_WORK, event)
    row = await only(database, "SELECT * FROM task WHERE id = $1", task)
    assert (row["division"], row["parties"], row["place"]) == (into, [into], into)
    assert row["visible_to"] == ["33", "3302", into]


async def grants_follow(
    database: Database, event: Mapping[str, Any], person: UUID, grant: UUID, into: str
) -> None:
    await heard_by(database, IDENTITY_WORK, event)
    old = await only(database, "SELECT * FROM role_grant WHERE id = $1", grant)
    assert old["withdrawn_at"] is not None
    assert "浙政函〔2026〕1号" in old["withdrawn_reason"]
    new = await only(
        database,
        "SELECT * FROM role_grant WHERE holder_id = $1 AND withdrawn_at IS NULL",
        person,
    )
    assert (new["scope"], new["role"], new["valid_from"]) == (
        into,
        "petition_clerk",
        old["withdrawn_at"],
    )
    account = await only(database, "SELECT * FROM account WHERE id = $1", person)
    assert (account["division"], account["visible_to"]) == (into, ["33", "3302", into])


Borders = dict[tuple[str, str, str], float]


async def borders(regions: Regions, *codes: str) -> Borders:
    """Kilometres of each pair and kind that touches one of the codes."""
    rows = await regions.sql(
        "SELECT a, b, kind, km FROM border WHERE a = ANY ($1) OR b = ANY ($1)", [*codes]
    )
    return {(row["a"], row["b"], row["kind"]): row["km"] for row in rows}


async def borders_are_united(regions: Regions, before: Borders, into: str) -> None:
    lengths: dict[tuple[str, str], list[float]] = {}
    for (a, b, kind), km in before.items():
        for neighbour in {a, b} - {"330206", "330212"}:
            lengths.setdefault((neighbour, kind), []).append(km)
    after = {
        (a if b == into else b, kind): km
        for (a, b, kind), km in (await borders(regions, into)).items()
    }
    # Lengths add up; of distances over the sea the nearer shore counts.
    expected = {key: min(km) if key[1] == "sea" else sum(km) for key, km in lengths.items()}
    assert after == pytest.approx(expected)
    assert await borders(regions, "330206", "330212") == {}
    told = await regions.events("regions.borders.published.v1", "borders:33")
    # Changes of other tests may take effect on the same day.
    removed = [{tuple(pair) for pair in each["removed"]} for each in told]
    assert {(a, b) for a, b, _ in before} in removed


async def a_task(database: Database, division: str) -> UUID:
    origin = Origin(kind=OriginKind.OPERATION, id=uuid4())
    matter = Matter(
        title="扬尘", division=division, media=["air"], place="霞浦街道", facts="堆场未覆盖"
    )
    async with database.transaction(SYSTEM) as session:
        await ask_for(
            session, origin=origin, parties=[division], matter=matter, due_on=APRIL, now=BEFORE
        )
    row = await only(database, "SELECT id FROM task WHERE origin_id = $1", origin.id)
    return UUID(str(row["id"]))


async def a_clerk(database: Database, division: str) -> tuple[UUID, UUID]:
    now = machine_time()
    async with database.transaction(SYSTEM) as session:
        account = await create_account(
            session,
            SYSTEM_ACTOR,
            login_name=f"clerk-{uuid4().hex[:8]}",
            display_name="王芳",
            division=division,
            password="Correct-Horse-7-battery",
            now=now,
        )
        await session.flush()
        grant = await add_grant(
            session,
            SYSTEM_ACTOR,
            holder_id=account.id,
            role=Role.PETITION_CLERK,
            division=division,
            valid_from=now,
            valid_to=None,
            reason="test",
            now=now,
        )
    return account.id, grant.id


async def only(database: Database, statement: str, *values: Any) -> Mapping[str, Any]:
    async with database.transaction(SYSTEM) as session:
        [row] = await (await driver(session)).fetch(statement, *values)
    return dict(row)


async def heard_by(
    database: Database, open_work: Sequence[OpenWork], data: Mapping[str, Any]
) -> None:
    """The event arrives twice; the job runs, and runs again."""
    envelope = Envelope(
        id=uuid4(),
        source="regions",
        type=DivisionSucceeded.topic,
        subject=data["change_id"],
        time=ON_THE_DAY,
        data=dict(data),
    )
    for _ in range(2):
        await receive(database, HANDLERS[DivisionSucceeded.topic], envelope, now=ON_THE_DAY)
        await run_job(database, Standing(ON_THE_DAY), moving(open_work))


async def test_two_who_publish_at_once_publish_once(regions: Regions) -> None:
    third = Person(ADMIN, "330200")
    change = await drafted(
        regions,
        {
            **merger("330213", into="330213"),
            "kind": "rename",
            "successors": [successor("330213", "新奉化区")],
        },
    )
    await previewed(regions, change)
    version = await version_of(regions, change)
    path = f"{PATH}/{change}/publish"

    answers = await asyncio.gather(
        *(regions.post(who, path, {}, version=version) for who in (SECOND_ADMIN, third))
    )

    assert sorted(answer.status_code for answer in answers) == [200, 412]


async def test_a_death_on_the_day_is_made_up_for(regions: Regions) -> None:
    """What a killed worker had begun is undone, and the next round does it all."""
    change = await published(
        regions,
        {
            **merger("330482", into="330495"),
            "kind": "recode",
            "successors": [successor("330495", "平湖市")],
        },
        Person(ADMIN, "330400"),
        Person(ADMIN, "330400"),
    )
    before = await borders(regions, "330482")
    [job] = JOBS

    async def die() -> None:
        async with regions.database.transaction(SYSTEM) as session:
            assert await job.run(session, ON_THE_DAY) == 1
            raise RuntimeError("died")

    with pytest.raises(RuntimeError, match="died"):
        await die()

    assert await borders(regions, "330482") == before
    assert await regions.events(DivisionSucceeded.topic, change) == []
    await the_day_comes(regions)
    assert len(await regions.events(DivisionSucceeded.topic, change)) == 1
    assert len(await borders(regions, "330495")) == len(before)


async def test_a_letter_under_way_is_the_successors(regions: Regions) -> None:
    """A hand-over that waits for an answer goes on; one that was withdrawn stays as it was."""
    going, gone = [
        (await regions.done(head("330211"), "/handovers", a_handover("330211", "330902")))["id"]
        for _ in range(2)
    ]
    await regions.done(
        head("330211"), f"/handovers/{gone}/withdraw", {"reason": "改送他处"}, version=1
    )
    admin, second = Person(ADMIN, "330900"), Person(ADMIN, "330900")
    body = merger("330902", "330903", into="330991", name="定普区")
    await published(regions, body, admin, second)

    await the_day_comes(regions)

    rows = await regions.sql(
        "SELECT * FROM handover WHERE id = ANY ($1)", [UUID(going), UUID(gone)]
    )
    found = {str(row["id"]): row for row in rows}
    assert (found[going]["receiver"], found[gone]["receiver"]) == ("330991", "330902")
    assert json.loads(found[going]["matter"])["division"] == "330991"
    # The successor takes it up, and sees what came with it.
    version = found[going]["version"]
    taken = await regions.post(
        head("330991"), f"/handovers/{going}/acknowledge", {}, version=version
    )
    assert taken.status_code == 200, taken.text
    custody = await regions.sql(
        "SELECT visible_to FROM letter_evidence WHERE handover_id = $1", UUID(going)
    )
    assert all("330991" in row["visible_to"] for row in custody)
