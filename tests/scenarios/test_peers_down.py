"""A service that does not answer: the others go on, and what it was told arrives once."""

import asyncio
import os
import signal
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from typing import Final

import httpx
import pytest

from ops.demo.intake import CALLER, CITY_CLERK, COMPLAINTS, YINZHOU
from ops.demo.people import Json, Stage
from tests.support.stack import WholeStack, fresh_key, problem, until

LEADER: Final = f"{YINZHOU}-county-leader-in-charge-1"
CHIEF: Final = f"{YINZHOU}-department-head-1"
# Longer than the gateway waits for a service.
PATIENCE_S: Final = 30.0


@contextmanager
def silent(stack: WholeStack, service: str) -> Iterator[None]:
    """The service holds its connections and answers nothing."""
    os.kill(stack.ready.pids[service], signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(stack.ready.pids[service], signal.SIGCONT)
        until("the stack to be ready again", lambda: is_ready(stack), within=60)


def is_ready(stack: WholeStack) -> bool:
    return stack.nobody.get("/readyz").status_code == 200


def registered(stage: Stage, received_at: str) -> Json:
    body = {**COMPLAINTS["noise"], "office": "330200", "received_at": received_at}
    return stage.person(CITY_CLERK).post("/petitions", body)


def pushed(stage: Stage) -> Json:
    """A matter that the weekly report has put before its county's leader."""
    stage.at("2026-05-06T09:00")
    petition = registered(stage, "2026-05-06T08:30:00+08:00")
    path = f"/petitions/{petition['id']}"
    clerk, officer = f"{YINZHOU}-petition-clerk-1", f"{YINZHOU}-officer-1"
    answer = {"outcome": "supported", "opinion": "已要求整改。", "legal_basis": "第三十二条"}
    steps: list[tuple[str, str, Json]] = [
        (CITY_CLERK, "assign", {"unit": YINZHOU, "report_due_on": "2026-05-31"}),
        (clerk, "accept", {"notice": "已书面告知受理"}),
        (officer, "start", {}),
        (officer, "reply", answer),
        (CALLER, "callbacks", {"result": "dissatisfied", "solved": "no"}),
    ]
    for who, step, body in steps:
        now = stage.person(who).get(path)
        stage.person(who).post(f"{path}/{step}", body, on=now)
    stage.at("2026-05-11T08:30")

    def look() -> Json | None:
        listed = stage.person(LEADER).get("/escalations", state="pushed")["items"]
        return next((each for each in listed if each["petition_id"] == petition["id"]), None)

    return stage.until("the push", look)


def tasks_for(stage: Stage, escalation: Json) -> list[Json]:
    listed = stage.person(CHIEF).get("/tasks", limit=200)["items"]
    return [each for each in listed if each["origin_id"] == escalation["id"]]


async def undelivered(stack: WholeStack) -> int:
    async with stack.as_system() as owner:
        count: int = await owner.fetchval(
            "SELECT count(*) FROM petitions.outbox_delivery WHERE state <> 'delivered'"
        )
    return count


@pytest.fixture
def stage(stack: WholeStack) -> Iterator[Stage]:
    with Stage(stack.ready, stack.realm) as made:
        yield made


def asked_meanwhile(http: httpx.Client, path: str) -> httpx.Response:
    return http.get(path, timeout=PATIENCE_S)


def test_petitions_goes_on_without_tasks_and_the_task_comes_once(
    stack: WholeStack, stage: Stage
) -> None:
    escalation = pushed(stage)
    raise_body = {"level": "county_government", "reason": "需要联合检查"}
    before = stage.person(LEADER).get(f"/escalations/{escalation['id']}")
    with (
        ThreadPoolExecutor() as threads,
        closing(stack.new_session(CHIEF)) as chief,
        closing(stack.client()) as reader,
        silent(stack, "tasks"),
    ):
        tasks: Future[httpx.Response] = threads.submit(asked_meanwhile, chief, "/api/v1/tasks")
        document = threads.submit(asked_meanwhile, reader, "/openapi.json")

        raised = stage.person(LEADER).post(
            f"/escalations/{escalation['id']}/raise", raise_body, on=before
        )
        numbers = [registered(stage, "2026-05-11T08:30:00+08:00")["number"] for _ in range(5)]
        mine = stage.person(LEADER).get(f"/escalations/{escalation['id']}")

        assert raised["state"] == mine["state"] == "supervised"
        assert len(set(numbers)) == 5
        assert asyncio.run(undelivered(stack)) > 0
        paths = document.result().json()["paths"]
        assert "/api/v1/petitions" in paths
        assert stack.nobody.get("/readyz").status_code == 503
        refusal = tasks.result()
        assert refusal.status_code in (503, 504)
        assert problem(refusal)["code"] in ("unavailable", "gateway_timeout")
        assert int(refusal.headers["retry-after"]) >= 1
        assert stack.login(CITY_CLERK).get("/api/v1/petitions").status_code == 200

    made = until("the task", lambda: tasks_for(stage, escalation), within=60)
    assert len(made) == 1
    while asyncio.run(undelivered(stack)):
        assert is_ready(stack)
    assert len(tasks_for(stage, escalation)) == 1


def test_without_regions_a_deadline_still_needs_no_call(stack: WholeStack, stage: Stage) -> None:
    """Calendars are copied by event, so a petition gets its deadlines with `regions` silent."""
    clerk = stage.person(CITY_CLERK)
    with silent(stack, "regions"):
        petition = registered(stage, "2026-04-28T09:00:00+08:00")
        clocks = clerk.get(f"/petitions/{petition['id']}")["clocks"]

    assert clocks
    assert all(each["due_on"] and each["explanation"] for each in clocks)


def test_without_identity_who_is_known_goes_on_for_seconds_only(stack: WholeStack) -> None:
    """A right that cannot be asked for any more is no right: 503, never a pass."""
    with closing(stack.new_session(CITY_CLERK)) as clerk:
        assert clerk.get("/api/v1/petitions").status_code == 200
        with silent(stack, "identity"):
            refused = until("the refusal", lambda: refusal_of(clerk), within=20)
        assert (refused.status_code, problem(refused)["code"]) == (503, "unavailable")
        assert clerk.get("/api/v1/petitions", headers=fresh_key()).status_code == 200


def refusal_of(http: httpx.Client) -> httpx.Response | None:
    answer = http.get("/api/v1/petitions")
    return None if answer.status_code == 200 else answer
