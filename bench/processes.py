"""Servers of a run, each in a process of its own behind a port of its own."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx

from bench.rounds import BenchFailed
from ops.environment import ROOT
from ops.postgres import free_ports
from ops.processes import dies_with_parent

START_SECONDS: Final = 30.0
STOP_SECONDS: Final = 15.0


@dataclass(frozen=True, slots=True)
class Serving:
    """A server that answers."""

    url: str
    process_id: int


@contextmanager
def application(target: str, folder: Path, settings: Mapping[str, str]) -> Iterator[Serving]:
    """An application on the suite's own server; settings without their prefix."""
    [port] = free_ports(1)
    command = [sys.executable, "-m", "shared.http.server", target, "--port", str(port)]
    environment = {f"LIANDONG_{name}": value for name, value in settings.items()}
    log = folder / f"{target.replace(':', '.')}.log"
    with process(command, log, port=port, environment=environment) as serving:
        yield serving


@contextmanager
def process(
    command: Sequence[str], log: Path, *, port: int, environment: Mapping[str, str]
) -> Iterator[Serving]:
    """A server for the block, once it answers /healthz."""
    with log.open("ab") as output:
        started = subprocess.Popen(  # noqa: S603 -- programs we name ourselves
            command,
            stdout=output,
            stderr=output,
            cwd=ROOT,
            env={**os.environ, **environment},
            preexec_fn=dies_with_parent(signal.SIGTERM),  # noqa: PLW1509 -- no threads here
        )
    serving = Serving(f"http://127.0.0.1:{port}", started.pid)
    try:
        _await_answer(serving, started, log)
        yield serving
    finally:
        started.terminate()
        started.wait(STOP_SECONDS)


def _await_answer(serving: Serving, started: "subprocess.Popen[bytes]", log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and started.poll() is None:
        with suppress(httpx.TransportError):
            if httpx.get(f"{serving.url}/healthz").is_success:
                return
        time.sleep(0.05)
    raise BenchFailed(log.read_text("utf-8", errors="replace")[-2000:])
