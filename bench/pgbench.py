"""The reference client for SQL: PostgreSQL's own, with prepared statements."""

import os
import re
import subprocess
from collections.abc import Callable
from typing import Final

from bench.ground import Ground
from bench.rounds import BenchFailed, Fired

CLIENTS: Final = 16
OPTIONS: Final = "-c search_path=petitions -c jit=off"
_DONE: Final = re.compile(r"transactions actually processed: (\d+)")
_RATE: Final = re.compile(r"tps = ([0-9.]+) \(without")
_LATENCY: Final = re.compile(r"latency average = ([0-9.]+) ms")


def for_seconds(ground: Ground, url: str, script: str) -> Callable[[int], Fired]:
    """Sixteen clients repeating a script."""

    def fire(seconds: int) -> Fired:
        said = _run(ground, url, script, f"-c{CLIENTS}", f"-T{seconds}")
        done, rate = int(_found(_DONE, said)), float(_found(_RATE, said))
        return Fired(done, done / rate)

    return fire


def once(ground: Ground, url: str, script: str, *, operations: int) -> Callable[[int], Fired]:
    """One client doing so many operations by one script; its connection is not timed."""

    def fire(_: int) -> Fired:
        said = _run(ground, url, script, "-c1", "-t1")
        return Fired(operations, float(_found(_LATENCY, said)) / 1000)

    return fire


def _run(ground: Ground, url: str, script: str, *options: str) -> str:
    command = [
        str(ground.pgbench),
        "-n",
        "-M",
        "prepared",
        "-j1",
        *options,
        "-f",
        "/dev/stdin",
        url,
    ]
    done = subprocess.run(  # noqa: S603 -- programs we name ourselves
        command,
        input=script,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PGOPTIONS": OPTIONS},
    )
    if done.returncode or "aborted" in done.stderr:
        raise BenchFailed(done.stderr[-800:])
    said: str = done.stdout
    return said


def _found(pattern: re.Pattern[str], said: str) -> str:
    found = pattern.search(said)
    if found is None:
        raise BenchFailed(said[-800:])
    return found[1]
