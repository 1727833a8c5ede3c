"""Tasks as it runs: identity, regions and tasks as processes of our own server, real tokens."""

import asyncio
import contextlib
import json
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest

from ops.bootstrap import Databases
from ops.seed_references import seed_references
from services.identity.accounts.use_cases import create_account
from services.identity.grants.use_cases.giving import add_grant
from services.tasks.problems.domain.closing import Standard
from shared.audit.trace import SYSTEM_ACTOR
from shared.auth.actor import Role
from shared.clock import machine_time
from shared.contracts.events import Event
from shared.contracts.origins import Matter
from shared.contracts.petitions import SupervisionRaised
from shared.contracts.regions import OperationStarted
from shared.db.session import SYSTEM, Database
from shared.messaging.envelope import Envelope
from tests.support.postgres import CLOCK_STARTS

ISSUER: Final = "https://identity.test"
PASSWORD: Final = "Correct-Horse-7-battery"
# What is said into a recorder.
SAID: Final = ("time", "place", "officers", "conduct", "focus", "told")
YUYAO, CIXI, BEILUN, NINGBO = "330281", "330282", "330206", "330200"
# Seconds a fetched service token is used; it lives for 60.
KEPT: Final = 30.0
FRESH_S: Final = 300.0  # half an access token's life
SERVICES: Final = ("identity", "regions", "tasks")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def fresh_key() -> dict[str, str]:
    return {"Idempotency-Key": uuid4().hex}


@dataclass
class Person:
    """Somebody with a login; tokens are fetched as the gateway would."""

    stack: "Stack"
    id: UUID
    login_name: str
    _access: tuple[float, str] = (0.0, "")
    _tokens: dict[str, tuple[float, str]] = field(default_factory=dict)

    async def headers(self, audience: str = "tasks") -> dict[str, str]:
        until, token = self._tokens.get(audience, (0.0, ""))
        if until < time.monotonic():
            token = await self._exchange(audience)
            self._tokens[audience] = (time.monotonic() + KEPT, token)
        return {"Authorization": f"Bearer {token}"}

    async def get(self, path: str, *, at: str = "tasks", **options: Any) -> httpx.Response:
        headers = await self.headers(at) | options.pop("headers", {})
        return await self.stack.http.get(self.stack.api(at, path), headers=headers, **options)

    async def post(
        self,
        path: str,
        body: Any = None,
        *,
        version: int | None = None,
        at: str = "tasks",
        **options: Any,
    ) -> httpx.Response:
        headers = await self.headers(at) | fresh_key() | options.pop("headers", {})
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        if body is not None:
            options["json"] = body
        return await self.stack.http.post(self.stack.api(at, path), headers=headers, **options)

    async def _exchange(self, audience: str) -> str:
        until, access = self._access
        if until < time.monotonic():
            access = await self.stack.token(
                None,
                grant_type="password",
                client_id="liandong-cli",
                username=self.login_name,
                password=PASSWORD,
            )
            self._access = (time.monotonic() + FRESH_S, access)
        return await self.stack.token(
            "gateway",
            grant_type="urn:ietf:params:oauth:grant-type:token-exchange",
            subject_token=access,
            subject_token_type="urn:ietf:params:oauth:token-type:access_token",
            audience=audience,
        )


