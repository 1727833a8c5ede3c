"""The gateway as it runs: processes of our own server, real sockets between them."""

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.integration.gateway import peer

PEER = "tests.integration.gateway.peer:app"
HEAD_SECONDS = 1.0
UPSTREAM_SECONDS = 1.5


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@dataclass
class Process:
    """One server process; may be killed and started again on the same port."""

    target: str
    log: Path
    environment: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def lines(self) -> str:
        return self.log.read_text()

    def start(self) -> None:
        command = [sys.executable, "-m", "shared.http.server", self.target, "--port"]
        with self.log.open("ab") as log:
            self.running = subprocess.Popen(
                [*command, str(self.port)],
                stdout=log,
                stderr=log,
                env={**os.environ, "LIANDONG_HTTP_STOP_SECONDS": "1", **self.environment},
            )
        until = time.monotonic() + 120
        while time.monotonic() < until:
            assert self.running.poll() is None, self.lines
            with contextlib.suppress(httpx.TransportError):
                if httpx.get(f"{self.url}/healthz").is_success:
                    return
            time.sleep(0.05)
        raise AssertionError(self.lines)

    def kill(self) -> None:
        self.running.kill()
        self.running.wait()

    def stop(self) -> int:
        self.running.terminate()
        return self.running.wait(15)


@contextlib.contextmanager
def running(process: Process) -> Iterator[Process]:
    process.start()
    try:
        yield process
    finally:
        if process.running.poll() is None:
            process.stop()


@pytest.fixture(scope="session")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("gateway")


@pytest.fixture(scope="session")
def identity(logs: Path) -> Iterator[Process]:
    with running(Process(PEER, logs / "identity")) as process:
        yield process


@pytest.fixture(scope="session")
def service(logs: Path) -> Iterator[Process]:
    with running(Process(PEER, logs / "service")) as process:
        yield process


def environment(identity: Process, service: Process) -> dict[str, str]:
    return {
        "LIANDONG_ISSUER": peer.ISSUER,
        "LIANDONG_CLIENT_SECRET": "gateway-secret",
        "LIANDONG_IDENTITY_URL": identity.url,
        **{f"LIANDONG_{name}_URL": service.url for name in ("REGIONS", "TASKS", "PETITIONS")},
        "LIANDONG_UPSTREAM_SECONDS": str(UPSTREAM_SECONDS),
        "LIANDONG_HTTP_HEAD_SECONDS": str(HEAD_SECONDS),
    }


@pytest.fixture(scope="session")
def gateway(logs: Path, identity: Process, service: Process) -> Iterator[Process]:
    settings = environment(identity, service)
    with running(Process("gateway.main:app", logs / "gateway", settings)) as process:
        yield process


async def asked(process: Process) -> dict[str, Any]:
    """What a peer remembers of what it was asked."""
    async with httpx.AsyncClient(base_url=process.url) as client:
        memory: dict[str, Any] = (await client.get("/test/asked")).json()
    return memory


def access_token(identity: Process, **claims: str | int) -> str:
    return httpx.get(f"{identity.url}/test/token", params=claims).text


@pytest.fixture
async def http(gateway: Process, identity: Process) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody who is logged in."""
    headers = {"Authorization": f"Bearer {access_token(identity)}"}
    async with httpx.AsyncClient(base_url=gateway.url, headers=headers) as client:
        yield client
