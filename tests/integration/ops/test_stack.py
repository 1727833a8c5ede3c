"""A whole stack: up from nothing, told to everybody, gone without a trace."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

import asyncpg
import httpx
import pytest

from ops import clock, locks, outbox
from ops.environment import ROOT
from ops.home import Home
from ops.own_stack import own_stack
from ops.ready import Ready
from ops.services import PROCESSES

MONDAY: Final = datetime.fromisoformat("2026-03-02T09:00:00+08:00")


@pytest.fixture(scope="module")
def stack() -> Iterator[Ready]:
    with own_stack(clock_from=MONDAY) as ready:
        yield ready


def test_every_process_answers_where_it_says(stack: Ready) -> None:
    with httpx.Client(trust_env=False) as client:
        for url in (stack.gateway, *stack.services.values()):
            assert client.get(f"{url}/readyz").status_code == 200


def test_every_process_has_a_log_and_an_id(stack: Ready) -> None:
    assert set(stack.pids) == {"supervisor", "postgres", *PROCESSES}
    assert all(Path(log).stat().st_size for log in stack.logs.values())


def test_no_process_knows_a_secret_of_another(stack: Ready) -> None:
    owner_password = stack.databases["owner"].split(":")[2].partition("@")[0]
    for process in PROCESSES:
        told = Path(f"/proc/{stack.pids[process]}/environ").read_text(encoding="utf-8")
        assert owner_password not in told
        assert ("VAULT" in told) == (process == "petitions")
        assert ("KEY_ENCRYPTION" in told) == (process == "identity")


async def test_business_time_is_where_it_was_set(stack: Ready) -> None:
    await clock.move(stack.databases["owner"], MONDAY)

    connection = await asyncpg.connect(stack.databases["tasks"])
    assert await connection.fetchval("SELECT now FROM clock.simulated") == MONDAY
    await connection.close()


async def test_a_parked_delivery_can_be_found_and_sent_again(stack: Ready) -> None:
    owner = await asyncpg.connect(stack.databases["owner"])
    await owner.execute(
        "SELECT set_config('app.principal', 'test', false), set_config('app.system', 'on', false)"
    )
    event = await owner.fetchval(
        "INSERT INTO tasks.outbox_event (id, topic, key, data, occurred_at, request_id, visible_to)"
        " VALUES (gen_random_uuid(), 'tasks.test.made.v1', 'k', '{}', now(), 'r', '{}')"
        " RETURNING id"
    )
    await owner.execute(
        "INSERT INTO tasks.outbox_delivery (event_id, destination, key, state, attempts)"
        " VALUES ($1, 'nowhere', 'k', 'parked', 8)",
        event,
    )
    await owner.close()

    assert event in [parked.event_id for parked in await outbox.parked(stack.databases["owner"])]
    assert await outbox.resend(stack.databases["owner"], event) == 1


def serve(folder: Path, *options: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "ops", "serve", "--home", folder, *options],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_the_demo_realm_is_for_this_machine_only(tmp_path: Path) -> None:
    said, _ = serve(tmp_path, "--demo", "--host", "0.0.0.0").communicate()  # noqa: S104 -- refused

    assert "not served on 0.0.0.0" in said


def test_business_time_is_never_simulated_outside_a_demo_realm(tmp_path: Path) -> None:
    process = serve(tmp_path, "--simulated-clock", "--port", "0")
    said, _ = process.communicate()

    assert "only simulated in a demo realm" in said
    assert process.returncode == 1


def test_a_taken_port_is_said_with_the_way_out(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        process = serve(tmp_path, "--port", str(port))
        said, _ = process.communicate()

    assert f"cannot listen on 127.0.0.1:{port}" in said
    assert "make run PORT=" in said
    assert process.returncode == 1


def test_a_second_stack_of_one_home_is_told_of_the_first(tmp_path: Path) -> None:
    with locks.exclusive(Home(tmp_path).lock):
        process = serve(tmp_path, "--port", "0")
        said, _ = process.communicate()

    assert f"process {os.getpid()} is at work in {tmp_path}: stop it first" in said
    assert process.returncode == 1


def children(process_id: int) -> list[int]:
    """In the order of their start."""
    words = Path(f"/proc/{process_id}/task/{process_id}/children").read_text(encoding="ascii")
    return [int(word) for word in words.split()]


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_process_that_dies_takes_the_stack_down_with_an_error(tmp_path: Path) -> None:
    # Without sample data it never becomes ready, and need not for this.
    process = serve(tmp_path / "home", "--ephemeral", "--port", "0")
    while len(started := children(process.pid)) < 1 + len(PROCESSES):
        assert process.poll() is None
        time.sleep(0.05)

    os.kill(started[-1], signal.SIGKILL)
    said, _ = process.communicate(timeout=60)

    assert process.returncode == 1
    assert f"{PROCESSES[-1]} ended" in said
    assert not any(Path(f"/proc/{child}/exe").exists() for child in started)