@dataclass
class Stack:
    """Three services on one database."""

    databases: Databases
    folder: Path
    http: httpx.AsyncClient
    identity: Database
    ports: dict[str, int] = field(default_factory=lambda: {name: free_port() for name in SERVICES})
    secrets: dict[str, str] = field(
        default_factory=lambda: {
            name: secrets.token_urlsafe(32) for name in ("gateway", "regions", "tasks", "petitions")
        }
    )

    @property
    def evidence(self) -> Path:
        return self.folder / "evidence"

    def url(self, service: str) -> str:
        return f"http://127.0.0.1:{self.ports[service]}"

    def api(self, service: str, path: str) -> str:
        return f"{self.url(service)}/api/v1{path}"

    def log(self, service: str) -> str:
        return (self.folder / f"{service}.log").read_text()

    async def token(self, client: str | None, **form: str) -> str:
        auth = (client, self.secrets[client]) if client else None
        url = f"{self.url('identity')}/oauth/token"
        answer = await self.http.post(url, data=form, auth=auth)  # type: ignore[arg-type]  # None is none
        assert answer.status_code == 200, answer.text
        return str(answer.json()["access_token"])

    async def a_person(self, name: str, *grants: tuple[Role, str]) -> Person:
        login, now = f"p-{uuid4().hex[:12]}", machine_time() - timedelta(days=1)
        async with self.identity.transaction(SYSTEM) as session:
            account = await create_account(
                session,
                SYSTEM_ACTOR,
                login_name=login,
                display_name=name,
                division=grants[0][1],
                password=PASSWORD,
                now=now,
            )
            await session.flush()
            for role, division in grants:
                await add_grant(
                    session,
                    SYSTEM_ACTOR,
                    holder_id=account.id,
                    role=role,
                    division=division,
                    valid_from=now,
                    valid_to=None,
                    reason="test",
                    now=now,
                )
        return Person(self, account.id, login)

    async def tell(self, event: Event, *, source: str, event_id: UUID | None = None) -> int:
        """Deliver an event as the source's relay would; the status of the answer."""
        token = await self.token(source, grant_type="client_credentials", audience="tasks")
        envelope = Envelope(
            id=event_id or uuid4(),
            source=source,
            type=event.topic,
            subject=event.key,
            time=machine_time(),
            data=event.model_dump(mode="json"),
        )
        answer = await self.http.post(
            f"{self.url('tasks')}/internal/events",
            content=envelope.model_dump_json(),
            headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        )
        return answer.status_code

    async def sql(self, statement: str, *arguments: Any) -> list[asyncpg.Record]:
        """As the service's machinery sees its tables."""
        connection = await asyncpg.connect(
            self.databases.url("tasks"), server_settings={"search_path": "tasks"}
        )
        try:
            await connection.execute(
                "SELECT set_config('app.system', 'on', false),"
                " set_config('app.principal', 'test', false)"
            )
            rows: list[asyncpg.Record] = await connection.fetch(statement, *arguments)
        finally:
            await connection.close()
        return rows

    async def set_clock(self, now: datetime) -> None:
        connection = await asyncpg.connect(self.databases.owner)
        try:
            await connection.execute("UPDATE clock.simulated SET now = $1", now)
        finally:
            await connection.close()


@dataclass(frozen=True)
class Cast:
    """Who plays in the stories, and their officers' ids in `regions`."""

    cixi_center: Person
    cixi_head: Person
    yuyao_head: Person
    yuyao_officers: tuple[Person, Person, Person]
    cixi_officers: tuple[Person, Person]
    beilun_officer: Person
    city_center: Person
    clerk: Person
    officer_ids: dict[UUID, str]

    def officer_id(self, person: Person) -> str:
        return self.officer_ids[person.id]


def _environment(stack: Stack, service: str) -> dict[str, str]:
    named = {
        "ENVIRONMENT": "test",
        "CLOCK": "simulated",
        "ISSUER": ISSUER,
        "DATABASE_URL": stack.databases.url(service),
        "CLIENT_SECRET": stack.secrets.get(service, "unused"),
        "CURSOR_KEY": secrets.token_urlsafe(32),
        "KEY_ENCRYPTION_SECRET": secrets.token_urlsafe(32),
        "SERVICE_SECRETS": json.dumps(stack.secrets),
        "EVIDENCE_DIR": str(stack.evidence),
        "JOB_PERIOD": "3",
        "JOB_GAP": "0.2",
        "RELAY_PERIOD": "1",
        **{f"{name.upper()}_URL": stack.url(name) for name in SERVICES},
    }
    return {f"LIANDONG_{name}": value for name, value in named.items()}


@contextlib.contextmanager
def _process(stack: Stack, service: str) -> Iterator[None]:
    command = [sys.executable, "-m", "shared.http.server", f"services.{service}.main:app"]
    with (stack.folder / f"{service}.log").open("ab") as log:
        running = subprocess.Popen(
            [*command, "--port", str(stack.ports[service])],
            stdout=log,
            stderr=log,
            env={**os.environ, "LIANDONG_HTTP_STOP_SECONDS": "1", **_environment(stack, service)},
        )
    try:
        _await_life(stack, service, running)
        yield
    finally:
        running.terminate()
        running.wait(timeout=10)


