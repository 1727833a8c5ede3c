"""Sixteen clients over HTTP: wrk where it is installed, else our own, which costs more itself."""

import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx
import orjson

from bench.processes import Serving
from bench.rounds import BenchFailed, Fired
from ops.environment import ROOT

CLIENTS: Final = 16
SCRIPT: Final = Path(__file__).with_name("load.lua")


@dataclass(frozen=True, slots=True)
class Request:
    """One of the requests that clients send in turn; `keyed` ones get an Idempotency-Key each."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    keyed: bool = False


def client_name() -> str:
    return "wrk" if shutil.which("wrk") else "our own client (install wrk for one that costs less)"


def for_seconds(
    serving: Serving, requests: Callable[[], Sequence[Request]], folder: Path
) -> Callable[[int], Fired]:
    """Sixteen clients sending requests made anew for every slice: tokens are short-lived."""

    def fire(seconds: int) -> Fired:
        batch = requests()
        _try(serving, batch[0])
        return _fired(
            _with_wrk if shutil.which("wrk") else _with_own, serving, batch, folder, seconds
        )

    return fire


def _try(serving: Serving, request: Request) -> None:
    """What is fast because it is refused would be no finding."""
    headers = {**request.headers, "Idempotency-Key": secrets.token_hex(16)}
    answer = httpx.request(
        request.method, serving.url + request.path, headers=headers, content=request.body.encode()
    )
    if not answer.is_success:
        raise BenchFailed(f"{answer.status_code} {answer.text}")


def _fired(
    send: Callable[[Serving, Sequence[Request], Path, int], str],
    serving: Serving,
    batch: Sequence[Request],
    folder: Path,
    seconds: int,
) -> Fired:
    said: dict[str, Any] = orjson.loads(send(serving, batch, folder, seconds).splitlines()[-1])
    if said.pop("errors"):
        raise BenchFailed(f"{serving.url} refused some of {batch[0].method} {batch[0].path}")
    return Fired(**said)


def _with_wrk(serving: Serving, batch: Sequence[Request], folder: Path, seconds: int) -> str:
    file = folder / "requests.lua"
    file.write_text(_lua(batch), "utf-8")
    command = ["wrk", "-t1", f"-c{CLIENTS}", f"-d{seconds}s", "--timeout", "10s"]
    environment = {"BENCH_REQUESTS": str(file), "BENCH_SEED": secrets.token_hex(8)}
    return _output([*command, "-s", str(SCRIPT), serving.url], environment)


def _with_own(serving: Serving, batch: Sequence[Request], folder: Path, seconds: int) -> str:
    file = folder / "requests.json"
    file.write_bytes(orjson.dumps([asdict(each) for each in batch]))
    return _output([sys.executable, "-m", "bench.client", serving.url, str(file), str(seconds)], {})


def _output(command: Sequence[str], environment: Mapping[str, str]) -> str:
    done = subprocess.run(  # noqa: S603 -- programs we name ourselves
        command,
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env={**os.environ, **environment},
    )
    if done.returncode:
        raise BenchFailed(done.stderr[-800:])
    return done.stdout


def _lua(batch: Sequence[Request]) -> str:
    """JSON strings without control characters are Lua strings too."""
    return "return {\n" + ",\n".join(_entry(each) for each in batch) + "}\n"


def _entry(request: Request) -> str:
    headers = ", ".join(f"[{_quoted(k)}] = {_quoted(v)}" for k, v in request.headers.items())
    body = _quoted(request.body) if request.body else "nil"
    return (
        f"{{method = {_quoted(request.method)}, path = {_quoted(request.path)},"
        f" headers = {{{headers}}}, body = {body}, keyed = {str(request.keyed).lower()}}}"
    )


def _quoted(text: str) -> str:
    return orjson.dumps(text).decode()