def _await_life(stack: Stack, service: str, running: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + 240
    while time.monotonic() < until:
        assert running.poll() is None, stack.log(service)
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(f"{stack.url(service)}/healthz").status_code == 200:
                return
        time.sleep(0.05)
    raise AssertionError(stack.log(service))


@pytest.fixture(scope="session")
async def stack(
    clone: Callable[[], Awaitable[Databases]], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Stack]:
    databases = await clone()
    identity = Database(databases.url("identity"), schema="identity")
    async with httpx.AsyncClient(timeout=20) as http:
        stack = Stack(databases, tmp_path_factory.mktemp("stack"), http, identity)
        with contextlib.ExitStack() as processes:
            for service in SERVICES:
                processes.enter_context(_process(stack, service))
            await seed_references(databases.url("regions"))
            await _until_ready(stack)
            yield stack
    await identity.close()


async def eventually(happened: Callable[[], Awaitable[bool]]) -> None:
    until = time.monotonic() + 120
    while not await happened():
        assert time.monotonic() < until
        await asyncio.sleep(0.1)


async def _until_ready(stack: Stack) -> None:
    """The references of `regions` have come to `tasks` by event."""

    async def ready() -> bool:
        return (await stack.http.get(f"{stack.url('tasks')}/readyz")).status_code == 200

    await eventually(ready)


async def _hire(head: Person, division: str, officers: dict[str, Person]) -> dict[UUID, str]:
    """Give the persons a file as certificated officers of the division's corps."""
    bureau = await head.post(
        "/bureaus",
        {"division": division, "kind": "enforcement_corps", "name": f"执法队 {division}"},
        at="regions",
    )
    assert bureau.status_code == 201, bureau.text
    hired = {}
    for name, person in officers.items():
        certificate = {
            "number": f"C{uuid4().hex[:8]}",
            "valid_from": "2025-01-01",
            "valid_to": "2027-12-31",
        }
        answer = await head.post(
            "/officers",
            {
                "bureau_id": bureau.json()["id"],
                "name": name,
                "account_id": str(person.id),
                "certificate": certificate,
            },
            at="regions",
        )
        assert answer.status_code == 201, answer.text
        hired[person.id] = answer.json()["id"]
    return hired


@pytest.fixture(scope="session")
async def cast(stack: Stack) -> Cast:
    head, officer, center = Role.DEPARTMENT_HEAD, Role.OFFICER, Role.COMMAND_CENTER
    yuyao_head = await stack.a_person("余姚负责人", (head, YUYAO))
    cixi_head = await stack.a_person("慈溪负责人", (head, CIXI))
    beilun_head = await stack.a_person("北仑负责人", (head, BEILUN))
    yuyao = [await stack.a_person(f"余姚{n}", (officer, YUYAO)) for n in "甲乙丙"]
    cixi = [await stack.a_person(f"慈溪{n}", (officer, CIXI)) for n in "甲乙"]
    beilun = await stack.a_person("北仑甲", (officer, BEILUN))
    hired = (
        await _hire(
            yuyao_head, YUYAO, {f"余姚{n}": p for n, p in zip("甲乙丙", yuyao, strict=True)}
        )
        | await _hire(cixi_head, CIXI, {f"慈溪{n}": p for n, p in zip("甲乙", cixi, strict=True)})
        | await _hire(beilun_head, BEILUN, {"北仑甲": beilun})
    )
    return Cast(
        cixi_center=await stack.a_person("慈溪指挥中心", (center, CIXI)),
        cixi_head=cixi_head,
        yuyao_head=yuyao_head,
        yuyao_officers=(yuyao[0], yuyao[1], yuyao[2]),
        cixi_officers=(cixi[0], cixi[1]),
        beilun_officer=beilun,
        city_center=await stack.a_person("宁波指挥中心", (center, NINGBO)),
        clerk=await stack.a_person("慈溪信访", (Role.PETITION_CLERK, CIXI)),
        officer_ids=hired,
    )


def supervision(*, on: date, **facts: Any) -> SupervisionRaised:
    """A night-time smell at a works in Yuyao, raised by Cixi a month before it is due."""
    matter = {
        "title": "夜间酸雾异味",
        "division": YUYAO,
        "media": ["gas"],
        "place": "余慈交界某电镀厂",
        "facts": "夜间有酸性气味",
        "object_name": f"电镀厂{uuid4().hex[:6]}",
        "at_night": True,
    }
    return SupervisionRaised(
        escalation_id=facts.pop("escalation_id", uuid4()),
        divisions=facts.pop("divisions", [CIXI, YUYAO]),
        matter=Matter.model_validate(matter | facts),
        due_on=on + timedelta(days=30),
    )


@dataclass
class Story:
    """One task and the people in it, from the request on; each step returns what was answered."""

    stack: Stack
    cast: Cast
    starts_at: datetime
    task: dict[str, Any] = field(default_factory=dict)

    @property
    def path(self) -> str:
        return f"/tasks/{self.task['id']}"

    @property
    def version(self) -> int:
        return int(self.task["version"])

    def order(self, *people: Person, leader: Person | None = None) -> dict[str, Any]:
        ids = [self.cast.officer_id(person) for person in people]
        return {
            "officer_ids": ids,
            "leader_id": self.cast.officer_id(leader) if leader else ids[0],
            "starts_at": self.starts_at.isoformat(),
            "ends_at": (self.starts_at + timedelta(hours=10)).isoformat(),
        }

    async def requested(self, **facts: Any) -> "Story":
        event = supervision(on=self.starts_at.date(), **facts)
        assert await self.stack.tell(event, source="petitions") == 204
        self.task = await self._find(event.escalation_id)
        return self

    async def of_an_operation(self) -> "Story":
        """The task of a joint operation that has started; Cixi leads, Yuyao takes part."""
        raised = supervision(on=self.starts_at.date())
        event = OperationStarted(
            operation_id=uuid4(),
            division=CIXI,
            divisions=[CIXI, YUYAO],
            matter=raised.matter,
            due_on=raised.due_on,
        )
        assert await self.stack.tell(event, source="regions") == 204
        self.task = await self._find(event.operation_id)
        return self

    async def _find(self, origin: UUID) -> dict[str, Any]:
        [row] = await self.stack.sql("SELECT id FROM task WHERE origin_id = $1", origin)
        answer = await self.cast.city_center.get(f"/tasks/{row['id']}")
        return dict(answer.json())

    async def step(self, who: Person, name: str, body: Any = None) -> dict[str, Any]:
        answer = await who.post(f"{self.path}/{name}", body, version=self.version)
        assert answer.status_code == 200, answer.text
        self.task = answer.json()
        assert answer.headers["ETag"] == f'"{self.version}"'
        return self.task

    async def accepted(self, **facts: Any) -> "Story":
        await self.requested(**facts)
        team = (
            self.cast.cixi_officers[0],
            self.cast.cixi_officers[1],
            *self.cast.yuyao_officers[:2],
        )
        await self.step(self.cast.cixi_center, "dispatch", self.order(*team))
        await self.step(self.cast.cixi_officers[0], "accept")
        return self

    def visit(self, **changes: Any) -> dict[str, Any]:
        shown = [*self.cast.cixi_officers, *self.cast.yuyao_officers[:2]]
        return {
            "task_id": self.task["id"],
            "mode": "on_site",
            "methods": ["cross", "night"],
            "officers": [
                {"officer_id": self.cast.officer_id(each), "certificate_shown": True}
                for each in shown
            ],
            "started_at": self.starts_at.isoformat(),
            "recorder": {"on": True, "said": SAID},
        } | changes

    async def inspected(self, **changes: Any) -> dict[str, Any]:
        """An inspection under way; business time stands an hour after its start."""
        await self.stack.set_clock(self.starts_at + timedelta(hours=1))
        answer = await self.cast.cixi_officers[0].post("/inspections", self.visit(**changes))
        assert answer.status_code == 201, answer.text
        self.task = (await self.cast.city_center.get(self.path)).json()
        return dict(answer.json())

    async def finish(self, inspection: dict[str, Any]) -> dict[str, Any]:
        """Everything the law wants of the inspection, and its end."""
        for name, body in (
            ("record", {"text": "现场检查笔录", "signature": "signed"}),
            ("integrity-sheet", None),
            ("finish", None),
        ):
            inspection = await self.on_site(inspection, name, body)
        assert inspection["state"] == "finished"
        return inspection

    async def on_site(
        self, inspection: dict[str, Any], name: str, body: Any = None
    ) -> dict[str, Any]:
        answer = await self.cast.cixi_officers[0].post(
            f"/inspections/{inspection['id']}/{name}", body, version=inspection["version"]
        )
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def found(self, inspection: dict[str, Any], **changes: Any) -> dict[str, Any]:
        answer = await self.cast.cixi_officers[0].post(
            "/problems", self.finding(inspection, **changes)
        )
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def finding(self, inspection: dict[str, Any], **changes: Any) -> dict[str, Any]:
        return {
            "inspection_id": inspection["id"],
            "category": "gas",
            "severity": "immediate",
            "description": "酸雾收集罩破损",
            "traceable_source": "现场检查",
            "found_at": (self.starts_at + timedelta(minutes=30)).isoformat(),
        } | changes

    async def evidence(self, who: Person, content: bytes, **changes: Any) -> httpx.Response:
        described = {
            "task_id": self.task["id"],
            "kind": "audio_visual",
            "taken_at": (self.starts_at + timedelta(minutes=45)).isoformat(),
            "place": "车间东侧",
            "purpose": "证明收集罩已修复",
        } | changes
        return await who.post(
            "/evidence",
            content=content,
            params=described,
            headers={"Content-Type": "image/jpeg"},
        )


NIGHTS: Final = iter(range(10_000))


@pytest.fixture
async def story(stack: Stack, cast: Cast) -> Story:
    """A story of its own, in a night of its own, so that nobody is booked twice."""
    night = CLOCK_STARTS.replace(hour=22) + timedelta(days=next(NIGHTS))
    await stack.set_clock(night - timedelta(hours=12))
    return Story(stack, cast, night)


def approval(opinion: str = "同意销号", **verdicts: str) -> dict[str, Any]:
    """Every standard of closing answered; met unless said otherwise."""
    return {
        "opinion": opinion,
        "standards": [
            {"standard": each, "verdict": verdicts.get(each, "met"), "ground": "现场核查记录"}
            for each in Standard
        ],
    }


JPEG: Final = b"\xff\xd8\xff\xe0" + b"0" * 64


@dataclass
class Cure:
    """One problem on its way to its end."""

    story: Story
    problem: dict[str, Any]

    @property
    def path(self) -> str:
        return f"/problems/{self.problem['id']}"

    async def try_(self, who: Person, name: str, body: Any = None) -> httpx.Response:
        return await who.post(f"{self.path}/{name}", body, version=self.problem["version"])

    async def step(self, who: Person, name: str, body: Any = None) -> dict[str, Any]:
        answer = await self.try_(who, name, body)
        assert answer.status_code == 200, answer.text
        self.problem = answer.json()
        return self.problem

    async def rectifying(self) -> "Cure":
        owner = self.story.cast.yuyao_officers[2]
        await self.step(owner, "assign", {"unit": "某电镀厂", "person": "环保负责人"})
        await self.step(owner, "rectify", {"measures": "更换收集罩"})
        return self

    async def submitted(self) -> "Cure":
        await self.rectifying()
        return await self.submitted_again()

    async def submitted_again(self) -> "Cure":
        owner = self.story.cast.yuyao_officers[2]
        proof = await self.story.evidence(owner, JPEG)
        assert proof.status_code == 201, proof.text
        await self.step(owner, "submit", {"proof": [proof.json()["id"]]})
        return self

    def went(self, *people: Person) -> dict[str, Any]:
        ids = [self.story.cast.officer_id(person) for person in people]
        return {"officer_ids": ids, "result": "现场核查属实"}

    async def closed(self) -> "Cure":
        cast = self.story.cast
        await self.submitted()
        await self.step(cast.cixi_officers[0], "verify", self.went(*cast.cixi_officers))
        await self.step(cast.yuyao_head, "approve", approval())
        await self.step(cast.yuyao_head, "close")
        return self
